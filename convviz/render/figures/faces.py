"""What color a cell wears: by identity, which one it is, or else by role, what it is."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Role
from convviz.render.colors import count_ramp, ident, ident_field, kernel_ramp, stepped, value_ramp
from convviz.render.style import Theme

Array = NDArray[Any]


def face_colors(
    grid: Grid, theme: Theme, values: Array, rows: Array, cols: Array, every: Array | None = None
) -> Array:
    """(len(rows), len(cols), 3): the fill of cells: by identity if there is one, else by role.

    every: values of an input that share the ramp with these; None: these alone.
    """
    roles = np.asarray(grid.roles.at(rows, cols))
    painted, known = identity(grid, rows, cols)
    if known.any():
        known = known & ~among(roles, NAMELESS)
        if known.all():
            return np.array(painted) if painted.base is not None else painted
    colors = np.where(known[..., None], painted, theme.color("panel"))
    for kind in np.unique(roles[~known]).tolist():
        chosen = (roles == kind) & ~known
        picked = np.asarray(values[chosen], float)
        shared = values if every is None else every
        colors[chosen] = _by_role(Role(kind), theme, picked, shared, grid.others)
    return colors


NAMELESS = (Role.FILL, Role.EMPTY, Role.UNREAD, Role.HOLE, Role.BEYOND, Role.ZERO)
"""Cells that wear no identity, wherever they lie."""


def among(roles: Array, kinds: tuple[Role, ...]) -> Array:
    """Where `roles` are one of `kinds`: one lookup, which is all that small grids should cost."""
    found: Array = _members(kinds)[roles]
    return found


@cache
def _members(kinds: tuple[Role, ...]) -> Array:
    """(number of roles,): whether each is one of `kinds`."""
    return np.isin(np.arange(max(Role) + 1), kinds)


def identity(grid: Grid, rows: Array, cols: Array) -> tuple[Array, Array]:
    """((len(rows), len(cols), 3), (len(rows), len(cols))): identity colors, and where they hold."""
    if grid.which is not None:
        which = np.asarray(grid.which.at(rows, cols))
        row, col = np.divmod(np.maximum(which, 0), grid.extent[1])
        return ident(row, col, *grid.extent), which >= 0
    shape = (len(rows), len(cols))
    if grid.source is None:
        return np.zeros((*shape, 3)), np.zeros(shape, dtype=bool)
    if grid.by_row:
        own = ident(grid.source[0][rows], grid.source[1][rows], *grid.extent)
        return np.broadcast_to(own[:, None], (*shape, 3)), np.ones(shape, dtype=bool)
    row_ids, col_ids = grid.source[0][rows], grid.source[1][cols]
    painted = ident_field(np.maximum(row_ids, 0), np.maximum(col_ids, 0), grid.extent)
    return painted, (row_ids >= 0)[:, None] & (col_ids >= 0)


def _by_role(role: Role, theme: Theme, picked: Array, values: Array, others: Array | None) -> Array:
    """(n, 3): fills of the `picked` cells of one role.

    values: those that share the ramp of an input. others: those that share the ramp of a count.
    """
    if role in (Role.INPUT, Role.COPY):
        return stepped(value_ramp, _share(picked, values), theme.name)
    if role == Role.KERNEL:
        return kernel_ramp(_size(picked), theme.name)
    if role == Role.COUNT:
        every = picked if others is None else others
        # Counts are few, however many cells have them.
        counts, place = np.unique(picked, return_inverse=True)
        ramp = count_ramp(counts, max(float(every.max(initial=1)), 1), theme.name)
        return np.asarray(ramp[place])
    tints = {Role.OUTPUT: 0, Role.SUM: 0, Role.HOLE: 0, Role.STAMP: 0}
    color = theme.trio(role)[tints[role]] if role in tints else theme.color("panel")
    return np.broadcast_to(color, (len(picked), 3))


def value_share(values: Array) -> Array:
    """Where each of `values` lies between the smallest and the largest of them, 0 … 1."""
    return _share(np.asarray(values, float), values)


def ends(values: Array) -> Array:
    """The smallest and the largest finite value, which are all that a ramp needs to know."""
    every = np.asarray(values)
    finite = every[np.isfinite(every)]
    return np.array([finite.min(), finite.max()]) if finite.size else finite


def _share(picked: Array, values: Array) -> Array:
    """Where values lie between the smallest and the largest that is finite, 0 … 1."""
    every = np.asarray(values, float)
    finite = every[np.isfinite(every)]
    if not finite.size or finite.max() == finite.min():
        return np.where(np.isfinite(picked), 0.35, 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        t = (picked / 2 - finite.min() / 2) / (finite.max() / 2 - finite.min() / 2)
    return np.asarray(np.nan_to_num(t, nan=0.0, posinf=1.0, neginf=0.0))


def _size(picked: Array) -> Array:
    """The size of values against the largest, 0 … 1."""
    sizes = np.abs(picked)
    finite = sizes[np.isfinite(sizes)]
    most = finite.max(initial=0.0)
    if most == 0:
        return np.zeros(sizes.shape)
    return np.asarray(np.clip(np.nan_to_num(sizes / most, nan=0.0, posinf=1.0), 0, 1))
