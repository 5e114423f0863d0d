"""Equations in the shape of their kernel, in the very numbers that the grids show."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from convviz.diagrams.scene import Equation
from convviz.records import Record, field
from convviz.render.canvas import Line, line_width
from convviz.render.numbers import Format, factor, written
from convviz.render.sheets import extremes
from convviz.render.stream import Run, Stream
from convviz.render.terms import ENDS, TERMS, Array, added, among, counted, kept, total

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

    def own(self, values: Any) -> Format:
        """The format of numbers that stand in no grid."""
        form = Format.of(np.asarray(values), self.precision)
        self.used.append(form)
        return form

    def form(self, key: str, values: Array) -> Format:
        """The format of the grid `key`; where it is not shown, one of their own."""
        return self.formats.get(key) or self.own(values)

    def width(self, key: str, values: Array, form: Format) -> int:
        """Cells of the widest factor, of all `values` and of what their grid shows."""
        texts = [text.strip() for text in self.samples.get(key, [])]
        texts += map(form.text, extremes(values))
        return max(len(self.text(factor(text))) for text in texts)

    def statement(self, equation: Equation) -> Statement:
        """`equation` as runs."""
        form = self.formats.get("output") or self.own([equation.result])
        shown = form.text(equation.result)
        if equation.kind == "dot":
            rows, found = self.dot(equation)
            tail: Line = []
            if equation.bias is not None:
                bias = self.own([equation.bias]).text(equation.bias)
                tail = [
                    (" + ", "muted"),
                    ("bias ", "muted"),
                    (self.text(factor(bias)), "bold focus"),
                ]
                found = added(found, bias)
            return self._ends(equation, rows, found, shown, tail=tail)
        if equation.kind == "sum":
            rows, found = self.sum(equation)
            return self._ends(equation, rows, found, shown)
        if equation.kind == "mean":
            return self.mean(equation, shown)
        return self.max(equation, shown)

    def dot(self, equation: Equation) -> tuple[list[Row], Decimal | None]:
        """(rows of terms, their exact printed sum) of left · right; of many, the ends alone."""
        left, right = equation.left, equation.right
        assert left is not None
        assert right is not None
        one, other = (
            self.form(key, values)
            for key, values in zip(equation.grids, (left, right), strict=True)
        )
        widths = (
            self.width(equation.grids[0], left, one),
            self.width(equation.grids[1], right, other),
        )
        count, each = left.shape
        numbers = (0, count - 1) if left.size > TERMS and count > 2 else range(count)
        rows = [
            self.gapped(
                [
                    self.product(
                        factor(one.text(left[number, place])),
                        factor(other.text(right[number, place])),
                        *widths,
                    )
                    for place in kept(each)
                ],
                each,
            )
            for number in numbers
        ]
        if len(numbers) < count:
            more = count - len(numbers)
            gap = self.text(f"… {more} more row{'' if more == 1 else 's'}")
            rows.insert(1, [[(gap, "muted")]])
        return rows, total((left.ravel(), one), (right.ravel(), other))

    def gapped(self, terms: Row, count: int) -> Row:
        """The terms of a line; where they are not all of its `count`, how many are left out."""
        if len(terms) == count:
            return terms
        gap = self.text(f"… {count - len(terms)} more")
        return [*terms[:ENDS], [(gap, "muted")], terms[-1]]

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
        form = self.own([value for name, value in equation.parts if name != "bias"])
        found: Decimal | None = Decimal(0)
        row: Row = []
        for name, value in equation.parts:
            each = self.own([value]) if name == "bias" else form
            shown = factor(each.text(value))
            found = added(found, shown)
            number = self.text(shown)
            if name == "bias":
                row.append([("bias ", "muted"), (number, "bold focus")])
            elif name:
                row.append([(number, "bold"), (f" {name}", "muted")])
            else:
                row.append([(number, "bold")])
        return [self.gapped([row[place] for place in kept(len(row))], len(row))], found

    def mean(self, equation: Equation, shown: str) -> Statement:
        """(the counted values) / their number."""
        assert equation.left is not None
        form = self.form(equation.grids[0], equation.left)
        values = counted(equation)
        texts = [factor(form.text(values[place])) for place in kept(len(values))]
        row: Row = [[(self.text(text), "muted" if text == "0" else "bold input")] for text in texts]
        row = self.gapped(row, len(values)) or [[("0", "muted")]]
        row[0] = [("(", "muted"), *row[0]]
        row[-1] = [*row[-1], (") / ", "muted"), (str(equation.divisor), "bold focus")]
        found = total((values, form))
        mean = None if found is None else found / equation.divisor
        # A quotient such as 1/3 has no last decimal: compare products, which are exact.
        result = written(shown)
        if found is not None and result is not None and result * equation.divisor == found:
            mean = result
        return self._ends(equation, [row], mean, shown)

    def max(self, equation: Equation, shown: str) -> Statement:
        """The values, the winner among them marked, and where in the input it is."""
        assert equation.left is not None
        assert equation.winner is not None
        form = self.form(equation.grids[0], equation.left)
        winner = np.ravel_multi_index(equation.winner, equation.left.shape)
        places = among(equation)
        row: Row = []
        for place in (places[number] for number in kept(len(places))):
            text = self.text(form.text(equation.left.flat[place]))
            row.append([(f"{text}*", "bold input")] if place == winner else [(text, "input")])
        row = self.gapped(row, len(places)) or [[("padding only", "muted")]]
        row[0] = [("max(", "muted"), *row[0]]
        row[-1] = [*row[-1], (")", "muted")]
        result: Line = [(self.text(shown), "bold output")]
        if equation.source:
            result.append((f"   from input[{','.join(map(str, equation.source))}]", "muted"))
        return Statement([(equation.name, "bold output")], [row], "=", result, joint=", ")

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
            rows,
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
        rows, found = self.dot(equation)
        shown = form.text(equation.result)
        lines: list[Line] = [
            [("+ ", "muted") if number else ("  ", ""), *joined(row)]
            for number, row in enumerate(rows)
        ]
        sign = self.sign(equation, found, shown)
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
