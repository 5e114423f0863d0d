"""How numbers are written in the terminal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.render.numbers import Format, rounding, written


def texts(values: Any, precision: int | None = None) -> list[str]:
    array = np.asarray(values)
    form = Format.of(array, precision)
    return [form.cell(value) for value in array]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1, 2, 49], ["1", "2", "49"]),
        ([1.0, -2.0, 0.0], ["1", "−2", "0"]),
        ([0.5, -1.25, 12345.0], ["0.50", "−1.25", "12345.00"]),
        ([4.0, 7.5, 0.0], ["4.0", "7.5", "0  "]),
        ([1 / 9, 1 / 9], ["0.111", "0.111"]),
        ([1e-7, 3.0, -2.5, 4e6, 0.0], ["1.00e−7", "3.00e0", "−2.50e0", "4.00e6", "0"]),
        ([np.nan, np.inf, -np.inf, 2.0], ["nan", "inf", "−inf", "2"]),
        ([999_999_999.0], ["999999999"]),
        ([1_000_000_000], ["1.00e9"]),
        ([0.1 + 0.2, 1.0], ["0.3", "1.0"]),
        ([123.456789, 0.001], ["123.5", "0.0"]),
        ([0.0012345], ["0.0012"]),
        ([-0.0], ["0"]),
        ([5e-324], ["4.94e−324"]),
        ([-0.04, 12.34567], ["0.0", "12.3"]),
        ([], []),
    ],
)
def test_a_grid_has_one_number_of_decimals(values: list[float], shown: list[str]) -> None:
    assert texts(values) == shown


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_tenth_is_exact_in_every_type(dtype: Any) -> None:
    assert texts(np.array([0.1, 0.5], dtype)) == ["0.1", "0.5"]


@pytest.mark.parametrize("dtype", [np.int64, np.uint64, np.int8, np.uint8])
def test_the_ends_of_integer_types_are_written(dtype: Any) -> None:
    info = np.iinfo(dtype)
    form = Format.of(np.array([info.min, info.max], dtype))
    assert form.exponent == (info.max >= 10**9)
    assert form.text(dtype(info.max)).startswith(str(info.max)[0])


def test_precision_sets_the_decimals_of_what_is_not_whole() -> None:
    assert texts([1 / 3, 2.0], 6) == ["0.333333", "2.000000"]
    assert texts([1.0, 2.0], 6) == ["1", "2"]
    assert texts([1e-9, 2e-9], 4) == ["1.0000e−9", "2.0000e−9"]


def test_rounding_is_told_once_for_all_formats() -> None:
    formats = [Format.of(np.array(x)) for x in ([1 / 9], [1 / 3], [22 / 7 * 100], [1.5], [1.23e-9])]
    assert rounding(formats[:2]) == "rounded to 3 decimals: --precision N or --json shows more"
    assert rounding(formats[:3]).startswith("rounded to 1 or 3 decimals:")
    assert rounding(formats[3:4]) == ""
    assert rounding([Format.of(np.array([1.23456e-9]))]).startswith("rounded to 3 digits:")


FLOATS = st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=1, max_size=6)


@settings(deadline=None, max_examples=200)
@given(FLOATS)
def test_an_exact_format_shows_every_number_and_a_rounded_one_is_near(values: list[float]) -> None:
    array = np.array(values)
    form = Format.of(array)
    largest = np.abs(array).max()
    for value in array:
        number = written(form.text(value))
        assert number is not None
        if form.exact:
            assert float(number) == pytest.approx(value, rel=1e-15, abs=0)
        else:
            assert abs(float(number) - value) <= max(0.006 * largest, 1e-4)


@settings(deadline=None, max_examples=100)
@given(FLOATS)
def test_a_short_format_has_at_most_eight_characters(values: list[float]) -> None:
    form = Format.short(np.array(values))
    assert max(len(form.text(value)) for value in np.array(values)) <= 9
