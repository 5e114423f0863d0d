"""Keras text: channels last, TensorFlow's "same" by its documented formula, Keras' parameters."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.errors import SpecError
from convviz.spec.keras import same_sides
from convviz.spec.keras_catalog import KERAS
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace


def run(text, shape):
    """The shapes as Keras shows them, and the parameters."""
    network = parse_network([text])
    assert network.channels_last
    found = trace(network, (shape[-1], *shape[:-1]))
    return network.shown(found.output), found.params


# Shapes and parameters as the examples of Keras' documentation and model.summary() give them.
@pytest.mark.parametrize(
    ("text", "shape", "output", "params"),
    [
        ("Conv2D(32, 3)", (28, 28, 1), (26, 26, 32), 320),
        ("Conv2D(2, 3, activation='relu', padding='same')", (28, 28, 3), (28, 28, 2), 56),
        ("Conv2D(64, 3, strides=2, padding='same')", (7, 8, 3), (4, 4, 64), 1792),
        ("Conv2D(64, (3, 5), dilation_rate=2, use_bias=False)", (20, 20, 3), (16, 12, 64), 2880),
        ("Conv2D(32, 3, groups=2)", (10, 10, 4), (8, 8, 32), 608),
        ("Conv1D(32, 3, padding='causal')", (10, 128), (10, 32), 12320),
        ("Conv3D(2, 3)", (28, 28, 28, 1), (26, 26, 26, 2), 56),
        ("DepthwiseConv2D(3, depth_multiplier=2)", (10, 10, 4), (8, 8, 8), 80),
        ("SeparableConv2D(64, 3, padding='same')", (10, 10, 32), (10, 10, 64), 2400),
        ("Conv2DTranspose(16, 3, strides=2)", (4, 4, 8), (9, 9, 16), 1168),
        ("Conv2DTranspose(16, 3, strides=2, padding='same')", (4, 4, 8), (8, 8, 16), 1168),
        ("Conv2DTranspose(16, 2, strides=3)", (4, 4, 8), (12, 12, 16), 528),
        ("Conv2DTranspose(1, 5, 2, 'same', use_bias=False)", (7, 7, 8), (14, 14, 1), 200),
        ("MaxPooling2D()", (28, 28, 3), (14, 14, 3), 0),
        ("MaxPool2D((3, 3), strides=2, padding='same')", (28, 28, 3), (14, 14, 3), 0),
        ("AveragePooling2D(3, 1, 'same')", (5, 5, 3), (5, 5, 3), 0),
        ("GlobalAveragePooling2D()", (5, 5, 3), (3,), 0),
        ("GlobalMaxPooling1D(keepdims=True)", (5, 3), (1, 3), 0),
        ("Dense(10)", (64,), (10,), 650),
        ("Dense(10)", (7, 7, 64), (7, 7, 10), 650),
        ("BatchNormalization()", (7, 7, 64), (7, 7, 64), 128),
        ("BatchNormalization(scale=False)", (7, 7, 64), (7, 7, 64), 64),
        ("ZeroPadding2D(((1, 2), (3, 4)))", (5, 5, 3), (8, 12, 3), 0),
        ("ZeroPadding2D(2)", (5, 5, 3), (9, 9, 3), 0),
        ("ZeroPadding1D((1, 2))", (5, 3), (8, 3), 0),
        ("UpSampling2D((2, 3))", (5, 5, 3), (10, 15, 3), 0),
        ("Conv2D(1, 1)\nFlatten()", (5, 6, 3), (30,), 4),
        ("Dense(8)\nReshape((2, 2, -1))", (3,), (2, 2, 2), 32),
        ("Conv2D(3, 1)\nPReLU(shared_axes=[1, 2])", (5, 6, 3), (5, 6, 3), 15),
    ],
)  # fmt: skip
def test_a_layer_answers_as_keras_documents(text, shape, output, params):
    assert run(text, shape) == (output, params)


@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 6), st.integers(1, 4))
@settings(deadline=None)
def test_same_is_tensorflows_documented_formula(size, kernel, stride, dilation):
    # tf.nn "Notes on padding", for a kernel of dilation·(kernel − 1) + 1:
    reach = dilation * (kernel - 1) + 1
    out = math.ceil(size / stride)
    pad = max(reach - stride, 0) if size % stride == 0 else max(reach - size % stride, 0)
    before, after = same_sides(size, kernel, stride, dilation)
    assert before == pad // 2
    assert after == pad - pad // 2
    assert (size + before + after - reach) // stride + 1 == out
    if stride == 1 or dilation == 1:
        text = f"Conv1D(1, {kernel}, strides={stride}, padding='same', dilation_rate={dilation})"
        assert run(text, (size, 1))[0] == (out, 1)
        text = f"Conv1DTranspose(1, {kernel}, strides={stride}, padding='same')"
        assert run(text, (size, 1))[0] == (size * stride, 1)


def test_a_model_as_typed_is_read_with_its_own_input():
    text = """model = keras.Sequential([
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])"""
    network = parse_network([text])
    assert network.input == (1, 28, 28)
    found = trace(network, network.input)
    # keras.io/examples/vision/mnist_convnet: 34,826 parameters
    assert found.params == 34_826
    assert found.output == (10,)


def test_models_that_add_layers_are_read():
    text = (
        "model = Sequential()\nmodel.add(Conv2D(8, 3, input_shape=(9, 9, 3)))\nmodel.add(Flatten())"
    )
    network = parse_network([text])
    assert network.input == (3, 9, 9)
    assert trace(network, network.input).output == (392,)


@pytest.mark.parametrize(
    ("text", "message", "spot"),
    [
        ("Conv2D(3, 3)\nConv2d(3, 3, 3)", "Conv2d is PyTorch, but Conv2D is Keras", "Conv2d"),
        ("Conv2D(3, 3, stride=2)", "Conv2D has no argument 'stride'", "stride"),
        ("Conv2D(3, 3, data_format='channels_first')", "channels last", "'channels_first'"),
        ("torch.Conv2D(3, 3)", "layers are written Conv2D or keras.layers.Conv2D", "torch."),
    ],
)
def test_a_mistake_is_pointed_at(text, message, spot):
    with pytest.raises(SpecError) as caught:
        parse_network([text])
    assert message in caught.value.message
    assert caught.value.source[slice(*caught.value.span)] == spot


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Conv2D(3, 3, padding='sane')", "no padding is called 'sane'"),
        ("Conv2D(3, 30)", "the kernel spans 30 cells, but rows and cols have 9"),
        ("Conv1D(3, 3)", "Conv1D takes 1 spatial axis and channels, not 3 axes"),
        ("Reshape((5, 5))", "Reshape makes 5×5 of 243 values"),
    ],
)
def test_a_layer_that_does_not_fit_says_so(text, message):
    with pytest.raises(SpecError) as caught:
        run(text, (9, 9, 3))
    assert message in caught.value.message


def test_every_row_of_the_table_names_itself():
    assert all(name == row.constructor.name for name, row in KERAS.items())


@pytest.mark.parametrize(
    ("text", "shape", "title", "short"),
    [
        ("SeparableConv2D(64, 3, padding='same')", (10, 10, 32), "SeparableConv2D",
         "SeparableConv2D 32→64 k3 p1"),
        ("SeparableConv2D(6, 3, use_bias=False)", (9, 8, 2), "SeparableConv2D",
         "SeparableConv2D 2→6 k3 no bias"),
        ("GlobalAveragePooling2D()", (5, 6, 3), "GlobalAveragePooling2D", "GlobalAveragePooling2D"),
        ("GlobalMaxPooling1D()", (5, 3), "GlobalMaxPooling1D", "GlobalMaxPooling1D"),
    ],
)  # fmt: skip
def test_a_layer_of_keras_alone_writes_pytorch_that_answers_alike(text, shape, title, short):
    shape = (shape[-1], *shape[:-1])
    found = trace(parse_network([text]), shape)
    layer = found.rows[0].layer
    assert (layer.title, layer.short) == (title, short)
    same = trace(parse_network([layer.code]), shape)
    assert same.network.channels_last is False
    assert (same.output, same.params, same.macs) == (found.output, found.params, found.macs)


def test_a_reshape_writes_itself_as_keras_reads_it():
    layer = trace(parse_network(["Reshape((2, 2, -1))"]), (32,)).rows[0].layer
    assert layer.short == "Reshape 2×2×-1"
    assert run(layer.code, (32,)) == ((2, 2, 8), 0)


def test_an_input_of_open_sizes_declares_no_shape():
    assert parse_network(["Input(shape=(None, None, 3))\nConv2D(2, 3)"]).input == ()
    assert parse_network(["Input(shape=(9, 8, 3))\nConv2D(2, 3)"]).input == (3, 9, 8)


def test_an_activation_as_a_layer_keeps_its_argument():
    (row,) = trace(parse_network(["Activation('relu')"]), (3, 5)).rows
    assert row.layer.short == "Activation relu"
    assert row.layer.code == "Activation('relu')"
    assert [step.layer.text for step in parse_network([row.layer.code]).steps] == [row.layer.code]
    assert row.output == (3, 5)


def test_an_activation_beside_other_arguments_is_not_said():
    texts = ["Dense(2)", "Dropout(0.5, activation='relu')", "Activation()"]
    rows = trace(parse_network(texts), (3,)).rows
    assert [row.layer.short for row in rows[1:]] == ["Dropout", "Activation"]


def test_a_reshape_computes_nothing():
    found = trace(parse_network(["Reshape((6,))"]), (2, 3))
    assert (found.output, found.params, found.macs) == ((6,), 0, 0)


def test_a_name_that_neither_language_knows_is_refused_among_keras_layers():
    with pytest.raises(SpecError) as caught:
        parse_network(["Conv2D(2, 3)\nFoo(3)"])
    assert caught.value.message == "no layer is called 'Foo'"
    assert caught.value.source[slice(*caught.value.span)] == "Foo"


def test_no_keras_layer_is_made_without_its_input():
    with pytest.raises(AssertionError):
        KERAS["Conv2D"].constructor.make({})
