"""Mutants of good texts: an answer or one clear message, in time; and the texts that once failed.

The same mutants and the same rules as `tests/fuzz/words.py`, which goes on for as long as it is
told to and is led by what it has not met; here they are few, and the same every time.
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.readers import READERS, fault, folder, run
from tests.fuzz.seeds import lines, mutant, seeds

CORPUS = Path(__file__).parent.parent / "fuzz" / "corpus" / "words.toml"
CASES: list[dict[str, Any]] = tomllib.loads(CORPUS.read_text(encoding="utf-8"))["case"]

SLOW = re.compile(r"^figures|^-|sample:")
"""Command lines that answer nothing as JSON, or a photograph."""

QUIET: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module", autouse=True)
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder with the files that command lines name."""
    with folder(tmp_path_factory.mktemp("words")):
        yield


def text_of(case: dict[str, Any]) -> str:
    """The text of a case: pieces, each alone or as [piece, how often]."""
    pieces = case["text"] if isinstance(case["text"], list) else [case["text"]]
    return "".join(p if isinstance(p, str) else p[0] * p[1] for p in pieces)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['reader']}: {case['once']}")
def test_what_once_failed_is_read_or_refused(case: dict[str, Any]) -> None:
    assert fault(case["reader"], text_of(case)) == ""


@pytest.mark.parametrize("name", READERS)
def test_every_good_text_is_read(name: str) -> None:
    for text in seeds()[name]:
        assert fault(name, text) == "", text


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=30, **QUIET)
@given(st.data())
def test_a_mutant_of_a_text_is_read_or_refused(name: str, data: st.DataObject) -> None:
    text, other = (data.draw(st.sampled_from(seeds()[name])) for _ in range(2))
    changed = mutant(data.draw(st.randoms(use_true_random=False)), text, other)
    assert fault(name, changed) == "", changed[:200]


@settings(max_examples=80, **QUIET)
@given(st.sampled_from(lines()), st.sampled_from(lines()), st.randoms(use_true_random=False))
def test_a_mutant_of_a_command_line_is_answered_or_refused(
    text: str, other: str, rng: random.Random
) -> None:
    changed = mutant(rng, text, other)
    assert fault("line", changed) == "", changed[:200]


@settings(max_examples=30, **QUIET)
@given(
    st.sampled_from([line for line in lines() if not SLOW.search(line)]),
    st.randoms(use_true_random=False),
)
def test_what_is_answered_as_json_is_strict(text: str, rng: random.Random) -> None:
    """Whatever the command line: where `--json` is taken and answered, no reader chokes on it."""
    assert fault("line", f"{mutant(rng, text, text)} --json") == "", text


def test_numbers_that_json_does_not_have_are_words_in_it() -> None:
    status, out, _ = run(["pad", "nan inf -inf", "-p", "0", "--json"])
    assert status == 0
    assert json.loads(out)["output"]["values"] == ["NaN", "Infinity", "-Infinity"]
    for line in ("conv 'inf inf' -k 2 --json", "pool 'nan 1 inf' -k 2 --kind avg --json"):
        assert fault("line", line) == ""
