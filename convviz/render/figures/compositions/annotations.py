"""What is written around an input: the steps of its windows, the kinds of its cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams.scene import Grid, Link, Mark, Role, Windows
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.compositions.parts import window
from convviz.render.figures.grids import AT_ONCE, Place
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import SEMIBOLD, Line, Run

KINDS = {Role.FILL: "padding", Role.COPY: "padding, copied", Role.UNREAD: "never read"}
"""Roles that a reader has to be told, and how."""


def draw_steps(
    canvas: Canvas,
    sheet: Sheet,
    place: Place,
    windows: Windows,
    across: Link | None,
    down: Link | None,
) -> None:
    """Arrows from the first window to the next, above the grid and at its right."""
    u, note = place.u, sheet.page.note
    focus = canvas.theme.word(Role.FOCUS)
    x, y = place.rect(window(windows, 0, 0)).center
    if across is not None:
        end, high = x + (across.end[2] - across.start[2]) * u, place.top - 12.0
        head = min(9.0, 0.4 * (end - x))
        canvas.arrow((x, high), (end, high), focus, 1.8, head=head, dot=True)
        wide = sheet.type.width(across.label, note, SEMIBOLD)
        middle = max((x + end) / 2, place.left + wide / 2 - 4.0)
        label: Line = (Run(across.label, focus, SEMIBOLD),)
        canvas.words(middle, high - 8.0, label, note, anchor=0.5)
    if down is not None:
        end, right = y + (down.end[1] - down.start[1]) * u, place.box.right + 12.0
        head = min(9.0, 0.4 * (end - y))
        canvas.arrow((right, y), (right, end), focus, 1.8, head=head, dot=True)
        label = (Run(down.label, focus, SEMIBOLD),)
        canvas.words(right + 8.0, (y + end) / 2 + 0.36 * note, label, note)


def kinds(grid: Grid) -> list[Role]:
    """The roles in a grid that a reader has to be told."""
    rows, cols = grid.shape
    if rows * cols <= AT_ONCE:
        return [role for role in KINDS if bool((grid.all_roles == role).any())]
    bands = np.array_split(np.arange(rows), min(rows, -(-rows * cols // AT_ONCE)))
    parts = [grid.roles.at(band, np.arange(cols)).ravel() for band in bands]
    met = {role for part in parts for role in np.flatnonzero(np.bincount(part)).tolist()}
    return [role for role in KINDS if role in met]


def crossed(grid: Grid) -> bool:
    """Whether a grid has cells that no window reads."""
    rows, cols = grid.shape
    if rows * cols <= AT_ONCE:
        return bool((grid.all_roles == Role.UNREAD).any())
    # A line that no window meets crosses the whole grid, but for what lies beyond its end.
    for axis, rulers in enumerate((grid.left, grid.top)):
        for ruler in rulers:
            lines = [np.arange(rows), np.arange(cols)]
            lines[axis] = np.flatnonzero(ruler.labels == Mark.UNREAD)[:1]
            if (grid.roles.at(*lines) == Role.UNREAD).any():
                return True
    return False


def draw_kinds(
    canvas: Canvas, sheet: Sheet, place: Place, roles: Sequence[Role], *, crossed: bool = True
) -> None:
    """What rings, discs and gray cells are, in one line under the grid.

    crossed: whether cells that no window reads are crossed out in that grid.
    """
    theme, note, side = canvas.theme, sheet.page.note, 10.0
    x, y = place.left + 0.05 * place.u, place.box.bottom + 14.0
    for role in roles:
        spot = np.array([[x + 5.0, y]])
        if role == Role.FILL:
            canvas.rings(spot, side, theme.color("pad_edge"), 0.8)
        elif role == Role.COPY:
            canvas.discs(spot, side, theme.faded(theme.trio(Role.INPUT)[1], 0.5)[None])
        else:
            canvas.tiles(spot, 1.2 * side, theme.color("panel")[None])
            if crossed:
                canvas.crosses(spot, 0.5 * side, theme.color("pad_edge"), 1.0)
        x = canvas.words(x + 15.0, y + 0.36 * note, KINDS[role], note).right + 18.0
