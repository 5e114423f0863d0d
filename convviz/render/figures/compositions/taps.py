"""The taps of a dilated window: numbered, in colors of their own, among the cells they skip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Role
from convviz.render.colors import Floats, ident, ink_on, mixed
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.grids import DISC, TILE, TILES_FROM, Place
from convviz.render.figures.type import SEMIBOLD
from convviz.render.style import Theme

FADED = np.array([0.35, 0.7])
"""What stays of the outermost cells where a grid goes on."""


def fading(corner: tuple[int, int], shown: tuple[int, int], whole: tuple[int, int]) -> Floats:
    """(rows, cols): how much of a cell stays; towards an edge that is cut, cells fade.

    corner: the first cell that is shown, of a grid of the shape `whole`.
    """
    shares = []
    for start, count, size in zip(corner, shown, whole, strict=True):
        share = np.ones(count)
        if start > 0:
            share[:2] = FADED[:count]
        if start + count < size:
            share[-2:] = np.minimum(share[-2:], FADED[::-1][-count:])
        shares.append(share)
    return np.minimum.outer(*shares)


def faces(grid: Grid, theme: Theme) -> tuple[Floats, Floats]:
    """((rows, cols, 3) fills, (rows, cols) tap numbers from 1, 0 where there is no tap)."""
    assert grid.source is not None, "taps have an identity"
    rows, cols = grid.source
    taps = (rows >= 0)[:, None] & (cols >= 0)
    colors = np.empty((*grid.shape, 3))
    colors[:] = theme.color("panel")
    colors[grid.all_roles == Role.HOLE] = theme.trio(Role.KERNEL)[0]
    painted = ident(np.maximum(rows, 0)[:, None], np.maximum(cols, 0), *grid.extent)
    colors[taps] = painted[taps]
    numbers = np.where(taps, rows[:, None] * grid.extent[1] + cols + 1, 0)
    return colors, numbers


def draw_taps(canvas: Canvas, grid: Grid, place: Place, share: Floats, size: float) -> None:
    """Draw the cells of a window's plane.

    share: (rows, cols): how much of a cell stays. size: of the numbers of taps; 0: there are none.
    """
    colors, numbers = faces(grid, canvas.theme)
    colors = mixed(colors, canvas.theme.color("paper"), share)
    if place.u < TILES_FROM:
        canvas.image(np.rint(colors * 255).astype(np.uint8), place.box)
        return
    u, roles = place.u, grid.all_roles
    rows, cols = np.indices(grid.shape)
    taps = numbers > 0
    discs = np.isin(roles, (Role.COPY, Role.FILL)) & (taps | (roles == Role.COPY))
    rings = (roles == Role.FILL) & ~taps
    tiles = ~discs & ~rings

    def at(chosen: NDArray[np.bool_]) -> Floats:
        return place.centers(rows[chosen], cols[chosen])

    canvas.tiles(at(tiles), TILE * u, colors[tiles])
    canvas.discs(at(discs), DISC * u, colors[discs])
    if rings.any():
        canvas.rings(at(rings), DISC * u, canvas.theme.color("pad_edge"), max(0.5, 0.03 * u))
    if size and taps.any():
        texts = [str(number) for number in numbers[taps].tolist()]
        inks = ink_on(colors[taps])
        canvas.numbers(texts, at(taps), size, inks, weight=SEMIBOLD, room=TILE * u)
