"""Pictures against pictures: every diagram, small, with a tolerance for other versions of FreeType.

Each reference is drawn again by `python -m tests.pictures.test_pictures`; look at what changed.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from convviz.diagrams import Scene
from convviz.render.figure import picture
from tests.render.figure_scenes import SCENES
from tests.render.more_scenes import MORE
from tests.render.several_scenes import SEVERAL

EVERY: dict[str, Callable[[], Scene]] = {**SCENES, **MORE, **SEVERAL}
HERE = Path(__file__).parent
SMALL = (480, 270)
MEAN, SHARE = (1.5, 0.02) if matplotlib.__version_info__ >= (3, 11) else (3.5, 0.06)
"""The mean difference of channels, of 255, and the share of pixels that differ clearly.

Before 3.11 matplotlib does not kern, so texts are up to a hundredth wider and lie elsewhere.
"""

SHOWN = {
    "padding, all modes": "light",
    "padding, a line": "dark",
    "padding, pixels": "light",
    "tiling": "light",
    "stride": "light",
    "window": "dark",
    "line, dilated": "light",
    "channels": "light",
    "pooling": "dark",
    "lanes, cropped": "light",
    "coverage": "light",
    "image": "dark",
    "image, maps": "light",
    "compare, windows": "dark",
    "compare, strides": "light",
    "compare, stamps": "light",
    "direct": "dark",
    "direct, a line": "light",
    "dilation": "light",
    "dilation, lines": "dark",
    "groups": "dark",
    "matrix": "light",
    "matrix, blocks": "dark",
    "matrix, transposed": "light",
    "stride, pairs": "dark",
    "matrices": "light",
    "kernels, of an image": "light",
    "several, lines": "light",
    "several, windows": "dark",
    "several, banks": "light",
    "several, lanes": "dark",
    "several, divisors": "light",
    "several, tilings": "dark",
    "field": "light",
    "field, on an image": "dark",
    "holes": "light",
    "network, branches": "light",
}


def drawn(name: str) -> Image.Image:
    """A scene at the size of the references."""
    data = picture(EVERY[name](), theme=SHOWN[name], dpi=72.0)
    image = Image.open(io.BytesIO(data)).convert("RGB")
    return image.resize(SMALL, Image.Resampling.BOX)


def path(name: str) -> Path:
    return HERE / f"{name.replace(', ', '-').replace(' ', '-')}.png"


@pytest.mark.parametrize("name", SHOWN)
def test_a_diagram_looks_like_its_reference(name: str) -> None:
    found = np.asarray(drawn(name), dtype=float)
    reference = np.asarray(Image.open(path(name)).convert("RGB"), dtype=float)
    difference = np.abs(found - reference)
    assert difference.mean() <= MEAN
    assert (difference.max(axis=-1) > 48).mean() <= SHARE


def small(image: Image.Image) -> Image.Image:
    """The picture in few colors, unless it has too many of them."""
    few = image.quantize(160, dither=Image.Dither.NONE)
    off = np.abs(np.asarray(few.convert("RGB"), dtype=float) - np.asarray(image, dtype=float))
    return few if off.mean() < MEAN / 4 else image


if __name__ == "__main__":
    for each in SHOWN:
        small(drawn(each)).save(path(each), optimize=True)
