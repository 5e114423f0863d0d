"""Second witnesses: the equation of the house, cell by cell, in plain Python loops."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv, ConvTranspose, Pool

Array = Any  # numpy's stubs do not follow (slice, int, *ints) as an index

NUMPY_MODES = {
    "zeros": "constant",
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
    "symmetric": "symmetric",
}


def numpy_pad(x: Array, padding: Any, mode: str, value: float = 0) -> Array:
    """What np.pad says, but for symmetric: before NumPy 2 it loses count after some mirrors."""
    if mode in ("zeros", "constant"):
        return np.pad(x, padding, constant_values=value)
    if x.size == 0:
        return np.pad(x, padding)
    if mode == "symmetric":
        for axis, (before, after) in enumerate(np.broadcast_to(padding, (x.ndim, 2))):
            n = x.shape[axis]
            there_and_back = [*range(n), *reversed(range(n))]
            x = x.take([there_and_back[i % (2 * n)] for i in range(-before, n + after)], axis)
        return x
    return np.pad(x, padding, mode=NUMPY_MODES[mode])  # type: ignore[call-overload]


def meetings(
    axes: tuple[Axis, ...], coarse: tuple[int, ...], fine: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
    """Every (coarse cell, tap, fine cell) that the equation joins, inside the fine sizes."""
    for cell in itertools.product(*map(range, coarse)):
        for tap in itertools.product(*(range(axis.kernel) for axis in axes)):
            met = tuple(
                c * a.stride + t * a.dilation - a.before
                for c, t, a in zip(cell, tap, axes, strict=True)
            )
            if all(0 <= m < n for m, n in zip(met, fine, strict=True)):
                yield cell, tap, met


def slow_conv(layer: Conv, x: Array, weight: Array, bias: Array | None) -> Array:
    """Convolution of (N, C, *spatial) `x`: each output adds what its taps meet."""
    sides = ((0, 0), (0, 0), *layer.padding)
    wide: Any = numpy_pad(x, sides, layer.padding_mode)
    axes = tuple(Axis(a.kernel, a.stride, a.dilation) for a in layer.axes)
    sizes = layer.output(x.shape[1:])[1:]
    out: Any = np.zeros((len(x), layer.out_channels, *sizes), np.result_type(x, weight))
    per_in, per_out = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    for cell, tap, met in meetings(axes, sizes, wide.shape[2:]):
        for o in range(layer.out_channels):
            first = o // per_out * per_in
            for i in range(per_in):
                out[(slice(None), o, *cell)] += (
                    wide[(slice(None), first + i, *met)] * weight[(o, i, *tap)]
                )
    return out if bias is None else out + bias.reshape(-1, *(1,) * len(sizes))


def slow_transpose(layer: ConvTranspose, x: Array, weight: Array, bias: Array | None) -> Array:
    """Transposed convolution of (N, C, *spatial) `x`: each input adds its stamp."""
    sizes = layer.output(x.shape[1:])[1:]
    out: Any = np.zeros((len(x), layer.out_channels, *sizes), np.result_type(x, weight))
    per_in, per_out = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    for cell, tap, met in meetings(layer.axes, x.shape[2:], sizes):
        for i in range(layer.in_channels):
            first = i // per_in * per_out
            for o in range(per_out):
                out[(slice(None), first + o, *met)] += (
                    x[(slice(None), i, *cell)] * weight[(i, o, *tap)]
                )
    return out if bias is None else out + bias.reshape(-1, *(1,) * len(sizes))


def slow_pool(layer: Pool, x: Array) -> Array:
    """Pooling of (N, C, *spatial) `x`, window by window."""
    sizes = layer.output(x.shape[1:])[1:]
    out: Any = np.zeros((*x.shape[:2], *sizes), x.dtype)
    for cell in itertools.product(*map(range, sizes)):
        met = list(meetings(layer.axes, tuple(c + 1 for c in cell), x.shape[2:]))
        cells = [x[(slice(None), slice(None), *at)] for who, _, at in met if who == cell]
        place = (slice(None), slice(None), *cell)
        if layer.kind == "max":
            out[place] = np.max(cells, axis=0) if cells else -np.inf
            continue
        divisor = 1
        for c, axis, n in zip(cell, layer.axes, x.shape[2:], strict=True):
            window = range(
                c * axis.stride - axis.before, c * axis.stride - axis.before + axis.kernel
            )
            low, high = (-axis.before, n + axis.after) if layer.count_include_pad else (0, n)
            divisor *= sum(low <= i < high for i in window)
        out[place] = np.sum(cells, axis=0) / divisor
    return out
