"""What columns and planes copy: in which blocks, no more than windows meet, and when nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convviz import conv
from convviz.engine import columns, gathering, padding, planes
from convviz.engine.gathering import Gather
from convviz.spec.geometry import Axis
from convviz.spec.modes import mode_named
from tests.engine.forcing import forced
from tests.engine.test_convolution import numbers
from tests.engine.witness import numpy_pad


@pytest.mark.parametrize(
    ("groups", "block", "expected"),
    [
        # A window of one group has 16 bytes, a block at least 16 columns, or 2 of one group.
        (4, 1 << 20, [(4, 40)]),
        (4, 1024, [(4, 14), (4, 14), (4, 12)]),
        (4, 1023, [(3, 20), (3, 20), (1, 40)]),
        (4, 512, [(2, 14), (2, 14), (2, 12)] * 2),
        (4, 128, [(1, 8)] * 20),
        (4, 1, [(1, 2)] * 80),
        (1, 512, [(1, 20)] * 2),
        (1, 128, [(1, 8)] * 5),
        (1, 1, [(1, 2)] * 20),
    ],
)
def test_a_block_of_columns_is_of_some_groups_and_some_windows(
    monkeypatch: pytest.MonkeyPatch, groups: int, block: int, expected: Any
) -> None:
    monkeypatch.setattr(columns, "BLOCK", block)
    monkeypatch.setattr(columns, "LEAST", 16)
    x, weight, out = np.ones((1, groups, 41)), np.ones((groups, 1, 2)), np.empty((1, groups, 40))
    job = Gather(x, weight, None, groups, (Axis(2),), mode_named("zeros"), out)
    assert [(part.groups, part.out.shape[2]) for part in columns.blocks(job)] == expected


def test_a_block_of_columns_has_room_for_sums_that_are_made_beside_the_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(columns, "BLOCK", 40 * (2 + 6) * 8)
    monkeypatch.setattr(columns, "LEAST", 8)
    x, weight = np.ones((1, 1, 81)), np.ones((6, 1, 2))
    for out, sizes in (
        (np.empty((1, 6, 80)), [80]),  # 2 numbers per column
        (np.empty((1, 6, 160))[..., ::2], [40, 40]),  # and 6 sums
        (np.empty((1, 6, 80), "f4"), [40, 40]),
    ):
        job = Gather(x, weight, None, 1, (Axis(2),), mode_named("zeros"), out)
        assert [part.out.shape[2] for part in columns.blocks(job)] == sizes


X = numbers(0, 1, 2, 6, 8)


@pytest.mark.parametrize(
    ("x", "kernel", "padding", "copies"),
    [
        (X, (1, 1), 0, 0),
        (X, (1, 1), 1, 0),
        (X, (1, 2), 0, 1),
        (X, (2, 1), 0, 1),
        (X[..., ::2], (1, 1), 0, 1),
        (X.astype("f2"), (1, 1), 0, 1),
        (X.astype("f2"), (1, 2), 0, 1),
    ],
)
def test_an_input_that_is_its_own_columns_is_not_copied(
    monkeypatch: pytest.MonkeyPatch, x: Any, kernel: Any, padding: int, copies: int
) -> None:
    made = []

    def recorded(*arguments: Any) -> Any:
        made.append(arguments)
        return gathering.room(*arguments)

    monkeypatch.setattr(columns, "room", recorded)
    weight = numbers(1, 3, 2, *kernel).astype(x.dtype)
    with forced("columns"):
        found = conv(x, weight, padding=padding)
    assert len(made) == copies
    wide = numpy_pad(x.astype(float), ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), "zeros")
    windows = np.lib.stride_tricks.sliding_window_view(wide, kernel, (2, 3))
    np.testing.assert_array_equal(found, np.einsum("nchwij,ocij->nohw", windows, weight))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        # A cell of a plane has 20 numbers: of 18 taps in its column, and of 2 products.
        (160 * 36, [(2, 6, 4, 5)]),
        (160 * 12, [(2, 2, 4, 5)] * 3),
        (160 * 12 - 1, [(2, 1, 4, 5)] * 6),
        (160 * 5, [(2, 1, 3, 5)] * 12),
        (160 * 2, ([(2, 1, 3, 4)] * 6 + [(2, 2, 3, 3)] * 3) * 2),
        (1, [(2, 1, 3, 3)] * 36),
    ],
)
def test_planes_copy_what_their_windows_meet_some_at_a_time(
    monkeypatch: pytest.MonkeyPatch, block: int, expected: Any
) -> None:
    copied = []

    def recorded(*arguments: Any) -> Any:
        found = padding.region(*arguments)
        copied.append(found.shape)
        return found

    monkeypatch.setattr(planes, "region", recorded)
    monkeypatch.setattr(planes, "BLOCK", block)
    x, weight, out = numbers(0, 1, 2, 6, 4, 5), numbers(1, 1, 2, 2, 3, 3), np.empty((1, 1, 5, 2, 3))
    axes = (Axis(2), Axis(3), Axis(3))
    planes.planes(Gather(x, weight, None, 1, axes, mode_named("zeros"), out))
    with forced("columns"):
        np.testing.assert_array_equal(out, conv(x, weight))
    assert copied == expected


def test_what_fits_one_block_of_columns_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "BLOCK", 40 * 4 * 16)
    monkeypatch.setattr(columns, "LEAST", 40)
    x, weight, out = np.ones((1, 4, 41)), np.ones((4, 1, 2)), np.empty((1, 4, 40))
    job = Gather(x, weight, None, 4, (Axis(2),), mode_named("zeros"), out)
    (found,) = columns.blocks(job)
    assert found is job
