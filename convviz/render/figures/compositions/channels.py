"""Several planes: each with its weights and its share, all shares summed to one output."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import ArrayCells, Equation, Grid, Role
from convviz.records import Record, replace
from convviz.render.figures.canvas import BACK, Canvas
from convviz.render.figures.compositions.equations import Written
from convviz.render.figures.compositions.multiples import Words
from convviz.render.figures.compositions.parts import (
    bounds,
    draw_current,
    draw_title,
    framed,
    lens,
    size_lines,
    title_line,
)
from convviz.render.figures.grids import (
    TILES_FROM,
    Digits,
    Place,
    draw_cells,
    draw_choice,
    draw_frame,
)
from convviz.render.figures.labels import number
from convviz.render.figures.layout import pitch
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, SEMIBOLD, Line, Run

OUTSIDE = 0.72
GAP = 1.3
"""The least distance of grids, in pitches."""


class Spots(Record):
    """Where everything stands at one pitch, from the top left corner.

    lanes:  per lane, the corner of each of its grids. shares: where each share is written.
    output: the corner of the output. size: (width, height) of all but the words below.
    """

    lanes: tuple[tuple[tuple[float, float], ...], ...]
    shares: tuple[tuple[float, float], ...]
    output: tuple[float, float]
    size: tuple[float, float]
    omission: tuple[float, float]


class Channels:
    """A lane per plane: side by side (weights under the plane) or below each other, as fits best.

    The output stands at the right, the sum of all shares below.
    """

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        *self.lanes, results = scene.bands
        self.output, *self.extra = results
        shares = {e.band: e for e in scene.equations if e.band >= 0}
        self.shares = [shares.get(n) for n in range(len(self.lanes))]
        total = next(e for e in scene.equations if e.band < 0)
        self.total = Written.of(sheet, total, width)
        sizes = [label for label in scene.labels if label.name.startswith("size")]
        self.words = Words(sheet, size_lines(sheet, sizes, sheet.page.small, width))
        self.hidden = scene.omitted[0] if scene.omitted else None
        self.title = sheet.page.label + (10.0 if not sheet.page.paper else 7.0)
        self.share_room = max(
            (self._share_width(share) for share in self.shares if share is not None), default=0.0
        )
        fits = []
        for upright in (True, False):
            self.upright = upright
            fits.append(pitch(self.measure, width, height, sheet.page))
        self.upright = fits[0] >= fits[1]
        if sheet.smallest is not None:
            self.upright = sheet.smallest.upright
        self.u = fits[0] if self.upright else fits[1]
        self.width, self.height = self.measure(self.u)
        grids = [*(grid for lane in self.lanes for grid in lane), self.output, *self.extra]
        self.digits = {}
        for grid in grids:
            alike = [other for other in grids if other.kind == grid.kind != Role.OUTPUT]
            own = self.results_pitch(self.u) if grid in (self.output, *self.extra) else self.u
            self.digits[grid.key] = Digits.readable(
                grid, sheet.type, own, sheet.page.least, alike=alike
            )

    def _share_width(self, share: Equation) -> float:
        page = self.sheet.page
        return self.sheet.type.width(f"=  {number(share.result)}", page.panel, BOLD) + 10.0

    def below(self) -> float:
        """The sum and the size formula."""
        page = self.sheet.page
        words = self.words.height(self.room) + 0.4 * page.small
        return 1.0 * page.formula + self.total.height + words

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        wide, high = self.spots(u).size
        return max(wide, self.total.width), high + self.below()

    def spots(self, u: float) -> Spots:
        """Where everything stands at that pitch."""
        gap = max(GAP * u, 16.0 if not self.sheet.page.paper else 8.0)
        high = self._results_height(u)
        return self._side_by_side(u, gap, high) if self.upright else self._stacked(u, gap, high)

    def results_pitch(self, u: float) -> float:
        """The pitch of the output: larger than that of many planes, as its numbers are longer."""
        most = (34.0, 190.0) if not self.sheet.page.paper else (17.0, 80.0)
        return max(u, min(2.0 * u, most[0], most[1] / max(self.output.shape)))

    def _results_height(self, u: float) -> float:
        rows = max(grid.shape[0] for grid in (self.output, *self.extra))
        return self.title + rows * self.results_pitch(u)

    def _results_width(self, u: float, gap: float) -> float:
        results = (self.output, *self.extra)
        cols = sum(grid.shape[1] for grid in results)
        return cols * self.results_pitch(u) + gap * len(self.extra)

    def _side_by_side(self, u: float, gap: float, results: float) -> Spots:
        """Lanes as columns: the plane above, its weights below, its share under them."""
        share = 2.0 * self.sheet.page.panel if self.share_room else 0.0
        rows = [max(lane[i].shape[0] for lane in self.lanes) for i in range(len(self.lanes[0]))]
        heights = [self.title + count * u for count in rows]
        between = 0.25 * u
        high = sum(heights) + between * (len(rows) - 1) + share
        lanes, shares, omission = [], [], (0.0, 0.0)
        x = 0.0
        for n, lane in enumerate(self.lanes):
            if self.hidden and n == len(self.lanes) - 1:
                omission = (x, heights[0] / 2 + self.title / 2)
                x += 5.2 * self.sheet.page.note + 0.5 * gap
            wide = max(*(grid.shape[1] * u for grid in lane), self.share_room)
            corners, y = [], 0.0
            for grid, tall, count in zip(lane, heights, rows, strict=True):
                top = y + self.title + (count - grid.shape[0]) * u / 2
                corners.append((x + (wide - grid.shape[1] * u) / 2, top))
                y += tall + between
            lanes.append(tuple(corners))
            shares.append((x + wide / 2, high - 0.25 * self.sheet.page.panel))
            x += wide + gap
        right = x + 0.8 * gap
        top = self.title + max(0.0, (high - share - results) / 2)
        size = (right + self._results_width(u, gap), max(high, results))
        return Spots(tuple(lanes), tuple(shares), (right, top), size, omission)

    def _stacked(self, u: float, gap: float, results: float) -> Spots:
        """Lanes as rows: the plane, its weights at the right, its share after them."""
        between = max(0.35 * u, 5.0)
        wide = max(sum(g.shape[1] for g in lane) * u + gap * (len(lane) - 1) for lane in self.lanes)
        lanes, shares, omission = [], [], (0.0, 0.0)
        y = 0.0
        for n, lane in enumerate(self.lanes):
            if self.hidden and n == len(self.lanes) - 1:
                omission = (0.0, y + 1.2 * self.sheet.page.note)
                y += 2.2 * self.sheet.page.note
            count = max(grid.shape[0] for grid in lane)
            corners, x = [], 0.0
            for grid in lane:
                corners.append((x, y + self.title + (count - grid.shape[0]) * u / 2))
                x += grid.shape[1] * u + gap
            lanes.append(tuple(corners))
            middle = y + self.title + count * u / 2 + 0.364 * self.sheet.page.panel
            shares.append((wide + 12.0, middle))
            y += self.title + count * u + between
        high = y - between
        right = wide + self.share_room + 12.0 + max(2.0 * gap, 40.0)
        top = self.title + max(0.0, (high - results) / 2)
        size = (right + self._results_width(u, gap), max(high, results))
        return Spots(tuple(lanes), tuple(shares), (right, top), size, omission)

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the lanes, the output and the words."""
        u, spots = self.u, self.spots(self.u)
        x = left + (self.width - spots.size[0]) / 2
        ends = []
        for n, corners in enumerate(spots.lanes):
            places = [
                Place(x + a, top + b, u, *grid.shape)
                for grid, (a, b) in zip(self.lanes[n], corners, strict=True)
            ]
            self._lane(canvas, n, places)
            ends.append(self._share(canvas, n, x + spots.shares[n][0], top + spots.shares[n][1]))
        if self.hidden:
            self._omission(canvas, x + spots.omission[0], top + spots.omission[1])
        out = self.results_pitch(u)
        output = Place(x + spots.output[0], top + spots.output[1], out, *self.output.shape)
        self._results(canvas, output)
        if not self.upright:
            self._sum(canvas, ends, output)
        elif self.share_room:
            self._signs(canvas, ends, top + spots.shares[0][1])
            self._given(canvas, ends[-1], output)
        self._words(canvas, left + self.width / 2, top + spots.size[1])

    def _omission(self, canvas: Canvas, x: float, y: float) -> None:
        """How many lanes are left out."""
        assert self.hidden is not None
        note = self.sheet.page.note
        lines = [f"{self.hidden.count} more", self.hidden.what]
        if not self.upright:
            canvas.words(x, y, f"⋮  {' '.join(lines)}", note)
            return
        for i, words in enumerate(("⋯", *lines)):
            canvas.words(x + 2.6 * note, y + 1.25 * note * (i - 1), words, note, anchor=0.5)

    def _lane(self, canvas: Canvas, n: int, places: list[Place]) -> None:
        """One plane and its weights."""
        u, boxes = self.u, []
        for grid, place in zip(self.lanes[n], places, strict=True):
            if grid.kind == Role.KERNEL:
                draw_cells(canvas, grid, place, self.digits[grid.key])
                framed(canvas, place.box, canvas.theme.trio(Role.KERNEL)[1], u, width=2.4)
                boxes.append(place.box.grown(0.08 * u))
            else:
                self._plane(canvas, grid, place)
                boxes.append(place.rect(bounds(grid.chosen)) if grid.chosen else place.box)
            line = title_line(self.sheet, grid)
            above = 0.09 * u + (4.0 if not self.sheet.page.paper else 2.5)
            room = max(grid.shape[1] * u + 0.9 * GAP * u, 40.0)
            x, baseline = place.box.center[0], place.top - above
            draw_title(
                canvas, self.sheet, line, x, baseline, room, size=0.93 * self.sheet.page.label
            )
        if len(boxes) > 1:
            color = canvas.theme.trio(Role.KERNEL)[1]
            lens(canvas, boxes[0], boxes[1], color, downward=self.upright)

    def _plane(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        share = np.full(grid.shape, 1.0)
        if grid.chosen is not None:
            share[:] = OUTSIDE
            rows = [r for r in grid.chosen.rows if r < grid.shape[0]]
            cols = [c for c in grid.chosen.cols if c < grid.shape[1]]
            share[np.ix_(rows, cols)] = 1.0
        shown = replace(grid, source=None)
        draw_cells(canvas, shown, place, self.digits[grid.key], share=share)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        if grid.chosen is not None:
            amber = canvas.theme.trio(Role.KERNEL)[1]
            draw_choice(canvas, place.rect(bounds(grid.chosen)), amber, place.u, width=2.6)

    def _share(self, canvas: Canvas, n: int, x: float, baseline: float) -> tuple[float, float]:
        """What a lane adds to the output: (right end, baseline) of its number."""
        share = self.shares[n]
        if share is None:
            return x, baseline
        size = self.sheet.page.panel
        runs: Line = (Run(number(share.result), canvas.theme.word(Role.STRONG), BOLD),)
        if not self.upright:
            runs = (Run("=  ", canvas.theme.word(Role.TEXT), SEMIBOLD), *runs)
        anchor = 0.5 if self.upright else 0.0
        box = canvas.words(x, baseline, runs, size, anchor=anchor)
        return box.right, baseline

    def _signs(self, canvas: Canvas, ends: list[tuple[float, float]], baseline: float) -> None:
        """+ between the shares."""
        size = self.sheet.page.panel
        for (right, _), n in zip(ends[:-1], range(1, len(ends)), strict=True):
            share = self.shares[n]
            if share is None:
                continue
            middle = ends[n][0] - self.sheet.type.width(number(share.result), size, BOLD)
            if self.hidden and n == len(ends) - 1:
                continue
            color = canvas.theme.word(Role.TEXT)
            canvas.words((right + middle) / 2, baseline, "+", size, anchor=0.5, color=color)

    def _given(self, canvas: Canvas, end: tuple[float, float], place: Place) -> None:
        """A line from the last share to the output that all of them add up to."""
        chosen = self.output.chosen
        if chosen is None:
            return
        box, color = place.rect(bounds(chosen)), canvas.theme.trio(Role.OUTPUT)[1]
        start = (end[0] + 10.0, end[1] - 0.364 * self.sheet.page.panel)
        x, y = box.center[0], place.box.bottom + 0.16 * self.u
        if x - start[0] > 12.0 and start[1] - y > 12.0:
            points = [start, (x, start[1]), (x, start[1]), (x, y + 5.0)]
            canvas.curve(points, color, 1.4, height=BACK)
            canvas.head((x, y), (0.0, -1.0), 7.0, color, height=BACK)

    def _results(self, canvas: Canvas, place: Place) -> None:
        """The output, its chosen cell solid; the divisor where there is one."""
        u, x = place.u, place.left
        gap = max(GAP * self.u, 16.0 if not self.sheet.page.paper else 8.0)
        for grid in (self.output, *self.extra):
            spot = Place(x, place.top, u, *grid.shape)
            shown, digits = replace(grid, source=None), self.digits[grid.key]
            line = title_line(self.sheet, grid)
            above = 0.10 * u + (6.0 if not self.sheet.page.paper else 3.0)
            room = max(grid.shape[1] * u + 1.6 * gap, 60.0)
            draw_title(canvas, self.sheet, line, spot.box.center[0], spot.top - above, room)
            if grid.chosen is None or u < TILES_FROM or grid.kind != Role.OUTPUT:
                draw_cells(canvas, shown, spot, digits)
            else:
                row, col = grid.chosen.rows[0], grid.chosen.cols[0]
                roles = grid.all_roles.copy()
                roles[row, col] = Role.EMPTY
                draw_cells(canvas, replace(shown, roles=ArrayCells(roles)), spot, digits)
                draw_current(canvas, spot, (row, col), digits)
            x += grid.shape[1] * u + gap

    def _sum(self, canvas: Canvas, ends: list[tuple[float, float]], place: Place) -> None:
        """A line from every share to the output that they add up to."""
        chosen = self.output.chosen
        if chosen is None:
            return
        box = place.rect(bounds(chosen))
        y, rise = box.center[1], 0.364 * self.sheet.page.panel
        color = canvas.theme.trio(Role.OUTPUT)[1]
        start, target = max(x for x, _ in ends) + 8.0, box.left - 3.0
        for _, baseline in ends:
            middle, level = (start + target) / 2, baseline - rise
            points = [(start, level), (middle, level), (middle, y), (target, y)]
            canvas.curve(points, color, 1.4, height=BACK)

    def _words(self, canvas: Canvas, center: float, bottom: float) -> None:
        baseline = self.total.draw(canvas, center, bottom + self.sheet.page.formula)
        self.words.draw(canvas, center, baseline, self.room)
