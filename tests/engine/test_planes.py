"""Planes: what they pass over, and how their products are added."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convviz.engine import padding, planes
from convviz.engine.convolution import conv
from convviz.engine.gathering import Gather
from convviz.spec.geometry import Axis
from convviz.spec.modes import mode_named
from tests.engine.forcing import forced


def test_planes_of_padding_alone_are_not_even_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = []

    def recorded(x: Any, starts: Any, *others: Any) -> Any:
        copied.append(starts[0])
        return padding.region(x, starts, *others)

    monkeypatch.setattr(planes, "region", recorded)
    x, weight = np.ones((1, 1, 3, 4)), np.ones((1, 1, 3, 1))
    for block, starts in ((1, [0, 1, 2] * 4), (2 * 8 * (3 + 1) * 4, [0, 2])):
        copied.clear()
        monkeypatch.setattr(planes, "BLOCK", block)
        job = Gather(x, weight, None, 1, (Axis(3, before=2), Axis(1)), mode_named("zeros"),
                     np.empty((1, 1, 5, 4)))  # fmt: skip
        planes.planes(job)
        np.testing.assert_array_equal(job.out[0, 0], np.outer([1, 2, 3, 2, 1], np.ones(4)))
        assert copied == starts


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular", "symmetric", "zeros"])
def test_taps_that_meet_copies_or_are_not_finite_are_not_left_out(mode: str) -> None:
    x, weight = np.arange(1.0, 19).reshape(1, 1, 3, 6), np.arange(1.0, 8).reshape(1, 1, 1, 7)
    if mode == "zeros":
        weight[..., 6] = np.inf
    with forced("columns"):
        expected = conv(x, weight, padding=(0, 3), padding_mode=mode)
    with forced("planes", 1):  # tiles of one column
        found = conv(x, weight, padding=(0, 3), padding_mode=mode)
    np.testing.assert_array_equal(found, expected)
    assert np.isnan(found).any() == (mode == "zeros")


@pytest.mark.parametrize(
    ("taps", "count", "by_tap", "by_plane"), [(2, 3, 2, 0), (3, 3, 3, 0), (4, 3, 0, 3)]
)
def test_products_are_added_tap_by_tap_or_plane_by_plane_whichever_are_fewer(
    monkeypatch: pytest.MonkeyPatch, taps: int, count: int, by_tap: int, by_plane: int
) -> None:
    asked: list[str] = []

    def recorded(name: str, answer: Any) -> Any:
        def found(*arguments: Any) -> Any:
            asked.append(name)
            return answer(*arguments)

        return found

    monkeypatch.setattr(Axis, "meeting", recorded("meeting", Axis.meeting))
    monkeypatch.setattr(Axis, "readers", recorded("readers", Axis.readers))
    axis, terms = Axis(taps), np.arange(1.0, taps * count + 1).reshape(1, 1, taps, count, 1)
    sums = np.zeros((1, 1, count, 1))
    planes.add(terms, 0, sums, axis)
    expected = [
        sum(terms[0, 0, tap, cell + tap, 0] for tap in range(taps) if cell + tap < count)
        for cell in range(count)
    ]
    assert sums.ravel().tolist() == expected
    assert asked == ["meeting"] * by_tap + ["readers"] * by_plane


@pytest.mark.parametrize("inf", [False, True])
def test_planes_of_zeros_and_planes_that_no_tap_meets_are_not_multiplied(
    monkeypatch: pytest.MonkeyPatch, inf: bool
) -> None:
    multiplied = []

    def recorded(*arguments: Any) -> None:
        multiplied.append(arguments)
        add(*arguments)

    add = planes.add
    monkeypatch.setattr(planes, "add", recorded)
    monkeypatch.setattr(planes, "BLOCK", 1)
    x, weight = np.ones((1, 1, 6, 1)), np.array([2.0, np.inf if inf else 3.0]).reshape(1, 1, 2, 1)
    x[:, :, 1] = 0
    # The windows meet planes 0 and 1 by one tap, 5 and the plane of padding behind it by the other.
    axes, out = (Axis(2, dilation=5, after=1), Axis(1)), np.empty((1, 1, 2, 1))
    with np.errstate(invalid="ignore"):
        planes.planes(Gather(x, weight, None, 1, axes, mode_named("zeros"), out))
    np.testing.assert_array_equal(out.ravel(), [np.inf, np.nan] if inf else [5, 0])
    assert len(multiplied) == (4 if inf else 2)
