"""Stamps in lanes on the screen, above their sum: a transposed convolution along one axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Grid, Mark, Role, Scene
from convviz.records import Record, replace
from convviz.render.arranging import Page
from convviz.render.axis import Shape, first_fit, measured, name, name_style, one, whole_fit
from convviz.render.canvas import Block, Canvas, Line, stacked
from convviz.render.grids import Margin, Painter
from convviz.render.sheets import Sheet, widened
from convviz.render.stream import OUTPUT, Style

Index = NDArray[np.intp]

LANES, HEAD = 8, 2
"""More lanes than LANES: the first HEAD of them, a line that counts, and the last."""
INDENT = 3
"""Blanks between what is multiplied and the lanes."""


class Scattered(Record):
    """The sheets of a 1-D transposed convolution.

    kernel: of every lane; None where it stands above the lanes. left: cells before the lanes.
    """

    input: Sheet
    kernel: Sheet | None
    left: int
    body: dict[str, Painter]


def scattered(scene: Scene, page: Page) -> list[Block]:
    """A lane for every input cell, the sum under a rule, what is kept, the stamps on each cell."""
    first, *below = scene.bands
    source, kernel, lanes = first
    rows = lane_rows(lanes, page)
    inputs = one(source, page, rows, np.zeros(1, dtype=np.intp))
    firsts = first_rows(source, rows)
    fits = page.manner.uncut or 2 * lanes.shape[1] <= page.width
    taps = (
        one(kernel, page, rows, np.arange(kernel.shape[1]))
        if fits
        else measured(kernel, page, np.array(list(firsts.values()), dtype=np.intp))
    )
    grids = [lanes, *(band[0] for band in below)]

    def build(shape: Shape, left: int) -> dict[str, Painter]:
        cols, tight = shape
        row = np.zeros(1, dtype=np.intp)
        own = [one(grid, page, rows if grid is lanes else row, cols) for grid in grids]
        width = max(sheet.width for sheet in own)
        found = {}
        for sheet in own:
            wide = widened(sheet, width)
            margin = Margin(wide, least=left + INDENT - 1)
            found[sheet.grid.key] = Painter(wide, margin, tight, styled=_styles(wide))
        return found

    labels = max(len(page.manner.text(name(grid))) for grid in grids[1:] if grid.title)
    labels = max(labels, len("padding"))
    beside = max(labels, kernel_start(inputs) + max(len("kernel"), bare(taps).width))
    shape = None
    if fits:
        shape = whole_fit(page, lanes, lambda shape: build(shape, beside)["lanes"].width)
    if shape is not None:
        found = Scattered(inputs, taps, beside, build(shape, beside))
        blocks = [_block(found, page)]
    else:
        left = max(labels, kernel_start(inputs) - INDENT)
        shape = first_fit(page, lanes, lambda shape: build(shape, left)["lanes"].width)
        found = Scattered(inputs, None, left, build(shape, left))
        blocks = [stacked(kernels(kernel, firsts, page)), _block(found, page)]
        page.ledger.notes.append("each lane is its input times the kernel")
    for sheet in (inputs, taps, *(painter.sheet for painter in found.body.values())):
        page.ledger.keep(sheet)
    return blocks


def first_rows(source: Grid, rows: Index) -> dict[int, int]:
    """The channels of the lanes `rows`, in order, and the first lane of each."""
    channels = source.left[0].labels if len(source.left) > 1 else np.zeros(source.shape[0])
    return {
        int(channel): int(np.flatnonzero(channels == channel)[0])
        for channel in sorted({*channels[rows].tolist()})
    }


def kernels(kernel: Grid, firsts: Mapping[int, int], page: Page) -> list[Block]:
    """The kernel of every input channel, above the lanes."""
    blocks = []
    for channel, row in firsts.items():
        word = "kernel" if len(firsts) == 1 else f"kernel {channel}"

        def painter(shape: Shape, row: int = row, word: str = word) -> Painter:
            cols, tight = shape
            sheet = one(kernel, page, np.array([row], dtype=np.intp), cols)
            styled = (("bold kernel",) * len(cols),)
            return Painter(sheet, Margin(sheet, least=len(word)), tight, styled=styled)

        shown = painter(first_fit(page, kernel, lambda shape: painter(shape).width))
        canvas = Canvas(shown.width)
        canvas.write(0, word, "bold kernel")
        shown.row(canvas, row)
        block = Block()
        block.add(canvas.line())
        blocks.append(block)
    return blocks


def lane_rows(lanes: Grid, page: Page) -> Index:
    """The lanes that are shown: all of few, else the first, the chosen and the last."""
    count = lanes.shape[0]
    if count <= LANES or page.manner.full:
        return np.arange(count)
    chosen = list(lanes.chosen.rows) if lanes.chosen else []
    return np.array(sorted({*range(HEAD), *chosen, count - 1}), dtype=np.intp)


def bare(sheet: Sheet) -> Painter:
    """A painter of a sheet with its own margin."""
    return Painter(sheet, Margin(sheet))


def kernel_start(inputs: Sheet) -> int:
    """Where the kernel of a lane stands: after its input and the ×."""
    return max(len("input"), bare(inputs).width) + 3


def _styles(sheet: Sheet) -> tuple[tuple[Style, ...], ...] | None:
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


def _block(found: Scattered, page: Page) -> Block:
    text = page.manner.text
    lanes = found.body["lanes"]
    block = Block()
    header = lanes.ruler(replace(lanes.sheet.grid.top[0], word=""))
    header.write(0, "input", "bold input")
    if found.kernel is not None:
        header.write(kernel_start(found.input), "kernel", "bold kernel")
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
        canvas.write_to(found.left, text(name(grid)), name_style(grid))
        painter.row(canvas, 0, bars=key == "output")
        block.add(canvas.line())
        for ruler in grid.bottom:
            if (painter.sheet.grid.bottom[0].labels != Mark.BLANK).any():
                canvas = painter.ruler(replace(ruler, word=""))
                canvas.write_to(found.left, text(ruler.word), "focus")
                block.add(canvas.line())
    return block


def _lane(found: Scattered, lanes: Painter, row: int, page: Page) -> Line:
    """One input cell, its kernel, and its stamp where it lands."""
    canvas = Canvas(lanes.width)
    source = bare(found.input)
    source.margin.write(canvas, row, first=False)
    source.row(canvas, row)
    if found.kernel is not None:
        start = kernel_start(found.input)
        canvas.write(start - 2, page.manner.text("×"), "muted")
        styled = (("bold kernel",) * len(found.kernel.cols),) * len(found.kernel.rows)
        kernel = Painter(found.kernel, Margin(found.kernel), styled=styled)
        taps = Canvas(kernel.width)
        kernel.row(taps, row)
        for offset, (char, style) in enumerate(zip(taps.chars, taps.styles, strict=True)):
            canvas.write(start + offset, char, style)
    lanes.row(canvas, row, bars=False)
    return canvas.line()
