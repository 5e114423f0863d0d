"""A picture as a value: what is shown and what each part means, never how it looks.

Builders in this folder turn an Account into a Scene; renderers turn a Scene into a terminal
screen, a figure or a film. Scenes hold roles, not colors; numbers, not digits; cells, not pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convviz.records import Record

Array: TypeAlias = NDArray[Any]
Index: TypeAlias = NDArray[np.intp]


class Role(IntEnum):
    """What a cell, a word or a line is."""

    EMPTY = 0  # no cell here: lanes are ragged
    INPUT = 1  # a cell of the original input
    COPY = 2  # padding that repeats an input cell
    FILL = 3  # padding that is a constant
    KERNEL = 4  # a weight
    OUTPUT = 5  # a computed value
    PENDING = 6  # an output that is not computed yet
    STAMP = 7  # input value times kernel, on its way into the sum
    SUM = 8  # scattered sum before the crop
    COUNT = 9  # how many windows or stamps meet here
    BEYOND = 10  # outside the padded input: only ceil_mode's last window reaches it
    HOLE = 11  # inside the reach of a dilated kernel, under no tap
    UNREAD = 12  # an input cell that no window meets
    FOCUS = 13  # the explained parameter: a word, a bracket, an arrow
    MUTED = 14  # words that step back
    GOOD = 15  # a verdict that is even
    BAD = 16  # a verdict that is uneven
    TEXT = 17  # plain words
    STRONG = 18  # plain words that lead: a command's name, a title
    REPEAT = 19  # the endless tiling, outside of what padding takes of it
    ZERO = 20  # no weight here: a matrix entry that the structure makes zero


class Run(Record):
    """A piece of text with one role."""

    text: str
    role: Role = Role.TEXT
    bold: bool = False


Text: TypeAlias = tuple[Run, ...]


class Cells(Protocol):
    """The values, or the roles, of a grid, which may be computed only where they are shown."""

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""

    def at(self, rows: Index, cols: Index) -> Array:
        """(len(rows), len(cols)): the values where those rows and columns cross."""


class ArrayCells(Record, eq=False):
    """Cells that an array holds."""

    array: Array

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.array.shape[0], self.array.shape[1]

    def at(self, rows: Index, cols: Index) -> Array:
        """(len(rows), len(cols)): the values where those rows and columns cross."""
        return self.array[np.ix_(rows, cols)]


class Computed(Record, eq=False):
    """Cells that a function gives where they are asked for: (rows, cols) → values that cross."""

    shape: tuple[int, int]
    function: Callable[[Index, Index], Array]

    def at(self, rows: Index, cols: Index) -> Array:
        """(len(rows), len(cols)): the values where those rows and columns cross."""
        return self.function(rows, cols)


class Rect(Record):
    """Cells [top, bottom) × [left, right) of a grid, in grid indices."""

    top: int
    left: int
    bottom: int
    right: int


class Frame(Record):
    """A line around cells. role INPUT: the original input (or what a crop keeps: OUTPUT).

    double: the padded crop in the endless tiling.
    """

    rect: Rect
    role: Role = Role.INPUT
    double: bool = False


class Selection(Record, eq=False):
    """The chosen one: the cells where `rows` and `cols` cross (taps; with gaps where dilated).

    role: KERNEL for a window on the input, STAMP for a stamp, OUTPUT for the current output,
          INPUT for the input cell that stamps.
    """

    rows: Sequence[int]
    cols: Sequence[int]
    role: Role


class Windows(Record, eq=False):
    """All windows of one layer on a grid: window (i, j) covers rows[i] × cols[j].

    rows, cols: per output index, the grid indices under its taps, in order; they may lie outside
                the grid (ceil_mode). Identity (i, j) gives a window its color and its number.
    """

    rows: Sequence[range]
    cols: Sequence[range]


class Mark(IntEnum):
    """What stands on a ruler where there is no number."""

    NO_SOURCE = -1  # a filled cell comes from nowhere
    BLANK = -2
    BEYOND = -3  # outside the padded input
    UNREAD = -4  # no window meets this line
    CROPPED = -5  # padding of a transposed convolution takes it away
    KEPT = -6  # output_padding keeps it


class Ruler(Record, eq=False):
    """Numbers along one edge of a grid.

    word:   what they count: "col", "row", "out", "index", "×"; "" when unsaid.
    labels: one per column (or row): a number from 0, or a `Mark`.
    roles:  one Role per label.
    bold:   which labels lead: those in the window, the current output.
    starts: each label stands where the window of that output begins.
    """

    word: str
    labels: Index
    roles: NDArray[np.uint8]
    bold: NDArray[np.bool_]
    starts: bool = False


class Grid(Record, eq=False):
    """A matrix of cells.

    key:      its name in the scene: "input", "kernel", "output", "reflect", "input[1]".
    cells:    its values. roles: a `Role` for each.
    kind:     the role of the grid as a whole (its color where cells have none of their own).
    title:    runs above it; `rule` is the dim line under the title.
    source:   (per row, per column) the index that gives a cell its identity color, −1 where it has
              none; `extent` is the (R, C) of the identity map. None: no identity.
    by_row:   the identity of a cell is source[1] of its row: lanes wear the color of their input.
    which:    the identity of each cell as row · C + col of the extent, −1 for none, where it does
              not follow the axes (the taps of an unrolled matrix).
    spacing:  (center of the first column, distance of the next), in cells of the grid below all;
              None: columns stand side by side.
    others:   the values that it has in other frames of a film: numbers take the room and the
              precision that all of them need. None: it stands alone.
    picture:  (rows, cols, 3) of uint8: the colors that the cells have as pixels of an image.
    marks:    of bool: the winners of max pooling; None: no such mark.
    windows:  all windows that lie on it; `chosen` is the one that is shown.
    """

    key: str
    cells: Cells
    roles: Cells
    kind: Role
    title: Text = ()
    rule: str = ""
    frames: tuple[Frame, ...] = ()
    chosen: Selection | None = None
    windows: Windows | None = None
    top: tuple[Ruler, ...] = ()
    left: tuple[Ruler, ...] = ()
    bottom: tuple[Ruler, ...] = ()
    source: tuple[Index, Index] | None = None
    extent: tuple[int, int] = (1, 1)
    by_row: bool = False
    which: Cells | None = None
    spacing: tuple[float, float] | None = None
    marks: Cells | None = None
    others: Array | None = None
    picture: Array | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.cells.shape

    @cached_property
    def values(self) -> Array:
        """(rows, cols): every value; ask `cells` for a few of a large grid."""
        return everything(self.cells)

    @cached_property
    def all_roles(self) -> Array:
        """(rows, cols): every role; ask `roles` for a few of a large grid."""
        return everything(self.roles)


def everything(cells: Cells) -> Array:
    """(rows, cols): all values of `cells`."""
    if isinstance(cells, ArrayCells):
        return cells.array
    rows, cols = cells.shape
    return cells.at(np.arange(rows), np.arange(cols))


class Link(Record, eq=False):
    """Data that moves: from a cell of one grid to a cell of another (or the same).

    kind: "copy" (an arc over a padded grid), "lens" (a window and its result), "stamp" (input to
          stamp), "shift" (the step of a stride or a dilation), "gives" (a grid to its result),
          "channel" (an input channel that an output channel reads), "reads" (a cell of one layer
          and a cell of the layer below that it is computed from), "skip" (a block, by its place,
          that a later one takes besides the one before it).
    """

    kind: str
    start: tuple[str, int, int]
    end: tuple[str, int, int]
    role: Role = Role.FOCUS
    label: str = ""


class Measure(Record, eq=False):
    """A length on a grid: a bracket along columns (axis 1) or rows (axis 0), start to stop."""

    grid: str
    axis: int
    start: int
    stop: int
    label: str
    role: Role = Role.KERNEL


class Equation(Record, eq=False):
    """lhs = terms = result, with numbers that the renderer writes.

    kind:    "dot" (left · right, summed), "max", "mean" (left summed over divisor), "sum" (parts).
    left, right: (rows, cols) factors in the shape of the kernel; right is None for pooling.
    counted: (rows, cols) of bool: terms that take part (padding that an average leaves out).
    grids:   keys of the grids that left and right come from: numbers are written as they are there.
    bias:    for "dot": what is added to the sum; None: nothing.
    parts:   for "sum": (name, value) addends, such as channel sums and the bias.
    band:    the band of grids beside which it stands (a lane); −1: below all.
    source:  for "max": the index of the winner in the input.
    """

    name: str
    kind: str
    result: Any
    left: Array | None = None
    right: Array | None = None
    counted: NDArray[np.bool_] | None = None
    divisor: int = 1
    grids: tuple[str, str] = ("", "")
    winner: tuple[int, int] | None = None
    source: tuple[int, ...] = ()
    parts: tuple[tuple[str, Any], ...] = ()
    bias: Any = None
    band: int = -1


class Label(Record, eq=False):
    """name, then runs: the size formula, the coverage verdict, the parameters.

    generic: a formula in letters, which pictures set below the one in numbers.
    """

    name: str
    text: Text
    more: tuple[Text, ...] = ()
    role: Role = Role.MUTED
    generic: str = ""


class Block(Record):
    """A shape on its way through a network, and the layers that make it.

    shape:  (C, *spatial). layers: each in one line, KERNEL where it has weights; () at the input.
    params, macs: of these layers together.
    role:   INPUT and OUTPUT at the ends; KERNEL where weights are learned; TEXT elsewhere.
    """

    shape: tuple[int, ...]
    layers: Text
    params: int
    macs: int
    role: Role


class Omission(Record):
    """Planes or lanes that are not shown: `count` of them, before band `band`, place `place`."""

    band: int
    place: int
    count: int
    what: str


class Scene(Record, eq=False):
    """Everything one picture or screen shows.

    diagram:  the name of its row in DIAGRAMS; renderers choose an arrangement by it.
    headline: what was asked and what came out, parts that are joined by " · ".
    title, subtitle: the claim and its numbers, for slides.
    bands:    grids, in rows that belong together; the first of the first band leads.
    notes:    dim lines, last: marks that occur, conventions, what is hidden.
    command:  the command line that draws it, as typed.
    blocks:   the shapes of a network in the order of its layers.
    omitted:  planes that have no grid here, because there are many.
    saves:    the file that would hold everything: "pad.npy".
    pointed:  a picture is about the chosen cell: the reader named it, or there is nothing else.
    image:    the input is a picture: planes of 0 … 255, three of them together one in color.
    panels:   the layers that are compared, each a scene of its own; `bands` has what they share.
    """

    diagram: str
    headline: tuple[Text, ...]
    bands: tuple[tuple[Grid, ...], ...]
    title: str = ""
    subtitle: Text = ()
    links: tuple[Link, ...] = ()
    measures: tuple[Measure, ...] = ()
    equations: tuple[Equation, ...] = ()
    labels: tuple[Label, ...] = ()
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()
    command: str = ""
    omitted: tuple[Omission, ...] = ()
    saves: str = ""
    pointed: bool = False
    image: bool = False
    panels: tuple[Panel, ...] = ()

    @property
    def grids(self) -> list[Grid]:
        """Every grid, those of the panels last."""
        own = [grid for band in self.bands for grid in band]
        return own + [grid for panel in self.panels for grid in panel.scene.grids]

    def grid(self, key: str) -> Grid:
        """The grid called `key`."""
        return next(grid for band in self.bands for grid in band if grid.key == key)


class Panel(Record, eq=False):
    """One of several layers that are compared.

    name: what sets it apart: "dilation 2". sizes: its input and its output, in role colors.
    scene: what it alone would show.
    """

    name: Text
    sizes: Text
    scene: Scene
