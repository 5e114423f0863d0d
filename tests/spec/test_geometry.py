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
def test_unread_cells_are_counted_as_they_are_listed(axis, size, ceil):
    if axis.windows(size, ceil=ceil) > 0:
        assert axis.unread_count(size, ceil=ceil) == len(axis.unread(size, ceil=ceil))


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
