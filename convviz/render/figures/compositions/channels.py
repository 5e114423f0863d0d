"""Several planes: a lane for each with its weights and its share, all shares summed to one output."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from convviz.diagrams.scene import ArrayCells, Equation, Grid, Role
from convviz.render.colors import ink_on
from convviz.render.figures.canvas import BACK, Canvas
from convviz.render.figures.compositions.equations import Written
from convviz.render.figures.compositions.parts import bounds, formula, framed, lens, title_line
from convviz.render.figures.grids import (
    TILE,
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


class Channels:
    """Lanes below each other: plane, weights, share; the output at the right, their sum below."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        scene = sheet.scene
        self.sheet, self.room = sheet, width
        *self.lanes, results = scene.bands
        self.output, *self.extra = results
        shares = {e.band: e for e in scene.equations if e.band >= 0}
        self.shares = [shares.get(n) for n in range(len(self.lanes))]
        total = next(e for e in scene.equations if e.band < 0)
        self.total = Written.of(sheet, total, width)
        self.formulas = [label for label in scene.labels if label.name.startswith("size")]
        self.hidden = scene.omitted[0] if scene.omitted else None
        self.title = sheet.page.small + 9.0
        self.share_room = max(
            (self._share_width(share) for share in self.shares if share is not None), default=0.0
        )
        self.u = pitch(self.measure, width, height, sheet.page)
        self.width, self.height = self.measure(self.u)
        self.digits = self._digits()

    def _share_width(self, share: Equation) -> float:
        page = self.sheet.page
        return self.sheet.type.width(f"=  {number(share.result)}", page.panel, BOLD) + 16.0

    def _digits(self) -> dict[str, Digits]:
        found: dict[str, Digits] = {}
        if self.u < 2 * TILES_FROM:
            return found
        for grid in (*(g for lane in self.lanes for g in lane), self.output, *self.extra):
            if grid.shape[0] * grid.shape[1] <= 2500:
                digits = Digits.of(grid.values, self.sheet.type, grid.all_roles)
                if self.u >= digits.pitch(self.sheet.page.least):
                    found[grid.key] = digits
        return found

    def lane_height(self, lane: tuple[Grid, ...], u: float) -> float:
        """The height of one lane, its titles counted."""
        return self.title + max(grid.shape[0] for grid in lane) * u

    def between(self, u: float) -> float:
        """From lane to lane."""
        return max(0.45 * u, 6.0)

    def omission(self) -> float:
        """Room for the line that counts the lanes that are not shown."""
        return 2.2 * self.sheet.page.note if self.hidden else 0.0

    def below(self) -> float:
        """The sum and the size formula."""
        page = self.sheet.page
        return 1.7 * page.formula + self.total.height + 2.3 * page.small * bool(self.formulas)

    def measure(self, u: float) -> tuple[float, float]:
        """(width, height) of everything."""
        gap = max(GAP * u, 16.0)
        lane = max(sum(g.shape[1] for g in lane) for lane in self.lanes) * u
        lane += gap * (max(map(len, self.lanes)) - 1) + self.share_room
        results = sum(g.shape[1] for g in (self.output, *self.extra)) * u + gap * len(self.extra)
        high = sum(self.lane_height(lane, u) for lane in self.lanes)
        high += self.between(u) * (len(self.lanes) - 1) + self.omission()
        right = self.title + self.output.shape[0] * u
        width = max(lane + max(2 * gap, 40.0) + results, self.total.width)
        return width, max(high, right) + self.below()

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw the lanes, the output and the words."""
        u = self.u
        gap = max(GAP * u, 16.0)
        high = self.height - self.below()
        lanes = sum(self.lane_height(lane, u) for lane in self.lanes)
        lanes += self.between(u) * (len(self.lanes) - 1) + self.omission()
        results = sum(g.shape[1] for g in (self.output, *self.extra)) * u + gap * len(self.extra)
        lane = max(sum(g.shape[1] for g in lane) for lane in self.lanes) * u
        lane += gap * (max(map(len, self.lanes)) - 1) + self.share_room
        used = lane + max(2 * gap, 40.0) + results
        x = left + (self.width - used) / 2
        y = top + (high - lanes) / 2
        output = Place(
            x + lane + max(2 * gap, 40.0),
            top + self.title + (high - self.title - self.output.shape[0] * u) / 2,
            u,
            *self.output.shape,
        )
        ends = []
        for n, grids in enumerate(self.lanes):
            if self.hidden and n == len(self.lanes) - 1:
                words = f"⋮  {self.hidden.count} more {self.hidden.what}"
                note = self.sheet.page.note
                canvas.words(x, y + 1.35 * note, words, note)
                y += self.omission()
            ends.append(self._lane(canvas, n, x, y, gap))
            y += self.lane_height(grids, u) + self.between(u)
        self._output(canvas, output, gap)
        self._sum(canvas, ends, output)
        self._words(canvas, left + self.width / 2, top + high)

    def _lane(
        self, canvas: Canvas, n: int, x: float, top: float, gap: float
    ) -> tuple[float, float]:
        """One plane, its weights and its share; where the share ends."""
        u, lane = self.u, self.lanes[n]
        rows = max(grid.shape[0] for grid in lane)
        middle = top + self.title + rows * u / 2
        boxes = []
        for grid in lane:
            place = Place(x, middle - grid.shape[0] * u / 2, u, *grid.shape)
            if grid.kind == Role.KERNEL:
                draw_cells(canvas, grid, place, self.digits.get(grid.key))
                framed(canvas, place.box, canvas.theme.trio(Role.KERNEL)[1], u, width=2.4)
                boxes.append(place.box.grown(0.08 * u))
            else:
                boxes.append(place.rect(bounds(grid.chosen)) if grid.chosen else place.box)
                self._plane(canvas, grid, place)
            line = title_line(self.sheet, grid)
            size, lines = self.sheet.type.fit(
                line, self.sheet.page.small, max(grid.shape[1] * u + 0.8 * gap, 60.0)
            )
            above = 0.10 * u + (5.0 if not self.sheet.page.paper else 3.0)
            canvas.words(place.box.center[0], place.top - above, lines[0], size, anchor=0.5)
            x += grid.shape[1] * u + gap
        if len(boxes) > 1:
            lens(canvas, boxes[0], boxes[1], canvas.theme.trio(Role.KERNEL)[1])
        share = self.shares[n]
        if share is None:
            return x - gap, middle
        size = self.sheet.page.panel
        runs: Line = (
            Run("=  ", canvas.theme.word(Role.TEXT), SEMIBOLD),
            Run(number(share.result), canvas.theme.word(Role.STRONG), BOLD),
        )
        box = canvas.words(x - gap + 14.0, middle + 0.364 * size, runs, size)
        return box.right + 6.0, middle

    def _plane(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        share = np.full(grid.shape, 1.0)
        if grid.chosen is not None:
            share[:] = OUTSIDE
            rows = [r for r in grid.chosen.rows if r < grid.shape[0]]
            cols = [c for c in grid.chosen.cols if c < grid.shape[1]]
            share[np.ix_(rows, cols)] = 1.0
        shown = replace(grid, source=None)
        draw_cells(canvas, shown, place, self.digits.get(grid.key), share=share)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        if grid.chosen is not None:
            amber = canvas.theme.trio(Role.KERNEL)[1]
            with canvas.moving():
                draw_choice(canvas, place.rect(bounds(grid.chosen)), amber, place.u, width=2.6)

    def _output(self, canvas: Canvas, place: Place, gap: float) -> None:
        u, theme = self.u, canvas.theme
        x = place.left
        for grid in (self.output, *self.extra):
            spot = Place(x, place.top, u, *grid.shape)
            shown, digits = replace(grid, source=None), self.digits.get(grid.key)
            above = 0.10 * u + 9.0
            line = title_line(self.sheet, grid)
            canvas.words(
                spot.box.center[0], spot.top - above, line, self.sheet.page.label, anchor=0.5
            )
            if grid.chosen is None or u < TILES_FROM or grid.kind != Role.OUTPUT:
                draw_cells(canvas, shown, spot, digits)
            else:
                row, col = grid.chosen.rows[0], grid.chosen.cols[0]
                roles = grid.all_roles.copy()
                roles[row, col] = Role.EMPTY
                draw_cells(canvas, replace(shown, roles=ArrayCells(roles)), spot, digits)
                centers = np.array([spot.center(row, col)])
                solid, edge = theme.trio(Role.OUTPUT)[1], theme.trio(Role.OUTPUT)[2]
                with canvas.moving():
                    canvas.tiles(centers, TILE * u, solid[None])
                    draw_choice(canvas, spot.rect(bounds(grid.chosen)), edge, u, width=3.2)
                    if digits is not None:
                        canvas.numbers(
                            [str(digits.texts[row, col])],
                            centers,
                            digits.tile * u,
                            ink_on(solid)[None],
                            weight=BOLD,
                            room=TILE * u,
                        )
            x += grid.shape[1] * u + gap

    def _sum(self, canvas: Canvas, ends: list[tuple[float, float]], place: Place) -> None:
        """A line from every share to the output that they add up to."""
        chosen = self.output.chosen
        if chosen is None:
            return
        box = place.rect(bounds(chosen))
        y = box.center[1]
        color = canvas.theme.trio(Role.OUTPUT)[1]
        target = box.left - 3.0
        start = max(x for x, _ in ends) + 4.0
        for _, level in ends:
            middle = (start + target) / 2
            points = [(start, level), (middle, level), (middle, y), (target, y)]
            canvas.curve(points, color, 1.4, height=BACK)

    def _words(self, canvas: Canvas, center: float, bottom: float) -> None:
        page = self.sheet.page
        with canvas.moving():
            baseline = self.total.draw(canvas, center, bottom + 1.6 * page.formula)
        parts: list[Run] = []
        for i, label in enumerate(self.formulas):
            name = label.name.removeprefix("size").strip() or "size"
            parts += [self.sheet.word(f"{'      ' if i else ''}{name} ")]
            parts += formula(self.sheet, label.text)
        if parts:
            size, lines = self.sheet.type.fit(tuple(parts), page.small, self.room)
            canvas.words(center, baseline + 1.9 * size, lines[0], size, anchor=0.5)
