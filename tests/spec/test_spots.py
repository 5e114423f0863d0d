"""Refusals of words, lists and numbers: the message, what stands beside the caret, and where."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec.calls import parse_call
from convviz.spec.literals import parse_literal
from convviz.spec.tokens import number
from convviz.spec.toml import tables
from convviz.spec.words import FileWords, parse_input, parse_padding, parse_sizes


def read_number(text):
    return number(text, text, (0, len(text)))


def read_kernel(text):
    return parse_sizes(text, "kernel")


def read_toml(text):
    return tables(text, "the file")


SIDES = "a padding per side is written before:after for each axis"
ROWS = "a bracket stands among the numbers of a row"
NEITHER = "it is neither a shape, nor numbers, nor a file's name"


@pytest.mark.parametrize(
    ("parse", "text", "message", "accepted", "span"),
    [
        (parse_literal, "1 2]", ROWS, "not a number", (3, 4)),
        (parse_literal, "1 [2", ROWS, "not a number", (2, 3)),
        (parse_literal, "][", ROWS, "not a number", (0, 1)),
        (parse_literal, "[1 2", "the list has no end", "no matching ]", (0, 1)),
        (parse_literal, "[1,2", "the list has no end", "no matching ]", (0, 1)),
        (parse_literal, "[1 2] 3", "'3' stands after the list", "one list only", (6, 7)),
        (parse_literal, "[1][2]", "'[' stands after the list", "one list only", (3, 4)),
        (parse_literal, "[1 2];", "';' stands after the list", "one list only", (5, 6)),
        (parse_literal, "[]", "the list is empty", "at least one number", (0, 2)),
        (parse_literal, "[1;2", "a list holds numbers and lists, not ';'", "", (2, 3)),
        (parse_literal, "[1,(2)]", "a list holds numbers and lists, not '('", "", (3, 4)),
        (parse_literal, "1 2; ; 3", "row 1 is empty", "", (5, 6)),
        (parse_literal, "[[1,2],[3]]",
         "the rows differ in length: row 0 has 2 values, row 1 has 1", "1 value", (7, 10)),
        (parse_literal, "[[1],[2,3]]",
         "the rows differ in length: row 0 has 1 value, row 1 has 2", "2 values", (5, 10)),
        (parse_literal, "1 2; 3",
         "the rows differ in length: row 0 has 2 values, row 1 has 1", "1 value", (5, 6)),
        (parse_literal, "1;2 3",
         "the rows differ in length: row 0 has 1 value, row 1 has 2", "2 values", (2, 5)),
        (parse_literal, "[1,2,[3]]",
         "the entries of a list differ: entry 0 is a number, entry 2 is 1 value", "1 value",
         (5, 8)),
        (parse_literal, "[" * 9 + "1" + "]" * 9,
         "more than 8 brackets are nested", "at most 8", (8, 9)),
        (read_number, "9" * 19, "a whole number of 19 digits: at most 18 are exact", "too long",
         (0, 19)),
        (read_number, "-" + "9" * 19, "a whole number of 19 digits: at most 18 are exact",
         "too long", (0, 20)),
        (read_number, "0." + "1" * 39, "a number of 41 characters", "too long", (0, 41)),
        (read_number, "--inf", "'--inf' is not a number", "digits 0 to 9, as in 12, -0.5 or 1e-3",
         (0, 5)),
        (read_number, "1e400", "1e400 is beyond the largest number, 1.8e308", "too large", (0, 5)),
        (read_kernel, "9" * 19, "kernel has 19 digits: at most 18 are read", "too long", (0, 19)),
        (read_kernel, "-1", "kernel is at least 0, not -1", "≥ 0", (0, 2)),
        (read_kernel, "1.5", "kernel is written with the digits 0 to 9, not '1.5'",
         "not a whole number", (0, 3)),
        (read_kernel, "-0.0", "kernel is written with the digits 0 to 9, not '-0.0'", "write 0",
         (0, 4)),
        (read_kernel, "2.000000000000000", "kernel is written with the digits 0 to 9, not "
         "'2.000000000000000'", "write 2", (0, 17)),
        (read_kernel, "2.0000000000000000", "kernel is written with the digits 0 to 9, not "
         "'2.0000000000000000'", "write 2", (0, 18)),
        (read_kernel, "2.00000000000000000", "kernel is written with the digits 0 to 9, not "
         "'2.00000000000000000'", "not a whole number", (0, 19)),
        (read_kernel, "3x", "kernel is missing", "a whole number", (1, 2)),
        (read_kernel, "3xx4", "kernel is missing", "a whole number", (2, 3)),
        (read_kernel, "  ", "kernel is empty", "a whole number", (1, 2)),
        (read_kernel, "", "kernel is empty", "a whole number", (0, 0)),
        (read_kernel, "3 4", "sizes are joined by x or a comma: '3 4'", "3x5 or 3,5", (1, 3)),
        (read_kernel, "1x" * 8 + "9", "there are more than 8 sizes", "at most 8", (16, 17)),
        (parse_padding, "1:0,", SIDES, "such as 1:0", (3, 4)),
        (parse_padding, "1:0,,2", SIDES, "such as 1:0", (4, 5)),
        (parse_padding, "1:0, 1:2:3 ", SIDES, "such as 1:0", (5, 10)),
        (parse_padding, "1:", SIDES, "such as 1:0", (0, 2)),
        (parse_padding, " 1 : 0 , 22 : xy", "padding is written with the digits 0 to 9, not 'xy'",
         "not a whole number", (14, 16)),
        (parse_padding, "1:0," * 8 + "1:0", "there are more than 8 pairs", "at most 8", (32, 35)),
        (parse_padding, " bar ", "no padding is called 'bar'", "", (1, 4)),
        (parse_padding, "sam", "no padding is called 'sam'", "did you mean same?", (0, 3)),
        (parse_padding, "nan", "padding is written with the digits 0 to 9, not 'nan'",
         "not a whole number", (0, 3)),
        (parse_input, "a\0b", f"the input holds a NUL byte: {NEITHER}", "not in a name", (1, 2)),
        (parse_input, "\0b", f"the input holds a NUL byte: {NEITHER}", "not in a name", (0, 1)),
        (parse_input, "x" * 4097, f"the input has 4,097 characters: {NEITHER}",
         "too long for a name", (0, 4097)),
        (parse_input, "a(3)", "the input is an array, and 'a(3)' reads as a layer", "no array",
         (0, 4)),
        (parse_input, "+1", "+1 is neither a shape nor a list of numbers",
         "a shape has whole sizes", (0, 2)),
        (parse_input, "nan", "nan is neither a shape nor a list of numbers",
         "a shape has whole sizes", (0, 3)),
        (parse_input, "+" + "1" * 39, f"+{'1' * 39} is neither a shape nor a list of numbers",
         "a shape has whole sizes", (0, 40)),
        (parse_input, "+" + "1" * 40, "a size is written with the digits 0 to 9, not "
         "'+11111111111111111111111111111111111111…'", "not a whole number", (0, 41)),
        (parse_input, "1" * 4095 + "/", "a size is written with the digits 0 to 9, not "
         "'111111111111111111111111111111111111111…'", "not a whole number", (0, 4096)),
        (parse_padding, "s1", "no padding is called 's1'", "", (0, 2)),
        (parse_call, "ReLU ]", "'ReLU' takes arguments in parentheses: '(' is missing before ']'",
         "(", (5, 6)),
        (read_toml, "\na = 999999999999999999\nb = 1000000000000000000", "line 3 of the file has a "
         "whole number of 19 digits: at most 18 are read", "too long", (28, 47)),
        (parse_literal, "[1;2]x", "a list holds numbers and lists, not ';'", "", (2, 3)),
        (parse_literal, "[[1;2]", "a list holds numbers and lists, not ';'", "", (3, 4)),
        (parse_input, "sample:foto", "no sample is called 'foto'", "did you mean photo?", (7, 11)),
        (read_toml, "a = 1\nb = 1000000000000000000", "line 2 of the file has a whole number of "
         "19 digits: at most 18 are read", "too long", (10, 29)),
        (read_toml, "a = 0xde0b6b3a7640000", "line 1 of the file has a whole number of more "
         "than 18 decimal digits: at most 18 are read", "too long", (4, 21)),
        (read_toml, "a = " + "9" * 5000, "line 1 of the file has a whole number of 5,000 digits: "
         "at most 18 are read", "too long", (4, 5004)),
        (read_toml, "b = 1\n" + "a." * 64 + "b = 1", "line 2 of the file has a key of more than "
         "64 parts", "", (0, 0)),
    ],
)  # fmt: skip
def test_a_refusal_says_what_and_where(parse, text, message, accepted, span):
    with pytest.raises(SpecError) as caught:
        parse(text)
    error = caught.value
    assert (error.message, error.accepted, error.span) == (message, accepted, span)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (read_number, "9" * 18, 10**18 - 1),
        (read_number, "-" + "9" * 18, 1 - 10**18),
        (read_number, "0." + "1" * 38, 0.1111111111111111),
        (read_number, "+inf", float("inf")),
        (read_kernel, "9" * 18, (10**18 - 1,)),
        (read_kernel, "x".join("12345678"), tuple(range(1, 9))),
        (parse_padding, ",".join(["1:0"] * 8), ((1, 0),) * 8),
        (parse_padding, "1:0,2", ((1, 0), (2, 2))),
        (parse_input, "x" * 4096, FileWords("x" * 4096)),
        (parse_input, "1" * 4094 + "/", FileWords("1" * 4094 + "/")),
        (read_toml, "a = 999999999999999999", {"a": 10**18 - 1}),
        (read_toml, "a = -0xde0b6b3a763ffff".replace("-", ""), {"a": 10**18 - 1}),
        (read_toml, "a." * 63 + "b = '...'", None),
    ],
)  # fmt: skip
def test_the_last_that_is_taken(parse, text, value):
    found = parse(text)
    assert value is None or found == value


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("[1 2; 3 4]", (2, 2)),
        ("  [1 2; 3 4] ", (2, 2)),
        ("1,2;3,4", (2, 2)),
        ("1 2;3 4;", (2, 2)),
        ("1 2\n3 4", (2, 2)),
        ("[1 2;]", (2,)),
        ("[[[1]],[[2]]]", (2, 1, 1)),
        ("[" * 8 + "1" + "]" * 8, (1,) * 8),
    ],
)
def test_a_literal_has_the_shape_of_its_brackets_and_rows(text, shape):
    assert parse_literal(text).shape == shape
