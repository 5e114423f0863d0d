"""A large picture is colored some rows at a time: the bands must not be seen."""

from __future__ import annotations

import numpy as np
import pytest

from convviz.diagrams.scene import Computed, Grid, Index, Role
from convviz.render.figures import grids
from convviz.render.style import theme_named


@pytest.mark.parametrize("repeat", [False, True])
def test_a_picture_in_bands_is_the_picture_at_once(
    monkeypatch: pytest.MonkeyPatch, repeat: bool
) -> None:
    size = 600

    def roles(rows: Index, cols: Index) -> np.ndarray:
        found = np.full((len(rows), len(cols)), Role.INPUT, dtype=np.uint8)
        found[rows < 40] = Role.REPEAT if repeat else Role.FILL
        found[rows >= 560] = Role.COPY
        return found

    cells = Computed((size, size), lambda rows, cols: np.zeros((len(rows), len(cols))))
    source = (np.arange(size), np.arange(size))
    grid = Grid(
        "padded", cells, Computed((size, size), roles), Role.INPUT, source=source,
        extent=(size, size),
    )  # fmt: skip
    once = grids.picture_colors(grid, theme_named("light"))
    monkeypatch.setattr(grids, "AT_ONCE", 2**17)
    np.testing.assert_array_equal(grids.picture_colors(grid, theme_named("light")), once)
