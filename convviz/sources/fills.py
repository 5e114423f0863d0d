"""What fills a shape: one row per fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convviz.errors import unknown

Array = NDArray[Any]

INPUT, WEIGHT, BIAS = 0, 1, 2
"""What a stream of random numbers is for: one seed gives each its own numbers."""


def generator(seed: int, purpose: int) -> np.random.Generator:
    """Random numbers that depend on `seed` and `purpose` alone, not on the machine."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, purpose])))


class Fill(NamedTuple):
    """One way to fill a shape.

    make: (shape, spatial axes, seed) → the array; axes before the spatial ones are planes.
    """

    name: str
    rule: str
    make: Callable[[tuple[int, ...], int, int], Array]


def _count(shape: tuple[int, ...], spatial: int, seed: int) -> Array:
    return np.arange(1, np.prod(shape, dtype=np.int64) + 1, dtype=np.float64).reshape(shape)


def _arange(shape: tuple[int, ...], spatial: int, seed: int) -> Array:
    return np.arange(np.prod(shape, dtype=np.int64), dtype=np.float64).reshape(shape)


def _ones(shape: tuple[int, ...], spatial: int, seed: int) -> Array:
    return np.ones(shape)


def _impulse(shape: tuple[int, ...], spatial: int, seed: int) -> Array:
    filled = np.zeros(shape)
    middle: Any = (..., *(n // 2 for n in shape[len(shape) - spatial :]))
    filled[middle] = 1
    return filled


def _random(shape: tuple[int, ...], spatial: int, seed: int) -> Array:
    return generator(seed, INPUT).integers(-9, 10, shape).astype(np.float64)


def _positions(shape: tuple[int, ...], spatial: int) -> Array:
    """The sum of a cell's spatial indices."""
    sums = np.zeros((1,) * len(shape))
    for axis in range(len(shape) - spatial, len(shape)):
        line = np.arange(shape[axis], dtype=np.float64)
        sums = sums + line.reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return sums


def _gradient(shape: tuple[int, ...], spatial: int, seed: int) -> Array:
    return np.broadcast_to(_positions(shape, spatial), shape).copy()


def _checker(shape: tuple[int, ...], spatial: int, seed: int) -> Array:
    return np.broadcast_to((_positions(shape, spatial) + 1) % 2, shape).copy()


FILLS: tuple[Fill, ...] = (
    Fill("count", "1, 2, 3, …, so that zeros stand out", _count),
    Fill("arange", "0, 1, 2, …", _arange),
    Fill("ones", "all 1", _ones),
    Fill("impulse", "1 in the middle of every plane, else 0", _impulse),
    Fill("random", "whole numbers from −9 to 9, by the seed", _random),
    Fill("gradient", "row + col: a ramp from corner to corner", _gradient),
    Fill("checker", "1 and 0 in turn", _checker),
)

NAMES: tuple[str, ...] = tuple(fill.name for fill in FILLS)


def fill_named(name: str) -> Fill:
    """The fill called `name`.

    Raises SpecError: there is none.
    """
    for fill in FILLS:
        if fill.name == name:
            return fill
    raise unknown("fill", name, NAMES, argument="fill", heading="fills")
