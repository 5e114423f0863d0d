"""Gathers of two axes with a banded matrix: some rows of the output at once.

For two output rows of a kernel of three rows, with each w the weights of one kernel row:

    w₀ w₁ w₂ .
    .  w₀ w₁ w₂

It multiplies with some zeros, but an input row is copied once per tap of a kernel row, not once
per tap of the kernel. Zero times inf is nan, though, which would spread to rows that do not meet
it: blocks whose sums are not finite are done again by `columns`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convviz.engine.arrays import Array
from convviz.engine.columns import columns
from convviz.engine.gathering import Gather, even, room, slices
from convviz.spec.geometry import Axis

BLOCK = 3 << 20
"""Bytes of one block of input rows: it and what it is made from should fit the cache."""

WIDE = 9
"""From this many taps on a row is not copied per tap."""

ROWS = 4
"""Output rows that one band makes: enough for a product, and the zeros are few."""


def bands(job: Gather) -> None:
    """Banded matrix times rows, in blocks of rows."""
    dtype = job.weight.dtype
    _, outputs = job.per_group
    matrix = banded(job)
    multiply = summed if shifts(job) else stacked
    scratch: Array | None = None
    halves = np.empty(0, dtype)
    for span, part in blocks(job):
        direct = part.out.dtype == dtype and part.out.strides[-1] == part.out.itemsize
        shape = (part.groups, outputs, *part.sizes)
        sums = part.out.reshape(shape) if direct else np.empty(shape, dtype)
        scratch = multiply(part, matrix[span], sums, scratch)
        if len(halves) != shape[-1]:
            halves = np.full(shape[-1], 0.5 / shape[-1], dtype)
        # Half the mean of every row: nan or inf if one of its cells is, and never too large.
        if not np.isfinite(sums @ halves).all():
            columns(part)
            continue
        part.add_bias(sums)
        if not direct:
            part.out[...] = sums.reshape(part.out.shape)


def shifts(job: Gather) -> bool:
    """Whether the taps of a row are so many that shifted views of it are better than copies."""
    return job.kernel[1] >= WIDE and job.axes[1].stride == 1


def banded(job: Gather) -> Array:
    """The rows of the kernel, once per row that a band makes, each further by the stride.

    For `summed` (groups, C_in/groups, kernel width, C_out/groups, rows made, rows met), for
    `stacked` (groups, C_out/groups, rows made, rows met · C_in/groups · kernel width).
    """
    inputs, outputs = job.per_group
    rows = job.axes[0]
    count = min(job.sizes[0], ROWS)
    met = rows.spread(count)
    weight = job.weight.reshape(job.groups, outputs, inputs, *job.kernel)
    entries = weight.transpose(0, 2, 4, 1, 3)
    matrix = np.zeros((*entries.shape[:-1], count, met), weight.dtype)
    for row in range(count):
        start = row * rows.stride
        matrix[..., row, start : start + rows.reach : rows.dilation] = entries
    if shifts(job):
        return matrix
    return matrix.transpose(0, 3, 4, 5, 1, 2).reshape(job.groups, outputs, count, -1)


def blocks(job: Gather) -> Iterator[tuple[slice, Gather]]:
    """`job` in blocks of rows of one sample and some groups, with those groups."""
    inputs, _ = job.per_group
    rows = job.axes[0]
    row = inputs * job.weight.itemsize * (1 if shifts(job) else job.kernel[1])
    # Rows enough that few are copied twice, then the width that fits, then the rows that fit.
    least = ROWS * max(4, -(-2 * rows.kernel // ROWS))
    width = even(job.sizes[1], max(128, BLOCK // (rows.spread(least) * row)))
    height = BLOCK // (width * row)
    tall = even(job.sizes[0], max(least, (height - rows.reach) // rows.stride + 1))
    tall += -tall % ROWS
    together = max(1, BLOCK // (rows.spread(min(tall, job.sizes[0])) * row * width))
    for n, span, *tile in product(
        slices(len(job.x), 1),
        slices(job.groups, together),
        slices(job.sizes[0], tall),
        slices(job.sizes[1], width),
    ):
        yield span, job.within(n, range(span.start, span.stop), tuple(tile)).filled()


def stacked(part: Gather, matrix: Array, sums: Array, scratch: Array | None) -> Array:
    """Fill `sums` by one product: below each other, every input row as each tap of a row meets it.

    Returns the scratch array for the next part.
    """
    inputs, _ = part.per_group
    rows, cols = part.axes
    height = rows.spread(part.sizes[0])
    shape = (part.groups, height, inputs, cols.kernel, part.sizes[1])
    scratch = room(math.prod(shape), scratch, sums.dtype)
    stack = scratch[: math.prod(shape)].reshape(shape)
    source = part.x[0].reshape(part.groups, inputs, *part.x.shape[2:]).swapaxes(1, 2)
    low = min(max(0, -rows.before), source.shape[1])
    high = max(low, min(source.shape[1], height - rows.before))
    here = slice(low + rows.before, high + rows.before)
    if high - low < height:
        stack[:, : here.start] = 0
        stack[:, here.stop :] = 0
    for tap in range(cols.kernel):
        windows, cells = cols.meeting(tap, part.sizes[1], source.shape[3])
        row = stack[:, here, :, tap]
        row[..., windows] = source[:, low:high, :, cells]
        if windows.stop - windows.start < part.sizes[1]:
            row[..., : windows.start] = 0
            row[..., windows.stop :] = 0
    entries = inputs * cols.kernel
    multiply(matrix, stack.reshape(part.groups, height * entries, -1), rows, entries, sums)
    return scratch


def summed(part: Gather, matrix: Array, sums: Array, scratch: Array | None) -> Array:
    """Fill `sums` by one product per tap of a row, with shifted views of the input.

    Returns the scratch array for the next part.
    """
    inputs, _ = part.per_group
    rows, cols = part.axes
    patch = part.patch()[0]
    if patch.dtype != sums.dtype or patch.strides[-1] != patch.itemsize:
        patch = np.ascontiguousarray(patch, sums.dtype)
    source = patch.reshape(part.groups, inputs, *patch.shape[1:])
    scratch = room(sums.size, scratch, sums.dtype)
    terms = scratch[: sums.size].reshape(sums.shape)
    for channel, tap in product(range(inputs), range(cols.kernel)):
        first = tap * cols.dilation
        shifted = source[:, channel, :, first : first + part.sizes[1]]
        if channel == tap == 0:
            multiply(matrix[:, channel, tap], shifted, rows, 1, sums)
        else:
            multiply(matrix[:, channel, tap], shifted, rows, 1, terms)
            sums += terms
    return scratch


def multiply(matrix: Array, stack: Array, rows: Axis, entries: int, sums: Array) -> None:
    """Fill `sums` (groups, C_out/groups, rows, width): the banded `matrix` down the `stack`.

    matrix: (groups, C_out/groups, rows made, rows met · entries).
    stack:  (groups, rows · entries, width).
    """
    groups, outputs, count, depth = matrix.shape
    height, width = sums.shape[2:]
    full, rest = divmod(height, count)
    down, along = stack.strides[1:]
    step = count * rows.stride * entries
    if full:
        # Bands overlap, each `step` further down: one product over a view of all of them.
        view = as_strided(
            stack,
            (groups, 1, full, depth, width),
            (stack.strides[0], 0, down * step, down, along),
            writeable=False,
        )
        out = sums[:, :, : full * count].reshape(groups, outputs, full, count, width)
        np.matmul(matrix[:, :, np.newaxis], view, out=out)
    if rest:
        met = rows.spread(rest) * entries
        last = stack[:, np.newaxis, full * step : full * step + met]
        np.matmul(matrix[:, :, :rest, :met], last, out=sums[:, :, full * count :])
