"""Which input cells an output cell depends on, per axis: the equation read backwards.

A reading answers twice. `cells` is exact: the cells of the input that one output cell reads, with
the borders as they are. `pattern` leaves the borders away: on an endless axis the output cells
`u` and `u + period` read the same cells, `shift` apart; that is what a receptive field is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, gcd
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from convviz.records import Record
from convviz.spec.geometry import Axis
from convviz.spec.modes import Mode

if TYPE_CHECKING:
    from fractions import Fraction  # it loads the decimal numbers: where it computes, it is loaded

Cells: TypeAlias = "Sequence[int]"
"""Cell indices in rising order; ranges where they are evenly spaced."""


class Pattern(Record):
    """What `period` neighboring output cells read of an endless axis.

    shift: how far their reading moves when they move on by `period`.
    cells: per phase 0 … period − 1.
    """

    period: int
    shift: int
    cells: Sequence[Cells]


class Around(Protocol):
    """A reading whose pattern has several phases."""

    def around(self, unit: int) -> Cells:
        """The cells that the output cell `unit` of an endless axis reads."""


class Phases(Record, Sequence[Cells]):
    """The cells of each phase, found where they are asked for: there may be any number of them."""

    period: int
    reading: Around

    def __len__(self) -> int:
        return self.period

    def __getitem__(self, phase: Any) -> Any:
        return self.reading.around(range(self.period)[phase])


class Reading(Protocol):
    """How one axis of a layer's output depends on the same axis of its input."""

    def cells(self, unit: int) -> Iterable[int]:
        """The input cells, all inside the input, that the output cell `unit` depends on."""

    @property
    def pattern(self) -> Pattern:
        """The same without borders."""


class Same(Record):
    """Every cell reads itself."""

    def cells(self, unit: int) -> Iterable[int]:
        """The cell itself."""
        return (unit,)

    @property
    def pattern(self) -> Pattern:
        """The cell itself."""
        return Pattern(1, 1, (range(1),))


SAME = Same()


class Gather(Record):
    """A window slides: convolution, pooling, and padding alone (a window of one cell).

    size: cells of the input. mode: what padded cells repeat; None: they repeat nothing.
    """

    axis: Axis
    size: int
    mode: Mode | None = None

    def cells(self, unit: int) -> Iterable[int]:
        """The cells under the taps; a tap on padding reads the cell that it repeats, if any."""
        window = self.axis.window(unit)
        if window.start >= 0 and window.stop <= self.size:
            return window
        source = self.mode.source if self.mode else None
        if source is None:
            return tuple(cell for cell in window if 0 <= cell < self.size)
        return {source(cell, self.size) for cell in window}

    @property
    def pattern(self) -> Pattern:
        """The window of one output cell; the next is a stride further."""
        return Pattern(1, self.axis.stride, (self.axis.window(0),))


class Scatter(Record):
    """Stamps overlap: transposed convolution. size: cells of the input (the coarse side)."""

    axis: Axis
    size: int

    def cells(self, unit: int) -> Iterable[int]:
        """The cells whose stamps meet here; none where dilation or stride leaves a hole."""
        return self.axis.readers(unit, self.size)

    @property
    def pattern(self) -> Pattern:
        """The stamps of each phase 0 … stride − 1, on an endless axis."""
        return Pattern(self.axis.stride, 1, Phases(self.axis.stride, self))

    def around(self, unit: int) -> Cells:
        """The cells whose stamps meet here, if all were there."""
        return self.axis.sources(unit)


class Resize(Record):
    """Upsampling: output cell u reads around `u · ratio + offset`.

    size:   cells of the input. ratio: input cells per output cell.
    offset: where the first output cell looks. taps: how far around it looks: (0,) the cell below,
            (0, 1) linear, (-1, 0, 1, 2) cubic. A neighbor that weighs 0 is not read.
    """

    size: int
    ratio: Fraction
    offset: Fraction
    taps: tuple[int, ...]

    def around(self, unit: int) -> Cells:
        """The cells around, borders left away."""
        place = unit * self.ratio + self.offset
        below = floor(place)
        if place == below:
            return (below,)
        return tuple(below + tap for tap in self.taps)

    def cells(self, unit: int) -> Iterable[int]:
        """The cells around; beyond the border the border cell."""
        return {min(max(cell, 0), self.size - 1) for cell in self.around(unit)}

    @property
    def pattern(self) -> Pattern:
        """One phase per output cell until the ratio comes out even."""
        period = self.ratio.denominator
        return Pattern(period, self.ratio.numerator, Phases(period, self))


class Bins(Record):
    """Adaptive pooling: output cell u of m reads ⌊u·n/m⌋ … ⌈(u + 1)·n/m⌉ of n (PyTorch)."""

    size: int
    count: int

    def cells(self, unit: int) -> Iterable[int]:
        """The cells of one bin."""
        return self.around(unit)

    @property
    def pattern(self) -> Pattern:
        """The bins until they begin on a cell again."""
        common = gcd(self.size, self.count)
        period = self.count // common
        return Pattern(period, self.size // common, Phases(period, self))

    def around(self, unit: int) -> Cells:
        """The cells of one bin."""
        from fractions import Fraction

        ratio = Fraction(self.size, self.count)
        return range(floor(unit * ratio), ceil((unit + 1) * ratio))


Readings: TypeAlias = "tuple[Reading, ...]"
"""One per spatial axis; () where a layer mixes or drops the spatial axes."""
