"""One gather: what it meets, where it may be computed into, and the pieces that it is cut into."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convviz.engine.gathering import Gather, even, room, slices, tiles, windows
from convviz.spec.geometry import Axis
from convviz.spec.modes import mode_named


def gather(
    spatial: tuple[int, ...], axes: tuple[Axis, ...], out: Any, mode: str = "zeros"
) -> Gather:
    """Two input channels and the kernels that `out` needs, in two groups."""
    weight = np.ones((out.shape[1], 1, *(axis.kernel for axis in axes)))
    return Gather(np.ones((len(out), 2, *spatial)), weight, None, 2, axes, mode_named(mode), out)


@pytest.mark.parametrize("before", [-1, 0, 1])
@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_nothing_is_copied_from_where_no_window_reaches(before: int, n: int) -> None:
    axis = Axis(3, stride=2, before=before)
    out = np.empty((1, 2, 2))
    inside = before <= 0 and 4 - before < n  # the last tap of the second window
    job = gather((n,), (axis,), out, "reflect")
    assert job.fills == inside
    assert (job.filled() is job) == inside
    assert gather((n,), (axis,), out).fills
    patch = job.patch()
    assert patch.shape == (1, 2, 5)
    assert np.shares_memory(patch, job.x) == inside


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 2, 40, 7), [(1, 2, 13, 7), (1, 2, 14, 7), (1, 2, 13, 7)]),
        ((24, 2, 40, 7), [(8, 2, 40, 7)] * 3),
        ((23, 2, 40, 7), [(23, 2, 13, 7), (23, 2, 14, 7), (23, 2, 13, 7)]),
        ((1, 2, 2, 24), [(1, 2, 2, 8)] * 3),
        ((1, 2, 7, 9), [(1, 2, 7, 3)] * 3),
        ((1, 2, 2, 1), [(1, 2, 1, 1)] * 2),
    ],
)
def test_work_is_split_along_the_first_axis_that_is_long(shape: Any, expected: Any) -> None:
    out = np.zeros(shape)
    job = gather(shape[2:], (Axis(1), Axis(1)), out)
    parts = job.split(3, 0)
    assert [part.out.shape for part in parts] == expected
    for part in parts:
        part.out[...] += 1
    assert (out == 1).all()
    assert job.split(1, 0.5) == [job]
    first, second = gather((40, 7), (Axis(1), Axis(1)), np.zeros((1, 2, 40, 7))).split(2, 0.1)
    assert (first.sizes, second.sizes) == ((22, 7), (18, 7))


WHOLE = np.zeros((1, 4, 6, 5))
VOLUME = np.zeros((1, 4, 2, 3, 6))


@pytest.mark.parametrize(
    ("out", "computed_into"),
    [
        (WHOLE, True),
        (WHOLE[:, :, :3], True),
        (WHOLE[:, 1:3], True),
        (VOLUME, True),
        (VOLUME[:, :, :1], True),
        (np.empty((1, 4, 7)), True),
        (np.empty((2, 4, 7)), False),
        (WHOLE.astype("f4"), False),
        (WHOLE[:, :, ::2], False),
        (WHOLE[..., :4], False),
        (WHOLE[..., ::2], False),
        (WHOLE.swapaxes(2, 3), False),
        (VOLUME[:, :, :, :2], False),
        (VOLUME[:, :, :, ::2], False),
        (VOLUME[..., ::2], False),
        (np.empty((1, 4, 4, 3, 6))[:, :, ::2], False),
        (np.empty((1, 4, 7))[..., ::2], False),
    ],
)
def test_sums_are_made_in_an_output_whose_cells_lie_together(out: Any, computed_into: bool) -> None:
    sizes = out.shape[2:]
    found = gather(sizes, (Axis(1),) * len(sizes), out).target()
    assert (found is not None) == computed_into
    if found is not None:
        assert found.shape == (2, out.shape[1] // 2, np.prod(sizes))
        assert np.shares_memory(found, out)


def test_what_fits_one_part_is_not_cut() -> None:
    job = gather((5, 4), (Axis(1),) * 2, np.empty((2, 2, 5, 4)))
    assert [*job.parts(40)] == [job]
    assert [part.out.shape for part in job.parts(39)] == [(1, 2, 5, 4)] * 2


@pytest.mark.parametrize(
    ("shape", "cells", "sizes"),
    [
        ((3,), 0, [(1,)] * 3),
        ((3,), 1, [(1,)] * 3),
        ((7,), 3, [(3,), (3,), (1,)]),
        ((2, 7), 6, [(1, 4), (1, 3)] * 2),
        ((5, 2), 4, [(2, 2), (2, 2), (1, 2)]),
        ((2, 3, 4), 8, [(1, 2, 4), (1, 1, 4)] * 2),
        ((2, 3, 4), 12, [(1, 3, 4)] * 2),
        ((2, 3, 4), 100, [(2, 3, 4)]),
        ((2, 0), 5, []),
    ],
)
def test_tiles_are_whole_rows_before_several(shape: Any, cells: int, sizes: Any) -> None:
    found = [*tiles(shape, cells)]
    assert [tuple(s.stop - s.start for s in tile) for tile in found] == sizes
    met = np.zeros(shape, int)
    for tile in found:
        met[tile] += 1
    assert met.all()
    assert met.sum() == met.size


def test_pieces_are_even_and_as_few_as_can_be() -> None:
    assert [even(10, most) for most in (1, 3, 4, 5, 9, 10, 11)] == [1, 3, 4, 5, 5, 10, 10]
    assert even(0, 5) == 1, "tiles divide by it"
    assert slices(7, 3) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert slices(0, 1) == []


def test_windows_are_only_looked_at() -> None:
    patch = np.arange(10.0).reshape(1, 1, 10)
    found = windows(patch, (Axis(2, stride=3, dilation=2),), (3,))
    np.testing.assert_array_equal(found[0, :, 0], [[0, 3, 6], [2, 5, 8]])
    assert not found.flags.writeable


@pytest.mark.parametrize("dtype", ["f4", "f8", "g"])
def test_room_is_used_again_and_begins_half_a_page_off(dtype: str) -> None:
    kind = np.dtype(dtype)
    made = [room(size, None, kind) for size in (*range(1, 40, 3), 5_000, 50_000)]
    for space in made:
        assert space.ctypes.data % 4096 == 2048
        assert space.base is not None
        assert space.base.nbytes <= space.nbytes + 4096
        assert room(space.size, space, kind) is space
        assert room(space.size - 1, space, kind) is space
        larger = room(space.size + 1, space, kind)
        assert larger.size == space.size + 1
