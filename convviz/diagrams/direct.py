"""A transposed convolution read as the direct convolution that it equals.

Zeros are inserted between the inputs, a border is added, and the mirrored kernel slides over all
of it with stride 1 (Dumoulin & Visin, 2016, relationships 13 and 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from convviz.diagrams.channels import channels
from convviz.diagrams.phrases import input_words, output_words
from convviz.diagrams.scene import (
    Array,
    Computed,
    Grid,
    Index,
    Mark,
    Role,
    Ruler,
    Run,
    Scene,
    Text,
)
from convviz.diagrams.stride import line, stride
from convviz.diagrams.view import View
from convviz.diagrams.words import (
    layer_parts,
    lead_text,
    per_axis,
    plain,
    size_labels,
)
from convviz.engine.account import Account, run
from convviz.records import Record, replace
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv, ConvTranspose


class Inserted(Record):
    """One axis of the direct convolution.

    size:    inputs. axis: the transposed layer's. extra: its output_padding.
    """

    size: int
    axis: Axis
    extra: int

    @property
    def spread(self) -> int:
        """Cells from the first input to the last: s·(n − 1) + 1."""
        return self.axis.stride * (self.size - 1) + 1

    @property
    def border(self) -> tuple[int, int]:
        """(before, after): cells of 0 around them, d·(k − 1) − p; negative where inputs are cut."""
        reach = self.axis.reach - 1
        return reach - self.axis.before, reach - self.axis.after + self.extra

    @property
    def inner(self) -> tuple[int, int]:
        """(start, stop): the cells that are no border, from the first input; at least one.

        A crop may take every input: then a 0 beside them stands for what is left.
        """
        before, after = self.border
        first, last = -before, self.spread + after
        start, stop = max(first, 0), min(last, self.spread)
        if start >= stop:
            start = min(max(first, 0), last - 1)
            stop = start + 1
        return start, stop

    @property
    def padding(self) -> tuple[int, int]:
        """(before, after): the border where it is one."""
        (before, after), (start, stop) = self.border, self.inner
        return start + before, self.spread + after - stop

    @cached_property
    def inputs(self) -> Index:
        """The input that stands on each inner cell, −1 where a 0 does."""
        cells = np.arange(*self.inner, dtype=np.intp)
        stands = (cells % self.axis.stride == 0) & (cells >= 0) & (cells < self.spread)
        return np.where(stands, cells // self.axis.stride, -1)

    @cached_property
    def source(self) -> Index:
        """The input that stands on each cell of the bordered axis, −1 where a 0 does."""
        return np.pad(self.inputs, self.padding, constant_values=-1)


def direct(accounts: Sequence[Account], view: View) -> Scene:
    """One output as one window over the inputs with zeros between and around them.

    view: its `at` names an output.
    """
    account = accounts[0]
    sides = inserted(account)
    equal = equivalent(account)
    several = equal.input.shape[1] > 1 or equal.shape[1] > 1
    build = channels if several else line if len(sides) == 1 else stride
    found = build([equal], view)
    rows = sides[-2].source if len(sides) > 1 else np.zeros(1, dtype=np.intp)
    shown = rows, sides[-1].source
    extent = (account.spatial[-2] if len(sides) > 1 else 1, account.spatial[-1])
    return replace(
        found,
        diagram="direct" if build is stride else found.diagram,
        headline=(
            lead_text("conv-transpose", account),
            *layer_parts(account),
            plain("as a direct convolution"),
        ),
        bands=tuple(
            tuple(
                input_grid(grid, shown, extent)
                if grid.kind == Role.INPUT
                else mirrored(grid)
                if grid.kind == Role.KERNEL
                else grid
                for grid in band
            )
            for band in found.bands
        ),
        title="The same sums, as a direct convolution",
        subtitle=numbers(account, sides),
        labels=size_labels(account),
        notes=(*found.notes, zeros_text(sides)),
        command=view.command,
    )


def inserted(account: Account) -> tuple[Inserted, ...]:
    """The axes of the direct convolution."""
    layer = account.layer
    assert isinstance(layer, ConvTranspose)
    return tuple(
        Inserted(size, axis, extra)
        for size, axis, extra in zip(account.spatial, layer.axes, layer.output_padding, strict=True)
    )


def equivalent(account: Account) -> Account:
    """The account of the direct convolution, whose output is that of the transposed one."""
    layer, weight = account.layer, account.weight
    assert isinstance(layer, ConvTranspose)
    assert weight is not None
    sides = inserted(account)
    inserted_zeros = np.zeros(
        (*account.input.shape[:2], *(len(side.inputs) for side in sides)), account.input.dtype
    )
    batch = np.arange(account.input.shape[0]), np.arange(account.input.shape[1])
    cells = np.ix_(*batch, *(np.flatnonzero(side.inputs >= 0) for side in sides))
    stand = np.ix_(*batch, *(side.inputs[side.inputs >= 0] for side in sides))
    inserted_zeros[cells] = account.input[stand]
    conv = Conv(
        layer.in_channels,
        layer.out_channels,
        layer.kernel,
        (1,) * len(sides),
        tuple(side.padding for side in sides),
        layer.dilation,
        layer.groups,
        layer.bias,
    )
    each = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    grouped = weight.reshape(layer.groups, *each, *layer.kernel).swapaxes(1, 2)
    flipped = np.flip(grouped, axis=tuple(range(3, 3 + len(sides))))
    return run(
        conv,
        inserted_zeros,
        np.ascontiguousarray(flipped).reshape(conv.weight_shape),
        account.bias,
        lead=account.lead,
    )


def input_grid(grid: Grid, source: tuple[Index, Index], extent: tuple[int, int]) -> Grid:
    """An input plane of the direct convolution: inputs keep their identity, the rest is 0."""

    def roles(rows: Index, cols: Index) -> Array:
        real = np.logical_and.outer(source[0][rows] >= 0, source[1][cols] >= 0)
        found = np.where(real, Role.INPUT, Role.FILL).astype(np.uint8)
        below = grid.roles.at(rows, cols)
        return np.where(below == Role.UNREAD, below, found)

    words = [replace(run, text=run.text.replace("padded input", "input with zeros"))
             for run in grid.title]  # fmt: skip
    return replace(
        grid,
        roles=Computed(grid.shape, roles),
        title=tuple(words),
        source=source,
        extent=extent,
        top=tuple(ruler_of(ruler, source[1]) for ruler in grid.top),
        left=tuple(ruler_of(ruler, source[0]) for ruler in grid.left),
    )


def ruler_of(ruler: Ruler, source: Index) -> Ruler:
    """A ruler of sources, which names the inputs instead of the cells of their spread."""
    if ruler.starts:
        return ruler
    return replace(ruler, labels=np.where(source < 0, Mark.NO_SOURCE, source))


def mirrored(grid: Grid) -> Grid:
    """A kernel whose title says that it is turned around."""
    return replace(grid, title=(*grid.title, Run(", mirrored", Role.MUTED)))


def numbers(account: Account, sides: Sequence[Inserted]) -> Text:
    """The numbers of a slide in role colors, then one sentence."""
    layer = account.layer
    assert isinstance(layer, ConvTranspose)
    runs = [
        Run(input_words(account), Role.INPUT, bold=True),
        Run(", "),
        Run(f"kernel {per_axis(layer.kernel)}", Role.KERNEL, bold=True),
    ]
    for part in layer_parts(account)[1:]:
        runs += [Run(", "), *part]
    runs += [Run("  →  ", Role.MUTED), Run(output_words(account), Role.OUTPUT, bold=True)]
    words = zeros_text(sides)
    return (*runs, Run(f".  {words[:1].upper()}{words[1:]}."))


def zeros_text(sides: Sequence[Inserted]) -> str:
    """How many zeros stand between and around the inputs: 1 zero between inputs, 2 around them."""
    between = [side.axis.stride - 1 for side in sides]
    words = []
    if any(between):
        count = per_axis(between)
        words.append(f"{count} zero{'' if count == '1' else 's'} between inputs")
    borders = [side.border for side in sides]
    if any(end > 0 for border in borders for end in border):
        words.append(f"a border of {border_text([side.padding for side in sides])}")
    cut = [(max(0, -before), max(0, -after)) for before, after in borders]
    if any(map(any, cut)):
        words.append(f"{border_text(cut)} cut off at the ends")
    return ", ".join(words) or "no zeros are needed"


def border_text(borders: Sequence[tuple[int, int]]) -> str:
    """Borders of all axes: 2, or 1×2, or their ends where these differ."""
    if all(before == after for before, after in borders):
        return per_axis([before for before, _ in borders])
    if len(set(borders)) == 1:
        return f"{borders[0][0]} before, {borders[0][1]} after"
    return ", ".join(f"{before}:{after}" for before, after in borders)
