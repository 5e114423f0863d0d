"""Grids beside each other at one pitch, each with its name below."""

from __future__ import annotations

from collections.abc import Sequence

from convviz.diagrams.scene import Grid, Role
from convviz.records import Record
from convviz.render.figures.canvas import Canvas, trimmed
from convviz.render.figures.compositions.parts import airy
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, REGULAR, SEMIBOLD, Line, Run


class Caption(Record, eq=False):
    """The name of a panel, a line about it and what is found of it, all centered.

    letter: "(a)" in front of the name, on paper.
    """

    sheet: Sheet
    name: Line
    rule: Line
    found: Line = ()

    @classmethod
    def of(cls, sheet: Sheet, grid: Grid, letter: str, found: Line = ()) -> Caption:
        """What a grid calls itself, and what is found of it."""
        strong = [run for run in grid.title if run.bold or run.role == Role.STRONG]
        name = [
            Run(
                run.text,
                sheet.theme.word(Role.STRONG),
                (SEMIBOLD if sheet.page.paper else BOLD) if run in strong else REGULAR,
            )
            for run in grid.title
        ]
        if letter and name:
            name.insert(0, sheet.word(f"({letter})  "))
        rule = (sheet.word(airy(grid.rule)),) if grid.rule and not sheet.page.paper else ()
        return cls(sheet, tuple(name), rule, found)

    @property
    def lines(self) -> tuple[tuple[Line, float], ...]:
        """Each line and its size, if it has the room."""
        page = self.sheet.page
        return ((self.name, page.panel), (self.rule, page.note), (self.found, page.note))

    def sizes(self, width: float) -> tuple[float, ...]:
        """The size of each line that fits into `width`."""
        return tuple(self.sheet.type.fit(line, size, width)[0] for line, size in self.lines)

    def measure(self, width: float, sizes: tuple[float, ...]) -> float:
        """Its height within `width`, the gap above counted."""
        return self._flow(None, 0.0, 0.0, width, sizes)

    def draw(
        self, canvas: Canvas, x: float, top: float, width: float, sizes: tuple[float, ...]
    ) -> None:
        """Draw it centered at `x` below `top`."""
        self._flow(canvas, x, top, width, sizes)

    def _flow(
        self, canvas: Canvas | None, x: float, top: float, width: float, sizes: tuple[float, ...]
    ) -> float:
        page = self.sheet.page
        bottom = top
        lead = 9.0 if page.paper else 18.0
        for (line, _), size in zip(self.lines, sizes, strict=True):
            if not line:
                continue
            for part in self.sheet.type.wrapped(line, size, width + 0.01):
                bottom += lead + 0.73 * size
                lead = 0.62 * size
                if canvas is not None:
                    words = trimmed(part)
                    half = self.sheet.type.line_width(words, size) / 2 + 1.0
                    middle = min(max(x, half), canvas.width - half)
                    canvas.words(middle, bottom, words, size, anchor=0.5)
            lead = 10.0 if not page.paper else 5.0
        return bottom - top + (0.22 * page.note if bottom > top else 0.0)


def alike(captions: Sequence[Caption], width: float) -> tuple[float, ...]:
    """The sizes at which the lines of all captions fit: what is compared is set alike."""
    return tuple(map(min, zip(*(caption.sizes(width) for caption in captions), strict=True)))
