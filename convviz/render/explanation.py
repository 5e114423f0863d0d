"""What `convviz shape` says of a layer: its formula per axis, parameters, multiply-adds."""

from __future__ import annotations

from collections.abc import Sequence

from convviz.render.layout import Label, Runs, headline, labels, notes
from convviz.render.stream import Stream
from convviz.spec.checks import Shape, times
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

MACS = "MACs: multiply-adds of one sample, bias not counted"
"""What the multiply-adds count, said under them."""


def shown(trace: Trace, shape: Shape, *, bare: bool) -> str:
    """A shape as the user writes it; bare: without its channel, where the input had none."""
    if bare and trace.shape[0] == shape[0] == 1 and len(shape) > 1:
        return times(shape[1:])
    return times(trace.network.shown(shape)) or "1"


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
        lines += notes(stream, [MACS])
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
    return [*lines, [], *notes(stream, [MACS] * bool(trace.macs))]


def narrower(stream: Stream) -> Stream:
    """The same stream with room for three blanks."""
    return Stream(
        max(40, stream.width - 3), stream.level, stream.theme, stream.piped, stream.glyphs
    )
