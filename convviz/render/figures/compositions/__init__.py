"""One arrangement per diagram: where grids, words and links of a scene stand on a page."""

from __future__ import annotations

from collections.abc import Callable

from convviz.render.figures.compositions.padding import Padding
from convviz.render.figures.sheet import Arrangement, Sheet

Make = Callable[[Sheet, float, float | None], Arrangement]

ARRANGEMENTS: dict[str, Make] = {"padding": Padding}


def arrangement(sheet: Sheet, width: float, height: float | None) -> Arrangement:
    """The diagram of a sheet's scene, measured for that room."""
    return ARRANGEMENTS.get(sheet.scene.diagram, Padding)(sheet, width, height)
