"""One arrangement per diagram: where grids, words and links of a scene stand on a page."""

from __future__ import annotations

from collections.abc import Callable

from convviz.render.figures.compositions.channels import Channels
from convviz.render.figures.compositions.coverage import Coverage
from convviz.render.figures.compositions.dilation import Dilation
from convviz.render.figures.compositions.lanes import Lanes
from convviz.render.figures.compositions.line import Row
from convviz.render.figures.compositions.padding import Padding
from convviz.render.figures.compositions.step import Step
from convviz.render.figures.compositions.tiling import Tiling
from convviz.render.figures.compositions.windows import Stride
from convviz.render.figures.sheet import Arrangement, Sheet

Make = Callable[[Sheet, float, float | None], Arrangement]


def gathered(sheet: Sheet, width: float, height: float | None) -> Arrangement:
    """Convolution and pooling of one plane: all windows where they step, else one window."""
    return (Step if sheet.scene.pointed else Stride)(sheet, width, height)


ARRANGEMENTS: dict[str, Make] = {
    "padding": Padding,
    "tiling": Tiling,
    "stride": gathered,
    "line": Row,
    "channels": Channels,
    "overlap": Lanes,
    "coverage": Coverage,
    "dilation": Dilation,
}


def arrangement(sheet: Sheet, width: float, height: float | None) -> Arrangement:
    """The diagram of a sheet's scene, measured for that room."""
    return ARRANGEMENTS.get(sheet.scene.diagram, Padding)(sheet, width, height)
