"""Words and digits on paper: font chains, measuring, runs that shrink and wrap, glyph outlines."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple, TypeAlias

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.font_manager import FontEntry, FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath, TextToPath
from numpy.typing import NDArray

from convviz.errors import SpecError, near, shortened
from convviz.records import Record

Array = NDArray[Any]

REGULAR, MEDIUM, SEMIBOLD, BOLD = 400, 500, 600, 700
WEIGHTS = {REGULAR: "regular", MEDIUM: "medium", SEMIBOLD: "semibold", BOLD: "bold"}
"""By name, since matplotlib before 3.11 writes no SVG with numbers."""
FILES = {REGULAR: "Regular", MEDIUM: "Medium", SEMIBOLD: "SemiBold", BOLD: "Bold"}
OWN_FAMILY = "Convviz Inter"
FALLBACK = "DejaVu Sans"
MONO = "DejaVu Sans Mono"
CAP_HEIGHT = 0.728
"""Of an em: 0.727 in Inter, 0.729 in DejaVu Sans. A number is centered by it."""
SHRINK = 0.8
"""The most that a text shrinks before it wraps."""


class Run(NamedTuple):
    """A piece of one line: its words, color (r, g, b) and weight."""

    text: str
    color: Any
    weight: int = REGULAR


Line = tuple[Run, ...]


class Glyph(NamedTuple):
    """One character's outline at 1 pt, y down, from its origin, and how far it moves the pen.

    top, bottom: of its ink.
    """

    vertices: Array
    codes: Array
    advance: float
    top: float
    bottom: float


Placed: TypeAlias = tuple[str, float, float]
"""A label, and where its first character has its origin: x and y in points, y down."""


def add_fonts() -> None:
    """Make the package's fonts, and matplotlib's own behind them, the first that are found.

    By their files: the list that matplotlib keeps from day to day may name files that are gone,
    and the system's fonts of the same name may look otherwise.
    """
    manager = font_manager.fontManager
    first = faces()
    if manager.ttflist[: len(first)] == first:
        return
    others = list(manager.ttflist)
    manager.addfont(first[0].fname)  # which also forgets what was found before
    manager.ttflist[:] = [*first, *others]


@cache
def faces() -> list[FontEntry]:
    """The package's own fonts, and those of matplotlib that have what they have not.

    Under all weights, by name: for such an entry matplotlib ends its search, else it looks at all
    fonts there are.
    """
    own = resources.files("convviz.render") / "fonts"
    theirs = os.path.join(matplotlib.get_data_path(), "fonts", "ttf")
    files = {}
    for weight, name in WEIGHTS.items():
        bold = "-Bold" if weight > MEDIUM else ""
        files[OWN_FAMILY, name] = str(own / f"Inter-{FILES[weight]}.ttf")
        files[FALLBACK, name] = os.path.join(theirs, f"DejaVuSans{bold}.ttf")
        files[MONO, name] = os.path.join(theirs, f"DejaVuSansMono{bold}.ttf")
    return [
        FontEntry(
            fname=file, name=family, weight=weight, stretch="normal",
            style="normal", variant="normal", size="scalable",
        )
        for (family, weight), file in files.items()
    ]  # fmt: skip


def check_installed(font: str) -> None:
    """Look for the family `font`; matplotlib lists its fonts anew where a file is gone.

    Raises SpecError: there is none.
    """
    manager = font_manager.fontManager
    try:
        manager.findfont(FontProperties(family=[font]), fallback_to_default=False)
    except ValueError:
        guess = near(font, sorted({entry.name for entry in manager.ttflist}))
        raise SpecError(
            f"no font called '{shortened(font)}' is installed",
            "font",
            f"did you mean {guess}?" if guess else "",
            remedy="leave it out: the package's own is on every machine",
        ) from None


class Typeface(Record):
    """A chain of families: a character is taken from the first that has it."""

    families: tuple[str, ...] = (OWN_FAMILY, FALLBACK)

    @classmethod
    def of(cls, font: str | None) -> Typeface:
        """The package's own type, or `font` in front of it.

        Raises SpecError: there is no such font.
        """
        if font is not None:
            check_installed(font)
        add_fonts()
        if font is None:
            return cls()
        return cls(tuple(dict.fromkeys((font, FALLBACK, OWN_FAMILY))))

    def properties(self, size: float, weight: int, *, mono: bool = False) -> FontProperties:
        """What matplotlib needs to find the fonts."""
        families = (MONO, *self.families) if mono else self.families
        return _properties(families, size, weight)

    def width(self, text: str, size: float, weight: int = REGULAR, *, mono: bool = False) -> float:
        """The advance of `text` in points, its outer spaces counted."""
        families = (MONO, *self.families) if mono else self.families
        return _width(text, families, weight) * size

    def line_width(self, line: Iterable[Run], size: float) -> float:
        """The advance of runs laid end to end."""
        return sum(self.width(run.text, size, run.weight) for run in line)

    def glyph(self, character: str, weight: int) -> Glyph:
        """The outline of one character."""
        return _glyph(character, self.families, weight)

    def advance(self, label: str, weight: int) -> float:
        """How far the characters of a label move the pen at 1 pt, one by one."""
        return _advance(label, self.families, weight)

    def outline(self, places: tuple[Placed, ...], size: float, weight: int) -> Path:
        """One path of several labels; most are at the same places in all frames of a film."""
        return _outline(places, self.families, size, weight)

    def fit(self, line: Line, size: float, width: float) -> tuple[float, list[Line]]:
        """(size, lines): as it is if it fits, else shrunk to at most 80 %, else wrapped as well."""
        natural = self.line_width(line, size)
        if natural <= width or natural == 0:
            return size, [line]
        if natural * SHRINK <= width:
            return size * width / natural, [line]
        return size * SHRINK, self.wrapped(line, size * SHRINK, width)

    def wrapped(self, line: Line, size: float, width: float) -> list[Line]:
        """`line` broken between words; a word that is too long by itself is broken too."""
        if 0 < self.line_width(line, size) <= width:
            return [tuple(run._replace(text=w) for run in line for w in _words(run.text) if w)]
        lines: list[list[Run]] = [[]]
        room = width
        for run in line:
            for piece in _words(run.text):
                rest = piece
                while rest:
                    if self.width(rest.rstrip(" "), size, run.weight) <= room:
                        cut = len(rest)
                    elif lines[-1]:
                        # Start a line with it; what ends a run may stand apart from its blanks.
                        lines.append([])
                        room, rest = width, rest.lstrip(" ")
                        continue
                    else:
                        cut = self._longest(rest, size, run.weight, room)
                    lines[-1].append(run._replace(text=rest[:cut]))
                    room -= self.width(rest[:cut], size, run.weight)
                    rest = rest[cut:]
                    if rest:
                        lines.append([])
                        room = width
        return [tuple(runs) for runs in lines if runs] or [line]

    def _longest(self, word: str, size: float, weight: int, room: float) -> int:
        """How many characters of `word` fit, at least one."""
        low, high = 1, len(word)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(word[:middle], size, weight) <= room:
                low = middle
            else:
                high = middle - 1
        return low


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    """`text` in pieces that end with their spaces: joined, they are the text."""
    pieces: list[str] = []
    start = 0
    for i, character in enumerate(text):
        if character == " " and i + 1 < len(text) and text[i + 1] != " ":
            pieces.append(text[start : i + 1])
            start = i + 1
    pieces.append(text[start:])
    return tuple(pieces)


def inked(text: str, properties: FontProperties) -> tuple[float, float, float]:
    """The width of the ink of `text` at 1 pt, and how far it is above and below the baseline.

    properties: what `Typeface.properties` gave.
    """
    weight = next(n for n, name in WEIGHTS.items() if name == properties.get_weight())
    return _inked(text, tuple(properties.get_family()), weight)


@lru_cache(maxsize=512)
def _properties(families: tuple[str, ...], size: float, weight: int) -> FontProperties:
    return FontProperties(family=list(families), size=size, weight=WEIGHTS[weight])


@lru_cache(maxsize=8192)
def _width(text: str, families: tuple[str, ...], weight: int) -> float:
    """Advance at 1 pt. Between sentinels, because spaces at the ends have no ink to measure."""
    return _inked(f"|{text}|", families, weight)[0] - _inked("||", families, weight)[0]


@lru_cache(maxsize=1024)
def _inked(text: str, families: tuple[str, ...], weight: int) -> tuple[float, float, float]:
    properties = _properties(families, 100.0, weight)
    found = TextToPath().get_text_width_height_descent(text, properties, False)
    width, height, below = (float(each) / 100.0 for each in found)
    return width, height - below, below


@lru_cache(maxsize=4096)
def _advance(label: str, families: tuple[str, ...], weight: int) -> float:
    return sum(_glyph(character, families, weight).advance for character in label)


@lru_cache(maxsize=4096)
def _outline(
    places: tuple[Placed, ...], families: tuple[str, ...], size: float, weight: int
) -> Path:
    glyphs, pens = [], []
    for label, x, y in places:
        pen = x
        for character in label:
            glyphs.append(_glyph(character, families, weight))
            pens.append((pen, y))
            pen += glyphs[-1].advance * size
    if not glyphs:
        return Path(np.empty((0, 2)))
    vertices = np.concatenate([glyph.vertices for glyph in glyphs]) * size
    vertices += np.repeat(pens, [len(glyph.codes) for glyph in glyphs], axis=0)
    return Path(vertices, np.concatenate([glyph.codes for glyph in glyphs]))


@lru_cache(maxsize=1024)
def _glyph(character: str, families: tuple[str, ...], weight: int) -> Glyph:
    if character.isspace():
        # TextPath fails where there is nothing to draw.
        advance = _width(character, families, weight)
        return Glyph(np.empty((0, 2)), np.empty(0, np.uint8), advance, 0.0, 0.0)
    path = TextPath((0, 0), character, prop=_properties(families, 100.0, weight))
    vertices = np.asarray(path.vertices, float).reshape(-1, 2) * (0.01, -0.01)
    codes = np.asarray(path.codes if path.codes is not None else (), np.uint8)
    top, bottom = vertices[:, 1].min(initial=0.0), vertices[:, 1].max(initial=0.0)
    return Glyph(vertices, codes, _width(character, families, weight), float(top), float(bottom))
