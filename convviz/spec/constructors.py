"""PyTorch's constructors: the arguments that each takes, in order, and the layer that it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from convviz.errors import SpecError, near, shortened
from convviz.spec.calls import Call
from convviz.spec.layers import Conv, ConvTranspose, Pool
from convviz.spec.tokens import Span, point

Layer: TypeAlias = Conv | ConvTranspose | Pool

PLACEMENT = ("device", "dtype")
"""Arguments that PyTorch's layers take and that change no shape: read and left."""

OWN_NAMES = {"kernel": "kernel_size"}
"""convviz's word for an argument → PyTorch's, where they differ."""


@dataclass(frozen=True)
class Constructor:
    """One row of the table.

    arguments: in PyTorch's order; the first `required` must be given.
    make:      builds the layer from the given arguments, by name.
    """

    name: str
    arguments: tuple[str, ...]
    required: int
    make: Callable[[dict[str, Any]], Layer]


def _conv(ndim: int) -> Constructor:
    arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups",
        "bias", "padding_mode",
    )  # fmt: skip

    def make(given: dict[str, Any]) -> Layer:
        return Conv.of(kernel=given.pop("kernel_size"), ndim=ndim, **given)

    return Constructor(f"Conv{ndim}d", arguments, 3, make)


def _conv_transpose(ndim: int) -> Constructor:
    arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding",
        "groups", "bias", "dilation", "padding_mode",
    )  # fmt: skip

    def make(given: dict[str, Any]) -> Layer:
        mode = given.pop("padding_mode", "zeros")
        if mode != "zeros":
            raise SpecError(
                f"a transposed convolution crops: it has no padding_mode but zeros, not {mode!r}",
                "padding_mode",
                "only zeros",
            )
        return ConvTranspose.of(kernel=given.pop("kernel_size"), ndim=ndim, **given)

    return Constructor(f"ConvTranspose{ndim}d", arguments, 3, make)


def _max_pool(ndim: int) -> Constructor:
    arguments = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")

    def make(given: dict[str, Any]) -> Layer:
        given.pop("return_indices", None)
        return Pool.of("max", given.pop("kernel_size"), ndim=ndim, **given)

    return Constructor(f"MaxPool{ndim}d", arguments, 1, make)


def _avg_pool(ndim: int) -> Constructor:
    several = ("divisor_override",) if ndim > 1 else ()
    arguments = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", *several)

    def make(given: dict[str, Any]) -> Layer:
        if given.pop("divisor_override", None) is not None:
            raise SpecError(
                "divisor_override is not supported: an average divides by its window",
                "divisor_override",
                "only None",
                remedy="leave it out; the sum is the average times the kernel's cells",
            )
        return Pool.of("avg", given.pop("kernel_size"), ndim=ndim, **given)

    return Constructor(f"AvgPool{ndim}d", arguments, 1, make)


CONSTRUCTORS: dict[str, Constructor] = {
    row.name: row
    for family in (_conv, _conv_transpose, _max_pool, _avg_pool)
    for row in map(family, (1, 2, 3))
}

MODULES = ("", "nn.", "torch.nn.")


def construct(call: Call, source: str) -> Layer:
    """The layer that `call` names.

    Raises SpecError: no such layer or argument, or what the layer itself refuses; it points at the
    argument in `source`.
    """
    constructor = find(call, source)
    given, places = bind(call, constructor, source)
    for name in PLACEMENT:
        given.pop(name, None)
    try:
        return constructor.make(given)
    except SpecError as error:
        place = places.get(OWN_NAMES.get(error.argument, error.argument), call.span)
        raise error.at(source, place).spelled(spelling) from None


def spelling(name: str, value: str) -> str:
    """An argument as PyTorch spells it: ``kernel_size=5``."""
    return f"{OWN_NAMES.get(name, name)}={value}"


def find(call: Call, source: str) -> Constructor:
    """The row of the table that `call` names.

    Raises SpecError: there is none.
    """
    typed = source[slice(*call.name_span)]
    prefix = typed[: len(typed) - len(call.name)]
    if call.name in CONSTRUCTORS and prefix in MODULES:
        return CONSTRUCTORS[call.name]
    if call.name in CONSTRUCTORS:
        raise point(
            source,
            (call.name_span[0], call.name_span[0] + len(prefix)),
            f"layers are written {call.name}, nn.{call.name} or torch.nn.{call.name}",
            accepted=f"not {shortened(prefix)}",
        )
    guess = near(call.name, tuple(CONSTRUCTORS))
    raise point(
        source,
        call.name_span,
        f"no layer is called '{shortened(call.name)}'",
        accepted=f"did you mean {guess}?" if guess else "",
        remedy=", ".join(CONSTRUCTORS),
        heading="layers",
    )


def bind(
    call: Call, constructor: Constructor, source: str
) -> tuple[dict[str, Any], dict[str, Span]]:
    """Each argument's value and place, by name.

    Raises SpecError: an argument that is unknown, repeated, missing, or out of place.
    """
    known = constructor.arguments
    given: dict[str, Any] = {}
    places: dict[str, Span] = {}
    for index, argument in enumerate(call.arguments):
        name = argument.name
        if not name:
            if given and call.arguments[index - 1].name:
                raise point(
                    source,
                    argument.span,
                    "a positional argument follows a named one",
                    accepted="needs a name",
                )
            if index >= len(known):
                raise point(
                    source,
                    argument.span,
                    f"{call.name} takes at most {len(known)} arguments",
                    accepted="one too many",
                    remedy=", ".join(known),
                    heading="arguments",
                )
            name = known[index]
        elif name not in known and name not in PLACEMENT:
            guess = near(name, known)
            raise point(
                source,
                argument.name_span,
                f"{call.name} has no argument '{shortened(name)}'",
                accepted=f"did you mean {guess}?" if guess else "",
                remedy=", ".join(known),
                heading="arguments",
            )
        if name in given:
            raise point(
                source,
                argument.name_span,
                f"{name} is given twice",
                accepted="the second one",
            )
        given[name] = argument.value
        places[name] = argument.span
    missing = [name for name in known[: constructor.required] if name not in given]
    if missing:
        raise point(
            source,
            (call.span[1] - 1, call.span[1]),
            f"{call.name} needs {' and '.join(missing)}",
            accepted=f"{missing[0]} is missing",
            remedy=", ".join(known),
            heading="arguments",
        )
    return given, places
