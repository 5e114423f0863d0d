"""Arrays from Python: odd kinds, odd shapes, odd layouts, and integers that must never wrap."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz
from convviz import SpecError, conv, conv_transpose, draw, network, pad, pool
from convviz.spec.geometry import Axis

LONG = 10**5000
"""An integer that Python refuses to write."""


def nested(depth: int) -> Any:
    """1 in so many lists."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


ITSELF: list[Any] = [1]
ITSELF.append(ITSELF)

ONE = np.ones((1, 3, 3))
KERNEL = np.ones((1, 1, 3, 3))

MOST_AXES = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32
"""Of an array of this NumPy."""

REFUSED: dict[str, Callable[[], Any]] = {
    "65 axes to pad": lambda: pad(nested(65), 1),
    "65 axes to convolve": lambda: conv(nested(65), KERNEL),
    "65 axes of a weight": lambda: conv_transpose(ONE, nested(65)),
    "65 axes to pool": lambda: pool(nested(65), 2),
    "the most axes, that grow": lambda: pad(np.ones((1,) * MOST_AXES), 1),
    "no axis to pad": lambda: pad(3, 1),
    "no axis to convolve": lambda: conv(3, 3),
    "no axis to pool": lambda: pool(3, 2),
    "an empty axis to mirror": lambda: pad(np.ones((0, 3)), 1, "reflect"),
    "an empty axis to repeat": lambda: pad(np.ones((0, 3)), 1, "replicate"),
    "an empty axis to convolve": lambda: conv(np.ones((1, 0, 3)), KERNEL),
    "a weight without outputs": lambda: conv(ONE, np.ones((0, 1, 3, 3))),
    "a weight without inputs": lambda: conv(np.ones((0, 3, 3)), np.ones((1, 0, 3, 3))),
    "a weight without taps": lambda: conv(ONE, np.ones((1, 1, 0, 3))),
    "a weight of a plane": lambda: conv(ONE, np.ones((3, 3))),
    "an input of a plane": lambda: conv_transpose(np.ones((3, 3)), KERNEL),
    "a bias of two": lambda: conv(ONE, KERNEL, [1, 2]),
    "a bias without axis": lambda: conv(ONE, KERNEL, 1),
    "a stride of 1.5": lambda: conv(ONE, KERNEL, stride=1.5),
    "a stride of 0": lambda: conv(ONE, KERNEL, stride=0),
    "groups that are true": lambda: conv(ONE, KERNEL, groups=True),
    "ragged rows": lambda: pad([[1, 2], [3]], 1),
    "a list in itself": lambda: pad(ITSELF, 1),
    "records": lambda: pad(np.zeros(2, "i4,f4"), 1),
    "complex numbers": lambda: pool([[1j, 2]], (2,)),
    "objects": lambda: conv(np.full((1, 3, 3), None), KERNEL),
    "integers beyond 64 bits": lambda: pad([2**70], 1),
    "text": lambda: pad(["1"], 1),
    "dates": lambda: pad(np.zeros(2, "M8[s]"), 1),
    "masked cells": lambda: pad(np.ma.masked_equal([1, 2, 3], 2), 1),
    "uint8 with -1": lambda: pad(np.ones(3, np.uint8), 1, "constant", -1),
    "uint8 with 300": lambda: pad(np.ones(3, np.uint8), 1, "constant", 300),
    "uint8 with 300 of int64": lambda: pad(np.ones(3, np.uint8), 1, "constant", np.int64(300)),
    "integers with 1.5": lambda: pad([1, 2], 1, "constant", 1.5),
    "integers with nan": lambda: pad([1, 2], 1, "constant", float("nan")),
    "integers with inf": lambda: pad([1, 2], 1, "constant", float("inf")),
    "int64 with 2⁶³": lambda: pad([1, 2], 1, "constant", 2**63),
    "float32 with 1e300": lambda: pad(np.ones(3, np.float32), 1, "constant", 1e300),
    "float64 with 10⁴⁰⁰": lambda: pad([1.0], 1, "constant", 10**400),
    "float64 with 10⁴⁰⁰ / 3": lambda: pad([1.0], 1, "constant", Fraction(10**400, 3)),
    "a value of text": lambda: pad([1], 1, "constant", "2"),
    "a value of many": lambda: pad([1], 1, "constant", np.array([1, 2])),
    "a padding beyond memory": lambda: pad([1], 10**30),
    "a padding beyond float64": lambda: pad([1], 10**400),
    "an output beyond memory": lambda: conv(ONE, KERNEL, padding=10**30),
    "a dilation beyond memory": lambda: conv(ONE, KERNEL, dilation=10**9, padding=10**9),
    "a window beyond memory": lambda: conv([[1, 2]], [[[1]]], padding=10**20, stride=10**20),
    "a stride beyond memory": lambda: conv_transpose(ONE, KERNEL, stride=10**30),
    "a value nobody can write": lambda: pad([1], 1, "constant", LONG),
    "a padding nobody can write": lambda: pad([1], LONG),
    "less than nothing, by far": lambda: pad([1], -LONG),
    "a stride nobody can write": lambda: conv(ONE, KERNEL, stride=LONG),
    "a kernel nobody can write": lambda: pool(ONE, LONG),
    "a size nobody can write": lambda: network("Conv2d(3, 8, 3)", (3, LONG, 9)),
    "sizes of 3,000 digits": lambda: network("Conv2d(3, 8, 3)", (3, 10**3000, 10**3000)),
    "a module that is none": lambda: network(None, (3, 9, 9)),
    "a name with NUL": lambda: network("a\0b", (3,)),
    "a drawing of text": lambda: draw("pad", input=np.array(["a"])),
    "a drawing of objects": lambda: draw("conv", input=np.full((3, 3), None)),
    "a drawing of nothing": lambda: draw("pad", input=np.ones((0, 3))),
    "a drawing of 65 axes": lambda: draw("pad", input=nested(65)),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_a_spec_error_of_readable_length(call: Callable[[], Any]) -> None:
    with pytest.raises(SpecError) as caught:
        call()
    assert len(str(caught.value)) < 900


class Evil:
    """What cannot even be written."""

    def __repr__(self) -> str:
        raise RuntimeError


def test_an_argument_that_cannot_be_written_is_named_by_its_kind() -> None:
    with pytest.raises(SpecError, match="stride must be an integer, not a Evil"):
        conv(ONE, KERNEL, stride=Evil())


def test_steps_that_are_never_made_may_be_of_any_size() -> None:
    expected = conv(ONE, KERNEL)
    np.testing.assert_array_equal(conv(ONE, KERNEL, stride=10**30), expected)
    np.testing.assert_array_equal(pool(ONE, 3, stride=10**30), pool(ONE, 3))
    np.testing.assert_array_equal(conv([[1, 2]], [[[3]]], dilation=10**30), [[3, 6]])
    np.testing.assert_array_equal(
        conv_transpose([[1, 2]], [[[1, 2]]], dilation=10**30, padding=10**30 // 2), [[0, 0]]
    )


def test_a_window_that_is_almost_all_padding_is_pooled_at_once() -> None:
    x = np.array([[1.0, -3.0, 2.0]])
    half = 10**9 // 2
    assert pool(x, (10**9,), padding=half) == 2
    assert pool(-x, (10**9,), padding=half) == 3
    assert pool(x, (10**9,), "avg", padding=half, count_include_pad=False) == 0
    assert pool(x + 1, (10**9,), "avg", padding=half) == 3 / 10**9


@given(
    st.builds(Axis, st.integers(1, 9), st.integers(1, 5), st.integers(1, 4), st.integers(0, 9)),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_no_tap_is_left_out_that_meets_a_cell(axis: Axis, coarse: int, fine: int) -> None:
    met = [
        tap
        for tap in range(axis.kernel)
        if any(0 <= axis.fine(cell, tap) < fine for cell in range(coarse))
    ]
    assert set(met) <= set(axis.taps(coarse, fine))
    for cell in range(coarse):
        assert axis.acting(coarse).window(cell) == axis.window(cell)


def test_nan_and_inf_are_kept() -> None:
    x = np.array([1.0, np.nan, np.inf, -np.inf])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(pad(x, 1, "circular")[1:-1], x)
        np.testing.assert_array_equal(conv(x[None], [[[1.0, 1.0]]]), [[np.nan, np.nan, np.nan]])
        np.testing.assert_array_equal(
            conv_transpose(x[None], [[[1.0, 0.0]]]), [[1, np.nan, np.nan, np.nan, np.nan]]
        )
        np.testing.assert_array_equal(pool(x[None], (2,)), [[np.nan, np.inf]])
        np.testing.assert_array_equal(pool(x[None], (2,), "avg"), [[np.nan, np.nan]])


def test_nan_and_inf_are_drawn_as_such(tmp_path: Path) -> None:
    x = np.array([[1.0, np.nan], [np.inf, -np.inf]])
    drawing = draw("pad", input=x)
    for word in ("nan", "inf", "−inf"):
        assert word in str(drawing)
    assert all(word in drawing.picture("svg").decode() for word in ("nan", "∞", "−∞")) or all(
        word in drawing.picture("svg").decode() for word in ("nan", "inf", "−inf")
    )


INTEGERS = ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")


def extremes(dtype: str) -> st.SearchStrategy[int]:
    """Integers of a type, its least and its largest among them."""
    limits = np.iinfo(dtype)
    return st.one_of(
        st.integers(int(limits.min), int(limits.max)),
        st.sampled_from([int(limits.min), int(limits.max), 0]),
    )


@settings(deadline=None)
@given(st.data(), st.sampled_from(INTEGERS), st.sampled_from(["i1", "u1", "i4"]))
def test_sums_of_integers_are_those_of_python(data: st.DataObject, x: str, w: str) -> None:
    values = data.draw(st.lists(extremes(x), min_size=4, max_size=6))
    taps = data.draw(st.lists(extremes(w), min_size=2, max_size=3))
    found = conv(np.array([values], x), np.array([[taps]], w))
    exact = [
        sum(a * b for a, b in zip(values[i:], taps, strict=False))
        for i in range(len(values) - len(taps) + 1)
    ]
    assert found.dtype == np.float64
    scale = max(map(abs, values)) * max(map(abs, taps)) * len(taps)
    for got, wanted in zip(found[0].tolist(), exact, strict=True):
        assert abs(Fraction(got) - wanted) <= Fraction(scale, 2**50)
        if scale < 2**53:
            assert got == wanted


@settings(deadline=None)
@given(st.data(), st.sampled_from(INTEGERS), st.sampled_from(["replicate", "circular", "zeros"]))
def test_padded_and_pooled_integers_are_exact(data: st.DataObject, kind: str, mode: str) -> None:
    values = data.draw(st.lists(extremes(kind), min_size=2, max_size=6))
    x = np.array(values, kind)
    numpy_mode: Any = {"replicate": "edge", "circular": "wrap", "zeros": "constant"}[mode]
    found = pad(x, 2, mode)
    assert found.dtype == x.dtype
    assert found.tolist() == np.pad(x.astype(object), 2, numpy_mode).tolist()
    assert pool(x[None], (2,), stride=1)[0].tolist() == list(map(max, values, values[1:]))


@settings(deadline=None)
@given(st.sampled_from(INTEGERS), st.integers(-(2**65), 2**65))
def test_a_value_is_held_exactly_or_refused(kind: str, value: int) -> None:
    limits = np.iinfo(kind)
    if limits.min <= value <= limits.max:
        assert pad(np.ones(1, kind), 1, "constant", value).tolist() == [value, 1, value]
    else:
        with pytest.raises(SpecError, match="cannot hold"):
            pad(np.ones(1, kind), 1, "constant", value)


def test_integers_beside_half_precision_do_not_become_inf() -> None:
    found = conv(np.array([[100_000, 1]]), np.ones((1, 1, 2), np.float16))
    assert found.dtype == np.float32
    assert found == 100_001
    assert conv(np.array([[100, 1]], np.int8), np.ones((1, 1, 2), np.float16)).dtype == np.float16


@pytest.mark.parametrize("command", ["pad", "conv", "conv-transpose", "pool"])
def test_drawing_leaves_its_arrays_alone(command: str, tmp_path: Path) -> None:
    x = np.arange(16.0).reshape(4, 4)
    np.save(tmp_path / "x.npy", x)
    readonly = x.copy()
    readonly.flags.writeable = False
    layouts = {
        "read-only": readonly,
        "backwards": x[::-1, ::-1].copy()[::-1, ::-1],
        "every second": np.repeat(x, 2, axis=1)[:, ::2],
        "big-endian": x.astype(">f8"),
        "memory-mapped": np.load(tmp_path / "x.npy", mmap_mode="r"),
    }
    expected = str(draw(command, input=x))
    for name, layout in layouts.items():
        before = layout.copy()
        assert str(draw(command, input=layout)) == expected, name
        np.testing.assert_array_equal(layout, before)
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), x)


def test_sizes_of_any_length_are_exact() -> None:
    n = 10**40
    found = network(["Conv2d(3, 8, 3)", "MaxPool2d(2)"], (3, n, n + 1))
    assert found.output == (8, (n - 2) // 2, (n - 1) // 2)
    assert found.macs == 8 * (n - 2) * (n - 1) * 27
    small = network("Conv2d(3, 8, 3)", (np.int8(3), np.uint8(200), np.int64(9)))
    assert small.output == (8, 198, 7)
    assert all(type(size) is int for size in convviz.network("ReLU()", (np.int8(3),)).output)
