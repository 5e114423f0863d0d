"""How an error is laid out: the fact, the source with carets under the span, the way out.

A room of its own because only what fails needs it: a command that succeeds never loads it.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from convviz.errors import SpecError, printable

WIDTH = 80
EXCERPT = 72
"""Cells of the source text that an error shows around its span."""


class Line(NamedTuple):
    """One printed line of an error: runs of (text, role), roles "error", "caret", "muted", ""."""

    runs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.runs)


def lines(error: SpecError, width: int = WIDTH, glyphs: Callable[[str], str] = str) -> list[Line]:
    """The printed message of `error`, in lines of at most `width` cells; glyphs: of its stream."""
    fact, *more = wrap(printable(error.message), width - len("error: "))
    told = [Line((("error: ", "error"), (fact, "")))]
    told += [Line(((f"       {part}", ""),)) for part in more]
    if error.source:
        told += pointed(error, width, glyphs)
    elif error.accepted and not error.remedy:
        told += [Line(((f"  {part}", "caret"),)) for part in wrap(error.accepted, width - 2)]
    if error.remedy:
        told += way_out(error, width)
    return told


def pointed(error: SpecError, width: int, glyphs: Callable[[str], str]) -> Iterator[Line]:
    """The source, with carets and what is accepted under the span."""
    before, start, end, last = excerpt(error.source, error.span, glyphs)
    for text in before:
        yield Line(((f"  {text}", ""),))
    yield Line(((f"  {last}", ""),))
    carets = " " * cells(last[:start]) + "^" * max(1, cells(last[start:end]))
    label = printable(error.accepted)
    if len(label) <= width - 3 - len(carets):
        yield Line(((f"  {carets} {label}".rstrip(), "caret"),))
        return
    yield Line(((f"  {carets}", "caret"),))
    for part in wrap(label, width - 2):
        yield Line(((f"  {part}", "caret"),))


def way_out(error: SpecError, width: int) -> Iterator[Line]:
    """The remedy, its parameters spelled as the reader would type them."""
    remedy = re.sub(
        r"\{(\w+)=([^{}]*)\}", lambda m: error.spelling(m[1], m[2]), printable(error.remedy)
    )
    indent = f"  {error.heading}: "
    first, *more = wrap(remedy, width - len(indent))
    yield Line(((indent, "muted"), (first, "")))
    for part in more:
        yield Line(((" " * len(indent) + part, ""),))


def excerpt(
    source: str, span: tuple[int, int], glyphs: Callable[[str], str] = str
) -> tuple[list[str], int, int, str]:
    """The lines of `source` before the span's own, then (start, end, text) of that line, cut.

    A short text of a few lines is shown whole down to the span; of a long one, only its line.
    """
    start, end = max(0, span[0]), min(len(source), max(span))
    first = source.rfind("\n", 0, start) + 1
    stop = source.find("\n", start)
    text = source[first : stop if stop >= 0 else len(source)]
    before = source[:first].split("\n")[:-1] if first <= 8 * WIDTH else []
    if len(before) > 8:
        before = []
    start, end = start - first, min(end - first, len(text))
    if len(text) > EXCERPT:
        left = max(0, min(start - EXCERPT // 3, len(text) - EXCERPT))
        right = left + EXCERPT
        head, tail = ("…" if left else ""), ("…" if right < len(text) else "")
        text = head + text[left:right] + tail
        start = start - left + len(head)
        end = min(end - left + len(head), EXCERPT + len(head))
    parts = (text[:start], text[start:end], text[end:])
    lead, spot, rest = (glyphs(printable(part)) for part in parts)
    return (
        [printable(line)[:EXCERPT] for line in before],
        len(lead),
        len(lead) + len(spot),
        lead + spot + rest,
    )


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters, at least one line."""
    return textwrap.wrap(text, max(20, width), break_on_hyphens=False) or [""]


def cells(text: str) -> int:
    """Terminal cells that `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
