"""The rows of PyTorch's table, one by one: what must be given, and how each layer is written."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec.catalog import LAYERS
from convviz.spec.checks import window_words
from convviz.spec.constructors import families
from convviz.spec.parser import parse_layer

AXES = ("1d", "2d", "3d")
PADS = ("Zero", "Reflection", "Replication", "Circular")
NEEDS = {
    **{f"Conv{n}": "in_channels and out_channels and kernel_size" for n in AXES},
    **{f"ConvTranspose{n}": "in_channels and out_channels and kernel_size" for n in AXES},
    **{f"MaxPool{n}": "kernel_size" for n in AXES},
    **{f"AvgPool{n}": "kernel_size" for n in AXES},
    **{f"LPPool{n}": "norm_type and kernel_size" for n in AXES},
    **{f"AdaptiveAvgPool{n}": "output_size" for n in AXES},
    **{f"AdaptiveMaxPool{n}": "output_size" for n in AXES},
    **{f"{kind}Pad{n}": "padding" for kind in PADS for n in AXES},
    **{f"ConstantPad{n}": "padding and value" for n in AXES},
    **{f"{kind}Norm{n}": "num_features" for kind in ("Batch", "Instance") for n in AXES},
    "SyncBatchNorm": "num_features",
    "GroupNorm": "num_groups and num_channels",
    "LayerNorm": "normalized_shape",
    "RMSNorm": "normalized_shape",
    "Linear": "in_features and out_features",
    "Unflatten": "dim and unflattened_size",
    "PixelShuffle": "upscale_factor",
    "PixelUnshuffle": "downscale_factor",
    "Threshold": "threshold and value",
    "LocalResponseNorm": "size",
    "ChannelShuffle": "groups",
}  # fmt: skip
ONE_OF_TWO = {"Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d"}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_says_what_it_needs(name):
    if name not in NEEDS and name not in ONE_OF_TWO:
        assert parse_layer(f"{name}()").code.startswith(f"{name}(")
        return
    with pytest.raises(SpecError) as caught:
        parse_layer(f"{name}()")
    needed = f"needs {NEEDS[name]}" if name in NEEDS else "has neither size nor scale_factor"
    assert caught.value.message == f"{name} {needed}"


def test_no_layer_is_missing_from_the_table():
    assert set(NEEDS) | ONE_OF_TWO < set(LAYERS)
    assert all(row.required <= len(row.arguments) for row in LAYERS.values())
    assert families(["Conv1d", "Conv2d", "Conv", "Conv3d"]) == "Conv1d/2d/3d, Conv"


@pytest.mark.parametrize(
    ("text", "short", "code", "params"),
    [
        ("BatchNorm2d(1)", "BatchNorm2d 1", "BatchNorm2d(1)", 2),
        ("BatchNorm2d(8, affine=False)", "BatchNorm2d 8", "BatchNorm2d(8, affine=False)", 0),
        ("BatchNorm1d(8, 1, 2, True, True, False)", "BatchNorm1d 8",
         "BatchNorm1d(8, bias=False)", 8),
        ("InstanceNorm2d(1)", "InstanceNorm2d 1", "InstanceNorm2d(1)", 0),
        ("InstanceNorm2d(8, affine=True)", "InstanceNorm2d 8 affine",
         "InstanceNorm2d(8, affine=True)", 16),
        ("GroupNorm(1, 1)", "GroupNorm 1 of 1", "GroupNorm(1, 1)", 2),
        ("GroupNorm(2, 8, affine=False)", "GroupNorm 2 of 8", "GroupNorm(2, 8, affine=False)", 0),
        ("GroupNorm(2, 8, bias=False)", "GroupNorm 2 of 8", "GroupNorm(2, 8, bias=False)", 8),
        ("LayerNorm(1)", "LayerNorm 1", "LayerNorm((1,))", 2),
        ("LayerNorm((8, 4), elementwise_affine=False)", "LayerNorm 8×4",
         "LayerNorm((8, 4), elementwise_affine=False)", 0),
        ("LayerNorm(4, bias=False)", "LayerNorm 4", "LayerNorm((4,), bias=False)", 4),
        ("RMSNorm((8, 4))", "RMSNorm 8×4", "RMSNorm((8, 4))", 32),
        ("RMSNorm(4, elementwise_affine=False)", "RMSNorm 4",
         "RMSNorm((4,), elementwise_affine=False)", 0),
        ("PReLU()", "PReLU 1", "PReLU()", 1),
        ("PReLU(1)", "PReLU 1", "PReLU()", 1),
        ("PReLU(2)", "PReLU 2", "PReLU(2)", 2),
        ("ELU(2)", "ELU 2", "ELU(alpha=2)", 0),
        ("ELU(0.5)", "ELU 0.5", "ELU(alpha=0.5)", 0),
        ("ELU(True)", "ELU", "ELU(alpha=True)", 0),
        ("GELU('tanh')", "GELU", "GELU(approximate='tanh')", 0),
        ("Dropout(0.25, inplace=True)", "Dropout 0.25", "Dropout(p=0.25)", 0),
        ("ChannelShuffle(2)", "ChannelShuffle 2", "ChannelShuffle(groups=2)", 0),
        ("GLU(-64)", "GLU -64", "GLU(-64)", 0),
        ("Flatten(-64, -64)", "Flatten -64:-64", "Flatten(start_dim=-64, end_dim=-64)", 0),
        ("Flatten(1, -1)", "Flatten", "Flatten()", 0),
        ("UpsamplingBilinear2d(2)", "UpsamplingBilinear2d 2 bilinear align_corners",
         "UpsamplingBilinear2d(size=2)", 0),
        ("UpsamplingNearest2d(2)", "UpsamplingNearest2d 2 nearest",
         "UpsamplingNearest2d(size=2)", 0),
        ("Upsample(None, 2.0)", "Upsample ×2 nearest", "Upsample(scale_factor=2)", 0),
        ("ConstantPad2d(1, 2.5)", "ConstantPad2d 1 value 2.5", "ConstantPad2d(1, 2.5)", 0),
        ("SyncBatchNorm(3)", "SyncBatchNorm 3", "SyncBatchNorm(3)", 6),
        ("Linear(3, 4, False)", "Linear 3→4 no bias", "Linear(3, 4, bias=False)", 12),
        ("Linear(3, 4)", "Linear 3→4", "Linear(3, 4)", 16),
        ("Identity(3, 4)", "Identity", "Identity()", 0),
    ],
)  # fmt: skip
def test_a_layer_is_written_as_short_as_it_can_be(text, short, code, params):
    layer = parse_layer(text)
    assert (layer.short, layer.code, layer.params) == (short, code, params)


@pytest.mark.parametrize(
    ("text", "spot", "message", "accepted"),
    [
        ("GLU(-65)", "-65", "dim must be at least -64, not -65", "≥ -64"),
        ("Flatten(-65)", "-65", "start_dim must be at least -64, not -65", "≥ -64"),
        ("Flatten(1, -65)", "-65", "end_dim must be at least -64, not -65", "≥ -64"),
        ("InstanceNorm1d(8, 1, 2, True, True, False)", "False",
         "InstanceNorm1d takes at most 5 arguments", "one too many"),
        ("ZeroPad2d(1, 2)", "2", "ZeroPad2d takes at most 1 argument", "one too many"),
        ("AvgPool1d(2, 2, 0, False, True, None)", "None", "AvgPool1d takes at most 5 arguments",
         "one too many"),
        ("BatchNorm2d(0)", "0", "num_features must be at least 1, not 0", "≥ 1"),
        ("InstanceNorm2d(0)", "0", "num_features must be at least 1, not 0", "≥ 1"),
        ("GroupNorm(0, 1)", "0", "num_groups must be at least 1, not 0", "≥ 1"),
        ("GroupNorm(1, 0)", "0", "num_channels must be at least 1, not 0", "≥ 1"),
        ("GroupNorm(3, 8)", "3", "num_groups 3 does not divide num_channels 8", ""),
        ("LayerNorm(0)", "0", "normalized_shape must be at least 1, not 0", "≥ 1"),
        ("LayerNorm(())", "()", "normalized_shape is empty", "at least one size"),
        ("PReLU(0)", "0", "num_parameters must be at least 1, not 0", "≥ 1"),
        ("UpsamplingBilinear2d(2, None, 'bilinear', True)", "True",
         "UpsamplingBilinear2d takes at most 3 arguments", "one too many"),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_be_says_where(text, spot, message, accepted):
    with pytest.raises(SpecError) as caught:
        parse_layer(text)
    error = caught.value
    assert (error.message, error.accepted) == (message, accepted)
    assert error.source[slice(*error.span)] == spot


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("BatchNorm1d(4)", (0, 1)),
        ("BatchNorm2d(4)", (2,)),
        ("BatchNorm3d(4)", (3,)),
        ("InstanceNorm1d(4)", (1,)),
        ("InstanceNorm3d(4)", (3,)),
        ("Dropout1d()", (0, 1)),
        ("Softmax2d()", (1, 2)),
        ("Dropout2d()", (0, 1, 2, 3, 4)),
    ],
)
def test_a_layer_takes_the_ranks_that_torch_takes(text, ranks):
    layer = parse_layer(text)
    for rank in range(5):
        shape = (4, *range(5, 5 + rank))
        if rank in ranks:
            assert layer.output(shape) == shape
        else:
            with pytest.raises(SpecError, match=f"{layer.title} takes channels and"):
                layer.output(shape)


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "words"),
    [
        ((1, 1), ((0, 0), (0, 0)), (1, 1), "k3×5"),
        ((1, 2), ((0, 0), (0, 1)), (2, 1), "k3×5 s1×2 p0:0,0:1 d2×1"),
        ((2, 2), ((1, 1), (2, 2)), (3, 3), "k3×5 s2 p1×2 d3"),
        ((1, 1), ((1, 2), (1, 2)), (1, 1), "k3×5 p1:2"),
        ((1, 1), ((1, 0), (0, 0)), (1, 1), "k3×5 p1:0,0:0"),
        ((1, 1), ((1, 1), (1, 2)), (1, 1), "k3×5 p1:1,1:2"),
    ],
)
def test_a_window_is_said_by_what_is_not_the_default(stride, padding, dilation, words):
    assert window_words((3, 5), stride, padding, dilation) == words.split()
    if stride == (1, 1):
        told = window_words((3, 5), stride, padding, dilation, always_stride=True)
        assert told == ["k3×5", "s1", *words.split()[1:]]


def test_several_slopes_are_one_per_channel():
    assert parse_layer("PReLU(1)").output((3, 9)) == (3, 9)
    assert parse_layer("PReLU(2)").output((2, 9)) == (2, 9)
    with pytest.raises(SpecError, match="PReLU takes 2 channels, its input has 3"):
        parse_layer("PReLU(2)").output((3, 9))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Conv2d(4, 4, 3)", "Conv2d 4→4 k3"),
        ("Conv2d(4, 4, 3, groups=2, padding_mode='circular', padding=1, bias=False)",
         "Conv2d 4→4 k3 p1 g2 circular no bias"),
        ("ConvTranspose2d(4, 4, 3)", "ConvTranspose2d 4→4 k3"),
        ("ConvTranspose2d(4, 4, 3, 2, output_padding=(0, 1), groups=2, bias=False)",
         "ConvTranspose2d 4→4 k3 s2 op0×1 g2 no bias"),
        ("MaxPool2d(3)", "MaxPool2d k3 s3"),
        ("MaxPool2d(3, ceil_mode=True)", "MaxPool2d k3 s3 ceil"),
        ("AvgPool2d(3, 1, 1)", "AvgPool2d k3 s1 p1"),
        ("AvgPool2d(3, 1, 1, True, False)", "AvgPool2d k3 s1 p1 ceil padding not counted"),
        ("LPPool1d(2, 3)", "LPPool1d norm 2 k3 s3"),
        ("ConvTranspose1d(1, 1, 2, stride=3, dilation=5, output_padding=4)",
         "ConvTranspose1d 1→1 k2 s3 d5 op4"),
    ],
)  # fmt: skip
def test_what_is_not_the_default_is_said(text, short):
    layer = parse_layer(text)
    assert layer.short == short
    assert parse_layer(layer.code) == layer


@pytest.mark.parametrize(
    ("text", "spot", "message", "accepted"),
    [
        ("ConvTranspose1d(1, 1, 2, stride=3, dilation=2, output_padding=3)", "3",
         "output_padding 3 must be less than the stride (3) or the dilation (2)", "0 to 2"),
        ("ConvTranspose1d(1, 1, 2, stride=2, dilation=3, output_padding=3)", "3",
         "output_padding 3 must be less than the stride (2) or the dilation (3)", "0 to 2"),
        ("ConvTranspose1d(1, 1, 2, padding='same')", "'same'",
         "a transposed convolution has no padding 'same'", "an integer, or pairs"),
    ],
)  # fmt: skip
def test_what_a_transposed_convolution_cannot_take(text, spot, message, accepted):
    with pytest.raises(SpecError) as caught:
        parse_layer(text)
    error = caught.value
    assert (error.message, error.accepted) == (message, accepted)
    assert error.source[slice(*error.span)] == spot
