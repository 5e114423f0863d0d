"""What scenes of transposed convolutions mean: stamps, the crop, coverage and its verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams import View, scene
from convviz.diagrams.coverage import better, counts, verdict
from convviz.diagrams.scene import Mark, Rect, Role
from convviz.spec.layers import ConvTranspose
from tests.diagrams.counted import transposed


def test_every_lane_holds_its_stamp_and_the_lanes_add_up_to_the_sum() -> None:
    found = scene([transposed((4,), 3, axes=1, stride=2, padding=1, output_padding=1)], View())
    lanes = found.grid("lanes")
    stamped = lanes.all_roles == Role.STAMP
    assert [np.flatnonzero(row).tolist() for row in stamped] == [
        [0, 1, 2],
        [2, 3, 4],
        [4, 5, 6],
        [6, 7, 8],
    ]
    np.testing.assert_array_equal(lanes.values.sum(axis=0), found.grid("sum").values[0])
    np.testing.assert_array_equal(stamped.sum(axis=0), found.grid("coverage").values[0])


def test_the_frame_holds_what_the_crop_keeps_and_the_marks_say_why() -> None:
    account = transposed((4,), 3, axes=1, stride=2, padding=1, output_padding=1)
    output = scene([account], View()).grid("output")
    assert output.frames[0].rect == Rect(0, 1, 1, 9)
    np.testing.assert_array_equal(output.values[0, 1:9], account.output[0, 0])
    marks = output.bottom[0].labels.tolist()
    assert marks == [Mark.CROPPED, *[Mark.BLANK] * 7, Mark.KEPT]


def test_without_crop_there_is_neither_a_sum_nor_a_frame() -> None:
    found = scene([transposed((4,), 3, axes=1, stride=2)], View())
    assert [band[0].key for band in found.bands] == ["input", "output", "coverage"]
    assert found.grid("output").frames == ()


def test_lanes_wear_the_identity_of_their_input() -> None:
    found = scene([transposed((4,), 3, axes=1, stride=2)], View())
    lanes, inputs = found.grid("lanes"), found.grid("input")
    assert lanes.by_row
    assert inputs.by_row
    assert lanes.source is not None
    assert lanes.source[1].tolist() == [0, 1, 2, 3]
    assert lanes.extent == (1, 4)


def test_the_stamp_is_the_input_times_the_kernel_where_it_lands() -> None:
    found = scene([transposed((3, 3), 3, stride=2)], View(at=(1, 1)))
    np.testing.assert_array_equal(found.grid("stamp").values, 5 * found.grid("kernel").values)
    chosen = found.grid("output").chosen
    assert chosen is not None
    assert (chosen.rows, chosen.cols, chosen.role) == ((2, 3, 4), (2, 3, 4), Role.STAMP)


def test_the_cropped_sum_is_framed_in_two_axes_too() -> None:
    account = transposed((3, 3), 3, stride=2, padding=1)
    found = scene([account], View())
    grid = found.grid("sum")
    rect = grid.frames[0].rect
    np.testing.assert_array_equal(
        grid.values[rect.top : rect.bottom, rect.left : rect.right], account.output[0, 0]
    )


def test_what_output_padding_adds_beyond_all_stamps_is_called_so() -> None:
    found = scene([transposed((3,), 1, axes=1, stride=3, output_padding=2)], View())
    label = next(label for label in found.labels if label.name == "padding")
    said = "".join(run.text for run in label.text)
    assert said == "+ added by output_padding: no stamp reaches it"
    assert found.grid("coverage").values[0, -2:].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "good", "words"),
    [
        (3, 2, 1, False, "✗ uneven: 2 does not divide 3, so inside the stamps repeat 2, 1"),
        (4, 2, 1, True, "✓ even: 2 divides 4; every inside cell gets 2 stamps"),
        (2, 2, 1, True, "✓ even: 2 divides 2; every inside cell gets 1 stamp"),
        (3, 1, 1, True, "✓ even: the stride is 1; every inside cell gets 3 stamps"),
        (4, 2, 2, False, "✗ uneven: stride 2 and dilation 2 share the factor 2, "
         "so inside the stamps repeat 4, 0"),
        (4, 2, 3, True, "✓ even: 2 divides 4; every inside cell gets 2 stamps"),
    ],
)  # fmt: skip
def test_the_verdict_of_one_axis(
    kernel: int, stride: int, dilation: int, good: bool, words: str
) -> None:
    layer = ConvTranspose.of(1, 1, kernel, ndim=1, stride=stride, dilation=dilation)
    assert verdict(layer) == (good, words)


def test_one_uneven_axis_makes_stripes_and_two_a_checkerboard() -> None:
    stripes = ConvTranspose.of(1, 1, (3, 4), ndim=2, stride=2)
    assert verdict(stripes)[1] == "✗ stripes: 2 does not divide 3; inside, counts repeat 4 4 / 2 2"
    board = ConvTranspose.of(1, 1, 3, ndim=2, stride=2)
    assert verdict(board)[1].startswith("✗ checkerboard: 2 does not divide 3; inside, counts")


@settings(deadline=None, max_examples=80)
@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 4))
def test_the_verdict_is_what_counting_says(kernel: int, stride: int, dilation: int) -> None:
    account = transposed((40,), kernel, axes=1, stride=stride, dilation=dilation)
    (along,) = counts(account)
    reach = dilation * (kernel - 1) + 1
    inside = along[reach : len(along) - reach]
    layer = account.layer
    assert isinstance(layer, ConvTranspose)
    assert verdict(layer)[0] == (len(set(inside.tolist())) == 1)


@settings(deadline=None, max_examples=80)
@given(st.integers(1, 6), st.integers(1, 7), st.integers(1, 4), st.integers(1, 3))
def test_a_verdict_promises_an_inside_only_where_there_is_one(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    account = transposed((size,), kernel, axes=1, stride=stride, dilation=dilation)
    large = transposed((60,), kernel, axes=1, stride=stride, dilation=dilation)
    words = verdict(account.layer, account.spatial)[1]
    assert ("too small" in words) == (counts(account)[0].max() < counts(large)[0].max())


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 9), st.integers(1, 5))
def test_the_kernels_that_a_verdict_names_are_even(kernel: int, stride: int) -> None:
    for other in better(ConvTranspose.of(1, 1, kernel, ndim=2, stride=stride)):
        assert verdict(ConvTranspose.of(1, 1, other, ndim=2, stride=stride))[0]


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_counts_are_the_output_of_ones_on_ones(data: st.DataObject) -> None:
    axes = data.draw(st.integers(1, 2))
    stride = data.draw(st.integers(1, 3))
    kernel = data.draw(st.integers(1, 4))
    account = transposed(
        (3,) * axes, kernel, axes=axes, stride=stride,
        padding=data.draw(st.integers(0, (kernel - 1) // 2)),
        output_padding=data.draw(st.integers(0, stride - 1)),
    )  # fmt: skip
    grid = scene([account], View()).grid("coverage")
    ones = type(account)(
        account.layer,
        np.ones_like(account.input),
        account.lead,
        np.ones_like(account.weight),
    )
    seen = grid.values if axes == 2 else grid.values[:, : ones.shape[-1]]
    if axes == 1:
        before = account.layer.padding[0][0]
        seen = grid.values[:, before : before + ones.shape[-1]]
    np.testing.assert_array_equal(seen, ones.output[0, 0].reshape(seen.shape))


def test_compared_kernels_have_a_verdict_each() -> None:
    found = scene([transposed((4, 4), kernel, stride=2) for kernel in (3, 4)], View())
    assert [label.name for label in found.labels] == ["kernel 3", "kernel 4"]
    assert [label.text[0].role for label in found.labels] == [Role.BAD, Role.GOOD]


def test_a_stamp_whose_planes_are_all_cropped_lands_nowhere() -> None:
    account = transposed((1, 1, 1), 3, axes=3, dilation=2, padding=((3, 1), (0, 0), (0, 0)))
    found = scene([account], View())
    assert found.grid("output").chosen is None
    assert "the crop takes every plane of this stamp" in found.notes
