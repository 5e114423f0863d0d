"""What an output stream can do, and how styled text becomes its characters.

A line is a sequence of runs, (text, style) pairs. A style is a few words, an accent and maybe
"bold" ("bold kernel", "muted", ""), or a `Fill`, which sets its ink and its ground. Text is written
in the UTF-8 glyphs of the program; what the stream cannot encode is replaced by `Stream.text`,
which layouts call before they measure. The terminal itself is never asked anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import TextIO, TypeAlias

from convviz.patterns import pattern
from convviz.records import Record, field


class Level(IntEnum):
    """How many colors a stream takes."""

    NONE = 0
    SIXTEEN = 16
    PALETTE = 256
    TRUECOLOR = 1 << 24


class Fill(Record):
    """Ink and ground of a cell, right on any background because it sets both.

    ground:  0xRRGGBB; the ink is black or white, whichever contrasts more.
    palette: its color of 256; −1: the nearest in OKLab.
    sixteen: the SGR codes that stand for it in 16 colors; "" where color is dropped.
    """

    ground: int
    palette: int = -1
    sixteen: str = ""


class End(Record):
    """The half block that rounds off a `Fill`: its ink is the ground of the fill."""

    fill: Fill


Style: TypeAlias = "str | Fill | End"
Run: TypeAlias = "tuple[str, Style]"
Line: TypeAlias = "Sequence[Run]"

WINDOW = Fill(0x4A8FE6, 68, "7;34")
KERNEL = Fill(0xD97F06, 172, "7;33")
OUTPUT = Fill(0x1FA07C, 36, "7;32")

BLACK, WHITE = 0x04060A, 0xFFFFFF
THEMES = ("unknown", "dark", "light")

# Per accent: truecolor and 256 for an unknown, a dark and a light background, then one of 16.
# "unknown" has the best worst case on eight common grounds.
ACCENTS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int], int]] = {
    "input": ((0x1F7FF0, 0x8DBEFA, 0x1B62BD), (32, 111, 25), 34),
    "kernel": ((0xBE6D00, 0xFFC777, 0xA65200), (166, 222, 130), 33),
    "output": ((0x00936A, 0x6EDFBE, 0x06785A), (29, 115, 29), 32),
    "focus": ((0xE33B9C, 0xF07BB5, 0x9A0070), (199, 211, 89), 35),
    "error": ((0xEC3F41, 0xFF8A84, 0xB3261E), (196, 210, 124), 31),
}
STYLE_WORDS = ("", "bold", "muted", *ACCENTS)

# A group is used when all of it encodes, else each of its glyphs has this fallback.
GLYPHS: tuple[dict[str, str], ...] = (
    dict(zip("┌─┐│└┘", "+-+|++", strict=True)),
    dict(zip("╔═╗║╚╝", "#=####", strict=True)),
    dict(zip("▐▌", "  ", strict=True)),
    dict(zip("▼►", "v>", strict=True)),
    {"✗": "x", "✓": "ok"},
    {"×": "x", "⋅": "*"},
    {"−": "-", "→": "->"},
    {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "≈": "~="},
    {"≥": ">=", "≤": "<="},
    {"…": "..", "–": "-"},
    {"█": "#", "░": "."},
)

# "·" has three jobs with three fallbacks: it separates, multiplies, or stands for "no source".
# In text a separator has blanks on both sides, a product on one at most (where a run of another
# color begins); "⋅" always multiplies.
SEPARATOR = pattern(r"(?<= )·(?= )|(?<= )·$|^·(?= )")
PRODUCT = pattern(r"(?<=\S)·|·(?=\S)")


class Glyphs:
    """The glyphs of one encoding."""

    def __init__(self, encoding: str, *, ascii: bool = False) -> None:
        self.encoding = "ascii" if ascii else encoding
        self._table: dict[int, str] = {}
        for group in GLYPHS:
            if not self._takes("".join(group).replace("⋅", "·")):
                self._table |= {ord(glyph): plain for glyph, plain in group.items()}
        self._dots = self._takes("·")
        self._products = self._dots and ord("×") not in self._table
        self._arrows = self._takes("←→")
        if self._products:
            self._table[ord("⋅")] = "·"

    def _takes(self, text: str) -> bool:
        try:
            text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def text(self, text: str) -> str:
        """`text` in glyphs that the stream can encode."""
        if text.isascii():
            return text
        if not self._products:
            text = PRODUCT.sub("*", text)
        if not self._dots:
            text = SEPARATOR.sub("|", text).replace("·", ".")
        if not self._arrows:
            text = text.replace("← →", "< >")
        text = text.translate(self._table)
        if not text.isascii() and not self._takes(text):
            text = text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        return text


class Stream(Record):
    """What one output stream can do.

    width: columns to lay out in, 40 to 1000.
    piped: it is no terminal: laid out for 80 columns, but rows of a grid are never cut.
    """

    width: int = 80
    level: Level = Level.NONE
    theme: str = "unknown"
    piped: bool = False
    glyphs: Glyphs = field(default_factory=lambda: Glyphs("utf-8"))

    @classmethod
    def of(
        cls,
        file: TextIO,
        *,
        color: str = "auto",
        theme: str = "auto",
        ascii: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> Stream:
        """The stream behind `file`, from its descriptor, its encoding and the environment."""
        environ = os.environ if environ is None else environ
        terminal = is_terminal(file)
        encoding = getattr(file, "encoding", None) or "utf-8"
        ascii = ascii or environ.get("CONVVIZ_ASCII", "") not in {"", "0"}
        return cls(
            width_of(file, terminal, environ),
            level_of(terminal, color, environ),
            theme_of(theme, environ),
            not terminal,
            Glyphs(encoding, ascii=ascii),
        )

    def text(self, text: str) -> str:
        """`text` in glyphs that the stream can encode; layouts measure the result."""
        return self.glyphs.text(text)

    def encode(self, lines: Iterable[Line]) -> str:
        """Lines of runs as characters, each line ended by a newline, none by blanks."""
        return "".join(f"{self.line(line)}\n" for line in lines)

    def line(self, runs: Line) -> str:
        """One line: runs of equal style share one pair of escapes, which closes on the line."""
        merged: list[tuple[str, str]] = []
        for text, style in runs:
            if not text:
                continue
            code = self.sgr(style)
            shown = self.text(text)
            if isinstance(style, End) and code == "":
                shown = " " * len(shown)
            elif shown.isspace() and not isinstance(style, Fill):
                code = ""
            # Blanks between two runs of one accent belong to both: one pair instead of two.
            if code and isinstance(style, str) and len(merged) > 1 and merged[-2][0] == code:
                blank = merged[-1]
                if not blank[0] and blank[1].isspace():
                    merged[-2:] = [(code, merged[-2][1] + blank[1])]
            if merged and merged[-1][0] == code:
                merged[-1] = (code, merged[-1][1] + shown)
            else:
                merged.append((code, shown))
        while merged and not merged[-1][0]:
            tail = merged[-1][1].rstrip()
            if tail:
                merged[-1] = ("", tail)
                break
            merged.pop()
        return "".join(f"\x1b[{code}m{text}\x1b[0m" if code else text for code, text in merged)

    def sgr(self, style: Style) -> str:
        """The SGR codes of `style` at this level and on this background; "" for none."""
        return _sgr(style, self.level, self.theme)


@lru_cache(maxsize=4096)
def _sgr(style: Style, level: Level, theme: str) -> str:
    if level is Level.NONE:
        return ""
    if isinstance(style, str):
        return ";".join(_word(word, level, theme) for word in sorted(style.split()))
    if isinstance(style, End):
        return _end(style.fill, level)
    return _fill(style, level)


def _end(fill: Fill, level: Level) -> str:
    if level is Level.SIXTEEN:
        return ""
    return f"38;5;{_index(fill)}" if level is Level.PALETTE else f"38;2;{_rgb(fill.ground)}"


def _fill(fill: Fill, level: Level) -> str:
    if level is Level.SIXTEEN:
        return fill.sixteen
    from convviz.render.palette import contrast, palette_color  # where there is color alone

    if level is Level.PALETTE:
        index = _index(fill)
        ground = palette_color(index)
        ink = 16 if contrast(0, ground) > contrast(WHITE, ground) else 231
        return f"38;5;{ink};48;5;{index}"
    dark = contrast(BLACK, fill.ground) > contrast(WHITE, fill.ground)
    return f"38;2;{_rgb(BLACK if dark else WHITE)};48;2;{_rgb(fill.ground)}"


def _index(fill: Fill) -> int:
    if fill.palette >= 0:
        return fill.palette
    from convviz.render.palette import nearest

    return nearest(fill.ground)


def _word(word: str, level: Level, theme: str) -> str:
    if word == "bold":
        return "1"
    if word == "muted":
        return "2"
    true, palette, sixteen = ACCENTS[word]
    ground = THEMES.index(theme)
    if level is Level.TRUECOLOR:
        return f"38;2;{_rgb(true[ground])}"
    return f"38;5;{palette[ground]}" if level is Level.PALETTE else str(sixteen)


def _rgb(color: int) -> str:
    return f"{color >> 16};{color >> 8 & 255};{color & 255}"


def is_terminal(file: TextIO) -> bool:
    """Whether `file` is a terminal; a closed or foreign file is none."""
    try:
        return bool(file.isatty())
    except (AttributeError, ValueError):
        return False


def width_of(file: TextIO, terminal: bool, environ: Mapping[str, str]) -> int:
    """Columns to lay out in: COLUMNS if it is sane, else the terminal's, else 80; at least 40."""
    columns = environ.get("COLUMNS", "")
    width = 0
    if columns.isascii() and columns.isdigit() and len(columns) <= 4:
        width = int(columns)
    if not 20 <= width <= 1000:
        width = 80
        if terminal:
            try:
                width = os.get_terminal_size(file.fileno()).columns or 80
            except (AttributeError, OSError, ValueError):
                width = 80
    return min(max(width, 40), 1000)


def level_of(terminal: bool, color: str, environ: Mapping[str, str]) -> Level:
    """The level of color: --color > NO_COLOR > FORCE_COLOR > the terminal's own."""
    if color == "never":
        return Level.NONE
    term = environ.get("TERM", "")
    if color != "always":
        if environ.get("NO_COLOR"):
            return Level.NONE
        force = environ.get("FORCE_COLOR", "")
        if force in {"0", "false"} or (not force and (not terminal or term == "dumb")):
            return Level.NONE
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Level.TRUECOLOR
    return Level.PALETTE if "256" in term else Level.SIXTEEN


def theme_of(theme: str, environ: Mapping[str, str]) -> str:
    """The background: --theme > CONVVIZ_THEME > COLORFGBG > "unknown"."""
    for asked in (theme, environ.get("CONVVIZ_THEME", "")):
        if asked in {"dark", "light"}:
            return asked
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    if ground in {"0", "1", "2", "3", "4", "5", "6", "8"}:
        return "dark"
    return "light" if ground in {"7", *map(str, range(9, 16))} else "unknown"
