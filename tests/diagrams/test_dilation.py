"""Where taps lie, what they skip, how far they reach."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams.dilation import dilation
from convviz.diagrams.scene import Role
from convviz.diagrams.view import View
from convviz.engine.account import run
from convviz.errors import SpecError
from convviz.spec.layers import Conv


def account(size, kernel, **options):
    size = (size,) if isinstance(size, int) else size
    x = np.arange(1, 1 + np.prod(size)).reshape(1, 1, *size)
    layer = Conv.of(1, 1, kernel, ndim=len(size), bias=False, **options)
    return run(layer, x, np.ones(layer.weight_shape), lead=0)


def words(text):
    return "".join(run.text for run in text)


def test_taps_are_numbered_alike_at_every_dilation():
    scene = dilation([account((9, 9), 3, dilation=d) for d in (1, 2, 3)], View())
    for d, grid in zip((1, 2, 3), scene.bands[0], strict=True):
        rows, cols = (np.flatnonzero(numbers >= 0) for numbers in grid.source)
        np.testing.assert_array_equal(rows, 4 + d * np.array([-1, 0, 1]))
        np.testing.assert_array_equal(cols, rows)
        np.testing.assert_array_equal(grid.source[0][rows], [0, 1, 2])
        assert grid.extent == (3, 3)
        assert grid.chosen.rows == tuple(rows)
    assert [grid.key for grid in scene.bands[0]] == ["dilation 1", "dilation 2", "dilation 3"]
    assert scene.title == "Dilation spreads the same nine weights"


def test_cells_between_taps_are_holes_and_cells_outside_are_not():
    grid = dilation([account((9, 9), 3, dilation=3)], View()).bands[0][0]
    roles = grid.all_roles
    assert (roles == Role.HOLE).sum() == 7 * 7 - 9
    assert set(np.argwhere(roles == Role.HOLE).ravel()) <= set(range(1, 8))
    assert roles[0, 0] == Role.INPUT
    assert roles[1, 1] == Role.INPUT, "a tap keeps what it meets"
    assert roles[1, 2] == Role.HOLE


def test_a_tap_on_padding_meets_padding():
    grid = dilation([account((5, 5), 3, dilation=2, padding=2)], View(at=(0, 0))).bands[0][0]
    assert grid.all_roles[0, 0] == Role.FILL
    assert grid.all_roles[2, 2] == Role.INPUT
    assert grid.frames[0].rect.top == 2


def test_the_reach_is_said_measured_and_substituted():
    scene = dilation([account((9, 9), 3, dilation=2)], View())
    (measure,) = scene.measures
    assert (measure.start, measure.stop, measure.label) == (2, 7, "reaches 5 × 5")
    assert words(scene.labels[0].text) == "2·(3 − 1) + 1  =  5"
    assert [link.label for link in scene.links] == ["d = 2"]
    assert scene.links[0].start == ("input", 2, 2)
    assert scene.links[0].end == ("input", 2, 4)


def test_unequal_axes_have_a_bracket_a_step_and_a_formula_each():
    scene = dilation([account((6, 12), (2, 3), dilation=(3, 2))], View())
    assert [(m.axis, m.stop - m.start) for m in scene.measures] == [(1, 5), (0, 4)]
    assert [link.label for link in scene.links] == ["d = 2", "d = 3"]
    label = scene.labels[0]
    assert [words(text) for text in (label.text, *label.more)] == [
        "3·(2 − 1) + 1  =  4",
        "2·(3 − 1) + 1  =  5",
    ]


def test_one_axis_is_one_row():
    scene = dilation([account(12, 3, dilation=4)], View(at=(1,)))
    (grid,) = scene.bands[0]
    assert grid.shape == (1, 12)
    assert grid.chosen.cols == (1, 5, 9)
    assert not grid.left
    assert scene.title == "Dilation spreads the same three weights"


def test_one_tap_has_no_step():
    scene = dilation([account((3, 3), 1, dilation=2)], View())
    assert scene.links == ()
    assert scene.title == "One tap has nothing to spread"


def test_a_volume_shows_the_plane_of_its_first_tap():
    scene = dilation([account((5, 5, 5), 3, dilation=2)], View())
    grid = scene.bands[0][0]
    np.testing.assert_array_equal(grid.values, np.arange(1, 26).reshape(5, 5))
    assert "depth" in scene.notes[0]


def test_a_cell_beyond_the_output_is_refused():
    with pytest.raises(SpecError, match="output has 1 row"):
        dilation([account((7, 7), 3, dilation=d) for d in (1, 3)], View(at=(2, 2)))


@settings(deadline=None, max_examples=40)
@given(kernel=st.integers(1, 4), step=st.integers(1, 3), stride=st.integers(1, 3), data=st.data())
def test_what_taps_meet_times_ones_is_the_output(kernel, step, stride, data):
    sides = data.draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    found = account(
        12, kernel, dilation=step, stride=stride, padding=(sides,), padding_mode="reflect"
    )
    at = data.draw(st.integers(0, found.shape[2] - 1))
    grid = dilation([found], View(at=(at,))).bands[0][0]
    met = grid.values[0, grid.source[1] >= 0]
    assert met.sum() == found.output[0, 0, at]
    holes = (grid.all_roles == Role.HOLE).sum()
    assert holes == found.layer.axes[0].reach - kernel
