"""Circular padding as what it is: a crop of the input, repeated without end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams.padding import grid_sides, layer_of, padding
from convviz.diagrams.phrases import sized
from convviz.diagrams.planes import Side
from convviz.diagrams.scene import (
    Array,
    Computed,
    Frame,
    Grid,
    Index,
    Link,
    Panel,
    Rect,
    Role,
    Ruler,
    Run,
    Scene,
)
from convviz.diagrams.view import View
from convviz.diagrams.words import padding_text, plain, shown_shape, spaced
from convviz.engine.account import Account
from convviz.errors import SpecError
from convviz.records import replace
from convviz.spec.layers import times

COPIES = 3
"""Repetitions along each axis: padding takes at most one on each side."""


def tiling(accounts: Sequence[Account], view: View) -> Scene:
    """The padded input outlined in the tiling, and the padded input itself.

    Of several planes each is a panel in a picture, a tiling beside others on a screen.

    Raises SpecError: the mode is not circular.
    """
    account = accounts[0]
    layer = layer_of(account)
    if layer.mode != "circular":
        raise SpecError(
            f"tiling is what circular padding crops, not {layer.mode}",
            "tiling",
            remedy="{mode=circular}, or leave the tiling out",
        )
    padded = padding(accounts, view)
    rows, cols = grid_sides(account)
    line = len(account.spatial) == 1
    band = tuple(
        grid
        for plain_grid in padded.bands[0]
        for grid in (_tiled(account, plain_grid, rows, cols, line=line),)
    )
    shape = times(shown_shape(account, account.shape))
    found = replace(
        padded,
        diagram="tiling",
        headline=(*padded.headline, plain("a crop of the endless tiling")),
        bands=(band, padded.bands[0]),
        title="Circular padding is a crop of an endless tiling",
        subtitle=(
            Run("The "),
            Run(sized("input", account.spatial), Role.INPUT, bold=True),
            Run(" repeats in every direction; padding "),
            Run(padding_text(layer.padding), Role.FOCUS, bold=True),
            Run(" widens the crop to "),
            Run(spaced(account.shape[2:]), Role.OUTPUT, bold=True),
            Run("."),
        ),
        links=tuple(
            Link("lens", (tile.key, 0, 0), (grid.key, 0, 0), Role.OUTPUT)
            for tile, grid in zip(band, padded.bands[0], strict=True)
        ),
        measures=(),
        notes=(
            f"double frame: the padded {shape} · single frame: the input, "
            f"repeated on {'both' if line else 'all'} sides",
        ),
    )
    return _by_plane(found) if view.drawn and len(band) > 1 else found


def _by_plane(found: Scene) -> Scene:
    """The same with a panel per plane."""
    tiles, crops = found.bands
    return replace(
        found,
        diagram="multiples",
        bands=(),
        links=(),
        panels=tuple(
            _plane(found, tile, grid, link)
            for tile, grid, link in zip(tiles, crops, found.links, strict=True)
        ),
    )


def _plane(found: Scene, tile: Grid, grid: Grid, link: Link) -> Panel:
    """One plane, named by its panel rather than by its grids."""
    name = tuple(replace(run, role=Role.STRONG, bold=True) for run in grid.title)
    bands = (replace(tile, title=()),), (replace(grid, title=()),)
    return Panel(name, (), replace(found, bands=bands, links=(link,), command="", omitted=()))


def _tiled(account: Account, grid: Grid, rows: Side, cols: Side, *, line: bool) -> Grid:
    """The tiling around one padded plane, with the cells of `grid` as a crop of it."""
    height = 1 if line else COPIES * rows.size
    shape = (height, COPIES * cols.size)
    top, left = (0 if line else rows.size), cols.size
    crop = Rect(
        top - rows.before,
        left - cols.before,
        top - rows.before + rows.total,
        left - cols.before + cols.total,
    )

    def values(at_rows: Index, at_cols: Index) -> Array:
        # A padded plane starts `before` cells ahead of the input: the same source, any period.
        return grid.cells.at(at_rows % rows.size + rows.before, at_cols % cols.size + cols.before)

    def roles(at_rows: Index, at_cols: Index) -> Array:
        taken = np.logical_and.outer(
            (at_rows >= crop.top) & (at_rows < crop.bottom),
            (at_cols >= crop.left) & (at_cols < crop.right),
        )
        original = np.logical_and.outer(
            (at_rows >= top) & (at_rows < top + rows.size),
            (at_cols >= left) & (at_cols < left + cols.size),
        )
        found = np.where(taken, Role.COPY, Role.REPEAT)
        return np.where(original, Role.INPUT, found).astype(np.uint8)

    source = (np.arange(height) % rows.size, np.arange(shape[1]) % cols.size)
    frame = Rect(top, left, top + rows.size, left + cols.size)
    return replace(
        grid,
        key=f"tiling {grid.key}",
        cells=Computed(shape, values),
        roles=Computed(shape, roles),
        frames=(Frame(crop, Role.OUTPUT, double=True), Frame(frame)),
        top=(_ruler("index" if line else "col", source[1], crop.left, crop.right),),
        left=() if line else (_ruler("row", source[0], crop.top, crop.bottom),),
        source=source,
    )


def _ruler(word: str, source: Index, start: int, stop: int) -> Ruler:
    lines = np.arange(len(source))
    roles = np.where((lines >= start) & (lines < stop), Role.TEXT, Role.MUTED)
    return Ruler(word, source, roles.astype(np.uint8), np.zeros(len(source), dtype=bool))
