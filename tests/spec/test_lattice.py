"""Counts under a line, against loops over every point."""

from __future__ import annotations

from math import gcd

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convviz.spec.geometry import Axis
from convviz.spec.lattice import distinct, floor_sum, points

SMALL = st.integers(1, 9)
AXES = st.builds(Axis, SMALL, SMALL, SMALL, st.integers(0, 9), st.integers(0, 9))


@given(st.integers(0, 12), SMALL, st.integers(0, 30), st.integers(0, 30))
def test_floors_are_added_up(count, divisor, step, start):
    assert floor_sum(count, divisor, step, start) == sum(
        (start + i * step) // divisor for i in range(count)
    )


@given(st.integers(0, 9), st.integers(-3, 9), SMALL, SMALL, st.integers(-5, 150))
@settings(max_examples=300)
def test_points_and_values_are_counted_as_loops_count_them(columns, rows, across, along, limit):
    values = [c * across + r * along for c in range(columns) for r in range(rows)]
    below = [value for value in values if value < limit]
    assert points(columns, rows, across, along, limit) == len(below)
    if gcd(across, along) == 1 and rows >= 0:
        assert distinct(columns, rows, across, along, limit) == len(set(below))


@given(AXES, st.integers(1, 40))
@settings(deadline=None)
def test_taps_that_meet_no_padding_are_counted(axis, size):
    count = axis.windows(size)
    assume(count > 0)
    met = [sum(0 <= cell < size for cell in axis.window(unit)) for unit in range(count)]
    assert axis.meetings(size, count) == sum(met)
    assert [axis.inside(unit, size) for unit in range(count)] == met


@given(AXES)
def test_stamps_are_the_taps_of_a_phase(axis):
    for phase in range(2 * axis.stride):
        assert list(axis.stamps(phase)) == [
            tap for tap in range(axis.kernel) if (phase - tap * axis.dilation) % axis.stride == 0
        ]
    every = axis.stamps_by_phase(axis.stride)
    assert axis.stamp_counts == sorted(set(every))
    assert axis.even == (len(axis.stamp_counts) == 1)
    assert axis.stamps_by_phase(2) == every[:2]


@given(AXES, st.integers(-20, 40))
def test_sources_are_the_cells_whose_taps_arrive(axis, fine):
    assert list(axis.sources(fine)) == [
        coarse for coarse in range(-100, 101) if fine in axis.window(coarse)
    ]


def test_axes_of_any_length_are_counted_at_once():
    huge = 10**18 - 1
    axis = Axis(huge, 10**9 + 7, 3, huge // 2, huge // 3)
    count = axis.windows(5 * huge)
    assert 0 <= axis.unread_count(5 * huge) < 5 * huge
    assert 0 < axis.meetings(5 * huge, count) <= count * huge
    assert len(axis.sources(huge)) == len(axis.stamps(huge + axis.before))
