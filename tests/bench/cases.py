"""What the engine is timed on, and how many times as long as a peer it may take."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A call of the public API.

    weight: its shape; () for pad.
    group:  a key of GROUPS.
    limits: per peer the largest ratio that this case may have, where it differs from its group's.
    """

    name: str
    group: str
    op: str
    shape: tuple[int, ...]
    weight: tuple[int, ...]
    arguments: dict[str, Any]
    limits: dict[str, float] = field(default_factory=dict)

    def limit(self, peer: str) -> float:
        """The largest share of the time of `peer` that this case may take."""
        return self.limits.get(peer, GROUPS[self.group].worst.get(peer, math.inf))

    def operands(self, dtype: str) -> tuple[Any, Any]:
        """(x, weight): the same numbers for everyone."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal(self.shape, np.float32).astype(dtype)
        return x, rng.standard_normal(self.weight, np.float32).astype(dtype)


@dataclass(frozen=True)
class Group:
    """Cases that share their limits.

    peers: who is timed beside convviz.
    worst: per peer the largest ratio of every case.
    mean:  per peer the largest geometric mean of the ratios.
    most:  microseconds that no call may exceed.
    """

    title: str
    peers: tuple[str, ...]
    worst: dict[str, float]
    mean: dict[str, float] = field(default_factory=dict)
    most: float = math.inf


GROUPS = {
    "dense": Group(
        "Many channels",
        ("torch", "windows"),
        {"torch": 2.5},
        {"torch": 1.5, "windows": 0.5},
    ),
    "image": Group(
        "Filters on images of one channel",
        ("torch", "scipy", "cv2"),
        {"torch": 1, "scipy": 1, "cv2": 2},
    ),
    "toy": Group("Toys", ("torch", "windows"), {}, most=100),
    "pad": Group("Padding", ("np.pad", "copy"), {"np.pad": 1}),
}


def conv(name: str, shape: Any, weight: Any, group: str = "dense", **arguments: Any) -> Case:
    """A convolution."""
    return Case(name, group, "conv", shape, weight, arguments)


def image(name: str, size: int, kernel: int) -> Case:
    """A filter on a picture of one channel."""
    shape, weight = (1, 1, size, size), (1, 1, kernel, kernel)
    return Case(name, "image", "conv", shape, weight, {"padding": kernel // 2})


def transpose(name: str, shape: Any, weight: Any, group: str = "dense", **arguments: Any) -> Case:
    """A transposed convolution."""
    return Case(name, group, "conv_transpose", shape, weight, arguments)


def depthwise(name: str, channels: int, size: int) -> Case:
    """A kernel of 3×3 for every channel: nothing to multiply, all is memory."""
    shape, weight = (1, channels, size, size), (channels, 1, 3, 3)
    arguments = {"padding": 1, "groups": channels}
    return Case(name, "dense", "conv", shape, weight, arguments, {"torch": 4})


PADS = [
    Case(f"{size} {mode}", "pad", "pad", shape, (), {"padding": padding, "mode": mode})
    for size, shape, padding in (
        ("4×4", (4, 4), 1),
        ("224×224×3", (224, 224, 3), ((3, 3), (3, 3), (0, 0))),
        ("4096²", (4096, 4096), 3),
    )
    for mode in ("zeros", "constant", "reflect", "replicate", "circular", "symmetric")
]

CASES = [
    conv("3×3 64→64 @56²", (1, 64, 56, 56), (64, 64, 3, 3), padding=1),
    conv("3×3 256→256 @28²", (1, 256, 28, 28), (256, 256, 3, 3), padding=1),
    conv("7×7 s2 3→64 @224²", (1, 3, 224, 224), (64, 3, 7, 7), stride=2, padding=3),
    conv("1×1 256→64 @28²", (1, 256, 28, 28), (64, 256, 1, 1)),
    conv("5×5 g2 96→256 @27²", (1, 96, 27, 27), (256, 48, 5, 5), padding=2, groups=2),
    depthwise("depthwise 3×3 96 @112²", 96, 112),
    conv("dilated 4 3×3 64→64 @56²", (1, 64, 56, 56), (64, 64, 3, 3), padding=4, dilation=4),
    conv(
        "circular 3 7×7 16→32 @56²",
        (1, 16, 56, 56),
        (32, 16, 7, 7),
        padding=3,
        padding_mode="circular",
    ),
    transpose("transposed 4×4 s2 64→32 @28²", (1, 64, 28, 28), (64, 32, 4, 4), stride=2, padding=1),
    transpose(
        "transposed 3×3 s2 64→32 @28²",
        (1, 64, 28, 28),
        (64, 32, 3, 3),
        stride=2,
        padding=1,
        output_padding=1,
    ),
    conv("1-D k3 512→512 @16k", (1, 512, 16000), (512, 512, 3), padding=1),
    conv("3-D 3×3×3 16→16 @32³", (1, 16, 32, 32, 32), (16, 16, 3, 3, 3), padding=1),
    image("3×3 @2048²", 2048, 3),
    image("15×15 @2048²", 2048, 15),
    conv("toy 3×3 @7²", (1, 1, 7, 7), (1, 1, 3, 3), "toy", padding=1),
    transpose("toy transposed 3×3 s2 @4²", (1, 1, 4, 4), (1, 1, 3, 3), "toy", stride=2),
    *PADS,
]
