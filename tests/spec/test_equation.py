"""What is read off the equation, against loops over it: every cell of every small axis."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.spec.geometry import Axis
from convviz.spec.modes import MODES

SMALL = st.integers(1, 6)
AXES = st.builds(Axis, SMALL, SMALL, SMALL, st.integers(0, 5), st.integers(0, 5))


@given(AXES, st.integers(-3, 8))
def test_a_window_is_where_the_equation_puts_its_taps(axis, coarse):
    cells = [coarse * axis.stride + tap * axis.dilation - axis.before for tap in range(axis.kernel)]
    assert list(axis.window(coarse)) == cells
    assert [axis.fine(coarse, tap) for tap in range(axis.kernel)] == cells
    assert axis.reach == cells[-1] - cells[0] + 1


@given(AXES, st.integers(0, 25))
def test_windows_are_counted_as_they_are_laid(axis, size):
    end = size + axis.after
    laid = [n for n in range(40) if axis.fine(n, axis.kernel - 1) < end]
    assert max(axis.windows(size), 0) == len(laid)


@given(AXES, st.integers(1, 25))
def test_ceil_mode_takes_one_more_window_where_cells_are_left_and_it_starts_on_one(axis, size):
    if max(axis.before, axis.after) > axis.kernel // 2 or axis.windows(size) < 1:
        return  # torch refuses such padding in pooling, where ceil_mode is
    count = axis.windows(size)
    left = axis.fine(count - 1, axis.kernel - 1) < size + axis.after - 1
    assert axis.windows(size, ceil=True) == count + (left and axis.fine(count, 0) < size)


@given(AXES, st.integers(0, 4), st.integers(-2, 9), st.integers(0, 9))
def test_an_axis_counted_from_another_cell_meets_the_same(axis, start, coarse, tap):
    assert axis.starting_at(start).fine(coarse, tap) == axis.fine(start + coarse, tap)


@given(AXES, st.integers(0, 9), st.integers(0, 25))
def test_a_tap_meets_the_cells_that_the_equation_gives(axis, coarse, fine):
    for tap in range(axis.kernel):
        met = [(n, axis.fine(n, tap)) for n in range(coarse) if 0 <= axis.fine(n, tap) < fine]
        units, cells = axis.meeting(tap, coarse, fine)
        found = list(zip(range(coarse)[units], range(10**6)[cells], strict=True))
        assert found == met


@given(AXES, st.integers(1, 9), st.integers(0, 3))
def test_stamps_span_what_they_cover(axis, coarse, more):
    last = axis.fine(coarse - 1, axis.kernel - 1)
    assert axis.spread(coarse) == last - axis.fine(0, 0) + 1
    assert axis.scattered(coarse, more) == last - axis.after + 1 + more


@given(AXES, st.integers(1, 25))
@settings(max_examples=200)
def test_the_phases_of_a_transposed_axis_meet_what_the_equation_says(axis, size):
    """Each phase is a convolution of its own; together they have every meeting, once."""
    found = []
    for phase in axis.phases(size):
        taps = range(axis.kernel)[phase.taps]
        assert len(taps) == phase.axis.kernel
        assert phase.axis.stride == 1
        for unit, cell in enumerate(range(size)[phase.cells]):
            met = [phase.axis.fine(unit, nth) for nth in range(phase.axis.kernel)]
            found += [(cell, tap, coarse) for tap, coarse in zip(taps, met, strict=True)]
    expected = [
        (cell, tap, (cell + axis.before - tap * axis.dilation) // axis.stride)
        for cell in range(size)
        for tap in range(axis.kernel)
        if (cell + axis.before - tap * axis.dilation) % axis.stride == 0
    ]
    assert sorted(found) == sorted(expected)


def walked(name, cell, size):
    """Where a cell comes from, step by step: the second witness of the index maps."""
    place, step = 0, 1 if cell >= 0 else -1
    if name == "circular":
        while cell < 0:
            cell += size
        while cell >= size:
            cell -= size
        return cell
    if name == "replicate":
        return sorted((0, cell, size - 1))[1]
    if size == 1:
        return 0
    for _ in range(abs(cell)):  # walk from cell 0, and turn at a mirror
        further = place + step
        if not 0 <= further < size:
            step = -step
            further = place + step if name == "reflect" else place
        place = further
    return place


def test_padding_modes_walk_on_where_the_axis_ends():
    for mode in MODES:
        if mode.source is None:
            continue
        for size in range(1, 7):
            for cell in range(-20, 27):
                assert mode.source(cell, size) == walked(mode.name, cell, size), (mode.name, cell)


def test_the_limit_of_a_mode_follows_the_size():
    limits = {mode.name: [mode.limit(size) for size in (0, 1, 4)] for mode in MODES}
    assert limits == {
        "zeros": [None] * 3,
        "constant": [None] * 3,
        "reflect": [0, 0, 3],
        "replicate": [None] * 3,
        "circular": [0, 1, 4],
        "symmetric": [None] * 3,
    }
