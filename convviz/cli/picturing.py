"""A network as a diagram: a picture in a file, or a screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from convviz.cli import answering, asking, networks, readers, speaking
from convviz.cli.command import Asked
from convviz.errors import SpecError, printable
from convviz.spec.checks import Shape
from convviz.spec.parser import FileWords, SampleWords, parse_input
from convviz.spec.trace import Trace

if TYPE_CHECKING:
    from convviz.diagrams.scene import Scene

VIEW = "network"
"""The diagram of a picture whose --view is not named."""

AXES = {1: ("axis",), 2: ("rows", "cols"), 3: ("depth", "rows", "cols")}


def given(asked: Asked) -> tuple[Shape | None, Any]:
    """(shape, picture): INPUT as a shape, or as an image that the network reads.

    picture: (rows, cols, 3) of uint8, None where INPUT is no image.

    Raises SpecError: INPUT is neither.
    """
    asking.budget(asked)  # what is typed is read, even where no image is
    if "input" not in asked:
        return None, None
    words = asked.read("input", parse_input)
    if not isinstance(words, (FileWords, SampleWords)):
        return networks.shape_words(asked), None
    source = asking.source(asked, "", None, None)
    if not source.image:
        return source.array.shape, None
    import numpy as np

    colors = np.moveaxis(source.array[:3], 0, -1)
    pixels = np.clip(np.rint(colors), 0, 255).astype(np.uint8)
    return source.array.shape, np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def answer(asked: Asked, trace: Trace, unit: tuple[int, ...], picture: Any) -> None:
    """Draw the diagram into a file, or print it.

    unit: the output cell that is followed, () for the middle one.

    Raises SpecError: no such view or axis, or one that is not for this network.
    """
    target = None
    if "output" in asked:
        from convviz.render import files

        target = asked.read("output", lambda text: files.target(text, answering.PICTURES, ()))
    looks = answering.picture_options(asked)
    dark = asked.text("theme") == "dark"
    drawn = target is not None or asked.request is not None
    shown = scene(asked, trace, unit, picture, drawn=drawn)
    if asked.request is not None:
        asked.request.scene = shown
    elif target is not None:
        from convviz.render import figure, files

        theme = "dark" if dark else "light"
        data = figure.picture(shown, format=target.suffix.removeprefix("."), theme=theme, **looks)
        files.write(target.path, data)
    else:
        show(asked, shown)


def scene(asked: Asked, trace: Trace, unit: tuple[int, ...], picture: Any, *, drawn: bool) -> Scene:
    """The diagram as a value."""
    from convviz.diagrams.networks import network_scene
    from convviz.diagrams.view import View

    view = View(
        at=unit,
        command=printable(asked.command),
        full=asked.flag("full"),
        axis=axis(asked, len(trace.shape) - 1),
        drawn=drawn,
    )
    name = asked.text("view") if "view" in asked else VIEW
    check_axis(asked, trace, name, picture)
    try:
        return network_scene(trace, view, name, picture)
    except SpecError as error:
        raise asked.at(error) from error.__cause__


def check_axis(asked: Asked, trace: Trace, name: str, picture: Any) -> None:
    """Refuse an axis where the field lies on the plane of the input.

    Raises SpecError: --axis was typed, and the input is a picture or the network has branches.
    """
    from convviz.diagrams.paths import is_chain

    if "axis" in asked and name == "receptive-field" and not (picture is None and is_chain(trace)):
        why = "the network has branches" if picture is None else "the input is a picture"
        raise asked.at(
            SpecError(
                f"{why}: its field is drawn over the plane of the input, along no axis",
                "axis",
                "leave it out",
            )
        )


def axis(asked: Asked, count: int) -> int:
    """`--axis`: the spatial axis that rows of cells follow, the last where it is not named."""
    if "axis" not in asked:
        return count - 1
    names = AXES.get(count, ("axis",))
    return names.index(asked.read("axis", readers.one_of(names, "axis", "axis", "axes")))


def show(asked: Asked, shown: Scene) -> None:
    """Print the screen."""
    from convviz.render.stream import Stream

    if asked.flag("plain"):
        from convviz.render import plain

        speaking.write(plain.statements(shown, full=asked.flag("full"), precision=None))
        return
    from convviz.render import terminal

    stream = Stream.of(
        sys.stdout,
        color=asked.text("color", "auto"),
        theme=asked.text("theme", "auto"),
        ascii=asked.flag("ascii"),
    )
    speaking.write(terminal.screen(shown, stream, full=asked.flag("full")))
