"""Keras layers: ``Conv2D(64, 3, strides=2, padding="same")``, channels last, TensorFlow's "same".

Keras layers do not say how many channels come in, and "same" depends on the size: they are complete
when their input is known. Inside, shapes are (C, *spatial) as everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from convviz.errors import SpecError, unknown
from convviz.spec.arguments import Pair, flag, integer, integers, is_sequence
from convviz.spec.checks import Shape
from convviz.spec.keras_layers import GlobalPool, Reshape, Separable
from convviz.spec.layer import Layer
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.pointwise import Linear, Pointwise
from convviz.spec.pooling import AdaptivePool, Pool
from convviz.spec.resizing import PadLayer, Upsample
from convviz.spec.window_catalog import Given
from convviz.spec.writing import written

Make = Callable[[Given, Shape], Layer]


def same_sides(size: int, kernel: int, stride: int, dilation: int) -> Pair:
    """TensorFlow's "same" along an axis of `size`: ⌈size / stride⌉ windows, the odd cell after.

    total = max((⌈L/s⌉ − 1)·s + d·(k − 1) + 1 − L, 0)
    """
    total = max((-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return total // 2, total - total // 2


def sides(given: Given, shape: Shape, kernel: Any, stride: Any, dilation: Any) -> list[Pair]:
    """The (before, after) pairs that `padding` means for an input of `shape`."""
    ndim = len(shape) - 1
    padding = given.pop("padding", "valid")
    word = padding.lower() if isinstance(padding, str) else padding
    if word == "valid":
        return [(0, 0)] * ndim
    if word == "causal" and ndim == 1:
        return [
            (integers(dilation, 1, "dilation", 1)[0] * (integers(kernel, 1, "kernel", 1)[0] - 1), 0)
        ]
    if word != "same":
        names = ("valid", "same", "causal") if ndim == 1 else ("valid", "same")
        raise unknown("padding", str(padding), names, argument="padding", heading="words")
    return [
        same_sides(*axis)
        for axis in zip(
            shape[1:],
            integers(kernel, ndim, "kernel", 1),
            integers(stride, ndim, "stride", 1),
            integers(dilation, ndim, "dilation", 1),
            strict=True,
        )
    ]


def ranked(shape: Shape, ndim: int, title: str) -> None:
    """Refuse an input that has not `ndim` spatial axes."""
    if len(shape) != ndim + 1:
        raise SpecError(
            f"{title} takes {ndim} spatial {'axis' if ndim == 1 else 'axes'} and channels, "
            f"not {len(shape)} axes",
            "input",
        )


def convolution(ndim: int, kind: str) -> Make:
    """Conv2D, DepthwiseConv2D and SeparableConv2D over `ndim` axes."""

    def make(given: Given, shape: Shape) -> Layer:
        kernel, stride = given["kernel_size"], given.get("strides", 1)
        dilation = given.get("dilation_rate", 1)
        bias = flag(given.get("use_bias", True), "use_bias")
        ranked(shape, ndim, f"{kind}Conv{ndim}D")
        per = integer(given.get("depth_multiplier", 1), "depth_multiplier", 1)
        place: Given = {
            "stride": stride,
            "padding": sides(given, shape, kernel, stride, dilation),
            "dilation": dilation,
        }
        if kind == "":
            groups = given.get("groups", 1)
            return Conv.of(
                shape[0], given["filters"], kernel, ndim=ndim, groups=groups, bias=bias, **place
            )
        deep = Conv.of(
            shape[0], shape[0] * per, kernel, ndim=ndim, groups=shape[0],
            bias=bias and kind == "Depthwise", **place,
        )  # fmt: skip
        if kind == "Depthwise":
            return deep
        return Separable(deep, Conv.of(shape[0] * per, given["filters"], 1, ndim=ndim, bias=bias))

    return make


def transposed(ndim: int) -> Make:
    """Conv2DTranspose over `ndim` axes, cropped as the gradient of a convolution is padded."""

    def make(given: Given, shape: Shape) -> Layer:
        ranked(shape, ndim, f"Conv{ndim}DTranspose")
        kernels = integers(given["kernel_size"], ndim, "kernel", 1)
        strides = integers(given.get("strides", 1), ndim, "stride", 1)
        dilations = integers(given.get("dilation_rate", 1), ndim, "dilation", 1)
        extra = given.get("output_padding")
        bias = flag(given.get("use_bias", True), "use_bias")
        word = str(given.get("padding", "valid")).lower()
        if word not in ("valid", "same"):
            raise unknown("padding", word, ("valid", "same"), argument="padding", heading="words")
        crops: list[Pair] = []
        more: list[int] = []
        for axis, (k, s, d) in enumerate(zip(kernels, strides, dilations, strict=True)):
            reach = d * (k - 1) + 1
            if extra is not None:
                side = reach // 2 if word == "same" else 0
                crops.append((side, side))
                more.append(integers(extra, ndim, "output_padding", 0)[axis])
                continue
            crop = max(reach - s, 0) if word == "same" else 0
            crops.append((crop // 2, crop - crop // 2))
            more.append(max(s - reach, 0))
        return ConvTranspose.of(
            shape[0], given["filters"], kernels, ndim=ndim, stride=strides, padding=crops,
            output_padding=more, dilation=dilations, bias=bias,
        )  # fmt: skip

    return make


def pooling(ndim: int, kind: str) -> Make:
    """MaxPooling2D and AveragePooling2D; an average does not count TensorFlow's padding."""

    def make(given: Given, shape: Shape) -> Layer:
        ranked(shape, ndim, f"{'Max' if kind == 'max' else 'Average'}Pooling{ndim}D")
        kernel = given.get("pool_size", 2)
        stride = given.get("strides")
        stride = kernel if stride is None else stride
        padding = sides(given, shape, kernel, stride, 1)
        counted = kind == "max" or not any(map(any, padding))
        return Pool.of(
            kind, kernel, ndim=ndim, stride=stride, padding=padding, count_include_pad=counted
        )

    return make


def global_pooling(ndim: int, kind: str) -> Make:
    """GlobalAveragePooling2D and GlobalMaxPooling2D."""

    def make(given: Given, shape: Shape) -> Layer:
        ranked(shape, ndim, "global pooling")
        if flag(given.get("keepdims", False), "keepdims"):
            return AdaptivePool(kind, (1,) * ndim)
        return GlobalPool(kind, ndim)

    return make


def dense(given: Given, shape: Shape) -> Layer:
    """Dense works on the last axis: the channels, which are the first here."""
    bias = flag(given.get("use_bias", True), "use_bias")
    if len(shape) == 1:
        return Linear.of(shape[0], given["units"], bias)
    return Conv.of(shape[0], given["units"], 1, ndim=len(shape) - 1, bias=bias)


def zero_padding(ndim: int) -> Make:
    """ZeroPadding2D: a number, one per axis, or one pair per axis."""

    def make(given: Given, shape: Shape) -> Layer:
        ranked(shape, ndim, f"ZeroPadding{ndim}D")
        value = given.get("padding", 1)
        entries = tuple(value) if is_sequence(value) else (value,) * ndim
        if ndim == 1 and len(entries) == 2:
            entries = (entries,)
        pairs = [tuple(e) if is_sequence(e) else (e, e) for e in entries]
        return PadLayer.of("zeros", [side for pair in pairs[::-1] for side in pair], ndim=ndim)

    return make


def upsampling(ndim: int) -> Make:
    """UpSampling2D."""

    def make(given: Given, shape: Shape) -> Layer:
        ranked(shape, ndim, f"UpSampling{ndim}D")
        factors = tuple(map(float, integers(given.get("size", 2), ndim, "size", 1)))
        return Upsample.of(None, factors, str(given.get("interpolation", "nearest")))

    return make


def normalization(title: str) -> Make:
    """Batch, layer and group normalization over the channels."""

    def make(given: Given, shape: Shape) -> Layer:
        count = shape[0]
        learned = flag(given.get("center", True), "center") + flag(
            given.get("scale", True), "scale"
        )
        return Pointwise(title, str(count), f"{title}()", learned * count)

    return make


def unchanged(title: str) -> Make:
    """A layer that leaves every shape as it is."""

    def make(given: Given, shape: Shape) -> Layer:
        named = [given["activation"]] if title == "Activation" and "activation" in given else []
        return Pointwise(title, " ".join(map(str, named)), written(title, *named))

    return make


def prelu(given: Given, shape: Shape) -> Layer:
    """PReLU: a slope per value; `shared_axes` counts axes from 1, channels last."""
    shared = given.get("shared_axes") or ()
    last = (*shape[1:], shape[0])
    kept = [n for axis, n in enumerate(last, 1) if axis not in tuple(shared)]
    return Pointwise("PReLU", "", "PReLU()", math.prod(kept))


def reshape(given: Given) -> Layer:
    """Reshape: checked sizes."""
    value = given["target_shape"]
    entries = tuple(value) if is_sequence(value) else (value,)
    sizes = tuple(integer(entry, "target_shape", -1) for entry in entries)
    if not sizes or 0 in sizes or sizes.count(-1) > 1:
        raise SpecError("target_shape must be sizes, one of them −1 at most", "target_shape")
    return Reshape(sizes)
