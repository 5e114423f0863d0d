"""``Conv2d(3, 64, 7, stride=2)`` → a name and its arguments, each with its place; nothing is run.

One function per rule; the rule is its docstring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convviz.spec.tokens import Cursor, Span, Token, is_name, is_numeric, number, point

DEPTH = 64
"""Most brackets inside each other: models nest, but not deeper."""

_CONSTANTS = {"True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class Argument:
    """name: "" for a positional one. value: numbers, text, bools, None, nested tuples, a Call."""

    name: str
    value: Any
    span: Span
    name_span: Span


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """A constructor as typed; `name` is without its module prefix."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span
    name_span: Span

    def __repr__(self) -> str:
        return f"{self.name}(…)"


def parse_call(text: str) -> Call:
    """`text := call end`."""
    cursor = Cursor(text)
    found = call(cursor)
    if cursor.next.kind != "end":
        raise cursor.error(f"{cursor.next} stands after the layer", accepted="one layer only")
    return found


def call(cursor: Cursor, depth: int = 0) -> Call:
    """`call := name "(" [argument ("," argument)* [","]] ")"`."""
    token = cursor.next
    if token.kind != "word" or not is_name(token.text):
        raise cursor.error(
            f"a layer starts with its name, not {token}", accepted="such as Conv2d(3, 8, 3)"
        )
    cursor.take()
    return call_of(cursor, token, depth)


def call_of(cursor: Cursor, token: Token, depth: int) -> Call:
    """The rest of a call, whose name is taken."""
    opening = opened(cursor, f"{token} takes arguments in parentheses", "(", depth)
    arguments: list[Argument] = []
    while not cursor.at(")"):
        arguments.append(argument(cursor, depth + 1))
        separated(cursor, ")", opening)
    closing = cursor.take()
    return Call(
        token.text.rpartition(".")[2], tuple(arguments), (token.start, closing.end), token.span
    )


def argument(cursor: Cursor, depth: int) -> Argument:
    """`argument := [name "="] value`."""
    first = cursor.next
    if first.kind == "word" and is_name(first.text):
        cursor.take()
        if cursor.skip("="):
            held, span = value(cursor, depth)
            return Argument(first.text, held, span, first.span)
        held, span = named(cursor, first, depth)
    else:
        held, span = value(cursor, depth)
    return Argument("", held, span, span)


def value(cursor: Cursor, depth: int) -> tuple[Any, Span]:
    """`value := number | quoted text | sequence | named`."""
    token = cursor.next
    if token.kind == "text":
        cursor.take()
        return token.text[1:-1], token.span
    if token.kind == "word":
        cursor.take()
        if is_numeric(token.text) or not is_name(token.text):
            return number(token.text, cursor.source, token.span), token.span
        return named(cursor, token, depth)
    if cursor.at("(", "["):
        return sequence(cursor, depth)
    raise cursor.error(f"a value is missing before {token}", accepted="a number, a text or a tuple")


def named(cursor: Cursor, token: Token, depth: int) -> tuple[Any, Span]:
    """`named := "True" | "False" | "None" | call | word`: torch prints texts without quotes."""
    if cursor.at("("):
        inner = call_of(cursor, token, depth)
        return inner, inner.span
    if token.text in _CONSTANTS:
        return _CONSTANTS[token.text], token.span
    return token.text, token.span


def sequence(cursor: Cursor, depth: int) -> tuple[tuple[Any, ...], Span]:
    """`sequence := "(" [value ("," value)* [","]] ")"`, or the same in square brackets."""
    mark = cursor.next.text
    closing_mark = {"(": ")", "[": "]"}[mark]
    opening = opened(cursor, "a tuple", mark, depth)
    values: list[Any] = []
    commas = 0
    while not cursor.at(closing_mark):
        values.append(value(cursor, depth + 1)[0])
        commas += separated(cursor, closing_mark, opening)
    closing = cursor.take()
    span = (opening.start, closing.end)
    if mark == "(" and len(values) == 1 and not commas:
        return values[0], span  # Python's rule: parentheses alone make no tuple
    return tuple(values), span


def opened(cursor: Cursor, what: str, mark: str, depth: int) -> Token:
    """Take an opening bracket."""
    opening = cursor.expect(mark, what)
    if depth >= DEPTH:
        raise point(
            cursor.source,
            opening.span,
            f"more than {DEPTH} brackets are nested",
            accepted=f"at most {DEPTH}",
        )
    return opening


def separated(cursor: Cursor, closing: str, opening: Token) -> bool:
    """Take a comma unless `closing` is next; whether there was one."""
    if cursor.skip(","):
        return True
    if cursor.at(closing):
        return False
    if cursor.next.kind == "end":
        raise point(
            cursor.source,
            opening.span,
            f"the '{opening.text}' is never closed",
            accepted=f"no matching {closing}",
        )
    raise cursor.error(
        f"a comma is missing before {cursor.next}", accepted=f"expected , or {closing}"
    )
