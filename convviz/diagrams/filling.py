"""Padding in motion: around the input, line after line; first the columns, then whole rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.padding import grid_sides
from convviz.diagrams.planes import Side
from convviz.diagrams.scene import (
    Array,
    Computed,
    Grid,
    Index,
    Link,
    Role,
    Run,
    Scene,
    Selection,
)
from convviz.engine.account import Account
from convviz.records import Record, replace

Line: TypeAlias = tuple[int, int]
"""(axis of the plane, 0 rows and 1 columns; position on the padded axis)."""


class Filling(Record, eq=False):
    """The padded planes of one account, as far as `count` of their lines are filled."""

    rows: Side
    cols: Side
    lines: tuple[Line, ...]
    count: int

    @classmethod
    def of(cls, account: Account, count: int) -> Filling:
        """The filling of an account after `count` lines."""
        rows, cols = grid_sides(account)
        order = ((1, position) for position in outward(cols))
        more = ((0, position) for position in outward(rows))
        return cls(rows, cols, (*order, *more), count)

    def there(self, axis: int) -> NDArray[np.bool_]:
        """Which lines of an axis are filled, or belong to the input."""
        side = (self.rows, self.cols)[axis]
        found = side.inside(np.arange(side.total))
        found[[position for own, position in self.lines[: self.count] if own == axis]] = True
        return found

    def chosen(self) -> Selection | None:
        """The line that was filled last."""
        if not 0 < self.count <= len(self.lines):
            return None
        axis, position = self.lines[self.count - 1]
        rows, cols = (tuple(np.flatnonzero(self.there(a)).tolist()) for a in (0, 1))
        if axis == 0:
            return Selection((position,), cols, Role.FOCUS)
        return Selection(rows, (position,), Role.FOCUS)

    def grid(self, grid: Grid) -> Grid:
        """A plane as far as it is filled."""
        rows_there, cols_there = self.there(0), self.there(1)

        def roles(rows: Index, cols: Index) -> Array:
            there = np.logical_and.outer(rows_there[rows], cols_there[cols])
            return np.where(there, grid.roles.at(rows, cols), Role.PENDING).astype(np.uint8)

        return replace(grid, roles=Computed(grid.shape, roles), chosen=self.chosen())

    def shows(self, link: Link) -> bool:
        """Whether the column that a link leads to is filled."""
        return bool(self.there(1)[link.end[2]])


def outward(side: Side) -> list[int]:
    """The padded positions of an axis from the input outward, those before it first."""
    return [*reversed(range(side.before)), *range(side.before + side.size, side.padded)]


def steps(accounts: Sequence[Account]) -> int:
    """How many scenes there are: the input, each line of the widest padding, and all at rest."""
    lines = max(len(Filling.of(account, 0).lines) for account in accounts)
    return lines + 2 if lines else 1


def filling(still: Scene, accounts: Sequence[Account], count: int) -> Scene:
    """The scene of the padding of `accounts` after `count` lines of each."""
    fillings = [Filling.of(account, count) for account in accounts]
    bands = []
    filled_by: dict[str, Filling] = {}
    for number, band in enumerate(still.bands):
        grids = []
        for place, grid in enumerate(band):
            # A band is an account; one band holds all accounts that have a single plane each.
            mine = fillings[place if len(still.bands) == 1 < len(fillings) else number]
            filled_by[grid.key] = mine
            grids.append(mine.grid(grid))
        bands.append(tuple(grids))
    order = "first the columns, then whole rows" if fillings[0].rows.grown else "outward"
    return replace(
        still,
        bands=tuple(bands),
        links=tuple(link for link in still.links if filled_by[link.end[0]].shows(link)),
        subtitle=(*still.subtitle[:-1], Run(f".  Each axis is padded by itself: {order}.")),
    )
