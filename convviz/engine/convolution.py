"""Convolution gathers, transposed convolution scatters: the two readings of the one equation."""

from __future__ import annotations

from typing import Any

from convviz.engine.arrays import Array, array, batched, prepared, quiet, remembered
from convviz.engine.gathering import Gather
from convviz.engine.methods import compute
from convviz.engine.scattering import scatter
from convviz.errors import SpecError
from convviz.spec.arguments import integer
from convviz.spec.checks import times
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.modes import mode_named


def conv(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> Array:
    """The convolution (cross-correlation) of `x` with `weight`: (N, C_out, *spatial).

    x:       (N, C_in, *spatial) or (C_in, *spatial), one to three spatial axes.
    weight:  (C_out, C_in/groups, *kernel).
    bias:    (C_out,), added last: cells that see only zero padding get exactly this.
    padding: cells as in `pad`, or "same" (stride 1 only) or "valid".

    Floating types are kept; integers alone are computed in float64, exactly up to 2⁵³.

    >>> conv([[1, 2, 3, 4]], [[[1, 0, -1]]])
    array([[-2., -2.]])

    Raises SpecError: what PyTorch's conv1d, conv2d and conv3d refuse.
    """
    source, kernels, offsets = array(x), array(weight, "weight"), optional(bias)
    ndim = spatial_axes(kernels)
    count = integer(groups, "groups", 1)
    batch, added = batched(source, ndim)
    check_channels(batch, kernels, kernels.shape[1] * count, count)
    layer = remembered(conv_layer, kernels.shape, stride, padding, dilation, count, padding_mode)
    check_bias(offsets, layer.out_channels)
    out = gather(layer, batch, kernels, offsets)
    return out[0] if added else out


def conv_transpose(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Array:
    """The transposed convolution of `x` with `weight`: (N, C_out, *spatial).

    Every input cell stamps the kernel, times its value, onto the output; the stamps are added,
    `padding` crops the ends of the sum and `output_padding` crops less at the far one.

    x:       (N, C_in, *spatial) or (C_in, *spatial), one to three spatial axes.
    weight:  (C_in, C_out/groups, *kernel).
    bias:    (C_out,).
    padding: cells cropped: an int, one per axis, or one (before, after) pair per axis.

    Floating types are kept; integers alone are computed in float64, exactly up to 2⁵³.

    >>> conv_transpose([[1, 1, 1, 1]], [[[1, 2, 3]]])
    array([[1., 3., 6., 6., 5., 3.]])

    Raises SpecError: what PyTorch's conv_transpose1d, 2d and 3d refuse.
    """
    source, kernels, offsets = array(x), array(weight, "weight"), optional(bias)
    ndim = spatial_axes(kernels)
    count = integer(groups, "groups", 1)
    batch, added = batched(source, ndim)
    check_channels(batch, kernels, kernels.shape[0], count)
    layer = remembered(
        transpose_layer, kernels.shape, stride, padding, output_padding, dilation, count
    )
    check_bias(offsets, layer.out_channels)
    out = scatter(layer, batch, kernels, offsets)
    return out[0] if added else out


def conv_layer(
    weight: tuple[int, ...], stride: Any, padding: Any, dilation: Any, groups: int, mode: Any
) -> Conv:
    """The convolution by a weight of that shape."""
    outputs, inputs, *kernel = weight
    return Conv.of(
        inputs * groups,
        outputs,
        kernel,
        ndim=len(kernel),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=mode,
    )


def transpose_layer(
    weight: tuple[int, ...],
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
    groups: int,
) -> ConvTranspose:
    """The transposed convolution by a weight of that shape."""
    inputs, outputs, *kernel = weight
    return ConvTranspose.of(
        inputs,
        outputs * groups,
        kernel,
        ndim=len(kernel),
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        groups=groups,
    )


@quiet
def gather(layer: Conv, x: Array, weight: Array, bias: Array | None) -> Array:
    """(N, C_out, *spatial): `layer` on `x`, which is (N, C_in, *spatial)."""
    out, weight, bias = prepared(layer.output(x.shape[1:]), x, weight, bias)
    mode = mode_named(layer.padding_mode)
    axes = tuple(axis.acting(size) for axis, size in zip(layer.axes, out.shape[2:], strict=True))
    compute(Gather(x, weight, bias, layer.groups, axes, mode, out))
    return out


def optional(bias: Any) -> Array | None:
    """`bias` as an array, None if there is none."""
    return None if bias is None else array(bias, "bias")


def spatial_axes(weight: Array) -> int:
    """How many spatial axes `weight` has.

    Raises SpecError: not one to three beside the two channel axes.
    """
    ndim = weight.ndim - 2
    if 1 <= ndim <= 3:
        return ndim
    raise SpecError(
        f"weight has {weight.ndim} {'axis' if weight.ndim == 1 else 'axes'}"
        + (f" ({times(weight.shape)})" if weight.ndim else "")
        + ", but two for channels and one to three for the kernel are needed",
        "weight",
        "3, 4 or 5 axes",
        remedy="weight[None, None] makes one kernel a weight" if 1 <= weight.ndim <= 3 else "",
    )


def check_channels(x: Array, weight: Array, channels: int, groups: int) -> None:
    """Refuse a `weight` that takes another number of channels than (N, C, *spatial) `x` has."""
    if x.shape[1] == channels:
        return
    grouped = f" with groups {groups}" if groups > 1 else ""
    raise SpecError(
        f"weight {times(weight.shape)}{grouped} takes {channels} "
        f"{'channel' if channels == 1 else 'channels'}, but x has {x.shape[1]}",
        "x",
        f"{channels} {'channel' if channels == 1 else 'channels'}",
    )


def check_bias(bias: Array | None, channels: int) -> None:
    """Refuse a `bias` that is not one number per output channel."""
    if bias is not None and bias.shape != (channels,):
        raise SpecError(
            f"bias has the shape {bias.shape}, but there "
            + (f"are {channels} output channels" if channels > 1 else "is 1 output channel"),
            "bias",
            f"shape ({channels},)",
        )
