"""A network on the screen: a bar as long as the rows of every shape, its layers between."""

from __future__ import annotations

from convviz.diagrams.scene import Block as Shape
from convviz.diagrams.scene import Scene
from convviz.render import inks
from convviz.render.arranging import Page
from convviz.render.canvas import Block, Line

LONGEST = 36
"""Cells of the longest bar."""


def drawn(scene: Scene, page: Page) -> list[Block]:
    """Shape, bar; then the layers that make the next shape, with parameters and MACs."""
    text = page.manner.text
    names = [text("×".join(map(str, shape.shape))) for shape in scene.blocks]
    left = max(map(len, names)) + 2
    longest = max(2, min(LONGEST, page.width - left))
    most = max(size(shape) for shape in scene.blocks)
    layers = [text(layer_words(shape)) for shape in scene.blocks]
    wide = max(map(len, layers))
    numbers = table(scene, page.width - left - wide)
    block = Block()
    for name, shape, words, more in zip(names, scene.blocks, layers, numbers, strict=True):
        if words:
            line: Line = [(" " * left, ""), (words, "kernel" if shape.params else "muted")]
            block.add([*line, (" " * (wide - len(words)), ""), *more] if more else line)
        bar = text("█" * max(1, round(longest * size(shape) / most))) if size(shape) else ""
        style = inks.style(shape.role, bold=True) or "bold"
        block.add([(name.ljust(left), style), (bar, inks.style(shape.role))])
    unit = "cells" if len(scene.blocks[0].shape) == 2 else "rows"
    page.ledger.notes.append(f"bars follow the {unit}")
    return [block]


def table(scene: Scene, room: int) -> list[Line]:
    """Parameters and MACs of every block, in columns; MACs only where there is room."""
    found: list[Line] = [[] for _ in scene.blocks]
    used = 0
    for word, values in (
        ("params", [shape.params for shape in scene.blocks]),
        ("MACs", [shape.macs for shape in scene.blocks]),
    ):
        wide = max(len(f"{value:,}") for value in values)
        used += wide + len(word) + 3
        if used > room or not any(values):
            break
        for line, value in zip(found, values, strict=True):
            if value:
                line += [(f"  {value:{wide},}", ""), (f" {word}", "muted")]
            else:
                line.append((" " * (wide + len(word) + 3), ""))
    return [line if any(run.strip() for run, _ in line) else [] for line in found]


def size(shape: Shape) -> int:
    """The rows of a plane, the cells of a line; 0 for numbers without a place."""
    spatial = shape.shape[1:]
    return spatial[-2] if len(spatial) > 1 else spatial[0] if spatial else 0


def layer_words(shape: Shape) -> str:
    """The layers of a block in one line, repeats counted."""
    counted: dict[str, int] = {}
    for run in shape.layers:
        counted[run.text] = counted.get(run.text, 0) + 1
    parts = [name if count == 1 else f"{count} × {name}" for name, count in counted.items()]
    more = f" · {len(parts) - 3} more" if len(parts) > 3 else ""
    return " · ".join(parts[:3]) + more
