"""Planes of a padded input as grids, at the cost of the cells that are shown.

A plane is two axes of an array (one, for 1-D, as a single row); the other indices are fixed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Computed,
    Frame,
    Index,
    Mark,
    Rect,
    Role,
    Ruler,
    Run,
    Text,
)
from convviz.diagrams.view import View
from convviz.engine.account import Account
from convviz.records import Record

PLANES = 4
HEAD = 2
"""More planes than PLANES: the first HEAD of them, and the last."""


class Side(Record):
    """One axis of a padded plane.

    size:   cells of the input. before: padding at its low end. total: cells that are shown.
    source: (total,): where each cell comes from; −1 where it is filled or beyond the padding.
    """

    size: int
    before: int
    padded: int
    total: int
    source: Index

    def inside(self, lines: Index) -> NDArray[np.bool_]:
        """Which of `lines` hold the input itself."""
        return (lines >= self.before) & (lines < self.before + self.size)

    @property
    def grown(self) -> bool:
        """Whether there is anything but the input."""
        return self.total != self.size


def side(account: Account, axis: int, total: int | None = None) -> Side:
    """The spatial `axis` of the padded input, of `total` cells where windows reach beyond it."""
    before, after = account.layer.padding[axis]
    size = account.spatial[axis]
    padded = before + size + after
    total = max(padded, total or 0)
    source = account.sources[axis]
    if total > padded:
        source = np.concatenate([source, np.full(total - padded, Mark.BEYOND, dtype=np.intp)])
    return Side(size, before, padded, total, source)


def single() -> Side:
    """The one row of a 1-D plane."""
    return Side(1, 0, 1, 1, np.zeros(1, dtype=np.intp))


def padded_cells(account: Account, lead: tuple[int, ...], rows: Side, cols: Side) -> Computed:
    """The values of a padded plane.

    lead: (sample, channel), and the padded depth in a volume. Beyond the padding stands a 0 that
          no one reads.
    """
    sample, channel, *depth = lead

    def values(at_rows: Index, at_cols: Index) -> Array:
        r, c = np.minimum(at_rows, rows.padded - 1), np.minimum(at_cols, cols.padded - 1)
        if len(account.spatial) == 1:
            return account.cells(sample, channel, c)[None, :].repeat(len(r), axis=0)
        if depth:
            last = len(account.sources[0]) - 1
            z = np.minimum(np.array(depth, dtype=np.intp), last)
            found: Array = account.cells(sample, channel, z, r, c)[0]
            return found
        return account.cells(sample, channel, r, c)

    return Computed((rows.total, cols.total), values)


def padded_roles(
    account: Account,
    rows: Side,
    cols: Side,
    *,
    filled: bool = False,
    beyond: bool = False,
    unread: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
) -> Computed:
    """INPUT, COPY or FILL, BEYOND, UNREAD for each cell of a padded plane.

    filled: the whole plane is padding; beyond: it lies outside even of that.
    unread: the rows and columns that no window meets.
    """
    if beyond:
        return uniform((rows.total, cols.total), Role.BEYOND)
    padding = Role.FILL if account.mode.fills else Role.COPY

    def roles(at_rows: Index, at_cols: Index) -> Array:
        original = np.logical_and.outer(rows.inside(at_rows), cols.inside(at_cols)) & (not filled)
        found = np.where(original, np.uint8(Role.INPUT), np.uint8(padding))
        if unread is not None:
            found[unread[0][at_rows], :] = Role.UNREAD
            found[:, unread[1][at_cols]] = Role.UNREAD
        found[at_rows >= rows.padded, :] = Role.BEYOND
        found[:, at_cols >= cols.padded] = Role.BEYOND
        return found

    return Computed((rows.total, cols.total), roles)


def frames(rows: Side, cols: Side) -> tuple[Frame, ...]:
    """A frame around the input, if there is anything else."""
    if not rows.grown and not cols.grown:
        return ()
    return (
        Frame(Rect(rows.before, cols.before, rows.before + rows.size, cols.before + cols.size)),
    )


def source_ruler(word: str, axis: Side, *, window: Index | None = None) -> Ruler:
    """The source of every line. Padded entries lead; with `window` its lines do instead."""
    if window is None:
        roles = np.full(axis.total, Role.TEXT, dtype=np.uint8)
        roles[axis.before : axis.before + axis.size] = Role.MUTED
        bold = np.zeros(axis.total, dtype=bool)
    else:
        bold = np.zeros(axis.total, dtype=bool)
        bold[window] = True
        roles = np.where(bold, Role.TEXT, Role.MUTED).astype(np.uint8)
    return Ruler(word, axis.source, roles, bold)


def index_ruler(word: str, size: int, role: Role, current: int | None = None) -> Ruler:
    """0, 1, 2 … along an axis; the `current` index leads."""
    labels = np.arange(size, dtype=np.intp)
    return Ruler(word, labels, np.full(size, role, dtype=np.uint8), labels == current)


def whole(array: Array, role: Role) -> tuple[ArrayCells, Computed]:
    """(cells, roles) of a plane that is all one thing."""
    return ArrayCells(array), uniform((array.shape[0], array.shape[1]), role)


def uniform(shape: tuple[int, int], role: Role) -> Computed:
    """The same role everywhere."""
    return Computed(shape, lambda rows, cols: np.full((len(rows), len(cols)), role, dtype=np.uint8))


def plane_of(array: Array) -> Array:
    """A 1-D plane as one row; others as they are."""
    return array[None, :] if array.ndim == 1 else array


def plane_name(account: Account, sample: int, channel: int, channels: int) -> str:
    """As much as there is to tell apart: "sample 0, channel 1"."""
    words = []
    if account.lead == 2 or account.input.shape[0] > 1:
        words.append(f"sample {sample}")
    if channels > 1 or account.lead:
        words.append(f"channel {channel}")
    return ", ".join(words)


def depth_name(position: int, source: int) -> str:
    """A plane of a padded volume and where it comes from: "depth 0, from 2"."""
    return f"depth {position}, filled" if source < 0 else f"depth {position}, from {source}"


def kept(count: int, view: View, limit: int = PLANES, head: int = HEAD) -> tuple[list[int], int]:
    """Which of `count` planes are shown, and how many are left out before the last of them."""
    if view.full or count <= limit:
        return list(range(count)), 0
    return [*range(head), count - 1], count - head - 1


def title(text: str, role: Role, rest: str = "") -> Text:
    """A grid's title: its word in its role, then the rest, plain."""
    return (Run(text, role, bold=True), *((Run(rest, role),) if rest else ()))


def plane(account: Account, number: int) -> tuple[tuple[int, ...], str]:
    """((sample, channel[, padded depth]), name) of the plane `number` of a padded input."""
    samples, channels = account.input.shape[:2]
    if len(account.spatial) < 3:
        sample, channel = np.unravel_index(number, (samples, channels))
        lead = (int(sample), int(channel))
        return lead, plane_name(account, *lead, channels)
    sources = account.sources[0]
    sample, channel, depth = np.unravel_index(number, (samples, channels, len(sources)))
    lead = (int(sample), int(channel))
    words = (plane_name(account, *lead, channels), depth_name(int(depth), int(sources[depth])))
    return (*lead, int(depth)), ", ".join(filter(None, words))
