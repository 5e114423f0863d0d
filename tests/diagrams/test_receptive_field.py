"""Paths from one output unit to the input, against the engine with kernels of ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams.paths import levels, reaching, spatial_rows
from convviz.diagrams.planar import planar
from convviz.diagrams.receptive_field import receptive_field
from convviz.diagrams.scene import Role
from convviz.diagrams.view import View
from convviz.engine.account import run
from convviz.errors import SpecError
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.network import INPUT, Join, Network, Step
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace


def traced(shape, *texts):
    return trace(parse_network(texts), shape)


def words(text):
    return "".join(run.text for run in text)


THREE = ("Conv1d(1,1,3,padding=1)", "Conv1d(1,1,3,stride=2,padding=1)", "Conv1d(1,1,3,padding=1)")


def test_paths_are_counted_down_to_the_input():
    scene = receptive_field(traced((1, 15), *THREE), View(at=(4,)))
    np.testing.assert_array_equal(
        scene.grid("input").values[0], [0, 0, 0, 0, 0, 1, 2, 4, 4, 5, 4, 4, 2, 1, 0, 0, 0]
    )
    np.testing.assert_array_equal(
        scene.grid("layer 1").values[0], [0, 0, 0, 0, 0, 0, 1, 1, 2, 1, 2, 1, 1, 0, 0, 0, 0]
    )
    assert [band[0].key for band in scene.bands] == ["output", "layer 2", "layer 1", "input"]
    (measure,) = scene.measures
    assert (measure.start, measure.stop, measure.label) == (5, 14, "receptive field 9")
    assert words(scene.subtitle) == (
        "Three layers: one output unit reads 9 input cells.  Stronger color, more paths."
    )


def test_the_recurrence_is_substituted():
    scene = receptive_field(traced((1, 15), *THREE), View())
    assert [(label.name, words(label.text)) for label in scene.labels] == [
        ("output", "field 9 = 5 + (3 − 1)·2   jump 2 = 2·1"),
        ("layer 2", "field 5 = 3 + (3 − 1)·1   jump 2 = 1·2"),
        ("layer 1", "field 3 = 1 + (3 − 1)·1   jump 1 = 1·1"),
        ("input", "field 1   jump 1"),
    ]


def test_cells_stand_at_the_centers_of_their_fields():
    scene = receptive_field(traced((1, 15), *THREE), View())
    spacings = {band[0].key: band[0].spacing for band in scene.bands}
    assert spacings == {
        "input": (-1.0, 1.0),  # the first cell is padding
        "layer 1": (-1.0, 1.0),
        "layer 2": (-2.0, 2.0),
        "output": (0.0, 2.0),
    }


def test_links_join_a_cell_to_what_it_reads():
    scene = receptive_field(traced((1, 9), "Conv1d(1,1,3,stride=2)"), View(at=(1,)))
    assert [(link.start, link.end) for link in scene.links] == [
        (("output", 0, 1), ("input", 0, cell)) for cell in (2, 3, 4)
    ]


def test_stacked_dilations_leave_holes():
    scene = receptive_field(traced((1, 21), *["Conv1d(1,1,3,dilation=2)"] * 2), View())
    roles = scene.grid("input").all_roles[0]
    assert (roles == Role.COUNT).sum() == 5
    assert (roles == Role.HOLE).sum() == 4
    assert "5 of 9 input cells" in words(scene.subtitle)


def test_padding_is_met_outside_the_frame():
    scene = receptive_field(traced((1, 5), "Conv1d(1,1,3,padding=1)"), View(at=(0,)))
    grid = scene.grid("input")
    np.testing.assert_array_equal(grid.values[0], [1, 1, 1, 0, 0, 0, 0])
    assert grid.all_roles[0, 0] == Role.FILL
    assert (grid.frames[0].rect.left, grid.frames[0].rect.right) == (1, 6)
    wrapped = ("Conv1d(1,1,3,padding=1,padding_mode='circular')",)
    grid = receptive_field(traced((1, 5), *wrapped), View(at=(0,))).grid("input")
    np.testing.assert_array_equal(grid.values[0], [1, 1, 1, 0, 0, 1, 0])
    assert grid.all_roles[0, 0] == Role.COPY


def test_layers_that_act_cell_by_cell_share_a_row():
    layers = ("Conv2d(3,8,3)", "BatchNorm2d(8)", "ReLU()", "Conv2d(8,8,1)", "MaxPool2d(2)")
    scene = receptive_field(traced((3, 12, 20), *layers), View())
    assert [band[0].key for band in scene.bands] == ["output", "layer 1", "input"]
    assert scene.grid("layer 1").rule == "conv 3 · BatchNorm2d · ReLU · conv 1"
    assert scene.grid("output").rule == "max pool 2, stride 2"
    assert scene.grid("input").shape == (1, 20)
    rows = receptive_field(traced((3, 12, 20), *layers), View(axis=0))
    assert rows.grid("input").shape == (1, 12)
    assert words(rows.headline[-1]).endswith("along rows")


def test_a_network_ends_where_a_layer_mixes_all_cells():
    layers = ("Conv1d(1,2,3)", "Flatten()", "Linear(16, 4)")
    scene = receptive_field(traced((1, 10), *layers), View())
    assert len(scene.bands) == 2
    assert "mix all cells" in scene.notes[0]
    with pytest.raises(SpecError, match="one output unit sees the whole input"):
        receptive_field(traced((1, 10), "Flatten()"), View())


def test_an_image_carries_the_field_and_the_fields_within_it():
    layers = ("Conv2d(3,8,3)", "MaxPool2d(2)", "Conv2d(8,8,3)")
    image = np.zeros((32, 40, 3), np.uint8)
    scene = receptive_field(traced((3, 32, 40), *layers), View(at=(0, 3)), image)
    grid = scene.grid("input")
    assert grid.picture is image
    last = grid.frames[-1].rect
    assert (last.top, last.left, last.bottom, last.right) == (0, 6, 8, 14)
    assert [m.label for m in scene.measures] == [
        "3 × 3 after conv 3",
        "4 × 4 after max pool 2, stride 2",
        "8 × 8 after conv 3",
    ]
    for inner, outer in zip(grid.frames, grid.frames[1:], strict=False):
        assert inner.rect.top >= outer.rect.top
        assert inner.rect.right <= outer.rect.right
    line = np.array([1, 2, 3, 3, 3, 3, 2, 1])
    np.testing.assert_array_equal(grid.values[:8, 6:14], np.outer(line, line))


def test_branches_add_their_paths():
    conv = Conv.of(1, 1, 3, ndim=1, padding=1)
    steps = (
        Step(conv, "main", (INPUT,)),
        Step(Join("add", ("main", "skip")), "", (0, INPUT)),
    )
    found = trace(Network(steps), (1, 7))
    scene = receptive_field(found, View())
    np.testing.assert_array_equal(scene.grid("input").values[0], [0, 0, 1, 2, 1, 0, 0])
    np.testing.assert_array_equal(
        reaching(spatial_rows(found), 7, 0, 3)[INPUT], [0, 0, 1, 2, 1, 0, 0]
    )
    with pytest.raises(SpecError, match="branches"):
        levels(found, 0, 3)


LAYERS = st.tuples(
    st.sampled_from(["conv", "transposed"]),
    st.integers(1, 4),  # kernel
    st.integers(1, 3),  # stride
    st.integers(0, 2),  # padding
    st.integers(1, 2),  # dilation
    st.sampled_from(["zeros", "replicate", "symmetric"]),
)


def built(kind, kernel, stride, padding, dilation, mode):
    options = {"ndim": 1, "stride": stride, "padding": padding, "dilation": dilation, "bias": False}
    if kind == "conv":
        return Conv.of(1, 1, kernel, padding_mode=mode, **options)
    return ConvTranspose.of(1, 1, kernel, **options)


@settings(deadline=None, max_examples=60)
@given(layers=st.lists(LAYERS, min_size=1, max_size=4), data=st.data())
def test_paths_are_what_kernels_of_ones_multiply(layers, data):
    chain = [built(*layer) for layer in layers]
    size = 11
    try:
        network = Network(tuple(Step(layer, "", (i - 1,)) for i, layer in enumerate(chain)))
        found = trace(network, (1, size))
    except SpecError:
        return
    unit = data.draw(st.integers(0, found.output[1] - 1))
    answers = np.eye(size)[:, None, :]
    for layer in chain:
        answers = run(layer, answers, np.ones(layer.weight_shape), lead=2).output
    expected = answers[:, 0, unit]
    rows = spatial_rows(found)
    np.testing.assert_array_equal(reaching(rows, size, 0, unit)[INPUT], expected)
    np.testing.assert_array_equal(planar(rows, (size,), (unit,)).input[0], expected)
    level = levels(found, 0, unit)[0]
    np.testing.assert_array_equal(level.counts[level.inside], expected)
