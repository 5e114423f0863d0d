"""Gathers of two axes row by row: an input row is copied once per tap of a kernel row.

Below each other, the rows of the input as every tap of a kernel row meets them are a stack in which
the windows of one output row are rows that follow each other: one product with the kernel.

Of large kernels that is too many copies. Then the stack holds a few taps alone, one product makes
the sums of every such part of a kernel row, which are added, each further along the row, and it
makes several output rows at once. For two of a kernel of three rows, with each w a kernel row:

    w₀ w₁ w₂ .
    .  w₀ w₁ w₂

It multiplies with some zeros. Zero times inf is nan, though, which would spread to cells that do
not meet it: blocks whose sums are not finite are done again by `columns`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from convviz.engine import threads
from convviz.engine.arrays import Array
from convviz.engine.columns import columns
from convviz.engine.gathering import Gather, even, room, slices
from convviz.records import Record

BLOCK = 3 << 18
"""Bytes of one stack: it and what is made from it should fit the cache."""

MORE = 3
"""Times as many where a block takes many calls, since sums are made in parts, or where calls should
be few, since several threads wait for each other between them."""

PRODUCT = 1_000_000
"""Multiplications up to which OpenBLAS copies nothing for a product, on processors with AVX-512."""

PIECES = 4
"""Products, to be added, as which a larger one is made at most."""

LARGE = 64
"""Taps of a kernel beyond which few of a row are stacked."""

ROWS = 4
"""Output rows that one product makes for a large kernel: enough, and the zeros are few."""

TAPS = 3
"""Taps of a row that are stacked for a large kernel."""


class Cut(Record):
    """How products share the work.

    rows:  output rows that one product makes.
    taps:  taps of a kernel row that are stacked.
    parts: of a kernel row, each of that many taps, whose sums are added.
    """

    rows: int
    taps: int
    parts: int

    @classmethod
    def of(cls, job: Gather) -> Cut:
        """The cut that is fastest for `job`."""
        (height, width), (_, cols), (_, outputs) = job.kernel, job.axes, job.per_group
        if height * width <= LARGE or cols.stride > 1 or outputs >= ROWS:
            return cls(1, width, 1)
        rows = min(ROWS, job.sizes[0]) if height > ROWS else 1
        parts = -(-width // TAPS)
        return cls(rows, -(-width // parts), parts)

    def zeros(self, job: Gather) -> bool:
        """Whether the matrix has zeros that the kernel has not."""
        return self.rows > 1 or job.axes[0].dilation > 1 or self.taps * self.parts > job.kernel[1]


def bands(job: Gather, laid: Laid | None = None) -> None:
    """Banded matrices times stacked rows, in strips of columns and some rows at a time.

    laid: the matrices that are known; those that are missing are made.
    """
    cut = Cut.of(job)
    counts = {cut.rows, job.sizes[0] % cut.rows} - {0}
    matrices = dict(laid or {})
    for rows in counts - set(matrices):
        matrices[rows] = banded(job, cut, rows)
    scratch: Array | None = None
    for strip, together, tall in strips(job, cut):
        if strip.fills:
            scratch = descend(strip, cut, matrices, together, tall, scratch)
            continue
        # What other modes copy is copied with all that lies between: of some groups and rows.
        for span, block in product(slices(strip.groups, together), slices(strip.sizes[0], tall)):
            own = {count: matrix[span] for count, matrix in matrices.items()}
            part = cells(strip, span, block).filled()
            scratch = descend(part, cut, own, together, tall, scratch)


def cells(strip: Gather, groups: slice, rows: slice) -> Gather:
    """The part of one sample's output in some groups and rows."""
    tile = (rows, slice(0, strip.sizes[1]))
    return strip.within(slice(0, 1), range(groups.start, groups.stop), tile)


Laid = dict[int, Array]
"""By the output rows of one product: the matrix that makes them, see `banded`."""


def lay(job: Gather) -> Laid:
    """The matrix of most products, which the parts of `job` have in common."""
    cut = Cut.of(job)
    return {cut.rows: banded(job, cut, cut.rows)}


def finite(sums: Array) -> bool:
    """Whether all `sums` are, by half the mean of every row: nan or inf if one of its cells is."""
    width = sums.shape[-1]
    return bool(np.isfinite(sums @ np.full(width, 0.5 / width, sums.dtype)).all())


def banded(job: Gather, cut: Cut, count: int) -> Array:
    """The rows of the kernel, once for each of `count` output rows, each further by the stride.

    (groups, parts · C_out/groups · count, rows met · C_in/groups · taps).
    """
    inputs, outputs = job.per_group
    rows = job.axes[0]
    height, width = job.kernel
    weight = job.weight.reshape(job.groups, outputs, inputs, height, width)
    if cut.parts * cut.taps > width:
        weight = np.pad(weight, ((0, 0),) * 4 + ((0, cut.parts * cut.taps - width),))
    weight = weight.reshape(*weight.shape[:-1], cut.parts, cut.taps)
    entries = weight.transpose(0, 4, 1, 3, 2, 5)  # groups, parts, outputs, height, inputs, taps
    if count == rows.dilation == 1:
        return entries.reshape(job.groups, cut.parts * outputs, -1)
    matrix = np.zeros(
        (job.groups, cut.parts, outputs, count, rows.spread(count), inputs, cut.taps), weight.dtype
    )
    for row in range(count):
        start = row * rows.stride
        matrix[:, :, :, row, start : start + rows.reach : rows.dilation] = entries
    return matrix.reshape(job.groups, cut.parts * outputs * count, -1)


def strips(job: Gather, cut: Cut) -> Iterator[tuple[Gather, int, int]]:
    """`job` in (columns of one sample from top to bottom, groups of a block, rows of a block)."""
    inputs, _ = job.per_group
    rows = job.axes[0]
    row = inputs * job.weight.itemsize * cut.taps
    block = threads.share(BLOCK * MORE if cut.parts > 1 or threads.shared() else BLOCK)
    # Rows enough that few are copied twice, then the width that fits, then the rows that fit.
    few, narrow = (rows.kernel, 64) if threads.shared() else (max(8, rows.kernel), 128)
    least = cut.rows * -(-2 * few // cut.rows)
    width = even(job.sizes[1], max(narrow, block // (rows.spread(least) * row)))
    height = block // (width * row)
    tall = even(job.sizes[0], max(least, (height - rows.reach) // rows.stride + 1))
    tall += -tall % cut.rows
    together = max(1, block // (rows.spread(min(tall, job.sizes[0])) * row * width))
    if len(job.x) == 1 and width == job.sizes[1]:
        yield job, together, tall
        return
    for n, cols in product(slices(len(job.x), 1), slices(job.sizes[1], width)):
        tile = (slice(0, job.sizes[0]), cols)
        yield job.within(n, range(job.groups), tile), together, tall


def descend(
    strip: Gather,
    cut: Cut,
    matrices: dict[int, Array],
    together: int,
    tall: int,
    scratch: Array | None,
) -> Array:
    """Fill the output of `strip`, one sample; the scratch array for the next strip.

    matrices:       by output rows of one product, see `banded`.
    together, tall: groups and rows at a time.
    """
    dtype, inputs = strip.weight.dtype, strip.per_group[0]
    rows, cols = strip.axes
    width = strip.sizes[1] + (cut.parts - 1) * cut.taps * cols.dilation
    together = min(together, strip.groups)
    shape = (together, rows.spread(min(tall, strip.sizes[0])), inputs, cut.taps, width)
    scratch = room(math.prod(shape), scratch, dtype)
    stack = scratch[: math.prod(shape)].reshape(shape)
    source = strip.x[0].reshape(strip.groups, inputs, *strip.x.shape[2:]).swapaxes(1, 2)
    # What differs between the taps is the same in all blocks: from which columns each is copied.
    copies = []
    for tap in range(cut.taps):
        windows, met = cols.meeting(tap, width, source.shape[3])
        stack[:, :, :, tap, : windows.start] = 0
        stack[:, :, :, tap, windows.stop :] = 0
        copies.append((stack[:, :, :, tap, windows], source[..., met]))
    out = strip.out[0].reshape(strip.groups, -1, *strip.sizes)
    direct = out.dtype == dtype and out.strides[-1] == out.itemsize
    zeros = cut.zeros(strip)
    shift = cut.taps * cols.dilation
    for span in slices(strip.groups, together):
        used = stack[: span.stop - span.start]
        taken = [(target[: len(used)], met[span]) for target, met in copies]
        own = {count: matrix[span, np.newaxis] for count, matrix in matrices.items()}
        known: dict[int, list[Product]] = {}
        for block in slices(strip.sizes[0], tall):
            count = block.stop - block.start
            if count not in known:
                known[count] = products(used, rows.stride, cut, count, own)
            first = rows.fine(block.start, 0)
            stop = first + rows.spread(count)
            low, high = max(0, first), min(stop, source.shape[1])
            if low >= high:
                low = high = first  # nothing of the input is met
            for target, met in taken:
                target[:, low - first : high - first] = met[:, low:high]
            if low > first or high < stop:
                used[:, : low - first] = 0
                used[:, high - first : stop - first] = 0
            sums = out[span, :, block] if direct else np.empty(out[span, :, block].shape, dtype)
            for place, factors in known[count]:
                multiply(factors, cut.parts, shift, sums[:, :, place])
            if zeros and not finite(sums):
                columns(cells(strip, span, block))
                continue
            if strip.bias is not None:
                sums += strip.bias.reshape(strip.groups, -1, 1, 1)[span]
            if not direct:
                out[span, :, block] = sums
    return scratch


Factors = tuple[Array, Array]
"""A matrix, and the rows that it is multiplied with."""

Product = tuple[slice, list[Factors]]
"""The output rows that it makes, and the products that are added for it."""


def products(
    stack: Array, stride: int, cut: Cut, count: int, matrices: dict[int, Array]
) -> list[Product]:
    """What makes `count` output rows: some rows at a time, and those that are left over.

    stack: (groups, rows met, C_in/groups, taps, width), the rows that every tap meets.
    """
    groups, width = len(stack), stack.shape[-1]
    full = count - count % cut.rows
    found: list[Product] = []
    for each, place in ((cut.rows, slice(0, full)), (count - full, slice(full, count))):
        if place.start == place.stop:
            continue
        matrix = matrices[each]
        height, depth = matrix.shape[-2:]
        # The rows that are met overlap from one product to the next: one call, over a view of all.
        row = stack.strides[1] * stride
        view: Array = np.ndarray(
            (groups, (place.stop - place.start) // each, depth, width),
            stack.dtype,
            stack,
            place.start * row,
            (stack.strides[0], each * row, *stack.strides[3:]),
        )
        most = max(1, PRODUCT // (height * width))
        step = even(depth, most) if cut.parts == each == 1 and depth <= PIECES * most else depth
        terms = slices(depth, step)
        found.append((place, [(matrix[..., term], view[:, :, term]) for term in terms]))
    return found


def multiply(factors: list[Factors], parts: int, shift: int, sums: Array) -> None:
    """Fill `sums` (groups, C_out/groups, rows, width) with what `products` says.

    shift: how much further along the row each of its parts is added.
    """
    matrix, view = factors[0]
    outputs, height, width = sums.shape[1:]
    groups, turns = view.shape[:2]
    count = height // turns
    if count == parts == 1:
        target = sums.swapaxes(1, 2)
        np.matmul(matrix, view, out=target)
        for others in factors[1:]:
            target += np.matmul(*others)
        return
    terms = np.matmul(matrix, view).reshape(groups, turns, parts, outputs, count, -1)
    split = sums.reshape(groups, outputs, turns, count, width).swapaxes(1, 2)
    first = terms[:, :, 0, ..., :width]
    if parts == 1:
        split[...] = first
        return
    for i in range(1, parts):
        np.add(first, terms[:, :, i, ..., i * shift : i * shift + width], out=split)
        first = split
