"""Padding: every cell of the padded input, and where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from convviz.diagrams import planes
from convviz.diagrams.phrases import input_words
from convviz.diagrams.planes import Side
from convviz.diagrams.scene import (
    Grid,
    Link,
    Measure,
    Omission,
    Role,
    Run,
    Scene,
    Text,
)
from convviz.diagrams.view import View
from convviz.diagrams.words import (
    lead_text,
    number_text,
    padding_text,
    plain,
    shown_shape,
    sides,
    spaced,
)
from convviz.engine.account import Account
from convviz.spec.layers import Padding

ARCS = 24
"""Most copies that links show: more arcs than that are a thicket."""


def padding(accounts: Sequence[Account], view: View) -> Scene:
    """The padded input of every account: modes side by side, planes side by side."""
    bands, omitted = [], []
    for number, account in enumerate(accounts):
        grids, hidden = _grids(account, view, accounts)
        bands.append(grids)
        if hidden:
            channels = len(account.spatial) < 3 and account.input.shape[0] == 1
            what = "channels" if channels else "planes"
            omitted.append(Omission(number, len(grids) - 1, hidden, what))
    if all(len(band) == 1 for band in bands):
        bands = [tuple(grid for band in bands for grid in band)]
    first = accounts[0]
    return Scene(
        diagram="padding",
        headline=_headline(accounts),
        bands=tuple(bands),
        title=_claim(accounts),
        subtitle=_numbers(accounts),
        links=tuple(_arcs(accounts, bands)),
        measures=tuple(_measures(bands[0][0], first)),
        notes=(_note(accounts, bands),),
        command=view.command,
        omitted=tuple(omitted),
        saves="pad.npy" if len(accounts) == 1 else "",
    )


def layer_of(account: Account) -> Padding:
    """The padding that an account is of."""
    assert isinstance(account.layer, Padding)
    return account.layer


def _grids(
    account: Account, view: View, accounts: Sequence[Account]
) -> tuple[tuple[Grid, ...], int]:
    count = prod(account.input.shape[:2]) * (
        len(account.sources[0]) if len(account.spatial) == 3 else 1
    )
    which, hidden = planes.kept(count, view)
    chosen = [planes.plane(account, number) for number in which]
    name = _name(account, accounts)
    return tuple(_grid(account, lead, plane, name) for lead, plane in chosen), hidden


def _name(account: Account, accounts: Sequence[Account]) -> str:
    """What sets this account apart from the others."""
    if len(accounts) == 1:
        return ""
    if len({layer_of(a).mode for a in accounts}) > 1:
        return layer_of(account).mode
    if len({layer_of(a).padding for a in accounts}) > 1:
        return f"padding {padding_text(layer_of(account).padding)}"
    return f"value {number_text(layer_of(account).value)}"


def grid_sides(account: Account) -> tuple[Side, Side]:
    """(rows, cols) of a padded plane; 1-D has one row."""
    axes = len(account.spatial)
    rows = planes.single() if axes == 1 else planes.side(account, axes - 2)
    return rows, planes.side(account, axes - 1)


def _grid(account: Account, lead: tuple[int, ...], plane: str, name: str) -> Grid:
    rows, cols = grid_sides(account)
    line = len(account.spatial) == 1
    filled = len(lead) == 3 and account.sources[0][lead[2]] < 0
    deep = len(lead) == 3 and not _in_volume(account, lead[2])
    title: Text = ()
    if name:
        title = (Run(name, Role.FOCUS, bold=True),)
        if plane:
            title += (Run(f" {plane}"),)
    elif plane:
        title = (Run(plane, Role.STRONG),)
    return Grid(
        key=", ".join(filter(None, (name, plane))) or "padded",
        cells=planes.padded_cells(account, lead, rows, cols),
        roles=planes.padded_roles(account, rows, cols, filled=deep),
        kind=Role.INPUT,
        title=title,
        rule=rule(account) if name in {layer_of(account).mode} else "",
        frames=planes.frames(rows, cols) if not deep else (),
        top=(planes.source_ruler("index" if line else "col", cols),),
        left=() if line else (planes.source_ruler("row", rows),),
        source=None if filled else (rows.source, cols.source),
        extent=(rows.size, cols.size),
    )


def _in_volume(account: Account, position: int) -> bool:
    before = account.layer.padding[0][0]
    return before <= position < before + account.spatial[0]


def rule(account: Account) -> str:
    """The mode in a few words."""
    return (
        f"constant {number_text(layer_of(account).value)}"
        if account.mode.fills
        else account.mode.rule
    )


def _headline(accounts: Sequence[Account]) -> tuple[Text, ...]:
    first = accounts[0]
    layer = layer_of(first)
    modes = list(dict.fromkeys(layer_of(a).mode for a in accounts))
    paddings = list(dict.fromkeys(layer_of(a).padding for a in accounts))
    values = list(dict.fromkeys(layer_of(a).value for a in accounts))
    parts = [lead_text("pad", first, result=len({a.shape for a in accounts}) == 1)]
    if len(modes) > 1:
        parts.append(plain(f"{len(modes)} modes"))
    else:
        parts.append((Run(layer.mode, Role.FOCUS, bold=True),))
    if "constant" in modes and len(modes) == 1:
        parts.append(plain(f"value {', '.join(map(number_text, values))}"))
    if len(paddings) == 1:
        parts.append(plain(sides(layer.padding)))
    else:
        parts.append(plain(f"padding {', '.join(map(padding_text, paddings))}"))
    return tuple(parts)


def _note(accounts: Sequence[Account], bands: Sequence[Sequence[Grid]]) -> str:
    """What the margins tell; with one mode, its rule first."""
    first = accounts[0]
    fills = any(account.mode.fills for account in accounts)
    panels = sum(map(len, bands)) > 1
    line = len(first.spatial) == 1
    of_cell = "of each cell, from 0; a dot has none" if fills else "of each padded cell, from 0"
    modes = {layer_of(account).mode for account in accounts}
    if len(modes) > 1:
        return f"margins: the source {'index' if line else 'row and col'} {of_cell}"
    words = "margins" if panels else "index" if line else "row, col"
    one = len({layer_of(account).value for account in accounts}) == 1
    lead = f"{rule(first)} · " if one else ""
    return f"{lead}{words}: the source {of_cell}"


def _claim(accounts: Sequence[Account]) -> str:
    if len({layer_of(account).mode for account in accounts}) > 1:
        return "Padding modes"
    if len(accounts) > 1:
        return f"{layer_of(accounts[0]).mode.capitalize()} padding, compared"
    if not any(map(any, layer_of(accounts[0]).padding)):
        return "Padding 0 adds nothing"
    return {
        "zeros": "Zero padding surrounds the input with zeros",
        "constant": "Constant padding surrounds the input with one value",
        "reflect": "Reflect padding mirrors around the edge cell",
        "replicate": "Replicate padding repeats the edge cell",
        "circular": "Circular padding wraps around",
        "symmetric": "Symmetric padding mirrors, edge repeated",
    }[layer_of(accounts[0]).mode]


def _numbers(accounts: Sequence[Account]) -> Text:
    first = accounts[0]
    layer = layer_of(first)
    fills = all(account.mode.fills for account in accounts)
    start: Text = (Run(input_words(first), Role.INPUT, bold=True),)
    if len({a.shape for a in accounts}) == 1:
        start += (
            Run(f", padding {padding_text(layer.padding)}"),
            Run("  →  ", Role.MUTED),
            Run(spaced(shown_shape(first, first.shape)), Role.OUTPUT, bold=True),
        )
    if not any(any(map(any, layer_of(account).padding)) for account in accounts):
        return (*start, Run("."))
    sentence = (
        "Every cell outside the frame is filled."
        if fills
        else "Every padded cell wears the color of the cell it copies."
    )
    return (*start, Run(f".  {sentence}"))


def _arcs(accounts: Sequence[Account], bands: Sequence[Sequence[Grid]]) -> Iterator[Link]:
    """The copies along the columns of the first row: rows follow the same rule."""
    for grid in (grid for band in bands for grid in band):
        account = accounts[0] if len(accounts) == 1 else _account(accounts, grid)
        before, after = account.layer.padding[-1]
        if account.mode.fills or grid.source is None or before + after > ARCS:
            continue
        size = account.spatial[-1]
        for col in (*range(before), *range(before + size, before + size + after)):
            yield Link(
                "copy",
                (grid.key, 0, before + int(grid.source[1][col])),
                (grid.key, 0, col),
                Role.COPY,
            )


def _account(accounts: Sequence[Account], grid: Grid) -> Account:
    return next(a for a in accounts if grid.key.startswith(_name(a, accounts)))


def _measures(grid: Grid, account: Account) -> Iterator[Measure]:
    """How many cells each side adds."""
    for axis, (before, after) in zip((1, 0), reversed(account.layer.padding), strict=False):
        total = grid.shape[axis]
        if before:
            yield Measure(grid.key, axis, 0, before, f"{before}", Role.FOCUS)
        if after:
            yield Measure(grid.key, axis, total - after, total, f"{after}", Role.FOCUS)
