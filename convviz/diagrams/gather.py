"""What conv and pool scenes share: the window of one output on its padded input, and its sum."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.scene import (
    Array,
    ArrayCells,
    Computed,
    Grid,
    Index,
    Link,
    Measure,
    Role,
    Selection,
    Text,
    Windows,
)
from convviz.diagrams.sights import ROW, Sight, reach_text, start_ruler
from convviz.diagrams.view import View, chosen
from convviz.engine.account import Account
from convviz.records import Record, replace
from convviz.spec.layers import Conv, Pool, times


class Look(Record, eq=False):
    """An account of conv or pool, and the output that is looked at.

    cell: (sample, output channel, *spatial) of the chosen output.
    """

    account: Account
    view: View
    cell: tuple[int, ...]

    @classmethod
    def at(cls, account: Account, view: View) -> Look:
        """The look at the output that `view` names."""
        return cls(account, view, chosen(view.at, account.shape, "output"))

    @property
    def layer(self) -> Conv | Pool:
        """Its layer."""
        layer = self.account.layer
        assert isinstance(layer, (Conv, Pool))
        return layer

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """One per spatial axis."""
        sights = []
        for number, axis in enumerate(self.layer.axes):
            count = self.account.shape[2 + number]
            last = (count - 1) * axis.stride + axis.reach
            sights.append(
                Sight(
                    axis,
                    planes.side(self.account, number, last),
                    count,
                    self.cell[2 + number],
                )
            )
        return tuple(sights)

    @property
    def rows(self) -> Sight:
        """The rows of a plane; a 1-D input has one."""
        if len(self.sights) > 1:
            return self.sights[-2]
        return Sight(ROW, planes.single(), 1, 0)

    @property
    def cols(self) -> Sight:
        """The columns of a plane."""
        return self.sights[-1]

    @property
    def padded(self) -> bool:
        """Whether the layer pads at all."""
        return any(map(any, self.layer.padding))

    @cached_property
    def inputs(self) -> tuple[int, ...]:
        """The input channels that the chosen output reads."""
        output = self.cell[1]
        if isinstance(self.layer, Pool):
            return (output,)
        each = self.layer.in_channels // self.layer.groups
        group = output // (self.layer.out_channels // self.layer.groups)
        return tuple(range(group * each, group * each + each))

    @property
    def named(self) -> bool:
        """Whether channels need names: more than one, in or out, or a batch."""
        return self.account.input.shape[1] > 1 or self.account.shape[1] > 1

    def plane(
        self,
        channel: int,
        depth: int | None,
        key: str,
        title: Text,
    ) -> Grid:
        """The padded input plane of `channel` (at padded `depth`) with the chosen window."""
        rows, cols = self.rows, self.cols
        account, line = self.account, len(self.sights) == 1
        inner = depth is None or bool(self.sights[0].side.inside(np.array([depth]))[0])
        beyond = depth is not None and depth >= self.sights[0].side.padded
        grid = Grid(
            key=key,
            cells=self.cells(channel, depth),
            roles=planes.padded_roles(
                account,
                rows.side,
                cols.side,
                filled=not inner,
                beyond=beyond,
                unread=(rows.unread, cols.unread),
            ),
            kind=Role.INPUT,
            title=title,
            frames=planes.frames(rows.side, cols.side) if inner else (),
            chosen=Selection(rows.windows()[rows.chosen], cols.windows()[cols.chosen], Role.KERNEL),
            windows=Windows(rows.windows(), cols.windows()),
            top=(planes.source_ruler("index", cols.side),)
            if line
            else (start_ruler(cols), planes.source_ruler("col", cols.side, window=cols.window)),
            left=()
            if line
            else (start_ruler(rows), planes.source_ruler("row", rows.side, window=rows.window)),
            source=(rows.side.source, cols.side.source),
            extent=(rows.side.size, cols.side.size),
        )
        if isinstance(self.layer, Pool) and self.layer.kind == "max":
            return replace(grid, marks=self._winners(channel, depth))
        return grid

    def _winners(self, channel: int, depth: int | None) -> Computed:
        """Which cells of a plane hold the maximum of some window."""
        shape = self.rows.side.total, self.cols.side.total
        lead = () if depth is None else (np.array([depth]),)

        def won(rows: Index, cols: Index) -> Array:
            lines = (*lead, rows, cols)[-len(self.sights) :]
            windows = [sight.reading(some) for sight, some in zip(self.sights, lines, strict=True)]
            found = self.account.winners(self.cell[0], channel, windows)
            taps = np.unravel_index(found, self.layer.kernel)
            places = [
                sight.starts[some].reshape([-1 if i == n else 1 for i in range(found.ndim)])
                + tap * sight.axis.dilation
                for n, (sight, some, tap) in enumerate(zip(self.sights, windows, taps, strict=True))
            ]
            # A window of padding alone has no cell that wins.
            insides = [sight.side.inside(p) for sight, p in zip(self.sights, places, strict=True)]
            here = np.logical_and.reduce(insides)
            if depth is not None:
                here &= places[0] == depth
            marked = np.zeros(shape, dtype=bool)
            marked[places[-2][here] if len(places) > 1 else 0, places[-1][here]] = True
            return np.asarray(marked[np.ix_(rows, cols)])

        return Computed(shape, won)

    def kernel(self, place: int, depth: int | None, key: str, title: Text) -> Grid:
        """The weights that meet input channel `inputs[place]` (at depth tap `depth`)."""
        weight = self.account.weight
        assert weight is not None
        taps = weight[self.cell[1], place]
        cells, roles = planes.whole(
            planes.plane_of(taps if depth is None else taps[depth]), Role.KERNEL
        )
        return Grid(key, cells, roles, Role.KERNEL, title)

    def output(self, key: str, title: Text) -> Grid:
        """The output plane with the chosen cell."""
        plane = self._plane(self.account.output[self.cell[:2]])
        return replace(self._result(plane, key, title, Role.OUTPUT), kind=Role.OUTPUT)

    def divisor(self) -> Grid | None:
        """What each average divides by, where that differs."""
        if not isinstance(self.layer, Pool) or self.layer.kind != "avg":
            return None
        plane = self._plane(self.account.divisors)
        if (plane == plane.flat[0]).all():
            return None
        title = planes.title("divisor", Role.FOCUS)
        return replace(self._result(plane, "divisor", title, Role.TEXT), kind=Role.FOCUS)

    def _plane(self, array: Array) -> Array:
        if array.ndim == 3:
            array = array[self.cell[2]]
        return planes.plane_of(array)

    def _result(self, plane: Array, key: str, title: Text, role: Role) -> Grid:
        row, col = self.rows.chosen, self.cols.chosen
        shape = (plane.shape[0], plane.shape[1])

        def roles(rows: Index, cols: Index) -> Array:
            found = np.full((len(rows), len(cols)), role, dtype=np.uint8)
            if self.view.growing:
                found[rows > row] = Role.PENDING
                found[np.ix_(rows == row, cols > col)] = Role.PENDING
            return found

        line = len(self.sights) == 1
        cols = planes.index_ruler("", shape[1], Role.OUTPUT, col)
        return Grid(
            key=key,
            cells=ArrayCells(plane),
            roles=Computed(shape, roles),
            kind=role,
            title=title,
            chosen=Selection((row,), (col,), Role.OUTPUT),
            top=(cols,),
            left=() if line else (planes.index_ruler("", shape[0], Role.OUTPUT, row),),
            source=(np.arange(shape[0]), np.arange(shape[1])),
            extent=shape,
        )

    def window(self, channel: int, depth: int | None = None) -> Array:
        """The values under the chosen window on one plane."""
        return self.cells(channel, depth).at(self.rows.window, self.cols.window)

    def cells(self, channel: int, depth: int | None = None) -> Computed:
        """The values of a padded plane."""
        lead = (self.cell[0], channel) + (() if depth is None else (depth,))
        plane = planes.padded_cells(self.account, lead, self.rows.side, self.cols.side)
        layer = self.layer
        whole = self.account.input.dtype.kind in "iu"
        if not (whole and self.padded and isinstance(layer, Pool) and layer.kind == "max"):
            return plane
        # Integers have no −∞: the engine pads with their lowest value, readers see what is meant.
        lowest = self.account.fill

        def values(rows: Index, cols: Index) -> Array:
            found = plane.at(rows, cols)
            return np.where(found == lowest, -np.inf, found.astype(np.float64))

        return Computed(plane.shape, values)

    @property
    def name(self) -> str:
        """The chosen output as code would write it: output[1,2], with its channel if it has one."""
        lead = self.cell if self.account.lead == 2 else self.cell[1:]
        return f"output[{indices(lead if self.named or self.account.lead else self.cell[2:])}]"

    def bias(self) -> Any:
        """The bias of the chosen output channel; None if there is none."""
        return None if self.account.bias is None else self.account.bias[self.cell[1]]

    def result(self) -> Any:
        """The chosen output."""
        return self.account.output[self.cell]

    def links(self, start: str, end: str) -> tuple[Link, ...]:
        """From the chosen window to its output, and one step of the stride."""
        rows, cols = self.rows, self.cols
        top, left = int(rows.window[0]), int(cols.window[0])
        found = [Link("lens", (start, top, left), (end, rows.chosen, cols.chosen), Role.OUTPUT)]
        for row_step, col_step in ((0, 1), (1, 0)):
            sight = cols if col_step else rows
            if sight.count > 1:
                step = sight.axis.stride
                found.append(
                    Link(
                        "shift",
                        (start, 0, 0),
                        (start, row_step * step, col_step * step),
                        Role.FOCUS,
                        f"stride {step}",
                    )
                )
        return tuple(found)

    def measures(self, key: str) -> tuple[Measure, ...]:
        """The reach of the kernel along each axis, at the first window."""
        return tuple(
            Measure(key, axis, 0, sight.axis.reach, reach_text(sight.axis))
            for axis, sight in ((0, self.rows), (1, self.cols))
            if sight.axis is not ROW
        )

    def notes(self, *, beyond: bool = True) -> tuple[str, ...]:
        """The marks that occur."""
        marks = ["▼ ► the first col and row each output reads"] if len(self.sights) > 1 else []
        if self.rows.unread.any() or self.cols.unread.any():
            marks.append("✗ never read")
        layer = self.layer
        if isinstance(layer, Pool) and layer.kind == "max":
            marks.append("* the winner, the first on a tie")
        if beyond and any(sight.side.total > sight.side.padded for sight in self.sights):
            marks.append("– beyond: not counted")
        return (" · ".join(marks),) if marks else ()


def indices(cell: tuple[int, ...]) -> str:
    """Indices as code writes them: 0,1,2."""
    return ",".join(map(str, cell))


def sized(word: str, role: Role, shape: tuple[int, ...]) -> Text:
    """A title with the shape of its grid: kernel 3×3."""
    return planes.title(word, role, f" {times(shape)}")
