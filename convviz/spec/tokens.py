"""Text as typed → tokens that know where they stand; every error points back at its place.

A token is taken only when a grammar rule asks for it, so a long text costs nothing past its first
mistake. Digits are ASCII and at most 18: `int` alone would take １２, 1_0 and 5,000 digits.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from convviz.errors import SpecError, shortened
from convviz.patterns import pattern

Span = tuple[int, int]
"""(start, end) in the source text."""

DIGITS = 18
"""Most digits of a whole number: all such fit in 64 bits."""

FLOAT_LENGTH = 40
"""Most characters of a decimal number; the exact text of a float64 has at most 24."""

_TOKEN = pattern(
    r"""(?:\s+|\#[^\n]*)*(?:
        (?P<mark> [()\[\]{},;=:] )
      | (?P<text> '[^'\n]*' | "[^"\n]*" )
      | (?P<word> [^\s()\[\]{},;=:'"]+ )
      | (?P<quote> ['"] )
      | (?P<end> \Z )
    )""",
    re.VERBOSE,
)
_WHOLE = pattern(r"[+-]?[0-9]+")
# No two parts of it can take the same digit: a long word is refused in one pass.
_DECIMAL = pattern(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_.]*")
_WORDS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}


class Token(NamedTuple):
    """kind: "mark" (one of ``()[]{},;=:``), "text" (quoted), "word", or "end"."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands in the source."""
        return self.start, self.end

    def __str__(self) -> str:
        return "the end of the text" if self.kind == "end" else f"'{shortened(self.text)}'"


class Cursor:
    """The source, and the next token that a rule has not taken yet."""

    def __init__(self, source: str, position: int = 0) -> None:
        self.source = source
        self.next = self._token(position)
        self.read: dict[str, Any] = {}  # what rules have made of a text, where it comes again

    def _token(self, position: int) -> Token:
        match = _TOKEN.match(self.source, position)
        assert match is not None, "the pattern meets every text"
        kind = match.lastgroup or "end"
        start, end = match.span(kind)
        if kind == "quote":
            raise point(
                self.source,
                (start, end),
                "the quoted text has no end",
                accepted=f"no second {self.source[start]}",
            )
        return Token(kind, match[kind], start, end)

    def take(self) -> Token:
        """The next token, taken."""
        token = self.next
        self.next = self._token(token.end)
        return token

    def jump(self, position: int) -> None:
        """Go on at `position`: a rule has read what stands before by itself."""
        self.next = self._token(position)

    def at(self, *marks: str) -> bool:
        """Whether one of `marks` is next."""
        return self.next.kind == "mark" and self.next.text in marks

    def skip(self, mark: str) -> bool:
        """Take `mark` if it is next."""
        if self.next.kind == "mark" and self.next.text == mark:
            self.take()
            return True
        return False

    def expect(self, mark: str, what: str) -> Token:
        """Take `mark`.

        Raises SpecError: something else is next; `what` says which place that is.
        """
        if not self.at(mark):
            raise self.error(f"{what}: '{mark}' is missing before {self.next}", accepted=mark)
        return self.take()

    def error(self, message: str, **details: Any) -> SpecError:
        """An error at the next token."""
        return point(self.source, self.next.span, message, **details)


def point(source: str, span: Span, message: str, **details: Any) -> SpecError:
    """An error that points at `span` of `source`."""
    return SpecError(message, source=source, span=span, **details)


def is_name(word: str) -> bool:
    """Whether `word` is a name: letters, digits, underscores, dots."""
    return _NAME.fullmatch(word) is not None


def is_numeric(word: str) -> bool:
    """Whether `word` is meant as a number: it starts like one."""
    bare = word.lstrip("+-−.")
    return bare[:1].isdigit() or bare.lower() in _WORDS


def whole(word: str, source: str, span: Span, what: str, least: int = 0, **details: Any) -> int:
    """`word` as an integer ≥ `least`.

    Raises SpecError: a sign, a point, another script's digits, or more than 18 digits.
    """
    if word.isascii() and word.isdigit():
        if len(word) <= DIGITS:
            size = int(word)
            if size >= least:
                return size
            raise point(
                source,
                span,
                f"{what} is at least {least}, not {size}",
                accepted=f"≥ {least}",
                **details,
            )
        raise point(
            source,
            span,
            f"{what} has {len(word):,} digits: at most {DIGITS} are read",
            accepted="too long",
            **details,
        )
    message = f"{what} is written with the digits 0 to 9, not '{shortened(word)}'"
    value = plain_value(word)
    if value is None or not math.isfinite(value) or value != int(value):
        raise point(source, span, message, accepted="not a whole number", **details)
    if value < 0:
        raise point(
            source,
            span,
            f"{what} is at least {least}, not {shortened(word)}",
            accepted=f"≥ {least}",
            **details,
        )
    raise point(source, span, message, accepted=f"write {int(value)}", **details)


def plain_value(word: str) -> float | None:
    """`word` as a number where it has the form of one and a readable length, else None."""
    word = word.replace("−", "-")
    if len(word) <= DIGITS and _DECIMAL.fullmatch(word):
        return float(word)
    return None


def number(word: str, source: str, span: Span) -> int | float:
    """`word` as an integer or a decimal number; nan and inf are words for themselves.

    Raises SpecError: no number, a whole number of more than 18 digits, or one beyond float64.
    """
    if len(word) <= DIGITS and word.isascii() and word.isdigit():
        return int(word)
    plain = word.replace("−", "-")  # the minus sign that convviz prints
    if _WHOLE.fullmatch(plain):
        digits = len(plain.lstrip("+-"))
        if digits <= DIGITS:
            return int(plain)
        raise point(
            source,
            span,
            f"a whole number of {digits:,} digits: at most {DIGITS} are exact",
            accepted="too long",
            remedy="write 1e20 for a rounded one",
        )
    bare = plain.lstrip("+-").lower()
    if bare in _WORDS and len(plain) - len(bare) <= 1:
        return -_WORDS[bare] if plain[0] == "-" else _WORDS[bare]
    if len(plain) <= FLOAT_LENGTH and _DECIMAL.fullmatch(plain):
        value = float(plain)
        if math.isinf(value):
            raise point(
                source,
                span,
                f"{word} is beyond the largest number, 1.8e308",
                accepted="too large",
                remedy="infinity is written inf",
            )
        return value
    if _DECIMAL.fullmatch(plain):
        raise point(source, span, f"a number of {len(plain):,} characters", accepted="too long")
    raise point(
        source,
        span,
        f"'{shortened(word)}' is not a number",
        accepted="digits 0 to 9, as in 12, -0.5 or 1e-3",
    )
