"""A process on a terminal of its own, seen by the bytes that it writes."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from codecs import getincrementaldecoder
from collections.abc import Sequence
from pathlib import Path

from tests.faults.running import environment


class Screen:
    """A command line on a pty of `size` (rows, columns); it leads a session of its own."""

    def __init__(
        self,
        words: Sequence[str],
        cwd: Path,
        *,
        size: tuple[int, int] = (40, 80),
        keyboard: bool = True,
        **changed: str,
    ) -> None:
        import pty

        self.master, slave = pty.openpty()
        self.resize(*size)
        self.process = subprocess.Popen(
            words,
            stdin=slave if keyboard else subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=environment(**{"TERM": "xterm-256color", **changed}),
            start_new_session=True,
        )
        os.close(slave)
        self.text = ""
        self.decode = getincrementaldecoder("utf-8")().decode

    def resize(self, rows: int, columns: int) -> None:
        """Give the window another size; the process is told where there is one."""
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGWINCH)

    def read(self) -> bool:
        """Read what there is; whether there may be more."""
        ready, _, _ = select.select([self.master], [], [], 0.1)
        if not ready:
            return True
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # no one writes any more
            return False
        self.text += self.decode(data)
        return bool(data)

    def until(self, wanted: str, seconds: float = 30) -> None:
        """Read until `wanted` was written."""
        end = time.monotonic() + seconds
        while wanted not in self.text and time.monotonic() < end and self.read():
            pass
        assert wanted in self.text, self.text

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def end(self, seconds: float = 30) -> int:
        """The exit status, once everything is read."""
        end = time.monotonic() + seconds
        while self.read() and time.monotonic() < end:
            pass
        status = self.process.wait(seconds)
        os.close(self.master)
        return status

    @property
    def restored(self) -> bool:
        """Whether the cursor is shown and lines wrap, as they did before."""
        return all(
            self.text.rfind(f"\x1b[?{mode}h") >= self.text.rfind(f"\x1b[?{mode}l")
            for mode in ("25", "7")
        )
