"""Equations in the shape of their kernel, in the very numbers that the grids show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from convviz.diagrams.scene import Equation
from convviz.records import Record, field
from convviz.render.canvas import Line, line_width
from convviz.render.numbers import Format, factor, written
from convviz.render.stream import Run, Stream

TERMS = 25
"""A sum of more terms than this is cut in the middle."""
ENDS = 3
"""Terms that a cut line keeps at its start."""

Row = list[Line]
"""The terms of one line."""


class Statement(Record):
    """An equation as runs: name = rows = result.

    joint: between the terms of a row. tail: after the last row, before the equals sign.
    """

    name: Line
    rows: list[Row]
    equals: str
    result: Line
    tail: Line = field(default_factory=list)
    joint: str = " + "


class Writer(Record):
    """Writes the numbers of equations as the grids write them.

    formats: key of a grid → its format. samples: → its labels, which set the width of factors.
    doubts:  equations whose printed numbers do not give exactly the printed result.
    """

    stream: Stream
    formats: dict[str, Format]
    samples: dict[str, list[str]]
    precision: int | None = None
    used: list[Format] = field(default_factory=list)
    doubts: list[Equation] = field(default_factory=list)

    def text(self, text: str) -> str:
        """`text` in the glyphs of the stream."""
        return self.stream.text(text)

    def own(self, values: Iterable[Any]) -> Format:
        """The format of numbers that stand in no grid."""
        form = Format.of(np.array(list(values)), self.precision)
        self.used.append(form)
        return form

    def factors(self, key: str, values: Any) -> tuple[list[list[str]], int]:
        """(texts, width) of factors from the grid `key`: as wide as the widest of their grid."""
        form = self.formats.get(key) or self.own(np.ravel(values))
        texts = [[factor(form.text(value)) for value in row] for row in values]
        every = [factor(text.strip()) for text in self.samples.get(key, [])]
        every += [text for row in texts for text in row]
        return texts, max(len(self.text(text)) for text in every)

    def statement(self, equation: Equation) -> Statement:
        """`equation` as runs."""
        form = self.formats.get("output") or self.own([equation.result])
        shown = form.text(equation.result)
        if equation.kind == "dot":
            rows, total = self.dot(equation)
            tail: Line = []
            if equation.bias is not None:
                bias = self.own([equation.bias]).text(equation.bias)
                tail = [
                    (" + ", "muted"),
                    ("bias ", "muted"),
                    (self.text(factor(bias)), "bold focus"),
                ]
                total = added(total, bias)
            return self._ends(equation, rows, total, shown, tail=tail)
        if equation.kind == "sum":
            rows, total = self.sum(equation)
            return self._ends(equation, rows, total, shown)
        if equation.kind == "mean":
            return self.mean(equation, shown)
        return self.max(equation, shown)

    def dot(self, equation: Equation) -> tuple[list[Row], Decimal | None]:
        """(rows of terms, their exact printed sum) of left · right."""
        assert equation.left is not None
        assert equation.right is not None
        lefts, left_width = self.factors(equation.grids[0], equation.left)
        rights, right_width = self.factors(equation.grids[1], equation.right)
        total: Decimal | None = Decimal(0)
        rows: list[Row] = []
        for left_row, right_row in zip(lefts, rights, strict=True):
            row: Row = []
            for left, right in zip(left_row, right_row, strict=True):
                row.append(self.product(left, right, left_width, right_width))
                total = added(total, left, right)
            rows.append(row)
        return rows, total

    def product(self, left: str, right: str, left_width: int, right_width: int) -> Line:
        """A term of a dot product; dim where it is 0."""
        one, other = self.text(left).rjust(left_width), self.text(right)
        room = " " * (right_width - len(other))
        dot = self.text("⋅")
        if "0" in (left, right):
            return [(f"{one}{dot}{other}", "muted"), (room, "")]
        return [(one, "bold input"), (dot, "muted"), (other, "bold kernel"), (room, "")]

    def sum(self, equation: Equation) -> tuple[list[Row], Decimal | None]:
        """One row of addends; the bias is the last."""
        form = self.own(value for name, value in equation.parts if name != "bias")
        total: Decimal | None = Decimal(0)
        row: Row = []
        for name, value in equation.parts:
            each = self.own([value]) if name == "bias" else form
            shown = factor(each.text(value))
            total = added(total, shown)
            number = self.text(shown)
            if name == "bias":
                row.append([("bias ", "muted"), (number, "bold focus")])
            elif name:
                row.append([(number, "bold"), (f" {name}", "muted")])
            else:
                row.append([(number, "bold")])
        return [row], total

    def mean(self, equation: Equation, shown: str) -> Statement:
        """(the counted values) / their number."""
        values, total = self._counted(equation)
        row: Row = [
            [(self.text(text), "muted" if text == "0" else "bold input")] for text in values
        ]
        row = row or [[("0", "muted")]]
        row[0] = [("(", "muted"), *row[0]]
        row[-1] = [*row[-1], (") / ", "muted"), (str(equation.divisor), "bold focus")]
        mean = None if total is None else total / equation.divisor
        # A quotient such as 1/3 has no last decimal: compare products, which are exact.
        result = written(shown)
        if total is not None and result is not None and result * equation.divisor == total:
            mean = result
        return self._ends(equation, [row], mean, shown)

    def max(self, equation: Equation, shown: str) -> Statement:
        """The values, the winner among them marked, and where in the input it is."""
        assert equation.left is not None
        form = self.formats.get(equation.grids[0]) or self.own(np.ravel(equation.left))
        row: Row = []
        counted = equation.counted
        for place in places(equation.left, counted):
            value = equation.left[place]
            if place == equation.winner:
                row.append([(f"{self.text(form.text(value))}*", "bold input")])
            else:
                row.append([(self.text(form.text(value)), "input")])
        row = row or [[("padding only", "muted")]]
        row[0] = [("max(", "muted"), *row[0]]
        row[-1] = [*row[-1], (")", "muted")]
        result: Line = [(self.text(shown), "bold output")]
        if equation.source:
            result.append((f"   from input[{','.join(map(str, equation.source))}]", "muted"))
        return Statement(
            [(equation.name, "bold output")], cut([row], self), "=", result, joint=", "
        )

    def _counted(self, equation: Equation) -> tuple[list[str], Decimal | None]:
        assert equation.left is not None
        form = self.formats.get(equation.grids[0]) or self.own(np.ravel(equation.left))
        counted = equation.counted
        texts = [
            factor(form.text(value))
            for value in (equation.left if counted is None else equation.left[counted]).flat
        ]
        total: Decimal | None = Decimal(0)
        for text in texts:
            total = added(total, text)
        return texts, total

    def _ends(
        self,
        equation: Equation,
        rows: list[Row],
        total: Decimal | None,
        shown: str,
        *,
        tail: Line | None = None,
    ) -> Statement:
        return Statement(
            [(equation.name, "bold output")],
            cut(rows, self),
            self.sign(equation, total, shown),
            [(self.text(shown), "bold output")],
            tail or [],
        )

    def sign(self, equation: Equation, total: Decimal | None, shown: str) -> str:
        """What stands before the result: = where the printed numbers give exactly it, else ≈."""
        if total is not None and written(shown) == total:
            return "="
        self.doubts.append(equation)
        return self.text("≈")

    def lane(self, equation: Equation, form: Format) -> list[Line]:
        """The products of one lane: rows, the first two blanks in, then their sum."""
        rows, total = self.dot(equation)
        shown = form.text(equation.result)
        lines: list[Line] = [
            [("+ ", "muted") if number else ("  ", ""), *joined(row)]
            for number, row in enumerate(cut(rows, self))
        ]
        sign = self.sign(equation, total, shown)
        lines[-1] += [(f" {sign} ", "muted"), (self.text(shown), "bold")]
        return lines


def statement_lines(statement: Statement, column: int, width: int) -> list[Line]:
    """The lines of an equation whose terms start at `column`; under its name if it is too wide."""
    sign: Run = (f"  {statement.equals}  ", "muted")
    lines: list[Line] = []
    for number, row in enumerate(statement.rows):
        if number == 0:
            lead: Line = [
                *statement.name,
                (" " * (column - 5 - line_width(statement.name)), ""),
                ("  =  ", "muted"),
            ]
        else:
            lead = [(" " * (column - 2), ""), ("+ ", "muted")]
        lines.append([*lead, *joined(row, statement.joint)])
    lines[-1] += [*statement.tail, sign, *statement.result]
    if max(map(line_width, lines)) <= width:
        return lines
    return under_name(statement, width)


def under_name(statement: Statement, width: int) -> list[Line]:
    """The name alone, then its rows, each broken between terms, then the result."""
    lines: list[Line] = [statement.name]
    sums = statement.joint.strip() == "+"
    for number, row in enumerate(statement.rows):
        last = number == len(statement.rows) - 1
        terms = [*row[:-1], [*row[-1], *statement.tail]] if last else row
        for place, chunk in enumerate(chunks(terms, statement.joint, width - 4)):
            sign = "= " if number == 0 and place == 0 else "+ " if sums else "  "
            lines.append([("  ", ""), (sign, "muted"), *chunk])
    result = [("  ", ""), (f"{statement.equals} ", "muted"), *statement.result]
    if line_width(result) > width and len(statement.result) > 1:
        return [*lines, result[:-1], [("    ", ""), (result[-1][0].strip(), result[-1][1])]]
    return [*lines, result]


def chunks(terms: Sequence[Line], joint: str, width: int) -> list[Line]:
    """Terms in lines of at most `width`."""
    found: list[Line] = []
    line: Line = []
    tail = joint.rstrip() if joint.strip() != "+" else ""
    for term in terms:
        if line and line_width(line) + len(joint) + line_width(term) + len(tail) > width:
            found.append([*line, (tail, "muted")] if tail else line)
            line = []
        line = [*line, (joint, "muted"), *term] if line else list(term)
    return [*found, line]


def joined(row: Sequence[Line], joint: str = " + ") -> Line:
    """Terms in one line."""
    line: Line = []
    for number, term in enumerate(row):
        if number:
            line.append((joint, "muted"))
        line += term
    return line


def added(total: Decimal | None, *factors: str) -> Decimal | None:
    """`total` plus the product of `factors`, as printed; None once anything is not finite."""
    numbers = [written(text) for text in factors]
    product = Decimal(1)
    for number in numbers:
        if number is None:
            return None
        product *= number
    return None if total is None else total + product


def places(values: Any, counted: Any) -> Iterable[tuple[int, ...]]:
    """The indices of `values`, row by row; where `counted` is given, of what it counts."""
    if counted is None:
        return np.ndindex(*values.shape)
    return (tuple(place) for place in np.argwhere(counted).tolist())


def cut(rows: list[Row], writer: Writer) -> list[Row]:
    """Rows of terms; of more than TERMS, the first and the last with a count between."""
    if sum(map(len, rows)) <= TERMS:
        return rows
    if len(rows) > 2:
        more = len(rows) - 2
        gap = writer.text(f"… {more} more row{'' if more == 1 else 's'}")
        rows = [rows[0], [[(gap, "muted")]], rows[-1]]
    return [
        row
        if len(row) <= TERMS
        else [*row[:ENDS], [(writer.text(f"… {len(row) - ENDS - 1} more"), "muted")], row[-1]]
        for row in rows
    ]
