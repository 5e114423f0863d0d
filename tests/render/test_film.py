"""Films are read back by Pillow, the second witness: frames, durations, pixels."""

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from convviz.errors import SpecError
from convviz.render.film import FORMATS, encode, still
from convviz.render.frames import Box, Film, changes, words
from convviz.render.gif import COLORS, Palette


def sweep(count, *, size=(24, 40), ground=255):
    """A dark square that moves to the right over a ground of one color."""
    frames = []
    for i in range(count):
        frame = np.full((*size, 4), ground, np.uint8)
        frame[..., 3] = 255
        frame[4:12, i : i + 8, :3] = 10, 90, 200
        frames.append(frame)
    return frames


def decoded(data):
    """(frames as RGBA arrays, their durations) as Pillow reads them."""
    with Image.open(BytesIO(data)) as image:
        frames, durations = [], []
        for i in range(getattr(image, "n_frames", 1)):
            image.seek(i)
            frames.append(np.array(image.convert("RGBA")))
            durations.append(image.info["duration"])
        return frames, durations


@pytest.mark.parametrize("format", FORMATS)
def test_a_film_decodes_to_its_frames_and_durations(format):
    frames = sweep(7)
    durations = [900, 400, 400, 250, 120, 400, 1800]
    got, times = decoded(encode(Film(frames, durations), format))
    np.testing.assert_array_equal(got, frames)
    assert times == durations


@pytest.mark.parametrize("format", ["gif", "apng"])
def test_equal_neighbors_stay_two_frames(format):
    frame = sweep(1)[0]
    got, times = decoded(encode(Film([frame] * 4, [400] * 4), format))
    assert len(got) == 4
    assert times == [400] * 4
    np.testing.assert_array_equal(got[3], frame)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_frames_give_the_same_bytes(format):
    rng = np.random.default_rng(5)
    frames = list(rng.integers(0, 256, (3, 20, 30, 4), np.uint8))
    for frame in frames:
        frame[..., 3] = 255
    film = Film(frames, [400] * 3, "convviz conv 7x7 −")
    assert encode(film, format) == encode(film, format)


@pytest.mark.parametrize("format", ["gif", "apng"])
def test_a_transparent_paper_stays_transparent_behind_what_moved_away(format):
    frames = sweep(5, ground=0)
    for frame in frames:
        frame[..., 3] = 255 * (frame[..., 2] > 0)
    got, _ = decoded(encode(Film(frames, [400] * 5), format))
    for mine, theirs in zip(frames, got, strict=True):
        np.testing.assert_array_equal(theirs[..., 3], mine[..., 3])
        np.testing.assert_array_equal(theirs[mine[..., 3] > 0], mine[mine[..., 3] > 0])


def test_half_transparent_pixels_of_a_gif_are_mixed_with_the_paper():
    frame = np.zeros((4, 4, 4), np.uint8)
    frame[0, 0] = 200, 100, 0, 255
    frame[1, 1] = 200, 100, 0, 51
    frame[2, 2] = 200, 100, 0, 10
    got, _ = decoded(encode(Film([frame, frame], [400] * 2, "", (10, 20, 30)), "gif"))
    assert got[0][0, 0].tolist() == [200, 100, 0, 255]
    assert got[0][1, 1].tolist() == [48, 36, 24, 255]
    assert got[0][2, 2, 3] == got[0][3, 3, 3] == 0


def test_a_gif_has_one_palette_of_128_colors_no_dither_and_leaves_its_frames():
    data = encode(Film(sweep(3), [400] * 3), "gif")
    assert data[10] == 0xF0 | 6  # a global table of 2⁷ entries
    assert data.count(b"\x21\xf9\x04" + bytes([1 << 2 | 1])) == 3  # disposal 1 in each frame
    with Image.open(BytesIO(data)) as image:
        assert image.info["loop"] == 0
    flat = np.full((16, 16, 4), (120, 121, 122, 255), np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 4), np.uint8)
    noise[..., 3] = 255
    got, _ = decoded(encode(Film([flat, noise, flat], [400] * 3), "gif"))
    assert len(np.unique(got[0].reshape(-1, 4), axis=0)) == 1


def test_a_film_of_few_colors_keeps_each_of_them_and_else_the_frequent_ones():
    rng = np.random.default_rng(1)
    frame = rng.integers(0, 256, (64, 64, 4), np.uint8)
    frame[..., 3] = 255
    frame[:32, :, :3] = 255, 254, 253
    frame[32:40, :, :3] = 252, 254, 253
    palette = Palette([frame])
    assert len(palette.colors) < COLORS
    indices = palette.indices(words(frame))
    np.testing.assert_array_equal(palette.colors[indices][:40], frame[:40, :, :3])


def test_a_rare_color_far_from_all_others_is_kept():
    rng = np.random.default_rng(3)
    frame = np.full((64, 64, 4), 255, np.uint8)
    frame[..., 0] = frame[..., 1] = frame[..., 2] = rng.integers(0, 256, (64, 64))
    frame[5, 7, :3] = 154, 0, 112
    palette = Palette([frame])
    assert palette.colors[palette.indices(words(frame))[5, 7]].tolist() == [154, 0, 112]


def test_every_pixel_takes_the_nearest_color_of_the_palette():
    rng = np.random.default_rng(2)
    frame = rng.integers(0, 256, (40, 40, 4), np.uint8)
    palette = Palette([frame])
    other = rng.integers(0, 256, (20, 20, 4), np.uint8)
    chosen = palette.colors[palette.indices(words(other))].astype(int)
    every = ((other[..., None, :3].astype(int) - palette.colors.astype(int)) ** 2).sum(-1)
    np.testing.assert_array_equal(((chosen - other[..., :3]) ** 2).sum(-1), every.min(-1))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 5), st.integers(1, 5))
def test_the_box_of_changes_is_the_smallest(top, left, height, width):
    before = np.zeros((14, 14, 4), np.uint8)
    after = before.copy()
    after[top, left] = after[top + height - 1, left + width - 1] = 1
    box = changes(words(before), words(after))
    assert box == Box(top, left, top + height, left + width)
    assert box.size == (width, height)


def test_frames_that_are_drawn_when_asked_for_are_drawn_once():
    frames = sweep(9)
    asked = []

    class Lazy(list[Any]):
        def __getitem__(self, i):
            asked.append(i)
            return super().__getitem__(i)

    encode(Film(Lazy(frames), [400] * 9), "gif")
    assert asked == [0, 4, 8, 1, 2, 3, 5, 6, 7]


def test_the_command_is_kept_in_the_file():
    film = Film(sweep(2), [400] * 2, "convviz conv 7x7 · −1")
    with Image.open(BytesIO(encode(film, "gif"))) as image:
        assert image.info["comment"].decode() == film.description
    for data in (encode(film, "apng"), still(film.frames[0], film.description)):
        with Image.open(BytesIO(data)) as image:
            assert image.info["Description"] == film.description


def test_a_comment_longer_than_a_block_survives():
    film = Film(sweep(1), [400], "x" * 1000)
    with Image.open(BytesIO(encode(film, "gif"))) as image:
        assert len(image.info["comment"]) == 1000


def test_a_still_is_its_frame():
    frame = sweep(1)[0]
    with Image.open(BytesIO(still(frame))) as image:
        assert image.mode == "RGB"
        np.testing.assert_array_equal(np.array(image), frame[..., :3])


def test_one_pixel_makes_a_film():
    frame = np.array([[[1, 2, 3, 255]]], np.uint8)
    other = np.array([[[9, 2, 3, 255]]], np.uint8)
    for format in FORMATS:
        got, _ = decoded(encode(Film([frame, other], [400, 400]), format))
        assert got[0].shape == (1, 1, 4)


def test_a_pillow_without_webp_is_said_so(monkeypatch):
    monkeypatch.setattr("convviz.render.film.features.check", lambda name: False)
    with pytest.raises(SpecError, match="no WebP"):
        encode(Film(sweep(1), [400]), "webp")


def test_the_chunks_of_an_apng_are_in_order_and_whole():
    data = encode(Film(sweep(3), [400] * 3), "apng")
    names, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        names.append(data[at + 4 : at + 8].decode())
        at += 12 + length
    assert names == ["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"]
