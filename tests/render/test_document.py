"""The account as strict JSON, with the axes that the user gave; arrays as files."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from convviz.engine.account import Account, run
from convviz.errors import SpecError
from convviz.render import document
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool

FOUR = np.arange(1.0, 17).reshape(4, 4)


def read(account: Account) -> Any:
    """The document, through strict JSON."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(document.text([document.document(account)]), parse_constant=refuse)


def test_padding_gives_its_pairs_its_mode_its_arrays_and_its_sources() -> None:
    layer = Padding.of(((1, 0), (0, 2)), 2, "circular")
    found = read(run(layer, FOUR[None, None], lead=0))
    assert list(found) == ["padding", "mode", "input", "output", "source"]
    assert found["padding"] == [[1, 0], [0, 2]]
    assert found["mode"] == "circular"
    assert found["input"] == {"shape": [4, 4], "values": FOUR.tolist()}
    assert found["output"]["shape"] == [5, 6]
    assert found["output"]["values"][0] == [13, 14, 15, 16, 13, 14]
    assert found["source"] == [[3, 0, 1, 2, 3], [0, 1, 2, 3, 0, 1]]


@pytest.mark.parametrize(
    ("lead", "array", "shape"),
    [
        (0, FOUR[None, None], [2, 2]),
        (1, FOUR[None, None], [1, 2, 2]),
        (2, FOUR[None, None], [1, 1, 2, 2]),
    ],
)
def test_the_output_has_the_axes_that_the_input_had(
    lead: int, array: np.ndarray, shape: list[int]
) -> None:
    found = read(run(Pool.of("max", 2, ndim=2), array, lead=lead))
    assert list(found) == ["input", "weight", "bias", "output"]
    assert found["output"]["shape"] == shape
    assert np.array(found["output"]["values"]).ravel().tolist() == [6, 8, 14, 16]
    assert found["weight"] is None
    assert found["bias"] is None


def test_several_output_channels_bring_their_axis() -> None:
    layer = Conv.of(1, 2, 3, ndim=2)
    weight = np.arange(18.0).reshape(2, 1, 3, 3)
    found = read(run(layer, FOUR[None, None], weight, [1.0, 2.0], lead=0))
    assert found["input"]["shape"] == [4, 4]
    assert found["output"]["shape"] == [2, 2, 2]
    assert found["weight"]["shape"] == [2, 1, 3, 3]
    assert found["bias"] == {"shape": [2], "values": [1, 2]}


def test_one_kernel_on_one_plane_has_the_plane_s_axes() -> None:
    layer = ConvTranspose.of(1, 1, 2, ndim=1)
    found = read(run(layer, np.ones((1, 1, 3)), np.ones((1, 1, 2)), lead=0))
    assert found["weight"] == {"shape": [2], "values": [1, 1]}
    assert found["output"] == {"shape": [4], "values": [1, 2, 2, 1]}


@pytest.mark.parametrize(
    ("array", "written"),
    [
        ([1.0, 2.0], "[1, 2]"),
        ([1.5, 2.0], "[1.5, 2.0]"),
        ([0.0, -0.0], "[0.0, -0.0]"),
        ([1e300], "[1e+300]"),
        ([2.0**53], "[9007199254740992.0]"),
        ([0.1], "[0.1]"),
        ([np.nan, np.inf, -np.inf, 1], '["NaN", "Infinity", "-Infinity", 1.0]'),
        (np.array([0.1], np.float32), "[0.10000000149011612]"),
        (np.array([0.5], np.float16), "[0.5]"),
        (np.array([255], np.uint8), "[255]"),
        (np.array([[1]], ">i4"), "[[1]]"),
    ],
)
def test_numbers_are_exact_and_strict(array: Any, written: str) -> None:
    assert document.dumps(document.values(np.asarray(array))) == written


def test_what_is_compared_is_one_object_too() -> None:
    accounts = [run(Padding.of(1, 1, m), np.ones((1, 1, 3)), lead=0) for m in ("zeros", "reflect")]
    found = json.loads(document.text([document.document(account) for account in accounts]))
    assert [entry["mode"] for entry in found["compare"]] == ["zeros", "reflect"]


@pytest.mark.parametrize("dtype", ["f8", "f4", ">i2", "u1"])
def test_a_npy_file_holds_the_array_itself(dtype: str) -> None:
    array = np.asfortranarray(np.arange(6).reshape(2, 3).astype(dtype))
    found = np.load(io.BytesIO(document.saved(array, ".npy")), allow_pickle=False)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([[1.5, 2], [3, 4]]), "1.5,2.0\n3.0,4.0\n"),
        (np.array([1, 2, 3]), "1,2,3\n"),
        (np.arange(4).reshape(1, 2, 2), "0,1\n2,3\n"),
        (np.array([[[7]]]), "7\n"),
        (np.array([0.1, np.nan, -np.inf]), "0.1,nan,-inf\n"),
    ],
)
def test_a_csv_file_has_a_row_per_row(array: np.ndarray, text: str) -> None:
    assert document.saved(array, ".csv").decode() == text


def test_a_csv_file_has_two_axes_at_most() -> None:
    document.check_saved((1, 1, 5, 5), ".csv")
    document.check_saved((2, 3, 5, 5), ".npy")
    with pytest.raises(SpecError, match="the output is 1×2×5×5"):
        document.check_saved((1, 2, 5, 5), ".csv")


def test_a_json_file_is_nested_lists_and_can_be_read_back(tmp_path: Any) -> None:
    from convviz.sources.budget import Budget
    from convviz.sources.files import read as load

    array = np.array([[1.25, np.nan], [np.inf, -3]])
    (tmp_path / "x.json").write_bytes(document.saved(array, ".json"))
    np.testing.assert_array_equal(load(str(tmp_path / "x.json"), Budget()).array, array)
