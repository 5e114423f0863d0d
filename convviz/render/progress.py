"""A progress bar for long work, where there is a terminal to show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")

LONG = 4
"""Items from which on a bar is worth its line."""


def tracked(items: Iterator[T], total: int, what: str, file: TextIO | None) -> Iterator[T]:
    """`items` as they come, counted by a bar on `file` that goes away at the end."""
    if total < LONG or file is None or not file.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(file=file), transient=True) as progress:
        task = progress.add_task(what, total=total)
        for item in items:
            yield item
            progress.advance(task)
