"""One page: its words above and below, and the part between that a diagram fills."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol, TypeVar

from convviz.diagrams.scene import Equation, Link, Role, Scene, Text
from convviz.records import Record, field
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.command import folded
from convviz.render.figures.type import BOLD, REGULAR, SEMIBOLD, Line, Run, Typeface
from convviz.render.style import Page, Theme

T = TypeVar("T")

PROMPT = "$ "
FOOTER_LINES = 3
"""The most that a command may take; a longer one is cut off."""
FOOTER_LEADING = 1.35


class Arrangement(Protocol):
    """A diagram that has measured itself for a width and, where there is one, a height."""

    width: float
    height: float

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw it with its top left corner there."""


class Company(Record, eq=False):
    """The frames of a film, for which every page leaves the same room, so that nothing jumps.

    equations: those below the grids. links: those of all frames.
    laid:      by the width that there is for them, each equation by its id, at one size and with
               the room of the largest; made once for all frames.
    made:      what no frame changes, by its key: pictures of large grids, layouts, marks.
    panels:    the same of every panel, where layers are compared.
    """

    equations: tuple[Equation, ...] = ()
    links: tuple[Link, ...] = ()
    laid: dict[float, dict[int, Any]] = field(default_factory=dict)
    made: dict[Any, Any] = field(default_factory=dict)
    panels: tuple[Company, ...] = ()


class Sheet:
    """A scene on a page. `canvas` draws it.

    peers: of a panel among several, what all panels would be, each as large as it can be: they
           take one form and one pitch; () while that is tried; None: it has the page for itself.
    """

    def __init__(
        self,
        scene: Scene,
        page: Page,
        theme: Theme,
        typeface: Typeface,
        *,
        title: str = "",
        caption: bool = True,
        footer: bool = True,
        company: Company | None = None,
        peers: tuple[Any, ...] | None = None,
    ) -> None:
        self.scene, self.page, self.theme, self.type = scene, page, theme, typeface
        self.title = title
        self.company, self.peers = company, peers
        self.caption = caption and not page.paper
        self.footer = footer and not page.paper and bool(scene.command)

    @property
    def smallest(self) -> Any:
        """The panel, of all, that has the least pitch; None where there are none."""
        return min(self.peers or (), key=lambda made: made.u, default=None)

    @property
    def room(self) -> float:
        """Points between the margins."""
        return self.page.width - 2 * self.page.margin

    @property
    def grain(self) -> float:
        """Pixels per point of the frames of a film; 0 for a picture."""
        return self.page.dpi / 72.0 if self.company is not None else 0.0

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, which is the same in all frames of a film."""
        if self.company is None:
            return make()
        made = self.company.made
        if key not in made:
            made[key] = make()
        found: T = made[key]
        return found

    def again(self, canvas: Canvas, key: Any, draw: Callable[[Canvas], T]) -> T:
        """What `draw` gives; in a film, what it draws for a key is made once for all frames."""
        if self.company is None:
            return draw(canvas)

        def drawn() -> tuple[Canvas, T]:
            part = Canvas(canvas.width, canvas.height, self.theme, self.type, canvas.grain)
            return part, draw(part)

        part, found = self.once((key, canvas.width, canvas.height), drawn)
        canvas.take(part)
        return found

    def runs(self, text: Text, *, plain: Role = Role.TEXT) -> Line:
        """A scene's text in the colors and weights of this page."""
        return tuple(
            Run(
                run.text,
                self.theme.word(plain if run.role == Role.TEXT else run.role),
                SEMIBOLD if run.bold else REGULAR,
            )
            for run in text
        )

    def word(self, text: str, role: Role = Role.TEXT, weight: int = REGULAR) -> Run:
        """A run in the color of a role."""
        return Run(text, self.theme.word(role), weight)

    def canvas(self) -> Canvas:
        """The finished sheet."""
        from convviz.render.figures.compositions import arrangement

        page = self.page
        if page.height is None:
            diagram = arrangement(self, self.room, None)
            height = diagram.height + 2 * page.margin
            canvas = Canvas(page.width, height, self.theme, self.type, self.grain)
            diagram.draw(canvas, page.margin + (self.room - diagram.width) / 2, page.margin)
            return canvas
        canvas = Canvas(page.width, page.height, self.theme, self.type, self.grain)
        top, bottom = page.content
        if self.caption:
            baseline = self.again(canvas, (self.title, self.scene.subtitle), self._header)
            top = max(top, baseline + 0.065 * page.height)
        else:
            top, bottom = page.margin, page.height - page.margin
        bottom -= max(0, len(self._command) - 1) * FOOTER_LEADING * page.footer
        diagram = arrangement(self, self.room, bottom - top)
        box = Box(page.margin, top, page.width - page.margin, bottom)
        spare = max(0.0, box.height - diagram.height)
        diagram.draw(canvas, box.left + (box.width - diagram.width) / 2, box.top + 0.45 * spare)
        if self.footer:
            self._footer(canvas)
        return canvas

    def _header(self, canvas: Canvas) -> float:
        """The title and the subtitle; the lowest baseline."""
        page, x = self.page, self.page.margin
        baseline = 60.0 * page.title / 27.0
        if self.title:
            line: Line = (self.word(self.title, Role.STRONG, BOLD),)
            last = canvas.paragraph(x, baseline, line, page.title, self.room, leading=1.2)
            baseline = last + 25.0 * page.title / 27.0
        if self.scene.subtitle:
            runs = self.runs(self.scene.subtitle)
            return canvas.paragraph(x, baseline, runs, page.subtitle, self.room)
        return baseline

    @cached_property
    def _command(self) -> list[str]:
        """The lines of the footer: the command that draws the picture, to be pasted."""
        if not self.footer:
            return []
        letter = self.type.width("0", self.page.footer, REGULAR, mono=True)
        width = max(16, int(self.room / letter) - len(PROMPT))
        return folded(self.scene.command, width, FOOTER_LINES)

    def _footer(self, canvas: Canvas) -> None:
        page = self.page
        start = page.margin + self.type.width(PROMPT, page.footer, REGULAR, mono=True)
        last = (page.height or 0.0) - 26.0 * page.margin / 48.0
        color = self.theme.word(Role.MUTED)
        for up, text in enumerate(reversed(self._command)):
            first = up == len(self._command) - 1
            left, words = (page.margin, PROMPT + text) if first else (start, text)
            baseline = last - up * FOOTER_LEADING * page.footer
            canvas.words(left, baseline, words, page.footer, color=color, mono=True)
