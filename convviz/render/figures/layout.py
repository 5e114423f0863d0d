"""How large cells can be: the pitch at which a composition fits its part of the page."""

from __future__ import annotations

import math
from collections.abc import Callable

from convviz.render.style import Page

Measure = Callable[[float], tuple[float, float]]
"""Pitch → (width, height) of a whole composition, in points; grows with the pitch."""


def pitch(measure: Measure, width: float, height: float | None, page: Page) -> float:
    """The largest pitch at which the composition fits, in whole pixels where that loses little."""
    room = math.inf if height is None else height

    def fits(u: float) -> bool:
        wide, high = measure(u)
        return wide <= width + 1e-6 and high <= room + 1e-6

    if fits(page.cap):
        return page.cap
    low, high = 0.0, page.cap
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return snapped(low, page)


def snapped(u: float, page: Page) -> float:
    """`u` in whole pixels where a cell has several: tiles are then all alike."""
    pixel = 72 / page.dpi
    if u >= 8 * pixel:
        return math.floor(u / pixel) * pixel
    return u
