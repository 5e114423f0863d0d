"""All windows of a layer painted on its input, and its output: each pair in one color."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import ArrayCells, Grid, Role, Windows
from convviz.records import replace
from convviz.render.colors import Floats, ident, ink_on
from convviz.render.figures.canvas import FRAMES, Canvas
from convviz.render.figures.compositions.parts import window, window_colors
from convviz.render.figures.grids import (
    TILE,
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_frame,
    draw_paint,
)
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import REGULAR, SEMIBOLD

ALL = 36
"""Most windows that are all painted; of more, the first, its neighbors and the last."""
MOST_ANCHORS = 400
ANCHOR = 0.72
"""Diameter of an anchor, in pitches."""
RIM = 0.09
"""Of paper around an anchor, in pitches: it stands off from what lies below."""


def draw_painted(canvas: Canvas, sheet: Sheet, grid: Grid, place: Place, *, numbered: bool) -> None:
    """Draw the cells of an input without numbers, its windows, its frames and their anchors.

    numbered: anchors carry the number of their output, counted from 1.
    """
    assert grid.windows is not None, "an input that is read has windows"
    windows, u, theme = grid.windows, place.u, canvas.theme
    if u >= TILES_FROM:
        tint = theme.trio(Role.INPUT)[0]
        colors = np.broadcast_to(tint, (*grid.shape, 3)).copy()
        unread = grid.all_roles == Role.UNREAD
        colors[unread] = theme.color("panel")
        colors[grid.all_roles == Role.COPY] = theme.faded(theme.trio(Role.INPUT)[1], 0.5)
        draw_cells(canvas, grid, place, None, colors=colors)
        draw_unread(canvas, place.centers(*np.nonzero(unread)), u)
    else:
        draw_cells(canvas, grid, place, None)
    outputs = (len(windows.rows), len(windows.cols))
    places = shown(outputs)
    rows, cols = np.array(places, np.intp).reshape(-1, 2).T
    painted = ident(rows, cols, *outputs)
    for (i, j), color in zip(places, painted, strict=True):
        box = place.rect(window(windows, i, j))
        draw_paint(canvas, box, color, odd=(i + j) % 2 == 1, u=u)
    for frame in grid.frames:
        draw_frame(canvas, place, frame)
    if outputs[0] * outputs[1] <= MOST_ANCHORS and u >= TILES_FROM:
        draw_anchors(canvas, sheet, windows, place, window_colors(*outputs), numbered=numbered)


def draw_unread(canvas: Canvas, centers: Floats, u: float) -> None:
    """Crosses on cells that no window reads: their gray alone is lost on a projector.

    u: points of a whole cell.
    """
    width = min(1.6, max(0.6, 0.035 * u))
    canvas.crosses(centers, 0.22 * u, canvas.theme.color("pad_edge"), width)


def shown(outputs: tuple[int, int]) -> list[tuple[int, int]]:
    """All windows, or the first, the next to the right and below, and the last."""
    rows, cols = outputs
    if rows * cols <= ALL:
        return [(i, j) for i in range(rows) for j in range(cols)]
    found = [(0, 0), (0, min(1, cols - 1)), (min(1, rows - 1), 0), (rows - 1, cols - 1)]
    return list(dict.fromkeys(found))


def draw_anchors(
    canvas: Canvas,
    sheet: Sheet,
    windows: Windows,
    place: Place,
    colors: Floats,
    *,
    numbered: bool,
) -> None:
    """A disc in the middle of every window, with the number of its output."""
    down = np.array([(r[0] + r[-1]) / 2 for r in windows.rows])
    across = np.array([(c[0] + c[-1]) / 2 for c in windows.cols])
    at_rows, at_cols = np.meshgrid(down, across, indexing="ij")
    centers = place.centers(at_rows.ravel(), at_cols.ravel())
    flat = colors.reshape(-1, 3)
    u = place.u
    paper = np.broadcast_to(canvas.theme.color("paper"), flat.shape)
    canvas.discs(centers, (ANCHOR + RIM) * u, paper, height=FRAMES)
    canvas.discs(centers, ANCHOR * u, flat, height=FRAMES)
    numbers = [str(n + 1) for n in range(len(flat))]
    size = min(0.36, 0.60 / sheet.type.width(numbers[-1], 1.0, SEMIBOLD)) * u
    if numbered and size >= sheet.page.least:
        canvas.numbers(numbers, centers, size, ink_on(flat), weight=SEMIBOLD, room=ANCHOR * u)


def draw_results(
    canvas: Canvas, sheet: Sheet, grid: Grid, place: Place, digits: Digits | None, numbered: bool
) -> None:
    """The outputs in the colors of their windows: values, in the corner the window's number."""
    u = place.u
    if u < TILES_FROM:
        draw_cells(canvas, grid, place, None)
        return
    pending = grid.all_roles == Role.PENDING
    roles = np.where(pending, Role.PENDING, Role.EMPTY).astype(np.uint8)
    draw_cells(canvas, replace(grid, source=None, roles=ArrayCells(roles)), place, None)
    rows, cols = np.nonzero(~pending)
    centers, faces = place.centers(rows, cols), window_colors(*grid.shape)[rows, cols]
    canvas.tiles(centers, TILE * u, faces)
    if digits is None:
        return
    inks, texts = ink_on(faces), digits.texts[rows, cols].tolist()
    drop = np.array([0.0, 0.08 * u]) if numbered else np.zeros(2)
    size = (min(0.34, digits.tile) if numbered else digits.tile) * u
    canvas.numbers(texts, centers + drop, size, inks, weight=SEMIBOLD, room=TILE * u)
    if numbered:
        numbers = [str(r * grid.shape[1] + c + 1) for r, c in zip(rows, cols, strict=True)]
        small = max(0.19 * u, sheet.page.least)
        widths = np.array([sheet.type.width(n, small, REGULAR) for n in numbers])
        corner = np.column_stack([widths / 2 - 0.36 * u, np.full(len(numbers), -0.29 * u)])
        canvas.numbers(numbers, centers + corner, small, inks, weight=REGULAR, room=0.46 * u)
