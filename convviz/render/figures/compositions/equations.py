"""The chosen output written out: products and their sum, a maximum, a mean."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Equation, Grid, Role, Scene
from convviz.records import Record, replace
from convviz.render.figures.canvas import Canvas, trimmed
from convviz.render.figures.labels import Writing, alone, number, writing
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, REGULAR, Line, Run

Array = NDArray[Any]

ONE_LINE, MOST = 9, 25
"""Most terms in one line, and most that are written out at all."""
FIRST = 8
"""Terms of the first line of one that is cut."""
SAMPLE = 4096
"""Values of a grid that decide how its numbers are written; of more, only the equation's own."""


class Written(Record, eq=False):
    """An equation in lines, at the size at which it fits. Lines are set flush left, together.

    least: the width and the height that it takes even where it needs less.
    """

    sheet: Sheet
    lines: tuple[Line, ...]
    size: float
    least: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, sheet: Sheet, equation: Equation, room: float) -> Written:
        """The equation within `room`, in the room of the largest where it has company."""
        company = sheet.company
        if company is None or equation.band >= 0:
            return cls.alone(sheet, equation, room)
        if room not in company.laid:
            every = [cls.alone(sheet, other, room) for other in company.equations]
            size = min(each.size for each in every)
            every = [replace(each, size=size) for each in every]
            least = (max(each.width for each in every), max(each.height for each in every))
            every = [replace(each, least=least) for each in every]
            company.laid[room] = dict(zip(map(id, company.equations), every, strict=True))
        found: Written = company.laid[room][id(equation)]
        return found

    @classmethod
    def alone(cls, sheet: Sheet, equation: Equation, room: float) -> Written:
        """The equation within `room`: in one line if it is short, else a line per kernel row."""
        size = sheet.page.formula
        rows = terms(sheet, equation)
        end = ending(sheet, equation)
        count = sum(map(len, rows))
        one = _joined(sheet, [term for row in rows for term in row], equation)
        line = (*one, *end)
        wide = sheet.type.line_width(line, size)
        if count <= ONE_LINE and wide * 0.8 <= room:
            return cls(sheet, (line,), size * min(1.0, room / wide))
        lines = [_joined(sheet, row, equation, first=i == 0) for i, row in enumerate(rows)]
        lines[-1] = (*lines[-1], *end)
        longest = max(sheet.type.line_width(each, size) for each in lines)
        return cls(sheet, tuple(lines), size * min(1.0, max(0.45, room / longest)))

    @cached_property
    def width(self) -> float:
        """Of the longest line."""
        wide = max(self.sheet.type.line_width(line, self.size) for line in self.lines)
        return max(wide, self.least[0])

    @property
    def height(self) -> float:
        """From the top of the first line to the last baseline."""
        return max(self.size * (0.73 + 1.45 * (len(self.lines) - 1)), self.least[1])

    def draw(self, canvas: Canvas, center: float, top: float) -> float:
        """Draw it; the last baseline."""
        left = center - self.width / 2
        baseline = top + 0.73 * self.size
        for i, line in enumerate(self.lines):
            if i:
                baseline += 1.45 * self.size
            canvas.formula(left, baseline, trimmed(line), self.size)
        return baseline


def grid_writing(scene: Scene, key: str, own: Array) -> Writing:
    """How a grid's numbers are written, so that they read alike in the grid and in the equation."""
    found = [grid for band in scene.bands for grid in band if grid.key == key]
    if found and found[0].shape[0] * found[0].shape[1] <= SAMPLE:
        return writing(found[0].values)
    return writing(own)


def terms(sheet: Sheet, equation: Equation) -> list[list[Line]]:
    """The terms, one list per row of the kernel; the middle is left out where there are many."""
    scene = sheet.scene
    if equation.kind == "sum":
        return [[_part(sheet, name, value) for name, value in equation.parts]]
    left = np.asarray(equation.left)
    taken = np.ones(left.shape, bool) if equation.counted is None else equation.counted
    numbers = np.flatnonzero(taken.any(axis=1)).tolist()
    count = int(taken.sum())
    write = grid_writing(scene, equation.grids[0], left).write
    if equation.right is not None:
        right = np.asarray(equation.right)
        weigh = grid_writing(scene, equation.grids[1], right).write

    def term(i: int, j: int) -> Line:
        if equation.right is None:
            return _value(sheet, write(float(left[i, j])), equation.winner == (i, j))
        one, other = float(left[i, j]), float(right[i, j])
        return _product(sheet, (write(one), weigh(other)), muted=other == 0 or one == 0)

    def row(i: int, most: int) -> list[Line]:
        return [term(i, j) for j in np.flatnonzero(taken[i])[:most].tolist()]

    if count <= MOST:
        return [row(i, count) for i in numbers]
    dots: Line = (sheet.word("…"),)
    longer = taken[numbers[0]].sum() > FIRST
    last = numbers[-1], int(np.flatnonzero(taken[numbers[-1]])[-1])
    return [[*row(numbers[0], FIRST), *([dots] if longer else [])], [dots, term(*last)]]


def _product(sheet: Sheet, factors: tuple[str, str], *, muted: bool) -> Line:
    one, other = (f"({text})" if text.startswith("−") else text for text in factors)
    theme = sheet.theme
    colors = [theme.word(Role.INPUT), theme.word(Role.KERNEL)]
    if muted:
        colors = [theme.faded(color, 0.68) for color in colors]
    weight = REGULAR if muted else BOLD
    return (Run(one, colors[0], weight), sheet.word("·"), Run(other, colors[1], weight))


def _value(sheet: Sheet, text: str, leads: bool) -> Line:
    color = sheet.theme.word(Role.INPUT)
    return (Run(text, color if leads else sheet.theme.word(Role.TEXT), BOLD if leads else REGULAR),)


def _part(sheet: Sheet, name: str, value: Any) -> Line:
    text = number(value)
    line: Line = (Run(text, sheet.theme.word(Role.STRONG), BOLD),)
    if not name:
        return line
    if name.startswith("("):
        return (*line, sheet.word(f" {name}"))
    return (sheet.word(f"{name} "), *line)


def _joined(sheet: Sheet, row: list[Line], equation: Equation, *, first: bool = True) -> Line:
    """Terms with their operators between."""
    comma = equation.kind == "max"
    line: list[Run] = []
    for i, term in enumerate(row):
        if i or not first:
            line.append(sheet.word(", " if comma else " + "))
        line += term
    if first:
        opening = {"max": "max(", "mean": "("}.get(equation.kind, "")
        line.insert(0, sheet.word(opening))
    return tuple(line)


def ending(sheet: Sheet, equation: Equation) -> Line:
    """What follows the terms: the divisor, the bias, the result."""
    runs: list[Run] = []
    if equation.kind == "max":
        runs.append(sheet.word(")"))
    if equation.kind == "mean":
        divisor = sheet.word(str(equation.divisor), Role.FOCUS, BOLD)
        runs += [sheet.word(") / "), divisor]
    if equation.bias is not None:
        runs += [sheet.word(" + bias "), sheet.word(number(equation.bias), Role.STRONG, BOLD)]
    output = next((g for band in sheet.scene.bands for g in band if g.kind == Role.OUTPUT), None)
    way = _result_writing(equation, output)
    sign = "=" if way.exact and _exact(sheet, equation) else "≈"
    result = Run(way.write(float(equation.result)), sheet.theme.word(Role.OUTPUT), BOLD)
    return (*runs, sheet.word(f"  {sign}  "), result)


def _result_writing(equation: Equation, output: Grid | None) -> Writing:
    """As the output grid writes it, where the result is one of its cells."""
    if equation.band < 0 and output is not None and output.shape[0] * output.shape[1] <= SAMPLE:
        return writing(output.values)
    return alone(equation.result)


def _exact(sheet: Sheet, equation: Equation) -> bool:
    """Whether the numbers as written lose nothing."""
    if equation.kind == "sum":
        return all(alone(value).exact for _, value in equation.parts)
    pairs = zip(equation.grids, (equation.left, equation.right), strict=True)
    return all(
        grid_writing(sheet.scene, key, np.asarray(values)).exact
        for key, values in pairs
        if values is not None
    )
