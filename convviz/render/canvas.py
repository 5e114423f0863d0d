"""A line of terminal cells that is painted piece by piece, and blocks of such lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from convviz.render.stream import Run, Style

Line = list[Run]


class Canvas:
    """One line, `width` cells wide, blank at first. Text is a single cell per character."""

    def __init__(self, width: int) -> None:
        self.chars = [" "] * width
        self.styles: list[Style] = [""] * width

    def write(self, start: int, text: str, style: Style = "") -> None:
        """`text` from cell `start` on."""
        stop = start + len(text)
        if stop > len(self.chars):
            self._grow(stop)
        self.chars[start:stop] = text
        self.styles[start:stop] = [style] * len(text)

    def write_to(self, stop: int, text: str, style: Style = "") -> None:
        """`text` right-aligned to end before cell `stop`."""
        self.write(stop - len(text), text, style)

    def fill(self, start: int, stop: int, style: Style) -> None:
        """The style of cells `start` to `stop`, whatever they hold."""
        self.styles[start:stop] = [style] * (stop - start)

    def _grow(self, width: int) -> None:
        more = width - len(self.chars)
        self.chars += [" "] * more
        self.styles += [""] * more

    def line(self) -> Line:
        """The runs of equal style."""
        runs: Line = []
        start = 0
        for style, run in groupby(self.styles):
            stop = start + sum(1 for _ in run)
            runs.append(("".join(self.chars[start:stop]), style))
            start = stop
        return runs


class Block:
    """Lines that are laid out together.

    width: cells of the widest line, trailing slots included. header: lines above the first cells;
    titles: how many of them are the title.
    """

    def __init__(
        self, lines: list[Line] | None = None, width: int = 0, header: int = 0, titles: int = 0
    ) -> None:
        self.lines = [] if lines is None else lines
        self.width = width
        self.header = header
        self.titles = titles

    def add(self, line: Line) -> None:
        """One line more, at the bottom."""
        self.lines.append(line)
        self.width = max(self.width, line_width(line))


def line_width(line: Iterable[Run]) -> int:
    """Cells of a line."""
    return sum(len(text) for text, _ in line)


def beside(blocks: Sequence[Block], gap: int, *, align: bool = False) -> Block:
    """Blocks in a row, `gap` blanks apart; with `align` their first cells stand on one line."""
    deepest = max(block.header for block in blocks)
    titles = max(block.titles for block in blocks)
    result = Block(header=deepest if align else 0, titles=titles)
    parts = [lowered(block, deepest) if align else block.lines for block in blocks]
    for row in range(max(map(len, parts))):
        line: Line = []
        at = start = 0
        for block, lines in zip(blocks, parts, strict=True):
            if row < len(lines):
                line += [(" " * (start - at), ""), *lines[row]]
                at = start + line_width(lines[row])
            start += block.width + gap
        result.add(line)
    result.width = sum(block.width for block in blocks) + gap * (len(blocks) - 1)
    return result


def lowered(block: Block, header: int) -> list[Line]:
    """The lines of `block` with blanks under its title, until its header is `header` deep."""
    blanks: list[Line] = [[] for _ in range(header - block.header)]
    return [*block.lines[: block.titles], *blanks, *block.lines[block.titles :]]


def stacked(blocks: Sequence[Block], gap: int = 1) -> Block:
    """Blocks under one another, `gap` blank lines apart."""
    result = Block(header=blocks[0].header, titles=blocks[0].titles) if blocks else Block()
    for number, block in enumerate(blocks):
        if number:
            result.lines += [[] for _ in range(gap)]
        result.lines += block.lines
        result.width = max(result.width, block.width)
    return result
