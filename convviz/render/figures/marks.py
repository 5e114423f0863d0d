"""What a layer holds: shapes, copies of one shape, words, numbers, rasters. In points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Affine2DBase
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from convviz.records import Record
from convviz.render.figures.renderer import RGBA, draw_paths, draw_text, opaque, rgba
from convviz.render.figures.type import CAP_HEIGHT, Placed, Typeface

if TYPE_CHECKING:
    from convviz.render.figures.canvas import Box

Array = NDArray[Any]
KAPPA = 0.5522847498
"""Of a radius: where the controls of a cubic lie that stands for a quarter of a circle."""


class Mark(Protocol):
    """Something a layer can draw."""

    def draw(self, renderer: RendererBase, to_pixels: Affine2DBase) -> None:
        """Draw it. to_pixels: from points, y down, to the renderer's pixels."""


class Shape(Record, eq=False):
    """One path. face, edge: (r, g, b, a) or None."""

    path: Path
    face: RGBA | None
    edge: RGBA | None
    width: float
    dash: tuple[float, float] | None = None

    @classmethod
    def of(
        cls,
        path: Path,
        face: ArrayLike | None,
        edge: ArrayLike | None,
        width: float,
        *,
        alpha: float = 1.0,
        dash: tuple[float, float] | None = None,
    ) -> Shape:
        """The shape with `alpha` on its face if it has one, else on its edge."""
        edge_alpha = 1.0 if face is not None else alpha
        return cls(
            path,
            None if face is None else rgba(face, alpha),
            None if edge is None else rgba(edge, edge_alpha),
            width,
            dash,
        )

    def draw(self, renderer: RendererBase, to_pixels: Affine2DBase) -> None:
        """One path of the renderer."""
        gc = renderer.new_gc()
        if self.edge is None:
            gc.set_linewidth(0)
        else:
            gc.set_foreground(self.edge, isRGBA=True)
            gc.set_linewidth(self.width)
            gc.set_joinstyle("miter" if self.path.codes is None else "round")
            gc.set_capstyle("butt")
            if self.dash is not None:
                gc.set_dashes(0, list(self.dash))
        renderer.draw_path(gc, self.path, to_pixels, self.face)
        gc.restore()


class Copies:
    """One path at many places. faces: (n, 3), or one edge color for all."""

    def __init__(
        self,
        path: Path,
        centers: Array,
        *,
        faces: Array | None = None,
        edge: ArrayLike | None = None,
        width: float = 0.0,
        dash: tuple[float, float] | None = None,
    ) -> None:
        self.path, self.centers, self.faces, self.edge = path, centers, faces, edge
        self.width, self.dash = width, dash

    def draw(self, renderer: RendererBase, to_pixels: Affine2DBase) -> None:
        """One collection of the renderer."""
        if not len(self.centers):
            return
        draw_paths(
            renderer,
            to_pixels,
            [self.path],
            centers=self.centers,
            faces=None if self.faces is None else opaque(self.faces),
            edge=None if self.edge is None else rgba(self.edge),
            width=self.width,
            dash=self.dash,
        )


class Words(Record, eq=False):
    """A run of text at a pen position. No mathtext: a `$` is a dollar."""

    x: float
    baseline: float
    text: str
    properties: FontProperties
    color: ArrayLike

    def draw(self, renderer: RendererBase, to_pixels: Affine2DBase) -> None:
        """Text of the renderer."""
        place = to_pixels.transform((self.x, self.baseline))
        draw_text(renderer, place, self.text, self.properties, self.color)


class Numbers(Record, eq=False):
    """Short labels, each centered on its place by cap height.

    Text costs about a millisecond per label, so on a raster the outlines of all labels are drawn
    at once; a vector file gets text.
    """

    labels: tuple[str, ...]
    centers: Array
    size: float
    colors: Array
    weight: int
    typeface: Typeface

    def draw(self, renderer: RendererBase, to_pixels: Affine2DBase) -> None:
        """All outlines at once, or one text per label."""
        if not self.labels:
            return
        if isinstance(renderer, RendererAgg):
            paths, faces = self.outlines()
            draw_paths(renderer, to_pixels, paths, faces=faces)
            return
        properties = self.typeface.properties(self.size, self.weight)
        places = to_pixels.transform(np.column_stack([self.lefts(), self.baselines()]))
        for label, place, color in zip(self.labels, places, self.colors, strict=True):
            draw_text(renderer, place, label, properties, color)

    def outlines(self) -> tuple[list[Path], Array]:
        """A path of all labels of a color, for each, and the colors: (n, 4)."""
        places: dict[tuple[float, ...], list[Placed]] = {}
        every = zip(self.labels, self.lefts().tolist(), self.baselines().tolist(), strict=True)
        for placed, color in zip(every, self.colors.tolist(), strict=True):
            places.setdefault(tuple(color), []).append(placed)
        shades = sorted(places)
        outline = self.typeface.outline
        paths = [outline(tuple(places[shade]), self.size, self.weight) for shade in shades]
        return paths, opaque(np.array(shades))

    def lefts(self) -> Array:
        """(n,): where the labels begin."""
        widths = [self.width(label) for label in self.labels]
        return np.asarray(self.centers[:, 0] - np.array(widths) / 2)

    def width(self, label: str) -> float:
        """The advance of a label in points."""
        return self.size * self.typeface.advance(label, self.weight)

    def baselines(self) -> Array:
        """(n,): what the labels stand on."""
        return np.asarray(self.centers[:, 1] + CAP_HEIGHT / 2 * self.size)


class Raster(Record, eq=False):
    """An array as a picture: sharp squares while a cell covers a pixel, else means of cells."""

    pixels: Array
    box: Box

    def draw(self, renderer: RendererBase, to_pixels: Affine2DBase) -> None:
        """An image of the renderer, resampled to the pixels that it covers."""
        corners = [(self.box.left, self.box.bottom), (self.box.right, self.box.top)]
        (x0, y0), (x1, y1) = to_pixels.transform(corners)
        raster = isinstance(renderer, RendererAgg)
        finer = 1.0 if raster else renderer.get_image_magnification()
        left, bottom = (round(x0), round(y0)) if raster else (x0, y0)
        wide = max(1, round((x1 - left) * finer))
        high = max(1, round((y1 - bottom) * finer))
        cols = self.pixels.shape[1]
        sharp = Image.Resampling.NEAREST if wide >= cols else Image.Resampling.BOX
        picture = Image.fromarray(np.ascontiguousarray(self.pixels)).convert("RGBA")
        # A copy: of a single row the flipped view would stay contiguous, and Agg writes into it.
        scaled = np.array(np.asarray(picture.resize((wide, high), sharp))[::-1], order="C")
        gc = renderer.new_gc()
        if raster:
            renderer.draw_image(gc, left, bottom, scaled)
        else:
            scale = Affine2D().scale((x1 - x0) / wide, (y1 - y0) / high)
            renderer.draw_image(gc, x0, y0, scaled, scale)
        gc.restore()


def polyline(points: Sequence[tuple[float, float]], *, closed: bool = False) -> Path:
    """A path through points."""
    vertices = np.asarray(points, float)
    if closed:
        codes = [Path.MOVETO, *[Path.LINETO] * (len(points) - 1), Path.CLOSEPOLY]
        return Path(np.concatenate([vertices, vertices[:1]]), codes)
    return Path(vertices)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Path:
    """A rectangle with rounded corners."""
    if radius <= 0:
        return polyline([(left, top), (right, top), (right, bottom), (left, bottom)], closed=True)
    r, k = radius, radius * (1 - KAPPA)
    vertices = [
        (left + r, top),
        (right - r, top),
        *((right - k, top), (right, top + k), (right, top + r)),
        (right, bottom - r),
        *((right, bottom - k), (right - k, bottom), (right - r, bottom)),
        (left + r, bottom),
        *((left + k, bottom), (left, bottom - k), (left, bottom - r)),
        (left, top + r),
        *((left, top + k), (left + k, top), (left + r, top)),
        (left + r, top),
    ]
    corner = [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return Path(np.array(vertices), [Path.MOVETO, *corner * 4, Path.CLOSEPOLY])
