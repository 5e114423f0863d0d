"""Arguments as users write them → one value, or one (before, after) pair, per axis.

The only place that asks what kind of thing an argument is: past this door a stride is a tuple of
integers and a padding a tuple of pairs, whatever the user wrote.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any, TypeAlias

from convviz.errors import SpecError, shortened

Pair: TypeAlias = tuple[int, int]
"""(before, after): cells added at the low and at the high end of one axis."""

IntLike: TypeAlias = "int | Iterable[int]"
PaddingLike: TypeAlias = "int | str | Iterable[int] | Iterable[Iterable[int]]"


DIGITS = 3900
"""Digits of the largest integer taken: Python refuses to write one of more than 4,300."""


def is_long(value: int) -> bool:
    """Whether `value` has about `DIGITS` digits or more: too many to be written in a message."""
    return value.bit_length() > DIGITS * 10 // 3


def integer(value: Any, name: str, minimum: int) -> int:
    """`value` as an int.

    Raises SpecError: it is not an integer (a bool and a float are none), below `minimum`, or
    longer than anything that can be written.
    """
    try:
        # NumPy before 2.0 gives its own truths an index, too.
        truth = isinstance(value, bool) or type(value).__name__ == "bool_"
        number = None if truth else operator.index(value)
    except TypeError:
        number = None
    if number is None:
        raise SpecError(
            f"{name} must be an integer, not {echo(value)}", name, f"an integer ≥ {minimum}"
        )
    if is_long(number):
        raise SpecError(f"{name} has more than {DIGITS:,} digits", name, f"≥ {minimum}")
    if number < minimum:
        raise SpecError(f"{name} must be at least {minimum}, not {number}", name, f"≥ {minimum}")
    return number


def integers(value: Any, ndim: int, name: str, minimum: int) -> tuple[int, ...]:
    """One integer per axis, from an int for all of them or a sequence of one or of `ndim`."""
    if not is_sequence(value):
        return (integer(value, name, minimum),) * ndim
    numbers = tuple(integer(item, name, minimum) for item in value)
    return per_axis(numbers, ndim, name)


def pairs(value: Any, ndim: int, name: str = "padding") -> tuple[Pair, ...]:
    """One (before, after) pair per axis, from an int, one int per axis, or one pair per axis.

    Raises SpecError: not integers, negative, or neither one nor `ndim` entries.
    """
    if not is_sequence(value):
        number = integer(value, name, 0)
        return ((number, number),) * ndim
    entries = tuple(value)
    nested = [is_sequence(entry) for entry in entries]
    if any(nested):
        if not all(nested):
            raise SpecError(
                f"{name} mixes integers and pairs: {echo(value)}",
                name,
                "one integer, or one (before, after) pair, per axis",
            )
        return per_axis(tuple(pair(entry, name) for entry in entries), ndim, name)
    if ndim == 1 and len(entries) == 2:
        a, b = (integer(entry, name, 0) for entry in entries)
        raise SpecError(
            f"{name} ({a}, {b}) has two entries, but there is one axis",
            name,
            "one entry per axis",
            remedy=f"for {a} before and {b} after write {{{name}=(({a}, {b}),)}}",
        )
    each = per_axis(tuple(integer(entry, name, 0) for entry in entries), ndim, name)
    return tuple((number, number) for number in each)


def pair(value: Any, name: str) -> Pair:
    """One (before, after) pair."""
    numbers = tuple(integer(item, name, 0) for item in value)
    if len(numbers) != 2:
        raise SpecError(
            f"{name} has an entry of {len(numbers)} numbers: {echo(value)}",
            name,
            "(before, after)",
        )
    return numbers[0], numbers[1]


def flag(value: Any, name: str) -> bool:
    """`value` as a bool.

    Raises SpecError: it is neither True nor False.
    """
    if isinstance(value, bool):
        return value
    raise SpecError(f"{name} must be True or False, not {echo(value)}", name, "True or False")


def same(kernel: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[Pair, ...]:
    """The padding that keeps the size at stride 1; an odd cell goes after (PyTorch "same")."""
    totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)


def per_axis(entries: tuple[Any, ...], ndim: int, name: str) -> tuple[Any, ...]:
    """`entries` if there are `ndim`, one entry repeated `ndim` times if there is one."""
    if len(entries) == ndim:
        return entries
    if len(entries) == 1:
        return entries * ndim
    axes = "is 1 axis" if ndim == 1 else f"are {ndim} axes"
    raise SpecError(
        f"{name} has {len(entries)} entries, but there {axes}",
        name,
        f"one entry, or {ndim}" if ndim > 1 else "one entry",
    )


def is_sequence(value: Any) -> bool:
    """Whether `value` lists its entries: a tuple, a list or an array with axes."""
    if isinstance(value, (tuple, list)):
        return True
    if isinstance(value, (int, str, bytes, dict, set, frozenset)):
        return False
    return getattr(value, "ndim", 0) > 0


def echo(value: Any) -> str:
    """`value` as it was written, cut to a readable length; its kind where it cannot be written."""
    try:
        return shortened(repr(value))
    except Exception:
        return f"a {type(value).__name__}"
