"""Long kernels: lines that are folded into rows, and planes that are passed over."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from convviz.engine import methods, planes
from convviz.engine.columns import columns
from convviz.engine.convolution import conv, conv_transpose
from convviz.engine.gathering import Gather
from convviz.engine.sharing import folded, squeezed, unstrided
from convviz.records import replace
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv
from convviz.spec.modes import mode_named
from tests.engine.forcing import forced


def gather(size: int, kernel: int, mode: str = "zeros", **arguments: Any) -> Gather:
    """A gather of one axis and one channel, not computed yet."""
    layer = Conv.of(1, 1, kernel, ndim=1, padding_mode=mode, **arguments)
    x, weight = np.arange(1.0, size + 1)[None, None], np.arange(1.0, kernel + 1)[None, None]
    out = np.empty((1, *layer.output((1, size))))
    return Gather(x, weight, None, 1, layer.axes, mode_named(mode), out)


def one_by_one(x: Any, weight: Any, stride: int, dilation: int, padding: int) -> list[float]:
    """The equation, tap by tap."""
    n, k = len(x), len(weight)
    cells = [0.0] * padding + list(x) + [0.0] * padding
    count = (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1
    return [
        sum(weight[t] * cells[i * stride + t * dilation] for t in range(k)) for i in range(count)
    ]


@settings(deadline=None)
@example(size=60, kernel=40, stride=1, dilation=1, padding=39, block=1)
@example(size=60, kernel=13, stride=3, dilation=2, padding=0, block=64)
@given(
    st.integers(1, 80),
    st.integers(1, 40),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 20),
    st.sampled_from((0, 1, 64, 512)),
)
def test_a_folded_line_says_what_the_equation_says(
    size: int, kernel: int, stride: int, dilation: int, padding: int, block: int
) -> None:
    if size + 2 * padding < dilation * (kernel - 1) + 1:
        size = dilation * (kernel - 1) + 1
    x, weight = (np.arange(n) * 7 % 11 - 5.0 for n in (size, kernel))
    with forced("lines", block):
        found = conv(x[None], weight[None, None], stride=stride, dilation=dilation, padding=padding)
    assert found[0].tolist() == one_by_one(x, weight, stride, dilation, padding)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4))
def test_what_is_not_finite_spreads_to_the_cells_that_meet_it_alone(
    seed: int, padding: int
) -> None:
    numbers = np.array([0.0, 1.0, -2.0, np.inf, np.nan])
    draw = np.random.default_rng(seed)
    rows, taps = (draw.choice(numbers, n, p=(0.5, 0.2, 0.2, 0.05, 0.05)) for n in (30, 15))
    x, weight = rows.reshape(3, 10), taps.reshape(1, 1, 3, 5)
    with forced("columns"):
        expected = conv(x[None], weight, padding=padding)
        line = conv(rows[None], taps[None, None], padding=padding)
    for block in (0, 1, 300):
        with forced("planes", block):
            np.testing.assert_array_equal(conv(x[None], weight, padding=padding), expected)
        with forced("lines", block):
            found = conv(rows[None], taps[None, None], padding=padding)
            np.testing.assert_array_equal(found, line)


def test_a_line_is_cut_where_both_a_window_and_a_tap_begin() -> None:
    job = gather(2_000, 401, stride=2, dilation=3)
    (rows, inside), (rest, beside), (end, last) = folded(job)
    # √401 · 3 is 60: rows begin every 60 cells, which are 30 windows and 20 taps.
    assert rows.out.shape == (1, 1, 13, 30)
    assert rows.weight.shape == (1, 1, 20, 20)
    assert rows.x.shape == (1, 1, 32, 59 + 3 * 19)
    assert rest.weight.shape == (1, 1, 1)
    assert inside == beside == slice(0, 390)
    assert (last, end.out.shape) == (slice(390, 400), (1, 1, 10))
    assert np.shares_memory(rows.x, job.x)
    assert not rows.x.flags.writeable, "its rows overlap"


def test_what_is_short_is_not_cut() -> None:
    assert folded(gather(50, 3)) == []
    assert folded(gather(10, 9)) == []
    assert len(folded(gather(403, 4))) == 1
    # Rows that begin 4 cells apart: 8 windows are two, and 7 are not.
    assert [bool(folded(gather(windows + 15, 16))) for windows in (7, 8)] == [False, True]
    # A stride of 9 is longer than √18: rows begin 9 cells apart, at every window.
    assert [share.out.shape for share, _ in folded(gather(99, 18, stride=9))] == [(1, 1, 10, 1)]


@pytest.mark.parametrize(
    ("size", "kernel", "taken"), [(200_000, 5_000, True), (200_000, 50, False), (400, 100, False)]
)
def test_lines_are_folded_where_columns_take_long(size: int, kernel: int, taken: bool) -> None:
    assert bool(methods.lines(gather(size, kernel))) == taken


def test_planes_of_padding_and_of_zeros_are_not_multiplied() -> None:
    x = np.zeros((1, 1, 40, 40))
    x[..., 20, 20] = 1
    weight = np.arange(1.0, 401).reshape(1, 1, 20, 20)
    passes = []

    def added(*arguments: Any) -> None:
        passes.append(arguments)
        add(*arguments)

    add = planes.add
    with patch.object(planes, "add", added), patch.object(planes, "BLOCK", 1), forced("planes"):
        found = conv(x, weight, padding=19)
        assert len(passes) == 20  # tiles of one column whose windows meet the one cell
        assert found.sum() == weight.sum()
        passes.clear()
        weight[..., 0, 0] = np.inf
        assert np.isnan(conv(x, weight, padding=19)).any()
        assert len(passes) > 20


def test_taps_that_meet_padding_alone_are_left_out() -> None:
    job = gather(5, 12, padding=11)
    two = Gather(
        job.x[:, :, None],
        job.weight[:, :, None],
        None,
        1,
        (Axis(1), *job.axes),
        job.mode,
        job.out[:, :, None],
    )
    assert planes.met(two).kernel == (1, 12)
    tile = (slice(0, 1), slice(0, 3))
    part = planes.met(two.within(slice(0, 1), range(1), tile))
    assert part.kernel == (1, 3)
    assert part.weight.tolist() == [[[[10, 11, 12]]]]


def test_transposed_convolutions_of_long_kernels_are_exact() -> None:
    x, weight = (np.arange(n) * 7 % 11 - 5 for n in (3_000, 4_000))
    for stride in (1, 3):
        spread = np.zeros(3_000 * stride - stride + 1, int)
        spread[::stride] = x
        found = conv_transpose(x[None], weight[None, None], stride=stride)
        assert found[0].tolist() == np.convolve(spread, weight).tolist()


@pytest.mark.parametrize("arguments", [{}, {"padding": 4, "dilation": (2, 3)}, {"dilation": 6}])
@pytest.mark.parametrize("stride", [(1, 2), 2, (4, 3)])
def test_a_gather_without_its_strides_is_the_same(stride: Any, arguments: Any) -> None:
    x = np.arange(2 * 3 * 40 * 50).reshape(2, 3, 40, 50) * 7 % 11 - 5
    weight = np.arange(2 * 3 * 5 * 6).reshape(2, 3, 5, 6) * 5 % 7 - 3
    arguments = {"bias": [3, -1], "stride": stride, **arguments}
    expected = conv(x, weight, **arguments)
    with patch.object(methods, "strides_pay", lambda job: True):
        np.testing.assert_array_equal(conv(x, weight, **arguments), expected)


def test_strides_are_taken_apart_where_large_kernels_have_many_windows() -> None:
    def pays(size: int, kernel: int, stride: int, outputs: int = 1) -> bool:
        layer = Conv.of(1, outputs, kernel, ndim=2, stride=stride)
        x = np.broadcast_to(0.0, (1, 1, size, size))
        weight = np.broadcast_to(0.0, (outputs, 1, kernel, kernel))
        out = np.broadcast_to(0.0, (1, *layer.output(x.shape[1:])))
        job = Gather(x, weight, None, 1, layer.axes, mode_named("zeros"), out)
        return methods.strides_pay(job)

    assert pays(2_048, 31, 3)
    assert not pays(2_048, 31, 1)
    assert not pays(2_048, 15, 2)
    assert not pays(128, 31, 3)
    assert not pays(2_048, 31, 3, outputs=4)


def test_an_image_of_one_row_is_a_line() -> None:
    x, weight = (np.arange(n) * 7 % 11 - 5 for n in (40_000, 3_000))
    expected = conv(x[None], weight[None, None], padding=7)
    with patch.object(methods, "folded", wraps=folded) as asked:
        rows = conv(x[None, None], weight[None, None, None], padding=(0, 7))
        cols = conv(x[None, :, None], weight[None, None, :, None], padding=(7, 0))
    assert asked.call_count == 2
    assert rows[:, 0].tolist() == expected.tolist() == cols[..., 0].tolist()


def test_there_are_as_many_shares_as_remainders_that_taps_have() -> None:
    layer = Conv.of(1, 1, (5, 3), ndim=2, stride=(4, 3), dilation=(6, 1))
    x, weight = np.ones((1, 1, 40, 40)), np.ones((1, 1, 5, 3))
    out = np.empty((1, *layer.output((1, 40, 40))))
    job = Gather(x, weight, None, 1, layer.axes, mode_named("zeros"), out)
    # Taps are met 0 or 2 cells beyond a multiple of the stride of 4, and 0, 1 or 2 beyond one of 3.
    assert [share.kernel for share, _ in unstrided(job)] == [(3, 1)] * 3 + [(2, 1)] * 3


@pytest.mark.parametrize(
    ("kernel", "sizes", "kept"),
    [
        ((1, 1, 1), (1, 2, 1), [1]),
        ((1, 1, 2), (1, 1, 1), [2]),
        ((2, 1, 1), (1, 1, 2), [0, 2]),
        ((1, 1, 1), (1, 1, 1), [0]),
        ((2, 1, 3), (2, 3, 1), [0, 1, 2]),
    ],
)
def test_axes_of_one_window_of_one_tap_are_left_out(kernel: Any, sizes: Any, kept: Any) -> None:
    x = np.arange(9.0**3).reshape(1, 1, 9, 9, 9)
    weight = np.arange(1.0, 1 + np.prod(kernel)).reshape(1, 1, *kernel)
    out = np.zeros((1, 1, *sizes))
    axes = tuple(Axis(taps, stride) for stride, taps in enumerate(kernel, 1))
    job = Gather(x, weight, None, 1, axes, mode_named("zeros"), out)
    found = squeezed(job)
    assert found.axes == tuple(job.axes[n] for n in kept)
    assert found.sizes == tuple(sizes[n] for n in kept)
    columns(found)
    whole = replace(job, out=np.empty_like(out))
    columns(whole)
    np.testing.assert_array_equal(out, whole.out)


def test_one_axis_stays_of_one_window_of_one_tap() -> None:
    job = gather(3, 1, stride=9)
    assert squeezed(job).sizes == (1,)
