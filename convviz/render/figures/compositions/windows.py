"""Stride: every window on the padded input, the kernel, the output in matching colors."""

from __future__ import annotations

from convviz.diagrams.scene import Role
from convviz.records import replace
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.compositions.annotations import draw_kinds, draw_steps, kinds
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.painted import MOST_ANCHORS, draw_painted, draw_results
from convviz.render.figures.compositions.parts import (
    bounds,
    bracket,
    framed,
    lens,
    size_lines,
    title_line,
    unbroken,
)
from convviz.render.figures.grids import (
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD

LARGER = 1.5
"""The pitch of the output against that of the input, where there is room."""
CLEAR = 15.0
"""The pitch below which a beam over cells would be seen as stripes between them."""


class Stride:
    """Input with windows, kernel, output, from left to right; the size formula below the output."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.input, *rest = scene.bands[0]
        self.kernel = next(grid for grid in rest if grid.kind == Role.KERNEL)
        self.output = next(grid for grid in rest if grid.kind == Role.OUTPUT)
        assert self.input.windows is not None, "an input that is read has windows"
        self.windows = self.input.windows
        self.tall = sheet.page.narrow or (sheet.page.paper and width < 300)
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        self.formula_room = width if self.tall else 0.42 * width
        lines = size_lines(sheet, sizes, sheet.page.formula, self.formula_room, generic=True)
        self.words = Words(sheet, lines)
        shifts = [link for link in scene.links if link.kind == "shift"]
        self.across = next((link for link in shifts if link.end[2] > link.start[2]), None)
        self.down = next((link for link in shifts if link.end[1] > link.start[1]), None)
        if self.across is not None and self.down is not None:
            # One arrow tells it where both steps are alike.
            self.down = self.down if self.down.label != self.across.label else None
        self.title = sheet.page.label + 12.0
        self.foot = False
        self.u = pitch(self.measure, width, height, sheet.page)
        if not self.tall:
            self.foot, self.formula_room = True, width
            other = pitch(self.measure, width, height, sheet.page)
            # The formula stands below the output, unless cells gain much without it there.
            if other > 1.1 * self.u:
                self.u = other
                self.words = Words(sheet, size_lines(sheet, sizes, sheet.page.formula, width,
                                                     generic=True))  # fmt: skip
            else:
                self.foot, self.formula_room = False, 0.42 * width
        self.width, self.height = self.measure(self.u)
        out = self.output_pitch(self.u)
        self.digits = Digits.readable(self.output, sheet.type, out, sheet.page.least)

    # Pitches and lengths, all from that of the input.

    def output_pitch(self, u: float) -> float:
        """The pitch of the output: larger where it is small."""
        rows, cols = self.output.shape
        most = max(self.input.shape[0] * u / (rows + 1.2), u)
        wide = 0.30 * self.room / cols
        return max(min(LARGER * u, most, max(wide, u), 60.0), 0.8 * u)

    def kernel_pitch(self, u: float) -> float:
        """The pitch of the kernel."""
        rows, cols = self.kernel.shape
        return min(max(u, min(20.0, 90.0 / rows)), 0.16 * self.room / cols)

    def above(self) -> float:
        """Room for the stride arrow over the input."""
        return self.sheet.page.note + 22.0 if self.across is not None else 0.0

    def gap(self, u: float) -> float:
        """Between the input and the kernel, and between the kernel and the output."""
        least = max(1.2 * u, 34.0) if not self.sheet.page.paper else max(u, 14.0)
        return max(least, self.down_room() + 10.0)

    def down_room(self) -> float:
        """Room for the arrow of the stride down, at the right of the input."""
        if self.down is None:
            return 0.0
        return self.sheet.type.width(self.down.label, self.sheet.page.note, SEMIBOLD) + 20.0

    def beside(self) -> float:
        """Room for the bracket at the left of the input."""
        note = self.sheet.page.note
        labels = [measure.label for measure in self.sheet.scene.measures if measure.axis == 0]
        wide = 0.0
        for label in labels:
            whole = self.sheet.type.width(label, note, SEMIBOLD)
            if whole > 5.0 * note:
                words = unbroken(label).split(" ")
                longest = max(self.sheet.type.width(word, note, SEMIBOLD) for word in words)
                whole = min(whole, max(5.0 * note, longest))
            wide = max(wide, whole)
        return wide + 22.0

    def below(self) -> float:
        """Room for the words of padding and of cells that no window reads, under the input."""
        return self.sheet.page.note + 12.0 if kinds(self.input) else 0.0

    def formula_height(self) -> float:
        """The size formulas under the output."""
        page = self.sheet.page
        return page.formula + self.words.height(self.formula_room) + 0.3 * page.small

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        rows, cols = self.input.shape
        out = self.output_pitch(u)
        wide_out = self.output.shape[1] * out
        high_in = self.above() + rows * u + self.below()
        high_out = self.title + self.output.shape[0] * out + self.formula_height()
        gap = self.gap(u)
        middle = self.kernel.shape[1] * self.kernel_pitch(u) + gap
        words = self._formula_width()
        if self.tall:
            width = max(self.beside() + cols * u + self.down_room(), middle + wide_out, words)
            return width, high_in + 0.8 * gap + high_out
        start = self.beside() + cols * u + gap + middle
        if self.foot:
            high_out -= self.formula_height()
            high = max(high_in, high_out) + self.formula_height()
            return max(start + wide_out, words), high
        return start + max(wide_out, words), max(high_in, high_out)

    def _formula_width(self) -> float:
        return min(self.words.width(), self.formula_room)

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the input, the kernel, the output and the formula."""
        u, out = self.u, self.output_pitch(self.u)
        rows, cols = self.input.shape
        high_in = self.above() + rows * u + self.below()
        high_out = self.title + self.output.shape[0] * out
        high = self.height
        if self.foot:
            high -= self.formula_height()
        else:
            high_out += self.formula_height()
        words = self._formula_width() if not self.foot else 0.0
        wide_out = self.output.shape[1] * out
        column = max(wide_out, words)
        used = self.width
        if self.foot:
            middle = self.kernel.shape[1] * self.kernel_pitch(u)
            used = self.beside() + cols * u + 2 * self.gap(u) + middle + wide_out
        start = left + (self.width - used) / 2
        place = Place(start + self.beside(), top + self.above(), u, rows, cols)
        if not self.tall:
            place = replace(place, top=place.top + (high - high_in) / 2)
        self._input(canvas, place)
        right = start + used - column
        center = right + column / 2
        y = top + self.title + (0.0 if self.tall else (high - high_out) / 2)
        if self.tall:
            y = top + high - high_out + self.title
            center = left + self.width - wide_out / 2
        result = Place(center - wide_out / 2, y, out, *self.output.shape)
        self._output(canvas, result)
        self._kernel(canvas, place, result, right)
        if self.foot or self.tall:
            bottom = top + high if self.foot else result.box.bottom
            self._formulas(canvas, left + self.width / 2, bottom, self.room)
        else:
            self._formulas(canvas, center, result.box.bottom, column)

    def _input(self, canvas: Canvas, place: Place) -> None:
        grid, u, theme = self.input, place.u, canvas.theme
        draw_painted(canvas, self.sheet, grid, place, numbered=self.numbered())
        self._measures(canvas, place)
        assert grid.chosen is not None, "a stride scene chooses its window"
        amber = theme.trio(Role.KERNEL)[1]
        box = place.rect(bounds(grid.chosen))
        width = min(2.8, max(1.2, 0.08 * u))
        canvas.box(box.grown(0.02 * u), radius=0.2 * u, edge=amber, width=width)

    def numbered(self) -> bool:
        """Whether outputs have room for the number of their window beside their value."""
        out, outputs = self.output_pitch(self.u), self.output.shape
        few = outputs[0] * outputs[1] <= MOST_ANCHORS
        return few and self.digits is not None and 0.25 * out >= self.sheet.page.least

    def _measures(self, canvas: Canvas, place: Place) -> None:
        """The steps of the stride, the length of the kernel, the kinds of cells."""
        sheet, u = self.sheet, place.u
        draw_steps(canvas, sheet, place, self.windows, self.across, self.down)
        measure = next(m for m in sheet.scene.measures if m.axis == 0)
        x = place.left - 10.0
        bracket(
            canvas,
            sheet,
            (x, place.top + measure.start * u),
            (x, place.top + measure.stop * u),
            measure.label,
            measure.role,
            side=-1,
            room=self.beside() - 20.0,
        )
        if u >= TILES_FROM:
            draw_kinds(canvas, sheet, place, kinds(self.input))

    def _kernel(self, canvas: Canvas, source: Place, result: Place, right: float) -> None:
        """The kernel between input and output, with beams from the window and to the result.

        right: where the column of the output and its formula begins.
        """
        grid, k, theme = self.kernel, self.kernel_pitch(self.u), canvas.theme
        wide, high = grid.shape[1] * k, grid.shape[0] * k
        if self.tall:
            x = source.left
            y = result.top + (result.box.height - high) / 2
        else:
            room = min(right, result.left) - source.box.right
            x = source.box.right + (room - wide) / 2
            y = (source.box.top + source.box.bottom) / 2 - high / 2
        place = Place(x, y, k, *grid.shape)
        amber, green = theme.trio(Role.KERNEL)[1], theme.trio(Role.OUTPUT)[1]
        box = place.box.grown(0.08 * k)
        chosen, answer = self.input.chosen, self.output.chosen
        assert chosen is not None
        assert answer is not None
        start = source.rect(bounds(chosen))
        end = result.rect(bounds(answer))
        if source.u < CLEAR and not self.tall:
            start = leaving(start, box, source.box.right)
        lens(canvas, start, box, amber, downward=self.tall)
        lens(canvas, box, end, green)
        self._chosen(canvas, end, result.u)
        digits = Digits.readable(grid, self.sheet.type, k, self.sheet.page.least)
        draw_cells(canvas, grid, place, digits)
        framed(canvas, place.box, amber, k)
        line = title_line(self.sheet, grid)
        size = self.sheet.page.label
        canvas.words(box.center[0], box.top - 9.0, line, size, anchor=0.5)

    def _chosen(self, canvas: Canvas, box: Box, u: float) -> None:
        green = canvas.theme.trio(Role.OUTPUT)[2]
        width = min(3.0, max(1.2, 0.07 * u))
        canvas.box(box.grown(0.02 * u), radius=0.2 * u, edge=green, width=width)

    def _output(self, canvas: Canvas, place: Place) -> None:
        line, box = title_line(self.sheet, self.output), place.box
        canvas.words(box.center[0], box.top - 10.0, line, self.sheet.page.label, anchor=0.5)
        draw_results(canvas, self.sheet, self.output, place, self.digits, self.numbered())

    def _formulas(self, canvas: Canvas, center: float, bottom: float, room: float) -> None:
        self.words.draw(canvas, center, bottom + self.sheet.page.formula, room)


def leaving(start: Box, end: Box, x: float) -> Box:
    """Where the beam from the right side of `start` to `end` crosses `x`."""
    share = min(max((x - start.right) / max(end.left - start.right, 1.0), 0.0), 1.0)
    top = start.top + share * (end.top - start.top)
    bottom = start.bottom + share * (end.bottom - start.bottom)
    return Box(x, top, x, bottom)
