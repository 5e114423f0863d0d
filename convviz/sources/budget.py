"""How much may be allocated, checked before it is: the system would promise any amount."""

from __future__ import annotations

import math

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import amount

MAX_ELEMENTS = 1 << 24
"""Numbers of 8 bytes that one array may hold unless told otherwise: 16,777,216, 128 MB."""


class Budget(Record):
    """The most numbers of 8 bytes that one array may hold."""

    elements: int = MAX_ELEMENTS

    def check(self, shape: tuple[int, ...], what: str, itemsize: int = 8) -> None:
        """Refuse an array of `shape`: products are Python integers, so none overflows.

        Raises SpecError: it takes more than the budget.
        """
        self.check_count(math.prod(shape), what, "×".join(map(str, shape)), itemsize)

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


def megabytes(size: int) -> str:
    """A number of bytes for people."""
    return f"{-(-size // 10**6):,} MB" if size < 10**15 else f"{amount(size)} bytes"
