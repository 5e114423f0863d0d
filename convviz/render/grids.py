"""Grids as blocks of terminal cells: rulers, frames, tiles and pills, brackets around windows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Frame, Role, Ruler, Selection
from convviz.records import Record
from convviz.render import inks
from convviz.render.canvas import Block, Canvas, Line
from convviz.render.lines import Columns, Item, items
from convviz.render.sentences import wrapped
from convviz.render.sheets import Sheet, label
from convviz.render.stream import OUTPUT, WINDOW, End, Fill, Style

Array = NDArray[Any]
Index = NDArray[np.intp]

SINGLE, DOUBLE = "┌─┐│└┘", "╔═╗║╚╝"


class Margin(Record):
    """The cells at the left of a grid: its left rulers, and the words of the rulers above.

    beside: say the word of the left ruler before its first label.
    """

    sheet: Sheet
    words: bool = True
    beside: bool = False
    rulers: bool = True
    least: int = 0

    @property
    def left(self) -> tuple[Ruler, ...]:
        """The rulers at the left."""
        return self.sheet.grid.left

    @property
    def top(self) -> tuple[Ruler, ...]:
        """The rulers above."""
        return self.sheet.grid.top if self.rulers else ()

    def word(self, ruler: Ruler) -> str:
        """What a ruler above counts; the × of counts is said by every grid."""
        said = self.words or ruler.word == "×"
        return self.sheet.manner.text(ruler.word) if said else ""

    @cached_property
    def widths(self) -> list[int]:
        """Cells of each left ruler."""
        manner, rows = self.sheet.manner, self.sheet.rows
        gap = len(manner.text("…")) if len(rows) < self.sheet.grid.shape[0] else 0
        return [
            max([gap, *(len(label(ruler, int(row), "left", manner)) for row in rows)])
            for ruler in self.left
        ]

    @cached_property
    def width(self) -> int:
        """Cells before the space that ends the margin; 0: no margin."""
        labels = sum(self.widths) + max(0, len(self.widths) - 1)
        if self.beside and self.left:
            labels += len(self.left[-1].word) + 1
        return max([labels, self.least, *(len(self.word(ruler)) for ruler in self.top)])

    @property
    def start(self) -> int:
        """Where the first slot of the grid stands."""
        return self.width + 1 if self.width else 0

    def write(self, canvas: Canvas, row: int, *, first: bool) -> None:
        """The labels of one row."""
        manner = self.sheet.manner
        stop = self.width
        for ruler, width in zip(reversed(self.left), reversed(self.widths), strict=True):
            shade = inks.style(Role(int(ruler.roles[row])), bold=bool(ruler.bold[row]))
            canvas.write_to(stop, label(ruler, row, "left", manner), shade)
            stop -= width + 1
        if first and self.beside and self.left:
            canvas.write_to(stop, self.left[-1].word, "muted")

    def write_gap(self, canvas: Canvas) -> None:
        """The mark of a gap in the rows."""
        if self.left:
            canvas.write_to(self.width, self.sheet.manner.text("…"), "muted")


class Painter(Record):
    """Draws one sheet.

    title_at_value: the title stands over the first value (panels), else at the left edge.
    most: the count that the ramp ends at. styled: (rows, cols) of styles in place of the usual.
    """

    sheet: Sheet
    margin: Margin
    tight: bool = False
    title_at_value: bool = False
    most: int = 1
    styled: tuple[tuple[Style, ...], ...] | None = None

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """The frames, outer ones first."""
        return self.sheet.grid.frames

    @cached_property
    def columns(self) -> Columns:
        """The columns."""
        sheet = self.sheet
        return Columns.of(
            items(
                sheet.cols,
                sheet.grid.shape[1],
                [(f.rect.left, f.rect.right) for f in self.frames],
            ),
            sheet.width,
            mark=sheet.mark,
            tight=self.tight,
            gap=len(sheet.manner.text("…")),
        )

    @cached_property
    def row_items(self) -> list[Item]:
        """The rows, frame lines among them; a single row has bars only."""
        grid = self.sheet.grid
        frames = [(f.rect.top, f.rect.bottom) for f in self.frames] if grid.shape[0] > 1 else []
        return items(self.sheet.rows, grid.shape[0], frames)

    @property
    def width(self) -> int:
        """Cells of a whole line, margin included."""
        return self.margin.start + self.columns.total

    def block(self) -> Block:
        """Title, rulers and rows."""
        block = Block()
        grid, manner = self.sheet.grid, self.sheet.manner
        indent = self.margin.start + 1 if self.title_at_value else 0
        title: Line = [(" " * indent, ""), *inks.runs(grid.title, manner.stream)]
        rule: Line = [(" " * indent, ""), (manner.text(grid.rule), "muted")]
        for words in ([title] if grid.title else []) + ([rule] if grid.rule else []):
            for line in wrapped(words, manner.stream.width, indent):
                block.add(line)
        block.titles = len(block.lines)
        for ruler in self.margin.top:
            block.add(self.ruler(ruler).line())
        block.header = len(block.lines)
        first = True
        inside: list[Frame] = []
        for item in self.row_items:
            canvas = Canvas(self.width)
            if item.bar:
                self._frame_line(canvas, item)
                frame = self.frames[item.frame]
                inside = [f for f in inside if f is not frame] if item.closes else [*inside, frame]
            elif item.gap:
                self._gap_line(canvas, inside)
            else:
                self.margin.write(canvas, item.index, first=first)
                self.row(canvas, item.index)
                first = False
            block.add(canvas.line())
        for ruler in grid.bottom:
            block.add(self.ruler(ruler).line())
        block.width = max(block.width, self.width)
        return block

    def at(self, column: int) -> int:
        """The cell where the value (or bar) of a column starts."""
        return self.margin.start + self.columns.starts[column]

    def end(self, column: int) -> int:
        """The cell after the last digit of a column."""
        return self.at(column) + self.columns.size(self.columns.items[column]) - self.sheet.mark

    def ruler(self, ruler: Ruler) -> Canvas:
        """A ruler above or below."""
        canvas = Canvas(self.width)
        manner = self.sheet.manner
        canvas.write_to(self.margin.width, self.margin.word(ruler), "muted")
        for number, item in enumerate(self.columns.items):
            if item.gap and not ruler.starts:
                canvas.write(self.at(number), manner.text("…"), "muted")
            if item.index >= 0:
                shade = inks.style(
                    Role(int(ruler.roles[item.index])), bold=bool(ruler.bold[item.index])
                )
                text = label(ruler, item.index, "top", manner)
                canvas.write_to(self.end(number), text, shade)
        return canvas

    def _frame_style(self, frame: Frame) -> str:
        return "output" if frame.double else ""

    def _bars(self, canvas: Canvas, inside: Sequence[Frame]) -> None:
        """The vertical lines of frames that this row runs through."""
        for number, item in enumerate(self.columns.items):
            if item.bar and self.frames[item.frame] in inside:
                frame = self.frames[item.frame]
                glyph = (DOUBLE if frame.double else SINGLE)[3]
                canvas.write(
                    self.at(number), self.sheet.manner.text(glyph), self._frame_style(frame)
                )

    def _frame_line(self, canvas: Canvas, item: Item) -> None:
        frame = self.frames[item.frame]
        around = [
            other
            for other in self.frames
            if other is not frame
            and other.rect.top <= frame.rect.top
            and frame.rect.bottom <= other.rect.bottom
            and self.frames.index(other) < item.frame
        ]
        self._bars(canvas, around)
        ends = [
            number
            for number, column in enumerate(self.columns.items)
            if column.bar and column.frame == item.frame
        ]
        glyphs = DOUBLE if frame.double else SINGLE
        left, right = (glyphs[4], glyphs[5]) if item.closes else (glyphs[0], glyphs[2])
        start, stop = self.at(ends[0]), self.at(ends[-1])
        line = left + glyphs[1] * (stop - start - 1) + right
        canvas.write(start, self.sheet.manner.text(line), self._frame_style(frame))

    def _inside(self, row: int) -> list[Frame]:
        return [f for f in self.frames if f.rect.top <= row < f.rect.bottom]

    def _gap_line(self, canvas: Canvas, inside: Sequence[Frame]) -> None:
        """A row that stands for hidden rows, within the frames that are open there."""
        mark = self.sheet.manner.text("…")
        self.margin.write_gap(canvas)
        for number, item in enumerate(self.columns.items):
            if not item.bar:
                canvas.write_to(self.end(number), mark, "muted")
        self._bars(canvas, inside)

    def row(self, canvas: Canvas, row: int, *, bars: bool = True) -> None:
        """The cells of one row, with its bars and brackets."""
        place = int(np.searchsorted(self.sheet.rows, row))
        if bars:
            self._bars(canvas, self._inside(row))
        styles = self.styles[place]
        roles = self.sheet.roles[place]
        texts = self.sheet.texts[place]
        columns = self.columns
        won = self.won[place] if self.won is not None else None
        cell = 0
        for number, item in enumerate(columns.items):
            if item.bar:
                continue
            if item.gap:
                canvas.write(self.at(number), self.sheet.manner.text("…"), "muted")
                continue
            role = Role(int(roles[cell]))
            self._cell(canvas, number, texts[cell], styles[cell], role)
            if won is not None and won[cell]:
                canvas.write(self.end(number), "*", styles[cell])
            cell += 1
        chosen = self.sheet.grid.chosen
        if chosen is not None and row in chosen.rows:
            self._select(canvas, chosen, roles)

    @cached_property
    def won(self) -> Array | None:
        """(rows, cols): the winners of max pooling."""
        marks = self.sheet.grid.marks
        return None if marks is None else marks.at(self.sheet.rows, self.sheet.cols)

    @cached_property
    def styles(self) -> list[list[Style]]:
        """(rows, cols): the style of every cell, the window left out."""
        if self.styled is not None:
            return [list(row) for row in self.styled]
        sheet = self.sheet
        stream = sheet.manner.stream
        if sheet.grid.kind is Role.COUNT:
            return inks.count_fills(sheet.values, self.most, stream)
        ident = (
            inks.identity(sheet.grid, sheet.rows, sheet.cols, stream)
            if sheet.manner.identity
            else None
        )
        found: list[list[Style]] = []
        for place, roles in enumerate(sheet.roles.tolist()):
            line: list[Style] = []
            for cell, number in enumerate(roles):
                role = Role(number)
                if role is Role.KERNEL:
                    line.append(inks.role_fill(role))
                elif role in inks.DIM:
                    line.append("muted")
                elif ident is not None and role in {Role.INPUT, Role.COPY, Role.STAMP}:
                    line.append(
                        Fill(
                            int(ident[place, cell]),
                            sixteen=inks.COPY_IN_SIXTEEN if role is Role.COPY else "",
                        )
                    )
                else:
                    line.append("")
            found.append(line)
        return found

    def _cell(self, canvas: Canvas, number: int, text: str, style: Style, role: Role) -> None:
        """One value: a tile over both its slots, a pill with rounded ends, or bare."""
        start, stop = self.at(number), self.end(number)
        if isinstance(style, Fill) and role is Role.COPY:
            canvas.fill(start, stop, style)
            if not self.tight and style.ground:
                canvas.write(start - 1, "▐", End(style))
                canvas.write(stop, "▌", End(style))
        elif isinstance(style, Fill):
            canvas.fill(start - 1, stop + self.sheet.mark + 1, style)
        canvas.write_to(stop, text, style)

    def _select(self, canvas: Canvas, chosen: Selection, roles: Array) -> None:
        """Brackets around every run of neighbors in the window, and its fill."""
        focus = self.sheet.grid.kind is Role.FOCUS
        accent = "focus" if focus else inks.style(chosen.role) or "input"
        fill: Style = OUTPUT if chosen.role is Role.OUTPUT else WINDOW
        if focus:
            fill = "bold focus"
        place = {index: n for n, index in enumerate(self.sheet.cols.tolist())}
        shown = [col for col in place if col in chosen.cols]
        for position, col in enumerate(shown):
            number = self.columns.place[col]
            opens = position == 0 or shown[position - 1] != col - 1
            closes = position == len(shown) - 1 or shown[position + 1] != col + 1
            start, stop = self.at(number), self.end(number) + self.sheet.mark
            if roles[place[col]] != Role.BEYOND and not self._wears(chosen):
                left = start if opens else start - 1
                canvas.fill(left, stop + (0 if closes else 1), fill)
            if opens:
                canvas.write(start - 1, "[", f"bold {accent}")
            if closes:
                canvas.write(stop, "]", f"bold {accent}")

    def _wears(self, chosen: Selection) -> bool:
        """Whether chosen cells keep a color of their own: stamps in lanes."""
        return self.sheet.grid.by_row and chosen.role is Role.STAMP
