"""Gathers of one axis as gathers of two: a long line cut into rows that overlap.

With stride and dilation 1, and rows that begin B cells apart:

    x[n + k] = rows[i + a][j + b]    n = iB + j    k = aB + b    rows[i] = x[iB : iB + 2B − 1]

The windows of a row are copied once for all a, so the copy is √kernel times smaller than columns
of whole windows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convviz.engine.gathering import Gather
from convviz.records import replace
from convviz.spec.geometry import Axis
from convviz.spec.modes import mode_named

Share = tuple[Gather, slice]
"""A gather without bias, and the cells of the output to which its sums are added."""


def folded(job: Gather) -> list[Share]:
    """A gather of one axis as one of two, and what is left over at the ends; [] if it is short."""
    (axis,), (size,), (kernel,) = job.axes, job.sizes, job.kernel
    # A row begins where both a window and a tap do: some √kernel taps apart.
    common = math.lcm(axis.stride, axis.dilation)
    step = common * max(1, round(math.sqrt(kernel) * axis.dilation / common))
    across, along = step // axis.stride, step // axis.dilation
    height, depth = size // across, kernel // along
    if height < 2 or depth < 2:
        return []
    line = job.patch()
    main = Axis(along, axis.stride, axis.dilation)
    jump = line.strides[2]
    rows = as_strided(
        line,
        (*line.shape[:2], height + depth - 1, main.spread(across)),
        (*line.strides[:2], step * jump, jump),
        writeable=False,
    )
    inside, taps = height * across, depth * along
    whole = replace(
        job,
        x=rows,
        weight=job.weight[:, :, :taps].reshape(*job.weight.shape[:2], depth, along),
        bias=None,
        axes=(Axis(depth), main),
        mode=mode_named("zeros"),
        out=np.empty((*job.out.shape[:2], height, across), job.weight.dtype),
    )
    shares = [(whole, slice(0, inside))]
    if taps < kernel:
        rest = job.rows(slice(0, inside)).tapping((slice(taps, kernel),))
        shares.append((rest, slice(0, inside)))
    if inside < size:
        end = replace(job.rows(slice(inside, size)), bias=None)
        shares.append((end, slice(inside, size)))
    return shares
