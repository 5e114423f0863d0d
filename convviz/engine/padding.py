"""Padding: where every padded cell comes from, and the padded array itself."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.engine.arrays import Array, array, held, number
from convviz.errors import SpecError
from convviz.spec.arguments import Pair
from convviz.spec.layers import Padding
from convviz.spec.modes import Mode, mode_named

Index = NDArray[np.intp]


def pad(x: Any, padding: Any, mode: str = "zeros", value: float = 0.0) -> Array:
    """`x` with `padding` cells more at the ends of every axis; the type of `x` is kept.

    x:       any number of axes, all of them padded.
    padding: cells: one int for all ends, one int per axis, or one (before, after) pair per axis.
    mode:    zeros, constant, reflect, replicate, circular or symmetric.
    value:   what mode constant fills with.

    >>> pad([1, 2, 3, 4], 2, "reflect")
    array([3, 2, 1, 2, 3, 4, 3, 2])

    Raises SpecError: a side exceeds the mode's limit (reflect: size − 1, circular: size), the type
    of `x` cannot hold `value`, or an argument is not what it should be.
    """
    source = array(x)
    if source.ndim == 0:
        raise SpecError("x is a single number: it has no axis to pad", "x", "at least one axis")
    layer = Padding.of(padding, source.ndim, mode, number(value, "value"))
    layer.output(source.shape)
    return padded(source, layer.padding, mode_named(layer.mode), layer.value)


def padded(x: Array, padding: tuple[Pair, ...], mode: Mode, value: float = 0.0) -> Array:
    """`x` with its last axes padded, from arguments that are checked already."""
    lead = x.ndim - len(padding)
    every = (slice(None),) * lead
    sizes = x.shape[lead:]
    shape = x.shape[:lead] + tuple(
        before + n + after for n, (before, after) in zip(sizes, padding, strict=True)
    )
    inside = [slice(b, b + n) for n, (b, _) in zip(sizes, padding, strict=True)]
    out = np.empty(shape, x.dtype)
    out[every + tuple(inside)] = x
    fill = held(value, x.dtype) if mode.fills else None
    # Axis by axis: the ends of this one, over the whole of those already done.
    for axis, (n, (before, after)) in enumerate(zip(sizes, padding, strict=True)):
        rest = (*(slice(None),) * axis, slice(None), *inside[axis + 1 :])
        sources = None if mode.fills else provenance(n, before, after, mode) + before
        for ends in (slice(0, before), slice(before + n, before + n + after)):
            if ends.start == ends.stop:
                continue
            target = every + rest[:axis] + (ends,) + rest[axis + 1 :]
            if sources is None:
                out[target] = fill
            else:
                strip = out[every + rest[:axis] + (slice(None),) + rest[axis + 1 :]]
                out[target] = strip.take(sources[ends], axis=lead + axis)
    return out


def provenance(size: int, before: int, after: int, mode: str | Mode) -> Index:
    """(before + size + after,): the source index of each padded cell, −1 where it is filled.

    >>> provenance(4, 2, 1, "reflect")
    array([2, 1, 0, 1, 2, 3, 2])
    """
    row = mode if isinstance(mode, Mode) else mode_named(mode)
    return origins(np.arange(-before, size + after, dtype=np.intp), size, row)


def origins(positions: Index, size: int, mode: Mode) -> Index:
    """The source index of the cells at `positions`, −1 where they are filled.

    positions: cells from the first unpadded one; negative or ≥ size in the padding.
    """
    if mode.source is None:
        return np.where((positions >= 0) & (positions < size), positions, -1)
    found: Index = mode.source(positions, size)
    return found


def region(x: Array, starts: tuple[int, ...], stops: tuple[int, ...], mode: Mode) -> Array:
    """The cells [start, stop) of each of the last axes of `x`, continued by `mode`; 0 where filled.

    starts, stops: cells from the first unpadded one. A view of `x` where nothing is padded.
    """
    lead = x.ndim - len(starts)
    sizes = x.shape[lead:]
    lows = [max(0, start) for start in starts]
    highs = [max(low, min(n, stop)) for low, n, stop in zip(lows, sizes, stops, strict=True)]
    whole = (slice(None),) * lead
    inside = tuple(map(slice, lows, highs))
    if all(map(operator.le, stops, sizes)) and min(starts) >= 0:
        return x[whole + inside]
    if mode.fills:
        extent = tuple(map(operator.sub, stops, starts))
        out = np.zeros(x.shape[:lead] + extent, x.dtype)
        place = tuple(
            slice(low - start, high - start)
            for low, high, start in zip(lows, highs, starts, strict=True)
        )
        out[whole + place] = x[whole + inside]
        return out
    for axis, (start, stop, n) in enumerate(zip(starts, stops, sizes, strict=True), lead):
        if start >= 0 and stop <= n:
            x = x[(slice(None),) * axis + (slice(start, stop),)]
        else:
            x = x.take(origins(np.arange(start, stop, dtype=np.intp), n, mode), axis)
    return x
