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
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Grid,
    Label,
    Measure,
    Rect,
    Role,
    Ruler,
    Run,
    Scene,
    Text,
)
from convviz.diagrams.view import View
from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.layers import Conv
from convviz.spec.trace import Row, Trace

SAID = 6
"""Dilations that the name of a panel lists; of more, the first ones and the last."""

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
    seen = [_Seen.of(rows[:stop], trace.shape[1:]) for stop in stops]
    high = max(each.rect.bottom - each.rect.top for each in seen) + 2
    wide = max(each.rect.right - each.rect.left for each in seen) + 2
    panels = [each.panel(high, wide, flat=len(trace.shape) == 2) for each in seen]
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
        notes=("numbers in cells count the paths to them",),
        command=view.command,
    )


class _Seen(Record, eq=False):
    """What a stack sees of the input's plane. rect: its first to its last row and column."""

    rows: tuple[Row, ...]
    counts: Array
    rect: Rect

    @classmethod
    def of(cls, rows: tuple[Row, ...], spatial: tuple[int, ...]) -> _Seen:
        """By the middle unit of the last of `rows`."""
        unit = tuple((size - 1) // 2 for size in rows[-1].output[1:])
        counts = planar(rows, spatial, unit).shown
        spans = []
        for axis in (0, 1):
            line = np.flatnonzero((counts > 0).any(axis=1 - axis))
            spans.append((int(line[0]), int(line[-1]) + 1) if line.size else (0, 1))
        (top, bottom), (left, right) = spans
        return cls(rows, counts, Rect(top, left, bottom, right))

    @property
    def name(self) -> str:
        """The dilations so far; of layers without any, how many they are."""
        steps = [step for step in map(_dilation, self.rows) if step]
        if len(steps) > SAID:
            steps = [*steps[: SAID - 2], "…", steps[-1]]
        count = len(_windowed(self.rows))
        return f"dilation {', '.join(steps)}" if steps else f"after {number_word(count)}"

    def panel(self, high: int, wide: int, *, flat: bool) -> tuple[Grid, int, Measure, Label]:
        """(high × wide cells around the field, how many it misses, its size, the words)."""
        rect = self.rect
        top, bottom = _around(rect.top, rect.bottom, self.counts.shape[0], high)
        left, right = _around(rect.left, rect.right, self.counts.shape[1], wide)
        counts = self.counts[top:bottom, left:right]
        roles = np.where(counts > 0, Role.COUNT, Role.ZERO).astype(np.uint8)
        inside = roles[rect.top - top : rect.bottom - top, rect.left - left : rect.right - left]
        inside[inside == Role.ZERO] = Role.HOLE
        missed, seen = int((inside == Role.HOLE).sum()), int((counts > 0).sum())
        size = inside.shape[1:] if flat else inside.shape
        key = f"after {number_word(len(_windowed(self.rows)))}"
        grid = Grid(
            key=key,
            cells=ArrayCells(counts),
            roles=ArrayCells(roles),
            kind=Role.INPUT,
            title=(Run(self.name, Role.FOCUS, bold=True),),
            rule=f"sees {seen:,} of {'×'.join(map(str, size))} cells",
            top=(_ruler("index" if flat else "col", left, right),),
            left=() if flat else (_ruler("row", top, bottom),),
        )
        words: Text = (
            Run(f"{seen:,}", Role.INPUT, bold=True),
            Run(" of "),
            Run(f"{inside.size:,} cells seen"),
            *((Run(", "), Run(plural(missed, "hole"), Role.BAD, bold=True)) if missed else ()),
        )
        label = f"field {' × '.join(map(str, size))}"
        measure = Measure(key, 1, rect.left - left, rect.right - left, label, Role.INPUT)
        return grid, missed, measure, Label(self.name, words)


def _around(start: int, stop: int, size: int, total: int) -> tuple[int, int]:
    """`total` cells of an axis of `size`, with start … stop in the middle as far as it goes."""
    total = min(size, total)
    first = min(max(0, (start + stop - total) // 2), size - total)
    return first, first + total


def _ruler(word: str, start: int, stop: int) -> Ruler:
    labels = np.arange(start, stop, dtype=np.intp)
    muted = np.full(len(labels), Role.MUTED, dtype=np.uint8)
    return Ruler(word, labels, muted, np.zeros(len(labels), dtype=bool))


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
