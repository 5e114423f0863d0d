"""Gathers plane by plane: what a plane adds to every output plane that meets it, in one product.

A plane is all that has one place on the first spatial axis: a row of an image, a slice of a volume.
Its windows along the other axes are columns, copied once and not once per tap of the first axis;
the kernels of all those taps are the rows of one matrix. Each part of the product is then added to
another output plane.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from convviz.engine.arrays import Array
from convviz.engine.gathering import Gather, room, slices, tiles, windows
from convviz.engine.padding import region
from convviz.records import replace

BLOCK = 1 << 21
"""Bytes of the columns of some planes, and of their products."""


def planes(job: Gather) -> None:
    """Weights of all taps of the first axis times the columns of some planes at a time."""
    inputs, outputs = job.per_group
    split = job.weight.reshape(job.groups, outputs, inputs, *job.kernel)
    matrix = np.moveaxis(split, 3, 1).reshape(job.groups, job.kernel[0] * outputs, -1)
    # Numbers per cell of a plane: of its columns and of their products.
    one = len(job.weight) * job.kernel[0] + job.groups * matrix.shape[2]
    cells = max(1, BLOCK // (one * job.weight.itemsize))
    scratch = np.empty(0, job.weight.dtype)
    for n, tile in product(slices(len(job.x), 1), tiles(job.sizes[1:], cells)):
        part = job.within(n, range(job.groups), (slice(0, job.sizes[0]), *tile))
        scratch = pass_through(part, matrix, cells, scratch)


def pass_through(part: Gather, matrix: Array, cells: int, scratch: Array) -> Array:
    """Fill the output of `part`, one sample, from the planes that it meets, first to last.

    matrix: (groups, kernel[0] · C_out/groups, C_in/groups · other taps).
    cells:  of some planes, at most so many at once.

    Returns the scratch array for the next part.
    """
    first, *others = part.axes
    sizes = part.sizes[1:]
    _, outputs = part.per_group
    dtype = matrix.dtype
    target = part.out[0].reshape(part.groups, outputs, *part.sizes)
    sums = target if target.dtype == dtype else np.empty(target.shape, dtype)
    sums[...] = 0
    starts = tuple(-axis.before for axis in others)
    stops = tuple(
        axis.fine(size - 1, axis.kernel - 1) + 1 for axis, size in zip(others, sizes, strict=True)
    )
    for span in slices(first.spread(part.sizes[0]), max(1, cells // math.prod(sizes))):
        low, count = span.start - first.before, span.stop - span.start
        # The planes take the place of the samples: windows go along the other axes alone.
        patch = region(part.x[0], (low, *starts), (low + count, *stops), part.mode).swapaxes(0, 1)
        view = windows(patch, tuple(others), sizes)
        scratch = room(view.size, scratch, dtype)
        block = scratch[: view.size].reshape(view.shape)
        np.copyto(block, view, casting="unsafe")
        terms = np.matmul(matrix, block.reshape(part.groups, matrix.shape[2], -1))
        terms = terms.reshape(part.groups, first.kernel, outputs, count, *sizes)
        here = replace(first, before=span.start)
        for tap in range(first.kernel):
            coarse, fine = here.meeting(tap, part.sizes[0], count)
            sums[:, :, coarse] += terms[:, tap, :, fine]
    part.add_bias(sums)
    if sums is not target:
        target[...] = sums
    return scratch
