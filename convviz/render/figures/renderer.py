"""Calls of a matplotlib renderer: many paths at once, a text, the colors that they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2DBase, AffineDeltaTransform
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
RGBA: TypeAlias = tuple[float, float, float, float]


def draw_paths(
    renderer: RendererBase,
    to_pixels: Affine2DBase,
    paths: Sequence[Path],
    *,
    centers: Array | None = None,
    faces: Array | None = None,
    edge: RGBA | None = None,
    width: float = 0.0,
    dash: tuple[float, float] | None = None,
) -> None:
    """Paths of the renderer, or one at many places, in one call.

    centers: (n, 2): where the paths have their origin. faces: (n, 4).
    """
    pen: Any = renderer  # its annotations leave out the arrays that its collections give it
    # What matplotlib calls such a collection, and so the name of the group in an SVG.
    renderer.open_group("PathCollection")
    gc = renderer.new_gc()
    pen.draw_path_collection(
        gc,
        (to_pixels if centers is None else AffineDeltaTransform(to_pixels)).frozen(),
        paths,
        np.empty((0, 3, 3)),
        np.empty((0, 2)) if centers is None else np.asarray(centers, float),
        to_pixels.frozen(),
        np.empty((0, 4)) if faces is None else faces,
        np.empty((0, 4)) if edge is None else np.array([edge]),
        [width if edge is not None else 0.0],
        [(0, None if dash is None else list(dash))],
        [True],
        [None],
        "screen",
    )
    gc.restore()
    renderer.close_group("PathCollection")


def draw_text(
    renderer: RendererBase,
    place: Array,
    text: str,
    properties: FontProperties,
    color: ArrayLike,
) -> None:
    """Text of the renderer. place: (x, y) in pixels with y up, as transforms give them."""
    x, y = place.tolist()
    gc = renderer.new_gc()
    gc.set_foreground(rgba(color), isRGBA=True)
    _, high = renderer.get_canvas_width_height()
    renderer.draw_text(gc, x, high - y if renderer.flipy() else y, text, properties, 0.0)
    gc.restore()


def opaque(colors: Array) -> Array:
    """(n, 4) from (n, 3)."""
    return np.column_stack([colors, np.ones(len(colors))])


def rgba(color: ArrayLike, alpha: float = 1.0) -> RGBA:
    """(r, g, b, a) from (r, g, b)."""
    red, green, blue = np.asarray(color, float)[:3].tolist()
    return (red, green, blue, alpha)
