"""Receptive fields of whole networks, per axis, by composing readings; borders left away.

The field of output cell u is [low(u), high(u)], in input cells from the first one. After strides
alone it moves by `jump` per output cell; upsampling makes it move in a pattern of several phases,
which is kept whole: the field is then the longest of a period, and the jump may be a fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, lcm
from typing import TYPE_CHECKING

from convviz.records import Record
from convviz.spec.reading import Cells, Pattern

if TYPE_CHECKING:
    from fractions import Fraction

PHASES = 4096
"""Most phases that are followed: far beyond any upsampling that networks do."""
LONGEST = 10**250
"""Input cells that the fields of neighbors may be apart; numbers beyond are of no use to anyone."""
ENDLESS = "its output has a size of more than 250 digits"
"""What is said of a layer whose output is longer than that."""

Span = tuple[int, int] | None
"""First and last input cell; None where nothing is read (a hole of a transposed convolution)."""


class Field(Record):
    """The receptive fields along one axis.

    spans: of the output cells 0 … period − 1. shift: input cells from u to u + period.
    """

    period: int
    shift: int
    spans: tuple[Span, ...]

    @property
    def size(self) -> int:
        """Input cells from the first to the last that one output cell depends on, at most."""
        return max((high - low + 1 for low, high in filter(None, self.spans)), default=0)

    @property
    def jump(self) -> Fraction:
        """Input cells between the fields of neighboring output cells, on average."""
        from fractions import Fraction

        return Fraction(self.shift, self.period)

    @property
    def start(self) -> Fraction:
        """The center of the first output cell's field: 0 is the first input cell."""
        from fractions import Fraction

        low, high = self.spans[0] or next(filter(None, self.spans), (0, 0))
        return Fraction(low + high, 2)

    @property
    def center(self) -> Fraction:
        """`start` as the mean over a period: equal for branches that look at the same place."""
        from fractions import Fraction

        known = [(u, span) for u, span in enumerate(self.spans) if span is not None]
        total = sum(Fraction(sum(span), 2) - u * self.jump for u, span in known)
        return Fraction(total) / max(1, len(known))

    def span(self, unit: int) -> Span:
        """The field of output cell `unit`."""
        turns, phase = divmod(unit, self.period)
        found = self.spans[phase]
        return found and (found[0] + turns * self.shift, found[1] + turns * self.shift)


POINT = Field(1, 1, ((0, 0),))
"""The field of the input itself."""


def through(field: Field, pattern: Pattern) -> Field | None:
    """The field after one more layer; None where it has too many phases, or numbers too long."""
    if field.shift > LONGEST:
        return None
    if field.period == 1 and pattern.period == 1:  # strides alone: by far the most layers
        cells, span = pattern.cells[0], field.spans[0]
        moved = span and (span[0] + cells[0] * field.shift, span[1] + cells[-1] * field.shift)
        return Field(1, field.shift * pattern.shift, (moved,))
    turns = field.period // gcd(field.period, pattern.shift)
    period = pattern.period * turns
    if period > PHASES:
        return None
    spans = []
    for unit in range(period):
        turn, phase = divmod(unit, pattern.period)
        cells = ends(pattern.cells[phase], field.period)
        spans.append(hull([field.span(cell + turn * pattern.shift) for cell in cells]))
    shift = field.shift * (turns * pattern.shift // field.period)
    return simplest(Field(period, shift, tuple(spans)))


def ends(cells: Cells, period: int) -> Cells:
    """The cells of which one sees furthest down, one furthest up: a period's worth at each end."""
    low, high = cells[:period], cells[-period:]
    return (*low, *high) if low and low[-1] < high[0] else cells


def simplest(field: Field) -> Field:
    """The same field in the fewest phases."""
    for period in range(1, field.period):
        if field.period % period or field.shift * period % field.period:
            continue
        short = Field(period, field.shift * period // field.period, field.spans[:period])
        if all(short.span(u) == span for u, span in enumerate(field.spans)):
            return short
    return field


def joined(fields: Sequence[Field]) -> Field | None:
    """The field of an addition or a concatenation; None where the branches drift apart."""
    first = fields[0]
    if all(other == first for other in fields):
        return first
    if any(other.jump != first.jump for other in fields):
        return None
    period = lcm(*(field.period for field in fields))
    if period > PHASES:
        return None
    spans = tuple(hull([field.span(unit) for field in fields]) for unit in range(period))
    return simplest(Field(period, first.shift * period // first.period, spans))


def hull(spans: Sequence[Span]) -> Span:
    """From the first to the last cell of several spans."""
    known = [span for span in spans if span is not None]
    if not known:
        return None
    return min(low for low, _ in known), max(high for _, high in known)
