"""Which lines of a large grid are shown: both ends, both sides of frames, around the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.intp]

ROWS = 40
"""More rows than this are elided."""
KEPT = 3
"""Cells that are kept at each end, on both sides of each frame line and around the window."""
TAPS = 12
"""Taps of a window that are always kept."""


def edges(size: int, frames: Iterable[int], window: Sequence[int]) -> tuple[list[int], list[int]]:
    """(boundaries, cells): before which cells something starts, and which must be shown.

    frames: grid indices before which a frame line stands. window: the chosen taps.
    """
    places = [0, size, *frames]
    if window:
        places += [window[0], window[-1] + 1]
    return places, list(window) if len(window) <= TAPS else []


def order(size: int, frames: Sequence[tuple[int, int]], window: Sequence[int]) -> list[int]:
    """Lines in the order in which they matter where not even the ends of everything fit.

    The window, the ends of the input, the ends of the grid, what is outside of frames, the rest.
    """
    inner = [place for start, stop in reversed(frames) for place in (start, stop - 1)]
    outer = [place for start, stop in frames for place in (start - 1, stop)]
    ends = [place for n in range(KEPT) for place in (n, size - 1 - n)]
    taps = window[:TAPS]
    found = dict.fromkeys([*taps, *inner, *ends[:2], *outer, *ends])
    return [place for place in found if 0 <= place < size]


def greedy(places: Iterable[int], fits: Callable[[Index], bool]) -> Index:
    """The first of `places`, and of the others each that fits beside those before it."""
    shown: list[int] = []
    for place in places:
        more = np.array(sorted([*shown, place]), dtype=np.intp)
        if not shown or fits(more):
            shown.append(place)
    return np.array(sorted(shown), dtype=np.intp)


def kept(size: int, places: Iterable[int], cells: Iterable[int], each: int) -> Index:
    """The cells within `each` of one of the `places`, and `cells`; a gap hides at least two."""
    shown: set[int] = {cell for cell in cells if 0 <= cell < size}
    for place in places:
        shown.update(range(max(0, place - each), min(size, place + each)))
    order = sorted(shown)
    for before, after in pairwise(order):
        if after - before == 2:
            shown.add(before + 1)
    return np.array(sorted(shown), dtype=np.intp)
