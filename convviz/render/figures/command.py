"""A command line in a few lines that a shell reads as one."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

ON = " \\"
"""At the end of a line: the command goes on."""
GLUE = "\\"
"""At the end of a line: the word goes on."""


def folded(command: str, width: int, most: int) -> list[str]:
    r"""`command` in at most `most` lines of `width` characters, broken between words with `\`.

    A word that is longer than a line is broken too, where a blank or a comma is, and each part
    quoted: a shell joins them. What takes more lines than that ends in "…".
    """
    if len(command) <= width:
        return [command]
    room = width - len(ON)
    lines = [""]
    for word in words(command, room):
        left = room - len(lines[-1]) - 1
        for part, joined in parts(word, room, left if 2 * left > room else room):
            line = lines[-1]
            gap = "" if joined or not line else " "
            if line and len(line) + len(gap) + len(part) > room:
                lines[-1] += GLUE if joined else ON
                lines.append(part)
            else:
                lines[-1] += gap + part
    if len(lines) > most:
        last = lines[most - 1].removesuffix(GLUE).rstrip()
        lines = [*lines[: most - 1], f"{last[: width - 1]}…"]
    return lines


def words(command: str, room: int) -> list[str]:
    """The words of a command line, as one would type them; an option together with its value."""
    try:
        found = [shlex.quote(word) for word in shlex.split(command)]
    except ValueError:
        found = command.split()
    together: list[str] = []
    for word in found:
        before = together[-1] if together else ""
        valued = before.startswith("-") and " " not in before and not word.startswith("-")
        if valued and len(before) + 1 + len(word) <= room:
            together[-1] = f"{before} {word}"
        else:
            together.append(word)
    return together


def parts(word: str, room: int, first: int) -> Iterator[tuple[str, bool]]:
    """A word, or quoted parts of it that are no wider than `room`; joined: to the one before.

    first: the room for the first of several parts.
    """
    if len(word) <= room:
        yield word, False
        return
    rest, joined = "".join(shlex.split(word)), False
    while rest:
        cut = longest(rest, room if joined else first)
        for mark in ("; ", " ", ",") if cut < len(rest) else ():
            place = rest.rfind(mark, 0, cut)
            if 3 * place > cut:
                cut = place + len(mark)
                break
        yield shlex.quote(rest[:cut]), joined
        rest, joined = rest[cut:], True


def longest(text: str, width: int) -> int:
    """How many characters of `text` fit when they are quoted; at least one."""
    cut = min(len(text), width)
    while cut > 1 and len(shlex.quote(text[:cut])) > width:
        cut -= 1
    return cut
