"""What panels of one kind share: how many stand in a row, their letters, the words around them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from convviz.diagrams.scene import (
    Array,
    Computed,
    Frame,
    Grid,
    Index,
    Rect,
    Selection,
)
from convviz.records import Record
from convviz.render.figures.canvas import Canvas, trimmed
from convviz.render.figures.grids import TILES_FROM, Place, draw_frame
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import Line

MeasureColumns = Callable[[float, int], tuple[float, float]]
"""(pitch, panels in a row) → (width, height) of all panels, in points."""


def columns_of(
    count: int,
    measure: MeasureColumns,
    sheet: Sheet,
    room: tuple[float, float | None],
    *,
    good: float = math.inf,
) -> tuple[float, int]:
    """(pitch, panels in a row): what lets cells be largest; of equals, the most in a row.

    room: width, and height if there is one.
    good: points of a pitch that is large enough: the most in a row that reaches it.
    """
    width, height = room
    best = found = (-1.0, 0)
    for columns in range(count, 0, -1):
        rows = math.ceil(count / columns)
        if columns > 1 and ((rows - 1) * columns >= count or math.isinf(measure(0.0, columns)[0])):
            continue
        u = pitch(partial(_measured, measure, columns), width, height, sheet.page)
        if u >= good:
            return u, columns
        # A last row with gaps looks unfinished: it has to be worth it.
        worth = u if count % columns == 0 else 0.85 * u
        if worth > best[0] * 1.02:
            best, found = (worth, columns), (u, columns)
    return found


def _measured(measure: MeasureColumns, columns: int, u: float) -> tuple[float, float]:
    return measure(u, columns)


def letter(sheet: Sheet, number: int, count: int) -> str:
    """(a) on paper, where there are several panels."""
    return f"({chr(97 + number)})  " if sheet.page.paper and 1 < count <= 26 else ""


class Words(Record, eq=False):
    """Lines under each other, each shrunk and then wrapped to a width.

    lines: (runs, size, lead): lead is the distance from the line above to the cap height.
    """

    sheet: Sheet
    lines: tuple[tuple[Line, float, float], ...]

    def height(self, width: float) -> float:
        """From the top to the last baseline."""
        return self._flow(None, 0.0, 0.0, width, 0.0)

    def width(self) -> float:
        """Of the longest line, unbroken."""
        widths = [self.sheet.type.line_width(line, size) for line, size, _ in self.lines]
        return max(widths, default=0.0)

    def draw(
        self, canvas: Canvas, x: float, top: float, width: float, *, anchor: float = 0.5
    ) -> float:
        """Draw them; the last baseline."""
        return top + self._flow(canvas, x, top, width, anchor)

    def _flow(
        self, canvas: Canvas | None, x: float, top: float, width: float, anchor: float
    ) -> float:
        bottom = top
        for line, size, lead in self.lines:
            fitted, parts = self.sheet.type.fit(line, size, width)
            for i, part in enumerate(parts):
                bottom += (lead if i == 0 else 0.55 * fitted) + 0.73 * fitted
                if canvas is not None:
                    canvas.words(x, bottom, trimmed(part), fitted, anchor=anchor)
        return bottom - top


def part(grid: Grid, rect: Rect) -> Grid:
    """The cells of a grid inside `rect`, as a grid of their own."""
    shape = (rect.bottom - rect.top, rect.right - rect.left)
    if rect == Rect(0, 0, *grid.shape):
        return grid

    def cut(at: Callable[[Index, Index], Array]) -> Computed:
        return Computed(shape, lambda rows, cols: at(rows + rect.top, cols + rect.left))

    chosen = grid.chosen
    return Grid(
        key=grid.key,
        cells=cut(grid.cells.at),
        roles=cut(grid.roles.at),
        kind=grid.kind,
        title=grid.title,
        rule=grid.rule,
        frames=tuple(
            Frame(within(frame.rect, rect), frame.role, frame.double) for frame in grid.frames
        ),
        chosen=chosen
        and Selection(
            tuple(row - rect.top for row in chosen.rows),
            tuple(col - rect.left for col in chosen.cols),
            chosen.role,
        ),
        source=grid.source
        and (grid.source[0][rect.top : rect.bottom], grid.source[1][rect.left : rect.right]),
        extent=grid.extent,
        by_row=grid.by_row,
        which=grid.which and cut(grid.which.at),
        picture=None
        if grid.picture is None
        else grid.picture[rect.top : rect.bottom, rect.left : rect.right],
    )


def within(inner: Rect, outer: Rect) -> Rect:
    """`inner` in the indices of `outer`; an edge that is cut lies one cell outside."""
    top, left = max(inner.top - outer.top, -1), max(inner.left - outer.left, -1)
    bottom = min(inner.bottom - outer.top, outer.bottom - outer.top + 1)
    return Rect(top, left, bottom, min(inner.right - outer.left, outer.right - outer.left + 1))


def draw_open_frame(canvas: Canvas, place: Place, frame: Frame) -> None:
    """The line around the input, without the sides that lie outside of what is drawn."""
    rect = frame.rect
    sides = rect.top >= 0, rect.right <= place.cols, rect.bottom <= place.rows, rect.left >= 0
    if all(sides):
        draw_frame(canvas, place, frame)
        return
    u = place.u
    whole = Rect(max(rect.top, 0), max(rect.left, 0), min(rect.bottom, place.rows),
                 min(rect.right, place.cols))  # fmt: skip
    outset = 0.09 * u if u >= TILES_FROM else 0.5
    box = place.rect(whole)
    left, top = box.left - outset * sides[3], box.top - outset * sides[0]
    right, bottom = box.right + outset * sides[1], box.bottom + outset * sides[2]
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    color, width = canvas.theme.color("ink"), min(2.0, max(0.8, 0.055 * u))
    for i, shown in enumerate(sides):
        if shown:
            canvas.line([corners[i], corners[(i + 1) % 4]], color, width)


def around(start: int, stop: int, size: int, total: int) -> tuple[int, int]:
    """`total` cells of an axis of `size`, with start … stop in the middle as far as it goes."""
    total = min(size, max(total, stop - start))
    first = min(max(0, (start + stop - total) // 2), size - total)
    return first, first + total
