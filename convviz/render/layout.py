"""Lines of text for the terminal: headlines, labels, tables, notes. Standard library only.

A run is (text, style), a line a list of runs; `Stream` turns lines into characters. Everything is
measured in the glyphs that the stream will write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from convviz.records import Record
from convviz.render.stream import Stream

Runs: TypeAlias = "list[tuple[str, str]]"

GAP = 2
"""Blanks between columns, and between a label and its text."""


NARROW = frozenset((*map(chr, range(256)), *"→−–…─✓✗⌊⌋⌈⌉≈"))
"""Text of this program alone: one cell a character, known without asking Unicode."""


def cells(text: str) -> int:
    """Terminal cells of `text`."""
    if NARROW.issuperset(text):
        return len(text)
    from convviz.pointing import cells as exact

    return exact(text)


def measured(runs: Runs) -> int:
    """Terminal cells of a line."""
    return sum(cells(text) for text, _ in runs)


def glyphs(stream: Stream, runs: Iterable[tuple[str, str]]) -> Runs:
    """Runs in the glyphs of the stream."""
    return [(stream.text(text), style) for text, style in runs]


def headline(stream: Stream, parts: Sequence[Runs]) -> list[Runs]:
    """What was asked and what came out, joined by dots; a line breaks before a dot."""
    dot = (stream.text(" · "), "muted")
    lines: list[Runs] = [[]]
    for part in (glyphs(stream, part) for part in parts):
        line = lines[-1]
        if line and measured(line) + cells(dot[0]) + measured(part) <= stream.width:
            line += [dot, *part]
        elif line:
            lines.append([(f" {dot[0]}", "muted"), *part])
        else:
            line += part
    return lines


class Label(Record):
    """A name, and what stands beside it.

    lines:   each of one or more segments; segments are joined by "  =  ".
    """

    name: str
    lines: list[list[Runs]]


def labels(stream: Stream, entries: Sequence[Label]) -> list[Runs]:
    """Names in a column, their texts beside them; what is too wide goes under its name."""
    width = max((cells(stream.text(entry.name)) for entry in entries), default=0) + GAP
    lines: list[Runs] = []
    for entry in entries:
        name = stream.text(entry.name)
        texts = [[glyphs(stream, segment) for segment in line] for line in entry.lines]
        joined = [equated(line) for line in texts]
        if all(width + measured(line) <= stream.width for line in joined):
            names = [name, *[""] * (len(joined) - 1)]
            lines += [
                [(f"{word:<{width}}", "muted"), *line]
                for word, line in zip(names, joined, strict=True)
            ]
            continue
        if len(texts) == 1 and len(texts[0]) == 1:
            folded = wrapped(texts[0][0], stream.width - width)
            names = [name, *[""] * (len(folded) - 1)]
            lines += [
                [(f"{word:<{width}}", "muted"), *line]
                for word, line in zip(names, folded, strict=True)
            ]
            continue
        lines.append([(name, "muted")])
        for line in texts:
            for index, segment in enumerate(line):
                sign = "  = " if len(line) > 1 or index else "  "
                lines.append([(sign, "muted"), *segment])
    return lines


def equated(segments: Sequence[Runs]) -> Runs:
    """Segments joined by equals signs."""
    line: Runs = []
    for segment in segments:
        line += [("  =  ", "muted")] * bool(line) + segment
    return line


def wrapped(runs: Runs, width: int) -> list[Runs]:
    """Prose in lines of at most `width` cells, broken between words."""
    words: list[tuple[str, str]] = []
    for text, style in runs:
        pieces = text.split(" ")
        words += [(piece + " ", style) for piece in pieces[:-1]] + [(pieces[-1], style)]
    lines: list[Runs] = [[]]
    room = width
    group: Runs = []
    for index, word in enumerate(words):
        group.append(word)
        last = index + 1 == len(words)
        if not (word[0].endswith(" ") or last):
            continue  # a word of several styles stays together
        if lines[-1] and measured(group) - word[0].endswith(" ") > room:
            lines.append([])
            room = width
        lines[-1] += group
        room -= measured(group)
        group = []
    return lines


def notes(stream: Stream, texts: Iterable[str]) -> list[Runs]:
    """Dim lines; a long one goes on two blanks in."""
    lines: list[Runs] = []
    for text in texts:
        first, *more = wrapped([(stream.text(text), "muted")], stream.width - GAP)
        lines.append(first)
        lines += [[("  ", ""), *line] for line in more]
    return lines


class Column(Record):
    """One column of a table.

    cells: one (text, style) per row. total: the last line, "" if there is none.
    keep:  columns with the least go first where a table is too wide; 0: it always stays.
    """

    name: str
    title: str
    cells: list[tuple[str, str]]
    right: bool = True
    total: str = ""
    keep: int = 0


class Table(Record):
    """Lines, and the titles of the columns that did not fit."""

    lines: list[Runs]
    hidden: list[str]


def table(stream: Stream, columns: Sequence[Column], *, fit: bool = True) -> Table:
    """Columns side by side, a rule above the totals; the least needed are left out to fit.

    fit: whether to leave columns out; else lines are as long as they are.
    """
    shown = [translated(stream, column) for column in columns if column.cells]
    widths = [width_of(column) for column in shown]
    hidden: list[str] = []
    while fit and sum(widths) + GAP * (len(widths) - 1) > stream.width:
        droppable = [column for column in shown if column.keep]
        if not droppable:
            narrowed(shown, widths, sum(widths) + GAP * (len(widths) - 1) - stream.width)
            break
        least = shown.index(min(droppable, key=lambda column: column.keep))
        hidden.append(shown.pop(least).name)
        widths.pop(least)
    lines = [title_line(shown, widths)]
    for row in range(len(shown[0].cells)):
        lines += body_lines(shown, widths, row)
    if any(column.total for column in shown):
        lines += total_lines(stream, shown, widths)
    names = [column.title for column in columns if column.name in hidden]
    return Table(lines, names)


def translated(stream: Stream, column: Column) -> Column:
    """The column in the glyphs of the stream."""
    text = stream.text
    return Column(
        column.name,
        text(column.title),
        [(text(cell), style) for cell, style in column.cells],
        column.right,
        text(column.total),
        column.keep,
    )


def width_of(column: Column) -> int:
    """Cells of the widest entry."""
    longest = max(map(cells, {text for text, _ in column.cells}), default=0)
    return max(longest, cells(column.title), cells(column.total))


def narrowed(shown: Sequence[Column], widths: list[int], excess: int) -> None:
    """Take `excess` from the widest column of text, whose entries then wrap."""
    texts = [index for index, column in enumerate(shown) if not column.right]
    if texts:
        widest = max(texts, key=widths.__getitem__)
        widths[widest] = max(12, widths[widest] - excess)


def title_line(shown: Sequence[Column], widths: Sequence[int]) -> Runs:
    """The titles."""
    words = [
        aligned(column.title, width, right=column.right)
        for column, width in zip(shown, widths, strict=True)
    ]
    return [((" " * GAP).join(words), "muted")]


def body_lines(shown: Sequence[Column], widths: Sequence[int], row: int) -> list[Runs]:
    """One row, in more lines where a text wraps."""
    texts = [column.cells[row][0] for column in shown]
    if all(cells(text) <= width for text, width in zip(texts, widths, strict=True)):
        return [body_line(shown, widths, row, texts)]
    parts: list[list[str]] = []
    for text, width in zip(texts, widths, strict=True):
        first, *rest = wrapped([(text, "")], width)
        more = wrapped([("".join(piece for line in rest for piece, _ in line), "")], width - GAP)
        folded = [first, *([("  ", ""), *line] for line in more if line != [("", "")])]
        parts.append(["".join(piece for piece, _ in line).rstrip() for line in folded])
    return [
        body_line(shown, widths, row, [part[i] if i < len(part) else "" for part in parts])
        for i in range(max(map(len, parts)))
    ]


def body_line(
    shown: Sequence[Column], widths: Sequence[int], row: int, texts: Sequence[str]
) -> Runs:
    """One line of a row."""
    line: Runs = []
    gap = ""
    for column, width, text in zip(shown, widths, texts, strict=True):
        fill = " " * (width - cells(text))
        if column.right:
            line += [(gap + fill, ""), (text, column.cells[row][1])]
            gap = " " * GAP
        else:
            line += [(gap, ""), (text, column.cells[row][1])]
            gap = fill + " " * GAP
    return line


def total_lines(stream: Stream, shown: Sequence[Column], widths: Sequence[int]) -> list[Runs]:
    """The rule and the totals, under the columns that have one."""
    dash = stream.text("─")
    rule: Runs = []
    sums: Runs = []
    for column, width in zip(shown, widths, strict=True):
        gap = " " * GAP if rule else ""
        rule.append((gap + (dash if column.total else " ") * width, ""))
        sums.append((gap + aligned(column.total, width, right=column.right), "bold"))
    return [rule, sums]


def aligned(text: str, width: int, *, right: bool) -> str:
    """`text` in `width` cells."""
    fill = " " * (width - cells(text))
    return fill + text if right else text + fill
