"""Which input cells one output cell depends on, exactly: borders and branches and all.

Along an axis, cells are runs: sorted (start, stop) pairs that do not touch. What a unit depends on
is a union of boxes, one run list per axis: layers are separable, so that one box stays one box;
only branches that come together add boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import prod
from typing import TypeAlias

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import Shape, times
from convviz.spec.network import INPUT, Join
from convviz.spec.reading import Gather, Reading, Same
from convviz.spec.trace import Row, Trace

Runs: TypeAlias = "tuple[tuple[int, int], ...]"
Box: TypeAlias = "tuple[Runs, ...]"

CELLS = 5_000_000
"""Most cells along an axis that are followed one by one."""

BOXES = 256
"""Most boxes that are kept apart."""


class Dependence(Record):
    """The input cells that `unit` of the output depends on.

    boxes: their union is exact. axes: per axis, all indices that occur.
    """

    unit: tuple[int, ...]
    boxes: tuple[Box, ...]
    axes: tuple[Runs, ...]

    @property
    def cells(self) -> int:
        """How many cells there are, over all axes together."""
        return covered(self.boxes)

    @property
    def rectangular(self) -> bool:
        """Whether the cells are every combination of the indices along the axes."""
        return self.cells == prod(length(runs) for runs in self.axes)


def depends(trace: Trace, unit: Sequence[int]) -> Dependence:
    """What the cell `unit` of the last output depends on.

    unit: one index per spatial axis of the output, 0-based.

    Raises SpecError: there is no such cell.
    """
    spatial = trace.output[1:]
    place = tuple(unit)
    if not spatial and len(place) <= 1:
        place = ()  # one of the features: it sees what all of them see
    elif len(place) != len(spatial):
        raise SpecError(
            f"the output {times(trace.output)} has {len(spatial)} spatial axes, not {len(place)}",
            "unit",
            ",".join(str(n // 2) for n in spatial) if spatial else "one index",
        )
    for axis, (index, size) in enumerate(zip(place, spatial, strict=True)):
        if index >= size:
            raise SpecError(
                f"index {index} is beyond axis {axis}, which has {size} cells",
                "unit",
                f"0 to {size - 1}",
            )
    start: Box = tuple(((index, index + 1),) for index in place)
    waiting: dict[int, list[Box]] = {len(trace.rows) - 1: [start]}
    for index in range(len(trace.rows) - 1, INPUT, -1):
        boxes = waiting.pop(index, [])
        row = trace.rows[index]
        for source, shape in zip(row.step.inputs, row.inputs, strict=True):
            held = waiting.setdefault(source, [])
            for box in boxes:
                add(held, box if isinstance(row.layer, Join) else back(row, box, shape))
    found = tuple(waiting.get(INPUT, []))
    ndim = len(trace.shape) - 1
    axes = tuple(united([box[axis] for box in found]) for axis in range(ndim))
    return Dependence(place, found, axes)


def back(row: Row, box: Box, shape: Shape) -> Box:
    """The cells of a layer's input that a box of its output depends on."""
    if len(row.reads) != len(box) or not row.reads:
        return tuple(((0, size),) for size in shape[1:])  # a mixed axis: everything
    return tuple(read_by(read, runs) for read, runs in zip(row.reads, box, strict=True))


def read_by(read: Reading, runs: Runs) -> Runs:
    """The input cells along one axis that `runs` of output cells read."""
    if isinstance(read, Same):
        return runs
    if isinstance(read, Gather):
        return gathered(read, runs)
    if length(runs) > CELLS:
        raise too_many()
    return joined(
        cell for start, stop in runs for unit in range(start, stop) for cell in read.cells(unit)
    )


def too_many() -> SpecError:
    """The error of windows that would have to be followed cell by cell, for very long."""
    return SpecError(f"more than {CELLS:,} cells along an axis would have to be followed", "unit")


def gathered(read: Gather, runs: Runs) -> Runs:
    """The cells under the windows of `runs`; whole runs at once where windows leave no gaps."""
    axis = read.axis
    found: list[tuple[int, int]] = []
    for start, stop in runs:
        first, last = axis.fine(start, 0), axis.fine(stop - 1, 0)
        gapless = axis.dilation == 1 and axis.stride <= axis.kernel
        if gapless or (axis.stride == 1 and axis.dilation <= stop - start):
            found.append((first, last + axis.reach))
        elif (stop - start if axis.stride > 1 else 1) * axis.kernel > CELLS:
            raise too_many()
        elif axis.stride == 1:
            taps = (tap * axis.dilation for tap in range(axis.kernel))
            found += [(first + tap, last + tap + 1) for tap in taps]
        else:
            found += [(cell, cell + 1) for unit in range(start, stop) for cell in axis.window(unit)]
    inside = [(max(a, 0), min(b, read.size)) for a, b in found]
    kept = [(a, b) for a, b in inside if a < b]
    source = read.mode.source if read.mode else None
    if source is not None:  # padding repeats cells: those it repeats are read
        outside = [(a, min(b, 0)) for a, b in found if a < 0]
        outside += [(max(a, read.size), b) for a, b in found if b > read.size]
        if length(tuple(outside)) > CELLS:
            raise too_many()
        repeated = {source(cell, read.size) for a, b in outside for cell in range(a, b)}
        kept += [(cell, cell + 1) for cell in repeated]
    return merged(kept)


def merged(spans: Iterable[tuple[int, int]]) -> Runs:
    """Spans as runs: sorted, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return tuple(found)


def joined(cells: Iterable[int]) -> Runs:
    """Cells as runs."""
    return merged((cell, cell + 1) for cell in set(cells))


def united(lists: Sequence[Runs]) -> Runs:
    """All the runs of several lists."""
    return merged(span for runs in lists for span in runs)


def length(runs: Runs) -> int:
    """How many cells the runs have."""
    return sum(stop - start for start, stop in runs)


def add(held: list[Box], box: Box) -> None:
    """Add a box, unless one that is held has all of it; drop those that it has all of.

    Raises SpecError: there are more boxes than are kept apart.
    """
    if any(not runs for runs in box):
        return
    if any(inside(box, other) for other in held):
        return
    held[:] = [other for other in held if not inside(other, box)]
    held.append(box)
    if len(held) > BOXES:
        raise SpecError(f"the branches see more than {BOXES} different regions", "unit")


def inside(box: Box, other: Box) -> bool:
    """Whether all of `box` is in `other`."""
    return all(within(mine, theirs) for mine, theirs in zip(box, other, strict=True))


def within(runs: Runs, others: Runs) -> bool:
    """Whether all cells of `runs` are among `others`."""
    place = 0
    for start, stop in runs:
        while place < len(others) and others[place][1] < stop:
            place += 1
        if place == len(others) or others[place][0] > start:
            return False
    return True


def covered(boxes: Sequence[Box]) -> int:
    """How many cells the boxes cover together.

    The axis that comes first is cut where any box begins or ends; between two cuts, the same boxes
    are there, and the rest of their axes are counted the same way.
    """
    if not boxes:
        return 0
    if not boxes[0]:
        return 1
    if len(boxes) == 1:
        return prod(length(runs) for runs in boxes[0])
    cuts = sorted({end for box in boxes for span in box[0] for end in span})
    total = 0
    for low, high in pairwise(cuts):
        there = [box[1:] for box in boxes if within(((low, high),), box[0])]
        if there:
            total += (high - low) * covered(list(dict.fromkeys(there)))
    return total
