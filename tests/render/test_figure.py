"""Pictures as bytes: what is in them, and that nothing outside changes them."""

import base64
import io
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

import convviz.render
from convviz.errors import SpecError
from convviz.render.figure import picture
from tests.render.figure_scenes import padded, pictured, scattered

ROOT = Path(__file__).parents[2]
COMMAND = "convviz pad 4x4 -o x.png"
SVG = "http://www.w3.org/2000/svg"
FACE = re.compile(r"font-family: '([^']+)'; font-weight: (\d+); src: url\(.*?base64,([^)]*)\)")


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def packed(colors: np.ndarray) -> np.ndarray:
    wide = colors.astype(int)
    found: np.ndarray = (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]
    return found


def test_a_slide_has_1920_by_1080_pixels_and_knows_its_command():
    image = Image.open(io.BytesIO(picture(padded((4, 4), 1))))
    assert image.size == (1920, 1080)
    assert image.info["Description"] == COMMAND
    assert "Software" not in image.info


@pytest.mark.parametrize(
    ("size", "dpi", "expected"),
    [
        ("square", None, (1080, 1080)),
        ("slide", 96.0, (1280, 720)),
        ("paper1", None, 1050),
        ("paper2", 150.0, 1050),
        ("640x480", None, (640, 480)),
    ],
)
def test_sizes_give_their_pixels(size, dpi, expected):
    image = Image.open(io.BytesIO(picture(padded((2, 2), 1), size=size, dpi=dpi)))
    assert (image.size if isinstance(expected, tuple) else image.width) == expected


def test_tiles_have_exactly_the_identity_colors_in_both_themes():
    for theme, paper in (("light", (255, 255, 255)), ("dark", (13, 18, 27))):
        shown = pixels(picture(padded((4, 4), 1, ("circular",)), theme=theme))
        found = set(np.unique(packed(shown)).tolist())
        assert tuple(shown[0, 0]) == paper
        for color in ("B6D8FF", "FFC758", "376ECA", "A85500", "E3676F"):
            assert int(color, 16) in found, f"{color} in {theme}"


def test_transparent_pictures_have_no_paper_and_the_same_cells():
    data = picture(padded((2, 2), 1), transparent=True)
    image = np.asarray(Image.open(io.BytesIO(data)))
    assert image.shape[2] == 4
    assert image[0, 0, 3] == 0
    assert image[..., 3].max() == 255


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
def test_the_same_scene_gives_the_same_bytes(format):
    scene = scattered(np.ones(4), 3, stride=2)
    assert picture(scene, format=format) == picture(scene, format=format)


def test_an_svg_names_its_command_and_holds_no_date():
    text = picture(padded((2, 2), 1), format="svg").decode()
    assert f"<title>{COMMAND}</title>" in text
    assert "dc:date" not in text


def test_the_text_of_an_svg_is_text_in_fonts_that_it_carries():
    """Each character is in a font inside, of the family and weight that the text asks for."""
    svg = picture(scattered(np.ones(4), 3, stride=2), format="svg").decode()
    root = ElementTree.fromstring(svg)
    texts = [(text.text, text.get("style")) for text in root.iter(f"{{{SVG}}}text")]
    assert sum(text == "1" for text, _ in texts) >= 8, "numbers in cells are text, too"
    assert f"$ {COMMAND}" in [text for text, _ in texts]
    style = next(root.iter(f"{{{SVG}}}style")).text
    known = {
        (family, weight): set(TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap())
        for family, weight, data in FACE.findall(style)
    }
    assert len(svg) < 150_000
    for text, style in texts:
        families = re.findall(r"'([^']+)'", style)
        weight = (re.findall(r"font(?:-weight)?: (\d+)(?:;| )", style) or ["400"])[0]
        held = set().union(*(known.get((family, weight), set()) for family in families))
        assert set(map(ord, text)) <= held, text
    assert text == text.strip(" "), "blanks at the ends are places, not characters"
    assert "url(data:" in svg
    assert not re.search(r"(href|src|url\()\W*https?:", svg), "nothing is fetched"


def test_a_pdf_can_be_searched_for_its_words():
    data = picture(padded((2, 2), 1, ("reflect",)), format="pdf")
    streams = b"".join(
        zlib.decompress(part.split(b"endstream")[0].strip(b"\r\n"))
        for part in data.split(b"stream\n")[1:]
        if part[:1] == b"x"
    )
    assert b"Tj" in streams or b"TJ" in streams


def test_no_caption_leaves_the_page_to_the_diagram():
    scene = padded((4, 4), 1)
    plain = pixels(picture(scene, caption=False))
    assert (plain[:60] == 255).all(), "no title"
    assert not (pixels(picture(scene))[60:180] == 255).all()
    without = pixels(picture(scene, footer=False))
    assert (without[1000:] == 255).all(), "no footer"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": "30000x30000"}, "900 million pixels"),
        ({"size": "100x20"}, "at least 64 × 64"),
        ({"size": "slid"}, "no size is called 'slid'"),
        ({"dpi": 0.0}, "10 to 1200 dots"),
        ({"dpi": float("nan")}, "10 to 1200 dots"),
        ({"size": "paper", "dpi": 1200.0, "theme": "blue"}, "no theme is called 'blue'"),
        ({"format": "gif"}, "no picture format is called 'gif'"),
        ({"title": "\udcff"}, "cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, message):
    with pytest.raises(SpecError, match=message):
        picture(padded((2, 2), 1), **options)


def test_a_title_is_text_whatever_it_holds():
    picture(padded((2, 2), 1), title=r"a $\bogus$ title_with ^marks 日本")


def test_a_picture_of_an_image_shows_its_pixels_and_a_bar():
    shown = pixels(picture(pictured()))
    assert len(np.unique(packed(shown))) > 500


def test_a_bad_epoch_is_an_error_of_its_own(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "abc")
    with pytest.raises(SpecError, match="SOURCE_DATE_EPOCH"):
        picture(padded((2, 2), 1), format="pdf")


def test_the_fonts_come_with_the_package_and_their_license():
    folder = Path(convviz.render.__path__[0]) / "fonts"
    names = {path.name for path in folder.iterdir()}
    assert {f"Inter-{w}.ttf" for w in ("Regular", "Medium", "SemiBold", "Bold")} <= names
    assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE.txt").read_text(encoding="utf-8")
