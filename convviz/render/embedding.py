"""A Scene inside somebody else's matplotlib Axes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convviz.diagrams.scene import Scene
from convviz.render.figure import default_settings, matplotlib_at_rest
from convviz.render.style import page_named, theme_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def embed(scene: Scene, ax: Axes, *, theme: str = "light", font: str | None = None) -> Axes:
    """Draw `scene` into `ax`, laid out for the size that it has now; `ax` itself.

    Only the diagram is drawn: an Axes has a title of its own. Its ticks and lines are put out.
    """
    with matplotlib_at_rest(), default_settings():
        from convviz.render.figures.sheet import Sheet
        from convviz.render.figures.type import Typeface

        figure = ax.get_figure(root=True)
        assert figure is not None, "an Axes of a figure"
        scale = 72.0 / figure.dpi
        box = ax.get_window_extent()
        page = replace(
            page_named("paper", figure.dpi), width=box.width * scale, height=box.height * scale
        )
        sheet = Sheet(
            scene, page, theme_named(theme), Typeface.of(font), caption=False, footer=False
        )
        sheet.canvas().attach(figure, ax)
    ax.set_axis_off()
    return ax
