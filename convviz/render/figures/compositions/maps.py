"""A picture and the feature maps that it gives, all on one scale of colors."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from convviz.diagrams.scene import Grid, Role
from convviz.records import replace
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.compositions.bars import Bar, bar_width, draw_bar
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import draw_title, size_lines, title_line
from convviz.render.figures.grids import picture_colors, samples
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet

WIDEST_INPUT = 0.42
"""Of the width: the most that the input takes."""
FEW = 3
"""Most maps whose names are as large as that of the input."""


class Maps:
    """The input at the left, the maps in rows beside it, one color bar for all of them."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        grids = [grid for band in scene.bands for grid in band]
        self.input = next(grid for grid in grids if grid.kind == Role.INPUT)
        self.maps = [grid for grid in grids if grid.kind == Role.OUTPUT]
        self.rows = max(grid.shape[0] for grid in self.maps)
        self.cols = max(grid.shape[1] for grid in self.maps)
        # Maps that look like pictures, those of a pooling, have colors of their own.
        plain = [grid.values.ravel() for grid in self.maps if grid.picture is None]
        self.bar = Bar(np.concatenate(plain), gray=False) if plain else None
        page = sheet.page
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        more = [label for label in scene.labels if label.name == "maps"]
        self.said = Words(
            sheet,
            (
                *size_lines(sheet, sizes, page.small, width),
                *((sheet.runs(label.text), page.small, 0.8 * page.small) for label in more),
            ),
        )
        self.size = page.label if len(self.maps) <= FEW else page.note
        self.lift = 9.0 if not page.paper else 5.0
        self.title = page.label + 1.3 * self.lift
        self.name = self.size + (1.3 if self.size == page.label else 1.0) * self.lift
        # Maps of several layers have pixels of several sizes, but show as much scene.
        scale = max(self.rows, self.cols)
        best = (-1.0, 0)
        for columns in range(len(self.maps), 0, -1):
            measure = partial(self._scaled, columns=columns, scale=scale)
            found = pitch(measure, width, height, replace(page, cap=600.0)) / scale
            best = max(best, (found * (1.001 if len(self.maps) % columns == 0 else 1.0), columns))
        found, self.columns = best
        self.u = found / 1.001
        self.width, self.height = self.measure(self.u, self.columns)

    def _scaled(self, u: float, *, columns: int, scale: float) -> tuple[float, float]:
        return self.measure(u / scale, columns)

    def gap(self) -> float:
        """Between maps."""
        return 6.0 if self.sheet.page.paper else 14.0

    def block(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of all maps with their names."""
        lines = math.ceil(len(self.maps) / columns)
        wide = columns * self.cols * u + (columns - 1) * self.gap()
        return wide, lines * (self.rows * u + self.name) + (lines - 1) * self.gap()

    def source(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of the input: as high as all maps, unless that is too wide."""
        rows, cols = self.input.shape
        high = self.block(u, columns)[1] - self.name
        wide = min(high * cols / rows, WIDEST_INPUT * self.room)
        return wide, wide * rows / cols

    def measure(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) at so many points per cell of a map."""
        block, source = self.block(u, columns), self.source(u, columns)
        wide = source[0] + 2.5 * self.gap() + block[0]
        wide += bar_width(self.sheet, self.bar) if self.bar is not None else 0.0
        return wide, max(block[1], source[1] + self.title) + self._words()

    def _words(self) -> float:
        return 0.9 * self.sheet.page.small + self.said.height(self.room)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the input, the maps, the bar and the words."""
        sheet, page, u = self.sheet, self.sheet.page, self.u
        high = self.height - self._words()
        wide, tall = self.source(u, self.columns)
        block = self.block(u, self.columns)
        start = top + max(0.0, (high - block[1]) / 2)
        y = start + self.name + max(0.0, (block[1] - self.name - tall) / 2)
        box = Box(left, y, left + wide, y + tall)
        self._picture(canvas, self.input, box)
        line = title_line(sheet, self.input)
        draw_title(canvas, sheet, line, box.center[0], box.top - self.lift, wide + self.gap())
        x = left + wide + 2.5 * self.gap()
        rows, cols = self.rows, self.cols
        for n, grid in enumerate(self.maps):
            down, across = divmod(n, self.columns)
            a = x + across * (cols * u + self.gap())
            b = start + self.name + down * (rows * u + self.name + self.gap())
            spot = Box(a, b, a + cols * u, b + rows * u)
            self._picture(canvas, grid, spot)
            middle, room = spot.center[0], cols * u + 0.8 * self.gap()
            base = b - self.lift * self.size / page.label
            draw_title(canvas, sheet, title_line(sheet, grid), middle, base, room, size=self.size)
        right = Box(x, start + self.name, x + block[0], start + block[1])
        if self.bar is not None:
            draw_bar(canvas, sheet, self.bar, right)
        below = top + high + 0.6 * page.small
        self.said.draw(canvas, left + self.width / 2, below, self.room)

    def _picture(self, canvas: Canvas, grid: Grid, box: Box) -> None:
        rows, cols = (samples(n) for n in grid.shape)
        if grid.picture is not None:
            canvas.image(grid.picture[np.ix_(rows, cols)], box)
        elif grid.kind == Role.INPUT:
            canvas.image(picture_colors(grid, canvas.theme), box)
        elif self.bar is not None:
            canvas.image(self.bar.colors(grid.cells.at(rows, cols), canvas.theme.name), box)
