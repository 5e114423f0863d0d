"""Words → arrays: fills, axes, the budget."""

from __future__ import annotations

import io

import numpy as np
import pytest

from convviz.errors import SpecError
from convviz.sources import Source, load
from convviz.sources.budget import MAX_ELEMENTS, Budget
from convviz.sources.fills import FILLS, Fill, unmade
from convviz.spec.parser import parse_input
from tests.sources.refusals import refused


def read(text: str, **details: object) -> Source:
    return load(parse_input(text), **details)


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        ("count", [[1, 2, 3], [4, 5, 6]]),
        ("arange", [[0, 1, 2], [3, 4, 5]]),
        ("ones", [[1, 1, 1], [1, 1, 1]]),
        ("impulse", [[0, 0, 0], [0, 1, 0]]),
        ("gradient", [[0, 1, 2], [1, 2, 3]]),
        ("checker", [[1, 0, 1], [0, 1, 0]]),
    ],
)
def test_a_shape_is_filled(fill: str, expected: list[list[float]]) -> None:
    array = read("2x3", fill=fill).array
    np.testing.assert_array_equal(array, expected)
    assert array.dtype == np.float64


def test_random_numbers_are_whole_and_follow_the_seed() -> None:
    first, again, other = (read("4x5", fill="random", seed=s).array for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(first, np.rint(first))
    assert np.abs(first).max() <= 9


def test_random_numbers_are_the_same_on_every_machine() -> None:
    pinned = [[7, 3, 0, -4], [-4, -9, -8, -9]]
    np.testing.assert_array_equal(read("2x4", fill="random", seed=0).array, pinned)


@pytest.mark.parametrize("fill", [fill.name for fill in FILLS])
def test_every_fill_keeps_the_shape_and_treats_channels_as_planes(fill: str) -> None:
    array = read("2x3x4", fill=fill).array
    assert array.shape == (2, 3, 4)
    if fill in ("impulse", "gradient", "checker", "ones"):
        np.testing.assert_array_equal(array[0], array[1])


@pytest.mark.parametrize(
    ("text", "asked", "likely", "spatial", "lead"),
    [
        ("7", None, None, 1, 0),
        ("4x4", None, None, 2, 0),
        ("3x32x32", None, None, 2, 1),
        ("3x32x32", 3, None, 3, 0),
        ("3x32x32", None, 3, 3, 0),
        ("3x32", 1, None, 1, 1),
        ("2x3x8x8", None, None, 2, 2),
        ("2x3x8x8", 3, None, 3, 1),
        ("2x3x4x5x6", None, None, 3, 2),
        ("4x4", None, 3, 2, 0),
    ],
)
def test_axes_are_told_apart_by_number_unless_said(
    text: str, asked: int | None, likely: int | None, spatial: int, lead: int
) -> None:
    source = read(text, spatial=asked, likely=likely)
    assert (source.spatial, source.lead) == (spatial, lead)


def test_a_literal_keeps_whole_numbers_whole() -> None:
    assert read("1 2; 3 4").array.dtype.kind == "i"
    assert read("1 2.5").array.dtype == np.float64
    assert read("[[1, nan]]").array.dtype == np.float64


def test_a_budget_is_checked_before_anything_is_allocated() -> None:
    with refused("more than the budget of 16,777,216") as caught:
        read("1000000000x1000000000")
    assert caught.value.argument == "max_elements"
    assert MAX_ELEMENTS == 16_777_216
    assert read("10x10", budget=Budget(100)).array.size == 100
    with refused("holds 110 numbers, more than the budget of 100"):
        read("10x11", budget=Budget(100))


def test_a_budget_counts_numbers_of_8_bytes() -> None:
    Budget(100).check((800,), "a picture", 1)
    with pytest.raises(SpecError):
        Budget(100).check((801,), "a picture", 1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"1 2\n3 4\n", [[1, 2], [3, 4]]),
        (b"1,2;3,4", [[1, 2], [3, 4]]),
        (b"[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        (b'{"shape": [2], "values": [1, "NaN"]}', [1, np.nan]),
        (b'\xef\xbb\xbf{"output": {"shape": [2], "values": [5, 6]}}', [5, 6]),
        (b"7", [7]),
    ],
)
def test_the_standard_input_is_read_by_what_it_holds(data: bytes, expected: list[float]) -> None:
    np.testing.assert_array_equal(read("-", stdin=io.BytesIO(data)).array, expected)


def test_a_npy_file_may_come_through_the_standard_input() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(6.0).reshape(2, 3))
    source = read("-", stdin=io.BytesIO(buffer.getvalue()))
    np.testing.assert_array_equal(source.array, [[0, 1, 2], [3, 4, 5]])


@pytest.mark.parametrize("data", [b"", b"  \n"])
def test_an_empty_standard_input_is_refused(data: bytes) -> None:
    with refused("the standard input is empty"):
        read("-", stdin=io.BytesIO(data))


def test_a_closed_standard_input_is_an_error_of_the_system() -> None:
    with refused("it is closed") as caught:
        read("-", stdin=None)
    assert isinstance(caught.value.__cause__, OSError)


def test_the_photograph_comes_with_matplotlib_which_is_not_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom convviz.sources import load\n"
        "from convviz.spec.parser import parse_input\n"
        "source = load(parse_input('sample:photo')); print(source.array.shape, source.image)\n"
        "assert 'matplotlib' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(3, 600, 512) True\n"


@pytest.mark.parametrize("fill", [fill for fill in FILLS if fill.cell], ids=lambda fill: fill.name)
@pytest.mark.parametrize(("shape", "spatial"), [((5,), 1), ((4, 6), 2), ((2, 3, 5, 4), 2)])
def test_cells_that_are_not_made_are_those_of_the_array(
    fill: Fill, shape: tuple[int, ...], spatial: int
) -> None:
    array = fill.make(shape, spatial, 0)[None]
    cells = unmade(shape, spatial, fill, 10)[None]
    where = np.ix_([0], *([n - 1, 0] for n in shape))
    found = np.broadcast_to(cells[where], array[where].shape)
    np.testing.assert_array_equal(found, array[where])
    assert (cells.shape, cells.ndim, cells.dtype) == (array.shape, array.ndim, array.dtype)


def test_a_shape_beyond_the_budget_is_not_made_where_cells_are_enough() -> None:
    source = read("1000x1000", cells=True, budget=Budget(16_000))
    assert source.array[np.ix_([999], [998, 999])].tolist() == [[999_999, 1_000_000]]
    with refused("more than the budget"):
        read("1000x1001", cells=True, budget=Budget(16_000))
    with refused("more than the budget"):
        read("1000x1000", cells=True, budget=Budget(16_000), fill="random")
    assert isinstance(read("10x10", cells=True).array, np.ndarray)
