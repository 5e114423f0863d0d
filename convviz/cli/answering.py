"""An account → the answer that was asked for: a screen, JSON, or a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convviz.cli import readers, speaking
from convviz.cli.command import Asked
from convviz.cli.options import COLORS, SIZES, THEMES
from convviz.errors import SpecError

if TYPE_CHECKING:
    from convviz.diagrams.scene import Scene
    from convviz.engine.account import Account
    from convviz.render.files import Target

PICTURES = (".png", ".svg", ".pdf")
NUMBERS = (".npy", ".csv", ".json")


@dataclass(frozen=True)
class Looks:
    """How the answer looks and where it goes; read before any work, to be refused early."""

    json: bool
    plain: bool
    full: bool
    precision: int | None
    color: str
    theme: str
    ascii: bool
    size: str
    title: str | None
    target: Target | None


def looks(asked: Asked) -> Looks:
    """What the options of output ask for.

    Raises SpecError: an unknown word, a file that cannot be written by its name.
    """
    color = asked.read("color", readers.one_of(COLORS, "choice", "color", "choices"), COLORS[0])
    theme = asked.read("theme", readers.one_of(THEMES, "theme", "theme", "themes"), THEMES[0])
    target = None
    if "output" in asked:
        from convviz.render import files

        target = asked.read("output", lambda text: files.target(text, PICTURES, NUMBERS))
    return Looks(
        asked.flag("json"),
        asked.flag("plain"),
        asked.flag("full"),
        asked.read("precision", readers.whole("the precision", 0, 15))
        if "precision" in asked
        else None,
        color,
        theme,
        asked.flag("ascii"),
        asked.text("size", SIZES[0]),
        asked.text("title") if "title" in asked else None,
        target,
    )


def answer(
    asked: Asked,
    wanted: Looks,
    accounts: Sequence[Account],
    *,
    at: tuple[int, ...] = (),
    tiling: bool = False,
    image: bool = False,
    note: str = "",
) -> None:
    """Give the answer.

    accounts: one, or several that are compared.
    at:       the chosen cell of the coarse grid, () for the first.
    image:    the input came from a picture.
    note:     what reading the input changed.
    """
    if wanted.target is not None and wanted.target.suffix in NUMBERS:
        save_numbers(asked, wanted.target, accounts)
    elif wanted.target is not None:
        save_picture(asked, wanted, accounts, at, tiling, image)
    if wanted.json:
        from convviz.render import document

        speaking.write(document.text([document.document(account) for account in accounts]))
    elif wanted.target is None:
        show(asked, wanted, accounts, at, tiling, note)


def save_numbers(asked: Asked, target: Target, accounts: Sequence[Account]) -> None:
    """Write the output array.

    Raises SpecError: there are several, or the format cannot hold it.
    """
    from convviz.render import document, files

    if len(accounts) > 1:
        raise SpecError(
            f"a {target.suffix} file holds one array, and {len(accounts)} are compared",
            "output",
            f"a picture: {' '.join(PICTURES)}",
        )
    account = accounts[0]
    squeezed = account.shape[2 - account.lead :]
    document.check_saved(squeezed if account.shape[1] == 1 else account.shape[1:], target.suffix)
    files.write(target.path, document.saved(document.output(account), target.suffix))


def save_picture(
    asked: Asked,
    wanted: Looks,
    accounts: Sequence[Account],
    at: tuple[int, ...],
    tiling: bool,
    image: bool,
) -> None:
    """Draw the picture and write it."""
    from convviz.render import figure, files

    target = wanted.target
    assert target is not None, "asked only with a target"
    picture: Any = figure.picture
    data = picture(
        scene_of(asked, accounts, at, tiling),
        format=target.suffix.removeprefix("."),
        theme="dark" if wanted.theme == "dark" else "light",
        size=wanted.size,
    )
    files.write(target.path, data)


def scene_of(asked: Asked, accounts: Sequence[Account], at: tuple[int, ...], tiling: bool) -> Scene:
    """What is shown, as a value."""
    from convviz.diagrams import View, scene

    return scene(accounts, View(at=at, tiling=tiling, command=asked.command))


def show(
    asked: Asked,
    wanted: Looks,
    accounts: Sequence[Account],
    at: tuple[int, ...],
    tiling: bool,
    note: str,
) -> None:
    """Print the screen."""
    from convviz.render.stream import Stream

    stream = Stream.of(
        sys.stdout, color=wanted.color, theme=wanted.theme, ascii=wanted.ascii or wanted.plain
    )
    shown = scene_of(asked, accounts, at, tiling)
    if wanted.plain:
        from convviz.render import plain

        speaking.write(plain.statements(shown, full=wanted.full, precision=wanted.precision))
    else:
        from convviz.render import terminal

        speaking.write(terminal.screen(shown, stream, full=wanted.full, precision=wanted.precision))
    if note:
        speaking.say([[(note, "muted")]], stream)
