"""Scenes of dilation, groups, matrices, kernels and networks, small and awkward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convviz.diagrams import Scene, scene
from convviz.diagrams.networks import network_scene
from convviz.engine.account import Account, run
from convviz.records import replace
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.network import INPUT, Join, Network, Step
from convviz.spec.pooling import Pool
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace
from tests.render.figure_scenes import counted, view

SHOWN = view(drawn=True)


def account(
    shape: tuple[int, ...], kernel: Any, *, channels: tuple[int, int] = (1, 1), **layer: Any
) -> Account:
    """A convolution of 1, 2, 3, … with the weights 1, 2, 3, …; transposed=True scatters."""
    kind = ConvTranspose if layer.pop("transposed", False) else Conv
    bias = layer.pop("bias", None)
    random = layer.pop("random", False)
    found = kind.of(*channels, kernel, ndim=len(shape), bias=bias is not None, **layer)
    rng = np.random.default_rng(0)
    size = (1, channels[0], *shape)
    array = rng.normal(size=size) if random else counted(size).astype(float)
    weight = rng.normal(size=found.weight_shape) if random else counted(found.weight_shape)
    return run(found, array, weight, bias, lead=1 if channels[0] > 1 else 0)


def shown(name: str, *accounts: Account, **options: Any) -> Scene:
    """A diagram of accounts, as a picture."""
    return scene(accounts, replace(SHOWN, **options), name)


def dilated(shape: tuple[int, ...], kernel: Any, steps: Sequence[Any], **layer: Any) -> Scene:
    """The taps at several dilations."""
    at = layer.pop("at", ())
    return shown("dilation", *(account(shape, kernel, dilation=d, **layer) for d in steps), at=at)


def grouped(channels: tuple[int, int], groups: Sequence[int], **layer: Any) -> Scene:
    """Channels in several numbers of groups."""
    return shown(
        "groups", *(account((3, 3), 3, channels=channels, groups=g, **layer) for g in groups)
    )


def unrolled(shape: tuple[int, ...], kernel: Any, **layer: Any) -> Scene:
    """A layer as a matrix."""
    return shown("matrix", account(shape, kernel, **layer))


def banked(shape: tuple[int, ...], kernel: Any, channels: tuple[int, int], **layer: Any) -> Scene:
    """A bank of kernels."""
    image = layer.pop("image", False)
    found = account(shape, kernel, channels=channels, random=True, **layer)
    if image:
        found = replace(found, input=np.abs(found.input * 90) % 256)
    return shown("kernels", found, image=image)


def chained(name: str, shape: tuple[int, ...], *layers: str, **options: Any) -> Scene:
    """A chain of layers."""
    picture = options.pop("picture", None)
    found = trace(parse_network(layers), shape)
    return network_scene(found, replace(SHOWN, **options), name, picture)


def branched(name: str) -> Scene:
    """A small U-Net."""
    down, up = Pool.of("max", 2, ndim=2), ConvTranspose.of(8, 4, 2, ndim=2, stride=2)
    steps = (
        Step(Conv.of(1, 4, 3, ndim=2, padding=1), "", (INPUT,)),
        Step(down, "", (0,)),
        Step(Conv.of(4, 8, 3, ndim=2, padding=1), "", (1,)),
        Step(up, "", (2,)),
        Step(Join("cat", ("up", "skip")), "", (3, 0)),
        Step(Conv.of(8, 1, 3, ndim=2, padding=1), "", (4,)),
    )
    return network_scene(trace(Network(steps), (1, 24, 32)), SHOWN, name)


def shortcut() -> Scene:
    """A convolution with holes, added to what it reads."""
    steps = (
        Step(Conv.of(1, 1, 3, ndim=2, padding=1), "", (INPUT,)),
        Step(Conv.of(1, 1, 3, ndim=2, padding=4, dilation=4), "", (0,)),
        Step(Join("add", ("main", "skip")), "", (1, 0)),
    )
    return network_scene(trace(Network(steps), (1, 8, 8)), SHOWN, "receptive-field")


THREE = ("Conv1d(1,1,3,padding=1)", "Conv1d(1,1,3,stride=2,padding=1)", "Conv1d(1,1,3,padding=1)")
STEM = (
    "Conv2d(3,64,7,2,3,bias=False)", "BatchNorm2d(64)", "ReLU()", "MaxPool2d(3,2,1)",
    "Conv2d(64,64,3,1,1)", "ReLU()", "Conv2d(64,128,3,2,1)",
)  # fmt: skip
DEEP = tuple(
    layer
    for n, (a, b) in enumerate(((3, 16), (16, 16), (16, 32), (32, 32), (32, 64), (64, 64)))
    for layer in (f"Conv2d({a},{b},3,1,1)", "ReLU()", *(["MaxPool2d(2)"] if n % 2 else []))
)
HEAD = ("AdaptiveAvgPool2d(1)", "Flatten()", "Linear(64, 1000)")
PHOTO = np.random.default_rng(0).integers(0, 256, (96, 128, 3)).astype(np.uint8)

MORE = {
    "dilation": lambda: dilated((9, 9), 3, (1, 2, 3)),
    "dilation, one": lambda: dilated((9, 9), 3, (2,)),
    "dilation, lines": lambda: dilated((12,), 3, (1, 2, 4)),
    "dilation, unequal": lambda: dilated((8, 12), (2, 3), ((3, 2),)),
    "dilation, on padding": lambda: dilated((6, 6), 3, (2,), padding=2, at=(0, 0)),
    "dilation, on copies": lambda: dilated(
        (6, 6), 3, (2,), padding=((2, 1), (3, 0)), padding_mode="reflect", at=(0, 0)
    ),
    "dilation, cut": lambda: dilated((224, 224), 5, (1, 2, 4)),
    "dilation, one tap": lambda: dilated((3, 3), 1, (1,)),
    "groups": lambda: grouped((8, 8), (1, 2, 8)),
    "groups, one": lambda: grouped((1, 1), (1,)),
    "groups, multiplied": lambda: grouped((3, 6), (3,)),
    "groups, many": lambda: grouped((64, 128), (1, 4, 64)),
    "groups, of many": lambda: grouped((256, 512), (32,)),
    "groups, transposed": lambda: grouped((4, 2), (1,), transposed=True),
    "matrix": lambda: unrolled((4, 4), 3),
    "matrix, biased": lambda: unrolled((5, 5), 3, padding=1, bias=[2.0]),
    "matrix, channels": lambda: unrolled((4, 4), 3, channels=(2, 2)),
    "matrix, a line": lambda: unrolled((7,), 3, stride=2),
    "matrix, transposed": lambda: unrolled((4,), 3, stride=2, transposed=True),
    "matrix, fractions": lambda: unrolled((4, 4), 3, random=True),
    "matrix, large": lambda: unrolled((20, 20), 5, padding=2),
    "matrix, blocks": lambda: unrolled((60, 50), 3, padding=1),
    "matrix, one entry": lambda: unrolled((1, 1), 1),
    "matrices": lambda: shown("matrix", *(account((12,), 3, dilation=d) for d in (1, 2, 3))),
    "kernels": lambda: banked((6, 6), 3, (3, 2)),
    "kernels, one": lambda: banked((7, 7), 3, (1, 1)),
    "kernels, many planes": lambda: banked((16, 16), 3, (8, 12)),
    "kernels, of an image": lambda: banked((40, 30), 7, (3, 24), image=True),
    "kernels, many": lambda: banked((20, 20), 5, (1, 64)),
    "kernels, lines": lambda: banked((24,), 3, (1, 4)),
    "field": lambda: chained("receptive-field", (1, 15), *THREE, at=(4,)),
    "field, holes": lambda: chained(
        "receptive-field", (1, 33), *(f"Conv1d(1,1,3,dilation={d})" for d in (2, 2, 4))
    ),
    "field, upsampled": lambda: chained(
        "receptive-field", (1, 12), "Conv1d(1,1,3,1,1,padding_mode='circular')",
        "ConvTranspose1d(1,1,4,2,1)", at=(1,),
    ),
    "field, cut": lambda: chained("receptive-field", (3, 224, 224), *STEM),
    "field, deep": lambda: chained("receptive-field", (3, 64, 64), *DEEP),
    "field, one layer": lambda: chained("receptive-field", (1, 5), "Conv1d(1,1,3)"),
    "field, on an image": lambda: chained(
        "receptive-field", (3, 96, 128), *STEM, at=(3, 4), picture=PHOTO
    ),
    "field, branches": lambda: branched("receptive-field"),
    "field, branches whose paths can be read": shortcut,
    "holes": lambda: chained("dilation", (1, 25, 25), *["Conv2d(1,1,3,dilation=2)"] * 3),
    "holes, none": lambda: chained(
        "dilation", (1, 25, 25), *(f"Conv2d(1,1,3,dilation={d})" for d in (1, 2, 5))
    ),
    "holes, lines": lambda: chained(
        "dilation", (1, 40), *(f"Conv1d(1,1,3,dilation={d})" for d in (2, 2, 4, 8))
    ),
    "network": lambda: chained("network", (3, 64, 64), *STEM, "Flatten()", "Linear(8192, 10)"),
    "network, long": lambda: chained("network", (3, 64, 64), *DEEP, *HEAD),
    "network, a line": lambda: chained("network", (1, 16000), "Conv1d(1,32,9,4,4)", "ReLU()"),
    "network, branches": lambda: branched("network"),
}  # fmt: skip
