"""INPUT, sizes, padding, indices and literals: what is read, and how a mistake points at itself."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.errors import SpecError
from convviz.spec.parser import (
    FileWords,
    LiteralWords,
    SampleWords,
    ShapeWords,
    StdinWords,
    parse_index,
    parse_input,
    parse_layer,
    parse_literal,
    parse_padding,
    parse_sizes,
)


def refusal(parse, text):
    """The error that `parse` raises, None where it reads the text."""
    try:
        parse(text)
    except SpecError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("7", ShapeWords((7,))),
        ("4x4", ShapeWords((4, 4))),
        ("3×32×32", ShapeWords((3, 32, 32))),
        ("-", StdinWords()),
        ("sample:photo", SampleWords("photo")),
        ("x.npy", FileWords("x.npy")),
        ("4x4.npy", FileWords("4x4.npy")),
        ("./4x4", FileWords("./4x4")),
        ("1 2.npy", FileWords("1 2.npy")),
        ("photo", FileWords("photo")),
        ("1 2 3", LiteralWords([1, 2, 3], (3,))),
        ("1,2,3", LiteralWords([1, 2, 3], (3,))),
        ("1 2 3; 4 5 6", LiteralWords([[1, 2, 3], [4, 5, 6]], (2, 3))),
        ("1 2 3\n4 5 6\n", LiteralWords([[1, 2, 3], [4, 5, 6]], (2, 3))),
        ("[1 2; 3 4]", LiteralWords([[1, 2], [3, 4]], (2, 2))),
        ("[1,2,3]", LiteralWords([1, 2, 3], (3,))),
        ("[[1 2]\n [3 4]]", LiteralWords([[1, 2], [3, 4]], (2, 2))),
        ("[[[1]], [[-2.5]]]", LiteralWords([[[1]], [[-2.5]]], (2, 1, 1))),
        ("1e3 −2", LiteralWords([1000.0, -2], (2,))),
        ("inf -inf", LiteralWords([math.inf, -math.inf], (2,))),
    ],
)
def test_an_input_is_a_shape_numbers_a_file_a_sample_or_stdin(text, words):
    assert parse_input(text) == words


def test_nan_is_a_number():
    words = parse_input("nan 1")
    assert isinstance(words, LiteralWords)
    assert math.isnan(words.values[0])


def test_rows_of_different_lengths_name_the_short_row():
    with pytest.raises(SpecError) as caught:
        parse_input("1 2 3; 4 5; 7 8 9")
    assert str(caught.value).splitlines() == [
        "the rows differ in length: row 0 has 3 values, row 1 has 2",
        "  1 2 3; 4 5; 7 8 9",
        "         ^^^ 2 values",
        "  help: give every row the same number of values, or a shape such as 3x3",
    ]


def test_a_misspelled_argument_is_shown_with_the_near_one():
    with pytest.raises(SpecError) as caught:
        parse_layer("Conv2d(3, 64, 7, strid=2)")
    assert str(caught.value).splitlines() == [
        "Conv2d has no argument 'strid'",
        "  Conv2d(3, 64, 7, strid=2)",
        "                   ^^^^^ did you mean stride?",
        "  arguments: in_channels, out_channels, kernel_size, stride, padding, dilation,",
        "             groups, bias, padding_mode",
    ]


@pytest.mark.parametrize(
    ("text", "spot", "label"),
    [
        ("-1x4", "-1", "≥ 1"),
        ("0x4", "0", "≥ 1"),
        ("１２", "１２", "not a whole number"),
        ("1_0", "1_0", "not a whole number"),
        ("1e3", "1e3", "write 1000"),
        ("4x4.5", "4.5", "not a whole number"),
        ("1 2_0 3", "2_0", "digits 0 to 9, as in 12, -0.5 or 1e-3"),
        ("1e999 2", "1e999", "too large"),
        ("[[1,2],[3]]", "[3]", "1 value"),
        ("[[1,2],3]", "3", "a number"),
        ("[1, 2", "[", "no matching ]"),
        ("[]", "[]", "at least one number"),
        ("[1] [2]", "[", "one list only"),
        ("1 2;; 3 4", ";", ""),
        ("1.5", "1.5", "a shape has whole sizes"),
        ("-1", "-1", "a shape has whole sizes"),
        ("sample:foto", "foto", "did you mean photo?"),
        ("1x2x3x4x5x6x7x8x9", "9", "at most 8"),
        ("[[[[[[[[[1]]]]]]]]]", "[", "at most 8"),
        ("", "", "nothing here"),
    ],
)
def test_a_bad_input_is_pointed_at(text, spot, label):
    with pytest.raises(SpecError) as caught:
        parse_input(text)
    error = caught.value
    assert error.source == text
    assert error.source[slice(*error.span)] == spot
    assert error.accepted == label


@pytest.mark.parametrize(
    ("text", "sizes"), [("3", (3,)), ("3x5", (3, 5)), ("3,5", (3, 5)), (" 3 , 5 ", (3, 5))]
)
def test_sizes_are_joined_by_x_or_a_comma(text, sizes):
    assert parse_sizes(text, "kernel") == sizes


@pytest.mark.parametrize("text", ["", "3,", ",3", "3x", "a", "-1", "1.5", "3 5", "0x1f", "1__2"])
def test_sizes_that_are_not_whole_numbers_are_refused(text):
    with pytest.raises(SpecError) as caught:
        parse_sizes(text, "kernel")
    assert caught.value.argument == "kernel"


@pytest.mark.parametrize(
    ("text", "padding"),
    [
        ("1", 1),
        ("1x2", (1, 2)),
        ("1,2", (1, 2)),
        ("2:1", ((2, 1),)),
        ("1:0,2:1", ((1, 0), (2, 1))),
        ("1:0,2", ((1, 0), (2, 2))),
        ("same", "same"),
        ("valid", "valid"),
    ],
)
def test_padding_is_a_number_per_axis_or_pairs_or_a_word(text, padding):
    assert parse_padding(text) == padding


@pytest.mark.parametrize("text", ["", "smae", "1:", ":1", "1:2:3", "1:0,", "-1", "1:-1", "a:b"])
def test_padding_in_another_form_is_refused(text):
    with pytest.raises(SpecError) as caught:
        parse_padding(text)
    assert caught.value.argument == "padding"
    assert str(caught.value)


def test_an_index_counts_from_zero():
    assert parse_index("0,2") == (0, 2)
    with pytest.raises(SpecError, match="at least 0, not -1"):
        parse_index("-1,0")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "@#$%" * 250_000,
        "[" * 100_000,
        "(" * 100_000,
        "9" * 5_000,
        "9" * 5_000 + "x4",
        "1 " + "9" * 5_000,
        "1 a" * 300_000,
        "1;" * 60_000 + "1 2",
        "9" * 1_000_000 + "x",
        "1 " + "9" * 1_000_000 + "x",
        "1." * 500_000,
        "x" * 500_000 + "4" * 500_000,
        "1:" * 300_000,
        "1x" * 300_000,
        "Conv2d(" * 100_000,
        "Conv2d(" + "(" * 100_000,
        "Conv2d(3,8," + "9" * 5_000 + ")",
        "Conv2d(" + "3," * 300_000 + ")",
        "\x00" * 100_000,
    ],
    ids=lambda text: f"{text[:8]!r}-{len(text)}",
)
def test_monstrous_text_gets_one_short_message_at_once(text):
    for parse in (parse_input, parse_layer, parse_padding, parse_index, parse_literal):
        begin = time.process_time()
        error = refusal(parse, text)
        assert error is None or len(str(error)) < 1_500
        assert time.process_time() - begin < 2  # measured below 0.5 s; slow machines are slower


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_text_is_read_or_refused_with_a_place(text):
    for parse in (parse_input, parse_layer, parse_padding, parse_index, parse_literal):
        error = refusal(parse, text)
        if error is not None:
            assert error.source == text
            assert 0 <= error.span[0] <= error.span[1] <= max(1, len(text))
            assert str(error)


@given(
    st.integers(1, 4).flatmap(
        lambda cols: st.lists(
            st.lists(st.floats(allow_nan=False), min_size=cols, max_size=cols),
            min_size=2,
            max_size=4,
        )
    )
)
@settings(deadline=None)
def test_numbers_are_read_as_python_writes_them(rows):
    assert parse_literal(str(rows)).values == rows
    typed = "; ".join(" ".join(map(repr, row)) for row in rows)
    assert parse_literal(typed).values == rows
