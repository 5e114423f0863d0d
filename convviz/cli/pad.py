"""`convviz pad`: pad an array and show where every padded cell comes from."""

from __future__ import annotations

from convviz.cli import answering, asking, options, readers
from convviz.cli.command import Asked, Command, Option
from convviz.errors import SpecError, shortened, unknown
from convviz.spec.layers import Padding
from convviz.spec.modes import BY_NAME, NAMES, TORCH_NAMES

INPUT, PADDING = "4x4", 1


def pad(asked: Asked) -> None:
    """Answer `convviz pad`."""
    wanted = answering.looks(asked)
    padding = asking.padding(asked, PADDING)
    if isinstance(padding, str):
        raise SpecError(
            f"padding '{padding}' goes with a kernel, and pad has none",
            "padding",
            "1, or 1,2, or 1:0,2:1",
        )
    modes = asked_modes(asked)
    value = asked.read("value", readers.number, "0")
    if value != 0 and "constant" not in modes:
        raise SpecError(
            f"--value goes with mode constant, not {' and '.join(modes)}",
            "value",
            remedy="{mode=constant}, or leave --value out",
        )
    source = asking.source(
        asked, INPUT, asking.dims(asked), asking.likely(padding), cells=wanted.screen
    )
    array = source.array
    if source.typed and array.dtype.kind == "i" and not float(value).is_integer():
        array = array.astype(float)
    layers = [
        Padding.of(padding, source.spatial, mode, value if mode == "constant" else 0.0)
        for mode in modes
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


def asked_modes(asked: Asked) -> list[str]:
    """The modes to show: several for `all` and `--compare`.

    Raises SpecError: no such mode; --tiling with another than circular.
    """
    if "compare" in asked:
        modes = asked.read("compare", compared)
        if "mode" in asked:
            raise SpecError("--compare names the modes itself", "mode", "leave it out")
    elif "mode" in asked:
        modes = asked.read("mode", named)
    else:
        modes = ["circular"] if asked.flag("tiling") else [NAMES[0]]
    if asked.flag("tiling") and modes != ["circular"]:
        raise SpecError(
            f"--tiling shows mode circular, not {' and '.join(modes)}",
            "mode" if "mode" in asked else "compare",
            "only circular repeats without end",
        )
    return modes


def named(text: str) -> list[str]:
    """The modes that `--mode` names."""
    if text == options.ALL:
        return list(TORCH_NAMES)
    if text not in BY_NAME:
        raise unknown(
            "padding mode", text, (*NAMES, options.ALL), argument="mode", heading="modes"
        ).at(text)
    return [BY_NAME[text].name]


def compared(text: str) -> list[str]:
    """`compared := "mode=" mode ("," mode)+`."""
    name, equals, rest = text.partition("=")
    if name != "mode" or not equals:
        raise SpecError(
            f"pad compares modes, not '{shortened(name)}'",
            "compare",
            "mode=A,B",
            source=text,
            span=(0, max(1, len(name))),
        )
    modes: list[str] = []
    start = len(name) + 1
    for word in rest.split(","):
        bare = word.strip()
        if bare not in BY_NAME:
            raise unknown("padding mode", bare, NAMES, argument="compare", heading="modes").at(
                text, (start, start + max(1, len(word)))
            )
        modes.append(BY_NAME[bare].name)
        start += len(word) + 1
    return modes


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
