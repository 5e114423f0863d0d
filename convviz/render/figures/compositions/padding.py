"""Padding: panels at one pitch, an arc from each source column to its copy."""

from __future__ import annotations

import math

import numpy as np

from convviz.diagrams.scene import Grid, Link, Omission
from convviz.render.colors import contrast, ident, rgb
from convviz.render.figures.canvas import FRAMES, Canvas
from convviz.render.figures.compositions.multiples import columns_of
from convviz.render.figures.compositions.panels import Caption, alike
from convviz.render.figures.compositions.parts import bounds
from convviz.render.figures.grids import (
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_choice,
    draw_frame,
)
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import Line

GAP, LEAST_GAP = 1.29, 10.0
"""The least distance of panels, in pitches and in points."""
ARC_START, ARC_HEAD = 0.25, 0.24


class Padding:
    """Panels in rows of equal length, as many in a row as let cells be largest."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        self.sheet, self.room = sheet, width
        self.grids = [grid for band in sheet.scene.bands for grid in band]
        several = len(self.grids) > 1
        letters = [
            chr(97 + i) if sheet.page.paper and several and i < 26 else ""
            for i in range(len(self.grids))
        ]
        self.captions = [
            Caption.of(sheet, grid, letter, self.found(grid))
            for grid, letter in zip(self.grids, letters, strict=True)
        ]
        self.rows = max(grid.shape[0] for grid in self.grids)
        self.cols = max(grid.shape[1] for grid in self.grids)
        self.links = {grid.key: self._links(grid) for grid in self.grids}
        self.over, self.beside = self.margins()
        self.omissions = self._omitted()
        count = len(self.grids)
        # On paper, where the content decides the height: one row, while numbers can be read.
        good = 14.3 if height is None else math.inf
        room = (width, height)
        self.u, self.columns = columns_of(count, self.measure, sheet, room, good=good)
        self.width, self.height = self.measure(self.u, self.columns)
        self.digits = self._digits()

    def margins(self) -> tuple[float, float]:
        """(above, at the left of) every panel: what its arcs need, in pitches."""
        company = self.sheet.company
        every = self.sheet.scene.links if company is None else company.links
        longest = max((_span(link) for link in every if link.kind == "copy"), default=0)
        return (ARC_START + arc_height(longest, 1.0) + 0.12 if longest else 0.0), 0.0

    def found(self, grid: Grid) -> Line:
        """What is found of a panel, below its name."""
        return ()

    def panel(self, canvas: Canvas, grid: Grid, place: Place, digits: Digits | None) -> None:
        """Draw one panel: cells, frames, arcs."""
        draw_cells(canvas, grid, place, digits)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        for link in self.links[grid.key]:
            draw_arc(canvas, grid, place, link)
        if grid.chosen is not None and place.u >= TILES_FROM:
            box, focus = place.rect(bounds(grid.chosen)), canvas.theme.color("focus")
            draw_choice(canvas, box, focus, place.u)

    @property
    def centered(self) -> float:
        """The share of spare rows that lie above a panel with fewer rows than others."""
        return 0.5

    def _left_out(self, canvas: Canvas, number: int, place: Place, gap: float) -> None:
        """How many planes are missing between this panel and the next."""
        omission = self.omissions.get(number)
        note = self.sheet.page.note
        if omission is None or gap < 4.0 * note:
            return
        x, y = place.box.right + gap / 2, place.box.center[1]
        for n, words in enumerate(("⋯", f"{omission.count} more")):
            canvas.words(x, y + 1.3 * note * n, words, note, anchor=0.5)

    def _links(self, grid: Grid) -> list[Link]:
        return [link for link in self.sheet.scene.links if link.start[0] == grid.key]

    def _omitted(self) -> dict[int, Omission]:
        """What is left out, by the panel that it follows."""
        bands, omitted = self.sheet.scene.bands, self.sheet.scene.omitted
        starts = [sum(map(len, bands[:n])) for n in range(len(bands))]
        return {starts[o.band] + o.place - 1: o for o in omitted if o.band < len(bands) and o.place}

    def _digits(self) -> list[Digits] | None:
        """The numbers of all panels, none where those of any would be too small."""
        least, face = self.sheet.page.least, self.sheet.type
        found = [Digits.readable(grid, face, self.u, least) for grid in self.grids]
        readable = [digits for digits in found if digits is not None]
        return readable if len(readable) == len(found) else None

    def gap(self, u: float, columns: int) -> float:
        """The distance of panels: they share what is left of a row."""
        if columns == 1:
            return 0.0
        spare = (self.room - columns * (self.cols + self.beside) * u) / (columns - 1)
        return min(max(GAP * u, 10.0, spare), max(2.5 * u, 90.0))

    def measure(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of all panels."""
        lines = math.ceil(len(self.grids) / columns)
        gap = max(GAP * u, 10.0)
        width = columns * (self.cols + self.beside) * u + (columns - 1) * gap
        words = self._word_room(u, columns)
        sizes = alike(self.captions, words)
        below = max(caption.measure(words, sizes) for caption in self.captions)
        height = lines * ((self.over + self.rows) * u + below) + (lines - 1) * max(0.9 * u, 12.0)
        return width, height

    def _word_room(self, u: float, columns: int) -> float:
        """The width of a panel's words: a part of the gap at both sides belongs to it."""
        share = 0.45 if self.sheet.page.paper else 0.85
        return max(self.cols * u + share * self.gap(u, columns), 40.0)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw all panels."""
        u, columns, gap = self.u, self.columns, self.gap(self.u, self.columns)
        words = self._word_room(u, columns)
        sizes = alike(self.captions, words)
        below = max(caption.measure(words, sizes) for caption in self.captions)
        one = (self.cols + self.beside) * u
        width = columns * one + (columns - 1) * gap
        left += (self.width - width) / 2 + self.beside * u
        step = (self.over + self.rows) * u + below + max(0.9 * u, 12.0)
        for i, (grid, caption) in enumerate(zip(self.grids, self.captions, strict=True)):
            line, column = divmod(i, columns)
            x = left + column * (one + gap) + (self.cols - grid.shape[1]) * u / 2
            y = top + line * step + self.over * u
            lower = (self.rows - grid.shape[0]) * u * self.centered
            place = Place(x, y + lower, u, *grid.shape)
            self.panel(canvas, grid, place, self.digits[i] if self.digits else None)
            caption.draw(canvas, x + grid.shape[1] * u / 2, y + self.rows * u, words, sizes)
            self._left_out(canvas, i, place, gap if column < columns - 1 else 0.0)


def _span(link: Link) -> int:
    return abs(link.start[2] - link.end[2])


def arc_height(columns: float, u: float) -> float:
    """How far an arc over so many columns rises: long ones stay low."""
    return float(0.40 * (columns * u) ** 0.78 * u**0.22)


def draw_arc(canvas: Canvas, grid: Grid, place: Place, link: Link) -> None:
    """A copy from one column to another, above the grid, in the color of what is copied."""
    u = place.u
    x0, _ = place.center(0, link.start[2])
    x1, _ = place.center(0, link.end[2])
    base = place.top - ARC_START * u
    rise = arc_height(_span(link), u) * 4 / 3
    color = column_color(canvas, grid, link.start[2])
    width = min(2.4, max(0.8, 0.047 * u))
    head = ARC_HEAD * u
    tip = base + 0.06 * u
    points = [(x0, base), (x0, base - rise), (x1, base - rise), (x1, tip - 0.7 * head)]
    canvas.curve(points, color, width, height=FRAMES)
    canvas.head((x1, tip), (0.0, 1.0), head, color)
    canvas.discs(np.array([[x0, base]]), 3.0 * width, color[None], height=FRAMES)


def column_color(canvas: Canvas, grid: Grid, col: int) -> np.ndarray:
    """The identity color of a column at a row where it stands out from the paper."""
    assert grid.source is not None
    _, cols = grid.extent
    paper = rgb(canvas.theme.tokens.paper)
    index = int(grid.source[1][col])
    steps = [0.33, 0.2, 0.1, 0.0] if canvas.theme.dark else [0.67, 0.8, 0.9, 1.0]
    for step in steps:
        color = ident(step * 99, index, 100, cols)
        if contrast(color, paper) >= 3.0:
            break
    return color
