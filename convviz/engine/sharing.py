"""One gather as several, whose sums are added: where each of them takes far less time.

folded: a long line is cut into rows that overlap. With stride and dilation 1, and rows that begin B
cells apart:

    x[n + k] = rows[i + a][j + b]    n = iB + j    k = aB + b    rows[i] = x[iB : iB + 2B − 1]

The windows of a row are copied once for all a, so the copy is √kernel times smaller than columns
of whole windows.

unstrided: the taps of one remainder by the stride meet the cells of one remainder, one after the
other. Where windows follow each other without a stride, several are made by one product.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convviz.engine.gathering import Gather
from convviz.records import replace
from convviz.spec.geometry import Axis
from convviz.spec.modes import mode_named

Share = tuple[Gather, slice]
"""A gather without bias, and the cells of the first axis to which its sums are added."""

WHOLE = slice(None)


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


def unstrided(job: Gather) -> Iterator[Share]:
    """A gather as one of stride 1 for each remainder of its taps by the strides."""
    patch, own = job.patch(), replace(job, bias=None)
    steps = [axis.stride // math.gcd(axis.stride, axis.dilation) for axis in job.axes]
    for start in product(*map(range, map(min, steps, job.kernel))):
        every = (slice(None), slice(None))
        taps: tuple[Any, ...] = every + tuple(map(slice, start, job.kernel, steps))
        weight = own.weight[taps]
        axes = tuple(
            Axis(kernel, dilation=axis.dilation * step // axis.stride)
            for axis, kernel, step in zip(job.axes, weight.shape[2:], steps, strict=True)
        )
        cells: tuple[Any, ...] = every + tuple(
            slice(first * axis.dilation, None, axis.stride)
            for first, axis in zip(start, job.axes, strict=True)
        )
        x = np.ascontiguousarray(patch[cells])
        yield replace(own, x=x, weight=weight, axes=axes, mode=mode_named("zeros")), WHOLE


def squeezed(job: Gather) -> Gather:
    """The same without the axes that have one window of one tap; one axis stays in any case."""
    kept = [n for n, taps in enumerate(job.kernel) if taps > 1 or job.sizes[n] > 1] or [0]
    if len(kept) == len(job.axes):
        return job
    place: tuple[Any, ...] = (
        ...,
        *(slice(None) if n in kept else 0 for n in range(len(job.axes))),
    )
    return replace(
        job,
        x=job.patch()[place],
        weight=job.weight[place],
        axes=tuple(replace(job.axes[n], before=0) for n in kept),
        mode=mode_named("zeros"),
        out=job.out[place],
    )
