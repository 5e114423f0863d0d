"""Short spellings, against the constructors that they stand for."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec.parser import parse_layer
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace


@pytest.mark.parametrize(
    ("text", "shape", "layer"),
    [
        ("conv 64 k3 s2 p1", (3, 9, 9), "Conv2d(3, 64, 3, 2, 1)"),
        ("conv 3→64 k7×5 s2 p3 no bias", (3, 9, 9), "Conv2d(3, 64, (7, 5), 2, 3, bias=False)"),
        ("conv 8 k3 p1:0,2:1", (4, 9, 9), "Conv2d(4, 8, 3, padding=((1, 0), (2, 1)))"),
        ("conv 8 k4 psame d2 g2 no bias", (4, 9), "Conv1d(4, 8, 4, 1, 'same', 2, 2, False)"),
        ("conv 1→8 k3 nobias", (1, 9), "Conv1d(1, 8, 3, bias=False)"),
        ("conv 8 k3 p1 circular", (4, 9), "Conv1d(4, 8, 3, padding=1, padding_mode='circular')"),
        ("conv3d 8 k3", (4, 9, 9, 9), "Conv3d(4, 8, 3)"),
        ("Conv2d 3→64 k7 s2 p3 no bias", (3, 9, 9), "Conv2d(3, 64, 7, 2, 3, bias=False)"),
        ("dw k3 p1", (4, 9, 9), "Conv2d(4, 4, 3, 1, 1, groups=4)"),
        ("deconv 8 k4 s2 p1 op1", (4, 9, 9), "ConvTranspose2d(4, 8, 4, 2, 1, 1)"),
        ("deconv 8 k4 no bias", (4, 9), "ConvTranspose1d(4, 8, 4, bias=False)"),
        ("pool 2", (4, 9, 9), "MaxPool2d(2)"),
        ("maxpool k3 s2 p1 ceil", (4, 9, 9), "MaxPool2d(3, 2, 1, ceil_mode=True)"),
        ("avgpool", (4, 9), "AvgPool1d(2)"),
        ("bn", (4, 9, 9), "BatchNorm2d(4)"),
        ("relu", (4, 9, 9), "ReLU()"),
        ("leakyrelu 0.2", (4, 9, 9), "LeakyReLU(0.2)"),
        ("dropout 0.5", (4, 9, 9), "Dropout(0.5)"),
        ("gap", (4, 9, 9), "AdaptiveAvgPool2d(1)"),
        ("adaptiveavgpool 3×2", (4, 9, 9), "AdaptiveAvgPool2d((3, 2))"),
        ("flatten", (4, 9, 9), "Flatten()"),
        ("fc 10", (36,), "Linear(36, 10)"),
        ("Linear 36→10 no bias", (36,), "Linear(36, 10, bias=False)"),
        ("up ×2 bilinear", (4, 9, 9), "Upsample(scale_factor=2, mode='bilinear')"),
        ("up 1.5", (4, 9, 9), "Upsample(scale_factor=1.5)"),
        ("up 15×20", (4, 9, 9), "Upsample(size=(15, 20))"),
        ("pad 1:2,3:4 reflect", (4, 9, 9), "ReflectionPad2d((3, 4, 1, 2))"),
        ("pad 2", (4, 9, 9), "ZeroPad2d(2)"),
    ],
)  # fmt: skip
def test_a_spelling_stands_for_a_constructor(text, shape, layer):
    found = trace(parse_network([text]), shape)
    assert found.rows[0].layer.output(shape) == parse_layer(layer).output(shape)
    assert found.rows[0].layer.code == parse_layer(layer).code


def test_spellings_and_constructors_stand_side_by_side():
    text = "conv 8 k3 p1  # same size\nReLU(); pool 2; Conv2d(8, 4, 1)\n"
    assert trace(parse_network([text]), (3, 8, 8)).output == (4, 4, 4)


@pytest.mark.parametrize(
    ("text", "spot", "message"),
    [
        ("conf 64 k3", "conf", "no layer is called 'conf'"),
        ("conv 64", "conv", "conv needs a kernel, such as k3"),
        ("conv k3", "conv", "conv needs a number of channels"),
        ("conv 64 k3 k5", "k5", "kernel is given twice"),
        ("conv 64 k3 q5", "q5", "'q5' says nothing here"),
        ("conv 64 k3x", "k3x", "kernel is missing"),
        ("relu k3", "k3", "'k3' says nothing here"),
        ("conv 64 k3 p1:", "1:", "before:after"),
        ("conv 64 k3 g0", "0", "groups is at least 1"),
        ("pool 1_0", "1_0", "digits"),
    ],
)
def test_a_word_that_is_wrong_is_pointed_at(text, spot, message):
    with pytest.raises(SpecError) as caught:
        trace(parse_network([text]), (3, 9, 9))
    assert message in caught.value.message
    if caught.value.source == text:
        assert text[slice(*caught.value.span)] in spot


@pytest.mark.parametrize(
    "text", ["conv 8 k3", "deconv 8 k3", "depthwise k3", "pool 2", "avgpool 2"]
)
@pytest.mark.parametrize("shape", [(32,), (3, 4, 5, 6, 7)])
def test_layers_of_space_need_one_to_three_spatial_axes(text, shape):
    with pytest.raises(SpecError, match="takes channels and one to three spatial axes"):
        trace(parse_network([text]), shape)
    for more in ("gap", "pad 1", "up 2"):
        with pytest.raises(SpecError, match="one to three spatial axes"):
            trace(parse_network([more]), shape)


def test_a_norm_of_more_than_three_axes_is_refused():
    with pytest.raises(SpecError) as caught:
        trace(parse_network(["bn"]), (4, 2, 2, 2, 2))
    assert caught.value.message == (
        "BatchNorm3d takes channels and 3 spatial axes, not 5 axes (4×2×2×2×2)"
    )
