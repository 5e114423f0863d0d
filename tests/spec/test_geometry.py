"""The equation, against loops over it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.spec.geometry import Axis

AXES = st.builds(
    Axis,
    st.integers(1, 6),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(0, 4),
)


@given(AXES, st.integers(1, 30), st.booleans())
@settings(deadline=None)
def test_unread_cells_are_those_of_no_window(axis, size, ceil):
    count = axis.windows(size, ceil=ceil)
    if count > 0:
        read = {cell for coarse in range(count) for cell in axis.window(coarse)}
        assert axis.unread_count(size, ceil=ceil) == len(set(range(size)) - read)


def test_unread_cells_of_a_long_axis_are_counted_at_once():
    assert Axis(1, stride=3).unread_count(10**18) == 10**18 - (10**18 + 2) // 3
    assert Axis(3, stride=2).unread_count(10**18) == 1


@given(AXES, st.integers(1, 20))
@settings(deadline=None)
def test_the_readers_of_a_cell_are_the_windows_that_hold_it(axis, size):
    count = axis.windows(size)
    if count < 1:
        return
    for cell in range(size):
        assert list(axis.readers(cell, count)) == [
            coarse for coarse in range(count) if cell in axis.window(coarse)
        ]


@given(AXES, st.integers(1, 9), st.integers(1, 30))
def test_taps_are_those_between_the_first_and_the_last_that_meet_cells(axis, coarse, fine):
    assert list(axis.taps(coarse, fine)) == [
        tap
        for tap in range(axis.kernel)
        if axis.fine(coarse - 1, tap) >= 0 and axis.fine(0, tap) < fine
    ]


def test_a_step_counts_from_the_second_cell_on():
    axis = Axis(2, stride=10**30, dilation=10**31, before=1)
    assert axis.acting(1) == Axis(2, 1, 10**31, 1)
    assert axis.acting(2) == axis
    assert Axis(1, 3, 10**31).acting(2) == Axis(1, 3, 1)


@given(AXES, st.integers(1, 30))
def test_phases_share_out_the_cells_that_are_met(axis, size):
    cells = [cell for phase in axis.phases(size) for cell in range(size)[phase.cells]]
    assert sorted(cells) == [cell for cell in range(size) if axis.sources(cell)]
    assert all(range(size)[phase.cells] for phase in axis.phases(size))
