"""A receptive field on the plane of the input: nested fields, and the paths to every cell."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Measure, Rect, Role
from convviz.render.colors import Floats, contrast, mixed, rgb
from convviz.render.figures.canvas import FRAMES, OUTLINES, Canvas
from convviz.render.figures.compositions.counts import draw_counts, readable
from convviz.render.figures.compositions.multiples import part
from convviz.render.figures.compositions.parts import airy, title_line
from convviz.render.figures.grids import TILES_FROM, Place, samples
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD, Line, Run

FADED = 0.42
"""What stays of an image outside of the field."""


class Plane:
    """The input with its frames, their names at the right, then the paths, enlarged."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.paper = sheet.page.paper
        self.grid = scene.bands[0][0]
        self.outer = self.grid.frames[-1].rect
        self.tall = sheet.page.narrow or (self.paper and width < 300)
        self.most = float(np.max(self.grid.values, initial=1))
        self.enlarged = (self.outer.bottom - self.outer.top, self.outer.right - self.outer.left)
        room = height if height is not None else 0.62 * width
        self._whole(width, room)
        if self.grid.picture is None and readable(sheet, self.grid, self.u) is not None:
            self.v = 0.0  # the paths can be read in place
            return
        if self.tall:
            self._stacked(width, room)
        else:
            self._beside(width, room)

    def _whole(self, width: float, height: float) -> None:
        """The input alone."""
        rows, cols = self.grid.shape
        image = height - self.title() - self._below()
        self.u = min((width - self.names()) / cols, image / rows, self.sheet.page.cap)
        self.width = self.u * cols + self.names()
        self.height = self.title() + self.u * rows + self._below()

    def _beside(self, width: float, height: float) -> None:
        """The input, the enlarged field at its right."""
        (rows, cols), (high, wide) = self.grid.shape, self.enlarged
        image = height - self.title() - self._below()
        self.u = min(0.46 * width / cols, image / rows, self.sheet.page.cap)
        rest = width - self.u * cols - self.names() - self.gap()
        self.v = min(rest / wide, image / high, self.sheet.page.cap)
        self.width = self.u * cols + self.names() + self.gap() + self.v * wide
        self.height = self.title() + max(self.u * rows, self.v * high) + self._below()

    def _stacked(self, width: float, height: float) -> None:
        """The input, the enlarged field below it."""
        (rows, cols), (high, wide) = self.grid.shape, self.enlarged
        image = height - 2.2 * self.title() - self._below()
        self.u = min((width - self.names()) / cols, 0.58 * image / rows, self.sheet.page.cap)
        self.v = min(width / wide, 0.42 * image / high, self.sheet.page.cap)
        self.width = max(self.u * cols + self.names(), self.v * wide)
        self.block = max(self.u * rows, self._names_height())
        self.height = 2.2 * self.title() + self.block + self.v * high + self._below()

    # Lengths.

    def title(self) -> float:
        """The words above a grid."""
        return 2.0 * self.sheet.page.label

    def gap(self) -> float:
        """Between the names of the frames and the enlarged field."""
        return 12.0 if self.paper else 40.0

    def _below(self) -> float:
        """The words below a grid."""
        return 1.9 * self.sheet.page.note

    def names(self) -> float:
        """The names of the frames, their leaders counted."""
        face, size = self.sheet.type, self.sheet.page.note
        wide = max(face.width(airy(m.label), size, SEMIBOLD) for m in self.sheet.scene.measures)
        return min(wide, 0.26 * self.room) + (14.0 if self.paper else 30.0)

    def _names_height(self) -> float:
        """The names of the frames below each other."""
        size = self.sheet.page.note
        room = self.names() - (9.0 if self.paper else 17.0)
        lines = 0
        for measure in self.sheet.scene.measures:
            line: Line = (self.sheet.word(airy(measure.label), weight=SEMIBOLD),)
            lines += len(self.sheet.type.fit(line, size, room)[1])
        return (1.2 * lines + 0.35 * len(self.sheet.scene.measures)) * size

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the input, the frames and the enlarged field."""
        rows, cols = self.grid.shape
        y = top + self.title()
        if not self.tall:
            spare = self.height - self.title() - self._below() - self.u * rows
            y += max(0.0, spare) / 2
        place = Place(left, y, self.u, rows, cols)
        self._head(canvas, place, title_line(self.sheet, self.grid))
        self._input(canvas, place)
        self._frames(canvas, place)
        high, wide = self.enlarged
        if not self.v:
            return
        if self.tall:
            x = left + (self.width - self.v * wide) / 2
            below = place.top + self.block + 1.2 * self.title()
        else:
            x = left + self.width - self.v * wide
            spare = self.height - self.title() - self._below() - self.v * high
            below = top + self.title() + max(0.0, spare) / 2
        self._paths(canvas, Place(x, below, self.v, high, wide))

    def _head(self, canvas: Canvas, place: Place, line: Line) -> None:
        size = self.sheet.page.label
        base = place.top - 0.7 * size
        canvas.paragraph(place.box.center[0], base, line, size, max(place.box.width, 140.0),
                         anchor=0.5)  # fmt: skip

    def _input(self, canvas: Canvas, place: Place) -> None:
        """The image, pale outside of the field; without one, cells by their paths."""
        grid, theme = self.grid, canvas.theme
        if grid.picture is None:
            draw_counts(canvas, self.sheet, grid, place, most=self.most)
            if place.u < TILES_FROM:
                canvas.box(place.box, edge=theme.color("line"), width=0.8, height=FRAMES)
            return
        rows, cols = (samples(n) for n in grid.shape)
        outer = self.outer
        inside = ((rows >= outer.top) & (rows < outer.bottom))[:, None] & (
            (cols >= outer.left) & (cols < outer.right)
        )
        share = np.where(inside, 1.0, FADED)
        colors = mixed(grid.picture[np.ix_(rows, cols)] / 255, theme.color("paper"), share)
        canvas.image(np.rint(colors * 255).astype(np.uint8), place.box)

    def _color(self, i: int) -> Floats:
        """The color of a frame: from the first layer's to the output's."""
        theme, last = self.sheet.theme, len(self.grid.frames) - 1
        share = i / last if last else 1.0
        return mixed(theme.trio(Role.OUTPUT)[1], theme.trio(Role.INPUT)[1], share)

    def _frames(self, canvas: Canvas, place: Place) -> None:
        """Nested frames, each with a line to its name."""
        page, paper = self.sheet.page, canvas.theme.color("paper")
        measures: list[Measure] = list(self.sheet.scene.measures)
        size, pitch = page.note, 1.55 * page.note
        x = place.box.right + (6.0 if self.paper else 14.0)
        wanted = [place.top + frame.rect.top * place.u for frame in self.grid.frames]
        order = sorted(range(len(wanted)), key=lambda i: (wanted[i], -i))
        base = place.top + 0.4 * size
        for i in order:
            box = place.rect(self.grid.frames[i].rect)
            color = self._color(i)
            wide = 2.4 if i == len(wanted) - 1 else 1.7
            wide *= 0.6 if self.paper else 1.0
            canvas.box(box, radius=1.5, edge=paper, width=wide + 1.6, height=OUTLINES)
            canvas.box(box, radius=1.5, edge=color, width=wide, height=FRAMES)
            base = max(base, box.top + 0.36 * size)
            level = base - 0.36 * size
            corner = min(box.right, place.box.right)
            points = [(corner, box.top), (place.box.right + 2.0, box.top), (x, level)]
            if box.right >= place.box.right:
                points = points[1:]
            canvas.line(points, color, 0.8, alpha=0.9, height=FRAMES)
            line: Line = (Run(airy(measures[i].label), self._ink(color), SEMIBOLD),)
            room = self.names() - (x - place.box.right)
            fitted, lines = self.sheet.type.fit(line, size, room)
            for each in lines:
                canvas.words(x + 3.0, base, each, fitted)
                base += 1.2 * fitted
            base += pitch - 1.2 * fitted

    def _ink(self, color: Floats) -> Floats:
        """A color dark (in dark, light) enough for words."""
        theme = self.sheet.theme
        ink = theme.color("ink")
        for share in np.linspace(1.0, 0.0, 11):
            found = mixed(color, ink, float(share))
            if float(contrast(found, rgb(theme.tokens.paper))) >= 4.5:
                break
        return np.asarray(found)

    def _paths(self, canvas: Canvas, place: Place) -> None:
        """The field enlarged: a stronger color where more paths lead."""
        outer, theme, page = self.outer, canvas.theme, self.sheet.page
        field = part(self.grid, Rect(outer.top, outer.left, outer.bottom, outer.right))
        values = field.values
        draw_counts(canvas, self.sheet, field, place, most=self.most)
        green = theme.trio(Role.OUTPUT)[1]
        canvas.box(place.box.grown(1.5), radius=2.0, edge=green, width=1.6, height=FRAMES)
        line: Line = (Run("paths to each cell", theme.word(Role.OUTPUT), SEMIBOLD),)
        self._head(canvas, place, line)
        counts = values[values > 0].tolist() or [0]
        least, most = min(counts), max(counts)
        words = f"{amount(least)} to {amount(most)}" if most > least else f"{amount(most)} each"
        canvas.words(place.box.center[0], place.box.bottom + 1.5 * page.note, words, page.note,
                     anchor=0.5)  # fmt: skip


def amount(count: float) -> str:
    """A number of paths: 1,024, or 1.2e18."""
    if count < 10**7:
        return f"{count:,.0f}"
    mantissa, _, exponent = f"{count:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"
