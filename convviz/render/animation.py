"""Scenes as a film: one figure, whose standing part is drawn once and whose moving part per frame.

Every scene becomes marks on a sheet, in the order in which they are drawn. Marks that all scenes
have are drawn once and kept as pixels; the others are drawn over a copy of these. A standing mark
that lies over a moving one is drawn anew as well, so that each frame has, pixel for pixel, what
drawing it alone would give.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, overload

from convviz.diagrams.scene import Scene
from convviz.render.figure import (
    checked_title,
    default_settings,
    matplotlib_at_rest,
    saved,
)
from convviz.render.film import encode
from convviz.render.frames import Film, Pixels
from convviz.render.style import checked, page_named, theme_named

if TYPE_CHECKING:
    from convviz.render.figures.canvas import Canvas
    from convviz.render.figures.sheet import Company, Sheet

DPI = 72.0
"""Pixels of a film per 72 points: 960×540 for a slide."""

FIRST, LAST = 900, 1800
"""Milliseconds that the first and the last frame are held, at least."""

PACE = ((100, 120), (40, 250), (0, 400))
"""(frames, milliseconds of each in a film of at least so many)."""


def animation(
    scenes: Sequence[Scene],
    *,
    format: str = "gif",
    size: str = "slide",
    dpi: float | None = None,
    fps: float | None = None,
    transparent: bool = False,
    **looks: Any,
) -> bytes:
    """The bytes of `scenes` as a film: "gif", "apng" or "webp"; the rest as for a picture.

    fps: frames per second; by default a pace that depends on how many there are.

    Raises SpecError: an unknown name, or a size beyond the pixel budget.
    """
    if dpi is None and size in ("slide", "square"):
        dpi = DPI
    with drawing():
        pages = sheets(scenes, size=size, dpi=dpi, **looks)
        canvases = [page.canvas() for page in pages]
        checked(pages[0].page, max(canvas.height for canvas in canvases))
        paper = pages[0].theme.tokens.paper
        frames = Cels(canvases, pages[0].page.dpi, None if transparent else paper)
        red, green, blue = bytes.fromhex(paper.removeprefix("#"))
        times = durations(len(scenes), fps)
        film = Film(frames, times, scenes[0].command, (red, green, blue))
        return encode(film, format)


def stills(
    scenes: Sequence[Scene], *, format: str = "png", transparent: bool = False, **looks: Any
) -> Iterator[bytes]:
    """Each of `scenes` as a picture, laid out as in the film: they can be leafed through.

    Raises SpecError: an unknown name, or a size beyond the pixel budget.
    """
    with drawing():
        pages = sheets(scenes, **looks)
    for page in pages:
        with drawing():
            data = saved(page, format, transparent=transparent)
        yield data


def sheets(
    scenes: Sequence[Scene],
    *,
    theme: str = "light",
    size: str = "slide",
    dpi: float | None = None,
    footer: bool = True,
    caption: bool = True,
    title: str | None = None,
    font: str | None = None,
) -> list[Sheet]:
    """The pages of a film, which leave the same room for what changes; options as for a picture."""
    from convviz.render.figures.sheet import Sheet
    from convviz.render.figures.type import Typeface

    company = company_of(scenes)
    page, colors, typeface = page_named(size, dpi), theme_named(theme), Typeface.of(font)
    return [
        Sheet(
            scene,
            page,
            colors,
            typeface,
            title=checked_title(scene.title if title is None else title) if caption else "",
            caption=caption,
            footer=footer and caption,
            company=company,
        )
        for scene in scenes
    ]


def company_of(scenes: Sequence[Scene]) -> Company:
    """What the frames of a film have together, and those of each of their panels."""
    from convviz.render.figures.sheet import Company

    return Company(
        tuple(each for scene in scenes for each in scene.equations if each.band < 0),
        tuple(link for scene in scenes for link in scene.links),
        panels=tuple(
            company_of([scene.panels[number].scene for scene in scenes])
            for number in range(len(scenes[0].panels))
        ),
    )


@contextmanager
def drawing() -> Iterator[None]:
    """Within, matplotlib is there, with its own defaults, and says nothing about glyphs."""
    with matplotlib_at_rest(), default_settings(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def durations(count: int, fps: float | None = None) -> list[int]:
    """Milliseconds per frame; the first and the last are held."""
    pace = next(each for least, each in PACE if count >= least) if fps is None else 1000 / fps
    found = [round(pace)] * count
    found[0] = max(FIRST, found[0])
    found[-1] = max(LAST, found[-1])
    return found


class Cels(Sequence[Pixels]):
    """The frames of `canvases`, drawn when they are asked for."""

    def __init__(self, canvases: Sequence[Canvas], dpi: float, paper: str | None) -> None:
        from convviz.render.figures.standing import settled
        from convviz.render.figures.surface import Surface

        sheets = [canvas.marks() for canvas in canvases]
        standing = settled(sheets)
        self._moving = [
            [mark for place, mark in enumerate(sheet) if place not in still]
            for sheet, still in zip(sheets, standing, strict=True)
        ]
        self._surface = Surface(canvases[0].width, canvases[0].height, dpi, paper)
        self._surface.draw(sheets[0][place] for place in sorted(standing[0]))
        self._ground = self._surface.kept()

    def __len__(self) -> int:
        return len(self._moving)

    @overload
    def __getitem__(self, index: int) -> Pixels: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Pixels]: ...
    def __getitem__(self, index: int | slice) -> Pixels | Sequence[Pixels]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        self._surface.restore(self._ground)
        self._surface.draw(self._moving[index])
        return self._surface.pixels.copy()
