"""Layers of windows, a row each: convolutions and poolings, the layers that most texts are made of.

All other layers are in `convviz.spec.catalog`, which is loaded for a name that is not among these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.layer import Layer
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.pooling import AdaptivePool, LPPool, Pool

Given = dict[str, Any]


class Constructor(Record):
    """One row.

    arguments: in PyTorch's order; the first `required` must be given.
    make:      builds the layer from the given arguments, by name.
    """

    name: str
    arguments: tuple[str, ...]
    required: int
    make: Callable[[Given], Layer]


def convolutions(ndim: int) -> Iterator[Constructor]:
    """Conv and ConvTranspose over `ndim` axes."""

    def conv(given: Given) -> Layer:
        return Conv.of(kernel=given.pop("kernel_size"), ndim=ndim, **given)

    def transposed(given: Given) -> Layer:
        mode = given.pop("padding_mode", "zeros")
        if mode != "zeros":
            raise SpecError(
                f"a transposed convolution crops: it has no padding_mode but zeros, not {mode!r}",
                "padding_mode",
                "only zeros",
            )
        return ConvTranspose.of(kernel=given.pop("kernel_size"), ndim=ndim, **given)

    first = ("in_channels", "out_channels", "kernel_size", "stride", "padding")
    yield Constructor(
        f"Conv{ndim}d", (*first, "dilation", "groups", "bias", "padding_mode"), 3, conv
    )
    yield Constructor(
        f"ConvTranspose{ndim}d",
        (*first, "output_padding", "groups", "bias", "dilation", "padding_mode"),
        3,
        transposed,
    )


def poolings(ndim: int) -> Iterator[Constructor]:
    """Max, average, norm and adaptive pooling over `ndim` axes."""

    def largest(given: Given) -> Layer:
        given.pop("return_indices", None)
        return Pool.of("max", given.pop("kernel_size"), ndim=ndim, **given)

    def average(given: Given) -> Layer:
        if given.pop("divisor_override", None) is not None:
            raise SpecError(
                "divisor_override is not supported: an average divides by its window",
                "divisor_override",
                "only None",
                remedy="leave it out; the sum is the average times the kernel's cells",
            )
        return Pool.of("avg", given.pop("kernel_size"), ndim=ndim, **given)

    def norm(given: Given) -> Layer:
        power = real(given.pop("norm_type"), "norm_type")
        return LPPool(power, Pool.of("avg", given.pop("kernel_size"), ndim=ndim, **given))

    def adaptive(kind: str) -> Callable[[Given], Layer]:
        return lambda given: AdaptivePool.of(kind, given["output_size"], ndim=ndim)

    several = ("divisor_override",) if ndim > 1 else ()
    sides = ("kernel_size", "stride", "padding")
    yield Constructor(
        f"MaxPool{ndim}d", (*sides, "dilation", "return_indices", "ceil_mode"), 1, largest
    )
    yield Constructor(
        f"AvgPool{ndim}d", (*sides, "ceil_mode", "count_include_pad", *several), 1, average
    )
    yield Constructor(
        f"LPPool{ndim}d", ("norm_type", "kernel_size", "stride", "ceil_mode"), 2, norm
    )
    yield Constructor(f"AdaptiveAvgPool{ndim}d", ("output_size",), 1, adaptive("avg"))
    yield Constructor(
        f"AdaptiveMaxPool{ndim}d", ("output_size", "return_indices"), 1, adaptive("max")
    )


def real(value: Any, name: str) -> float:
    """`value` as a number.

    Raises SpecError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SpecError(f"{name} must be a number, not {value!r}", name, "a number")
    return float(value)


WINDOWED: dict[str, Constructor] = {
    row.name: row
    for family in (convolutions, poolings)
    for ndim in (1, 2, 3)
    for row in family(ndim)
}
"""Their rows by name."""
