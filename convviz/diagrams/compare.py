"""The same input under one parameter with several values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.gather import Look
from convviz.diagrams.multiples import claim, only, panel_names, parameter, plain_name
from convviz.diagrams.phrases import command_of, headline, plural
from convviz.diagrams.scene import Grid, Measure, Scene, Text
from convviz.diagrams.view import View
from convviz.diagrams.words import number_text, per_axis, shown_shape
from convviz.engine.account import Account
from convviz.records import replace
from convviz.spec.layers import times


def windows(accounts: Sequence[Account], view: View) -> Scene:
    """The chosen window of every account on its padded input.

    Of several input channels the first, of a volume the first plane of the input under a tap.
    """
    looks = [Look.at(account, view) for account in accounts]
    names = panel_names(accounts, view)
    word = parameter(names)
    grids = [panel(look, name, word) for look, name in zip(looks, names, strict=True)]
    return Scene(
        diagram="compare",
        headline=headline(command_of(accounts[0]), accounts, view.names),
        bands=(tuple(grids),),
        title=claim(word, accounts[0]),
        subtitle=only(word, accounts),
        measures=tuple(
            Measure(
                grid.key, 1, int(look.cols.window[0]), int(look.cols.window[-1]) + 1,
                f"reach {look.cols.axis.reach}",
            )
            for grid, look in zip(grids, looks, strict=True)
        ),
        notes=notes(looks[0]),
        command=view.command,
    )  # fmt: skip


def panel(look: Look, name: Text, word: str) -> Grid:
    """The padded input of one account with its window, or with all of them for a stride."""
    depth = plane(look)
    grid = look.plane(look.inputs[0], depth, plain_name(name), name)
    # Which cells no window reads is told, by ✗ on the outer rulers, where strides differ.
    strides = "stride" in plain_name(name)
    rulers = slice(0 if strides else -1, None)
    if not strides:
        rows, cols = look.rows.side, look.cols.side
        filled = depth is not None and not look.sights[0].side.inside(np.array([depth]))[0]
        roles = planes.padded_roles(look.account, rows, cols, filled=filled)
        grid = replace(grid, roles=roles)
    reach = per_axis([axis.reach for axis in look.layer.axes])
    rule = f"reach {reach}, output {times(shown_shape(look.account, look.account.shape))}"
    if word == "mode":
        rule = f"the window gives {number_text(float(look.account.output[look.cell]))}"
    return replace(
        grid, rule=rule, windows=grid.windows if strides else None, top=grid.top[rulers],
        left=grid.left[rulers],
    )  # fmt: skip


def plane(look: Look) -> int | None:
    """The padded depth that is shown of a volume: the first of the input under a tap of the window.

    None where there is no depth; the first tap where all of them lie in the padding.
    """
    if len(look.sights) < 3:
        return None
    sight = look.sights[0]
    return int(sight.window[int(np.argmax(sight.side.inside(sight.window)))])


def notes(look: Look) -> tuple[str, ...]:
    """What of the input is shown, where it is not all of it."""
    found = []
    if len(look.inputs) > 1:
        found.append(f"channel {look.inputs[0]} of {plural(len(look.inputs), 'input channel')}")
    if len(look.sights) == 3:
        found.append("the first plane of the input under a tap")
    return (" · ".join(found),) if found else ()
