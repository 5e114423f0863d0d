"""Which parameters turn one size into another: all within bounds, the best first.

Each axis is solved by itself: kernel, stride, dilation and padding are tried, and what a transposed
convolution lacks then is its output_padding. A solution counts if the forward arithmetic gives the
wanted size; nothing else decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TypeAlias

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.arguments import Pair
from convviz.spec.geometry import Axis

TRIALS = 2_000_000
"""Most combinations of parameters that are tried per axis."""

KEPT = 10_000
"""Most solutions of several axes together that are put in order."""

Numbers: TypeAlias = "tuple[int, ...]"


class Bounds(Record):
    """The values that are tried, per parameter. padding: (before, after) pairs.

    output_padding: () for whatever is lacking.
    """

    kernel: Numbers = tuple(range(1, 8))
    stride: Numbers = tuple(range(1, 5))
    padding: tuple[Pair, ...] = tuple((p, p) for p in range(4))
    dilation: Numbers = (1,)
    output_padding: Numbers = ()

    @property
    def trials(self) -> int:
        """How many combinations there are."""
        return len(self.kernel) * len(self.stride) * len(self.padding) * len(self.dilation)


class AxisSolution(Record):
    """The parameters along one axis of `size` cells. output_padding: 0 for a convolution."""

    axis: Axis
    size: int
    output_padding: int
    transposed: bool

    @property
    def output(self) -> int:
        """What comes out, by the forward arithmetic."""
        if self.transposed:
            return self.axis.scattered(self.size, self.output_padding)
        return self.axis.windows(self.size)

    @property
    def even(self) -> bool:
        """Transposed: whether the stamps cover evenly. Else: whether every input cell is read."""
        if self.transposed:
            return self.axis.even
        return self.axis.unread_count(self.size) == 0

    @property
    def blind(self) -> bool:
        """Whether a window of a convolution sees padding alone."""
        if self.transposed:
            return False
        axis = self.axis
        last = axis.window(self.output - 1)
        return axis.before >= axis.reach or last.start >= self.size

    @property
    def rank(self) -> tuple[int | bool, ...]:
        """Smaller is better: no output_padding, even, symmetric, a small odd kernel, least else."""
        axis = self.axis
        return (
            self.output_padding,
            self.blind,
            not self.even,
            axis.before != axis.after,
            axis.kernel % 2 == 0,
            axis.kernel,
            axis.dilation,
            axis.stride,
            axis.before,
        )


Solution: TypeAlias = "tuple[AxisSolution, ...]"
"""One per axis."""


class Answer(Record):
    """What was found. total: how many; solutions: the best of them, in order.

    nearest: per axis without a solution, (below, above) reachable sizes; 0 where there is none.
    """

    solutions: tuple[Solution, ...]
    total: int
    nearest: tuple[Pair, ...] = ()


def solve(
    sizes: Numbers, outputs: Numbers, bounds: Sequence[Bounds], *, transposed: bool
) -> Answer:
    """The parameters that turn `sizes` into `outputs`, axis by axis.

    Raises SpecError: more combinations than are tried.
    """
    for limits in bounds:
        if limits.trials > TRIALS:
            raise SpecError(
                f"the bounds leave {limits.trials:,} combinations: at most {TRIALS:,} are tried",
                accepted="narrower bounds",
            )
    axes = list(zip(sizes, outputs, bounds, strict=True))
    found = [solutions(n, m, limits, transposed=transposed) for n, m, limits in axes]
    if not all(found):
        nearest = tuple(
            (m, m) if some else closest(n, m, limits, transposed=transposed)
            for (n, m, limits), some in zip(axes, found, strict=True)
        )
        return Answer((), 0, nearest)
    if all(axis == axes[0] for axis in axes):
        square = tuple((solution,) * len(axes) for solution in found[0])
        return Answer(square, len(square))
    total = math.prod(map(len, found))
    # Of very many, only the best per axis are combined: none of the others would come first.
    most = int(KEPT ** (1 / len(found))) if total > KEPT else max(map(len, found))
    together = product(*(some[:most] for some in found))
    return Answer(tuple(sorted(together, key=rank)), total)


def rank(solution: Solution) -> tuple[object, ...]:
    """Smaller is better: what the axes lack, then parameters that are alike, then small ones."""
    ranks = [axis.rank for axis in solution]
    worst = tuple(max(column) for column in zip(*ranks, strict=True))
    alike = len({(s.axis.kernel, s.axis.stride, s.axis.dilation) for s in solution}) > 1
    return (*worst[:4], alike, *worst[4:], tuple(ranks))


def solutions(
    size: int, output: int, bounds: Bounds, *, transposed: bool
) -> tuple[AxisSolution, ...]:
    """The parameters along one axis, the best first."""
    found = []
    for axis, most in tried(bounds):
        lacking = output - axis.scattered(size) if transposed else 0
        allowed = bounds.output_padding or range(most)
        if transposed and (lacking not in allowed or lacking >= most):
            continue
        solution = AxisSolution(axis, size, lacking, transposed)
        if output >= 1 and solution.output == output:
            found.append(solution)
    return tuple(sorted(found, key=lambda solution: solution.rank))


def tried(bounds: Bounds) -> Iterator[tuple[Axis, int]]:
    """Every combination of parameters, and the output_padding that it must stay below."""
    for kernel, stride, dilation, (before, after) in product(
        bounds.kernel, bounds.stride, bounds.dilation, bounds.padding
    ):
        if dilation > 1 and kernel == 1 and 1 in bounds.dilation:
            continue  # one tap has nothing to be apart from
        yield Axis(kernel, stride, dilation, before, after), max(stride, dilation)


def reachable(size: int, bounds: Bounds, *, transposed: bool) -> set[int]:
    """Every size that the parameters make of `size`."""
    found: set[int] = set()
    for axis, most in tried(bounds):
        if transposed:
            least = axis.scattered(size)
            found |= {
                least + extra for extra in bounds.output_padding or range(most) if extra < most
            }
        else:
            found.add(axis.windows(size))
    return {n for n in found if n >= 1}


def closest(size: int, output: int, bounds: Bounds, *, transposed: bool) -> Pair:
    """The reachable sizes next to `output`, below and above; 0 where there is none."""
    known = reachable(size, bounds, transposed=transposed)
    below = max((n for n in known if n < output), default=0)
    return below, min((n for n in known if n > output), default=0)
