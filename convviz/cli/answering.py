"""An account → the answer that was asked for: a screen, JSON, or a file."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convviz.cli import asking, readers, speaking
from convviz.cli.command import Asked
from convviz.cli.options import COLORS, THEMES
from convviz.errors import SpecError, printable
from convviz.records import Record

if TYPE_CHECKING:
    from convviz.cli.filming import Motion
    from convviz.diagrams import View
    from convviz.diagrams.scene import Scene
    from convviz.engine.account import Account
    from convviz.render.files import Target

PICTURES = (".png", ".svg", ".pdf")
FILMS = (".gif", ".apng", ".webp")
NUMBERS = (".npy", ".csv", ".json")

DRAWN = ("size", "dpi", "title", "font", "transparent", "no_caption", "no_footer")
"""Options of a picture."""

MOVING = ("animate", "step", "fps", "frames")
"""Options of an answer that moves."""


TEXT = 1 << 21
"""Numbers that JSON or a table in a file may hold, unless --max-elements says otherwise."""

PRINTED = 1 << 20
"""Cells that --full may print, unless --max-elements says otherwise."""


class Looks(Record):
    """How the answer looks and where it goes; read before any work, to be refused early."""

    json: bool
    plain: bool
    full: bool
    precision: int | None
    color: str
    theme: str
    ascii: bool
    view: str | None
    target: Target | None
    picture: dict[str, Any]
    motion: Motion | None = None

    @property
    def drawn(self) -> dict[str, Any]:
        """The keywords of a picture."""
        return {"theme": "dark" if self.theme == "dark" else "light", **self.picture}

    @property
    def screen(self) -> bool:
        """Whether a screen is all that is asked for: the layer's own, of a few cells."""
        return not (self.json or self.full or self.target or self.motion or self.view)

    @property
    def film(self) -> bool:
        """Whether the file is a film."""
        return self.target is not None and self.target.suffix in FILMS


class Chosen(Record):
    """What of the accounts is shown.

    at:     the cell of the coarse grid, () for the first.
    tiling: circular padding as a crop of the endless tiling.
    image:  the input came from a picture.
    note:   what reading the input changed.
    names:  what sets compared accounts apart, where their layers do not tell it.
    """

    at: tuple[int, ...] = ()
    tiling: bool = False
    image: bool = False
    note: str = ""
    names: tuple[str, ...] = ()


def looks(asked: Asked) -> Looks:
    """What the options of output ask for.

    Raises SpecError: an unknown word, a file that cannot be written by its name.
    """
    target = None
    if "output" in asked:
        from convviz.render import files

        pictures = (*PICTURES, *FILMS)
        target = asked.read("output", lambda text: files.target(text, pictures, NUMBERS))
    precision = readers.whole("the precision", 0, 15)
    return Looks(
        asked.flag("json"),
        asked.flag("plain") or os.environ.get("CONVVIZ_PLAIN", "") not in ("", "0"),
        asked.flag("full"),
        asked.read("precision", precision) if "precision" in asked else None,
        asked.read("color", readers.one_of(COLORS, "choice", "color", "choices"), COLORS[0]),
        asked.read("theme", readers.one_of(THEMES, "theme", "theme", "themes"), THEMES[0]),
        asked.flag("ascii"),
        asked.text("view") if "view" in asked else None,
        target,
        picture_options(asked),
        motion(asked, target),
    )


def motion(asked: Asked, target: Target | None) -> Motion | None:
    """What an answer that moves asks for; None for one that stands."""
    film = target is not None and target.suffix in FILMS
    if not film and not any(param in asked for param in MOVING):
        return None
    from convviz.cli import filming

    return filming.motion(asked, film=film)


def picture_options(asked: Asked) -> dict[str, Any]:
    """What only pictures ask: the keywords of `figure.picture`, where they were typed.

    Raises SpecError: a word that is wrong by itself, or no picture is asked for.
    """
    if "output" not in asked and "frames" not in asked:
        for param in DRAWN:
            if param in asked:
                raise SpecError(
                    f"--{param.replace('_', '-')} is for pictures, and none is asked for",
                    param,
                    "add -o x.png, or leave it out",
                )
    found: dict[str, Any] = {}
    if "size" in asked:
        found["size"] = asked.text("size")
    if "dpi" in asked:
        found["dpi"] = float(asked.read("dpi", readers.whole("the dpi", 1)))
    if found:
        from convviz.render.style import page_named

        page_named(found.get("size", "slide"), found.get("dpi"))  # refused before any work
    for param in ("title", "font"):
        if param in asked:
            found[param] = asked.read(param, readers.label)
    if asked.flag("transparent"):
        found["transparent"] = True
    for param in ("caption", "footer"):
        if asked.flag(f"no_{param}"):
            found[param] = False
    return found


def answer(
    asked: Asked, wanted: Looks, accounts: Sequence[Account], chosen: Chosen | None = None
) -> None:
    """Give the answer about one account, or several that are compared."""
    chosen = chosen or Chosen()
    if asked.request is not None:
        asked.request.scene = scene_of(asked, wanted, accounts, chosen, drawn=True)
        return
    if wanted.target is not None and wanted.target.suffix in NUMBERS:
        save_numbers(asked, wanted.target, accounts)
    elif wanted.target is not None and not wanted.film:
        save_picture(asked, wanted, accounts, chosen)
    if wanted.motion is not None:
        from convviz.cli import filming

        filming.check(accounts, asking.budget(asked))
        filming.answer(wanted, accounts, view_of(asked, wanted, chosen))
        if (wanted.motion.animate or wanted.motion.frames) and not wanted.json:
            return
    if wanted.json:
        from convviz.render import document

        check_text(asked, sum(map(document.count, accounts)), "json", TEXT)
        speaking.write(document.text([document.document(account) for account in accounts]))
    elif wanted.target is None:
        show(asked, wanted, accounts, chosen)


def check_text(asked: Asked, count: int, param: str, most: int) -> None:
    """Refuse more text than anyone reads, before it takes the memory.

    Raises SpecError: more than `most` numbers, or than --max-elements where it was typed.
    """
    most = asking.budget(asked).elements if "max_elements" in asked else most
    if count > most:
        from convviz.spec.checks import amount

        raise SpecError(
            f"that would be {amount(count)} numbers as text, more than {amount(most)}",
            param,
            "-o x.npy holds them all",
            remedy=f"{{max_elements={count}}} allows it",
        )


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
    document.check_saved(account.shape, target.suffix)
    if target.suffix != ".npy":
        check_text(asked, math.prod(account.shape), "output", TEXT)
    files.write(target.path, document.saved(document.output(account), target.suffix))


def save_picture(asked: Asked, wanted: Looks, accounts: Sequence[Account], chosen: Chosen) -> None:
    """Draw the picture and write it."""
    from convviz.render import figure, files

    target = wanted.target
    assert target is not None, "asked only with a target"
    shown = scene_of(asked, wanted, accounts, chosen, drawn=True)
    asking.budget(asked).check_picture(grid.shape for grid in shown.grids)
    data = figure.picture(
        shown,
        format=target.suffix.removeprefix("."),
        **wanted.drawn,
    )
    files.write(target.path, data)


def scene_of(
    asked: Asked,
    wanted: Looks,
    accounts: Sequence[Account],
    chosen: Chosen,
    *,
    drawn: bool = False,
) -> Scene:
    """What is shown, as a value. drawn: as a picture, not on a screen."""
    from convviz.diagrams import scene

    return scene(accounts, view_of(asked, wanted, chosen, drawn=drawn), wanted.view)


def view_of(asked: Asked, wanted: Looks, chosen: Chosen, *, drawn: bool = False) -> View:
    """How it is looked at."""
    from convviz.diagrams import View

    return View(
        at=chosen.at,
        tiling=chosen.tiling,
        command=printable(asked.command),
        full=wanted.full,
        image=chosen.image,
        drawn=drawn,
        names=chosen.names,
    )


def show(asked: Asked, wanted: Looks, accounts: Sequence[Account], chosen: Chosen) -> None:
    """Print the screen."""
    from convviz.render.stream import Stream

    if wanted.full:
        # Once before anything is built, once for what came of it: stamps fill a square.
        least = sum(math.prod(a.shape) + math.prod(a.input.shape) for a in accounts)
        check_text(asked, least, "full", PRINTED)
    shown = scene_of(asked, wanted, accounts, chosen)
    if wanted.full:
        cells = sum(math.prod(grid.shape) for grid in shown.grids)
        check_text(asked, cells, "full", PRINTED)
    if wanted.plain:
        from convviz.render import plain

        speaking.write(plain.statements(shown, full=wanted.full, precision=wanted.precision))
        return
    from convviz.render import terminal

    stream = Stream.of(sys.stdout, color=wanted.color, theme=wanted.theme, ascii=wanted.ascii)
    speaking.write(terminal.screen(shown, stream, full=wanted.full, precision=wanted.precision))
    if chosen.note:
        speaking.say([[(chosen.note, "muted")]], stream)
