"""How an error points, and what it suggests."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convviz.errors import SpecError, distance, near, printable, unknown
from convviz.pointing import cells


def told(error: SpecError) -> list[str]:
    return [str(line) for line in error.lines()]


def test_an_unknown_word_gets_carets_and_the_nearest_choice() -> None:
    error = unknown("padding mode", "circulr", ("zeros", "circular"), argument="m", heading="modes")
    assert told(error.at("--mode circulr", (7, 14))) == [
        "error: no padding mode is called 'circulr'",
        "  --mode circulr",
        "         ^^^^^^^ did you mean circular?",
        "  modes: zeros, circular",
    ]


def test_a_remedy_is_spelled_as_the_reader_would_type_it() -> None:
    error = SpecError("no", remedy="{kernel=5} or {padding=1}")
    assert told(error)[-1] == "  help: kernel=5 or padding=1"
    spelled = error.spelled(lambda name, value: f"--{name} {value}")
    assert told(spelled)[-1] == "  help: --kernel 5 or --padding 1"


@pytest.mark.parametrize("place", [0, 500, 990])
def test_a_long_text_is_cut_around_the_span(place: int) -> None:
    text = "a" * place + "XYZ" + "b" * (997 - place)
    _, source, carets = told(SpecError("no").at(text, (place, place + 3)))
    assert len(source) <= 76
    assert source[carets.index("^") : carets.rindex("^") + 1] == "XYZ"


def test_only_the_line_of_the_span_is_pointed_at() -> None:
    assert told(SpecError("no").at("first\nsecond", (6, 9)))[1:] == ["  first", "  second", "  ^^^"]


def test_wide_characters_take_two_carets() -> None:
    assert told(SpecError("no").at("漢字x", (0, 2)))[-1] == "  ^^^^"


def test_control_characters_are_shown_not_sent() -> None:
    assert printable("a\x1b[31m\udcff") == "a\\x1b[31m\\xff"


@given(st.text(max_size=200), st.integers(0, 250), st.integers(0, 250))
def test_any_text_and_span_can_be_told(text: str, start: int, end: int) -> None:
    for line in SpecError(text or "no").at(text, (start, end)).lines():
        assert str(line).isprintable() or not str(line)


@given(st.text(alphabet="abc", max_size=6), st.text(alphabet="abc", max_size=6))
def test_the_distance_is_symmetric_and_zero_only_for_equals(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("word", "guess"), [("strid", "stride"), ("sterid", "stride"), ("xyz", ""), ("", "")]
)
def test_the_nearest_choice_is_within_a_third(word: str, guess: str) -> None:
    assert near(word, ("kernel", "stride")) == guess


def test_an_error_crosses_processes() -> None:
    error = SpecError("no", "kernel", "yes", "{a=b}", "help", "text", (1, 2))
    assert told(pickle.loads(pickle.dumps(error))) == told(error)


def test_cells_count_what_a_terminal_draws() -> None:
    assert cells("e\u0301漢a") == 4
