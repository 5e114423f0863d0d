"""A request's words → a layer: by options, or as one PyTorch-style text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from convviz.cli import asking, readers
from convviz.cli.command import Asked
from convviz.errors import SpecError, shortened
from convviz.patterns import pattern
from convviz.records import Record, replace
from convviz.spec.arguments import integers, pairs
from convviz.spec.checks import named_padding, sides_text, sizes_text
from convviz.spec.layers import LAYER_MODES, POOL_KINDS, Conv, ConvTranspose, Pool
from convviz.spec.modes import mode_named
from convviz.spec.words import parse_padding, parse_sizes

L = TypeVar("L", Conv, ConvTranspose, Pool)
Worded = Conv | ConvTranspose | Pool

LAYER_PARAMS = (
    "layer", "kernel", "stride", "padding", "dilation", "groups", "mode", "output_padding",
    "out_channels", "weight", "bias", "kind", "ceil_mode", "exclude_padding",
)  # fmt: skip
"""Parameters that say which layer; where none is typed, and no input, an example is shown."""

FLAGS = ("ceil_mode", "exclude_padding")

CALL = pattern(r"\s*[A-Za-z_][A-Za-z0-9_.]*\s*\(")


class Wanted(Record):
    """What the words say about a layer, before its input is known.

    layer:   from a text, None where options alone describe it.
    options: values of the options that were typed, by parameter.
    example: nothing was typed: the command shows its own example.
    """

    layer: Worded | None
    options: dict[str, Any]
    example: bool

    @property
    def spatial(self) -> int | None:
        """How many spatial axes the words ask for; None: they do not say."""
        if self.layer is not None:
            return len(self.layer.kernel)
        return self.options.get("dims")

    @property
    def likely(self) -> int | None:
        """How many spatial axes the sizes suggest: as many as one of them has entries."""
        return asking.likely(*(self.options.get(param) for param in asking.SIZED))

    def get(self, param: str, default: Any) -> Any:
        """The value of an option, or the default."""
        return self.options.get(param, default)


def size(param: str) -> Callable[[str], int | tuple[int, ...]]:
    """A reader of sizes: an int for all axes, or a tuple with one entry per axis."""

    def read(text: str) -> int | tuple[int, ...]:
        numbers = parse_sizes(text, param)
        return numbers[0] if len(numbers) == 1 else numbers

    return read


def layer_mode(text: str) -> str:
    """The padding mode of a convolution.

    Raises SpecError: there is none of that name.
    """
    try:
        return mode_named(text, allowed=LAYER_MODES).name
    except SpecError as error:
        raise error.at(text) from None


READERS: dict[str, Callable[[str], Any]] = {
    **{param: size(param) for param in ("kernel", "stride", "dilation", "output_padding")},
    "padding": parse_padding,
    "groups": readers.whole("groups", 1),
    "out_channels": readers.whole("out_channels", 1),
    "mode": layer_mode,
    "kind": readers.one_of(POOL_KINDS, "pooling", "kind", "kinds"),
    "dims": readers.whole("--dims", 1, 3),
    **dict.fromkeys(FLAGS, bool),
}
"""Parameter → what its words mean; a flag has none."""


def wanted(asked: Asked, kinds: tuple[type, ...]) -> Wanted:
    """What the words ask for; every word is read before any work.

    kinds: the layers that a text may name.

    Raises SpecError: a word that is wrong by itself, or a text that names another kind of layer.
    """
    if "layer" not in asked and CALL.match(asked.text("input")):
        # The only word is a layer: the input is the command's own.
        asked.typed["layer"] = asked.typed.pop("input")
    options = {
        param: True if param in FLAGS else asked.read(param, reader)
        for param, reader in READERS.items()
        if param in asked
    }
    example = not any(asked.given(param) for param in ("input", *LAYER_PARAMS))
    if "layer" not in asked:
        return Wanted(None, options, example)
    from convviz.spec.parser import parse_layer  # every layer there is: only for a text

    layer = asked.read("layer", parse_layer)
    if not isinstance(layer, kinds):
        raise other_kind(asked, layer)
    assert isinstance(layer, (Conv, ConvTranspose, Pool)), "the kinds that commands name"
    check_agreement(asked, layer, options)
    return Wanted(layer, options, example)


HOMES: tuple[tuple[type, str], ...] = (
    (Conv, "conv"),
    (ConvTranspose, "conv-transpose"),
    (Pool, "pool"),
)


def other_kind(asked: Asked, layer: Any) -> SpecError:
    """The error of a layer that another command shows."""
    home = next((name for kind, name in HOMES if isinstance(layer, kind)), "shape")
    name = asked.text("layer").partition("(")[0].strip()
    return SpecError(
        f"{asked.name} does not show a {shortened(name)}",
        "layer",
        f"convviz {home} shows it",
    )


def check_agreement(asked: Asked, layer: Worded, options: dict[str, Any]) -> None:
    """Refuse an option that says something else than the layer's text.

    Raises SpecError: it names the first.
    """
    ndim = len(layer.kernel)
    for param, value in options.items():
        said: Any
        have: Any
        if param in ("kernel", "stride", "dilation", "output_padding"):
            said = integers(value, ndim, param, 0)
            have = getattr(layer, param, None)
            shown = sizes_text(have) if have is not None else ""
        elif param == "padding":
            named = isinstance(value, str)
            said = (
                named_padding(value, layer.kernel, layer.stride, layer.dilation)
                if named
                else pairs(value, ndim)
            )
            have, shown = layer.padding, sides_text(layer.padding)
        elif param == "dims":
            said, have, shown = value, ndim, str(ndim)
        elif param == "exclude_padding":
            said, have = False, getattr(layer, "count_include_pad", None)
            param, shown = "count_include_pad", str(have)  # noqa: PLW2901
        else:
            attribute = "padding_mode" if param == "mode" else param
            said, have = value, getattr(layer, attribute, None)
            shown = str(have)
        if said != have:
            raise SpecError(
                f"the layer says otherwise: its {param} is {shown}",
                param,
                "leave it out, or change the layer",
            )


def conv(wanted: Wanted, channels: int, ndim: int, weight: Any, *, bias: bool) -> Conv:
    """The convolution of an input with `channels`.

    weight: a `Fit` that gives the kernel and maybe the output channels, or None.

    Raises SpecError: what PyTorch refuses.
    """
    if isinstance(wanted.layer, Conv):
        return replace(wanted.layer, bias=bias)
    groups = wanted.get("groups", 1)
    return Conv.of(
        channels,
        out_channels(wanted, groups, weight),
        kernel(wanted, weight, 3),
        ndim=ndim,
        stride=wanted.get("stride", 2 if wanted.example else 1),
        padding=wanted.get("padding", 1 if wanted.example else 0),
        dilation=wanted.get("dilation", 1),
        groups=groups,
        bias=bias,
        padding_mode=wanted.get("mode", "zeros"),
    )


def conv_transpose(
    wanted: Wanted, channels: int, ndim: int, weight: Any, *, bias: bool
) -> ConvTranspose:
    """The transposed convolution of an input with `channels`; see `conv`."""
    if isinstance(wanted.layer, ConvTranspose):
        return replace(wanted.layer, bias=bias)
    groups = wanted.get("groups", 1)
    return ConvTranspose.of(
        channels,
        out_channels(wanted, groups, weight),
        kernel(wanted, weight, 3),
        ndim=ndim,
        stride=wanted.get("stride", 2 if wanted.example else 1),
        padding=wanted.get("padding", 0),
        output_padding=wanted.get("output_padding", 0),
        dilation=wanted.get("dilation", 1),
        groups=groups,
        bias=bias,
    )


def pool(wanted: Wanted, ndim: int) -> Pool:
    """The pooling that the words describe.

    Raises SpecError: what PyTorch refuses.
    """
    if isinstance(wanted.layer, Pool):
        return wanted.layer
    return Pool.of(
        wanted.get("kind", POOL_KINDS[0]),
        wanted.get("kernel", 2),
        ndim=ndim,
        stride=wanted.get("stride", None),
        padding=wanted.get("padding", 0),
        dilation=wanted.get("dilation", 1),
        ceil_mode=wanted.get("ceil_mode", False),
        count_include_pad=not wanted.get("exclude_padding", False),
    )


def kernel(wanted: Wanted, weight: Any, default: int) -> Any:
    """The kernel's sizes: as typed, as the given weight has them, or the default.

    Raises SpecError: the option and the weight differ.
    """
    typed = wanted.get("kernel", None)
    if weight is None:
        return default if typed is None else typed
    if typed is not None and integers(typed, len(weight.kernel), "kernel", 1) != weight.kernel:
        raise SpecError(
            f"the weight has a kernel of {sizes_text(weight.kernel)}",
            "kernel",
            "leave it out: the weight says it",
        )
    return weight.kernel


def out_channels(wanted: Wanted, groups: int, weight: Any) -> int:
    """The output channels: as typed, as the given weight has them, else one per group."""
    typed = wanted.get("out_channels", None)
    given = None if weight is None else weight.out_channels
    if typed is not None and given is not None and typed != given:
        raise SpecError(
            f"the weight has {given} output channels", "out_channels", f"{given}, or leave it out"
        )
    return int(typed or given or groups)


def default_input(wanted: Wanted, size: int, ndim: int) -> str:
    """The command's own input, with the channels and the axes that the layer's text takes."""
    if wanted.layer is None:
        return "x".join([str(size)] * (wanted.spatial or wanted.likely or ndim))
    channels = getattr(wanted.layer, "in_channels", 1)
    sizes = [str(size)] * len(wanted.layer.kernel)
    return "x".join(sizes if channels == 1 else [str(channels), *sizes])
