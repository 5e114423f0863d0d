"""One axis: input, kernel under its window, outputs at the middles of theirs, beams between."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Array, ArrayCells, Grid, Rect, Role
from convviz.records import replace
from convviz.render.figures.canvas import BACK, MOST_SAMPLES, Box, Canvas
from convviz.render.figures.compositions.equations import Written
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import bounds, framed, size_lines, title_line
from convviz.render.figures.compositions.parts import window_colors as output_colors
from convviz.render.figures.grids import (
    TILE,
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_choice,
    draw_frame,
    draw_picture,
    picture_colors,
    samples,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD, Line, Run

BEAMS = 64
"""Most windows whose beams are drawn."""


class Row:
    """Rows below each other on one scale: a cell of the output stands at its window's middle."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        grids = [band[0] for band in scene.bands]
        self.input = grids[0]
        self.kernel = next((grid for grid in grids if grid.kind == Role.KERNEL), None)
        self.output = next(grid for grid in grids if grid.kind == Role.OUTPUT)
        assert self.input.windows is not None, "an input that is read has windows"
        self.spans = self.input.windows.cols
        self.equation = Written.of(sheet, scene.equations[0], width)
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        self.words = Words(sheet, size_lines(sheet, sizes, sheet.page.small, width))
        self.names = max(
            sheet.type.line_width(title_line(sheet, grid), sheet.page.label)
            for grid in (self.input, self.output, *([self.kernel] if self.kernel else []))
        )
        shifts = [link for link in scene.links if link.kind == "shift"]
        # A step of one is the rule: no arrow says so.
        self.shift = next((link for link in shifts if link.end[2] - link.start[2] > 1), None)
        self.u = pitch(self.measure, width, height, sheet.page)
        self.width, self.height = self.measure(self.u)

    @property
    def lead(self) -> float:
        """Between the names at the left and the cells."""
        return 16.0 if not self.sheet.page.paper else 8.0

    def above(self) -> float:
        """Room for the stride arrow."""
        shifts = [self.shift, *(peer.shift for peer in self.sheet.peers or ())]
        # Beside panels with an arrow, rows without one stand as low.
        return self.sheet.page.note + 24.0 if any(shifts) else 0.0

    def apart(self, u: float) -> float:
        """From row to row, edge to edge."""
        return max(0.9 * u, 14.0)

    def middle(self, output: int) -> float:
        """The column, in input cells, over which an output stands."""
        span = self.spans[output]
        return (span[0] + span[-1]) / 2

    def output_pitch(self, u: float) -> float:
        """The pitch of the output tiles: that of the input, less where windows are denser."""
        return u * min(1.0, self.middle(1) - self.middle(0)) if len(self.spans) > 1 else u

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        page = self.sheet.page
        rows = 3 if self.kernel is not None else 2
        high = self.above() + rows * u + (rows - 1) * self.apart(u)
        words = 1.7 * page.formula + self.equation.height
        words += self.words.height(self.room) + 0.4 * page.small
        last = max(self.input.shape[1], self.spans[-1][-1] + 1)
        return max(self.names + self.lead + (last + 0.24) * u, self.equation.width), high + words

    def _digits(self, grid: Grid, u: float) -> Digits | None:
        return Digits.readable(grid, self.sheet.type, u, self.sheet.page.least)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the rows, the beams and the words."""
        u, apart = self.u, self.apart(self.u)
        cells = self.input.shape[1] * u
        x = left + (self.width - self.names - self.lead - cells) / 2 + self.names + self.lead
        first = Place(x, top + self.above(), u, 1, self.input.shape[1])
        below = first.box.bottom + apart
        last = below + (u + apart if self.kernel is not None else 0.0)
        self._beams(canvas, first, last)
        self._input(canvas, first)
        if self.kernel is not None:
            self._kernel(canvas, x, below)
        self._output(canvas, x, last)
        self._unread(canvas, first)
        self._words(canvas, left + self.width / 2, last + u)

    def _unread(self, canvas: Canvas, place: Place) -> None:
        """What the gray cells at the end are, below them."""
        unread = self.input.all_roles[0] == Role.UNREAD
        start = len(unread) - int(np.argmin(unread[::-1])) if not unread.all() else 0
        if start == len(unread) or self.u < TILES_FROM:
            return
        note, words = self.sheet.page.note, "never read"
        wide = self.sheet.type.width(words, note)
        x = min(place.left + (start + len(unread)) / 2 * self.u, canvas.width - wide / 2 - 4.0)
        canvas.words(x, place.box.bottom + 1.3 * note, words, note, anchor=0.5)

    def _name(self, canvas: Canvas, grid: Grid, x: float, y: float) -> None:
        size = self.sheet.page.label
        line = title_line(self.sheet, grid)
        canvas.words(x - self.lead, y + 0.364 * size, line, size, anchor=1.0)

    def _input(self, canvas: Canvas, place: Place) -> None:
        grid, chosen, u = self.input, self.input.chosen, place.u
        shown = replace(grid, source=None)
        if u < TILES_FROM:
            draw_picture(canvas, shown, place)
        else:
            tint = canvas.theme.trio(Role.INPUT)[0]
            colors = np.broadcast_to(tint, (*grid.shape, 3)).copy()
            colors[grid.all_roles == Role.UNREAD] = canvas.theme.color("panel")
            draw_cells(canvas, shown, place, self._digits(grid, u), colors=colors)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        if chosen is not None:
            amber = canvas.theme.trio(Role.KERNEL)[1]
            draw_choice(canvas, place.rect(bounds(chosen)), amber, u, width=3.0)
        self._name(canvas, grid, place.left - 0.12 * u, place.top + u / 2)
        if self.shift is None:
            return
        focus, note = canvas.theme.word(Role.FOCUS), self.sheet.page.note
        start = place.left + (self.middle(0) + 0.5) * u
        end = start + self.shift.end[2] * u
        y = place.top - 12.0
        head = min(9.0, 0.45 * (end - start))
        canvas.arrow((start, y), (end, y), focus, 1.8, head=head, dot=True)
        label: Line = (Run(self.shift.label, focus, SEMIBOLD),)
        canvas.words(start, y - 9.0, label, note)

    def _kernel(self, canvas: Canvas, x: float, top: float) -> None:
        """The kernel under the chosen window, a tap under each cell that it meets."""
        assert self.kernel is not None
        chosen, u = self.input.chosen, self.u
        cols = chosen.cols if chosen is not None else tuple(self.spans[0])
        digits = self._digits(self.kernel, u)
        step = cols[1] - cols[0] if len(cols) > 1 else 1
        if step == 1:
            place = Place(x + cols[0] * u, top, u, 1, len(cols))
            draw_cells(canvas, self.kernel, place, digits)
            framed(canvas, place.box, canvas.theme.trio(Role.KERNEL)[1], u)
        else:
            spread = _spread(self.kernel, step)
            place = Place(x + cols[0] * u, top, u, *spread.shape)
            draw_cells(canvas, spread, place, self._digits(spread, u))
            framed(canvas, place.box, canvas.theme.trio(Role.KERNEL)[1], u)
        self._name(canvas, self.kernel, x - 0.12 * u, top + u / 2)

    def _output(self, canvas: Canvas, x: float, top: float) -> None:
        grid, out = self.output, self.output_pitch(self.u)
        if len(self.spans) > MOST_SAMPLES:
            self._strip(canvas, x, top, out)
            return
        colors = output_colors(*grid.shape)
        digits = self._digits(grid, out)
        chosen = grid.chosen
        for n in range(len(self.spans)):
            cell, middle = _cell(grid, slice(n, n + 1)), self.middle(n)
            place = Place(
                x + (middle + 0.5) * self.u - out / 2, top + (self.u - out) / 2, out, 1, 1
            )
            one = replace(digits, texts=digits.texts[:, n : n + 1]) if digits else None
            draw_cells(canvas, cell, place, one, colors=colors[:, n : n + 1])
            if chosen is not None and n == chosen.cols[0]:
                edge = canvas.theme.trio(Role.OUTPUT)[2]
                draw_choice(canvas, place.rect(Rect(0, 0, 1, 1)), edge, out, width=3.2)
        self._name(canvas, grid, x - 0.12 * self.u, top + self.u / 2)

    def _strip(self, canvas: Canvas, x: float, top: float, out: float) -> None:
        """More outputs than a page has pixels, as one picture."""
        grid, u = self.output, self.u
        cells = _cell(grid, samples(grid.shape[1]))
        start, stop = (x + (self.middle(n) + 0.5) * u for n in (0, grid.shape[1] - 1))
        middle = top + u / 2
        box = Box(start - out / 2, middle - out / 2, stop + out / 2, middle + out / 2)
        canvas.image(picture_colors(cells, canvas.theme), box)
        if grid.chosen is not None:
            at = x + (self.middle(grid.chosen.cols[0]) + 0.5) * u
            edge = canvas.theme.trio(Role.OUTPUT)[2]
            spot = Box(at - out / 2, box.top, at + out / 2, box.bottom)
            draw_choice(canvas, spot, edge, out, width=3.2)
        self._name(canvas, grid, x - 0.12 * u, middle)

    def _beams(self, canvas: Canvas, place: Place, bottom: float) -> None:
        """From every window to its output, in the color of the output."""
        if len(self.spans) > BEAMS or self.u < TILES_FROM:
            return
        colors = output_colors(*self.output.shape)[0]
        half = self.output_pitch(self.u) * TILE / 2
        chosen = self.output.chosen
        middles = map(self.middle, range(len(self.spans)))
        for n, (span, middle) in enumerate(zip(self.spans, middles, strict=True)):
            x = place.left + (middle + 0.5) * self.u
            leads = chosen is not None and n == chosen.cols[0]
            alpha = 0.42 if leads else 0.18
            target = [(x + half, bottom), (x - half, bottom)]
            # Taps with holes between them have a beam each.
            spread = span.step > 1 and len(self.spans) * len(span) <= BEAMS
            cells = [(tap, tap) for tap in span] if spread else [(span[0], span[-1])]
            for first, last in cells:
                start = place.rect(Rect(0, first, 1, last + 1))
                corners = [(start.left + 2, start.bottom), (start.right - 2, start.bottom)]
                canvas.polygon([*corners, *target], face=colors[n], alpha=alpha, height=BACK)

    def _words(self, canvas: Canvas, center: float, bottom: float) -> None:
        top = bottom + 1.7 * self.sheet.page.formula
        baseline = self.equation.draw(canvas, center, top)
        self.words.draw(canvas, center, baseline, self.room)


def _cell(grid: Grid, cols: slice | Array) -> Grid:
    """Some cells of a row as a grid of its own, colored by their identity."""
    values, roles = grid.values[:, cols], grid.all_roles[:, cols]
    shown = np.where(roles == Role.OUTPUT, Role.STAMP, roles).astype(np.uint8)
    return replace(grid, cells=ArrayCells(values), roles=ArrayCells(shown), source=None)


def _spread(kernel: Grid, step: int) -> Grid:
    """A kernel with its holes between the taps."""
    taps = kernel.shape[1]
    wide = (taps - 1) * step + 1
    values = np.zeros((1, wide), dtype=kernel.values.dtype)
    values[:, ::step] = kernel.values
    roles = np.full((1, wide), Role.EMPTY, dtype=np.uint8)
    roles[:, ::step] = kernel.all_roles
    return replace(kernel, cells=ArrayCells(values), roles=ArrayCells(roles))
