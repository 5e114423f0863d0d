"""Fonts cut for an SVG, read back by fontTools, which matplotlib brings: a second witness."""

import io

import matplotlib
import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

import convviz.render
from convviz.render.figures.woff import cut

OWN = f"{convviz.render.__path__[0]}/fonts/Inter-SemiBold.ttf"
SANS = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
MONO = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSansMono.ttf"


def fonts(path, text):
    """(the whole font, the cut one), checksums of its tables verified."""
    whole = TTFont(path)
    known = whole.getBestCmap()
    wanted = {ord(c): whole.getGlyphID(known[ord(c)]) for c in text}
    with open(path, "rb") as file:
        data = cut(file.read(), wanted)
    assert data[:4] == b"wOFF"
    assert int.from_bytes(data[8:12], "big") == len(data)
    return whole, TTFont(io.BytesIO(data), checkChecksums=2)


def drawn(font, code):
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[font.getBestCmap()[code]].draw(pen)
    return pen.value


@pytest.mark.parametrize("path", [OWN, SANS, MONO])
def test_the_characters_that_are_kept_have_their_outlines_and_widths(path):
    text = "0AVjÄé−×½ −"  # Ä, é and ½ are composed of other glyphs
    whole, small = fonts(path, text)
    assert set(small.getBestCmap()) == set(map(ord, text))
    for code in map(ord, text):
        assert drawn(small, code) == drawn(whole, code)
        old, new = whole.getBestCmap()[code], small.getBestCmap()[code]
        assert small["hmtx"][new] == whole["hmtx"][old]
    assert any(drawn(whole, ord(c)) for c in text)


def test_nothing_else_and_no_hinting_is_left():
    whole, small = fonts(SANS, "0½")
    assert not {"fpgm", "prep", "cvt "} & set(small.keys())
    glyphs = [small["glyf"][name] for name in small.getGlyphOrder()]
    inked = [glyph for glyph in glyphs if glyph.numberOfContours]
    assert 2 < len(inked) < 8  # the missing one, 0, ½ and its parts
    assert all(not glyph.program.getBytecode() for glyph in inked if hasattr(glyph, "program"))
    assert len(glyphs) == len(whole.getGlyphOrder())


def test_letters_are_kerned_as_in_the_whole_font():
    whole, small = fonts(SANS, "AVT")
    names = {small.getGlyphOrder()[whole.getGlyphID(each)]: each for each in "AVT"}
    pairs = {
        (names[a], names[b]): by for (a, b), by in small["kern"].kernTables[0].kernTable.items()
    }
    every = whole["kern"].kernTables[0].kernTable
    assert pairs == {pair: by for pair, by in every.items() if set(pair) <= set("AVT")}
    assert pairs["A", "V"] < 0
    whole, small = fonts(OWN, "AVT")
    assert small.getTableData("GPOS") == whole.getTableData("GPOS")
    assert not {"kern", "GPOS"} & set(fonts(MONO, "AVT")[1].keys())
