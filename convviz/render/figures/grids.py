"""A grid of cells on the sheet, in the stage that its pitch allows. Lengths are in pitches `u`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Frame, Grid, Rect, Role
from convviz.records import Record, replace
from convviz.render.colors import ink_on, mixed
from convviz.render.figures.canvas import MOST_SAMPLES, OUTLINES, Box, Canvas
from convviz.render.figures.faces import among, ends, face_colors
from convviz.render.figures.labels import POWER, Labels, Writing, labels, writing, written
from convviz.render.figures.type import MEDIUM, REGULAR, SEMIBOLD, Typeface
from convviz.render.style import Theme

Array = NDArray[Any]

TILE, DISC, RING = 0.90, 0.70, 0.70
PILL = (0.78, 0.60)
"""Width and height of a padded copy whose number is too wide for a disc."""
WIDEST = 0.74
"""Of a pitch: the widest number on a tile."""
TILES_FROM = 5.0
"""Points of pitch from which cells are drawn one by one; below, a grid is a picture."""
MOST_NUMBERS = 2500
"""Cells of a grid whose numbers are written at all."""
AT_ONCE = 2**20
"""Cells of a picture colored at once: many enough to read every band off the map's lattice."""

TILED = (Role.INPUT, Role.KERNEL, Role.OUTPUT, Role.STAMP, Role.SUM, Role.COUNT, Role.UNREAD)


class Place(Record):
    """Where a grid stands: its cell (0, 0) has its top left corner at (left, top)."""

    left: float
    top: float
    u: float
    rows: int
    cols: int

    def center(self, row: float, col: float) -> tuple[float, float]:
        """(x, y) of the middle of a cell."""
        return self.left + (col + 0.5) * self.u, self.top + (row + 0.5) * self.u

    def centers(self, rows: Array, cols: Array) -> Array:
        """(n, 2) of those cells."""
        return np.column_stack(
            [self.left + (cols + 0.5) * self.u, self.top + (rows + 0.5) * self.u]
        )

    def rect(self, rect: Rect) -> Box:
        """The outer edges of cells."""
        u = self.u
        return Box(
            self.left + rect.left * u,
            self.top + rect.top * u,
            self.left + rect.right * u,
            self.top + rect.bottom * u,
        )

    @property
    def box(self) -> Box:
        """The outer edges of all cells."""
        return self.rect(Rect(0, 0, self.rows, self.cols))


class Digits(Record, eq=False):
    """The numbers of one grid: texts, and the type size of those on tiles and on discs, in u.

    pill: padded copies are pills, because discs would be too narrow.
    """

    texts: Array
    tile: float
    disc: float
    pill: bool
    exact: bool = True

    @classmethod
    def of(cls, values: Array, typeface: Typeface, roles: Array | None = None) -> Digits:
        """The labels of `values` at the largest size that fits."""
        return cls._sized(labels(values), typeface, roles)

    @classmethod
    def readable(
        cls,
        grid: Grid,
        typeface: Typeface,
        u: float,
        least: float,
        *,
        alike: Sequence[Grid] = (),
    ) -> Digits | None:
        """The numbers of `grid` if they are `least` points at pitch `u`, rounded if they must be.

        alike: grids whose numbers are written alike, planes of one tensor.
        """
        rows, cols = grid.shape
        if u < least or rows * cols > MOST_NUMBERS:
            return None
        more = [other.values for other in alike if other is not grid]
        more += [grid.others] if grid.others is not None else []
        every = np.concatenate([values.ravel() for values in (grid.values, *more)])
        for way in ways(every):
            digits = cls._sized(written(grid.values, way), typeface, grid.all_roles)
            for values in more:
                digits = digits.within(cls._sized(written(values, way), typeface, None))
            if u >= digits.pitch(least):
                return digits
        return None

    @classmethod
    def _sized(cls, made: Labels, typeface: Typeface, roles: Array | None) -> Digits:
        texts = made.texts
        wide = _widest(texts, typeface, SEMIBOLD)
        copied = texts if roles is None else texts[among(roles, (Role.COPY, Role.FILL))]
        if not copied.size:  # no disc limits the size
            tile = min(0.42, WIDEST / wide)
            return cls(texts, tile, tile, False, made.exact)
        wide_copy = _widest(copied, typeface, MEDIUM)
        disc = min(0.36, 0.58 / wide_copy)
        pill = disc < 0.26
        if pill:
            disc = min(0.36, 0.68 / wide_copy)
        return cls(texts, min(0.42, WIDEST / wide), disc, pill, made.exact)

    def within(self, other: Digits) -> Digits:
        """These numbers, no larger than those of `other`."""
        return replace(self, tile=min(self.tile, other.tile))

    @property
    def room(self) -> float:
        """The width that the number of a padded copy may take, in pitches."""
        return PILL[0] if self.pill else DISC

    def pitch(self, least: float) -> float:
        """The pitch from which all numbers are at least `least` points."""
        return least / min(self.tile, self.disc)


def ways(values: Array) -> Iterator[Writing]:
    """How numbers may be written, the shortest last."""
    for significant in (None, 3, 2, 1):
        yield writing(values, significant)
    yield Writing(POWER, False)


def _widest(texts: Array, typeface: Typeface, weight: int) -> float:
    """The width of the widest label, in em; of a few candidates, as measuring all would be slow."""
    distinct = sorted(set(texts.ravel().tolist()), key=len, reverse=True)[:64]
    return max((typeface.advance(text, weight) for text in distinct), default=0.5) or 0.5


class Drawing(Record, eq=False):
    """A grid where it stands, with the fills of its cells before and after fading."""

    canvas: Canvas
    grid: Grid
    place: Place
    digits: Digits | None
    solid: Array
    shown: Array

    @property
    def roles(self) -> Array:
        """(rows, cols) of `Role`."""
        return self.grid.all_roles

    def at(self, chosen: Array) -> Array:
        """(n, 2): the middles of the chosen cells."""
        return self.place.centers(*np.nonzero(chosen))

    def shapes(self) -> None:
        """Tiles, discs or pills, rings, hollow tiles, and a dash where there is nothing."""
        canvas, theme, u, roles = self.canvas, self.canvas.theme, self.place.u, self.roles
        edge = theme.color("pad_edge")
        tiled = among(roles, (*TILED, Role.HOLE))
        copied, filled, beyond = roles == Role.COPY, roles == Role.FILL, roles == Role.BEYOND
        pill = self.digits is not None and self.digits.pill
        disc, ring = (PILL, PILL) if pill else ((DISC, DISC), (RING, RING))
        canvas.tiles(self.at(tiled), TILE * u, self.shown[tiled])
        canvas.pills(self.at(copied), disc[0] * u, disc[1] * u, faces=self.shown[copied])
        line = max(0.5, 0.03 * u)
        canvas.pills(self.at(filled), ring[0] * u, ring[1] * u, edge=edge, width=line)
        canvas.hollows(self.at(roles == Role.PENDING), 0.86 * u, theme.color("line"))
        dashes = np.broadcast_to(edge, (int(beyond.sum()), 3))
        canvas.pills(self.at(beyond), 0.26 * u, 0.05 * u, faces=dashes)

    def numbers(self) -> None:
        """The numbers, in the ink that contrasts or in the color of their role."""
        theme, roles, grid = self.canvas.theme, self.roles, self.grid
        faded = np.asarray(~np.isclose(self.solid, self.shown).all(axis=-1))
        inks = ink_on(self.shown)
        pale = mixed(inks, self.shown, np.full(faded.shape, 0.62))
        inks = np.where(faded[..., None], pale, inks)
        own = grid.source is None and grid.which is None
        zero = (roles == Role.KERNEL) & (grid.values == 0) & own
        computed = among(roles, (Role.OUTPUT, Role.SUM)) & own
        unread = (roles == Role.UNREAD) & own
        tiles = among(roles, TILED) & ~zero & ~computed & ~unread
        copied = roles == Role.COPY
        self._write(tiles & ~faded, inks[tiles & ~faded], SEMIBOLD)
        self._write(tiles & faded, inks[tiles & faded], REGULAR)
        self._write(zero, theme.color("ink2"), REGULAR)
        self._write(computed, theme.trio(Role.OUTPUT)[2], SEMIBOLD)
        self._write(unread, theme.color("ink3"), REGULAR)
        self._write(roles == Role.TEXT, theme.color("ink"), REGULAR)
        self._write(copied, inks[copied], MEDIUM, copy=True)
        self._write(roles == Role.FILL, theme.color("ink3"), REGULAR, copy=True)

    def _write(self, chosen: Array, inks: Array, weight: int, *, copy: bool = False) -> None:
        digits, u = self.digits, self.place.u
        if digits is None or not chosen.any():
            return
        size, room = (digits.disc, digits.room) if copy else (digits.tile, TILE)
        self.canvas.numbers(
            digits.texts[chosen].tolist(),
            self.at(chosen),
            size * u,
            np.broadcast_to(inks, (int(chosen.sum()), 3)),
            weight=weight,
            room=room * u,
        )


def draw_cells(
    canvas: Canvas,
    grid: Grid,
    place: Place,
    digits: Digits | None,
    *,
    colors: Array | None = None,
    share: Array | None = None,
) -> None:
    """Draw the cells of a grid; frames and windows come separately.

    digits: None where numbers would be too small.
    colors: (rows, cols, 3) instead of the grid's own.
    share:  (rows, cols): how much of a cell stays, the rest fades into the paper.
    """
    if place.u < TILES_FROM or grid.picture is not None:
        draw_picture(canvas, grid, place)
        return
    if colors is None:
        rows, cols = map(np.arange, grid.shape)
        colors = face_colors(grid, canvas.theme, grid.values, rows, cols)
    paper = canvas.theme.color("paper")
    shown = colors if share is None else mixed(colors, paper, share)
    drawing = Drawing(canvas, grid, place, digits, colors, shown)
    drawing.shapes()
    drawing.numbers()


def draw_picture(canvas: Canvas, grid: Grid, place: Place) -> None:
    """Draw a grid whose cells are too small for tiles as one picture; what is copied fades."""
    canvas.image(picture_colors(grid, canvas.theme, canvas.finest(place.box)), place.box)


def picture_colors(
    grid: Grid, theme: Theme, most: tuple[int, int] = (MOST_SAMPLES, MOST_SAMPLES)
) -> Array:
    """(rows, cols, 3) of uint8, of at most so many rows and columns: there are no more pixels."""
    rows, cols = map(samples, grid.shape, most)
    values = grid.source is None and grid.picture is None
    # Values but those of an input wear a ramp that the band itself would set.
    if len(rows) * len(cols) <= AT_ONCE or (values and grid.kind != Role.INPUT):
        return _painted(grid, theme, rows, cols, _repeats(grid, rows, cols))
    every = ends(grid.cells.at(rows, cols)) if values else None
    # Colors in floating point take eight times the room of the picture: some rows at a time.
    found = np.empty((len(rows), len(cols), 3), np.uint8)
    count = -(-len(rows) * len(cols) // AT_ONCE)
    bands = np.array_split(np.arange(len(rows)), count)
    repeats = any(_repeats(grid, rows[band], cols) for band in bands)
    for band in bands:
        found[band[0] : band[-1] + 1] = _painted(grid, theme, rows[band], cols, repeats, every)
    return found


def _repeats(grid: Grid, rows: Array, cols: Array) -> bool:
    """Whether the endless tiling goes on there."""
    return bool((np.asarray(grid.roles.at(rows, cols)) == Role.REPEAT).any())


def _painted(
    grid: Grid,
    theme: Theme,
    rows: Array,
    cols: Array,
    repeats: bool,
    every: Array | None = None,
) -> Array:
    """(len(rows), len(cols), 3) of uint8: the picture of a grid where those lines cross.

    repeats, every: of the whole picture: whether the tiling goes on, what shares the ramp.
    """
    if grid.picture is not None:
        colors = grid.picture[np.ix_(rows, cols)] / 255
    elif grid.source is not None:
        unread = np.broadcast_to(np.zeros(()), (len(rows), len(cols)))
        colors = face_colors(grid, theme, unread, rows, cols)
    else:
        colors = face_colors(grid, theme, np.asarray(grid.cells.at(rows, cols)), rows, cols, every)
    roles = np.asarray(grid.roles.at(rows, cols))
    copied, repeated = roles == Role.COPY, roles == Role.REPEAT
    if copied.any() or repeats:
        share = 0.8 if repeats else 0.45 if grid.picture is None else 0.6
        paper = theme.color("paper")
        colors[copied] = mixed(colors[copied], paper, share)
        colors[repeated] = mixed(colors[repeated], paper, 0.32)
    found: Array = np.rint(colors * 255).astype(np.uint8)
    return found


def samples(n: int, most: int = MOST_SAMPLES) -> Array:
    """Indices of at most `most` of n rows or columns, evenly."""
    if n <= most:
        return np.arange(n)
    return np.arange(most, dtype=np.intp) * n // most


def draw_frame(canvas: Canvas, place: Place, frame: Frame) -> None:
    """The line around the original input, in ink."""
    u = place.u
    box = place.rect(frame.rect).grown(0.09 * u if u >= TILES_FROM else 0.5)
    color = canvas.theme.color("ink")
    if frame.role == Role.OUTPUT:
        color = canvas.theme.trio(Role.OUTPUT)[1]
    radius = 0.2 * u if u >= TILES_FROM else 2.0
    canvas.box(box, radius=radius, edge=color, width=min(2.0, max(0.8, 0.055 * u)))


def draw_choice(canvas: Canvas, box: Box, color: Array, u: float, *, width: float = 2.8) -> None:
    """The frame of the chosen window, kernel or output: outset, rounded."""
    width = min(width, max(1.2, 0.075 * u))
    canvas.box(box.grown(0.5 + width / 4), radius=0.17 * u, edge=color, width=width)


def draw_paint(canvas: Canvas, box: Box, color: Array, *, odd: bool, u: float) -> None:
    """One of many windows that overlap: translucent, outlines of neighbors never coincide."""
    inset = min(3.9 if odd else 1.6, 0.11 * u)
    theme = canvas.theme
    inner = box.grown(-inset)
    canvas.box(inner, radius=0.17 * u, face=color, alpha=theme.window_alpha, height=OUTLINES - 1)
    edge = color if theme.dark else color * 0.86
    canvas.box(
        inner, radius=0.17 * u, edge=edge, width=min(1.5, max(0.7, 0.045 * u)), height=OUTLINES
    )
