"""The columns of a grid on the screen: cells, gaps and bars, wide or tight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from convviz.records import Record

Index = NDArray[np.intp]


class Item(Record):
    """One thing along an axis: a cell (`index` ≥ 0), a gap, or a bar of frame number `frame`."""

    index: int = -1
    frame: int = -1
    closes: bool = False

    @property
    def bar(self) -> bool:
        """Whether it is a frame line."""
        return self.frame >= 0

    @property
    def gap(self) -> bool:
        """Whether cells are hidden here."""
        return self.index < 0 and self.frame < 0


GAP = Item()


def items(shown: Index, size: int, frames: Sequence[tuple[int, int]]) -> list[Item]:
    """Cells, gaps and bars in order.

    frames: (start, stop) of each frame along this axis, outer ones first.
    """
    bars = sorted(
        [(start, 1, number) for number, (start, _) in enumerate(frames)]
        + [(stop, 0, -number) for number, (_, stop) in enumerate(frames)]
    )
    found: list[Item] = []
    last = -1

    def hide(upto: int) -> None:
        nonlocal last
        if upto > last + 1 and not (found and found[-1].gap):
            found.append(GAP)
        last = max(last, upto - 1)

    def bar(place: int, opens: int, number: int) -> None:
        hide(place)
        found.append(Item(frame=abs(number), closes=not opens))

    waiting = list(bars)
    for cell in shown.tolist():
        while waiting and waiting[0][0] <= cell:
            bar(*waiting.pop(0))
        hide(cell)
        found.append(Item(index=cell))
        last = cell
    for each in waiting:
        bar(*each)
    hide(size)
    return found


class Columns(Record, eq=False):
    """Where every column of a grid stands, counted from its first slot.

    width: cells of a value. mark: cells after it for the mark of a winner.
    tight: neighbors share a slot.
    """

    items: tuple[Item, ...]
    width: int
    mark: int = 0
    tight: bool = False
    gap: int = 1

    @classmethod
    def of(
        cls,
        entries: Iterable[Item],
        width: int,
        *,
        mark: int = 0,
        tight: bool = False,
        gap: int = 1,
    ) -> Columns:
        """The columns for `entries`."""
        return cls(tuple(entries), width, mark, tight, gap)

    def size(self, item: Item) -> int:
        """Cells of one column, without its slots."""
        return 1 if item.bar else self.gap if item.gap else self.width + self.mark

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first cell of each column's value, bar or gap."""
        found = []
        at = 0
        previous: Item | None = None
        for item in self.items:
            if item.bar:
                # The value before a bar has its close slot; bars stand side by side.
                at += 1 if previous is not None and not previous.bar else 0
            elif previous is None or previous.bar or self.tight:
                at += 1
            else:
                at += 2
            found.append(at)
            at += self.size(item)
            previous = item
        return tuple(found)

    @cached_property
    def total(self) -> int:
        """Cells of a whole line."""
        if not self.items:
            return 0
        last = self.items[-1]
        return self.starts[-1] + self.size(last) + (0 if last.bar else 1)

    @cached_property
    def place(self) -> dict[int, int]:
        """Grid index → column, for those that are shown."""
        return {item.index: n for n, item in enumerate(self.items) if item.index >= 0}
