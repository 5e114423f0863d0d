"""pool against the equation, and at its edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz import SpecError, pool
from convviz.engine import pooling
from convviz.engine.pooling import divisors, lowest, reduced
from convviz.spec.geometry import Axis
from convviz.spec.layers import Pool
from tests.engine.witness import slow_pool


@st.composite
def poolings(draw: st.DrawFn) -> tuple[Pool, Any, dict[str, Any]]:
    """(layer, x, arguments of pool)."""
    ndim = draw(st.integers(1, 3))
    per_axis = st.tuples(*[st.integers(1, 4)] * ndim)
    kernel, stride = draw(per_axis), draw(st.none() | per_axis)
    kind = draw(st.sampled_from(["max", "avg"]))
    side = {k: st.integers(0, k // 2) for k in kernel}
    arguments = {
        "kernel": kernel,
        "kind": kind,
        "stride": stride,
        "padding": tuple((draw(side[k]), draw(side[k])) for k in kernel),
        "dilation": draw(per_axis) if kind == "max" else 1,
        "ceil_mode": draw(st.booleans()),
        "count_include_pad": draw(st.booleans()),
    }
    layer = Pool.of(ndim=ndim, **arguments)
    spatial = tuple(draw(st.integers(1, 9)) for _ in kernel)
    x = np.random.default_rng(draw(st.integers(0, 99))).integers(-9, 10, (2, 2, *spatial))
    return layer, x.astype(float), arguments


@given(poolings())
@settings(deadline=None, max_examples=150)
def test_pool_is_the_equation(case: tuple[Pool, Any, dict[str, Any]]) -> None:
    layer, x, arguments = case
    try:
        shape = layer.output(x.shape[1:])
    except SpecError:
        with pytest.raises(SpecError, match="spans"):
            pool(x, **arguments)
        return
    found = pool(x, **arguments)
    assert found.shape == (len(x), *shape)
    np.testing.assert_allclose(found, slow_pool(layer, x), rtol=1e-12)
    np.testing.assert_array_equal(pool(x[0], **arguments), found[0])


def winners(layer: Pool, x: Any) -> Any:
    """The tap that holds the maximum of every window."""
    return pooling.winners(layer, x, tuple(map(np.arange, layer.output(x.shape[1:])[1:])))


@given(poolings())
@settings(deadline=None, max_examples=60)
def test_the_winner_holds_the_maximum(case: tuple[Pool, Any, dict[str, Any]]) -> None:
    layer, x, _ = case
    if layer.kind != "max":
        return
    try:
        sizes = layer.output(x.shape[1:])[1:]
    except SpecError:
        return
    most, taps = slow_pool(layer, x), winners(layer, x)
    for cell in np.ndindex(*most.shape):
        tap = np.unravel_index(taps[cell], layer.kernel)
        met = [a.fine(c, int(t)) for a, c, t in zip(layer.axes, cell[2:], tap, strict=True)]
        inside = all(0 <= m < n for m, n in zip(met, x.shape[2:], strict=True))
        assert most[cell] == (x[(*cell[:2], *met)] if inside else -np.inf)
    assert taps.shape == (*x.shape[:2], *sizes)
    some = [np.arange(0, size, 2) for size in sizes]
    few = pooling.winners(layer, x, some)
    np.testing.assert_array_equal(few, taps[np.ix_(*map(np.arange, x.shape[:2]), *some)])
    assert pooling.winners(layer, x, [s[:0] for s in some]).size == 0


def test_the_first_of_equals_wins() -> None:
    layer = Pool.of("max", 2, ndim=2)
    assert winners(layer, np.ones((1, 1, 2, 2))).item() == 0
    assert winners(layer, np.array([[[[1.0, np.nan], [np.nan, 5]]]])).item() == 1
    padded = Pool.of("max", 2, ndim=2, padding=1)
    assert winners(padded, np.full((1, 1, 2, 2), -np.inf)).ravel().tolist() == [3, 2, 1, 0]
    apart = Pool.of("max", 2, ndim=2, padding=1, dilation=3)
    assert winners(apart, np.ones((1, 1, 2, 2))).item() == 0, "its taps lie around the input"


def test_nan_wins_and_infinity_counts() -> None:
    x = np.array([[1.0, np.nan, 3, -np.inf, -np.inf, np.inf]])
    np.testing.assert_array_equal(pool(x, (2,)), [[np.nan, 3, np.inf]])
    np.testing.assert_array_equal(pool(x, (2,), "avg"), [[np.nan, -np.inf, np.nan]])


def test_a_window_of_padding_alone_is_minus_infinity() -> None:
    assert pool([[5.0]], (2,), padding=1, dilation=2).tolist() == [[-np.inf]]
    assert pool(np.array([[5]], np.int8), (2,), padding=1, dilation=2).tolist() == [[-128]]


def test_ceil_mode_counts_no_cell_beyond_the_padding() -> None:
    layer = Pool.of("avg", 4, ndim=1, stride=3, padding=2, ceil_mode=True)
    assert divisors(layer, (5,)).tolist() == [4, 4, 3]
    found = pool([[1, 2, 3, 4, 5]], (4,), "avg", stride=3, padding=2, ceil_mode=True)
    np.testing.assert_array_equal(found, [[3 / 4, 14 / 4, 5 / 3]])


def test_an_integer_kernel_leaves_batch_and_channels() -> None:
    assert pool(np.ones((2, 3, 4)), 2).shape == (2, 3, 2)
    assert pool(np.ones((2, 3, 4, 4)), 2).shape == (2, 3, 2, 2)
    assert pool(np.ones((3, 4, 4)), (2, 2)).shape == (3, 2, 2)
    assert pool(np.ones((3, 4, 4)), np.array([2, 2])).shape == (3, 2, 2)
    with pytest.raises(SpecError, match="x has 2 axes, but") as caught:
        pool(np.ones((4, 4)), 2)
    assert caught.value.remedy == "give one kernel size per spatial axis: {kernel=(2,)} for one"


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (2.0, "kernel must be an integer, not 2.0"),
        (True, "kernel must be an integer, not True"),
        (0, "kernel must be at least 1, not 0"),
        ((), "kernel has 0 entries"),
        ((1, 1, 1, 1), "kernel has 4 entries"),
    ],
)
def test_a_kernel_that_is_none_is_named_before_the_axes_of_x(kernel: Any, message: str) -> None:
    for shape in ((4,), (1, 1, 6, 6, 6, 6)):
        with pytest.raises(SpecError) as caught:
            pool(np.ones(shape), kernel)
        assert caught.value.message == message


@pytest.mark.parametrize(
    "arguments",
    [
        {"kernel": 0},
        {"kernel": ()},
        {"kernel": (1, 1, 1, 1)},
        {"kernel": "2"},
        {"kernel": 2.0},
        {"kernel": 2, "kind": "min"},
        {"kernel": 2, "kind": ["max"]},
        {"kernel": 2, "kind": "avg", "dilation": 2},
        {"kernel": 3, "padding": 2},
        {"kernel": 3, "padding": ((0, 2), (0, 0))},
        {"kernel": 2, "stride": 0},
        {"kernel": 2, "ceil_mode": 1},
        {"kernel": 2, "count_include_pad": None},
    ],
)
def test_arguments_that_say_nothing_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        pool(np.ones((1, 1, 6, 6)), **arguments)


def test_a_tile_reads_what_its_windows_meet_and_holds_its_sums_in_a_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    met: list[tuple[Any, tuple[int, ...]]] = []

    def recorded(step: Any, x: Any, axes: Any, sizes: Any, fill: Any) -> Any:
        met.append((x, sizes))
        return reduced(step, x, axes, sizes, fill)

    monkeypatch.setattr(pooling, "reduced", recorded)
    x = np.arange(24.0).reshape(1, 2, 12)
    # Nothing: one cell at a time. 48 bytes: two, that are three sums each of 8 bytes on their way.
    for block, sizes in ((0, [(1,)] * 8), (47, [(1,)] * 8), (48, [(2,)] * 4), (96, [(4,)] * 2)):
        met.clear()
        monkeypatch.setattr(pooling, "BLOCK", block)
        found = pool(x, (2,), stride=3)
        np.testing.assert_array_equal(found, x[..., 1::3])
        assert [size for _, size in met] == sizes
        for read, (size,) in met:
            assert read.shape[2] == 3 * (size - 1) + 2
            assert np.shares_memory(read, x), "not copied"


class Steps:
    """A ufunc that counts how often it is called, and how often for a whole window."""

    def __init__(self, step: np.ufunc) -> None:
        self.step, self.calls, self.whole = step, 0, 0

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        self.calls += 1
        return self.step(*arguments, **keywords)

    def reduce(self, *arguments: Any, **keywords: Any) -> Any:
        self.whole += 1
        return self.step.reduce(*arguments, **keywords)


@pytest.mark.parametrize(
    ("kernel", "size", "dilation", "calls", "whole"),
    [(4, 2, 1, 4, 0), (5, 2, 1, 0, 2), (5, 4, 2, 0, 4), (5, 5, 1, 5, 0), (6, 5, 2, 0, 5)],
)
@pytest.mark.parametrize("step", [np.add, np.maximum])
def test_few_long_windows_are_taken_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
    kernel: int, size: int, dilation: int, calls: int, whole: int, step: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr(pooling, "LONG", 4)
    axis = Axis(kernel, 1, dilation)
    x = 2.0 ** np.random.default_rng(0).permutation(axis.spread(size))[None, None]
    steps: Any = Steps(step)
    fill = 0 if step is np.add else lowest(x.dtype)
    found = reduced(steps, x, (axis,), (size,), fill)
    expected = [step.reduce([x[0, 0, i] for i in axis.window(cell)]) for cell in range(size)]
    np.testing.assert_array_equal(found[0, 0], expected)
    assert (steps.calls, steps.whole) == (calls, whole)
