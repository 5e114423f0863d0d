"""Cells by the number of paths that reach them: a ramp, hollow holes, gray outside."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Grid, Index, Role
from convviz.render.colors import Floats, count_ramp, ink_on
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.grids import TILE, TILES_FROM, Digits, Place, samples
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD

LEAST = 0.22
"""Of the ramp: a single path stands out from the gray of cells that no path reaches."""


def faces(
    sheet: Sheet, grid: Grid, rows: Index, cols: Index, most: float, *, least: float = LEAST
) -> Floats:
    """(rows, cols, 3): cells by their count, `most` the strongest, gray where it is 0.

    least: where on the ramp a single path lies.
    """
    counts = np.asarray(grid.cells.at(rows, cols), np.float64)
    share = least + (1 - least) * (counts - 1) / max(most - 1, 1.0)
    colors = count_ramp(1 + share, 2.0, sheet.theme.name)
    colors[counts == 0] = sheet.theme.color("panel")
    return colors


def readable(sheet: Sheet, grid: Grid, u: float) -> Digits | None:
    """The counts as numbers, if they can be read."""
    return Digits.readable(grid, sheet.type, u, sheet.page.least)


def draw_counts(
    canvas: Canvas, sheet: Sheet, grid: Grid, place: Place, *, most: float, numbers: bool = True
) -> None:
    """The cells of a grid of counts; one picture where they are small."""
    theme, u = canvas.theme, place.u
    if u < TILES_FROM:
        rows, cols = (samples(n) for n in grid.shape)
        colors = faces(sheet, grid, rows, cols, most, least=0.0)
        holes = np.asarray(grid.roles.at(rows, cols)) == Role.HOLE
        colors[holes] = theme.faded(theme.color("focus"), 0.25)
        canvas.image(np.rint(colors * 255).astype(np.uint8), place.box)
        return
    rows, cols = map(np.arange, grid.shape)
    colors, roles = faces(sheet, grid, rows, cols, most), grid.all_roles
    holes = roles == Role.HOLE
    canvas.tiles(place.centers(*np.nonzero(~holes)), TILE * u, colors[~holes])
    line = theme.faded(theme.color("focus"), 0.55)
    canvas.hollows(place.centers(*np.nonzero(holes)), 0.86 * u, line, min(1.1, 0.06 * u))
    digits = readable(sheet, grid, u) if numbers else None
    met = roles == Role.COUNT
    if digits is not None and met.any():
        at, inks = place.centers(*np.nonzero(met)), ink_on(colors[met])
        texts = digits.texts[met].tolist()
        canvas.numbers(texts, at, digits.tile * u, inks, weight=SEMIBOLD, room=TILE * u)
