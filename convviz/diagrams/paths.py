"""Paths from one output unit down to the input: how many ways there are to reach each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Array
from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import amount
from convviz.spec.field import POINT, Field
from convviz.spec.geometry import Axis
from convviz.spec.network import INPUT
from convviz.spec.reading import Gather, Reading, Same
from convviz.spec.trace import Row, Trace

Counts = NDArray[np.float64]

STEPS = 400_000
"""Steps from a cell to a cell below it that are followed, at most."""

CELLS = 4_000_000
"""Cells of all layers along one axis that are held, at most."""

EXACT = 2.0**53
"""Beyond it a count is no longer exact in float64."""


class Level(Record, eq=False):
    """One row of cells along an axis: the input, or what a layer that looks around puts out.

    rows:    the steps it stands for: the layer that makes it, then those that act cell by cell;
             () for the input.
    size:    its cells. before, after: the padding that the next level reads, in cells.
    fills:   padded cells hold a constant; else they repeat a cell.
    counts:  (before + size + after,): paths from the unit to each cell. A path to a padded cell
             that repeats another goes on there, and is counted there too.
    field:   where its cells look in the input. Below: the level that it reads.
    links:   (cell, cell below, padded ones counted) of every path; empty for the input.
    """

    rows: tuple[Row, ...]
    size: int
    before: int
    after: int
    fills: bool
    counts: Counts
    field: Field
    links: tuple[tuple[int, int], ...] = ()

    @property
    def shown(self) -> Array:
        """`counts` as integers while they are exact."""
        return self.counts.astype(np.int64) if self.counts.max(initial=0) < EXACT else self.counts

    @property
    def inside(self) -> slice:
        """The cells that are not padding."""
        return slice(self.before, self.before + self.size)

    @property
    def copied(self) -> bool:
        """Whether some path meets padding that repeats a cell."""
        inner = self.counts[self.inside]
        return not self.fills and bool(self.counts.sum() > inner.sum())

    @property
    def span(self) -> tuple[int, int]:
        """From the first to the last cell that is reached, as a half-open range."""
        met = np.flatnonzero(self.counts[self.inside])
        return (int(met[0]), int(met[-1]) + 1) if met.size else (0, 0)


def is_chain(trace: Trace) -> bool:
    """Whether every layer takes the output of the one before."""
    return all(row.step.inputs == (i - 1,) for i, row in enumerate(trace.rows))


def spatial_rows(trace: Trace) -> tuple[Row, ...]:
    """The layers up to the last that still has the input's axes.

    Raises SpecError: not even the first has.
    """
    found = []
    for row in trace.rows:
        if row.fields is None:
            break
        found.append(row)
    if not found:
        raise SpecError(
            f"{trace.rows[0].layer.short} mixes all cells: one output unit sees the whole input",
            remedy="a receptive field needs a layer that keeps the axes of its input",
        )
    return tuple(found)


def reaching(rows: Sequence[Row], size: int, axis: int, unit: int) -> dict[int, Counts]:
    """Paths from `unit` of the last step to the cells of every step's output, padding left out.

    size: cells of the input, whose counts have the key INPUT. Branches add up.

    Raises SpecError: layers of more cells, or more steps than are followed.
    """
    cells = size + sum(row.output[1 + axis] for row in rows)
    if cells > CELLS:
        raise SpecError(
            f"the layers have {amount(cells)} cells along one axis: at most {CELLS:,} are held",
            accepted="a smaller input, or fewer layers",
        )
    steps = 0
    last = len(rows) - 1
    found: dict[int, Counts] = {i: np.zeros(row.output[1 + axis]) for i, row in enumerate(rows)} | {
        INPUT: np.zeros(size)
    }
    found[last][unit] = 1
    for i in range(last, -1, -1):
        row, counts = rows[i], found[i]
        for branch in row.step.inputs:
            if not row.reads:  # branches that come together, cell by cell
                found[branch] += counts
                continue
            for cell, _, inner in taps(row.reads[axis], np.flatnonzero(counts)):
                steps += 1
                check_steps(steps)
                if inner is not None:
                    found[branch][inner] += counts[cell]
    return found


def check_steps(steps: int) -> None:
    """Refuse to follow more steps from cell to cell."""
    if steps > STEPS:
        raise SpecError(
            f"the paths to one output unit take more than {STEPS:,} steps from cell to cell",
            accepted="fewer layers, or smaller kernels",
        )


def taps(reading: Reading, units: NDArray[np.intp]) -> Iterator[tuple[int, int, int | None]]:
    """(unit, cell as on an endless axis, cell of the input or None) for all that `units` read."""
    if not isinstance(reading, Gather):
        for unit in units.tolist():
            for cell in reading.cells(unit):
                yield unit, cell, cell
        return
    source = reading.mode.source if reading.mode is not None else None
    for unit in units.tolist():
        for cell in reading.axis.window(unit):
            if 0 <= cell < reading.size:
                yield unit, cell, cell
            else:
                yield unit, cell, None if source is None else source(cell, reading.size)


def levels(trace: Trace, axis: int, unit: int) -> tuple[Level, ...]:
    """The input and what every layer that looks around puts out, down which `unit` is traced.

    Raises SpecError: branches, which one row per layer cannot show.
    """
    if not is_chain(trace):
        raise SpecError("the network has branches: one row per layer shows a chain alone")
    rows = spatial_rows(trace)
    chain = _Chain(rows, axis, reaching(rows, trace.shape[1 + axis], axis, unit))
    return tuple(chain.level(number) for number in range(len(chain.groups) + 1))


class _Chain(Record):
    """The steps of a chain, cut where a layer looks around. Level 0 is the input."""

    rows: tuple[Row, ...]
    axis: int
    counts: dict[int, Counts]

    @cached_property
    def groups(self) -> tuple[range, ...]:
        """The steps of each level above the input."""
        starts = [0] + [
            i for i, row in enumerate(self.rows) if i and looks_around(row.reads[self.axis])
        ]
        return tuple(map(range, starts, [*starts[1:], len(self.rows)]))

    def own(self, number: int) -> Counts:
        """Paths to the cells of a level, padding left out."""
        return self.counts[self.groups[number - 1][-1] if number else INPUT]

    def met(self, number: int) -> list[tuple[int, int]]:
        """(cell of a level, cell of the level below) of every path between them."""
        first = self.groups[number - 1][0]
        reading = self.rows[first].reads[self.axis]
        units = np.flatnonzero(self.counts[first])
        return [(unit, cell) for unit, cell, _ in taps(reading, units)]

    def padding(self, number: int) -> tuple[int, int, bool]:
        """(before, after, whether it is filled): what the level above lays around a level."""
        if number == len(self.groups):
            return 0, 0, True
        first = self.groups[number][0]
        reading = self.rows[first].reads[self.axis]
        if not isinstance(reading, Gather):
            return 0, 0, True
        beyond = reading.axis.window(len(self.counts[first]) - 1).stop - reading.size
        fills = reading.mode is None or reading.mode.source is None
        return reading.axis.before, max(reading.axis.after, beyond), fills

    def level(self, number: int) -> Level:
        """One row of cells."""
        own = self.own(number)
        before, after, fills = self.padding(number)
        counts = np.concatenate([np.zeros(before), own, np.zeros(after)])
        if number < len(self.groups):
            above = self.counts[self.groups[number][0]]
            for unit, cell in self.met(number + 1):
                if not 0 <= cell < len(own):
                    counts[cell + before] += above[unit]
        if number == 0:
            return Level((), len(own), before, after, fills, counts, POINT)
        below = self.padding(number - 1)[0]
        group = self.groups[number - 1]
        fields = self.rows[group[-1]].fields
        assert fields is not None, "spatial_rows stops before"
        links = tuple((unit + before, cell + below) for unit, cell in self.met(number))
        rows = tuple(self.rows[i] for i in group)
        return Level(rows, len(own), before, after, fills, counts, fields[self.axis], links)


def looks_around(reading: Reading) -> bool:
    """Whether an output cell reads anything but the cell in its own place."""
    if isinstance(reading, Gather):
        return reading.axis != Axis(1)
    return not isinstance(reading, Same)
