"""What scenes of conv and pool mean: the window, what it gives, what is never read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz
from convviz.diagrams import View, scene
from convviz.diagrams.scene import Mark, Role, Selection
from convviz.engine.account import run
from convviz.errors import SpecError
from convviz.spec.layers import Conv
from tests.diagrams.counted import batched, conv, count, pool


def window(selection: Selection | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    assert selection is not None
    return tuple(selection.rows), tuple(selection.cols)


def test_the_chosen_window_is_that_of_the_output_at() -> None:
    found = scene([conv((7, 7), 3, stride=2, padding=1)], View(at=(1, 2)))
    assert window(found.grid("input").chosen) == ((2, 3, 4), (4, 5, 6))
    assert window(found.grid("output").chosen) == ((1,), (2,))
    (equation,) = found.equations
    assert equation.left is not None
    assert equation.right is not None
    assert equation.result == (equation.left * equation.right).sum() == 987


def test_all_windows_are_there_and_lie_where_the_equation_says() -> None:
    windows = scene([conv((7, 7), 3, stride=2, padding=1)], View()).grid("input").windows
    assert windows is not None
    assert [list(rows) for rows in windows.rows] == [[0, 1, 2], [2, 3, 4], [4, 5, 6], [6, 7, 8]]


def test_lines_that_no_window_meets_are_unread() -> None:
    grid = scene([conv((6, 6), 3, stride=2)], View()).grid("input")
    unread = grid.all_roles == Role.UNREAD
    assert unread[5].all()
    assert unread[:, 5].all()
    assert not unread[:5, :5].any()
    assert grid.top[0].labels.tolist() == [
        0, Mark.BLANK, 1, Mark.BLANK, Mark.BLANK, Mark.UNREAD
    ]  # fmt: skip


def test_dilated_taps_leave_holes_in_the_selection() -> None:
    found = scene([conv((7, 7), 3, dilation=2)], View())
    assert window(found.grid("input").chosen) == ((0, 2, 4), (0, 2, 4))


def test_a_lens_leads_from_the_window_to_its_output_and_the_stride_is_a_step() -> None:
    found = scene([conv((7, 7), 3, stride=2, padding=1)], View(at=(1, 2)))
    lens = next(link for link in found.links if link.kind == "lens")
    assert (lens.start, lens.end) == (("input", 2, 4), ("output", 1, 2))
    steps = [link for link in found.links if link.kind == "shift"]
    assert [step.end for step in steps] == [("input", 0, 2), ("input", 2, 0)]
    assert {step.label for step in steps} == {"stride 2"}


def test_outputs_after_the_chosen_one_are_pending_in_a_film() -> None:
    output = scene([conv((4, 4), 3)], View(at=(0, 1), growing=True)).grid("output")
    np.testing.assert_array_equal(
        output.all_roles, [[Role.OUTPUT, Role.OUTPUT], [Role.PENDING, Role.PENDING]]
    )


def test_one_axis_has_rows_of_their_own_for_kernel_and_output() -> None:
    found = scene([conv((7,), 3, axes=1, stride=2)], View(at=(1,)))
    assert found.diagram == "line"
    assert [band[0].key for band in found.bands] == ["input", "kernel", "output"]
    assert window(found.grid("input").chosen) == ((0,), (2, 3, 4))


def test_every_channel_is_a_lane_and_the_lanes_add_up_with_the_bias() -> None:
    account = conv((3, 4, 4), 3, bias=[1.0])
    found = scene([account], View(at=(0, 1)))
    lanes = [equation for equation in found.equations if equation.band >= 0]
    assert [lane.result for lane in lanes] == [393, 2976, 8151]
    total = found.equations[-1]
    assert [name for name, _ in total.parts] == ["", "", "", "bias"]
    assert sum(value for _, value in total.parts) == total.result == account.output[0, 0, 0, 1]


def test_many_lanes_are_cut_and_the_hidden_ones_add_up_too() -> None:
    account = conv((20, 3, 3), 2)
    found = scene([account], View())
    assert len(found.bands) == 4
    (omission,) = found.omitted
    assert (omission.band, omission.count) == (2, 17)
    total = found.equations[-1]
    assert [name for name, _ in total.parts] == ["", "", "(17 more channels)", ""]
    assert sum(value for _, value in total.parts) == account.output[0, 0, 0, 0]


def test_groups_read_only_their_own_channels() -> None:
    found = scene([conv((4, 3, 3), 2, out=4, groups=2)], View(at=(2, 0, 0)))
    titles = ["".join(run.text for run in band[0].title) for band in found.bands]
    assert titles == ["input[2]", "input[3]", "output[2]"]


def test_a_volume_has_a_lane_per_depth_tap() -> None:
    account = conv((3, 3, 3), 2, axes=3, padding=1)
    found = scene([account], View())
    titles = ["".join(run.text for run in band[0].title) for band in found.bands]
    assert titles == ["input padding, filled", "input[0]", "output[0]"]
    assert found.equations[-1].result == account.output[0, 0, 0, 0, 0]


def test_winners_are_marked_and_named_by_their_index_in_the_input() -> None:
    x = batched([[1, 5, 2, 0], [7, 3, 4, 6], [0, 2, 9, 1], [8, 4, 3, 5]], 2)
    account = run(pool((4, 4), 2, "max").layer, x, lead=0)
    found = scene([account], View())
    marks = found.grid("input").marks
    assert marks is not None
    marked = marks.at(np.arange(4), np.arange(4))
    assert sorted(x[0, 0][marked].tolist()) == [6, 7, 8, 9]
    (equation,) = found.equations
    assert (equation.winner, equation.source) == ((1, 0), (1, 0))


def test_divisors_are_shown_only_where_they_differ() -> None:
    same = scene([pool((4, 4), 2, "avg")], View())
    assert [grid.key for grid in same.bands[0]] == ["input", "output"]
    differ = scene([pool((5, 5), 2, "avg", ceil_mode=True)], View(at=(1, 2)))
    np.testing.assert_array_equal(differ.grid("divisor").values, [[4, 4, 2], [4, 4, 2], [2, 2, 1]])
    assert differ.equations[0].divisor == 2


def test_cells_that_only_the_last_window_of_ceil_mode_reaches_are_beyond() -> None:
    grid = scene([pool((5, 5), 2, "avg", ceil_mode=True)], View()).grid("input")
    assert grid.shape == (6, 6)
    assert (grid.all_roles[5] == Role.BEYOND).all()
    assert (grid.all_roles[:, 5] == Role.BEYOND).all()
    assert (grid.all_roles[:5, :5] == Role.INPUT).all()


def test_compared_layers_differ_in_one_word() -> None:
    found = scene([conv((7, 7), 3, dilation=d) for d in (1, 2, 3)], View())
    assert [grid.key for grid in found.bands[0]] == ["dilation 1", "dilation 2", "dilation 3"]
    assert [grid.rule for grid in found.bands[0]] == [
        "reach 3, output 5×5",
        "reach 5, output 3×3",
        "reach 7, output 1×1",
    ]


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ((4, 0), "the output has 4 rows, so 4 is none of them"),
        ((0, 0, 9), "the output has 4 cols, so 9 is none of them"),
        ((1, 0, 0), "the output has 1 channel, so 1 is none of them"),
        ((1,), "at has 1 index, but the output has 2 axes"),
        ((0, 0, 0, 0, 0), "at has 5 indices, but the output has 2 axes"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(at: tuple[int, ...], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        scene([conv((7, 7), 3, stride=2, padding=1)], View(at=at))
    assert raised.value.message == message


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_equation_gives_the_chosen_output(data: st.DataObject) -> None:
    axes = data.draw(st.integers(1, 3))
    kernel = data.draw(st.integers(1, 3))
    sizes = [data.draw(st.integers(kernel, 5)) for _ in range(axes)]
    layer = Conv.of(
        2,
        2,
        kernel,
        ndim=axes,
        stride=data.draw(st.integers(1, 3)),
        padding=data.draw(st.integers(0, 2)),
        groups=data.draw(st.sampled_from([1, 2])),
    )
    x = count(1, 2, *sizes)
    account = run(layer, x, count(*layer.weight_shape), [0.5, 2.0], lead=1)
    at = tuple(data.draw(st.integers(0, size - 1)) for size in account.shape[1:])
    found = scene([account], View(at=at, full=True))
    equation = found.equations[-1]
    if equation.kind == "sum":
        total = sum(value for _, value in equation.parts)
    else:
        assert equation.left is not None
        assert equation.right is not None
        total = (equation.left * equation.right).sum() + equation.bias
    assert total == pytest.approx(account.output[0][at])
    assert equation.result == account.output[0][at]


def test_a_pooled_plane_is_a_lane_of_its_own() -> None:
    found = scene([pool((4, 4), 2, kind="avg")], View(), "channels")
    (mean,) = found.equations
    np.testing.assert_array_equal(np.ravel(mean.left), [1, 2, 5, 6])
    assert (mean.divisor, float(mean.result)) == (4, 3.5)
    (most,) = scene([pool((4, 4), 2, kind="max")], View(), "channels").equations
    assert (most.winner, most.source, float(most.result)) == ((1, 1), (1, 1), 6.0)


def test_a_window_of_padding_alone_has_no_winner():
    drawing = convviz.draw("pool 2x2 -k 2 -s 1 -p 1 -d 3")
    assert not drawing.scene.grids[0].marks.at(np.arange(4), np.arange(4)).any()
    assert "*" not in str(drawing).partition("output[0,0]")[0]
