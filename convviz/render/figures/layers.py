"""Marks as artists, for what needs a matplotlib figure: vector files, somebody else's axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import Affine2D, Affine2DBase, BboxTransformTo, CompositeAffine2D

from convviz.render.figures.canvas import Canvas, to_inches
from convviz.render.figures.marks import Mark, Numbers, Words


class Layer(Artist):
    """Marks of one height, drawn in the order in which they came.

    to_pixels: from points, y down, to the renderer's pixels.
    """

    def __init__(self, height: int, marks: Sequence[Mark], to_pixels: Affine2DBase) -> None:
        super().__init__()
        self.marks, self.to_pixels = marks, to_pixels
        self.set_zorder(height)

    def draw(self, renderer: RendererBase) -> None:
        """Draw each mark."""
        if self.get_visible():
            for mark in self.marks:
                mark.draw(renderer, self.to_pixels)
        self.stale = False

    def texts(self) -> Iterator[tuple[str, FontProperties]]:
        """What is written on it, and in which type."""
        for mark in self.marks:
            if isinstance(mark, Words):
                yield mark.text, mark.properties
            elif isinstance(mark, Numbers):
                properties = mark.typeface.properties(mark.size, mark.weight)
                yield from ((label, properties) for label in mark.labels)


def in_figure(canvas: Canvas, figure: Figure) -> list[Layer]:
    """The layers of a canvas, placed in a figure of the same size."""
    place = CompositeAffine2D(to_inches(canvas.height), figure.dpi_scale_trans)
    return [Layer(height, marks, place) for height, marks in canvas.layers.items()]


def in_axes(canvas: Canvas, axes: Axes) -> list[Layer]:
    """The layers of a canvas, placed in axes of the same size."""
    unit = Affine2D().scale(1 / canvas.width, -1 / canvas.height).translate(0, 1)
    place = CompositeAffine2D(unit, BboxTransformTo(axes.bbox))
    return [Layer(height, marks, place) for height, marks in canvas.layers.items()]
