"""What the arithmetic of sizes hides: cells that nobody reads, zeros in windows, crooked joins."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from convviz.records import Record
from convviz.spec.field import POINT, Field
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv
from convviz.spec.network import INPUT, Join
from convviz.spec.pooling import LPPool, Pool
from convviz.spec.trace import Row, Trace

if TYPE_CHECKING:
    from fractions import Fraction


class Windows(Record):
    """A layer of windows on an input of `sizes`: what its axes have in common."""

    axes: tuple[Axis, ...]
    sizes: tuple[int, ...]
    outputs: tuple[int, ...]
    ceil: bool
    zeros: bool


def windows_of(row: Row) -> Windows | None:
    """The windows of a convolution or a pooling; None for any other layer.

    zeros: whether what a tap meets in the padding counts as a zero: convolutions, and averages.
    """
    layer = row.layer.windows if isinstance(row.layer, LPPool) else row.layer
    sizes, outputs = row.inputs[0][1:], row.output[1:]
    if isinstance(layer, Conv):
        return Windows(layer.axes, sizes, outputs, False, layer.padding_mode == "zeros")
    if isinstance(layer, Pool):
        counted = layer.kind == "avg" and layer.count_include_pad
        return Windows(layer.axes, sizes, outputs, layer.ceil_mode, counted)
    return None


def unread(row: Row) -> tuple[int, ...]:
    """Per axis, the input cells that no window reads; () where nothing slides.

    Padding that repeats cells reads them again, but never one that no window meets.
    """
    found = windows_of(row)
    if found is None:
        return ()
    return tuple(
        lost(axis, n, ceil=found.ceil) for axis, n in zip(found.axes, found.sizes, strict=True)
    )


@lru_cache(maxsize=4096)
def lost(axis: Axis, size: int, *, ceil: bool) -> int:
    """The cells of one axis that no window reads: networks ask the same many times."""
    return axis.unread_count(size, ceil=ceil)


def ceiled(row: Row) -> tuple[int, ...]:
    """Per axis, the windows that ceil_mode adds; () without ceil_mode."""
    found = windows_of(row)
    if found is None or not found.ceil:
        return ()
    return tuple(
        out - axis.windows(n)
        for axis, n, out in zip(found.axes, found.sizes, found.outputs, strict=True)
    )


def zeros(row: Row) -> Fraction | None:
    """The share of taps that meet padding, over all outputs; None where no padding is a zero."""
    found = windows_of(row)
    if found is None or not found.zeros:
        return None
    from fractions import Fraction

    inside = Fraction(1)
    for axis, n, out in zip(found.axes, found.sizes, found.outputs, strict=True):
        inside *= Fraction(axis.meetings(n, out), out * axis.kernel)
    return 1 - inside


def corner(row: Row) -> Fraction | None:
    """The same share in the corner output that sees the most of it."""
    found = windows_of(row)
    if found is None or not found.zeros:
        return None
    from fractions import Fraction

    inside = Fraction(1)
    for axis, n, out in zip(found.axes, found.sizes, found.outputs, strict=True):
        ends = (axis.inside(unit, n) for unit in (0, out - 1))
        inside *= Fraction(min(ends), axis.kernel)
    return 1 - inside


class Crooked(Record):
    """A join whose branches do not look at the same place.

    number: the layer, from 1. centers: per branch and axis, where its first output is centered.
    jumps: the same for how far the next output is.
    """

    number: int
    branches: tuple[str, ...]
    centers: tuple[tuple[Fraction, ...], ...]
    jumps: tuple[tuple[Fraction, ...], ...]


def crooked(trace: Trace) -> list[Crooked]:
    """The joins whose branches are not centered alike, or step differently."""
    joins = [
        (number, row.layer, row.step.inputs)
        for number, row in enumerate(trace.rows, 1)
        if isinstance(row.layer, Join)
    ]
    found = []
    for number, join, sources in joins:
        before = [trace.rows[i].fields if i != INPUT else straight(trace) for i in sources]
        fields = [axes for axes in before if axes is not None]
        centers = tuple(tuple(field.center for field in axes) for axes in fields)
        jumps = tuple(tuple(field.jump for field in axes) for axes in fields)
        if len(fields) == len(before) and len(set(zip(centers, jumps, strict=True))) > 1:
            found.append(Crooked(number, join.branches, centers, jumps))
    return found


def straight(trace: Trace) -> tuple[Field, ...]:
    """The fields of the input itself."""
    return (POINT,) * (len(trace.shape) - 1)


def unsaid(trace: Trace) -> list[tuple[int, tuple[int, ...]]]:
    """Printed average poolings that ceil_mode would change: the layer, and its other sizes.

    PyTorch does not print ceil_mode of an average: it is read as False.
    """
    if not trace.network.printed:
        return []
    found = []
    for number, row in enumerate(trace.rows, 1):
        if not isinstance(row.layer, Pool) or row.layer.kind != "avg" or row.layer.ceil_mode:
            continue
        sizes = zip(row.layer.axes, row.inputs[0][1:], strict=True)
        other = tuple(axis.windows(n, ceil=True) for axis, n in sizes)
        if other != row.output[1:]:
            found.append((number, other))
    return found
