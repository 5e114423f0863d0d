"""One axis of a layer that gathers: its windows on the padded input, and which cells none meets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.planes import Side
from convviz.diagrams.scene import Index, Mark, Role, Ruler
from convviz.records import Record
from convviz.spec.geometry import Axis


class Sight(Record, eq=False):
    """One axis as seen on the padded input.

    side:   the padded axis, as far as windows reach. count: windows on it.
    window: the padded cells under the chosen output's taps. unread: which cells no window meets.
    """

    axis: Axis
    side: Side
    count: int
    chosen: int

    @property
    def window(self) -> Index:
        """The padded cells under the chosen window's taps."""
        return self.chosen * self.axis.stride + self.taps

    @cached_property
    def taps(self) -> Index:
        """Where the taps lie in a window."""
        return np.arange(self.axis.kernel, dtype=np.intp) * self.axis.dilation

    @cached_property
    def starts(self) -> Index:
        """The first padded cell that each output reads."""
        return np.arange(self.count, dtype=np.intp) * self.axis.stride

    def reading(self, lines: Index) -> Index:
        """The windows that meet one of the padded cells `lines`."""
        # Lanes of every `step`-th cell, where a window is `kernel` cells in a row.
        step, kernel = self.axis.acting(self.count).dilation, self.axis.kernel
        marks = np.zeros((-(-self.side.total // step) + 1) * step, np.int32)
        marks[lines + step] = 1
        before = marks.reshape(-1, step).cumsum(axis=0, dtype=np.int32)
        first, lane = np.divmod(self.starts, step)
        stop = np.minimum(first + kernel, len(before) - 1)
        return np.flatnonzero(before[stop, lane] > before[first, lane])

    @cached_property
    def unread(self) -> NDArray[np.bool_]:
        """Which padded cells no window meets."""
        step, kernel = self.axis.acting(self.count).dilation, self.axis.kernel
        # Lanes of every `step`-th cell, where a window is `kernel` cells in a row: a cell is met
        # where, among the `kernel` cells that end at it, a window starts.
        marks = np.zeros(-(-self.side.total // step) * step, np.int32)
        marks[self.starts] = 1
        begun = marks.reshape(-1, step).cumsum(axis=0, dtype=np.int32)
        never = begun == 0
        never[kernel:] = begun[kernel:] == begun[:-kernel]
        cells: NDArray[np.bool_] = never.reshape(-1)[: self.side.total]
        return cells

    def windows(self) -> Sequence[range]:
        """All windows, in padded cells."""
        return Slides(self.axis, self.count)


class Slides(Sequence[range]):
    """The windows along an axis, made where they are asked for: there may be millions."""

    def __init__(self, axis: Axis, count: int) -> None:
        self.axis, self.size = axis, count

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(self.size)[place])
        start = range(self.size)[place] * self.axis.stride
        return range(start, start + self.axis.reach, self.axis.dilation)


ROW = Axis(1)
"""The axis that a 1-D input has not."""


def start_ruler(sight: Sight) -> Ruler:
    """Which output starts to read at each padded cell; ✗ where nobody reads."""
    labels = np.full(sight.side.total, Mark.BLANK, dtype=np.intp)
    labels[sight.unread] = Mark.UNREAD
    labels[sight.starts] = np.arange(sight.count)
    roles = np.where(labels == Mark.UNREAD, Role.FOCUS, Role.OUTPUT).astype(np.uint8)
    return Ruler("out", labels, roles, labels == sight.chosen, starts=True)


def reach_text(axis: Axis) -> str:
    """What a bracket over the kernel says."""
    if axis.dilation == 1:
        return f"kernel {axis.kernel}"
    return f"reach {axis.dilation}·({axis.kernel} − 1) + 1 = {axis.reach}"
