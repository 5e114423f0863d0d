"""An account in motion: the scenes of a film, one per step.

Convolution and pooling gather: the window slides, and outputs after it are not computed yet.
Transposed convolution scatters: stamps land one by one, and the sum grows. Padding fills the lines
around its input.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from convviz.diagrams import View, scene
from convviz.diagrams.filling import filling, steps
from convviz.diagrams.landing import landing
from convviz.diagrams.multiples import panelled
from convviz.diagrams.scene import Array, Grid, Role, Run, Scene
from convviz.diagrams.view import chosen
from convviz.engine.account import Account
from convviz.errors import SpecError, unknown
from convviz.records import replace
from convviz.spec.layers import ConvTranspose, Padding

MOST = 60
"""Frames of a film: beyond that, the rows between the first and the last have one each."""

MOVING = ("padding", "window", "stride", "line", "channels", "overlap", "coverage", "direct")
"""Diagrams that show one cell of many, and so can go from cell to cell."""

HELD = 1 << 16
"""Cells of a grid whose values are compared from frame to frame; a larger one has no numbers."""


def motion(
    accounts: Sequence[Account], view: View, diagram: str | None = None
) -> tuple[Scene, ...]:
    """The scenes of a film of an account: at most `MOST`.

    view: its `at` names the plane; where in the plane is left to the film.

    Raises SpecError: the diagram does not move.
    """
    account = accounts[0]
    check(accounts, view, diagram)
    if len(accounts) > 1 and not isinstance(account.layer, Padding):
        return together(accounts, view, diagram)
    if isinstance(account.layer, Padding):
        still, count = scene(accounts, view, diagram), steps(accounts)
        shown = spread(count, MOST)
        scenes = [filling(still, accounts, place) for place in shown]
        return tuple(told(each, len(shown), (count,)) for each in scenes)
    scatters = isinstance(account.layer, ConvTranspose) and diagram != "direct"
    shape = account.input.shape if scatters else account.shape
    lead = chosen(view.at, shape, "input" if scatters else "output")[:2]
    grid = shape[2:]
    stops = places(grid)
    scenes = []
    for place in stops:
        cell = tuple(map(int, np.unravel_index(place, grid)))
        found = scene([account], replace(view, at=(*lead, *cell), growing=True), diagram)
        scenes.append(landing(found, account, place + 1, lead) if scatters else found)
    return tuple(steadied([told(found, len(stops), grid) for found in scenes]))


def together(accounts: Sequence[Account], view: View, diagram: str | None) -> tuple[Scene, ...]:
    """The films of several layers side by side, step by step; a shorter one waits at its end."""
    alone = replace(view, command="", names=())
    films = [motion([account], alone, diagram) for account in accounts]
    longest = max(range(len(films)), key=lambda number: len(films[number]))
    layer, account = accounts[longest].layer, accounts[longest]
    scatters = isinstance(layer, ConvTranspose) and diagram != "direct"
    grid = (account.input.shape if scatters else account.shape)[2:]
    return tuple(
        told(
            panelled([film[min(step, len(film) - 1)] for film in films], accounts, view),
            len(films[longest]),
            grid,
        )
        for step in range(len(films[longest]))
    )


def check(accounts: Sequence[Account], view: View, diagram: str | None) -> None:
    """Refuse what has no film.

    Raises SpecError: the diagram does not move.
    """
    layer = accounts[0].layer
    padding = isinstance(layer, Padding)
    if padding and view.tiling:
        raise still_only("the endless tiling does not move", "tiling")
    if diagram is not None and diagram not in MOVING:
        raise unknown("moving view", diagram, MOVING, argument="view", heading="views that move")
    if len(layer.padding) == 3 and (padding or isinstance(layer, ConvTranspose)):
        what = "padding is" if padding else "stamps are"
        raise still_only(f"{what} shown in motion on one or two axes, not in a volume", "animate")


def still_only(fact: str, argument: str) -> SpecError:
    """The error of what has a picture but no film."""
    return SpecError(fact, argument, remedy="a still picture: -o x.png")


def places(grid: tuple[int, ...], most: int = MOST) -> tuple[int, ...]:
    """The cells of a grid, in reading order, that have a frame: all, if there are at most `most`.

    Else the first row, the last cell of each row between, the last row; of rows that are too long
    for that, and of too many rows, cells at even distances.
    """
    total = prod(grid)
    if total <= most:
        return tuple(range(total))
    cols = grid[-1]
    rows = total // cols
    if rows == 1:
        return spread(total, most)
    first = spread(cols, most // 3)
    between = [(row + 1) * cols - 1 for row in range(1, rows - 1)]
    kept = spread(len(between), most - 2 * len(first))
    return (*first, *(between[i] for i in kept), *(total - cols + col for col in first))


def spread(count: int, wanted: int) -> tuple[int, ...]:
    """At most `wanted` of 0 … count − 1 at even distances, the ends included."""
    if count <= wanted:
        return tuple(range(count))
    return tuple(i * (count - 1) // (wanted - 1) for i in range(wanted))


def told(found: Scene, shown: int, grid: tuple[int, ...]) -> Scene:
    """The scene with what its film leaves out, if anything, in the headline and the subtitle."""
    if shown == prod(grid):
        return found
    part = f"{shown} of {prod(grid):,} steps"
    which = ": the first row, one per row, the last row" if len(grid) > 1 else ""
    return replace(
        found,
        headline=(*found.headline, (Run(part, Role.MUTED),)),
        subtitle=(*found.subtitle, Run(f"  {part}{which}.")),
    )


def steadied(scenes: Sequence[Scene]) -> list[Scene]:
    """The scenes, each grid with the values that it has in other frames.

    Numbers take the room and the precision that all of them need, so that nothing jumps.
    """
    others: dict[str, Array] = {}
    changing: set[str] = set()
    for found in scenes:
        for grid in grids(found):
            if prod(grid.shape) > HELD:
                continue
            values = np.unique(grid.values)
            before = others.setdefault(grid.key, values)
            if before is not values and not np.array_equal(before, values, equal_nan=True):
                others[grid.key] = np.union1d(before, values)
                changing.add(grid.key)
            # Its values stand, but frames hide those that are not computed yet.
            if (grid.all_roles == Role.PENDING).any():
                changing.add(grid.key)
    return [
        replace(
            found,
            bands=tuple(
                tuple(
                    replace(grid, others=others[grid.key]) if grid.key in changing else grid
                    for grid in band
                )
                for band in found.bands
            ),
        )
        for found in scenes
    ]


def grids(found: Scene) -> list[Grid]:
    """All grids of a scene."""
    return [grid for band in found.bands for grid in band]
