"""Scenes as screens of a terminal: what `convviz` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Equation, Grid, Omission, Scene
from convviz.records import replace
from convviz.render import equations, sentences
from convviz.render.arranging import LEAST_GAP, Page, Plan
from convviz.render.canvas import Block, Line, beside, line_width, stacked
from convviz.render.equations import Writer
from convviz.render.grids import Painter
from convviz.render.numbers import Format, rounding
from convviz.render.sheets import Manner, Sheet, shown_rows
from convviz.render.stream import Stream

IDENTITY = {"padding", "tiling", "overlap"}
"""Diagrams whose cells wear the color of their source; all others use role colors."""

Index = NDArray[np.intp]

ONE_AXIS = {"line": "input", "overlap": "lanes"}
"""Diagrams of one axis → the grid whose cells stand for all."""

PIPED = 1 << 15
"""Cells of grids whose rows a pipe gets whole; of more, columns are elided there as well."""


def screen(
    scene: Scene,
    stream: Stream,
    *,
    full: bool = False,
    precision: int | None = None,
    kept: int | None = None,
    noted: bool = True,
) -> str:
    """The whole screen, as it is written to `stream`.

    full: nothing is elided. precision: decimals of numbers that are not whole.
    kept: rows of each grid that are kept at its ends and around what matters, where the screen is
          too low for all; None: the rows of a large grid alone are elided.
    noted: the notes stand at the end.
    """
    manner = Manner(stream, scene.diagram in IDENTITY, full, precision, kept)
    if stream.piped and not full:
        cells = sum(len(shown_rows(grid, manner)) * grid.shape[1] for grid in scene.grids)
        if cells > PIPED:
            stream = replace(stream, piped=False)
            manner = replace(manner, stream=stream)
    lines = page_lines(scene, manner, noted=noted)
    if not manner.uncut and max(map(line_width, lines)) > stream.width:
        lines = page_lines(scene, replace(manner, short=True), noted=noted)
    return stream.encode(lines)


def page_lines(scene: Scene, manner: Manner, *, noted: bool) -> list[Line]:
    """The lines of the screen."""
    stream = manner.stream
    lines: list[Line] = [*sentences.headline(scene, stream, stream.width), []]
    body = Body(scene, manner)
    lines += stacked(body.blocks).lines
    after = [
        *body.facts(stream.width),
        *sentences.note_lines(body.notes() if noted else [], stream, stream.width),
    ]
    return [*lines, *([[]] if after else []), *after]


class Body:
    """What stands below the headline of a scene: its grids, laid out, and what is said of them."""

    def __init__(self, scene: Scene, manner: Manner) -> None:
        self.scene = scene
        self.page = Page(manner, manner.stream.width)
        self.shared: list[str] | None = None
        writers = Writers(self.page)
        if scene.panels:
            from convviz.render import multiples

            own = Body(replace(scene, panels=()), manner) if scene.bands else None
            bodies = [
                Body(panel.scene, replace(manner, identity=panel.scene.diagram in IDENTITY))
                for panel in scene.panels
            ]
            self.blocks, self.shared = multiples.arranged(scene, own, bodies, manner)
            self.blocks += [omitted(each, self.page) for each in scene.omitted]
            self.writer = writers.writer()
            return
        self.blocks = ARRANGEMENTS.get(scene.diagram, bands)(scene, self.page, writers)
        self.writer = writers.writer()

    def facts(self, width: int) -> list[Line]:
        """Equations and labels within `width`."""
        below = [equation for equation in self.scene.equations if equation.band < 0]
        return facts(self.scene, below, self.writer, self.page.manner.stream, width)

    def notes(self) -> list[str]:
        """The scene's notes, what was rounded, what is hidden; of panels what all of them note."""
        if self.shared is not None:
            return self.shared
        return notes(self.scene, self.page, self.writer)


class Writers:
    """Gives equations the formats of the grids on a page, once these are laid out."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._writer: Writer | None = None

    def writer(self) -> Writer:
        """The writer of the page's numbers."""
        manner = self.page.manner
        if self._writer is None:
            self._writer = Writer(manner.stream, {}, {}, manner.precision)
        for sheet in self.page.ledger.sheets:
            key = sheet.grid.key
            if key not in self._writer.formats:
                self._writer.formats[key] = sheet.format
                self._writer.samples[key] = [t for row in sheet.texts for t in row if t]
        return self._writer


def facts(
    scene: Scene, below: Sequence[Equation], writer: Writer, stream: Stream, width: int
) -> list[Line]:
    """Equations and labels within `width`, their texts on one column."""
    statements = [writer.statement(equation) for equation in below]
    names = [len(stream.text(label.name)) + 2 for label in scene.labels]
    wide = [line_width(statement.name) + 5 for statement in statements]
    column = max([*names, *wide], default=0)
    lines: list[Line] = []
    for statement in statements:
        lines += equations.statement_lines(statement, column, width)
    if wide and any(line_width(line) <= max(wide) - 5 for line in lines[:1]):
        column = max(names, default=0)
    for label in scene.labels:
        lines += sentences.label_lines(label, column, stream, width)
    return lines


def notes(scene: Scene, page: Page, writer: Writer) -> list[str]:
    """The scene's notes, what was rounded, what is hidden."""
    # What the layout has to say joins the marks that occur: both tell how to read the grids.
    first = " · ".join([*page.ledger.notes, *scene.notes[:1]])
    found = [note for note in (first, *scene.notes[1:]) if note]
    formats = [*(sheet.format for sheet in page.ledger.sheets), *writer.used]
    if rounded := rounding(formats):
        found.append(rounded)
    elif writer.doubts:
        found.append("≈ the printed numbers give this up to rounding")
    hidden = list(dict.fromkeys(hiding(sheet, scene) for sheet in page.ledger.sheets))
    hidden = [text for text in hidden if text]
    if hidden:
        saves = f", -o {scene.saves} saves them" if scene.saves else ""
        found.append(f"{', '.join(hidden)} not shown · --full prints all{saves}")
    elif scene.omitted:
        found.append("--full prints all")
    return found


def hiding(sheet: Sheet, scene: Scene) -> str:
    """How many rows and columns of a grid are not shown; "" if all are."""
    grid = sheet.grid
    parts = []
    for name, shown, size, axis in (
        ("rows", sheet.rows, grid.shape[0], 0),
        ("cols", sheet.cols, grid.shape[1], 1),
    ):
        hidden = size - len(shown)
        if not hidden:
            continue
        total = size
        if grid.frames:
            rect = grid.frames[-1].rect
            start, stop = (rect.top, rect.bottom) if axis == 0 else (rect.left, rect.right)
            first, last = missing(shown, size)
            if first >= start and last < stop:
                total = stop - start
        parts.append((name, hidden, total))
    if not parts:
        return ""
    if len(parts) == 2 and parts[0][1:] == parts[1][1:]:
        words = f"{parts[0][1]} of {parts[0][2]} rows and cols"
    else:
        words = " and ".join(f"{hidden} of {total} {name}" for name, hidden, total in parts)
    if scene.diagram in ONE_AXIS:
        words = words.replace("rows", "inputs").replace("cols", "cells")
        return words if grid.key == ONE_AXIS[scene.diagram] else ""
    if scene.diagram in {"padding", "tiling", "compare"}:
        return words.replace("cols", "cells") if grid.shape[0] == 1 else words
    word = grid.key.partition("[")[0]
    return f"{word}: {words}"


def missing(shown: Index, size: int) -> tuple[int, int]:
    """The first and the last of `size` lines that are not among those `shown`, at their cost."""
    low = shown == np.arange(len(shown))
    high = shown == np.arange(size - len(shown), size)
    return int(np.argmin([*low, False])), size - 1 - int(np.argmin([*high[::-1], False]))


def bands(scene: Scene, page: Page, writers: Writers) -> list[Block]:
    """Every band of grids in a row if it fits."""
    gaps = (5, 4, 3) if "kernel" not in {g.key for g in scene.bands[0]} else (4, 3)
    lined = scene.diagram == "coverage"
    return [
        page.row(band, gaps=gaps, column=not lined, align=lined) for band in scene.bands if band
    ]


def panels(scene: Scene, page: Page, writers: Writers) -> list[Block]:
    """Grids that are compared, as many in a band as fit; planes of one account stay together."""
    bands_shown = scene.bands[:1] if scene.diagram == "tiling" else scene.bands
    even = scene.diagram == "compare"
    gaps = (3, 2) if even else (4, 3, 2)
    single = sum(map(len, bands_shown)) == 1 and not scene.omitted
    blocks: list[Block] = []
    for number, band in enumerate(bands_shown):
        omissions = [each for each in scene.omitted if each.band == number]
        for part, omission in parted(band, omissions):
            if omission is not None:
                blocks.append(omitted(omission, page))
            blocks += page.panels(part, gaps=gaps, even=even, beside_word=single)
    return blocks


def parted(
    band: Sequence[Grid], omissions: Sequence[Omission]
) -> list[tuple[Sequence[Grid], Omission | None]]:
    """The grids of a band between its omissions, each part with the omission before it."""
    found: list[tuple[Sequence[Grid], Omission | None]] = []
    start, before = 0, None
    for omission in omissions:
        found.append((band[start : omission.place], before))
        start, before = omission.place, omission
    return [*found, (band[start:], before)]


def omitted(omission: Omission, page: Page) -> Block:
    """A line that stands for planes that are not shown."""
    block = Block()
    block.add([(page.manner.text(f"… {omission.count} more {omission.what}"), "muted")])
    return block


def channels(scene: Scene, page: Page, writers: Writers) -> list[Block]:
    """A lane per plane: input, weights, products and their sum; then the output."""
    *lane_bands, last = scene.bands
    places = range(len(lane_bands))
    shares = {equation.band: equation for equation in scene.equations if equation.band >= 0}
    results = Format.of(
        np.array([equation.result for equation in shares.values()] or [0]), page.manner.precision
    )
    sides = [[band[side] for band in lane_bands] for side in range(len(lane_bands[0]))]
    plans = [[Plan(rulers=n == 0) for n in places], *[[Plan() for _ in places]] * (len(sides) - 1)]
    blocks: list[Block] = []
    lanes_drawn = _lanes(page, sides, plans, shares, results, writers)
    for number, block in enumerate(lanes_drawn):
        for omission in scene.omitted:
            if omission.band == number:
                blocks.append(omitted(omission, page))
        blocks.append(block)
    after = [omission for omission in scene.omitted if omission.band == len(lane_bands)]
    blocks += [omitted(omission, page) for omission in after]
    return [*blocks, page.row(last, gaps=(4, 3))]


def _lanes(
    page: Page,
    sides: Sequence[Sequence[Grid]],
    plans: Sequence[Sequence[Plan]],
    shares: dict[int, Equation],
    results: Format,
    writers: Writers,
) -> list[Block]:
    """The lanes in the first arrangement that fits: in a row, tight, products below, stacked."""
    ready = [page.whole(side) for side in sides]
    if all(sheets is not None for sheets in ready):
        for tight in (False, True):
            painters = [
                aligned(
                    [
                        page.painter(sheet, plan, tight=tight)
                        for sheet, plan in zip(sheets or [], plan_side, strict=True)
                    ]
                )
                for sheets, plan_side in zip(ready, plans, strict=True)
            ]
            for products_beside in (True, False):
                found = _lane_blocks(page, painters, shares, results, writers, products_beside)
                if max(block.width for block in found) <= page.width:
                    return found
    painters = [aligned(page.alone(side, plan)) for side, plan in zip(sides, plans, strict=True)]
    return _lane_blocks(page, painters, shares, results, writers, False, apart=True)


def aligned(painters: Sequence[Painter]) -> list[Painter]:
    """Painters whose grids start below one another: as wide a margin for all as for the widest."""
    widest = max(painter.margin.width for painter in painters)
    return [replace(painter, margin=replace(painter.margin, least=widest)) for painter in painters]


def _lane_blocks(
    page: Page,
    painters: Sequence[Sequence[Painter]],
    shares: dict[int, Equation],
    results: Format,
    writers: Writers,
    products_beside: bool,
    *,
    apart: bool = False,
) -> list[Block]:
    for side in painters:
        for painter in side:
            if painter.sheet not in page.ledger.sheets:
                page.ledger.keep(painter.sheet)
    writer = writers.writer()
    blocks = []
    for number in range(len(painters[0])):
        drawn = [side[number].block() for side in painters]
        lane = stacked(drawn, 0) if apart else beside(drawn, LEAST_GAP, align=True)
        share = shares.get(number)
        if share is not None:
            products = Block(header=lane.header)
            products.lines = [[] for _ in range(lane.header)] if products_beside else []
            for line in writer.lane(share, results):
                products.add(line)
            if products_beside:
                lane = beside([lane, products], LEAST_GAP)
            else:
                products.lines = [
                    short
                    for line in products.lines
                    for short in sentences.wrapped(line, page.width, 2)
                ]
                products.width = max(map(line_width, products.lines))
                lane = stacked([lane, products], 0)
        blocks.append(lane)
    return blocks


Arrangement = Callable[[Scene, Page, Writers], list[Block]]


def elsewhere(file: str, name: str) -> Arrangement:
    """The arrangement `name` of a file of its own, loaded for the scenes that it is for."""

    def arrange(scene: Scene, page: Page, writers: Writers) -> list[Block]:
        found: list[Block] = getattr(import_module(f"convviz.render.{file}"), name)(scene, page)
        return found

    return arrange


ARRANGEMENTS: dict[str, Arrangement] = {
    "padding": panels,
    "tiling": panels,
    "compare": panels,
    "channels": channels,
    "line": elsewhere("line", "gathered"),
    "overlap": elsewhere("lanes", "scattered"),
    "dilation": panels,
    "holes": panels,
    "receptive-field": elsewhere("cone", "traced"),
    "network": elsewhere("boxes", "drawn"),
}
