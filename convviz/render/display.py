"""Lines at the foot of a terminal that are written over in place."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TextIO

Lines = list[str]


@dataclass
class Display:
    """The foot of a terminal, where lines are written over in place.

    lines: what stands there; the cursor is on the last of them, and hidden.
    """

    file: TextIO
    lines: Lines = field(default_factory=list)

    def open(self) -> None:
        """Hide the cursor; what is too wide is cut, since a wrapped line would be two."""
        self._send("\x1b[?25l\x1b[?7l")

    def show(self, lines: Lines) -> None:
        """Write the lines that differ, in one piece; erase those that are no more."""
        parts = []
        row = max(0, len(self.lines) - 1)
        for place in range(max(len(lines), len(self.lines))):
            line = lines[place] if place < len(lines) else ""
            if place < len(self.lines):
                if self.lines[place] == line:
                    continue
                parts.append(moved(row, place) + "\r")
            elif place:
                parts.append(moved(row, place - 1) + "\r\n")  # which scrolls at the foot
            # Erased before, not after: on a full line the cursor stays on its last character.
            parts.append(f"\x1b[K{line}")
            row = place
        last = max(0, len(lines) - 1)
        # Known before it is written: a signal may come while it is.
        self.lines = list(lines)
        if parts or row != last:
            self._send("".join(parts) + moved(row, last))

    def clear(self, columns: int) -> None:
        """Erase what stands there, of which a narrower terminal may have made more lines."""
        rows = sum(max(1, -(-visible(line) // columns)) for line in self.lines)
        self._send(f"{moved(rows - 1, 0)}\r\x1b[J" if rows else "")
        self.lines = []

    def close(self) -> None:
        """Leave the lines, the cursor below them, and everything as it was."""
        self._send("\x1b[?7h\x1b[?25h" + ("\n" if self.lines else ""))
        self.lines = []

    def __enter__(self) -> Display:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, ValueError):  # the terminal may be gone
            self.close()

    def _send(self, text: str) -> None:
        self.file.write(text)
        self.file.flush()


def moved(start: int, stop: int) -> str:
    """The escape that takes the cursor from one row to another."""
    if start == stop:
        return ""
    return f"\x1b[{start - stop}A" if stop < start else f"\x1b[{stop - start}B"


def visible(line: str) -> int:
    """Characters of an encoded line that take a cell."""
    return len(re.sub("\x1b\\[[0-9;]*m", "", line))
