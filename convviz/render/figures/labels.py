"""Numbers as pictures write them: short, one precision per grid, no false digits."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

THIN = "\u2009"
MINUS = "−"


class Labels(NamedTuple):
    """texts: in the shape of the values; exact: whether they lose nothing."""

    texts: Array
    exact: bool


class Writing(NamedTuple):
    """How the numbers of one grid are written.

    decimals: so many; −1: whole numbers; −2: a power of ten.
    exact:    nothing is lost.
    """

    decimals: int
    exact: bool

    def write(self, value: float) -> str:
        """One number."""
        if math.isnan(value):
            return "nan"
        if math.isinf(value):
            return "inf" if value > 0 else f"{MINUS}inf"
        if self.decimals == WHOLE:
            return integer(value)
        return power(value) if self.decimals == POWER else decimal(value, self.decimals)


WHOLE, POWER = -1, -2

MANY = 32
"""Numbers of a grid from which on equal ones are looked for."""


def writing(values: Array, significant: int | None = None) -> Writing:
    """How to write `values`: integers plain, else as many decimals for all as three digits need.

    significant: so many digits of the largest instead; without it a fourth is written where it
                 leaves nothing out, as in 10.25 beside 0.25.

    From five digits on, thousands have a thin space; from 10⁷ (not whole: 10⁵) or below 10⁻³ all
    are written as 1.2e5.
    """
    array = np.asarray(values)
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array.ravel()
    most = max(abs(float(finite.min())), abs(float(finite.max()))) if finite.size else 0.0
    if most < 1e7 and bool((finite == np.rint(finite)).all()):
        return Writing(WHOLE, True)
    if most >= 1e5 or 0 < most < 1e-3:
        return Writing(POWER, False)
    digits = significant or 3
    decimals = min(4, max(0, digits - 1 - math.floor(math.log10(most)))) if most else 0
    for fewer in range(decimals + (2 if significant is None and decimals else 1)):
        if bool((np.round(finite, fewer) == finite).all()):
            return Writing(fewer, True)
    return Writing(decimals, False)


def labels(values: Array) -> Labels:
    """`values` as texts, all written alike."""
    return written(values, writing(values))


def written(values: Array, way: Writing) -> Labels:
    """`values` as texts, written in that way."""
    array = np.asarray(values)
    # Large grids hold few different numbers: each is written once.
    values, place = np.unique(array, return_inverse=True) if array.size > MANY else (array, ...)
    texts = np.empty(values.shape, object)
    texts.ravel()[:] = [way.write(value) for value in values.ravel().tolist()]
    return Labels(texts[place].reshape(array.shape), way.exact)


def integer(value: float) -> str:
    """A whole number: 1 to 4 digits plain, from five on 12 345."""
    number = round(value)
    digits = str(abs(number))
    if len(digits) > 4:
        digits = f"{abs(number):,}".replace(",", THIN)
    return (MINUS if number < 0 else "") + digits


def decimal(value: float, decimals: int) -> str:
    """A number with that many decimals, and no negative zero."""
    text = f"{abs(value):.{decimals}f}"
    return (MINUS if value < 0 and float(text) != 0 else "") + text


def power(value: float) -> str:
    """1.2e5."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{abs(value):.1e}".split("e")
    sign = MINUS if value < 0 else ""
    small = MINUS if exponent.startswith("-") else ""
    return f"{sign}{mantissa.removesuffix('.0')}e{small}{int(exponent.lstrip('+-'))}"


def number(value: Any) -> str:
    """One number by itself: whole ones to their last digit, others by the rules of a grid."""
    return alone(value).write(float(value))


def alone(value: Any) -> Writing:
    """How one number by itself is written."""
    if math.isfinite(value) and float(value).is_integer() and abs(value) < MOST_EXACT:
        return Writing(WHOLE, True)
    return writing(np.asarray([value]))


MOST_EXACT = 2.0**53
"""From here on, whole numbers are as rough as others."""
