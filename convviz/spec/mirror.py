"""The transposed stack of a network: what brings its shapes back, layer by layer, last to first."""

from __future__ import annotations

from convviz.errors import SpecError
from convviz.spec.arguments import Pair
from convviz.spec.checks import Shape, times
from convviz.spec.keras_layers import GlobalPool, Separable
from convviz.spec.layer import Layer
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.network import Join, Network, Step
from convviz.spec.pointwise import Flatten, Halving, Linear, Pointwise, Unflatten
from convviz.spec.pooling import AdaptivePool, LPPool, Pool
from convviz.spec.resizing import PadLayer, PixelShuffle, Upsample
from convviz.spec.trace import Row, Trace, trace


def mirror(forward: Trace) -> Trace:
    """The network that makes `forward.shape` of `forward.output`, verified by following it.

    Raises SpecError: a layer has no mirror; it says which.
    """
    layers: list[Layer] = []
    for number, row in reversed(list(enumerate(forward.rows, 1))):
        if isinstance(row.layer, Join):
            raise SpecError(
                f"layer {number}, {row.layer.short}, has no mirror: which part of it each branch "
                "gave is lost",
                remedy="a network of one branch",
            )
        if isinstance(row.layer, Halving):
            raise SpecError(
                f"layer {number}, {row.layer.short}, has no mirror: the half that gates is lost"
            )
        layers += back(row)
    steps = tuple(Step(layer, "", (index - 1,)) for index, layer in enumerate(layers))
    found = trace(Network(steps), forward.output)
    if found.output != forward.shape:
        raise SpecError(
            f"the mirror makes {times(found.output)}, not {times(forward.shape)}: a layer gives up "
            "cells that its transpose does not bring back"
        )
    return found


def back(row: Row) -> list[Layer]:
    """The layers that bring `row`'s input shape back from its output."""
    layer, before, after = row.layer, row.inputs[0], row.output
    found: list[Layer]
    match layer:
        case Pointwise():
            found = [layer]
        case Conv():
            found = [transposed(layer, before, after)]
        case ConvTranspose():
            found = [gathering(layer)]
        case Pool() | LPPool() | AdaptivePool():
            found = [Upsample(before[1:], ())]
        case Linear():
            found = [Linear(layer.out_features, layer.in_features, layer.bias)]
        case Separable():
            between = layer.depthwise.output(before)
            found = [
                transposed(layer.pointwise, between, after),
                transposed(layer.depthwise, before, between),
            ]
        case GlobalPool():  # one number per channel: each becomes a plane
            plane = Unflatten(1, (*after, *(1 for _ in before[1:])))
            found = [plane, Upsample(before[1:], ())]
        case PadLayer():
            found = [cropping(before[0], layer.padding)]
        case Upsample():
            found = [AdaptivePool("avg", before[1:])]
        case PixelShuffle():
            found = [PixelShuffle(layer.factor, not layer.inverse)]
        case _:
            found = reshaped(before, after)
    return found


def gathering(layer: ConvTranspose) -> Conv:
    """The convolution whose transpose the layer is."""
    return Conv.of(
        layer.out_channels, layer.in_channels, layer.kernel, ndim=len(layer.kernel),
        stride=layer.stride, padding=layer.padding, dilation=layer.dilation,
        groups=layer.groups, bias=layer.bias,
    )  # fmt: skip


def transposed(layer: Conv, before: Shape, after: Shape) -> ConvTranspose:
    """The transposed convolution; its output_padding is what the floor dropped."""
    dropped = tuple(
        n - axis.scattered(m) for axis, n, m in zip(layer.axes, before[1:], after[1:], strict=True)
    )
    return ConvTranspose.of(
        layer.out_channels, layer.in_channels, layer.kernel, ndim=len(layer.kernel),
        stride=layer.stride, padding=layer.padding, output_padding=dropped,
        dilation=layer.dilation, groups=layer.groups, bias=layer.bias,
    )  # fmt: skip


def cropping(channels: int, padding: tuple[Pair, ...]) -> ConvTranspose:
    """What takes padding away again: stamps of one cell, cropped."""
    ndim = len(padding)
    return ConvTranspose.of(
        channels, channels, 1, ndim=ndim, padding=padding, groups=channels, bias=False
    )


def reshaped(before: Shape, after: Shape) -> list[Layer]:
    """Flat, then in the axes that came in."""
    flat: list[Layer] = [Flatten()] if len(after) > 1 else []
    return [*flat, Unflatten(1, before)] if len(before) > 1 else flat
