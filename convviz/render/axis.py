"""What screens of one axis share: which of its cells fit, and how its rows are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid
from convviz.render import elision, inks
from convviz.render.arranging import Page
from convviz.render.sheets import Sheet, cols_order, elided_cols, extremes, sheets

Index = NDArray[np.intp]

Shape = tuple[Index, bool]
"""(columns that are shown, whether they are tight)."""


def shapes(page: Page, grid: Grid) -> Iterator[Shape]:
    """How the columns of an axis may be shown, the best first."""
    size = grid.shape[1]
    if page.manner.uncut or 2 * size <= page.width:
        yield np.arange(size), False
        yield np.arange(size), True
    if page.manner.uncut:
        return
    for each in range(page.width // 6, elision.KEPT - 1, -1):
        yield elided_cols(grid, each), False
    for each in range(elision.KEPT, 0, -1):
        yield elided_cols(grid, each), True


def first_fit(page: Page, grid: Grid, width: Callable[[Shape], int]) -> Shape:
    """The first shape that fits; if none does, the columns that matter most, tight."""
    shape: Shape = (np.zeros(1, dtype=np.intp), True)
    for candidate in shapes(page, grid):
        shape = candidate
        if width(shape) <= page.width:
            return shape
    if page.manner.uncut:
        return shape
    few = elision.greedy(cols_order(grid), lambda cols: width((cols, True)) <= page.width)
    return few, True


def whole_fit(page: Page, grid: Grid, width: Callable[[Shape], int]) -> Shape | None:
    """All columns, wide or tight; None if they do not fit."""
    size = grid.shape[1]
    if not page.manner.uncut and 2 * size > page.width:
        return None
    for tight in (False, True):
        if width((np.arange(size), tight)) <= page.width or (tight and page.manner.uncut):
            return np.arange(size), tight
    return None


def one(grid: Grid, page: Page, rows: Index, cols: Index) -> Sheet:
    """A grid alone, with a format of its own."""
    return sheets([grid], page.manner, [rows], [cols])[0]


def measured(grid: Grid, page: Page, rows: Index) -> Sheet:
    """A grid of which nothing is shown yet, written as all cells of these rows need."""
    values = grid.cells.at(rows, np.arange(grid.shape[1]))
    form = page.manner.format(values)
    width = max(len(page.manner.text(form.cell(value))) for value in extremes(values))
    return Sheet(grid, page.manner, rows, np.zeros(0, dtype=np.intp), form, width)


def name(grid: Grid) -> str:
    """The word of a grid's title."""
    return "".join(run.text for run in grid.title)


def name_style(grid: Grid) -> str:
    """The style of that word."""
    run = grid.title[0]
    return inks.style(run.role, bold=run.bold)
