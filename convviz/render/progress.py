"""A line that counts long work, where there is a terminal to show it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import TextIO, TypeVar

T = TypeVar("T")

LONG = 4
"""Items from which on a bar is worth its line."""

BAR = 16
"""Cells of the bar."""


def tracked(
    items: Generator[T, None, None], total: int, what: str, file: TextIO | None
) -> Generator[T, None, None]:
    """`items` as they come, counted on `file` by a line that goes away at the end.

    The line is written over by a carriage return alone: no escape, no hidden cursor, nothing that
    a signal could leave behind. While an item is out, the line is gone: what is said about the
    item stands in its place.
    """
    from convviz.render.live import can_play
    from convviz.render.stream import Stream

    if total < LONG or file is None or not can_play(file):
        yield from items
        return
    stream = Stream.of(file)

    def line(done: int) -> str:
        filled = BAR * done // total
        return stream.text(f"{what}  {'█' * filled}{'░' * (BAR - filled)}  {done} of {total}")

    def write(text: str) -> None:
        with suppress(OSError, ValueError):  # a counter is no reason to fail
            file.write(text)
            file.flush()

    erased = "\r" + " " * len(line(total)) + "\r"
    try:
        write(line(0))
        for done, item in enumerate(items, 1):
            write(erased)
            yield item
            write(line(done))
    finally:
        items.close()
        write(erased)
