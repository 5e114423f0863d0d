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
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Scene
from convviz.records import Record
from convviz.render.figure import (
    checked_title,
    default_settings,
    drawn,
    matplotlib_at_rest,
    saved,
)
from convviz.render.film import encode
from convviz.render.frames import Film, Pixels
from convviz.render.style import checked, page_named, theme_named

if TYPE_CHECKING:
    from convviz.render.figures.canvas import Canvas, Layer
    from convviz.render.figures.marks import Mark
    from convviz.render.figures.sheet import Sheet

DPI = 72.0
"""Pixels of a film per 72 points: 960×540 for a slide."""

FIRST, LAST = 900, 1800
"""Milliseconds that the first and the last frame are held, at least."""

PACE = ((100, 120), (40, 250), (0, 400))
"""(frames, milliseconds of each in a film of at least so many)."""

Key: TypeAlias = Any
"""What tells marks apart: equal for marks that draw the same."""


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
        frames = Cels(canvases, pages[0].page.dpi, "none" if transparent else paper)
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
    for page, scene in zip(pages, scenes, strict=True):
        with drawing():
            data = saved(drawn(page, transparent=transparent), format, scene, transparent)
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
    from convviz.render.figures.sheet import Company, Sheet
    from convviz.render.figures.type import Typeface

    company = Company(
        tuple(each for scene in scenes for each in scene.equations if each.band < 0),
        tuple(link for scene in scenes for link in scene.links),
    )
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

    def __init__(self, canvases: Sequence[Canvas], dpi: float, paper: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        from convviz.render.figures.canvas import Layer

        first = canvases[0]
        figure = Figure(
            figsize=(first.width / 72, first.height / 72),
            dpi=dpi,
            facecolor=paper,
            edgecolor="none",
            linewidth=0.0,
        )
        self._layer: Layer = Layer(0, first.to_pixels(figure))
        figure.add_artist(self._layer)
        self._agg = cast(Any, FigureCanvasAgg(figure))  # matplotlib leaves its methods untyped
        sheets = [canvas.marks() for canvas in canvases]
        standing = settled(sheets)
        self._moving = [
            [mark for place, mark in enumerate(sheet) if place not in still]
            for sheet, still in zip(sheets, standing, strict=True)
        ]
        self._layer.marks = [sheets[0][place] for place in sorted(standing[0])]
        self._agg.draw()
        self._layer.marks = []
        self._box = figure.bbox
        self._ground = self._agg.copy_from_bbox(self._box)

    def __len__(self) -> int:
        return len(self._moving)

    @overload
    def __getitem__(self, index: int) -> Pixels: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Pixels]: ...
    def __getitem__(self, index: int | slice) -> Pixels | Sequence[Pixels]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        self._agg.restore_region(self._ground)
        renderer = self._agg.get_renderer()
        for mark in self._moving[index]:
            mark.draw(renderer, self._layer)
        return np.array(renderer.buffer_rgba())


def settled(sheets: Sequence[Sequence[Mark]]) -> list[set[int]]:
    """Per sheet, the places of marks that all sheets have and that lie over none that moves."""
    lines = aligned([list(map(key, sheet)) for sheet in sheets])
    boxes = [[extent(mark) for mark in sheet] for sheet in sheets]
    stirred: set[int] = set()  # marks that all sheets have, counted in their common order
    before = -1
    while len(stirred) > before:
        before = len(stirred)
        for line, sheet in zip(lines, boxes, strict=True):
            common = {place: number for number, place in enumerate(line)}
            hot: list[Box] = []
            for place, box in enumerate(sheet):
                number = common.get(place)
                if number is None or number in stirred:
                    hot.append(box)
                elif any(overlap(box, other) for other in hot):
                    stirred.add(number)
                    hot.append(box)
    return [{p for number, p in enumerate(line) if number not in stirred} for line in lines]


def aligned(sheets: Sequence[Sequence[Key]]) -> list[list[int]]:
    """Per sheet, the places of the keys that all sheets have in the same order."""
    common = list(sheets[0])
    for sheet in sheets[1:]:
        blocks = SequenceMatcher(None, common, sheet, autojunk=False).get_matching_blocks()
        common = [common[i] for block in blocks for i in range(block.a, block.a + block.size)]
    lines = []
    for sheet in sheets:
        places = enumerate(sheet)
        lines.append([next(place for place, own in places if own == k) for k in common])
    return lines


Box: TypeAlias = tuple[float, float, float, float]
"""(left, top, right, bottom) in points."""


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


SLACK = 1.0
"""Points around a mark that soft edges, miters and joints may reach."""


def extent(mark: Mark) -> Box:
    """A box that holds all that a mark draws; it may be too large, never too small."""
    from convviz.render.figures.marks import Copies, Numbers, Raster, Shape, Words

    by = SLACK
    if isinstance(mark, Shape):
        (left, top), (right, bottom) = corners(mark.path.vertices)
        by += 2 * mark.width
    elif isinstance(mark, Copies):
        (left, top), (right, bottom) = corners(mark.centers)
        (west, north), (east, south) = corners(mark.path.vertices)
        left, top, right, bottom = left + west, top + north, right + east, bottom + south
        by += 2 * mark.width
    elif isinstance(mark, Words):
        size = mark.properties.get_size_in_points()
        left, top, bottom = mark.x, mark.baseline - 0.97 * size, mark.baseline + 0.27 * size
        right = left + 1.1 * size * len(mark.text)
    elif isinstance(mark, Numbers):
        inked = [path.vertices for _, path in mark.outlines]
        (left, top), (right, bottom) = corners(np.concatenate([np.empty((0, 2)), *inked]))
    else:
        assert isinstance(mark, Raster), "every kind of mark has an extent"
        left, top, right, bottom = mark.box
    return (left - by, top - by, right + by, bottom + by)


def corners(points: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """The least and the largest (x, y) of (n, 2) points; of none, the origin."""
    array: NDArray[np.float64] = np.asarray(points, float).reshape(-1, 2)
    if not len(array):
        return (0.0, 0.0), (0.0, 0.0)
    (left, top), (right, bottom) = array.min(axis=0).tolist(), array.max(axis=0).tolist()
    return (left, top), (right, bottom)


def key(value: Any) -> Key:
    """Equal for marks that draw the same: their type and all of their parts, arrays as bytes."""
    found: Key = value  # text, numbers, fonts: they are compared as they are
    if isinstance(value, np.ndarray):
        found = (value.shape, value.dtype.str, value.tobytes())
    elif isinstance(value, (tuple, list)):
        found = tuple(map(key, value))
    elif hasattr(value, "vertices"):
        codes = None if value.codes is None else value.codes.tobytes()
        found = (value.vertices.tobytes(), codes)
    elif isinstance(value, Record):
        found = (type(value), *(key(getattr(value, name)) for name in value._fields))
    elif hasattr(value, "draw"):
        found = (type(value), *(key(part) for part in vars(value).values()))
    return found
