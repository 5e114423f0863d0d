"""One parameter, several values: the chosen window, or the counts of stamps, panel by panel."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from convviz.diagrams.scene import Grid, Role
from convviz.records import replace
from convviz.render.figures.canvas import Canvas
from convviz.render.figures.compositions.coverage import Profile
from convviz.render.figures.compositions.padding import Padding
from convviz.render.figures.compositions.painted import draw_painted
from convviz.render.figures.compositions.parts import bounds, formula, verdict
from convviz.render.figures.grids import Digits, Place, draw_cells, draw_choice, draw_frame
from convviz.render.figures.type import Line

OUTSIDE = 0.5
"""How much of a cell that is under no tap stays."""


class Compare(Padding):
    """Panels at one pitch: a window on each, or profiles at the margins of counts."""

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """The margins of the panels that count stamps."""
        return {grid.key: Profile(grid) for grid in self.grids if grid.kind == Role.COUNT}

    def margins(self) -> tuple[float, float]:
        """(above, at the left of) every panel: what its profiles need, in pitches."""
        above = max((profile.above() for profile in self.profiles.values()), default=0.0)
        beside = max((profile.beside() for profile in self.profiles.values()), default=0.0)
        return above, beside

    @property
    def centered(self) -> float:
        """Counts stand on one line with their margins, windows around one middle."""
        return 0.0 if self.profiles else 0.5

    def found(self, grid: Grid) -> Line:
        """What is said of a panel under its own name."""
        scene = self.sheet.scene
        label = next((label for label in scene.labels if label.name == grid.key), None)
        if label is None:
            return ()
        good = any(run.role in (Role.GOOD, Role.BAD) for run in label.text)
        text = formula(self.sheet, label.text)
        return verdict(self.sheet, replace(label, name="coverage")) if good else text

    def panel(self, canvas: Canvas, grid: Grid, place: Place, digits: Digits | None) -> None:
        """Draw one panel: roles, not identity, as a window is what it shows."""
        if grid.key in self.profiles:
            draw_cells(canvas, grid, place, digits)
            self.profiles[grid.key].draw(canvas, place)
            return
        if grid.windows is not None:
            draw_painted(canvas, self.sheet, grid, place, numbered=True)
            self._window(canvas, grid, place)
            return
        share = np.full(grid.shape, OUTSIDE)
        if grid.chosen is not None:
            share[np.ix_(grid.chosen.rows, grid.chosen.cols)] = 1.0
        draw_cells(canvas, replace(grid, source=None), place, digits, share=share)
        for frame in grid.frames:
            draw_frame(canvas, place, frame)
        self._window(canvas, grid, place)

    def _window(self, canvas: Canvas, grid: Grid, place: Place) -> None:
        if grid.chosen is not None:
            color = canvas.theme.trio(Role.KERNEL)[1]
            draw_choice(canvas, place.rect(bounds(grid.chosen)), color, place.u)
