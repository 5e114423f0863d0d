"""The lines around the grids: headline, labels, notes, wrapped to the width."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convviz.diagrams.scene import Label, Scene
from convviz.render import inks
from convviz.render.canvas import Line, line_width
from convviz.render.stream import Run, Stream


def headline(scene: Scene, stream: Stream, width: int) -> list[Line]:
    """What was asked and what came out, wrapped before a separator."""
    lines: list[Line] = []
    for part in scene.headline:
        runs = inks.runs(part, stream)
        dot = (stream.text(" · "), "muted")
        if lines and line_width(lines[-1]) + line_width([dot, *runs]) <= width:
            lines[-1] += [dot, *runs]
        elif lines:
            lines.append([("  ", ""), (dot[0].lstrip(), "muted"), *runs])
        else:
            lines.append(runs)
    return [short for line in lines for short in wrapped(line, width, 4)]


def wrapped(line: Line, width: int, indent: int) -> list[Line]:
    """A line of words in lines of at most `width`, broken between words, the later indented."""
    if line_width(line) <= width:
        return [line]
    indent = min(indent, width // 2)  # what is indented needs some room
    lines: list[Line] = [[]]
    at = 0
    waiting: Line = []
    for blank, found in words(line):
        word = found
        size = line_width(word)
        if blank:
            # A blank is written with the word after it: no line ends or begins with one.
            waiting = word
            continue
        if waiting and at + line_width(waiting) + size <= width:
            lines[-1] += waiting
            at += line_width(waiting)
        elif waiting and at > (indent if len(lines) > 1 else 0):
            lines.append([(" " * indent, "")])
            at = indent
        waiting = []
        while at + size > width:
            head, word = split(word, width - at)
            lines[-1] += head
            lines.append([(" " * indent, "")])
            at, size = indent, line_width(word)
        lines[-1] += word
        at += size
    return lines


def words(line: Line) -> list[tuple[bool, Line]]:
    """(whether it is blank, its runs) for each word; runs that touch are one word."""
    found: list[tuple[bool, Line]] = []
    for text, style in line:
        for piece in re.findall(r" +|[^ ]+", text):
            blank = piece.isspace()
            if found and not blank and not found[-1][0]:
                found[-1][1].append((piece, style))
            else:
                found.append((blank, [(piece, style)]))
    return found


def split(word: Line, width: int) -> tuple[Line, Line]:
    """A word that no line can hold, cut after `width` cells."""
    head: Line = []
    for place, (text, style) in enumerate(word):
        if len(text) >= width:
            return [*head, (text[:width], style)], [(text[width:], style), *word[place + 1 :]]
        head.append((text, style))
        width -= len(text)
    return head, []


def label_lines(label: Label, column: int, stream: Stream, width: int) -> list[Line]:
    """name, then its text from `column` on; a formula that is too wide goes under its name."""
    name = (stream.text(label.name), inks.style(label.role, bold=True))
    text = inks.runs(label.text, stream)
    lead = [name, (" " * (column - len(name[0])), "")]
    if any("  =  " in run for run, _ in text) and column + line_width(text) > width:
        lines: list[Line] = [[name]]
        for number, part in enumerate(parts(text)):
            sign = "≈" if number and part[0][0].strip() == stream.text("≈") else "="
            body = part[1:] if number else part
            lines += wrapped([("  ", ""), (f"{stream.text(sign)} ", "muted"), *body], width, 4)
        return lines
    lines = []
    if column > width // 2:  # a name as long as a line stands on lines of its own
        lines, lead, column = wrapped([name], width, 0), [("  ", "")], 2
    for number, each in enumerate((text, *(inks.runs(more, stream) for more in label.more))):
        start = lead if number == 0 else [(" " * column, "")]
        lines += wrapped([*start, *each], width, column)
    return lines


def parts(runs: Sequence[Run]) -> list[Line]:
    """A formula split before each of its equals signs."""
    found: list[Line] = [[]]
    for text, style in runs:
        if text == "  =  ":
            found.append([])
        found[-1].append((text, style))
    return found


def note_lines(notes: Sequence[str], stream: Stream, width: int) -> list[Line]:
    """Dim lines; ✗ keeps its color."""
    lines: list[Line] = []
    for note in notes:
        runs: Line = [
            (stream.text(piece), "focus" if piece == "✗" else "muted")
            for piece in re.split("(✗)", note)
            if piece
        ]
        lines += wrapped(runs, width, 2)
    return lines
