"""The command at the foot of a slide: whatever lines it takes, a shell reads it as it was."""

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.records import replace
from convviz.render.figure import default_settings, matplotlib_at_rest
from convviz.render.figures.command import folded
from convviz.render.style import page_named, theme_named
from tests.render.figure_scenes import padded

MATRIX = "'" + "; ".join(" ".join("123456") for _ in range(6)) + "'"


def test_a_short_command_stays_as_it_is():
    assert folded("convviz pad '1 2; 3 4'", 30, 3) == ["convviz pad '1 2; 3 4'"]


def test_a_long_command_is_broken_between_words():
    assert folded("convviz conv 5x5 -k 3 --stride 2 -p 1", 20, 3) == [
        "convviz conv 5x5 \\",
        "-k 3 --stride 2 \\",
        "-p 1",
    ]


def test_a_word_longer_than_a_line_is_quoted_in_parts():
    assert folded(f"convviz conv {MATRIX}", 40, 9) == [
        "convviz conv '1 2 3 4 5 6; '\\",
        "'1 2 3 4 5 6; 1 2 3 4 5 6; '\\",
        "'1 2 3 4 5 6; 1 2 3 4 5 6; '\\",
        "'1 2 3 4 5 6'",
    ]


def test_only_beyond_the_most_lines_a_command_is_cut_off():
    lines = folded("convviz shape " + "'ReLU()' " * 30, 30, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(len(line) <= 30 for line in lines)


WORDS = st.lists(st.text("ab' $\\,;\"*é", min_size=1, max_size=50), min_size=1, max_size=6)


@settings(deadline=None, max_examples=150)
@given(WORDS, st.integers(16, 60))
def test_lines_are_short_and_a_shell_reads_the_same_words(words, width):
    lines = folded(shlex.join(words), width, 10_000)
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == words
    assert all(len(line) <= width for line in lines)


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell")
def test_a_shell_pastes_the_lines_as_one_command():
    words = ["a b c, d e f; it's", "$x", "*", "1 2 3 4 5 6 7 8 9 10 11"]
    lines = folded(f"printf '%s|' {shlex.join(words)}", 16, 100)
    done = subprocess.run(
        ["sh"], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    assert done.stdout == "".join(f"{word}|" for word in words)


def test_the_diagram_makes_room_for_the_lines_of_the_footer():
    with matplotlib_at_rest(), default_settings():
        from convviz.render.figures.sheet import Sheet
        from convviz.render.figures.type import Typeface

        scene = padded((12, 12), 1)
        found = []
        for command in ("convviz pad 12x12", "convviz pad 12x12 " + "--padding 1 " * 30):
            sheet = Sheet(
                replace(scene, command=command),
                page_named("slide"),
                theme_named("light"),
                Typeface.of(None),
            )
            texts = sheet.canvas().texts
            footer = [text for text in texts if "convviz" in text.text or "--padding" in text.text]
            rest = [text for text in texts if text not in footer]
            found.append((len(footer), max(text.box.bottom for text in rest)))
            assert found[-1][1] < min(text.box.top for text in footer)
    assert [lines for lines, _ in found] == [1, 3]
