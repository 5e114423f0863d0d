"""How grids share the width: side by side, kernel above output, tight, stacked, elided."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Role
from convviz.records import Record, field
from convviz.render import elision
from convviz.render.canvas import Block, beside, stacked
from convviz.render.grids import Margin, Painter
from convviz.render.sheets import Manner, Sheet, cols_order, elided_cols, sheets, shown_rows

Index = NDArray[np.intp]

LEAST_GAP = 3
"""Blanks between grids of different kinds, at least."""


class Ledger:
    """What was left out or rounded while a screen was laid out, for its notes."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.notes: list[str] = []

    def keep(self, sheet: Sheet) -> None:
        """Remember a sheet that is on the screen."""
        self.sheets.append(sheet)


class Plan(Record):
    """How one grid of a group is drawn.

    words: say what the ruler above counts. beside: say what the left ruler counts. rulers: draw
    the rulers above. title_at_value: the title stands over the first value. least: margin cells.
    """

    words: bool = True
    beside: bool = False
    rulers: bool = True
    title_at_value: bool = False
    least: int = 0


class Page(Record):
    """A screen in the making."""

    manner: Manner
    width: int
    ledger: Ledger = field(default_factory=Ledger)

    def whole(self, grids: Sequence[Grid]) -> list[Sheet] | None:
        """Sheets with all columns; None where they cannot fit, whatever they hold."""
        if not self.manner.uncut and max(2 * grid.shape[1] for grid in grids) > self.width:
            return None
        rows = [shown_rows(grid, self.manner) for grid in grids]
        return sheets(grids, self.manner, rows, [np.arange(grid.shape[1]) for grid in grids])

    def painter(self, sheet: Sheet, plan: Plan, *, tight: bool, most: int = 1) -> Painter:
        """How `sheet` would be drawn."""
        margin = Margin(sheet, plan.words, plan.beside, plan.rulers, plan.least)
        return Painter(sheet, margin, tight, plan.title_at_value, most)

    def draw(self, painter: Painter) -> Block:
        """`painter`'s grid, on the screen now."""
        self.ledger.keep(painter.sheet)
        return painter.block()

    def alone(self, grids: Sequence[Grid], plans: Sequence[Plan], most: int = 1) -> list[Painter]:
        """Grids that are compared, each in a band of its own: wide, tight, or elided."""
        ready = self.whole(grids)
        if ready is not None:
            for tight in (False, True):
                painters = [
                    self.painter(sheet, plan, tight=tight, most=most)
                    for sheet, plan in zip(ready, plans, strict=True)
                ]
                if max(p.width for p in painters) <= self.width or (tight and self.manner.uncut):
                    return painters
        return self.elided(grids, plans, most)

    def elided(self, grids: Sequence[Grid], plans: Sequence[Plan], most: int) -> list[Painter]:
        """Columns hidden in the middle: as many as fit wide, else 3, 2, 1 at each place, tight."""

        def painters(choose: Callable[[Grid], Index], *, tight: bool) -> list[Painter]:
            rows = [shown_rows(grid, self.manner) for grid in grids]
            ready = sheets(grids, self.manner, rows, [choose(grid) for grid in grids])
            return [
                self.painter(sheet, plan, tight=tight, most=most)
                for sheet, plan in zip(ready, plans, strict=True)
            ]

        def fits(found: list[Painter]) -> bool:
            return max(painter.width for painter in found) <= self.width

        def around(each: int) -> Callable[[Grid], Index]:
            return lambda grid: elided_cols(grid, each)

        best = painters(around(elision.KEPT), tight=False)
        if fits(best):
            low, high = elision.KEPT, self.width
            while high - low > 1:
                middle = (low + high) // 2
                more = painters(around(middle), tight=False)
                if fits(more):
                    best, low = more, middle
                else:
                    high = middle
            return best
        for each in range(elision.KEPT, 0, -1):
            best = painters(around(each), tight=True)
            if fits(best):
                return best
        # All grids of the group have the same columns: what the first needs, all get.
        few = elision.greedy(
            cols_order(grids[0]), lambda cols: fits(painters(lambda _: cols, tight=True))
        )
        return painters(lambda _: few, tight=True)

    def row(
        self,
        grids: Sequence[Grid],
        *,
        gaps: Sequence[int] = (4, 3),
        column: bool = False,
        align: bool = False,
    ) -> Block:
        """Grids of different kinds: in a row, the later ones in a column, tight, stacked.

        column: the second may stand above the others, at the right of the first.
        align:  first cells stand on one line.
        """
        each = [self.whole([grid]) for grid in grids]
        ready = [found[0] for found in each if found is not None]
        if len(ready) == len(grids):
            for tight in (False, True):
                found = self._in_a_row(ready, gaps, column=column, align=align, tight=tight)
                if found is not None:
                    for sheet in ready:
                        self.ledger.keep(sheet)
                    return found
        blocks = [self.draw(self.alone([grid], [Plan()], most_of([grid]))[0]) for grid in grids]
        return stacked(self._pack(blocks))

    def _in_a_row(
        self, ready: Sequence[Sheet], gaps: Sequence[int], *, column: bool, align: bool, tight: bool
    ) -> Block | None:
        painters = [
            self.painter(sheet, Plan(), tight=tight, most=most_of([sheet.grid])) for sheet in ready
        ]
        if max(painter.width for painter in painters) > self.width:
            return None
        blocks = [painter.block() for painter in painters]
        for gap in gaps:
            found = beside(blocks, gap, align=align)
            if found.width <= self.width:
                return found
        if column and len(blocks) > 2:
            for gap in gaps:
                found = beside([blocks[0], stacked(blocks[1:])], gap)
                if found.width <= self.width:
                    return found
        return None

    def _pack(self, blocks: Sequence[Block]) -> list[Block]:
        """The first block alone, then as many in a row as fit."""
        packed = [blocks[0]]
        line: list[Block] = []
        for block in blocks[1:]:
            if line and beside([*line, block], LEAST_GAP).width > self.width:
                packed.append(beside(line, LEAST_GAP))
                line = []
            line.append(block)
        return [*packed, beside(line, LEAST_GAP)] if line else packed

    def panels(
        self, grids: Sequence[Grid], *, gaps: Sequence[int], even: bool, beside_word: bool
    ) -> list[Block]:
        """Compared grids in bands, as many in each as fit; the first of a band says what counts.

        even: all panels are as wide as the widest. beside_word: a single grid names its left ruler.
        """
        most = most_of(grids)
        single = len(grids) == 1
        plans = [Plan(beside=beside_word and single, title_at_value=True)] * len(grids)
        ready = self.whole(grids)
        count = len(grids)
        while ready is not None and count >= 1:
            for tight in (False, True):
                bands = self._bands(ready, count, gaps, plans[0], even=even, tight=tight, most=most)
                if bands is not None:
                    for sheet in ready:
                        self.ledger.keep(sheet)
                    return bands
            if count == 1:
                break
            count = -(-count // 2)
        return [self.draw(painter) for painter in self.alone(grids, plans, most)]

    def _bands(
        self,
        ready: Sequence[Sheet],
        count: int,
        gaps: Sequence[int],
        plan: Plan,
        *,
        even: bool,
        tight: bool,
        most: int,
    ) -> list[Block] | None:
        bands = []
        for start in range(0, len(ready), count):
            blocks = []
            body = 0
            for place, sheet in enumerate(ready[start : start + count]):
                own = Plan(place == 0, plan.beside, True, True)
                painter = self.painter(sheet, own, tight=tight, most=most)
                blocks.append((painter.margin.start, painter.block()))
                body = max(body, painter.columns.total)
            if even:
                for margin, block in blocks:
                    block.width = max(block.width, margin + body)
            for gap in gaps:
                band = beside([block for _, block in blocks], gap)
                if band.width <= self.width or (len(blocks) == 1 and self.manner.uncut and tight):
                    bands.append(band)
                    break
            else:
                return None
        return bands


def most_of(grids: Sequence[Grid]) -> int:
    """The largest count of compared grids, which their ramp ends at."""
    most = 1
    for grid in grids:
        if grid.kind is Role.COUNT and grid.top and grid.left:
            largest = int(grid.top[0].labels.max()) * int(grid.left[0].labels.max())
            most = max(most, largest)
    return most
