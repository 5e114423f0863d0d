"""What `convviz shape` shows: one layer explained, or a table of many. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from convviz.render.columns import CONVENTIONS, chosen, number, shown
from convviz.render.layout import Label, Runs, headline, labels, notes, table
from convviz.render.stream import Stream
from convviz.spec.checks import AXIS_NAMES, times
from convviz.spec.hidden import ceiled, crooked, unread, unsaid
from convviz.spec.network import Join
from convviz.spec.trace import Row, Trace
from convviz.spec.workings import worked

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

REMARKS = 4
"""Most remarks of one kind under a table."""


def styled(runs: Sequence[tuple[str, str]]) -> Runs:
    """Runs with roles as runs with styles."""
    return [(text, STYLES[role]) for text, role in runs]


def plain(text: str) -> Runs:
    """One run of plain words."""
    return [(text, "")]


def head(trace: Trace, stream: Stream, parts: Sequence[str], *, bare: bool) -> list[Runs]:
    """`shape 3×224×224 → 64×112×112 · …`."""
    arrow: Runs = [
        ("shape", "bold"),
        (" ", ""),
        (shown(trace, trace.shape, bare=bare), "bold input"),
        (" → ", "muted"),
        (shown(trace, trace.output, bare=bare), "bold output"),
    ]
    return headline(stream, [arrow, *map(plain, parts)])


def totals(trace: Trace) -> list[str]:
    """How many layers, parameters and multiply-accumulates."""
    count = len(trace.rows)
    return [
        f"{count:,} layer{'s' * (count != 1)}",
        f"{trace.params:,} params",
        f"{trace.macs:,} MACs",
    ]


def explanation(trace: Trace, stream: Stream, *, bare: bool = False) -> list[Runs]:
    """One layer: its size formula per axis, what the floor leaves, parameters and MACs."""
    row = trace.rows[0]
    lines = head(trace, stream, [row.layer.short], bare=bare)
    lines += [[], *workings(row, stream)]
    if row.macs:
        lines += notes(stream, [CONVENTIONS["macs"]])
    return lines


def workings(row: Row, stream: Stream) -> list[Runs]:
    """How a layer's numbers come about, as labeled lines."""
    return labels(
        stream,
        [
            Label(name, [[styled(segment) for segment in line] for line in texts])
            for name, texts in worked(row)
        ],
    )


def formulas(trace: Trace, stream: Stream, *, bare: bool = False) -> list[Runs]:
    """Every layer explained, one after the other."""
    lines = head(trace, stream, totals(trace), bare=bare)
    for index, row in enumerate(trace.rows, 1):
        name = f"{index}  {row.layer.short}" + f"  {row.step.path}" * bool(row.step.path)
        sizes: Runs = [
            (" and ".join(shown(trace, shape, bare=bare) for shape in row.inputs), "input"),
            (" → ", "muted"),
            (shown(trace, row.output, bare=bare), "output"),
        ]
        lines += [[], *headline(stream, [[(name, "bold")], sizes])]
        if not isinstance(row.layer, Join):
            lines += [[("   ", ""), *line] for line in workings(row, narrower(stream))]
    return [*lines, [], *notes(stream, [CONVENTIONS["macs"]] * bool(trace.macs))]


def narrower(stream: Stream) -> Stream:
    """The same stream with room for three blanks."""
    return Stream(
        max(40, stream.width - 3), stream.level, stream.theme, stream.piped, stream.glyphs
    )


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
