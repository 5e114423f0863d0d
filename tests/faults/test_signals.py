"""Signals at any moment: a status, no word, nothing lost, and the terminal as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.running import PROGRAM, environment
from tests.faults.terminals import Screen

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX")

RUN = "from convviz.__main__ import run; run(sys.argv[1:])"

SELF = "os.kill(os.getpid(), signal.SIGINT)"

MOMENTS = {
    "while it computes": f"""
import convviz.engine.convolution as module
own = module.compute
def compute(job):
    {SELF}
    own(job)
module.compute = compute
""",
    "while it draws": f"""
import convviz.render.figure as module
own = module.saved
def saved(*parts, **looks):
    {SELF}
    return own(*parts, **looks)
module.saved = saved
""",
    "while it saves": f"""
own = os.fsync
def fsync(number):
    {SELF}
    own(number)
os.fsync = fsync
""",
    "where Python cannot raise": f"""
class Dying:
    def __del__(self):
        {SELF}
        sum(range(9))
class Late:
    def find_spec(self, name, *_):
        if name == 'convviz.cli.speaking': Dying()
sys.meta_path.insert(0, Late())
""",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_is_130_and_silent_and_leaves_the_old_file(
    moment: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.png"
    file.write_bytes(b"old")
    code = f"import os, signal, sys\n{MOMENTS[moment]}\n{RUN}"
    done = subprocess.run(
        [sys.executable, "-c", code, "conv", "5x5", "-o", "x.png"],
        cwd=tmp_path, env=environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_interrupt_after_the_answer_changes_nothing(tmp_path: Path) -> None:
    code = f"import atexit, os, signal, sys\natexit.register(lambda: {SELF})\n{RUN}"
    done = subprocess.run(
        [sys.executable, "-c", code, "shape", "224", "-k", "7", "--csv"],
        cwd=tmp_path, env=environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout


FILM = (*PROGRAM, "conv", "7x7", "-k", "3", "-s", "2", "-p", "1")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_in_a_film_that_plays_restores_the_terminal(name: str, tmp_path: Path) -> None:
    film = Screen((*FILM, "--animate", "--fps", "1"), tmp_path)
    film.until("of 16")
    film.process.send_signal(getattr(signal, name))
    status = film.end()
    assert status == (130 if name == "SIGINT" else -signal.SIGTERM)
    assert film.restored
    assert "Traceback" not in film.text


def test_a_film_is_drawn_anew_while_its_window_changes(tmp_path: Path) -> None:
    film = Screen((*FILM, "--animate", "--fps", "30"), tmp_path)
    film.until("of 16")
    for rows, columns in ((30, 60), (24, 120), (40, 45), (60, 200), (12, 80), (40, 80)):
        film.resize(rows, columns)
        film.read()
    assert film.end() == 0
    assert film.restored
    assert "Traceback" not in film.text


def test_the_keys_of_step(tmp_path: Path) -> None:
    film = Screen((*FILM, "--step"), tmp_path)
    film.until("step  1 of 16")
    for keys, step in (("\x1b[C", " 2"), ("\x1b[F", "16"), ("\x1b[D", "15"), ("\x1b[H", " 1")):
        film.text = ""
        film.press(keys)
        film.until(f"step {step} of 16")
    film.press("q")
    assert film.end() == 0
    assert film.restored


def test_a_film_without_a_keyboard_plays_and_ends(tmp_path: Path) -> None:
    film = Screen((*FILM, "--animate", "--fps", "50"), tmp_path, keyboard=False)
    assert film.end() == 0
    assert film.restored
    assert "step 15 of 16" in film.text


def test_a_dumb_terminal_gets_the_last_frame_and_no_escape(tmp_path: Path) -> None:
    film = Screen((*FILM, "--animate"), tmp_path, TERM="dumb")
    assert film.end() == 0
    assert "\x1b" not in film.text
    assert "output[3,3]" in film.text


WORKERS = """
import operator, os, signal, sys, time
from convviz.cli.workers import results
from convviz.render.signals import ending

def run():
    number = int(sys.argv[1])
    tasks = [(0, (time.sleep, 600)), (1, (os.kill, os.getpid(), number))]
    with ending():
        for key, _ in results(operator.call, tasks, 2):
            time.sleep(60)

if __name__ == "__main__":
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.parametrize(
    ("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGKILL", -signal.SIGKILL)]
)
def test_processes_that_draw_end_with_the_one_that_asked(
    name: str, status: int, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKERS, str(int(getattr(signal, name)))],
        cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    said = process.communicate(timeout=60)[1]
    assert process.returncode == status
    assert name == "SIGKILL" or said == b""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail("a process was left behind")


def test_figures_that_are_stopped_are_recorded_and_leave_no_escape(tmp_path: Path) -> None:
    tables = [f'[[figure]]\nfile = "{n}.png"\ncommand = "pad 2x{n}"\n' for n in range(1, 6)]
    (tmp_path / "figures.toml").write_text("".join(tables))
    line = (*PROGRAM, "figures", "figures.toml", "-d", "out", "-j", "1")
    screen = Screen(line, tmp_path, NO_COLOR="1")
    screen.until("1 of 5")
    screen.process.send_signal(signal.SIGTERM)
    assert screen.end() == 143
    assert "\x1b" not in screen.text
    assert "Traceback" not in screen.text
    assert '"1.png"' in (tmp_path / "out" / ".convviz-figures.json").read_text()
