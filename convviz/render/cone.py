"""A receptive field on the screen: a row per layer, cells above the middle of what they read."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Role, Scene
from convviz.records import Record
from convviz.render import inks
from convviz.render.arranging import Page
from convviz.render.canvas import Block, Canvas, Line

Floats = NDArray[np.float64]
BESIDE = 2
"""Cells of the input beside the field that stay where rows are cut."""

LONGEST = 100_000
"""Characters of a line on a pipe, at most."""


class Row(Record, eq=False):
    """One row of cells. texts: what stands in each; places: its middle, in cells of the input."""

    grid: Grid
    texts: tuple[str, ...]
    places: Floats

    @classmethod
    def of(cls, grid: Grid, dot: str) -> Row:
        """The row of a grid: counts, 0 in a hole, a dot where no path leads."""
        roles = grid.all_roles[0]
        counts = grid.values[0]
        texts = tuple(
            count_text(count) if count or role == Role.HOLE else dot
            for count, role in zip(counts.tolist(), roles.tolist(), strict=True)
        )
        start, step = grid.spacing or (0.0, 1.0)
        places: Floats = start + step * np.arange(len(texts), dtype=np.float64)
        return cls(grid, texts, places)

    @cached_property
    def reached(self) -> NDArray[np.intp]:
        """The cells that some path reaches, padding counted."""
        return np.flatnonzero(self.grid.values[0] > 0)

    @property
    def inside(self) -> tuple[int, int]:
        """From the first cell that is no padding to the last, as a half-open range."""
        if not self.grid.frames:
            return 0, len(self.texts)
        rect = self.grid.frames[0].rect
        return rect.left, rect.right


def count_text(count: Any) -> str:
    """A number of paths: whole, or 1.2e18."""
    return str(count) if isinstance(count, int) else f"{count:.1e}".replace("e+", "e")


def traced(scene: Scene, page: Page) -> list[Block]:
    """Rows below one another, the output first; what they read between them."""
    text = page.manner.text
    rows = [Row.of(band[0], text("·")) for band in scene.bands]
    names = [text("".join(run.text for run in row.grid.title)) for row in rows]
    words = [text(f"  {row.grid.rule}") if row.grid.rule else "" for row in rows]
    left = max(map(len, [*names, *words])) + 2
    short = min(left, 24)
    low, high, pitch = fitted(rows, page, page.width - short)
    block = Block()
    if not pitch:
        for row, name, between in zip(rows, names, words, strict=True):
            block.add([(name, _name_style(row)), *_range(row, left - len(name), page)])
            if between:
                block.add([(between, "muted")])
        page.ledger.notes.append("rows are too wide for their cells")
        return [block]
    for row, name, between in zip(rows, names, words, strict=True):
        block.add(_cells(row, name, short, (low, high, pitch), page))
        if between:
            block.add([(between, "muted")])
    if low > min(row.places[0] for row in rows) or high < max(row.places[-1] for row in rows):
        page.ledger.notes.append(f"{text('…')} rows go on")
    return [block]


def fitted(rows: list[Row], page: Page, width: int) -> tuple[float, float, int]:
    """(first and last place that is shown, cells of the screen per cell of the input).

    Whole rows if they fit, else the field and a little beside it; 0 per cell where that is too
    wide as well.
    """
    least = min((row.grid.spacing or (0.0, 1.0))[1] for row in rows)
    wide = max(len(text) for row in rows for text in row.texts)
    whole = min(row.places[0] for row in rows), max(row.places[-1] for row in rows)
    met = [row.places[row.reached] for row in rows if row.reached.size]
    near = (
        max(whole[0], min(places[0] for places in met) - BESIDE),
        min(whole[1], max(places[-1] for places in met) + BESIDE),
    )
    for low, high in (whole, near):
        for gap in (2, 1):
            pitch = int(np.ceil((wide + gap) / least))
            if page.manner.full or (high - low) * pitch + wide + 5 <= width:
                return float(low), float(high), pitch
    pitch = int(np.ceil((wide + 1) / least))
    if page.manner.uncut and (near[1] - near[0]) * pitch <= LONGEST:
        # On a pipe nothing that is reached is left out.
        return float(near[0]), float(near[1]), pitch
    return 0.0, 0.0, 0


def _name_style(row: Row) -> str:
    run = row.grid.title[0]
    return inks.style(run.role, bold=True)


def _range(row: Row, blanks: int, page: Page) -> Line:
    """The cells that are reached as their indices: 98 – 108, 11 cells."""
    start, stop = row.inside
    cells = row.reached[(row.reached >= start) & (row.reached < stop)] - start
    if not cells.size:
        return []
    first, last = int(cells[0]), int(cells[-1])
    ends = f"{first}" if first == last else f"{first} to {last}"
    holes = last - first + 1 - cells.size
    words = f"  {cells.size:,} cell{'s' * (cells.size != 1)}"
    more = f", {holes:,} hole{'s' * (holes != 1)}" if holes else ""
    return [(" " * blanks, ""), (ends, "bold"), (page.manner.text(words + more), "")]


def _cells(row: Row, name: str, left: int, scale: tuple[float, float, int], page: Page) -> Line:
    """A row: its name, its cells, brackets around those that are reached, bars at the padding."""
    low, high, pitch = scale
    wide = max(len(text) for text in row.texts)
    canvas = Canvas(left)
    canvas.write(0, name, _name_style(row))
    base = left + 2
    ends = {}
    shown = (row.places >= low - 1e-9) & (row.places <= high + 1e-9)
    style = inks.style(row.grid.kind, bold=True)
    roles = row.grid.all_roles[0]
    for cell in np.flatnonzero(shown).tolist():
        stop = base + round((row.places[cell] - low) * pitch) + wide
        ends[cell] = stop
        reached, role = row.texts[cell] != page.manner.text("·"), roles[cell]
        dim = role in (Role.FILL, Role.COPY) or not reached
        accent = "muted" if dim else "bold focus" if role == Role.HOLE else style
        canvas.write_to(stop, row.texts[cell], accent)
    start, stop = row.inside
    if row.grid.frames:
        if start in ends and start > 0:
            canvas.write(ends[start] - wide - 1, page.manner.text("│"), "")
        if stop - 1 in ends and stop < len(row.texts):
            canvas.write(ends[stop - 1], page.manner.text("│"), "")
    met = [cell for cell in row.reached.tolist() if cell in ends]
    if met:
        canvas.write(ends[met[0]] - len(row.texts[met[0]]) - 1, "[", style)
        canvas.write(ends[met[-1]], "]", style)
    dots = page.manner.text("…")
    if not shown[0]:
        canvas.write(left - len(dots) + 1, dots, "muted")
    if not shown[-1]:
        canvas.write(max(ends.values(), default=base) + 2, dots, "muted")
    return canvas.line()
