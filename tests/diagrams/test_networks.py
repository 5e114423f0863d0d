"""Networks: boxes and their links, stacked dilations and their holes."""

import numpy as np
import pytest

from convviz.diagrams.networks import NETWORKS, network_scene
from convviz.diagrams.scene import Role
from convviz.diagrams.view import View
from convviz.errors import SpecError
from convviz.spec.layers import Conv
from convviz.spec.network import INPUT, Join, Network, Step
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace


def traced(shape, *texts):
    return trace(parse_network(texts), shape)


def words(text):
    return "".join(run.text for run in text)


STEM = ("Conv2d(3,64,7,2,3,bias=False)", "BatchNorm2d(64)", "ReLU()", "MaxPool2d(3,2,1)")


def test_layers_that_keep_a_shape_share_its_box():
    scene = network_scene(traced((3, 224, 224), *STEM), View(), "network")
    assert [block.shape for block in scene.blocks] == [(3, 224, 224), (64, 112, 112), (64, 56, 56)]
    assert scene.blocks[0].role == Role.INPUT
    assert scene.blocks[1].role == Role.KERNEL
    assert scene.blocks[1].params == 9408 + 128
    assert [(run.text, run.role) for run in scene.blocks[1].layers] == [
        ("Conv k7 s2", Role.KERNEL),
        ("BatchNorm", Role.KERNEL),
        ("ReLU", Role.TEXT),
    ]
    assert words(scene.blocks[2].layers) == "MaxPool k3 s2"
    assert scene.blocks[2].role == Role.OUTPUT
    assert scene.links == ()
    assert scene.title == "Space shrinks while channels grow"


def test_boxes_add_up_to_the_network():
    found = traced((3, 64, 64), *STEM, "Flatten()", "Linear(16384, 10)")
    scene = network_scene(found, View(), "network")
    assert sum(block.params for block in scene.blocks) == found.params
    assert sum(block.macs for block in scene.blocks) == found.macs
    assert scene.blocks[-1].shape == (10,)


def test_a_branch_is_a_link_over_the_boxes_between():
    conv = Conv.of(4, 4, 3, ndim=2, padding=1)
    steps = (
        Step(conv, "main.0", (INPUT,)),
        Step(conv, "main.1", (0,)),
        Step(Join("add", ("main", "skip")), "", (1, INPUT)),
    )
    scene = network_scene(trace(Network(steps), (4, 8, 8)), View(), "network")
    assert [(link.kind, link.start[1], link.end[1]) for link in scene.links] == [("skip", 0, 3)]
    assert scene.title == "What goes in comes out as large"


def test_a_long_network_is_drawn_by_stages():
    layers = []
    for channels, count in ((8, 6), (16, 6), (32, 6)):
        first = channels // 2 if channels > 8 else 3
        layers.append(f"Conv2d({first},{channels},3,2,1)")
        layers += [f"Conv2d({channels},{channels},3,1,1)"] * count
    found = traced((3, 64, 64), *layers)
    scene = network_scene(found, View(), "network")
    assert [block.shape for block in scene.blocks] == [
        (3, 64, 64),
        (8, 32, 32),
        (16, 16, 16),
        (32, 8, 8),
    ]
    assert [len(block.layers) for block in scene.blocks] == [0, 7, 7, 7]
    assert sum(block.params for block in scene.blocks) == found.params


def test_dilations_with_a_common_factor_leave_holes():
    scene = network_scene(
        traced((1, 25, 25), *["Conv2d(1,1,3,dilation=2)"] * 3), View(), "dilation"
    )
    assert [words(label.text) for label in scene.labels] == [
        "9 of 25 cells seen, 16 holes",
        "25 of 81 cells seen, 56 holes",
        "49 of 169 cells seen, 120 holes",
    ]
    last = scene.bands[0][-1]
    assert (last.all_roles == Role.HOLE).sum() == 120
    assert last.values.max() == 49  # 1 3 6 7 6 3 1 along each axis
    assert scene.title == "Stacked dilations leave holes"
    assert "share the factor 2" in words(scene.subtitle)


def test_dilations_one_two_five_see_every_cell():
    stack = [f"Conv2d(1,1,3,dilation={d})" for d in (1, 2, 5)]
    scene = network_scene(traced((1, 25, 25), *stack), View(), "dilation")
    assert scene.title == "This stack leaves no cell unseen"
    grid = scene.bands[0][-1]
    assert (grid.all_roles == Role.COUNT).sum() == 17 * 17
    assert scene.measures[-1].label == "field 17 × 17"


def test_stacked_dilations_of_one_axis_are_rows():
    scene = network_scene(traced((1, 20), *["Conv1d(1,1,2,dilation=3)"] * 2), View(), "dilation")
    np.testing.assert_array_equal(
        np.trim_zeros(scene.bands[0][-1].values[0]), [1, 0, 0, 2, 0, 0, 1]
    )


def test_an_unknown_view_names_the_known():
    with pytest.raises(SpecError, match="view of a network") as error:
        network_scene(traced((1, 5), "ReLU()"), View(), "networks")
    assert all(row.name in error.value.remedy for row in NETWORKS)
