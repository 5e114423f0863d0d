"""Layers that their input completes: what short spellings make of an input's shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from convviz.errors import SpecError
from convviz.spec.catalog import LAYERS, PLAIN
from convviz.spec.checks import Shape
from convviz.spec.layer import Layer
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.pointwise import Flatten, Linear
from convviz.spec.pooling import AdaptivePool, Pool
from convviz.spec.resizing import PadLayer, Upsample
from convviz.spec.tokens import number
from convviz.spec.words import parse_sizes

Values = dict[str, Any]


def channels(values: Values, shape: Shape) -> tuple[int, int]:
    """(in, out): as typed, else what comes in."""
    before, after = values.pop("channels", (None, None))
    inside = int(before) if before else shape[0]
    return inside, sized(after)[0] if after else inside


def sized(text: str) -> tuple[int, ...]:
    """The sizes of a word such as 64 or 6×6."""
    return parse_sizes(text.lstrip("×x"), "channels")


def conv(values: Values, shape: Shape, title: str) -> Layer:
    """A convolution."""
    inside, outside = channels(values, shape)
    mode = values.pop("mode", "zeros")
    values.pop("bias word", None)
    kernel = values.pop("kernel")
    return Conv.of(inside, outside, kernel, ndim=len(shape) - 1, padding_mode=mode, **values)


def depthwise(values: Values, shape: Shape, title: str) -> Layer:
    """A convolution with one group per channel."""
    return conv({**values, "groups": shape[0]}, shape, title)


def transposed(values: Values, shape: Shape, title: str) -> Layer:
    """A transposed convolution."""
    inside, outside = channels(values, shape)
    values.pop("bias word", None)
    return ConvTranspose.of(inside, outside, values.pop("kernel"), ndim=len(shape) - 1, **values)


def pool(kind: str) -> Callable[[Values, Shape, str], Layer]:
    """A pooling; `pool 2` has kernel 2."""

    def make(values: Values, shape: Shape, title: str) -> Layer:
        _, size = values.pop("channels", (None, None))
        kernel = values.pop("kernel", sized(size) if size else 2)
        return Pool.of(kind, kernel, ndim=len(shape) - 1, **values)

    return make


def adaptive(values: Values, shape: Shape, title: str) -> Layer:
    """An adaptive average; to one cell where no size is given."""
    _, size = values.pop("channels", (None, None))
    return AdaptivePool.of("avg", sized(size) if size else 1, ndim=len(shape) - 1)


def norm(values: Values, shape: Shape, title: str) -> Layer:
    """Batch normalization."""
    _, count = channels(values, shape)
    ndim = max(1, min(3, len(shape) - 1))
    return LAYERS[f"BatchNorm{ndim}d"].make({"num_features": count})


def linear(values: Values, shape: Shape, title: str) -> Layer:
    """A linear layer on the last axis."""
    before, after = values["channels"]
    features = int(before) if before else shape[-1]
    return Linear.of(features, sized(after)[0], values.get("bias", True))


def flatten(values: Values, shape: Shape, title: str) -> Layer:
    """All axes as one."""
    return Flatten()


def upsample(values: Values, shape: Shape, title: str) -> Layer:
    """By a factor (×2, or 2), or to sizes (15×20)."""
    _, amount = values.get("channels", (None, "2"))
    method = values.get("method", "nearest")
    bare = amount.lstrip("×x")
    if amount != bare or not re.search("[x×,]", bare):
        factors = [float(number(part, part, (0, len(part)))) for part in re.split("[×x,]", bare)]
        return Upsample.of(scale_factor=factors, mode=method)
    return Upsample.of(size=sized(bare), mode=method)


def pad(values: Values, shape: Shape, title: str) -> Layer:
    """A padding layer."""
    sides = values["sides"]
    ndim = len(shape) - 1
    pairs = sides if isinstance(sides, tuple) else (sides,) * ndim
    both = [(side, side) if isinstance(side, int) else side for side in pairs]
    flat = [end for pair in (both * ndim if len(both) == 1 else both)[::-1] for end in pair]
    return PadLayer.of(values.get("mode", "zeros"), flat, ndim=ndim)


def plain(values: Values, shape: Shape, title: str) -> Layer:
    """An activation or a dropout, with its first argument if one is given."""
    arguments, needed = PLAIN[title]
    _, first = values.get("channels", (None, None))
    given = {}
    if first is not None and arguments:
        given = {arguments.split()[0]: number(first, first, (0, len(first)))}
    if len(given) < needed:
        raise SpecError(f"{title} needs {arguments.split()[0]}", "input")
    return LAYERS[title].make(given)


MAKERS: dict[str, Callable[[Values, Shape, str], Layer]] = {
    "conv": conv,
    "depthwise": depthwise,
    "transposed": transposed,
    "max": pool("max"),
    "avg": pool("avg"),
    "adaptive": adaptive,
    "norm": norm,
    "linear": linear,
    "flatten": flatten,
    "upsample": upsample,
    "pad": pad,
    "plain": plain,
}

SPATIAL = ("conv", "depthwise", "transposed", "max", "avg", "adaptive", "upsample", "pad")
"""Kinds that work along spatial axes, of which there are one to three."""
