"""Gathers plane by plane: what a plane adds to every output plane that meets it, in one product.

A plane is all that has one place on the first spatial axis: a row of an image, a slice of a volume.
Its windows along the other axes are columns, copied once and not once per tap of the first axis;
the kernels of all those taps are the rows of one matrix. Each part of the product is then added to
another output plane.

Planes of 0, and taps that meet nothing but padding with 0, are left out, unless a weight is not
finite: 0 · inf is nan.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from convviz.engine import threads
from convviz.engine.arrays import Array
from convviz.engine.gathering import Gather, room, slices, tiles, windows
from convviz.engine.padding import region
from convviz.records import replace
from convviz.spec.geometry import Axis

BLOCK = 1 << 22
"""Bytes of the columns of some planes, and of their products."""


def planes(job: Gather) -> None:
    """Weights of all taps of the first axis times the columns of some planes at a time."""
    sparse = job.mode.fills and bool(np.isfinite(job.weight).all())
    cells = wide = at_once(job)
    if job.out.dtype != job.weight.dtype:  # then the sums of all planes are made beside the output
        wide = min(
            cells, threads.share(BLOCK) // (len(job.weight) * job.sizes[0] * job.weight.itemsize)
        )
    scratch: Array | None = None
    for n, tile in product(slices(len(job.x), 1), tiles(job.sizes[1:], wide)):
        part = job.within(n, range(job.groups), (slice(0, job.sizes[0]), *tile))
        scratch = pass_through(met(part) if sparse else part, cells, sparse, scratch)


def at_once(job: Gather) -> int:
    """How many cells of planes are taken together."""
    # Numbers per cell: of its columns and of their products.
    columns = job.groups * job.per_group[0] * math.prod(job.kernel[1:])
    return threads.share(BLOCK) // (
        (len(job.weight) * job.kernel[0] + columns) * job.weight.itemsize
    )


def met(part: Gather) -> Gather:
    """`part` without the taps of the other axes, at their ends, that meet no cell of the input."""
    taps = [slice(0, part.kernel[0])]
    for axis, size, n in zip(part.axes[1:], part.sizes[1:], part.x.shape[3:], strict=True):
        found = axis.taps(size, n)
        first = min(found.start, axis.kernel - 1)
        taps.append(slice(first, max(found.stop, first + 1)))
    return replace(part.tapping(tuple(taps)), bias=part.bias)


def pass_through(part: Gather, cells: int, sparse: bool, scratch: Array | None) -> Array | None:
    """Fill the output of `part`, one sample, from the planes that it meets, first to last.

    cells:  of some planes, at most so many at once.
    sparse: whether 0 in the input adds nothing.

    Returns the scratch array for the next part.
    """
    first, *others = part.axes
    sizes = part.sizes[1:]
    inputs, outputs = part.per_group
    dtype = part.weight.dtype
    split = part.weight.reshape(part.groups, outputs, inputs, *part.kernel)
    matrix = np.moveaxis(split, 3, 1).reshape(part.groups, first.kernel * outputs, -1)
    target = part.out[0].reshape(part.groups, outputs, *part.sizes)
    sums = target if target.dtype == dtype else np.empty(target.shape, dtype)
    sums[...] = 0
    starts = tuple(-axis.before for axis in others)
    stops = tuple(
        axis.fine(size - 1, axis.kernel - 1) + 1 for axis, size in zip(others, sizes, strict=True)
    )
    for span in slices(first.spread(part.sizes[0]), max(1, cells // math.prod(sizes))):
        low, count = span.start - first.before, span.stop - span.start
        here = replace(first, before=span.start)
        taps = here.taps(part.sizes[0], count)
        if sparse and (low + count <= 0 or low >= part.x.shape[2]):
            continue
        # The planes take the place of the samples: windows go along the other axes alone.
        patch = region(part.x[0], (low, *starts), (low + count, *stops), part.mode).swapaxes(0, 1)
        if not taps or (sparse and not patch.any()):
            continue
        view = windows(patch, tuple(others), sizes)
        scratch = room(view.size, scratch, dtype)
        block = scratch[: view.size].reshape(view.shape)
        np.copyto(block, view, casting="unsafe")
        rows = matrix[:, taps.start * outputs : taps.stop * outputs]
        terms = np.matmul(rows, block.reshape(part.groups, matrix.shape[2], -1))
        terms = terms.reshape(part.groups, len(taps), outputs, count, *sizes).swapaxes(1, 2)
        add(terms, taps.start, sums, here)
    part.add_bias(sums)
    if sums is not target:
        target[...] = sums
    return scratch


def add(terms: Array, start: int, sums: Array, axis: Axis) -> None:
    """Add the `terms` of some planes to the output planes that meet them.

    terms: (groups, C_out/groups, taps, planes, *sizes), from the tap `start` on.
    sums:  (groups, C_out/groups, output planes, *sizes).
    axis:  how the output planes meet the planes, counted from the first of them.
    """
    taps, count = terms.shape[2:4]
    if taps <= count:
        for tap in range(taps):
            coarse, fine = axis.meeting(start + tap, sums.shape[2], count)
            sums[:, :, coarse] += terms[:, :, tap, fine]
        return
    for plane in range(count):
        cells = axis.readers(plane, sums.shape[2])
        if cells:
            # Cells that follow each other meet the plane by taps that go back.
            last, first = (
                (plane + axis.before - cell * axis.stride) // axis.dilation - start
                for cell in (cells[0], cells[-1])
            )
            step = cells.step * axis.stride // axis.dilation
            found = terms[:, :, first : last + 1 : step, plane]
            sums[:, :, cells.start : cells.stop : cells.step] += found[:, :, ::-1]
