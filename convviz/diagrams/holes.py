"""Stacked dilations: which input cells one output sees after one layer, two, three, and how often.

The holes are the gridding of Wang et al. (2018), "Understanding Convolution for Semantic
Segmentation": dilations with a common factor never look at the cells between.
"""

from __future__ import annotations

from math import gcd

import numpy as np

from convviz.diagrams.paths import is_chain, looks_around, spatial_rows
from convviz.diagrams.phrases import network_lead, number_word, plural
from convviz.diagrams.planar import planar
from convviz.diagrams.scene import ArrayCells, Grid, Label, Measure, Role, Run, Scene, Text
from convviz.diagrams.view import View
from convviz.errors import SpecError
from convviz.spec.layers import Conv
from convviz.spec.trace import Row, Trace

PANELS = 4
"""Depths of the stack that are shown: the first ones and the whole."""


def holes(trace: Trace, view: View) -> Scene:
    """The cells that the middle unit of a stack sees: after its first layer, after two, and so on.

    Raises SpecError: branches, or no layer that keeps the axes of its input.
    """
    if not is_chain(trace):
        raise SpecError("the network has branches: stacked dilations are shown for a chain alone")
    rows = spatial_rows(trace)
    stops = [
        i + 1 for i, row in enumerate(rows) if any(looks_around(reading) for reading in row.reads)
    ] or [len(rows)]
    if len(stops) > PANELS:
        stops = [*stops[: PANELS - 1], stops[-1]]
    panels = [_panel(rows[:stop], trace.shape[1:]) for stop in stops]
    missed = panels[-1][1]
    steps = list(filter(None, (_dilation(row) for row in rows)))
    return Scene(
        diagram="holes",
        headline=(
            network_lead(trace.shape, rows[-1].output),
            (Run(plural(len(trace.rows), "layer")),),
            (Run("what one output sees"),),
        ),
        bands=(tuple(grid for grid, _, _, _ in panels),),
        title="Stacked dilations leave holes" if missed else "This stack leaves no cell unseen",
        subtitle=_sentence(steps, missed),
        measures=tuple(measure for _, _, measure, _ in panels),
        labels=tuple(label for _, _, _, label in panels),
        notes=("each number counts the paths from the unit to that cell",),
        command=view.command,
    )


def _panel(rows: tuple[Row, ...], spatial: tuple[int, ...]) -> tuple[Grid, int, Measure, Label]:
    """(the cells around the field, how many of it are missed, its size, the words) of a stack."""
    unit = tuple((size - 1) // 2 for size in rows[-1].output[1:])
    counts = planar(rows, spatial, unit).shown
    met = counts > 0
    spans = []
    for axis in (0, 1):
        line = np.flatnonzero(met.any(axis=1 - axis))
        spans.append((int(line[0]), int(line[-1]) + 1) if line.size else (0, 1))
    (top, bottom), (left, right) = spans
    roles = np.where(met, Role.COUNT, Role.ZERO).astype(np.uint8)
    inside = roles[top:bottom, left:right]
    inside[inside == Role.ZERO] = Role.HOLE
    missed = int((inside == Role.HOLE).sum())
    key = f"after {number_word(len(_windowed(rows)))}"
    steps = [step for step in map(_dilation, rows) if step]
    name = f"dilation {', '.join(map(str, steps))}" if steps else key
    seen = int(met.sum())
    size = (bottom - top, right - left) if len(unit) > 1 else (right - left,)
    grid = Grid(
        key=key,
        cells=ArrayCells(counts),
        roles=ArrayCells(roles),
        kind=Role.INPUT,
        title=(Run(name, Role.FOCUS, bold=True),),
        rule=f"sees {seen} of {'×'.join(map(str, size))} cells",
    )
    words: Text = (
        Run(f"{seen:,}", Role.INPUT, bold=True),
        Run(" of "),
        Run(f"{inside.size:,} cells seen"),
        *((Run(", "), Run(plural(missed, "hole"), Role.BAD, bold=True)) if missed else ()),
    )
    measure = Measure(key, 1, left, right, f"field {' × '.join(map(str, size))}", Role.INPUT)
    return grid, missed, measure, Label(name, words)


def _windowed(rows: tuple[Row, ...]) -> list[Row]:
    return [row for row in rows if any(looks_around(reading) for reading in row.reads)]


def _dilation(row: Row) -> str:
    """The dilation of a convolution that has taps to spread, "" of another layer."""
    if not isinstance(row.layer, Conv) or max(row.layer.kernel) == 1:
        return ""
    steps = row.layer.dilation
    return str(steps[0]) if len(set(steps)) == 1 else "×".join(map(str, steps))


def _sentence(steps: list[str], missed: int) -> Text:
    start: Text = (
        Run("Dilations "),
        Run(", ".join(steps), Role.FOCUS, bold=True),
        Run(": "),
    ) if steps else ()  # fmt: skip
    if not missed:
        return (*start, Run("every cell of the field is reached by some path."))
    whole = [int(step) for step in steps if step.isdigit()]
    factor = gcd(*whole) if whole and len(whole) == len(steps) else 1
    if factor > 1:
        return (
            *start,
            Run(f"they share the factor {factor}, so cells between are never looked at."),
        )
    return (*start, Run("cells inside the field stay unseen."))
