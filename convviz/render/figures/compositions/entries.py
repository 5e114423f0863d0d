"""Around the entries of a matrix: dots for zeros, brackets, bands and names of blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams.scene import Grid, Measure, Role
from convviz.render.colors import ink_on
from convviz.render.figures.canvas import BACK, FRAMES, TILES, Box, Canvas
from convviz.render.figures.faces import face_colors
from convviz.render.figures.grids import MOST_NUMBERS, TILE, TILES_FROM, Place
from convviz.render.figures.labels import labels
from convviz.render.figures.marks import Copies, rounded
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD

DOTS_FROM = 14.0
"""Points of pitch from which a zero is a dot; below, it is the paper."""


def dots(canvas: Canvas, grid: Grid, place: Place) -> None:
    """A gray dot for every zero of the structure, where dots can be told apart."""
    if place.u < DOTS_FROM:
        return
    zero = grid.all_roles == Role.ZERO
    centers = place.centers(*np.nonzero(zero))
    color = np.broadcast_to(canvas.theme.color("pad_edge"), (len(centers), 3))
    canvas.discs(centers, max(1.6, 0.075 * place.u), color)


def brackets(canvas: Canvas, box: Box, u: float) -> None:
    """Square brackets around a matrix."""
    out, tick = 0.12 * u + 3.0, min(8.0, 0.25 * u + 3.0)
    ink, width = canvas.theme.color("ink"), 1.6 if u > 8 else 1.2
    top, bottom = box.top - out, box.bottom + out
    for x, way in ((box.left - out, 1), (box.right + out, -1)):
        points = [(x + way * tick, top), (x, top), (x, bottom), (x + way * tick, bottom)]
        canvas.line(points, ink, width)


def bands(
    canvas: Canvas, sheet: Sheet, place: Place, blocks: Sequence[Measure], *, above: float
) -> None:
    """Every second block of columns on a band, lines between blocks of rows, names below.

    above: how far the bands rise over the matrix.
    """
    columns = [block for block in blocks if block.axis == 1]
    pad = min(4.0, 0.2 * place.u)
    if place.u >= TILES_FROM:
        _columns(canvas, place, columns, above + pad, 2 * pad)
    _lines(canvas, place, blocks)
    _names(canvas, sheet, place, columns, place.box.bottom + 2 * pad)


def _columns(
    canvas: Canvas, place: Place, columns: Sequence[Measure], above: float, below: float
) -> None:
    u, theme = place.u, canvas.theme
    for block in columns[::2]:
        left, right = place.left + block.start * u, place.left + block.stop * u
        box = Box(left, place.top - above, right, place.box.bottom + below)
        canvas.box(
            box, radius=min(5.0, 0.2 * u), face=theme.color("panel"), alpha=0.75, height=BACK
        )


def _lines(canvas: Canvas, place: Place, blocks: Sequence[Measure]) -> None:
    """Hairlines between blocks; between columns only where bands would hide below a picture."""
    u, color, box = place.u, canvas.theme.color("pad_edge"), place.box
    tiles = u >= TILES_FROM
    for block in blocks:
        if block.start == 0 or u * (block.stop - block.start) < 4.0:
            continue
        if block.axis == 0:
            y = place.top + block.start * u
            ends = [(box.left - 0.1 * u, y), (box.right + 0.1 * u, y)]
        elif not tiles:
            x = place.left + block.start * u
            ends = [(x, box.top), (x, box.bottom)]
        else:
            continue
        canvas.line(ends, color, 0.7 if tiles else 0.4, alpha=0.6, height=BACK if tiles else FRAMES)


def _names(
    canvas: Canvas, sheet: Sheet, place: Place, columns: Sequence[Measure], top: float
) -> None:
    """The names of blocks below them; of rows of several channels, the channels below those."""
    u, size = place.u, sheet.page.note - (0.5 if not sheet.page.paper else 0.0)
    names = fitting(sheet, columns, u, size)
    base = top + 1.35 * size
    for block, name in zip(columns, names, strict=False):  # none where they do not fit
        middle = place.left + (block.start + block.stop) / 2 * u
        canvas.words(middle, base, name, size, anchor=0.5)
    channels = groups(columns)
    if names and names[0].isdecimal() and not channels:
        # Numbers alone say nothing: their word stands before them.
        word = columns[0].label.rpartition(", ")[2].rpartition(" ")[0]
        if sheet.type.width(word, size) <= place.left - 0.3 * u:
            canvas.words(place.left - 0.3 * u, base, word, size, anchor=1.0)
    if not channels:
        return
    y = (base + 0.75 * size) if names else top + 2.0
    color = canvas.theme.word(Role.INPUT)
    for name, start, stop in channels:
        left, right = place.left + (start + 0.15) * u, place.left + (stop - 0.15) * u
        canvas.line([(left, y), (right, y)], color, 1.2)
        wide = sheet.type.width(name, size, SEMIBOLD)
        text = name if wide < right - left else name.rpartition(" ")[2]
        canvas.words(
            (left + right) / 2, y + 1.15 * size, text, size,
            anchor=0.5, color=color, weight=SEMIBOLD,
        )  # fmt: skip


def room_below(sheet: Sheet, blocks: Sequence[Measure]) -> float:
    """What the names below a matrix need."""
    columns = [block for block in blocks if block.axis == 1]
    return (2.0 * bool(columns) + 1.9 * bool(groups(columns))) * sheet.page.note + 4.0


def groups(columns: Sequence[Measure]) -> list[tuple[str, int, int]]:
    """(name, start, stop) of the channels, or depths, that several blocks belong to."""
    found: dict[str, tuple[int, int]] = {}
    for block in columns:
        whole, comma, _ = block.label.partition(", ")
        if comma:
            start, _ = found.get(whole, (block.start, 0))
            found[whole] = (start, block.stop)
    return [(name, start, stop) for name, (start, stop) in found.items()]


def fitting(sheet: Sheet, blocks: Sequence[Measure], u: float, size: float) -> list[str]:
    """The longest names of all blocks that fit below them: "input row 0", "row 0", "0"."""
    last = [block.label.rpartition(", ")[2] for block in blocks]
    ways = [
        last,
        [name.removeprefix("input ") for name in last],
        [name.rpartition(" ")[2] for name in last],
    ]
    for names in ways:
        wide = (sheet.type.width(name, size) + 4.0 for name in names)
        if all(w <= (b.stop - b.start) * u for w, b in zip(wide, blocks, strict=True)):
            return names
    return []


def column_width(sheet: Sheet, grid: Grid, u: float) -> float:
    """The width of the cells of a column: as much as its numbers take, at least the pitch."""
    digits = column_digits(sheet, grid, u)
    if digits is None:
        return max(u, 7.0)
    return max(u, digits[1] + 0.5 * u)


def column_digits(sheet: Sheet, grid: Grid, u: float) -> tuple[float, float] | None:
    """(type size, width of the widest number) of a column; None where they cannot be read."""
    size = min(0.42 * u, 20.0)
    if size < sheet.page.least or grid.shape[0] > MOST_NUMBERS:
        return None
    texts = labels(grid.values).texts.ravel().tolist()
    return size, max(sheet.type.width(text, size, SEMIBOLD) for text in texts)


def draw_column(canvas: Canvas, sheet: Sheet, grid: Grid, place: Place, box: Box) -> None:
    """A column of numbers in cells that are as wide as they have to be; a strip where small."""
    rows, cols = map(np.arange, grid.shape)
    colors = face_colors(grid, canvas.theme, grid.values, rows, cols)
    u = place.u
    if u < TILES_FROM:
        canvas.image(np.rint(colors * 255).astype(np.uint8), box)
        return
    middles = np.column_stack([np.full(len(rows), box.center[0]), place.top + (rows + 0.5) * u])
    half = (box.width - 0.1 * u) / 2, TILE * u / 2
    outline = rounded(-half[0], -half[1], half[0], half[1], 0.13 * TILE * u)
    canvas.add(Copies(outline, middles, faces=colors[:, 0]), TILES)
    digits = column_digits(sheet, grid, u)
    if digits is None:
        return
    texts = labels(grid.values).texts.ravel().tolist()
    inks = ink_on(colors[:, 0])
    if grid.kind == Role.OUTPUT:
        inks = np.broadcast_to(canvas.theme.trio(Role.OUTPUT)[2], inks.shape)
    canvas.numbers(texts, middles, digits[0], inks, weight=SEMIBOLD, room=box.width)
