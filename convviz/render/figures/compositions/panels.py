"""Grids beside each other at one pitch, each with its name below."""

from __future__ import annotations

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

    def measure(self, width: float) -> float:
        """Its height within `width`, the gap above counted."""
        return self._flow(None, 0.0, 0.0, width)

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        """Draw it centered at `x` below `top`."""
        self._flow(canvas, x, top, width)

    def _flow(self, canvas: Canvas | None, x: float, top: float, width: float) -> float:
        page = self.sheet.page
        bottom = top
        lead = 9.0 if page.paper else 18.0
        for line, size in (
            (self.name, page.panel),
            (self.rule, page.note),
            (self.found, page.note),
        ):
            if not line:
                continue
            fitted, lines = self.sheet.type.fit(line, size, width)
            for part in lines:
                bottom += lead + 0.73 * fitted
                lead = 0.62 * fitted
                if canvas is not None:
                    words = trimmed(part)
                    half = self.sheet.type.line_width(words, fitted) / 2 + 1.0
                    middle = min(max(x, half), canvas.width - half)
                    canvas.words(middle, bottom, words, fitted, anchor=0.5)
            lead = 10.0 if not page.paper else 5.0
        return bottom - top + (0.22 * page.note if bottom > top else 0.0)
