"""Words of options → values; every mistake points into the word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convviz.errors import SpecError, unknown
from convviz.spec import tokens

LABEL = 300
"""Most characters of a label: a line of a picture holds fewer."""


def one_of(words: Sequence[str], kind: str, param: str, heading: str) -> Callable[[str], str]:
    """A reader of one of `words`."""

    def read(text: str) -> str:
        if text in words:
            return text
        raise unknown(kind, text, tuple(words), argument=param, heading=heading).at(text)

    return read


def whole(what: str, least: int = 0, most: int | None = None) -> Callable[[str], int]:
    """A reader of one whole number from `least` to `most`."""

    def read(text: str) -> int:
        bare = text.strip()
        start = text.find(bare)
        span = (start, start + len(bare)) if bare else (0, len(text))
        if not bare:
            raise SpecError(f"{what} is empty", source=text, span=span, accepted="a whole number")
        value = tokens.whole(bare, text, span, what, least)
        if most is not None and value > most:
            raise SpecError(
                f"{what} is at most {most}, not {bare}",
                source=text,
                span=span,
                accepted=f"{least} to {most}",
            )
        return value

    return read


def number(text: str) -> int | float:
    """One number: nan and inf too."""
    bare = text.strip()
    start = text.find(bare)
    if not bare:
        raise SpecError("the number is missing", source=text, span=(0, len(text)))
    return tokens.number(bare, text, (start, start + len(bare)))


def label(text: str) -> str:
    """Words for a picture.

    Raises SpecError: bytes that are no text, control characters, or more than anyone reads.
    """
    if len(text) > LABEL:
        raise SpecError(
            f"a label of {len(text):,} characters",
            source=text,
            span=(LABEL, len(text)),
            accepted=f"at most {LABEL}",
        )
    for index, character in enumerate(text):
        if not character.isprintable():
            raise SpecError(
                "a label holds characters that cannot be drawn",
                source=text,
                span=(index, index + 1),
                accepted="not printable",
            )
    return text
