"""Groups: input channels, output channels, a link for each kernel, the matrix of kernels."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from matplotlib.path import Path

from convviz.diagrams.scene import Grid, Label, Role
from convviz.render.colors import Floats, ident, ink_on
from convviz.render.figures.canvas import BACK, FRAMES, TILES, Box, Canvas
from convviz.render.figures.compositions.multiples import Words, columns_of, letter
from convviz.render.figures.grids import TILES_FROM, Place, samples
from convviz.render.figures.marks import Shape
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, REGULAR, SEMIBOLD, SHRINK, Line, Run

HIGH, WIDE = 0.76, 1.31
"""A channel, in pitches."""
BEND = 0.45
"""Of the gap: where the controls of a link lie, so that its ends are flat."""
APART = 0.34
"""Between groups, in pitches."""


class Panel:
    """One layer: where its channels stand, in pitches from the top, and what is said about it."""

    def __init__(self, sheet: Sheet, number: int, count: int) -> None:
        scene = sheet.scene
        self.sheet = sheet
        self.inputs, self.outputs, self.matrix = scene.bands[number]
        self.label: Label = scene.labels[number]
        self.links = [link for link in scene.links if link.start[0] == self.inputs.key]
        self.name = self._name(letter(sheet, number, count))
        self.places, self.length = self._places()

    def _name(self, mark: str) -> Line:
        """The name, lettered on paper; plain words stay regular."""
        ink = self.sheet.theme.word(Role.STRONG)
        runs = [Run(run.text, ink, BOLD if run.bold else SEMIBOLD) for run in self.matrix.title]
        return ((self.sheet.word(mark),) if mark else ()) + tuple(runs)

    def _places(self) -> tuple[tuple[Floats, Floats], float]:
        """((middles of inputs, of outputs), the length of a column), in pitches."""
        members = self._members()
        apart = APART if len(members) > 1 and max(map(len, (m[0] for m in members))) > 1 else 0.0
        if len(members) > 1 and max(len(outs) for _, outs in members) > 1:
            apart = APART
        found = np.zeros(self.inputs.shape[0]), np.zeros(self.outputs.shape[0])
        top = 0.0
        for group in members:
            high = max(map(len, group))
            for side, places in zip(group, found, strict=True):
                first = top + (high - len(side)) / 2 + 0.5
                places[side] = first + np.arange(len(side))
            top += high + apart
        return found, top - apart

    def _members(self) -> list[tuple[list[int], list[int]]]:
        """The drawn channels of each group: those that links join."""
        groups: dict[int, tuple[list[int], list[int]]] = {}
        owner: dict[int, int] = {}
        for link in self.links:
            group = owner.setdefault(link.end[1], link.start[1])
            groups.setdefault(group, ([], []))
        for link in self.links:
            ins, outs = groups[owner[link.end[1]]]
            if link.start[1] not in ins:
                ins.append(link.start[1])
            if link.end[1] not in outs:
                outs.append(link.end[1])
        return list(groups.values())

    @cached_property
    def colors(self) -> Floats:
        """(inputs, 3): the identity of every drawn input."""
        assert self.inputs.source is not None, "inputs have an identity"
        return ident(0, self.inputs.source[1], *self.inputs.extent)

    @property
    def rules(self) -> Words:
        """Which channels are drawn, where not all are."""
        if self.inputs.rule == self.outputs.rule:
            texts = [self.inputs.rule]
        else:
            pairs = ((self.inputs, "inputs"), (self.outputs, "outputs"))
            texts = [f"{word}: {grid.rule}" for grid, word in pairs if grid.rule]
        size = self.sheet.page.note
        lines = [((self.sheet.word(text),), size, 0.7 * size) for text in texts if text]
        return Words(self.sheet, tuple(lines))

    def words(self, *, narrow: bool = False) -> Words:
        """The weights as a number, how they come about, what they mean."""
        page, theme = self.sheet.page, self.sheet.theme
        big = 1.3 * page.panel if not page.paper else page.panel + 1.0
        lines: list[tuple[Line, float, float]] = [
            ((Run(self.label.text[0].text, theme.word(Role.STRONG), BOLD),), big, 0.0)
        ]
        product, *rest = self.label.more
        runs = tuple(
            Run(run.text, theme.word(run.role), BOLD if run.bold else REGULAR) for run in product
        )
        lines.append((runs, page.label + (1.0 if not page.paper else 0.0), 0.85 * page.label))
        for text in rest:
            line: Line = (Run(text[0].text, theme.word(Role.TEXT)),)
            lines.append((line, page.note, 0.62 * page.note))
        return Words(self.sheet, tuple(lines))


class Groups:
    """Panels side by side, matrix and weights below the links; one per row, they stand beside."""

    def __init__(self, sheet: Sheet, width: float, height: float | None) -> None:
        self.sheet, self.room = sheet, width
        self.paper = sheet.page.paper
        count = len(sheet.scene.bands)
        self.panels = [Panel(sheet, number, count) for number in range(count)]
        self.length = max(panel.length for panel in self.panels)
        good = 10.0 if self.paper else 18.0
        room = (width, height)
        self.strict = True  # words beside a matrix stay in one line
        self.u, self.columns = columns_of(count, self.measure, sheet, room, good=good)
        if self.u < 0.4 * good:
            self.strict = False
            self.u, self.columns = columns_of(count, self.measure, sheet, room, good=good)
        self.u = min(self.u, 16.0 if self.paper else 31.0)
        self.width, self.height = self.measure(self.u, self.columns)

    # Lengths.

    def _name(self) -> float:
        return (1.9 if self.paper else 2.2) * self.sheet.page.panel

    def _rules(self, columns: int) -> float:
        """The words below the links."""
        room = self.rules_room(columns)
        return max(panel.rules.height(room) for panel in self.panels)

    def left_room(self, columns: int) -> float:
        """The width of a panel; one per row leaves the greater part to what stands beside."""
        one = (self.room - (columns - 1) * self.apart()) / columns
        return one if columns > 1 else 0.44 * one

    def rules_room(self, columns: int) -> float:
        """The width of the words below the links."""
        return min(260.0, self.left_room(columns))

    def _lead(self) -> float:
        """Between the links and what stands below them."""
        return 14.0 if self.paper else 26.0

    def apart(self) -> float:
        """The least distance of panels."""
        return 14.0 if self.paper else 30.0

    def side(self, columns: int) -> float:
        """The side of the square that holds a matrix."""
        if columns > 1:
            return 38.0 if self.paper else 78.0
        return min(0.18 * self.room, 54.0) if self.paper else 110.0

    def pitch(self, panel: Panel, columns: int) -> float:
        """The pitch of a matrix."""
        rows, cols = panel.matrix.shape
        side = self.side(columns)
        return min(side / rows, 1.5 * side / cols, 0.2 * side)

    def words_room(self, panel: Panel, columns: int) -> float:
        """The width of the words beside a matrix."""
        one = self.left_room(columns)
        if columns == 1:
            one = self.room - one - self._between()
        return max(40.0, one - panel.matrix.shape[1] * self.pitch(panel, columns) - self._beside())

    def _between(self) -> float:
        """Between the links and the matrix beside them."""
        return 14.0 if self.paper else 60.0

    def _beside(self) -> float:
        """Between a matrix and its words."""
        return 10.0 if self.paper else 18.0

    def numbers(self, panel: Panel, columns: int) -> tuple[float, float]:
        """(width, height) of a matrix and its words."""
        pitch, room = self.pitch(panel, columns), self.words_room(panel, columns)
        words = panel.words()
        width = panel.matrix.shape[1] * pitch + self._beside() + min(words.width(), room)
        return width, max(panel.matrix.shape[0] * pitch, words.height(room))

    def gap(self, u: float) -> float:
        """Between the inputs and the outputs of a panel."""
        return max(3.2 * u, 60.0 if self.paper else 92.0)

    def one(self, u: float, columns: int) -> float:
        """The width of a panel."""
        links = 2 * WIDE * u + self.gap(u)
        numbers = max(self.numbers(panel, columns)[0] for panel in self.panels)
        size = self.sheet.page.panel
        names = max(self.sheet.type.line_width(panel.name, size) for panel in self.panels)
        names = min(names, self.left_room(columns))
        rules = min(max(panel.rules.width() for panel in self.panels), self.rules_room(columns))
        if columns == 1:
            return max(links, names, rules) + self._between() + numbers
        return max(links, numbers, names, rules)

    def measure(self, u: float, columns: int) -> tuple[float, float]:
        """(width, height) of all panels."""
        lines = math.ceil(len(self.panels) / columns)
        tight = (p.words().width() * SHRINK > self.words_room(p, columns) for p in self.panels)
        if columns > 1 and self.strict and any(tight):
            return math.inf, math.inf
        width = columns * self.one(u, columns) + (columns - 1) * self.apart()
        return width, lines * self.high(u, columns) + (lines - 1) * self.apart()

    def high(self, u: float, columns: int) -> float:
        """The height of a panel."""
        links = self.length * u + self._rules(columns)
        numbers = max(self.numbers(panel, columns)[1] for panel in self.panels)
        if columns == 1:
            return self._name() + max(links, numbers)
        return self._name() + links + self._lead() + numbers + 0.25 * self.sheet.page.note

    # Drawing.

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw all panels, spread over the width that they have."""
        u, columns, one = self.u, self.columns, self.one(self.u, self.columns)
        gap = 0.0
        if columns > 1:
            spare = (self.room - columns * one) / (columns - 1)
            gap = min(max(self.apart(), spare), 130.0)
        left += (self.width - columns * one - (columns - 1) * gap) / 2
        for i, panel in enumerate(self.panels):
            line, column = divmod(i, columns)
            x = left + column * (one + gap)
            y = top + line * (self.high(u, columns) + self.apart())
            if columns == 1:
                self._row(canvas, panel, Box(x, y, x + one, y + self.high(u, 1)))
            else:
                self._column(canvas, panel, Box(x, y, x + one, y + self.high(u, columns)))

    def _row(self, canvas: Canvas, panel: Panel, box: Box) -> None:
        """Links, then the matrix and the words at their right."""
        numbers = max(self.numbers(each, 1)[0] for each in self.panels)
        right = box.right - numbers
        high = self.numbers(panel, 1)[1]
        middle = box.top + self._name() + self.length * self.u / 2
        top = min(max(middle - high / 2, box.top), box.bottom - high)
        self._linked(canvas, panel, Box(box.left, box.top, right - self._between(), box.bottom))
        self._numbers(canvas, panel, right, top)

    def _column(self, canvas: Canvas, panel: Panel, box: Box) -> None:
        """Links, then the matrix and the words below them."""
        self._linked(canvas, panel, box)
        wide, _ = self.numbers(panel, self.columns)
        top = (
            box.top + self._name() + self.length * self.u + self._rules(self.columns) + self._lead()
        )
        self._numbers(canvas, panel, box.left + max(0.0, (box.width - wide) / 2), top)

    def _linked(self, canvas: Canvas, panel: Panel, box: Box) -> None:
        """The name, the channels and their links, and which of them are drawn."""
        page, middle = self.sheet.page, box.center[0]
        size, lines = self.sheet.type.fit(panel.name, page.panel, box.width)
        canvas.words(middle, box.top + 0.9 * page.panel, lines[0], size, anchor=0.5)
        top = box.top + self._name()
        bottom = top + self.length * self.u
        self._links(canvas, panel, Box(box.left, top, box.right, bottom))
        panel.rules.draw(canvas, middle, bottom, self.rules_room(self.columns))

    def _links(self, canvas: Canvas, panel: Panel, box: Box) -> None:
        """Channels in two columns and the links between them."""
        u, theme = self.u, canvas.theme
        wide = 2 * WIDE * u + min(max(self.gap(u), 0.44 * box.width), 170.0)
        first = box.left + (box.width - min(wide, box.width)) / 2 + WIDE * u / 2
        last = box.right - (first - box.left)
        top = box.top + (self.length - panel.length) * u / 2
        starts, ends = (top + places * u for places in panel.places)
        x0, x1 = first + WIDE * u / 2 + 0.1 * u, last - WIDE * u / 2 - 0.1 * u
        most = max(1.0, len(panel.links) / max(1, len(starts)))
        width = min(3.2, max(1.15, 3.6 / most)) * min(1.0, u / 20)
        alpha = 0.62 if most > 2 else 1.0
        bend = BEND * (x1 - x0)
        for link in panel.links:
            y0, y1 = float(starts[link.start[1]]), float(ends[link.end[1]])
            points = [(x0, y0), (x0 + bend, y0), (x1 - bend, y1), (x1, y1)]
            path = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
            color = panel.colors[link.start[1]]
            canvas.add(Shape.of(path, None, color, width, alpha=alpha), BACK)
        self._channels(canvas, panel.inputs, first, starts, panel.colors)
        if panel.outputs.source is not None:
            colors = ident(0, panel.outputs.source[1], *panel.outputs.extent)
            self._channels(canvas, panel.outputs, last, ends, colors)
        else:
            tint = np.broadcast_to(theme.trio(Role.OUTPUT)[0], (len(ends), 3))
            self._channels(canvas, panel.outputs, last, ends, tint)

    def _channels(
        self, canvas: Canvas, grid: Grid, x: float, middles: Floats, colors: Floats
    ) -> None:
        """One column of channels with their numbers."""
        u, theme = self.u, canvas.theme
        plain = grid.source is None
        edge = theme.trio(Role.OUTPUT)[1] if plain else None
        for y, color in zip(middles.tolist(), colors, strict=True):
            half = (WIDE * u / 2, HIGH * u / 2)
            box = Box(x - half[0], y - half[1], x + half[0], y + half[1])
            canvas.box(box, radius=0.17 * u, face=color, edge=edge, width=1.2, height=TILES)
        size = min(0.55 * u, 13.0)
        if size < self.sheet.page.least:
            return
        texts = [str(number) for number in grid.values[:, 0].tolist()]
        inks = ink_on(colors)
        if plain:
            inks = np.broadcast_to(theme.trio(Role.OUTPUT)[2], inks.shape)
        centers = np.column_stack([np.full(len(middles), x), middles])
        canvas.numbers(texts, centers, size, inks, weight=SEMIBOLD, room=WIDE * u)

    def _numbers(self, canvas: Canvas, panel: Panel, left: float, top: float) -> None:
        """The matrix and, at its right, the weights; their middles are level."""
        rows, cols = panel.matrix.shape
        pitch, room = self.pitch(panel, self.columns), self.words_room(panel, self.columns)
        high = panel.words().height(room)
        _, both = self.numbers(panel, self.columns)
        place = Place(left, top + (both - rows * pitch) / 2, pitch, rows, cols)
        self._kernels(canvas, panel.matrix, place)
        x = left + cols * pitch + self._beside()
        panel.words().draw(canvas, x, top + (both - high) / 2, room, anchor=0.0)

    def _kernels(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        """The matrix of kernels: a colored cell for each pair of channels that has one."""
        assert grid.source is not None, "columns have an identity"
        rows, cols = (samples(n) for n in grid.shape)
        linked = np.asarray(grid.roles.at(rows, cols)) == Role.KERNEL
        columns = ident(0, grid.source[1][cols], *grid.extent)
        colors = np.where(linked[..., None], columns, canvas.theme.color("panel"))
        if place.u >= TILES_FROM - 0.5:
            at = np.indices(grid.shape)
            centers = place.centers(at[0].ravel(), at[1].ravel())
            canvas.tiles(centers, 0.88 * place.u, colors.reshape(-1, 3))
            return
        canvas.image(np.rint(colors * 255).astype(np.uint8), place.box)
        canvas.box(place.box, edge=canvas.theme.color("line"), width=0.8, height=FRAMES)
