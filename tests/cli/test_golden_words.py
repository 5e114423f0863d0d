"""Errors and help, character for character: tests/golden/terminal.txt."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

TEXT = (Path(__file__).parent.parent / "golden" / "terminal.txt").read_text(encoding="utf-8")
SCREENS: dict[str, str] = {
    command: screen.rstrip("\n") + "\n"
    for command, screen in re.findall(r"^\$ convviz (.*)\n((?:(?!\$ ).*\n?)*)", TEXT, re.MULTILINE)
}
ERRORS = {command: screen for command, screen in SCREENS.items() if screen.startswith("error:")}
HELP = {command: screen for command, screen in SCREENS.items() if command.endswith("--help")}


def test_the_file_has_errors_and_help() -> None:
    assert len(ERRORS) == 9
    assert len(HELP) == 2


@pytest.mark.parametrize("command", ERRORS)
def test_an_error_points_at_itself_in_the_words_that_were_typed(
    command: str, run: Run, folder: Path
) -> None:
    (folder / "image.npy").touch()
    answer = run(command)
    assert answer.err == ERRORS[command]
    assert answer.out == ""
    assert answer.status == (1 if "cannot read" in answer.err else 2)


@pytest.mark.parametrize("command", HELP)
def test_help_is_as_designed(command: str, run: Run) -> None:
    answer = run(command)
    assert answer.out == HELP[command]
    assert answer.err == ""
    assert answer.status == 0
