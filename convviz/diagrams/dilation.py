"""Dilation: where the taps of one window lie, how far it reaches, and which cells it skips."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.phrases import differing, each, headline, input_words, number_word, sized
from convviz.diagrams.planes import Side
from convviz.diagrams.scene import (
    Array,
    Computed,
    Grid,
    Index,
    Label,
    Link,
    Measure,
    Role,
    Run,
    Scene,
    Selection,
    Text,
)
from convviz.diagrams.view import View, chosen
from convviz.diagrams.words import per_axis, spaced
from convviz.engine.account import Account
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv


def dilation(accounts: Sequence[Account], view: View) -> Scene:
    """The taps of one window per account, numbered alike: the middle one, or that of `view.at`."""
    names = differing(accounts, view.names)
    panels = [
        _Panel(account, view, name if len(accounts) > 1 else "")
        for account, name in zip(accounts, names, strict=True)
    ]
    skips = any(
        axis.dilation > 1 and axis.kernel > 1 for panel in panels for axis in panel.shown_axes
    )
    return Scene(
        diagram="dilation",
        headline=headline("conv", accounts, view.names),
        bands=(tuple(panel.grid for panel in panels),),
        title=_claim(accounts, skips),
        subtitle=_numbers(accounts),
        links=tuple(link for panel in panels for link in panel.links),
        measures=tuple(measure for panel in panels for measure in panel.measures),
        labels=tuple(panel.label for panel in panels),
        notes=tuple(_notes(panels, skips)),
        command=view.command,
    )


class _Panel:
    """One account: its plane, its window, and what is said about them."""

    def __init__(self, account: Account, view: View, name: str) -> None:
        assert isinstance(account.layer, Conv)
        self.account, self.layer = account, account.layer
        axes = len(account.spatial)
        self.cell = (
            middle(account.shape) if not view.at else chosen(view.at, account.shape, "output")
        )
        self.rows = planes.single() if axes == 1 else planes.side(account, axes - 2)
        self.cols = planes.side(account, axes - 1)
        self.row_taps = (0,) if axes == 1 else self._taps(axes - 2)
        self.col_taps = self._taps(axes - 1)
        self.name = name
        self.key = name or "input"

    def _taps(self, axis: int) -> tuple[int, ...]:
        """The padded cells under the taps of the window."""
        found = self.layer.axes[axis]
        return tuple(cell + found.before for cell in found.window(self.cell[2 + axis]))

    @property
    def shown_axes(self) -> tuple[Axis, ...]:
        """The axes that the plane has: rows and columns, or columns alone."""
        return self.layer.axes[-2:]

    @property
    def reach(self) -> tuple[int, ...]:
        """Cells from the first tap to the last, per axis of the plane."""
        return tuple(axis.reach for axis in self.shown_axes)

    @property
    def grid(self) -> Grid:
        """The padded plane: taps have an identity, skipped cells inside the reach are holes."""
        group = self.cell[1] // (self.layer.out_channels // self.layer.groups)
        channel = group * (self.layer.in_channels // self.layer.groups)
        lead: tuple[int, ...] = (self.cell[0], channel)
        if len(self.account.spatial) == 3:
            lead = (*lead, self._taps(0)[0])
        name = self.name or ("padded input" if self.rows.grown or self.cols.grown else "input")
        size = per_axis(self.reach)
        spatial = self.account.shape[2:]
        return Grid(
            key=self.key,
            cells=planes.padded_cells(self.account, lead, self.rows, self.cols),
            roles=self._roles(),
            kind=Role.INPUT,
            title=(
                Run(name, Role.FOCUS if self.name else Role.INPUT, bold=True),
                *(() if self.name else (Run(f" {spaced_shape(self.rows, self.cols, spatial)}"),)),
            ),
            rule=f"reach {size}, output {'×'.join(map(str, spatial))}",
            frames=planes.frames(self.rows, self.cols),
            chosen=Selection(self.row_taps, self.col_taps, Role.KERNEL),
            top=(planes.source_ruler("index" if self.flat else "col", self.cols),),
            left=() if self.flat else (planes.source_ruler("row", self.rows),),
            source=(
                _numbered(self.row_taps, self.rows.total),
                _numbered(self.col_taps, self.cols.total),
            ),
            extent=(len(self.row_taps), len(self.col_taps)),
        )

    @property
    def flat(self) -> bool:
        """Whether the plane is one row."""
        return len(self.account.spatial) == 1

    def _roles(self) -> Computed:
        below = planes.padded_roles(self.account, self.rows, self.cols)
        (top, bottom), (left, right) = (
            (taps[0], taps[-1]) for taps in (self.row_taps, self.col_taps)
        )

        def roles(rows: Index, cols: Index) -> Array:
            found = np.array(below.at(rows, cols))
            inside = np.logical_and.outer(
                (rows >= top) & (rows <= bottom), (cols >= left) & (cols <= right)
            )
            under = np.logical_and.outer(np.isin(rows, self.row_taps), np.isin(cols, self.col_taps))
            found[inside & ~under] = Role.HOLE
            return found

        return Computed(below.shape, roles)

    @property
    def links(self) -> list[Link]:
        """The step from the first tap to the next, on each axis whose step is its own."""
        top, left = self.row_taps[0], self.col_taps[0]
        steps = [axis.dilation for axis in self.shown_axes]
        across = [
            Link(
                "shift",
                (self.key, top, left),
                (self.key, top, self.col_taps[1]),
                label=f"d = {steps[-1]}",
            )
            for _ in self.col_taps[1:2]
        ]
        down = [
            Link(
                "shift",
                (self.key, top, left),
                (self.key, self.row_taps[1], left),
                label=f"d = {steps[0]}",
            )
            for _ in self.row_taps[1:2]
        ]
        return across + down if len(set(steps)) > 1 or not across else across

    @property
    def measures(self) -> list[Measure]:
        """The reach as brackets: one for a square, else one per axis."""
        words = f"reaches {spaced(self.reach)}"
        across = Measure(self.key, 1, self.col_taps[0], self.col_taps[-1] + 1, words)
        if len(set(self.reach)) == 1 or self.flat or len(self.row_taps) == 1:
            return [across]
        down = Measure(self.key, 0, self.row_taps[0], self.row_taps[-1] + 1, f"{self.reach[0]}")
        return [across, down]

    @property
    def label(self) -> Label:
        """The reach, substituted: d·(k − 1) + 1, per axis where they differ."""
        spread = [axis for axis in self.layer.axes if axis.kernel > 1]
        texts = dict.fromkeys(_reach(axis) for axis in spread or self.layer.axes[-1:])
        first, *more = texts
        return Label(self.name or "reach", first, tuple(more))


def _reach(axis: Axis) -> Text:
    return (
        Run(str(axis.dilation), Role.FOCUS, bold=True),
        Run("·("),
        Run(str(axis.kernel), Role.KERNEL, bold=True),
        Run(" − 1) + 1"),
        Run("  =  ", Role.MUTED),
        Run(str(axis.reach), Role.KERNEL, bold=True),
    )


def _numbered(taps: tuple[int, ...], total: int) -> Index:
    """(total,): the number of the tap on each line, −1 where there is none."""
    found = np.full(total, -1, dtype=np.intp)
    found[list(taps)] = np.arange(len(taps))
    return found


def middle(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The cell of the first channel in the middle of an output (N, C, *spatial)."""
    return (0, 0, *((size - 1) // 2 for size in shape[2:]))


def spaced_shape(rows: Side, cols: Side, spatial: tuple[int, ...]) -> str:
    """The size of a plane, as a title has it."""
    return f"{rows.total}×{cols.total}" if len(spatial) > 1 else str(cols.total)


def _claim(accounts: Sequence[Account], skips: bool) -> str:
    counts = {prod(_layer(account).kernel) for account in accounts}
    weights = counts.pop() if len(counts) == 1 else 0
    if weights == 1:
        return "One tap has nothing to spread"
    if not skips:
        return "Without dilation the taps are neighbors"
    if not weights:
        return "Dilation spreads the weights"
    return f"Dilation spreads the same {number_word(weights)} weights"


def _numbers(accounts: Sequence[Account]) -> Text:
    first = accounts[0]
    kernels = {_layer(account).kernel for account in accounts}
    if len(accounts) > 1 and len(kernels) == 1:
        kernel = kernels.pop()
        words = f"{spaced(kernel)} kernel" if len(kernel) > 1 else f"kernel of {kernel[0]}"
        return (
            Run("A "),
            Run(words, Role.KERNEL, bold=True),
            Run(" reaches further without a single extra parameter."),
        )
    layer = _layer(first)
    steps = {_layer(account).dilation for account in accounts}
    dilation = Run(f"dilation {each(layer.dilation)}", Role.FOCUS, bold=True)
    start: Text = (Run(input_words(first), Role.INPUT, bold=True),)
    if len(accounts) > 1:
        same = (Run(", "), dilation) if len(steps) == 1 else ()
        return (*start, *same, Run(": the reach is d·(k − 1) + 1."))
    start = (*start, Run(", "), Run(f"kernel {each(layer.kernel)}", Role.KERNEL, bold=True))
    return (
        *start,
        Run(", "),
        dilation,
        Run("  →  ", Role.MUTED),
        Run(sized("output", first.shape[2:]), Role.OUTPUT, bold=True),
        Run(f".  The reach is {spaced([axis.reach for axis in layer.axes])}."),
    )


def _layer(account: Account) -> Conv:
    assert isinstance(account.layer, Conv)
    return account.layer


def _notes(panels: Sequence[_Panel], skips: bool) -> list[str]:
    notes = []
    if skips:
        notes.append("inside the reach, cells between the taps are skipped")
    if any(len(panel.account.spatial) == 3 for panel in panels):
        notes.append("the plane of the first tap in depth")
    return [" · ".join(notes)] if notes else []
