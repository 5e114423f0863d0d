"""Stacked dilations: the cells that one output sees after each layer, the holes between them."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from convviz.diagrams.scene import Grid, Label, Measure
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.compositions.counts import draw_counts
from convviz.render.figures.compositions.multiples import (
    Words,
    columns_of,
    letter,
)
from convviz.render.figures.compositions.parts import bracket, formula
from convviz.render.figures.grids import Place
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD, Line, Run


class Panel(NamedTuple):
    """What is seen after some layers."""

    grid: Grid
    measure: Measure
    label: Label


class Holes:
    """Panels at one pitch and one scale of counts."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        grids = scene.bands[0]
        self.panels = [
            Panel(*each) for each in zip(grids, scene.measures, scene.labels, strict=True)
        ]
        self.rows = max(panel.grid.shape[0] for panel in self.panels)
        self.cols = max(panel.grid.shape[1] for panel in self.panels)
        self.most = max(float(panel.grid.values.max()) for panel in self.panels)
        self.flat = self.rows == 1
        if self.flat:  # lines stand below each other, their names at the left
            self.columns = 1
            self.u = pitch(partial(self.measure, columns=1), width, height, sheet.page)
        else:
            good = 10.0 if height is None else math.inf
            room, count = (width, height), len(self.panels)
            self.u, self.columns = columns_of(count, self.measure, sheet, room, good=good)
        self.width, self.height = self.measure(self.u, self.columns)

    # Lengths.

    def name(self) -> float:
        """The name above a panel."""
        return 0.0 if self.flat else 2.0 * self.sheet.page.panel

    def beside(self) -> float:
        """The name at the left of a line."""
        if not self.flat:
            return 0.0
        names = ("".join(run.text for run in panel.grid.title) for panel in self.panels)
        size = self.sheet.page.panel
        return 24.0 + max(self.sheet.type.width(f"(a)  {name}", size, SEMIBOLD) for name in names)

    def words(self, panel: Panel) -> Words:
        """How much is seen, how much is missed."""
        page = self.sheet.page
        line = formula(self.sheet, panel.label.text)
        if self.flat:
            color = self.sheet.theme.word(panel.measure.role)
            line = (Run(f"{panel.measure.label}    ", color, SEMIBOLD), *line)
        return Words(self.sheet, ((line, page.label, 0.0),))

    def _bracket(self) -> float:
        if self.flat:
            return 1.7 * self.sheet.page.note
        return (3.0 if self.sheet.page.paper else 3.6) * self.sheet.page.note

    def gap(self, u: float) -> float:
        """The least distance of panels."""
        return max(u, 12.0 if self.sheet.page.paper else 30.0)

    def _word_room(self, u: float, columns: int) -> float:
        spare = (self.room - self.beside() - columns * self.cols * u) / columns
        return self.cols * u + max(0.0, 0.8 * spare)

    def _below(self, u: float, columns: int) -> float:
        room = self._word_room(u, columns)
        words = max(self.words(panel).height(room) for panel in self.panels)
        return self._bracket() + words + 0.3 * self.sheet.page.label

    def measure(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of all panels."""
        lines = math.ceil(len(self.panels) / columns)
        width = self.beside() + columns * self.cols * u + (columns - 1) * self.gap(u)
        high = self.name() + self.rows * u + self._below(u, columns)
        return width, lines * high + (lines - 1) * 0.6 * self.gap(u)

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw all panels, spread over the width that they have."""
        u, columns = self.u, self.columns
        gap = self.gap(u)
        if columns > 1:
            spare = (self.room - columns * self.cols * u) / (columns - 1)
            gap = min(max(gap, spare), max(3.0 * u, 90.0))
        left += self.beside()
        left += (self.width - self.beside() - columns * self.cols * u - (columns - 1) * gap) / 2
        high = self.name() + self.rows * u + self._below(u, columns) + 0.6 * self.gap(u)
        for i, panel in enumerate(self.panels):
            line, column = divmod(i, columns)
            rows, cols = panel.grid.shape
            x = left + column * (self.cols * u + gap) + (self.cols - cols) * u / 2
            y = top + line * high + self.name() + (self.rows - rows) * u / 2
            place = Place(x, y, u, rows, cols)
            self._panel(canvas, panel, place, i)

    def _panel(self, canvas: Canvas, panel: Panel, place: Place, number: int) -> None:
        page, theme = self.sheet.page, canvas.theme
        mark = letter(self.sheet, number, len(self.panels))
        name: Line = tuple(
            Run(run.text, theme.word(run.role), SEMIBOLD) for run in panel.grid.title
        )
        if mark:
            name = (self.sheet.word(mark), *name)
        bottom = place.top + (place.rows + self.rows) * place.u / 2
        top = bottom - self.rows * place.u
        middle, room = place.box.center[0], self._word_room(place.u, self.columns)
        if self.flat:
            base = place.box.center[1] + 0.36 * page.panel
            canvas.words(place.left - 24.0, base, name, page.panel, anchor=1.0)
        else:
            size, lines = self.sheet.type.fit(name, page.panel, room)
            canvas.words(middle, top - 0.75 * page.panel, lines[0], size, anchor=0.5)
        draw_counts(canvas, self.sheet, panel.grid, place, most=self.most)
        start, stop = (
            place.left + end * place.u for end in (panel.measure.start, panel.measure.stop)
        )
        y = bottom + (6.0 if page.paper else 10.0)
        ends = (start, y), (stop, y)
        label = "" if self.flat else panel.measure.label
        bracket(canvas, self.sheet, *ends, label, panel.measure.role, side=1)
        self.words(panel).draw(canvas, middle, bottom + self._bracket(), room)
