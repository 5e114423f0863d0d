"""One gather, cut to size: the windows of an input, times weights, into an output.

Convolutions are gathers, and transposed convolutions are one gather per phase of the stride. The
ways to compute one are in `methods`; here is what they have in common.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convviz.engine.arrays import Array
from convviz.engine.padding import region
from convviz.engine.threads import spans
from convviz.records import Record, replace
from convviz.spec.geometry import Axis
from convviz.spec.modes import Mode, mode_named

PAGE = 4096

LONG = 8
"""Times as many cells as parts that an axis has, to be the one that is cut: parts are even then."""


class Gather(Record):
    """What is to be computed: out = Σ weight · windows of x, + bias.

    x:      (N, C_in, *spatial), of any type.
    weight: (C_out, C_in/groups, *kernel), in the type that sums are made in.
    bias:   (C_out,) in that type, or None.
    axes:   per spatial axis; `before` is negative where the first window starts inside `x`.
    mode:   how `x` continues past its ends; a mode that fills, fills with 0.
    out:    (N, C_out, *sizes), to be written; any strides, any floating type.
    """

    x: Array
    weight: Array
    bias: Array | None
    groups: int
    axes: tuple[Axis, ...]
    mode: Mode
    out: Array

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many windows there are, per spatial axis."""
        return self.out.shape[2:]

    @property
    def kernel(self) -> tuple[int, ...]:
        """Taps per spatial axis."""
        return self.weight.shape[2:]

    @property
    def per_group(self) -> tuple[int, int]:
        """(input, output) channels of one group."""
        return self.weight.shape[1], self.weight.shape[0] // self.groups

    def within(self, samples: slice, groups: range, tile: tuple[slice, ...]) -> Gather:
        """The part of the output in some samples, groups and a tile of the spatial axes."""
        inputs, outputs = self.per_group
        channels = slice(groups.start * outputs, groups.stop * outputs)
        return Gather(
            self.x[samples, groups.start * inputs : groups.stop * inputs],
            self.weight[channels],
            None if self.bias is None else self.bias[channels],
            len(groups),
            tuple(axis.starting_at(s.start) for axis, s in zip(self.axes, tile, strict=True)),
            self.mode,
            self.out[(samples, channels, *tile)],
        )

    def rows(self, span: slice) -> Gather:
        """The part of the output in some rows of the first spatial axis."""
        others = (slice(0, size) for size in self.sizes[1:])
        return self.within(slice(0, len(self.x)), range(self.groups), (span, *others))

    def tapping(self, taps: tuple[slice, ...]) -> Gather:
        """The sums over some taps of the kernel, without the bias."""
        axes = tuple(
            replace(axis, kernel=s.stop - s.start, before=axis.before - s.start * axis.dilation)
            for axis, s in zip(self.axes, taps, strict=True)
        )
        return replace(self, weight=self.weight[:, :, *taps], bias=None, axes=axes)

    def parts(self, cells: int) -> Iterator[Gather]:
        """The same in parts of at most `cells` windows."""
        if len(self.x) * math.prod(self.sizes) <= cells:
            yield self
            return
        for n, *tile in tiles((len(self.x), *self.sizes), cells):
            yield self.within(n, range(self.groups), tuple(tile))

    def split(self, count: int, ahead: float) -> list[Gather]:
        """The same in at most `count` parts, of some samples, rows or cells each.

        ahead: how much larger the first one is, as a part of the whole.
        """
        if count == 1:
            return [self]
        tile = [slice(0, n) for n in (len(self.x), *self.sizes)]
        lengths = [span.stop for span in tile]
        long = [place for place, n in enumerate(lengths) if n >= LONG * count]
        place = long[0] if long else lengths.index(max(lengths))
        found = []
        for span in spans(lengths[place], count, ahead):
            tile[place] = span
            found.append(self.within(tile[0], range(self.groups), tuple(tile[1:])))
        return found

    def patch(self) -> Array:
        """(N, C_in, *extent): the padded cells that the windows meet; a view if none is padded."""
        starts = tuple(-axis.before for axis in self.axes)
        stops = tuple(
            start + (size - 1) * axis.stride + axis.reach
            for start, axis, size in zip(starts, self.axes, self.sizes, strict=True)
        )
        return region(self.x, starts, stops, self.mode)

    @property
    def fills(self) -> bool:
        """Whether nothing but 0 is met outside `x`."""
        return self.mode.fills or all(
            axis.before <= 0 and axis.fine(size - 1, axis.kernel - 1) < n
            for axis, size, n in zip(self.axes, self.sizes, self.x.shape[2:], strict=True)
        )

    def filled(self) -> Gather:
        """The same with a mode that fills: what other modes copy is in `x` already."""
        if self.fills:
            return self
        flush = tuple(replace(axis, before=0) for axis in self.axes)
        return replace(self, x=self.patch(), axes=flush, mode=mode_named("zeros"))

    def target(self) -> Array | None:
        """`out` as (groups, C_out/groups, cells) if that is a view to compute into, else None."""
        out = self.out
        if len(out) != 1 or out.dtype != self.weight.dtype or out.strides[-1] != out.itemsize:
            return None
        for size, inner, length in zip(
            out.strides[2:], out.strides[3:], out.shape[3:], strict=False
        ):
            if size != inner * length:
                return None
        return np.reshape(out[0], (self.groups, -1, math.prod(self.sizes)))

    def add_bias(self, sums: Array) -> None:
        """Add the bias to `sums`, whose first axes are the groups and their output channels."""
        if self.bias is not None:
            sums += self.bias.reshape(self.groups, -1, *(1,) * (sums.ndim - 2))


def tiles(shape: tuple[int, ...], cells: int) -> Iterator[tuple[slice, ...]]:
    """An array of that shape in tiles of at most `cells` cells, at least one, of even sizes.

    A tile takes whole rows before it takes several, and whole planes before several, so that its
    cells lie together in memory.
    """
    lengths: list[int] = []
    left = max(1, cells)
    for size in reversed(shape):
        length = even(size, left)
        lengths.insert(0, length)
        left = left // length if length == size else 1
    return product(*map(slices, shape, lengths))


def even(size: int, most: int) -> int:
    """The length of the pieces of `size` cells, as few as can be, of at most `most` each."""
    return -(-size // -(-size // most)) if size else 1


def slices(size: int, length: int) -> list[slice]:
    """An axis of `size` cells in pieces of at most `length`."""
    return [slice(i, min(i + length, size)) for i in range(0, size, length)]


def windows(patch: Array, axes: tuple[Axis, ...], sizes: tuple[int, ...]) -> Array:
    """(C, *kernel, N, *sizes): what every tap meets in a `patch` (N, C, *extent)."""
    steps = patch.strides[2:]
    return as_strided(
        patch,
        (patch.shape[1], *(axis.kernel for axis in axes), patch.shape[0], *sizes),
        (
            patch.strides[1],
            *(step * axis.dilation for step, axis in zip(steps, axes, strict=True)),
            patch.strides[0],
            *(step * axis.stride for step, axis in zip(steps, axes, strict=True)),
        ),
        writeable=False,
    )


def room(size: int, before: Array | None, dtype: np.dtype[Any]) -> Array:
    """A flat scratch array of at least `size` numbers: `before`, if it is large enough."""
    if before is not None and before.size >= size:
        return before
    # Half a page off: large arrays begin on a page, and copying between rows that lie a multiple
    # of 4096 bytes apart takes up to five times as long (a store hides the loads that follow).
    space = np.empty(size * dtype.itemsize + PAGE, np.uint8)
    start = (PAGE // 2 - space.ctypes.data) % PAGE
    return space[start : start + size * dtype.itemsize].view(dtype)
