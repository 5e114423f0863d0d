"""A layer as a matrix: x above its columns, y beside its rows, blocks as bands."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Grid, Role, Text
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.compositions.entries import (
    bands,
    brackets,
    column_width,
    dots,
    draw_column,
    room_below,
)
from convviz.render.figures.compositions.matrices import Blocks, Matrices
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import framed, title_line
from convviz.render.figures.faces import face_colors
from convviz.render.figures.grids import TILES_FROM, Digits, Place, draw_cells
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Arrangement, Sheet
from convviz.render.figures.type import BOLD, REGULAR, Line, Run


def arranged(sheet: Sheet, width: float, height: float | None) -> Arrangement:
    """One product, several matrices, or the blocks of one that is too large to look at."""
    grids = [grid for band in sheet.scene.bands for grid in band]
    if any(grid.key == "blocks" for grid in grids):
        return Blocks(sheet, width, height)
    if not any(grid.key == "y" for grid in grids):
        return Matrices(sheet, width, height)
    return Product(sheet, width, height)


class Product:
    """Input and kernel as they were; then x over the matrix, and y."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        grids = {grid.key: grid for band in scene.bands for grid in band}
        self.x, self.matrix, self.y = grids["x"], grids["matrix"], grids["y"]
        self.bias = grids.get("bias")
        self.rows, self.cols = self.matrix.shape
        self.before = [grids[key] for key in ("input", "kernel") if key in grids]
        if sheet.page.narrow or (sheet.page.paper and width < 300) or self.cols > 60:
            self.before = []
        self.label = scene.labels[0]
        self.u = pitch(self.measure, width, height, sheet.page)
        if self.before and not self._readable(self.u):
            shown, self.before = self.before, []
            alone = pitch(self.measure, width, height, sheet.page)
            if self._readable(alone):
                self.u = alone
            else:
                self.before = shown
        if not sheet.page.paper:
            self.u = min(self.u, 46.0)
        self.width, self.height = self.measure(self.u)
        self.digits = {
            grid.key: Digits.readable(grid, sheet.type, self.u, sheet.page.least)
            for grid in (self.x, self.matrix)
        }

    def _readable(self, u: float) -> bool:
        """Whether the entries of the matrix can be read."""
        least = self.sheet.page.least
        return Digits.readable(self.matrix, self.sheet.type, u, least) is not None

    # Lengths.

    def _symbol(self) -> float:
        return 20.0 if not self.sheet.page.paper else 10.5

    def small(self, u: float) -> float:
        """The pitch of the input and the kernel as they were."""
        longest = max((max(grid.shape) for grid in self.before), default=1)
        least = min(22.0, 130.0 / longest) if not self.sheet.page.paper else 0.0
        return min(max(0.76 * u, least), 30.0)

    def _before(self, u: float) -> float:
        """The width of input and kernel, their distance from the matrix counted."""
        if not self.before:
            return 0.0
        wide = max(grid.shape[1] for grid in self.before) * self.small(u)
        titles = [
            self.sheet.type.line_width(title_line(self.sheet, grid), self.sheet.page.label)
            for grid in self.before
        ]
        return max(wide, *titles) + max(26.0, 0.9 * u)

    def _apart(self) -> float:
        """Between the input and the kernel below it."""
        return 5.0 if self.sheet.page.paper else 14.0

    def _left(self, u: float) -> float:
        """The symbol and the bracket at the left of the matrix."""
        return 1.7 * self._symbol() + 0.3 * u + 6.0

    def _right(self, u: float) -> float:
        """What stands at the right of the matrix: bias, the sign, y."""
        sign = 1.6 * self._symbol() + 0.2 * u
        columns = column_width(self.sheet, self.y, u)
        if self.bias is not None:
            columns += column_width(self.sheet, self.bias, u) + sign
        return 0.12 * u + 8.0 + sign + columns

    def _above(self, u: float) -> float:
        """X over the matrix."""
        return max(u, 7.0) + 0.55 * u + 7.0

    def _below(self) -> float:
        """The names of blocks and the product."""
        page = self.sheet.page
        named = room_below(self.sheet, self.sheet.scene.measures)
        lead = (1.9 if not page.paper else 1.2) * page.formula
        words = self._words().height(self.room)
        return named + lead + words + 0.25 * page.formula

    def _words(self) -> Words:
        """The product and the number of entries."""
        page = self.sheet.page
        product, entries = self.label.text, self.label.more[0]
        line: Line = (*self._runs(product), self.sheet.word("        "), *self._runs(entries))
        wide = self.sheet.type.line_width(line, page.formula - 1.0)
        if wide <= self.room:
            return Words(self.sheet, ((line, page.formula - 1.0, 0.0),))
        lines = (
            (self._runs(product), page.formula, 0.0),
            (self._runs(entries), page.label, 0.8 * page.label),
        )
        return Words(self.sheet, lines)

    def _runs(self, text: Text) -> Line:
        word = self.sheet.theme.word
        return tuple(Run(run.text, word(run.role), BOLD if run.bold else REGULAR) for run in text)

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        width = self._before(u) + self._left(u) + self.cols * u + self._right(u)
        high = self._above(u) + self.rows * u
        if self.before:
            title = 1.9 * self.sheet.page.label
            small = sum(grid.shape[0] for grid in self.before) * self.small(u)
            high = max(high, small + 2 * title + self._apart() + 6.0)
        return width, high + self._below()

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the operands, the matrix, the result and the words below."""
        u = self.u
        high = self.height - self._below()
        self._operands(canvas, left, top, high)
        x = left + self._before(u) + self._left(u)
        y = top + self._above(u) + max(0.0, (high - self._above(u) - self.rows * u) / 2)
        place = Place(x, y, u, self.rows, self.cols)
        self._product(canvas, place)
        words = self._words()
        wide = min(words.width(), self.room)
        middle = min(max(place.box.center[0], left + wide / 2), left + self.width - wide / 2)
        if wide >= self.width:
            middle = left + self.width / 2
        below = top + self.height - words.height(self.room) - 0.25 * self.sheet.page.formula
        words.draw(canvas, middle, below, self.room)

    def _operands(self, canvas: Canvas, left: float, top: float, high: float) -> None:
        """Input and kernel, one above the other, at the left."""
        if not self.before:
            return
        u, page = self.small(self.u), self.sheet.page
        title = 1.9 * page.label
        wide = self._before(self.u) - max(26.0, 0.9 * self.u)
        used = sum(grid.shape[0] for grid in self.before) * u + 2 * title + self._apart()
        y = top + max(0.0, (high - used) / 2)
        for i, grid in enumerate(self.before):
            y += title + i * self._apart()
            place = Place(left + (wide - grid.shape[1] * u) / 2, y, u, *grid.shape)
            digits = Digits.readable(grid, self.sheet.type, u, page.least)
            draw_cells(canvas, grid, place, digits)
            if grid.kind == Role.KERNEL:
                framed(canvas, place.box, canvas.theme.trio(Role.KERNEL)[1], u)
            line = title_line(self.sheet, grid)
            canvas.words(left + wide / 2, y - 0.55 * page.label, line, page.label, anchor=0.5)
            y += grid.shape[0] * u

    def _product(self, canvas: Canvas, place: Place) -> None:
        """x, the matrix in its brackets, the bias, y."""
        u, symbol, theme = place.u, self._symbol(), canvas.theme
        cell = max(u, 7.0)
        gap = 0.55 * u + 7.0
        over = Place(place.left, place.top - gap - cell + (cell - u) / 2, u, 1, self.cols)
        blocks = [m for m in self.sheet.scene.measures if m.grid == self.matrix.key]
        bands(canvas, self.sheet, place, blocks, above=gap + cell)
        self._strip(canvas, self.x, over, Box(place.left, place.top - gap - cell,
                                               place.box.right, place.top - gap))  # fmt: skip
        draw_cells(canvas, self.matrix, place, self.digits["matrix"])
        dots(canvas, self.matrix, place)
        brackets(canvas, place.box, u)
        side = place.left - 0.12 * u - 0.6 * symbol - 3.0
        self._letter(canvas, side, place.box.center[1], self._name(self.matrix), Role.KERNEL)
        self._letter(canvas, side, over.box.center[1], "x", Role.INPUT)
        x = place.box.right + 0.12 * u + 8.0
        for sign, grid in (("+", self.bias), ("=", self.y)):
            if grid is None:
                continue
            sign_width = 1.6 * symbol + 0.2 * u
            middle = x + sign_width / 2, place.box.center[1]
            canvas.centered(*middle, sign, symbol, color=theme.word(Role.TEXT))
            x += sign_width
            wide = column_width(self.sheet, grid, u)
            box = Box(x, place.top, x + wide, place.box.bottom)
            column = Place(x + (wide - u) / 2, place.top, u, self.rows, 1)
            draw_column(canvas, self.sheet, grid, column, box)
            line = (Run(self._name(grid), theme.word(grid.kind), BOLD),)
            base = place.top - 0.12 * u - 0.35 * symbol - 3.0
            canvas.words(box.center[0], base, line, symbol, anchor=0.5)
            x = box.right

    def _name(self, grid: Grid) -> str:
        return grid.title[0].text

    def _letter(self, canvas: Canvas, x: float, y: float, text: str, role: Role) -> None:
        color = canvas.theme.word(role)
        canvas.words(x, y + 0.364 * self._symbol(), text, self._symbol(), anchor=1.0, color=color,
                     weight=BOLD)  # fmt: skip

    def _strip(self, canvas: Canvas, grid: Grid, place: Place, box: Box) -> None:
        """x: cells, or a strip that can be seen where cells are small."""
        if place.u >= TILES_FROM:
            draw_cells(canvas, grid, place, self.digits[grid.key])
            return
        rows, cols = map(np.arange, grid.shape)
        colors = face_colors(grid, canvas.theme, grid.values, rows, cols)
        canvas.image(np.rint(colors * 255).astype(np.uint8), box)
