"""Numbers in text files: rows of .csv, .tsv and .txt, nested lists of .json."""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError, near, printable, shortened
from convviz.patterns import pattern
from convviz.sources.budget import Budget
from convviz.sources.source import Source
from convviz.spec.words import AXES

MARGIN = 1 << 20
BREAKS = pattern(r"\r\n|\r|\n")
NUMBER = pattern(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.I)
WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
DIGITS = 18

BLOCK = 1 << 20
"""Characters that are taken apart at a time."""

BETWEEN = np.zeros(256, bool)
"""Bytes that stand between words."""
BETWEEN[:33] = True
BETWEEN[[ord(sign) for sign in ",;[]"]] = True


def csv(file: BinaryIO, name: str, budget: Budget) -> Source:
    """Rows of numbers with commas (or semicolons, tabs, blanks) between them."""
    text = decoded(file, name, budget)
    for delimiter in (",", ";", "\t"):
        if delimiter in text:
            return rows(text, delimiter, name)
    return rows(text, None, name)


def tsv(file: BinaryIO, name: str, budget: Budget) -> Source:
    """Rows of numbers with tabs between them."""
    return rows(decoded(file, name, budget), "\t", name)


def txt(file: BinaryIO, name: str, budget: Budget) -> Source:
    """Rows of numbers as they are typed: blanks or commas between, `;` or a newline after a row."""
    text = decoded(file, name, budget)
    return rows(text.replace(",", " ").replace(";", "\n"), None, name)


def decoded(file: BinaryIO, name: str, budget: Budget) -> str:
    """The file as text, without a byte order mark.

    Raises SpecError: more words than the budget has numbers, not UTF-8.
    """
    most = budget.elements * 8 + MARGIN
    data = file.read(most + 1)
    if len(data) > most:
        budget.check_count(len(data), shown(name), f"more than {most:,} bytes", 8)
    if len(data) > budget.elements:
        # Counted before they are taken apart, which takes ten times the memory.
        budget.check_count(words_in(data), shown(name), f"{len(data):,} bytes", 8)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{shown(name)} is not text: byte {error.start:,} is not UTF-8") from None


def words_in(data: bytes) -> int:
    """How many words stand between blanks, commas, semicolons and brackets."""
    count, within = 0, False
    for start in range(0, len(data), BLOCK):
        inside = ~BETWEEN[np.frombuffer(data, np.uint8, min(BLOCK, len(data) - start), start)]
        begun = int(np.count_nonzero(inside[1:] & ~inside[:-1]))
        count += begun + int(inside[0] and not within)
        within = bool(inside[-1])
    return count


def rows(text: str, delimiter: str | None, name: str) -> Source:
    """The numbers of `text`, a row per line; blank lines count for nothing.

    Raises SpecError: no numbers, rows that differ in length, something else than numbers.
    """
    # Without an underscore or another script's digits, `float` takes what NUMBER takes, fast.
    plain = text.isascii() and "_" not in text
    # The control characters are blanks to `float`, and none to `int`.
    whole = plain and not re.search(r"[.eEnN\x1c-\x1f]", text)
    flat: array[Any] = array("q" if whole else "d")
    first = (0, 0)
    for number, line in enumerate(lines(text), 1):
        if not line or line.isspace():
            continue
        before = len(flat)
        for start, part in parts(line, delimiter):
            words = part.split(delimiter)
            try:
                values: list[Any] = [float(word) for word in words] if plain else []
            except ValueError:
                values = []
            if not values or math.inf in values or -math.inf in values:
                values = checked(line, start, part, delimiter, number, name)
            if whole and len(max(words, key=len, default="")) > DIGITS and too_long(words):
                whole, flat = False, array("d", flat)
            flat.extend([int(word) for word in words] if whole else values)
        count = len(flat) - before
        if not before:
            first = (number, count)
        elif count != first[1]:
            raise ragged(line, name, first, (number, count))
    if not flat:
        raise SpecError(f"{shown(name)} holds no number")
    table: NDArray[Any] = np.frombuffer(flat, np.int64 if whole else np.float64)
    table = table.reshape(-1, first[1])
    return Source(table[0] if len(table) == 1 else table, typed=True)


def too_long(words: list[str]) -> bool:
    """Whether one of the whole numbers has more digits than are kept exactly."""
    return any(len(word.strip()) > DIGITS for word in words)


def lines(text: str) -> Iterator[str]:
    """The lines of `text`, one at a time: there may be millions."""
    start = 0
    for end in BREAKS.finditer(text):
        yield text[start : end.start()]
        start = end.end()
    yield text[start:]


def parts(line: str, delimiter: str | None) -> Iterator[tuple[int, str]]:
    """(start, text) of parts of a line, cut between its words: a line may be a whole file."""
    start = 0
    while len(line) - start > BLOCK:
        gap = re.compile(r"\s" if delimiter is None else re.escape(delimiter))
        cut = gap.search(line, start + BLOCK)
        if cut is None:
            break
        yield start, line[start : cut.start()]
        start = cut.end()
    yield start, line[start:]


def checked(
    line: str, position: int, part: str, delimiter: str | None, number: int, name: str
) -> list[float]:
    """The numbers of a part of a line, which begins at `position`, one by one.

    Raises SpecError: it points at the first that is none.
    """
    values = []
    for word in part.split(delimiter):
        bare = word.strip()
        place = line.index(word, position)
        start = place + len(word) - len(word.lstrip())
        position = place + len(word) + len(delimiter or "")
        span = (start, start + max(1, len(bare)))
        if not bare:
            raise SpecError(
                f"line {number} of {shown(name)} has an empty cell", source=line, span=span,
                accepted="no number",
            )  # fmt: skip
        if len(bare) > 400 or not NUMBER.fullmatch(bare):
            raise SpecError(
                f"line {number} of {shown(name)} holds '{shortened(bare)}', not a number",
                source=line, span=span, accepted="not a number",
                remedy="leave the line with the names out" if number == 1 else "",
            )  # fmt: skip
        value = float(bare)
        if math.isinf(value) and "i" not in bare.lower():
            raise SpecError(
                f"line {number} of {shown(name)}: {shortened(bare)} is beyond the largest number",
                source=line, span=span, accepted="at most 1.8e308",
            )  # fmt: skip
        values.append(value)
    return values


def ragged(line: str, name: str, first: tuple[int, int], other: tuple[int, int]) -> SpecError:
    """The error of a row unlike the first; of both: the line number, how many values."""
    (start, expected), (number, count) = first, other
    return SpecError(
        f"the rows differ in length: line {start} of {shown(name)} has {expected} values, "
        f"line {number} has {count}",
        source=line,
        span=(0, len(line)),
        accepted=f"{count} value{'s' * (count != 1)}",
    )


def json_list(file: BinaryIO, name: str, budget: Budget) -> Source:
    """Nested lists of numbers, or what `--json` prints: its output.

    Raises SpecError: no JSON, no numbers, lists that differ in length.
    """
    text = decoded(file, name, budget)
    try:
        value = json.loads(text, parse_int=integer, parse_float=decimal)
    except json.JSONDecodeError as error:
        line = (
            BREAKS.split(text)[error.lineno - 1] if error.lineno - 1 < text.count("\n") + 1 else ""
        )
        column = min(error.colno - 1, max(0, len(line) - 1))
        raise SpecError(
            f"{shown(name)} is no JSON: {error.msg[:1].lower()}{error.msg[1:]}",
            source=line, span=(column, column + 1), accepted=f"line {error.lineno}",
        ) from None  # fmt: skip
    except RecursionError:
        raise SpecError(f"{shown(name)} nests more than {AXES} lists") from None
    for key in ("output", "values"):
        if isinstance(value, dict) and key in value:
            value = value[key]
    if isinstance(value, dict):
        names = [key for key in value if isinstance(key, str)]
        guess = near("values", names)
        raise SpecError(
            f"{shown(name)} holds an object without values",
            accepted=f"did you mean {guess}?" if guess else "",
            remedy='nested lists [[1, 2], [3, 4]], or {"values": …} as --json prints them'
        )  # fmt: skip
    flat: list[int | float] = []
    shape = gather(value, flat, name, budget, ())
    typed = all(isinstance(number, int) for number in flat)
    return Source(np.array(flat, np.int64 if typed else np.float64).reshape(shape), typed=True)


def integer(digits: str) -> int | float:
    """A whole number; beyond 18 digits a rounded one, as any JSON reader makes it.

    Raises SpecError: it is beyond float64.
    """
    return int(digits) if len(digits) <= DIGITS else decimal(digits)


def decimal(digits: str) -> float:
    """A decimal number.

    Raises SpecError: it is beyond float64; JSON readers make infinity of it, silently.
    """
    value = float(digits)
    if math.isinf(value):
        raise SpecError(f"{shortened(digits)} is beyond the largest number, 1.8e308")
    return value


def gather(
    value: Any, flat: list[int | float], name: str, budget: Budget, path: tuple[int, ...]
) -> tuple[int, ...]:
    """The shape of nested lists; their numbers are added to `flat`.

    Raises SpecError: it names the entry that is no number, or shaped unlike its neighbors.
    """
    where = "".join(f"[{index}]" for index in path) or "the value"
    if isinstance(value, str) and value in WORDS:
        value = WORDS[value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        flat.append(value)
        if len(flat) > budget.elements:
            budget.check_count(len(flat), shown(name), f"more than {budget.elements:,} numbers")
        return ()
    if not isinstance(value, list):
        raise unreadable(f"{where} is {shortened(json.dumps(value))}, not a number", name)
    if not value:
        raise unreadable(f"{where} is an empty list", name)
    if len(path) == AXES:
        raise unreadable(f"more than {AXES} lists are nested", name)
    inner = gather(value[0], flat, name, budget, (*path, 0))
    for index, item in enumerate(value[1:], 1):
        found = gather(item, flat, name, budget, (*path, index))
        if found != inner:
            raise unreadable(
                f"the lists differ: {where if path else ''}[0] is {described(inner)}, "
                f"{where if path else ''}[{index}] is {described(found)}",
                name,
            )
    return (len(value), *inner)


def described(shape: tuple[int, ...]) -> str:
    """A shape in words."""
    return "×".join(map(str, shape)) + " values" if shape else "a number"


def unreadable(fact: str, name: str) -> SpecError:
    """An error of the content of `name`."""
    return SpecError(f"{shown(name)}: {fact}")


def shown(name: str) -> str:
    """A file's name for a message."""
    return shortened(printable(name), 200)
