"""What `convviz shape --unit` shows: the input cells that one output cell depends on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from convviz.render.explanation import shown
from convviz.render.layout import Label, Runs, headline, labels, notes
from convviz.render.stream import Stream
from convviz.spec.checks import AXIS_NAMES
from convviz.spec.dependence import Dependence, length
from convviz.spec.dependence import Runs as Spans
from convviz.spec.trace import Trace

PIECES = 8
"""Pieces of a broken range that are written out."""


def screen(trace: Trace, found: Dependence, stream: Stream, *, bare: bool = False) -> list[Runs]:
    """The answer as a screen."""
    parts: list[Runs] = [
        [
            ("shape", "bold"),
            (" ", ""),
            (shown(trace, trace.shape, bare=bare), "bold input"),
            (" → ", "muted"),
            (shown(trace, trace.output, bare=bare), "bold output"),
        ],
        [(named_unit(found), "bold output")],
    ]
    lines = [*headline(stream, parts), []]
    names = AXIS_NAMES.get(len(found.axes), ("cells",)) if len(found.axes) > 1 else ("cells",)
    entries = [
        Label(name, [[axis_runs(trace, found, axis, runs)]])
        for axis, (name, runs) in enumerate(zip(names, found.axes, strict=False))
    ]
    total = 1
    for size in trace.shape[1:]:
        total *= size
    share = 100 * found.cells / total if total else 0
    entries.append(
        Label(
            "field", [[[(f"{found.cells:,} of {total:,} cells", "bold"), (f", {share:.3g}%", "")]]]
        )
    )
    texts = []
    if not found.rectangular and found.cells:
        texts.append(
            f"not every row with every col: {len(found.boxes)} regions that the branches see"
        )
    texts.append("indices of the input, from 0, the last one included")
    return [*lines, *labels(stream, entries), *notes(stream, texts)]


def named_unit(found: Dependence) -> str:
    """output[3,4]; output where no axis is left."""
    return f"output[{','.join(map(str, found.unit))}]" if found.unit else "output"


def axis_runs(trace: Trace, found: Dependence, axis: int, runs: Spans) -> Runs:
    """The indices along one axis, and what clipping took."""
    size = trace.shape[1 + axis]
    if not runs:
        return [("none: nothing of the input reaches it", "focus")]
    text: Runs = [(pieces(runs), "bold input"), (f": {length(runs):,} of {size:,}", "")]
    fields = trace.rows[-1].fields
    span = fields[axis].span(found.unit[axis]) if fields and found.unit else None
    if span and (span[0] < 0 or span[1] >= size):
        text.append((f", clipped from {signed(span[0])} to {signed(span[1])}", "muted"))
    return text


def pieces(runs: Spans) -> str:
    """9 to 201; 0, 2, 4 … 12, every 2nd; 0 to 3, 8 to 11."""
    starts = [start for start, _ in runs]
    sizes = {stop - start for start, stop in runs}
    gaps = {b - a for a, b in pairwise(starts)}
    if len(runs) > 2 and len(sizes) == len(gaps) == 1:
        wide, apart = sizes.pop(), gaps.pop()
        every = f"every {ordinal(apart)}" if wide == 1 else f"{wide} of every {apart}"
        return f"{runs[0][0]} to {runs[-1][1] - 1}, {every}"
    said = [f"{a}" if b - a == 1 else f"{a} to {b - 1}" for a, b in runs]
    if len(said) > PIECES:
        said = [*said[:3], "…", *said[-2:]]
    return ", ".join(said)


def ordinal(number: int) -> str:
    """2nd, 3rd, 4th."""
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    ending = {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
    return f"{number}{ending}"


def signed(number: int) -> str:
    """A number with the minus sign of print."""
    return f"−{-number}" if number < 0 else str(number)


def document(trace: Trace, found: Dependence) -> dict[str, Any]:
    """What --json adds: per axis the ranges (start, stop), and how many cells there are."""
    fields = trace.rows[-1].fields if trace.rows else None
    axes = []
    for axis, runs in enumerate(found.axes):
        span = fields[axis].span(found.unit[axis]) if fields and found.unit else None
        axes.append(
            {
                "ranges": [list(run) for run in runs],
                "cells": length(runs),
                "unclipped": [span[0], span[1] + 1] if span else None,
            }
        )
    return {
        "unit": list(found.unit),
        "field": {"axes": axes, "cells": found.cells, "boxes": boxes(found.boxes)},
    }


def boxes(found: Sequence[tuple[Spans, ...]]) -> list[list[list[list[int]]]]:
    """Boxes as lists."""
    return [[[list(run) for run in runs] for runs in box] for box in found]
