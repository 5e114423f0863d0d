"""Transposed convolution of planes: a stamp, where it lands, how many land on each output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.coverage import (
    counts,
    coverage,
    layer_of,
    verdict_label,
)
from convviz.diagrams.gather import indices, sized
from convviz.diagrams.multiples import panel_names, plain_name
from convviz.diagrams.phrases import headline, input_words, output_words
from convviz.diagrams.scatter import Scatter
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Frame,
    Grid,
    Index,
    Link,
    Rect,
    Role,
    Run,
    Scene,
    Selection,
)
from convviz.diagrams.view import View
from convviz.diagrams.words import (
    layer_parts,
    lead_text,
    per_axis,
    plain,
    shown_shape,
)
from convviz.engine.account import Account
from convviz.records import replace
from convviz.spec.layers import times


def field(accounts: Sequence[Account], view: View) -> Scene:
    """Two axes: the stamp of one input cell, the output it lands in, the stamps on each output."""
    look = Scatter.at(accounts[0], view)
    account, layer = look.account, look.layer
    volume = len(look.spreads) == 3
    tap, out_depth, lands = _landing(look) if volume else (0, 0, True)
    sample, channel = look.cell[:2]
    row, col = look.cell[-2:]
    plane = account.input[sample, channel]
    kernel = look.weight[channel, 0]
    if volume:
        plane, kernel = plane[look.cell[2]], kernel[tap]
    grids = (
        _input(look, plane),
        _kernel(look, kernel, tap if volume else None),
        Grid(
            "stamp", ArrayCells(plane[row, col] * kernel),
            planes.uniform(kernel.shape, Role.STAMP), Role.STAMP,
            (
                Run("stamp of "),
                Run(f"input[{indices((*look.lead(channel), *look.cell[2:]))}]", Role.INPUT,
                    bold=True),
            ),
            chosen=Selection(range(kernel.shape[0]), range(kernel.shape[1]), Role.STAMP),
        ),
    )  # fmt: skip
    title = (Run("stamps", Role.STRONG), Run(" on each output cell"))
    counted = coverage(account, "coverage", out_depth, title)
    results = tuple(_results(look, out_depth, lands=lands))
    rows, cols = look.spreads[-2:]
    notes = []
    if len(look.inputs) > 1:
        notes.append(
            f"the output adds the stamps of {len(look.inputs)} input channels; "
            "the counts are those of one channel"
        )
    if volume:
        factor = int(counts(account)[0][out_depth])
        notes.append(f"the counts hold {factor} along the depth")
        if not lands:
            notes.append("the crop takes every plane of this stamp")
    return Scene(
        diagram="coverage",
        headline=(lead_text("conv-transpose", account), *layer_parts(account)),
        bands=(grids, (*results, counted)),
        title="Why transposed convolutions draw checkerboards"
        if not all(axis.even for axis in layer.axes)
        else "Transposed convolution: stamp, shift, add",
        subtitle=(
            Run(input_words(account), Role.INPUT, True),
            Run(", "),
            Run(f"kernel {per_axis(layer.kernel)}", Role.KERNEL, True),
            *(
                (Run(", "), Run(f"stride {per_axis(layer.stride)}", Role.FOCUS, True))
                if set(layer.stride) != {1}
                else ()
            ),
            Run("  →  ", Role.MUTED),
            Run(output_words(account), Role.OUTPUT, True),
            Run(".  Color and number: how many stamps land on each output."),
        ),
        links=(
            Link("stamp", ("input", row, col), ("stamp", 0, 0), Role.STAMP),
            Link(
                "lens", ("stamp", 0, 0),
                (results[0].key, int(rows.stamp(row)[0]), int(cols.stamp(col)[0])), Role.STAMP,
            ),
        ),
        labels=look.labels(),
        notes=tuple(notes),
        command=view.command,
    )  # fmt: skip


def _landing(look: Scatter) -> tuple[int, int, bool]:
    """(depth tap, output plane, whether it lands): where the stamp first meets the output."""
    spread, depth = look.spreads[0], look.cell[2]
    for tap, place in enumerate(spread.stamp(depth).tolist()):
        if spread.kept.start <= place < spread.kept.stop:
            return tap, place - spread.kept.start, True
    return 0, 0, False


def _input(look: Scatter, plane: Array) -> Grid:
    row, col = look.cell[-2:]
    lead = look.lead(look.cell[1]) + look.cell[2:-2]
    word = f"input[{indices(lead)}]" if lead else "input"
    cells, roles = planes.whole(plane, Role.INPUT)
    return Grid(
        "input", cells, roles, Role.INPUT, sized(word, Role.INPUT, plane.shape),
        chosen=Selection((row,), (col,), Role.INPUT),
        top=(planes.index_ruler("", plane.shape[1], Role.MUTED),),
        left=(planes.index_ruler("", plane.shape[0], Role.MUTED),),
        source=(np.arange(plane.shape[0]), np.arange(plane.shape[1])),
        extent=(plane.shape[0], plane.shape[1]),
    )  # fmt: skip


def _kernel(look: Scatter, kernel: Array, tap: int | None) -> Grid:
    lead: tuple[int, ...] = (look.cell[1], 0) if look.named else ()
    lead += () if tap is None else (tap,)
    word = f"weight[{indices(lead)}]" if lead else "kernel"
    cells, roles = planes.whole(kernel, Role.KERNEL)
    return Grid("kernel", cells, roles, Role.KERNEL, sized(word, Role.KERNEL, kernel.shape))


def _results(look: Scatter, depth: int, *, lands: bool) -> list[Grid]:
    """The full sum, framed where it is kept, if padding crops; the output, if it is not the sum."""
    rows, cols = look.spreads[-2:]
    row_stamp, col_stamp = rows.stamp(look.cell[-2]), cols.stamp(look.cell[-1])
    volume = len(look.spreads) == 3
    index = look.lead(look.output) + ((depth,) if volume else ())
    named = f"output[{indices(index)}]" if index else "output"
    found = []
    if rows.cropped or cols.cropped:
        full = look.full()
        plane = full[look.spreads[0].kept.start + depth] if volume else full
        cells, roles = planes.whole(plane, Role.SUM)
        size = f" {times(plane.shape)}, framed: {named} {times((rows.out, cols.out))}"
        frame = Rect(rows.kept.start, cols.kept.start, rows.kept.stop, cols.kept.stop)
        found.append(
            Grid(
                "sum", cells, roles, Role.SUM, (Run("sum", Role.STRONG), Run(size)),
                frames=(Frame(frame, Role.OUTPUT),),
                chosen=_selection(row_stamp, col_stamp, plane.shape) if lands else None,
                top=(cols.mark_ruler(""), cols.index_ruler(col_stamp)),
                left=(rows.mark_ruler(""), rows.index_ruler(row_stamp)),
            )
        )  # fmt: skip
        if look.bias() is None:
            return found
    out = look.account.output[look.cell[0], look.output]
    plane = out[depth] if volume else out
    cells, roles = planes.whole(plane, Role.OUTPUT)
    stamped = _selection(row_stamp - rows.axis.before, col_stamp - cols.axis.before, plane.shape)
    found.append(
        Grid(
            "output", cells, roles, Role.OUTPUT, sized(named, Role.OUTPUT, plane.shape),
            chosen=stamped if lands else None,
            top=(planes.index_ruler("", plane.shape[1], Role.OUTPUT),),
            left=(planes.index_ruler("", plane.shape[0], Role.OUTPUT),),
        )
    )  # fmt: skip
    return found


def _selection(rows: Index, cols: Index, shape: tuple[int, ...]) -> Selection | None:
    """The part of a stamp that lies on the plane."""
    inside = [
        tuple(int(place) for place in places if 0 <= place < size)
        for places, size in zip((rows, cols), shape, strict=True)
    ]
    return Selection(inside[0], inside[1], Role.STAMP) if all(inside) else None


COUNTED = {
    2: "each count is the × of the counts along its row and its col",
    3: "each count is the × of the counts along its depth, its row and its col",
}
"""How counts come about, by the number of axes."""


def compared(accounts: Sequence[Account], view: View) -> Scene:
    """The stamps on each output cell under one parameter with several values."""
    names = panel_names(accounts, view)
    axes = len(accounts[0].spatial)
    grids, labels = [], []
    for account, name in zip(accounts, names, strict=True):
        # Of a volume the middle plane, where no border thins the counts.
        depth = (account.shape[2] - 1) // 2 if axes == 3 else 0
        grid = coverage(account, plain_name(name), depth, name)
        rule = f"output {times(shown_shape(account, account.shape))}"
        grids.append(replace(grid, rule=f"{rule}, plane {depth}" if axes == 3 else rule))
        labels.append(verdict_label(account, plain_name(name), name[0].role))
    strides = {per_axis(layer_of(account).stride) for account in accounts}
    return Scene(
        diagram="compare",
        headline=(
            *headline("conv-transpose", accounts, view.names),
            plain("stamps on each output cell"),
        ),
        bands=(tuple(grids),),
        title="Why transposed convolutions draw checkerboards",
        subtitle=(
            Run("Color and number: how many stamps land on each output cell"),
            *(
                (Run(" at "), Run(f"stride {strides.pop()}", Role.FOCUS, bold=True))
                if len(strides) == 1
                else ()
            ),
            Run("."),
        ),
        labels=tuple(labels),
        notes=() if axes == 1 else (COUNTED[axes],),
        command=view.command,
    )
