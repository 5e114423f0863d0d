"""Receptive fields: one output unit traced down, layer by layer, to the cells it depends on.

Along one axis: a row of cells per layer, each where its own field has its center. Over a plane:
the input with the paths to every cell, and the fields of units along the way as nested frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from convviz.diagrams.paths import Level, is_chain, levels, spatial_rows
from convviz.diagrams.phrases import network_lead, number_word, plural
from convviz.diagrams.planar import planar
from convviz.diagrams.planes import index_ruler
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Frame,
    Grid,
    Label,
    Link,
    Measure,
    Rect,
    Role,
    Run,
    Scene,
    Text,
)
from convviz.diagrams.view import View, chosen
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.pooling import Pool
from convviz.spec.reading import Gather
from convviz.spec.trace import Row, Trace

LINKS = 2400
"""Paths between two rows beyond which lines are one dark band: none are given then."""
FRAMES = 5
"""Nested fields that are told apart."""


def receptive_field(trace: Trace, view: View, picture: Array | None = None) -> Scene:
    """The receptive field of one output unit: the middle one, or that of `view.at`.

    picture: (rows, cols, 3) of uint8, the image that the network reads. With it, or where the
             network has branches, the field lies on the plane of the input; else rows of cells
             follow `view.axis`.
    """
    rows = spatial_rows(trace)
    shape = rows[-1].output
    unit = (
        chosen(view.at, (1, *shape), "output")[2:]
        if view.at
        else tuple((size - 1) // 2 for size in shape[1:])
    )
    if picture is not None or not is_chain(trace):
        return _plane(trace, rows, unit, view, picture)
    axis = view.axis % (len(shape) - 1)
    return _lines(trace, axis, unit[axis], view)


# Along one axis.


def _lines(trace: Trace, axis: int, unit: int, view: View) -> Scene:
    found = levels(trace, axis, unit)
    names = ["input", *(f"layer {n}" for n in range(1, len(found) - 1)), "output"][: len(found)]
    copied = [any(level.copied for level in found[i:]) for i in range(len(found))]
    grids = [
        _line(level, name, axis, holes=not around)
        for level, name, around in zip(found, names, copied, strict=True)
    ]
    field = found[0]
    start, stop = field.span
    reached = int(np.count_nonzero(field.counts[field.inside]))
    many = len(found) - 1
    subtitle: Text = (
        Run(f"{number_word(many).capitalize()} layer{'' if many == 1 else 's'}: one "),
        Run("output", Role.OUTPUT, bold=True),
        Run(" unit reads "),
        Run(
            plural(reached, "input cell")
            if reached == stop - start or copied[0]
            else f"{reached} of {plural(stop - start, 'input cell')}",
            Role.INPUT,
            bold=True,
        ),
        Run(".  Stronger color, more paths."),
    )
    return Scene(
        diagram="receptive-field",
        headline=(network_lead(trace.shape, found[-1].rows[-1].output), *_asked(trace, unit, axis)),
        bands=tuple((grid,) for grid in reversed(grids)),
        title="What one output unit can see",
        subtitle=subtitle,
        links=tuple(_links(found, names)),
        measures=(
            Measure(
                "input",
                1,
                start + field.before,
                stop + field.before,
                _extent(field, found[-1].field.size, around=copied[0]),
                Role.INPUT,
            ),
        ),
        labels=tuple(_terms(found, names, axis))[::-1],
        notes=_notes(found, trace),
        command=view.command,
    )


def _extent(field: Level, size: int, *, around: bool) -> str:
    """What the bracket below the input says: the field, or what the border makes of it."""
    start, stop = field.span
    if around:
        return f"receptive field {size}, continued by what padding repeats"
    if stop - start < size:
        return f"{stop - start} of the receptive field {size}: the border cuts it"
    return f"receptive field {size}"


def _line(level: Level, name: str, axis: int, *, holes: bool) -> Grid:
    counts = level.shown
    roles = np.where(level.counts > 0, Role.COUNT, Role.ZERO).astype(np.uint8)
    start, stop = level.span
    inner = slice(start + level.before, stop + level.before)
    if holes:  # what padding repeats may lie at the other end: then there are none between
        roles[inner][level.counts[inner] == 0] = Role.HOLE
    padding = np.ones(len(counts), dtype=bool)
    padding[level.inside] = False
    roles[padding] = Role.FILL if level.fills else Role.COPY
    kind = Role.OUTPUT if level.rows else Role.INPUT
    grown = level.before or level.after
    jump = level.field.jump
    positions = np.arange(-level.before, level.size + level.after)
    ruler = index_ruler("index", len(positions), Role.MUTED)
    return Grid(
        key=name,
        cells=ArrayCells(counts[None, :]),
        roles=ArrayCells(roles[None, :]),
        kind=kind,
        title=(Run(name, kind if name in ("input", "output") else Role.STRONG, bold=True),),
        rule=" · ".join(layer_words(row, axis) for row in level.rows),
        frames=(Frame(Rect(0, level.before, 1, level.before + level.size)),) if grown else (),
        top=(ruler,) if name == "input" and not grown else (),
        spacing=(float(level.field.start - level.before * jump), float(jump)),
    )


def layer_words(row: Row, axis: int) -> str:
    """A layer as a row between rows says it: conv 3, stride 2."""
    layer = row.layer
    if not isinstance(layer, (Conv, ConvTranspose, Pool)):
        return layer.short.partition(" ")[0]
    kind = (
        "conv"
        if isinstance(layer, Conv)
        else "transposed conv"
        if isinstance(layer, ConvTranspose)
        else f"{layer.kind} pool"
    )
    words = [f"{kind} {layer.kernel[axis]}"]
    if layer.stride[axis] != 1:
        words.append(f"stride {layer.stride[axis]}")
    if layer.dilation[axis] != 1:
        words.append(f"dilation {layer.dilation[axis]}")
    return ", ".join(words)


def _links(found: Sequence[Level], names: Sequence[str]) -> list[Link]:
    links = []
    for level, name, below in zip(found[1:], names[1:], names[:-1], strict=True):
        if len(level.links) <= LINKS:
            links += [
                Link("reads", (name, 0, cell), (below, 0, under), Role.OUTPUT)
                for cell, under in level.links
            ]
    return links


def _terms(found: Sequence[Level], names: Sequence[str], axis: int) -> list[Label]:
    """The recurrence: field + d·(k − 1)·jump, jump·stride, with their numbers."""
    labels = [Label("input", (*_said("field", 1, ""), *_said("   jump", 1, "")))]
    for level, name, below in zip(found[1:], names[1:], found[:-1], strict=True):
        reading = level.rows[0].reads[axis]
        field, jump = level.field, below.field.jump
        first = second = ""
        if isinstance(reading, Gather):
            steps = reading.axis
            spread = f"{steps.dilation}·" if steps.dilation != 1 else ""
            regular = below.field.size + spread_of(reading) * jump == field.size
            if regular:
                first = f"{below.field.size} + {spread}({steps.kernel} − 1)·{_ratio(jump)}"
            second = f"{_ratio(jump)}·{steps.stride}"
        runs = (*_said("field", field.size, first), *_said("   jump", field.jump, second))
        labels.append(Label(name, runs))
    return labels


def spread_of(reading: Gather) -> int:
    """Cells from the first tap to the last, less one."""
    return reading.axis.reach - 1


def _said(word: str, number: int | Fraction, terms: str) -> Text:
    runs = [Run(f"{word} "), Run(_ratio(number), Role.STRONG, bold=True)]
    if terms:
        runs.append(Run(f" = {terms}", Role.MUTED))
    return tuple(runs)


def _ratio(number: int | Fraction) -> str:
    return str(number)


def _asked(trace: Trace, unit: int | tuple[int, ...], axis: int | None = None) -> tuple[Text, ...]:
    place = ",".join(map(str, unit)) if isinstance(unit, tuple) else str(unit)
    several = len(trace.shape) > 2
    along = ""
    if several and axis is not None:
        names = ("rows", "cols") if len(trace.shape) == 3 else ("depth", "rows", "cols")
        along = f" along {names[axis]}"
    return (
        (Run(plural(len(trace.rows), "layer")),),
        (Run(f"receptive field of output unit {place}{along}"),),
    )


def _notes(found: Sequence[Level], trace: Trace) -> tuple[str, ...]:
    notes = ["numbers in cells count the paths to them"]
    if any(level.before or level.after for level in found):
        notes.append("outside the frame: padding")
    last = found[-1].rows[-1]
    if last is not trace.rows[-1]:
        notes.append("the layers after it mix all cells")
    return (" · ".join(notes),)


# Over a plane.


def _plane(
    trace: Trace,
    rows: Sequence[Row],
    unit: tuple[int, ...],
    view: View,
    picture: Array | None,
) -> Scene:
    counts = planar(rows, trace.shape[1:], unit)
    spans = _nested(rows, counts.middles, trace.shape[1:])
    size, rect, _ = spans[-1]
    reached = counts.input > 0
    roles = np.where(reached, Role.COUNT, Role.ZERO).astype(np.uint8)
    inside = np.zeros_like(reached)
    inside[rect.top : rect.bottom, rect.left : rect.right] = True
    roles[inside & ~reached] = Role.HOLE
    shape = counts.input.shape
    grid = Grid(
        key="input",
        cells=ArrayCells(counts.shown),
        roles=ArrayCells(roles),
        kind=Role.INPUT,
        title=(
            Run("input", Role.INPUT, bold=True),
            Run(f" {'×'.join(map(str, trace.shape[1:]))}", Role.INPUT),
        ),
        frames=tuple(
            Frame(each, Role.OUTPUT if i == len(spans) - 1 else Role.COUNT)
            for i, (_, each, _) in enumerate(spans)
        ),
        top=(index_ruler("col", shape[1], Role.MUTED),),
        left=(index_ruler("row", shape[0], Role.MUTED),) if len(unit) > 1 else (),
        picture=picture,
    )
    ends = _inside(rows[-1], counts.middles[-1], trace.shape[1:]) or ()
    clipped = tuple(stop - start for start, stop in ends)
    seen = " × ".join(map(str, clipped))
    cut = clipped != tuple(size)
    subtitle: Text = (
        Run("The "),
        Run("output", Role.OUTPUT, bold=True),
        Run(f" unit at {', '.join(map(str, unit))} reads "),
        Run(f"{seen} input cells", Role.INPUT, bold=True),
        Run(f" of {' × '.join(map(str, trace.shape[1:]))}"),
        Run(f"; its field of {' × '.join(map(str, size))} is cut by the border." if cut else "."),
    )
    return Scene(
        diagram="receptive-field-plane",
        headline=(network_lead(trace.shape, rows[-1].output), *_asked(trace, unit)),
        bands=((grid,),),
        title="What one output unit can see",
        subtitle=subtitle,
        measures=tuple(
            Measure("input", 1, each.left, each.right, words, Role.OUTPUT if last else Role.COUNT)
            for last, (_, each, words) in zip(
                [False] * (len(spans) - 1) + [True], spans, strict=True
            )
        ),
        notes=(
            "numbers in cells count the paths to them"
            + (", summed over the depth" if len(unit) == 3 else ""),
        ),
        command=view.command,
    )


def _inside(
    row: Row, middle: tuple[int, ...], spatial: tuple[int, ...]
) -> list[tuple[int, int]] | None:
    """(start, stop) per axis: the part of the input that a unit's field covers; None for none."""
    assert row.fields is not None, "spatial_rows stops before"
    spans = [field.span(unit) for field, unit in zip(row.fields, middle, strict=True)]
    if any(span is None for span in spans):
        return None
    return [
        (max(low, 0), min(high + 1, n))
        for (low, high), n in zip(filter(None, spans), spatial, strict=True)
    ]


def _nested(
    rows: Sequence[Row], middles: Sequence[tuple[int, ...]], spatial: tuple[int, ...]
) -> list[tuple[tuple[int, ...], Rect, str]]:
    """(field size, where it lies clipped to the input, words) of a few units, smallest first."""
    found: dict[tuple[int, ...], tuple[tuple[int, ...], Rect, str]] = {}
    for row, middle in zip(rows, middles, strict=True):
        assert row.fields is not None, "spatial_rows stops before"
        size = tuple(field.size for field in row.fields)
        ends = _inside(row, middle, spatial)
        if ends is None or (size in found and row is not rows[-1]):
            continue
        (top, bottom), (left, right) = ends[-2:] if len(ends) > 1 else ((0, 1), ends[0])
        words = f"{' × '.join(map(str, size))} after {layer_words(row, len(size) - 1)}"
        found[size] = (size, Rect(top, left, bottom, right), words)
    every = list(found.values())
    if len(every) <= FRAMES:
        return every
    places = np.rint(np.linspace(0, len(every) - 1, FRAMES)).astype(int)
    return [every[i] for i in places.tolist()]
