"""What a shell completes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convviz.spec.modes import NAMES

Run = Callable[..., Any]


@pytest.fixture
def complete(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """What is offered at the end of a line; "file," for files."""

    def offered(line: str) -> list[str]:
        monkeypatch.setenv("_CONVVIZ_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        answer = run()
        assert answer.err == ""
        return [word.removeprefix("plain,") for word in answer.out.split()]

    return offered


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("convviz co", ["conv", "conv-transpose"]),
        ("convviz pad --mod", ["--mode"]),
        ("convviz pad --mode ", [*NAMES, "all"]),
        ("convviz pad --mode=ci", ["circular"]),
        ("convviz conv -m re", ["reflect", "replicate"]),
        ("convviz conv 4x4 --weight so", ["sobel-x", "sobel-y"]),
        ("convviz conv 4x4 --bias ra", ["random"]),
        ("convviz pool 4x4 --kind ", ["max", "avg"]),
        ("convviz pad --fill c", ["count", "checker"]),
        ("convviz pad --color ", ["auto", "always", "never"]),
        ("convviz pad sa", ["sample:photo"]),
        ("convviz pad s", ["file,s"]),
        ("convviz pad 4x4 -o ", ["file,"]),
        ("convviz conv 4x4 --weight w.n", ["file,w.n"]),
    ],
)
def test_a_word_is_completed(
    line: str, expected: list[str], complete: Callable[[str], list[str]]
) -> None:
    assert complete(line) == expected


def test_every_command_is_offered(complete: Callable[[str], list[str]]) -> None:
    from convviz.cli import COMMANDS

    assert complete("convviz ") == list(COMMANDS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CONVVIZ_COMPLETE", f"{shell}_source")
    answer = run()
    assert answer.status == 0
    assert f"_CONVVIZ_COMPLETE={shell}_complete" in answer.out


def test_another_shell_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CONVVIZ_COMPLETE", "tcsh_source")
    answer = run()
    assert answer.status == 2
    assert "no completion is called 'tcsh_source'" in answer.err
