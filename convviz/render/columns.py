"""The columns of a network's table, each built when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convviz.errors import printable
from convviz.render.explanation import MACS, shown
from convviz.render.layout import Column
from convviz.spec.checks import times
from convviz.spec.field import Field
from convviz.spec.hidden import corner, unread, zeros
from convviz.spec.trace import Row, Trace

if TYPE_CHECKING:
    from fractions import Fraction

Measure = Callable[[Field], "int | Fraction"]

Build = Callable[..., Column]
"""(trace, bare=…) → a column."""

FLOAT = 4
"""Bytes of one number of an activation: float32."""


def numbers(trace: Trace, *, bare: bool) -> Column:
    """The place of each layer, from 1."""
    return Column("number", "", [(str(i + 1), "") for i in range(len(trace.rows))])


def names(trace: Trace, *, bare: bool) -> Column:
    """The name of each layer in the network."""
    cells = [(printable(row.step.path), "muted") for row in trace.rows]
    return Column("name", "name", cells, right=False, keep=1)


def layers(trace: Trace, *, bare: bool) -> Column:
    """Each layer in a few words."""
    return Column("layer", "layer", [(row.layer.short, "") for row in trace.rows], right=False)


def inputs(trace: Trace, *, bare: bool) -> Column:
    """What goes into each layer."""
    cells = [
        (", ".join(shown(trace, shape, bare=bare) for shape in row.inputs), "input")
        for row in trace.rows
    ]
    return Column("input", "input", cells)


def outputs(trace: Trace, *, bare: bool) -> Column:
    """What comes out of each layer."""
    cells = [(shown(trace, row.output, bare=bare), "bold output") for row in trace.rows]
    return Column("output", "output", cells)


def counts(name: str, title: str, values: Sequence[int], *, keep: int) -> Column:
    """A column of numbers with their sum; zeros step back."""
    cells = [(f"{value:,}", "" if value else "muted") for value in values]
    return Column(name, title, cells, total=f"{sum(values):,}", keep=keep)


def params(trace: Trace, *, bare: bool) -> Column:
    """Learnable numbers."""
    return counts("params", "params", [row.params for row in trace.rows], keep=5)


def macs(trace: Trace, *, bare: bool) -> Column:
    """Multiply-accumulates."""
    return counts("macs", "MACs", [row.macs for row in trace.rows], keep=4)


def flops(trace: Trace, *, bare: bool) -> Column:
    """Two operations per multiply-accumulate."""
    return counts("flops", "FLOPs", [2 * row.macs for row in trace.rows], keep=4)


def memory(trace: Trace, *, bare: bool) -> Column:
    """The output of each layer in bytes."""
    sizes = [FLOAT * row.number for row in trace.rows]
    cells = [(size_text(size), "") for size in sizes]
    return Column("memory", "memory", cells, total=size_text(sum(sizes)), keep=4)


def size_text(size: int) -> str:
    """Bytes as B, KiB, MiB and so on."""
    amount, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:,.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"


def along(row: Row, measure: Measure) -> tuple[str, str]:
    """A measure of the receptive field, once where all axes agree; a dash where there is none."""
    if not row.fields:
        return "–", "muted"
    first = row.fields[0]
    if all(field is first for field in row.fields):
        return number(measure(first)), ""
    values = [number(measure(field)) for field in row.fields]
    return values[0] if len(set(values)) == 1 else "×".join(values), ""


def reach(field: Field) -> int | Fraction:
    """The size of a receptive field."""
    return field.size


def step(field: Field) -> int | Fraction:
    """How far the next receptive field is."""
    return field.shift if field.period == 1 else field.jump


def start(field: Field) -> int | Fraction:
    """The center of the first receptive field."""
    return field.start


def number(value: int | Fraction) -> str:
    """2, 0.5, 1/3, −1.5."""
    if value < 0:
        return f"−{number(-value)}"
    if value.denominator == 1:
        return f"{value.numerator:,}"
    exact = 10**6 % value.denominator == 0
    return f"{float(value):g}" if exact else f"{value.numerator}/{value.denominator}"


def measured(name: str, measure: Measure, keep: int) -> Build:
    """A column of one measure of the receptive field."""
    return lambda trace, *, bare: Column(
        name, name, [along(row, measure) for row in trace.rows], keep=keep
    )


def unread_cells(trace: Trace, *, bare: bool) -> Column:
    """Input cells along each axis that no window reads."""
    cells = []
    for row in trace.rows:
        lost = unread(row)
        text = (str(lost[0]) if len(set(lost)) == 1 else times(lost)) if lost else "–"
        cells.append((text, "" if any(lost) else "muted"))
    return Column("unread", "unread", cells, keep=1)


def shares(name: str, share: Callable[[Row], Fraction | None]) -> Build:
    """A column of the share of zeros that padding puts into windows."""

    def build(trace: Trace, *, bare: bool) -> Column:
        cells = []
        for row in trace.rows:
            value = share(row)
            text = "–" if value is None else f"{100 * float(value):.1f}%" if value else "0%"
            cells.append((text, "" if value else "muted"))
        return Column(name, name, cells, keep=1)

    return build


COLUMNS: dict[str, Build] = {
    "number": numbers,
    "name": names,
    "layer": layers,
    "input": inputs,
    "output": outputs,
    "params": params,
    "macs": macs,
    "flops": flops,
    "memory": memory,
    "field": measured("field", reach, 3),
    "jump": measured("jump", step, 2),
    "start": measured("start", start, 2),
    "unread": unread_cells,
    "zeros": shares("zeros", zeros),
    "corner": shares("corner", corner),
}
"""Columns by name, in their order."""

USUAL = ("number", "name", "layer", "output", "params", "macs", "field", "jump")
"""The columns that are shown where none are named."""

CONVENTIONS = {
    "macs": MACS,
    "flops": "FLOPs: 2 for each MAC",
    "memory": "memory: the outputs of one sample in float32",
    "start": "start: the center of the first output's field; 0 is the first input cell",
    "unread": "unread: input cells along an axis that no window reads",
    "zeros": "zeros: taps on padding, of all taps; corner: in the output that has most of them",
}
"""What a column counts, said under the table."""


def chosen(trace: Trace, wanted: Sequence[str], *, bare: bool) -> list[Column]:
    """The columns of those names; without names the usual ones, names where they say something."""
    if not wanted:
        named = any(map(str.isalpha, "".join(row.step.path for row in trace.rows)))
        wanted = [name for name in USUAL if name != "name" or named]
    return [COLUMNS[name](trace, bare=bare) for name in wanted]
