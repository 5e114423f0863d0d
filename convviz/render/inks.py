"""Roles → styles of the stream: accents for words, fills for cells."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Role, Text
from convviz.render import colors
from convviz.render.stream import KERNEL, OUTPUT, Fill, Level, Run, Stream, Style

Index = NDArray[np.intp]

ACCENT: dict[Role, str] = {
    Role.INPUT: "input",
    Role.KERNEL: "kernel",
    Role.OUTPUT: "output",
    Role.FOCUS: "focus",
    Role.MUTED: "muted",
    Role.GOOD: "output",
    Role.BAD: "focus",
    Role.STRONG: "bold",
}

DIM = {Role.FILL, Role.UNREAD, Role.BEYOND, Role.PENDING, Role.REPEAT, Role.MUTED, Role.ZERO}
"""Cells that step back."""

COPY_IN_SIXTEEN = "36"


def style(role: Role, *, bold: bool = False) -> str:
    """The style of a word in `role`."""
    accent = ACCENT.get(role, "")
    if bold and accent not in {"bold", "muted"}:
        return f"bold {accent}".strip()
    return accent


def runs(text: Text, stream: Stream) -> list[Run]:
    """A text of a scene as runs of the stream."""
    return [(stream.text(run.text), style(run.role, bold=run.bold)) for run in text]


def packed(rgb: Any) -> NDArray[np.int64]:
    """0xRRGGBB of (…, 3) colors from 0 to 1."""
    levels = np.rint(np.asarray(rgb) * 255).astype(np.int64)
    return np.asarray(levels[..., 0] << 16 | levels[..., 1] << 8 | levels[..., 2])


def identity(grid: Grid, rows: Index, cols: Index, stream: Stream) -> NDArray[np.int64] | None:
    """(rows, cols): the identity color of each cell; None where the stream shows none."""
    if grid.source is None or stream.level is Level.NONE:
        return None
    row_source, col_source = grid.source
    if stream.level is Level.SIXTEEN:
        return np.zeros((len(rows), len(cols)), dtype=np.int64)
    if grid.by_row:
        which = col_source[rows]
        each = packed(colors.ident(0, which, 1, grid.extent[1]))
        return np.repeat(each[:, None], len(cols), axis=1)
    down, across = row_source[rows], col_source[cols]
    return packed(
        colors.ident(np.maximum(down, 0)[:, None], np.maximum(across, 0)[None, :], *grid.extent)
    )


def count_fills(values: Any, most: int, stream: Stream) -> list[list[Style]]:
    """The fill of every count, from 1 to `most`."""
    if stream.level is Level.NONE:
        return [[""] * len(row) for row in values]
    numbers = np.asarray(values)
    t = np.clip((numbers - 1) / max(most - 1, 1), 0, 1)
    grounds = packed(colors.oklch(0.80 - 0.36 * t, 0.05 + 0.10 * t, 250 + 10 * t))
    return [
        [
            Fill(int(ground), sixteen="1" if number > 1 else "") if number else "muted"
            for ground, number in zip(line, row, strict=True)
        ]
        for line, row in zip(grounds, numbers, strict=True)
    ]


def role_fill(role: Role) -> Style:
    """The fill of a tile that has no identity."""
    return {Role.KERNEL: KERNEL, Role.OUTPUT: OUTPUT}.get(role, "")
