"""Layers as text that the parser reads back: ``Conv2d(3, 64, 7, stride=2, padding=3)``."""

from __future__ import annotations

from typing import Any

from convviz.spec.arguments import Pair


def written(title: str, *positional: Any, **named: tuple[Any, Any]) -> str:
    """A constructor's text; `named` gives (value, default) and leaves out what is the default."""
    words = [text_of(value) for value in positional]
    words += [
        f"{name}={text_of(value)}" for name, (value, usual) in named.items() if value != usual
    ]
    return f"{title}({', '.join(words)})"


def each(values: tuple[int, ...]) -> int | tuple[int, ...]:
    """One number where all axes have the same."""
    return values[0] if len(set(values)) == 1 else values


def sides(padding: tuple[Pair, ...]) -> Any:
    """Padding as short as its argument can be: 1, (1, 2), ((1, 0), (2, 1))."""
    if all(before == after for before, after in padding):
        return each(tuple(before for before, _ in padding))
    return padding


def text_of(value: Any) -> str:
    """A value as Python writes it."""
    if isinstance(value, tuple):
        return f"({', '.join(map(text_of, value))}{',' * (len(value) == 1)})"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else repr(value)
