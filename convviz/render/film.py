"""Frames and durations → the bytes of a file: GIF, APNG, WebP, or one frame as a PNG."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, PngImagePlugin, features

from convviz.errors import SpecError
from convviz.render.apng import apng
from convviz.render.frames import Film, Pixels
from convviz.render.gif import gif


def encode(film: Film, format: str) -> bytes:
    """The file of `film`, in one of FORMATS; the same film gives the same bytes.

    Raises SpecError: this build of Pillow has no WebP.
    """
    return FORMATS[format](film)


def still(frame: Pixels, description: str = "") -> bytes:
    """One frame as a PNG."""
    info = PngImagePlugin.PngInfo()
    if description:
        info.add_itxt("Description", description)
    out = BytesIO()
    image(frame).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def image(frame: Pixels) -> Image.Image:
    """`frame` for Pillow, without its alpha where no pixel is transparent."""
    solid = bool(frame[..., 3].min() == 255)
    return Image.fromarray(np.ascontiguousarray(frame[..., :3]) if solid else frame)


def webp(film: Film) -> bytes:
    """An animated WebP, lossless; libwebp shows a frame that equals the one before as one, longer.

    Raises SpecError: this build of Pillow has no WebP.
    """
    if not features.check("webp"):
        raise SpecError(
            "this build of Pillow writes no WebP", "output", remedy="end the file in .gif or .apng"
        )
    images = map(image, film)
    out = BytesIO()
    next(images).save(
        out,
        "WEBP",
        save_all=True,
        append_images=images,
        duration=list(film.durations),
        loop=0,
        lossless=True,
        method=1,
        quality=0,
    )
    return out.getvalue()


FORMATS: dict[str, Callable[[Film], bytes]] = {"gif": gif, "apng": apng, "webp": webp}
"""Format, which is the file's suffix → its writer."""
