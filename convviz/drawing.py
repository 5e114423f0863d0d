"""A command line as a drawing in Python: in a notebook, in a matplotlib Axes, in a file.

>>> import convviz
>>> print(convviz.draw("conv '7 7 6; 7 7 6; 6 6 4' --weight sharpen"))  # doctest: +ELLIPSIS
conv 3×3 → 1×1 · kernel 3
...
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from convviz.errors import SpecError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from convviz.diagrams.scene import Scene

NOTEBOOK = 96.0
"""Dots per inch of a picture in a notebook: a slide is 1280 × 720 there."""


class Drawing:
    """What one command line shows. A notebook shows it as a picture, `print` as a screen.

    scene: the picture as a value: what is shown and what each part means.
    """

    def __init__(self, scene: Scene, looks: dict[str, Any]) -> None:
        self.scene = scene
        self._looks = looks

    def __repr__(self) -> str:
        return f"<Drawing of {self.scene.command!r}>"

    def __str__(self) -> str:
        from convviz.render.stream import Stream
        from convviz.render.terminal import screen

        return screen(self.scene, Stream()).rstrip("\n")

    def picture(self, format: str = "png", **looks: Any) -> bytes:
        """The bytes of a picture: "png", "svg" or "pdf".

        looks: theme, size, dpi, transparent, title, caption, footer, font; see `draw`.
        """
        from convviz.render.figure import picture

        return picture(self.scene, format=format, **{**self._looks, **looks})

    def save(self, path: str, **looks: Any) -> None:
        """Write a picture, in the format of the suffix of `path`; all of it, or nothing.

        Raises SpecError: no such format. OSError: it cannot be written.
        """
        from convviz.render import files
        from convviz.render.figure import FORMATS

        target = files.target(path, tuple(f".{name}" for name in FORMATS), ())
        files.write(target.path, self.picture(target.suffix.removeprefix("."), **looks))

    def on(self, ax: Axes) -> Axes:
        """Draw into `ax`, laid out for its size, without title and footer; `ax` itself."""
        from convviz.render.embedding import embed

        looks = {name: self._looks[name] for name in ("theme", "font") if name in self._looks}
        return embed(self.scene, ax, **looks)

    def _repr_png_(self) -> bytes:
        return self.picture(**{"dpi": NOTEBOOK, **self._looks})


def draw(
    command: str,
    *,
    input: Any = None,
    weight: Any = None,
    bias: Any = None,
    ax: Axes | None = None,
    **looks: Any,
) -> Drawing:
    """What a convviz command line shows, without a file and without a terminal.

    command: "conv 7x7 -k 3 -s 2", as on the command line; `convviz` in front may be left out.
    input, weight, bias: arrays in the place of INPUT, --weight and --bias.
    ax:      a matplotlib Axes to draw into, laid out for its size.
    looks:   theme ("light", "dark"), size ("slide", "square", "paper", "WxH"), dpi, transparent,
             title, caption, footer (False leaves them out), font.

    Raises SpecError: what the command line refuses, in its words.
    """
    from convviz.cli import perform
    from convviz.cli.command import Request

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise SpecError(str(error).lower(), "command", source=command) from None
    arrays = {"input": input, "weight": weight, "bias": bias}
    request = Request({name: array for name, array in arrays.items() if array is not None})
    perform(words[1:] if words[:1] == ["convviz"] else words, request)
    if request.scene is None:
        raise SpecError(
            "this command line draws nothing",
            "command",
            "pad, conv, conv-transpose, pool, or shape with --view",
        )
    drawing = Drawing(request.scene, looks)
    if ax is not None:
        drawing.on(ax)
    return drawing
