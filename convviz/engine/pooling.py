"""Pooling: the largest or the mean of every window."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.engine.arrays import Array, array, batched, floating, quiet, working
from convviz.engine.padding import padded
from convviz.errors import SpecError
from convviz.spec.arguments import is_sequence
from convviz.spec.geometry import Axis
from convviz.spec.layers import Pool
from convviz.spec.modes import mode_named


def pool(
    x: Any,
    kernel: Any,
    kind: str = "max",
    *,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """The maximum or the average of every window of `x`: (N, C, *spatial).

    x:       (N, C, *spatial) or (C, *spatial), one to three spatial axes.
    kernel:  one size per spatial axis; an int means all axes but the first two of `x`.
    kind:    max (keeps the type, pads with −∞, nan wins) or avg (pads with 0).
    stride:  the kernel, if not given.
    padding: at most half of the kernel, as in `pad`.
    count_include_pad: whether an average divides by padding cells too.

    >>> pool([[1, 3, 2, 5]], (2,))
    array([[3, 5]])

    Raises SpecError: what PyTorch's poolings refuse; an average with a dilation.
    """
    source = array(x)
    ndim = len(tuple(kernel)) if is_sequence(kernel) else source.ndim - 2
    if not 1 <= ndim <= 3:
        if is_sequence(kernel):
            raise SpecError(f"kernel has {ndim} entries", "kernel", "one to three spatial axes")
        raise SpecError(
            f"x has {source.ndim} {'axis' if source.ndim == 1 else 'axes'}, but one batch, one "
            "channel and one to three spatial axes are needed when kernel is one integer",
            "x",
            "3, 4 or 5 axes",
            remedy=f"give one kernel size per spatial axis: {{kernel=({echoed(kernel)},)}} for one",
        )
    batch, added = batched(source, ndim)
    layer = Pool.of(
        kind,
        kernel,
        ndim=ndim,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )
    out = pooled(layer, batch)
    return out[0] if added else out


@quiet
def pooled(layer: Pool, x: Array) -> Array:
    """(N, C, *spatial): `layer` on `x`, which is (N, C, *spatial)."""
    sizes = layer.output(x.shape[1:])[1:]
    if layer.kind == "max":
        return reduced(np.maximum, layer, x, sizes, lowest(x.dtype))
    result = floating(x)
    sums = reduced(np.add, layer, x.astype(working(result), copy=False), sizes, 0)
    return (sums / divisors(layer, x.shape[2:])).astype(result, copy=False)


def reduced(step: np.ufunc, layer: Pool, x: Array, sizes: tuple[int, ...], fill: Any) -> Array:
    """(N, C, *sizes): every window of `x` reduced by `step`, one axis after the other.

    Both the maximum and the sum may go axis by axis: k + k steps instead of k · k.
    """
    out = x
    for number, (axis, size) in enumerate(zip(layer.axes, sizes, strict=True)):
        place = 2 + number
        source = extended(out, axis, place, size, fill)
        lead = (slice(None),) * place
        out = source[(*lead, met(axis, 0, size))].copy()
        for tap in range(1, axis.kernel):
            step(out, source[(*lead, met(axis, tap, size))], out=out)
    return out


def met(axis: Axis, tap: int, size: int) -> slice:
    """The padded cells that `tap` meets in `size` windows."""
    start = tap * axis.dilation
    return slice(start, start + (size - 1) * axis.stride + 1, axis.stride)


def extended(x: Array, axis: Axis, place: int, size: int, fill: Any) -> Array:
    """`x` with one axis filled as far as `size` windows reach: ceil_mode may overhang."""
    end = (size - 1) * axis.stride + axis.reach
    after = max(0, end - axis.before - x.shape[place])
    if axis.before == 0 and after == 0:
        return x
    sides = tuple((axis.before, after) if i == place else (0, 0) for i in range(x.ndim))
    return padded(x, sides, mode_named("constant"), fill)


def lowest(dtype: np.dtype[Any]) -> Any:
    """What max pooling pads with: −∞, or the least integer of the type."""
    return -math.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def divisors(layer: Pool, spatial: tuple[int, ...]) -> NDArray[np.intp]:
    """(*sizes): the number that each average divides by.

    The cells of the window that lie in the padded axis, or in the input alone without
    count_include_pad; never the overhang that ceil_mode adds (PyTorch).
    """
    counts = np.ones((), np.intp)
    for axis, n in zip(layer.axes, spatial, strict=True):
        size = axis.windows(n, ceil=layer.ceil_mode)
        start = np.arange(size, dtype=np.intp) * axis.stride - axis.before
        stop = np.minimum(start + axis.kernel, n + axis.after)
        if not layer.count_include_pad:
            start, stop = np.maximum(start, 0), np.minimum(stop, n)
        counts = np.multiply.outer(counts, stop - start)
    return counts


def winners(layer: Pool, x: Array) -> NDArray[np.intp]:
    """(N, C, *sizes): which tap holds each maximum, counted row by row; the first of equals.

    A nan wins over everything, the first nan over later ones, and an input cell of −∞ over
    padding.
    """
    sizes = layer.output(x.shape[1:])[1:]
    source, real = x, np.ones((1, 1, *x.shape[2:]), np.uint8)
    for place, (axis, size) in enumerate(zip(layer.axes, sizes, strict=True), start=2):
        source = extended(source, axis, place, size, lowest(x.dtype))
        real = extended(real, axis, place, size, 0)
    best = np.zeros((*x.shape[:2], *sizes), np.intp)
    for number, tap in enumerate(np.ndindex(*layer.kernel)):
        taps = [met(a, t, n) for a, t, n in zip(layer.axes, tap, sizes, strict=True)]
        place_of_tap = (slice(None), slice(None), *taps)
        cells, inside = source[place_of_tap], real[place_of_tap] == 1
        if number == 0:
            most, found = cells.copy(), np.broadcast_to(inside, cells.shape).copy()
            continue
        wins = (cells > most) | (np.isnan(cells) & ~np.isnan(most)) | (inside & ~found)
        best[wins] = number
        most[wins] = cells[wins]
        found |= inside
    return best


def echoed(kernel: Any) -> str:
    """`kernel` in a tuple that the reader could write."""
    return str(kernel) if isinstance(kernel, int) else "3"
