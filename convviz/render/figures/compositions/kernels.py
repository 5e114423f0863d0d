"""A bank of kernels: the input at the left, then every kernel beside the feature map it gives."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from convviz.diagrams.scene import Array, Grid, Role
from convviz.render.colors import Floats, ink_on, signed_ramp
from convviz.render.figures.canvas import FRAMES, Box, Canvas
from convviz.render.figures.compositions.bars import Bar
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import draw_title, title_line
from convviz.render.figures.grids import (
    MOST_NUMBERS,
    TILE,
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_picture,
    samples,
)
from convviz.render.figures.labels import writing
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD

SHARE = 0.62
"""The largest plane of a kernel, as a part of the side of its feature map."""
CAP = 0.6
"""The largest pitch, as a part of the largest on the page: there are many grids."""
FEW = 6
"""Pairs up to which kernels may be as high as their feature maps."""


BUSY, STRONG = 1024, 97.0
"""Cells from which a map's scale ends at a percentile of the sizes of its values."""


class Shape(NamedTuple):
    """How pairs stand: so many in a row, the pitches of kernels and of feature maps."""

    columns: int
    kernel: float
    output: float


class Kernels:
    """Pairs of a kernel and its feature map in a grid, all at one size."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.paper = sheet.page.paper
        self.inputs, *bands = scene.bands
        self.kernels = [band[:-1] for band in bands]
        self.outputs = [band[-1] for band in bands]
        if any(grid.picture is not None for grid in self.kernels[0]):
            self.kernels = [band[:1] for band in self.kernels]
        self.rows, self.cols = self.kernels[0][0].shape
        self.out_rows, self.out_cols = self.outputs[0].shape
        self.planes = len(self.kernels[0])
        # Panels that are compared share the input: then it is drawn beside them all.
        flat = bool(self.inputs) and self.inputs[0].shape[0] == 1
        self.tall = sheet.page.narrow or flat or (self.paper and width < 300)
        self.most = max(
            float(np.nanmax(np.abs(g.values), initial=0)) for b in self.kernels for g in b
        )
        note = scene.notes[0] if scene.notes else ""
        self.said = Words(sheet, (((sheet.word(note),), sheet.page.small, 0.0),) if note else ())
        self.inner = height if height is not None else (1.1 if self.tall else 0.6) * width
        self.shape = self._shape()
        if sheet.peers:
            kernel = min(peer.shape.kernel for peer in sheet.peers)
            output = min(peer.shape.output for peer in sheet.peers)
            self.shape = Shape(self.shape.columns, kernel, output)
        self.u = self.shape.output / CAP
        self.width, self.height = self._size(self.shape)

    # Lengths.

    @property
    def title(self) -> float:
        """The words above a picture."""
        return self.sheet.page.small + (12.0 if not self.paper else 6.0)

    @property
    def gap(self) -> float:
        """Between pairs."""
        return 10.0 if self.paper else 26.0 if len(self.outputs) <= 16 else 16.0

    @property
    def arrow(self) -> float:
        """Between a kernel and its feature map."""
        return 6.0 if self.paper else 14.0 if len(self.outputs) <= 16 else 7.0

    def index(self) -> float:
        """The index of a pair above it, where there is room."""
        return 1.6 * self.sheet.page.small if len(self.outputs) <= 24 else 0.0

    def below(self) -> float:
        """The words below everything."""
        note = bool(self.said.lines)
        return self.said.height(self.room) + 1.3 * self.sheet.page.small if note else 0.0

    def across(self) -> int:
        """Planes of a kernel beside each other."""
        return self.planes if self.planes <= 3 else math.ceil(math.sqrt(self.planes))

    def down(self) -> int:
        """Planes of a kernel below each other."""
        return math.ceil(self.planes / self.across())

    def between(self, kernel: float) -> float:
        """Between the planes of one kernel."""
        return max(2.0, 0.3 * kernel)

    def bank(self, kernel: float) -> tuple[float, float]:
        """(width, height) of the planes of one kernel."""
        apart = self.between(kernel)
        wide = self.across() * (self.cols * kernel + apart) - apart
        return wide, self.down() * (self.rows * kernel + apart) - apart

    def pair(self, shape: Shape) -> tuple[float, float]:
        """(width, height) of a kernel and its feature map."""
        wide, high = self.bank(shape.kernel)
        width = wide + self.arrow + self.out_cols * shape.output
        return width, self.index() + max(high, self.out_rows * shape.output)

    def input_pitch(self) -> float:
        """The pitch of the input."""
        if not self.inputs:
            return 0.0
        rows, cols = self.inputs[0].shape
        count = len(self.inputs)
        if self.tall:
            high = 0.26 * self.inner
            return min(high / rows, 0.9 * self.room / (cols * count + count), self.sheet.page.cap)
        high = (self.inner - self.below() - count * self.title) / count
        return min(0.21 * self.room / cols, 0.72 * high / rows, self.sheet.page.cap)

    def input_size(self) -> tuple[float, float]:
        """(width, height) of the input, or of its planes."""
        if not self.inputs:
            return 0.0, 0.0
        u, count = self.input_pitch(), len(self.inputs)
        rows, cols = self.inputs[0].shape
        if self.tall:
            return cols * u * count + self.gap * (count - 1), self.title + rows * u
        return cols * u, count * (self.title + rows * u)

    def _pitches(self, columns: int, side: float) -> Shape:
        """The pitches at which feature maps have that side."""
        output = side / max(self.out_rows, self.out_cols)
        part = 1.0 if len(self.outputs) <= FEW else SHARE
        kernel = part * side / max(self.rows * self.down(), self.cols * self.across())
        if self.planes > 1:
            kernel = min(1.25 * side / (self.cols * self.across() * 1.1), part * side / self.rows)
            kernel = min(kernel, side / (self.rows * self.down() * 1.15))
        cap = self.sheet.page.cap
        return Shape(columns, min(kernel, CAP * cap), min(output, CAP * cap))

    def _size(self, shape: Shape) -> tuple[float, float]:
        """(width, height) of everything."""
        wide, high = self.pair(shape)
        lines = math.ceil(len(self.outputs) / shape.columns)
        width = shape.columns * wide + (shape.columns - 1) * self.gap
        height = self.title + lines * high + (lines - 1) * 0.6 * self.gap
        first = self.input_size()
        if self.tall:
            return max(width, first[0]), first[1] + self.gap + height + self.below()
        return first[0] + 2.2 * self.gap + width, max(first[1], height) + self.below()

    def _shape(self) -> Shape:
        """The arrangement in which feature maps are largest."""
        best, largest = Shape(1, 0.5, 0.5), -1.0
        for columns in range(1, len(self.outputs) + 1):
            low, high = 0.0, max(self.inner, self.room)
            for _ in range(18):
                side = (low + high) / 2
                wide, tall = self._size(self._pitches(columns, side))
                fits = wide <= self.room and tall <= self.inner
                low, high = (side, high) if fits else (low, side)
            if low > 1.01 * largest:
                best, largest = self._pitches(columns, low), low
        return best

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the input, the pairs and the words below."""
        first, shape = self.input_size(), self.shape
        wide, high = self.pair(shape)
        lines = math.ceil(len(self.outputs) / shape.columns)
        height = self.title + lines * high + (lines - 1) * 0.6 * self.gap
        body = self.height - self.below()
        if self.tall:
            self._inputs(canvas, left + (self.width - first[0]) / 2, top)
            across = shape.columns * wide + (shape.columns - 1) * self.gap
            x, y = left + (self.width - across) / 2, top + first[1] + self.gap
        else:
            self._inputs(canvas, left, top + (body - first[1]) / 2)
            x, y = left + first[0] + 2.2 * self.gap, top + (body - height) / 2
        self._heads(canvas, x, y)
        y += self.title
        for i in range(len(self.outputs)):
            line, column = divmod(i, shape.columns)
            at = (x + column * (wide + self.gap), y + line * (high + 0.6 * self.gap))
            self._pair(canvas, i, *at)
        words = self.said
        base = top + self.height - words.height(self.room) - 0.3 * self.sheet.page.small
        words.draw(canvas, left + self.width / 2, base, self.room)

    def _inputs(self, canvas: Canvas, x: float, y: float) -> None:
        """The input, or its planes."""
        u = self.input_pitch()
        for grid in self.inputs:
            y_grid = y + self.title
            place = Place(x, y_grid, u, *grid.shape)
            if grid.picture is not None or u < TILES_FROM:
                draw_picture(canvas, grid, place)
            else:
                digits = Digits.readable(grid, self.sheet.type, u, self.sheet.page.least)
                draw_cells(canvas, grid, place, digits)
            line = title_line(self.sheet, grid)
            room = max(place.box.width + self.gap, 40.0)
            draw_title(canvas, self.sheet, line, place.box.center[0], y_grid - 6.0, room,
                       size=self.sheet.page.small)  # fmt: skip
            if self.tall:
                x += place.box.width + self.gap
            else:
                y = place.box.bottom

    def _heads(self, canvas: Canvas, x: float, y: float) -> None:
        """What stands in the columns of the first pairs."""
        page, theme, shape = self.sheet.page, canvas.theme, self.shape
        wide, _ = self.bank(shape.kernel)
        result = self.out_cols * shape.output
        heads = (
            ("kernel", Role.KERNEL, x + wide / 2, wide + self.arrow),
            ("feature map", Role.OUTPUT, x + wide + self.arrow + result / 2, result + self.arrow),
        )
        size = min(
            page.small,
            *(page.small * room / self.sheet.type.width(text, page.small, SEMIBOLD)
              for text, _, _, room in heads),
        )  # fmt: skip
        if size < (4.8 if self.paper else 8.0):
            return
        for text, role, middle, _ in heads:
            canvas.words(middle, y + 0.9 * page.small, text, size, anchor=0.5,
                         color=theme.word(role), weight=SEMIBOLD)  # fmt: skip

    def _pair(self, canvas: Canvas, i: int, x: float, y: float) -> None:
        """One kernel, an arrow, its feature map; their middles are level."""
        shape, page, theme = self.shape, self.sheet.page, canvas.theme
        wide, high = self.bank(shape.kernel)
        tall = max(high, self.out_rows * shape.output)
        if self.index():
            size = min(page.small, 11.0)
            canvas.words(x, y + 1.05 * page.small, str(i), size, color=theme.word(Role.MUTED))
            y += self.index()
        apart = self.between(shape.kernel)
        top = y + (tall - high) / 2
        for number, grid in enumerate(self.kernels[i]):
            row, col = divmod(number, self.across())
            place = Place(
                x + col * (self.cols * shape.kernel + apart),
                top + row * (self.rows * shape.kernel + apart),
                shape.kernel,
                *grid.shape,
            )
            self._kernel(canvas, grid, place)
        self._frame(canvas, Box(x, top, x + wide, top + high))
        left = x + wide
        middle = y + tall / 2
        if self.arrow >= 12.0:
            canvas.arrow((left + 2.5, middle), (left + self.arrow - 2.0, middle),
                         theme.color("ink3"), 1.1, head=5.0)  # fmt: skip
        left += self.arrow
        grid = self.outputs[i]
        above = y + (tall - self.out_rows * shape.output) / 2
        self._map(canvas, grid, Place(left, above, shape.output, *grid.shape))

    def _kernel(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """The weights of one plane: as one color of an image, or signed."""
        if grid.picture is not None:
            draw_picture(canvas, grid, place)
        else:
            with np.errstate(invalid="ignore"):
                shares = np.nan_to_num(grid.values / (self.most or 1.0))
            self._values(canvas, grid, place, signed_ramp(shares, canvas.theme.name))

    def _frame(self, canvas: Canvas, box: Box) -> None:
        """One frame around all planes of a kernel."""
        width = min(1.8, max(0.6, 0.03 * box.height))
        out = width / 2 + (1.5 if self.planes > 1 else 0.0)
        amber = canvas.theme.trio(Role.KERNEL)[1]
        canvas.box(box.grown(out), radius=out, edge=amber, width=width, height=FRAMES)

    def _map(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """A feature map on its own scale."""
        rows, cols = (samples(n) for n in grid.shape)
        bar = Bar(grid.values, gray=self.sheet.scene.image)
        sizes = np.abs(grid.values[np.isfinite(grid.values)])
        if bar.signed and sizes.size > BUSY:
            # A few strong edges would leave the rest of a map of an image without color.
            bar.most = float(np.percentile(sizes, STRONG)) or bar.most
        colors = bar.colors(grid.cells.at(rows, cols), canvas.theme.name) / 255
        self._values(canvas, grid, place, colors)

    def _values(self, canvas: Canvas, grid: Grid, place: Place, colors: Array) -> None:
        """Cells in given colors, with their numbers where they can be read; else a picture."""
        u, (rows, cols) = place.u, grid.shape
        if u < TILES_FROM or rows * cols > MOST_NUMBERS:
            canvas.image(np.rint(colors * 255).astype(np.uint8), place.box)
            return
        centers = place.centers(*(index.ravel() for index in np.indices(grid.shape)))
        flat: Floats = colors.reshape(-1, 3)
        canvas.tiles(centers, TILE * u, flat)
        texts = self._texts(grid)
        widest = max(self.sheet.type.width(text, 1.0, SEMIBOLD) for text in texts)
        size = u * min(0.42, 0.8 / widest)
        if size >= self.sheet.page.least:
            canvas.numbers(texts, centers, size, ink_on(flat), weight=SEMIBOLD, room=TILE * u)

    def _texts(self, grid: Grid) -> list[str]:
        """The numbers of a grid; all kernels are written alike, and all feature maps."""
        alike = (
            [g for band in self.kernels for g in band] if grid.kind == Role.KERNEL else self.outputs
        )
        values = np.concatenate([g.values.ravel() for g in alike])
        way = writing(values)
        return [way.write(float(value)) for value in grid.values.ravel()]
