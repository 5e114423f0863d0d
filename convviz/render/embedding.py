"""A Scene inside somebody else's matplotlib Axes."""

from __future__ import annotations

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure, SubFigure

from convviz.diagrams.scene import Scene
from convviz.records import replace
from convviz.render.figure import default_settings, matplotlib_at_rest
from convviz.render.style import page_named, theme_named


def embed(scene: Scene, ax: Axes, *, theme: str = "light", font: str | None = None) -> Axes:
    """Draw `scene` into `ax`, laid out for the size that it has now; `ax` itself.

    Only the diagram is drawn: an Axes has a title of its own. Its ticks and lines are put out.
    """
    with matplotlib_at_rest(), default_settings():
        from convviz.render.figures.layers import in_axes
        from convviz.render.figures.sheet import Sheet
        from convviz.render.figures.type import Typeface

        figure = ax.figure.canvas.figure  # the whole one, of a subfigure's too
        scale = 72.0 / figure.dpi
        box = ax.get_window_extent()
        page = replace(
            page_named("paper", figure.dpi), width=box.width * scale, height=box.height * scale
        )
        sheet = Sheet(
            scene, page, theme_named(theme), Typeface.of(font), caption=False, footer=False
        )
        for layer in in_axes(sheet.canvas(), ax):
            ax.add_artist(Settled(layer))
    ax.set_axis_off()
    return ax


class Settled(Artist):
    """A layer that is drawn with the settings of convviz, whenever its figure is drawn."""

    def __init__(self, layer: Artist) -> None:
        super().__init__()
        self.layer = layer
        self.set_zorder(layer.get_zorder())

    def set_figure(self, fig: Figure | SubFigure) -> None:
        """Belong to a figure, the layer as well."""
        super().set_figure(fig)
        self.layer.set_figure(fig)

    def draw(self, renderer: RendererBase) -> None:
        """Draw the layer."""
        with matplotlib_at_rest(), default_settings():
            self.layer.draw(renderer)
