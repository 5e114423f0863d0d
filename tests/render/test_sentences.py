"""Lines wrapped to a width: between words, and inside a word that no line can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convviz.render.canvas import line_width
from convviz.render.sentences import wrapped


def texts(lines):
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize(
    ("line", "width", "lines"),
    [
        ([("one two", "")], 7, ["one two"]),
        ([("one two", "")], 6, ["one", "  two"]),
        ([("abcdefgh", "")], 5, ["abcde", "  fgh"]),
        ([("abcdefghij", "")], 5, ["abcde", "  fgh", "  ij"]),
        ([("ab", "bold"), ("cdefgh", "")], 5, ["abcde", "  fgh"]),
        ([("x abcdefgh", "")], 5, ["x", "  abc", "  def", "  gh"]),
    ],
)
def test_lines_break_between_words_and_inside_a_word_only_where_none_can_hold_it(
    line, width, lines
):
    assert texts(wrapped(line, width, 2)) == lines


def test_a_word_that_is_cut_keeps_the_style_of_each_part():
    assert wrapped([("abc", "bold"), ("def", "muted")], 5, 2) == [
        [("abc", "bold"), ("de", "muted")],
        [("  ", ""), ("f", "muted")],
    ]


@given(
    st.lists(st.tuples(st.text("ab ", min_size=1, max_size=12), st.sampled_from(["", "bold"]))),
    st.integers(4, 20),
)
def test_nothing_is_lost_and_nothing_is_too_wide(line, width):
    lines = wrapped(line, width, 2)
    assert all(line_width(short) <= width for short in lines)
    letters = [(letter, style) for text, style in line for letter in text if letter != " "]
    assert letters == [
        (letter, style) for short in lines for text, style in short for letter in text
        if letter != " "
    ]  # fmt: skip
