"""INPUT, sizes, padding and indices as users type them → values.

4x4   3x32x32   "1 2 3; 4 5 6"   x.npy   photo.png   -   sample:photo
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from convviz.errors import SpecError, near, shortened
from convviz.patterns import pattern
from convviz.records import Record
from convviz.spec.tokens import Span, is_numeric, point, whole

if TYPE_CHECKING:
    from convviz.spec.literals import LiteralWords

AXES = 8
"""Most axes of a shape and most brackets of a literal: batch, channels and some more."""

ARRAY_SUFFIXES = (".npy", ".npz", ".csv", ".tsv", ".txt", ".json")
IMAGE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm",
    ".pnm", ".ico",
)  # fmt: skip
SAMPLES = ("photo",)

PATH = 4096
"""Most characters of a file's path: no system here takes more."""

_SIZE = pattern(r"[^x×X,\s]+")
_SEPARATOR = pattern(r"\s*[x×X,]\s*")
_ENTRY = pattern(r"[^,]*")
_FIRST = pattern(r"[^\s;,]*")
_CALL = pattern(r"[A-Za-z_][A-Za-z0-9_.]*\s*\(")
_BLANK = pattern(r"[\s;,]")


class ShapeWords(Record):
    """A shape, to be filled: ``3x32x32``."""

    shape: tuple[int, ...]


class FileWords(Record):
    """A file's path, not looked at yet."""

    path: str


class StdinWords(Record):
    """``-``: what stands on the standard input."""


class SampleWords(Record):
    """``sample:photo``: an array that comes with the program."""

    name: str


InputWords: TypeAlias = "ShapeWords | LiteralWords | FileWords | StdinWords | SampleWords"


def parse_input(text: str) -> InputWords:
    """What the word INPUT names: nothing is opened.

    input := "-" | "sample:" name | path with a known ending or a "/" | literal | shape | path

    Raises SpecError: a shape or a literal that is not well formed, no such sample.
    """
    bare = text.strip()
    if not bare:
        raise point(
            text,
            (0, len(text)),
            "the input is empty",
            accepted="nothing here",
            remedy='a shape is written 4x4, numbers "1 2; 3 4"',
            argument="input",
        )
    if bare == "-":
        return StdinWords()
    if bare.startswith("sample:"):
        return _sample(text, bare)
    if not _looks_like_a_path(bare):
        numeric = is_numeric(_FIRST.match(bare)[0])  # type: ignore[index]
        if bare[0] in "[]" or (numeric and _BLANK.search(bare)):
            from convviz.spec.literals import parse_literal

            return parse_literal(text)
        if numeric:
            return ShapeWords(parse_shape(text))
    if _CALL.match(bare):
        raise point(
            text,
            (0, len(text)),
            f"the input is an array, and '{shortened(bare)}' reads as a layer",
            accepted="no array",
            remedy='a shape is written 4x4, numbers "1 2; 3 4", a file of that name ./NAME',
            argument="input",
        )
    if len(text) > PATH or "\0" in text:
        raise _no_name(text)
    return FileWords(text)


def _no_name(text: str) -> SpecError:
    """The error of a word that is nothing else, and cannot be a file's name either."""
    at = text.find("\0")
    fact = "holds a NUL byte" if at >= 0 else f"has {len(text):,} characters"
    return point(
        text,
        (at, at + 1) if at >= 0 else (0, len(text)),
        f"the input {fact}: it is neither a shape, nor numbers, nor a file's name",
        accepted="not in a name" if at >= 0 else "too long for a name",
        remedy='a shape is written 4x4, numbers "1 2; 3 4"',
        argument="input",
    )


def _looks_like_a_path(text: str) -> bool:
    return (
        len(text) < PATH
        and "\n" not in text
        and (
            text.lower().endswith(ARRAY_SUFFIXES + IMAGE_SUFFIXES)
            or "/" in text
            or text.startswith("~")
        )
    )


def _sample(text: str, bare: str) -> SampleWords:
    """`sample := "sample:" one of SAMPLES`."""
    name = bare.removeprefix("sample:")
    if name in SAMPLES:
        return SampleWords(name)
    start = text.index("sample:") + len("sample:")
    guess = near(name, SAMPLES)
    raise point(
        text,
        (start, start + len(name)),
        f"no sample is called '{shortened(name)}'",
        accepted=f"did you mean {guess}?" if guess else "",
        remedy=", ".join(SAMPLES),
        heading="samples",
        argument="input",
    )


def parse_shape(text: str, argument: str = "input") -> tuple[int, ...]:
    """`shape := size ("x" size)*`; every size at least 1, at most 8 of them.

    Raises SpecError: something else; a size of 0.
    """
    if _single_number(text):
        raise point(
            text,
            (0, len(text)),
            f"{shortened(text.strip())} is neither a shape nor a list of numbers",
            accepted="a shape has whole sizes",
            remedy=f'one number is written "[{shortened(text.strip())}]", a shape 4x4',
            argument=argument,
        )
    return tuple(size for size, _ in _sizes(text, argument, "a size", least=1))


def _single_number(text: str) -> bool:
    """Whether `text` is one number that cannot be a size: -1, 1.5, nan."""
    bare = text.strip()
    if bare[:1].isdigit() and "." not in bare:
        return False  # by far the most
    return len(bare) <= 40 and bool(
        re.fullmatch(r"[+−-]?(nan|inf|[0-9]*\.[0-9]*)|[+−-][0-9.]+", bare, re.IGNORECASE)
    )


def parse_sizes(text: str, argument: str) -> tuple[int, ...]:
    """`sizes := size (("x" | ",") size)*`: ``3``, ``3x5``, ``3,5``; one entry is for all axes.

    Raises SpecError: something else than whole numbers ≥ 0.
    """
    return tuple(size for size, _ in _sizes(text, argument, argument))


def parse_index(text: str, argument: str = "at") -> tuple[int, ...]:
    """`index := number ("," number)*`: ``1,2``, counted from 0.

    Raises SpecError: something else than whole numbers ≥ 0.
    """
    return tuple(index for index, _ in _sizes(text, argument, "an index"))


def _sizes(text: str, argument: str, what: str, least: int = 0) -> list[tuple[int, Span]]:
    """Whole numbers between "x" or ",", each with its place."""
    found: list[tuple[int, Span]] = []
    bare = text.strip()
    position = len(text) - len(text.lstrip())
    end = position + len(bare)
    while True:
        match = _SIZE.match(text, position, end)
        if match is None:
            raise point(
                text,
                (min(position, max(0, len(text) - 1)), min(position + 1, len(text))),
                f"{what} is missing" if bare else f"{what} is empty",
                accepted="a whole number",
                argument=argument,
            )
        size = whole(match[0], text, match.span(), what, least, argument=argument)
        found.append((size, match.span()))
        if match.end() == end:
            return found
        separator = _SEPARATOR.match(text, match.end(), end)
        if separator is None:
            raise point(
                text,
                (match.end(), end),
                f"sizes are joined by x or a comma: '{shortened(bare)}'",
                accepted="3x5 or 3,5",
                argument=argument,
            )
        if len(found) == AXES:
            raise point(
                text,
                (separator.end(), end),
                f"there are more than {AXES} sizes",
                accepted=f"at most {AXES}",
                argument=argument,
            )
        position = separator.end()


def parse_padding(text: str) -> int | str | tuple[Any, ...]:
    """`padding := "same" | "valid" | sizes | side ("," side)*`, `side := size | before ":" after`.

    ``1`` → 1, ``1x2`` and ``1,2`` → (1, 2), ``1:0,2:1`` → ((1, 0), (2, 1)): a side alone beside
    pairs stands for both.

    Raises SpecError: something else.
    """
    bare = text.strip()
    if bare in ("same", "valid"):
        return bare
    if ":" in bare:
        return _sides(text)
    if bare[:1].isalpha() and not is_numeric(bare):
        guess = near(bare, ("same", "valid"))
        start = text.index(bare)
        raise point(
            text,
            (start, start + len(bare)),
            f"no padding is called '{shortened(bare)}'",
            accepted=f"did you mean {guess}?" if guess else "",
            remedy="1, or 1,2 (rows, cols), or 1:0,2:1 (before:after), same, valid",
            heading="padding",
            argument="padding",
        )
    sizes = parse_sizes(text, "padding")
    return sizes[0] if len(sizes) == 1 else sizes


def _sides(text: str) -> tuple[tuple[int, int], ...]:
    """One (before, after) pair per entry between commas."""
    sides: list[tuple[int, int]] = []
    position = 0
    while position <= len(text):
        match = _ENTRY.match(text, position)
        assert match is not None, "the pattern meets every text"
        entry = match[0].strip()
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        span = (start, max(start + len(entry), start + 1))
        parts = entry.split(":", 2)
        if not entry or len(parts) > 2 or not all(part.strip() for part in parts):
            raise point(
                text,
                (min(span[0], len(text) - 1), min(span[1], len(text))),
                "a padding per side is written before:after for each axis",
                accepted="such as 1:0",
                argument="padding",
            )
        if len(sides) == AXES:
            raise point(
                text, span, f"there are more than {AXES} pairs", accepted=f"at most {AXES}",
                argument="padding",
            )  # fmt: skip
        numbers = []
        for part in parts:
            at = text.index(part.strip(), start)
            where = (at, at + len(part.strip()))
            numbers.append(whole(part.strip(), text, where, "padding", argument="padding"))
        sides.append((numbers[0], numbers[-1]))
        position = match.end() + 1
    return tuple(sides)
