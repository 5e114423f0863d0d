"""A kernel along one axis on the screen: it stands under its window, outputs under theirs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Role, Scene
from convviz.records import Record, replace
from convviz.render.arranging import Page
from convviz.render.axis import Shape, first_fit, measured, name, name_style, one
from convviz.render.canvas import Block, Canvas, Line
from convviz.render.grids import Margin, Painter
from convviz.render.sheets import Sheet, widened
from convviz.render.stream import KERNEL, OUTPUT, Style

Index = NDArray[np.intp]

UNDER = "each under the first cell it reads"


class Gathered(Record):
    """The sheets of a 1-D convolution or pooling, all of one width."""

    input: Sheet
    kernel: Sheet | None
    output: Sheet
    divisor: Sheet | None
    painter: Painter


def starting(windows: Sequence[range], cols: Index) -> Index:
    """The windows that start at one of `cols`; all are equally far apart."""
    first = windows[0].start
    step = windows[1].start - first if len(windows) > 1 else 1
    number, rest = np.divmod(cols - first, step)
    found: Index = number[(rest == 0) & (number >= 0) & (number < len(windows))]
    return found


def gathered(scene: Scene, page: Page) -> list[Block]:
    """index, input, kernel under its window, outputs under the first cell they read."""
    grids = {band[0].key: band[0] for band in scene.bands}
    text = page.manner.text
    words = [text(name(grid)) for grid in grids.values()]
    least = max(len(text("index")), *map(len, words))
    kernel = grids.pop("kernel", None)
    # All taps have one format and one width, wherever the window is: a long one is measured once.
    taps = None if kernel is None else measured(kernel, page, np.zeros(1, dtype=np.intp))

    def build(shape: Shape) -> Gathered:
        cols, tight = shape
        row = np.zeros(1, dtype=np.intp)
        main = one(grids["input"], page, row, cols)
        windows = grids["input"].windows
        assert windows is not None
        shown = starting(windows.cols, cols)
        rest = {key: one(grid, page, row, shown) for key, grid in grids.items() if key != "input"}
        below = None if taps is None else under(taps, main)
        sheets = [sheet for sheet in (main, below, *rest.values()) if sheet is not None]
        main = widened(main, max(sheet.width for sheet in sheets))
        painter = Painter(main, Margin(main, least=least), tight)
        return Gathered(main, below, rest["output"], rest.get("divisor"), painter)

    found = build(first_fit(page, grids["input"], lambda shape: build(shape).painter.width))
    for sheet in (found.input, found.kernel, found.output, found.divisor):
        if sheet is not None:
            page.ledger.keep(sheet)
    return [_gathered_block(found, page)]


def under(taps: Sheet, main: Sheet) -> Sheet:
    """The taps that stand under a cell that is shown."""
    chosen = main.grid.chosen
    assert chosen is not None
    cols = [chosen.cols.index(col) for col in main.cols.tolist() if col in chosen.cols]
    return replace(taps, cols=np.array(cols, dtype=np.intp))


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


def _kernel_line(found: Gathered, kernel: Sheet, page: Page) -> Line:
    painter = found.painter
    canvas = Canvas(painter.width)
    canvas.write_to(
        painter.margin.width, page.manner.text(name(kernel.grid)), name_style(kernel.grid)
    )
    chosen = found.input.grid.chosen
    assert chosen is not None
    for tap, text in zip(kernel.cols.tolist(), kernel.texts[0], strict=True):
        number = painter.columns.place[chosen.cols[tap]]
        canvas.fill(painter.at(number) - 1, painter.end(number) + 1, KERNEL)
        canvas.write_to(painter.end(number), text, KERNEL)
    return canvas.line()


def _result_line(found: Gathered, sheet: Sheet, page: Page, fill: Style, accent: str) -> Line:
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
