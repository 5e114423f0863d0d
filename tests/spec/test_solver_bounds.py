"""The solver at its bounds: what is tried, what is kept, and which solution is the better one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convviz.errors import SpecError
from convviz.spec import solver
from convviz.spec.geometry import Axis
from convviz.spec.solver import AxisSolution, Bounds, closest, lines, rank, solutions, solve


def test_what_is_tried_by_itself():
    assert Bounds() == Bounds(
        (1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4), ((0, 0), (1, 1), (2, 2), (3, 3)), (1,), ()
    )
    assert Bounds((1, 2), (1, 2, 3), ((0, 0),) * 5, (1,) * 7).trials == 2 * 3 * 5 * 3


def test_a_dilation_of_one_tap_is_tried_where_there_is_no_other():
    def made(kernel, dilation):
        bounds = Bounds(kernel=kernel, stride=(1,), padding=((0, 0),), dilation=dilation)
        return {
            (axis.kernel, axis.dilation)
            for line in lines(9, bounds, transposed=False)
            for axis in filter(line.tried, map(line.axis, line.values))
        }

    assert made((1, 2), (1, 2)) == {(1, 1), (2, 1), (2, 2)}
    assert made((1, 2), (2,)) == {(1, 2), (2, 2)}
    assert made((1,), (2, 3)) == {(1, 2), (1, 3)}


def test_combinations_are_tried_up_to_their_limit(monkeypatch):
    wide = Bounds(kernel=tuple(range(1, 5001)), stride=tuple(range(1, 10_001)))
    with pytest.raises(SpecError) as caught:
        solve((28,), (56,), [wide], transposed=False)
    assert caught.value.message == ("the bounds take 280,000 trials: at most 100,000 are made")
    monkeypatch.setattr(solver, "TRIALS", Bounds().trials)
    assert solve((28,), (14,), [Bounds()], transposed=False).total
    monkeypatch.setattr(solver, "TRIALS", Bounds().trials - 1)
    with pytest.raises(SpecError, match="the bounds take 48 trials: at most 47 are made"):
        solve((28,), (14,), [Bounds()], transposed=False)


SIDES = st.integers(0, 6)


@given(st.integers(1, 5), st.integers(1, 5), SIDES, SIDES, st.integers(1, 6))
def test_a_window_is_blind_if_it_sees_padding_alone(kernel, stride, before, after, size):
    axis = Axis(kernel, stride, 1, before, after)
    if axis.windows(size) < 1:
        return
    windows = [axis.window(unit) for unit in range(axis.windows(size))]
    blind = any(not any(0 <= cell < size for cell in window) for window in windows)
    assert AxisSolution(axis, size, 0, transposed=False).blind == blind
    assert not AxisSolution(axis, size, 0, transposed=True).blind


def test_what_makes_a_solution_better():
    assert AxisSolution(Axis(3, 2, 1, 1, 1), 9, 0, transposed=False).rank == (
        0, False, False, False, False, 3, 1, 2, 1, 1,
    )  # fmt: skip
    assert AxisSolution(Axis(4, 3, 2, 9, 0), 9, 1, transposed=False).rank == (
        1, True, True, True, True, 4, 2, 3, 9, 0,
    )  # fmt: skip
    one = AxisSolution(Axis(3, 2, 1, 1, 1), 9, 0, transposed=False)
    other = AxisSolution(Axis(4, 2, 1, 1, 0), 9, 1, transposed=False)
    assert rank((one, one))[:5] == (0, False, False, False, False)
    assert rank((one, other)) == (
        1, False, False, True, True, True, 4, 1, 2, 1, 1, (one.rank, other.rank),
    )  # fmt: skip


def test_what_differs_in_the_padding_after_alone_is_put_in_order():
    for padding in (((0, 2), (0, 1)), ((0, 1), (0, 2))):
        found = solutions(9, 3, Bounds((1,), (4,), padding), transposed=False)
        assert [solution.axis.after for solution in found] == [1, 2]


def test_output_padding_stays_below_the_stride_or_the_dilation():
    bounds = Bounds((1,), (2,), ((0, 0),), (1,), (0, 1, 2))
    found = {m: solutions(3, m, bounds, transposed=True) for m in (5, 6, 7)}
    assert {m: [s.output_padding for s in some] for m, some in found.items()} == {
        5: [0], 6: [1], 7: [],
    }  # fmt: skip
    assert closest(3, 4, bounds, transposed=True) == (0, 5)
    assert closest(3, 8, bounds, transposed=True) == (6, 0)


def test_a_size_of_nothing_is_no_solution():
    bounds = Bounds((1, 2, 3), (1,), ((0, 0),))
    assert solutions(2, 0, bounds, transposed=False) == ()
    (one,) = solutions(2, 1, bounds, transposed=False)
    assert (one.axis.kernel, one.output_padding, one.output) == (2, 0, 1)
    assert closest(2, 5, bounds, transposed=False) == (2, 0)
    assert closest(3, 2, bounds, transposed=False) == (1, 3)
    assert closest(3, 0, bounds, transposed=False) == (0, 1)


def test_alike_axes_are_solved_as_one_and_others_together():
    square = solve((28, 28), (14, 14), [Bounds()] * 2, transposed=False)
    assert all(one == other for one, other in square.solutions)
    assert square.total == len(square.solutions) == 7
    mixed = solve((28, 30), (14, 15), [Bounds()] * 2, transposed=False)
    assert mixed.total == len(mixed.solutions) == 49
    none = solve((28, 28), (14, 99), [Bounds()] * 2, transposed=False)
    assert (none.solutions, none.total) == ((), 0)
    assert none.nearest[0] == (14, 14)
    assert none.nearest[1] == (34, 0)


def test_solutions_of_one_axis_are_put_in_order_up_to_their_limit(monkeypatch):
    monkeypatch.setattr(solver, "FOUND", 7)
    assert solve((28,), (14,), [Bounds()], transposed=False).total == 7
    monkeypatch.setattr(solver, "FOUND", 6)
    with pytest.raises(SpecError, match="more than 6 combinations of parameters make 14 of 28"):
        solve((28,), (14,), [Bounds()], transposed=False)


def test_of_very_many_solutions_the_best_of_each_axis_are_combined(monkeypatch):
    bounds = [Bounds(), Bounds(kernel=(2, 3))]
    every = solve((28, 30), (14, 15), bounds, transposed=False)
    assert every.total == len(every.solutions) == 14
    monkeypatch.setattr(solver, "KEPT", 14)
    assert solve((28, 30), (14, 15), bounds, transposed=False) == every
    monkeypatch.setattr(solver, "KEPT", 9)
    some = solve((28, 30), (14, 15), bounds, transposed=False)
    assert (some.total, len(some.solutions)) == (14, 3 * 2)
    assert some.solutions[0] == every.solutions[0]


def test_up_to_ten_thousand_solutions_are_put_in_order_together():
    def found(*counts):
        """As many solutions along each axis: kernel k with a padding of k − 1 after it."""
        bounds = [
            Bounds(tuple(range(1, n + 1)), (1,), tuple((0, p) for p in range(n))) for n in counts
        ]
        answer = solve((9, 8), (9, 8), bounds, transposed=False)
        return answer.total, len(answer.solutions)

    assert found(100, 100) == (10_000, 10_000)
    assert found(73, 137) == (10_001, 73 * 100)
