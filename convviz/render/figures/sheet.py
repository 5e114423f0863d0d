"""One page: its words above and below, and the part between that a diagram fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from convviz.diagrams.scene import Equation, Link, Role, Scene, Text
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.type import BOLD, REGULAR, SEMIBOLD, Line, Run, Typeface
from convviz.render.style import Page, Theme

T = TypeVar("T")


class Arrangement(Protocol):
    """A diagram that has measured itself for a width and, where there is one, a height."""

    width: float
    height: float

    def draw(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw it with its top left corner there."""


@dataclass(frozen=True, eq=False)
class Company:
    """The frames of a film, for which every page leaves the same room, so that nothing jumps.

    equations: those below the grids. links: those of all frames.
    laid:      by the width that there is for them, each equation by its id, at one size and with
               the room of the largest; made once for all frames.
    pictures:  the colors of large grids that no frame changes, by their keys.
    """

    equations: tuple[Equation, ...] = ()
    links: tuple[Link, ...] = ()
    laid: dict[float, dict[int, Any]] = field(default_factory=dict)
    pictures: dict[Any, Any] = field(default_factory=dict)


class Sheet:
    """A scene on a page. `canvas` draws it."""

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
    ) -> None:
        self.scene, self.page, self.theme, self.type = scene, page, theme, typeface
        self.title = title
        self.company = company
        self.caption = caption and not page.paper
        self.footer = footer and not page.paper and bool(scene.command)

    @property
    def room(self) -> float:
        """Points between the margins."""
        return self.page.width - 2 * self.page.margin

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, which is the same in all frames of a film."""
        if self.company is None:
            return make()
        pictures = self.company.pictures
        if key not in pictures:
            pictures[key] = make()
        found: T = pictures[key]
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
            canvas = Canvas(page.width, height, self.theme, self.type)
            diagram.draw(canvas, page.margin + (self.room - diagram.width) / 2, page.margin)
            return canvas
        canvas = Canvas(page.width, page.height, self.theme, self.type)
        top, bottom = page.content
        if self.caption:
            top = max(top, self._header(canvas) + 0.065 * page.height)
        else:
            top, bottom = page.margin, page.height - page.margin
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

    def _footer(self, canvas: Canvas) -> None:
        """The command line that draws the picture, shortened in the middle where it is too long."""
        page = self.page
        text = "$ " + " ".join(self.scene.command.split())
        wide = self.type.width(text, page.footer, REGULAR, mono=True)
        if wide > self.room:
            keep = max(8, int(len(text) * self.room / wide) - 2)
            text = f"{text[: keep * 2 // 3]}…{text[-(keep - keep * 2 // 3) :]}"
        height = page.height or 0.0
        baseline = height - 26.0 * page.margin / 48.0
        color = self.theme.word(Role.MUTED)
        canvas.words(page.margin, baseline, text, page.footer, color=color, mono=True)
