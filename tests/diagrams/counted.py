"""Accounts of layers on inputs that fit in the head: 1, 2, 3 … and kernels of 1, 2, 3 …"""

from __future__ import annotations

from typing import Any

import numpy as np

from convviz.engine.account import Account, run
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool


def count(*shape: int) -> Any:
    """1, 2, 3 … in reading order."""
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


def batched(x: Any, axes: int) -> Any:
    """(N, C, *spatial) from fewer leading axes."""
    array = np.asarray(x)
    return array.reshape((1,) * (axes + 2 - array.ndim) + array.shape)


def padded(shape: tuple[int, ...], padding: Any, mode: str, axes: int = 2, **more: Any) -> Account:
    """Padding of a counted input."""
    layer = Padding.of(padding, axes, mode, more.get("value", 0.0))
    return run(layer, batched(count(*shape), axes), lead=len(shape) - axes)


def conv(shape: tuple[int, ...], kernel: int, axes: int = 2, out: int = 1, **more: Any) -> Account:
    """Convolution of a counted input with a counted kernel."""
    x = batched(count(*shape), axes)
    bias = more.pop("bias", None)
    layer = Conv.of(x.shape[1], out, kernel, ndim=axes, **more)
    return run(layer, x, count(*layer.weight_shape), bias, lead=len(shape) - axes)


def transposed(shape: tuple[int, ...], kernel: int, axes: int = 2, **more: Any) -> Account:
    """Transposed convolution of a counted input with a counted kernel."""
    x = batched(count(*shape), axes)
    bias = more.pop("bias", None)
    layer = ConvTranspose.of(x.shape[1], more.pop("out", 1), kernel, ndim=axes, **more)
    return run(layer, x, count(*layer.weight_shape), bias, lead=len(shape) - axes)


def pool(shape: tuple[int, ...], kernel: int, kind: str, axes: int = 2, **more: Any) -> Account:
    """Pooling of a counted input."""
    layer = Pool.of(kind, kernel, ndim=axes, **more)
    return run(layer, batched(count(*shape), axes), lead=len(shape) - axes)
