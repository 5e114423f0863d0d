"""What stands still in a film: the marks that all of its sheets have, with nothing moving below."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

import numpy as np
from matplotlib.path import Path

from convviz.render.figures.marks import Copies, Mark, Numbers, Raster, Shape, Words
from convviz.render.figures.type import inked

Box: TypeAlias = tuple[float, float, float, float]
"""(left, top, right, bottom) in points."""

SLACK = 1.0
"""Points around a mark that soft edges, miters and joints may reach."""

LEAN = 0.15
"""Of the size of a text: how far its first and last letters may reach beyond its width."""

NOWHERE = (np.inf, np.inf, -np.inf, -np.inf)
"""The box of a mark that draws nothing: it overlaps no other."""


def settled(sheets: Sequence[Sequence[Mark]]) -> list[set[int]]:
    """Per sheet, the places of marks that all sheets have and that lie over none that moves."""
    # Marks that draw the same get one number: they are compared and measured once.
    every = {id(mark): mark for sheet in sheets for mark in sheet}
    numbers: dict[Hashable, int] = {}
    known = {own: numbers.setdefault(key(mark), len(numbers)) for own, mark in every.items()}
    numbered = [[known[id(mark)] for mark in sheet] for sheet in sheets]
    met = {number: mark for own, sheet in zip(numbered, sheets, strict=True)
           for number, mark in zip(own, sheet, strict=True)}  # fmt: skip
    boxes = {number: extent(mark) for number, mark in met.items()}
    lines = aligned(numbered)
    stirred: set[int] = set()  # marks that all sheets have, counted in their common order
    before = -1
    while len(stirred) > before:
        before = len(stirred)
        for line, own in zip(lines, numbered, strict=True):
            common = {place: count for count, place in enumerate(line)}
            hot: list[Box] = []
            for place, number in enumerate(own):
                count = common.get(place)
                if count is None or count in stirred:
                    hot.append(boxes[number])
                elif any(overlap(boxes[number], other) for other in hot):
                    stirred.add(count)
                    hot.append(boxes[number])
    return [{p for count, p in enumerate(line) if count not in stirred} for line in lines]


def aligned(sheets: Sequence[Sequence[Hashable]]) -> list[list[int]]:
    """Per sheet, the places of the keys that all sheets have in the same order."""
    common = list(sheets[0])
    for sheet in sheets[1:]:
        here = set(sheet)
        shared = [k for k in common if k in here]
        there = set(shared)
        if shared == [k for k in sheet if k in there]:
            common = shared
            continue
        blocks = SequenceMatcher(None, common, sheet, autojunk=False).get_matching_blocks()
        common = [common[i] for block in blocks for i in range(block.a, block.a + block.size)]
    lines = []
    for sheet in sheets:
        places = enumerate(sheet)
        lines.append([next(place for place, own in places if own == k) for k in common])
    return lines


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def key(mark: Mark) -> Hashable:
    """Equal for marks that draw the same: their type and all of their parts, arrays as bytes."""
    return (type(mark), *map(part, vars(mark).values()))


def part(value: Any) -> Hashable:
    """A part of a mark as something that is compared by what it holds."""
    found: Hashable = value  # text, numbers, fonts: they are compared as they are
    if isinstance(value, np.ndarray):
        found = (value.shape, value.dtype.str, value.tobytes())
    elif isinstance(value, Path):
        found = (part(value.vertices), part(value.codes))
    elif isinstance(value, list):
        found = tuple(value)
    return found


def extent(mark: Mark) -> Box:
    """A box that holds all that a mark draws; it may be too large, never too small."""
    by = lean = SLACK
    if isinstance(mark, Shape):
        left, top, right, bottom = bounds(mark.path.vertices)
        # Joints are round where a path has codes; else they are miters, which reach further.
        by = lean = SLACK + mark.width * (2 if mark.path.codes is None else 0.5)
    elif isinstance(mark, Copies):
        (left, top, right, bottom), own = bounds(mark.centers), bounds(mark.path.vertices)
        left, top, right, bottom = left + own[0], top + own[1], right + own[2], bottom + own[3]
        by = lean = SLACK + mark.width / 2
    elif isinstance(mark, Words):
        size = mark.properties.get_size_in_points()
        wide, above, below = (size * each for each in inked(mark.text, mark.properties))
        left, right = mark.x, mark.x + wide
        top, bottom = mark.baseline - above, mark.baseline + below
        by += SLACK  # a raster's letters are hinted: their edges move to whole pixels
        lean += LEAN * size
    elif isinstance(mark, Numbers):
        if not mark.labels:
            return NOWHERE
        lefts, baselines = mark.lefts(), mark.baselines()
        widths = np.array(list(map(mark.width, mark.labels)))
        left, right = float(lefts.min()), float((lefts + widths).max())
        glyphs = [mark.typeface.glyph(c, mark.weight) for c in set("".join(mark.labels))]
        top = float(baselines.min()) + mark.size * min(glyph.top for glyph in glyphs)
        bottom = float(baselines.max()) + mark.size * max(glyph.bottom for glyph in glyphs)
        lean += LEAN * mark.size
    else:
        assert isinstance(mark, Raster), "every kind of mark has an extent"
        left, top, right, bottom = mark.box
    return (left - lean, top - by, right + lean, bottom + by)


def bounds(points: Any) -> Box:
    """The box around (n, 2) points."""
    if not len(points):
        return NOWHERE
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, top, right, bottom
