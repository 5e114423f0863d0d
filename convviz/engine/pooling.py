"""Pooling: the largest or the mean of every window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.engine.arrays import Array, array, batched, empty, floating, quiet, remembered, working
from convviz.engine.gathering import tiles
from convviz.errors import SpecError, shortened
from convviz.records import replace
from convviz.spec.arguments import integer, is_sequence
from convviz.spec.geometry import Axis
from convviz.spec.layers import Pool

BLOCK = 1 << 19
"""Bytes of a block of sums."""

LONG = 1 << 12
"""Taps beyond which windows that are fewer are taken one by one."""


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
        size = shortened(str(integer(kernel, "kernel", 1)))
        raise SpecError(
            f"x has {source.ndim} {'axis' if source.ndim == 1 else 'axes'}, but one batch, one "
            "channel and one to three spatial axes are needed when kernel is one integer",
            "x",
            "3, 4 or 5 axes",
            remedy=f"give one kernel size per spatial axis: {{kernel=({size},)}} for one",
        )
    batch, added = batched(source, ndim)
    layer = remembered(
        pool_layer, ndim, kind, kernel, stride, padding, dilation, ceil_mode, count_include_pad
    )
    out = pooled(layer, batch)
    return out[0] if added else out


def pool_layer(
    ndim: int,
    kind: Any,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: Any,
    count_include_pad: Any,
) -> Pool:
    """The pooling over `ndim` axes, its arguments by position."""
    return Pool.of(
        kind,
        kernel,
        ndim=ndim,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
    )


@quiet
def pooled(layer: Pool, x: Array) -> Array:
    """(N, C, *spatial): `layer` on `x`, which is (N, C, *spatial)."""
    sizes = layer.output(x.shape[1:])[1:]
    average = layer.kind == "avg"
    result = floating(x) if average else x.dtype.newbyteorder("=")
    dtype = working(result) if average else result
    step, fill = (np.add, 0) if average else (np.maximum, lowest(result))
    out = empty((*x.shape[:2], *sizes), result)
    # A tile makes stride · stride times as many sums on its way, along the first axes.
    cells = BLOCK // (dtype.itemsize * math.prod(layer.stride))
    for n, channels, *tile in tiles(out.shape, cells):
        block, axes = x[n, channels], []
        for place, (axis, part) in enumerate(zip(layer.axes, tile, strict=True), 2):
            # Only the cells that these windows meet.
            start = axis.fine(part.start, 0)
            low, stop = max(0, start), axis.fine(part.stop - 1, axis.kernel - 1) + 1
            block = block[(*(slice(None),) * place, slice(low, max(low, stop)))]
            axes.append(replace(axis, before=low - start))
        target = out[(n, channels, *tile)]
        sums = reduced(step, block.astype(dtype, copy=False), tuple(axes), target.shape[2:], fill)
        target[...] = sums / divisors(layer, x.shape[2:], tuple(tile)) if average else sums
    return out


def reduced(
    step: np.ufunc, x: Array, axes: tuple[Axis, ...], sizes: tuple[int, ...], fill: Any
) -> Array:
    """(N, C, *sizes): every window of `x` reduced by `step`, one axis after the other.

    Both the maximum and the sum may go axis by axis: k + k steps instead of k · k.
    """
    for place, (axis, size) in enumerate(zip(axes, sizes, strict=True), 2):
        out = np.full((*x.shape[:place], size, *x.shape[place + 1 :]), fill, x.dtype)
        lead: tuple[Any, ...] = (slice(None),) * place
        taps = axis.taps(size, x.shape[place])
        if len(taps) > max(LONG, size):  # few windows of very many cells: each at once
            # None is of padding alone: that takes holes wider than the axis, so one tap at most.
            for coarse in range(size):
                inside = axis.taps_inside(coarse, x.shape[place])
                start, stop = axis.fine(coarse, inside[0]), axis.fine(coarse, inside[-1]) + 1
                some = x[(*lead, slice(start, stop, axis.dilation))]
                out[(*lead, coarse)] = step.reduce(some, axis=place)
            taps = range(0)
        for tap in taps:
            windows, cells = axis.meeting(tap, size, x.shape[place])
            some = out[(*lead, windows)]
            step(some, x[(*lead, cells)], out=some)
        x = out
    return x


def lowest(dtype: np.dtype[Any]) -> Any:
    """What max pooling pads with: −∞, or the least integer of the type."""
    return -math.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def divisors(
    layer: Pool, spatial: tuple[int, ...], tile: tuple[slice, ...] = ()
) -> NDArray[np.intp]:
    """(*sizes): the number that each average divides by; of a `tile` of the output, if given.

    The cells of the window that lie in the padded axis, or in the input alone without
    count_include_pad; never the overhang that ceil_mode adds (PyTorch).
    """
    counts = np.ones((), np.intp)
    for place, (axis, n) in enumerate(zip(layer.axes, spatial, strict=True)):
        windows = tile[place] if tile else slice(0, axis.windows(n, ceil=layer.ceil_mode))
        start = np.arange(windows.start, windows.stop, dtype=np.intp) * axis.stride - axis.before
        stop = np.minimum(start + axis.kernel, n + axis.after)
        if not layer.count_include_pad:
            start, stop = np.maximum(start, 0), np.minimum(stop, n)
        counts = np.multiply.outer(counts, stop - start)
    return counts


def winners(layer: Pool, x: Array, windows: Sequence[NDArray[np.intp]]) -> NDArray[np.intp]:
    """(N, C, *windows): which tap holds the maximum, counted row by row; the first of equals.

    windows: per axis, which windows are looked at.

    A nan wins over everything, the first nan over later ones, and an input cell of −∞ over
    padding. One axis after the other, the last one first: k + k cells instead of k · k.
    """
    # The largest so far, and its tap along the axes that are done.
    most, best = x, np.broadcast_to(np.intp(0), x.shape)
    done = 1
    for place in reversed(range(2, x.ndim)):
        axis, n, some = layer.axes[place - 2], x.shape[place], windows[place - 2]
        shape = (*most.shape[:place], len(some), *most.shape[place + 1 :])
        largest, first = np.full(shape, lowest(x.dtype), x.dtype), np.zeros(shape, np.intp)
        lead = (slice(None),) * place
        for number, coarse in enumerate(some.tolist()):
            taps = axis.taps_inside(coarse, n)
            if taps:
                start, stop = axis.fine(coarse, taps[0]), axis.fine(coarse, taps[-1]) + 1
                cells = (*lead, slice(start, stop, axis.dilation))
                winner = np.expand_dims(most[cells].argmax(axis=place), place)
                own: tuple[Any, ...] = (*lead, number)
                largest[own] = np.take_along_axis(most[cells], winner, place).squeeze(place)
                tap = np.take_along_axis(best[cells], winner, place) + (winner + taps[0]) * done
                first[own] = tap.squeeze(place)
        most, best = largest, first
        done *= axis.kernel
    # A window of padding alone has no winner along some axis.
    alone = [
        np.array([not axis.taps_inside(coarse, n) for coarse in some.tolist()], dtype=bool)
        for axis, n, some in zip(layer.axes, x.shape[2:], windows, strict=True)
    ]
    best[:, :, reduce(np.logical_or.outer, alone)] = 0
    return best
