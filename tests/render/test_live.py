"""The film in the terminal, seen by a small terminal of the test's own."""

import io
import os
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams import View
from convviz.diagrams.motion import motion
from convviz.diagrams.scene import Label, Run, Scene
from convviz.engine.account import run
from convviz.errors import SpecError
from convviz.records import replace
from convviz.render.display import Display, visible
from convviz.render.keys import NoKeys, keyboard, split
from convviz.render.live import Player, Theater, play, status
from convviz.render.stream import Level, Stream
from convviz.render.terminal import screen
from convviz.spec.layers import Conv

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals")
ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    """A terminal of so many rows: carriage returns, line feeds, cursor up and down, erase."""

    def __init__(self, rows=24):
        super().__init__()
        self.rows, self.row, self.col = rows, 0, 0
        self.screen = [""] * rows
        self.cursor, self.written = True, 0

    def write(self, text):
        self.written += len(text)
        for token in re.findall(r"\x1b\[[?0-9;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
            self.feed(token)
        return len(text)

    def feed(self, token):
        count = int(re.sub(r"\D", "", token) or 1) if token.startswith("\x1b") else 1
        if token == "\r":
            self.col = 0
        elif token == "\n":
            if self.row == self.rows - 1:
                self.screen = [*self.screen[1:], ""]
            else:
                self.row += 1
        elif token.endswith("A") and token[0] == "\x1b":
            self.row -= count
        elif token.endswith("B") and token[0] == "\x1b":
            self.row += count
        elif token == "\x1b[K":
            self.screen[self.row] = self.screen[self.row][: self.col]
        elif token == "\x1b[J":
            self.screen[self.row :] = [""] * (self.rows - self.row)
        elif token in ("\x1b[?25l", "\x1b[?25h"):
            self.cursor = token.endswith("h")
        elif token[0] != "\x1b":
            line = self.screen[self.row].ljust(self.col)
            self.screen[self.row] = line[: self.col] + token + line[self.col + len(token) :]
            self.col += len(token)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.lists(st.text("ab", max_size=3), min_size=1, max_size=6), min_size=1, max_size=6),
    st.integers(0, 9),
)
def test_a_display_shows_the_lines_it_was_given_last(screens, before):
    terminal = Terminal(10)
    terminal.write("\r\n".join(["x"] * before) + ("\r\n" if before else ""))
    display = Display(terminal)
    with display:
        for lines in screens:
            display.show(lines)
            first = terminal.row - len(lines) + 1
            assert terminal.screen[first : terminal.row + 1] == lines
            assert not any(terminal.screen[terminal.row + 1 :])
            assert not terminal.cursor
    assert terminal.cursor


def test_a_display_writes_only_the_lines_that_changed():
    terminal = Terminal()
    display = Display(terminal)
    display.show(["one", "two", "three"])
    terminal.written = 0
    display.show(["one", "TWO", "three"])
    assert terminal.written == len("\x1b[1A\r\x1b[KTWO\x1b[1B")
    display.show(["one", "TWO", "three"])
    assert terminal.written == len("\x1b[1A\r\x1b[KTWO\x1b[1B")


def test_a_cleared_display_leaves_nothing_behind():
    terminal = Terminal()
    terminal.write("before\r\n")
    display = Display(terminal)
    display.show(["one", "two"])
    display.clear(80)
    assert terminal.screen[:3] == ["before", "", ""]
    assert terminal.row == 1


def test_escapes_take_no_cells():
    assert visible("\x1b[38;5;32;1mab\x1b[0m c") == 4


def test_keys_are_told_apart_also_when_they_come_in_pieces():
    assert split("q +=-_") == (
        ["quit", "space", "plus", "plus", "minus", "minus"],
        "",
    )
    assert split("\x1b[D\x1bOC\x1b[1~\x1b[F") == (["left", "right", "home", "end"], "")
    assert split("x\x1b[24~y") == ([], "")
    assert split(" \x1b") == (["space"], "\x1b")
    assert split("\x1b[") == ([], "\x1b[")
    names, rest = split("\x1b[1")
    assert split(rest + "~") == (["home"], "")
    assert names == []


def test_a_player_plays_once_and_ends():
    player = Player(3)
    player.tick()
    assert (player.at, player.over) == (1, False)
    player.tick()
    assert (player.at, player.over) == (2, True)


def test_a_player_of_one_step_ends_at_once():
    player = Player(1)
    player.tick()
    assert player.over


def test_a_player_that_stays_waits_at_the_end():
    player = Player(2, playing=True, stays=True)
    player.tick()
    assert (player.at, player.over, player.wait) == (1, False, None)
    player.press("space")
    assert (player.at, player.playing) == (0, True)
    player.press("quit")
    assert player.over


def test_without_a_keyboard_time_passes_and_a_wait_for_keys_ends():
    keys = NoKeys()
    before = time.monotonic()
    assert keys.wait(0.02) == []
    assert time.monotonic() - before >= 0.02
    assert keys.wait(None) == ["quit"]


def test_a_console_of_windows_names_its_keys(monkeypatch):
    pressed = list("\xe0M\x00K\xe0?q z")
    console = SimpleNamespace(kbhit=lambda: bool(pressed), getwch=lambda: pressed.pop(0))
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    monkeypatch.setattr(sys, "platform", "win32")
    with keyboard(SimpleNamespace(isatty=lambda: True)) as keys:
        assert keys.wait(0.0) == ["right", "left", "quit", "space"]
        assert keys.wait(0.0) == []
    with keyboard(io.StringIO()) as none:
        assert none.wait(None) == ["quit"]


def test_keys_step_jump_and_pause():
    player = Player(5)
    for key, at in [("right", 1), ("right", 2), ("left", 1), ("end", 4), ("right", 4), ("home", 0)]:
        player.press(key)
        assert (player.at, player.playing) == (at, False)
    player.press("left")
    assert player.at == 0
    player.press("space")
    assert player.playing


def test_keys_change_the_speed_within_limits():
    player = Player(5, fps=2.0)
    player.press("plus")
    assert player.fps == 3.0
    assert player.wait == 1 / 3
    for _ in range(30):
        player.press("minus")
    assert player.fps == 0.25
    for _ in range(60):
        player.press("plus")
    assert player.fps == 60.0
    assert player.playing


def plain(line):
    return "".join(text for text, _ in line)


def test_the_status_is_that_of_the_design():
    player = Player(16, playing=False, at=6)
    assert plain(status(player, 80)) == (
        "step  7 of 16  ███████░░░░░░░░░  space play  ← → step  + - speed  q quit"
    )
    player.press("space")
    assert "space pause" in plain(status(player, 80))


@pytest.mark.parametrize("width", [24, 40, 50, 60, 72, 80, 200])
def test_the_status_fits_and_always_tells_how_to_quit(width):
    text = plain(status(Player(60, at=59), width))
    assert len(text) <= width
    assert text.startswith("step 60 of 60")
    assert text.endswith("q quit")


def film(count, height=14):
    """Scenes whose screen has a line that tells the step."""
    return [Scene(f"{i}", ((Run(f"headline {i}"),),), (), notes=("note",)) for i in range(count)]


def draw(scene, stream, kept, noted):
    return "".join(
        f"{line}\n" for line in [f"screen {scene.diagram}", "same", *(scene.notes if noted else ())]
    )


def test_what_is_no_terminal_gets_the_last_frame_alone():
    out = io.StringIO()
    play(film(3), out, Stream, draw)
    assert out.getvalue() == "screen 2\nsame\nnote\n"


def test_a_dumb_terminal_gets_the_last_frame_alone(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    out.isatty = lambda: True
    play(film(3), out, Stream, draw)
    assert "\x1b" not in out.getvalue()
    assert out.screen[0] == "screen 2"


def test_a_terminal_that_is_too_low_is_told_the_height_it_needs(monkeypatch):
    out = Terminal()
    out.isatty = lambda: True
    out.fileno = lambda: 1
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 9)))
    with pytest.raises(SpecError, match="the terminal has 9 rows, and the film needs 12"):
        play(film(2), out, Stream, draw)
    high = lambda scene, stream, kept, noted: "x\n" * 30  # noqa: E731
    with pytest.raises(SpecError, match="the film needs 31"):
        play(film(2), out, Stream, high)


def test_in_a_low_terminal_rows_are_elided_until_the_film_fits(monkeypatch):
    out = Terminal()
    out.fileno = lambda: 1
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 14)))
    high = lambda scene, stream, kept, noted: "x\n" * (30 if kept is None else 4 + 2 * kept)  # noqa: E731
    theater = Theater(film(3), out, Stream, high, Player(3), Display(out))
    theater.look()
    theater.check()
    assert (theater.diet.kept, theater.height) == (4, 12)


def test_facts_that_stand_still_give_way_before_rows_do(monkeypatch):
    out = Terminal()
    out.fileno = lambda: 1
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 14)))
    labels = (Label("size", ()), Label("coverage", ()))
    scenes = [replace(scene, labels=labels) for scene in film(3)]

    def high(scene, stream, kept, noted):
        return "x\n" * ((12 if kept is None else 3) + len(scene.labels))

    theater = Theater(scenes, out, Stream, high, Player(3), Display(out))
    theater.look()
    assert (theater.diet.kept, theater.diet.labels, theater.diet.equations) == (None, False, True)


def test_what_is_too_high_in_the_end_scrolls_up(monkeypatch):
    out = Terminal(14)
    out.fileno = lambda: 1
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 14)))

    def high(scene, stream, kept, noted):
        return "".join(f"{n}\n" for n in range(20 if noted else 5))

    theater = Theater(film(1), out, Stream, high, Player(1), Display(out))
    theater.look()
    theater.show()
    theater.leave()
    assert out.screen == [str(n) for n in range(6, 20)]


def test_a_step_that_is_lower_than_others_keeps_the_status_in_place(monkeypatch):
    out = Terminal()
    out.fileno = lambda: 1
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 24)))
    high = lambda scene, stream, kept, noted: "x\n" * (5 if scene.diagram == "0" else 3)  # noqa: E731
    theater = Theater(film(3), out, Stream, high, Player(3), Display(out))
    for at in (0, 1, 2):
        theater.player.at = at
        theater.look()
        theater.show()
        assert out.screen[5].startswith(f"step {at + 1} of 3")
    theater.leave()
    assert out.screen[:5] == ["x", "x", "x", "", ""]
    assert out.row == 2


def test_step_seven_of_the_golden_film_is_the_golden_screen(monkeypatch):
    text = (ROOT / "tests/golden/terminal.txt").read_text(encoding="utf-8")
    command, _, golden = text.partition("$ convviz conv 7x7 -k 3 -s 2 -p 1 --animate\n")
    assert command
    layer = Conv.of(1, 1, 3, ndim=2, stride=2, padding=1, bias=False)
    weight = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    account = run(layer, np.arange(1.0, 50).reshape(1, 1, 7, 7), weight, lead=0)
    out = Terminal(24)
    out.fileno = lambda: 1
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 24)))
    player = Player(16, playing=False)
    scenes = motion([account], View())
    draw = lambda scene, stream, kept, noted: screen(scene, stream, kept=kept, noted=noted)  # noqa: E731
    theater = Theater(scenes, out, Stream, draw, player, Display(out))
    theater.look()
    for player.at in (0, 5, 9, 6):
        theater.show()
    wanted = golden.rstrip("\n").split("\n")
    assert [line.rstrip() for line in out.screen[: len(wanted)]] == wanted


def test_colors_of_the_status_close_on_its_line():
    stream = Stream(level=Level.PALETTE)
    line = stream.line(status(Player(16, at=6), 80))
    assert line.count("\x1b[0m") * 2 == line.count("\x1b[")
