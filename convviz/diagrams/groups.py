"""Groups: which input channels an output channel reads, and the weights that are saved."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from convviz.diagrams.phrases import differing, headline, number_word, plural
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Computed,
    Grid,
    Index,
    Label,
    Link,
    Role,
    Ruler,
    Run,
    Scene,
    Text,
)
from convviz.diagrams.view import View
from convviz.diagrams.words import per_axis, spaced
from convviz.engine.account import Account
from convviz.records import Record
from convviz.spec.layers import Conv, ConvTranspose

DRAWN = 16
"""Channels on one side that are drawn one by one; of more, a choice."""
PARTS = {2: "halves", 3: "thirds", 4: "quarters"}


def groups(accounts: Sequence[Account], view: View) -> Scene:
    """Channels, the links between them and the matrix of their kernels, per account.

    Bands: one per account, of the grids "input", "output" (channels, one per row) and "weight"
    (output × input channels); keys end in "#1", … from the second account on.
    """
    names = differing(accounts, view.names)
    panels = [
        Panel(_layer(account), name, number)
        for number, (account, name) in enumerate(zip(accounts, names, strict=True))
    ]
    return Scene(
        diagram="groups",
        headline=headline(_layer(accounts[0]).name, accounts, view.names),
        bands=tuple(panel.grids for panel in panels),
        title=_claim(panels),
        subtitle=_numbers(panels),
        links=tuple(link for panel in panels for link in panel.links),
        labels=tuple(panel.label for panel in panels),
        notes=_notes(panels),
        command=view.command,
    )


class Panel(Record):
    """One layer and the channels of it that are drawn."""

    layer: Conv | ConvTranspose
    name: str
    number: int

    @property
    def inputs(self) -> int:
        """Input channels of one group."""
        return self.layer.in_channels // self.layer.groups

    @property
    def outputs(self) -> int:
        """Output channels of one group."""
        return self.layer.out_channels // self.layer.groups

    @property
    def depthwise(self) -> bool:
        """Whether every input channel is a group of its own."""
        return self.inputs == 1 and self.layer.groups > 1

    @property
    def weights(self) -> int:
        """Weights, the bias left out."""
        return prod(self.layer.weight_shape)

    @property
    def drawn_groups(self) -> int:
        """How many groups are drawn: all, unless there are too many channels."""
        most = max(self.inputs, self.outputs)
        if most * self.layer.groups <= DRAWN:
            return self.layer.groups
        fit = DRAWN // most if 2 * most <= DRAWN else 4
        return min(self.layer.groups, fit)

    def drawn(self, size: int) -> Index:
        """The channels that are drawn of `size` per group: evenly spaced groups, and so within."""
        count = self.drawn_groups
        each = min(size, max(1, DRAWN // count))
        within = np.arange(each, dtype=np.intp) * size // each
        chosen = np.arange(count, dtype=np.intp) * self.layer.groups // count
        return np.add.outer(chosen * size, within).ravel()

    def key(self, name: str) -> str:
        """The key of one of its grids."""
        return f"{name}#{self.number}" if self.number else name

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Input channels, output channels, the matrix."""
        per_input = self.layer.groups == 1 or self.depthwise
        colors = self.layer.in_channels if per_input else self.layer.groups
        return (
            self._channels("input", self.inputs, Role.INPUT, colors, painted=True),
            self._channels("output", self.outputs, Role.OUTPUT, colors, self.layer.groups > 1),
            self._matrix(colors),
        )

    def _channels(self, name: str, size: int, role: Role, colors: int, painted: bool) -> Grid:
        channels = self.drawn(size)
        shape = (len(channels), 1)
        # Per input channel where each has its own color, else per group.
        color = channels if role == Role.INPUT and colors > self.layer.groups else channels // size
        total = size * self.layer.groups
        return Grid(
            key=self.key(name),
            cells=ArrayCells(channels[:, None]),
            roles=ArrayCells(np.full(shape, role, dtype=np.uint8)),
            kind=role,
            title=(
                Run(f"{total:,}", role, bold=True),
                Run(f" {name} channel{'' if total == 1 else 's'}", role),
            ),
            rule=self._drawn_rule(len(channels), size),
            source=(np.zeros(len(channels), dtype=np.intp), color) if painted else None,
            extent=(1, colors),
            by_row=True,
        )

    def _drawn_rule(self, drawn: int, size: int) -> str:
        """Which channels are drawn, where not all are: "1 of 4 drawn"."""
        count, layer = self.drawn_groups, self.layer
        rules = []
        if count < layer.groups:
            rules.append(f"{count} of {layer.groups:,} groups drawn")
        each = drawn // count
        if each < size:
            rules.append(
                f"1 of {size // each} channels drawn"
                if size % each == 0
                else f"{each} of {size} channels{' per group' if layer.groups > 1 else ''} drawn"
            )
        return ", ".join(rules)

    def _matrix(self, colors: int) -> Grid:
        """(output, input) channels: the group of each pair that has a kernel."""
        layer = self.layer
        shape = (layer.out_channels, layer.in_channels)

        def linked(rows: Index, cols: Index) -> Array:
            return np.equal.outer(rows // self.outputs, cols // self.inputs)

        def roles(rows: Index, cols: Index) -> Array:
            return np.where(linked(rows, cols), Role.KERNEL, Role.ZERO).astype(np.uint8)

        def values(rows: Index, cols: Index) -> Array:
            return np.broadcast_to((rows // self.outputs)[:, None], (len(rows), len(cols)))

        columns = np.arange(layer.in_channels, dtype=np.intp)
        color = columns if colors > layer.groups else columns // self.inputs
        return Grid(
            key=self.key("weight"),
            cells=Computed(shape, values),
            roles=Computed(shape, roles),
            kind=Role.KERNEL,
            title=(Run(self.name or f"groups {layer.groups}", Role.FOCUS, bold=True),)
            + ((Run(f" ({self.kind})"),) if self.kind else ()),
            rule=f"{layer.out_channels}×{layer.in_channels} kernels of {per_axis(layer.kernel)}",
            top=(_ruler("in", layer.in_channels, Role.INPUT),),
            left=(_ruler("out", layer.out_channels, Role.OUTPUT),),
            source=(np.zeros(layer.out_channels, dtype=np.intp), color),
            extent=(1, colors),
        )

    @property
    def kind(self) -> str:
        """What such a layer is called, "" where it has no name of its own."""
        if self.depthwise:
            return "depthwise"
        pointwise = set(self.layer.kernel) == {1} and self.layer.groups == 1
        return "pointwise" if pointwise else ""

    @property
    def links(self) -> list[Link]:
        """From every drawn input to every drawn output that reads it."""
        inputs, outputs = self.drawn(self.inputs), self.drawn(self.outputs)
        together = np.equal.outer(inputs // self.inputs, outputs // self.outputs)
        return [
            Link(
                "channel",
                (self.key("input"), int(i), 0),
                (self.key("output"), int(o), 0),
                role=Role.INPUT,
            )
            for i, o in np.argwhere(together)
        ]

    @property
    def label(self) -> Label:
        """The number of weights, how it comes about, what it means, what is saved."""
        layer = self.layer
        outer, inner = layer.weight_shape[:2]
        roles = (Role.OUTPUT, Role.INPUT) if isinstance(layer, Conv) else (Role.INPUT, Role.OUTPUT)
        product = (
            Run(f"{outer:,}", roles[0], bold=True),
            Run(" × "),
            Run(f"{inner:,}", roles[1], bold=True),
            Run(f" × {spaced(layer.kernel)}"),
        )
        more = [product, (Run(self.meaning, Role.MUTED),)]
        if layer.groups > 1:
            more.append((Run(self.saved, Role.MUTED),))
        return Label(
            self.name or "weights",
            (Run(plural(self.weights, "weight"), Role.STRONG, bold=True),),
            tuple(more),
        )

    @property
    def meaning(self) -> str:
        """What the groups do, in a few words."""
        if self.layer.groups == 1:
            if self.inputs == 1:
                return "every output reads the one input"
            return "every output reads all inputs"
        if self.depthwise:
            if self.outputs == 1:
                return "one input per output"
            return f"one input per output, {number_word(self.outputs)} outputs per input"
        word = number_word(self.layer.groups)
        return f"{word} separate {PARTS.get(self.layer.groups, 'groups')}"

    @property
    def saved(self) -> str:
        """The weights that one group would have had more."""
        fewer = self.weights * (self.layer.groups - 1)
        return f"1/{self.layer.groups} of groups 1: {fewer:,} fewer"


def _ruler(word: str, size: int, role: Role) -> Ruler:
    return Ruler(
        word,
        np.arange(size, dtype=np.intp),
        np.full(size, role, dtype=np.uint8),
        np.zeros(size, dtype=bool),
    )


def _layer(account: Account) -> Conv | ConvTranspose:
    assert isinstance(account.layer, (Conv, ConvTranspose))
    return account.layer


def _claim(panels: Sequence[Panel]) -> str:
    if len({panel.layer.groups for panel in panels}) > 1:
        return "Groups decide which channels may talk"
    if len(panels) > 1:
        return "What links between channels cost"
    panel = panels[0]
    if panel.depthwise:
        return "Depthwise: every channel on its own"
    if panel.layer.groups == 1:
        return "Every output channel reads every input channel"
    return f"{number_word(panel.layer.groups).capitalize()} groups that never talk"


def _numbers(panels: Sequence[Panel]) -> Text:
    layer = panels[0].layer
    kernels = {panel.layer.kernel for panel in panels}
    runs = [
        Run(plural(layer.in_channels, "input channel"), Role.INPUT, bold=True),
        Run(" → "),
        Run(plural(layer.out_channels, "output channel"), Role.OUTPUT, bold=True),
    ]
    if len(kernels) == 1:
        runs.append(Run(f", {spaced(layer.kernel)} kernels"))
    most = max(panel.layer.groups for panel in panels)
    if len(panels) > 1 and most > 1:
        runs.append(Run(".  Fewer links, fewer weights."))
    elif most > 1:
        runs.append(Run(f".  {panels[0].saved.replace('groups 1', 'the weights of one group')}."))
    else:
        runs.append(Run(f".  {panels[0].meaning.capitalize()}."))
    return tuple(runs)


def _notes(panels: Sequence[Panel]) -> tuple[str, ...]:
    note = "each number is the group that joins an output to an input; a dot: no weight"
    biases = [panel.layer.out_channels for panel in panels if panel.layer.bias]
    if biases:
        note += f" · {biases[0]:,} {'bias' if biases[0] == 1 else 'biases'} not counted"
    return (note,)
