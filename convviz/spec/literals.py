"""Numbers as users type them: ``1 2 3; 4 5 6``, ``[1, 2, 3]``, ``[[1, 2], [3, 4]]``."""

from __future__ import annotations

from typing import Any

from convviz.errors import shortened
from convviz.patterns import pattern
from convviz.records import Record
from convviz.spec.tokens import Cursor, Span, number, point
from convviz.spec.words import AXES

_ROW = pattern(r"[^;\n]*")
_WORD = pattern(r"[^\s,]+")


class LiteralWords(Record):
    """Numbers typed in place.

    values: nested lists of int and float, one level per axis.
    shape:  entries per axis.
    """

    values: list[Any]
    shape: tuple[int, ...]


def parse_literal(text: str) -> LiteralWords:
    """The numbers that `text` lists.

    literal := rows | list

    Raises SpecError: no number, rows of different lengths, brackets that do not close.
    """
    if "[" not in text and "]" not in text:
        return _rows(text, 0, len(text))
    cursor = Cursor(text)
    if cursor.at("["):
        inside = _bracketed_rows(text, cursor.next.start)
        if inside is not None:
            return _rows(text, *inside)
    else:
        at = min(place for place in (text.find("["), text.find("]")) if place >= 0)
        raise point(
            text,
            (at, at + 1),
            "a bracket stands among the numbers of a row",
            accepted="not a number",
            remedy='rows are written "1 2; 3 4", lists "[[1, 2], [3, 4]]"',
        )
    values = _list(cursor, 1)
    if cursor.next.kind != "end":
        raise cursor.error(f"{cursor.next} stands after the list", accepted="one list only")
    return LiteralWords(values.items, values.shape)


def _bracketed_rows(text: str, start: int) -> tuple[int, int] | None:
    """Where the rows of ``[1 2; 3 4]`` stand; None when `text` is another kind of list."""
    end = text.find("]", start)
    if text[end + 1 :].strip() or "[" in text[start + 1 :]:
        return None
    return (start + 1, end) if ";" in text[start:end] else None


def _rows(text: str, start: int, end: int) -> LiteralWords:
    """`rows := row ((";" | newline) row)*`; one row alone has one axis."""
    rows: list[list[int | float]] = []
    spans: list[Span] = []
    position = start
    while position <= end:
        match = _ROW.match(text, position, end)
        assert match is not None, "the pattern meets every text"
        row, span = _row(text, *match.span())
        closed = text[match.end() : match.end() + 1]
        if row:
            rows.append(row)
            spans.append(span)
        elif closed == ";":
            raise point(text, (match.end(), match.end() + 1), f"row {len(rows)} is empty")
        position = match.end() + 1
    if not rows:
        raise point(
            text,
            (0, len(text)),
            "there is no number",
            accepted="empty",
            remedy='numbers are written "1 2; 3 4", a shape 4x4',
        )
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise point(
                text,
                spans[index],
                f"the rows differ in length: row 0 has {_values(len(rows[0]))}, "
                f"row {index} has {len(row)}",
                accepted=_values(len(row)),
                remedy="give every row the same number of values, "
                f"or a shape such as {len(rows)}x{len(rows[0])}",
            )
    several = len(rows) > 1
    return LiteralWords(
        rows if several else rows[0], (len(rows), len(rows[0])) if several else (len(rows[0]),)
    )


def _row(text: str, start: int, end: int) -> tuple[list[int | float], Span]:
    """`row := number ([","] number)*`; blanks and commas separate."""
    numbers: list[int | float] = []
    first, last = end, start
    for match in _WORD.finditer(text, start, end):
        numbers.append(number(match[0], text, match.span()))
        first, last = min(first, match.start()), match.end()
    return numbers, (first, last) if numbers else (start, end)


class _List(Record):
    items: list[Any]
    shape: tuple[int, ...]
    span: Span


def _list(cursor: Cursor, depth: int) -> _List:
    """`list := "[" [entry ([","] entry)*] "]"`, `entry := number | list`, all of one shape."""
    opening = cursor.expect("[", "a list")
    if depth > AXES:
        raise point(
            cursor.source,
            opening.span,
            f"more than {AXES} brackets are nested",
            accepted=f"at most {AXES}",
        )
    items: list[Any] = []
    shape: tuple[int, ...] = ()
    value: Any
    inner: tuple[int, ...]
    while not cursor.at("]"):
        if cursor.at("["):
            entry = _list(cursor, depth + 1)
            value, inner, span = entry.items, entry.shape, entry.span
        elif cursor.next.kind == "word":
            token = cursor.take()
            value, inner, span = number(token.text, cursor.source, token.span), (), token.span
        elif cursor.next.kind == "end":
            raise point(
                cursor.source, opening.span, "the list has no end", accepted="no matching ]"
            )
        else:
            raise cursor.error(f"a list holds numbers and lists, not {cursor.next}")
        if items and inner != shape:
            raise _uneven(cursor.source, span, shape, inner, len(items))
        items.append(value)
        shape = inner
        cursor.skip(",")
    closing = cursor.take()
    if not items:
        raise point(
            cursor.source,
            (opening.start, closing.end),
            "the list is empty",
            accepted="at least one number",
        )
    return _List(items, (len(items), *shape), (opening.start, closing.end))


def _uneven(
    source: str, span: Span, first: tuple[int, ...], other: tuple[int, ...], index: int
) -> Any:
    """The error of an entry that is not shaped like entry 0."""
    if len(first) == len(other) == 1:
        return point(
            source,
            span,
            f"the rows differ in length: row 0 has {_values(first[0])}, row {index} has {other[0]}",
            accepted=_values(other[0]),
            remedy="give every row the same number of values",
        )
    return point(
        source,
        span,
        f"the entries of a list differ: entry 0 is {_entry(first)}, "
        f"entry {index} is {_entry(other)}",
        accepted=_entry(other),
    )


def _entry(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return _values(shape[0])
    return shortened("×".join(map(str, shape))) if shape else "a number"


def _values(count: int) -> str:
    return f"{count} value{'s' * (count != 1)}"
