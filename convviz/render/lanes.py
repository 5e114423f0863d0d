"""One axis on the screen: a kernel under its window, or stamps in lanes above their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Mark, Role, Scene
from convviz.render import elision, inks
from convviz.render.arranging import Page
from convviz.render.canvas import Block, Canvas
from convviz.render.grids import Margin, Painter, Sheet, elided_cols, sheets, widened
from convviz.render.stream import KERNEL, OUTPUT, Style

Index = NDArray[np.intp]

LANES, HEAD = 8, 2
"""More lanes than LANES: the first HEAD of them, a line that counts, and the last."""
UNDER = "each under the first cell it reads"
INDENT = 3
"""Blanks between what is multiplied and the lanes."""

Shape = tuple[Index, bool]
"""(columns that are shown, whether they are tight)."""


def shapes(page: Page, grid: Grid) -> Iterator[Shape]:
    """How the columns of an axis may be shown, the best first."""
    size = grid.shape[1]
    if page.manner.uncut or 2 * size <= page.width:
        yield np.arange(size), False
        yield np.arange(size), True
    if page.manner.uncut:
        return
    for each in range(page.width // 6, elision.KEPT - 1, -1):
        yield elided_cols(grid, each), False
    for each in range(elision.KEPT, 0, -1):
        yield elided_cols(grid, each), True
    yield np.unique([0, size - 1]), True
    yield np.zeros(1, dtype=np.intp), True


def first_fit(page: Page, grid: Grid, width: Callable[[Shape], int]) -> Shape:
    """The first shape that fits, else the last."""
    shape: Shape = (np.zeros(1, dtype=np.intp), True)
    for candidate in shapes(page, grid):
        shape = candidate
        if width(shape) <= page.width:
            break
    return shape


def one(grid: Grid, page: Page, rows: Index, cols: Index) -> Sheet:
    """A grid alone, with a format of its own."""
    return sheets([grid], page.manner, [rows], [cols])[0]


def name(grid: Grid) -> str:
    """The word of a grid's title."""
    return "".join(run.text for run in grid.title)


def name_style(grid: Grid) -> str:
    """The style of that word."""
    run = grid.title[0]
    return inks.style(run.role, bold=run.bold)


@dataclass(frozen=True)
class Gathered:
    """The sheets of a 1-D convolution or pooling, all of one width."""

    input: Sheet
    kernel: Sheet | None
    output: Sheet
    divisor: Sheet | None
    painter: Painter


def gathered(scene: Scene, page: Page) -> list[Block]:
    """index, input, kernel under its window, outputs under the first cell they read."""
    grids = {band[0].key: band[0] for band in scene.bands}
    text = page.manner.text
    words = [text(name(grid)) for grid in grids.values()]
    least = max(len(text("index")), *map(len, words))

    def build(shape: Shape) -> Gathered:
        cols, tight = shape
        row = np.zeros(1, dtype=np.intp)
        main = one(grids["input"], page, row, cols)
        windows = grids["input"].windows
        assert windows is not None
        starts = np.array([each.start for each in windows.cols], dtype=np.intp)
        shown = np.flatnonzero(np.isin(starts, cols))
        rest = {
            key: one(grid, page, row, shown if key != "kernel" else np.arange(grid.shape[1]))
            for key, grid in grids.items()
            if key != "input"
        }
        width = max(main.width, *(sheet.width for sheet in rest.values()))
        main = widened(main, width)
        painter = Painter(main, Margin(main, least=least), tight)
        return Gathered(main, rest.get("kernel"), rest["output"], rest.get("divisor"), painter)

    found = build(first_fit(page, grids["input"], lambda shape: build(shape).painter.width))
    for sheet in (found.input, found.kernel, found.output, found.divisor):
        if sheet is not None:
            page.ledger.keep(sheet)
    return [_gathered_block(found, page)]


def _gathered_block(found: Gathered, page: Page) -> Block:
    painter, text = found.painter, page.manner.text
    margin = painter.margin.width
    block = Block()
    block.add(painter.ruler(found.input.grid.top[0]).line())
    canvas = Canvas(painter.width)
    canvas.write_to(margin, text(name(found.input.grid)), name_style(found.input.grid))
    painter.row(canvas, 0)
    block.add(canvas.line())
    if found.kernel is not None:
        block.add(_kernel_line(found, found.kernel, page))
    rule = Canvas(painter.width)
    start = painter.margin.start
    rule.write(start, text("─" * painter.columns.total), "muted")
    block.add(rule.line())
    block.add(_result_line(found, found.output, page, OUTPUT, "output"))
    indices = _index_line(found, page)
    if painter.width + 2 + len(UNDER) <= page.width:
        indices.write(painter.width + 2, UNDER, "muted")
    else:
        page.ledger.notes.append(f"output: {UNDER}")
    block.add(indices.line())
    if found.divisor is not None:
        block.add(_result_line(found, found.divisor, page, "bold focus", "focus"))
    return block


def _kernel_line(found: Gathered, kernel: Sheet, page: Page) -> list[tuple[str, Style]]:
    painter = found.painter
    canvas = Canvas(painter.width)
    canvas.write_to(
        painter.margin.width, page.manner.text(name(kernel.grid)), name_style(kernel.grid)
    )
    chosen = found.input.grid.chosen
    assert chosen is not None
    for tap, col in enumerate(chosen.cols):
        if col in painter.columns.place:
            number = painter.columns.place[col]
            canvas.fill(painter.at(number) - 1, painter.end(number) + 1, KERNEL)
            canvas.write_to(painter.end(number), kernel.texts[0][tap], KERNEL)
    return canvas.line()


def _result_line(
    found: Gathered, sheet: Sheet, page: Page, fill: Style, accent: str
) -> list[tuple[str, Style]]:
    """Outputs, or what they are divided by, under the first cells they read."""
    painter = found.painter
    canvas = Canvas(painter.width)
    canvas.write_to(
        painter.margin.width, page.manner.text(name(sheet.grid)), name_style(sheet.grid)
    )
    chosen = sheet.grid.chosen
    for place, output in enumerate(sheet.cols.tolist()):
        number = painter.columns.place[_start(found, output)]
        pending = sheet.roles[0, place] == Role.PENDING
        canvas.write_to(painter.end(number), sheet.texts[0][place], "muted" if pending else "")
        if chosen is not None and output == chosen.cols[0]:
            start, stop = painter.at(number), painter.end(number)
            tight = stop - max(len(sheet.texts[0][place]), 1)
            # Under a wide label of the input the brackets hug the number, as its slots would.
            left = tight if found.input.width == sheet.width else start
            canvas.fill(left, stop, fill)
            canvas.write(start - 1, "[", f"bold {accent}")
            canvas.write(stop, "]", f"bold {accent}")
            canvas.fill(start, stop, fill)
    return canvas.line()


def _start(found: Gathered, output: int) -> int:
    windows = found.input.grid.windows
    assert windows is not None
    return windows.cols[output].start


def _index_line(found: Gathered, page: Page) -> Canvas:
    """The index of every output, and ✗ under cells that no output reads."""
    painter = found.painter
    canvas = Canvas(painter.width)
    chosen = found.output.grid.chosen
    for output in found.output.cols.tolist():
        number = painter.columns.place[_start(found, output)]
        bold = chosen is not None and output == chosen.cols[0]
        canvas.write_to(painter.end(number), str(output), "bold output" if bold else "output")
    for place, role in enumerate(found.input.roles[0].tolist()):
        if role == Role.UNREAD:
            number = painter.columns.place[int(found.input.cols[place])]
            canvas.write_to(painter.end(number), page.manner.text("✗"), "focus")
    return canvas


@dataclass(frozen=True)
class Scattered:
    """The sheets of a 1-D transposed convolution."""

    input: Sheet
    kernel: Sheet
    body: dict[str, Painter]


def scattered(scene: Scene, page: Page) -> list[Block]:
    """A lane for every input cell, the sum under a rule, what is kept, the stamps on each cell."""
    first, *below = scene.bands
    source, kernel, lanes = first
    rows = lane_rows(lanes, page)
    inputs = one(source, page, rows, np.zeros(1, dtype=np.intp))
    taps = kernel_sheet(kernel, page, rows)
    left = left_width(inputs, taps)
    grids = [lanes, *(band[0] for band in below)]

    def build(shape: Shape) -> dict[str, Painter]:
        cols, tight = shape
        row = np.zeros(1, dtype=np.intp)
        own = [one(grid, page, rows if grid is lanes else row, cols) for grid in grids]
        width = max(sheet.width for sheet in own)
        found = {}
        for sheet in own:
            wide = widened(sheet, width)
            margin = Margin(wide, least=left + INDENT - 1)
            found[sheet.grid.key] = Painter(wide, margin, tight, styled=_styles(wide, page))
        return found

    body = build(first_fit(page, lanes, lambda shape: build(shape)["lanes"].width))
    for sheet in (inputs, taps, *(painter.sheet for painter in body.values())):
        page.ledger.keep(sheet)
    return [_scattered_block(Scattered(inputs, taps, body), page, left)]


def lane_rows(lanes: Grid, page: Page) -> Index:
    """The lanes that are shown: all of few, else the first, the chosen and the last."""
    count = lanes.shape[0]
    if count <= LANES or page.manner.full:
        return np.arange(count)
    chosen = list(lanes.chosen.rows) if lanes.chosen else []
    return np.unique([*range(HEAD), *chosen, count - 1]).astype(np.intp)


def kernel_sheet(kernel: Grid, page: Page, rows: Index) -> Sheet:
    """The kernel of every lane; its middle is hidden where it would fill half of the screen."""
    size = kernel.shape[1]
    sheet = one(kernel, page, rows, np.arange(size))
    for each in range(elision.KEPT, 0, -1):
        if page.manner.uncut or Painter(sheet, Margin(sheet)).width <= page.width * 2 // 5:
            break
        sheet = one(kernel, page, rows, elision.kept(size, (0, size), (), each))
    return sheet


def left_width(inputs: Sheet, taps: Sheet) -> int:
    """Cells of "input × kernel"."""
    return _kernel_start(inputs) + max(len("kernel"), Painter(taps, Margin(taps)).width)


def _kernel_start(inputs: Sheet) -> int:
    return max(len("input"), Painter(inputs, Margin(inputs)).width) + 3


def _styles(sheet: Sheet, page: Page) -> tuple[tuple[Style, ...], ...] | None:
    """Styles of the rows below the lanes; None: the usual ones."""
    kind = sheet.grid.kind
    if kind is Role.OUTPUT:
        return (tuple(OUTPUT if role == Role.OUTPUT else "" for role in sheet.roles[0]),)
    if kind is Role.COUNT:
        return (tuple("bold" if value > 1 else "muted" for value in sheet.values[0]),)
    if kind is Role.SUM and sheet.grid.frames:
        rect = sheet.grid.frames[0].rect
        return (
            tuple("" if rect.left <= col < rect.right else "muted" for col in sheet.cols.tolist()),
        )
    return None


def _scattered_block(found: Scattered, page: Page, left: int) -> Block:
    text = page.manner.text
    lanes = found.body["lanes"]
    block = Block()
    header = lanes.ruler(replace(lanes.sheet.grid.top[0], word=""))
    header.write(0, "input", "bold input")
    header.write(_kernel_start(found.input), "kernel", "bold kernel")
    block.add(header.line())
    before = -1
    for row in lanes.sheet.rows.tolist():
        if row > before + 1:
            gap = Canvas(0)
            gap.write(0, text(f"… {row - before - 1} more inputs"), "muted")
            block.add(gap.line())
        before = row
        block.add(_lane(found, lanes, row, page))
    rule = Canvas(lanes.width)
    rule.write(lanes.margin.start, text("─" * lanes.columns.total))
    block.add(rule.line())
    for key, painter in found.body.items():
        if key == "lanes":
            continue
        canvas = Canvas(painter.width)
        grid = painter.sheet.grid
        canvas.write_to(left, text(name(grid)), name_style(grid))
        painter.row(canvas, 0, bars=key == "output")
        block.add(canvas.line())
        for ruler in grid.bottom:
            if (painter.sheet.grid.bottom[0].labels != Mark.BLANK).any():
                canvas = painter.ruler(replace(ruler, word=""))
                canvas.write_to(left, text(ruler.word), "focus")
                block.add(canvas.line())
    return block


def _lane(found: Scattered, lanes: Painter, row: int, page: Page) -> list[tuple[str, Style]]:
    """One input cell, its kernel, and its stamp where it lands."""
    canvas = Canvas(lanes.width)
    margin = Margin(found.input)
    margin.write(canvas, row, first=False)
    source = Painter(found.input, margin)
    source.row(canvas, row)
    start = _kernel_start(found.input)
    canvas.write(start - 2, page.manner.text("×"), "muted")
    kernel = Painter(
        found.kernel,
        Margin(found.kernel),
        styled=(("bold kernel",) * len(found.kernel.cols),) * len(found.kernel.rows),
    )
    taps = Canvas(kernel.width)
    kernel.row(taps, row)
    for offset, (char, style) in enumerate(zip(taps.chars, taps.styles, strict=True)):
        canvas.write(start + offset, char, style)
    lanes.row(canvas, row, bars=False)
    return canvas.line()
