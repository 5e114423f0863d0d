"""Padding: where every padded cell comes from, and the padded array itself."""

from __future__ import annotations

import math
import operator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.engine.arrays import Array, array, check_memory, empty, held, number, remembered
from convviz.engine.threads import each, spans, useful
from convviz.errors import SpecError
from convviz.spec.arguments import Pair
from convviz.spec.layers import Padding
from convviz.spec.modes import Mode, mode_named

Index = NDArray[np.intp]

SMALL = 2048
"""Cells of a padded array up to which one `take` is faster than copying piece by piece."""

RUNS = 32
"""Turns of the sources of one end from which on a list of them is faster than slices."""

BLOCK = 1 << 22
"""Bytes of an input that are copied before their ends are."""

THREAD = 1 << 22
"""Bytes of an output that a thread of its own has to write at least."""


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
    source, amount = array(x), number(value, "value")
    sides, row, index = remembered(plan, source.shape, padding, mode, amount)
    if index is not None:
        return source.take(index)
    return padded(source, sides, row, amount if row.name == "constant" else 0)


def plan(
    shape: tuple[int, ...], padding: Any, mode: Any, value: float
) -> tuple[tuple[Pair, ...], Mode, Index | None]:
    """The pairs and the mode for all axes of an array of that shape; SpecError if it has none.

    For a small array that only copies also (*padded): where each cell lies in it.
    """
    if not shape:
        raise SpecError("x is a single number: it has no axis to pad", "x", "at least one axis")
    layer = Padding.of(padding, len(shape), mode, value)
    row = mode_named(layer.mode)
    size = math.prod(layer.output(shape))
    if row.fills or size > SMALL:
        return layer.padding, row, None
    index: Any = np.zeros((), np.intp)
    for n, (before, after) in zip(shape, layer.padding, strict=True):
        index = index[..., np.newaxis] * n + provenance(n, before, after, row)
    return layer.padding, row, index


def padded(x: Array, padding: tuple[Pair, ...], mode: Mode, value: float = 0.0) -> Array:
    """`x` with its last axes padded, from arguments that are checked already."""
    lead = x.ndim - len(padding)
    sizes = x.shape[lead:]
    shape = x.shape[:lead] + tuple(
        before + n + after for n, (before, after) in zip(sizes, padding, strict=True)
    )
    whole = (slice(None),) * lead
    place: list[Any] = [*whole]
    place += [slice(b, b + n) for n, (b, _) in zip(sizes, padding, strict=True)]
    out = empty(shape, x.dtype)
    fill = None
    if mode.fills:  # every type holds the integer 0
        fill = 0 if type(value) is int and value == 0 else held(value, x.dtype)
    if mode.fills and out.size <= SMALL:
        out.fill(fill)
        out[tuple(place)] = x
        return out
    first, inner = sizes[0], list(zip(sizes, padding, strict=True))[1:]
    edges = [(axis, ends(n, *pair, mode)) for axis, (n, pair) in enumerate(inner, lead + 1)][::-1]
    rows = max(1, BLOCK * first // max(1, x.nbytes))

    def fill_rows(span: slice) -> None:
        """Copy some rows of the first axis, and the ends of the others there."""
        for start in range(span.start, span.stop, rows):
            # The last axis first, and some rows of the first axis at a time: while they are in the
            # cache. The ends of an axis cover the whole of those already done.
            stop = min(start + rows, span.stop)
            block = place.copy()
            block[lead] = slice(padding[0][0] + start, padding[0][0] + stop)
            out[tuple(block)] = x[(*whole, slice(start, stop))]
            for axis, pieces in edges:
                copy_ends(out, block, axis, pieces, fill)

    if out.nbytes < 2 * THREAD:
        fill_rows(slice(0, first))
    else:
        each(fill_rows, spans(first, useful(out.nbytes // THREAD)))
    place[lead:] = [slice(None)] * len(sizes)
    copy_ends(out, place, lead, ends(first, *padding[0], mode), fill)
    return out


def copy_ends(
    out: Array, place: list[Any], axis: int, pieces: tuple[Piece, ...], fill: Any
) -> None:
    """Fill or copy the ends of one axis of `out`, within `place`; the whole of it from then on."""
    for cells, copied in pieces:
        place[axis] = cells
        target = tuple(place)
        place[axis] = copied
        out[target] = out[tuple(place)] if fill is None else fill
    place[axis] = slice(None)


Piece = tuple[slice, slice | Index]
"""Cells of an axis, and the padded cells of the same axis that they copy, if any."""


def ends(n: int, before: int, after: int, mode: Mode) -> tuple[Piece, ...]:
    """Both ends of a padded axis, in pieces."""
    return (known_ends if before + after <= SMALL else all_ends)(n, before, after, mode)


def all_ends(n: int, before: int, after: int, mode: Mode) -> tuple[Piece, ...]:
    """Both ends of a padded axis, in pieces."""
    found: list[Piece] = []
    for start, stop in ((0, before), (before + n, before + n + after)):
        if start == stop:
            continue
        if mode.fills:
            found.append((slice(start, stop), slice(None)))
        else:
            positions = np.arange(start - before, stop - before, dtype=np.intp)
            found += runs(start, origins(positions, n, mode) + before)
    return tuple(found)


known_ends = lru_cache(maxsize=256)(all_ends)


def runs(start: int, sources: Index) -> list[Piece]:
    """Cells from `start` on and the `sources` that they copy: slices, or a list if it turns often.

    A slice goes up, down, or stays: one cell that is copied to all.
    """
    steps = np.diff(sources)
    turns = [*(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(steps)]
    if len(turns) > RUNS:
        return [(slice(start, start + len(sources)), sources)]
    found: list[Piece] = []
    first = 0
    for turn in turns:
        low, count = int(sources[first]), turn + 1 - first
        step = int(steps[first]) if count > 1 else 0
        stop = low + step * count if step else low + 1
        copied = slice(low, stop if stop >= 0 else None, step or None)
        found.append((slice(start + first, start + turn + 1), copied))
        first = turn + 1
    return found


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
    extent = x.shape[:lead] + tuple(map(operator.sub, stops, starts))
    if mode.fills:
        check_memory(extent, x.dtype, "the padded input")
        out = np.zeros(extent, x.dtype)
        place = tuple(
            slice(low - start, high - start)
            for low, high, start in zip(lows, highs, starts, strict=True)
        )
        out[whole + place] = x[whole + inside]
        return out
    if max(starts) <= 0 and all(map(operator.ge, stops, sizes)):  # the whole of `x`, and more
        check_memory(extent, x.dtype, "the padded input")
        sides = tuple(
            (-start, stop - n) for start, stop, n in zip(starts, stops, sizes, strict=True)
        )
        return padded(x, sides, mode)
    for axis, (start, stop, n) in enumerate(zip(starts, stops, sizes, strict=True), lead):
        if start >= 0 and stop <= n:
            x = x[(slice(None),) * axis + (slice(start, stop),)]
        else:
            check_memory((*x.shape[:axis], stop - start), x.dtype, "the padded input")
            met = origins(np.arange(start, stop, dtype=np.intp), n, mode)
            low = int(met.min())
            # Cut first: take copies the whole of an array that does not lie together.
            x = x[(slice(None),) * axis + (slice(low, int(met.max()) + 1),)].take(met - low, axis)
    return x
