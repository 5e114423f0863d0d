"""Scenes of every diagram, small and awkward, for the tests of pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from convviz.diagrams import Scene, View, scene
from convviz.engine.account import run
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool

MODES = ("zeros", "reflect", "replicate", "circular")


def counted(shape: Any) -> np.ndarray[Any, Any]:
    """1, 2, 3, … in that shape, or an array as it is."""
    if isinstance(shape, np.ndarray):
        return shape
    return np.arange(1, np.prod(shape) + 1).reshape(shape)


def view(**options: Any) -> View:
    """A view with a command in its footer."""
    return View(command="convviz pad 4x4 -o x.png", **options)


def padded(
    shape: Any, padding: Any, modes: tuple[str, ...] = MODES, *, lead: int = 0, **options: Any
) -> Scene:
    """Padding of 1, 2, 3, … in those modes."""
    array = counted(shape)
    axes = array.ndim - lead
    batch = array.reshape((1,) * (2 - lead) + array.shape)
    accounts = [run(Padding.of(padding, axes, mode), batch, lead=lead) for mode in modes]
    return scene(accounts, view(**options))


def convolved(
    shape: Any, kernel: int, *, channels: int = 1, at: Any = (), lead: int = 0, **layer: Any
) -> Scene:
    """A convolution of 1, 2, 3, … with the weights 1, 2, 3, …."""
    array = counted(shape)
    axes = array.ndim - (1 if channels > 1 else 0)
    batch = array.reshape((1,) * (axes + 2 - array.ndim) + array.shape)
    conv = Conv.of(channels, 1, kernel, ndim=axes, bias=False, **layer)
    weight = counted(conv.weight_shape).astype(float)
    return scene([run(conv, batch.astype(float), weight, lead=lead)], view(at=at))


def scattered(shape: Any, kernel: int, *, weight: Any = None, at: Any = (), **layer: Any) -> Scene:
    """A transposed convolution of 1, 2, 3, …."""
    array = counted(shape).astype(float)
    conv = ConvTranspose.of(1, 1, kernel, ndim=array.ndim, bias=False, **layer)
    weights = counted(conv.weight_shape).astype(float) if weight is None else weight
    return scene([run(conv, array[None, None], weights, lead=0)], view(at=at))


def pooled(shape: Any, kernel: int, kind: str = "max", *, at: Any = (), **layer: Any) -> Scene:
    """A pooling of 1, 2, 3, …."""
    array = counted(shape).astype(float)
    pool = Pool.of(kind, kernel, ndim=array.ndim, **layer)
    return scene([run(pool, array[None, None], lead=0)], view(at=at))


def pictured(
    kernel: int = 3, channels: int = 1, size: tuple[int, int] = (40, 50), **layer: Any
) -> Scene:
    """A convolution of a small color picture that has signed outputs."""
    rng = np.random.default_rng(0)
    array = rng.integers(0, 256, (3, *size)).astype(float)
    conv = Conv.of(3, channels, kernel, ndim=2, bias=False, **layer)
    weight = rng.normal(size=conv.weight_shape)
    return scene([run(conv, array[None], weight, lead=1)], view(image=True, drawn=True))


def compared(name: str, values: Any) -> Scene:
    """A convolution of 7 × 7 under several values of one parameter."""
    accounts = []
    for value in values:
        layer = {"kernel": 3, name: value}
        conv = Conv.of(1, 1, layer.pop("kernel"), ndim=2, bias=False, **layer)
        weight = counted(conv.weight_shape).astype(float)
        accounts.append(run(conv, counted((1, 1, 7, 7)).astype(float), weight, lead=0))
    return scene(accounts, view())


def stamped(kernels: Any, axes: int = 2) -> Scene:
    """Transposed convolutions of stride 2 with several kernels."""
    accounts = []
    for kernel in kernels:
        conv = ConvTranspose.of(1, 1, kernel, ndim=axes, stride=2, bias=False)
        weight = counted(conv.weight_shape).astype(float)
        accounts.append(run(conv, np.ones((1, 1, *[5] * axes)), weight, lead=0))
    return scene(accounts, view())


def direct(shape: Any, kernel: int, *, at: Any = (), **layer: Any) -> Scene:
    """A transposed convolution read as a direct one."""
    array = counted(shape).astype(float)
    conv = ConvTranspose.of(1, 1, kernel, ndim=array.ndim, bias=False, **layer)
    weight = counted(conv.weight_shape).astype(float)
    return scene([run(conv, array[None, None], weight, lead=0)], view(at=at), "direct")


AWKWARD = np.array([[-12345.0, 54321.0], [0.5, 1e9]])
UNREAL = np.array([[np.nan, np.inf], [-np.inf, 1.0]])

SCENES = {
    "padding, all modes": lambda: padded((4, 4), 1),
    "padding, one mode": lambda: padded((4, 4), 1, ("circular",)),
    "padding, none": lambda: padded((3, 3), 0, ("zeros",)),
    "padding, one cell": lambda: padded((1, 1), 2, ("replicate",)),
    "padding, one row": lambda: padded((1, 9), ((0, 0), (2, 1)), ("circular",)),
    "padding, a line": lambda: padded((7,), ((2, 1),), ("symmetric",)),
    "padding, lines": lambda: padded((9,), 2),
    "padding as large as the input": lambda: padded((4, 4), 4, ("circular",)),
    "padding, channels": lambda: padded((3, 3, 3), 1, ("replicate",), lead=1),
    "padding, a volume": lambda: padded((3, 3, 3), 1, ("reflect",)),
    "padding, wide numbers": lambda: padded(AWKWARD, 1, ("circular",)),
    "padding, no numbers": lambda: padded(UNREAL, 1, ("reflect",)),
    "padding, twelve": lambda: padded((12, 12), 1),
    "padding, tiles": lambda: padded((32, 32), 4),
    "padding, pixels": lambda: padded((300, 300), 30),
    "tiling": lambda: padded((4, 4), 1, ("circular",), tiling=True),
    "tiling, a line": lambda: padded((7,), 2, ("circular",), tiling=True),
    "tiling, pixels": lambda: padded((90, 60), 20, ("circular",), tiling=True),
    "stride": lambda: convolved((7, 7), 3, stride=2, padding=1),
    "stride, unread": lambda: convolved((6, 6), 3, stride=2),
    "stride, pairs": lambda: convolved((8, 12), 2, stride=(2, 3), padding=((0, 1), (1, 0))),
    "stride, many": lambda: convolved((32, 32), 3, stride=2, padding=1),
    "window": lambda: convolved((7, 7), 3, stride=2, padding=1, at=(1, 2)),
    "window, one cell": lambda: convolved((1, 1), 1),
    "window, reflect": lambda: convolved((5, 5), 3, padding=1, padding_mode="reflect"),
    "window, dilated": lambda: convolved((7, 7), 3, dilation=2, padding=2, at=(3, 3)),
    "window, long": lambda: convolved((4, 20), 3),
    "window, large kernel": lambda: convolved((12, 12), 5, padding=2),
    "window, pixels": lambda: convolved((200, 200), 3),
    "line": lambda: convolved((7,), 3, stride=2, at=(1,)),
    "line, dilated": lambda: convolved((12,), 3, dilation=2, padding=2),
    "line, long": lambda: convolved((60,), 5),
    "channels": lambda: convolved((3, 4, 4), 3, channels=3, at=(0, 1)),
    "channels, many": lambda: convolved((64, 6, 6), 3, channels=64),
    "pooling": lambda: pooled((4, 4), 2),
    "pooling, overlapping": lambda: pooled((5, 5), 3, stride=2),
    "pooling, ceil": lambda: pooled((5, 5), 2, "avg", ceil_mode=True, at=(1, 2)),
    "lanes": lambda: scattered(np.ones(4), 3, stride=2),
    "lanes, cropped": lambda: scattered((4,), 3, stride=2, padding=1, output_padding=1),
    "lanes, many": lambda: scattered((20,), 3, stride=2),
    "lanes, one": lambda: scattered((1,), 1),
    "coverage": lambda: scattered((3, 3), 3, stride=2, at=(1, 1)),
    "coverage, cropped": lambda: scattered((4, 4), 4, stride=2, padding=1),
    "coverage, one cell": lambda: scattered((1, 1), 3),
    "coverage, large": lambda: scattered((40, 40), 3, stride=2),
    "image": pictured,
    "image, wide": lambda: pictured(size=(30, 60)),
    "image, maps": lambda: pictured(channels=6),
    "image, many maps": lambda: pictured(5, channels=20, stride=2),
    "compare, windows": lambda: compared("kernel", (2, 3, 5)),
    "compare, strides": lambda: compared("stride", (1, 2, 3)),
    "compare, paddings": lambda: compared("padding", (0, 1, 2)),
    "compare, stamps": lambda: stamped((3, 4)),
    "compare, stamps on a line": lambda: stamped((3, 4), axes=1),
    "direct": lambda: direct((3, 3), 3, stride=2, at=(3, 3)),
    "direct, a line": lambda: direct((4,), 3, stride=2, padding=1),
}
