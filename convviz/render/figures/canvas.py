"""A sheet in points, y down, on which diagrams draw; what it holds becomes layers of one figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Affine2DBase, CompositeAffine2D
from numpy.typing import ArrayLike, NDArray

from convviz.diagrams.scene import Role
from convviz.render.figures.marks import (
    Copies,
    Mark,
    Numbers,
    Raster,
    Shape,
    Words,
    polyline,
    rounded,
)
from convviz.render.figures.type import CAP_HEIGHT, REGULAR, Line, Run, Typeface
from convviz.render.style import Theme

Array = NDArray[Any]

BACK, TILES, PAINT, OUTLINES, ANCHORS, FRAMES, TEXT = range(7)
"""Heights of the layers."""


class Box(NamedTuple):
    """A rectangle in points, y down."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        """(x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def grown(self, by: float) -> Box:
        """The box with `by` more on all sides."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


class Placed(NamedTuple):
    """A text and where it stands, for those who ask whether texts fit.

    room: the cell that it has to stay in; None for words on the sheet.
    """

    text: str
    box: Box
    size: float
    room: Box | None


def to_inches(height: float) -> Affine2D:
    """From points, y down, to inches, y up, on a sheet of so many points."""
    return Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72)


def to_pixels(height: float, dpi: float) -> Affine2DBase:
    """From points, y down, to pixels, y up, on a sheet of so many points."""
    return CompositeAffine2D(to_inches(height), Affine2D().scale(dpi)).frozen()


MOST_SAMPLES = 2048
"""Rows or columns that a picture of a grid reads; more than a page has pixels."""


class Canvas:
    """A sheet of width × height points. Coordinates are points from its top left corner.

    layers: the marks of each height, in the order in which they came.
    grain:  pixels per point of the frames of a film; 0 for a picture.
    """

    def __init__(
        self, width: float, height: float, theme: Theme, typeface: Typeface, grain: float = 0.0
    ) -> None:
        self.width, self.height, self.theme, self.type = width, height, theme, typeface
        self.grain = grain
        self._words: list[Placed] = []
        self._numbers: list[tuple[Numbers, float]] = []
        self.layers: dict[int, list[Mark]] = {}

    def marks(self) -> list[Mark]:
        """All marks, in the order in which they are drawn."""
        return [mark for height in sorted(self.layers) for mark in self.layers[height]]

    @property
    def texts(self) -> list[Placed]:
        """Every text and number, and where it stands."""
        found = list(self._words)
        for mark, room in self._numbers:
            side = room / 2
            for label, (x, y) in zip(mark.labels, mark.centers.tolist(), strict=True):
                half = self.type.width(label, mark.size, mark.weight) / 2
                cap = CAP_HEIGHT * mark.size / 2
                box = Box(x - half, y - cap, x + half, y + cap)
                cell = Box(x - side, y - side, x + side, y + side) if room else None
                found.append(Placed(label, box, mark.size, cell))
        return found

    def finest(self, box: Box) -> tuple[int, int]:
        """The most rows and columns that a picture in `box` reads; of a film two per pixel."""
        high, wide = (
            2 * math.ceil(length * self.grain) if self.grain else MOST_SAMPLES
            for length in (box.height, box.width)
        )
        return min(high, MOST_SAMPLES), min(wide, MOST_SAMPLES)

    def add(self, mark: Mark, height: int) -> None:
        """Put a mark on the layer of that height."""
        self.layers.setdefault(height, []).append(mark)

    def take(self, part: Canvas) -> None:
        """Put all that `part` holds over what is there."""
        self._words += part._words
        self._numbers += part._numbers
        for height, marks in part.layers.items():
            self.layers.setdefault(height, []).extend(marks)

    # Cells: as many as an array has, one mark.

    def tiles(self, centers: Array, size: float, colors: Array, *, radius: float = 0.13) -> None:
        """Rounded squares. centers: (n, 2); radius: of their side, `size`; colors: (n, 3)."""
        if not len(centers):
            return
        half = size / 2
        outline = rounded(-half, -half, half, half, radius * size)
        self.add(Copies(outline, centers, faces=colors), TILES)

    def discs(self, centers: Array, diameter: float, colors: Array, *, height: int = TILES) -> None:
        """Filled circles. centers: (n, 2); colors: (n, 3)."""
        self.add(Copies(circle(diameter), centers, faces=colors), height)

    def rings(self, centers: Array, diameter: float, color: Array, width: float) -> None:
        """Dashed circles of one color."""
        self.pills(centers, diameter, diameter, edge=color, width=width)

    def pills(
        self,
        centers: Array,
        wide: float,
        high: float,
        *,
        faces: Array | None = None,
        edge: Array | None = None,
        width: float = 1.0,
    ) -> None:
        """Stadiums: filled, or dashed outlines of one color."""
        if not len(centers):
            return
        outline = rounded(-wide / 2, -high / 2, wide / 2, high / 2, min(wide, high) / 2)
        part = min(1.5, max(0.3, high / 21.7))
        dash = (2.2 * part, 2.0 * part) if edge is not None else None
        self.add(Copies(outline, centers, faces=faces, edge=edge, width=width, dash=dash), TILES)

    def hollows(self, centers: Array, size: float, color: Array, width: float = 1.1) -> None:
        """Outlined squares of one color."""
        if not len(centers):
            return
        half = size / 2
        outline = rounded(-half, -half, half, half, 0.13 * size)
        self.add(Copies(outline, centers, edge=color, width=width), TILES)

    def crosses(self, centers: Array, size: float, color: Array, width: float) -> None:
        """Diagonal crosses of one color."""
        if not len(centers):
            return
        half = size / 2
        corners = [(-half, -half), (half, half), (-half, half), (half, -half)]
        outline = Path(corners, [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO])
        self.add(Copies(outline, centers, edge=color, width=width), TILES)

    def numbers(
        self,
        labels: Sequence[str],
        centers: Array,
        size: float,
        colors: Array,
        *,
        weight: int = REGULAR,
        room: float = 0.0,
    ) -> None:
        """Labels centered by cap height. room: the side of the cell that each has to stay in."""
        mark = Numbers(tuple(labels), centers, size, colors, weight, self.type)
        self.add(mark, TEXT)
        self._numbers.append((mark, room))

    def image(self, pixels: Array, box: Box) -> None:
        """An array as a picture. pixels: (rows, cols, 3 or 4) of uint8."""
        self.add(Raster(pixels, box), TILES)

    # Single marks.

    def box(
        self,
        box: Box,
        *,
        radius: float = 0.0,
        face: ArrayLike | None = None,
        edge: ArrayLike | None = None,
        width: float = 1.0,
        alpha: float = 1.0,
        dash: tuple[float, float] | None = None,
        height: int = FRAMES,
    ) -> None:
        """A rectangle with rounded corners."""
        outline = rounded(*box, min(radius, box.width / 2, box.height / 2))
        self.add(Shape.of(outline, face, edge, width, alpha=alpha, dash=dash), height)

    def polygon(
        self,
        points: Sequence[tuple[float, float]],
        *,
        face: ArrayLike | None = None,
        edge: ArrayLike | None = None,
        width: float = 1.0,
        alpha: float = 1.0,
        height: int = BACK,
    ) -> None:
        """A closed polygon."""
        self.add(Shape.of(polyline(points, closed=True), face, edge, width, alpha=alpha), height)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        color: ArrayLike,
        width: float,
        *,
        dash: tuple[float, float] | None = None,
        alpha: float = 1.0,
        height: int = FRAMES,
    ) -> None:
        """A line through `points`."""
        self.add(Shape.of(polyline(points), None, color, width, alpha=alpha, dash=dash), height)

    def arrow(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        color: ArrayLike,
        width: float = 1.6,
        *,
        head: float = 8.0,
        dot: bool = False,
        height: int = FRAMES,
    ) -> None:
        """Data that moves: a shaft that stops inside a solid head; a dot where it starts."""
        (x0, y0), (x1, y1) = start, end
        length = float(np.hypot(x1 - x0, y1 - y0))
        head = min(head, 0.7 * length)
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        self.line(
            [start, (x1 - 0.7 * head * dx, y1 - 0.7 * head * dy)], color, width, height=height
        )
        self.head(end, (dx, dy), head, color, height=height)
        if dot:
            self.discs(np.array([start]), 3.2 * width, np.asarray(color)[None], height=height)

    def head(
        self,
        tip: tuple[float, float],
        direction: tuple[float, float],
        size: float,
        color: ArrayLike,
        *,
        height: int = FRAMES,
    ) -> None:
        """A solid triangle whose tip is at `tip`; length to width is 1 to 0.96."""
        (x, y), (dx, dy) = tip, direction
        back, half = (x - size * dx, y - size * dy), 0.48 * size
        corners = [tip, (back[0] - half * dy, back[1] + half * dx)]
        corners.append((back[0] + half * dy, back[1] - half * dx))
        self.polygon(corners, face=color, height=height)

    def curve(
        self, points: Sequence[tuple[float, float]], color: ArrayLike, width: float, *, height: int
    ) -> None:
        """One cubic Bézier: start, two controls, end."""
        codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
        path = Path(np.asarray(points, float), codes)
        self.add(Shape.of(path, None, color, width), height)

    # Words.

    def words(
        self,
        x: float,
        baseline: float,
        line: Line | str,
        size: float,
        *,
        anchor: float = 0.0,
        color: ArrayLike | None = None,
        weight: int = REGULAR,
        mono: bool = False,
    ) -> Box:
        """One line of runs on a baseline. anchor: where `x` is: 0 left, 0.5 middle, 1 right."""
        if isinstance(line, str):
            line = (Run(line, self.theme.word(Role.TEXT) if color is None else color, weight),)
        widths = [self.type.width(run.text, size, run.weight, mono=mono) for run in line]
        total = sum(widths)
        pen = left = x - anchor * total
        for run, width in zip(line, widths, strict=True):
            if run.text.strip():
                properties = self.type.properties(size, run.weight, mono=mono)
                # Some readers of SVG drop the blanks at the start of a text.
                blank = run.text[: len(run.text) - len(run.text.lstrip(" "))]
                start = pen + (self.type.width(blank, size, run.weight, mono=mono) if blank else 0)
                mark = Words(start, baseline, run.text.strip(" "), properties, run.color)
                self.add(mark, TEXT)
            pen += width
        box = Box(left, baseline - CAP_HEIGHT * size, left + total, baseline + 0.2 * size)
        text = "".join(run.text for run in line)
        if text.strip():
            self._words.append(Placed(text, box, size, None))
        return box

    def formula(self, x: float, baseline: float, line: Line, size: float) -> None:
        """One line of many short runs from `x` on: on a raster a path per color, not many texts."""
        pens = np.cumsum([0.0, *(self.type.width(run.text, size, run.weight) for run in line)]) + x
        middles = (pens[:-1] + pens[1:]) / 2
        y = baseline - CAP_HEIGHT / 2 * size
        for weight in sorted({run.weight for run in line}):
            chosen = [n for n, run in enumerate(line) if run.weight == weight and run.text.strip()]
            centers = np.column_stack([middles[chosen], np.full(len(chosen), y)])
            colors = np.array([np.asarray(line[n].color, float) for n in chosen]).reshape(-1, 3)
            labels = tuple(line[n].text for n in chosen)
            self.add(Numbers(labels, centers, size, colors, weight, self.type), TEXT)
        box = Box(x, baseline - CAP_HEIGHT * size, float(pens[-1]), baseline + 0.2 * size)
        self._words.append(Placed("".join(run.text for run in line), box, size, None))

    def paragraph(
        self,
        x: float,
        baseline: float,
        line: Line,
        size: float,
        width: float,
        *,
        anchor: float = 0.0,
        leading: float = 1.35,
    ) -> float:
        """`line` within `width`: shrunk, then wrapped. The baseline of its last line."""
        size, lines = self.type.fit(line, size, width)
        for i, runs in enumerate(lines):
            if i:
                baseline += leading * size
            self.words(x, baseline, trimmed(runs), size, anchor=anchor)
        return baseline

    def centered(self, x: float, y: float, text: str, size: float, **options: Any) -> Box:
        """One line centered on (x, y) by its cap height."""
        return self.words(x, y + CAP_HEIGHT * size / 2, text, size, anchor=0.5, **options)


def trimmed(line: Line) -> Line:
    """`line` without spaces at its ends."""
    runs = list(line)
    if runs:
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip(" "))
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip(" "))
    return tuple(runs)


def circle(diameter: float) -> Path:
    """A circle around the origin."""
    unit = Path.unit_circle()
    return Path(np.asarray(unit.vertices) * (diameter / 2), unit.codes)
