"""Numbers in text files, and mistakes that point at their line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.errors import SpecError
from convviz.sources.budget import Budget
from convviz.sources.files import read

BUDGET = Budget(1000)


def stored(folder: Path, name: str, data: bytes | str) -> str:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("x.csv", "1,2,3\n4,5,6\n", [[1, 2, 3], [4, 5, 6]]),
        ("x.csv", "1, 2, 3", [1, 2, 3]),
        ("x.csv", "\ufeff1,2\r\n3,4\r\n", [[1, 2], [3, 4]]),
        ("x.csv", "1;2\n3;4\n", [[1, 2], [3, 4]]),
        ("x.csv", "1 2\n3 4\n", [[1, 2], [3, 4]]),
        ("x.csv", "1,2\n\n3,4\n\n", [[1, 2], [3, 4]]),
        ("x.csv", "1,2\r3,4\r", [[1, 2], [3, 4]]),
        ("x.csv", "-1.5,nan,1e3,-inf", [-1.5, np.nan, 1000, -np.inf]),
        ("x.tsv", "1\t2\n3\t4", [[1, 2], [3, 4]]),
        ("x.txt", "1 2; 3 4", [[1, 2], [3, 4]]),
        ("x.txt", "1, 2\n3, 4", [[1, 2], [3, 4]]),
        ("x.txt", "1\n2\n3\n", [[1], [2], [3]]),
        ("x.json", "[[1, 2], [3, 4.5]]", [[1, 2], [3, 4.5]]),
        ("x.json", '["NaN", "Infinity", "-Infinity", 1]', [np.nan, np.inf, -np.inf, 1]),
        ("x.json", '{"output": {"shape": [1], "values": [9]}}', [9]),
    ],
)
def test_numbers_are_read_as_people_write_them(
    name: str, data: str, expected: list[float], tmp_path: Path
) -> None:
    source = read(stored(tmp_path, name, data), BUDGET)
    np.testing.assert_array_equal(source.array, expected)
    assert source.typed


def test_whole_numbers_stay_whole_and_exact(tmp_path: Path) -> None:
    big = 999_999_999_999_999_999
    for name, data in (("x.csv", f"{big},1"), ("x.json", f"[{big}, 1]")):
        array = read(stored(tmp_path, name, data), BUDGET).array
        assert array.dtype == np.int64
        assert array[0] == big
    assert read(stored(tmp_path, "x.csv", f"{big}0,1"), BUDGET).array.dtype == np.float64


@pytest.mark.parametrize(
    ("name", "data", "fact", "spot"),
    [
        ("x.csv", "1,2,3\n4,5\n", "line 1 of x.csv has 3 values, line 2 has 2", "4,5"),
        ("x.csv", "a,b\n1,2\n", "line 1 of x.csv holds 'a', not a number", "a"),
        ("x.csv", "1,2\n3,x4\n", "line 2 of x.csv holds 'x4', not a number", "x4"),
        ("x.csv", "1,,3", "line 1 of x.csv has an empty cell", ","),
        ("x.csv", "1,2,", "has an empty cell", ""),
        ("x.csv", "1,1e999", "1e999 is beyond the largest number", "1e999"),
        ("x.csv", "1_0,2", "holds '1_0', not a number", "1_0"),
        ("x.csv", "１,2", "holds '１', not a number", "１"),
        ("x.csv", "0x10,2", "holds '0x10', not a number", "0x10"),
        ("x.txt", "1 2; 3", "has 2 values, line 2 has 1", " 3"),
    ],
)
def test_a_mistake_points_at_its_place_in_its_line(
    name: str, data: str, fact: str, spot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stored(tmp_path, name, data)
    with pytest.raises(SpecError) as caught:
        read(name, BUDGET)
    error = caught.value
    assert fact in error.message
    assert error.source[slice(*error.span)] == spot


@pytest.mark.parametrize(
    ("name", "data", "fact"),
    [
        ("x.csv", "", "holds no number"),
        ("x.csv", " \n\n", "holds no number"),
        ("x.csv", b"1,\xff", "is not text: byte 2 is not UTF-8"),
        ("x.csv", ",".join("1" * 2000), "more than the budget"),
        ("x.csv", b"1" * 2_000_000, "more than the budget"),
        ("x.json", "", "is no JSON: expecting value"),
        ("x.json", "[1, 2", "is no JSON"),
        ("x.json", "[" * 100_000, "nests more than 8 lists"),
        ("x.json", "[[[[[[[[[1]]]]]]]]]", "more than 8 lists are nested"),
        ("x.json", "[[1, 2], [3]]", "the lists differ: [0] is 2 values, [1] is 1 values"),
        ("x.json", "[1, [2]]", "the lists differ: [0] is a number, [1] is 1 values"),
        ("x.json", "[]", "the value is an empty list"),
        ("x.json", "[[], []]", "[0] is an empty list"),
        ("x.json", '[1, "two"]', '[1] is "two", not a number'),
        ("x.json", "[true]", "[0] is true, not a number"),
        ("x.json", "[null]", "[0] is null, not a number"),
        ("x.json", "[1e999]", "is beyond the largest number"),
        ("x.json", '{"value": [1]}', "holds an object without values"),
        ("x.json", "3", None),
        ("x.json", f"[{','.join('1' * 1500)}]", "more than the budget"),
    ],
)
def test_what_is_no_table_gets_one_clear_message(
    name: str, data: bytes | str, fact: str | None, tmp_path: Path
) -> None:
    path = stored(tmp_path, name, data)
    if fact is None:
        assert read(path, BUDGET).array.shape == ()
        return
    with pytest.raises(SpecError) as caught:
        read(path, BUDGET)
    assert fact in caught.value.message


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60), st.sampled_from(["csv", "tsv", "txt", "json", "npy", "npz", "png"]))
def test_any_bytes_are_numbers_or_one_clear_message(data: bytes, suffix: str) -> None:
    import io

    from convviz.sources.files import READERS

    try:
        source = READERS[f".{suffix}"](io.BytesIO(data), f"x.{suffix}", BUDGET)
    except SpecError:
        return
    assert source.array.dtype.kind in "iuf"


@pytest.mark.parametrize("block", [1, 2, 5, 1 << 20])
@pytest.mark.parametrize("text", ["", " ", "1", "11,22", " 1 ;2\n[3], ,4 ", "1\n\n22\n", ",,,"])
def test_words_are_counted_as_they_would_be_split(
    text: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convviz.sources import tables

    monkeypatch.setattr(tables, "BLOCK", block)
    words = "".join(" " if sign in ",;[]" else sign for sign in text).split()
    assert tables.words_in(text.encode()) == len(words)


@pytest.mark.parametrize("delimiter", [",", None])
@pytest.mark.parametrize("block", [1, 3, 8])
def test_a_long_line_is_taken_apart_in_parts_that_hold_the_same_numbers(
    delimiter: str | None, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convviz.sources import tables

    monkeypatch.setattr(tables, "BLOCK", block)
    text = (delimiter or "  ").join(["1", "-22", "333", f"{10**18 - 1}", "5"])
    array = tables.rows(text, delimiter, "x.csv").array
    assert array.dtype == np.int64
    assert array.tolist() == [1, -22, 333, 10**18 - 1, 5]
    both = tables.rows(f"{text}\n{text.replace('333', '3.5')}", delimiter, "x.csv").array
    assert both[:, 2].tolist() == [333, 3.5]
    with pytest.raises(SpecError) as caught:
        tables.rows(text.replace("333", "3x3"), delimiter, "x.csv")
    assert caught.value.source[slice(*caught.value.span)] == "3x3"


def test_more_words_than_the_budget_are_refused_before_they_are_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convviz.sources import tables

    monkeypatch.setattr(tables, "rows", None)
    with pytest.raises(SpecError) as caught:
        read(stored(tmp_path, "x.csv", "1," * 1500), BUDGET)
    assert "of 3,000 bytes holds 1,500 numbers, more than the budget" in caught.value.message
