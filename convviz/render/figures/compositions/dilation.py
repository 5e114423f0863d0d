"""Dilation: numbered taps, the cells between them, the step from tap to tap, the reach."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from convviz.diagrams.scene import Grid, Label, Link, Measure, Rect, Role
from convviz.render.colors import Floats
from convviz.render.figures.canvas import FRAMES, Box, Canvas
from convviz.render.figures.compositions.multiples import (
    Words,
    around,
    columns_of,
    draw_open_frame,
    letter,
    part,
)
from convviz.render.figures.compositions.parts import bounds, bracket, formula
from convviz.render.figures.compositions.taps import draw_taps, fading
from convviz.render.figures.grids import (
    Digits,
    Place,
    draw_choice,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, SEMIBOLD, Line, Run

MOST = 26
"""Cells of an axis that are drawn; of a longer one, those around the window."""


class Panel(NamedTuple):
    """One layer: its plane, its window and what is said about it."""

    grid: Grid
    corner: tuple[int, int]
    label: Label
    across: Measure
    down: Measure | None
    steps: list[Link]


class Dilation:
    """Panels at one pitch, the reach as a bracket below each."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        self.sheet, self.room = sheet, width
        scene = sheet.scene
        grids = scene.bands[0]
        sizes = self._sizes(grids)
        self.panels = [
            self._panel(grid, label, sizes) for grid, label in zip(grids, scene.labels, strict=True)
        ]
        self.rows = max(panel.grid.shape[0] for panel in self.panels)
        self.cols = max(panel.grid.shape[1] for panel in self.panels)
        self.upright = any(panel.down for panel in self.panels)
        self.names = [self._name(panel, i) for i, panel in enumerate(self.panels)]
        self.flat = self.rows == 1
        if self.flat:  # lines are compared below each other, their names at the left
            self.columns = 1
            self.u = pitch(partial(self.measure, columns=1), width, height, sheet.page)
        else:
            good = 13.0 if height is None else math.inf
            count, room = len(self.panels), (width, height)
            self.u, self.columns = columns_of(count, self.measure, sheet, room, good=good)
        self.width, self.height = self.measure(self.u, self.columns)
        self.type_size = self._number_size()

    @staticmethod
    def _sizes(grids: tuple[Grid, ...]) -> tuple[int, int]:
        """(rows, cols) that every panel shows: all cells, or some around the largest window."""
        found = []
        for axis in (0, 1):
            most = max(grid.shape[axis] for grid in grids)
            if most > MOST:
                reaches = []
                for grid in grids:
                    assert grid.chosen is not None, "a dilation scene chooses its window"
                    taps = (grid.chosen.rows, grid.chosen.cols)[axis]
                    reaches.append(taps[-1] - taps[0] + 1)
                most = max(MOST - 4, max(reaches) + 4)
            found.append(most)
        return found[0], found[1]

    def _panel(self, grid: Grid, label: Label, sizes: tuple[int, int]) -> Panel:
        scene = self.sheet.scene
        assert grid.chosen is not None, "a dilation scene chooses its window"
        rect = bounds(grid.chosen)
        top, bottom = around(rect.top, rect.bottom, grid.shape[0], sizes[0])
        left, right = around(rect.left, rect.right, grid.shape[1], sizes[1])
        measures = [measure for measure in scene.measures if measure.grid == grid.key]
        return Panel(
            part(grid, Rect(top, left, bottom, right)),
            (top, left),
            label,
            next(measure for measure in measures if measure.axis == 1),
            next((measure for measure in measures if measure.axis == 0), None),
            [link for link in scene.links if link.start[0] == grid.key],
        )

    def _name(self, panel: Panel, number: int) -> Line:
        """The name above a panel, lettered on paper."""
        sheet, several = self.sheet, len(self.panels) > 1
        mark = letter(sheet, number, len(self.panels))
        if not several:
            return ()
        name = "".join(run.text for run in panel.grid.title)
        color = sheet.theme.word(Role.FOCUS)
        start: Line = (sheet.word(mark),) if mark else ()
        return (*start, Run(name, color, SEMIBOLD))

    def words(self, panel: Panel) -> Words:
        """What stands below the bracket: the reach, and how it comes about."""
        page, theme = self.sheet.page, self.sheet.theme
        kernel = theme.word(Role.KERNEL)
        if self.flat:
            reach = Run(f"{panel.across.label}    ", kernel, BOLD)
            line = (reach, *formula(self.sheet, panel.label.text))
            return Words(self.sheet, ((line, page.label, 0.62 * page.label),))
        lines: list[tuple[Line, float, float]] = [
            ((Run(panel.across.label, kernel, BOLD),), page.panel, 0.62 * page.panel)
        ]
        for i, text in enumerate((panel.label.text, *panel.label.more)):
            lead = 0.85 * page.label if i == 0 else 0.55 * page.label
            lines.append((formula(self.sheet, text), page.label - 0.5, lead))
        return Words(self.sheet, tuple(lines))

    @property
    def _name_size(self) -> float:
        page = self.sheet.page
        return page.panel - (0.0 if page.paper else 1.0)

    # Lengths.

    def above(self, u: float) -> float:
        """The name, and the arrow where the window lies close to the top."""
        name = 2.1 * self.sheet.page.label if any(self.names) and not self.flat else 0.0
        return name + self._arrow_room(u)

    def _arrow_room(self, u: float) -> float:
        """Room over a grid for the arrow of a window that has too few rows above it."""
        arrow = max(0.9 * u, 1.4 * self.sheet.page.note)
        rows = [p.grid.chosen.rows[0] for p in self.panels if p.steps and p.grid.chosen]
        return max([0.0, *(arrow - row * u for row in rows)])

    def sides(self, u: float) -> tuple[float, float]:
        """Room at the left and right of a grid: for the name of a line, the bracket of rows."""
        if self.flat and any(self.names):
            widths = [self.sheet.type.line_width(line, self._name_size) for line in self.names]
            return max(widths) + 20.0, 0.0
        upright = 0.6 * u + 2.6 * self.sheet.page.panel
        return (upright, upright) if self.upright else (0.0, 0.0)

    def one(self, u: float) -> float:
        """The width of a panel."""
        return sum(self.sides(u)) + self.cols * u

    def gap(self, u: float) -> float:
        """The least distance of panels."""
        return max(1.4 * u, 10.0 if self.sheet.page.paper else 24.0)

    def measure(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of all panels."""
        lines = math.ceil(len(self.panels) / columns)
        width = columns * self.one(u) + (columns - 1) * self.gap(u)
        room = self._word_room(u, columns)
        below = self._bracket() + max(self.words(panel).height(room) for panel in self.panels)
        below += 0.25 * self.sheet.page.label
        height = lines * (self.above(u) + self.rows * u + below) + (lines - 1) * 0.9 * u
        return width, height

    def _word_room(self, u: float, columns: int) -> float:
        """The width of a panel's words: half of the gaps beside it belong to it."""
        spare = (self.room - columns * self.one(u)) / columns
        return max(self.cols * u + max(0.0, 0.85 * spare), 60.0)

    def _bracket(self) -> float:
        """From the grid to the words below the bracket."""
        return 14.0 if self.sheet.page.paper else 27.0

    def _number_size(self) -> float:
        """The size of tap numbers, 0 where they would be too small."""
        last = max(math.prod(panel.grid.extent) for panel in self.panels)
        digits = Digits.of(np.array([[last]]), self.sheet.type)
        size = min(digits.tile, digits.disc + 0.06) * self.u
        return size if size >= self.sheet.page.least else 0.0

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw all panels, spread over the width that they have."""
        u, columns = self.u, self.columns
        one = self.one(u)
        gap = self.gap(u)
        if columns > 1:
            spare = (self.room - columns * one) / (columns - 1)
            gap = min(max(gap, spare), max(3.4 * u, 100.0))
        left += (self.width - columns * one - (columns - 1) * gap) / 2
        room = self._word_room(u, columns)
        below = self._bracket() + max(self.words(panel).height(room) for panel in self.panels)
        step = self.above(u) + self.rows * u + below + 0.25 * self.sheet.page.label + 0.9 * u
        for i, panel in enumerate(self.panels):
            line, column = divmod(i, columns)
            x = left + column * (one + gap) + self.sides(u)[0]
            x += (self.cols - panel.grid.shape[1]) * u / 2
            y = top + line * step + self.above(u)
            place = Place(x, y, u, *panel.grid.shape)
            self._draw_name(canvas, self.names[i], place)
            self._cells(canvas, panel, place)
            bottom = self._brackets(canvas, panel, place, y + self.rows * u)
            self.words(panel).draw(canvas, self._middle(panel, place), bottom, room)

    def _draw_name(self, canvas: Canvas, name: Line, place: Place) -> None:
        size = self._name_size
        if name and self.flat:
            x, base = place.left - 20.0, place.box.center[1] + 0.36 * size
            canvas.words(x, base, name, size, anchor=1.0)
        elif name:
            base = place.top - self._arrow_room(place.u) - 0.95 * self.sheet.page.label
            canvas.words(place.box.center[0], base, name, size, anchor=0.5)

    def _middle(self, panel: Panel, place: Place) -> float:
        """Where the words are centered: below the window, as far as they stay below the grid."""
        assert panel.grid.chosen is not None, "a dilation scene chooses its window"
        half = self.words(panel).width() / 2
        edges = place.box.grown(0.4 * place.u)
        if 2 * half >= edges.width:
            return edges.center[0]
        middle = place.rect(bounds(panel.grid.chosen)).center[0]
        return min(max(middle, edges.left + half), edges.right - half)

    def _cells(self, canvas: Canvas, panel: Panel, place: Place) -> None:
        grid, theme, u = panel.grid, canvas.theme, place.u
        whole = self.sheet.scene.grid(grid.key).shape
        draw_taps(canvas, grid, place, fading(panel.corner, grid.shape, whole), self.type_size)
        for frame in grid.frames:
            draw_open_frame(canvas, place, frame)
        assert grid.chosen is not None
        box = place.rect(bounds(grid.chosen))
        draw_choice(canvas, box, theme.trio(Role.KERNEL)[1], u)
        for link in panel.steps:
            self._arrow(canvas, panel, place, link)

    def _arrow(self, canvas: Canvas, panel: Panel, place: Place, link: Link) -> None:
        """From the first tap to the next: half a cell above the window, or at its left."""
        u, page = place.u, self.sheet.page
        color = canvas.theme.color("focus")
        (top, left), (_, row, col), (_, end_row, end_col) = panel.corner, link.start, link.end
        x, y = place.center(row - top, col - left)
        size = page.note
        wide = self.sheet.type.width(link.label, size, SEMIBOLD)
        head = min(9.0, 0.4 * u + 3)
        if row == end_row:
            y -= max(u, 0.5 * u + 0.7 * size)
            end, _ = place.center(0, end_col - left)
            canvas.arrow((x, y), (end, y), color, 1.7, head=head, dot=True)
            before = x - 0.2 * u - 4.0
            # Beside the start, unless that leaves the panel: then beyond the head.
            beside = before - wide >= place.left - 0.4 * self.gap(u)
            x, anchor = (before, 1.0) if beside else (end + 5.0, 0.0)
            base = y + 0.36 * size
        else:
            x -= max(u, 0.5 * u + 0.7 * size)
            _, end = place.center(end_row - top, 0)
            canvas.arrow((x, y), (x, end), color, 1.7, head=head, dot=True)
            x, anchor = x - 0.2 * u - 4.0, 1.0
            base = (y + end) / 2 + 0.36 * size
        canvas.words(x, base, link.label, size, anchor=anchor, color=color, weight=SEMIBOLD)

    def _brackets(self, canvas: Canvas, panel: Panel, place: Place, bottom: float) -> float:
        """The reach below the grid; where the words begin."""
        paper = self.sheet.page.paper
        theme, (top, left) = canvas.theme, panel.corner
        box = place.rect(Rect(0, panel.across.start - left, 1, panel.across.stop - left))
        assert panel.grid.chosen is not None
        window = place.rect(bounds(panel.grid.chosen))
        y = bottom + (9.0 if paper else 18.0)
        color = theme.word(Role.KERNEL)
        self._measure(canvas, Box(box.left, y, box.right, y), color)
        if panel.down is not None:
            rows = place.rect(Rect(panel.down.start - top, 0, panel.down.stop - top, 1))
            x = place.box.right + (9.0 if paper else 16.0)
            ends = (x, rows.top), (x, rows.bottom)
            bracket(canvas, self.sheet, *ends, panel.down.label, Role.KERNEL, side=1)
        for x in (box.left, box.right):
            dotted = [(x, window.bottom + 0.12 * place.u), (x, y - 4.0)]
            canvas.line(dotted, color, 0.8, dash=(1.0, 2.0), height=FRAMES)
        return bottom + self._bracket()

    def _measure(self, canvas: Canvas, box: Box, color: Floats) -> None:
        """A line with ticks at its ends."""
        tick = 2.5 if self.sheet.page.paper else 4.0
        canvas.line([(box.left, box.top), (box.right, box.bottom)], color, 1.3)
        for x in (box.left, box.right):
            canvas.line([(x, box.top - tick), (x, box.top + tick)], color, 1.3)
