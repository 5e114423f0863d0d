"""Transposed convolution in two axes: one stamp, the output it lands in, how many land where."""

from __future__ import annotations

from functools import partial

import numpy as np

from convviz.diagrams.scene import Array, Grid, Mark, Role
from convviz.render.colors import ident
from convviz.render.figures.canvas import FRAMES, Box, Canvas
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import (
    bounds,
    draw_title,
    framed,
    lens,
    size_lines,
    title_line,
    verdict,
)
from convviz.render.figures.grids import (
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_choice,
    draw_frame,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD

BAR = 0.27
"""Pitches per stamp in the profiles at the margins of a count."""
GAP = 1.25


class Profile:
    """The counts along each margin of a grid of counts, as bars whose products are the counts."""

    def __init__(self, grid: Grid) -> None:
        self.cols = grid.top[0].labels if grid.top else np.zeros(0, dtype=np.intp)
        self.rows = grid.left[0].labels if grid.left else np.zeros(0, dtype=np.intp)

    def above(self) -> float:
        """Pitches that the bars need over the grid."""
        return BAR * float(self.cols.max(initial=0)) + 0.25 if len(self.cols) else 0.0

    def beside(self) -> float:
        """Pitches that the bars need at the left of the grid."""
        return BAR * float(self.rows.max(initial=0)) + 0.25 if len(self.rows) else 0.0

    def draw(self, canvas: Canvas, place: Place) -> None:
        """Draw the bars."""
        u = place.u
        tint = canvas.theme.trio(Role.INPUT)[1]
        color = canvas.theme.faded(tint, 0.8)
        most = 60.0 / max(1.0, float(max(self.cols.max(initial=1), self.rows.max(initial=1))))
        bar = min(BAR * u, most)
        if u < TILES_FROM:
            return
        for col, count in enumerate(self.cols.tolist()):
            if count > 0:
                x, y = place.left + col * u, place.top - 0.2 * u
                box = Box(x + 0.08 * u, y - bar * count, x + 0.92 * u, y)
                canvas.box(box, radius=0.08 * u, face=color, height=FRAMES)
        for row, count in enumerate(self.rows.tolist()):
            if count > 0:
                x, y = place.left - 0.2 * u, place.top + row * u
                box = Box(x - bar * count, y + 0.08 * u, x, y + 0.92 * u)
                canvas.box(box, radius=0.08 * u, face=color, height=FRAMES)


class Coverage:
    """Input, kernel and stamp in one row, output and counts beside or below; the verdict last."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        first, second = scene.bands
        self.input, self.kernel, self.stamp = first
        *self.results, self.counts = second
        self.profile = Profile(self.counts)
        self.labels = {label.name: label for label in scene.labels}
        page = sheet.page
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        self.said = Words(
            sheet,
            (
                *size_lines(sheet, sizes, page.formula, width),
                *(
                    (verdict(sheet, label), page.note, 0.75 * page.note)
                    for label in scene.labels
                    if label.name in ("padding", "bias", "coverage")
                ),
            ),
        )
        self.title = sheet.page.label + (16.0 if not sheet.page.paper else 9.0)
        ways = ("row", "column", "tall") if not sheet.page.paper else ("row", "tall", "column")
        fits = {
            way: pitch(partial(self.measure, way=way), width, height, sheet.page) for way in ways
        }
        # On paper the height is free: the widest way in which numbers can be read.
        readable = sheet.page.least / 0.3
        good = [way for way in ways if sheet.page.height is None and fits[way] >= readable]
        self.way = good[0] if good else max(ways, key=lambda way: fits[way])
        if sheet.smallest is not None:
            self.way = sheet.smallest.way
        self.u = fits[self.way]
        self.width, self.height = self.measure(self.u, self.way)
        least = sheet.page.least
        self.digits = {
            grid.key: Digits.readable(grid, sheet.type, self.own(grid, self.u), least)
            for grid in (*first, *second)
        }

    def gap(self, u: float) -> float:
        """The least distance of grids."""
        return max(GAP * u, 12.0 if self.sheet.page.paper else 22.0)

    def own(self, grid: Grid, u: float) -> float:
        """The pitch of a grid: that of all, but small ones stay large enough to be read."""
        if grid not in (self.input, self.kernel, self.stamp):
            return u
        most = (18.0, 90.0) if not self.sheet.page.paper else (9.0, 45.0)
        return max(u, min(most[0], most[1] / max(grid.shape)))

    def span(self, grid: Grid, u: float) -> float:
        """The width that a small grid and its title need."""
        least = 44.0 if self.sheet.page.paper else 62.0
        return max(grid.shape[1] * self.own(grid, u), least)

    def words(self) -> float:
        """The height of the formula and what is said."""
        page = self.sheet.page
        return 0.9 * page.formula + self.said.height(self.room) + 0.4 * page.note

    def column(self, u: float) -> tuple[float, float]:
        """(width, height) of input, kernel and stamp below each other."""
        stack = (self.input, self.kernel, self.stamp)
        wide = max(grid.shape[1] * self.own(grid, u) for grid in stack)
        high = sum(grid.shape[0] * self.own(grid, u) for grid in stack)
        return wide, high + 3 * self.title + 0.5 * u

    def row(self, u: float) -> tuple[float, float]:
        """(width, height) of input, kernel and stamp beside each other."""
        stack = (self.input, self.kernel, self.stamp)
        wide = sum(self.span(grid, u) for grid in stack) + 2 * self.gap(u)
        return wide, max(grid.shape[0] * self.own(grid, u) for grid in stack) + self.title

    def large(self, u: float) -> tuple[float, float]:
        """(width, height) of the outputs and the counts beside each other."""
        grids = (*self.results, self.counts)
        gaps = self.gap(u) * (len(grids) - 1) + self.profile.beside() * u
        rows = [grid.shape[0] * u for grid in self.results]
        rows.append((self.counts.shape[0] + self.profile.above()) * u)
        return sum(grid.shape[1] for grid in grids) * u + gaps, max(rows) + self.title

    def measure(self, u: float, way: str) -> tuple[float, float]:
        """(width, height) of everything, arranged in that way."""
        large = self.large(u)
        if way == "tall":
            small = self.row(u)
            return max(small[0], large[0]), small[1] + self.gap(u) + large[1] + self.words()
        small = self.row(u) if way == "row" else self.column(u)
        return small[0] + 1.3 * self.gap(u) + large[0], max(small[1], large[1]) + self.words()

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the grids, the beams and the words."""
        places = self._places(left, top)
        for grid in (self.input, self.kernel, self.stamp, *self.results, self.counts):
            self._grid(canvas, grid, places[grid.key])
        self._signs(canvas, places)
        self._beams(canvas, places)
        self.profile.draw(canvas, places[self.counts.key])
        self._words(canvas, left + self.width / 2, top + self.height - self.words())

    def _places(self, left: float, top: float) -> dict[str, Place]:
        u, gap = self.u, self.gap(self.u)
        found: dict[str, Place] = {}
        stack = (self.input, self.kernel, self.stamp)
        small = self.column(u) if self.way == "column" else self.row(u)
        large = self.large(u)
        above = self.profile.above() * u
        if self.way == "tall":
            x, y = left + (self.width - large[0]) / 2, top + small[1] + gap
        else:
            x = left + small[0] + 1.3 * gap
            y = top + (self.height - self.words() - large[1]) / 2
        base = y + self.title + above + (large[1] - self.title - above) / 2
        for grid in (*self.results, self.counts):
            if grid is self.counts:
                x += self.profile.beside() * u
            found[grid.key] = Place(x, base - grid.shape[0] * u / 2, u, *grid.shape)
            x += grid.shape[1] * u + gap
        if self.way == "column":
            y = top + (self.height - self.words() - small[1]) / 2
            for grid in stack:
                y += self.title
                own = self.own(grid, u)
                x = left + (small[0] - grid.shape[1] * own) / 2
                found[grid.key] = Place(x, y, own, *grid.shape)
                y += grid.shape[0] * own + 0.25 * u
            return found
        x = left if self.way == "row" else left + (self.width - small[0]) / 2
        middle = base if self.way == "row" else top + self.title + (small[1] - self.title) / 2
        for grid in stack:
            own, span = self.own(grid, u), self.span(grid, u)
            inset = (span - grid.shape[1] * own) / 2
            found[grid.key] = Place(x + inset, middle - grid.shape[0] * own / 2, own, *grid.shape)
            x += span + gap
        return found

    def _signs(self, canvas: Canvas, places: dict[str, Place]) -> None:
        """Input × kernel = stamp."""
        if self.way == "column":
            return
        size = min(0.5 * self.gap(self.u), 18.0)
        pairs = ((self.input, self.kernel, "×"), (self.kernel, self.stamp, "="))
        for one, other, sign in pairs:
            x = (places[one.key].box.right + places[other.key].box.left) / 2
            canvas.centered(x, places[one.key].box.center[1], sign, size, weight=SEMIBOLD)

    def _grid(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        theme, u = canvas.theme, place.u
        digits = self.digits[grid.key]
        colors = self._stamp_colors(canvas, grid)
        draw_cells(canvas, grid, place, digits, colors=colors)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        if grid.kind == Role.KERNEL:
            framed(canvas, place.box, theme.trio(Role.KERNEL)[1], u, width=2.6)
        if grid.chosen is not None and grid is not self.stamp and u >= TILES_FROM:
            draw_choice(canvas, place.rect(bounds(grid.chosen)), theme.color("ink"), u, width=2.4)
        line = title_line(self.sheet, grid, plain=Role.TEXT)
        above = 0.10 * u + (8.0 if not self.sheet.page.paper else 4.0)
        if grid in self.results and u >= TILES_FROM:
            above += self._marks(canvas, grid, place)
        if grid is self.counts:
            above = self.profile.above() * u + 6.0
        small = grid in (self.input, self.kernel, self.stamp)
        wide = self.span(grid, self.u) if small else grid.shape[1] * u
        room = wide + 0.85 * self.gap(self.u)
        draw_title(canvas, self.sheet, line, place.box.center[0], place.top - above, room)

    def _marks(self, canvas: Canvas, grid: Grid, place: Place) -> float:
        """− and + beside rows and columns that are cropped or kept; the height that they take."""
        size = min(0.6 * place.u, self.sheet.page.note)
        signs = {Mark.CROPPED: "−", Mark.KEPT: "+"}
        color, far = canvas.theme.color("focus"), 0.25 * place.u + 1.5
        marked = False
        for axis, rulers in enumerate((grid.left, grid.top)):
            for ruler in rulers:
                for n in np.flatnonzero(np.isin(ruler.labels, list(signs))).tolist():
                    x, y = place.center(n if axis == 0 else 0, n if axis == 1 else 0)
                    spot = (
                        (max(place.left - far, 0.5 * size), y)
                        if axis == 0
                        else (x, place.top - far)
                    )
                    text = signs[Mark(int(ruler.labels[n]))]
                    canvas.centered(*spot, text, size, color=color, weight=SEMIBOLD)
                    marked = True
        return 0.7 * size if marked else 0.0

    def _stamp_colors(self, canvas: Canvas, grid: Grid) -> Array | None:
        """The stamp wears the color of its input element."""
        if grid is not self.stamp or self.input.chosen is None or self.input.source is None:
            return None
        row, col = self.input.chosen.rows[0], self.input.chosen.cols[0]
        color = ident(
            int(self.input.source[0][row]), int(self.input.source[1][col]), *self.input.extent
        )
        return np.broadcast_to(color, (*grid.shape, 3))

    def _beams(self, canvas: Canvas, places: dict[str, Place]) -> None:
        """From the stamp to where it lands."""
        result = self.results[0]
        if result.chosen is None or self.u < TILES_FROM:
            return
        start = places[self.stamp.key].box
        end = places[result.key].rect(bounds(result.chosen))
        colors = self._stamp_colors(canvas, self.stamp)
        color = colors[0, 0] if colors is not None else canvas.theme.trio(Role.INPUT)[1]
        lens(canvas, start, end, color, alpha=0.22, downward=self.way == "tall")

    def _words(self, canvas: Canvas, center: float, top: float) -> None:
        self.said.draw(canvas, center, top + 0.9 * self.sheet.page.formula, self.room)
