"""Transposed convolution along one axis: a lane per input element, and their sum below."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Array, ArrayCells, Grid, Mark, Role
from convviz.records import Record, replace
from convviz.render.colors import count_ramp, ink_on
from convviz.render.figures.canvas import BACK, Box, Canvas
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import size_lines, title_line, verdict
from convviz.render.figures.faces import face_colors
from convviz.render.figures.grids import (
    TILE,
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_frame,
)
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, SEMIBOLD, Line, Run

MOST, HEAD = 8, 4
"""More lanes than MOST: the first HEAD of them, and the last."""
LANE = 1.10
"""From lane to lane, in pitches."""
SMALL = 0.66
"""The pitch of the kernels against that of the stamps."""
BARE = 420.0
"""Points of a panel below which its lanes leave out the kernels."""


class Columns(Record):
    """Where the columns of the picture begin, from its left edge."""

    times: float
    kernel: float
    lanes: float
    width: float


class Lanes:
    """Input × kernel → stamp, lane by lane; the sum rule; the output; how many stamps met."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        (self.input, self.kernel, self.lanes), *below = scene.bands
        rows = [band[0] for band in below]
        self.sums = [grid for grid in rows if grid.kind in (Role.SUM, Role.OUTPUT)]
        self.counts = next((grid for grid in rows if grid.kind == Role.COUNT), None)
        count = self.input.shape[0]
        self.which = list(range(count)) if count <= MOST else [*range(HEAD), count - 1]
        self.hidden = count - len(self.which)
        page = sheet.page
        # Beside other panels there is room for the stamps, not for the factors of each.
        self.bare = sheet.peers is not None and width < BARE
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        self.said = Words(
            sheet,
            (
                *size_lines(sheet, sizes, page.formula, width, generic=sheet.peers is None),
                *(
                    (verdict(sheet, label), page.note, 0.75 * page.note)
                    for label in scene.labels
                    if label.name in ("padding", "bias", "coverage")
                ),
            ),
        )
        self.shift = next((link for link in scene.links if link.kind == "shift"), None)
        self.u = pitch(self.measure, width, height, sheet.page)
        self.width, self.height = self.measure(self.u)
        self.digits = {
            grid.key: Digits.readable(grid, sheet.type, self.u, sheet.page.least)
            for grid in (
                self.input,
                self.lanes,
                *self.sums,
                *([self.counts] if self.counts else []),
            )
        }

    # Lengths.

    @property
    def page_gap(self) -> float:
        """The least distance of words and cells."""
        return 8.0 if self.sheet.page.paper else 16.0

    def head(self) -> float:
        """Titles of the columns, and the stride arrow."""
        return 1.5 * self.sheet.page.label + (12.0 if not self.sheet.page.paper else 8.0)

    def said_hidden(self, u: float) -> float:
        """The row that counts hidden lanes: a lane, or what its words need."""
        return max(LANE * u, 1.5 * self.sheet.page.note) if self.hidden else 0.0

    def all_lanes(self, u: float) -> float:
        """All rows of lanes, with the one that counts hidden ones."""
        return len(self.which) * LANE * u + self.said_hidden(u)

    def columns(self, u: float) -> Columns:
        """The columns at that pitch."""
        gap = self.page_gap
        times = u + 0.55 * gap
        kernel = times + 0.8 * u + 0.55 * gap
        wide = self.kernel.shape[1] * SMALL * u
        # The sum rows have their names at the left of the lanes.
        names = max(
            (
                self.sheet.type.line_width(title_line(self.sheet, grid), self.sheet.page.label)
                for grid in self._below()
            ),
            default=0.0,
        )
        factors = u if self.bare else kernel + wide
        lanes = max(factors + max(1.5 * u, 2.0 * gap), names + gap)
        return Columns(times, kernel, lanes, lanes + self.lanes.shape[1] * u)

    def _below(self) -> list[Grid]:
        return [*self.sums, *([self.counts] if self.counts is not None else [])]

    def tall(self, u: float) -> float:
        """From row to row below the sum rule: names stand beside them."""
        return max(LANE * u, 1.1 * self.sheet.page.label)

    def meeting(self) -> float:
        """The line between lanes and sum rule that tells what meets."""
        return 1.9 * self.sheet.page.note

    def marks(self) -> float:
        """The line of − and + under a cropped output."""
        return 1.5 * self.sheet.page.note if any(grid.bottom for grid in self.sums) else 0.0

    def words(self) -> float:
        """The formula, and what is said of crop and coverage."""
        return 0.7 * self.sheet.page.formula + self.said.height(self.room)

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        high = self.head() + self.all_lanes(u) + self.meeting()
        high += 0.15 * u + len(self.sums) * self.tall(u) + self.marks()
        high += max(0.75 * u, self.tall(0.0)) if self.counts is not None else 0.0
        return self.columns(u).width, high + self.words()

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the lanes, the sum and the words."""
        u, columns = self.u, self.columns(self.u)
        left += (self.width - columns.width) / 2
        first = top + self.head()
        x = left + columns.lanes
        self._titles(canvas, left, top, columns)
        slots = []
        for slot, n in enumerate(self.which):
            y = first + slot * LANE * u
            if slot == len(self.which) - 1:
                y += self.said_hidden(u)
            slots.append(y)
            self._lane(canvas, n, left, y, columns)
        if self.hidden:
            y = first + HEAD * LANE * u + self.said_hidden(u) / 2
            note = self.sheet.page.note
            canvas.words(left, y + 0.364 * note, f"⋮   {self.hidden} more lanes", note)
        rule = first + self.all_lanes(u) + self.meeting()
        self._meet(canvas, x, slots, rule)
        ink = canvas.theme.color("ink")
        wide = self.lanes.shape[1] * u
        canvas.line([(x - 0.1 * u, rule), (x + wide + 0.1 * u, rule)], ink, 1.6)
        y = rule + 0.15 * u
        for grid in self.sums:
            y = self._sum(canvas, grid, x, y)
        if self.counts is not None:
            self._counts(canvas, self.counts, x, y)
            y += max(0.75 * u, self.tall(0.0))
        self._words(canvas, left + columns.width / 2, y)

    def _titles(self, canvas: Canvas, left: float, top: float, columns: Columns) -> None:
        size, u = self.sheet.page.label, self.u
        y = top + 0.9 * size
        wide = self.kernel.shape[1] * SMALL * u
        last = 0.0
        heads = ((self.input, u / 2), (self.kernel, columns.kernel + wide / 2))
        for grid, place in heads[:1] if self.bare else heads:
            x = left + place
            line = title_line(self.sheet, grid)
            half = self.sheet.type.line_width(line, size) / 2
            middle = max(x, half + 1.0, last + half + 5.0)
            last = canvas.words(middle, y, line, size, anchor=0.5).right
        if self.shift is None or self.shift.end[2] == self.shift.start[2]:
            return
        focus, note = canvas.theme.word(Role.FOCUS), self.sheet.page.note
        start = left + columns.lanes + 0.04 * u
        end = start + (self.shift.end[2] - self.shift.start[2]) * u
        y = top + self.head() - 9.0
        canvas.arrow((start, y), (end, y), focus, 1.8, head=min(9.0, 0.45 * u), dot=True)
        label: Line = (Run(self.shift.label, focus, SEMIBOLD),)
        canvas.words(end + 8.0, y + 0.36 * note, label, note)

    def _lane(self, canvas: Canvas, n: int, left: float, top: float, columns: Columns) -> None:
        """Input element n, its kernel, and the stamp that they give."""
        u, theme = self.u, canvas.theme
        middle = top + u / 2
        color = face_colors(
            self.input, theme, self.input.values, np.arange(n, n + 1), np.arange(1)
        )[0, 0]
        cell = _row(self.input, n)
        draw_cells(
            canvas, cell, Place(left, top, u, *cell.shape), self._part("input", n),
            colors=color[None, None],
        )  # fmt: skip
        right = left + u
        if not self.bare:
            size = min(max(0.4 * u, 0.8 * self.sheet.page.note), 0.9 * u)
            if size >= self.sheet.page.least:
                canvas.centered(left + columns.times + 0.4 * u, middle, "×", size, weight=SEMIBOLD)
            kernel = _row(self.kernel, n)
            k = SMALL * u
            place = Place(left + columns.kernel, middle - k / 2, k, *kernel.shape)
            self._kernel(canvas, n, place)
            right = place.box.right
        lane = _row(self.lanes, n)
        cols = np.nonzero(lane.all_roles[0] == Role.STAMP)[0]
        x = left + columns.lanes
        if len(cols):
            start = right + 0.25 * u
            end = x + cols[0] * u - 0.25 * u
            edge = color if theme.dark else color * 0.94
            canvas.arrow(
                (start, middle), (end, middle), edge, min(1.8, max(0.8, 0.05 * u)),
                head=min(9.0, 0.24 * u), height=BACK + 1,
            )  # fmt: skip
        colors = np.broadcast_to(color, (1, lane.shape[1], 3))
        spot = Place(x, top, u, *lane.shape)
        draw_cells(canvas, lane, spot, self._part("lanes", n), colors=colors)

    def _part(self, key: str, n: int) -> Digits | None:
        digits = self.digits[key]
        return None if digits is None else replace(digits, texts=digits.texts[n : n + 1])

    def _kernel(self, canvas: Canvas, n: int, place: Place) -> None:
        """A small copy of the kernel: tinted tiles with outlines."""
        tint, mid, strong = canvas.theme.trio(Role.KERNEL)
        k = place.u
        centers = place.centers(np.zeros(place.cols), np.arange(place.cols))
        canvas.tiles(centers, 0.92 * k, np.broadcast_to(tint, (place.cols, 3)))
        canvas.hollows(centers, 0.92 * k, mid, min(1.1, 0.05 * k))
        digits = Digits.readable(self.kernel, self.sheet.type, k, self.sheet.page.least)
        if digits is not None:
            labels = digits.texts[n].tolist()
            inks = np.broadcast_to(strong, (place.cols, 3))
            canvas.numbers(labels, centers, digits.tile * k, inks, weight=SEMIBOLD, room=0.92 * k)

    def _meet(self, canvas: Canvas, x: float, slots: list[float], rule: float) -> None:
        """A band over the cells that meet in one output, with what they add."""
        u, theme = self.u, canvas.theme
        focus = theme.word(Role.FOCUS)
        stamped = self.lanes.all_roles == Role.STAMP
        there = stamped | (self.lanes.all_roles == Role.PENDING)
        texts = self.digits["lanes"].texts if self.digits["lanes"] is not None else None
        size = self.sheet.page.note
        bands: list[tuple[int, float]] = []
        sums: dict[int, str] = {}
        coming: dict[int, str] = {}  # they take their room before they are there
        for col in range(self.lanes.shape[1]):
            meeting = np.nonzero(there[:, col])[0]
            if texts is not None and not self.hidden and len(meeting) > 1:
                coming[col] = " + ".join(_signed(texts[n, col]) for n in meeting)
            rows = [i for i, n in enumerate(self.which) if stamped[n, col]]
            if stamped[:, col].sum() < 2:
                continue
            top = slots[rows[0]] - 0.06 * u if rows else slots[-1]
            bands.append((col, top))
            if texts is not None and not self.hidden:
                sums[col] = " + ".join(
                    _signed(texts[n, col]) for n in np.nonzero(stamped[:, col])[0]
                )
        small = u < TILES_FROM
        # Bands too narrow to be told apart are one where they follow each other.
        for run in _runs(bands) if small else [[band] for band in bands]:
            (first, top), (last, _) = run[0], run[-1]
            band = Box(x + first * u, top, x + (last + 1) * u, rule + 0.15 * u)
            canvas.box(band, radius=0.0 if small else 0.14 * u, face=focus, alpha=0.11, height=BACK)
        wide = max((self.sheet.type.width(t, size, SEMIBOLD) for t in coming.values()), default=0.0)
        room = 0.84 * u * (1 if _adjacent(coming) else 1.9)
        size = min(size, size * room / wide) if wide else size
        if size < max(self.sheet.page.least, 7.0 if not self.sheet.page.paper else 0.0):
            return
        for col, text in sums.items():
            line: Line = (Run(text, focus, SEMIBOLD),)
            canvas.words(x + (col + 0.5) * u, rule - 0.55 * size, line, size, anchor=0.5)

    def _sum(self, canvas: Canvas, grid: Grid, x: float, top: float) -> float:
        """One row below the rule: the sum before the crop, or the output."""
        u, theme = self.u, canvas.theme
        place = Place(x, top, u, *grid.shape)
        tint, mid, strong = theme.trio(Role.OUTPUT)
        output = grid.kind == Role.OUTPUT
        roles = grid.all_roles[0]
        shown = np.nonzero(~np.isin(roles, (Role.EMPTY, Role.PENDING)))[0]
        self._pending(canvas, grid, place)
        centers = place.centers(np.zeros(len(shown)), shown)
        face = tint if output else theme.color("panel")
        if u >= TILES_FROM:
            canvas.tiles(centers, 0.92 * u, np.broadcast_to(face, (len(shown), 3)))
            if output:
                canvas.hollows(centers, 0.92 * u, mid, min(1.4, 0.04 * u))
        digits = self.digits[grid.key]
        if digits is not None:
            ink = strong if output else theme.color("ink")
            texts = digits.texts[0, shown].tolist()
            inks = np.broadcast_to(ink, (len(shown), 3))
            weight = BOLD if output else SEMIBOLD
            canvas.numbers(texts, centers, digits.tile * u, inks, weight=weight, room=TILE * u)
        if not output:
            for frame in grid.frames:
                draw_frame(canvas, place, frame)
        self._name(canvas, grid, x, top + u / 2)
        bottom = top + self.tall(u)
        for ruler in grid.bottom:
            bottom = self._marks(canvas, ruler.labels, x, top + u)
        return bottom

    def _pending(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """Hollow tiles where no stamp has landed yet."""
        waiting = np.nonzero(grid.all_roles[0] == Role.PENDING)[0]
        if len(waiting) and place.u >= TILES_FROM:
            centers = place.centers(np.zeros(len(waiting)), waiting)
            canvas.hollows(centers, 0.86 * place.u, canvas.theme.color("line"))

    def _marks(self, canvas: Canvas, labels: Array, x: float, top: float) -> float:
        """− where padding crops, + where output_padding keeps."""
        note, focus = self.sheet.page.note, canvas.theme.word(Role.FOCUS)
        for col, label in enumerate(labels.tolist()):
            sign = {int(Mark.CROPPED): "−", int(Mark.KEPT): "+"}.get(label)
            if sign and self.u > 0.8 * note:
                run: Line = (Run(sign, focus, BOLD),)
                canvas.words(x + (col + 0.5) * self.u, top + 1.1 * note, run, note, anchor=0.5)
        return top + 0.1 * self.u + self.marks()

    def _counts(self, canvas: Canvas, grid: Grid, x: float, top: float) -> None:
        """How many stamps meet in each cell, as bars of color."""
        u = self.u
        high = 0.5 * u
        shown = np.nonzero(grid.all_roles[0] != Role.PENDING)[0]
        values = grid.values[0, shown]
        every = grid.values if grid.others is None else grid.others
        colors = count_ramp(values, float(every.max()), canvas.theme.name)
        centers = Place(x, top - 0.25 * u, u, *grid.shape).centers(np.zeros(len(shown)), shown)
        centers[:, 1] = top + 0.06 * u + high / 2
        canvas.pills(centers, 0.92 * u, high, faces=colors)
        size = min((0.42 if self.bare else 0.36) * u, 0.9 * self.sheet.page.note)
        if size >= self.sheet.page.least:
            texts = [str(value) for value in values.tolist()]
            canvas.numbers(texts, centers, size, ink_on(colors), weight=SEMIBOLD, room=0.92 * u)
        self._name(canvas, grid, x, float(centers[0, 1]))

    def _name(self, canvas: Canvas, grid: Grid, x: float, y: float) -> None:
        size = self.sheet.page.label
        line = title_line(self.sheet, grid)
        canvas.words(x - self.page_gap, y + 0.364 * size, line, size, anchor=1.0)

    def _words(self, canvas: Canvas, center: float, bottom: float) -> None:
        self.said.draw(canvas, center, bottom + 0.5 * self.sheet.page.formula, self.room)


def _row(grid: Grid, n: int) -> Grid:
    """One row as a grid of its own."""
    roles = grid.all_roles[n : n + 1]
    return replace(
        grid,
        cells=ArrayCells(grid.values[n : n + 1]),
        roles=ArrayCells(np.where(roles == Role.INPUT, Role.STAMP, roles).astype(np.uint8)),
        source=None,
    )


def _runs(bands: list[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Bands (column, top) of columns that follow each other and begin at one height."""
    found: list[list[tuple[int, float]]] = []
    for col, top in bands:
        if found and found[-1][-1] == (col - 1, top):
            found[-1].append((col, top))
        else:
            found.append([(col, top)])
    return found


def _signed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _adjacent(columns: dict[int, str]) -> bool:
    return any(col + 1 in columns for col in columns)
