"""Transposed convolution: every input cell stamps the kernel, and where stamps overlap they add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.compare import panel_names, plain_name
from convviz.diagrams.coverage import (
    counts,
    coverage,
    even,
    layer_of,
    stamps,
    verdict_label,
)
from convviz.diagrams.gather import indices, sized
from convviz.diagrams.phrases import headline
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Computed,
    Frame,
    Grid,
    Index,
    Label,
    Link,
    Mark,
    Measure,
    Rect,
    Role,
    Ruler,
    Run,
    Scene,
    Selection,
)
from convviz.diagrams.view import View, chosen
from convviz.diagrams.words import (
    layer_parts,
    lead_text,
    number_text,
    per_axis,
    plain,
    shown_shape,
    size_labels,
    spaced,
)
from convviz.engine.account import Account
from convviz.spec.geometry import Axis
from convviz.spec.layers import ConvTranspose, times


@dataclass(frozen=True, eq=False)
class Spread:
    """One fine axis before the crop.

    full:  cells that the stamps span. out: cells that are kept, from `axis.before` on.
    extra: output_padding.
    """

    axis: Axis
    size: int
    out: int
    extra: int

    @property
    def full(self) -> int:
        """Cells that the stamps span."""
        return self.axis.spread(self.size)

    @property
    def total(self) -> int:
        """Cells of the sum: the output may reach beyond the stamps."""
        return max(self.full, self.axis.before + self.out)

    @property
    def cropped(self) -> bool:
        """Whether what is kept differs from what the stamps span."""
        return (self.axis.before, self.out) != (0, self.full)

    @cached_property
    def kept(self) -> slice:
        """The cells that make the output."""
        return slice(self.axis.before, self.axis.before + self.out)

    @cached_property
    def marks(self) -> Index:
        """− where padding crops, + where output_padding keeps or adds."""
        found = np.full(self.total, Mark.CROPPED, dtype=np.intp)
        found[self.kept] = Mark.BLANK
        found[self.kept.stop - self.extra : self.kept.stop] = Mark.KEPT
        return found

    def mark_ruler(self) -> Ruler:
        """The marks of crop and output_padding."""
        roles = np.full(self.total, Role.FOCUS, dtype=np.uint8)
        return Ruler("padding", self.marks, roles, np.zeros(self.total, dtype=bool))

    def index_ruler(self, window: Index | None = None) -> Ruler:
        """The output index of every kept cell."""
        labels = np.full(self.total, Mark.BLANK, dtype=np.intp)
        labels[self.kept] = np.arange(self.out)
        bold = np.isin(np.arange(self.total), [] if window is None else window)
        return Ruler("", labels, np.full(self.total, Role.OUTPUT, dtype=np.uint8), bold)

    def stamp(self, coarse: int) -> Index:
        """The cells of the sum that the stamp of a coarse cell lands on."""
        return coarse * self.axis.stride + np.arange(self.axis.kernel) * self.axis.dilation


@dataclass(frozen=True, eq=False)
class Scatter:
    """An account of a transposed convolution, and the input cell that is looked at.

    cell: (sample, input channel, *spatial) of the chosen input. output: the first output channel
          that it reaches.
    """

    account: Account
    view: View
    cell: tuple[int, ...]

    @classmethod
    def at(cls, account: Account, view: View) -> Scatter:
        """The look at the input that `view` names."""
        return cls(account, view, chosen(view.at, account.input.shape, "input"))

    @property
    def layer(self) -> ConvTranspose:
        """Its layer."""
        return layer_of(self.account)

    @cached_property
    def spreads(self) -> tuple[Spread, ...]:
        """One per spatial axis."""
        layer = self.layer
        return tuple(
            Spread(axis, size, out, extra)
            for axis, size, out, extra in zip(
                layer.axes,
                self.account.spatial,
                self.account.shape[2:],
                layer.output_padding,
                strict=True,
            )
        )

    @property
    def group(self) -> int:
        """The group of the chosen input channel."""
        return self.cell[1] // (self.layer.in_channels // self.layer.groups)

    @property
    def output(self) -> int:
        """The first output channel of that group."""
        return self.group * (self.layer.out_channels // self.layer.groups)

    @property
    def inputs(self) -> range:
        """The input channels of that group: their stamps meet in the output."""
        each = self.layer.in_channels // self.layer.groups
        return range(self.group * each, self.group * each + each)

    @property
    def named(self) -> bool:
        """Whether channels need names."""
        return self.account.input.shape[1] > 1 or self.account.shape[1] > 1

    @property
    def cropped(self) -> bool:
        """Whether the output is not simply the sum."""
        return any(spread.cropped for spread in self.spreads)

    @cached_property
    def weight(self) -> Array:
        """(C_in, C_out/groups, *kernel)."""
        assert self.account.weight is not None
        return self.account.weight

    def lead(self, channel: int) -> tuple[int, ...]:
        """The indices before the spatial ones, as the user would write them."""
        if self.account.lead == 2:
            return (self.cell[0], channel)
        return (channel,) if self.named or self.account.lead else ()

    def full(self) -> Array:
        """(*total): the sum of the chosen output plane, with zeros where no stamp reaches."""
        plane = self.account.full[self.cell[0], self.output]
        shape = tuple(spread.total for spread in self.spreads)
        padded = np.zeros(shape, plane.dtype)
        inside = tuple(map(slice, np.minimum(plane.shape, shape)))
        padded[inside] = plane[inside]
        return padded

    def bias(self) -> Any:
        """The bias of the chosen output channel; None if there is none."""
        return None if self.account.bias is None else self.account.bias[self.output]

    def crop_labels(self) -> tuple[Label, ...]:
        """What − and + stand for, where they occur."""
        marks = {Mark(int(m)) for spread in self.spreads for m in np.unique(spread.marks)}
        runs: list[Run] = []
        if Mark.CROPPED in marks:
            runs += [Run("−", Role.FOCUS, bold=True), Run(" cropped")]
        if Mark.KEPT in marks:
            beyond = any(s.extra and s.kept.stop > s.full for s in self.spreads)
            computed = any(s.extra and s.kept.stop - s.extra < s.full for s in self.spreads)
            runs += [Run(" · ", Role.MUTED)] if runs else []
            runs += [Run("+", Role.FOCUS, bold=True)]
            if computed:
                runs += [Run(" kept by output_padding: a computed sum, not a zero")]
            if beyond:
                also = ", or" if computed else ""
                runs += [Run(f"{also} added by output_padding: no stamp reaches it")]
        return (Label("padding", tuple(runs)),) if runs else ()

    def labels(self) -> tuple[Label, ...]:
        """Size, crop, bias, coverage."""
        bias = self.bias()
        found = [*size_labels(self.account), *self.crop_labels()]
        if bias is not None:
            found.append(
                Label("bias", (Run(f"{number_text(float(bias))} is added to every output"),))
            )
        return (*found, verdict_label(self.layer))


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
            chosen=Selection((row,), tuple(map(int, spread.stamp(look.cell[2]))), Role.STAMP)
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


def field(accounts: Sequence[Account], view: View) -> Scene:
    """Two axes: the stamp of one input cell, the output it lands in, the stamps on each output."""
    look = Scatter.at(accounts[0], view)
    account, layer = look.account, look.layer
    volume = len(look.spreads) == 3
    tap = _depth_tap(look) if volume else 0
    deep = look.cell[2] * layer.stride[0] + tap * layer.dilation[0] if volume else 0
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
            chosen=Selection(
                tuple(range(kernel.shape[0])), tuple(range(kernel.shape[1])), Role.STAMP
            ),
        ),
    )  # fmt: skip
    title = (Run("stamps", Role.STRONG), Run(" on each output cell"))
    out_depth = deep - layer.padding[0][0] if volume else 0
    counted = coverage(account, "coverage", out_depth, title)
    results = tuple(_results(look, deep))
    rows, cols = look.spreads[-2:]
    notes = []
    if len(look.inputs) > 1:
        notes.append(
            f"the output adds the stamps of {len(look.inputs)} input channels; "
            "the counts are those of one"
        )
    if volume:
        factor = int(counts(account)[0][out_depth])
        notes.append(f"the counts hold {factor} along the depth")
    return Scene(
        diagram="coverage",
        headline=(lead_text("conv-transpose", account), *layer_parts(account)),
        bands=(grids, (*results, counted)),
        title="Why transposed convolutions draw checkerboards"
        if not all(map(even, layer.axes))
        else "Transposed convolution: stamp, shift, add",
        subtitle=(
            Run(f"{spaced(shown_shape(account, account.input.shape))} input", Role.INPUT, True),
            Run(", "),
            Run(f"kernel {per_axis(layer.kernel)}", Role.KERNEL, True),
            Run(", "),
            Run(f"stride {per_axis(layer.stride)}", Role.FOCUS, True),
            Run("  →  ", Role.MUTED),
            Run(f"{spaced(shown_shape(account, account.shape))} output", Role.OUTPUT, True),
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


def _depth_tap(look: Scatter) -> int:
    """The first depth tap whose stamp of the chosen input the crop keeps; 0 if it keeps none."""
    spread, depth = look.spreads[0], look.cell[2]
    kept = [
        tap
        for tap, place in enumerate(spread.stamp(depth).tolist())
        if spread.kept.start <= place < spread.kept.stop
    ]
    return kept[0] if kept else 0


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


def _results(look: Scatter, deep: int) -> list[Grid]:
    """The full sum, framed where it is kept, if padding crops; the output, if it is not the sum."""
    rows, cols = look.spreads[-2:]
    row_stamp, col_stamp = rows.stamp(look.cell[-2]), cols.stamp(look.cell[-1])
    index = look.lead(look.output)
    if len(look.spreads) == 3:
        index += (deep - look.layer.padding[0][0],)
    named = f"output[{indices(index)}]" if index else "output"
    found = []
    if rows.cropped or cols.cropped:
        full = look.full()
        plane = full[deep] if full.ndim == 3 else full
        cells, roles = planes.whole(plane, Role.SUM)
        size = f" {times(plane.shape)}, framed: {named} {times((rows.out, cols.out))}"
        found.append(
            Grid(
                "sum", cells, roles, Role.SUM,
                (Run("sum", Role.STRONG), Run(size)),
                frames=(
                    Frame(
                        Rect(rows.kept.start, cols.kept.start, rows.kept.stop, cols.kept.stop),
                        Role.OUTPUT,
                    ),
                ),
                chosen=_selection(row_stamp, col_stamp, plane.shape),
                top=(cols.mark_ruler(), cols.index_ruler(col_stamp)),
                left=(rows.mark_ruler(), rows.index_ruler(row_stamp)),
            )
        )  # fmt: skip
        if look.bias() is None:
            return found
    out = look.account.output[look.cell[0], look.output]
    before = look.layer.padding
    inside = 0 <= deep - before[0][0] < out.shape[0] if out.ndim == 3 else True
    plane = (out[deep - before[0][0]] if inside else out[0] * 0) if out.ndim == 3 else out
    cells, roles = planes.whole(plane, Role.OUTPUT)
    found.append(
        Grid(
            "output", cells, roles, Role.OUTPUT, sized(named, Role.OUTPUT, plane.shape),
            chosen=_selection(
                row_stamp - rows.axis.before, col_stamp - cols.axis.before, plane.shape
            ),
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


def compared(accounts: Sequence[Account], view: View) -> Scene:
    """The stamps on each output cell under one parameter with several values."""
    names = panel_names(accounts)
    line = len(accounts[0].spatial) == 1
    grids, labels = [], []
    for account, name in zip(accounts, names, strict=True):
        grid = coverage(account, plain_name(name), title=name)
        out = times(shown_shape(account, account.shape))
        grids.append(replace(grid, rule=f"output {out}"))
        labels.append(verdict_label(layer_of(account), plain_name(name), name[0].role))
    stride = per_axis(layer_of(accounts[0]).stride)
    return Scene(
        diagram="compare",
        headline=(
            *headline("conv-transpose", accounts),
            plain("stamps on each output cell"),
        ),
        bands=(tuple(grids),),
        title="Why transposed convolutions draw checkerboards",
        subtitle=(
            Run("Color and number: how many stamps land on each output cell at "),
            Run(f"stride {stride}", Role.FOCUS, bold=True),
            Run("."),
        ),
        labels=tuple(labels),
        notes=() if line else ("each count is the × of the counts along its row and its col",),
        command=view.command,
    )
