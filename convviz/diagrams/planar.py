"""Paths from one output unit down to a plane, over any branches: layers act axis by axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from convviz.diagrams.paths import EXACT, Counts, check_steps, taps
from convviz.diagrams.scene import Array, Index
from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import times
from convviz.spec.network import INPUT
from convviz.spec.reading import Reading
from convviz.spec.trace import Row

PLANE = 1 << 24
"""Cells of the largest plane that is held."""


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
    """Paths from `unit` of the last step over any branches: every layer acts axis by axis.

    Raises SpecError: larger planes than are held, or more steps than are followed.
    """
    largest = max((spatial, *(row.output[1:] for row in rows)), key=math.prod)
    if math.prod(largest) > PLANE:
        raise SpecError(
            f"paths to a plane of {times(largest)} cells: at most {PLANE:,} cells are held",
            accepted="a smaller input",
        )
    # Planes are large: each is made when a path first meets it, and let go when it is left.
    found: dict[int, Counts] = {}

    def plane_of(step: int) -> Counts:
        if step not in found:
            found[step] = np.zeros(spatial if step == INPUT else rows[step].output[1:])
        return found[step]

    plane_of(len(rows) - 1)[unit] = 1
    middles: list[tuple[int, ...]] = []
    steps = 0
    for i in range(len(rows) - 1, -1, -1):
        row, counts = rows[i], plane_of(i)
        del found[i]
        places = [
            np.flatnonzero(counts.any(axis=others(axis, counts.ndim)))
            for axis in range(counts.ndim)
        ]
        middles.append(tuple(int(p[(len(p) - 1) // 2]) if len(p) else 0 for p in places))
        if not all(len(p) for p in places):
            continue
        for branch in row.step.inputs:
            if not row.reads:
                plane_of(branch)[...] += counts
                continue
            near = counts[np.ix_(*places)]
            target: list[Index] = []
            for axis, reading in enumerate(row.reads):
                matrix, cells = _reading_matrix(reading, places[axis])
                steps += int(matrix.sum())
                check_steps(steps)
                near = np.moveaxis(np.tensordot(matrix, near, axes=(0, axis)), 0, axis)
                target.append(cells)
            if all(len(cells) for cells in target):
                plane_of(branch)[np.ix_(*target)] += near
    plane = plane_of(INPUT)
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
