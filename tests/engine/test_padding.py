"""pad and provenance, against np.pad and against each other."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz import SpecError, pad
from convviz.engine import padding as engine
from convviz.engine.padding import (
    RUNS,
    SMALL,
    all_ends,
    ends,
    known_ends,
    plan,
    provenance,
    runs,
)
from convviz.spec.modes import MODES, mode_named
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


def test_where_few_cells_come_from_is_looked_up() -> None:
    for n, found in ((SMALL - 2, True), (SMALL - 1, False)):
        _, _, index = plan((n,), 1, "reflect", 0)
        assert (index is not None) == found
        assert plan((n,), 1, "zeros", 0)[2] is None
    _, _, index = plan((2, 3), ((0, 1), (1, 0)), "circular", 0)
    np.testing.assert_array_equal(index, [[2, 0, 1, 2], [5, 3, 4, 5], [2, 0, 1, 2]])


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0,)])
@pytest.mark.parametrize("mode", MODES, ids=NAMES)
def test_nothing_is_padded_to_nothing(mode: Any, shape: tuple[int, ...]) -> None:
    sides = tuple((n // 2, n // 2) for n in shape)
    expected = tuple(n + n // 2 * 2 for n in shape)
    assert pad(np.ones(shape), sides, mode.name).shape == expected


@pytest.mark.parametrize(
    ("sources", "pieces"),
    [
        ([4], [(slice(5, 6), slice(4, 5))]),
        ([4, 4, 4], [(slice(5, 8), slice(4, 5))]),
        ([2, 3, 4], [(slice(5, 8), slice(2, 5, 1))]),
        ([2, 1, 0], [(slice(5, 8), slice(2, None, -1))]),
        ([3, 2, 1, 2], [(slice(5, 8), slice(3, 0, -1)), (slice(8, 9), slice(2, 3))]),
    ],
)
def test_runs_are_slices_up_down_or_of_one_cell(sources: list[int], pieces: Any) -> None:
    assert runs(5, np.array(sources)) == pieces


def test_sources_that_turn_often_are_a_list() -> None:
    turning = np.tile([0, 1], RUNS)  # from one to the next it turns, but not behind the last
    assert len(runs(0, turning[: RUNS + 1])) > 1
    ((cells, sources),) = runs(7, turning[: RUNS + 2])
    assert cells == slice(7, 7 + RUNS + 2)
    np.testing.assert_array_equal(sources, turning[: RUNS + 2])


def test_an_end_without_padding_is_no_piece() -> None:
    for mode, copied in (("zeros", slice(None)), ("reflect", slice(4, 2, -1))):
        assert all_ends(5, 2, 0, mode_named(mode)) == ((slice(0, 2), copied),)
    for mode, copied in (("zeros", slice(None)), ("circular", slice(0, 2, 1))):
        assert all_ends(5, 0, 2, mode_named(mode)) == ((slice(5, 7), copied),)
        assert all_ends(5, 0, 0, mode_named(mode)) == ()


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [(0, SMALL, 1), (SMALL, 0, 1), (0, SMALL + 1, 0), (SMALL // 2 + 1, SMALL // 2, 0)],
)
def test_pieces_of_many_cells_are_not_kept(before: int, after: int, kept: int) -> None:
    known_ends.cache_clear()
    mode = mode_named("symmetric")
    assert len(ends(3, before, after, mode)) == (before > 0) + (after > 0)
    assert known_ends.cache_info().currsize == kept


@pytest.mark.parametrize(("block", "rows"), [(1, 1), (95, 1), (96, 2), (239, 4), (240, 5)])
@pytest.mark.parametrize("mode", MODES, ids=NAMES)
def test_the_last_axis_is_continued_first_some_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch, mode: Any, block: int, rows: int
) -> None:
    done = []

    def recorded(out: Any, place: list[Any], axis: int, *others: Any) -> None:
        span = place[0]
        done.append((axis, len(range(*span.indices(7)))))
        copy_ends(out, place, axis, *others)

    copy_ends = engine.copy_ends
    monkeypatch.setattr(engine, "copy_ends", recorded)
    monkeypatch.setattr(engine, "SMALL", 0)
    monkeypatch.setattr(engine, "BLOCK", block)
    x = np.arange(30.0).reshape(5, 3, 2)  # rows of 48 bytes
    np.testing.assert_array_equal(engine.padded(x, ((1, 1),) * 3, mode), numpy_pad(x, 1, mode.name))
    blocks = [min(rows, 5 - start) for start in range(0, 5, rows)]
    assert done == [(axis, count) for count in blocks for axis in (2, 1)] + [(0, 7)]


def test_what_is_small_is_filled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    continued = []
    monkeypatch.setattr(engine, "copy_ends", lambda *_: continued.append(True))
    found = engine.padded(np.ones(SMALL - 2), ((1, 1),), mode_named("zeros"))
    assert not continued
    assert found.tolist() == [0, *[1] * (SMALL - 2), 0]
    engine.padded(np.ones(SMALL - 1), ((1, 1),), mode_named("zeros"))
    assert continued


@pytest.mark.parametrize("mode", MODES, ids=NAMES)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_rows_are_shared_out_among_threads(
    monkeypatch: pytest.MonkeyPatch, mode: Any, count: int
) -> None:
    asked = []

    def useful(threads: int) -> int:
        asked.append(threads)
        return count

    monkeypatch.setattr(engine, "useful", useful)
    monkeypatch.setattr(engine, "THREAD", 1000)
    x = np.arange(70.0 * 60).reshape(70, 60)
    sides = ((2, 1), (0, 3))
    np.testing.assert_array_equal(pad(x, sides, mode.name), numpy_pad(x, sides, mode.name))
    assert asked == [73 * 63 * 8 // 1000]
    monkeypatch.setattr(engine, "THREAD", 73 * 63 * 8 // 2)
    np.testing.assert_array_equal(pad(x, sides, mode.name), numpy_pad(x, sides, mode.name))
    assert asked[1:] == [2]
    monkeypatch.setattr(engine, "THREAD", 73 * 63 * 8 // 2 + 1)
    np.testing.assert_array_equal(pad(x, sides, mode.name), numpy_pad(x, sides, mode.name))
    assert len(asked) == 2, "less than two threads have to write at least"
