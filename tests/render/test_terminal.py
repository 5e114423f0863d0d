"""Every screen of the examples, character for character, through the real command line."""

from __future__ import annotations

import io
import re
import shlex
import sys
from pathlib import Path

import pytest

from convviz.cli import main

GOLDEN = Path(__file__).parent.parent / "golden" / "terminal.txt"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
LEVELS = {
    "truecolor": {"COLORTERM": "truecolor", "TERM": "xterm-256color"},
    "256": {"TERM": "xterm-256color"},
    "16": {"TERM": "xterm"},
}


def examples() -> dict[str, str]:
    """Command line → its screen, for the commands that draw grids."""
    found = {}
    for part in re.split(r"^\$ convviz ", GOLDEN.read_text(encoding="utf-8"), flags=re.M)[1:]:
        command, _, screen = part.partition("\n")
        grids = command.startswith(("pad ", "conv ", "conv-transpose ", "pool "))
        said = "--help" in command or "--animate" in command or screen.startswith("error:")
        if grids and not said:
            found[command] = screen.rstrip("\n") + "\n"
    return found


EXAMPLES = examples()


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return True

    def said(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


def printed(
    monkeypatch: pytest.MonkeyPatch, command: str, *, encoding: str = "utf-8", **environ: str
) -> str:
    """What `command` prints in a terminal with these variables."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLORFGBG", "CONVVIZ_ASCII", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"COLUMNS": "80", **environ}.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal(encoding)
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(shlex.split(command)) == 0
    return terminal.said()


def test_the_examples_are_all_there() -> None:
    assert len(EXAMPLES) == 25


@pytest.mark.parametrize("command", EXAMPLES)
def test_a_screen_is_the_golden_one(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, command, NO_COLOR="1") == EXAMPLES[command]


def blanked(text: str) -> str:
    """`text` without escapes and without the ends of pills, blanks at line ends left out."""
    bare = ESCAPE.sub("", text).replace("▐", " ").replace("▌", " ")
    return "".join(f"{line.rstrip()}\n" for line in bare.splitlines())


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("command", EXAMPLES)
def test_color_changes_no_character(
    command: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    colored = printed(monkeypatch, command, **LEVELS[level])
    assert blanked(colored) == EXAMPLES[command]
    assert ("\x1b[" in colored) == ("--plain" not in command)


@pytest.mark.parametrize("command", EXAMPLES)
def test_escapes_close_on_their_line(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in printed(monkeypatch, command, **LEVELS["truecolor"]).splitlines():
        codes = ESCAPE.findall(line)
        assert codes[1::2] == ["\x1b[0m"] * (len(codes) // 2)
        assert "\x1b[0m" not in codes[0::2]


@pytest.mark.parametrize("command", EXAMPLES)
def test_no_color_leaves_no_escape(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in printed(monkeypatch, command, NO_COLOR="1", COLORTERM="truecolor")


def digits(text: str) -> list[str]:
    return re.findall(r"[0-9]+", text)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "cp437"])
@pytest.mark.parametrize("command", EXAMPLES)
def test_other_encodings_print_the_same_numbers(
    command: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(monkeypatch, command, encoding=encoding, NO_COLOR="1")
    assert "\\u" not in text
    assert "\\x" not in text
    assert digits(text) == digits(EXAMPLES[command])
    assert max(map(len, text.splitlines())) <= 80


def test_latin_streams_have_frames_of_plus_and_minus(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(monkeypatch, "pad 2x2", encoding="cp1252", NO_COLOR="1")
    assert text == (
        "pad 2×2 -> 4×4 · zeros · 1 on every side\n"
        "\n"
        "  col  ·   0  1   ·\n"
        "row ·  0   0  0   0\n"
        "         +------+\n"
        "    0  0 | 1  2 | 0\n"
        "    1  0 | 3  4 | 0\n"
        "         +------+\n"
        "    ·  0   0  0   0\n"
        "\n"
        "constant 0 · row, col: the source of each cell, from 0; a dot has none\n"
    )


def test_ascii_streams_have_no_dots_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(monkeypatch, "conv 3x3 -k 3 -p 1", CONVVIZ_ASCII="1", NO_COLOR="1")
    assert text.isascii()
    assert "conv 3x3 -> 3x3 | kernel 3 | padding 1" in text
    assert "floor((3 + 2*1 - 1*(3 - 1) - 1) / 1) + 1  =  3" in text
    assert " col   .    0   1   2    ." in text


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("command", [c for c in EXAMPLES if "--plain" not in c])
def test_no_line_is_wider_than_the_terminal_and_no_value_is_lost(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(monkeypatch, command, NO_COLOR="1", COLUMNS=str(columns))
    assert max(map(len, text.splitlines())) <= columns
    if "not shown" not in " ".join(text.split()):
        missing = set(digits(EXAMPLES[command])) - set(digits(text))
        assert not missing, missing


NARROW = """\
conv 7×7 → 4×4 · kernel 3 · stride 2
  · padding 1

padded input 9×9
 out  0▼      1▼    2▼    3▼
 col   ·    0  1  2  3  4  5  6    ·
0► ·   0    0  0  0  0  0  0  0    0
         ┌──────────────────────┐
   0   0 │  1  2  3  4  5  6  7 │  0
1► 1   0 │  8  9 10[11 12 13]14 │  0
   2   0 │ 15 16 17[18 19 20]21 │  0
2► 3   0 │ 22 23 24[25 26 27]28 │  0
   4   0 │ 29 30 31 32 33 34 35 │  0
3► 5   0 │ 36 37 38 39 40 41 42 │  0
   6   0 │ 43 44 45 46 47 48 49 │  0
         └──────────────────────┘
   ·   0    0  0  0  0  0  0  0    0

kernel 3×3   output 4×4
 1  2  3           0     1     2     3
 4  5  6     0   162   289   367   262
 7  8  9     1   597   897 [ 987]  639
             2  1059  1527  1617  1017
             3   662   907   949   562

output[1,2]
  = 11·1 + 12·2 + 13·3
  + 18·4 + 19·5 + 20·6
  + 25·7 + 26·8 + 27·9
  = 987
size
  = ⌊(7 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1
  = 4
▼ ► the first col and row each output
  reads
"""


def test_a_narrow_terminal_stacks_and_writes_equations_under_their_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = "conv 7x7 -k 3 -s 2 -p 1 --at 1,2"
    assert printed(monkeypatch, command, NO_COLOR="1", COLUMNS="40") == NARROW


def test_a_wide_terminal_has_all_modes_in_one_band(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(monkeypatch, "pad 4x4 --mode all", NO_COLOR="1", COLUMNS="120")
    header = text.splitlines()[2]
    assert header.split() == ["zeros", "reflect", "replicate", "circular"]
    assert [header.index(word) for word in header.split()] == [5, 35, 65, 95]


def test_a_gap_has_bars_only_within_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = printed(monkeypatch, "pad 60x4 -p 30:40,1:1", NO_COLOR="1").splitlines()
    gaps = [line.count("│") for line in screen if line.lstrip().startswith("…")]
    assert gaps == [0, 2, 0]


def test_what_is_hidden_is_counted_in_all_rows_or_in_the_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "112 of 130 rows not shown" in printed(monkeypatch, "pad 60x4 -p 30:40,1:1")
    assert "54 of 60 rows not shown" in printed(monkeypatch, "pad 60x4")
