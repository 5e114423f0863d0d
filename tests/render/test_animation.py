"""Films of scenes: pixels against a full drawing of each frame, frames and times read back."""

from io import BytesIO
from math import prod

import numpy as np
import pytest
from PIL import Image

from convviz.diagrams import View
from convviz.diagrams.motion import motion
from convviz.engine.account import run
from convviz.render import animation as films
from convviz.render.animation import Cels, animation, durations, stills
from convviz.render.figure import drawn
from convviz.render.figures.standing import aligned, extent, overlap, settled
from convviz.render.style import page_named, theme_named
from convviz.spec.layers import Conv, ConvTranspose, Pool


def counted(*shape):
    return np.arange(1.0, prod(shape) + 1).reshape(shape)


def accounts():
    """Name → (account, diagram): one of each kind of film."""
    conv = Conv.of(1, 1, 3, ndim=2, stride=2, padding=1, bias=False)
    line = Conv.of(1, 1, 2, ndim=1, bias=False)
    channels = Conv.of(2, 1, 2, ndim=2, bias=False)
    lanes = ConvTranspose.of(1, 1, 3, ndim=1, stride=2, bias=False)
    field = ConvTranspose.of(1, 1, 3, ndim=2, stride=2, padding=1, bias=False)

    def layer(given, *shape):
        return run(given, counted(1, *shape), counted(*given.weight_shape), lead=len(shape) % 2)

    return {
        "conv": (layer(conv, 1, 4, 4), None),
        "line": (layer(line, 1, 5), None),
        "channels": (layer(channels, 2, 3, 3), None),
        "lanes": (layer(lanes, 1, 3), None),
        "field": (layer(field, 1, 2, 2), None),
        "direct": (layer(field, 1, 2, 2), "direct"),
        "pool": (run(Pool.of("avg", 2, ndim=2), counted(1, 1, 4, 4), lead=0), None),
    }


def sheets(scenes, theme="light", size="slide", dpi=36.0):
    from convviz.render.figures.sheet import Sheet
    from convviz.render.figures.type import Typeface

    page = page_named(size, dpi)
    typeface = Typeface.of(None)
    return [Sheet(s, page, theme_named(theme), typeface, title=s.title) for s in scenes]


@pytest.mark.parametrize("name", accounts())
def test_every_frame_is_what_drawing_it_alone_would_give(name):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    account, diagram = accounts()[name]
    scenes = motion([account], View(command="convviz"), diagram)
    theme = "dark" if name in ("conv", "lanes") else "light"
    with films.drawing():
        paper = theme_named(theme).tokens.paper
        cels = Cels([sheet.canvas() for sheet in sheets(scenes, theme)], 36.0, paper)
        for number in (len(scenes) - 1, 0, len(scenes) // 2):
            sheet = sheets(scenes, theme)[number]
            agg = FigureCanvasAgg(drawn(sheet, sheet.canvas()))
            agg.draw()
            np.testing.assert_array_equal(cels[number], np.asarray(agg.buffer_rgba()))


def test_what_stands_still_is_the_same_from_frame_to_frame():
    scenes = motion([accounts()["conv"][0]], View(command="convviz"))
    with films.drawing():
        cels = Cels([s.canvas() for s in sheets(scenes)], 36.0, "#FFFFFF")
        frames = np.array(cels[:])
    still = (frames == frames[0]).all(axis=(0, 3))
    height = frames.shape[1]
    assert still[: height // 5].all()  # title and subtitle
    assert still[-height // 12 :].all()  # footer
    assert not still.all()


def test_a_film_decodes_to_its_frames_with_holds_at_both_ends():
    scenes = motion([accounts()["conv"][0]], View(command="convviz conv 4x4"))
    for format in ("gif", "apng", "webp"):
        with Image.open(BytesIO(animation(scenes, format=format, size="240x135"))) as image:
            assert getattr(image, "n_frames", 1) == 4
            assert image.size == (240, 135)
            times = []
            for i in range(4):
                image.seek(i)
                image.load()
                times.append(image.info["duration"])
            assert times == [900, 400, 400, 1800]


def test_a_slide_in_motion_has_960_by_540_pixels():
    scenes = motion([accounts()["line"][0]], View())
    with Image.open(BytesIO(animation(scenes))) as image:
        assert image.size == (960, 540)
    with Image.open(BytesIO(animation(scenes, dpi=36))) as image:
        assert image.size == (480, 270)


def test_the_same_scenes_give_the_same_bytes():
    scenes = motion([accounts()["lanes"][0]], View(command="convviz"))
    again = motion([accounts()["lanes"][0]], View(command="convviz"))
    assert animation(scenes, size="320x180") == animation(again, size="320x180")


def test_transparent_paper_is_clear_in_every_frame():
    scenes = motion([accounts()["line"][0]], View())
    data = animation(scenes, size="320x180", transparent=True)
    with Image.open(BytesIO(data)) as image:
        for i in range(getattr(image, "n_frames", 1)):
            image.seek(i)
            assert image.convert("RGBA").getpixel((1, 1))[3] == 0


@pytest.mark.parametrize(
    ("count", "fps", "expected"),
    [
        (1, None, [1800]),
        (3, None, [900, 400, 1800]),
        (40, None, [900, *[250] * 38, 1800]),
        (100, None, [900, *[120] * 98, 1800]),
        (3, 5, [900, 200, 1800]),
        (3, 0.5, [2000, 2000, 2000]),
    ],
)
def test_the_pace_follows_the_number_of_frames_or_fps(count, fps, expected):
    assert durations(count, fps) == expected


def test_boxes_overlap_when_they_share_more_than_an_edge():
    assert overlap((0, 0, 2, 2), (1, 1, 3, 3))
    assert not overlap((0, 0, 2, 2), (2, 0, 3, 2))
    assert not overlap((0, 0, 2, 2), (0, 3, 2, 4))


def test_a_standing_mark_over_a_moving_one_moves_with_it():
    from matplotlib.path import Path

    from convviz.render.figures.marks import Shape

    def at(x):
        return Shape(Path([(x, 0), (x + 10, 0), (x + 10, 10)]), (0, 0, 0, 1), None, 0.0)

    frames = [[at(0), at(8), at(300), at(18)], [at(4), at(8), at(300), at(18)]]
    assert settled(frames) == [{2}, {2}]  # 8 lies over 0, and 18 over 8


def test_equal_marks_at_other_places_in_the_order_are_told_apart():
    assert aligned(["abcb", "acb", "xacyb"]) == [[0, 2, 3], [0, 1, 2], [1, 2, 4]]
    assert aligned(["ab", "ba"]) in ([[0], [1]], [[1], [0]])
    assert aligned(["ab", "cd"]) == [[], []]


def test_an_extent_holds_all_pixels_of_its_mark():
    from convviz.render.figures.surface import Surface

    scenes = motion([accounts()["conv"][0]], View(command="convviz conv −1 MWÄg"))
    with films.drawing():
        canvas = sheets(scenes[:1])[0].canvas()
        for mark in canvas.marks():
            surface = Surface(canvas.width, canvas.height, 72, None)
            surface.draw([mark])
            rows, cols = np.nonzero(surface.pixels[..., 3])
            left, top, right, bottom = extent(mark)
            if len(rows):
                assert left <= cols.min()
                assert top <= rows.min()
                assert cols.max() + 1 <= right
                assert rows.max() + 1 <= bottom


def test_a_film_of_a_picture_moves_too_and_reads_its_colors_once():
    layer = Conv.of(1, 1, 3, ndim=2, bias=False)
    account = run(layer, counted(1, 1, 200, 200), np.ones((1, 1, 3, 3)), lead=0)
    scenes = motion([account], View(command="convviz"))
    assert len(scenes) == 60
    with Image.open(BytesIO(animation(scenes, size="480x270"))) as image:
        assert getattr(image, "n_frames", 1) == 60
        seen = []
        for i in (0, 30, 59):
            image.seek(i)
            seen.append(np.array(image.convert("RGB")))
    assert (seen[0] != seen[1]).any()
    assert (seen[1] != seen[2]).any()


def test_stills_are_laid_out_alike():
    scenes = motion([accounts()["conv"][0]], View(command="convviz"))
    pictures = []
    for data in stills(scenes, size="480x270"):
        with Image.open(BytesIO(data)) as image:
            pictures.append(np.array(image))
    assert len(pictures) == len(scenes)
    same = (np.array(pictures) == pictures[0]).all(axis=(0, 3))
    assert same.mean() > 0.6
    assert all(data.startswith(b"<?xml") for data in stills(scenes[:2], format="svg"))
