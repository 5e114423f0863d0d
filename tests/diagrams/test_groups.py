"""Which channels are linked, what that costs, and which of many are drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams.groups import groups
from convviz.diagrams.scene import Role
from convviz.diagrams.view import View
from convviz.engine.account import run
from convviz.spec.layers import Conv, ConvTranspose


def account(inputs, outputs, count, kernel=3, kind=Conv):
    layer = kind.of(inputs, outputs, kernel, ndim=2, groups=count, bias=False)
    x = np.ones((1, inputs, 4, 4))
    return run(layer, x, np.ones(layer.weight_shape), lead=1)


def words(text):
    return "".join(run.text for run in text)


def said(label):
    return [words(text) for text in (label.text, *label.more)]


def test_two_groups_are_two_blocks_of_links():
    scene = groups([account(8, 8, 2)], View())
    pairs = {(link.start[1], link.end[1]) for link in scene.links}
    assert pairs == {(i, o) for i in range(8) for o in range(8) if i // 4 == o // 4}
    matrix = scene.grid("weight")
    np.testing.assert_array_equal(
        matrix.all_roles == Role.KERNEL, np.kron(np.eye(2, dtype=bool), np.ones((4, 4), bool))
    )
    assert (matrix.all_roles[:4, 4:] == Role.ZERO).all()
    np.testing.assert_array_equal(matrix.values[:, 0], [0, 0, 0, 0, 1, 1, 1, 1])


def test_compared_groups_count_their_weights():
    scene = groups([account(8, 8, g) for g in (1, 2, 8)], View())
    assert [said(label) for label in scene.labels] == [
        ["576 weights", "8 × 8 × 3 × 3", "every output reads all inputs"],
        ["288 weights", "8 × 4 × 3 × 3", "two separate halves", "1/2 of groups 1: 288 fewer"],
        ["72 weights", "8 × 1 × 3 × 3", "one input per output", "1/8 of groups 1: 504 fewer"],
    ]
    assert [label.name for label in scene.labels] == ["groups 1", "groups 2", "groups 8"]
    assert words(scene.grid("weight#2").title) == "groups 8 (depthwise)"
    assert len(scene.links) == 64 + 32 + 8


def test_colors_follow_the_input_unless_groups_share_one():
    scene = groups([account(8, 8, g) for g in (1, 2, 8)], View())
    dense, halves, depthwise = scene.bands
    assert dense[0].extent == (1, 8)
    assert dense[1].source is None, "an output that reads all inputs has the color of none"
    np.testing.assert_array_equal(halves[0].source[1], [0, 0, 0, 0, 1, 1, 1, 1])
    np.testing.assert_array_equal(halves[1].source[1], halves[0].source[1])
    np.testing.assert_array_equal(depthwise[1].source[1], range(8))


def test_a_channel_multiplier_gives_an_input_two_outputs():
    scene = groups([account(3, 6, 3)], View())
    pairs = [(link.start[1], link.end[1]) for link in scene.links]
    assert pairs == [(0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (2, 5)]
    assert said(scene.labels[0])[2] == "one input per output, two outputs per input"
    np.testing.assert_array_equal(scene.grid("output").source[1], [0, 0, 1, 1, 2, 2])


def test_a_transposed_layer_has_its_inputs_first():
    scene = groups([account(6, 4, 2, kind=ConvTranspose)], View())
    assert said(scene.labels[0])[:2] == ["108 weights", "6 × 2 × 3 × 3"]
    assert scene.grid("weight").shape == (4, 6)


@pytest.mark.parametrize(
    ("inputs", "outputs", "count", "drawn", "rule"),
    [
        (16, 16, 1, 16, ""),
        (64, 64, 1, 16, "1 of 4 channels drawn"),
        (64, 64, 64, 16, "16 of 64 groups drawn"),
        (64, 64, 4, 16, "1 of 4 channels drawn"),
        (256, 256, 32, 16, "2 of 32 groups drawn"),
        (20, 20, 1, 16, "16 of 20 channels drawn"),
        (512, 512, 8, 16, "4 of 8 groups drawn, 1 of 16 channels drawn"),
    ],
)
def test_of_many_channels_a_stated_choice_is_drawn(inputs, outputs, count, drawn, rule):
    scene = groups([account(inputs, outputs, count, kernel=1)], View())
    grid = scene.grid("input")
    assert grid.shape == (drawn, 1)
    assert grid.rule == rule
    assert len(set(grid.values.ravel())) == drawn


def test_links_of_a_choice_stay_true():
    scene = groups([account(64, 128, 64)], View())
    inputs, outputs = scene.grid("input").values[:, 0], scene.grid("output").values[:, 0]
    for link in scene.links:
        assert inputs[link.start[1]] == outputs[link.end[1]] // 2
    assert len(scene.links) == 16


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 6), inputs=st.integers(1, 3), outputs=st.integers(1, 3))
def test_linked_pairs_are_those_that_the_weight_changes(count, inputs, outputs):
    found = account(count * inputs, count * outputs, count, kernel=1)
    scene = groups([found], View())
    linked = scene.grid("weight").all_roles == Role.KERNEL
    seen = np.zeros_like(linked)
    for channel in range(found.layer.in_channels):
        x = np.zeros((1, found.layer.in_channels, 4, 4))
        x[0, channel] = 1
        answer = run(found.layer, x, found.weight, lead=1).output
        seen[:, channel] = answer[0, :, 0, 0] != 0
    np.testing.assert_array_equal(linked, seen)
