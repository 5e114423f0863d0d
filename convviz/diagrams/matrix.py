"""The layer as a matrix: y = W x, one row per output cell, one column per input cell.

A convolution's row holds the weights of the row above, shifted; a transposed convolution is the
transposed matrix of a convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from convviz.diagrams import planes
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
    Ruler,
    Run,
    Scene,
    Text,
)
from convviz.diagrams.unrolled import WHOLE, Unrolled
from convviz.diagrams.view import View
from convviz.engine.account import Account

OPERANDS = 144
"""Cells of an input or a kernel that is also shown as what it was."""
BRACKETS = 64
"""Blocks of columns or rows that are named."""


def matrix(accounts: Sequence[Account], view: View) -> Scene:
    """The matrix of every account; of a single one also what it multiplies and gives.

    Grids: "x" (one row), "matrix", "bias" if there is one, and "y" (one column); where they are
    small, "input" and "kernel" as they were; of a matrix with too many entries to look at,
    "blocks": input rows against output rows. Compared: the matrices alone, named apart.
    """
    several = len(accounts) > 1
    names = differing(accounts) if several else [""]
    panels = [Panel(Unrolled(account), name) for account, name in zip(accounts, names, strict=True)]
    first = panels[0]
    return Scene(
        diagram="matrix",
        headline=headline(first.of.layer.name, accounts),
        bands=(tuple(panel.matrix for panel in panels),) if several else first.bands,
        title=_claim(first.of),
        subtitle=_numbers(first.of, several),
        measures=tuple(measure for panel in panels for measure in panel.measures),
        labels=tuple(panel.label for panel in panels),
        notes=_notes(panels),
        command=view.command,
    )


class Panel:
    """One matrix and the grids around it. name: what sets it apart from others, "" for one."""

    def __init__(self, of: Unrolled, name: str) -> None:
        self.of, self.name = of, name
        self.rows, self.cols = of.shape

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
        if self.rows * self.cols > WHOLE and len(self.of.inner) > 2:
            found.append((self._blocks,))
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
        roles = np.where(self.of.unread, Role.UNREAD, Role.INPUT).astype(np.uint8)
        return Grid(
            "x",
            ArrayCells(self.of.account.input[0].reshape(1, -1)),
            ArrayCells(roles[None, :]),
            Role.INPUT,
            (Run("x", Role.INPUT, bold=True), Run(f"  {self.cols:,} input cells", Role.INPUT)),
        )

    @property
    def _y(self) -> Grid:
        cells, roles = planes.whole(self.of.account.output[0].reshape(-1, 1), Role.OUTPUT)
        return Grid("y", cells, roles, Role.OUTPUT, (Run("y", Role.OUTPUT, bold=True),))

    @property
    def _bias(self) -> tuple[Grid, ...]:
        bias = self.of.account.bias
        if bias is None:
            return ()
        column = np.repeat(bias, prod(self.of.outer[1:]))[:, None]
        cells, roles = planes.whole(column, Role.KERNEL)
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
        return Grid(
            key=self.name or "matrix",
            cells=Computed(of.shape, lambda rows, cols: of.entries(rows, cols).values),
            roles=Computed(of.shape, roles),
            kind=Role.KERNEL,
            title=(
                Run(name, Role.FOCUS if self.name else Role.KERNEL, bold=True),
                Run(f"  {self.rows:,}×{self.cols:,}"),
            ),
            top=(_ruler("in", self.cols, Role.INPUT),),
            left=(_ruler("out", self.rows, Role.OUTPUT),),
            which=Computed(of.shape, which),
            extent=(prod(of.layer.kernel[:-1]), of.layer.kernel[-1]),
        )

    @property
    def _blocks(self) -> Grid:
        """Output rows against input rows: the kernel row in each block, −1 in a block of zeros."""
        of = self.of
        outer, inner = of.outer[:-1], of.inner[:-1]
        kernel = of.layer.kernel[:-1]
        shape = (prod(outer), prod(inner))

        def tap(rows: Index, cols: Index) -> Array:
            outs, ins = np.unravel_index(rows, outer), np.unravel_index(cols, inner)
            found = np.zeros((len(rows), len(cols)), np.intp)
            joined = np.equal.outer(
                outs[0] // (outer[0] // of.layer.groups), ins[0] // (inner[0] // of.layer.groups)
            )
            for number, size in enumerate(kernel):
                hits = of.hits(number, outs[1 + number], ins[1 + number])
                joined &= hits.any(axis=0)
                found = found * size + hits.argmax(axis=0)
            return np.where(joined, found, -1)

        def roles(rows: Index, cols: Index) -> Array:
            return np.where(tap(rows, cols) >= 0, Role.KERNEL, Role.ZERO).astype(np.uint8)

        return Grid(
            key="blocks",
            cells=Computed(shape, tap),
            roles=Computed(shape, roles),
            kind=Role.KERNEL,
            title=(
                Run(f"{self.symbol} in blocks", Role.KERNEL, bold=True),
                Run(f"  each {of.outer[-1]:,}×{of.inner[-1]:,}"),
            ),
            rule="the kernel row that joins a row of the input to a row of the output",
            top=(_ruler("in", shape[1], Role.INPUT),),
            left=(_ruler("out", shape[0], Role.OUTPUT),),
            which=Computed(shape, tap),
            extent=(prod(kernel), 1),
        )

    @property
    def measures(self) -> list[Measure]:
        """Blocks: columns of one row of the input, rows of one row of the output."""
        key = self.name or "matrix"
        sides = ((1, self.of.inner, "input"), (0, self.of.outer, "output"))
        return [
            measure for axis, shape, word in sides for measure in _blocks_of(key, axis, shape, word)
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
        return Label(self.name or "product", product, (entries,))


def _blocks_of(key: str, axis: int, shape: tuple[int, ...], word: str) -> list[Measure]:
    """One block per row of every channel, or per channel where there are too many or no rows."""
    channels, *spatial = shape
    lines = prod(spatial[:-1])
    if channels * lines > BRACKETS:
        lines = 1
    if channels * lines == 1 or channels * lines > BRACKETS:
        return []
    role = Role.INPUT if word == "input" else Role.OUTPUT
    width = prod(spatial) // lines
    found = []
    for channel in range(channels):
        for line in range(lines):
            start = (channel * lines + line) * width
            names = [f"channel {channel}"] if channels > 1 else []
            names += _line_name(line, spatial) if lines > 1 else []
            found.append(
                Measure(key, axis, start, start + width, f"{word} {', '.join(names)}", role)
            )
    return found


def _line_name(line: int, spatial: list[int]) -> list[str]:
    if len(spatial) < 3:
        return [f"row {line}"]
    depth, row = divmod(line, spatial[1])
    return [f"depth {depth}", f"row {row}"]


def _ruler(word: str, size: int, role: Role) -> Ruler:
    labels = np.arange(size, dtype=np.intp)
    return Ruler(word, labels, np.full(size, role, dtype=np.uint8), np.zeros(size, dtype=bool))


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
