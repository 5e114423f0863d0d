"""One arrangement per diagram: where grids, words and links of a scene stand on a page."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from convviz.diagrams.scene import Scene
from convviz.render.figures.sheet import Arrangement, Sheet

Make = Callable[[Sheet, float, float | None], Arrangement]

ARRANGEMENTS = {
    "padding": "padding.Padding",
    "tiling": "tiling.Tiling",
    "window": "step.Step",
    "stride": "windows.Stride",
    "line": "line.Row",
    "channels": "channels.Channels",
    "overlap": "lanes.Lanes",
    "coverage": "coverage.Coverage",
    "compare": "compare.Compare",
    "direct": "step.Step",
    "image": "image.arranged",
    "dilation": "dilation.Dilation",
    "groups": "groups.Groups",
    "matrix": "matrix.arranged",
    "receptive-field": "receptive_field.Lines",
    "receptive-field-plane": "fields.Plane",
    "holes": "holes.Holes",
    "kernels": "kernels.Kernels",
    "network": "network.Boxes",
    "multiples": "several.Several",
}
"""The name of a diagram → the module and the class that arrange it."""


LEAST = {"window": 5.0, "channels": 5.0, "stride": 2.0}
"""The pitch below which these diagrams are drawn as pictures: cells are too small to point at."""


def arrangement(sheet: Sheet, width: float, height: float | None) -> Arrangement:
    """The diagram of a sheet's scene, measured for that room."""
    name = named(sheet.scene)
    made = arranged(name, sheet, width, height)
    if getattr(made, "u", 64.0) < LEAST.get(name, 0.0):
        return arranged("image", sheet, width, height)
    return made


def arranged(name: str, sheet: Sheet, width: float, height: float | None) -> Arrangement:
    """The diagram of that name."""
    module, _, kind = ARRANGEMENTS.get(name, ARRANGEMENTS["padding"]).partition(".")
    make: Make = getattr(import_module(f"{__name__}.{module}"), kind)
    return make(sheet, width, height)


def named(scene: Scene) -> str:
    """The diagram of a scene; of all windows only the chosen one, if the scene is about that."""
    return "window" if scene.diagram == "stride" and scene.pointed else scene.diagram
