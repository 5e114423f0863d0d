"""What of a grid is shown, and its numbers as text: one format and one width for all compared."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Mark, Role, Ruler
from convviz.records import Record
from convviz.render import elision
from convviz.render.numbers import Format
from convviz.render.stream import Stream

Array = NDArray[Any]
Index = NDArray[np.intp]

MARKS = {
    Mark.NO_SOURCE: "·",
    Mark.BLANK: "",
    Mark.BEYOND: "–",
    Mark.UNREAD: "✗",
    Mark.CROPPED: "−",
    Mark.KEPT: "+",
}
STARTS = {"top": "▼", "left": "►"}
AT_ONCE = 1 << 16
"""Values that are searched at once for those that take the most cells to write."""


class Manner(Record):
    """How grids are written on this screen.

    identity: cells wear the color of their source. full: nothing is elided.
    precision: decimals where numbers are not whole; None: as many as they need.
    kept: rows that are kept at the ends, at frames and around the window; None: all but of many.
    short: numbers are rounded, because not one of them fits the width.
    """

    stream: Stream
    identity: bool = False
    full: bool = False
    precision: int | None = None
    kept: int | None = None
    short: bool = False

    def format(self, values: Array) -> Format:
        """How the numbers of a grid are written."""
        return Format.short(values) if self.short else Format.of(values, self.precision)

    @property
    def uncut(self) -> bool:
        """Whether rows of a grid are never cut for width."""
        return self.full or self.stream.piped

    def text(self, text: str) -> str:
        """`text` in the glyphs of the stream."""
        return self.stream.text(text)


class Sheet(Record, eq=False):
    """A grid with the lines of it that are shown, and its numbers as text.

    rows, cols: the grid indices that are shown. width: cells of the widest label.
    """

    grid: Grid
    manner: Manner
    rows: Index
    cols: Index
    format: Format
    width: int = 0

    @cached_property
    def values(self) -> Array:
        """(rows, cols): the values that are shown."""
        return self.grid.cells.at(self.rows, self.cols)

    @cached_property
    def roles(self) -> Array:
        """(rows, cols): their roles."""
        return self.grid.roles.at(self.rows, self.cols)

    @cached_property
    def texts(self) -> list[list[str]]:
        """(rows, cols): their texts."""
        text, cell = self.manner.text, self.format.cell
        dot = text("·")
        instead = {
            int(Role.EMPTY): "",
            int(Role.BEYOND): text("–"),
            int(Role.PENDING): dot,
            int(Role.ZERO): dot,
        }
        return [
            [
                instead[role] if role in instead else text(cell(value))
                for value, role in zip(values, roles, strict=True)
            ]
            for values, roles in zip(self.values, self.roles.tolist(), strict=True)
        ]

    @property
    def mark(self) -> int:
        """Cells of the mark column."""
        return 0 if self.grid.marks is None else 1

    def widest(self) -> int:
        """The widest label: values, and rulers above and below."""
        found = [1]
        found += [len(text) for row in self.texts for text in row]
        for ruler in (*self.grid.top, *self.grid.bottom):
            found += [len(label(ruler, int(n), "top", self.manner)) for n in self.cols]
        return max(found)


def sheets(
    grids: Sequence[Grid], manner: Manner, rows: Sequence[Index], cols: Sequence[Index]
) -> list[Sheet]:
    """Sheets of grids that are compared: one format and one width for all."""
    plain = [
        Sheet(grid, manner, r, c, Format()) for grid, r, c in zip(grids, rows, cols, strict=True)
    ]
    skipped = [Role.EMPTY, Role.BEYOND, Role.PENDING, Role.ZERO]
    numbers = [sheet.values[~np.isin(sheet.roles, skipped)] for sheet in plain]
    others = [grid.others for grid in grids if grid.others is not None]
    form = manner.format(np.concatenate([*numbers, *others]))
    ready = [Sheet(s.grid, manner, s.rows, s.cols, form) if form != s.format else s for s in plain]
    ends = [form.cell(value) for values in others for value in extremes(values)]
    width = max(*(sheet.widest() for sheet in ready), *map(len, map(manner.text, ends)), 1)
    return [widened(sheet, width) for sheet in ready]


def extremes(values: Array) -> Array:
    """The few of `values` that take the most cells to write."""
    if values.size > AT_ONCE:
        flat = values.ravel()
        starts = range(0, flat.size, AT_ONCE)
        return extremes(np.concatenate([extremes(flat[n : n + AT_ONCE]) for n in starts]))
    finite = values[np.isfinite(values)]
    some = finite[finite != 0]
    ends = [part for part in (finite, some[some < 0], some[some > 0]) if part.size]
    picked = [pick(part) for part in ends for pick in (np.min, np.max)]
    strange = values[~np.isfinite(values)]
    return np.array([*picked, *(np.unique(strange) if strange.size else ())], dtype=values.dtype)


def widened(sheet: Sheet, width: int) -> Sheet:
    """`sheet` with labels of `width` cells."""
    wide = Sheet(sheet.grid, sheet.manner, sheet.rows, sheet.cols, sheet.format, width)
    for name in ("values", "roles", "texts"):
        if name in sheet.__dict__:
            wide.__dict__[name] = sheet.__dict__[name]
    return wide


def label(ruler: Ruler, line: int, edge: str, manner: Manner) -> str:
    """What a ruler says at one line."""
    number = int(ruler.labels[line])
    if number < 0:
        return manner.text(MARKS[Mark(number)])
    return manner.text(f"{number}{STARTS[edge]}" if ruler.starts else str(number))


def shown_rows(grid: Grid, manner: Manner) -> Index:
    """The rows that are shown: all, or both ends and what matters."""
    size = grid.shape[0]
    if manner.full or (manner.kept is None and size <= elision.ROWS):
        return np.arange(size)
    places, cells = elision.edges(
        size,
        [edge for f in grid.frames for edge in (f.rect.top, f.rect.bottom)],
        grid.chosen.rows if grid.chosen else (),
    )
    return elision.kept(size, places, cells, manner.kept or elision.KEPT)


def elided_cols(grid: Grid, each: int) -> Index:
    """The columns that are shown when `each` are kept on both sides of what matters."""
    places, cells = elision.edges(
        grid.shape[1],
        [edge for f in grid.frames for edge in (f.rect.left, f.rect.right)],
        grid.chosen.cols if grid.chosen else (),
    )
    return elision.kept(grid.shape[1], places, cells, each)


def cols_order(grid: Grid) -> list[int]:
    """Columns in the order in which they matter."""
    return elision.order(
        grid.shape[1],
        [(frame.rect.left, frame.rect.right) for frame in grid.frames],
        grid.chosen.cols if grid.chosen else (),
    )
