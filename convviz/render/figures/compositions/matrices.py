"""Matrices side by side, and the blocks of one that is too large to look at."""

from __future__ import annotations

import math

import numpy as np

from convviz.diagrams.scene import Rect, Role
from convviz.render.figures.canvas import BACK, FRAMES, Canvas
from convviz.render.figures.compositions.entries import bands, brackets, dots, room_below
from convviz.render.figures.compositions.multiples import Words, columns_of, letter, part
from convviz.render.figures.compositions.parts import airy, lens, title_line
from convviz.render.figures.grids import Digits, Place, draw_cells
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, REGULAR, SEMIBOLD, Run


class Matrices:
    """Matrices of several layers at one pitch, each with its name above and its words below."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.grids = [grid for band in scene.bands for grid in band]
        self.rows = max(grid.shape[0] for grid in self.grids)
        self.cols = max(grid.shape[1] for grid in self.grids)
        self.u, self.columns = columns_of(len(self.grids), self.measure, sheet, (width, height))
        self.u = min(self.u, 40.0)
        self.width, self.height = self.measure(self.u, self.columns)

    def _gap(self, u: float) -> float:
        return max(u, 14.0 if self.sheet.page.paper else 46.0)

    def _name(self) -> float:
        return 1.9 * self.sheet.page.panel

    def _words(self, number: int) -> Words:
        """How many entries, and how few weights."""
        page, word = self.sheet.page, self.sheet.theme.word
        text = self.sheet.scene.labels[number].more[0]
        line = tuple(
            Run(run.text, word(run.role), SEMIBOLD if run.bold else REGULAR) for run in text
        )
        return Words(self.sheet, ((line, page.note, 0.0),))

    def _word_room(self, u: float) -> float:
        """The width of the words below a matrix: half of the gaps beside it belong to it."""
        return self.cols * u + self._gap(u) - 8.0

    def _below(self, u: float) -> float:
        room = self._word_room(u)
        words = max(self._words(i).height(room) for i in range(len(self.grids)))
        named = room_below(self.sheet, self.sheet.scene.measures)
        return named + 0.9 * self.sheet.page.panel + words

    def measure(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of all matrices."""
        lines = math.ceil(len(self.grids) / columns)
        width = columns * self.cols * u + (columns - 1) * self._gap(u) + 16.0
        high = self._name() + self.rows * u + self._below(u)
        return width, lines * high + (lines - 1) * 16.0

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw all matrices."""
        u, columns, page = self.u, self.columns, self.sheet.page
        gap, below = self._gap(u), self._below(u)
        room = self._word_room(u)
        for i, grid in enumerate(self.grids):
            line, column = divmod(i, columns)
            x = left + 8.0 + column * (self.cols * u + gap) + (self.cols - grid.shape[1]) * u / 2
            y = top + line * (self._name() + self.rows * u + below + 16.0) + self._name()
            place = Place(x, y, u, *grid.shape)
            mark = letter(self.sheet, i, len(self.grids))
            name = ((self.sheet.word(mark),) if mark else ()) + title_line(
                self.sheet, grid, plain=Role.TEXT
            )
            canvas.words(place.box.center[0], y - 0.9 * page.panel, name, page.panel, anchor=0.5)
            blocks = [m for m in self.sheet.scene.measures if m.grid == grid.key]
            bands(canvas, self.sheet, place, blocks, above=0.0)
            draw_cells(canvas, grid, place, Digits.readable(grid, self.sheet.type, u, page.least))
            dots(canvas, grid, place)
            brackets(canvas, place.box, u)
            words = self._words(i)
            words.draw(canvas, place.box.center[0], y + self.rows * u + below - words.height(room),
                       room)  # fmt: skip


class Blocks:
    """A matrix too large to look at: which rows meet, and one block of it enlarged."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.blocks = scene.grid("blocks")
        self.matrix = scene.grid("matrix")
        self.label = scene.labels[0]
        page = sheet.page
        self.lead = 4.4 * page.note
        words = self._words()
        below = words.height(width) + 2.6 * page.note
        room = (height if height is not None else 0.62 * width) - self.lead - below
        self.side = min(room, 0.42 * width)
        self.width, self.height = width, self.lead + self.side + below

    def _words(self) -> Words:
        page, word = self.sheet.page, self.sheet.theme.word
        line = tuple(
            Run(run.text, word(run.role), BOLD if run.bold else REGULAR)
            for run in (*self.label.text, *self.label.more[0])
        )
        split = len(self.label.text)
        line = (*line[:split], self.sheet.word("        "), *line[split:])
        return Words(self.sheet, ((line, page.formula - 1.0, 0.0),))

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """The blocks at the left, one of them at the right, a lens between."""
        page, theme = self.sheet.page, canvas.theme
        rows, cols = self.blocks.shape
        u = min(self.side / rows, self.side / cols)
        gap = 0.12 * self.width
        x = left + (self.width - 2 * self.side - gap) / 2 + (self.side - cols * u) / 2
        y = top + self.lead + (self.side - rows * u) / 2
        place = Place(x, y, u, rows, cols)
        inner = (self.matrix.shape[0] // rows, self.matrix.shape[1] // cols)
        first = self._first()
        (down, across), (high, wide) = first, inner
        rect = Rect(down * high, across * wide, (down + 1) * high, (across + 1) * wide)
        one = part(self.matrix, rect)
        v = min(self.side / inner[0], self.side / inner[1])
        right = left + (self.width + gap) / 2 + (self.side - inner[1] * v) / 2
        whole = Place(right, top + self.lead + (self.side - inner[0] * v) / 2, v, *inner)
        start = place.rect(Rect(first[0], first[1], first[0] + 1, first[1] + 1))
        lens(canvas, start, whole.box, theme.trio(Role.KERNEL)[1])
        for grid, at in ((self.blocks, place), (one, whole)):
            canvas.box(at.box.grown(1.5), face=theme.color("panel"), height=BACK)
            draw_cells(canvas, grid, at, None)
            canvas.box(at.box.grown(1.5), edge=theme.color("pad_edge"), width=0.8, height=FRAMES)
        canvas.box(start.grown(1.2), edge=theme.color("ink"), width=1.2, height=FRAMES)
        captions = (
            (place, f"{airy(self._title())}: the color is the kernel row"),
            (whole, f"one block: {inner[0]} × {inner[1]}, one row of input to one of output"),
        )
        for at, text in captions:
            caption = Words(self.sheet, (((self.sheet.word(text),), page.note, 0.0),))
            room = self.side + 0.8 * gap
            middle = left + self.width / 2 + (0.5 if at is whole else -0.5) * (self.side + gap)
            base = top + self.lead - 6.0 - caption.height(room)
            caption.draw(canvas, middle, base, room)
        words = self._words()
        words.draw(canvas, left + self.width / 2, top + self.height - words.height(self.room) - 4.0,
                   self.room)  # fmt: skip

    def _title(self) -> str:
        rows, cols = self.blocks.shape
        return f"{rows}×{cols} blocks"

    def _first(self) -> tuple[int, int]:
        """A block with weights: the middle one of the first row that has any."""
        values = self.blocks.values
        row = values.shape[0] // 2
        found = np.flatnonzero(values[row] >= 0)
        return row, int(found[len(found) // 2]) if found.size else 0
