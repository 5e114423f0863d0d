"""What each way is said to cost, counted by hand, and which way is taken at the borders."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from convviz import conv_transpose
from convviz.engine import methods, planes, scattering, stamping
from convviz.engine.gathering import Gather
from convviz.engine.methods import CALL, CALLS, COPY, LAY, PACK, PASS, READ, SETUP, STACK
from convviz.engine.stamping import ADD, STEP
from convviz.spec.geometry import Axis
from convviz.spec.modes import mode_named
from tests.engine.test_stamping import way


def job(
    axes: tuple[Axis, ...],
    sizes: tuple[int, ...],
    *,
    samples: int = 2,
    groups: int = 3,
    inputs: int = 5,
    outputs: int = 7,
    mode: str = "zeros",
) -> Gather:
    """A gather of so many channels per group; no array of it takes memory."""
    kernel = tuple(axis.kernel for axis in axes)
    spatial = tuple(
        axis.spread(n) - axis.before - axis.after for axis, n in zip(axes, sizes, strict=True)
    )
    x = np.broadcast_to(0.0, (samples, groups * inputs, *spatial))
    weight = np.broadcast_to(0.0, (groups * outputs, inputs, *kernel))
    out = np.broadcast_to(0.0, (samples, groups * outputs, *sizes))
    return Gather(x, weight, None, groups, axes, mode_named(mode), out)


@pytest.mark.parametrize(("strides", "read"), [((1, 1), 1), ((3, 1), 1), ((1, 3), 2)])
def test_columns_copy_and_multiply_every_tap_of_every_window(strides: Any, read: int) -> None:
    found = job((Axis(2, strides[0]), Axis(3, strides[1])), (11, 13))
    each = 2 * 3 * (COPY * read + READ + 7)  # the taps, copied, laid and multiplied by 7 kernels
    assert methods.columns_cost(found) == 2 * 3 * 5 * 11 * 13 * each


def test_a_product_of_one_row_lays_nothing() -> None:
    for outputs, each in ((1, COPY + 1), (2, COPY + READ + 2)):
        found = job((Axis(2), Axis(3)), (11, 13), outputs=outputs)
        assert methods.columns_cost(found) == 2 * 3 * 5 * 11 * 13 * 2 * 3 * each


@pytest.mark.parametrize(("stride", "read"), [(1, 1), (2, 2)])
def test_bands_stack_a_row_and_multiply_it_by_every_row_that_is_met(stride: int, read: int) -> None:
    found = job((Axis(2, 3, 4), Axis(3, stride)), (11, 13))
    met = 5 * 5 * 3  # channels, rows that are met, taps of a row
    copied = 5 * 3 * 3 * STACK * read  # channels, rows of the stride, taps of a row
    row = (met * (READ + 7) + copied) * 13 + met * 7 * PACK + CALL
    assert methods.bands_cost(found) == 2 * 3 * 11 * row + SETUP


def test_bands_of_large_kernels_are_as_much_wider_as_their_parts_lie_apart() -> None:
    found = job((Axis(12), Axis(12, 1, 2)), (11, 13), outputs=1)
    multiplied, copied = 5 * 12 * 12, 5 * 12 * STACK
    row = (multiplied + copied) * (13 + 3 * 3 * 2) + multiplied * PACK + CALL
    assert methods.bands_cost(found) == 2 * 3 * 11 * row + SETUP


@pytest.mark.parametrize(
    ("mode", "padding", "met", "pairs"),
    [
        ("zeros", 0, 14, 11 * 4),
        ("zeros", 2, 10, 11 * 4 - 2 * (2 + 1)),  # 2 taps of the first window, 1 of the second
        ("reflect", 2, 14, 11 * 4),
        ("zeros", -1, 14, 11 * 4),
    ],
)
@pytest.mark.parametrize(("stride", "read"), [(1, 1), (2, 2)])
def test_planes_copy_what_is_met_and_add_a_product_for_every_tap_of_it(
    monkeypatch: pytest.MonkeyPatch,
    mode: str, padding: int, met: int, pairs: int, stride: int, read: int,
) -> None:  # fmt: skip
    first = Axis(4, before=padding, after=padding)
    found = job((first, Axis(2), Axis(3, stride)), (11, 13, 17), mode=mode)
    copied = met * 5 * 6 * (COPY * read + READ)
    multiplied = pairs * 7 * (5 * 6 + 3 * COPY)
    once = 3 * 7 * 5 * 4 * 6 * LAY + SETUP
    monkeypatch.setattr(planes, "BLOCK", 1 << 30)
    # All planes at once: as many calls that add as there are taps of the first axis.
    calls = (4 + CALLS) * PASS
    assert methods.planes_cost(found) == 2 * (3 * (copied + multiplied) * 13 * 17 + calls) + once
    # A cell has 3 · 5 · 6 numbers of columns and 3 · 7 · 4 of products. Two planes at once:
    monkeypatch.setattr(planes, "BLOCK", 13 * 17 * 174 * 8 * 3 - 1)
    calls = met // 2 * (2 + CALLS) * PASS
    assert methods.planes_cost(found) == 2 * (3 * (copied + multiplied) * 13 * 17 + calls) + once
    monkeypatch.setattr(planes, "BLOCK", 1)
    calls = met * (1 + CALLS) * PASS
    assert methods.planes_cost(found) == 2 * (3 * (copied + multiplied) * 13 * 17 + calls) + once


def asked(found: Gather) -> list[str]:
    """The methods whose costs are compared."""
    return [method.__name__ for method in methods.costs(found)]


def test_methods_are_compared_where_they_may_pay() -> None:
    assert asked(job((Axis(3),), (9_999,))) == ["columns"]
    assert asked(job((Axis(64),), (9_999,))) == ["columns"]
    assert asked(job((Axis(65),), (9_999,))) == ["columns", "planes"]
    assert asked(job((Axis(8), Axis(8)), (99, 99))) == ["columns", "bands"]
    assert asked(job((Axis(5), Axis(13)), (99, 99))) == ["columns", "bands", "planes"]
    assert asked(job((Axis(1),) * 3, (99, 9, 99))) == ["columns", "planes"]


def test_small_gathers_go_by_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    found = job((Axis(3), Axis(3)), (5, 5))
    assert asked(found) == ["columns"]
    monkeypatch.setattr(methods, "SETUP", methods.columns_cost(found))
    assert asked(found) == ["columns", "bands"]


@pytest.mark.parametrize("groups", [1, 3])
def test_single_stamps_cost_their_numbers_and_a_step_per_tile(
    monkeypatch: pytest.MonkeyPatch, groups: int
) -> None:
    out = np.broadcast_to(0.0, (2, groups * 5, 11, 13))
    x = np.broadcast_to(0.0, (2, groups * 7, 3, 2))
    weight = np.broadcast_to(0.0, (groups * 7, 5, 4, 9))
    numbers = 2 * 3 * 2 * groups * 7 * 5 * 4 * 9
    for block, pieces in (
        (1 << 30, 1),
        (11 * 13 * groups * 40, 1),
        (142 * groups * 40, 2),
        (1, 143),
    ):
        monkeypatch.setattr(stamping, "BLOCK", block)
        steps = 2 * 3 * 2 * 7 * pieces
        assert stamping.stamped(out, groups, x, weight) == steps * STEP + numbers * ADD


def test_stamps_are_added_in_blocks_of_whole_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight = np.broadcast_to(0.0, (1, 4, 3, 5)), np.broadcast_to(0.0, (4, 3, 2, 2))
    out, axes = np.broadcast_to(0.0, (1, 6, 6, 10)), (Axis(2, 2), Axis(2, 2))
    row = 2 * 3 * 2 * 2 * 5 * 8  # output channels of all groups, taps, cells, bytes
    for block, pays in ((row // 4, True), (row // 4 - 1, False)):
        monkeypatch.setattr(scattering, "BLOCK", block)
        assert scattering.stamps_pay(out, 2, x, weight, axes) == pays
    assert not scattering.stamps_pay(out.astype("f2"), 2, x, weight, axes)


@pytest.mark.parametrize(
    ("block", "rows"), [(1, [1] * 5), (287, [1] * 5), (288, [2, 2, 1]), (1 << 20, [5])]
)
def test_a_block_of_stamps_reaches_its_rows_alone(
    monkeypatch: pytest.MonkeyPatch, block: int, rows: list[int]
) -> None:
    reached: list[tuple[int, int]] = []

    def recorded(stamps: Any, sums: Any, axes: Any) -> None:
        reached.append((stamps.shape[3], sums.shape[1]))
        add(stamps, sums, axes)

    add = scattering.add
    monkeypatch.setattr(scattering, "add", recorded)
    monkeypatch.setattr(scattering, "BLOCK", block)
    # A row of stamps has 3 taps by 3 cells, of 2 channels of 8 bytes.
    x, weight, out = np.ones((1, 4, 5, 3)), np.ones((4, 1, 3, 1)), np.empty((1, 2, 15, 3))
    scattering.by_stamps(out, 2, x, weight, np.array([4.0, 5.0]), (Axis(3, 3), Axis(1)))
    np.testing.assert_array_equal(out[0], np.broadcast_to([[[6.0]], [[7.0]]], (2, 15, 3)))
    assert reached == [(count, 3 * count) for count in rows]


@pytest.mark.parametrize(
    ("shape", "weight", "arguments", "taken"),
    [
        ((1, 1, 3, 3), (1, 1, 4, 4), {"stride": 4}, "stamps"),  # 16 taps take less than 9 steps
        ((2, 1, 3, 3), (1, 1, 7, 8), {"stride": 5}, "cells"),
        ((1, 4, 8, 8), (4, 4, 31, 31), {"stride": 2}, "phases"),
        ((1, 32, 56, 56), (32, 1, 4, 4), {"stride": 2, "groups": 32}, "phases"),
        ((1, 2, 50, 50), (2, 1, 3, 3), {}, "phases"),
        ((1, 3, 50, 50), (3, 1, 3, 3), {}, "stamps"),
    ],
)
def test_each_way_is_taken_where_it_takes_the_least(
    shape: Any, weight: Any, arguments: Any, taken: str
) -> None:
    assert way(shape, weight, **arguments) == taken


@pytest.mark.parametrize("bias", [None, [3.0]])
def test_an_output_between_all_stamps_is_the_bias(bias: Any) -> None:
    x, weight = np.ones((1, 9)), np.ones((1, 1, 20))
    arguments: dict[str, Any] = {"stride": 30, "padding": ((25, 234),)}
    assert way(x.shape, weight.shape, **arguments) == "cells"
    assert conv_transpose(x, weight, bias, **arguments).tolist() == [[3.0 if bias else 0.0]]
    # Of two axes one has no stamp there.
    x, weight = np.ones((1, 9, 1)), np.ones((1, 1, 20, 1))
    arguments = {"stride": (30, 1), "padding": ((25, 234), (0, 0))}
    assert way(x.shape, weight.shape, **arguments) == "cells"
    assert conv_transpose(x, weight, bias, **arguments).tolist() == [[[3.0 if bias else 0.0]]]


LARGE_KERNEL = job((Axis(5), Axis(13)), (99, 99))
STRIDED = job((Axis(16, 2), Axis(17, 2)), (9, 9), outputs=1)
LINE = job((Axis(400),), (3_000,))


def test_a_gather_costs_what_the_fastest_way_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert methods.cost(LARGE_KERNEL) == min(methods.costs(LARGE_KERNEL).values())
    monkeypatch.setattr(methods, "LONG", methods.columns_cost(LINE) + 1)
    assert methods.cost(LINE) == methods.columns_cost(LINE)
    monkeypatch.setattr(methods, "LONG", 1)
    ((whole, _), *_) = methods.lines(LINE)
    assert methods.cost(LINE) == min(methods.costs(whole).values()) < methods.columns_cost(LINE)


def test_lines_are_folded_from_a_cost_on_and_where_that_is_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_columns = methods.columns_cost(LINE)
    for long, more, folded in ((0, -1, True), (1, -1, False), (0, 0, False)):
        monkeypatch.setattr(methods, "LONG", by_columns + long)
        cost = by_columns * 3 // 4 + more
        monkeypatch.setattr(methods, "planes_cost", lambda _, cost=cost: cost)
        assert bool(methods.lines(LINE)) == folded


def test_strides_are_taken_apart_from_a_cost_on_and_of_large_kernels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_columns = methods.columns_cost(STRIDED)
    for long, pays in ((0, True), (1, False)):
        monkeypatch.setattr(methods, "LONG", by_columns + long)
        assert methods.strides_pay(STRIDED) == pays
    monkeypatch.setattr(methods, "LONG", 1)
    assert not methods.strides_pay(job((Axis(16, 2), Axis(16, 2)), (9, 9), outputs=1))
    unstrided = Mock(return_value=[])
    monkeypatch.setattr(methods, "unstrided", unstrided)
    methods.shares(STRIDED)
    methods.shares(LARGE_KERNEL)
    unstrided.assert_called_once_with(STRIDED)


def test_axes_of_one_window_are_left_out_of_large_kernels_from_a_cost_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    squeezed = Mock(side_effect=lambda each: each)
    monkeypatch.setattr(methods, "squeezed", squeezed)
    monkeypatch.setattr(methods, "fastest", lambda _: (lambda _: None, 1))
    small = job((Axis(8), Axis(8)), (99, 99))
    for long, each in ((1, small), (methods.columns_cost(LARGE_KERNEL) + 1, LARGE_KERNEL)):
        monkeypatch.setattr(methods, "LONG", long)
        methods.compute(each)
        squeezed.assert_not_called()
    monkeypatch.setattr(methods, "LONG", methods.columns_cost(LARGE_KERNEL))
    methods.compute(LARGE_KERNEL)
    squeezed.assert_called_once_with(LARGE_KERNEL)


def test_taps_of_a_huge_kernel_are_taken_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    each = job((Axis(2), Axis(3)), (4, 4))  # 30 numbers in a window of a group
    for piece, kernels in ((29, [(1, 3)] * 2), (19, [(1, 3)] * 2), (10, [(1, 2), (1, 1)] * 2),
                           (1, [(1, 1)] * 6)):  # fmt: skip
        monkeypatch.setattr(methods, "PIECE", piece)
        found = methods.shares(each)
        assert found is not None
        assert [share.kernel for share, _ in found] == kernels
    monkeypatch.setattr(methods, "PIECE", 30)
    assert methods.shares(each) is None


def test_single_stamps_are_added_where_nothing_costs_less(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight = np.broadcast_to(0.0, (2, 2, 3)), np.broadcast_to(0.0, (2, 1, 50))
    out, axes = np.broadcast_to(0.0, (2, 1, 58)), (Axis(50, 4),)
    by_tap, phases, one = scattering.TAP * 2 * 50, scattering.PHASE * 4, 100_000

    def pays(single: float, by_phases: float) -> bool:
        monkeypatch.setattr(scattering, "stamped", lambda *_: single)
        monkeypatch.setattr(scattering, "cost", lambda _: by_phases / 4 / scattering.PRODUCT)
        return scattering.cells_pay(out, 1, x, weight, axes)

    assert phases < by_tap
    assert not pays(by_tap, 4 * by_tap)
    assert pays(by_tap - 1, 4 * by_tap)
    assert pays(phases - 1, 0)
    assert not pays(phases, 0)
    assert not pays(phases + one, phases + one)
    assert pays(phases + one - 1, phases + one)


def test_stamps_are_added_tap_by_tap_where_phases_cost_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, weight = np.broadcast_to(0.0, (1, 4, 9, 9)), np.broadcast_to(0.0, (4, 2, 3, 3))
    out, axes = np.broadcast_to(0.0, (1, 4, 11, 11)), (Axis(3), Axis(3))
    monkeypatch.setattr(scattering, "STAMPED", 1)
    for gathered, pays in ((1, False), (2, True)):
        monkeypatch.setattr(scattering, "GATHERED", gathered)
        assert scattering.stamps_pay(out, 2, x, weight, axes) == pays


@pytest.mark.parametrize(
    ("block", "expected"),
    [(1, [1] * 9), (2 * 3 * 8 * 4 - 1, [3, 3, 3]), (2 * 3 * 8 * 5, [5, 4]), (1 << 20, [9])],
)
def test_single_stamps_are_added_to_one_tile_after_the_other(
    monkeypatch: pytest.MonkeyPatch, block: int, expected: list[int]
) -> None:
    lengths: list[int] = []

    def recorded(axis: Axis, coarse: int, span: slice) -> Any:
        lengths.append(span.stop - span.start)
        return stamps(axis, coarse, span)

    stamps = stamping.stamps
    monkeypatch.setattr(stamping, "stamps", recorded)
    monkeypatch.setattr(stamping, "BLOCK", block)
    # A cell has 2 · 3 numbers of 8 bytes.
    x, weight, out = np.ones((1, 2, 2)), np.ones((2, 3, 8)), np.empty((1, 6, 9))
    stamping.by_cells(out, 2, x, weight, None, (Axis(8),))
    assert out[0].tolist() == [[1, *[2] * 7, 1]] * 6
    assert lengths == expected


@pytest.mark.parametrize(("width", "pays"), [(3, True), (4, False)])
def test_taps_far_apart_are_stamped_since_phases_copy_little_but_padding(
    monkeypatch: pytest.MonkeyPatch, width: int, pays: bool
) -> None:
    monkeypatch.setattr(scattering, "STAMPED", 10**9)
    monkeypatch.setattr(scattering, "FAR", 1)
    x, weight = np.ones((1, 1, 2, width)), np.ones((1, 1, 3, 3))
    # 4 + 3 by (5 + 3) // 2 padded cells, beside 2 · width of the input and 20 of the output.
    out, axes = np.empty((1, 1, 4, 5)), (Axis(3), Axis(3, stride=2))
    assert scattering.stamps_pay(out, 1, x, weight, axes) == pays
