"""What `convviz shape` shows: one layer explained, or a table of many. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction

from convviz.errors import printable
from convviz.render.layout import (
    Column,
    Label,
    Runs,
    headline,
    labels,
    notes,
    table,
)
from convviz.render.stream import Stream
from convviz.spec.checks import Shape, times
from convviz.spec.field import Field
from convviz.spec.trace import Row, Trace
from convviz.spec.workings import worked

COUNTED = "MACs: multiply-adds of one sample, bias not counted"

STYLES = {
    "": "",
    "bold": "bold",
    "muted": "muted",
    "input": "bold input",
    "kernel": "bold kernel",
    "stride": "bold focus",
    "output": "bold output",
}
"""Roles of a formula's numbers → styles of the stream."""


def styled(runs: Sequence[tuple[str, str]]) -> Runs:
    """Runs with roles as runs with styles."""
    return [(text, STYLES[role]) for text, role in runs]


def arrow(before: str, after: str) -> Runs:
    """`shape 3×224×224 → 64×112×112`."""
    return [
        ("shape", "bold"),
        (" ", ""),
        (before, "bold input"),
        (" → ", "muted"),
        (after, "bold output"),
    ]


def plain(text: str) -> Runs:
    """One run of plain words."""
    return [(text, "")]


def shown(trace: Trace, shape: Shape, *, bare: bool) -> str:
    """A shape as the user writes it; bare: without its channel, where the input had none."""
    if bare and trace.shape[0] == shape[0] == 1 and len(shape) > 1:
        return times(shape[1:])
    return times(trace.network.shown(shape)) or "1"


def explanation(trace: Trace, stream: Stream, *, bare: bool = False) -> list[Runs]:
    """One layer: its size formula per axis, what the floor leaves, parameters and MACs."""
    row = trace.rows[0]
    before, after = (shown(trace, shape, bare=bare) for shape in (trace.shape, row.output))
    lines = headline(stream, [arrow(before, after), plain(row.layer.short)])
    entries = [
        Label(name, [[styled(segment) for segment in line] for line in texts])
        for name, texts in worked(row)
    ]
    lines += [[], *labels(stream, entries)]
    if row.macs:
        lines += notes(stream, [COUNTED])
    return lines


def summary(
    trace: Trace, stream: Stream, names: Sequence[str] = (), *, bare: bool = False
) -> list[Runs]:
    """Many layers as a table.

    names: the columns to show, all that fit if none are named.
    """
    before, after = (shown(trace, shape, bare=bare) for shape in (trace.shape, trace.output))
    count = len(trace.rows)
    lines = headline(
        stream,
        [
            arrow(before, after),
            plain(f"{count:,} layer{'s' * (count != 1)}"),
            plain(f"{trace.params:,} params"),
            plain(f"{trace.macs:,} MACs"),
        ],
    )
    columns = all_columns(trace, bare=bare)
    chosen = [columns[name] for name in names] if names else default_columns(trace, columns)
    laid = table(stream, chosen, fit=not names)
    lines += [[], *laid.lines, []]
    texts = []
    if any(column.name == "macs" for column in chosen) and "MACs" not in laid.hidden:
        texts.append(COUNTED)
    if laid.hidden:
        hidden = ", ".join(laid.hidden)
        texts.append(f"hidden at {stream.width} columns: {hidden} · --columns all")
    lines += notes(stream, texts)
    if not texts:
        lines.pop()
    return lines


COLUMNS = ("number", "name", "layer", "output", "params", "macs", "field", "jump")
"""Columns by name, in their order."""


def default_columns(trace: Trace, columns: dict[str, Column]) -> list[Column]:
    """The columns that are shown where none are named: names where they say something."""
    named = any(map(str.isalpha, "".join(row.step.path for row in trace.rows)))
    return [columns[name] for name in COLUMNS if name != "name" or named]


def all_columns(trace: Trace, *, bare: bool = False) -> dict[str, Column]:
    """Every column of the table."""
    rows = trace.rows
    return {
        "number": Column("number", "", [(str(i + 1), "") for i in range(len(rows))]),
        "name": Column(
            "name", "name", [(printable(row.step.path), "muted") for row in rows], right=False,
            keep=1,
        ),
        "layer": Column("layer", "layer", [(row.layer.short, "") for row in rows], right=False),
        "output": Column(
            "output",
            "output",
            [(shown(trace, row.output, bare=bare), "bold output") for row in rows],
        ),
        "params": counts("params", "params", [row.params for row in rows], keep=5),
        "macs": counts("macs", "MACs", [row.macs for row in rows], keep=4),
        "field": Column("field", "field", [along(row, reach) for row in rows], keep=3),
        "jump": Column("jump", "jump", [along(row, step) for row in rows], keep=2),
    }  # fmt: skip


def counts(name: str, title: str, numbers: Sequence[int], *, keep: int) -> Column:
    """A column of numbers with their sum; zeros step back."""
    entries = [(f"{number:,}", "" if number else "muted") for number in numbers]
    return Column(name, title, entries, total=f"{sum(numbers):,}", keep=keep)


def along(row: Row, measure: Callable[[Field], Fraction]) -> tuple[str, str]:
    """A measure of the receptive field, once where all axes agree; a dash where there is none."""
    if not row.fields:
        return "–", "muted"
    values = [number(measure(field)) for field in row.fields]
    return values[0] if len(set(values)) == 1 else "×".join(values), ""


def reach(field: Field) -> Fraction:
    """The size of a receptive field."""
    return Fraction(field.size)


def step(field: Field) -> Fraction:
    """How far the next receptive field is."""
    return field.jump


def start(field: Field) -> Fraction:
    """The center of the first receptive field."""
    return field.start


def number(value: Fraction) -> str:
    """2, 0.5, 1/3."""
    if value.denominator == 1:
        return f"{value.numerator:,}"
    exact = 10**6 % value.denominator == 0
    return f"{float(value):g}" if exact else f"{value.numerator}/{value.denominator}"


def document(trace: Trace) -> str:
    """The same as one JSON object; "layer" is text that convviz and PyTorch read."""
    layers = [
        {
            "layer": row.layer.code,
            **({"name": row.step.path} if row.step.path else {}),
            "output": list(trace.network.shown(row.output)),
            "params": row.params,
            "macs": row.macs,
            "receptive_field": per_axis(row, reach),
            "jump": per_axis(row, step),
            "start": per_axis(row, start),
        }
        for row in trace.rows
    ]
    whole = {
        "input": list(trace.network.shown(trace.shape)),
        "layers": layers,
        "output": list(trace.network.shown(trace.output)),
        "params": trace.params,
        "macs": trace.macs,
    }
    return json.dumps(whole, ensure_ascii=True, allow_nan=False) + "\n"


def per_axis(row: Row, measure: Callable[[Field], Fraction]) -> list[int | float] | None:
    """A measure of the receptive field per axis, None where there is none."""
    if not row.fields:
        return None
    return [
        value.numerator if value.denominator == 1 else float(value)
        for value in map(measure, row.fields)
    ]
