"""A picture through a layer: which maps are shown, and what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convviz.diagrams import Scene, View, scene
from convviz.diagrams.scene import Role
from convviz.engine.account import run
from convviz.spec.layers import Conv, Pool

RNG = np.random.default_rng(0)


def pictured(channels: int, **view: Any) -> Scene:
    conv = Conv.of(3, channels, 3, ndim=2, bias=False)
    array = RNG.integers(0, 256, (1, 3, 12, 10)).astype(float)
    account = run(conv, array, RNG.normal(size=conv.weight_shape), lead=1)
    return scene([account], View(image=True, drawn=True, **view))


def outputs(found: Scene) -> list[str]:
    return [grid.key for band in found.bands for grid in band if grid.kind == Role.OUTPUT]


@pytest.mark.parametrize(
    ("channels", "keys", "title"),
    [
        (1, ["output"], "One kernel, one feature map"),
        (2, ["output[0]", "output[1]"], "Two kernels, two feature maps"),
        (20, [f"output[{n}]" for n in range(8)], "20 kernels, 20 feature maps"),
    ],
)
def test_all_feature_maps_are_shown_up_to_eight(channels: int, keys: list[str], title: str) -> None:
    found = pictured(channels)
    assert outputs(found) == keys
    assert found.title == title
    said = [label.text[0].text for label in found.labels if label.name == "maps"]
    assert said == (["12 more feature maps are not drawn"] if channels == 20 else [])


def test_a_chosen_channel_is_shown_alone_with_its_kernel() -> None:
    found = pictured(4, at=(2, 0, 0))
    assert outputs(found) == ["output"]
    kernels = [grid.key for grid in found.bands[0] if grid.kind == Role.KERNEL]
    assert kernels == ["kernel[2,0]", "kernel[2,1]", "kernel[2,2]"]


def test_the_channels_of_a_pooled_picture_are_one_picture() -> None:
    array = RNG.integers(0, 256, (1, 3, 8, 8)).astype(float)
    account = run(Pool.of("avg", 2, ndim=2), array, lead=1)
    found = scene([account], View(image=True, drawn=True))
    assert found.title == "Average pooling keeps the mean of each window"
    picture = found.grid("output").picture
    assert picture is not None
    means = array.reshape(3, 4, 2, 4, 2).mean(axis=(2, 4))
    np.testing.assert_array_equal(picture, np.rint(np.moveaxis(means, 0, -1)).astype(np.uint8))
