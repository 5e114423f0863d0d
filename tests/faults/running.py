"""Command lines run for real: in processes of their own, with a folder and an environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "convviz")

SPEAKING = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "MPL", "MATPLOTLIB", "CONVVIZ", "SOURCE_DATE")
"""Beginnings of the names of variables that change what convviz says or draws."""


@dataclass(frozen=True)
class Answer:
    """What a command line gave."""

    status: int
    out: str
    err: str

    def refused(self, status: int, fact: str) -> None:
        """Check that it ended with `status` and one message, which holds `fact`."""
        flat = " ".join(self.err.split())
        assert fact in flat, flat
        assert (self.status, self.out) == (status, ""), flat
        assert self.err.startswith("error: ")
        assert self.err.count("error: ") == 1
        assert "Traceback" not in self.err
        assert "bug in convviz" not in self.err


def environment(**changed: str) -> dict[str, str]:
    """The variables of a process: a plain machine's, and those that are `changed`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SPEAKING)}
    return {**kept, "PYTHONPATH": str(ROOT), **changed}


def convviz(*words: str | bytes, cwd: Path, **changed: str) -> Answer:
    """Run one command line in a process of its own."""
    done = subprocess.run(
        [*PROGRAM, *words], cwd=cwd, env=environment(**changed), capture_output=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


MANY = """
import io, json, os, sys
from convviz.cli import main
answers = []
for words, changed in json.load(sys.stdin):
    before = dict(os.environ)
    os.environ.update(changed)
    said = sys.stdout, sys.stderr
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape") for _ in range(2))
    sys.stdout, sys.stderr = out, err
    try:
        status = main(words)
    finally:
        sys.stdout, sys.stderr = said
    os.environ.clear()
    os.environ.update(before)
    for stream in (out, err):
        stream.flush()
    answers.append((status, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()))
json.dump(answers, sys.stdout)
"""
"""Runs command lines one after the other through the door of every command line."""


def many(
    lines: Sequence[Sequence[str]], cwd: Path, changes: Sequence[Mapping[str, str]] = ()
) -> list[Answer]:
    """Run `lines` one after the other in one new process; changes: the variables of each."""
    changed = changes or [{}] * len(lines)
    text = json.dumps([[list(words), dict(own)] for words, own in zip(lines, changed, strict=True)])
    return [Answer(*answer) for answer in json.loads(child(MANY, cwd=cwd, stdin=text))]


def child(code: str, *arguments: str, cwd: Path, stdin: str = "", **changed: str) -> str:
    """What a new Python prints that runs `code`, which must end well and complain of nothing."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, env=environment(**changed),
        input=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def strict(text: str) -> Any:
    """`text` as JSON, without the words that only Python takes for numbers."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)
