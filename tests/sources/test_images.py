"""Pictures as channels × height × width, 0 to 255."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convviz.sources.budget import Budget
from convviz.sources.files import read
from convviz.sources.source import Source
from tests.sources.refusals import refused

BUDGET = Budget(1000)
RGB = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) * 10


def shown(image: Image.Image, name: str, folder: Path, **options: object) -> Source:
    path = folder / name
    image.save(path, **options)
    return read(str(path), BUDGET)


def test_color_has_three_channels(tmp_path: Path) -> None:
    source = shown(Image.fromarray(RGB), "x.png", tmp_path)
    np.testing.assert_array_equal(source.array, RGB.transpose(2, 0, 1))
    assert source.image
    assert source.note == ""
    assert source.array.dtype == np.uint8


def test_gray_has_one_channel(tmp_path: Path) -> None:
    source = shown(Image.fromarray(RGB[..., 0]), "x.png", tmp_path)
    np.testing.assert_array_equal(source.array, RGB[np.newaxis, ..., 0])
    one = shown(Image.new("1", (3, 2), 1), "one.png", tmp_path)
    np.testing.assert_array_equal(one.array, np.full((1, 2, 3), 255))


def test_a_palette_becomes_its_colors(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    source = shown(image, "x.gif", tmp_path)
    np.testing.assert_array_equal(source.array[:, 0].T, [[255, 0, 0], [0, 0, 255]])


def test_transparency_is_laid_on_white_and_said(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (200, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    source = shown(image, "x.png", tmp_path)
    np.testing.assert_array_equal(source.array[:, 0].T, [[200, 0, 0], [255, 255, 255]])
    assert source.note == "transparent pixels are laid on white"
    opaque = shown(Image.new("RGBA", (2, 1), (1, 2, 3, 255)), "y.png", tmp_path)
    assert opaque.note == ""
    gray = shown(Image.new("LA", (1, 1), (50, 0)), "z.png", tmp_path)
    np.testing.assert_array_equal(gray.array, [[[255]]])
    keyed = Image.new("RGB", (2, 1), (9, 9, 9))
    source = shown(keyed, "k.png", tmp_path, transparency=(9, 9, 9))
    assert (source.array == 255).all()


def test_16_bits_lie_in_0_to_255_without_being_rounded(tmp_path: Path) -> None:
    values = np.array([[0, 257, 65535, 1000]], dtype=np.uint16)
    source = shown(Image.fromarray(values), "x.png", tmp_path)
    np.testing.assert_array_equal(source.array[0], values / 257)
    assert source.note == "16-bit values are divided by 257"


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    source = shown(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "x.jpg", tmp_path, quality=100)
    assert source.array.shape == (3, 8, 8)
    assert (source.array > 250).all()


def test_a_photograph_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.fromarray(RGB)
    source = shown(image, "x.png", tmp_path, exif=exif)
    np.testing.assert_array_equal(source.array, np.rot90(RGB, -1).transpose(2, 0, 1))


def test_of_an_animation_the_first_frame_is_read_and_said(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (2, 2), color) for color in ("red", "blue", "green")]
    source = shown(frames[0], "x.gif", tmp_path, save_all=True, append_images=frames[1:])
    assert tuple(source.array[:, 0, 0]) == (255, 0, 0)
    assert source.note == "the first of 3 frames"


def test_more_pixels_than_the_budget_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    limit = Image.MAX_IMAGE_PIXELS
    buffer = io.BytesIO()
    Image.new("1", (2_000, 2_000)).save(buffer, "PNG")
    (tmp_path / "bomb.png").write_bytes(buffer.getvalue())
    with refused("more than the budget"):
        read(str(tmp_path / "bomb.png"), BUDGET)
    assert limit == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("kept", [0, 10, 40, 50])
def test_a_broken_picture_gets_one_clear_message(kept: int, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(RGB).save(buffer, "PNG")
    path = tmp_path / "x.png"
    path.write_bytes(buffer.getvalue()[:kept])
    with refused("x.png as a picture: "):
        read(str(path), BUDGET)


def test_formats_that_run_other_programs_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with refused("it is none of PNG"):
        read(str(path), BUDGET)
