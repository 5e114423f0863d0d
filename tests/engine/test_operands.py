"""What the engine takes, keeps and leaves alone, whichever function is called."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from convviz import SpecError, conv, conv_transpose, pad, pool
from convviz.engine.arrays import array, check_memory, empty, memory, number, plain

Array = NDArray[Any]

X = np.random.default_rng(1).integers(-9, 9, (2, 4, 6, 5)).astype(float)
W = np.random.default_rng(2).integers(-3, 3, (4, 4, 3, 2)).astype(float)
B = np.array([1.0, -2.0, 3.0, 0.5])

CALLS: dict[str, Callable[..., Array]] = {
    "pad": lambda x, w, b: pad(x, 1, "reflect"),
    "conv": lambda x, w, b: conv(x, w, b, padding=1, stride=2),
    "conv, circular": lambda x, w, b: conv(x, w, b, padding=2, padding_mode="circular"),
    "depthwise": lambda x, w, b: conv(x, np.asarray(w)[:, :1], b, groups=4),
    "conv_transpose": lambda x, w, b: conv_transpose(x, w, b, stride=2, padding=1),
    "max": lambda x, w, b: pool(x, 2, padding=1),
    "avg": lambda x, w, b: pool(x, 2, "avg", padding=1),
}
call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def disguises(x: Array, folder: Path) -> dict[str, Array]:
    """The same numbers in arrays that are harder to read."""
    stretched = np.full((*x.shape[:-1], x.shape[-1] * 2), np.nan)
    stretched[..., ::2] = x
    backwards = x[..., ::-1].copy()[..., ::-1]
    readonly = x.copy()
    readonly.flags.writeable = False
    file = folder / f"{x.shape}.npy"
    np.save(file, x)
    return {
        "stretched": stretched[..., ::2],
        "backwards": backwards,
        "read-only": readonly,
        "Fortran order": np.asfortranarray(x),
        "big-endian": x.astype(">f8"),
        "memory-mapped": np.load(file, mmap_mode="r"),
        "misaligned": np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view("f8").reshape(x.shape),
        "transposed": np.ascontiguousarray(x.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0),
    }


@call
def test_every_layout_gives_the_same_numbers(call: Callable[..., Array], tmp_path: Path) -> None:
    expected = call(X, W, B)
    weights = disguises(W, tmp_path)
    for name, x in disguises(X, tmp_path).items():
        np.testing.assert_array_equal(call(x, W, B), expected, err_msg=name)
        np.testing.assert_array_equal(call(X, weights[name], B), expected, err_msg=name)


@call
def test_inputs_stay_as_they_were(call: Callable[..., Array]) -> None:
    x, weight, bias = X.copy(), W.copy(), B.copy()
    call(x, weight, bias)[...] = 99
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(weight, W)
    np.testing.assert_array_equal(bias, B)


@call
def test_lists_are_arrays(call: Callable[..., Array]) -> None:
    np.testing.assert_array_equal(call(X.tolist(), W.tolist(), B.tolist()), call(X, W, B))


@pytest.mark.parametrize("name", [name for name in CALLS if name != "pad"])
def test_an_empty_batch_gives_an_empty_batch(name: str) -> None:
    assert CALLS[name](X[:0], W, B).shape == (0, *CALLS[name](X, W, B).shape[1:])


@call
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g"])
def test_floating_types_are_kept(call: Callable[..., Array], dtype: str) -> None:
    found = call(X.astype(dtype), W.astype(dtype), B.astype(dtype))
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_allclose(found.astype(float), call(X, W, B), rtol=1e-3)


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "i8", "u8"])
def test_integers_become_float64_but_in_pad_and_max(dtype: str) -> None:
    x, weight = np.abs(X).astype(dtype), np.abs(W).astype(dtype)
    for name in ("conv", "conv_transpose", "avg", "depthwise"):
        found = CALLS[name](x, weight, None)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, CALLS[name](np.abs(X), np.abs(W), None))
    for name in ("pad", "max"):
        found = CALLS[name](x, weight, None)
        assert found.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(found, CALLS[name](np.abs(X), np.abs(W), None))


def test_small_integers_do_not_wrap() -> None:
    assert conv(np.full((1, 8), 200, np.uint8), np.full((1, 1, 8), 200, np.uint8)) == 320_000
    assert pool(np.full((1, 8), 200, np.uint8), (8,), "avg") == 200


def test_half_precision_accumulates_in_more() -> None:
    ones = np.ones((1, 4096), np.float16)
    assert conv(ones, np.ones((1, 1, 4096), np.float16), padding=0)[0, 0] == 4096
    assert pool(ones, (4096,), "avg")[0, 0] == 1


def test_integers_follow_the_floating_type_beside_them() -> None:
    assert conv(X.astype("f4"), W.astype("i8")).dtype == np.float32
    assert conv(X.astype("i4"), W.astype("f4")).dtype == np.float32
    assert conv(X.astype("f4"), W).dtype == np.float64


BAD = {
    "booleans": np.ones((1, 4, 6, 5), bool),
    "complex numbers": np.ones((1, 4, 6, 5), complex),
    "objects": np.full((1, 4, 6, 5), None),
    "text": np.full((1, 4, 6, 5), "a"),
    "bytes": np.full((1, 4, 6, 5), b"a"),
    "dates": np.zeros((1, 4, 6, 5), "M8[s]"),
    "durations": np.zeros((1, 4, 6, 5), "m8[s]"),
    "records": np.zeros((1, 4, 6, 5), [("a", "f4")]),
}


@call
@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_number_is_refused(call: Callable[..., Array], kind: str) -> None:
    with pytest.raises(SpecError, match=f"x holds {kind}"):
        call(BAD[kind], W, B)


def test_a_weight_and_a_bias_hold_numbers_too() -> None:
    with pytest.raises(SpecError, match="weight holds booleans"):
        conv(X, W > 0)
    with pytest.raises(SpecError, match="bias holds complex numbers"):
        conv_transpose(X, W, B * 1j)


def test_ragged_rows_are_refused() -> None:
    with pytest.raises(SpecError, match="x is no array of numbers"):
        pad([[1, 2], [3]], 1)


def test_a_mask_is_refused_where_it_hides_a_cell() -> None:
    masked = np.ma.masked_greater(np.arange(4.0), 2)
    with pytest.raises(SpecError) as caught:
        array(masked, "weight")
    assert caught.value.message == "weight has masked cells, which have no value"
    assert caught.value.accepted == "an array without a mask"
    assert caught.value.remedy == "weight.filled(0), if they are 0"
    assert array(np.ma.masked_greater(np.arange(4.0), 9)).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["mask", "filled"])
def test_a_method_of_another_library_is_no_mask(name: str) -> None:
    table = type("Table", (), {name: len, "__array__": lambda *_, **__: np.arange(3.0)})
    assert array(table()).tolist() == [0, 1, 2]


def test_a_number_of_too_many_digits_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        number(10**4000, "value")
    assert caught.value.message == "value has more than 3,900 digits"
    with pytest.raises(SpecError) as caught:
        number(Fraction(10**400), "value")
    assert caught.value.message == "value is beyond float64"


def test_an_array_may_fill_the_memory_and_no_more() -> None:
    check_memory((memory() // 8,), np.dtype("f8"), "the output")
    with pytest.raises(SpecError, match="the output is "):
        check_memory((memory() // 8 + 1,), np.dtype("f8"), "the output")
    with pytest.raises(SpecError, match="the output is "):
        empty((10**12, 10**12), np.dtype("u1"))
    with pytest.raises(SpecError) as caught:
        check_memory((memory() + 1,), np.dtype("u1"), "the output")
    assert f"{memory() / 2**30:,.0f} GB)" in caught.value.message


@pytest.mark.parametrize("value", [1, 1.5, True, None, "same", (), (1, 2), ((1, 2), (3, 4))])
def test_what_cannot_be_mistaken_is_looked_up(value: Any) -> None:
    assert plain(value)


@pytest.mark.parametrize("value", [(1.0,), (1, True), ((1, 2), (1.0, 2)), [1], np.int64(1)])
def test_what_equals_something_else_is_not_looked_up(value: Any) -> None:
    assert not plain(value)
