"""Which parameters turn one size into another: all within bounds, the best first.

Each axis is solved by itself: kernel, stride, dilation and padding are tried, and what a transposed
convolution lacks then is its output_padding. A solution counts if the forward arithmetic gives the
wanted size; nothing else decides. What comes out grows or shrinks with every parameter, so of the
one with most values only those near the wanted size are tried, found by bisection.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, TypeAlias

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.arguments import Pair
from convviz.spec.geometry import Axis

TRIALS = 100_000
"""Most trials per axis."""

FOUND = 50_000
"""Most solutions of one axis that are put in order."""

KEPT = 10_000
"""Most solutions of several axes together that are put in order."""

Numbers: TypeAlias = "tuple[int, ...]"

PARAMETERS = ("kernel", "stride", "padding", "dilation")


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
        """How often the forward arithmetic is asked, at least, for one end of each bisection."""
        counts = sorted(len(getattr(self, name)) for name in PARAMETERS)
        return math.prod(counts[:-1]) * counts[-1].bit_length()

    def paddings(self, axis: Axis, *, transposed: bool) -> Sequence[int]:
        """The output_padding that is tried with `axis`: less than its stride or its dilation."""
        most = max(axis.stride, axis.dilation)
        if not transposed:
            return range(1)
        return [n for n in self.output_padding if n < most] if self.output_padding else range(most)


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
            axis.after,
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

    Raises SpecError: more trials, or more solutions, than a moment allows.
    """
    for limits in bounds:
        if limits.trials > TRIALS:
            raise SpecError(
                f"the bounds take {limits.trials:,} trials: at most {TRIALS:,} are made",
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
    for line, start, stop in crossings(size, output, bounds, transposed=transposed):
        for axis in filter(line.tried, map(line.axis, line.values[start:stop])):
            lacking = output - axis.scattered(size) if transposed else 0
            if lacking not in bounds.paddings(axis, transposed=transposed):
                continue
            solution = AxisSolution(axis, size, lacking, transposed)
            if output >= 1 and solution.output == output:
                found.append(solution)
        if len(found) > FOUND:
            raise SpecError(
                f"more than {FOUND:,} combinations of parameters make {output} of {size}",
                accepted="narrower bounds",
            )
    return tuple(sorted(found, key=lambda solution: solution.rank))


class Line(Record):
    """Combinations of parameters that differ in one alone, for an axis of `size` cells.

    name:   of that parameter, the one with most values.
    values: in such an order that what comes out never shrinks from one to the next.
    others: the values of the others.
    single: whether dilation 1 is tried.
    """

    size: int
    transposed: bool
    name: str
    values: tuple[Any, ...]
    others: dict[str, Any]
    single: bool

    def axis(self, value: Any) -> Axis:
        """The axis with that value of the parameter."""
        known = {**self.others, self.name: value}
        return Axis(known["kernel"], known["stride"], known["dilation"], *known["padding"])

    def span(self, value: Any) -> int:
        """What the output_padding must stay below."""
        axis = self.axis(value)
        return max(axis.stride, axis.dilation)

    def least(self, value: Any) -> int:
        """What comes out, without output_padding."""
        axis = self.axis(value)
        return axis.scattered(self.size) if self.transposed else axis.windows(self.size)

    def most(self, value: Any) -> int:
        """What comes out, with as much output_padding as can be."""
        return self.least(value) + (self.span(value) - 1 if self.transposed else 0)

    def tried(self, axis: Axis) -> bool:
        """Whether `axis` is no other again: one tap has nothing to be apart from."""
        return not (axis.dilation > 1 and axis.kernel == 1 and self.single)


def lines(size: int, bounds: Bounds, *, transposed: bool) -> Iterator[Line]:
    """Every combination of parameters, in lines along the one with most values."""
    values = {name: getattr(bounds, name) for name in PARAMETERS}
    name = max(values, key=lambda name: len(values[name]))
    padded = name == "padding"
    grows = padded != transposed  # more padding makes a convolution's output larger, all else less
    along = sorted(values.pop(name), key=sum if padded else None, reverse=not grows)
    for others in product(*values.values()):
        known = dict(zip(values, others, strict=True))
        single = 1 in bounds.dilation
        alone = single and name == "dilation" and known["kernel"] == 1
        yield Line(size, transposed, name, (1,) if alone else tuple(along), known, single)


def crossings(
    size: int, output: int, bounds: Bounds, *, transposed: bool
) -> Iterator[tuple[Line, int, int]]:
    """(line, start, stop): the values on it around which `output` may come out."""
    for line in lines(size, bounds, transposed=transposed):
        start = bisect_left(line.values, output, key=line.most)
        yield line, start, bisect_right(line.values, output, lo=start, key=line.least)


def closest(size: int, output: int, bounds: Bounds, *, transposed: bool) -> Pair:
    """The reachable sizes next to `output`, below and above; 0 where there is none."""
    below: list[int] = []
    above: list[int] = []
    for line, start, stop in crossings(size, output, bounds, transposed=transposed):

        def made(value: Any, line: Line = line) -> list[int]:
            axis, least = line.axis(value), line.least(value)
            extras = bounds.paddings(axis, transposed=transposed)
            return [least + n for n in extras if least + n >= 1] if line.tried(axis) else []

        around = [n for value in line.values[start:stop] for n in made(value)]
        # Beyond, sizes only grow, and shrink: the first that there are will do. Once stride or
        # dilation exceed the least output_padding, at most one value has none.
        ready = 0
        if transposed and bounds.output_padding:
            ready = bisect_right(line.values, min(bounds.output_padding), key=line.span)
        beyond = max(stop, ready)
        for values in (line.values[beyond:][:2], line.values[:start][:-3:-1]):
            around += next(filter(None, map(made, values)), [])
        below += [n for n in around if n < output]
        above += [n for n in around if n > output]
    return max(below, default=0), min(above, default=0)
