"""What a stream can do, from its descriptor, its encoding and the environment."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TextIO

import numpy as np
import pytest

from convviz.render import colors, palette
from convviz.render.inks import packed
from convviz.render.stream import (
    ACCENTS,
    BLACK,
    KERNEL,
    OUTPUT,
    THEMES,
    WHITE,
    WINDOW,
    End,
    Fill,
    Glyphs,
    Level,
    Run,
    Stream,
    level_of,
    theme_of,
    width_of,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def stream(file: TextIO, **environ: str) -> Stream:
    return Stream.of(file, environ=environ)


@pytest.mark.parametrize(
    ("columns", "width"),
    [("132", 132), ("20", 40), ("19", 80), ("0", 80), ("-5", 80), ("abc", 80), ("", 80),
     ("1000", 1000), ("1001", 80), ("9" * 30, 80), ("１２０", 80), ("40", 40)],
)  # fmt: skip
def test_the_width_is_sane_whatever_columns_says(columns: str, width: int) -> None:
    assert width_of(io.StringIO(), False, {"COLUMNS": columns}) == width


def test_a_pipe_is_laid_out_for_eighty_columns_without_escapes() -> None:
    pipe = stream(io.StringIO(), TERM="xterm-256color", COLORTERM="truecolor")
    assert (pipe.width, pipe.level, pipe.piped) == (80, Level.NONE, True)


@pytest.mark.parametrize(
    ("color", "terminal", "environ", "level"),
    [
        ("auto", True, {"COLORTERM": "truecolor"}, Level.TRUECOLOR),
        ("auto", True, {"COLORTERM": "24bit"}, Level.TRUECOLOR),
        ("auto", True, {"TERM": "screen-256color"}, Level.PALETTE),
        ("auto", True, {"TERM": "linux"}, Level.SIXTEEN),
        ("auto", True, {"TERM": "dumb", "COLORTERM": "truecolor"}, Level.NONE),
        ("auto", False, {"COLORTERM": "truecolor"}, Level.NONE),
        ("auto", True, {"NO_COLOR": "1", "COLORTERM": "truecolor"}, Level.NONE),
        ("auto", True, {"NO_COLOR": "", "TERM": "xterm"}, Level.SIXTEEN),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, Level.NONE),
        ("auto", False, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}, Level.PALETTE),
        ("auto", True, {"FORCE_COLOR": "0", "TERM": "xterm"}, Level.NONE),
        ("always", False, {"NO_COLOR": "1", "FORCE_COLOR": "0"}, Level.SIXTEEN),
        ("never", True, {"FORCE_COLOR": "1", "COLORTERM": "truecolor"}, Level.NONE),
    ],
)
def test_the_level_of_color(
    color: str, terminal: bool, environ: dict[str, str], level: Level
) -> None:
    assert level_of(terminal, color, environ) is level


@pytest.mark.parametrize(
    ("theme", "environ", "found"),
    [
        ("dark", {"CONVVIZ_THEME": "light"}, "dark"),
        ("auto", {"CONVVIZ_THEME": "light", "COLORFGBG": "15;0"}, "light"),
        ("auto", {"COLORFGBG": "15;0"}, "dark"),
        ("auto", {"COLORFGBG": "0;default;15"}, "light"),
        ("auto", {"COLORFGBG": "12;8"}, "dark"),
        ("auto", {"COLORFGBG": "0;7"}, "light"),
        ("auto", {"COLORFGBG": "nonsense"}, "unknown"),
        ("auto", {}, "unknown"),
    ],
)
def test_the_theme(theme: str, environ: dict[str, str], found: str) -> None:
    assert theme_of(theme, environ) == found


LINE = "⌊(7 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 · ▼ ► 4×4 → ✗ … – ≈ ≥"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", LINE),
        ("cp1252", "floor((7 + 2·1 - 1·(3 - 1) - 1) / 2) + 1 · v > 4×4 -> x … – ~= >="),
        ("latin-1", "floor((7 + 2·1 - 1·(3 - 1) - 1) / 2) + 1 · v > 4×4 -> x .. - ~= >="),
        ("ascii", "floor((7 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 | v > 4x4 -> x .. - ~= >="),
    ],
)
def test_a_glyph_falls_back_with_its_group(encoding: str, text: str) -> None:
    assert Glyphs(encoding).text(LINE) == text


def test_a_group_is_used_when_all_of_it_encodes() -> None:
    assert Glyphs("cp437").text("┌─┐ ╔═╗ … ×") == "┌─┐ ╔═╗ .. x"


@pytest.mark.parametrize(
    ("text", "ascii"),
    [
        ("a · b", "a | b"),
        ("2·3", "2*3"),
        ("2·", "2*"),
        ("·(", "*("),
        ("·", "."),
        ("  · b", "  | b"),
    ],
)
def test_a_dot_separates_multiplies_or_stands_for_no_source(text: str, ascii: str) -> None:
    assert Glyphs("ascii").text(text) == ascii


def test_what_cannot_be_encoded_is_escaped_and_never_raises() -> None:
    assert Glyphs("ascii").text("naïve") == "na\\xefve"
    assert Glyphs("no such encoding").text("4×4") == "4x4"


def test_runs_of_one_style_share_one_pair_of_escapes() -> None:
    colored = Stream(level=Level.SIXTEEN)
    runs = [("a", "bold input"), ("b", "bold input"), (" ", ""), ("c", "bold input"), ("  ", "")]
    assert colored.line(runs) == "\x1b[1;34mab c\x1b[0m"


def test_no_line_ends_with_blanks() -> None:
    assert Stream().line([("a", ""), ("   ", "muted"), ("  ", "")]) == "a"
    assert Stream(level=Level.PALETTE).line([("a ", KERNEL)]) == "\x1b[38;5;16;48;5;172ma \x1b[0m"


def test_ends_of_pills_are_blanks_without_color() -> None:
    pill: list[Run] = [("▐", End(KERNEL)), ("7", KERNEL), ("▌", End(KERNEL)), ("|", "")]
    assert Stream().line(pill) == " 7 |"
    assert Stream(level=Level.SIXTEEN).line(pill) == " \x1b[7;33m7\x1b[0m |"
    assert "▐" in Stream(level=Level.TRUECOLOR).line(pill)


def identity_grounds() -> list[int]:
    found: set[int] = set()
    for size in ((1, 4), (4, 4), (5, 5), (9, 1), (24, 24)):
        rows, cols = np.arange(size[0])[:, None], np.arange(size[1])[None, :]
        found |= set(packed(colors.ident(rows, cols, *size)).ravel().tolist())
    t = np.linspace(0, 1, 30)
    found |= set(packed(colors.oklch(0.80 - 0.36 * t, 0.05 + 0.10 * t, 250 + 10 * t)).tolist())
    return sorted(found | {WINDOW.ground, KERNEL.ground, OUTPUT.ground})


def test_every_number_on_a_fill_has_a_contrast_of_at_least_four_and_a_half() -> None:
    for ground in identity_grounds():
        best = max(palette.contrast(BLACK, ground), palette.contrast(WHITE, ground))
        assert best >= 4.49, f"{ground:06X}"
        codes = Stream(level=Level.TRUECOLOR).sgr(Fill(ground)).split(";")
        ink = int(codes[2]) << 16 | int(codes[3]) << 8 | int(codes[4])
        assert palette.contrast(ink, ground) == best


def test_the_ink_is_chosen_for_the_ground_as_quantized() -> None:
    for ground in identity_grounds():
        ink, quantized = Stream(level=Level.PALETTE).sgr(Fill(ground)).split(";")[2::3]
        shown = palette.palette_color(int(quantized))
        assert palette.contrast(palette.palette_color(int(ink)), shown) >= 4.5


@pytest.mark.parametrize("size", [(2, 2), (3, 3), (4, 4), (5, 5)])
def test_identity_stays_unique_in_256_colors(size: tuple[int, int]) -> None:
    rows, cols = np.arange(size[0])[:, None], np.arange(size[1])[None, :]
    grounds = packed(colors.ident(rows, cols, *size)).ravel().tolist()
    assert len({palette.nearest(ground) for ground in grounds}) == len(grounds)


GROUNDS = {"dark": (0x0D121B, 0x1E1E1E, 0x000000), "light": (0xFFFFFF, 0xFAFAFA)}
FLOORS = {"unknown": 3.6, "dark": 5.1, "light": 5.1}


@pytest.mark.parametrize("accent", ACCENTS)
@pytest.mark.parametrize("theme", THEMES)
def test_accents_can_be_read_on_their_backgrounds(accent: str, theme: str) -> None:
    grounds = GROUNDS.get(theme, (*GROUNDS["dark"], *GROUNDS["light"]))
    color = ACCENTS[accent][0][THEMES.index(theme)]
    assert min(palette.contrast(color, ground) for ground in grounds) >= FLOORS[theme]


def test_the_palette_agrees_with_the_colors_of_pictures() -> None:
    for color in (0x1F7FF0, 0xD97F06, 0x808080, 0x010203):
        rgb = colors.rgb(f"#{color:06X}")
        assert palette.luminance(color) == pytest.approx(float(colors.luminance(rgb)))


def test_a_stream_needs_neither_numpy_nor_rich() -> None:
    code = (
        "import sys; from convviz.render.stream import Stream; "
        "Stream.of(sys.stdout); assert not {'numpy', 'rich'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
