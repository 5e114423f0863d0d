"""Transposed convolution: every input cell stamps the kernel onto the output.

Three ways. By phases: the output cells of one remainder by the stride are an ordinary convolution
with every stride-th tap. By stamps: all stamps from one matrix product, added tap by tap; faster
where the stamps are small beside the input channels, or the arrays are small. By cells (see
`stamping`): stamp by stamp; faster where large kernels meet few input cells.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from convviz.engine.arrays import Array, prepared, quiet
from convviz.engine.gathering import Gather, slices
from convviz.engine.methods import compute
from convviz.engine.stamping import by_cells, cells_pay
from convviz.records import replace
from convviz.spec.geometry import Axis
from convviz.spec.layers import ConvTranspose
from convviz.spec.modes import mode_named

BLOCK = 3 << 19
"""Bytes of one block of stamps."""

SMALL = 1 << 15
"""Numbers in all stamps below which phases, which are many, take longer."""


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
    elif stamps_pay(out, groups, x, weight):
        way = by_stamps
    way(out, groups, x, weight, bias, axes)


def stamps_pay(out: Array, groups: int, x: Array, weight: Array) -> bool:
    """Whether stamps are faster than phases."""
    if out.dtype != weight.dtype:
        return False  # sums would round to the type of the output again and again
    inputs, outputs = weight.shape[0] // groups, weight.shape[1]
    row = groups * math.prod(weight.shape[1:]) * math.prod(x.shape[3:])
    if int(row * weight.itemsize) > 8 * BLOCK:
        return False  # blocks are whole rows
    return bool(3 * outputs < inputs or row * x.shape[2] <= SMALL)


def by_stamps(
    out: Array, groups: int, x: Array, weight: Array, bias: Array | None, axes: tuple[Axis, ...]
) -> None:
    """Add the stamps, some rows of the input at a time."""
    inputs, outputs, *kernel = weight.shape
    matrix = weight.reshape(groups, inputs // groups, -1).swapaxes(1, 2)
    row = groups * matrix.shape[1] * math.prod(x.shape[3:]) * weight.itemsize
    out[...] = 0
    for sums, sample in zip(out, x, strict=True):
        target = sums.reshape(groups, outputs, *sums.shape[1:])
        for rows in slices(x.shape[2], max(1, BLOCK // max(1, row))):
            block = np.ascontiguousarray(sample[:, rows], weight.dtype)
            spatial = block.shape[1:]
            stamps = np.matmul(matrix, block.reshape(groups, inputs // groups, -1))
            stamps = stamps.reshape(groups, outputs, *kernel, *spatial)
            first = axes[0].starting_at(rows.start)
            meetings = [
                [axis.meeting(tap, n, size) for tap in range(axis.kernel)]
                for axis, n, size in zip((first, *axes[1:]), spatial, sums.shape[1:], strict=True)
            ]
            for tap, met in zip(product(*map(range, kernel)), product(*meetings), strict=True):
                fine: tuple[Any, ...] = (..., *(cells for _, cells in met))
                coarse: tuple[Any, ...] = (..., *tap, *(cells for cells, _ in met))
                target[fine] += stamps[coarse]
    if bias is not None:
        out += bias.reshape(-1, *(1,) * len(kernel))


def by_phases(
    out: Array, groups: int, x: Array, weight: Array, bias: Array | None, axes: tuple[Axis, ...]
) -> None:
    """Convolve once per phase of the strides.

    The cells of a phase meet every stride-th tap alone, and the taps backwards (Dumoulin & Visin,
    2016, chapter 4, without the zeros that they insert).
    """
    inputs, outputs, *kernel = weight.shape
    split = weight.reshape(groups, inputs // groups, outputs, *kernel).swapaxes(1, 2)
    phases = [axis.phases(size) for axis, size in zip(axes, out.shape[2:], strict=True)]
    if any(
        len(found) < min(axis.stride, size)
        for found, axis, size in zip(phases, axes, out.shape[2:], strict=True)
    ):
        # Some cells meet no tap at all.
        out[...] = 0 if bias is None else bias.reshape(-1, *(1,) * len(kernel))
    for choice in product(*phases):
        cells: tuple[Any, ...] = (..., *(phase.cells for phase in choice))
        taps: tuple[Any, ...] = (..., *(phase.taps for phase in choice))
        stamps = split[taps]
        stamps = stamps.reshape(groups * outputs, inputs // groups, *stamps.shape[3:])
        compute(
            Gather(
                x,
                np.ascontiguousarray(stamps),
                bias,
                groups,
                tuple(
                    phase.axis.acting(size)
                    for phase, size in zip(choice, out[cells].shape[2:], strict=True)
                ),
                mode_named("zeros"),
                out[cells],
            )
        )
