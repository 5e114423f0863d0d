"""The layer as a matrix: y = W x, one row per output cell, one column per input cell.

A convolution's row holds the weights of the row above, shifted; a transposed convolution is the
transposed matrix of a convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.matrix_blocks import block_names, blocks, counted_ruler
from convviz.diagrams.phrases import (
    differing,
    each,
    headline,
    input_words,
    number_word,
    plural,
    sized,
)
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Computed,
    Grid,
    Index,
    Label,
    Measure,
    Role,
    Run,
    Scene,
    Text,
)
from convviz.diagrams.unrolled import WHOLE, Unrolled
from convviz.diagrams.view import View
from convviz.engine.account import Account

OPERANDS = 144
"""Cells of an input or a kernel that is also shown as what it was."""
CORNER = 16
"""Rows and columns of a matrix that is too large to look at which stand for all."""


def matrix(accounts: Sequence[Account], view: View) -> Scene:
    """The matrix of every account; of a single one also what it multiplies and gives.

    Grids: "x" (one row), "matrix", "bias" if there is one, and "y" (one column); where they are
    small, "input" and "kernel" as they were; of a matrix with too many entries to look at,
    "blocks": input rows against output rows, and the first rows and columns of the others.
    Compared: the matrices alone, named apart.
    """
    several = len(accounts) > 1
    names = differing(accounts, view.names) if several else [""]
    panels = [
        Panel(Unrolled(account), name, view) for account, name in zip(accounts, names, strict=True)
    ]
    first = panels[0]
    return Scene(
        diagram="matrix",
        headline=headline(first.of.layer.name, accounts, view.names),
        bands=(tuple(panel.alone for panel in panels),) if several else first.bands,
        title=_claim(first.of),
        subtitle=_numbers(first.of, several),
        measures=tuple(measure for panel in panels for measure in panel.measures),
        labels=tuple(panel.label for panel in panels),
        notes=_notes(panels),
        command=view.command,
    )


class Panel:
    """One matrix and the grids around it. name: what sets it apart from others, "" for one."""

    def __init__(self, of: Unrolled, name: str, view: View) -> None:
        self.of, self.name = of, name
        self.rows, self.cols = of.shape
        self.large = self.rows * self.cols > WHOLE and not view.full
        self.blocked = self.large and len(of.inner) > 2
        # A picture of blocks enlarges one of them, wherever it lies in the matrix.
        self.cut = self.large and not (self.blocked and view.drawn)

    @property
    def shown(self) -> tuple[int, int]:
        """(rows, cols) that the matrix has in the scene: all, or the first ones."""
        return (min(self.rows, CORNER), min(self.cols, CORNER)) if self.cut else self.of.shape

    @property
    def alone(self) -> Grid:
        """The matrix among others that it is compared with: its blocks, if it is too large."""
        return blocks(self.of, self.symbol, self.name) if self.blocked else self.matrix

    @property
    def symbol(self) -> str:
        """What the matrix is called."""
        return "Wᵀ" if self.of.transposed else "W"

    @property
    def bands(self) -> tuple[tuple[Grid, ...], ...]:
        """What there is to see of one account."""
        found: list[tuple[Grid, ...]] = []
        small = max(prod(self.of.inner[1:]), prod(self.of.layer.kernel)) <= OPERANDS
        single = self.of.inner[0] == self.of.outer[0] == 1
        if small and single and len(self.of.layer.kernel) < 3:
            found.append((self._input, self._kernel))
        if self.blocked:
            found.append((blocks(self.of, self.symbol),))
        found.append((self._x,))
        found.append((self.matrix, *self._bias, self._y))
        return tuple(found)

    @property
    def _input(self) -> Grid:
        plane = planes.plane_of(self.of.account.input[0, 0])
        cells, roles = planes.whole(plane, Role.INPUT)
        title = planes.title("input", Role.INPUT, f" {'×'.join(map(str, self.of.inner[1:]))}")
        return Grid("input", cells, roles, Role.INPUT, title)

    @property
    def _kernel(self) -> Grid:
        plane = planes.plane_of(self.of.weight[0, 0])
        cells, roles = planes.whole(plane, Role.KERNEL)
        title = planes.title("kernel", Role.KERNEL, f" {'×'.join(map(str, self.of.layer.kernel))}")
        source = (np.arange(plane.shape[0]), np.arange(plane.shape[1]))
        shape = (plane.shape[0], plane.shape[1])
        return Grid("kernel", cells, roles, Role.KERNEL, title, source=source, extent=shape)

    @property
    def _x(self) -> Grid:
        cols = self.shown[1]
        unread = self.of.unread[:cols]
        roles = np.where(unread, Role.UNREAD, Role.INPUT).astype(np.uint8)
        return Grid(
            "x",
            ArrayCells(self.of.account.input[0].reshape(1, -1)[:, :cols]),
            ArrayCells(roles[None, :]),
            Role.INPUT,
            (Run("x", Role.INPUT, bold=True), Run(f"  {self.cols:,} input cells", Role.INPUT)),
        )

    @property
    def _y(self) -> Grid:
        cells, roles = planes.whole(self._column(self.of.account.output[0]), Role.OUTPUT)
        return Grid("y", cells, roles, Role.OUTPUT, (Run("y", Role.OUTPUT, bold=True),))

    def _column(self, values: Array) -> Array:
        """Output cells below each other, as many as the matrix has rows here."""
        return values.reshape(-1, 1)[: self.shown[0]]

    @property
    def _bias(self) -> tuple[Grid, ...]:
        bias = self.of.account.bias
        if bias is None:
            return ()
        column = np.repeat(bias, prod(self.of.outer[1:]))
        cells, roles = planes.whole(self._column(column), Role.KERNEL)
        return (Grid("bias", cells, roles, Role.KERNEL, (Run("b", Role.KERNEL, bold=True),)),)

    @property
    def matrix(self) -> Grid:
        """The matrix: entries wear the color of their tap; sums of several wear none."""
        of = self.of

        def roles(rows: Index, cols: Index) -> Array:
            count = of.entries(rows, cols).count
            return np.where(count > 0, Role.KERNEL, Role.ZERO).astype(np.uint8)

        def which(rows: Index, cols: Index) -> Array:
            found = of.entries(rows, cols)
            return np.where(found.count == 1, found.tap, -1)

        name = self.name or self.symbol
        shape = self.shown
        size = f"  {self.rows:,}×{self.cols:,}"
        first = f", the first {shape[0]}×{shape[1]}" if self.cut else ""
        return Grid(
            key=self.name or "matrix",
            cells=Computed(shape, lambda rows, cols: of.entries(rows, cols).values),
            roles=Computed(shape, roles),
            kind=Role.KERNEL,
            title=(
                Run(name, Role.FOCUS if self.name else Role.KERNEL, bold=True),
                Run(size + first),
            ),
            top=(counted_ruler("in", shape[1], Role.INPUT),),
            left=(counted_ruler("out", shape[0], Role.OUTPUT),),
            which=Computed(shape, which),
            extent=(prod(of.layer.kernel[:-1]), of.layer.kernel[-1]),
        )

    @property
    def measures(self) -> list[Measure]:
        """Blocks: columns of one row of the input, rows of one row of the output."""
        key = self.name or "matrix"
        if self.cut or (self.name and self.blocked):
            return []
        sides = ((1, self.of.inner, "input"), (0, self.of.outer, "output"))
        return [
            measure
            for axis, shape, word in sides
            for measure in block_names(key, axis, shape, word)
        ]

    @property
    def label(self) -> Label:
        """Y = W x, then how many entries there are and how few weights they repeat."""
        of = self.of
        product = (
            Run("y", Role.OUTPUT, bold=True),
            Run("  =  ", Role.MUTED),
            Run(self.symbol, Role.KERNEL, bold=True),
            Run(" "),
            Run("x", Role.INPUT, bold=True),
            *(
                (Run(" + ", Role.MUTED), Run("b", Role.KERNEL, bold=True))
                if of.account.bias is not None
                else ()
            ),
        )
        weights = of.weight.size
        entries: Text = (
            Run(f"{self.rows:,} × {self.cols:,} entries, {of.count:,} of them weights"),
        )
        if of.count >= 2 * weights:
            few = Run(f"only {weights:,} distinct", Role.STRONG, bold=True)
            entries = (*entries, Run(", "), few)
        if self.cut and not (self.name and self.blocked):
            rows, cols = self.shown
            entries = (*entries, Run(f"; the first {rows} × {cols} are shown"))
        return Label(self.name or "product", product, (entries,))


def _claim(of: Unrolled) -> str:
    if of.transposed:
        return "A transposed convolution transposes the matrix"
    if of.count == prod(of.shape):
        return "A kernel as large as its input is dense"
    if of.weight[0, 0].size == 1 and of.inner[0] > 1:
        return "A kernel of one tap mixes only channels"
    return "A convolution is a sparse matrix"


def _numbers(of: Unrolled, several: bool) -> Text:
    account = of.account
    start = (
        Run(sized("kernel", of.layer.kernel), Role.KERNEL, bold=True),
        Run(" on an " if len(of.inner) == 2 else " on a "),
        Run(input_words(account), Role.INPUT, bold=True),
    )
    weights = of.weight.size // (of.outer[0] if not of.transposed else of.inner[0])
    if several:
        return (*start, Run(": every row is one output cell, every column one input cell."))
    unit = "column" if of.transposed else "row"
    word = number_word(weights)
    stride = each(of.layer.stride)
    shifted = "shifted" if set(of.layer.stride) == {1} else f"shifted by the stride {stride}"
    return (*start, Run(f": every {unit} holds the same {word} {_weights(weights)}, {shifted}."))


def _weights(count: int) -> str:
    return plural(count, "weight").split(" ")[1]


def _notes(panels: Sequence[Panel]) -> tuple[str, ...]:
    found = ["columns are input cells, rows are output cells, row by row; a dot: no weight"]
    if any(panel.of.inner[0] > 1 or panel.of.outer[0] > 1 for panel in panels):
        found[0] = found[0].replace("row by row", "channel by channel, row by row")
    if any(panel.of.account.input.shape[0] > 1 for panel in panels):
        found.append("x and y of sample 0; every sample meets the same matrix")
    padded = any(any(map(any, panel.of.layer.padding)) for panel in panels)
    if padded and not panels[0].of.transposed:
        fills = panels[0].of.account.mode.fills
        found.append(
            "weights on zero padding drop out of their row"
            if fills
            else "weights on padding count for the cell it copies; several may add up"
        )
    return (" · ".join(found),)
