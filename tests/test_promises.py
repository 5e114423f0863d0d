"""The promises in README.md beside this file: every test they name exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE / "README.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([^`\s]+\.py)::([^`\s]+)`", PAGE)))


@cache
def collected(path: Path) -> frozenset[str]:
    """The tests that pytest finds in a file: its functions, and those of its classes."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}::{part.name}"
                for part in node.body
                if isinstance(part, ast.FunctionDef)
            }
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{f}::{n}" for f, n in NAMED])
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    path = HERE / file.removeprefix("tests/")
    assert path.is_file(), f"README.md names {file}"
    assert path.name.startswith("test_"), f"pytest does not collect {file}"
    bare = name.partition("[")[0]
    assert bare in collected(path), f"README.md names {file}::{name}"


def tables() -> list[list[list[str]]]:
    """The tables of the page that end in a column of tests: their rows of cells."""
    found: list[list[list[str]]] = []
    rows: list[list[str]] = []
    for line in [*PAGE.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
        else:
            if rows and rows[0][-1].startswith("test"):
                found.append(rows[2:])
            rows = []
    return found


def test_every_promise_names_its_test() -> None:
    assert len(tables()) >= 3
    for rows in tables():
        for fault, *_, named in rows:
            assert re.search(r"`[^`]+\.py::[^`]+`", named), f"{fault}: no test is named"


def test_a_test_that_was_renamed_is_seen() -> None:
    assert "test_a_test_that_is_named_exists" in collected(Path(__file__))
    assert "test_a_test_that_is_gone" not in collected(Path(__file__))
