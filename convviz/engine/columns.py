"""Gathers as matrix products: every window is a column (im2col)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from convviz.engine import threads
from convviz.engine.arrays import Array
from convviz.engine.gathering import Gather, room, slices, windows

BLOCK = 8 << 20
"""Bytes of one block of columns: products of many are faster, though they do not fit the cache."""

LEAST = 256
"""Columns that a block should have at least: matrix products of fewer are slow."""


def columns(job: Gather) -> None:
    """Weights times columns, in blocks of windows.

    The copy costs C_in/groups · taps numbers per window and group, the product C_out/groups times
    as much: with few output channels the copy is all there is, see `bands`.
    """
    dtype = job.weight.dtype
    scratch: Array | None = None
    for part in blocks(job):
        view = windows(part.patch(), part.axes, part.sizes)
        count = len(part.x) * math.prod(part.sizes)
        if math.prod(part.kernel) == 1 and view.dtype == dtype and view.flags.c_contiguous:
            block = view  # the input is its own columns
        else:
            scratch = room(view.size, scratch, dtype)
            block = scratch[: view.size].reshape(view.shape)
            np.copyto(block, view, casting="unsafe")
        _, outputs = part.per_group
        matrix = part.weight.reshape(part.groups, outputs, -1)
        target = part.target()
        sums = np.matmul(matrix, block.reshape(part.groups, -1, count), out=target)
        part.add_bias(sums)
        if target is None:
            shape = (len(part.weight), len(part.x), *part.sizes)
            part.out[...] = sums.reshape(shape).swapaxes(0, 1)


def blocks(job: Gather) -> Iterator[Gather]:
    """`job` in parts of some groups and some windows."""
    inputs, outputs = job.per_group
    one = inputs * math.prod(job.kernel) * job.weight.itemsize
    if job.target() is None:
        one += outputs * job.weight.itemsize  # sums are made beside the output
    block = threads.share(BLOCK)
    together = max(1, block // (one * LEAST))
    if together >= job.groups:
        yield from job.parts(max(LEAST // 8, block // (one * job.groups)))
        return
    every = tuple(slice(0, size) for size in job.sizes)
    for span in slices(job.groups, together):
        share = job.within(slice(0, len(job.x)), range(span.start, span.stop), every)
        yield from share.parts(max(LEAST // 8, block // (one * share.groups)))
