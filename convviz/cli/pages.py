"""Help pages: one sentence, examples that run, options in groups; 24 lines of 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

WIDTH = 80
DEFAULT_COLUMN = 72

Line = tuple[tuple[str, str], ...]
"""(text, style) pairs."""

Page = list[Line]

COMPACT = "Output"
"""The group that is listed without explanations: its words say what they do."""


def command_page(
    name: str, title: str, examples: Sequence[tuple[str, str]], params: Sequence[Any]
) -> Page:
    """The help of one command. params: those that it lists."""
    arguments = [p for p in params if p.param_type_name == "argument"]
    usage = "".join(f" {bracketed(p)}" for p in arguments)
    page: Page = [((f"convviz {name}", "bold"), (f"{usage}: {title}", "")), ()]
    page += example_lines(examples)
    page.append(())
    options = [p for p in params if p.param_type_name == "option"]
    groups = list(dict.fromkeys([*(o.group for o in options if o.group != COMPACT)]))
    if "Input" not in groups and any(a.lines for a in arguments):
        groups.append("Input")
    width = max(len(left(o)) for o in options if o.group != COMPACT and o.lines)
    for group in groups:
        page.append(((group, "bold"),))
        if group == "Input":
            for argument in filter(has_lines, arguments):
                page += rows(argument_word(argument), argument.lines, "", width)
        for option in options:
            if option.group == group and option.lines:
                page += rows(left(option), option.lines, option.shown, width)
    compact = [o for o in options if o.group == COMPACT]
    if compact:
        page.append(((COMPACT, "bold"),))
        page += list(flowed(compact))
    return page


def example_lines(examples: Sequence[tuple[str, str]]) -> Page:
    """Command lines, and what each shows, aligned."""
    width = max(len(line) for line, _ in examples)
    return [((f"  {line:<{width}}  ", ""), (what, "muted")) for line, what in examples]


def rows(name: str, lines: Sequence[str], shown: str, width: int) -> Iterable[Line]:
    """An option with its help, its default in brackets at the end of the first line.

    lines: one text, which is wrapped, or lines that are laid out already.
    """
    start = width + 4
    default = f"[{shown}]" if shown else ""
    room = DEFAULT_COLUMN - start - 1 if default else WIDTH - start
    if len(lines) == 1:
        import textwrap

        lines = textwrap.wrap(lines[0], room, break_on_hyphens=False)
    first, *more = lines
    words = f"{first:<{DEFAULT_COLUMN - start}}" if default else first
    yield ((f"  {name:<{width}}  ", "bold"), (words, ""), (default, "muted"))
    for line in more:
        yield ((" " * start + line, ""),)


def flowed(options: Sequence[Any]) -> Iterable[Line]:
    """Options without explanations, as many in a line as fit."""
    line: list[tuple[str, str]] = []
    length = 0
    for option in options:
        name, value = option.opts[0], f" {option.word}" if option.word else ""
        if length and length + 2 + len(name) + len(value) > WIDTH:
            yield tuple(line)
            line, length = [], 0
        line += [(f"  {name}", "bold"), (value, "")]
        length += 2 + len(name) + len(value)
    yield tuple(line)


def has_lines(param: Any) -> bool:
    """Whether help explains it on a line of its own."""
    return bool(param.lines)


def left(option: Any) -> str:
    """`-p, --padding PAD`, or the long form alone, set under the others."""
    short = [opt for opt in option.opts if not opt.startswith("--")]
    long = [opt for opt in option.opts if opt.startswith("--")]
    names = ", ".join(short + long) if short else f"    {long[0]}"
    return f"{names} {option.word}".rstrip()


def argument_word(argument: Any) -> str:
    """INPUT."""
    return (argument.name or "").upper()


def bracketed(argument: Any) -> str:
    """`[INPUT]`, `[LAYER ...]`."""
    dots = " ..." if argument.nargs == -1 else ""
    return f"[{argument_word(argument)}{dots}]"
