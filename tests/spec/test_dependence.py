"""What runs of output cells read, against a loop over each; and where following cells ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.errors import SpecError
from convviz.spec import dependence
from convviz.spec.dependence import add, depends, gathered, joined, read_by
from convviz.spec.geometry import Axis
from convviz.spec.modes import MODES, mode_named
from convviz.spec.reading import SAME, Bins, Gather
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace

AXES = st.builds(
    Axis,
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(0, 4),
)
UNITS = st.sets(st.integers(0, 9), min_size=1)


@given(AXES, st.integers(6, 14), st.sampled_from([None, *MODES]), UNITS)
@settings(deadline=None, max_examples=300)
def test_runs_read_what_their_cells_read(axis, size, mode, units):
    last = axis.windows(size) - 1
    runs = joined(unit for unit in units if unit <= last)
    read = Gather(axis, size, mode)
    cells = {
        cell for start, stop in runs for unit in range(start, stop) for cell in read.cells(unit)
    }
    assert gathered(read, runs) == joined(cells)


def test_every_cell_reads_itself_and_a_bin_its_cells():
    assert read_by(SAME, ((1, 3),)) == ((1, 3),)
    assert read_by(Bins(9, 4), ((1, 3),)) == ((2, 7),)


@pytest.mark.parametrize(
    ("read", "most", "units"),
    [
        (Gather(Axis(3, 2, 2), 99), 6, 2),  # each tap of each window
        (Gather(Axis(6, 1, 9), 99), 6, 2),  # each tap, as windows move by one
        (Gather(Axis(9, 1, 1, 4, 4), 9, mode_named("reflect")), 6, 7),  # what padding repeats
        (Bins(9, 9), 6, 6),
    ],
)
def test_no_more_cells_are_followed_than_can_be(monkeypatch, read, most, units):
    runs = ((1, 1 + units),)
    monkeypatch.setattr(dependence, "CELLS", most)
    assert read_by(read, runs)
    monkeypatch.setattr(dependence, "CELLS", most - 1)
    with pytest.raises(SpecError, match=f"more than {most - 1} cells along an axis"):
        read_by(read, runs)


def test_the_limits_are_said():
    with pytest.raises(SpecError, match="more than 5,000,000 cells along an axis"):
        read_by(Bins(10**8, 10**7), ((0, 5_000_001),))
    held: list[Any] = []
    for place in range(256):
        add(held, (((2 * place, 2 * place + 1),),))
    assert len(held) == 256
    with pytest.raises(SpecError, match="the branches see more than 256 different regions"):
        add(held, (((600, 601),),))


def test_layers_are_followed_back_one_by_one():
    found = depends(trace(parse_network(["conv 1 k3", "conv 1 k2", "conv 1 k1 s2"]), (1, 9)), (2,))
    assert found.boxes == ((((4, 8),),),)


def test_whole_runs_are_followed_however_long():
    huge = 10**12
    assert gathered(Gather(Axis(5, 5), huge), ((0, huge // 5),)) == ((0, huge),)
    assert gathered(Gather(Axis(huge, 1), 2 * huge), ((0, 1),)) == ((0, huge),)
    assert gathered(Gather(Axis(10**9, 1, 9), huge), ((0, 9),)) == ((0, 9 * 10**9),)


@pytest.mark.parametrize(
    ("layers", "shape", "unit", "message", "accepted"),
    [
        (["conv 2 k3"], (1, 6, 9), (0,), "the output 2×4×7 has 2 spatial axes, not 1", "2,3"),
        (["flatten"], (1, 6), (0, 0), "the output 6 has 0 spatial axes, not 2", "one index"),
        (["conv 2 k3"], (1, 6, 9), (0, 7), "index 7 is beyond axis 1, which has 7 cells", "0 to 6"),
    ],
)
def test_a_unit_that_is_not_there_is_refused(layers, shape, unit, message, accepted):
    with pytest.raises(SpecError) as caught:
        depends(trace(parse_network(layers), shape), unit)
    assert (caught.value.message, caught.value.accepted) == (message, accepted)


def test_one_of_the_features_depends_on_all_that_they_see():
    found = depends(trace(parse_network(["flatten"]), (2, 6, 7)), (3,))
    assert (found.unit, found.axes) == ((), (((0, 6),), ((0, 7),)))
