"""Size formulas with their numbers, as runs of (text, role); and with letters.

Roles: input, kernel, stride, output for the numbers that play them, "bold" for other parameters.
"""

from __future__ import annotations

from typing import TypeAlias

from convviz.spec.geometry import Axis

Runs: TypeAlias = "list[tuple[str, str]]"

GATHERED = "⌊(n + 2·p − d·(k − 1) − 1) / s⌋ + 1"
SCATTERED = "(n − 1)·s − 2·p + d·(k − 1) + output_padding + 1"


def gathered(axis: Axis, size: int, *, ceil: bool = False) -> Runs:
    """⌊(224 + 2·3 − 1·(7 − 1) − 1) / 2⌋ + 1: the windows on an axis of `size` cells."""
    left, right = ("⌈", "⌉") if ceil else ("⌊", "⌋")
    return [
        (f"{left}(", ""),
        (str(size), "input"),
        *_sides(axis, " + "),
        (" − ", ""),
        *_reach(axis),
        (" − 1) / ", ""),
        (str(axis.stride), "stride"),
        (f"{right} + 1", ""),
    ]


def quotient(axis: Axis, size: int, *, ceil: bool = False) -> Runs:
    """⌊223 / 2⌋ + 1: the same with its numerator worked out."""
    left, right = ("⌈", "⌉") if ceil else ("⌊", "⌋")
    room = size + axis.before + axis.after - axis.reach
    return [(f"{left}{minus(room)} / {axis.stride}{right} + 1", "")]


def scattered(axis: Axis, size: int, output_padding: int) -> Runs:
    """(28 − 1)·2 − 2·0 + 1·(2 − 1) + 0 + 1: the cells of a transposed convolution."""
    return [
        ("(", ""),
        (str(size), "input"),
        (" − 1)·", ""),
        (str(axis.stride), "stride"),
        *_sides(axis, " − "),
        (" + ", ""),
        *_reach(axis),
        (" + ", ""),
        (str(output_padding), "bold"),
        (" + 1", ""),
    ]


def _reach(axis: Axis) -> Runs:
    return [(str(axis.dilation), "bold"), ("·(", ""), (str(axis.kernel), "kernel"), (" − 1)", "")]


def _sides(axis: Axis, sign: str) -> Runs:
    if axis.before == axis.after:
        return [(f"{sign}2·", ""), (str(axis.before), "bold")]
    return [(sign, ""), (str(axis.before), "bold"), (sign, ""), (str(axis.after), "bold")]


def minus(number: int) -> str:
    """A number with the minus sign of print."""
    return f"−{-number}" if number < 0 else str(number)


def plain(runs: Runs) -> str:
    """The text alone."""
    return "".join(text for text, _ in runs)
