"""Pictures as arrays, and how much two of them differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def decoded(path: Path) -> Pixels:
    """(frames, height, width, 3): the pixels of a picture; of a film, first, middle and last."""
    with Image.open(path) as image:
        count: int = getattr(image, "n_frames", 1)
        frames = []
        for place in sorted({0, count // 2, count - 1}):
            image.seek(place)
            frames.append(np.asarray(image.convert("RGB")))
    return np.stack(frames)


def difference(one: Pixels, other: Pixels) -> Any:
    """The largest mean difference, of 255, in any block of 32 × 32 pixels; ∞ for other shapes.

    By block: a missing number is much in its place, and nothing in the mean of a slide.
    """
    if one.shape != other.shape:
        return np.inf
    off = np.abs(one.astype(np.int16) - other).mean(axis=-1)
    height, width = (size // 32 * 32 for size in off.shape[1:])
    blocks = off[:, :height, :width].reshape(len(off), height // 32, 32, width // 32, 32)
    return blocks.mean(axis=(2, 4)).max()
