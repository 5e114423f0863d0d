"""Transposed convolutions of large kernels and few cells: when and what single stamps make."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from convviz import conv_transpose
from convviz.engine import scattering
from convviz.engine.stamping import stamps
from convviz.spec.geometry import Axis
from tests.engine.forcing import TRANSPOSE_WAYS, forced
from tests.engine.test_convolution import numbers


def way(shape: tuple[int, ...], weight: tuple[int, ...], **arguments: Any) -> str:
    """The way by which a transposed convolution of ones is computed."""
    taken = []
    with (
        patch.object(scattering, "by_cells", lambda *_: taken.append("cells")),
        patch.object(scattering, "by_stamps", lambda *_: taken.append("stamps")),
        patch.object(scattering, "by_phases", lambda *_: taken.append("phases")),
    ):
        conv_transpose(np.ones(shape), np.ones(weight), **arguments)
    (found,) = taken
    return found


def test_large_kernels_on_few_cells_go_stamp_by_stamp() -> None:
    assert way((1, 1, 3, 3), (1, 1, 222, 222)) == "cells"
    assert way((1, 1, 3, 3), (1, 1, 222, 222), stride=111) == "cells"
    assert way((1, 1, 4), (1, 1, 400_000)) == "cells"
    assert way((1, 1, 4), (1, 1, 400_000), stride=200_000) == "cells"
    assert way((1, 1, 3, 3), (1, 1, 3, 3), stride=2) == "stamps"
    assert way((1, 64, 28, 28), (64, 32, 4, 4), stride=2) == "stamps"
    assert way((1, 32, 56, 56), (32, 32, 4, 4), stride=2) == "phases"
    assert way((1, 1, 500, 500), (1, 1, 9, 9), stride=2) == "phases"


def test_millions_of_taps_are_copied_and_added_where_stamps_overlap() -> None:
    taps = 1_000_000
    kernel = np.arange(taps) % 7
    x = np.array([2, -1, 3, 5])
    found = conv_transpose(x[None], kernel[None, None], [4])[0]
    assert found[0] == 4  # 2 · 0 and the bias
    np.testing.assert_array_equal(found, np.convolve(x, kernel) + 4)


@pytest.mark.parametrize("block", [0, 200])
@pytest.mark.parametrize(
    "arguments",
    [
        {"stride": (3, 2), "dilation": (1, 3), "padding": ((2, 0), (1, 5)), "groups": 2},
        {"stride": 11, "output_padding": 10},
        {"stride": 2, "dilation": 4, "padding": 6},
    ],
)
def test_every_way_makes_the_same_of_large_kernels(arguments: Any, block: int) -> None:
    x, bias = numbers(0, 2, 4, 3, 2), numbers(2, 2 * arguments.get("groups", 1))
    weight = numbers(1, 4, 2, 9, 10)
    with forced("phases by columns"):
        expected = conv_transpose(x, weight, bias, **arguments)
    for name in TRANSPOSE_WAYS:
        with forced(name, block):
            found = conv_transpose(x, weight, bias, **arguments)
        np.testing.assert_array_equal(found, expected, err_msg=name)


def test_half_precision_is_rounded_once() -> None:
    x, weight = np.full((1, 2, 2), 1, np.float16), np.full((1, 1, 40, 40), 1 / 3, np.float16)
    with forced("cells"):
        found = conv_transpose(x, weight)
    assert found.dtype == np.float16
    assert found[0, 20, 20] == np.float16(4 * float(np.float16(1 / 3)))


@pytest.mark.parametrize(
    "axis", [Axis(5, 2, 3, 4), Axis(1), Axis(4, 7, 2, 1), Axis(6, 1, 1, 3), Axis(3, 5, 4, 12)]
)
def test_a_stamp_is_cut_to_the_cells_that_are_asked_for(axis: Axis) -> None:
    for start in range(0, 24, 5):
        span = slice(start, start + 5)
        found = {
            (cell, tap, fine + start)
            for cell, taps, cells in stamps(axis, 4, span)
            for tap, fine in zip(range(axis.kernel)[taps], range(5)[cells], strict=True)
        }
        expected = {
            (cell, tap, axis.fine(cell, tap))
            for cell in range(4)
            for tap in range(axis.kernel)
            if start <= axis.fine(cell, tap) < start + 5
        }
        assert found == expected
