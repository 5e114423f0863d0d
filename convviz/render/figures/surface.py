"""Marks as pixels, drawn by matplotlib's Agg renderer alone.

A `matplotlib.figure.Figure` brings axes, projections and the 3-D toolkit with it. Importing these
takes as long as drawing a slide, and a sheet of marks has no use for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg

from convviz.render.colors import rgb
from convviz.render.figures.canvas import Canvas, to_pixels
from convviz.render.figures.marks import Mark, Shape, rounded
from convviz.render.frames import Pixels


class Surface:
    """The pixels of one sheet.

    dpi: pixels per 72 points. paper: a color, None for transparent.
    """

    def __init__(self, width: float, height: float, dpi: float, paper: str | None) -> None:
        agg: Any = RendererAgg  # matplotlib leaves it untyped
        self._renderer = agg(width / 72 * dpi, height / 72 * dpi, dpi)
        self._to_pixels = to_pixels(height, dpi)
        if paper is not None:
            sheet = rounded(0.0, 0.0, width, height, 0.0)
            self.draw([Shape.of(sheet, rgb(paper), None, 0.0)])

    @classmethod
    def of(cls, canvas: Canvas, dpi: float, paper: str | None) -> Surface:
        """A canvas with all of its marks."""
        found = cls(canvas.width, canvas.height, dpi, paper)
        found.draw(canvas.marks())
        return found

    def draw(self, marks: Iterable[Mark]) -> None:
        """Draw marks over what is there."""
        for mark in marks:
            mark.draw(self._renderer, self._to_pixels)

    @property
    def pixels(self) -> Pixels:
        """(height, width, 4): what is there now; it changes with what is drawn later."""
        return np.asarray(self._renderer.buffer_rgba())

    def kept(self) -> Any:
        """What is there now, for `restore`."""
        return self._renderer.copy_from_bbox(self._renderer.bbox)

    def restore(self, kept: Any) -> None:
        """Put back what was there."""
        self._renderer.restore_region(kept)
