"""Three ways to compute a gather. Each can do any; each is the fastest somewhere.

columns: one matrix product per block. Wins where a group has several output channels.
bands:   the kernel as a banded matrix that makes some rows at once. Wins on images and depthwise.
taps:    one multiplication and addition per tap. Wins on single channels of one axis, and keeps
         what is not finite where it belongs, which the zeros of a banded matrix do not.

All make the same sums, in another order: exact for integers, else within a few units in the last
place of the sum of the absolute products. No transform (FFT, Winograd) is used: their errors
follow the largest value of the input, not those that meet in a window.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convviz.engine.arrays import Array
from convviz.engine.gathering import Gather, room, slices, windows

Method = Callable[[Gather], None]
Index = tuple[Any, ...]

COLUMNS = 2 << 20
"""Bytes of one block of columns: they fit the second-level cache, with some to spare."""

BANDS = 3 << 20
"""Bytes of one block of stacked rows."""

TAPS = 256 << 10
"""Bytes of one block of sums."""


def columns(job: Gather) -> None:
    """Every window as a column of a matrix (im2col), in blocks; weights times columns.

    The copy costs C_in · taps numbers per window, the product C_out/groups times as much: with
    few output channels the copy is all there is.
    """
    dtype = job.weight.dtype
    inputs, outputs = job.per_group
    depth = job.groups * inputs * math.prod(job.kernel)
    matrix = job.weight.reshape(job.groups, outputs, -1)
    scratch: Array | None = None
    for part in job.parts(max(32, COLUMNS // (depth * dtype.itemsize))):
        count = len(part.x) * math.prod(part.sizes)
        view = windows(part.patch(), part.axes, part.sizes)
        if math.prod(job.kernel) == 1 and view.dtype == dtype and view.flags.c_contiguous:
            block = view
        else:
            scratch = room(depth * count, scratch, dtype)
            block = scratch[: depth * count].reshape(view.shape)
            np.copyto(block, view, casting="unsafe")
        target = part.target()
        sums = np.matmul(matrix, block.reshape(job.groups, -1, count), out=target)
        part.add_bias(sums)
        if target is None:
            shape = (len(part.weight), len(part.x), *part.sizes)
            part.out[...] = sums.reshape(shape).swapaxes(0, 1)


def taps(job: Gather) -> None:
    """Tap by tap: the cells that it meets, times its weight, onto sums that stay in the cache."""
    dtype = job.weight.dtype
    inputs, outputs = job.per_group
    cells = max(1, TAPS // dtype.itemsize)
    per_part = max(1, cells // (math.prod(job.sizes) * outputs))
    scratch: Array | None = None
    for span in slices(job.groups, per_part):
        groups = range(span.start, span.stop)
        every = (slice(0, size) for size in job.sizes)
        share = job.within(slice(0, len(job.x)), groups, tuple(every)) if job.groups > 1 else job
        for whole in share.parts(cells // (outputs * len(groups)), samples=1):
            part = whole.filled()
            shape = (part.groups, outputs, *part.sizes)
            scratch = room(2 * math.prod(shape), scratch, dtype)
            sums, terms = scratch[: 2 * math.prod(shape)].reshape(2, *shape)
            sums[...] = 0
            source = part.x[0].reshape(part.groups, inputs, 1, *part.x.shape[2:])
            weight = part.weight.reshape(part.groups, outputs, inputs, *part.kernel)
            ones = (1,) * len(part.sizes)
            for tap in product(*map(range, part.kernel)):
                met = [
                    axis.meeting(t, size, n)
                    for axis, t, size, n in zip(
                        part.axes, tap, part.sizes, part.x.shape[2:], strict=True
                    )
                ]
                at: Index = (..., *(coarse for coarse, _ in met))
                here: Index = (..., *(fine for _, fine in met))
                factor_at: Index = (..., *tap)
                cells_met, factors = source[here], weight[factor_at]
                for channel in range(inputs):
                    factor = factors[:, :, channel].reshape(part.groups, outputs, *ones)
                    np.multiply(cells_met[:, channel], factor, out=terms[at], casting="unsafe")
                    sums[at] += terms[at]
            part.add_bias(sums)
            part.out[0] = sums.reshape(part.out.shape[1:])


def bands(job: Gather) -> None:
    """The kernel as a banded matrix that turns a stack of input rows into several output rows.

    For three rows of a kernel of three rows, with the taps of a row side by side in each entry:

        w₀ w₁ w₂ .  .
        .  w₀ w₁ w₂ .
        .  .  w₀ w₁ w₂

    Copies one row per tap of the last axis instead of one per tap, and multiplies with some zeros
    instead of with single rows. Where the sums are not finite the part is done again by `taps`.
    """
    if len(job.axes) == 1:
        taps(job)  # there are no rows
        return
    dtype = job.weight.dtype
    inputs, outputs = job.per_group
    rows = job.axes[-2]
    count = min(job.sizes[-2], 4 if rows.kernel <= 8 else 8)
    matrix = banded(job, count)
    taps_per_row = inputs * math.prod(job.kernel) // rows.kernel
    # Blocks of whole rows if that leaves several bands of them, of some groups if it leaves all.
    row_bytes = taps_per_row * dtype.itemsize
    tall = min(job.sizes[-2], max(16 * count, 4 * rows.reach))
    tall = -(-tall // count) * count
    height = (tall - 1) * rows.stride + rows.reach
    width = max(128, BANDS // (height * row_bytes))
    width = -(-job.sizes[-1] // -(-job.sizes[-1] // width))
    together = max(1, BANDS // (height * row_bytes * width))
    scratch: Array | None = None
    tiles = [
        *(slices(size, 1) for size in job.sizes[:-2]),
        slices(job.sizes[-2], tall),
        slices(job.sizes[-1], width),
    ]
    for n, span, *tile in product(slices(len(job.x), 1), slices(job.groups, together), *tiles):
        part = job.within(n, range(span.start, span.stop), tuple(tile)).filled()
        stack, scratch = stacked(part, scratch)
        direct = part.out.strides[-1] == part.out.itemsize and part.out.dtype == dtype
        shape = (part.groups, outputs, *part.sizes[-2:])
        sums = part.out.reshape(shape) if direct else np.empty(shape, dtype)
        multiply(matrix[span], stack, rows.stride, rows.reach, sums)
        if not np.isfinite(sums @ np.full(shape[-1], 0.5 / shape[-1], dtype)).all():
            taps(part)
            continue
        part.add_bias(sums)
        if not direct:
            part.out[...] = sums.reshape(part.out.shape)


def banded(job: Gather, count: int) -> Array:
    """(groups, C_out/groups, count, rows met · taps per row): the kernel, `count` times."""
    inputs, outputs = job.per_group
    axis = job.axes[-2]
    met = (count - 1) * axis.stride + axis.reach
    weight = job.weight.reshape(job.groups, outputs, inputs, *job.kernel)
    entries = np.moveaxis(weight, -2, 2)  # the rows of the kernel before channels and columns
    matrix = np.zeros((job.groups, outputs, count, met, *entries.shape[3:]), weight.dtype)
    for row in range(count):
        start = row * axis.stride
        matrix[:, :, row, start : start + axis.reach : axis.dilation] = entries
    return matrix.reshape(job.groups, outputs, count, -1)


def stacked(part: Gather, scratch: Array | None) -> tuple[Array, Array]:
    """(groups, rows met, taps per row, width) of one sample, and the scratch array it lies in.

    Row by row of the input, what the taps of a kernel row meet; filled with 0 outside of it.
    """
    inputs, _ = part.per_group
    *lead, rows, _ = part.axes
    height = (part.sizes[-2] - 1) * rows.stride + rows.reach
    shape = (
        part.groups,
        height,
        inputs,
        *(a.kernel for a in lead),
        part.kernel[-1],
        part.sizes[-1],
    )
    size = math.prod(shape)
    scratch = room(size, scratch, part.weight.dtype)
    stack = scratch[:size].reshape(shape)
    source = part.x[0].reshape(part.groups, inputs, *part.x.shape[2:])
    top, bottom = -rows.before, height - rows.before
    low, high = max(0, top), min(source.shape[-2], bottom)
    stack[:, : low - top] = 0
    stack[:, max(low, high) - top :] = 0
    here = slice(low - top, max(low, high) - top)
    for tap in product(*map(range, (*part.kernel[:-2], part.kernel[-1]))):
        met = [
            axis.meeting(t, n, size)
            for axis, t, n, size in zip(
                (*lead, part.axes[-1]),
                tap,
                (*part.sizes[:-2], part.sizes[-1]),
                (*part.x.shape[2:-2], part.x.shape[-1]),
                strict=True,
            )
        ]
        entry: Index = (slice(None), here, slice(None), *tap)
        place = stack[entry]
        *planes, (across, cells) = met
        if any(met_none.start == met_none.stop for met_none, _ in planes):
            place[...] = 0
            continue
        place[..., : across.start] = 0
        place[..., across.stop :] = 0
        plane: Index = (slice(None), slice(None), *(fine.start for _, fine in planes))
        place[..., across] = np.moveaxis(source[plane][:, :, low:high, cells], 2, 1)
    return stack.reshape(part.groups, height, -1, part.sizes[-1]), scratch


def multiply(matrix: Array, stack: Array, stride: int, reach: int, sums: Array) -> None:
    """Fill `sums` (groups, C_out/groups, rows, width): the banded `matrix` down the `stack`.

    reach: rows that the kernel spans.
    """
    groups, outputs, count, depth = matrix.shape
    height, width = sums.shape[2:]
    steps = stack.strides
    full, rest = divmod(height, count)
    if full:
        # Bands start every count · stride rows and overlap: one product over a strided view.
        view = as_strided(
            stack,
            (groups, 1, full, depth, width),
            (steps[0], 0, steps[1] * count * stride, steps[2], steps[3]),
            writeable=False,
        )
        out = as_strided(
            sums,
            (groups, outputs, full, count, width),
            (*sums.strides[:2], sums.strides[2] * count, *sums.strides[2:]),
        )
        np.matmul(matrix[:, :, None], view, out=out)
    if rest:
        met = ((rest - 1) * stride + reach) * stack.shape[2]
        start = full * count * stride
        last = stack[:, start:].reshape(groups, 1, -1, width)[:, :, :met]
        np.matmul(matrix[:, :, :rest, :met], last, out=sums[:, :, full * count :])


METHODS: dict[str, Method] = {"columns": columns, "bands": bands, "taps": taps}


def method_for(job: Gather) -> Method:
    """The method that is fastest for `job`, by measurement."""
    inputs, outputs = job.per_group
    cells = math.prod(job.sizes)
    if outputs * math.prod(job.kernel) >= 64 or cells * inputs * job.groups <= 4096:
        return columns
    if len(job.axes) > 1 and job.sizes[-2] >= 4:
        return bands
    return taps if outputs == 1 and math.prod(job.kernel) < 16 else columns


def compute(job: Gather) -> None:
    """Fill the output of `job` by the method that is fastest."""
    if job.out.size:
        method_for(job)(job)
