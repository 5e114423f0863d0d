"""Help fits a terminal, names every option, and its examples run."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from convviz.cli import COMMANDS, options, overview
from convviz.cli.command import COMMON, Command
from convviz.spec.modes import MODES

Run = Callable[..., Any]
COMPUTING = ("pad", "conv", "conv-transpose", "pool")


def command(name: str) -> Command:
    found = import_module(f"convviz.cli.{COMMANDS[name].module}").command
    assert isinstance(found, Command)
    return found


@pytest.mark.parametrize("line", ["--help", *(f"{name} --help" for name in COMMANDS)])
def test_help_fits_24_lines_of_80_columns(line: str, run: Run) -> None:
    lines = run(line).out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert all(text == text.rstrip() for text in lines)


@pytest.mark.parametrize("name", COMPUTING)
def test_help_names_every_option(name: str, run: Run) -> None:
    page = run(name, "--help").out
    common = run("--help").out
    for param in command(name).params:
        if param.param_type_name == "option":
            group = param.group  # type: ignore[attr-defined]
            words = (common if group == COMMON else page).split()
            assert any(opt in (word.strip(",;:") for word in words) for opt in param.opts), param


@pytest.mark.parametrize("name", COMPUTING)
def test_help_starts_with_examples_that_run(name: str, run: Run, folder: Path) -> None:
    from PIL import Image

    Image.new("RGB", (50, 50), "teal").save("photo.png")
    for line, _ in command(name).examples:
        program, *words = shlex.split(line)
        assert program == "convviz"
        if "-o" in words:  # pictures have tests of their own
            words[words.index("-o") + 1] = "out.npy"
        else:
            words.append("--json")
        answer = run(*words)
        assert answer.status == 0, answer.err


def test_the_examples_of_the_overview_run(run: Run, folder: Path) -> None:
    for line, _ in overview.EXAMPLES:
        _, *words = shlex.split(line.replace("x.png", "x.npy"))
        assert run(*words, *([] if "-o" in words else ["--json"])).status == 0


def test_help_of_pad_draws_every_mode_from_its_table(run: Run) -> None:
    page = run("pad --help").out
    for mode in MODES:
        assert f"{mode.picture}  {mode.rule}" in page


def test_no_words_at_all_show_the_overview(run: Run) -> None:
    assert run() == run("--help")


def test_h_is_short_for_help(run: Run) -> None:
    assert run("pad -h") == run("pad --help")
    assert run("-h") == run("--help")


def test_help_wins_over_mistakes(run: Run) -> None:
    assert run("pad 4x4 5x5 --help").status == 0


def test_the_version_is_one_line(run: Run) -> None:
    from convviz import __version__

    assert run("--version").out == f"convviz {__version__}\n"


def test_names_that_help_lists_are_those_of_the_tables() -> None:
    from convviz.render import columns
    from convviz.sources import fills, weights

    assert tuple(columns.COLUMNS) == options.COLUMNS
    assert fills.NAMES == options.FILLS
    assert weights.NAMES == options.WEIGHTS
    assert weights.BIASES == options.BIASES


def test_plain_help_for_click_is_the_page(run: Run) -> None:
    import click

    found = command("pad")
    text = found.get_help(click.Context(found, info_name="pad"))
    assert text.splitlines()[0] == run("pad --help").out.splitlines()[0]
