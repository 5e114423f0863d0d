"""The chosen output written out: the sum, the mean or the maximum of its window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams import planes
from convviz.diagrams.gather import Look
from convviz.diagrams.scene import Array, Equation
from convviz.spec.layers import Pool


def equation(look: Look, channel: int, grids: tuple[str, str]) -> Equation:
    """The chosen output as the sum, the mean or the maximum of its window."""
    layer = look.layer
    if isinstance(layer, Pool):
        window = look.window(channel)
        if layer.kind == "avg":
            divisor = int(look.account.divisors[look.cell[2:]])
            return Equation(
                look.name, "mean", look.result(), window, counted=counted(look),
                divisor=divisor, grids=grids,
            )  # fmt: skip
        choices = counted(look)
        tap = winner(window, choices)
        return Equation(
            look.name, "max", look.result(), window, counted=choices, grids=grids,
            winner=divmod(tap, window.shape[1]), source=source(look, channel, tap),
        )  # fmt: skip
    weight = look.account.weight
    assert weight is not None
    return Equation(
        look.name,
        "dot",
        look.result(),
        look.window(channel),
        planes.plane_of(weight[look.cell[1], 0]),
        grids=grids,
        bias=look.bias(),
    )


def winner(window: Array, choices: NDArray[np.bool_]) -> int:
    """The tap that holds the maximum of a window, of those that may: a nan, else the first."""
    if choices.all():
        return int(window.argmax())
    places = np.flatnonzero(choices)
    return int(places[window.ravel()[places].argmax()]) if places.size else 0


def source(look: Look, channel: int, tap: int) -> tuple[int, ...]:
    """The index, in the input as given, of the cell under a tap of the chosen window."""
    taps = np.unravel_index(tap, look.layer.kernel)
    place = [
        int(sight.window[int(t)]) - sight.side.before
        for sight, t in zip(look.sights, taps, strict=True)
    ]
    if any(not 0 <= p < s.side.size for p, s in zip(place, look.sights, strict=True)):
        return ()
    lead: tuple[int, ...] = ()
    if look.account.lead == 2:
        lead = (look.cell[0], channel)
    elif look.named or look.account.lead:
        lead = (channel,)
    return (*lead, *place)


def counted(look: Look) -> NDArray[np.bool_]:
    """(rows, cols): which cells of the window an average counts, or a maximum may choose."""
    layer = look.layer
    padding = isinstance(layer, Pool) and layer.kind == "avg" and layer.count_include_pad
    takes = []
    for sight in (look.rows, look.cols):
        if padding:
            takes.append(sight.window < sight.side.padded)
        else:
            takes.append(sight.side.inside(sight.window))
    return np.logical_and.outer(*takes)
