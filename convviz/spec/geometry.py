"""The equation of the house, per axis, and everything that is read off it.

    fine = coarse · stride + tap · dilation − before          0 ≤ tap < kernel

Convolution and pooling gather: the output is coarse, the input fine. Transposed convolution
scatters: the input is coarse, the output fine. `fine` counts from the first unpadded cell, so
padding has negative indices; add `before` for positions on the padded axis.
"""

from __future__ import annotations

import math

from convviz.records import Record
from convviz.spec.lattice import distinct, points


class Axis(Record):
    """One axis of a layer: how its coarse and its fine cells meet.

    kernel:   taps, at least 1.
    stride:   fine cells between the windows of neighboring coarse cells.
    dilation: fine cells between neighboring taps.
    before, after: cells added at (gather) or cropped from (scatter) the ends of the fine axis.
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def reach(self) -> int:
        """Fine cells from the first tap to the last: d·(k − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    def fine(self, coarse: int, tap: int) -> int:
        """The fine cell that `tap` of the window of `coarse` meets: the equation itself."""
        return coarse * self.stride + tap * self.dilation - self.before

    def window(self, coarse: int) -> range:
        """The fine cells under the taps of `coarse`, in order; padding is negative or ≥ size."""
        start = self.fine(coarse, 0)
        return range(start, start + self.reach, self.dilation)

    def windows(self, size: int, *, ceil: bool = False) -> int:
        """Count the windows on a fine axis of `size` cells: ⌊(n + 2p − d(k−1) − 1) / s⌋ + 1.

        Dumoulin & Visin (2016), relationship 6, with dilation. With `ceil` the quotient rounds
        up, less one where the last window would start in the end padding or beyond (PyTorch
        pooling). Below 1 where the kernel does not fit.
        """
        room = size + self.before + self.after - self.reach
        if not ceil:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        if (count - 1) * self.stride >= size + self.before:
            count -= 1
        return count

    def starting_at(self, start: int) -> Axis:
        """The same axis with its coarse cells counted from the one at `start`."""
        before = self.before - start * self.stride
        return Axis(self.kernel, self.stride, self.dilation, before, self.after)

    def meeting(self, tap: int, coarse: int, fine: int) -> tuple[slice, slice]:
        """The coarse cells whose `tap` meets one of the `fine` cells, and the cells it meets."""
        offset = self.fine(0, tap)
        start = max(0, -(offset // self.stride))
        stop = max(start, min(coarse, (fine - 1 - offset) // self.stride + 1))
        first = offset + start * self.stride
        return slice(start, stop), slice(first, first + (stop - start) * self.stride, self.stride)

    def taps(self, coarse: int, fine: int) -> range:
        """The taps that can meet one of the `fine` cells: the others meet padding alone."""
        start = -((self.fine(coarse - 1, 0)) // self.dilation)
        stop = (fine - 1 + self.before) // self.dilation + 1
        return range(max(0, start), min(self.kernel, stop))

    def acting(self, coarse: int) -> Axis:
        """The same meetings of `coarse` cells: a step that is never made may be of any size."""
        stride = self.stride if coarse > 1 else 1
        dilation = self.dilation if self.kernel > 1 else 1
        return Axis(self.kernel, stride, dilation, self.before, self.after)

    def spread(self, coarse: int) -> int:
        """Count the fine cells that the stamps of `coarse` cells span, before any crop."""
        return (coarse - 1) * self.stride + self.reach

    def scattered(self, coarse: int, output_padding: int = 0) -> int:
        """Count the fine cells of a transposed convolution: what the crop leaves of `spread`."""
        return self.spread(coarse) - self.before - self.after + output_padding

    def sources(self, fine: int) -> range:
        """The coarse cells of an endless axis one of whose taps meets the cell `fine`."""
        taps = self.stamps(fine + self.before)
        if not taps:
            return range(0)
        first = (fine + self.before - taps[-1] * self.dilation) // self.stride
        step = taps.step * self.dilation // self.stride
        return range(first, first + len(taps) * step, step)

    def readers(self, fine: int, coarse: int) -> range:
        """The coarse cells, of `coarse` many, one of whose taps meets the cell `fine`."""
        cells = self.sources(fine)
        start, stop = (max(0, -((cells.start - end) // cells.step)) for end in (0, coarse))
        return cells[start:stop]

    def unread_count(self, size: int, *, ceil: bool = False) -> int:
        """Count the fine cells (padding left out) that no window meets, however many there are."""
        count = self.windows(size, ceil=ceil)
        common = math.gcd(self.stride, self.dilation)
        across, along = self.stride // common, self.dilation // common
        stop, start = (
            distinct(count, self.kernel, across, along, -(-end // common))
            for end in (size + self.before, self.before)
        )
        return size - (stop - start)

    def meetings(self, size: int, count: int) -> int:
        """Count the taps of `count` windows that meet a fine cell and no padding."""
        stop, start = (
            points(count, self.kernel, self.stride, self.dilation, end)
            for end in (size + self.before, self.before)
        )
        return stop - start

    def inside(self, coarse: int, size: int) -> int:
        """Count the taps of one window that meet a fine cell and no padding."""
        return len(self.taps_inside(coarse, size))

    def taps_inside(self, coarse: int, size: int) -> range:
        """The taps of one window that meet a fine cell and no padding."""
        first = self.fine(coarse, 0)
        start = max(0, -(first // self.dilation))
        return range(start, min(self.kernel, (size - 1 - first) // self.dilation + 1))

    def phases(self, size: int) -> list[Phase]:
        """A transposed convolution that leaves `size` cells, as one gather per phase of the stride.

        A fine cell of phase r meets the taps with tap · dilation ≡ r + before (mod stride). They
        follow each other every stride / gcd taps, and the coarse cells that they come from every
        dilation / gcd cells, backwards. Phases that meet no tap are left out.
        """
        common = math.gcd(self.stride, self.dilation)
        step, dilation = self.stride // common, self.dilation // common
        found = []
        for tap in range(min(step, self.kernel)):
            phase = self.fine(0, tap) % self.stride
            if phase >= size:
                continue
            count = (self.kernel - 1 - tap) // step + 1
            last = tap + (count - 1) * step
            before = (self.fine(0, last) - phase) // self.stride
            found.append(
                Phase(
                    slice(phase, size, self.stride),
                    slice(last, None, -step),  # down to `tap`, which is the first
                    Axis(count, 1, dilation, before),
                )
            )
        return found

    def stamps(self, phase: int) -> range:
        """The taps that meet the fine cells with (cell + before) mod stride = `phase`."""
        common = math.gcd(self.stride, self.dilation)
        step = self.stride // common
        turns, rest = divmod(phase % self.stride, common)
        if rest:
            return range(0)
        first = turns * pow(self.dilation // common, -1, step) % step
        return range(first, self.kernel, step)

    def stamps_by_phase(self, most: int) -> list[int]:
        """Taps that meet a fine cell of phase 0 … stride − 1, away from borders; `most` phases."""
        return [len(self.stamps(phase)) for phase in range(min(self.stride, most))]

    @property
    def stamp_counts(self) -> list[int]:
        """The different numbers of taps that meet the phases, in order, without visiting each.

        Phases share the taps out evenly, but those that stride and dilation never reach get none.
        """
        common = math.gcd(self.stride, self.dilation)
        step = self.stride // common
        return sorted({self.kernel // step, -(-self.kernel // step), *([0] if common > 1 else [])})

    @property
    def even(self) -> bool:
        """Whether all phases have equally many stamps (Odena, Dumoulin & Olah, 2016)."""
        return math.gcd(self.stride, self.dilation) == 1 and self.kernel % self.stride == 0


class Phase(Record):
    """The fine cells of one remainder by the stride, and the convolution that makes them.

    cells: those cells, of the fine axis.
    taps:  the taps that meet them, last first: the kernel of that convolution.
    axis:  how it moves over the coarse cells.
    """

    cells: slice
    taps: slice
    axis: Axis
