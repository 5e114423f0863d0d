"""Which views there are of one layer, and of several."""

from itertools import product

import pytest

import convviz
from convviz.diagrams import DIAGRAMS
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool


@pytest.mark.parametrize("row", DIAGRAMS, ids=lambda row: row.name)
def test_every_view_of_one_layer_shows_several(row):
    command = {Conv: "conv", Pool: "pool", ConvTranspose: "conv-transpose", Padding: "pad"}
    for layer, axes in product(row.layers, row.axes):
        word = "padding" if layer is Padding else "kernel"
        line = f"{command[layer]} {'x'.join('6' * axes)} --dims {axes} --compare {word}=1,2"
        line += " -m circular --tiling" if row.name == "tiling" else f" --view {row.name}"
        text = str(convviz.draw(line))
        assert f"{word} 1" in text
        assert f"{word} 2" in text


@pytest.mark.parametrize("view", ["stride", "window", "dilation", "matrix", "kernels", "channels"])
def test_a_view_of_several_layers_shows_each(view):
    drawing = convviz.draw(f"conv 2x6x6 --out-channels 2 --view {view} --compare stride=1,2")
    text = str(drawing)
    assert "stride 1" in text
    assert "stride 2" in text


@pytest.mark.parametrize(
    ("line", "diagram"),
    [
        ("conv 7 --view window", "line"),
        ("conv 7x7 --view window", "stride"),
        ("conv 3x7x7 --view stride", "channels"),
        ("pool 4x4 --view pooling", "stride"),
        ("conv-transpose 4 --view overlap", "overlap"),
        ("conv-transpose 4x4 --view overlap", "coverage"),
    ],
)
def test_a_view_is_named_by_what_it_explains(line, diagram):
    assert convviz.draw(line).scene.diagram == diagram
