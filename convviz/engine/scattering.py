"""Transposed convolution: every input cell stamps the kernel onto the output.

Three ways. By phases: the output cells of one remainder by the stride are an ordinary convolution
with every stride-th tap. By stamps: all stamps from one matrix product, added tap by tap; faster
where the output channels are fewer than the input's, or the arrays are small. By cells (see
`stamping`): stamp by stamp; faster where large kernels meet few input cells.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from convviz.engine.arrays import Array, prepared, quiet
from convviz.engine.gathering import Gather, room, slices
from convviz.engine.methods import compute, cost
from convviz.engine.stamping import by_cells, stamped
from convviz.records import replace
from convviz.spec.geometry import Axis, Phase
from convviz.spec.layers import ConvTranspose
from convviz.spec.modes import mode_named

BLOCK = 3 << 20
"""Bytes of one block of stamps."""

# What things cost, in nanoseconds: fitted to measured times. Only how they compare matters.

PHASE = 70_000
"""One phase of the strides, however small."""

GATHERED = 0.9
"""A tap of an input cell that phases copy into columns."""

STAMPED = 2.0
"""A number of a stamp: written by the product, and added."""

FEW = 1 << 16
"""Numbers in stamps up to which they are added one tap after the other."""

FAR = 64
"""Times as many padded cells as cells of input and output: taps are so far apart that phases would
copy little but padding."""

TAP = 4_000
"""One tap, where all stamps are added tap by tap."""

PRODUCT = 0.05
"""A multiplication of a large matrix product, in which `methods` counts."""


@quiet
def scatter(layer: ConvTranspose, x: Array, weight: Array, bias: Array | None) -> Array:
    """(N, C_out, *spatial): `layer` on `x`, which is (N, C_in, *spatial)."""
    out, weight, bias = prepared(layer.output(x.shape[1:]), x, weight, bias)
    fill(out, layer.groups, x, weight, bias, layer.axes)
    return out


@quiet
def scattered(layer: ConvTranspose, x: Array, weight: Array) -> Array:
    """(N, C_out, *spread): the sum of all stamps before the crop, without the bias.

    Where output_padding reaches beyond the stamps, cells of 0 are added.
    """
    sizes = layer.output(x.shape[1:])[1:]
    spans = (
        max(axis.spread(n), axis.before + size)
        for axis, n, size in zip(layer.axes, x.shape[2:], sizes, strict=True)
    )
    out, weight, _ = prepared((layer.out_channels, *spans), x, weight, None)
    fill(out, layer.groups, x, weight, None, tuple(replace(a, before=0) for a in layer.axes))
    return out


def fill(
    out: Array, groups: int, x: Array, weight: Array, bias: Array | None, axes: tuple[Axis, ...]
) -> None:
    """Fill `out` (N, C_out, *sizes) with the stamps of `x`, cropped as `axes` say."""
    way = by_phases
    if cells_pay(out, groups, x, weight, axes):
        way = by_cells
    elif stamps_pay(out, groups, x, weight, axes):
        way = by_stamps
    way(out, groups, x, weight, bias, axes)


def cells_pay(out: Array, groups: int, x: Array, weight: Array, axes: tuple[Axis, ...]) -> bool:
    """Whether single stamps are faster than all other ways."""
    single = stamped(out, groups, x, weight)
    if single >= TAP * len(x) * math.prod(weight.shape[2:]):
        return False  # all stamps are added tap by tap: always, if there are fewer taps than cells
    if single < PHASE * phases_count(out, axes):
        return True
    phases = [axis.phases(size) for axis, size in zip(axes, out.shape[2:], strict=True)]
    if not all(phases):
        return True  # nothing is met
    # The first phase has as many taps as any other.
    choice = tuple(found[0] for found in phases)
    one = PRODUCT * cost(phase_of(choice, out, groups, x, weight, None))
    return single < math.prod(map(len, phases)) * one


def phases_count(out: Array, axes: tuple[Axis, ...]) -> int:
    """How many phases of the strides there are in `out`."""
    return math.prod(
        min(axis.stride, axis.kernel, size) for axis, size in zip(axes, out.shape[2:], strict=True)
    )


def stamps_pay(out: Array, groups: int, x: Array, weight: Array, axes: tuple[Axis, ...]) -> bool:
    """Whether stamps are faster than phases: both make the same products, and copy others."""
    if out.dtype != weight.dtype:
        return False  # sums would round to the type of the output again and again
    inputs, outputs, *kernel = weight.shape
    row = groups * outputs * math.prod(kernel) * math.prod(x.shape[3:])
    if row * weight.itemsize > 4 * BLOCK:
        return False  # blocks are whole rows
    # What phases copy from is padded as far as their taps reach.
    padded = math.prod(
        (size + axis.reach) // axis.stride for axis, size in zip(axes, out.shape[2:], strict=True)
    )
    if padded > FAR * (math.prod(x.shape[2:]) + math.prod(out.shape[2:])):
        return True
    met = len(x) * math.prod(kernel) * math.prod(x.shape[2:])
    by_stamps = PHASE + met * groups * outputs * STAMPED
    return bool(by_stamps < PHASE * phases_count(out, axes) + met * inputs * GATHERED)


def by_stamps(
    out: Array, groups: int, x: Array, weight: Array, bias: Array | None, axes: tuple[Axis, ...]
) -> None:
    """Add the stamps, some rows of the input at a time."""
    inputs, outputs, *kernel = weight.shape
    matrix = weight.reshape(groups, inputs // groups, -1).swapaxes(1, 2)
    row = groups * matrix.shape[1] * math.prod(x.shape[3:]) * weight.itemsize
    out[...] = 0 if bias is None else bias.reshape(-1, *(1,) * len(kernel))
    scratch: Array | None = None
    for sums, sample in zip(out, x, strict=True):
        for rows in slices(x.shape[2], max(1, BLOCK // row)):
            block = np.ascontiguousarray(sample[:, rows], weight.dtype)
            shape = (groups * outputs, *kernel, *block.shape[1:])
            scratch = room(math.prod(shape), scratch, weight.dtype)
            stamps = scratch[: math.prod(shape)].reshape(shape)
            np.matmul(
                matrix,
                block.reshape(groups, inputs // groups, -1),
                out=stamps.reshape(groups, matrix.shape[1], -1),
            )
            # The rows of the output that they reach, and no more.
            low = max(0, axes[0].fine(rows.start, 0))
            high = axes[0].fine(rows.stop - 1, kernel[0] - 1) + 1
            first = axes[0].starting_at(rows.start)
            first = replace(first, before=first.before + low)
            add(stamps, sums[:, low : max(low, high)], (first, *axes[1:]))


def add(stamps: Array, sums: Array, axes: tuple[Axis, ...]) -> None:
    """Add `stamps` (C_out, *kernel, *cells) to `sums` (C_out, *sizes).

    Of many, those of one phase of the strides are added first: they lie beside each other, while
    the cells of `sums` that they reach lie a stride apart and take longer to read and write.
    """
    kernel, cells = stamps.shape[1 : -len(axes)], stamps.shape[-len(axes) :]
    sizes = sums.shape[1:]
    if stamps.size <= FEW or all(axis.stride == 1 for axis in axes):
        direct = [
            [(tap, *axis.meeting(tap, count, size)) for tap in range(axis.kernel)]
            for axis, count, size in zip(axes, cells, sizes, strict=True)
        ]
        for met in product(*direct):
            taps, coarse, fine = zip(*met, strict=True)
            sums[(slice(None), *fine)] += stamps[(slice(None), *taps, *coarse)]
        return
    for choice in product(*map(Axis.phases, axes, sizes)):
        place: tuple[Any, ...] = (..., *(phase.cells for phase in choice))
        target = sums[place]
        found = np.zeros(target.shape, target.dtype)
        for met in product(*map(landing, choice, kernel, target.shape[1:], cells)):
            taps, fine, coarse = zip(*met, strict=True)
            found[(slice(None), *fine)] += stamps[(slice(None), *taps, *coarse)]
        target += found


def landing(phase: Phase, taps: int, size: int, cells: int) -> list[tuple[int, slice, slice]]:
    """(tap, which of the `size` cells of the phase it reaches, from which cells) of each tap."""
    met = enumerate(range(taps)[phase.taps])
    return [(tap, *phase.axis.meeting(i, size, cells)) for i, tap in met]


def by_phases(
    out: Array, groups: int, x: Array, weight: Array, bias: Array | None, axes: tuple[Axis, ...]
) -> None:
    """Convolve once per phase of the strides.

    The cells of a phase meet every stride-th tap alone, and the taps backwards (Dumoulin & Visin,
    2016, chapter 4, without the zeros that they insert).
    """
    phases = [axis.phases(size) for axis, size in zip(axes, out.shape[2:], strict=True)]
    if any(
        len(found) < min(axis.stride, size)
        for found, axis, size in zip(phases, axes, out.shape[2:], strict=True)
    ):
        # Some cells meet no tap at all.
        out[...] = 0 if bias is None else bias.reshape(-1, *(1,) * len(axes))
    for choice in product(*phases):
        compute(phase_of(choice, out, groups, x, weight, bias))


def phase_of(
    choice: tuple[Phase, ...],
    out: Array,
    groups: int,
    x: Array,
    weight: Array,
    bias: Array | None,
) -> Gather:
    """The convolution that makes the cells of one phase of every stride."""
    inputs, outputs, *kernel = weight.shape
    cells: tuple[Any, ...] = (..., *(phase.cells for phase in choice))
    taps: tuple[Any, ...] = (..., *(phase.taps for phase in choice))
    split = weight.reshape(groups, inputs // groups, outputs, *kernel)[taps].swapaxes(1, 2)
    return Gather(
        x,
        np.ascontiguousarray(split.reshape(groups * outputs, *split.shape[2:])),
        bias,
        groups,
        tuple(
            phase.axis.acting(size)
            for phase, size in zip(choice, out[cells].shape[2:], strict=True)
        ),
        mode_named("zeros"),
        out[cells],
    )
