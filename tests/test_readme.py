"""The README says what the program says: every console block in it is run and compared."""

from __future__ import annotations

import io
import re
import shlex
import sys
from pathlib import Path

import pytest

from convviz.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

BLOCKS = re.findall(r"```console\n\$ convviz ([^\n]*)\n(.*?)```", README, re.DOTALL)


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command line prints on a UTF-8 stream of 80 columns: output, then errors."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "CONVVIZ_PLAIN", "CONVVIZ_ASCII", "CONVVIZ_THEME"):
        monkeypatch.delenv(name, raising=False)
    main(shlex.split(line))
    out.flush()
    return out.buffer.getvalue().decode()


def test_the_readme_has_console_blocks() -> None:
    assert len(BLOCKS) >= 5


@pytest.mark.parametrize(("line", "shown"), BLOCKS, ids=[line for line, _ in BLOCKS])
def test_a_console_block_shows_real_output(
    line: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(line, monkeypatch) == shown


def test_every_picture_of_the_readme_exists() -> None:
    pictures = re.findall(r"(?:!\[[^\]]*\]\(|srcset=\"|src=\")([^)\"]+)", README)
    assert len(pictures) >= 2
    for name in pictures:
        assert (ROOT / name).is_file(), name


def test_the_python_examples_of_the_readme_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import doctest

    monkeypatch.chdir(tmp_path)
    examples = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    parsed = doctest.DocTestParser().get_doctest(examples, {}, "README", None, 0)
    assert parsed.examples
    assert doctest.DocTestRunner().run(parsed).failed == 0
