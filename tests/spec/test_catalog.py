"""PyTorch's own answers for every layer, as typed, as torch prints it, and as convviz writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convviz.errors import SpecError
from convviz.spec.catalog import LAYERS
from convviz.spec.parser import parse_layer

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "layers.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["layers"], ids=lambda case: case["id"])
def test_a_layer_answers_as_torch_does(case):
    texts = [case["spec"]] + [case["repr"]] * case["repr_is_complete"]
    for text in texts:
        layer = parse_layer(text)
        shape = tuple(case["input"])
        output = layer.output(shape)
        assert list(output) == case["output"], text
        assert layer.params == case["params"], text
        assert layer.work(shape, output) == case["macs"], text
        assert parse_layer(layer.code) == layer, layer.code


@pytest.mark.parametrize("case", GOLDEN["rejected"], ids=lambda case: case["id"])
def test_what_torch_refuses_is_refused(case):
    with pytest.raises(SpecError) as caught:
        parse_layer(case["spec"]).output(tuple(case["input"]))
    assert caught.value.message


@pytest.mark.parametrize(
    ("text", "shape", "output", "params"),
    [
        ("LPPool2d(2, 3, stride=2)", (4, 9, 9), (4, 4, 4), 0),
        ("LPPool2d(norm_type=2, kernel_size=3, stride=2, ceil_mode=True)", (4, 8, 8), (4, 4, 4), 0),
        ("Unflatten(1, (2, 5, -1))", (50,), (2, 5, 5), 0),
        ("Unflatten(dim=1, unflattened_size=(2, 25))", (50,), (2, 25), 0),
        ("Flatten(2)", (3, 4, 5), (3, 20), 0),
        ("Upsample(scale_factor=(2.0, 3.0), mode='nearest')", (1, 4, 4), (1, 8, 12), 0),
        ("UpsamplingNearest2d(scale_factor=2.0, mode='nearest')", (1, 4, 4), (1, 8, 8), 0),
        ("UpsamplingBilinear2d(size=(7, 9), mode='bilinear')", (1, 4, 4), (1, 7, 9), 0),
        ("Upsample(scale_factor=0.5, mode='trilinear')", (1, 4, 5, 6), (1, 2, 2, 3), 0),
        ("InstanceNorm2d(8)", (8, 4, 4), (8, 4, 4), 0),
        ("InstanceNorm3d(8, affine=True)", (8, 4, 4, 4), (8, 4, 4, 4), 16),
        ("BatchNorm1d(8, affine=False)", (8,), (8,), 0),
        ("LayerNorm((8, 4), eps=1e-05, elementwise_affine=True)", (3, 8, 4), (3, 8, 4), 64),
        ("LayerNorm(4, bias=False)", (3, 8, 4), (3, 8, 4), 4),
        ("RMSNorm((4,), eps=None, elementwise_affine=True)", (3, 8, 4), (3, 8, 4), 4),
        ("LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)", (3, 8, 4), (3, 8, 4), 0),
        ("PReLU(num_parameters=1)", (3, 8, 4), (3, 8, 4), 1),
        ("PReLU(3)", (3, 8, 4), (3, 8, 4), 3),
        ("GLU(dim=1)", (6, 8, 4), (3, 8, 4), 0),
        ("GLU()", (6, 8, 4), (6, 8, 2), 0),
        ("Hardtanh(min_val=-1.0, max_val=1.0)", (3, 8), (3, 8), 0),
        ("Softmax(dim=1)", (3, 8), (3, 8), 0),
        ("GELU(approximate='none')", (3, 8), (3, 8), 0),
        ("Threshold(threshold=0.1, value=20)", (3, 8), (3, 8), 0),
        ("Identity(54, unused=True)", (3, 8), (3, 8), 0),
        ("ZeroPad3d(1)", (1, 2, 3, 4), (1, 4, 5, 6), 0),
        ("CircularPad1d((1, 2))", (1, 4), (1, 7), 0),
        ("AdaptiveMaxPool3d((1, None, 2))", (5, 3, 4, 4), (5, 1, 4, 2), 0),
    ],
)
def test_the_other_layers_follow_torchs_documentation(text, shape, output, params):
    layer = parse_layer(text)
    assert layer.output(shape) == output
    assert layer.params == params
    assert parse_layer(layer.code) == layer


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("BatchNorm2d(64)", (32, 4, 4), "BatchNorm2d takes 64 channels, its input has 32"),
        ("BatchNorm2d(64)", (64, 4), "takes channels and 2 spatial axes, not 2 axes"),
        ("LayerNorm(5)", (3, 4), "LayerNorm takes inputs that end in 5, not 3×4"),
        ("Flatten(0)", (3, 4), "start_dim 0 is the batch"),
        ("Flatten(1, 5)", (3, 4), "end_dim 5 is no axis"),
        ("Unflatten(1, (2, 3))", (7,), "Unflatten makes 2×3 of an axis, but the axis has 7"),
        ("Upsample(scale_factor=2, mode='bilinear')", (1, 4), "bilinear upsampling takes"),
        ("Upsample(scale_factor=0.1)", (1, 4), "scale_factor 0.1 leaves nothing of 1×4"),
        ("PixelUnshuffle(3)", (1, 4, 6), "PixelUnshuffle 3 takes rows and cols that 3 divides"),
        ("GLU(1)", (5, 4), "GLU halves an axis, but the axis has 5"),
        ("ChannelShuffle(3)", (4, 2, 2), "takes channels that 3 divides, its input has 4"),
        ("Dropout1d()", (4, 2, 2), "Dropout1d takes channels and 0 or 1 spatial axes, not 3 axes"),
        ("Softmax2d()", (4, 2, 2, 2), "Softmax2d takes channels and 1 or 2 spatial axes"),
    ],
)
def test_a_layer_says_what_it_takes(text, shape, message):
    with pytest.raises(SpecError, match=r"^") as caught:
        parse_layer(text).output(shape)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Upsample()", "Upsample has neither size nor scale_factor"),
        ("Upsample(2, 2)", "Upsample has both size and scale_factor"),
        ("Upsample(scale_factor=2, mode='bilinaer')", "no upsampling is called 'bilinaer'"),
        ("ZeroPad2d((1, 2))", "padding has 2 entries, but 2 axes have 4 sides"),
        ("Unflatten(1, ())", "unflattened_size must be a tuple of sizes"),
        ("Linear(0, 3)", "in_features must be at least 1, not 0"),
        ("Dropout(1.5)", "p is a probability, from 0 to 1, not 1.5"),
        ("ChannelShuffle(0)", "groups must be at least 1, not 0"),
        ("Upsample(2, align_corners=False)", "align_corners goes with linear and cubic modes"),
    ],
)
def test_a_layer_that_cannot_be_is_refused_at_once(text, message):
    with pytest.raises(SpecError) as caught:
        parse_layer(text)
    assert message in caught.value.message


def test_every_row_of_the_table_is_reachable_by_its_name():
    for name, row in LAYERS.items():
        assert row.name == name
        with pytest.raises(SpecError, match="has no argument 'colour'"):
            parse_layer(f"{name}(colour=1)") if name != "Identity" else parse_layer(
                "ReLU(colour=1)"
            )
