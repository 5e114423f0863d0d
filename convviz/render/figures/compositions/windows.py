"""Stride: every window on the padded input, the kernel, the output in matching colors."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import ArrayCells, Role
from convviz.records import replace
from convviz.render.colors import Floats, ink_on
from convviz.render.figures.canvas import ANCHORS, Box, Canvas
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import (
    bounds,
    bracket,
    framed,
    lens,
    size_lines,
    title_line,
    window,
    window_colors,
)
from convviz.render.figures.grids import (
    TILE,
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_frame,
    draw_paint,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import REGULAR, SEMIBOLD, Line, Run

ALL = 36
"""Most windows that are all painted; of more, the first, its neighbors and the last."""
MOST_ANCHORS = 400
LARGER = 1.5
"""The pitch of the output against that of the input, where there is room."""


class Stride:
    """Input with windows, kernel, output, from left to right; the size formula below the output."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.input, *rest = scene.bands[0]
        self.kernel = next((grid for grid in rest if grid.kind == Role.KERNEL), None)
        self.output = next(grid for grid in rest if grid.kind == Role.OUTPUT)
        assert self.input.windows is not None, "an input that is read has windows"
        self.windows = self.input.windows
        self.tall = sheet.page.narrow or (sheet.page.paper and width < 300)
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        self.formula_room = width if self.tall else 0.42 * width
        lines = size_lines(sheet, sizes, sheet.page.formula, self.formula_room, generic=True)
        self.words = Words(sheet, lines)
        self.shift = next((link for link in scene.links if link.kind == "shift"), None)
        self.title = sheet.page.label + 12.0
        self.u = pitch(self.measure, width, height, sheet.page)
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
        if self.kernel is None:
            return 0.0
        rows, cols = self.kernel.shape
        return min(max(u, min(20.0, 90.0 / rows)), 0.16 * self.room / cols)

    def above(self, u: float) -> float:
        """Room for the stride arrow over the input."""
        return (self.sheet.page.note + 22.0) if self.shift is not None else 0.0 * u

    def beside(self) -> float:
        """Room for the bracket at the left of the input."""
        note = self.sheet.page.note
        labels = [measure.label for measure in self.sheet.scene.measures if measure.axis == 0]
        words = [word for label in labels for word in label.split(" ")]
        wide = max((self.sheet.type.width(word, note, SEMIBOLD) for word in words), default=0.0)
        return min(wide, 6.0 * note) + 21.0

    def below(self) -> float:
        """Room for the words of padding and of cells that no window reads, under the input."""
        said = any(map(self._has, (Role.FILL, Role.COPY, Role.UNREAD)))
        return self.sheet.page.note + 12.0 if said else 0.0

    def _has(self, role: Role) -> bool:
        return bool((self.input.all_roles == role).any())

    def formula_height(self) -> float:
        """The size formulas under the output."""
        page = self.sheet.page
        return page.formula + self.words.height(self.formula_room) + 0.3 * page.small

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        rows, cols = self.input.shape
        out = self.output_pitch(u)
        wide_out = self.output.shape[1] * out
        high_in = self.above(u) + rows * u + self.below()
        high_out = self.title + self.output.shape[0] * out + self.formula_height()
        gap = max(1.2 * u, 34.0) if not self.sheet.page.paper else max(u, 14.0)
        middle = 0.0
        if self.kernel is not None:
            middle = self.kernel.shape[1] * self.kernel_pitch(u) + gap
        words = self._formula_width()
        if self.tall:
            width = max(self.beside() + cols * u, middle + wide_out, words)
            return width, high_in + 0.8 * gap + high_out
        width = self.beside() + cols * u + gap + middle + max(wide_out, words)
        return width, max(high_in, high_out)

    def _formula_width(self) -> float:
        return min(self.words.width(), self.formula_room)

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the input, the kernel, the output and the formula."""
        u, out = self.u, self.output_pitch(self.u)
        rows, cols = self.input.shape
        high_in = self.above(u) + rows * u + self.below()
        high_out = self.title + self.output.shape[0] * out + self.formula_height()
        place = Place(left + self.beside(), top + self.above(u), u, rows, cols)
        if not self.tall:
            place = replace(place, top=place.top + (self.height - high_in) / 2)
        self._input(canvas, place)
        words = self._formula_width()
        wide_out = self.output.shape[1] * out
        column = max(wide_out, words)
        right = left + self.width - column
        center = right + column / 2
        y = top + self.title + (0.0 if self.tall else (self.height - high_out) / 2)
        if self.tall:
            y = top + self.height - high_out + self.title
            center = left + self.width - max(wide_out, 0.0) / 2
        result = Place(center - wide_out / 2, y, out, *self.output.shape)
        self._output(canvas, result)
        if self.kernel is not None:
            self._kernel(canvas, place, result, right)
        else:
            self._gives(canvas, place, result)
        bottom = result.box.bottom
        middle = center if not self.tall else left + self.width / 2
        self._formulas(canvas, middle, bottom, column if not self.tall else self.room)

    def _input(self, canvas: Canvas, place: Place) -> None:
        grid, u, theme = self.input, place.u, canvas.theme
        if u >= TILES_FROM:
            tint = theme.trio(Role.INPUT)[0]
            colors = np.broadcast_to(tint, (*grid.shape, 3)).copy()
            colors[grid.all_roles == Role.UNREAD] = theme.color("panel")
            colors[grid.all_roles == Role.COPY] = theme.faded(theme.trio(Role.INPUT)[1], 0.5)
            draw_cells(canvas, grid, place, None, colors=colors)
        else:
            draw_cells(canvas, grid, place, None)
        outputs = self.output.shape
        every = outputs[0] * outputs[1] <= ALL
        colors = window_colors(*outputs)
        shown = (
            [(i, j) for i in range(outputs[0]) for j in range(outputs[1])]
            if every
            else self._few(outputs)
        )
        for i, j in shown:
            box = place.rect(window(self.windows, i, j))
            draw_paint(canvas, box, colors[i, j], odd=(i + j) % 2 == 1, u=u)
        if outputs[0] * outputs[1] <= MOST_ANCHORS and u >= TILES_FROM:
            self._anchors(canvas, place, colors)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        self._measures(canvas, place)
        chosen = grid.chosen
        if chosen is not None and self.kernel is not None:
            amber = theme.trio(Role.KERNEL)[1]
            box = place.rect(bounds(chosen))
            width = min(2.8, max(1.2, 0.08 * u))
            canvas.box(box.grown(0.02 * u), radius=0.2 * u, edge=amber, width=width)

    @staticmethod
    def _few(outputs: tuple[int, int]) -> list[tuple[int, int]]:
        """The first window, the next to the right and below, and the last."""
        rows, cols = outputs
        found = [(0, 0), (0, min(1, cols - 1)), (min(1, rows - 1), 0), (rows - 1, cols - 1)]
        return list(dict.fromkeys(found))

    def _anchors(self, canvas: Canvas, place: Place, colors: Floats) -> None:
        """A disc in the middle of every window, with the number of its output."""
        rows, cols = self.output.shape
        down = np.array([(r[0] + r[-1]) / 2 for r in self.windows.rows])
        across = np.array([(c[0] + c[-1]) / 2 for c in self.windows.cols])
        at_rows, at_cols = np.meshgrid(down, across, indexing="ij")
        centers = place.centers(at_rows.ravel(), at_cols.ravel())
        flat = colors.reshape(-1, 3)
        u = place.u
        canvas.discs(centers, 0.72 * u, flat, height=ANCHORS)
        numbers = [str(n + 1) for n in range(rows * cols)]
        size = min(0.36, 0.60 / self.sheet.type.width(numbers[-1], 1.0, SEMIBOLD)) * u
        if size >= self.sheet.page.least and self.numbered():
            canvas.numbers(numbers, centers, size, ink_on(flat), weight=SEMIBOLD, room=0.72 * u)

    def numbered(self) -> bool:
        """Whether outputs have room for the number of their window beside their value."""
        out, outputs = self.output_pitch(self.u), self.output.shape
        few = outputs[0] * outputs[1] <= MOST_ANCHORS
        return few and self.digits is not None and 0.25 * out >= self.sheet.page.least

    def _measures(self, canvas: Canvas, place: Place) -> None:
        """The stride as an arrow from window to window, the kernel as a bracket."""
        sheet, u = self.sheet, place.u
        shift = self.shift
        first = place.rect(window(self.windows, 0, 0))
        note = sheet.page.note
        if shift is not None:
            focus = canvas.theme.word(Role.FOCUS)
            level = shift.end[2] != shift.start[2]
            x, _ = first.center
            y = place.top - 12.0
            if level:
                end = x + (shift.end[2] - shift.start[2]) * u
                head = min(9.0, 0.4 * (end - x))
                canvas.arrow((x, y), (end, y), focus, 1.8, head=head, dot=True)
                middle = (x + end) / 2
                wide = sheet.type.width(shift.label, note, SEMIBOLD)
                middle = max(middle, place.left + wide / 2 - 4.0)
                label: Line = (Run(shift.label, focus, SEMIBOLD),)
                canvas.words(middle, y - 8.0, label, note, anchor=0.5)
        measure = next((m for m in sheet.scene.measures if m.axis == 0), None)
        if measure is not None:
            x = place.left - 10.0
            bracket(
                canvas,
                sheet,
                (x, place.top + measure.start * u),
                (x, place.top + measure.stop * u),
                measure.label,
                measure.role,
                side=-1,
                room=self.beside() - 22.0,
            )
        if u >= TILES_FROM:
            self._legend(canvas, place)

    def _legend(self, canvas: Canvas, place: Place) -> None:
        """What the rings are, and the gray cells."""
        theme, note = canvas.theme, self.sheet.page.note
        x, y = place.left + 0.05 * place.u, place.box.bottom + 14.0
        spot, side = np.array([[x + 5.0, y]]), 10.0
        if self._has(Role.FILL):
            canvas.rings(spot, side, theme.color("pad_edge"), 0.8)
            x = canvas.words(x + 15.0, y + 0.36 * note, "padding", note).right + 18.0
            spot = np.array([[x + 5.0, y]])
        if self._has(Role.COPY):
            color = theme.faded(theme.trio(Role.INPUT)[1], 0.5)
            canvas.discs(spot, side, color[None])
            x = canvas.words(x + 15.0, y + 0.36 * note, "padding, copied", note).right + 18.0
            spot = np.array([[x + 5.0, y]])
        if self._has(Role.UNREAD):
            canvas.tiles(spot, side, theme.color("panel")[None])
            canvas.words(x + 15.0, y + 0.36 * note, "never read", note)

    def _kernel(self, canvas: Canvas, source: Place, result: Place, right: float) -> None:
        """The kernel between input and output, with beams from the window and to the result.

        right: where the column of the output and its formula begins.
        """
        assert self.kernel is not None
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
        if chosen is not None and answer is not None:
            start = source.rect(bounds(chosen))
            end = result.rect(bounds(answer))
            lens(canvas, start, box, amber, downward=self.tall)
            lens(canvas, box, end, green)
            self._chosen(canvas, end, result.u)
        digits = Digits.readable(grid, self.sheet.type, k, self.sheet.page.least)
        draw_cells(canvas, grid, place, digits)
        framed(canvas, place.box, amber, k)
        line = title_line(self.sheet, grid)
        size = self.sheet.page.label
        canvas.words(box.center[0], box.top - 9.0, line, size, anchor=0.5)

    def _gives(self, canvas: Canvas, source: Place, result: Place) -> None:
        """An arrow from the input to the output."""
        y = (source.box.top + source.box.bottom) / 2
        room = result.left - source.box.right
        color = canvas.theme.color("ink2")
        if room > 40 and not self.tall:
            inset = min(30.0, 0.2 * room)
            canvas.arrow(
                (source.box.right + inset, y), (result.left - inset, y), color, 2.0, head=11.0
            )

    def _chosen(self, canvas: Canvas, box: Box, u: float) -> None:
        green = canvas.theme.trio(Role.OUTPUT)[2]
        width = min(3.0, max(1.2, 0.07 * u))
        canvas.box(box.grown(0.02 * u), radius=0.2 * u, edge=green, width=width)

    def _output(self, canvas: Canvas, place: Place) -> None:
        """The output: its values, in the corner the number of its window."""
        grid, u = self.output, place.u
        colors = window_colors(*grid.shape)
        pending = grid.all_roles == Role.PENDING
        digits = self.digits
        plain = replace(grid, source=None)
        line = title_line(self.sheet, grid)
        box = place.box
        canvas.words(box.center[0], box.top - 10.0, line, self.sheet.page.label, anchor=0.5)
        if u < TILES_FROM:
            draw_cells(canvas, grid, place, None)
            return
        roles = np.where(pending, Role.PENDING, Role.EMPTY).astype(np.uint8)
        draw_cells(canvas, replace(plain, roles=ArrayCells(roles)), place, None)
        rows, cols = np.nonzero(~pending)
        centers = place.centers(rows, cols)
        faces = colors[rows, cols]
        canvas.tiles(centers, TILE * u, faces)
        if digits is None:
            return
        inks = ink_on(faces)
        numbers = [str(r * grid.shape[1] + c + 1) for r, c in zip(rows, cols, strict=True)]
        least = self.sheet.page.least
        small = max(0.19 * u, least)
        shown = self.numbered()
        drop = np.array([0.0, 0.08 * u]) if shown else np.zeros(2)
        texts = digits.texts[rows, cols].tolist()
        size = min(0.34, digits.tile) * u
        canvas.numbers(texts, centers + drop, size, inks, weight=SEMIBOLD, room=TILE * u)
        if shown:
            widths = np.array([self.sheet.type.width(n, small, REGULAR) for n in numbers])
            corner = np.column_stack([widths / 2 - 0.36 * u, np.full(len(numbers), -0.29 * u)])
            canvas.numbers(numbers, centers + corner, small, inks, weight=REGULAR, room=0.46 * u)

    def _formulas(self, canvas: Canvas, center: float, bottom: float, room: float) -> None:
        self.words.draw(canvas, center, bottom + self.sheet.page.formula, room)
