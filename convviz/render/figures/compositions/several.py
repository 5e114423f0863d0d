"""Layers that are compared, each drawn as it would be alone: panels at one pitch, under names."""

from __future__ import annotations

import math
from collections.abc import Sequence

from convviz.diagrams.scene import Grid, Scene
from convviz.errors import SpecError
from convviz.records import replace
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.compositions import arranged, named
from convviz.render.figures.compositions.multiples import Words, letter
from convviz.render.figures.compositions.parts import airy, draw_title, title_line
from convviz.render.figures.grids import TILES_FROM, Digits, Place, draw_cells, draw_picture
from convviz.render.figures.sheet import Arrangement, Sheet
from convviz.render.figures.type import BOLD, REGULAR, SEMIBOLD, Line, Run
from convviz.render.style import Page

GAP = 32.0
"""Points between panels; half as many on paper."""
SHARED = 0.2
"""Of the width: what the input takes where panels share it."""
LEAST, LESS = 4.0, 4.0
"""A pitch that is too small, if it is less than that part of what a panel alone would have."""
SIZES = 4
"""Runs of a name that tell its sizes: a blank, the input, an arrow, the output."""
READABLE = 14.3
"""The pitch that suffices on paper, where the content decides the height."""


class Several:
    """Panels in rows of equal length, as many in a row as let their cells be largest."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        self.sheet, self.room, self.inner = sheet, width, height
        self.paper = sheet.page.paper
        self.scenes, self.note = told_once([panel.scene for panel in sheet.scene.panels])
        hidden = [f"{each.count} more {each.what} are not drawn" for each in sheet.scene.omitted]
        self.note = " · ".join(filter(None, (self.note, *hidden)))
        self.shared = [grid for band in sheet.scene.bands for grid in band]
        self.gap = GAP / 2 if self.paper else GAP
        self.aside = SHARED * width + self.gap if self.shared else 0.0
        self.names = [self._name(number) for number in range(len(self.scenes))]
        self.head = sheet.page.panel * 0.73 + (18.0 if not self.paper else 9.0)
        self.said = Words(sheet, (((sheet.word(self.note),), sheet.page.small, 0.0),))
        if self.note and self.inner is not None:
            self.inner -= self.below()
        self.columns, self.u, peers = sheet.once("panels", self._chosen)
        self.made = self._made(self.columns, self.u, peers)
        self.lines = math.ceil(len(self.made) / self.columns)
        self.cell = self._cell(self.columns)[0]
        self.heights = [
            self.head + max(made.height for made in self._line(line)) for line in range(self.lines)
        ]
        self.body = sum(self.heights) + (self.lines - 1) * self.between
        self.height = self.body + self.below()
        self.width = width

    @property
    def between(self) -> float:
        """From one row of panels to the next."""
        return 0.7 * self.gap

    def below(self) -> float:
        """The note below all panels."""
        return self.said.height(self.room) + 1.3 * self.sheet.page.small if self.note else 0.0

    def _line(self, line: int) -> Sequence[Arrangement]:
        return self.made[line * self.columns : (line + 1) * self.columns]

    def _name(self, number: int) -> Line:
        """What a panel is called, and its sizes."""
        sheet, panel = self.sheet, self.sheet.scene.panels[number]
        strong = SEMIBOLD if self.paper else BOLD
        runs = [Run(run.text, sheet.theme.word(run.role), strong) for run in panel.name]
        if lettered := letter(sheet, number, len(self.scenes)):
            runs.insert(0, sheet.word(lettered))
        small = [
            Run(airy(run.text), sheet.theme.word(run.role), SEMIBOLD if run.bold else REGULAR)
            for run in panel.sizes
        ]
        return (*runs, sheet.word("     "), *small) if small else tuple(runs)

    def _cell(self, columns: int) -> tuple[float, float | None]:
        """(width, height) of a panel below its name, with so many in a row."""
        lines = math.ceil(len(self.scenes) / columns)
        wide = (self.room - self.aside - (columns - 1) * self.gap) / columns
        if self.inner is None:
            return wide, None
        return wide, (self.inner - (lines - 1) * self.between) / lines - self.head

    def _chosen(self) -> tuple[int, float, tuple[Arrangement, ...]]:
        """(panels in a row, their pitch, what each would be if it were as large as it can).

        Raises SpecError: there are too many for the page.
        """
        best, found = -1.0, (0, 0.0)
        count = len(self.scenes)
        for columns in range(count, 0, -1):
            wide, high = self._cell(columns)
            if wide < 60.0 or (high is not None and high < 40.0):
                continue
            made = self._made(columns, math.inf)
            u = min(pitch_of(each) for each in made)
            if self.inner is None and u >= READABLE:
                found = (columns, u)
                break
            # A last row with gaps looks unfinished: it has to be worth it.
            worth = u if count % columns == 0 else 0.85 * u
            if self._overflow(made, wide, high):
                continue
            if worth > best * 1.02:
                best, found = worth, (columns, u)
        columns, u = found
        if not columns or (u < LEAST and self._alone() > LESS * u):
            raise SpecError(
                f"{count} panels of this view are too many for the page",
                "compare",
                remedy="fewer values, or the terminal, which has room for all",
            )
        peers = tuple(self._made(columns, math.inf))
        made = self._made(columns, u, peers)
        # One form for all may need a smaller pitch than each in its own.
        return columns, min(u, *map(pitch_of, made)), peers

    def _overflow(self, made: Sequence[Arrangement], width: float, height: float | None) -> bool:
        """Whether a panel needs more than its part of the page: its words do not shrink."""
        return any(
            each.width > width + 1.0 or (height is not None and each.height > height + 1.0)
            for each in made
        )

    def _alone(self) -> float:
        """The pitch that the first panel would have on a page of its own."""
        scene, sheet = self.scenes[0], self.sheet
        own = Sheet(scene, sheet.page, sheet.theme, sheet.type, caption=False, footer=False)
        return pitch_of(arranged(named(scene), own, self.room, self.inner))

    def _made(
        self, columns: int, cap: float, peers: tuple[Arrangement, ...] = ()
    ) -> list[Arrangement]:
        """Every panel within its part of the page, its cells at most `cap` apart."""
        wide, high = self._cell(columns)
        page = smaller(self.sheet.page, columns, wide, high)
        page = replace(page, cap=min(page.cap, cap))
        company = self.sheet.company
        found = []
        for number, scene in enumerate(self.scenes):
            own = Sheet(
                scene, page, self.sheet.theme, self.sheet.type, caption=False, footer=False,
                company=company.panels[number] if company is not None else None, peers=peers,
            )  # fmt: skip
            # Of one kind, however small: pictures beside cells would not compare.
            found.append(arranged(named(scene), own, wide, high))
        return found

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the shared grids and every panel under its name."""
        if self.shared:
            self._shared(canvas, left, top)
        page = self.sheet.page
        fitted = [self.sheet.type.fit(name, page.panel, self.cell) for name in self.names]
        names = self.names
        if any(len(lines) > 1 for _, lines in fitted):
            # What sets them apart comes first, their sizes where there is room.
            names = [name[:-SIZES] if len(name) > SIZES else name for name in names]
            fitted = [self.sheet.type.fit(name, page.panel, self.cell) for name in names]
        size = min(size for size, _ in fitted)
        y = top
        for line, high in enumerate(self.heights):
            for column, made in enumerate(self._line(line)):
                x = left + self.aside + column * (self.cell + self.gap)
                name = names[line * self.columns + column]
                canvas.words(x + self.cell / 2, y + 0.73 * size, name, size, anchor=0.5)
                made.draw(canvas, x + (self.cell - made.width) / 2, y + self.head)
            y += high + self.between
        if self.note:
            y = top + self.height - self.said.height(self.room)
            self.said.draw(canvas, left + self.room / 2, y, self.room)

    def _shared(self, canvas: Canvas, left: float, top: float) -> None:
        """What all panels share, below each other at the left."""
        sheet, page = self.sheet, self.sheet.page
        title = page.small + 12.0
        count = len(self.shared)
        room = SHARED * self.room
        high = (self.body - count * title) / count
        u = min(min(room / g.shape[1], 0.9 * high / g.shape[0]) for g in self.shared)
        u = min(u, page.cap)
        y = top + (self.body - sum(title + g.shape[0] * u for g in self.shared)) / 2
        for grid in self.shared:
            y += title
            place = Place(left + (room - grid.shape[1] * u) / 2, y, u, *grid.shape)
            self._grid(canvas, grid, place)
            line = title_line(sheet, grid)
            draw_title(canvas, sheet, line, place.box.center[0], y - 6.0, room, size=page.small)
            y = place.box.bottom

    def _grid(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        if grid.picture is not None or place.u < TILES_FROM:
            draw_picture(canvas, grid, place)
        else:
            digits = Digits.readable(grid, self.sheet.type, place.u, self.sheet.page.least)
            draw_cells(canvas, grid, place, digits)


def told_once(scenes: Sequence[Scene]) -> tuple[list[Scene], str]:
    """(scenes without the note that all of them draw, that note): of banks of kernels."""
    notes = {" · ".join(scene.notes) for scene in scenes}
    if len(notes) > 1 or any(scene.diagram != "kernels" for scene in scenes):
        return list(scenes), ""
    return [replace(scene, notes=()) for scene in scenes], notes.pop()


def pitch_of(made: Arrangement) -> float:
    """The pitch at which a panel is drawn, as its page would cap it."""
    return float(getattr(made, "u", 64.0))


def smaller(page: Page, columns: int, width: float, height: float | None) -> Page:
    """The page of a panel: its part of the sheet, with smaller type where several share a row."""
    share = 1.0 if columns == 1 else 0.86 if columns == 2 else 0.78
    if page.paper:
        return replace(page, width=width, height=height, margin=1.0)
    return replace(
        page,
        width=width,
        height=height,
        margin=1.0,
        # Titles shrink to two thirds where they are wide: no smaller than can be read.
        label=min(page.label, 13.1),
        note=max(10.0, share * page.note),
        formula=max(11.0, 0.85 * share * page.formula),
        small=max(10.0, 0.9 * share * page.small),
        panel=max(11.0, share * page.panel),
    )
