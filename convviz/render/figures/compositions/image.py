"""A picture through a layer: input, kernel and result side by side, each showing as much scene."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Array, Grid, Role
from convviz.records import replace
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.compositions.bars import Bar, bar_width, draw_bar
from convviz.render.figures.compositions.maps import Maps
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import (
    bounds,
    draw_title,
    framed,
    size_lines,
    title_line,
)
from convviz.render.figures.grids import (
    Digits,
    Place,
    draw_cells,
    draw_frame,
    picture_colors,
    samples,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Arrangement, Sheet

MOST_KERNELS = 8
"""Planes of a kernel that are drawn."""
LEAST_SPOT = 7.0
"""Points of the frame around a chosen window or output, at least: it has to be found."""


def arranged(sheet: Sheet, width: float, height: float | None) -> Arrangement:
    """One result beside its kernel, or several feature maps on one scale."""
    grids = [grid for band in sheet.scene.bands for grid in band]
    if sum(grid.kind == Role.OUTPUT for grid in grids) > 1:
        return Maps(sheet, width, height)
    return Image(sheet, width, height)


def seen(grid: Grid) -> Array:
    """The values of a grid that a picture of it reads."""
    rows, cols = grid.shape
    return grid.cells.at(samples(rows), samples(cols))


class Image:
    """Input, kernel planes below each other, result and its color bar; the size formula below."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        grids = [grid for band in scene.bands for grid in band]
        self.inputs = [grid for grid in grids if grid.kind == Role.INPUT]
        self.input = self.inputs[0]
        self.kernels = [grid for grid in grids if grid.kind == Role.KERNEL][:MOST_KERNELS]
        self.output = next(grid for grid in grids if grid.kind == Role.OUTPUT)
        self.bar = None
        if self.output.picture is None:
            self.bar = sheet.once("bar", lambda: Bar(seen(self.output), gray=scene.image))
        small = sheet.page.small
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        more = [label for label in scene.labels if label.name == "kernels"]
        self.said = Words(
            sheet,
            (
                *size_lines(sheet, sizes, small, width),
                *((sheet.runs(label.text), small, 0.8 * small) for label in more),
            ),
        )
        self.title = sheet.page.label + (16.0 if not sheet.page.paper else 9.0)
        self.ratio = self.input.shape[0] / self.output.shape[0]
        self.tall = sheet.page.narrow and self.input.shape[1] > 1.3 * self.input.shape[0]
        # The pitch is that of the input's pixels: far below the cap, which is for cells.
        scale = max(self.input.shape)
        most = (64.0 if not sheet.page.paper else 26.0) * 12
        page = replace(sheet.page, cap=min(most, 40.0 * scale))
        found = pitch(lambda u: self.measure(u / scale), width, height, page)
        self.u = found / scale
        self.width, self.height = self.measure(self.u)

    @property
    def gap(self) -> float:
        """Between the pictures."""
        return 12.0 if self.sheet.page.paper else 34.0

    def kernel_pitch(self, high: float) -> float:
        """The pitch of the kernels: all of them below each other in the height of the input."""
        if not self.kernels:
            return 0.0
        rows = sum(grid.shape[0] for grid in self.kernels)
        room = high - len(self.kernels) * (self.sheet.page.small + 14.0)
        cols = max(grid.shape[1] for grid in self.kernels)
        most = (96.0 if not self.sheet.page.paper else 52.0) / cols
        return max(min(room / rows, most, 40.0), 3.0)

    def kernel_height(self, u: float) -> float:
        """The height of the column of kernels at that pitch, each under its title."""
        lead = self.sheet.page.small + 14.0
        return sum(grid.shape[0] * u + lead for grid in self.kernels)

    def beyond(self, high: float) -> float:
        """How far the kernels reach above pictures of that height, and as far below."""
        return max(0.0, self.kernel_height(self.kernel_pitch(high)) - high) / 2

    def kernel_width(self, u: float) -> float:
        """The width of the column of kernels at that pitch, and of their titles."""
        size = self.sheet.page.small
        titles = [title_line(self.sheet, grid) for grid in self.kernels]
        words = max((self.sheet.type.line_width(line, size) for line in titles), default=0.0)
        cols = max((grid.shape[1] for grid in self.kernels), default=0)
        return max(cols * u, 0.68 * words)

    def bar_width(self) -> float:
        """The color bar and its labels."""
        return 0.0 if self.bar is None else bar_width(self.sheet, self.bar)

    def words(self) -> float:
        """The lines below."""
        return 0.9 * self.sheet.page.small + self.said.height(self.room)

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) at so many points per pixel of the input."""
        rows, cols = self.input.shape
        result = self.output.shape[1] * self.ratio * u + self.bar_width()
        kernel = self.kernel_pitch(rows * u)
        middle = self.kernel_width(kernel)
        middle += self.gap if self.kernels else 0.0
        high = self.title + rows * u + 2 * self.beyond(rows * u) + self.words()
        if self.tall:
            return max(cols * u, middle + result), self.title + rows * u + self.gap + high
        return self._input_width(u) + self.gap + middle + result, high

    def _input_width(self, u: float) -> float:
        """One input as wide as it is, several below each other in the height of one."""
        return self.input.shape[1] * self._plane_pitch(u)

    def _plane_pitch(self, u: float) -> float:
        rows, count = self.input.shape[0], len(self.inputs)
        return max((rows * u - (count - 1) * self.title) / (count * rows), 0.02 * u)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the pictures, the kernel, the bar and the words."""
        u = self.u
        rows, cols = self.input.shape
        high = rows * u
        kernel = self.kernel_pitch(high)
        wide = self.output.shape[1] * self.ratio * u
        middle = self.kernel_width(kernel)
        if self.tall:
            x = left + (self.width - cols * u) / 2
            self._picture(
                canvas, self.input, Box(x, top + self.title, x + cols * u, top + self.title + high)
            )
            y = top + 2 * self.title + high + self.gap + self.beyond(high)
            x = (
                left
                + (self.width - middle - self.gap * bool(self.kernels) - wide - self.bar_width())
                / 2
            )
        else:
            y = top + self.title + self.beyond(high)
            self._inputs(canvas, left, y)
            x = left + self._input_width(u) + self.gap
        if self.kernels:
            self._kernels(canvas, x, y, high, kernel, middle)
            x += middle + self.gap
        box = Box(x, y, x + wide, y + high)
        self._picture(canvas, self.output, box)
        if self.bar is not None:
            draw_bar(canvas, self.sheet, self.bar, box)
        self._words(canvas, left + self.width / 2, y + high + self.beyond(high))

    def _inputs(self, canvas: Canvas, x: float, y: float) -> None:
        """The input, or its planes below each other."""
        u = self._plane_pitch(self.u)
        for grid in self.inputs:
            box = Box(x, y, x + grid.shape[1] * u, y + grid.shape[0] * u)
            self._picture(canvas, grid, box)
            for frame in grid.frames:
                draw_frame(canvas, Place(x, y, u, *grid.shape), frame)
            y += grid.shape[0] * u + self.title

    def _picture(self, canvas: Canvas, grid: Grid, box: Box) -> None:
        """One picture with its title."""
        pixels = grid.picture
        most = canvas.finest(box)
        rows, cols = map(samples, grid.shape, most)
        if pixels is not None:
            canvas.image(pixels[np.ix_(rows, cols)], box)
        elif grid.kind == Role.INPUT:
            plain = replace(grid, source=None)
            pixels = self.sheet.once(grid.key, lambda: picture_colors(plain, canvas.theme, most))
            canvas.image(pixels, box)
        else:
            bar = self.bar or Bar(seen(grid), gray=True)
            theme = canvas.theme.name
            pixels = self.sheet.once(grid.key, lambda: bar.colors(grid.cells.at(rows, cols), theme))
            canvas.image(pixels, box)
        self._point(canvas, grid, box)
        line = title_line(self.sheet, grid)
        above = 10.0 if not self.sheet.page.paper else 5.0
        room = max(box.width + 0.6 * self.gap, 26.0)
        draw_title(canvas, self.sheet, line, box.center[0], box.top - above, room)

    def _point(self, canvas: Canvas, grid: Grid, box: Box) -> None:
        """The chosen window, or the chosen output with those that are not computed yet."""
        chosen = grid.chosen
        if chosen is None or not self.sheet.scene.pointed:
            return
        place = Place(box.left, box.top, box.height / grid.shape[0], *grid.shape)
        spot = place.rect(bounds(chosen))
        role = Role.KERNEL if grid.kind == Role.INPUT else Role.OUTPUT
        last = grid.roles.at(*(np.array([n - 1]) for n in grid.shape))
        if last[0, 0] == Role.PENDING:
            blank = canvas.theme.color("panel")
            canvas.box(Box(spot.right, spot.top, box.right, spot.bottom), face=blank)
            canvas.box(Box(box.left, spot.bottom, box.right, box.bottom), face=blank)
        spare = max(0.0, LEAST_SPOT - spot.width) / 2, max(0.0, LEAST_SPOT - spot.height) / 2
        seen = Box(
            spot.left - spare[0], spot.top - spare[1],
            spot.right + spare[0], spot.bottom + spare[1],
        )  # fmt: skip
        canvas.box(seen, radius=1.5, edge=canvas.theme.trio(role)[1], width=1.6)

    def _kernels(
        self, canvas: Canvas, x: float, top: float, high: float, u: float, wide: float
    ) -> None:
        """The planes of the kernel, below each other, their middle at that of the pictures."""
        lead = self.sheet.page.small + 14.0
        y = top + (high - self.kernel_height(u)) / 2
        face, least = self.sheet.type, self.sheet.page.least
        for grid in self.kernels:
            digits = Digits.readable(grid, face, u, least, alike=self.kernels)
            y += lead
            place = Place(x + (wide - grid.shape[1] * u) / 2, y, u, *grid.shape)
            draw_cells(canvas, grid, place, digits)
            framed(canvas, place.box, canvas.theme.trio(Role.KERNEL)[1], u, width=2.2)
            line = title_line(self.sheet, grid)
            room, middle = wide + 0.6 * self.gap, place.box.center[0]
            size = self.sheet.page.small
            draw_title(canvas, self.sheet, line, middle, y - 0.08 * u - 5.0, room, size=size)
            y += grid.shape[0] * u

    def _words(self, canvas: Canvas, center: float, bottom: float) -> None:
        self.said.draw(canvas, center, bottom + 0.6 * self.sheet.page.small, self.room)
