"""The ways of computing against each other, in one block and in many, and what each promises."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz import SpecError, conv, conv_transpose, pad, pool
from convviz.engine import methods, padding
from convviz.engine.gathering import Gather
from convviz.spec.layers import Conv
from convviz.spec.modes import MODES, mode_named
from tests.engine.forcing import CONV_WAYS, TRANSPOSE_WAYS, WAYS, forced
from tests.engine.test_convolution import convolutions, numbers, transposes
from tests.engine.test_pooling import poolings
from tests.engine.witness import slow_conv, slow_pool, slow_transpose

Array = Any


@given(convolutions())
@settings(deadline=None, max_examples=60)
def test_conv_is_the_equation_in_many_blocks(case: Any) -> None:
    layer, x, weight, bias, arguments = case
    try:
        layer.output(x.shape[1:])
    except SpecError:
        return
    expected = slow_conv(layer, x, weight, bias)
    for way in CONV_WAYS:
        for block, threads in ((1, 1), (300, 1), (300, 3)):
            with forced(way, block, threads):
                found = conv(x, weight, bias, **arguments)
            np.testing.assert_array_equal(found, expected, err_msg=f"{way}, {block}, {threads}")


@given(transposes())
@settings(deadline=None, max_examples=60)
def test_conv_transpose_is_the_equation_in_many_blocks(case: Any) -> None:
    layer, x, weight, bias, arguments = case
    try:
        layer.output(x.shape[1:])
    except SpecError:
        return
    expected = slow_transpose(layer, x, weight, bias)
    for way in TRANSPOSE_WAYS:
        for block, threads in ((1, 1), (300, 1), (300, 3)):
            with forced(way, block, threads):
                found = conv_transpose(x, weight, bias, **arguments)
            np.testing.assert_array_equal(found, expected, err_msg=f"{way}, {block}, {threads}")


@given(poolings())
@settings(deadline=None, max_examples=40)
def test_pool_is_the_equation_in_many_blocks(case: Any) -> None:
    layer, x, arguments = case
    try:
        layer.output(x.shape[1:])
    except SpecError:
        return
    expected = slow_pool(layer, x)
    for block in (1, 100):
        with forced("", block):
            np.testing.assert_allclose(pool(x, **arguments), expected, rtol=1e-12)


@st.composite
def larger(draw: st.DrawFn) -> tuple[Any, Any, Any, dict[str, Any]]:
    """(x, weight, bias, arguments) of a convolution that takes several blocks as it is."""
    kernel = (draw(st.integers(1, 12)), draw(st.integers(1, 12)))
    groups = draw(st.sampled_from([1, 2, 5]))
    inputs, outputs = groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3))
    seed = draw(st.integers(0, 99))
    x = numbers(seed, draw(st.integers(1, 2)), inputs, 40, draw(st.integers(30, 160)))
    arguments = {
        "stride": (draw(st.integers(1, 3)), draw(st.integers(1, 3))),
        "padding": tuple((draw(st.integers(0, 9)), draw(st.integers(0, 9))) for _ in kernel),
        "dilation": (draw(st.integers(1, 2)), draw(st.integers(1, 2))),
        "groups": groups,
        "padding_mode": draw(st.sampled_from([m.name for m in MODES if m.name != "constant"])),
    }
    weight = numbers(seed + 1, outputs, inputs // groups, *kernel)
    return x, weight, numbers(seed + 2, outputs), arguments


@given(larger())
@settings(deadline=None, max_examples=40)
def test_bands_and_columns_agree(case: Any) -> None:
    x, weight, bias, arguments = case
    with forced("columns"):
        expected = conv(x, weight, bias, **arguments)
    for block, threads in ((0, 1), (4000, 1), (4000, 2)):
        for dtype in (np.float64, np.float32):
            with forced("bands", block, threads):
                found = conv(x.astype(dtype), weight.astype(dtype), bias.astype(dtype), **arguments)
            np.testing.assert_array_equal(found, expected)


def test_a_last_block_of_fewer_rows_than_one_product_makes_is_computed() -> None:
    # Of 49 rows a block of 8 bytes takes 16, and one product makes 4 of them: one row is left.
    x, weight = numbers(1, 1, 1, 53, 9), numbers(2, 1, 1, 5, 3)
    with forced("columns"):
        expected = conv(x, weight)
    assert expected.shape[2] == 49
    with forced("bands", 8):
        np.testing.assert_array_equal(conv(x, weight), expected)


def test_a_huge_kernel_takes_no_block_of_whole_windows() -> None:
    x, weight = np.ones((1, 1, 1200, 1200)), np.ones((1, 1, 1198, 1198))
    tracemalloc.start()
    found = conv(x, weight)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(found, np.full((1, 1, 3, 3), 1198.0**2))
    assert peak < 4 * x.nbytes  # nine windows side by side are nine times as much


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kernel", [3, 11])
def test_what_is_not_finite_reaches_only_those_who_meet_it(
    way: str, bad: float, kernel: int
) -> None:
    x = np.ones((1, 2, 41, 50))
    x[0, 1, 20, 25] = bad
    weight = np.ones((2, 1, kernel, kernel))
    call: Callable[..., Array] = conv if way in CONV_WAYS else conv_transpose
    with forced(way, threads=2):
        found = call(x, weight, padding=kernel // 2, groups=2)
    reached = np.zeros((2, 41, 50), bool)
    side = kernel // 2
    reached[1, 20 - side : 21 + side, 25 - side : 26 + side] = True
    np.testing.assert_array_equal(~np.isfinite(found[0]), reached)


@pytest.mark.parametrize("way", WAYS)
def test_the_largest_numbers_do_not_overflow_before_their_sum(way: str) -> None:
    x = np.full((1, 1, 40, 40), np.finfo(np.float32).max, np.float32)
    weight = np.zeros((1, 1, 3, 3), np.float32)
    weight[0, 0, 1, 1] = 1
    call: Callable[..., Array] = conv if way in CONV_WAYS else conv_transpose
    with forced(way):
        np.testing.assert_array_equal(call(x, weight, padding=1), x)


@pytest.mark.parametrize("way", WAYS)
def test_random_numbers_differ_by_rounding_alone(way: str) -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((1, 6, 37, 45)), rng.standard_normal((6, 6, 5, 5))
    call: Callable[..., Array] = conv if way in CONV_WAYS else conv_transpose
    with forced("columns" if way in CONV_WAYS else "phases by columns"):
        exact = call(x.astype(np.longdouble), weight.astype(np.longdouble), padding=2)
        scale = call(np.abs(x), np.abs(weight), padding=2)
    for dtype in (np.float32, np.float64):
        narrow = (x.astype(dtype), weight.astype(dtype))
        with forced(way):
            found = call(*narrow, padding=2)
        # Inputs and weights are rounded as well, products once, and sums in blocks of a few.
        assert np.max(np.abs(found - exact) / scale) < 8 * np.finfo(dtype).eps


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", ["f2", "f4", "i2", ">f8", "g"])
def test_every_type_goes_every_way(way: str, dtype: str) -> None:
    x, weight, bias = numbers(0, 2, 4, 30, 31), numbers(1, 4, 2, 3, 3), numbers(2, 4)
    call: Callable[..., Array] = conv if way in CONV_WAYS else conv_transpose
    expected = call(x, weight, bias, padding=1, stride=2, groups=2)
    with forced(way):
        found = call(
            x.astype(dtype), weight.astype(dtype), bias.astype(dtype), padding=1, stride=2, groups=2
        )
    np.testing.assert_allclose(found.astype(float), expected, rtol=1e-3)
    assert found.dtype == (np.float64 if dtype[0] in "i>" else np.dtype(dtype))


@pytest.mark.parametrize("way", [way for way in WAYS if way != "stamps"])
def test_half_precision_is_rounded_once_whichever_way(way: str) -> None:
    # All sums are exact in float32, and most lie beyond 2048, where float16 has even numbers alone.
    x, weight, bias = abs(numbers(0, 1, 1, 21, 30)), abs(numbers(1, 1, 1, 11, 11)), numbers(2, 1)
    call: Callable[..., Array] = conv if way in CONV_WAYS else conv_transpose
    expected = call(x, weight, bias).astype(np.float16)
    with forced(way):
        found = call(x.astype(np.float16), weight.astype(np.float16), bias.astype(np.float16))
    assert np.median(expected) > 2048 or way not in CONV_WAYS
    np.testing.assert_array_equal(found, expected)


def chosen(shape: tuple[int, ...], weight: tuple[int, ...], groups: int = 1) -> str:
    layer = Conv.of(weight[1] * groups, weight[0], weight[2:], ndim=len(weight) - 2, groups=groups)
    out = np.empty((shape[0], *layer.output(shape[1:])))
    job = Gather(
        np.empty(shape), np.empty(weight), None, groups, layer.axes, mode_named("zeros"), out
    )
    return methods.fastest(job)[0].__name__


def test_each_method_is_chosen_where_it_was_measured_to_win() -> None:
    assert chosen((1, 1, 512, 512), (1, 1, 3, 3)) == "bands"
    assert chosen((1, 32, 56, 56), (32, 1, 3, 3), 32) == "bands"
    assert chosen((1, 32, 112, 112), (32, 32, 3, 3)) == "bands"
    assert chosen((1, 64, 56, 56), (64, 64, 3, 3)) == "columns"
    assert chosen((1, 64, 28, 28), (64, 64, 3, 3)) == "columns"
    assert chosen((1, 1, 7, 7), (1, 1, 3, 3)) == "columns"
    assert chosen((1, 1, 5000), (1, 1, 3)) == "columns"
    assert chosen((1, 16, 32, 32, 32), (16, 16, 3, 3, 3)) == "planes"
    assert chosen((1, 16, 8, 8, 8), (16, 16, 3, 3, 3)) == "columns"


CALLS: dict[str, Callable[[Array], Array]] = {
    "image": lambda x: conv(x, np.ones((1, 1, 3, 3), x.dtype), padding=1),
    "large kernel": lambda x: conv(
        x[:, :, :500], np.ones((1, 1, 15, 15), x.dtype), padding=7, padding_mode="reflect"
    ),
    "tall, reflected": lambda x: conv(
        np.broadcast_to(x[:, :, :1], (1, 1, 4096, 1024)),
        np.ones((1, 1, 15, 15), x.dtype),
        padding=7,
        padding_mode="reflect",
    ),
    "dense": lambda x: conv(x.reshape(1, 64, 128, 128), np.ones((8, 64, 3, 3), x.dtype), padding=1),
    "one wide row": lambda x: conv(x.reshape(1, 1, 1, -1), np.ones((4, 1, 1, 9), x.dtype)),
    "one axis": lambda x: conv(x.reshape(1, 4, -1), np.ones((4, 4, 3), x.dtype), padding=1),
    "volume": lambda x: conv(
        x.reshape(1, 1, 64, 128, 128), np.ones((2, 1, 3, 3, 3), x.dtype), padding=1
    ),
    "strided": lambda x: conv(x, np.ones((4, 1, 3, 3), x.dtype), stride=2, padding_mode="circular"),
    "transposed": lambda x: conv_transpose(
        x.reshape(1, 64, 128, 128)[:, :, :64], np.ones((64, 4, 4, 4), x.dtype), stride=2
    ),
    "transposed by phases": lambda x: conv_transpose(
        x.reshape(1, 4, 512, 512), np.ones((4, 4, 2, 2), x.dtype), stride=2
    ),
    "pad": lambda x: pad(x[0, 0], 3, "reflect"),
    "max": lambda x: pool(x, 3, stride=2, padding=1),
    "avg": lambda x: pool(x, 2, "avg", ceil_mode=True, padding=1),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", ["f4", "f2"])
@pytest.mark.parametrize("count", [1, 2])
def test_memory_stays_far_below_the_input(
    monkeypatch: pytest.MonkeyPatch, name: str, dtype: str, count: int
) -> None:
    for each in (methods, padding):
        monkeypatch.setattr(each, "useful", lambda _: count)
    x = np.ones((1, 1, 1024, 1024), dtype)
    CALLS[name](x)
    tracemalloc.start()
    try:
        out = CALLS[name](x)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Blocks are of 8 MB at most, with what they are made from; the columns would be 9 × as large
    # as the input of 4 MB. Each thread has its own.
    assert peak - out.nbytes < 12 * 2**20 * count


def test_cost_is_counted_per_cell() -> None:
    """Twice the rows make twice the blocks, not larger ones: memory and time grow linearly."""
    sizes = []
    for rows in (80, 160, 320):
        layer = Conv.of(8, 8, 3, ndim=2)
        out = np.empty((1, 8, rows, 200))
        job = Gather(
            np.empty((1, 8, rows + 2, 202)),
            np.empty(layer.weight_shape),
            None,
            1,
            layer.axes,
            mode_named("zeros"),
            out,
        )
        parts = list(job.parts(2000))
        sizes.append(len(parts))
        assert sum(math.prod(part.sizes) for part in parts) == rows * 200
        assert max(math.prod(part.sizes) for part in parts) <= 2000
    assert sizes[2] / sizes[1] == sizes[1] / sizes[0] == 2
