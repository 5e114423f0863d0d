"""Convolution over several planes: one lane per channel and depth, their sums, one output plane."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.gather import Look, indices
from convviz.diagrams.scene import Equation, Grid, Link, Omission, Role, Scene
from convviz.diagrams.stride import claim, numbers
from convviz.diagrams.sums import source, winner
from convviz.diagrams.view import View
from convviz.diagrams.words import layer_parts, lead_text, size_labels
from convviz.engine.account import Account
from convviz.spec.layers import Pool

LANES, HEAD = 8, 2
"""More lanes than LANES: the first HEAD of them, and the last."""

Lane = tuple[int, "int | None"]
"""(place of the channel among those the output reads, depth tap in a volume)."""


def channels(accounts: Sequence[Account], view: View) -> Scene:
    """Each input plane with its weights and its share of the chosen output, then the output."""
    look = Look.at(accounts[0], view)
    account = look.account
    depths: tuple[int | None, ...] = (
        tuple(range(look.layer.kernel[0])) if len(look.sights) == 3 else (None,)
    )
    lanes: list[Lane] = [(place, tap) for place in range(len(look.inputs)) for tap in depths]
    which, hidden = planes.kept(len(lanes), view, LANES, HEAD)
    bands: list[tuple[Grid, ...]] = []
    equations: list[Equation] = []
    for number in which:
        band, share = _lane(look, lanes[number])
        if share is not None:
            key, second = band[0].key, band[1].key
            equations.append(Equation("", "dot", *share, grids=(key, second), band=len(bands)))
        bands.append(band)
    index = _output_index(look)
    bands.append((look.output("output", planes.title("output", Role.OUTPUT, f"[{index}]")),))
    divisor = look.divisor()
    if divisor is not None:
        bands[-1] = (*bands[-1], divisor)
    what = "planes" if len(depths) > 1 else "channels"
    if isinstance(look.layer, Pool):
        equations.append(_pooled(look))
    else:
        equations.append(_summed(look, equations, hidden, what))
    return Scene(
        diagram="channels",
        headline=(
            lead_text("pool" if isinstance(look.layer, Pool) else "conv", account),
            *layer_parts(account),
        ),
        bands=tuple(bands),
        title="Every output sums over all input channels" if len(look.inputs) > 1 else claim(look),
        subtitle=numbers(look),
        links=tuple(
            Link("lens", (band[0].key, look.rows.chosen, look.cols.chosen), ("output", 0, 0))
            for band in bands[:-1]
        ),
        equations=tuple(equations),
        labels=size_labels(account),
        notes=look.notes(),
        command=view.command,
        omitted=(Omission(len(which) - 1, 0, hidden, what),) if hidden else (),
    )


def _output_index(look: Look) -> str:
    """The indices of the output plane: its channel, its depth, its sample in a batch."""
    lead = look.cell[:2] if look.account.lead == 2 else look.cell[1:2]
    if len(look.sights) == 3:
        lead = (*lead, look.cell[2])
        if not look.named and look.account.lead == 0:
            lead = lead[-1:]
    return indices(lead)


def _lane(look: Look, lane: Lane) -> tuple[tuple[Grid, ...], tuple[Any, Any, Any] | None]:
    """One plane with its weights, and (sum, window, weights); None for pooling."""
    place, tap = lane
    channel = look.inputs[place]
    depth = None if tap is None else int(look.sights[0].window[tap])
    name, rest = _plane_name(look, channel, depth)
    grid = look.plane(
        channel, depth, f"input[{place},{tap}]", planes.title("input", Role.INPUT, f"{name}{rest}")
    )
    if isinstance(look.layer, Pool):
        return (grid,), None
    own = (look.cell[1], place) + (() if tap is None else (tap,))
    title = planes.title("weight", Role.KERNEL, f"[{indices(own)}]")
    kernel = look.kernel(place, tap, f"weight[{place},{tap}]", title)
    window, weights = look.window(channel, depth), kernel.values
    return (grid, kernel), (_dot(window, weights), window, weights)


def _plane_name(look: Look, channel: int, depth: int | None) -> tuple[str, str]:
    """The indices of an input plane, and what it is where it is padding."""
    lead: tuple[int, ...] = (look.cell[0],) if look.account.lead == 2 else ()
    if look.named or look.account.lead:
        lead = (*lead, channel)
    if depth is None:
        return f"[{indices(lead)}]" if lead else "", ""
    side = look.sights[0].side
    source = int(side.source[depth])
    if depth >= side.padded:
        return f"[{indices(lead)}]" if lead else "", ", beyond"
    if side.inside(np.array([depth]))[0]:
        return f"[{indices((*lead, source))}]", ""
    if source >= 0:
        return f"[{indices((*lead, source))}]", ", copied into the padding"
    return f"[{indices(lead)}]" if lead else "", " padding, filled"


def _dot(window: Any, weights: Any) -> Any:
    """Window times weights, summed at full precision."""
    wide = np.result_type(window, weights, np.float64)
    return (window.astype(wide) * weights.astype(wide)).sum()


def _summed(look: Look, lanes: Sequence[Equation], hidden: int, what: str) -> Equation:
    """The shares of all lanes and the bias; lanes that are not shown have one share together."""
    parts = [("", equation.result) for equation in lanes]
    bias, result = look.bias(), look.result()
    if hidden:
        rest = _whole(look) - sum(value for _, value in parts)
        parts.insert(-1, (f"({hidden} more {what})", rest))
    if bias is not None:
        parts.append(("bias", bias))
    return Equation(look.name, "sum", result, parts=tuple(parts))


def _whole(look: Look) -> Any:
    """The sum of all products of the chosen output, at full precision."""
    weight = look.account.weight
    assert weight is not None
    sample, output = look.cell[:2]
    total = 0.0
    windows = [sight.window for sight in look.sights]
    for place, channel in enumerate(look.inputs):
        total += _dot(look.account.cells(sample, channel, *windows), weight[output, place])
    return total


def _pooled(look: Look) -> Equation:
    """The chosen output of a volume as the mean or the maximum over all its planes."""
    sample, channel = look.cell[:2]
    windows = [np.minimum(sight.window, sight.side.padded - 1) for sight in look.sights]
    values = look.account.cells(sample, channel, *windows)
    inside = [sight.side.inside(sight.window) for sight in look.sights]
    layer = look.layer
    assert isinstance(layer, Pool)
    if layer.kind == "avg" and layer.count_include_pad:
        inside = [sight.window < sight.side.padded for sight in look.sights]
    counted = reduce(np.logical_and.outer, inside)
    flat = (-1, values.shape[-1])
    if layer.kind == "avg":
        return Equation(
            look.name, "mean", look.result(), values.reshape(flat), counted=counted.reshape(flat),
            divisor=int(look.account.divisors[look.cell[2:]]), grids=("input[0,0]", ""),
        )  # fmt: skip
    tap = winner(values, counted)
    return Equation(
        look.name, "max", look.result(), values.reshape(flat), counted=counted.reshape(flat),
        grids=("input[0,0]", ""), winner=divmod(tap, values.shape[-1]),
        source=source(look, channel, tap),
    )  # fmt: skip
