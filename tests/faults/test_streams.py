"""What streams do to an answer: encodings, colors, widths, pipes; and words that look like code.

Every command, in every form of its answer, goes through each of them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.faults.running import environment
from tests.faults.streams import COMMANDS, NETWORK, numbers, said

command = pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)

NARROW = ("ascii", "latin-1", "cp1252", "cp437")

UNTOUCHED = "shape, JSON"
"""Its texts are data, of which ASCII holds every character by an escape of its own."""


@command
def test_every_encoding_prints_the_same_numbers(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = said(monkeypatch, words)
    for encoding in NARROW:
        found = said(monkeypatch, words, encoding=encoding)
        assert found.status == wide.status
        for own, other in ((found.out, wide.out), (found.err, wide.err)):
            if words != COMMANDS[UNTOUCHED]:
                assert "\\u" not in own.replace("\\usepackage", "")
                assert "\\x" not in own
                assert numbers(own) == numbers(other), encoding


def test_a_caret_stands_under_what_the_stream_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(monkeypatch, ("pad", "４x4"), encoding="ascii")
    assert found.err.splitlines()[1:] == ["  \\uff14x4", "  ^^^^^^ not a whole number"]
    wide = said(monkeypatch, ("pad", "４x4"))
    assert wide.err.splitlines()[1:] == ["  ４x4", "  ^^ not a whole number"]


QUIET = (
    {"NO_COLOR": "1", "COLORTERM": "truecolor", "FORCE_COLOR": "1"},
    {"FORCE_COLOR": "0", "COLORTERM": "truecolor", "TERM": "xterm-256color"},
    {"TERM": "dumb", "COLORTERM": "truecolor"},
)


@command
def test_a_terminal_without_color_gets_no_escape(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variables in QUIET:
        found = said(monkeypatch, words, terminal=True, **variables)
        assert "\x1b" not in found.out + found.err, variables


@command
def test_a_pipe_gets_no_escape_unless_it_is_forced(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = said(monkeypatch, words, COLORTERM="truecolor", TERM="xterm-256color")
    assert "\x1b" not in plain.out + plain.err
    forced = said(monkeypatch, words, FORCE_COLOR="1", TERM="xterm-256color")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", forced.out + forced.err)
    assert "\x1b" not in bare
    assert numbers(bare) == numbers(plain.out + plain.err)


def test_force_color_colors_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in said(monkeypatch, ("conv",), FORCE_COLOR="1", TERM="xterm").out


@command
def test_a_width_that_is_none_is_80(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = said(monkeypatch, words)
    for columns in ("0", "1", "3", "-5", "abc", ""):
        assert said(monkeypatch, words, COLUMNS=columns) == usual


WIDE_FORMS = {"shape, all columns", "shape, said", "pad, said", "shape, JSON", "shape, LaTeX",
              "shape, Markdown", "shape, CSV", "overview"}  # fmt: skip
"""Forms for programs and screen readers, and what is asked for whole: one line is one statement."""


@pytest.mark.parametrize(
    "name", [n for n in COMMANDS if n not in WIDE_FORMS and not n.startswith("help")]
)
def test_twenty_columns_are_forty_and_lose_nothing_without_a_word(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = COMMANDS[name]
    found = said(monkeypatch, words, terminal=True, COLUMNS="20", NO_COLOR="1")
    lines = [line for line in found.out.splitlines() if "⌊" not in line]  # formulas stay whole
    assert max(map(len, lines), default=0) <= 40
    usual = set(numbers(said(monkeypatch, words, terminal=True, COLUMNS="80", NO_COLOR="1").out))
    told = re.search(r"not shown|hidden|more|…", found.out)
    assert told or usual <= set(numbers(found.out))


def test_a_piped_row_is_one_line_with_every_value(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(monkeypatch, ("pad", "60x60", "--mode", "circular", "--full"))
    rows = np.pad(np.arange(1, 3601).reshape(60, 60), 1, "wrap")
    lines = [numbers(line)[1:] for line in found.out.splitlines()[3:] if numbers(line)]
    assert lines[:62] == [[str(value) for value in row] for row in rows.tolist()]


def test_what_a_pipe_leaves_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(monkeypatch, ("pad", "60x60"))
    assert re.search(r"of 6[02] rows not shown", found.out)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize(
    "line",
    ["pad 300x300 --full", "pad 300x300 --json", "solve --in 224 --out 112 --full", "--help"],
)
def test_a_reader_that_leaves_ends_the_command_with_0_and_silently(
    line: str, tmp_path: Path
) -> None:
    shell = f"'{sys.executable}' -m convviz {line} | head -1 >first; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell], cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"0\n", b"")
    assert (tmp_path / "first").read_text().count("\n") == 1


MARKUP = "[red]x[/red] [/x] :heart: $\\bogus$ {0} %s"


def test_user_text_is_never_markup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (
        ("pad", f"4x4,{MARKUP}"),
        ("pad", "4x4", "--mode", MARKUP),
        ("shape", "3x8x8", MARKUP),
        ("pad", "4x4", "-o", f"{MARKUP}.doc"),
        (MARKUP,),
    ):
        found = said(monkeypatch, words)
        assert found.status in (1, 2)
        assert MARKUP in " ".join(found.err.split()), words


def test_the_name_of_a_layer_is_never_markup(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "net.toml"
    file.write_text('layers = [{ name = "[red]:heart:[/x]", layer = "Conv2d(3, 8, 3)" }]\n')
    found = said(monkeypatch, ("shape", "3x8x8", str(file)), terminal=True, NO_COLOR="1")
    if found.status == 0:
        assert "[red]:heart:[/x]" in found.out
    else:
        assert "Traceback" not in found.err


@pytest.mark.parametrize("control", ["\x1b[31m", "\x07", "\x9b31m", "\u202e", "\r"])
def test_control_characters_are_shown_and_never_sent(
    control: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("pad", f"4{control}x4"), ("pad", f"--{control}"), (f"p{control}",)):
        found = said(monkeypatch, words, terminal=True, TERM="xterm", NO_COLOR="1")
        assert found.status == 2
        assert control not in found.err


def test_a_title_with_markup_is_drawn_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    found = said(monkeypatch, ("pad", "2x2", "-o", "x.svg", "--title", "[red]$\\bogus$ <b>&"))
    assert found == (0, "", "")
    assert "[red]$\\bogus$ &lt;b&gt;&amp;" in (tmp_path / "x.svg").read_text(encoding="utf-8")


def test_the_network_is_the_same_in_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    for form in ("--csv", "--markdown", "--latex"):
        table = said(monkeypatch, ("shape", *NETWORK, form)).out
        assert [line.count("Conv2d") for line in table.splitlines() if "Conv2d" in line] == [1]
