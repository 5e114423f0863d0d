"""The one error of the program: the fact, where it was said, and a way out."""

from __future__ import annotations

import errno
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

WIDTH = 80
EXCERPT = 72
"""Cells of the source text that an error shows around its span."""

Spelling = Callable[[str, str], str]
"""How a parameter is written where the error is read: ("kernel", "5") → "-k 5"."""


def python_spelling(name: str, value: str) -> str:
    """Spell a parameter as a keyword argument: ``kernel=5``."""
    return f"{name}={value}"


@dataclass(frozen=True)
class Line:
    """One printed line of an error: runs of (text, role), roles "error", "caret", "muted", ""."""

    runs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.runs)


@dataclass(eq=False)
class SpecError(ValueError):
    """A request that cannot be met.

    message:  the fact with its numbers, lowercase, no full stop.
    argument: the parameter at fault in convviz's terms ("kernel"); "" where there is none.
    accepted: what stands beside the caret ("at most 5", "did you mean circular?").
    remedy:   one way out. ``{kernel=5}`` in it is spelled as the reader would type it.
    heading:  the word before the remedy: "help", or the name of a list of choices.
    source:   the text as typed, in which `span` (start, end) is at fault.
    """

    message: str
    argument: str = ""
    accepted: str = ""
    remedy: str = ""
    heading: str = "help"
    source: str = ""
    span: tuple[int, int] = (0, 0)
    spelling: Spelling = field(default=python_spelling, repr=False)

    def __post_init__(self) -> None:
        super().__init__(self.message)

    def __str__(self) -> str:
        head, *rest = self.lines()
        return "\n".join([str(head).removeprefix("error: "), *map(str, rest)])

    def at(self, source: str, span: tuple[int, int] | None = None) -> SpecError:
        """The same error, pointing into `source` (all of it where `span` is not given)."""
        return replace(self, source=source, span=span or (0, len(source)))

    def spelled(self, spelling: Spelling) -> SpecError:
        """The same error with its parameters written by `spelling`."""
        return replace(self, spelling=spelling)

    def lines(self, width: int = WIDTH) -> list[Line]:
        """The printed message: the fact, the source with carets under the span, the way out."""
        fact, *more = wrap(printable(self.message), width - len("error: "))
        lines = [Line((("error: ", "error"), (fact, "")))]
        lines += [Line(((f"       {part}", ""),)) for part in more]
        if self.source:
            lines += self._pointing(width)
        elif self.accepted and not self.remedy:
            lines += [Line(((f"  {part}", "caret"),)) for part in wrap(self.accepted, width - 2)]
        if self.remedy:
            lines += self._way_out(width)
        return lines

    def _pointing(self, width: int) -> Iterator[Line]:
        before, start, end, last = excerpt(self.source, self.span)
        for text in before:
            yield Line(((f"  {text}", ""),))
        yield Line(((f"  {last}", ""),))
        carets = " " * cells(last[:start]) + "^" * max(1, cells(last[start:end]))
        room = width - 3 - len(carets)
        label = printable(self.accepted)
        if len(label) <= room or not label:
            yield Line(((f"  {carets} {label}".rstrip(), "caret"),))
        else:
            yield Line(((f"  {carets}", "caret"),))
            for part in wrap(label, width - 2):
                yield Line(((f"  {part}", "caret"),))

    def _way_out(self, width: int) -> Iterator[Line]:
        remedy = re.sub(
            r"\{(\w+)=([^{}]*)\}", lambda m: self.spelling(m[1], m[2]), printable(self.remedy)
        )
        indent = f"  {self.heading}: "
        first, *more = wrap(remedy, width - len(indent))
        yield Line(((indent, "muted"), (first, "")))
        for part in more:
            yield Line(((" " * len(indent) + part, ""),))


def excerpt(source: str, span: tuple[int, int]) -> tuple[list[str], int, int, str]:
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
    lead, spot, rest = printable(text[:start]), printable(text[start:end]), printable(text[end:])
    return (
        [printable(line)[:EXCERPT] for line in before],
        len(lead),
        len(lead) + len(spot),
        lead + spot + rest,
    )


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters, at least one line."""
    return textwrap.wrap(text, max(20, width), break_on_hyphens=False) or [""]


def printable(text: str) -> str:
    r"""`text` with control characters, surrogates and invisible marks written as ``\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c
        if c.isprintable()
        else c.encode("unicode_escape").decode()
        if not 0xDC80 <= ord(c) <= 0xDCFF
        else f"\\x{ord(c) - 0xDC00:02x}"
        for c in text
    )


def cells(text: str) -> int:
    """Terminal cells that `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def near(word: str, choices: list[str] | tuple[str, ...]) -> str:
    """The choice that `word` most resembles, "" when none is near."""
    if len(word) > 60:
        return ""
    by_lower = {choice.lower(): choice for choice in choices}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.66)
    return by_lower[found[0]] if found else ""


def unknown(
    kind: str, word: str, choices: list[str] | tuple[str, ...], *, argument: str, heading: str
) -> SpecError:
    """A `word` that is none of the `choices`, with the nearest of them beside the caret."""
    guess = near(word, choices)
    return SpecError(
        f"no {kind} is called '{shortened(word)}'",
        argument=argument,
        accepted=f"did you mean {guess}?" if guess else "",
        remedy=", ".join(choices),
        heading=heading,
    )


def io_error(doing: str, name: str, error: OSError) -> SpecError:
    """An error of the system in one line: `cannot write x.png: permission denied`."""
    reason = {
        errno.ENOENT: "no such file",
        errno.EISDIR: "it is a folder",
        errno.ENOTDIR: "a part of its path is no folder",
        errno.EACCES: "permission denied",
        errno.ENOSPC: "no space left on the device",
        errno.ENAMETOOLONG: "the name is too long",
    }.get(error.errno or 0)
    reason = reason or (error.strerror or str(error) or type(error).__name__).lower()
    return SpecError(f"cannot {doing} {shortened(name, 200)}: {reason}")


def shortened(text: str, limit: int = 40) -> str:
    """`text` cut to `limit` characters, for an echo in a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
