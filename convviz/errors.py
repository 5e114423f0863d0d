"""The one error of the program: the fact, where it was said, and a way out.

Every command loads this room, so it imports next to nothing; how an error is laid out is in
`convviz.pointing`.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convviz.pointing import Line

Spelling = Callable[[str, str], str]
"""How a parameter is written where the error is read: ("kernel", "5") → "-k 5"."""


def python_spelling(name: str, value: str) -> str:
    """Spell a parameter as a keyword argument: ``kernel=5``."""
    return f"{name}={value}"


class SpecError(ValueError):
    """A request that cannot be met.

    message:  the fact with its numbers, lowercase, no full stop.
    argument: the parameter at fault in convviz's terms ("kernel"); "" where there is none.
    accepted: what stands beside the caret ("at most 5", "did you mean circular?").
    remedy:   one way out. ``{kernel=5}`` in it is spelled as the reader would type it.
    heading:  the word before the remedy: "help", or the name of a list of choices.
    source:   the text as typed, in which `span` (start, end) is at fault.
    """

    def __init__(
        self,
        message: str,
        argument: str = "",
        accepted: str = "",
        remedy: str = "",
        heading: str = "help",
        source: str = "",
        span: tuple[int, int] = (0, 0),
        spelling: Spelling = python_spelling,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.argument = argument
        self.accepted = accepted
        self.remedy = remedy
        self.heading = heading
        self.source = source
        self.span = span
        self.spelling = spelling

    def __str__(self) -> str:
        head, *rest = self.lines()
        return "\n".join([str(head).removeprefix("error: "), *map(str, rest)])

    def __reduce__(self) -> tuple[type[SpecError], tuple[Any, ...]]:
        # Without its spelling, which may be a method of what cannot leave the process.
        fields = (self.message, self.argument, self.accepted, self.remedy, self.heading)
        return SpecError, (*fields, self.source, self.span)

    def changed(self, **fields: Any) -> SpecError:
        """The same error but for `fields`."""
        return SpecError(**{**self.__dict__, **fields})

    def at(self, source: str, span: tuple[int, int] | None = None) -> SpecError:
        """The same error, pointing into `source` (all of it where `span` is not given)."""
        return self.changed(source=source, span=span or (0, len(source)))

    def spelled(self, spelling: Spelling) -> SpecError:
        """The same error with its parameters written by `spelling`."""
        return self.changed(spelling=spelling)

    def lines(self, width: int = 80, glyphs: Callable[[str], str] = str) -> list[Line]:
        """The printed message: the fact, the source with carets under the span, the way out.

        glyphs: what a stream makes of the source; carets stand under what it prints.
        """
        from convviz.pointing import lines

        return lines(self, width, glyphs)


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


def near(word: str, choices: Sequence[str]) -> str:
    """The choice that `word` most resembles, "" when none is near.

    Near: at most a third of its letters, rounded up, must be inserted, dropped or changed.
    """
    if not word or len(word) > 60:
        return ""
    distances = [(distance(word.lower(), choice.lower()), choice) for choice in choices]
    least, choice = min(distances, key=lambda pair: pair[0], default=(len(word), ""))
    return choice if least <= -(-max(len(word), len(choice)) // 3) else ""


def distance(one: str, other: str) -> int:
    """Letters to insert, drop, change or swap with their neighbor, to turn `one` into `other`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def unknown(
    kind: str, word: str, choices: Sequence[str], *, argument: str, heading: str
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
