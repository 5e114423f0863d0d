"""Transposed convolution along one axis: inputs stamp the kernel, overlapping stamps add."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.coverage import (
    stamps,
)
from convviz.diagrams.gather import indices
from convviz.diagrams.scatter import Scatter, Spread
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Computed,
    Frame,
    Grid,
    Index,
    Link,
    Measure,
    Rect,
    Role,
    Ruler,
    Run,
    Scene,
    Selection,
)
from convviz.diagrams.view import View
from convviz.diagrams.words import (
    layer_parts,
    lead_text,
)
from convviz.engine.account import Account


def lanes(accounts: Sequence[Account], view: View) -> Scene:
    """One axis: a lane for every input cell, the sum of all lanes, the stamps on each output."""
    look = Scatter.at(accounts[0], view)
    account, (spread,) = look.account, look.spreads
    size, total, kernel = spread.size, spread.total, spread.axis.kernel
    count = len(look.inputs) * size
    channels = np.repeat(np.array(look.inputs), size)
    places = np.tile(np.arange(size), len(look.inputs))
    inputs = account.input[look.cell[0]][channels, places]
    local = look.output - look.group * (look.layer.out_channels // look.layer.groups)

    def taps(rows: Index, cols: Index) -> Array:
        return np.asarray(look.weight[channels[rows], local][:, cols])

    def where(rows: Index, cols: Index) -> tuple[Index, Array]:
        """(tap, whether there is one) for each cell of the lanes."""
        offset = cols[None, :] - places[rows][:, None] * spread.axis.stride
        tap = offset // spread.axis.dilation
        inside = (offset % spread.axis.dilation == 0) & (tap >= 0) & (tap < kernel)
        return np.where(inside, tap, 0), inside

    def products(rows: Index, cols: Index) -> Array:
        tap, inside = where(rows, cols)
        weights = look.weight[channels[rows], local][np.arange(len(rows))[:, None], tap]
        return np.where(inside, inputs[rows][:, None] * weights, 0)

    def lane_roles(rows: Index, cols: Index) -> Array:
        return np.where(where(rows, cols)[1], Role.STAMP, Role.EMPTY).astype(np.uint8)

    row = look.inputs.index(look.cell[1]) * size + look.cell[2]
    identity = (np.zeros(count, dtype=np.intp), np.arange(count))
    frame = (Frame(Rect(0, spread.kept.start, 1, spread.kept.stop), Role.OUTPUT),)
    frames = frame if spread.cropped else ()
    rulers = [planes.index_ruler("", count, Role.MUTED)]
    if len(look.inputs) > 1:
        labels = [Ruler("", each, rulers[0].roles, rulers[0].bold) for each in (channels, places)]
        rulers = labels
    index = indices(look.lead(look.output)) if look.named else ""
    grids = [
        Grid(
            "input", ArrayCells(inputs[:, None]), planes.uniform((count, 1), Role.INPUT),
            Role.INPUT, planes.title("input", Role.INPUT), left=tuple(rulers),
            source=identity, extent=(1, count), by_row=True,
        ),
        Grid(
            "kernel", Computed((count, kernel), taps),
            planes.uniform((count, kernel), Role.KERNEL), Role.KERNEL,
            planes.title("kernel", Role.KERNEL),
        ),
        Grid(
            "lanes", Computed((count, total), products), Computed((count, total), lane_roles),
            Role.STAMP, top=(spread.index_ruler(),), source=identity, extent=(1, count),
            by_row=True, frames=frames,
            chosen=Selection((row,), spread.landing(look.cell[2]), Role.STAMP)
            if view.at
            else None,
        ),
    ]  # fmt: skip
    full = look.full()[None, :]
    below = []
    if spread.cropped or look.bias() is not None:
        below.append(
            Grid(
                "sum", ArrayCells(full), planes.uniform((1, total), Role.SUM), Role.SUM,
                planes.title("sum", Role.STRONG), frames=frames,
            )
        )  # fmt: skip
    values = np.zeros((1, total), dtype=account.output.dtype)
    values[0, spread.kept] = account.output[look.cell[0], look.output]
    roles = np.full((1, total), Role.EMPTY, dtype=np.uint8)
    roles[0, spread.kept] = Role.OUTPUT
    word = f"output[{index}]" if index else "output"
    below.append(
        Grid(
            "output", ArrayCells(values), ArrayCells(roles), Role.OUTPUT,
            planes.title(word, Role.OUTPUT), frames=frames,
            bottom=(spread.mark_ruler(),) if spread.cropped else (),
        )
    )  # fmt: skip
    each = stamps(spread.axis, size, total)[None, :] * len(look.inputs)
    below.append(
        Grid(
            "coverage", ArrayCells(each), planes.uniform((1, total), Role.COUNT), Role.COUNT,
            (Run("stamps", Role.MUTED),), frames=frames,
        )
    )  # fmt: skip
    stride = spread.axis.stride
    return Scene(
        diagram="overlap",
        headline=(lead_text("conv-transpose", account), *layer_parts(account)),
        bands=(tuple(grids), *((grid,) for grid in below)),
        title="Transposed convolution: stamp, shift, add",
        subtitle=(
            Run("Each "),
            Run("input", Role.INPUT, bold=True),
            Run(" value stamps a copy of the "),
            Run("kernel", Role.KERNEL, bold=True),
            Run(", "),
            Run(f"{stride} {'step' if stride == 1 else 'steps'}", Role.FOCUS, bold=True),
            Run(" apart; overlapping stamps "),
            Run("add up", Role.OUTPUT, bold=True),
            Run("."),
        ),
        links=tuple(
            Link("stamp", ("input", n, 0), ("lanes", n, int(places[n]) * stride), Role.STAMP)
            for n in range(min(count, 16))
        )
        + ((Link("shift", ("lanes", 0, 0), ("lanes", 0, stride), Role.FOCUS, f"stride {stride}"),)
           if size > 1 else ()),
        measures=tuple(_crops(spread)),
        labels=look.labels(),
        notes=_lane_notes(look),
        command=view.command,
    )  # fmt: skip


def _lane_notes(look: Scatter) -> tuple[str, ...]:
    if len(look.inputs) == 1:
        return ()
    return ("each lane: the input channel, the index in it, from 0",)


def _crops(spread: Spread) -> list[Measure]:
    """What padding takes at both ends."""
    start, stop = spread.kept.start, spread.kept.stop
    found = []
    if start:
        found.append(Measure("lanes", 1, 0, start, f"padding {start}", Role.FOCUS))
    if stop < spread.full:
        label = f"padding {spread.axis.after}"
        found.append(Measure("lanes", 1, stop, spread.full, label, Role.FOCUS))
    return found
