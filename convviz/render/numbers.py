"""How numbers are written: one number of decimals per grid, the fewest that tell the truth."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.records import Record

Array = NDArray[Any]

WHOLE_BELOW = 10**9
LARGE, SMALL = 1e6, 1e-3
DECIMALS = 4
"""Most decimals that are tried before rounding."""
DIGITS = 3
"""Significant digits of the largest magnitude, where no number of decimals shows all."""
NOISE = 4
"""Units in the last place: what sums and products leave behind is not information."""
MINUS = "−"


class Format(Record):
    """One way to write all numbers of a grid.

    decimals: digits after the point. exponent: as 1.00e−7. exact: every number is shown as it is.
    """

    decimals: int = 0
    exponent: bool = False
    exact: bool = True

    @classmethod
    def of(cls, values: Array, precision: int | None = None) -> Format:
        """The format that shows `values`; `precision` decimals where they are not whole."""
        values = np.asarray(values).ravel()
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if not finite.size:
            return cls()
        # As Python would: the magnitude of the lowest integer does not fit its own type.
        largest = max(abs(finite.max().item()), abs(finite.min().item()))
        if shows(finite, 0) and largest < WHOLE_BELOW:
            return cls()
        if largest >= LARGE or largest < SMALL:
            digits = DIGITS - 1 if precision is None else precision
            rounded = np.array([float(f"{x:.{digits}e}") for x in finite.tolist()])
            return cls(digits, True, near(finite, rounded))
        if precision is not None:
            return cls(precision, False, shows(finite, precision))
        for decimals in range(1, DECIMALS + 1):
            if shows(finite, decimals):
                return cls(decimals)
        before = int(np.floor(np.log10(largest))) + 1
        return cls(min(max(DIGITS - before, 1), DECIMALS), False, False)

    @classmethod
    def short(cls, values: Array) -> Format:
        """A format of at most eight characters, −1.2e−10, where the usual one is longer."""
        usual = cls.of(values)
        flat = np.asarray(values).ravel()
        if max((len(usual.text(value)) for value in flat), default=0) <= len("−1.2e−10"):
            return usual
        finite = flat[np.isfinite(flat)]
        rounded = np.array([float(f"{x:.1e}") for x in finite.tolist()])
        return cls(1, True, near(finite, rounded))

    def text(self, value: Any) -> str:
        """`value` alone: −1.25, 0, 1.00e−7, nan."""
        number = value.item() if isinstance(value, np.generic) else value
        if isinstance(number, float) and not np.isfinite(number):
            return "nan" if np.isnan(number) else "inf" if number > 0 else f"{MINUS}inf"
        if number == 0:
            return "0"
        if self.exponent:
            mantissa, _, power = f"{number:.{self.decimals}e}".partition("e")
            written = f"{mantissa}e{int(power)}"
        elif isinstance(number, int) and self.decimals == 0:
            written = str(number)
        else:
            written = f"{number:.{self.decimals}f}"
            if not written.strip("-0."):
                written = written.removeprefix("-")
        return written.replace("-", MINUS)

    def cell(self, value: Any) -> str:
        """`value` as the cells of a grid have it: a bare 0 stands in the units column."""
        text = self.text(value)
        if text == "0" and self.decimals and not self.exponent:
            return text + " " * (self.decimals + 1)
        return text


def rounding(formats: Iterable[Format]) -> str:
    """What some of `formats` do not show, and what would show more; "" if all show everything."""
    lossy = [form for form in formats if not form.exact]
    decimals = sorted({form.decimals for form in lossy if not form.exponent})
    digits = sorted({form.decimals + 1 for form in lossy if form.exponent})
    parts = [
        f"{' or '.join(map(str, counts))} {word}{'' if counts == [1] else 's'}"
        for counts, word in ((decimals, "decimal"), (digits, "digit"))
        if counts
    ]
    if not parts:
        return ""
    return f"rounded to {' or '.join(parts)}: --precision N or --json shows more"


def shows(values: Array, decimals: int) -> bool:
    """Whether so many decimals show every value."""
    return values.dtype.kind != "f" or near(values, np.round(values, decimals))


def near(values: Array, rounded: Array) -> bool:
    """Whether nothing but the noise of their type sets `values` apart from `rounded`."""
    if values.dtype.kind != "f":
        return bool((values == rounded).all())
    # The smallest numbers are few units in the last place from 0, and yet are not 0.
    noise = np.abs(values - rounded) <= NOISE * np.spacing(np.abs(values))
    return bool((noise & ((rounded != 0) | (values == 0))).all())


def written(text: str) -> Decimal | None:
    """The number that a printed text stands for; None for nan and infinities."""
    plain = text.strip().replace(MINUS, "-").strip("()")
    try:
        number = Decimal(plain)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def factor(text: str) -> str:
    """A number inside a product or a sum: negatives in parentheses."""
    return f"({text})" if text.startswith(MINUS) else text
