"""Layers in short spellings and how PyTorch writes them; what cannot be is pointed at."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec.parser import parse_layer
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace


@pytest.mark.parametrize(
    ("text", "shape", "code", "output"),
    [
        ("conv 3->8 k3", (3, 9), "Conv1d(3, 8, 3)", (8, 7)),
        ("conv 1->8 k3", (1, 9), "Conv1d(1, 8, 3)", (8, 7)),
        ("up 2x3", (1, 4, 5), "Upsample(size=(2, 3))", (1, 2, 3)),
        ("up 2", (1, 4, 5), "Upsample(scale_factor=2)", (1, 8, 10)),
        ("up x2x3", (1, 4, 5), "Upsample(scale_factor=(2, 3))", (1, 8, 15)),
        ("pad 1:2", (1, 4, 5), "ZeroPad2d((1, 2, 1, 2))", (1, 7, 8)),
        ("pad 1:2,3", (1, 4, 5), "ZeroPad2d((3, 3, 1, 2))", (1, 7, 11)),
        ("bn", (4,), "BatchNorm1d(4)", (4,)),
        ("bn", (4, 5, 6), "BatchNorm2d(4)", (4, 5, 6)),
        ("leakyrelu 0.1", (3, 4), "LeakyReLU(negative_slope=0.1)", (3, 4)),
        ("MaxPool2d(2, dilation=(1, 3))", (1, 9, 9), "MaxPool2d(2, dilation=(1, 3))", (1, 4, 3)),
        ("MaxPool2d((2, 1), ceil_mode=True)", (1, 1, 4), "MaxPool2d((2, 1), ceil_mode=True)",
         (1, 1, 4)),
        ("Linear(1, 4)", (1,), "Linear(1, 4)", (4,)),
        ("Linear(4, 1)", (2, 4), "Linear(4, 1)", (2, 1)),
        ("ReflectionPad2d((1, 1, 1, 1))", (1, 3, 3), "ReflectionPad2d(1)", (1, 5, 5)),
    ],
)  # fmt: skip
def test_a_layer_is_written_as_pytorch_would(text, shape, code, output):
    (row,) = trace(parse_network([text]), shape).rows
    assert (row.layer.code, row.output) == (code, output)


@pytest.mark.parametrize(
    ("text", "shape", "message", "span"),
    [
        ("conv 0->8 k3", (3, 9), "channels is at least 1, not 0", (5, 6)),
        ("relu; conv 0->8 k3", (3, 9), "channels is at least 1, not 0", (11, 12)),
        ("conv 3->8a k3", (3, 9), "channels is written with the digits 0 to 9, not '8a'", (8, 10)),
        ("conv 4->8 k3", (3, 9), "the layer takes 4 channels, its input has 3", (0, 12)),
        ("Linaer 3", (4,), "no layer is called 'Linaer'", (0, 6)),
        ("MaxPool2d(3)", (1, 2, 9), "the kernel spans 3 cells, but rows have 2", (10, 11)),
        ("MaxPool2d(3)", (1, 9, 2), "the kernel spans 3 cells, but cols have 2", (10, 11)),
        ("PixelShuffle(2)", (4, 2), "a 2-D layer takes channels and 2 spatial axes, not 2 axes "
         "(4×2)", (0, 15)),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_be_is_pointed_at(text, shape, message, span):
    with pytest.raises(SpecError) as caught:
        trace(parse_network([text]), shape)
    assert (caught.value.message, caught.value.span) == (message, span)


@pytest.mark.parametrize("text", ["MaxPool2d(1)", "ZeroPad2d(1)", "PixelShuffle(2)"])
def test_no_shape_at_all_is_refused(text):
    with pytest.raises(SpecError) as caught:
        parse_layer(text).output(())
    assert caught.value.message == ("a 2-D layer takes channels and 2 spatial axes, not 0 axes ()")
