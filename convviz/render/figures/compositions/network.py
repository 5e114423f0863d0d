"""A network as boxes: heights follow the rows, widths the root of the channels, in one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from convviz.diagrams.scene import Block, Link, Role, Text
from convviz.diagrams.scene import Run as SceneRun
from convviz.render.colors import Floats, mixed
from convviz.render.figures.canvas import BACK, FRAMES, TILES, Box, Canvas
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import MEDIUM, REGULAR, SEMIBOLD, Line, Run

NARROWEST = 46.0
"""Points of a column, below which boxes go on in another line."""
THINNEST = 3.0
"""Points of the smallest side of a box."""


class Column(NamedTuple):
    """A block, where it stands among all, and its column."""

    number: int
    block: Block
    left: float
    right: float

    @property
    def middle(self) -> float:
        """Where its box is centered."""
        return (self.left + self.right) / 2


class Boxes:
    """Boxes on one middle line, the layers below them; arcs above for what skips boxes."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        self.paper = sheet.page.paper
        self.blocks = scene.blocks
        self.skips = [link for link in scene.links if link.kind == "skip"]
        least = NARROWEST * (0.62 if self.paper else 1.0)
        self.heads = 0.0
        self.per_line = max(2, int((width - self.heads) // least))
        self.lines = math.ceil(len(self.blocks) / self.per_line)
        self.per_line = math.ceil(len(self.blocks) / self.lines)
        self.most_params = max((block.params for block in self.blocks), default=0)
        self.most_macs = max((block.macs for block in self.blocks), default=0)
        room = height if height is not None else self.lines * 0.42 * width
        self.column = min((width - self.heads) / self.per_line, 130.0)
        words = max(self.words(block).height(self.word_room()) for block in self.blocks)
        self.below = 2.1 * self.size + words + self.bars() + 6.0
        self.arcs = (1.4 + 0.9 * self._levels()) * self.size if self.skips else 0.0
        note = 2.0 * self.size
        one = (room - note) / self.lines - self.below - self.arcs - 8.0
        self.high = max(30.0, min(one, 240.0 if not self.paper else 110.0))
        self.line = self.arcs + self.high + self.below + 8.0
        self.width = self.heads + self.per_line * self.column
        self.height = self.lines * self.line + note

    @property
    def size(self) -> float:
        """The size of the words."""
        return self.sheet.page.note - (0.0 if self.paper else 1.5)

    def _levels(self) -> int:
        """How many arcs stand over each other."""
        spans = [(link.start[1], link.end[1]) for link in self.skips]
        return max((sum(a <= c and d <= b for c, d in spans) for a, b in spans), default=0)

    # The scale.

    def box_height(self, block: Block) -> float:
        """Of a plane its rows; of a line its cells; of a vector its channels, by their root."""
        if len(block.shape) == 1:
            return max(THINNEST, min(self.high, self._root(block.shape[0]) * 1.6))
        most = max((b.shape[1] if len(b.shape) < 4 else b.shape[2]) for b in self._spatial())
        size = block.shape[1] if len(block.shape) < 4 else block.shape[2]
        return max(THINNEST, self.high * size / most)

    def box_width(self, block: Block) -> float:
        """The root of the channels; a vector is thin."""
        if len(block.shape) == 1:
            return min(9.0, 0.3 * self.column)
        return max(THINNEST, self._root(block.shape[0]))

    def _spatial(self) -> Sequence[Block]:
        return [block for block in self.blocks if len(block.shape) > 1] or self.blocks

    def _root(self, channels: int) -> float:
        most = max(block.shape[0] for block in self.blocks)
        return 0.58 * self.column * math.sqrt(channels / most)

    # Words.

    def word_room(self) -> float:
        """The width of the words in a column."""
        return self.column - (3.0 if self.paper else 7.0)

    def words(self, block: Block) -> Words:
        """The layers of a block, of many the first and how many more."""
        sheet, size = self.sheet, self.size - (0.5 if self.paper else 0.8)
        lines: list[tuple[Line, float, float]] = []
        counted = counts(block.layers)
        for layer, times in counted[:3]:
            name = layer.text if times == 1 else f"{times} × {layer.text}"
            run = Run(name, sheet.theme.word(layer.role), MEDIUM)
            lines.append(((run,), size, 0.45 * size))
        if len(counted) > 3:
            lines.append(((sheet.word(f"+ {len(counted) - 3} more"),), size, 0.45 * size))
        return Words(sheet, tuple(lines))

    def bars(self) -> float:
        """The bars of parameters and multiply-adds."""
        return 2 * 2.6 * self.size if self.most_params or self.most_macs else 0.0

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw line by line."""
        columns = []
        for i, block in enumerate(self.blocks):
            _, place = divmod(i, self.per_line)
            x = left + self.heads + place * self.column
            columns.append(Column(i, block, x, x + self.column))
        for line in range(self.lines):
            shown = columns[line * self.per_line : (line + 1) * self.per_line]
            y = top + line * self.line + self.arcs
            for one, other in pairwise(shown):
                self._beam(canvas, self.box(one, y), self.box(other, y), other.block)
            for column in shown:
                self._box(canvas, column, y)
                self._below(canvas, column, y + self.high)
        for link in self.skips:
            self._arc(canvas, columns, link, top)
        base = top + self.height - 0.4 * self.size
        text = "heights follow the rows, widths the root of the channels"
        canvas.words(left + self.width / 2, base, text, self.size, anchor=0.5,
                     color=self.sheet.theme.word(Role.MUTED))  # fmt: skip

    def box(self, column: Column, top: float) -> Box:
        """Where a box stands, its middle on the middle line."""
        wide, high = self.box_width(column.block), self.box_height(column.block)
        y = top + self.high / 2
        middle = column.middle
        return Box(middle - wide / 2, y - high / 2, middle + wide / 2, y + high / 2)

    def _color(self, number: int) -> Floats:
        """From the input's color to the output's."""
        theme = self.sheet.theme
        share = number / max(1, len(self.blocks) - 1)
        return mixed(theme.trio(Role.OUTPUT)[1], theme.trio(Role.INPUT)[1], share)

    def _beam(self, canvas: Canvas, start: Box, end: Box, block: Block) -> None:
        """From a box to the next, amber where weights are learned."""
        theme = canvas.theme
        color = theme.trio(Role.KERNEL)[1] if block.params else theme.color("pad_edge")
        corners = [
            (start.right, start.top),
            (end.left, end.top),
            (end.left, end.bottom),
            (start.right, start.bottom),
        ]
        canvas.polygon(corners, face=color, alpha=0.16, height=BACK)
        for a, b in ((corners[0], corners[1]), (corners[3], corners[2])):
            canvas.line([a, b], color, 0.8, alpha=0.45, height=BACK)

    def _box(self, canvas: Canvas, column: Column, top: float) -> None:
        color = self._color(column.number)
        box = self.box(column, top)
        radius = min(2.5, 0.3 * box.width)
        canvas.box(box, radius=radius, face=color, height=TILES)
        canvas.box(box, radius=radius, edge=mixed(color, self.sheet.theme.color("ink"), 0.75),
                   width=0.9, height=FRAMES)  # fmt: skip

    def _below(self, canvas: Canvas, column: Column, top: float) -> None:
        """The shape, the layers, the bars."""
        block, theme, size = column.block, self.sheet.theme, self.size
        role = (
            Role.INPUT
            if not block.layers
            else (Role.OUTPUT if column.number == len(self.blocks) - 1 else Role.STRONG)
        )
        text = " × ".join(map(str, block.shape))
        line: Line = (Run(text, theme.word(role), SEMIBOLD),)
        room = self.word_room()
        natural = self.sheet.type.line_width(line, size)
        fitted = size * min(1.0, room / natural)
        if fitted < 0.72 * size:
            line = (Run("×".join(map(str, block.shape)), theme.word(role), SEMIBOLD),)
            fitted = size * min(1.0, room / self.sheet.type.line_width(line, size))
        y = top + 1.45 * size
        canvas.words(column.middle, y, line, fitted, anchor=0.5)
        words = self.words(block)
        words.draw(canvas, column.middle, y + 0.2 * size, room)
        if not self.bars() or not block.layers:
            return
        y = top + self.below - self.bars() + 1.0 * size
        pairs = (
            (block.params, self.most_params, Role.KERNEL, "params"),
            (block.macs, self.most_macs, Role.TEXT, "MACs"),
        )
        for value, most, bar_role, unit in pairs:
            if value and most:
                wide = max(1.5, (room - 6.0) * value / most)
                color = (
                    theme.trio(Role.KERNEL)[1] if bar_role == Role.KERNEL else theme.color("ink3")
                )
                bar = Box(column.middle - wide / 2, y, column.middle + wide / 2, y + 3.0)
                canvas.box(bar, radius=1.5, face=color, height=TILES)
                self._count(canvas, column, y + 3.0 + 1.05 * size, (short(value), unit), bar_role)
            y += 2.6 * size

    def _count(
        self, canvas: Canvas, column: Column, base: float, words: tuple[str, str], role: Role
    ) -> None:
        """A number and its unit, without the unit where both do not fit."""
        size, room, least = self.size - 1.0, self.word_room(), 4.8 if self.paper else 8.0
        for label in (" ".join(words), words[0]):
            fitted = size * min(1.0, room / self.sheet.type.width(label, size))
            if fitted >= least:
                color = self.sheet.theme.word(role)
                canvas.words(
                    column.middle, base, label, fitted, anchor=0.5, color=color, weight=REGULAR
                )
                return

    def _arc(self, canvas: Canvas, columns: list[Column], link: Link, top: float) -> None:
        """From a box over others to the one that takes it too; not across lines."""
        start, end = columns[link.start[1]], columns[link.end[1]]
        line = start.number // self.per_line
        if line != end.number // self.per_line:
            return
        base = top + line * self.line + self.arcs
        inside = [
            other
            for other in self.skips
            if start.number <= other.start[1] and other.end[1] <= end.number
        ]
        rise = (0.6 + 0.9 * len(inside)) * self.size
        y = base - rise
        a, b = self.box(start, base), self.box(end, base)
        color = self.sheet.theme.color("ink3")
        x0, x1 = start.middle, end.middle
        bend = min(12.0, 0.3 * (x1 - x0))
        points = [(x0, a.top - 1.0), (x0, y + bend), (x0 + bend, y), (x1 - bend, y),
                  (x1, y + bend), (x1, b.top - 6.0)]  # fmt: skip
        canvas.line(points, color, 1.3, alpha=0.9, height=FRAMES)
        canvas.head((x1, b.top - 1.0), (0.0, 1.0), 6.5, color)


def counts(layers: Text) -> list[tuple[SceneRun, int]]:
    """Layers in order, with how often each occurs."""
    found: dict[SceneRun, int] = {}
    for layer in layers:
        found[layer] = found.get(layer, 0) + 1
    return list(found.items())


def short(number: int) -> str:
    """A count in three digits: 9.41K."""
    for size, letter in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "K")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return str(number)
