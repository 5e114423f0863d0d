"""``Conv2d(3, 64, 7, stride=2)`` → a name and its arguments, each with its place; nothing is run.

What PyTorch prints is read as well: a container's children, ``(conv1): Conv2d(…)``. One function
per rule; the rule is its docstring.
"""

from __future__ import annotations

import re
from typing import Any

from convviz.patterns import pattern
from convviz.records import Record
from convviz.spec.tokens import Cursor, Span, Token, is_name, is_numeric, number, point

DEPTH = 64
"""Most brackets inside each other: models nest, but not deeper."""

ARGUMENTS = 64
"""Most arguments that are no layers themselves."""

REPEATS = 100_000
"""Most copies that ``(0-3): 4 x`` may ask for."""

_CONSTANTS = {"True": True, "False": False, "None": None}
_CHILD = pattern(r"\(([^()\n]*)\):[ \t]*(?:([0-9]+)[ \t]+x[ \t]+)?")
_SIMPLE = pattern(
    r"(?:([A-Za-z_][A-Za-z0-9_]*)=)?(?:([0-9]{1,18})|(\([0-9]{1,18}(?:, ?[0-9]{1,18})+\))|"
    r"(True|False|None))(?=[,)])"
)
"""An argument that is a number, a tuple of numbers or a constant: by far the most are."""
_LEAF = pattern(r"[A-Za-z_][A-Za-z0-9_.]*\((?:[^()\n]|\([^()\n]*\))*\)")
_RANGE = pattern(r"([0-9]{1,9})-([0-9]{1,9})")


class Argument(Record):
    """name: "" for a positional one. value: numbers, text, bools, None, nested tuples, a Call."""

    name: str
    value: Any
    span: Span
    name_span: Span


class Call(Record):
    """A constructor as typed, or a module as printed; `name` is without its module prefix.

    children: (name, module) of a printed container, repeats written out.
    """

    name: str
    arguments: tuple[Argument, ...]
    span: Span
    name_span: Span
    children: tuple[tuple[str, Call], ...] = ()

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
    """`call := name "(" [item ("," item)* [","]] ")"`, `item := argument | child`."""
    token = cursor.next
    if not is_name(token.text):
        raise cursor.error(
            f"a layer starts with its name, not {token}", accepted="such as Conv2d(3, 8, 3)"
        )
    leaf = _LEAF.match(cursor.source, token.start)
    text = leaf[0] if leaf else ""
    known: Call | None = cursor.read.get(text)
    if known is not None:  # networks say the same many times
        end = token.start + len(text)
        cursor.jump(end)
        return Call(known.name, known.arguments, (token.start, end), token.span)
    cursor.take()
    found = call_of(cursor, token, depth)
    if text and not found.children:
        cursor.read[text] = found
    return found


def call_of(cursor: Cursor, token: Token, depth: int) -> Call:
    """The rest of a call, whose name is taken."""
    opening = opened(cursor, f"{token} takes arguments in parentheses", "(", depth)
    arguments: list[Argument] = []
    children: list[tuple[str, Call]] = []
    while not cursor.at(")"):
        label = _CHILD.match(cursor.source, cursor.next.start)
        if label is not None:
            children += child(cursor, label, depth + 1)
            cursor.skip(",")
            continue
        arguments.append(simple(cursor) or argument(cursor, depth + 1))
        if len(arguments) > ARGUMENTS and not isinstance(arguments[-1].value, Call):
            raise point(
                cursor.source, arguments[-1].span, f"there are more than {ARGUMENTS} arguments"
            )
        if not _CHILD.match(cursor.source, cursor.next.start):
            separated(cursor, ")", opening)
    closing = cursor.take()
    return Call(
        token.text.rpartition(".")[2],
        tuple(arguments),
        (token.start, closing.end),
        token.span,
        tuple(children),
    )


def child(cursor: Cursor, label: re.Match[str], depth: int) -> list[tuple[str, Call]]:
    """`child := "(" name ")" ":" [count "x"] call`, as PyTorch prints it."""
    cursor.jump(label.end())
    inner = call(cursor, depth)
    name, count = label[1].strip(), label[2]
    if count is None:
        return [(name, inner)]
    ends = _RANGE.fullmatch(name)
    if len(count) > 6 or int(count) > REPEATS:
        raise point(
            cursor.source,
            label.span(2),
            f"{count} copies of a layer",
            accepted=f"at most {REPEATS:,}",
        )
    first = int(ends[1]) if ends else 0
    if ends and int(ends[2]) - first + 1 != int(count):
        raise point(
            cursor.source,
            label.span(2),
            f"({name}) names {int(ends[2]) - first + 1} modules, but {count} are counted",
            accepted="another number",
        )
    prefix = "" if ends else f"{name}."
    return [(f"{prefix}{index}", inner) for index in range(first, first + int(count))]


def simple(cursor: Cursor) -> Argument | None:
    """An argument in its most frequent forms, read at once; None where it has another."""
    match = _SIMPLE.match(cursor.source, cursor.next.start)
    if match is None:
        return None
    name, number_text, tuple_text, constant = match.groups()
    held: Any
    if number_text:
        held, span = int(number_text), match.span(2)
    elif tuple_text:
        held, span = tuple(map(int, tuple_text[1:-1].split(","))), match.span(3)
    else:
        held, span = _CONSTANTS[constant], match.span(4)
    cursor.jump(match.end())
    return Argument(name or "", held, span, match.span(1) if name else span)


def argument(cursor: Cursor, depth: int) -> Argument:
    """`argument := [name "="] value`."""
    first = cursor.next
    if is_name(first.text):
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
