"""The film in the terminal as a process on a real pty: keys, signals, windows."""

import os
import select
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals")
ROOT = Path(__file__).parents[2]

CHILD = """
    import sys
    from convviz.diagrams.scene import Run, Scene
    from convviz.render.live import play
    from convviz.render.stream import Stream
    scenes = [Scene(str(i), (), ()) for i in range(9)]
    draw = lambda scene, stream, kept, noted: f"screen {scene.diagram}\\nsame\\n"
    try:
        play(scenes, sys.stdout, lambda: Stream.of(sys.stdout), draw, fps=FPS, step=STEP)
    except KeyboardInterrupt:
        sys.exit(130)
"""


class Pty:
    """A process on a terminal of its own, in a session of its own or, as a job, in this one."""

    def __init__(self, fps=2.0, step=False, *, job=False):
        import pty

        self.master, slave = pty.openpty()
        code = textwrap.dedent(CHILD).replace("FPS", str(fps)).replace("STEP", str(step))
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=not job,
            process_group=0 if job else None,
        )
        os.close(slave)
        self.text = ""

    def until(self, wanted, seconds=20.0):
        """Read until `wanted` was written."""
        end = time.monotonic() + seconds
        while wanted not in self.text and time.monotonic() < end:
            if not self.read(0.1):
                break
        assert wanted in self.text, self.text

    def read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.text += data.decode()
        return bool(data)

    def press(self, keys):
        os.write(self.master, keys.encode())

    def stopped(self, seconds=20.0):
        """Whether the process is stopped within that time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.process.pid, os.WUNTRACED | os.WNOHANG)
            if pid:
                return os.WIFSTOPPED(status)
            time.sleep(0.01)
        return False

    def end(self):
        """The exit status; everything that was written."""
        end = time.monotonic() + 20
        while self.read(0.2) and time.monotonic() < end:
            pass  # until the terminal has no one left who writes
        status = self.process.wait(20)
        os.close(self.master)
        return status, self.text


def restored(text):
    """Whether the cursor is shown and lines wrap at the end, below the film."""
    return (
        text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
        and text.rindex("\x1b[?7h") > text.rindex("\x1b[?7l")
        and text.endswith("\n")
    )


def test_q_ends_a_film_and_gives_the_cursor_back():
    film = Pty(step=True)
    film.until("step 1 of 9")
    film.press("\x1b[C")
    film.until("step 2 of 9")
    film.press("\x1b[F")
    film.until("step 9 of 9")
    film.press("q")
    status, text = film.end()
    assert status == 0
    assert restored(text)


def test_a_film_ends_by_itself():
    status, text = Pty(fps=50.0).end()
    assert status == 0
    assert "screen 8" in text
    assert restored(text)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_film_and_the_cursor_comes_back(name):
    film = Pty(step=True)
    film.until("step 1 of 9")
    film.process.send_signal(getattr(signal, name))
    status, text = film.end()
    assert status == (130 if name == "SIGINT" else -getattr(signal, name))
    assert restored(text)


def test_a_film_that_is_stopped_gives_the_cursor_back_and_goes_on():
    film = Pty(step=True, job=True)  # the leader of a session without a shell cannot be stopped
    film.until("step 1 of 9")
    film.process.send_signal(signal.SIGTSTP)
    film.until("\x1b[?25h")
    assert film.stopped()
    film.text = ""
    film.process.send_signal(signal.SIGCONT)
    film.until("step 1 of 9")
    assert "\x1b[?25l" in film.text
    film.press("q")
    status, text = film.end()
    assert status == 0
    assert restored(text)


def test_a_window_that_changes_its_size_is_drawn_anew():
    import fcntl
    import struct
    import termios

    film = Pty(step=True)
    film.until("step 1 of 9")
    film.text = ""
    fcntl.ioctl(film.master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 50, 0, 0))
    film.process.send_signal(signal.SIGWINCH)
    film.until("step 1 of 9")
    assert "\x1b[J" in film.text
    assert "+ - speed" not in film.text
    film.press("q")
    assert film.end()[0] == 0
