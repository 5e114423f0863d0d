"""Paths from one output unit down to a plane, over any branches: layers act axis by axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams.paths import EXACT, Counts, taps
from convviz.diagrams.scene import Array, Index
from convviz.records import Record
from convviz.spec.network import INPUT
from convviz.spec.reading import Reading
from convviz.spec.trace import Row


class Planar(Record, eq=False):
    """Paths from one unit to every cell of the input's plane (3-D: summed over the depth).

    input:   (rows, cols); one row for 1-D.
    middles: per step, the middle one of the units that are reached.
    """

    input: Counts
    middles: tuple[tuple[int, ...], ...]

    @property
    def shown(self) -> Array:
        """`input` as integers while they are exact."""
        return self.input.astype(np.int64) if self.input.max(initial=0) < EXACT else self.input


def planar(rows: Sequence[Row], spatial: tuple[int, ...], unit: tuple[int, ...]) -> Planar:
    """Paths from `unit` of the last step over any branches: every layer acts axis by axis."""
    found: dict[int, Counts] = {i: np.zeros(row.output[1:]) for i, row in enumerate(rows)}
    found[INPUT] = np.zeros(spatial)
    found[len(rows) - 1][unit] = 1
    middles: list[tuple[int, ...]] = []
    for i in range(len(rows) - 1, -1, -1):
        row, counts = rows[i], found.pop(i)
        places = [
            np.flatnonzero(counts.any(axis=others(axis, counts.ndim)))
            for axis in range(counts.ndim)
        ]
        middles.append(tuple(int(p[(len(p) - 1) // 2]) if len(p) else 0 for p in places))
        if not all(len(p) for p in places):
            continue
        for branch in row.step.inputs:
            if not row.reads:
                found[branch] += counts
                continue
            near = counts[np.ix_(*places)]
            target: list[Index] = []
            for axis, reading in enumerate(row.reads):
                matrix, cells = _reading_matrix(reading, places[axis])
                near = np.moveaxis(np.tensordot(matrix, near, axes=(0, axis)), 0, axis)
                target.append(cells)
            if all(len(cells) for cells in target):
                found[branch][np.ix_(*target)] += near
    plane = found[INPUT]
    if plane.ndim == 1:
        plane = plane[None, :]
    elif plane.ndim == 3:
        plane = plane.sum(axis=0)
    return Planar(plane, tuple(reversed(middles)))


def others(axis: int, ndim: int) -> tuple[int, ...]:
    """All axes but one."""
    return tuple(other for other in range(ndim) if other != axis)


def _reading_matrix(reading: Reading, units: Index) -> tuple[Counts, Index]:
    """((unit, cell) counts, the cells) along one axis."""
    pairs = [(unit, inner) for unit, _, inner in taps(reading, units) if inner is not None]
    cells = np.unique(np.array([inner for _, inner in pairs], dtype=np.intp))
    matrix = np.zeros((len(units), len(cells)))
    if pairs:
        rows = np.searchsorted(units, [unit for unit, _ in pairs])
        cols = np.searchsorted(cells, [inner for _, inner in pairs])
        np.add.at(matrix, (rows, cols), 1)
    return matrix, cells
