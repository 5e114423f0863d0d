"""Keras' layers, a row each, and how their texts become layers that wait for their input."""

from __future__ import annotations

from collections.abc import Iterator

from convviz.errors import shortened
from convviz.records import Record
from convviz.spec.calls import Call
from convviz.spec.catalog import LAYERS
from convviz.spec.checks import Shape
from convviz.spec.constructors import bind
from convviz.spec.keras import (
    Make,
    convolution,
    dense,
    global_pooling,
    normalization,
    pooling,
    prelu,
    reshape,
    transposed,
    unchanged,
    upsampling,
    zero_padding,
)
from convviz.spec.layer import Layer
from convviz.spec.network import Pending, Places
from convviz.spec.pointwise import Flatten
from convviz.spec.tokens import point
from convviz.spec.window_catalog import Constructor, Given

COMMON = (
    "name", "activation", "kernel_initializer", "bias_initializer", "kernel_regularizer",
    "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint",
    "depthwise_initializer", "pointwise_initializer", "depthwise_regularizer",
    "pointwise_regularizer", "depthwise_constraint", "pointwise_constraint", "beta_initializer",
    "gamma_initializer", "moving_mean_initializer", "moving_variance_initializer",
    "beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint",
    "alpha_initializer", "alpha_regularizer", "alpha_constraint", "trainable", "dtype", "seed",
    "input_shape", "batch_size", "noise_shape", "synchronized",
)  # fmt: skip
"""Arguments that change no shape and no number of parameters: read and left."""


class Row(Record):
    """A Keras layer: its arguments in order, how many must be given, and what it makes."""

    constructor: Constructor
    make: Make


def rows() -> Iterator[tuple[str, str, int, Make]]:
    """(name, arguments, required, make) of every Keras layer."""
    place = "strides padding data_format dilation_rate"
    for n in (1, 2, 3):
        yield (
            f"Conv{n}D",
            f"filters kernel_size {place} groups activation use_bias",
            2,
            convolution(n, ""),
        )
        yield (
            f"Conv{n}DTranspose",
            "filters kernel_size strides padding output_padding data_format dilation_rate "
            "activation use_bias",
            2,
            transposed(n),
        )
        window = "pool_size strides padding data_format"
        for kind, names in (
            ("max", ("MaxPooling", "MaxPool")),
            ("avg", ("AveragePooling", "AvgPool")),
        ):
            for name in names:
                yield f"{name}{n}D", window, 0, pooling(n, kind)
            word = "Average" if kind == "avg" else "Max"
            for name in (f"Global{word}Pooling", f"Global{names[1]}"):
                yield f"{name}{n}D", "data_format keepdims", 0, global_pooling(n, kind)
        yield f"UpSampling{n}D", "size data_format interpolation", 0, upsampling(n)
        yield f"ZeroPadding{n}D", "padding data_format", 0, zero_padding(n)
        yield f"SpatialDropout{n}D", "rate data_format", 1, unchanged(f"SpatialDropout{n}D")
    for n in (1, 2):
        yield (
            f"DepthwiseConv{n}D",
            "kernel_size strides padding depth_multiplier data_format dilation_rate activation "
            "use_bias",
            1,
            convolution(n, "Depthwise"),
        )
        yield (
            f"SeparableConv{n}D",
            f"filters kernel_size {place} depth_multiplier activation use_bias",
            2,
            convolution(n, "Separable"),
        )
    yield "Dense", "units activation use_bias", 1, dense
    norm = "axis momentum epsilon center scale"
    for name in ("BatchNormalization", "LayerNormalization"):
        arguments = norm if name[0] == "B" else "axis epsilon center scale"
        yield name, arguments, 0, normalization(name)
    yield (
        "GroupNormalization",
        "groups axis epsilon center scale",
        0,
        normalization("GroupNormalization"),
    )
    yield "Reshape", "target_shape", 1, lambda given, shape: reshape(given)
    yield "Flatten", "data_format", 0, lambda given, shape: Flatten()
    yield "PReLU", "alpha_initializer alpha_regularizer alpha_constraint shared_axes", 0, prelu
    for name, arguments in UNCHANGED.items():
        yield name, arguments, 0, unchanged(name)


UNCHANGED = {
    "Activation": "activation",
    "Dropout": "rate",
    "AlphaDropout": "rate",
    "GaussianNoise": "stddev",
    "GaussianDropout": "rate",
    "ReLU": "max_value negative_slope threshold",
    "LeakyReLU": "negative_slope alpha",
    "ELU": "alpha",
    "Softmax": "axis",
    "ThresholdedReLU": "theta",
    "Rescaling": "scale offset",
    "Identity": "",
}
"""Keras layers that leave every shape as it is, and their arguments."""


def refuse(given: Given) -> Layer:
    """Never called: Keras layers are made from their input."""
    raise AssertionError(given)


KERAS: dict[str, Row] = {
    name: Row(Constructor(name, tuple(arguments.split()), required, refuse), make)
    for name, arguments, required, make in rows()
}

ONLY_KERAS = frozenset(KERAS) - frozenset(LAYERS)
"""Names that say that a text is Keras."""

PREFIXES = ("", "layers.", "keras.", "keras.layers.", "tf.keras.layers.", "tf.keras.",
            "tensorflow.keras.layers.", "tf.layers.")  # fmt: skip
INPUTS = ("Input", "InputLayer")

OWN_NAMES = {
    "kernel": ("kernel_size", "pool_size"),
    "stride": ("strides",),
    "dilation": ("dilation_rate",),
    "out_channels": ("filters", "units"),
    "out_features": ("units",),
    "bias": ("use_bias",),
}
"""convviz's word for an argument → Keras' words."""


def pending(call: Call, source: str) -> Pending:
    """The layer that `call` names, complete once its input is known.

    Raises SpecError: an argument that it does not take, channels that come first, another prefix.
    """
    typed = source[slice(*call.name_span)]
    prefix = typed[: len(typed) - len(call.name)]
    if prefix not in PREFIXES:
        raise point(
            source,
            (call.name_span[0], call.name_span[0] + len(prefix)),
            f"layers are written {call.name} or keras.layers.{call.name}",
            accepted=f"not {shortened(prefix)}",
        )
    row = KERAS[call.name]
    given, spans = bind(call, row.constructor, source, COMMON)
    order = given.pop("data_format", None)
    if order not in (None, "channels_last"):
        raise point(
            source, spans["data_format"], "Keras text is read with its channels last",
            accepted="only channels_last",
        )  # fmt: skip

    def make(shape: Shape) -> Layer:
        return row.make(dict(given), shape)

    return Pending(source[slice(*call.span)], make)


def places(call: Call, source: str) -> Places:
    """Where the arguments of `call` stand, by convviz's names and by Keras'."""
    _, spans = bind(call, KERAS[call.name].constructor, source, COMMON)
    for own, theirs in OWN_NAMES.items():
        for name in theirs:
            if name in spans:
                spans[own] = spans[name]
    return source, spans, call.span


def declared(call: Call) -> Shape:
    """The input shape that a call declares, as (C, *spatial); () if it declares none."""
    names = ("shape", "input_shape", "batch_shape") if call.name in INPUTS else ("input_shape",)
    for index, argument in enumerate(call.arguments):
        first = call.name in INPUTS and not argument.name and index == 0
        if (argument.name in names or first) and isinstance(argument.value, tuple):
            sizes = argument.value[argument.name == "batch_shape" :]
            if sizes and all(isinstance(n, int) and n > 0 for n in sizes):
                return (sizes[-1], *sizes[:-1])
    return ()
