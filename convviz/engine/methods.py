"""Two ways to compute a gather; each is the faster one somewhere.

columns: one matrix product per block of windows. Does any gather; wins where channels are many.
bands:   the kernel as a banded matrix. Does gathers of two axes; wins on images and depthwise,
         where the columns are copied and then used once or twice.

Both make the same sums, in another order: exact for integers, else within a few units in the last
place of the sum of the absolute products. No transform (FFT, Winograd) is used: its errors follow
the largest value of the input, not those that meet in a window.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from convviz.engine.bands import ROWS, bands
from convviz.engine.columns import columns
from convviz.engine.gathering import Gather

Method = Callable[[Gather], None]

METHODS: dict[str, Method] = {"columns": columns, "bands": bands}

COPY = 23
"""What copying a number costs, in multiplications of a matrix product; twice that by a stride."""

MARGIN = 1.35
"""How much cheaper bands must look: their products are smaller."""

PLANE = 600
"""Output cells of one channel below which bands do not pay."""


def method_for(job: Gather) -> Method:
    """The method that is faster for `job`, by the work that each would do per output cell."""
    if len(job.axes) != 2 or math.prod(job.sizes) < PLANE:
        return columns
    _, outputs = job.per_group
    rows, cols = job.axes
    copy = COPY if cols.stride == 1 else 2 * COPY
    # Per input channel and tap of a kernel row: copies, and multiplications.
    by_columns = rows.kernel * (copy + outputs)
    by_bands = rows.stride * copy + rows.spread(ROWS) * outputs
    return bands if by_columns > MARGIN * by_bands else columns


def compute(job: Gather) -> None:
    """Fill the output of `job` by the method that is fastest."""
    if job.out.size:
        method_for(job)(job)
