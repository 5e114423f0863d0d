"""What `convviz shape` shows of many layers: a table, and what it hides."""

from __future__ import annotations

from collections.abc import Sequence

from convviz.render.columns import CONVENTIONS, chosen, number
from convviz.render.explanation import head, shown, totals
from convviz.render.layout import Runs, notes, table
from convviz.render.stream import Stream
from convviz.spec.checks import AXIS_NAMES, times
from convviz.spec.hidden import ceiled, crooked, unread, unsaid
from convviz.spec.trace import Row, Trace

REMARKS = 4
"""Most remarks of one kind under a table."""


def summary(
    trace: Trace, stream: Stream, names: Sequence[str] = (), *, bare: bool = False
) -> list[Runs]:
    """Many layers as a table, and what it does not show.

    names: the columns to show, all that fit if none are named.
    """
    lines = head(trace, stream, totals(trace), bare=bare)
    columns = chosen(trace, names, bare=bare)
    laid = table(stream, columns, fit=not names)
    lines += [[], *laid.lines, []]
    visible = [column.name for column in columns if column.title not in laid.hidden]
    texts = [text for name, text in CONVENTIONS.items() if name in visible]
    texts += remarks(trace)
    if laid.hidden:
        hidden = ", ".join(laid.hidden)
        texts.append(f"hidden at {stream.width} columns: {hidden} · --columns all")
    lines += notes(stream, texts)
    if not texts:
        lines.pop()
    return lines


def remarks(trace: Trace) -> list[str]:
    """What a table of sizes hides: unread cells, ceil_mode's windows, branches off center."""
    lost = [
        f"unread: layer {index} leaves {listed(row, unread(row))}"
        for index, row in enumerate(trace.rows, 1)
        if any(unread(row))
    ]
    more = [
        f"ceil_mode: layer {index} adds a window along {along(row, ceiled(row))}"
        for index, row in enumerate(trace.rows, 1)
        if any(ceiled(row))
    ]
    apart = []
    for found in crooked(trace):
        steps = len(set(found.jumps)) > 1
        what = "steps of" if steps else "centers at"
        values = found.jumps if steps else found.centers
        sides = ", ".join(
            f"{'×'.join(map(number, dict.fromkeys(axes)))} ({name})"
            for axes, name in zip(values, found.branches, strict=True)
        )
        apart.append(f"off center: the branches of layer {found.number} have {what} {sides}")
    assumed = [
        f"ceil_mode is not printed: layer {index} is read without it; with it, {times(sizes)}"
        for index, sizes in unsaid(trace)
    ]
    return [
        *few(lost, "unread"),
        *few(more, "output"),
        *few(apart, "start"),
        *few(assumed, "output"),
    ]


def few(texts: list[str], column: str) -> list[str]:
    """The first texts, and how many more there are."""
    if len(texts) <= REMARKS:
        return texts
    kind = texts[0].partition(":")[0]
    rest = f"{kind}: {len(texts) - REMARKS + 1} more layers · --columns layer,{column}"
    return [*texts[: REMARKS - 1], rest]


def listed(row: Row, lost: tuple[int, ...]) -> str:
    """1 of 55 rows and cols; 1 of 55 rows, 2 of 56 cols."""
    sizes = row.inputs[0][1:]
    names = AXIS_NAMES[len(sizes)] if len(sizes) > 1 else ("cells",)
    groups: dict[tuple[int, int], list[str]] = {}
    for count, size, name in zip(lost, sizes, names, strict=True):
        if count:
            groups.setdefault((count, size), []).append(name)
    return ", ".join(
        f"{count:,} of {size:,} {' and '.join(axes)}" for (count, size), axes in groups.items()
    )


def along(row: Row, counts: tuple[int, ...]) -> str:
    """The names of the axes that have some."""
    ndim = len(row.output) - 1
    names = AXIS_NAMES[ndim] if ndim > 1 else ("the axis",)
    return " and ".join(name for name, count in zip(names, counts, strict=True) if count)


def statements(trace: Trace, *, bare: bool = False) -> str:
    """One statement a line, without columns or signs: for screen readers and logs."""

    def words(text: str) -> str:
        return text.replace("×", " by ").replace("→", " to ").replace("−", "-")

    count = len(trace.rows)
    before, after = (words(shown(trace, s, bare=bare)) for s in (trace.shape, trace.output))
    lines = [
        f"shape {before} to {after}, {count} layer{'s' * (count != 1)}, "
        f"{trace.params} parameters, {trace.macs} multiply-adds"
    ]
    for index, row in enumerate(trace.rows, 1):
        parts = [
            f"layer {index}, {words(row.layer.short)}: "
            f"output {words(shown(trace, row.output, bare=bare))}"
        ]
        parts += [f"{row.params} parameters"] * bool(row.params)
        parts += [f"{row.macs} multiply-adds"] * bool(row.macs)
        if row.fields:
            sizes = [str(field.size) for field in row.fields]
            parts.append("receptive field " + " by ".join(dict.fromkeys(sizes)))
        lines.append(", ".join(parts))
    lines += [words(text) for text in remarks(trace)]
    return "\n".join(line.encode("ascii", "replace").decode() for line in lines) + "\n"
