"""TOML as tables, without the texts on which its parser would not come back in time."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from convviz.errors import SpecError
from convviz.patterns import pattern
from convviz.spec.tokens import DIGITS, point

PARTS = 64
"""Most parts of a dotted key: the parser's work grows with their square."""

_KEY = pattern(
    r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'|\#[^\n]*|.)[ \t]*(?:(\.)[ \t]*)?""", re.DOTALL
)
BASES = ("0x", "0o", "0b")

_WHOLE = pattern(
    r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|' + r"'''.*?'''|'[^'\n]*'|#[^\n]*|"
    r"[0-9][0-9_]*(?:\.[0-9_]+|[eE][+-]?[0-9_]+)+|"
    r"(0x[0-9A-Fa-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)|[A-Za-z_][A-Za-z0-9_.+-]*|.",
    re.DOTALL,
)
"""A text, a comment, a whole number (the group), or what is none of them."""


def tables(text: str, name: str) -> dict[str, Any]:
    """The tables of `text`. name: what it is called in an error: "the network".

    Raises SpecError: it is nested too deeply, or has a key or a number without measure;
    tomllib.TOMLDecodeError: it is no TOML.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= PARTS and parts(line) > PARTS:
            raise SpecError(f"line {number} of {name} has a key of more than {PARTS} parts")
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python's own limit of digits
        raise too_large(text, name) from None
    except RecursionError:
        raise SpecError(f"{name} is nested too deeply") from None
    if has_large(found):
        raise too_large(text, name)
    return found


def has_large(value: Any) -> bool:
    """Whether `value` holds a whole number of more than 18 digits."""
    if isinstance(value, dict):
        return any(map(has_large, value.values()))
    if isinstance(value, list):
        return any(map(has_large, value))
    return isinstance(value, int) and abs(value) >= 10**DIGITS


def too_large(text: str, name: str) -> SpecError:
    """The error of the first whole number of more than 18 digits."""
    for match in _WHOLE.finditer(text):
        word = (match[1] or "").replace("_", "")
        # Python converts any number of digits of these bases, and few decimal ones.
        based = int(word, 0) if word[:2] in BASES and word[2:] else 0
        if based >= 10**DIGITS or (word[:2] not in BASES and len(word) > DIGITS):
            line = text.count("\n", 0, match.start()) + 1
            size = f"{len(word):,} digits" if not based else f"more than {DIGITS} decimal digits"
            return point(
                text,
                match.span(),
                f"line {line} of {name} has a whole number of {size}: at most {DIGITS} are read",
                accepted="too long",
            )
    return SpecError(f"{name} has a whole number of more than {DIGITS} digits")


def parts(line: str) -> int:
    """How many words follow each other in `line`, with dots between them, at most."""
    most = run = 0
    for match in _KEY.finditer(line):
        run = run + 1 if match[1] else 0
        most = max(most, run + 1)
    return most
