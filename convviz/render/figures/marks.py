"""What a layer holds: shapes, copies of one shape, words, numbers, rasters. In points."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, AffineDeltaTransform
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from convviz.records import Record
from convviz.render.figures.type import CAP_HEIGHT, Typeface

if TYPE_CHECKING:
    from convviz.render.figures.canvas import Box, Layer

Array = NDArray[Any]
RGBA: TypeAlias = tuple[float, float, float, float]
KAPPA = 0.5522847498
"""Of a radius: where the controls of a cubic lie that stands for a quarter of a circle."""


class Mark(Protocol):
    """Something a layer can draw."""

    def draw(self, renderer: RendererBase, layer: Layer) -> None:
        """Draw it with the layer's transform, points to pixels."""


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

    def draw(self, renderer: RendererBase, layer: Layer) -> None:
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
        renderer.draw_path(gc, self.path, layer.to_pixels, self.face)
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

    def draw(self, renderer: RendererBase, layer: Layer) -> None:
        """One collection of the renderer."""
        if not len(self.centers):
            return
        transform = layer.to_pixels
        # Two colors at least: with a single one matplotlib draws markers, at whole pixels only.
        faces = "none" if self.faces is None else np.concatenate([self.faces, self.faces[:1]])
        edges = "none" if self.edge is None else [rgba(self.edge)] * 2
        dash = (0, tuple(part / self.width for part in self.dash)) if self.dash else "solid"
        collection = PathCollection(
            [self.path],
            offsets=self.centers,
            offset_transform=transform,
            transform=AffineDeltaTransform(transform),
            facecolors=faces,
            edgecolors=edges,
            linewidths=self.width if self.edge is not None else 0.0,
            linestyles=[dash],
        )
        figure = layer.get_figure()
        assert figure is not None, "a layer is drawn as a part of a figure"
        collection.set_figure(figure)
        collection.draw(renderer)


class Words(Record, eq=False):
    """A run of text at a pen position. No mathtext: a `$` is a dollar."""

    x: float
    baseline: float
    text: str
    properties: FontProperties
    color: ArrayLike

    def draw(self, renderer: RendererBase, layer: Layer) -> None:
        """Text of the renderer."""
        place = layer.to_pixels.transform((self.x, self.baseline))
        draw_text(renderer, place, self.text, self.properties, self.color)


class Numbers(Record, eq=False):
    """Short labels, each centered on its place by cap height.

    Text costs about a millisecond per label, so on a raster the outlines of their characters are
    put together into one path per color; a vector file gets text.
    """

    labels: tuple[str, ...]
    centers: Array
    size: float
    colors: Array
    weight: int
    typeface: Typeface

    def draw(self, renderer: RendererBase, layer: Layer) -> None:
        """One path per color, or one text per label."""
        if not self.labels:
            return
        if isinstance(renderer, RendererAgg):
            for color, path in self.outlines:
                Shape(path, color, None, 0.0).draw(renderer, layer)
            return
        properties = self.typeface.properties(self.size, self.weight)
        lefts = self._lefts()
        places = layer.to_pixels.transform(np.column_stack([lefts, self._baselines()]))
        for label, place, color in zip(self.labels, places, self.colors, strict=True):
            draw_text(renderer, place, label, properties, color)

    @cached_property
    def outlines(self) -> Sequence[tuple[RGBA, Path]]:
        """(color, path) of all labels of that color."""
        shades, groups = np.unique(self.colors, axis=0, return_inverse=True)
        pens: dict[tuple[int, str], list[tuple[float, float]]] = {}
        places = zip(
            self.labels, self._lefts(), self._baselines(), groups.ravel().tolist(), strict=True
        )
        for label, x, y, group in places:
            pen = x
            for character in label:
                pens.setdefault((group, character), []).append((pen, y))
                pen += self.typeface.glyph(character, self.weight).advance * self.size
        vertices: list[list[Array]] = [[] for _ in shades]
        codes: list[list[Array]] = [[] for _ in shades]
        for (group, character), origins in pens.items():
            glyph = self.typeface.glyph(character, self.weight)
            placed = glyph.vertices * self.size + np.array(origins)[:, None, :]
            vertices[group].append(placed.reshape(-1, 2))
            codes[group].append(np.tile(glyph.codes, len(origins)))
        return [
            (rgba(shade), Path(np.concatenate(vertices[i]), np.concatenate(codes[i])))
            for i, shade in enumerate(shades)
        ]

    def _lefts(self) -> Array:
        widths = [self._width(label) for label in self.labels]
        return np.asarray(self.centers[:, 0] - np.array(widths) / 2)

    def _width(self, label: str) -> float:
        glyph, weight = self.typeface.glyph, self.weight
        return self.size * sum(glyph(character, weight).advance for character in label)

    def _baselines(self) -> Array:
        return np.asarray(self.centers[:, 1] + CAP_HEIGHT / 2 * self.size)


class Raster(Record, eq=False):
    """An array as a picture: sharp squares while a cell covers a pixel, else means of cells."""

    pixels: Array
    box: Box

    def draw(self, renderer: RendererBase, layer: Layer) -> None:
        """An image of the renderer, resampled to the pixels that it covers."""
        corners = [(self.box.left, self.box.bottom), (self.box.right, self.box.top)]
        (x0, y0), (x1, y1) = layer.to_pixels.transform(corners)
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


def rgba(color: ArrayLike, alpha: float = 1.0) -> RGBA:
    """(r, g, b, a) from (r, g, b)."""
    red, green, blue = np.asarray(color, float)[:3].tolist()
    return (red, green, blue, alpha)


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
