"""Transposed convolution stamp by stamp: of large kernels, and of inputs with few cells.

A convolution asks every output cell for all taps, and most of them meet no input cell where the
kernel is larger than the input. Stamps alone cost input cells × taps, whatever the output.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from convviz.engine.arrays import Array
from convviz.engine.gathering import tiles
from convviz.spec.geometry import Axis

BLOCK = 1 << 19
"""Bytes of one tile of the output: all stamps are added to it while it is in the cache."""

# What things cost, in nanoseconds: fitted to measured times. Only how they compare matters.

ADD = 1
"""A number of a stamp: multiplied, and added."""

STEP = 8_000
"""One channel of one stamp on one tile, however small."""


def stamped(out: Array, groups: int, x: Array, weight: Array) -> int:
    """The nanoseconds that `by_cells` takes."""
    inputs, outputs, *kernel = weight.shape
    cells = len(x) * math.prod(x.shape[2:])
    tile = max(1, BLOCK // (groups * outputs * weight.itemsize))
    pieces = -(-math.prod(out.shape[2:]) // tile)
    steps = cells * inputs // groups * pieces
    return int(steps * STEP + cells * inputs * outputs * math.prod(kernel) * ADD)


def by_cells(
    out: Array, groups: int, x: Array, weight: Array, bias: Array | None, axes: tuple[Axis, ...]
) -> None:
    """Add the stamps of the input cells one after the other, to one tile of `out` at a time."""
    inputs, outputs, *kernel = weight.shape
    split = weight.reshape(groups, inputs // groups, outputs, *kernel)
    lead = (1,) * (1 + len(kernel))
    most = BLOCK // (groups * outputs * weight.itemsize)
    for n in range(len(x)):
        values = x[n].reshape(groups, inputs // groups, *x.shape[2:])
        for tile in tiles(out.shape[2:], most):
            shape = tuple(span.stop - span.start for span in tile)
            sums = np.zeros((groups, outputs, *shape), weight.dtype)
            meetings: list[list[Any]] = [
                stamps(axis, size, span)
                for axis, size, span in zip(axes, x.shape[2:], tile, strict=True)
            ]
            for met in product(*meetings):
                at, taps, fine = (tuple(part) for part in zip(*met, strict=True))
                place: tuple[Any, ...] = (..., *fine)
                target = sums[place]
                for channel in range(inputs // groups):
                    cell: tuple[Any, ...] = (slice(None), channel, *at)
                    value = values[cell].astype(weight.dtype)
                    met_by: tuple[Any, ...] = (slice(None), channel, ..., *taps)
                    target += value.reshape(groups, *lead) * split[met_by]
            flat = sums.reshape(groups * outputs, *shape)
            if bias is not None:
                flat += bias.reshape(-1, *lead[1:])
            whole: tuple[Any, ...] = (n, slice(None), *tile)
            out[whole] = flat


def stamps(axis: Axis, coarse: int, span: slice) -> list[tuple[Any, ...]]:
    """(cell, taps, fine cells) of the `coarse` cells whose taps meet the fine cells of `span`.

    The fine cells count from the first of `span`.
    """
    found: list[tuple[Any, ...]] = []
    for cell in range(coarse):
        first = axis.fine(cell, 0) - span.start
        start = max(0, -(first // axis.dilation))
        stop = min(axis.kernel, (span.stop - span.start - 1 - first) // axis.dilation + 1)
        if start < stop:
            met = range(first, first + axis.reach, axis.dilation)[start:stop]
            found.append((cell, slice(start, stop), slice(met[0], met[-1] + 1, axis.dilation)))
    return found
