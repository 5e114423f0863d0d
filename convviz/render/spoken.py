"""Equations in words, for screens that are read aloud."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convviz.diagrams.scene import Equation
from convviz.render.numbers import Format, written
from convviz.render.terms import ENDS, added, counted, kept, total


def equation_line(equation: Equation, formats: dict[str, Format], precision: int | None) -> str:
    """An equation in words, after its subject."""
    form = formats.get("output", Format())
    if equation.band >= 0:
        form = Format.of(np.array([equation.result]), precision)
    result = form.text(equation.result)
    if equation.kind == "sum":
        own = Format.of(np.array([value for _, value in equation.parts]), precision)
        terms = [f"{label} {own.text(value)}".strip() for label, value in equation.parts]
        found = total((np.array([value for _, value in equation.parts]), own))
        said_so = "is" if found == written(result) else "is about"
        return f"{listed(len(terms), terms.__getitem__)} {said_so} {result}"
    assert equation.left is not None
    one = formats.get(equation.grids[0]) or Format.of(equation.left, precision)
    if equation.right is not None:
        return dot_line(equation, (one, formats.get(equation.grids[1])), result, precision)
    values = counted(equation)

    def value(place: int) -> str:
        return one.text(values[place])

    if equation.kind == "max":
        place = ",".join(map(str, equation.source))
        source = f", from input {place}" if place else ""
        return f"the largest of {listed(len(values), value, ', ')}: {result}{source}"
    found = total((values, one))
    exact = found is not None and written(result) == found / equation.divisor
    said_so = "is" if exact else "is about"
    return f"{listed(len(values), value)}, divided by {equation.divisor}, {said_so} {result}"


def dot_line(
    equation: Equation, formats: tuple[Format, Format | None], result: str, precision: int | None
) -> str:
    """A sum of products in words, after its subject."""
    assert equation.left is not None
    assert equation.right is not None
    one, other = formats[0], formats[1] or Format.of(equation.right, precision)
    left, right = equation.left.ravel(), equation.right.ravel()
    found = total((left, one), (right, other))
    bias = ""
    if equation.bias is not None:
        bias = Format.of(np.array([equation.bias]), precision).text(equation.bias)
        found = added(found, bias)

    def term(place: int) -> str:
        if place == left.size:
            return f"bias {bias}"
        return f"{one.text(left[place])} times {other.text(right[place])}"

    said_so = "is" if found == written(result) else "is about"
    return f"{listed(left.size + bool(bias), term)} {said_so} {result}"


def listed(count: int, term: Callable[[int], str], joint: str = " plus ") -> str:
    """`count` terms, those in the middle of very many left out."""
    terms = [term(place) for place in kept(count)]
    if len(terms) < count:
        terms.insert(ENDS, f"{count - len(terms)} more")
    return joint.join(terms)
