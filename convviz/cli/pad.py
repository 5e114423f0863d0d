"""`convviz pad`: pad an array and show where every padded cell comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convviz.cli import answering, asking, options, readers
from convviz.cli.command import Asked, Command, Option
from convviz.errors import SpecError, unknown
from convviz.records import Record, replace
from convviz.spec.layers import Padding
from convviz.spec.modes import BY_NAME, NAMES, TORCH_NAMES
from convviz.spec.words import parse_padding

INPUT, PADDING = "4x4", 1


def pad(asked: Asked) -> None:
    """Answer `convviz pad`."""
    wanted = answering.looks(asked)
    settings = settings_of(asked)
    check(asked, settings)
    likely = next(filter(None, (asking.likely(each.padding) for each in settings)), None)
    source = asking.source(asked, INPUT, asking.dims(asked), likely, cells=wanted.screen)
    array = source.array
    whole = all(float(each.value).is_integer() for each in settings)
    if source.typed and array.dtype.kind == "i" and not whole:
        array = array.astype(float)
    layers = [
        Padding.of(
            each.padding, source.spatial, each.mode, each.value if each.mode == "constant" else 0.0
        )
        for each in settings
    ]
    limit = asking.budget(asked)
    for layer in layers:
        shape = layer.output(array.shape)
        # A screen shows a few cells, and no more are computed; but every axis is listed.
        for part in [(n,) for n in shape] if wanted.screen else [shape]:
            limit.check(part, "a padded axis" if wanted.screen else "a padded array")

    from convviz.engine.account import run

    array = asking.batched(array, source.lead)
    try:
        accounts = [run(layer, array, lead=source.lead) for layer in layers]
    except SpecError as error:
        if error.argument != "value":
            raise
        remedy = "the input keeps its type: one of floating-point numbers holds it"
        raise error.changed(remedy=remedy) from None
    chosen = answering.Chosen(tiling=asked.flag("tiling"), image=source.image, note=source.note)
    answering.answer(asked, wanted, accounts, chosen)


class Setting(Record):
    """One padding to show: as typed, before it is known how many axes there are."""

    padding: Any
    mode: str
    value: float


def settings_of(asked: Asked) -> list[Setting]:
    """The paddings to show: several for `--mode all` and `--compare`.

    Raises SpecError: a word that is wrong by itself, or a parameter that is given twice.
    """
    padding = asked.read("padding", sizes) if "padding" in asked else PADDING
    default = "circular" if asked.flag("tiling") else NAMES[0]
    modes = asked.read("mode", named) if "mode" in asked else [default]
    value = asked.read("value", readers.number, "0")
    if "compare" not in asked:
        return [Setting(padding, mode, value) for mode in modes]
    from convviz.cli.comparing import compared

    found = asked.read("compare", lambda text: compared(text, READERS, "pad", READERS))
    name = found.name
    if name in asked:
        raise SpecError(f"--compare gives the {name} itself", name, "leave it out")
    if len(modes) > 1:
        raise SpecError(f"{len(modes)} modes are compared already", "compare", "leave it out")
    setting = Setting(padding, modes[0], value)
    return [replace(setting, **{name: each}) for each in found.values]


def check(asked: Asked, settings: Sequence[Setting]) -> None:
    """Refuse words that contradict each other.

    Raises SpecError: a value without mode constant; --tiling with another mode than circular.
    """
    modes = list(dict.fromkeys(setting.mode for setting in settings))
    valued = any(setting.value != 0 for setting in settings)
    if valued and "constant" not in modes:
        by = "value" if "value" in asked else "compare"
        raise SpecError(
            f"--value goes with mode constant, not {' and '.join(modes)}"
            if by == "value"
            else f"values go with mode constant, not {modes[0]}",
            by,
            remedy="{mode=constant}, or leave --value out" if by == "value" else "{mode=constant}",
        )
    if asked.flag("tiling") and modes != ["circular"]:
        raise SpecError(
            f"--tiling shows mode circular, not {' and '.join(modes)}",
            "mode" if "mode" in asked else "compare",
            "only circular repeats without end",
        )


def sizes(text: str) -> Any:
    """How much is padded.

    Raises SpecError: no sizes, or words that go with a kernel.
    """
    found = parse_padding(text)
    if isinstance(found, str):
        raise SpecError(
            f"padding '{found}' goes with a kernel, and pad has none",
            "padding",
            "1, or 1,2, or 1:0,2:1",
        )
    return found


def named(text: str) -> list[str]:
    """The modes that `--mode` names."""
    return list(TORCH_NAMES) if text == options.ALL else [mode(text, (*NAMES, options.ALL))]


def mode(text: str, choices: Sequence[str] = NAMES) -> str:
    """The mode of that name.

    Raises SpecError: there is none.
    """
    bare = text.strip()
    if bare not in BY_NAME:
        raise unknown(
            "padding mode", bare, choices, argument="mode", heading="modes"
        ).at(text)  # fmt: skip
    return BY_NAME[bare].name


READERS: dict[str, Callable[[str], Any]] = {
    "mode": mode, "padding": sizes, "value": readers.number,
}  # fmt: skip
"""Parameters that --compare takes → what their values mean."""


command = Command(
    "pad",
    pad,
    [
        options.input_argument(),
        Option(
            "-p", "--padding", word="PAD", text=options.PADDING_TEXT, shown=str(PADDING),
            group="Padding", choices=("1", "1,2", "1:0,2:1"),
        ),
        options.pad_modes(),
        Option("--value", word="V", group="Padding"),
        Option("--tiling", text="circular as a crop of the endless tiling", group="Padding"),
        options.fill(),
        Option("--seed", word="N", text="for random fills and weights", shown="0", group="Input"),
        *options.output_options("mode=A,B", brief=False),
        *options.motion_options(),
    ],
    title="pad an array and show where every padded cell comes from",
    examples=(
        ("convviz pad 4x4 --mode all", "the four modes of PyTorch"),
        ("convviz pad 5x5 -p 1:0,2:1 -m constant --value 9", "each side its own pad"),
        ("convviz pad photo.png -p 40 -m reflect -o out.png", "a picture"),
    ),
)  # fmt: skip
