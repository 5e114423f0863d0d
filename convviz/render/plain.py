"""Scenes as plain statements, one a line: for screen readers and logs.

ASCII only; no frames, no columns; words stand for marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Equation, Grid, Label, Mark, Role, Ruler, Scene, Text
from convviz.render import elision
from convviz.render.numbers import rounding
from convviz.render.sheets import Manner, Sheet, sheets, shown_rows
from convviz.render.spoken import equation_line, listed
from convviz.render.stream import Glyphs, Stream

ASCII = Stream(piped=True, glyphs=Glyphs("ascii"))
COLUMNS = 40
"""More columns than this are elided, as rows are."""

FULL = "--full prints all"
"""The last statement, where something is left out."""

PADDING = {Role.COPY, Role.FILL}
RESULT_WORDS = {Role.OUTPUT: "chosen", Role.INPUT: "chosen"}


def statements(scene: Scene, *, full: bool = False, precision: int | None = None) -> str:
    """What the scene shows, in words."""
    lines = [headline(scene), *told(scene, full, precision)]
    for panel in scene.panels:
        name = f"{words(panel.name)}, {' '.join(words(panel.sizes).split())}"
        lines += [name, *told(panel.scene, full, precision)]
    if FULL in lines:
        lines = [*(line for line in lines if line != FULL), FULL]
    return "".join(f"{ASCII.text(line)}\n" for line in lines)


def told(scene: Scene, full: bool, precision: int | None) -> list[str]:
    """What a scene shows below its headline."""
    manner = Manner(ASCII, False, full, precision)
    # Input, kernel and stamp of a lane are one statement: they are cut alike.
    alike = scene.bands[0][-1] if scene.diagram == "overlap" else None
    ready = [sheet for group in groups(scene) for sheet in numbers(group, manner, alike)]
    lines = [*block_lines(scene)]
    if scene.diagram == "overlap":
        lines += lane_lines(ready)
        ready = ready[3:]
    for sheet in ready:
        lines += grid_lines(sheet, scene)
    for omission in scene.omitted:
        lines.append(f"{omission.count} more {omission.what} are not shown")
    formats = {sheet.grid.key: sheet.format for sheet in ready}
    for equation in scene.equations:
        lines.append(f"{subject(equation, scene)} is {equation_line(equation, formats, precision)}")
    # What − and + stand for is said in words where they occur.
    spoken = [label for label in scene.labels if label.name != "padding"]
    lines += [line for label in spoken for line in label_lines(label)]
    if rounded := rounding(sheet.format for sheet in ready):
        lines.append(rounded)
    if any(hidden(sheet) for sheet in ready) or scene.omitted:
        lines.append(FULL)
    return lines


def groups(scene: Scene) -> list[list[Grid]]:
    """The grids whose numbers have one format: what is compared, and what is alike."""
    grids = [grid for band in scene.bands for grid in band]
    if scene.diagram == "tiling":
        grids = list(scene.bands[0])
    if scene.diagram in {"padding", "compare"}:
        return [grids]
    if scene.diagram == "channels":
        kinds = dict.fromkeys(grid.kind for grid in grids)
        return [[grid for grid in grids if grid.kind is kind] for kind in kinds]
    return [[grid] for grid in grids]


def numbers(grids: Sequence[Grid], manner: Manner, alike: Grid | None = None) -> list[Sheet]:
    """Sheets of what is shown; grids with as many rows as `alike` show the rows that it shows."""
    leads = [
        alike if alike is not None and alike.shape[0] == grid.shape[0] else grid for grid in grids
    ]
    return sheets(
        grids,
        manner,
        [shown_rows(lead, manner) for lead in leads],
        [shown_cols(grid, manner) for grid in grids],
    )


def shown_cols(grid: Grid, manner: Manner) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The columns that are told: all of a few, else both ends and what matters."""
    size = grid.shape[1]
    if manner.full or size <= COLUMNS:
        return np.arange(size, dtype=np.intp)
    edges = [edge for frame in grid.frames for edge in (frame.rect.left, frame.rect.right)]
    places, cells = elision.edges(size, edges, grid.chosen.cols if grid.chosen else ())
    return elision.kept(size, places, cells, elision.KEPT)


def hidden(sheet: Sheet) -> bool:
    """Whether any of a grid is not told."""
    return (len(sheet.rows), len(sheet.cols)) != sheet.grid.shape


def block_lines(scene: Scene) -> Iterator[str]:
    """One statement for every shape that passes through a network."""
    for block in scene.blocks:
        shape = " by ".join(map(str, block.shape))
        layers = ", ".join(run.text for run in block.layers)
        counts = ((block.params, "params"), (block.macs, "MACs"))
        costs = "".join(f", {count:,} {word}" for count, word in counts if count)
        yield f"{shape} from {layers}{costs}" if layers else f"{shape} comes in"


def words(text: Text) -> str:
    """A text in words: shapes as "4 by 4", arrows as "to"."""
    plain = "".join(run.text for run in text)
    for glyph, word in ((" → ", " to "), ("×", " by "), (" · ", ", "), ("✗ ", ""), ("✓ ", "")):
        plain = plain.replace(glyph, word)
    return plain


def headline(scene: Scene) -> str:
    """What was asked and what came out."""
    return ", ".join(words(part) for part in scene.headline)


def grid_lines(sheet: Sheet, scene: Scene) -> Iterator[str]:
    """One statement for the columns of a grid, one for each of its rows."""
    grid = sheet.grid
    name = words(grid.title)
    panels = scene.diagram in {"padding", "tiling", "compare"}
    if panels and name:
        yield f"{name}{f', {grid.rule}' if grid.rule else ''}"
    source = provenance(grid)
    if panels and source is not None:
        yield columns_line(sheet, source)
    line = grid.shape[0] == 1
    lead = "" if panels else f"{name or grid.key}"
    if lead and not line:
        yield lead
    yield from marked(grid)
    subject = "" if panels else subject_of(grid)
    before = -1
    for place, row in enumerate(sheet.rows.tolist()):
        if row > before + 1:
            yield gap(before + 1, row, "row")
        before = row
        start = lead if line else f"{subject} row {row}".strip()
        if line and not lead:
            start = "values"
        yield f"{start}{row_source(grid, row)}: {row_values(sheet, place)}"
    if before < grid.shape[0] - 1:
        yield gap(before + 1, grid.shape[0], "row")


def gap(start: int, stop: int, word: str) -> str:
    """Lines that are not told."""
    if stop - start == 1:
        return f"{word} {start} is not shown"
    return f"{word}s {start} to {stop - 1} are not shown"


def subject_of(grid: Grid) -> str:
    """What the rows of a grid are rows of."""
    word = {"coverage": "stamps"}.get(grid.key, grid.key.partition("[")[0])
    return f"padded {word}" if word == "input" and grid.frames else word


MARKED = {
    Mark.UNREAD: "never read",
    Mark.CROPPED: "cropped",
    Mark.KEPT: "kept by output_padding",
}


def marked(grid: Grid) -> Iterator[str]:
    """The rows and columns that no window reads, that padding crops, that output_padding keeps."""
    axes = (("row", grid.left), ("column", (*grid.top, *grid.bottom)))
    for axis, rulers in axes:
        word = "cell" if grid.shape[0] == 1 else axis
        for ruler in rulers:
            for mark, said_as in MARKED.items():
                lines = np.flatnonzero(ruler.labels == mark)
                if lines.size and (ruler.starts or mark is not Mark.UNREAD):
                    many = are(lines, word)
                    owner = "sum" if ruler in grid.bottom else subject_of(grid)
                    yield f"{owner} {many} {said_as}"
    if grid.shape[0] == 1 and (lines := np.flatnonzero(grid.all_roles[0] == Role.UNREAD)).size:
        yield f"{subject_of(grid)} {are(lines, 'cell')} {MARKED[Mark.UNREAD]}"


def are(lines: NDArray[np.intp], word: str) -> str:
    """`cell 3 is`, `cells 3, 5 are`."""
    several = listed(len(lines), lambda place: str(lines[place]), ", ")
    return f"{word} {several} is" if len(lines) == 1 else f"{word}s {several} are"


def lane_lines(ready: Sequence[Sheet]) -> Iterator[str]:
    """One statement for every stamp of a 1-D transposed convolution."""
    inputs, kernels, lanes = ready[:3]
    before = -1
    for place, row in enumerate(lanes.rows.tolist()):
        if row > before + 1:
            yield gap(before + 1, row, "input")
        before = row
        name = " ".join(str(int(ruler.labels[row])) for ruler in inputs.grid.left)
        landed = [
            (int(col), lanes.texts[place][number])
            for number, col in enumerate(lanes.cols)
            if lanes.roles[place, number] == Role.STAMP
        ]
        kernel = ", ".join(text.strip() for text in kernels.texts[place])
        cells = ", ".join(str(col) for col, _ in landed)
        values = ", ".join(text.strip() or "0" for _, text in landed)
        value = inputs.texts[place][0].strip()
        yield f"input {name} is {value}, times kernel {kernel}: adds {values} to sum {cells}"


def provenance(grid: Grid) -> Ruler | None:
    """The ruler that tells where columns come from."""
    for ruler in grid.top:
        if ruler.word in {"col", "index"}:
            return ruler
    return None


def columns_line(sheet: Sheet, ruler: Ruler) -> str:
    """Where all columns come from."""
    word = "columns" if ruler.word == "col" else "cells"
    labels = [
        "none" if ruler.labels[col] < 0 else str(int(ruler.labels[col])) for col in sheet.cols
    ]
    shown = "" if len(sheet.cols) == sheet.grid.shape[1] else ", the others between them"
    last = sheet.grid.shape[1] - 1
    return f"{word} 0 to {last} come from input {word} {', '.join(labels)}{shown}"


def row_source(grid: Grid, row: int) -> str:
    """Where a row comes from: ", input row 0", ", padding from input row 3"."""
    ruler = next((ruler for ruler in grid.left if ruler.word == "row"), None)
    if ruler is None:
        return ""
    source = int(ruler.labels[row])
    rect = grid.frames[-1].rect if grid.frames else None
    inside = rect is None or rect.top <= row < rect.bottom
    if source == Mark.BEYOND:
        return ", beyond the input"
    if source < 0:
        return ", padding"
    if rect is None:
        return ""
    return f", input row {source}" if inside else f", padding from input row {source}"


def row_values(sheet: Sheet, place: int) -> str:
    """The values of a row in parts: padding, input, window."""
    row = int(sheet.rows[place])
    chosen = sheet.grid.chosen
    parts: list[tuple[str, str]] = []
    rect = sheet.grid.frames[-1].rect if sheet.grid.frames else None
    whole = rect is not None and not rect.top <= row < rect.bottom
    before = -1
    for number, col in enumerate(sheet.cols.tolist()):
        role = Role(int(sheet.roles[place, number]))
        if role is Role.EMPTY:
            before = col
            continue
        if col > before + 1 and number:
            parts.append(("gap", f"{col - before - 1} not shown"))
        before = col
        text = sheet.texts[place][number].strip() or "0"
        if role is Role.BEYOND:
            text = "beyond"
        if role is Role.ZERO:
            text = "none" if sheet.grid.key.startswith("weight") else "0"
        inside = chosen is not None and row in chosen.rows and col in chosen.cols
        if inside and chosen is not None:
            kind = RESULT_WORDS.get(chosen.role, "window")
            if chosen.role is Role.STAMP:
                kind = "" if sheet.grid.kind is Role.STAMP else "stamped"
        elif rect is None or whole:
            kind = ""
        else:
            kind = "padding" if role in PADDING or role is Role.REPEAT else "input"
            if role is Role.BEYOND or sheet.grid.kind is not Role.INPUT:
                kind = ""
        parts.append((kind, text))
    return said(parts)


def said(parts: Sequence[tuple[str, str]]) -> str:
    """Runs of one kind after its name; results, of which one is chosen, in one run."""
    if all(kind in {"", "chosen", "gap"} for kind, _ in parts):
        return ", ".join(f"chosen {text}" if kind == "chosen" else text for kind, text in parts)
    found = []
    for kind, run in groupby(parts, key=lambda part: part[0]):
        values = ", ".join(text for _, text in run)
        found.append(values if kind in {"", "gap"} else f"{kind} {values}")
    return "; ".join(found)


def subject(equation: Equation, scene: Scene) -> str:
    """What an equation is about: "output 1,2", "input[0] with weight[0,0]"."""
    if equation.band < 0:
        return equation.name.replace("[", " ").replace("]", "")
    return " with ".join(words(grid.title) for grid in scene.bands[equation.band])


def label_lines(label: Label) -> list[str]:
    """A label and its text: "size: floor((7 + 2*1 …) / 2) + 1 = 4"."""
    text = words(label.text).replace("  =  ", " = ")
    return [f"{label.name}: {text}", *(words(more) for more in label.more)]
