"""Stamps that are added and phases that are filled: what is made for it, and what is not."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from convviz.engine import scattering
from convviz.spec.geometry import Axis


@pytest.mark.parametrize("few", [80, 81])
@pytest.mark.parametrize(
    ("strides", "made"), [((1, 1), 0), ((1, 2), 2), ((2, 1), 2), ((2, 2), 4), ((3, 2), 6)]
)
def test_many_stamps_a_stride_apart_are_added_beside_each_other_first(
    strides: Any, made: int, few: int
) -> None:
    axes = tuple(Axis(3, stride) for stride in strides)
    stamps = np.arange(1.0, 82).reshape(1, 3, 3, 3, 3)
    sums = np.zeros((1, *(axis.spread(3) for axis in axes)))
    expected = sums.copy()
    for top, left, row, col in np.ndindex(3, 3, 3, 3):
        place = (0, axes[0].fine(row, top), axes[1].fine(col, left))
        expected[place] += stamps[0, top, left, row, col]
    with (
        patch.object(scattering, "FEW", few),
        patch.object(np, "zeros", wraps=np.zeros) as zeros,
    ):
        scattering.add(stamps, sums, axes)
    np.testing.assert_array_equal(sums, expected)
    assert zeros.call_count == (made if few < 81 else 0)


@pytest.mark.parametrize(
    ("kernel", "stride", "size", "filled"),
    [(3, 2, 7, False), (2, 2, 6, False), (1, 2, 5, True), (2, 3, 8, True), (2, 9, 2, False)],
)
@pytest.mark.parametrize("bias", [None, np.array([4.0])])
def test_the_bias_is_written_first_where_some_cells_meet_no_stamp(
    kernel: int, stride: int, size: int, filled: bool, bias: Any
) -> None:
    x, weight, out = np.ones((1, 1, 3)), np.ones((1, 1, kernel)), np.full((1, 1, size), 7.0)
    with patch.object(scattering, "compute"):
        scattering.by_phases(out, 1, x, weight, bias, (Axis(kernel, stride),))
    assert (out == (7 if not filled else 0 if bias is None else 4)).all()
