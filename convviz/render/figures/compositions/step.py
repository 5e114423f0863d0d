"""One step: window times kernel gives one output, the products written out below."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np

from convviz.diagrams.scene import Array, ArrayCells, Grid, Role
from convviz.records import replace
from convviz.render.colors import Floats, output_ramp, stepped
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.compositions.annotations import crossed, draw_kinds
from convviz.render.figures.compositions.equations import Written
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import (
    bounds,
    draw_current,
    draw_title,
    framed,
    lens,
    size_lines,
    title_line,
    window_colors,
)
from convviz.render.figures.faces import value_share
from convviz.render.figures.grids import (
    MOST_NUMBERS,
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_choice,
    draw_frame,
    draw_picture,
    samples,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD

OUTSIDE = 0.72
"""How much of a cell outside of the window stays."""


class Step:
    """Input, kernel and output in a row with their middles level; the equation below."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.input, *rest = scene.bands[0]
        self.kernel = next((grid for grid in rest if grid.kind == Role.KERNEL), None)
        self.output = next(grid for grid in rest if grid.kind == Role.OUTPUT)
        self.extra = [grid for grid in rest if grid.kind == Role.FOCUS]
        self.equation = Written.of(sheet, scene.equations[0], width)
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        self.words = Words(sheet, size_lines(sheet, sizes, sheet.page.small, width))
        self.tall = sheet.page.narrow or (sheet.page.paper and width < 300)
        self.title = sheet.page.label + 16.0
        self.told = [Role.UNREAD] if crossed(self.input) else []
        self.key = sheet.page.note + 12.0 if self.told else 0.0
        if sheet.peers is not None:
            self.tall = self._taller(width, height)
        self.u = self._pitch(width, height)
        self.width, self.height = self.measure(self.u)
        if not self.tall:
            self.width = min(width, self.width + 6.0 * self.u)
        grids = [g for g in (self.input, self.kernel, self.output, *self.extra) if g is not None]
        self.digits = {grid.key: self._readable(grid) for grid in grids}

    def _pitch(self, width: float, height: float | None) -> float:
        """The pitch that fits; in a film it is looked for once."""
        page = self.sheet.page
        key = ("pitch", self.measure(1.0), self.measure(32.0), width, height, page.cap)
        return self.sheet.once(key, lambda: pitch(self.measure, width, height, page))

    def _readable(self, grid: Grid) -> Digits | None:
        """The numbers of a grid; in a film they are laid out once where they stay."""
        sheet, u = self.sheet, self.pitch_of(grid, self.u)
        if grid.shape[0] * grid.shape[1] > MOST_NUMBERS:
            return None
        others = b"" if grid.others is None else grid.others.tobytes()
        key = (grid.key, u, grid.values.tobytes(), others)
        return sheet.once(key, lambda: Digits.readable(grid, sheet.type, u, sheet.page.least))

    def _taller(self, width: float, height: float | None) -> bool:
        """Whether cells of a panel are larger with the input above the rest; all panels alike."""
        if self.sheet.smallest is not None:
            return bool(self.sheet.smallest.tall)
        fits = []
        for tall in (False, True):
            self.tall = tall
            fits.append(pitch(self.measure, width, height, self.sheet.page))
        return fits[1] > 1.05 * fits[0]

    @property
    def gap(self) -> float:
        """The least distance of grids beside each other."""
        if self.sheet.peers is not None and not self.sheet.page.paper:
            return 24.0
        return 14.0 if self.sheet.page.paper else 44.0

    @cached_property
    def below(self) -> float:
        """The equation and the size formulas."""
        page = self.sheet.page
        lead = 2.0 * page.formula if not page.paper else 1.6 * page.formula
        return lead + self.equation.height + self.words.height(self.room) + 0.4 * page.small

    def pitch_of(self, grid: Grid, u: float) -> float:
        """The pitch of a grid: that of all, but a kernel stays large enough to be read."""
        if grid is not self.kernel:
            return u
        return max(u, min(22.0, 100.0 / grid.shape[0]) if not self.sheet.page.paper else u)

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        small = [g for g in (self.kernel, self.output, *self.extra) if g is not None]
        gap = max(self.gap, 1.3 * u)
        beside = sum(g.shape[1] * self.pitch_of(g, u) for g in small) + gap * (len(small) - 1)
        rows = max(g.shape[0] * self.pitch_of(g, u) for g in small)
        words = self.equation.width
        if self.tall:
            high = 2 * self.title + self.input.shape[0] * u + self.key + rows + 0.6 * gap
            return max(self.input.shape[1] * u, beside, words), high + self.below
        width = self.input.shape[1] * u + gap + beside
        high = self.title + self.high(self.input.shape[0] * u, rows)
        return max(width, words), high + self.below

    def high(self, first: float, others: float) -> float:
        """The height of grids beside each other, with the key under the first."""
        tallest = max(first, others)
        return max(tallest, (tallest + first) / 2 + self.key)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the grids, the beams between them and the words below."""
        u = self.u
        small = [g for g in (self.kernel, self.output, *self.extra) if g is not None]
        gap = max(self.gap, 1.3 * u)
        rows = max(g.shape[0] * self.pitch_of(g, u) for g in small)
        places: dict[str, Place] = {}
        if self.tall:
            beside = sum(g.shape[1] * self.pitch_of(g, u) for g in small)
            beside += gap * (len(small) - 1)
            middle = left + self.width / 2
            first = Place(
                middle - self.input.shape[1] * u / 2, top + self.title, u, *self.input.shape
            )
            x, center = (
                middle - beside / 2,
                first.box.bottom + self.key + self.title + 0.6 * gap + rows / 2,
            )
            bottom = center + rows / 2
        else:
            center = top + self.title + max(self.input.shape[0] * u, rows) / 2
            bottom = top + self.title + self.high(self.input.shape[0] * u, rows)
            used = sum(g.shape[1] * self.pitch_of(g, u) for g in (self.input, *small))
            gap = max(gap, min((self.width - used) / len(small), max(5.0 * u, 90.0)))
            x = left + (self.width - used - gap * len(small)) / 2
            first = Place(x, center - self.input.shape[0] * u / 2, u, *self.input.shape)
            x = first.box.right + gap
        places["input"] = first
        for grid in small:
            own = self.pitch_of(grid, u)
            places[grid.key] = Place(x, center - grid.shape[0] * own / 2, own, *grid.shape)
            x += grid.shape[1] * own + gap
        self._input(canvas, first)
        self._beams(canvas, places)
        if self.kernel is not None:
            place = places[self.kernel.key]
            key = (place, self.kernel.title, self.kernel.values.tobytes())
            self.sheet.again(canvas, key, partial(self._kernel, place))
        for grid in (self.output, *self.extra):
            self._result(canvas, grid, places[grid.key])
        self._words(canvas, left + self.width / 2, bottom)

    def _title(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        line = title_line(self.sheet, grid)
        x = place.box.center[0]
        above = 0.10 * place.u + (9.0 if not self.sheet.page.paper else 5.0)
        room = max(grid.shape[1] * place.u + 0.9 * max(self.gap, 1.3 * place.u), 60.0)
        draw_title(canvas, self.sheet, line, x, place.top - above, room)

    def _input(self, canvas: Canvas, place: Place) -> None:
        """The padded input; what is not under a tap steps back."""
        grid, chosen = self.input, self.input.chosen
        shown = replace(grid, source=None)
        if place.u < TILES_FROM:  # too small to step back, and so the same in all frames
            key = ("picture", grid.key, place)
            self.sheet.again(canvas, key, partial(draw_picture, grid=shown, place=place))
        else:
            self._cells(canvas, shown, place)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        if chosen is not None:
            amber = canvas.theme.trio(Role.KERNEL)[1]
            draw_choice(canvas, place.rect(bounds(chosen)), amber, place.u, width=3.0)
        self._title(canvas, grid, place)
        if place.u >= TILES_FROM:
            draw_kinds(canvas, self.sheet, place, self.told, crossed=False)

    def _cells(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """The cells of the input one by one."""
        chosen, colors = grid.chosen, self.colors()
        share = np.full(grid.shape, 1.0)
        if chosen is not None:
            share = np.full(grid.shape, OUTSIDE)
            rows = [r for r in chosen.rows if r < grid.shape[0]]
            cols = [c for c in chosen.cols if c < grid.shape[1]]
            share[np.ix_(rows, cols)] = 1.0
        if colors is not None:
            share = np.where(self._losers(), 0.42, 1.0)
        draw_cells(canvas, grid, place, self.digits[grid.key], share=share, colors=colors)

    def colors(self) -> Floats | None:
        """(rows, cols, 3): cells in the color of the output that reads them, where one does.

        None where windows overlap, or where a kernel stands between.
        """
        windows, grid = self.input.windows, self.input
        if self.kernel is not None or windows is None or self.u < TILES_FROM:
            return None
        owners = []
        for size, spans in zip(grid.shape, (windows.rows, windows.cols), strict=True):
            owner = np.full(size, -1)
            for n, span in enumerate(spans):
                cells = [cell for cell in span if cell < size]
                if (owner[cells] >= 0).any():
                    return None
                owner[cells] = n
            owners.append(owner)
        outputs = window_colors(*self.output.shape)
        found = outputs[np.ix_(*(np.maximum(owner, 0) for owner in owners))]
        unread = (owners[0] < 0)[:, None] | (owners[1] < 0)
        found[unread] = self.sheet.theme.color("panel")
        return found

    def _losers(self) -> Array:
        """Cells that are not the largest of their window; none where all count."""
        marks, grid = self.input.marks, self.input
        if marks is None:
            return np.zeros(grid.shape, dtype=bool)
        return ~np.asarray(marks.at(*map(np.arange, grid.shape)), dtype=bool)

    def _beams(self, canvas: Canvas, places: dict[str, Place]) -> None:
        """From the window to the kernel, from there to the result."""
        chosen, answer = self.input.chosen, self.output.chosen
        if chosen is None or answer is None:
            return
        theme = canvas.theme
        amber, green = theme.trio(Role.KERNEL)[1], theme.trio(Role.OUTPUT)[1]
        start = places["input"].rect(bounds(chosen))
        end = places[self.output.key].rect(bounds(answer))
        if self.kernel is None:
            lens(canvas, start, end, green, downward=self.tall)
            return
        kernel = places[self.kernel.key].box.grown(0.08 * places[self.kernel.key].u)
        lens(canvas, start, kernel, amber, downward=self.tall)
        lens(canvas, kernel, end, green)

    def _kernel(self, place: Place, canvas: Canvas) -> None:
        assert self.kernel is not None
        draw_cells(canvas, self.kernel, place, self.digits[self.kernel.key])
        framed(canvas, place.box, canvas.theme.trio(Role.KERNEL)[1], place.u)
        self._title(canvas, self.kernel, place)

    def _result(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """Outputs are tinted, the chosen one is solid in a frame, later ones are hollow."""
        shown, chosen = replace(grid, source=None), grid.chosen
        digits = self.digits[grid.key]
        self._title(canvas, grid, place)
        if place.u < TILES_FROM and grid.kind == Role.OUTPUT:
            self._pixels(canvas, grid, place)
            return
        if chosen is None or place.u < TILES_FROM:
            draw_cells(canvas, shown, place, digits)
            return
        blocks = self.colors() is not None and grid.kind == Role.OUTPUT
        if blocks:
            self._blocks(canvas, grid, place, digits)
            return
        roles = grid.all_roles.copy()
        row, col = chosen.rows[0], chosen.cols[0]
        roles[row, col] = Role.EMPTY
        colors = None
        if digits is None and grid.kind == Role.OUTPUT:
            colors = output_ramp(value_share(grid.values), canvas.theme.name)
        draw_cells(canvas, replace(shown, roles=ArrayCells(roles)), place, digits, colors=colors)
        if grid.kind == Role.OUTPUT:
            draw_current(canvas, place, (row, col), digits)
        else:
            self._framed(canvas, grid, place)

    def _pixels(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """Outputs that are too small for tiles, as a picture of their values."""
        theme = canvas.theme
        rows, cols = map(samples, grid.shape, canvas.finest(place.box))

        def painted(share: Array, name: str) -> Array:
            return np.asarray(np.rint(255 * output_ramp(share, name)).astype(np.uint8))

        def colored() -> Array:
            return stepped(painted, value_share(grid.cells.at(rows, cols)), theme.name)

        # In a film its values stay, and more and more of them are computed.
        pixels = self.sheet.once(("pixels", grid.key, place), colored).copy()
        paper = np.rint(255 * theme.color("paper")).astype(np.uint8)
        pixels[grid.roles.at(rows, cols) == Role.PENDING] = paper
        canvas.image(pixels, place.box)

    def _blocks(self, canvas: Canvas, grid: Grid, place: Place, digits: Digits | None) -> None:
        """Outputs in the colors of their windows."""
        shown = replace(grid, source=None, roles=ArrayCells(_as_tiles(grid.all_roles)))
        draw_cells(canvas, shown, place, digits, colors=window_colors(*grid.shape))
        chosen = grid.chosen
        assert chosen is not None, "an output has a chosen cell"
        box, edge = place.rect(bounds(chosen)), canvas.theme.trio(Role.OUTPUT)[2]
        draw_choice(canvas, box, edge, place.u, width=3.4)

    def _framed(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """The chosen cell of a grid of other numbers: what an average divides by."""
        assert grid.chosen is not None, "the caller looked"
        row, col = grid.chosen.rows[0], grid.chosen.cols[0]
        box, focus = place.rect(bounds(grid.chosen)), canvas.theme.color("focus")
        draw_choice(canvas, box, focus, place.u, width=3.0)
        digits = self.digits[grid.key]
        if digits is not None:
            centers = np.array([place.center(row, col)])
            text, inks = [str(digits.texts[row, col])], focus[None]
            canvas.numbers(text, centers, digits.tile * place.u, inks, weight=BOLD)

    def _words(self, canvas: Canvas, center: float, bottom: float) -> None:
        page = self.sheet.page
        lead = 2.0 * page.formula if not page.paper else 1.6 * page.formula
        baseline = self.equation.draw(canvas, center, bottom + lead)
        self.words.draw(canvas, center, baseline, self.room)


def _as_tiles(roles: Array) -> Array:
    """Outputs as cells that carry a color of their own, with numbers in the ink that contrasts."""
    return np.where(roles == Role.OUTPUT, Role.STAMP, roles).astype(np.uint8)
