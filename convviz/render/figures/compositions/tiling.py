"""Circular padding as a crop of the endless tiling: the tiling, and the crop lifted out."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Array, ArrayCells, Grid, Rect, Role
from convviz.records import replace
from convviz.render.colors import ident_field, mixed
from convviz.render.figures.canvas import BACK, OUTLINES, Box, Canvas
from convviz.render.figures.compositions.parts import draw_title, lens
from convviz.render.figures.grids import (
    TILE,
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_frame,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD, Run

FRINGE = 0.9
"""Pitches of the tiling that are only hinted at, on each side."""
SHARES = {"light": (0.44, 0.36, 0.27, 0.11), "dark": (0.40, 0.32, 0.23, 0.09)}
"""How much of a copy stays one, two, three and more cells from the crop, and at the fringe."""
LARGER = 1.75
"""The pitch of the crop against that of the tiling, where there is room."""


class Tiling:
    """The tiling at the left, the padded input at the right; for lines and tall pages, below it."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        self.sheet = sheet
        self.tiling, self.padded = sheet.scene.bands[0][0], sheet.scene.bands[1][0]
        self.downward = self.tiling.shape[0] == 1 or sheet.page.narrow
        self.fringe = (0.0 if self.tiling.shape[0] == 1 else FRINGE, FRINGE)
        self.title = sheet.page.label + 8.0
        self.u = pitch(self.measure, width, height, sheet.page)
        self.width, self.height = self.measure(self.u)
        if not self.downward:
            self.width = min(width, self.width + 10.5 * self.u)

    def large(self, u: float) -> float:
        """The pitch of the crop."""
        rows, cols = self.padded.shape
        most = 370.0 / (rows + 0.7) if self.sheet.page.height is not None else 1e9
        wide = self.sheet.room / (cols + 1.0) if self.downward else 1e9
        return min(LARGER * u, max(u, most), max(u, wide), 60.0)

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height)."""
        rows, cols = self.tiling.shape
        wide, high = (cols + 2 * self.fringe[1]) * u, (rows + 2 * self.fringe[0]) * u
        large = self.large(u)
        crop = ((self.padded.shape[1] + 0.7) * large, (self.padded.shape[0] + 0.7) * large)
        if self.downward:
            gap = max(2.2 * u, 30.0)
            return max(wide, crop[0]), high + gap + crop[1] + self.title
        return wide + max(3.5 * u, 60.0) + crop[0], max(high, crop[1] + self.title)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw both, and the lens between them."""
        u, large = self.u, self.large(self.u)
        rows, cols = self.tiling.shape
        wide, high = (cols + 2 * self.fringe[1]) * u, (rows + 2 * self.fringe[0]) * u
        crop_wide = (self.padded.shape[1] + 0.7) * large
        crop_high = (self.padded.shape[0] + 0.7) * large
        if self.downward:
            tile_left = left + (self.width - wide) / 2
            tile_top = top
            crop_left = left + (self.width - crop_wide) / 2 + 0.35 * large
            crop_top = top + high + max(2.2 * u, 30.0) + 0.35 * large
            title = crop_top + crop_high - 0.35 * large + self.title - 4.0
        else:
            tile_left, tile_top = left, top + (self.height - high) / 2
            crop_left = left + self.width - crop_wide + 0.35 * large
            crop_top = top + (self.height - crop_high + self.title) / 2 + 0.35 * large
            title = crop_top - 0.35 * large - 9.0
        place = Place(tile_left + self.fringe[1] * u, tile_top + self.fringe[0] * u, u, rows, cols)
        crop = self._crop(canvas, place)
        result = Place(crop_left, crop_top, large, *self.padded.shape)
        frame = self._padded(canvas, result)
        color = canvas.theme.trio(Role.OUTPUT)[1]
        lens(canvas, crop, frame, color, alpha=0.10, downward=self.downward)
        words = f"the padded {' × '.join(map(str, self._shape()))}"
        strong = canvas.theme.word(Role.OUTPUT)
        line = (Run(words, strong, SEMIBOLD),)
        draw_title(canvas, self.sheet, line, frame.center[0], title, frame.width + 60.0)

    def _shape(self) -> tuple[int, ...]:
        return self.padded.shape[1:] if self.padded.shape[0] == 1 else self.padded.shape

    def _crop(self, canvas: Canvas, place: Place) -> Box:
        """The tiling, faded away from the crop, and the crop in its frame."""
        grid, u = self.tiling, place.u
        outer, inner = grid.frames
        if u >= TILES_FROM:
            self._repeats(canvas, place, outer.rect)
        else:
            draw_cells(canvas, grid, place, None)
        box = place.rect(outer.rect)
        frame = box.grown(0.14 * u)
        self._seams(canvas, place, inner.rect)
        paper = canvas.theme.color("paper")
        green = canvas.theme.trio(Role.OUTPUT)[1]
        if u >= TILES_FROM:
            canvas.box(frame, radius=0.25 * u, face=paper, height=BACK + 1)
            taken = np.isin(grid.all_roles, (Role.COPY, Role.INPUT))
            roles = np.where(taken, grid.all_roles, Role.EMPTY).astype(np.uint8)
            shown = replace(grid, roles=ArrayCells(roles))
            draw_cells(canvas, shown, place, self._digits(shown, u))
        canvas.box(frame, radius=0.25 * u, edge=green, width=min(3.0, max(1.2, 0.1 * u)))
        draw_frame(canvas, place, inner)
        return frame

    def _padded(self, canvas: Canvas, place: Place) -> Box:
        """The padded input, larger, in the same frame."""
        grid, u = self.padded, place.u
        draw_cells(canvas, grid, place, self._digits(grid, u))
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        box = place.box.grown(0.25 * u if u >= TILES_FROM else 3.0)
        green = canvas.theme.trio(Role.OUTPUT)[1]
        canvas.box(box, radius=0.3 * u, edge=green, width=min(3.2, max(1.2, 0.08 * u)))
        return box

    def _digits(self, grid: Grid, u: float) -> Digits | None:
        return Digits.readable(grid, self.sheet.type, u, self.sheet.page.least)

    def _repeats(self, canvas: Canvas, place: Place, crop: Rect) -> None:
        """The copies outside of the crop, and a fringe of one more cell without numbers."""
        grid, u, theme = self.tiling, place.u, canvas.theme
        assert grid.source is not None
        rows, cols = grid.shape
        high = 0 if rows == 1 else 1
        row, col = np.arange(-high, rows + high), np.arange(-1, cols + 1)
        # The tiling holds whole periods, so it goes on at the other end.
        colors = ident_field(grid.source[0][row % rows], grid.source[1][col % cols], grid.extent)
        down = np.maximum(np.maximum(crop.top - row, row - crop.bottom + 1), 0)
        across = np.maximum(np.maximum(crop.left - col, col - crop.right + 1), 0)
        distance = np.maximum(down[:, None], across)
        shares = np.array(SHARES[theme.name])
        share = shares[np.clip(distance - 1, 0, 2)]
        fringe = ((row < 0) | (row >= rows))[:, None] | ((col < 0) | (col >= cols))
        share[fringe] = shares[3]
        outside = distance > 0
        at_rows, at_cols = np.meshgrid(row, col, indexing="ij")
        shown = mixed(colors, theme.color("paper"), share)
        centers = place.centers(at_rows[outside], at_cols[outside])
        canvas.tiles(centers, TILE * u, shown[outside])
        digits = self._digits(grid, u)
        if digits is None:
            return
        written = outside & ~fringe
        texts = digits.texts[at_rows[written], at_cols[written]].tolist()
        ink = theme.color("ink")
        fade = np.array([0.66, 0.58, 0.48])[np.clip(distance[written] - 1, 0, 2)]
        inks = mixed(np.broadcast_to(ink, (len(texts), 3)), shown[written], fade)
        centers = place.centers(at_rows[written], at_cols[written])
        canvas.numbers(texts, centers, digits.disc * u, inks, room=TILE * u)

    def _seams(self, canvas: Canvas, place: Place, copy: Rect) -> None:
        """Dotted lines between copies."""
        color, u = canvas.theme.color("ink2"), place.u
        dash = (1.2, 2.0)
        box = place.box.grown(0.55 * u if u >= TILES_FROM else 0.0)
        width = min(1.0, max(0.5, 0.04 * u))
        for line in _multiples(copy.left, copy.right, place.cols):
            x = place.left + line * u
            ends = [(x, box.top), (x, box.bottom)]
            canvas.line(ends, color, width, dash=dash, height=BACK if u >= TILES_FROM else OUTLINES)
        if place.rows == 1:
            return
        for line in _multiples(copy.top, copy.bottom, place.rows):
            y = place.top + line * u
            ends = [(box.left, y), (box.right, y)]
            canvas.line(ends, color, width, dash=dash, height=BACK if u >= TILES_FROM else OUTLINES)


def _multiples(start: int, stop: int, total: int) -> Array:
    """The edges of copies along an axis whose middle copy is start … stop."""
    return np.arange(0, total + 1, max(1, stop - start))
