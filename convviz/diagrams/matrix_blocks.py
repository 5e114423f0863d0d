"""The blocks of an unrolled matrix: rows of the input against rows of the output."""

from __future__ import annotations

from math import prod

import numpy as np

from convviz.diagrams.scene import Array, Computed, Grid, Index, Measure, Role, Ruler, Run
from convviz.diagrams.unrolled import Unrolled

BRACKETS = 64
"""Blocks of columns or rows that are named."""


def blocks(of: Unrolled, symbol: str, name: str = "") -> Grid:
    """Output rows against input rows: the kernel row in each block, −1 in a block of zeros.

    name: what sets the matrix apart from others, "" for one.
    """
    outer, inner = of.outer[:-1], of.inner[:-1]
    kernel = of.layer.kernel[:-1]
    shape = (prod(outer), prod(inner))

    def tap(rows: Index, cols: Index) -> Array:
        outs, ins = np.unravel_index(rows, outer), np.unravel_index(cols, inner)
        found = np.zeros((len(rows), len(cols)), np.intp)
        joined = np.equal.outer(
            outs[0] // (outer[0] // of.layer.groups), ins[0] // (inner[0] // of.layer.groups)
        )
        for number, size in enumerate(kernel):
            hits = of.hits(number, outs[1 + number], ins[1 + number])
            joined &= hits.any(axis=0)
            found = found * size + hits.argmax(axis=0)
        return np.where(joined, found, -1)

    def roles(rows: Index, cols: Index) -> Array:
        return np.where(tap(rows, cols) >= 0, Role.KERNEL, Role.ZERO).astype(np.uint8)

    return Grid(
        key=name or "blocks",
        cells=Computed(shape, tap),
        roles=Computed(shape, roles),
        kind=Role.KERNEL,
        title=(
            Run(name or f"{symbol} in blocks", Role.FOCUS if name else Role.KERNEL, bold=True),
            Run(f"  {'blocks of' if name else 'each'} {of.outer[-1]:,}×{of.inner[-1]:,}"),
        ),
        rule="the kernel row that joins a row of the input to a row of the output",
        top=(counted_ruler("in", shape[1], Role.INPUT),),
        left=(counted_ruler("out", shape[0], Role.OUTPUT),),
        which=Computed(shape, tap),
        extent=(prod(kernel), 1),
    )


def block_names(key: str, axis: int, shape: tuple[int, ...], word: str) -> list[Measure]:
    """One block per row of every channel, or per channel where there are too many or no rows."""
    channels, *spatial = shape
    lines = prod(spatial[:-1])
    if channels * lines > BRACKETS:
        lines = 1
    if channels * lines == 1 or channels * lines > BRACKETS:
        return []
    role = Role.INPUT if word == "input" else Role.OUTPUT
    width = prod(spatial) // lines
    found = []
    for channel in range(channels):
        for line in range(lines):
            start = (channel * lines + line) * width
            names = [f"channel {channel}"] if channels > 1 else []
            names += _line_name(line, spatial) if lines > 1 else []
            found.append(
                Measure(key, axis, start, start + width, f"{word} {', '.join(names)}", role)
            )
    return found


def _line_name(line: int, spatial: list[int]) -> list[str]:
    if len(spatial) < 3:
        return [f"row {line}"]
    depth, row = divmod(line, spatial[1])
    return [f"depth {depth}", f"row {row}"]


def counted_ruler(word: str, size: int, role: Role) -> Ruler:
    """0, 1, 2 … along an axis, none of which leads."""
    labels = np.arange(size, dtype=np.intp)
    return Ruler(word, labels, np.full(size, role, dtype=np.uint8), np.zeros(size, dtype=bool))
