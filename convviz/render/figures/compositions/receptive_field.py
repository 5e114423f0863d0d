"""A receptive field along one axis: rows of cells, the cone of one unit, field and jump beside."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Label, Link, Role
from convviz.records import Record
from convviz.render.colors import Floats, ink_on, mixed
from convviz.render.figures.canvas import BACK, TILES, Canvas
from convviz.render.figures.compositions.parts import bracket
from convviz.render.figures.grids import TILE, Digits
from convviz.render.figures.marks import Copies, rounded
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, MEDIUM, REGULAR, SEMIBOLD, Line, Run

Bools = NDArray[np.bool_]

MOST = 22
"""Rows that a page holds; of more, the first and the last."""
BESIDE = 2
"""Cells beside the cone that stay where a row is cut."""
READABLE = 15.0
"""Points of pitch at which a whole row is drawn, however much of it lies outside the cone."""
FEWEST = 0.42
"""How much of its color a cell with one path keeps, next to one with the most."""


class Row(Record, eq=False):
    """One row of cells: where their middles lie, in cells of the input, and what they are."""

    grid: Grid
    words: str
    numbers: tuple[tuple[str, str], ...]

    @cached_property
    def places(self) -> Floats:
        """(cells,): the middle of every cell."""
        start, step = self.grid.spacing or (0.0, 1.0)
        return np.asarray(start + step * np.arange(self.grid.shape[1]), np.float64)

    @property
    def wide(self) -> float:
        """The width of a cell, in cells of the input: less where they stand closer."""
        return TILE * min(1.0, (self.grid.spacing or (0.0, 1.0))[1])

    @cached_property
    def counts(self) -> Floats:
        """(cells,): paths from the unit."""
        return np.asarray(self.grid.values[0], float)

    @cached_property
    def roles(self) -> Floats:
        """(cells,) of `Role`."""
        return np.asarray(self.grid.all_roles[0])

    @property
    def reached(self) -> Bools:
        """(cells,): the cells that some path reaches."""
        return self.counts > 0


class Lines:
    """Rows below each other, the output first; words at the left, numbers at the right."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.paper = sheet.page.paper
        grids = [band[0] for band in scene.bands]
        rows = [
            Row(grid, grid.rule, numbers(label))
            for grid, label in zip(grids, scene.labels, strict=True)
        ]
        half = MOST // 2 - 1
        self.left_out = max(0, len(rows) - MOST)
        self.rows = rows if not self.left_out else [*rows[:half], *rows[-half:]]
        self.split = half if self.left_out else len(rows)
        self.low, self.high = self._extent(width)
        self.u = min((width - self.beside()) / (self.high - self.low), self._cap())
        self.width = self.beside() + (self.high - self.low) * self.u
        gaps = len(self.rows) - 1 + bool(self.left_out)
        most = 54.0 if self.paper else 93.0
        room = math.inf if height is None else height - self.above() - self.below()
        self.step = min(most, (room - self._cell()) / max(1, gaps))
        self.height = self.above() + self._cell() + gaps * self.step + self.below()
        self.type_size = self._type_size()

    # Lengths.

    def _cap(self) -> float:
        return 18.0 if self.paper else 33.0

    @property
    def dense(self) -> bool:
        """Whether rows are too close for words between them."""
        return self.step < 3.1 * self.sheet.page.note

    def _extent(self, width: float) -> tuple[float, float]:
        """From the left edge of the first cell to the right edge of the last that are drawn."""
        low = min(row.places[0] for row in self.rows) - 0.5
        high = max(row.places[-1] for row in self.rows) + 0.5
        if (width - self.beside()) / (high - low) >= min(READABLE, self._cap()):
            return float(low), float(high)
        reached = [row.places[row.reached] for row in self.rows if row.reached.any()]
        near = min(places[0] for places in reached) - 0.5 - BESIDE
        far = max(places[-1] for places in reached) + 0.5 + BESIDE
        return float(max(low, near)), float(min(high, far))

    def left(self) -> float:
        """The words at the left."""
        page, face = self.sheet.page, self.sheet.type
        names = max(face.line_width(self._name(row), self._name_size) for row in self.rows)
        words = max(face.width(row.words, page.note) for row in self.rows)
        return min(max(names, words), max(names, 0.19 * self.room)) + (9.0 if self.paper else 26.0)

    def right(self) -> tuple[float, float]:
        """The columns of the field and of the jump."""
        page, face = self.sheet.page, self.sheet.type
        widths = []
        for column in (0, 1):
            terms = max(face.width(row.numbers[column][1], page.note) for row in self.rows)
            values = max(
                face.width(row.numbers[column][0], self._number, BOLD) for row in self.rows
            )
            head = face.width(HEADS[column], page.note)
            widths.append(max(terms, values, head) + (8.0 if self.paper else 22.0))
        return widths[0], widths[1]

    def beside(self) -> float:
        """Everything at both sides of the cells."""
        return self.left() + sum(self.right()) + (4.0 if self.paper else 12.0)

    def above(self) -> float:
        """The heads of the columns."""
        return (1.9 if self.paper else 2.3) * self.sheet.page.note

    def below(self) -> float:
        """The bracket and its label."""
        return (2.6 if self.paper else 3.0) * self.sheet.page.note

    def _cell(self) -> float:
        """The height of a cell."""
        return max(TILE * self.u, 6.0 if self.paper else 9.0)

    @property
    def _number(self) -> float:
        return self.sheet.page.panel + (0.0 if self.paper else 5.0)

    @property
    def _name_size(self) -> float:
        return self.sheet.page.label + (0.0 if self.paper else 1.0)

    def _name(self, row: Row) -> Line:
        ink = self.sheet.theme.word
        return tuple(Run(run.text, ink(run.role), SEMIBOLD) for run in row.grid.title)

    def _type_size(self) -> float:
        """The size of the counts, 0 where one of them would be too small."""
        most = max(row.counts.max() for row in self.rows)
        if not math.isfinite(most):
            return 0.0
        size = Digits.of(np.array([[most]]), self.sheet.type).tile * self.u
        size = min(size, 0.62 * self._cell())
        return size if size >= self.sheet.page.least else 0.0

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw cones and links behind the rows, then the rows, then words and numbers."""
        x0 = left + self.left() - self.low * self.u
        first = top + self.above() + self._cell() / 2
        middles = [first + (i + (i >= self.split)) * self.step for i in range(len(self.rows))]
        for i in range(len(self.rows) - 1):
            if i + 1 != self.split:
                self._cone(canvas, x0, middles, i)
        for i, row in enumerate(self.rows):
            self._row(canvas, row, x0, middles[i], self._color(i))
        self._words(canvas, left, middles)
        self._numbers(canvas, left + self.width, top, middles)
        self._bracket(canvas, x0, middles[-1])

    def _color(self, i: int) -> Floats:
        """The color of a row: from the output's to the input's."""
        theme = self.sheet.theme
        share = 1 - i / max(1, len(self.rows) - 1)
        return mixed(theme.trio(Role.OUTPUT)[1], theme.trio(Role.INPUT)[1], share)

    def _cone(self, canvas: Canvas, x0: float, middles: list[float], i: int) -> None:
        """From the reached cells of a row to those below that they read."""
        upper, lower, u = self.rows[i], self.rows[i + 1], self.u
        links = self._links(upper, lower)
        half, color = self._cell() / 2, mixed(self._color(i), self._color(i + 1), 0.5)
        y0, y1 = middles[i] + half, middles[i + 1] - half
        met = [
            np.array([link.start[2] for link in links]) if links else np.flatnonzero(upper.reached),
            np.array([link.end[2] for link in links]) if links else np.flatnonzero(lower.reached),
        ]
        ends = []
        for row, cells in zip((upper, lower), met, strict=True):
            places = row.places[cells]
            half_wide = row.wide / 2
            ends.append((x0 + (places.min() - half_wide) * u, x0 + (places.max() + half_wide) * u))
        (a, b), (c, d) = ends
        canvas.polygon([(a, y0), (b, y0), (d, y1), (c, y1)], face=color, alpha=0.13, height=BACK)
        if not links or len(links) * 2 > self.step * 12:
            return
        thin = min(1.5, max(0.5, 0.06 * u))
        for link in links:
            start = x0 + upper.places[link.start[2]] * u
            end = x0 + lower.places[link.end[2]] * u
            canvas.line([(start, y0 + 1.0), (end, y1 - 1.0)], color, thin, alpha=0.8, height=BACK)

    def _links(self, upper: Row, lower: Row) -> list[Link]:
        return [
            link
            for link in self.sheet.scene.links
            if link.start[0] == upper.grid.key and link.end[0] == lower.grid.key
        ]

    def _row(self, canvas: Canvas, row: Row, x0: float, y: float, color: Floats) -> None:
        """Cells of the cone in the color of the row, paler where few paths lead; others gray."""
        u, high, theme = self.u, self._cell(), canvas.theme
        wide = row.wide * u
        outline = rounded(-wide / 2, -high / 2, wide / 2, high / 2, 0.13 * min(wide, high))
        shown = (row.places > self.low) & (row.places < self.high)
        padding = np.isin(row.roles, (Role.FILL, Role.COPY))
        at = np.column_stack([x0 + row.places * u, np.full(len(row.places), y)])
        most = max(row.counts.max(), 2.0)
        share = FEWEST + (1 - FEWEST) * np.log(np.maximum(row.counts, 1)) / math.log(most)
        if row.counts.max() == 1:
            share = np.full(share.shape, 0.62 if row.grid.key != "output" else 1.0)
        colors = mixed(np.broadcast_to(color, (len(share), 3)), theme.color("paper"), share)
        idle = shown & ~padding & ~row.reached
        holes = idle & (row.roles == Role.HOLE)
        panel = np.broadcast_to(theme.color("panel"), (int((idle & ~holes).sum()), 3))
        canvas.add(Copies(outline, at[idle & ~holes], faces=panel), TILES)
        line = theme.faded(theme.color("focus"), 0.55)
        canvas.add(Copies(outline, at[holes], edge=line, width=min(1.1, 0.12 * u)), TILES)
        met = shown & ~padding & row.reached
        canvas.add(Copies(outline, at[met], faces=colors[met]), TILES)
        self._padding(canvas, row, at, shown & padding)
        if self.type_size:
            self._counts(canvas, row, at, met, colors)
            outside = shown & padding & row.reached
            ink = np.broadcast_to(theme.color("ink3"), (int(outside.sum()), 3))
            texts = [f"{count:.0f}" for count in row.counts[outside]]
            canvas.numbers(texts, at[outside], 0.86 * self.type_size, ink, room=0.74 * u)

    def _padding(self, canvas: Canvas, row: Row, at: Floats, chosen: Bools) -> None:
        """Padding: dashed rings where it is filled, discs where it repeats cells."""
        size = 0.72 * min(self.u, self._cell())
        theme = canvas.theme
        if (row.roles[chosen] == Role.FILL).any():
            canvas.rings(at[chosen], size, theme.color("pad_edge"), max(0.5, 0.03 * self.u))
        else:
            faces = np.broadcast_to(theme.color("panel"), (int(chosen.sum()), 3))
            canvas.discs(at[chosen], size, faces)

    def _counts(self, canvas: Canvas, row: Row, at: Floats, met: Bools, colors: Floats) -> None:
        texts = [f"{count:.0f}" for count in row.counts[met]]
        canvas.numbers(
            texts, at[met], self.type_size, ink_on(colors[met]),
            weight=SEMIBOLD, room=row.wide * self.u,
        )  # fmt: skip

    def _words(self, canvas: Canvas, left: float, middles: list[float]) -> None:
        """Names of rows, and between them the layers that make the upper one."""
        page, dense = self.sheet.page, self.dense
        right = left + self.left() - (9.0 if self.paper else 26.0)
        wide = right - left
        for i, (row, y) in enumerate(zip(self.rows, middles, strict=True)):
            size = self._name_size
            name = self._name(row)
            if dense and row.words:
                if i == 0:  # beside the heads of the columns
                    base = y - 0.5 * self._cell() - 0.9 * page.note
                    canvas.words(right, base, name, size, anchor=1.0)
                name, size = (self.sheet.word(row.words),), page.note
            size, lines = self.sheet.type.fit(name, size, wide)
            canvas.words(right, y + 0.36 * size, lines[0], size, anchor=1.0)
            if not dense and row.words:
                line: Line = (self.sheet.word(row.words),)
                size, lines = self.sheet.type.fit(line, page.note, wide)
                pitch = 1.25 * size
                base = y + self.step / 2 + 0.36 * size - pitch * (min(len(lines), 2) - 1) / 2
                for j, each in enumerate(lines[:2]):
                    canvas.words(right, base + j * pitch, each, size, anchor=1.0)
        if self.left_out:
            y = middles[self.split - 1] + self.step + 0.36 * page.note
            canvas.words(right, y, f"⋮  {self.left_out} more layers", page.note, anchor=1.0)

    def _numbers(self, canvas: Canvas, right: float, top: float, middles: list[float]) -> None:
        """Field and jump of every row, the terms that lead to them between rows."""
        page, theme = self.sheet.page, self.sheet.theme
        columns = self.right()
        centers = (right - columns[1] - columns[0] / 2, right - columns[1] / 2)
        number = min(self._number, 0.8 * self.step)
        head = middles[0] - 0.5 * max(number, self._cell()) - 0.9 * page.note
        for column, x in enumerate(centers):
            canvas.words(x, min(head, top + self.above()), HEADS[column], page.note, anchor=0.5)
            for i, (row, y) in enumerate(zip(self.rows, middles, strict=True)):
                value, terms = row.numbers[column]
                last = i == len(self.rows) - 1
                color = theme.word(Role.MUTED if last else Role.STRONG)
                canvas.words(x, y + 0.364 * number, value, number, anchor=0.5, color=color,
                             weight=MEDIUM if last else BOLD)  # fmt: skip
                if terms and not self.dense:
                    base = y + self.step / 2 + 0.36 * page.note
                    canvas.words(x, base, terms, page.note, anchor=0.5, weight=REGULAR)

    def _bracket(self, canvas: Canvas, x0: float, y: float) -> None:
        """The field below the input, its label as far below the bracket as it fits the sheet."""
        (measure,) = self.sheet.scene.measures
        row = self.rows[-1]
        left = max(row.places[measure.start] - 0.5, self.low)
        right = min(row.places[measure.stop - 1] + 0.5, self.high)
        base = y + self._cell() / 2 + (7.0 if self.paper else 11.0)
        start, stop = x0 + float(left) * self.u, x0 + float(right) * self.u
        bracket(canvas, self.sheet, (start, base), (stop, base), "", measure.role, side=1)
        size, room = self.sheet.page.note, canvas.width - 2 * self.sheet.page.margin
        line: Line = (Run(measure.label, self.sheet.theme.word(measure.role), SEMIBOLD),)
        size, lines = self.sheet.type.fit(line, size, room)
        half = self.sheet.type.line_width(lines[0], size) / 2
        edge = self.sheet.page.margin + half
        middle = min(max((start + stop) / 2, edge), canvas.width - edge)
        lead = 5.5 if self.paper else 9.0
        canvas.words(middle, base + lead + 0.73 * size, lines[0], size, anchor=0.5)


HEADS = ("receptive field", "jump")


def numbers(label: Label) -> tuple[tuple[str, str], ...]:
    """(number, its terms) of the field and of the jump."""
    found: list[tuple[str, str]] = []
    for run in label.text:
        if run.bold:
            found.append((run.text, ""))
        elif run.role == Role.MUTED and found:
            found[-1] = (found[-1][0], run.text.removeprefix(" = "))
    return tuple(found)
