"""Signals while a terminal is in use: held until it is as it was, then obeyed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Killed(BaseException):
    """A signal that ends the program, held back until the terminal is as it was."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


DEADLY = ("SIGINT", "SIGTERM", "SIGHUP")


class Signals:
    """What signals ask for, told to the loop that draws.

    stopped: the user wants the shell back (Ctrl-Z). woken: the terminal may look different.
    """

    def __init__(self) -> None:
        self.stopped = self.woken = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for name in DEADLY:
                self._take(name, self._end)
            self._take("SIGTSTP", self._stop)
            self._take("SIGCONT", self._wake)
            self._take("SIGWINCH", lambda *_: None)  # enough to end a wait for keys
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, name: str, handler: Callable[[int, FrameType | None], None]) -> None:
        number = getattr(signal, name, None)
        # A signal that whoever started us has ignored stays ignored (nohup).
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            self._before[number] = signal.signal(number, handler)

    def _end(self, number: int, _: FrameType | None) -> None:
        for name in DEADLY:  # a second one must not interrupt the way back
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else Killed(number)

    def _stop(self, *_: object) -> None:
        self.stopped = True

    def _wake(self, *_: object) -> None:
        self.woken = True

    def stop(self) -> None:
        """Stop this process, as Ctrl-Z would have; returns when it goes on."""
        number = signal.SIGTSTP
        handler = signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, handler)
        self.stopped = False


@contextmanager
def ending() -> Iterator[None]:
    """Within, a signal that would end the program at once ends it as `sys.exit` does.

    What is in use is put away; the status is what a shell gives for the signal, 128 more than it.
    """
    before: dict[int, Any] = {}

    def end(number: int, _: FrameType | None) -> None:
        raise Killed(number)

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    try:
        yield
    except Killed as killed:
        raise SystemExit(128 + killed.number) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def obey(number: int) -> None:
    """End the program by a signal, as the one who sent it expects; nothing is left to clean up."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
