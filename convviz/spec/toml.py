"""TOML as tables, without the texts on which its parser would not come back in time."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from convviz.errors import SpecError
from convviz.patterns import pattern

PARTS = 64
"""Most parts of a dotted key: the parser's work grows with their square."""

_KEY = pattern(r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'|\#[^\n]*|.)[ \t]*(\.?)""", re.DOTALL)


def tables(text: str, name: str) -> dict[str, Any]:
    """The tables of `text`. name: what it is called in an error: "the network".

    Raises SpecError: it is nested too deeply, or has a key or a number without measure;
    tomllib.TOMLDecodeError: it is no TOML.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > PARTS and parts(line) > PARTS:
            raise SpecError(f"line {number} of {name} has a key of more than {PARTS} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python's own limit of digits
        raise SpecError(f"{name} has a whole number of thousands of digits") from None
    except RecursionError:
        raise SpecError(f"{name} is nested too deeply") from None


def parts(line: str) -> int:
    """How many words follow each other in `line`, with dots between them, at most."""
    most = run = 0
    for match in _KEY.finditer(line):
        run = run + 1 if match[1] else 0
        most = max(most, run + 1)
    return most
