"""Pictures as channels × height × width, 0 to 255."""

from __future__ import annotations

import warnings
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError, printable, shortened
from convviz.sources.budget import Budget
from convviz.sources.source import Source

# Pillow's other formats are rare, and some (EPS) run other programs.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO")

SIXTEEN_BITS = 257
"""65535 / 255: what a 16-bit value is divided by, exactly, to lie in 0 to 255."""

FLATTENED = "transparent pixels are laid on white"


def picture(file: BinaryIO, name: str, budget: Budget) -> Source:
    """The pixels of a picture, turned upright, one plane per color.

    Grayscale has one channel, color three (CMYK and palettes become RGB); transparency is laid on
    white; 16-bit values are divided by 257; of an animation the first frame is read.

    Raises SpecError: no picture that Pillow reads whole, or more pixels than the budget.
    """
    from PIL import Image, ImageOps

    most = Image.MAX_IMAGE_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a broken date in a photograph is no fault of ours
            # Pillow's own limit warns at one size and raises at another: the budget decides.
            Image.MAX_IMAGE_PIXELS = None
            with Image.open(file, formats=FORMATS) as image:
                bands = max(3, len(image.getbands()))
                width, height = image.size
                budget.check((bands, height, width), "a picture", 1)
                frames = int(getattr(image, "n_frames", 1))
                image.load()
                upright = ImageOps.exif_transpose(image) or image
                array, note = pixels(upright)
    except SpecError:
        raise
    except Exception as error:  # Pillow raises a dozen kinds for bytes that are no picture
        raise SpecError(
            f"cannot read {shown(name)} as a picture: {reason(error)}"
        ) from None  # fmt: skip
    finally:
        Image.MAX_IMAGE_PIXELS = most
    notes = [note] if note else []
    if frames > 1:
        notes.append(f"the first of {frames} frames")
    return Source(array, image=True, note=" · ".join(notes))


def pixels(image: Any) -> tuple[NDArray[Any], str]:
    """(C, H, W) and what was changed."""
    from PIL import Image

    mode, note = image.mode, ""
    if mode == "1":
        image = image.convert("L")
    elif mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif mode in ("L", "RGB") and "transparency" in image.info:
        image = image.convert("RGBA" if mode == "RGB" else "LA")
    elif mode in ("La", "RGBa", "PA"):
        image = image.convert({"La": "LA", "RGBa": "RGBA", "PA": "RGBA"}[mode])
    elif mode in ("CMYK", "YCbCr", "LAB", "HSV", "RGBX"):
        image = image.convert("RGB")
    if image.mode in ("LA", "RGBA"):
        gray = image.mode == "LA"
        if image.getchannel("A").getextrema()[0] < 255:
            note = FLATTENED
        color = image.convert("RGBA")
        ground = Image.new("RGBA", color.size, "white")
        image = Image.alpha_composite(ground, color).convert("L" if gray else "RGB")
    array = np.asarray(image)
    wide = array.dtype.kind in "iu" and array.dtype.itemsize > 1
    # Mode "I" is what some files of 16 bits come out as; wider values stay as they are.
    if wide and array.min() >= 0 and array.max() <= 255 * SIXTEEN_BITS:
        array = array / SIXTEEN_BITS
        note = "16-bit values are divided by 257"
    planes = array[np.newaxis] if array.ndim == 2 else np.moveaxis(array, -1, 0)
    return np.ascontiguousarray(planes), note


def reason(error: Exception) -> str:
    """Why Pillow gave up, in few words."""
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "it is none of " + ", ".join(FORMATS)
    text = printable(shortened(str(error) or type(error).__name__, 100)).rstrip(".")
    return text[:1].lower() + text[1:]


def shown(name: str) -> str:
    """A file's name for a message."""
    return shortened(printable(name), 200)
