"""How much may be allocated and computed, checked before it is: both would take any amount."""

from __future__ import annotations

import math
from collections.abc import Iterable

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import amount

MAX_ELEMENTS = 1 << 24
"""Numbers of 8 bytes that one array may hold unless told otherwise: 16,777,216, 128 MB."""

MAX_MACS = 1 << 34
"""Multiply-adds of one layer unless told otherwise: 17,179,869,184, a second or two of one core."""

KEPT = 4
"""Numbers that are kept of every cell of an axis: its rulers, where it comes from, who reads it."""

MANY = 8
"""Grids of a picture beyond which each takes longer to lay out than to color."""


class Budget(Record):
    """What one command may take.

    elements: the most numbers of 8 bytes that one array may hold.
    macs:     the most multiply-adds of one layer, or comparisons of a pooling.
    """

    elements: int = MAX_ELEMENTS
    macs: int = MAX_MACS

    def check(self, shape: tuple[int, ...], what: str, itemsize: int = 8) -> None:
        """Refuse an array of `shape`: products are Python integers, so none overflows.

        Raises SpecError: it takes more than the budget.
        """
        self.check_count(math.prod(shape), what, "×".join(map(str, shape)), itemsize)

    def check_axes(self, sizes: Iterable[int], cells: int) -> None:
        """Refuse axes of which too much would be kept beside an array of so many `cells`.

        Raises SpecError: the longest of them is too long.
        """
        longest = max(sizes, default=0)
        most = min(self.elements, 7 * self.elements // 4 - cells) // KEPT
        if longest > most:
            needed = max(longest * KEPT, -(-(longest * KEPT + cells) * 4 // 7))
            raise SpecError(
                f"an axis of {amount(longest)} cells is longer than {amount(most)}, the most that a"
                " diagram takes",
                "max_elements",
                f"at least {needed}",
                remedy=f"{{max_elements={needed}}} allows it, if the memory is there "
                f"({megabytes(needed * 8)})",
            )

    def check_picture(self, shapes: Iterable[tuple[int, ...]]) -> None:
        """Refuse grids of those shapes in one picture: it reads all of their cells.

        Raises SpecError: they are more than a large input and output have together; of many grids,
        which take longer each, more than half of that.
        """
        counts = [math.prod(shape) for shape in shapes]
        cells, whole = sum(counts), 2 if len(counts) <= MANY else 1
        if cells > whole * self.elements:
            needed = -(-cells // whole)
            raise SpecError(
                f"a picture of {amount(cells)} cells is more than the budget of "
                f"{amount(whole * self.elements)}",
                "max_elements",
                f"at least {needed}",
                remedy=f"{{max_elements={needed}}} allows it, if the memory is there "
                f"({megabytes(cells * 8)})",
            )

    def holds(self, shape: tuple[int, ...], itemsize: int = 8) -> bool:
        """Whether an array of `shape` is within the budget."""
        return math.prod(shape) * itemsize <= self.elements * 8

    def check_count(self, count: int, what: str, size: str, itemsize: int = 8) -> None:
        """Refuse `count` numbers, written as `size` in the message."""
        if count * itemsize <= self.elements * 8:
            return
        needed = -(-count * itemsize // 8)
        raise SpecError(
            f"{what} of {size} holds {amount(count)} numbers, more than the budget of "
            f"{amount(self.elements)}",
            "max_elements",
            f"at least {needed}",
            remedy=f"{{max_elements={needed}}} allows it, if the memory is there "
            f"({megabytes(needed * 8)})",
        )

    def check_macs(self, count: int, layer: str, steps: str = "multiply-adds") -> None:
        """Refuse `count` multiply-adds of a `layer`, or other steps that take as long.

        Raises SpecError: they are more than the budget.
        """
        if count > self.macs:
            raise SpecError(
                f"{layer} takes {amount(count)} {steps}, more than the budget of "
                f"{amount(self.macs)}",
                "max_macs",
                f"at least {count}",
                remedy=f"{{max_macs={count}}} allows it, if the time is there",
            )


def megabytes(size: int) -> str:
    """A number of bytes for people."""
    return f"{-(-size // 10**6):,} MB" if size < 10**15 else f"{amount(size)} bytes"
