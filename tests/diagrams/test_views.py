"""Which views there are of one layer, and of several."""

import pytest

import convviz
from convviz.errors import SpecError


@pytest.mark.parametrize("view", ["kernels", "channels", "direct", "coverage", "line"])
def test_a_view_of_one_layer_refuses_several(view):
    command = {"direct": "conv-transpose 3x3", "coverage": "conv-transpose 3x3", "line": "conv 9"}
    line = f"{command.get(view, 'conv 2x6x6')} --view {view} --compare stride=1,2"
    with pytest.raises(SpecError, match="shows one layer, and 2 are compared"):
        convviz.draw(line)


@pytest.mark.parametrize("view", ["stride", "window", "dilation", "groups", "matrix"])
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
