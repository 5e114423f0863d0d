"""One input under several values of a parameter: panels at one pitch, each with what it came to."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from convviz.diagrams.scene import Grid, Label, Role
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.compositions.coverage import Profile
from convviz.render.figures.compositions.multiples import Words, columns_of, letter
from convviz.render.figures.compositions.parts import airy, bounds, bracket, verdict
from convviz.render.figures.grids import Digits, Place, draw_cells, draw_choice, draw_frame
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, Run

GAP, LEAST_GAP = 1.6, 12.0
"""The least distance of panels, in pitches and in points."""
OUTSIDE = 0.72


class Compare:
    """Padded inputs with the chosen window of each, or the stamps on each output."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.grids = [grid for band in scene.bands for grid in band]
        self.labels = {label.name: label for label in scene.labels}
        self.profiles = {grid.key: Profile(grid) for grid in self.grids if grid.kind == Role.COUNT}
        count = len(self.grids)
        self.words = [self._words(n, grid, count) for n, grid in enumerate(self.grids)]
        self.rows = max(grid.shape[0] for grid in self.grids)
        self.cols = max(grid.shape[1] for grid in self.grids)
        self.above = max((p.above() for p in self.profiles.values()), default=0.0)
        self.beside = max((p.beside() for p in self.profiles.values()), default=0.0)
        self.measures = {m.grid: m for m in scene.measures if m.axis == 1}
        good = 14.3 if height is None else math.inf
        room = (width, height)
        self.u, self.columns = columns_of(count, self.measure, sheet, room, good=good)
        self.width, self.height = self.measure(self.u, self.columns)
        least = sheet.page.least
        found = [
            Digits.readable(grid, sheet.type, self.u, least, alike=self.grids)
            for grid in self.grids
        ]
        readable = [digits for digits in found if digits is not None]
        self.digits = readable if len(readable) == count else None

    def _words(self, n: int, grid: Grid, count: int) -> Words:
        """The name of a panel, what it came to, and the verdict on it."""
        sheet, page = self.sheet, self.sheet.page
        name = [Run(run.text, sheet.theme.word(run.role), BOLD) for run in grid.title]
        mark = letter(sheet, n, count)
        if mark:
            name.insert(0, sheet.word(mark))
        lines = [(tuple(name), page.panel, 12.0 if not page.paper else 6.0)]
        if grid.rule:
            rule = (sheet.word(airy(grid.rule)),)
            lines.append((rule, page.note, 0.75 * page.note))
        plain = "".join(run.text for run in grid.title)
        label: Label | None = self.labels.get(plain)
        if label is not None:
            line = tuple(run for run in verdict(sheet, replace(label, name="coverage")))
            lines.append((line, page.note, 0.75 * page.note))
        return Words(sheet, tuple(lines))

    def bracket_room(self) -> float:
        """Under the panels, for a bracket and its label."""
        return 2.6 * self.sheet.page.note if self.measures else 0.0

    def panel(self, u: float) -> float:
        """The width of one panel."""
        return (self.cols + self.beside) * u

    def gap(self, u: float, columns: int) -> float:
        """The distance of panels: they share what is left of a row."""
        if columns == 1:
            return 0.0
        spare = (self.room - columns * self.panel(u)) / (columns - 1)
        return min(max(GAP * u, LEAST_GAP, spare), max(3.0 * u, 110.0))

    def word_room(self, u: float, columns: int) -> float:
        """The width of the words under a panel."""
        return max(self.panel(u) + 0.7 * self.gap(u, columns), 60.0)

    def below(self, u: float, columns: int) -> float:
        """The height of bracket and words under a panel."""
        words = max(each.height(self.word_room(u, columns)) for each in self.words)
        return self.bracket_room() + words + 0.3 * self.sheet.page.note

    def measure(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of all panels."""
        lines = math.ceil(len(self.grids) / columns)
        width = columns * self.panel(u) + (columns - 1) * max(GAP * u, LEAST_GAP)
        high = lines * ((self.above + self.rows) * u + self.below(u, columns))
        return width, high + (lines - 1) * max(0.8 * u, 12.0)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw all panels."""
        u, columns = self.u, self.columns
        gap, room = self.gap(u, columns), self.word_room(u, columns)
        width = columns * self.panel(u) + (columns - 1) * gap
        left += (self.width - width) / 2
        step = (self.above + self.rows) * u + self.below(u, columns) + max(0.8 * u, 12.0)
        for n, grid in enumerate(self.grids):
            line, column = divmod(n, columns)
            x = left + column * (self.panel(u) + gap) + self.beside * u
            x += (self.cols - grid.shape[1]) * u / 2
            y = top + line * step + self.above * u
            place = Place(x, y, u, *grid.shape)
            self._grid(canvas, n, grid, place)
            bottom = y + self.rows * u + self.bracket_room()
            self.words[n].draw(canvas, place.box.center[0], bottom, room)

    def _grid(self, canvas: Canvas, n: int, grid: Grid, place: Place) -> None:
        digits = self.digits[n] if self.digits else None
        chosen = grid.chosen
        share = None
        if chosen is not None:
            share = np.full(grid.shape, OUTSIDE)
            rows = [row for row in chosen.rows if row < grid.shape[0]]
            cols = [col for col in chosen.cols if col < grid.shape[1]]
            share[np.ix_(rows, cols)] = 1.0
        draw_cells(canvas, replace(grid, source=None), place, digits, share=share)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        if chosen is not None:
            amber = canvas.theme.trio(Role.KERNEL)[1]
            draw_choice(canvas, place.rect(bounds(chosen)), amber, place.u, width=3.0)
        if grid.key in self.profiles:
            self.profiles[grid.key].draw(canvas, place)
        measure = self.measures.get(grid.key)
        if measure is not None:
            y = place.box.bottom + 8.0
            start = (place.left + measure.start * place.u, y)
            end = (place.left + measure.stop * place.u, y)
            bracket(canvas, self.sheet, start, end, measure.label, measure.role, side=1)
