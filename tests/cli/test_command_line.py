"""The command line as it is shown again: in footers, metadata, indexes."""

from __future__ import annotations

import pytest

from convviz.cli.argv import Flag, take_apart
from convviz.cli.command import portable

FLAGS = {"-o": Flag("output", True), "--output": Flag("output", True), "-k": Flag("kernel", True)}


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (["7x7", "-o", "/a/b/x.png"], ["7x7", "-o", "x.png"]),
        (["-o/a/x.png"], ["-ox.png"]),
        (["--output=../x.png", "-k", "3"], ["--output=x.png", "-k", "3"]),
        (["a/x.npy", "-o", "a/x.npy"], ["a/x.npy", "-o", "x.npy"]),
        (["7x7"], ["7x7"]),
    ],
)
def test_the_output_is_shown_by_its_name(argv: list[str], shown: list[str]) -> None:
    assert portable(argv, take_apart(argv, FLAGS).typed) == shown
