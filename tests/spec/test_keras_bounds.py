"""Keras' layers at their bounds: defaults, words of padding, and inputs of another rank."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec.keras_catalog import KERAS
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace

AXES = (1, 2, 3)
NEEDS = {
    **{f"Conv{n}D": "filters and kernel_size" for n in AXES},
    **{f"Conv{n}DTranspose": "filters and kernel_size" for n in AXES},
    **{f"SeparableConv{n}D": "filters and kernel_size" for n in AXES[:2]},
    **{f"DepthwiseConv{n}D": "kernel_size" for n in AXES[:2]},
    **{f"SpatialDropout{n}D": "rate" for n in AXES},
    "Dense": "units",
    "Reshape": "target_shape",
}


@pytest.mark.parametrize("name", KERAS)
def test_a_keras_layer_says_what_it_needs(name):
    row = KERAS[name].constructor
    assert row.required <= len(row.arguments)
    if name not in NEEDS:
        assert row.required == 0
        return
    with pytest.raises(SpecError) as caught:
        parse_network(["Conv2D(1, 1)", f"keras.layers.{name}()"])
    assert caught.value.message == f"{name} needs {NEEDS[name]}"


def test_no_keras_layer_is_missing():
    assert set(NEEDS) <= set(KERAS)
    assert not {"DepthwiseConv3D", "SeparableConv3D", "Conv4D", "Conv0D"} & set(KERAS)


def run(text, shape):
    """The shape as Keras shows it, of an input as Keras shows it."""
    network = parse_network([text])
    return network.shown(trace(network, (shape[-1], *shape[:-1])).output)


@pytest.mark.parametrize(
    ("text", "shape", "output"),
    [
        ("Conv1DTranspose(2, 3)", (5, 1), (7, 2)),
        ("Conv2DTranspose(2, 3, strides=2, output_padding=1)", (5, 4, 1), (12, 10, 2)),
        ("Conv2DTranspose(2, 4, 2, 'same', output_padding=(0, 1))", (5, 4, 1), (8, 7, 2)),
        ("Conv1D(2, 3, padding='causal', dilation_rate=2)", (9, 1), (9, 2)),
        ("Conv1D(2, 1, padding='CAUSAL')", (9, 1), (9, 2)),
        ("Conv1D(2, 3, padding='SAME', strides=2)", (9, 1), (5, 2)),
        ("MaxPooling1D()", (9, 1), (4, 1)),
        ("UpSampling2D()", (3, 4, 1), (6, 8, 1)),
        ("UpSampling1D(1)", (3, 1), (3, 1)),
        ("ZeroPadding2D()", (3, 4, 1), (5, 6, 1)),
        ("GlobalMaxPooling3D()", (3, 4, 5, 2), (2,)),
        ("Reshape((2, -1))", (3, 4, 1), (2, 6)),
        ("Reshape((-1,))", (3, 4, 1), (12,)),
        ("Reshape((1, 12))", (3, 4, 1), (1, 12)),
        ("Reshape((6, 2))", (12,), (6, 2)),
    ],
)
def test_what_is_not_given_is_keras_default(text, shape, output):
    if not text.startswith(("Conv", "MaxPooling", "UpSampling", "ZeroPadding", "Global")):
        text = f"Rescaling(2)\n{text}"
    assert run(text, shape) == output


def layer(text, shape):
    return trace(parse_network([text]), (shape[-1], *shape[:-1])).rows[0].layer


def test_an_average_counts_padding_where_there_is_none():
    assert layer("AveragePooling2D(2)", (4, 4, 1)).count_include_pad
    assert layer("AveragePooling2D(2, 2, 'same')", (4, 4, 1)).count_include_pad
    assert not layer("AveragePooling2D((3, 2), 1, 'same')", (4, 4, 1)).count_include_pad
    assert not layer("AveragePooling2D((1, 2), 1, 'same')", (4, 4, 1)).count_include_pad
    assert layer("MaxPooling2D((1, 2), 1, 'same')", (4, 4, 1)).count_include_pad


def test_causal_padding_stands_before():
    assert layer("Conv1D(1, 3, padding='causal', dilation_rate=2)", (9, 1)).padding == ((4, 0),)
    assert layer("Conv1D(1, 1, padding='causal')", (9, 1)).padding == ((0, 0),)


def test_a_separable_convolution_multiplies_its_channels_between():
    deep = layer("SeparableConv2D(5, 3, depth_multiplier=4)", (9, 9, 2))
    assert (deep.depthwise.out_channels, deep.pointwise.in_channels) == (8, 8)


@pytest.mark.parametrize(
    ("text", "shape", "title"),
    [
        ("Conv2DTranspose(1, 3)", (9, 1), "Conv2DTranspose takes 2 spatial axes"),
        ("MaxPooling2D()", (9, 1), "MaxPooling2D takes 2 spatial axes"),
        ("AveragePooling1D()", (9, 9, 1), "AveragePooling1D takes 1 spatial axis"),
        ("GlobalMaxPooling2D()", (9, 1), "global pooling takes 2 spatial axes"),
        ("ZeroPadding2D()", (9, 1), "ZeroPadding2D takes 2 spatial axes"),
        ("UpSampling2D()", (9, 1), "UpSampling2D takes 2 spatial axes"),
    ],
)
def test_an_input_of_another_rank_is_refused(text, shape, title):
    with pytest.raises(SpecError) as caught:
        run(text, shape)
    rest = f" and channels, not {len(shape)} axes"
    assert caught.value.message == title + rest


@pytest.mark.parametrize(
    ("text", "shape", "message", "remedy"),
    [
        ("Conv2D(1, 3, padding='causal')", (9, 9, 1), "no padding is called 'causal'",
         "valid, same"),
        ("Conv1D(1, 3, padding='sane')", (9, 1), "no padding is called 'sane'",
         "valid, same, causal"),
        ("Conv1D(1, 3, padding=1)", (9, 1), "no padding is called '1'", "valid, same, causal"),
        ("Rescaling(2)\nReshape((5, -1))", (3, 4, 1), "layer 2 of 2 does not fit: Reshape makes "
         "5×-1 of 12 values", ""),
        ("Rescaling(2)\nReshape((2, 3))", (3, 4, 1), "layer 2 of 2 does not fit: Reshape makes "
         "2×3 of 12 values", ""),
    ],
)  # fmt: skip
def test_what_keras_does_not_take(text, shape, message, remedy):
    with pytest.raises(SpecError) as caught:
        run(text, shape)
    assert (caught.value.message, caught.value.remedy) == (message, remedy)


@pytest.mark.parametrize("sizes", ["(-1, -1)", "(0, 3)", "(-2, 3)", "()"])
def test_target_shapes_that_cannot_be_are_refused(sizes):
    with pytest.raises(SpecError, match="target_shape must be"):
        run(f"Rescaling(2)\nReshape({sizes})", (3, 4, 1))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Input((9, 8, 3))\nConv2D(2, 3)", (3, 9, 8)),
        ("Input(shape=(1, 8, 3))\nConv2D(2, 1)", (3, 1, 8)),
        ("Input(batch_shape=(None, 9, 8, 3))\nConv2D(2, 3)", (3, 9, 8)),
        ("Conv2D(2, 3, input_shape=(9, 8, 3))", (3, 9, 8)),
        ("Conv2D((9, 8, 3), 3)", ()),
        ("Input(3, (9, 8, 3))\nConv2D(2, 3)", ()),
        ("Input(shape=(0, 8, 3))\nConv2D(2, 3)", ()),
        ("Input(shape=())\nConv2D(2, 3)", ()),
        ("Input(dtype=(9, 8, 3))\nConv2D(2, 3)", ()),
        ("Conv2D(2, 3, shape=(9, 8, 3))", None),
    ],
)
def test_an_input_is_declared_where_keras_declares_it(text, shape):
    if shape is None:
        with pytest.raises(SpecError, match="has no argument 'shape'"):
            parse_network([text])
        return
    assert parse_network([text]).input == shape


def test_a_norm_is_of_its_own_arguments():
    assert layer("BatchNormalization(momentum=0.9)", (9, 3)).params == 6
    with pytest.raises(SpecError, match="LayerNormalization has no argument 'momentum'"):
        parse_network(["Conv2D(1, 1)\nLayerNormalization(momentum=0.9)"])


def test_the_activation_of_a_layer_changes_nothing():
    assert layer("Dense(3, activation='relu')", (9, 3)) == layer("Dense(3)", (9, 3))
