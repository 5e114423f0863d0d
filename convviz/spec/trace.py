"""A network followed over a shape: sizes, parameters, work and receptive fields, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import Shape, times
from convviz.spec.field import ENDLESS, LONGEST, POINT, Field, joined, through
from convviz.spec.layer import Layer
from convviz.spec.network import INPUT, Join, Network, Pending, Step
from convviz.spec.reading import Pattern, Readings

if TYPE_CHECKING:
    from fractions import Fraction

Fields: TypeAlias = "tuple[Field, ...] | None"
"""One per spatial axis; None once the spatial axes are mixed or gone."""


class Row(Record):
    """What one step does.

    layer:  complete: what was pending is filled in.
    inputs: the shapes that come in, one but for a join. Shapes are (C, *spatial).
    macs:   multiply-accumulates of one sample, biases left out.
    reads:  per axis, which cells of the first input an output cell depends on.
    fields: receptive fields in the network's input.
    """

    step: Step
    layer: Layer | Join
    inputs: tuple[Shape, ...]
    output: Shape
    params: int
    macs: int
    reads: Readings
    fields: Fields

    @property
    def receptive_field(self) -> tuple[int, ...] | None:
        """Per axis, how many input cells an output depends on, away from borders."""
        return None if self.fields is None else tuple(field.size for field in self.fields)

    @property
    def jump(self) -> tuple[Fraction, ...] | None:
        """Per axis, how far the fields of neighboring outputs are apart, in input cells."""
        return None if self.fields is None else tuple(field.jump for field in self.fields)

    @property
    def start(self) -> tuple[Fraction, ...] | None:
        """Per axis, the center of the first output's field: 0 is the first input cell."""
        return None if self.fields is None else tuple(field.start for field in self.fields)

    @property
    def number(self) -> int:
        """Numbers of the output."""
        count = 1
        for size in self.output:
            count *= size
        return count


class Trace(Record):
    """A network on an input of `shape`."""

    network: Network
    shape: Shape
    rows: tuple[Row, ...]

    @property
    def output(self) -> Shape:
        """The shape that comes out."""
        return self.rows[-1].output if self.rows else self.shape

    @property
    def params(self) -> int:
        """Learnable numbers."""
        return sum(row.params for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one sample."""
        return sum(row.macs for row in self.rows)

    def __str__(self) -> str:
        shown = self.network.shown
        lines = [
            f"{number}  {row.layer.short}  {times(shown(row.output))}  {row.params:,}  {row.macs:,}"
            for number, row in enumerate(self.rows, 1)
        ]
        total = f"{times(shown(self.output))}, {self.params:,} params, {self.macs:,} MACs"
        return "\n".join([*lines, f"{times(shown(self.shape))} → {total}"])


class _Result(Record):
    """What a layer does to a shape, computed once for all places where it does the same."""

    layer: Layer
    output: Shape
    params: int
    macs: int
    reads: Readings
    patterns: tuple[Pattern, ...]


def trace(network: Network, shape: Shape) -> Trace:
    """`network` on one sample of `shape`, (C, *spatial).

    Raises SpecError: a layer does not fit; it says which, why, and what would.
    """
    rows: list[Row] = []
    results: dict[tuple[int, Shape], _Result] = {}
    start: Fields = (POINT,) * (len(shape) - 1)
    for step in network.steps:
        before = [rows[i] if i != INPUT else None for i in step.inputs]
        shapes = tuple(row.output if row else shape for row in before)
        fields = [row.fields if row else start for row in before]
        try:
            if isinstance(step.layer, Join):
                together = step.layer.output(shapes)
                rows.append(
                    Row(step, step.layer, shapes, together, 0, 0, (), together_seen(fields))
                )
                continue
            key = (id(step.layer), shapes[0])
            result = results.get(key)
            if result is None:
                result = results[key] = _result(step.layer, shapes[0])
        except SpecError as error:
            from convviz.spec.failure import explained

            raise explained(network, shape, rows, shapes, error) from None
        rows.append(
            Row(
                step,
                result.layer,
                shapes,
                result.output,
                result.params,
                result.macs,
                result.reads,
                seen(fields[0], result.patterns),
            )
        )
    return Trace(network, shape, tuple(rows))


def _result(layer: Layer | Pending, shape: Shape) -> _Result:
    complete = layer.make(shape) if isinstance(layer, Pending) else layer
    output = complete.output(shape)
    if any(size > LONGEST for size in output):
        raise SpecError(ENDLESS, "input")
    reads = complete.reads(shape, output)
    patterns = tuple(read.pattern for read in reads)
    params, macs = complete.params, complete.work(shape, output)
    return _Result(complete, output, params, macs, reads, patterns)


def seen(fields: Fields, patterns: tuple[Pattern, ...]) -> Fields:
    """The receptive fields after one more layer."""
    if not patterns or fields is None or len(fields) != len(patterns):
        return None
    found: list[Field] = []
    for axis, (field, pattern) in enumerate(zip(fields, patterns, strict=True)):
        if axis and field == fields[0] and pattern == patterns[0]:
            found.append(found[0])  # square layers on square inputs: work once
            continue
        further = through(field, pattern)
        if further is None:
            return None
        found.append(further)
    return tuple(found)


def together_seen(branches: list[Fields]) -> Fields:
    """The receptive fields after branches come together."""
    known = [fields for fields in branches if fields is not None]
    if len(known) < len(branches) or len({len(fields) for fields in known}) != 1:
        return None
    found = [joined(axis) for axis in zip(*known, strict=True)]
    if any(field is None for field in found):
        return None
    return tuple(field for field in found if field is not None)
