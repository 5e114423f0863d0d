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

    def check_axes(self, sizes: Iterable[int], what: str) -> None:
        """Refuse axes of which more would be kept than an array may hold.

        Raises SpecError: the longest of them is too long.
        """
        longest = max(sizes, default=0)
        if longest * KEPT > self.elements:
            raise SpecError(
                f"{what} of {amount(longest)} cells is longer than {amount(self.elements // KEPT)},"
                " the most that a diagram takes",
                "max_elements",
                f"at least {longest * KEPT}",
                remedy=f"{{max_elements={longest * KEPT}}} allows it, if the memory is there "
                f"({megabytes(longest * KEPT * 8)})",
            )

    def check_picture(self, shapes: Iterable[tuple[int, ...]]) -> None:
        """Refuse grids of those shapes in one picture: it reads all of their cells.

        Raises SpecError: they are more than a large input and output have together.
        """
        cells = sum(map(math.prod, shapes))
        if cells > 2 * self.elements:
            raise SpecError(
                f"a picture of {amount(cells)} cells is more than the budget of "
                f"{amount(2 * self.elements)}",
                "max_elements",
                f"at least {-(-cells // 2)}",
                remedy=f"{{max_elements={-(-cells // 2)}}} allows it, if the memory is there "
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
