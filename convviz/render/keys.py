"""Keys as they are pressed, while the terminal neither echoes them nor waits for a line."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol, TextIO

from convviz.patterns import pattern
from convviz.render.stream import is_terminal

NAMES: dict[str, str] = {
    " ": "space",
    "+": "plus",
    "=": "plus",
    "-": "minus",
    "_": "minus",
    "q": "quit",
    "Q": "quit",
    "\x04": "quit",
    "\x1b[D": "left",
    "\x1bOD": "left",
    "\x1b[C": "right",
    "\x1bOC": "right",
    "\x1b[H": "home",
    "\x1bOH": "home",
    "\x1b[1~": "home",
    "\x1b[7~": "home",
    "\x1b[F": "end",
    "\x1bOF": "end",
    "\x1b[4~": "end",
    "\x1b[8~": "end",
}
"""What a terminal sends → the key. Arrows come in two spellings, home and end in four."""

TOKEN = pattern(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|(?!$)[^\[O])|[^\x1b]", re.DOTALL)


def split(text: str) -> tuple[list[str], str]:
    """(the names of the keys in `text`, the start of a key that is not whole yet)."""
    names = []
    at = 0
    while match := TOKEN.match(text, at):
        at = match.end()
        if match[0] in NAMES:
            names.append(NAMES[match[0]])
    return names, text[at:]


class Keys(Protocol):
    """A keyboard."""

    def wait(self, seconds: float | None) -> list[str]:
        """The keys pressed within `seconds`; at the first of them, or at a signal, it returns."""

    def suspended(self) -> None:
        """Give the terminal its own ways back, until `resumed`."""

    def resumed(self) -> None:
        """Take them again."""


class NoKeys:
    """No keyboard: time passes."""

    def wait(self, seconds: float | None) -> list[str]:
        """No key; without a time to wait, the film is over."""
        if seconds is None:
            return ["quit"]
        time.sleep(seconds)
        return []

    def suspended(self) -> None:
        """Nothing was taken."""

    def resumed(self) -> None:
        """Nothing to take."""


class PosixKeys:
    """The keys of a terminal of POSIX.

    A signal wakes `wait` through a pipe: a window that changed its size is drawn anew at once.
    """

    def __init__(self, descriptor: int) -> None:
        import termios

        self._fd = descriptor
        self._own = termios.tcgetattr(descriptor)
        self._rest = ""
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        self._main = threading.current_thread() is threading.main_thread()
        self._before = signal.set_wakeup_fd(self._wake) if self._main else -1
        self.resumed()

    def wait(self, seconds: float | None) -> list[str]:
        """The keys pressed within `seconds`; at the first of them, or at a signal, it returns."""
        ready, _, _ = select.select([self._fd, self._woken], [], [], seconds)
        if self._woken in ready:
            with suppress(BlockingIOError):
                os.read(self._woken, 4096)
        if self._fd not in ready:
            return []
        data = os.read(self._fd, 4096)
        if not data:
            return ["quit"]  # the keyboard is gone
        names, self._rest = split(self._rest + data.decode("latin-1"))
        return names

    def suspended(self) -> None:
        """Echo, and wait for lines, as before."""
        import termios

        with suppress(termios.error, OSError):
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._own)

    def resumed(self) -> None:
        """Neither echo nor wait for a line; Ctrl-C and Ctrl-Z stay signals."""
        import termios
        import tty

        with suppress(termios.error, OSError):
            tty.setcbreak(self._fd, termios.TCSADRAIN)

    def close(self) -> None:
        """Leave everything as it was."""
        self.suspended()
        if self._main:
            signal.set_wakeup_fd(self._before)
        os.close(self._woken)
        os.close(self._wake)


class WindowsKeys:
    """The keys of a console of Windows, which is asked every twentieth of a second."""

    CODES = {"K": "left", "M": "right", "G": "home", "O": "end"}  # noqa: RUF012 - a constant

    def wait(self, seconds: float | None) -> list[str]:
        """The keys pressed within `seconds`, at most a twentieth of them."""
        import msvcrt

        time.sleep(0.05 if seconds is None else min(seconds, 0.05))
        names = []
        while msvcrt.kbhit():  # type: ignore[attr-defined]
            key = msvcrt.getwch()  # type: ignore[attr-defined]
            if key in "\x00\xe0":
                names.append(self.CODES.get(msvcrt.getwch(), ""))  # type: ignore[attr-defined]
            else:
                names.append(NAMES.get(key, ""))
        return [name for name in names if name]

    def suspended(self) -> None:
        """A console never lends its keys."""

    def resumed(self) -> None:
        """Likewise."""


@contextmanager
def keyboard(file: TextIO | None = None) -> Iterator[Keys]:
    """The keys of the terminal: of the standard input, or where that is none, its own.

    Where there is no terminal to ask, no key is ever pressed.
    """
    file = sys.stdin if file is None else file
    if sys.platform == "win32":
        yield WindowsKeys() if is_terminal(file) else NoKeys()
        return
    own = -1
    if is_terminal(file):
        descriptor = file.fileno()
    else:
        try:
            descriptor = own = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
        except OSError:
            yield NoKeys()
            return
    keys = PosixKeys(descriptor)
    try:
        yield keys
    finally:
        keys.close()
        if own >= 0:
            os.close(own)
