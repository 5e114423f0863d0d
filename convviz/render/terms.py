"""The terms of an equation: which of them are written, and what all give together, as printed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Equation
from convviz.render.numbers import Format, written

Array = NDArray[Any]

TERMS = 25
"""A sum of more terms than this is cut in the middle."""
ENDS = 3
"""Terms that a cut line keeps at its start."""

TEXTS = 10_000
"""Terms that are added as the texts that they are printed as; more of them in blocks of units."""
BLOCK = 1 << 14
UNITS = 1 << 24
"""A block of products of numbers below UNITS has a sum that 64 bits hold."""
TIE = 1e-3
"""How far a number is, at least, from the middle of two printed ones, where rounding is sure."""


def kept(count: int) -> Sequence[int]:
    """Which of `count` terms are written: all of few, else the first and the last."""
    return range(count) if count <= TERMS else (*range(ENDS), count - 1)


def among(equation: Equation) -> NDArray[np.intp] | range:
    """The flat indices of the values that take part in a mean or a maximum."""
    assert equation.left is not None
    if equation.counted is None or equation.counted.all():
        return range(equation.left.size)
    return np.flatnonzero(equation.counted)


def counted(equation: Equation) -> Array:
    """(n,): these values."""
    assert equation.left is not None
    places = among(equation)
    flat = equation.left.ravel()
    return flat if isinstance(places, range) else flat[places]


def total(*factors: tuple[Array, Format]) -> Decimal | None:
    """The exact sum of products of numbers as they are printed.

    factors: flat arrays of one size, each with how it is written.

    None: one is not finite; or there are very many, and not all of a few plain digits.
    """
    count = factors[0][0].size
    if count > TEXTS:
        return _total_of_units(factors, count)
    texts = [[form.text(value) for value in values.tolist()] for values, form in factors]
    found: Decimal | None = Decimal(0)
    for term in zip(*texts, strict=True):
        found = added(found, *term)
    return found


def added(found: Decimal | None, *factors: str) -> Decimal | None:
    """`found` plus the product of `factors`, as printed; None once anything is not finite."""
    product = Decimal(1)
    for text in factors:
        number = written(text)
        if number is None:
            return None
        product *= number
    return None if found is None else found + product


def _total_of_units(factors: Sequence[tuple[Array, Format]], count: int) -> Decimal | None:
    """The same without a text for each."""
    found = 0
    for start in range(0, count, BLOCK):
        product = np.ones(min(BLOCK, count - start), np.int64)
        for values, form in factors:
            units = _units(values[start : start + BLOCK], form)
            if units is None:
                return None
            product *= units
        found += int(product.sum())
    return Decimal(found).scaleb(-sum(form.decimals for _, form in factors))


def _units(values: Array, form: Format) -> NDArray[np.int64] | None:
    """`values` in units of the last decimal that is printed; None where that is not sure."""
    unit = 10.0**form.decimals
    plain = values.astype(np.float64)
    # So written, neither an infinity nor a NaN is below.
    if form.exponent or not (np.abs(plain) < UNITS / unit).all():
        return None
    units = np.rint(plain * unit)
    sure = np.abs(plain * unit - units) < 0.5 - TIE
    return units.astype(np.int64) if sure.all() else None
