"""A network's table in the forms that other programs read: JSON, CSV, Markdown, LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convviz.render.columns import FLOAT, Measure, chosen, reach, start, step
from convviz.render.layout import Column
from convviz.spec.hidden import corner, unread, zeros
from convviz.spec.trace import Row, Trace

NUMERIC = ("params", "macs", "flops")


def document(trace: Trace, extra: dict[str, Any] | None = None) -> str:
    """The network as one JSON object; "layer" is text that convviz and PyTorch read."""
    import json

    whole = {
        "input": list(trace.network.shown(trace.shape)),
        "layers": [described(trace, row) for row in trace.rows],
        "output": list(trace.network.shown(trace.output)),
        "params": trace.params,
        "macs": trace.macs,
        **(extra or {}),
    }
    return json.dumps(whole, ensure_ascii=True, allow_nan=False) + "\n"


def described(trace: Trace, row: Row) -> dict[str, Any]:
    """One layer."""
    lost, share = unread(row), zeros(row)
    return {
        "layer": row.layer.code,
        **({"name": row.step.path} if row.step.path else {}),
        "output": list(trace.network.shown(row.output)),
        "params": row.params,
        "macs": row.macs,
        "memory": FLOAT * row.number,
        "receptive_field": per_axis(row, reach),
        "jump": per_axis(row, step),
        "start": per_axis(row, start),
        **({"unread": list(lost)} if any(lost) else {}),
        **({"zeros": float(share), "corner": float(corner(row) or 0)} if share else {}),
    }


def per_axis(row: Row, measure: Measure) -> list[int | float] | None:
    """A measure of the receptive field per axis, None where there is none."""
    if not row.fields:
        return None
    return [
        value.numerator if value.denominator == 1 else float(value)
        for value in map(measure, row.fields)
    ]


def bare_cells(column: Column) -> list[str]:
    """The cells of a column; counts without commas."""
    texts = [text for text, _ in column.cells]
    return [text.replace(",", "") for text in texts] if column.name in NUMERIC else texts


def table_of(
    trace: Trace, names: Sequence[str], *, bare: bool
) -> tuple[list[Column], list[list[str]]]:
    """The columns, and the rows of their cells."""
    columns = chosen(trace, names, bare=bare)
    cells = [bare_cells(column) for column in columns]
    return columns, [list(row) for row in zip(*cells, strict=True)]


def as_csv(trace: Trace, names: Sequence[str] = (), *, bare: bool = False) -> str:
    """Comma-separated values, with a line of titles."""
    import csv
    import io

    columns, rows = table_of(trace, names, bare=bare)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(rows)
    return out.getvalue()


def as_markdown(trace: Trace, names: Sequence[str] = (), *, bare: bool = False) -> str:
    """A table in Markdown, its totals last."""
    columns = chosen(trace, names, bare=bare)
    lines = [
        "| " + " | ".join(column.title for column in columns) + " |",
        "|" + "|".join(" ---: " if column.right else " --- " for column in columns) + "|",
    ]
    for cells in zip(*(column.cells for column in columns), strict=True):
        lines.append("| " + " | ".join(text.replace("|", "\\|") for text, _ in cells) + " |")
    if any(column.total for column in columns):
        sums = (f"**{column.total}**" if column.total else "" for column in columns)
        lines.append("| " + " | ".join(sums) + " |")
    return "\n".join(lines) + "\n"


SIGNS = {
    "\\": r"\textbackslash{}",
    "×": r"$\times$",
    "→": r"$\to$",
    "−": "$-$",
    "–": "--",
    "✓": r"$\checkmark$",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
"""Signs that LaTeX writes otherwise."""


def latex(text: str) -> str:
    """`text` as LaTeX."""
    return "".join(SIGNS.get(sign, sign) for sign in text)


def as_latex(trace: Trace, names: Sequence[str] = (), *, bare: bool = False) -> str:
    """A tabular for the booktabs package, its totals last."""
    columns = chosen(trace, names, bare=bare)
    places = "".join("r" if column.right else "l" for column in columns)
    lines = [
        r"% \usepackage{booktabs}",
        rf"\begin{{tabular}}{{{places}}}",
        r"  \toprule",
        "  " + " & ".join(latex(column.title) for column in columns) + r" \\",
        r"  \midrule",
    ]
    for cells in zip(*(column.cells for column in columns), strict=True):
        lines.append("  " + " & ".join(latex(text) for text, _ in cells) + r" \\")
    if any(column.total for column in columns):
        lines.append(r"  \midrule")
        lines.append("  " + " & ".join(latex(column.total) for column in columns) + r" \\")
    lines += [r"  \bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


TABLES: dict[str, Callable[..., str]] = {
    "csv": as_csv,
    "markdown": as_markdown,
    "latex": as_latex,
}
"""Forms of a table, by name."""
