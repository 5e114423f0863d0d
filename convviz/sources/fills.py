"""What fills a shape: one row per fill."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.errors import unknown
from convviz.records import Record

Array = NDArray[Any]

INPUT, WEIGHT, BIAS = 0, 1, 2
"""What a stream of random numbers is for: one seed gives each its own numbers."""


def generator(seed: int, purpose: int) -> np.random.Generator:
    """Random numbers that depend on `seed` and `purpose` alone, not on the machine."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, purpose])))


class Fill(Record):
    """One way to fill a shape.

    make: (shape, spatial axes, seed) → the array; axes before the spatial ones are planes.
    cell: (shape, spatial axes, indices) → the values there, without the array; None: the cells
          depend on each other.
    """

    name: str
    rule: str
    make: Callable[[tuple[int, ...], int, int], Array]
    cell: Callable[[tuple[int, ...], int, tuple[Array, ...]], Array] | None = None


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


def _place(shape: tuple[int, ...], indices: tuple[Array, ...]) -> Array:
    """The number of a cell, counted row by row."""
    place: Array = np.zeros((), np.int64)
    for size, index in zip(shape, indices, strict=True):
        place = place * size + index
    return place


def _count_at(shape: tuple[int, ...], spatial: int, indices: tuple[Array, ...]) -> Array:
    return _place(shape, indices) + 1.0


def _arange_at(shape: tuple[int, ...], spatial: int, indices: tuple[Array, ...]) -> Array:
    return _place(shape, indices) + 0.0


def _ones_at(shape: tuple[int, ...], spatial: int, indices: tuple[Array, ...]) -> Array:
    return np.ones(np.broadcast_shapes(*(index.shape for index in indices)))


def _impulse_at(shape: tuple[int, ...], spatial: int, indices: tuple[Array, ...]) -> Array:
    places = zip(shape[-spatial:], indices[-spatial:], strict=True)
    middle = np.logical_and.reduce(np.broadcast_arrays(*(i == n // 2 for n, i in places)))
    return np.where(middle, 1.0, 0.0)


def _gradient_at(shape: tuple[int, ...], spatial: int, indices: tuple[Array, ...]) -> Array:
    total: Array = sum(indices[-spatial:], np.zeros(()))
    return total


def _checker_at(shape: tuple[int, ...], spatial: int, indices: tuple[Array, ...]) -> Array:
    return (_gradient_at(shape, spatial, indices) + 1) % 2


FILLS: tuple[Fill, ...] = (
    Fill("count", "1, 2, 3, …, so that zeros stand out", _count, _count_at),
    Fill("arange", "0, 1, 2, …", _arange, _arange_at),
    Fill("ones", "all 1", _ones, _ones_at),
    Fill("impulse", "1 in the middle of every plane, else 0", _impulse, _impulse_at),
    Fill("random", "whole numbers from −9 to 9, by the seed", _random),
    Fill("gradient", "row + col: a ramp from corner to corner", _gradient, _gradient_at),
    Fill("checker", "1 and 0 in turn", _checker, _checker_at),
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


EXACT = 1 << 53
"""Cells whose numbers float64 tells apart."""


class Unmade:
    """A filled array that is too large to be made: its cells are computed where they are asked for.

    It stands in for the array where nothing but single cells is read, as a screen does.
    """

    def __init__(self, shape: tuple[int, ...], spatial: int, fill: Fill) -> None:
        self.shape, self.spatial, self.fill = shape, spatial, fill
        self.ndim, self.dtype, self.itemsize = len(shape), np.dtype(np.float64), 8

    def __getitem__(self, indices: Any) -> Any:
        """With None an axis more, of one cell, before the others; else the cells at `indices`."""
        if indices is None:
            return Unmade((1, *self.shape), self.spatial, self.fill)
        assert self.fill.cell is not None, "only such are left unmade"
        places = tuple(np.asarray(index, np.int64) for index in indices)
        return self.fill.cell(self.shape, self.spatial, places)


def unmade(shape: tuple[int, ...], spatial: int, fill: Fill, most: int) -> Any:
    """An `Unmade` of `shape`; None where its cells cannot be told alone.

    most: cells of an axis, since what comes along one is listed whole.
    """
    if fill.cell is None or math.prod(shape) > EXACT or max(shape) > most:
        return None
    return Unmade(shape, spatial, fill)
