"""Convolution gathers, transposed convolution scatters: the two readings of the one equation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convviz.engine.arrays import Array, array, batched, floating, quiet, working
from convviz.engine.padding import padded
from convviz.errors import SpecError
from convviz.spec.arguments import integer
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv, ConvTranspose, times
from convviz.spec.modes import mode_named

BLOCK = 1 << 18
"""Numbers in one block of gathered windows."""


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

    >>> conv([[1, 2, 3, 4]], [[[1, 0, -1]]])
    array([[-2., -2.]])

    Raises SpecError: what PyTorch's conv1d, conv2d and conv3d refuse.
    """
    source, kernels, offsets = array(x), array(weight, "weight"), optional(bias)
    ndim = spatial_axes(kernels)
    count = integer(groups, "groups", 1)
    batch, added = batched(source, ndim)
    check_channels(batch, kernels, kernels.shape[1] * count, count)
    layer = Conv.of(
        kernels.shape[1] * count,
        kernels.shape[0],
        kernels.shape[2:],
        ndim=ndim,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=count,
        bias=offsets is not None,
        padding_mode=padding_mode,
    )
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

    >>> conv_transpose([[1, 1, 1, 1]], [[[1, 2, 3]]])
    array([[1., 3., 6., 6., 5., 3.]])

    Raises SpecError: what PyTorch's conv_transpose1d, 2d and 3d refuse.
    """
    source, kernels, offsets = array(x), array(weight, "weight"), optional(bias)
    ndim = spatial_axes(kernels)
    count = integer(groups, "groups", 1)
    batch, added = batched(source, ndim)
    check_channels(batch, kernels, kernels.shape[0], count)
    layer = ConvTranspose.of(
        kernels.shape[0],
        kernels.shape[1] * count,
        kernels.shape[2:],
        ndim=ndim,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        groups=count,
        bias=offsets is not None,
    )
    check_bias(offsets, layer.out_channels)
    out = scatter(layer, batch, kernels, offsets)
    return out[0] if added else out


@quiet
def gather(layer: Conv, x: Array, weight: Array, bias: Array | None) -> Array:
    """(N, C_out, *spatial): `layer` on `x`, which is (N, C_in, *spatial)."""
    sizes = layer.output(x.shape[1:])[1:]
    result = floating(x, weight, *([] if bias is None else [bias]))
    dtype = working(result)
    out = np.empty((len(x), layer.out_channels, *sizes), dtype)
    groups, taps = layer.groups, math.prod(layer.kernel)
    matrix = weight.astype(dtype).reshape(groups, layer.out_channels // groups, -1)
    rows = max(1, BLOCK // (layer.in_channels * taps * math.prod(sizes[1:])))
    for sample, answer in zip(x, out, strict=True):
        source = padded(sample.astype(dtype), layer.padding, mode_named(layer.padding_mode))
        views = windows(source, layer.axes, sizes)
        for start in range(0, sizes[0], rows):
            stop = min(start + rows, sizes[0])
            block = views[(slice(None),) * (1 + len(sizes)) + (slice(start, stop),)]
            columns = block.reshape(groups, layer.in_channels // groups * taps, -1)
            shape = answer[:, start:stop].shape
            answer[:, start:stop] = np.matmul(matrix, columns).reshape(shape)
    if bias is not None:
        out += bias.astype(dtype).reshape(-1, *(1,) * len(sizes))
    return out.astype(result, copy=False)


def windows(source: Array, layer_axes: tuple[Axis, ...], sizes: tuple[int, ...]) -> Array:
    """(C, *kernel, *sizes): for every tap, what it meets in a padded `source` (C, *spatial)."""
    steps = source.strides[1:]
    taps = tuple(step * axis.dilation for step, axis in zip(steps, layer_axes, strict=True))
    moves = tuple(step * axis.stride for step, axis in zip(steps, layer_axes, strict=True))
    return as_strided(
        source,
        (len(source), *(axis.kernel for axis in layer_axes), *sizes),
        (source.strides[0], *taps, *moves),
        writeable=False,
    )


@quiet
def scatter(layer: ConvTranspose, x: Array, weight: Array, bias: Array | None) -> Array:
    """(N, C_out, *spatial): `layer` on `x`, which is (N, C_in, *spatial)."""
    sizes = layer.output(x.shape[1:])[1:]
    result = floating(x, weight, *([] if bias is None else [bias]))
    full = scattered(layer, x, weight)
    kept = tuple(slice(a.before, a.before + n) for a, n in zip(layer.axes, sizes, strict=True))
    out = full[(slice(None), slice(None), *kept)]
    if bias is not None:
        out = out + bias.astype(full.dtype).reshape(-1, *(1,) * len(sizes))
    return np.ascontiguousarray(out, result)


@quiet
def scattered(layer: ConvTranspose, x: Array, weight: Array) -> Array:
    """(N, C_out, *spread): the sum of all stamps before the crop, without the bias.

    Where output_padding reaches beyond the stamps, cells of 0 are added.
    """
    spatial = x.shape[2:]
    sizes = layer.output(x.shape[1:])[1:]
    dtype = working(floating(x, weight))
    span = tuple(
        max(axis.spread(n), axis.before + size)
        for axis, n, size in zip(layer.axes, spatial, sizes, strict=True)
    )
    groups = layer.groups
    full = np.zeros((len(x), layer.out_channels, *span), dtype)
    matrices = weight.astype(dtype).reshape(
        groups, layer.in_channels // groups, layer.out_channels // groups, *layer.kernel
    )
    for sample, sums in zip(x, full, strict=True):
        columns = sample.astype(dtype).reshape(groups, layer.in_channels // groups, -1)
        for tap in np.ndindex(*layer.kernel):
            stamp = np.matmul(matrices[(..., *tap)].transpose(0, 2, 1), columns)
            met = tuple(
                slice(t * a.dilation, t * a.dilation + (n - 1) * a.stride + 1, a.stride)
                for t, a, n in zip(tap, layer.axes, spatial, strict=True)
            )
            sums[(slice(None), *met)] += stamp.reshape(layer.out_channels, *spatial)
    return full


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
