"""pad and provenance, against np.pad and against each other."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz import SpecError, pad
from convviz.engine.padding import provenance
from convviz.spec.modes import MODES
from tests.engine.witness import numpy_pad

NAMES = [mode.name for mode in MODES]
COUNT = np.arange(1, 17).reshape(4, 4)


@st.composite
def paddings(draw: st.DrawFn) -> tuple[Any, Any, str, float]:
    """(x, padding, mode, value) that pad must take: any number of axes, pairs within the limit."""
    dtype = draw(st.sampled_from(["f8", "f4", "f2", "i8", "u1", "i2", ">f8", ">i4"]))
    shape = draw(arrays.array_shapes(min_dims=1, max_dims=4, max_side=5))
    x = np.arange(1, np.prod(shape) + 1).reshape(shape).astype(dtype)
    mode = draw(st.sampled_from(MODES))
    sides = []
    for size in shape:
        limit = mode.limit(size)
        side = st.integers(0, 8 if limit is None else limit)
        sides.append((draw(side), draw(side)))
    value = draw(st.integers(0, 100)) if mode.name == "constant" else 0
    return x, tuple(sides), mode.name, value


@given(paddings())
@settings(deadline=None, max_examples=300)
def test_pad_agrees_with_numpy(case: tuple[Any, Any, str, float]) -> None:
    x, padding, mode, value = case
    found = pad(x, padding, mode, value)
    np.testing.assert_array_equal(found, numpy_pad(x, padding, mode, value))
    assert found.dtype == x.dtype


@given(paddings())
@settings(deadline=None)
def test_provenance_reproduces_the_values(case: tuple[Any, Any, str, float]) -> None:
    x, padding, mode, value = case
    sources = [
        provenance(n, before, after, mode)
        for n, (before, after) in zip(x.shape, padding, strict=True)
    ]
    values = x[np.ix_(*sources)]
    for axis, source in enumerate(sources):
        values[(slice(None),) * axis + (source < 0,)] = value
        assert source.dtype == np.intp
    np.testing.assert_array_equal(pad(x, padding, mode, value), values)


@pytest.mark.parametrize("mode", MODES, ids=NAMES)
def test_the_picture_of_each_mode_is_what_the_engine_computes(mode: Any) -> None:
    cells = mode.picture.replace("[", "").replace("]", "").replace("V", "9").split()
    value = 9 if mode.name == "constant" else 0
    np.testing.assert_array_equal(
        pad([1, 2, 3, 4], 2, mode.name, value), [int(cell) for cell in cells]
    )


@pytest.mark.parametrize("mode", MODES, ids=NAMES)
@pytest.mark.parametrize("padding", [1, 3])
def test_larger_arrays_are_padded_like_small_ones(mode: Any, padding: int) -> None:
    x = np.random.default_rng(0).integers(-9, 9, (3, 70, 61))
    for sides in (((0, 0), (padding, 2), (0, padding)), padding - 1):
        expected = numpy_pad(x, sides, mode.name)
        np.testing.assert_array_equal(pad(x, sides, mode.name), expected)
        np.testing.assert_array_equal(
            pad(x.transpose(0, 2, 1)[:, ::-1], 2, mode.name),
            numpy_pad(x.transpose(0, 2, 1)[:, ::-1], 2, mode.name),
        )


def test_padding_may_be_any_nesting_of_integers() -> None:
    expected = np.pad(COUNT, ((1, 1), (2, 2)))
    for padding in [(1, 2), [1, 2], ((1, 1), (2, 2)), np.array([1, 2]), (np.int8(1), np.uint64(2))]:
        np.testing.assert_array_equal(pad(COUNT, padding), expected)
    np.testing.assert_array_equal(pad(COUNT, (1,)), np.pad(COUNT, 1))
    np.testing.assert_array_equal(pad(COUNT, ((1, 2),)), np.pad(COUNT, (1, 2)))


def test_no_padding_gives_a_copy() -> None:
    x = np.arange(4.0)
    out = pad(x, 0)
    out[0] = 9
    assert x[0] == 0


def test_many_reflections_of_one_cell_are_symmetric() -> None:
    np.testing.assert_array_equal(pad([5], 3, "symmetric"), [5] * 7)
    np.testing.assert_array_equal(
        pad([1, 2], ((5, 4),), "symmetric"), np.pad([1, 2], (5, 4), "symmetric")
    )


def test_an_empty_axis_takes_constants_only() -> None:
    assert pad(np.ones((2, 0)), ((0, 0), (1, 2)), "constant", 3).tolist() == [[3.0] * 3] * 2
    assert pad(np.ones((0, 2)), ((0, 0), (1, 1)), "reflect").shape == (0, 4)
    with pytest.raises(SpecError, match="nothing to copy from an empty axis"):
        pad(np.ones(0), 1, "replicate")


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("f4", np.nan), ("f8", -np.inf), ("u1", 255), ("i1", -128), ("u8", 2**64 - 1)],
)
def test_a_value_that_the_type_holds_is_kept_exactly(dtype: str, value: float) -> None:
    found = pad(np.zeros(1, dtype), 1, "constant", value)
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found, np.array([value, 0, value], dtype))


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("u1", -1),
        ("u1", 256),
        ("i8", 1.5),
        ("i8", np.nan),
        ("i4", np.inf),
        ("f2", 1e6),
        ("u8", 2**64),
    ],
)
def test_a_value_that_the_type_cannot_hold_is_refused(dtype: str, value: float) -> None:
    with pytest.raises(SpecError, match=r"cannot hold value|is beyond"):
        pad(np.zeros(1, dtype), 1, "constant", value)


def test_a_whole_number_in_a_float_fits_an_integer_array() -> None:
    assert pad([1], 1, "constant", 7.0).tolist() == [7, 1, 7]


@pytest.mark.parametrize("value", ["a", True, None, 1j, [1]])
def test_a_value_that_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(SpecError, match="value must be a number"):
        pad([1.0], 1, "constant", value)


def test_a_value_goes_with_mode_constant() -> None:
    with pytest.raises(SpecError, match="value 5 goes with mode constant, not zeros"):
        pad([1], 1, value=5)


@pytest.mark.parametrize("padding", [-1, 1.0, "1", None, True, (1, 2, 3), ((1,),), ((1, 2), 3)])
def test_a_padding_that_says_nothing_is_refused(padding: Any) -> None:
    with pytest.raises(SpecError) as caught:
        pad(COUNT, padding)
    assert caught.value.argument == "padding"


def test_two_numbers_for_one_axis_ask_for_a_pair() -> None:
    with pytest.raises(SpecError, match=r"write padding=\(\(1, 2\),\)"):
        pad([1, 2, 3], (1, 2))
    assert pad([1, 2, 3], ((1, 2),)).tolist() == [0, 1, 2, 3, 0, 0]


def test_a_number_alone_has_no_axis() -> None:
    with pytest.raises(SpecError, match="no axis to pad"):
        pad(5, 1)


@pytest.mark.parametrize("mode", ["replicate", "symmetric", "zeros"])
def test_far_more_padding_than_input_is_padded_in_pieces(mode: str) -> None:
    for shape, padding in (((3,), ((4000, 5000),)), ((2, 3), ((500, 1), (7, 900)))):
        x = np.arange(1, np.prod(shape) + 1).reshape(shape)
        np.testing.assert_array_equal(pad(x, padding, mode), numpy_pad(x, padding, mode))


def test_an_output_beyond_the_memory_is_refused_before_it_is_made() -> None:
    with pytest.raises(SpecError, match=r"14,901 GB, more than the memory"):
        pad([1.0], 10**12)


def test_what_is_looked_up_is_not_what_only_looks_the_same() -> None:
    assert pad([1.0], (1,)).tolist() == [0, 1, 0]
    for padding in ((True,), (1.0,), True, 1.0):
        with pytest.raises(SpecError, match="must be an integer"):
            pad([1.0], padding)
    for value in (0.0, -0.0):
        found = pad([1.0], 1, "constant", value)
        assert np.signbit(found).tolist() == [np.signbit(value), False, np.signbit(value)]
