"""Three ways to compute a gather; each is the fastest one somewhere.

columns: one matrix product per block of windows. Does any gather; wins where channels are many.
bands:   one product per row of the output. Does gathers of two axes; wins on images, depthwise and
         wide rows, where columns are copied and then used a few times.
planes:  one product per plane of the input. Does any gather; wins on volumes.

All make the same sums, in another order: exact for integers (below 2⁵³ in float64, 2²⁴ in float32),
else each within n · eps of the sum of the absolute products, n the products of a sum: the bound of
any order of summing (Higham, 2002, Accuracy and Stability of Numerical Algorithms, 3.5). The tests
allow 8 · eps, since products are added in parallel. No transform (FFT, Winograd) is used: its
errors follow the largest value of the input, not those that meet in a window.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from convviz.engine.bands import Cut, bands
from convviz.engine.columns import columns
from convviz.engine.gathering import Gather, tiles
from convviz.engine.planes import planes
from convviz.records import replace

Method = Callable[[Gather], None]

METHODS: dict[str, Method] = {"columns": columns, "bands": bands, "planes": planes}

# What things cost, in multiplications of a large matrix product: fitted to measured times.

COPY = 16
"""Copying a number into columns, or adding two; twice that by a stride."""

STACK = 12
"""Copying a number into a stack of rows, which are longer; twice that by a stride."""

CALL = 2_500
"""A product of one row of the output."""

PACK = 8
"""A weight in each such product, which arranges the kernel anew."""

SETUP = 1_000_000
"""What bands and planes prepare, beyond what columns do."""

PIECE = 1 << 18
"""Numbers of one window that are taken at once."""

PLANE = 256
"""Output cells of a plane below which its products are too small."""


def method_for(job: Gather) -> Method:
    """The method that is fastest for `job`, by the work that each would do."""
    by_columns = columns_cost(job)
    if by_columns < SETUP:
        return columns
    if len(job.axes) == 2 and bands_cost(job) < by_columns:
        return bands
    if len(job.axes) == 3 and planes_pay(job):
        return planes
    return columns


def columns_cost(job: Gather) -> int:
    """Every tap of every window is copied and multiplied."""
    inputs, outputs = job.per_group
    windows = len(job.x) * math.prod(job.sizes) * job.groups * inputs
    return windows * math.prod(job.kernel) * (COPY * reading(job) + outputs)


def bands_cost(job: Gather) -> int:
    """Every tap of a kernel row is copied once per row of the input; a product per output row."""
    inputs, outputs = job.per_group
    rows, cols = job.axes
    products = len(job.x) * job.groups * job.sizes[0]
    multiplied = inputs * rows.reach * cols.kernel * outputs
    copied = inputs * rows.stride * cols.kernel * STACK * reading(job)
    # Parts of a kernel row are added where they meet, so the stack is that much wider.
    cut = Cut.of(job)
    width = job.sizes[1] + (cut.parts - 1) * cut.taps * cols.dilation
    row = (multiplied + copied) * width + multiplied * PACK + CALL
    return products * row + SETUP


def planes_pay(job: Gather) -> bool:
    """Whether planes are faster than columns.

    They copy less, by the taps of the first axis, but add as many products to every output, and
    multiply what is cropped at the ends.
    """
    first, taps = job.axes[0], math.prod(job.kernel[1:])
    if first.stride > 1 or first.kernel == 1 or math.prod(job.sizes[1:]) < PLANE:
        return False
    inputs, outputs = job.per_group
    ends = first.spread(job.sizes[0]) / job.sizes[0]
    copy = COPY * reading(job)
    by_planes = ends * inputs * taps * (copy + first.kernel * outputs)
    by_planes += 2 * COPY * first.kernel * outputs
    return by_planes < inputs * taps * first.kernel * (copy + outputs)


def reading(job: Gather) -> int:
    """How many times as much as from a whole row a number costs that is read by the stride."""
    return 1 if job.axes[-1].stride == 1 else 2


def compute(job: Gather) -> None:
    """Fill the output of `job` by the method that is fastest, some taps of a huge kernel at a time.

    Windows of a huge kernel are few; copied whole, even one of them would not fit the cache.
    """
    if not job.out.size:
        return
    pieces = list(tiles(job.kernel, max(1, PIECE // job.per_group[0])))
    if len(pieces) == 1:
        method_for(job)(job)
        return
    sums = np.zeros(job.out.shape, job.weight.dtype)
    for taps in pieces:
        part = replace(job.tapping(taps), out=np.empty_like(sums))
        method_for(part)(part)
        sums += part.out
    if job.bias is not None:
        sums += job.bias.reshape(-1, *(1,) * len(job.sizes))
    job.out[...] = sums
