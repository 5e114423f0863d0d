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


def labels(values: Array) -> Labels:
    """Labels of `values`: integers plain, else as many decimals for all as three digits need.

    From five digits on, thousands have a thin space; from 10⁷ (not whole: 10⁵) or below 10⁻³ all
    are written as 1.2e5.
    """
    array = np.asarray(values)
    if array.dtype == object or array.size == 0:
        return Labels(np.vectorize(str, otypes=[object])(array), True)
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array.ravel()
    most = (
        max((abs(float(finite.min())), abs(float(finite.max()))), default=0.0)
        if finite.size
        else 0.0
    )
    whole = array.dtype.kind in "iub" or bool((finite == np.rint(finite)).all())
    if whole and most < 1e7:
        return Labels(_each(array, integer), True)
    if most >= 1e5 or 0 < most < 1e-3:
        return powers(array)
    decimals = min(4, max(0, 2 - math.floor(math.log10(most)))) if most else 0
    exact = False
    for fewer in range(decimals + 1):
        if bool((np.round(finite, fewer) == finite).all()):
            decimals, exact = fewer, True
            break
    return Labels(_each(array, lambda value: decimal(value, decimals)), exact)


def powers(values: Array) -> Labels:
    """Labels of two digits and a power of ten: 1.2e5; a bare 0 stays."""
    array = np.asarray(values)
    texts = _each(array, power)
    return Labels(texts, False)


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
    """One number by itself, by the same rules."""
    return str(labels(np.asarray([value])).texts[0])


def sizes(shape: tuple[int, ...]) -> str:
    """A shape as words of a picture have it: 4 × 4."""
    return " × ".join(map(str, shape))


def _each(array: Array, write: Any) -> Array:
    """`write` of every value, words for those that are not finite."""
    texts = np.empty(array.shape, object)
    flat = texts.ravel()
    for i, value in enumerate(array.ravel().tolist()):
        if math.isnan(value):
            flat[i] = "nan"
        elif value in (math.inf, -math.inf):
            flat[i] = "inf" if value > 0 else f"{MINUS}inf"
        else:
            flat[i] = write(value)
    return texts
