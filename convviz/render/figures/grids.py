"""A grid of cells on the sheet, in the stage that its pitch allows. Lengths are in pitches `u`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Frame, Grid, Rect, Role
from convviz.render.colors import (
    count_ramp,
    ident,
    ident_field,
    ink_on,
    kernel_ramp,
    mixed,
    value_ramp,
)
from convviz.render.figures.canvas import OUTLINES, Box, Canvas
from convviz.render.figures.labels import labels, powers
from convviz.render.figures.type import MEDIUM, REGULAR, SEMIBOLD, Typeface
from convviz.render.style import Theme

Array = NDArray[Any]

TILE, DISC, RING = 0.90, 0.70, 0.70
PILL = (0.90, 0.60)
"""Width and height of a padded copy whose number is too wide for a disc."""
WIDEST = 0.78
"""Of a pitch: the widest number on a tile."""
TILES_FROM = 5.0
"""Points of pitch from which cells are drawn one by one; below, a grid is a picture."""
MOST_SAMPLES = 4096
"""Rows or columns that a picture of a grid reads; more than a page has pixels."""

TILED = (Role.INPUT, Role.KERNEL, Role.OUTPUT, Role.STAMP, Role.SUM, Role.COUNT, Role.UNREAD)


@dataclass(frozen=True)
class Place:
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


@dataclass(frozen=True, eq=False)
class Digits:
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
        made = labels(values)
        digits = cls._sized(made.texts, made.exact, typeface, roles)
        if digits.tile < 0.19:
            short = powers(values)
            shorter = cls._sized(short.texts, short.exact, typeface, roles)
            return shorter if shorter.tile > digits.tile else digits
        return digits

    @classmethod
    def _sized(cls, texts: Array, exact: bool, typeface: Typeface, roles: Array | None) -> Digits:
        wide = _widest(texts, typeface, SEMIBOLD)
        copied = texts if roles is None else texts[np.isin(roles, (Role.COPY, Role.FILL))]
        wide_copy = _widest(copied, typeface, MEDIUM)
        disc = min(0.36, 0.58 / wide_copy)
        pill = disc < 0.26
        if pill:
            disc = min(0.36, 0.78 / wide_copy)
        return cls(texts, min(0.42, WIDEST / wide), disc, pill, exact)

    @property
    def room(self) -> float:
        """The width that the number of a padded copy may take, in pitches."""
        return PILL[0] if self.pill else DISC

    def pitch(self, least: float) -> float:
        """The pitch from which all numbers are at least `least` points."""
        return least / min(self.tile, self.disc)


def _widest(texts: Array, typeface: Typeface, weight: int) -> float:
    """The width of the widest label, in em; of a few candidates, as measuring all would be slow."""
    distinct = sorted(set(texts.ravel().tolist()), key=len, reverse=True)[:64]
    return max((typeface.width(text, 1.0, weight) for text in distinct), default=0.5) or 0.5


def face_colors(grid: Grid, theme: Theme, values: Array, rows: Array, cols: Array) -> Array:
    """(len(rows), len(cols), 3): the fill of cells: by identity if there is one, else by role."""
    roles = np.asarray(grid.roles.at(rows, cols))
    colors = np.empty((*roles.shape, 3))
    colors[:] = theme.color("panel")
    painted, known = identity(grid, rows, cols)
    if known.any():
        known &= ~np.isin(roles, NAMELESS)
        colors[known] = painted[known]
    for kind in np.unique(roles[~known]).tolist():
        chosen = (roles == kind) & ~known
        colors[chosen] = _by_role(Role(kind), theme, values, chosen)
    return colors


NAMELESS = (Role.FILL, Role.EMPTY, Role.UNREAD, Role.HOLE, Role.BEYOND, Role.ZERO)
"""Cells that wear no identity, wherever they lie."""


def identity(grid: Grid, rows: Array, cols: Array) -> tuple[Array, Array]:
    """((len(rows), len(cols), 3), (len(rows), len(cols))): identity colors, and where they hold."""
    if grid.which is not None:
        which = np.asarray(grid.which.at(rows, cols))
        place = np.divmod(np.maximum(which, 0), grid.extent[1])
        return ident(*place, *grid.extent), which >= 0
    shape = (len(rows), len(cols))
    if grid.source is None:
        return np.zeros((*shape, 3)), np.zeros(shape, dtype=bool)
    if grid.by_row:
        own = ident(grid.source[0][rows], grid.source[1][rows], *grid.extent)
        return np.broadcast_to(own[:, None], (*shape, 3)), np.ones(shape, dtype=bool)
    row_ids, col_ids = grid.source[0][rows], grid.source[1][cols]
    painted = ident_field(np.maximum(row_ids, 0), np.maximum(col_ids, 0), grid.extent)
    return painted, (row_ids >= 0)[:, None] & (col_ids >= 0)


def _by_role(role: Role, theme: Theme, values: Array, chosen: Array) -> Array:
    """(n, 3): fills of the chosen cells of one role."""
    picked = np.asarray(values[chosen], float)
    if role in (Role.INPUT, Role.COPY):
        return value_ramp(_share(picked, values), theme.name)
    if role == Role.KERNEL:
        return kernel_ramp(_size(picked), theme.name)
    if role == Role.COUNT:
        return count_ramp(picked, max(float(picked.max(initial=1)), 1), theme.name)
    tints = {Role.OUTPUT: 0, Role.SUM: 0, Role.HOLE: 0, Role.STAMP: 0}
    color = theme.trio(role)[tints[role]] if role in tints else theme.color("panel")
    return np.broadcast_to(color, (len(picked), 3))


def _share(picked: Array, values: Array) -> Array:
    """Where values lie between the smallest and the largest that is finite, 0 … 1."""
    every = np.asarray(values, float)
    finite = every[np.isfinite(every)]
    if not finite.size or finite.max() == finite.min():
        return np.where(np.isfinite(picked), 0.35, 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        t = (picked / 2 - finite.min() / 2) / (finite.max() / 2 - finite.min() / 2)
    return np.asarray(np.nan_to_num(t, nan=0.0, posinf=1.0, neginf=0.0))


def _size(picked: Array) -> Array:
    """The size of values against the largest, 0 … 1."""
    sizes = np.abs(picked)
    finite = sizes[np.isfinite(sizes)]
    most = finite.max(initial=0.0)
    if most == 0:
        return np.zeros(sizes.shape)
    return np.asarray(np.clip(np.nan_to_num(sizes / most, nan=0.0, posinf=1.0), 0, 1))


def draw_cells(
    canvas: Canvas,
    grid: Grid,
    place: Place,
    digits: Digits | None,
    *,
    colors: Array | None = None,
    share: Array | None = None,
    ink: Array | None = None,
) -> None:
    """Draw the cells of a grid; frames and windows come separately.

    digits: None where numbers would be too small.
    colors: (rows, cols, 3) instead of the grid's own.
    share:  (rows, cols): how much of a cell stays, the rest fades into the paper.
    ink:    (3,) for all numbers on tiles instead of the ink that contrasts.
    """
    if place.u < TILES_FROM:
        draw_picture(canvas, grid, place)
        return
    theme, u = canvas.theme, place.u
    rows, cols = np.indices(grid.shape)
    values = grid.values
    if colors is None:
        colors = face_colors(
            grid, theme, values, np.arange(grid.shape[0]), np.arange(grid.shape[1])
        )
    solid = colors
    if share is not None:
        colors = mixed(colors, theme.color("paper"), share)
    roles = grid.all_roles
    tiled = np.isin(roles, (*TILED, Role.HOLE))
    copied, filled, pending = roles == Role.COPY, roles == Role.FILL, roles == Role.PENDING

    def at(chosen: Array) -> Array:
        return place.centers(rows[chosen], cols[chosen])

    if tiled.any():
        canvas.tiles(at(tiled), TILE * u, colors[tiled])
    pill = digits is not None and digits.pill
    if copied.any():
        if pill:
            canvas.pills(at(copied), PILL[0] * u, PILL[1] * u, faces=colors[copied])
        else:
            canvas.discs(at(copied), DISC * u, colors[copied])
    if filled.any():
        edge, width = theme.color("pad_edge"), max(0.5, 0.03 * u)
        if pill:
            canvas.pills(at(filled), PILL[0] * u, PILL[1] * u, edge=edge, width=width)
        else:
            canvas.rings(at(filled), RING * u, edge, width)
    if pending.any():
        canvas.hollows(at(pending), 0.86 * u, theme.color("line"))
    beyond = roles == Role.BEYOND
    if beyond.any():
        # Nothing is there: a window reaches over the end.
        canvas.pills(at(beyond), 0.26 * u, 0.05 * u, faces=_alike(theme.color("pad_edge"), beyond))
    if digits is not None:
        _draw_digits(canvas, grid, place, digits, Face(solid, colors, ink))


def _alike(color: Array, chosen: Array) -> Array:
    """(n, 3): one color for all chosen cells."""
    return np.broadcast_to(color, (int(chosen.sum()), 3))


@dataclass(frozen=True, eq=False)
class Face:
    """A grid's fills before and after fading, and the ink that all of its tiles share, if any."""

    solid: Array
    shown: Array
    ink: Array | None = None


def _draw_digits(canvas: Canvas, grid: Grid, place: Place, digits: Digits, face: Face) -> None:
    theme, u, roles = canvas.theme, place.u, grid.all_roles
    rows, cols = np.indices(grid.shape)
    faded = np.asarray(~np.isclose(face.solid, face.shown).all(axis=-1))

    def write(chosen: Array, inks: Array, weight: int, *, copy: bool = False) -> None:
        if chosen.any():
            size, room = (digits.disc, digits.room) if copy else (digits.tile, TILE)
            canvas.numbers(
                digits.texts[chosen].tolist(),
                place.centers(rows[chosen], cols[chosen]),
                size * u,
                np.broadcast_to(inks, (int(chosen.sum()), 3)),
                weight=weight,
                room=room * u,
            )

    inks = ink_on(face.shown)
    inks = np.where(faded[..., None], mixed(inks, face.shown, np.full(faded.shape, 0.62)), inks)
    if face.ink is not None:
        inks = np.broadcast_to(face.ink, inks.shape)
    own = grid.source is None and face.ink is None
    zero = (roles == Role.KERNEL) & (grid.values == 0)
    computed = np.isin(roles, (Role.OUTPUT, Role.SUM)) & own
    unread = (roles == Role.UNREAD) & own
    tiles = np.isin(roles, TILED) & ~zero & ~computed & ~unread
    write(tiles & ~faded, inks[tiles & ~faded], SEMIBOLD)
    write(tiles & faded, inks[tiles & faded], REGULAR)
    write(zero, theme.color("ink2"), REGULAR)
    write(computed, theme.trio(Role.OUTPUT)[2], SEMIBOLD)
    write(unread, theme.color("ink3"), REGULAR)
    write(roles == Role.TEXT, theme.color("ink"), REGULAR)
    copied = roles == Role.COPY
    write(copied, inks[copied], MEDIUM, copy=True)
    write(roles == Role.FILL, theme.color("ink3"), REGULAR, copy=True)


def draw_picture(canvas: Canvas, grid: Grid, place: Place) -> None:
    """Draw a grid whose cells are too small for tiles as one picture; what is copied fades."""
    rows, cols = (samples(n) for n in grid.shape)
    values = np.asarray(grid.cells.at(rows, cols)) if grid.source is None else np.zeros((1, 1))
    if grid.source is not None:
        values = np.broadcast_to(values, (len(rows), len(cols)))
    colors = face_colors(grid, canvas.theme, values, rows, cols)
    roles = np.asarray(grid.roles.at(rows, cols))
    copied, repeated = roles == Role.COPY, roles == Role.REPEAT
    if copied.any() or repeated.any():
        share = np.where(copied, 0.8 if repeated.any() else 0.45, 1.0)
        share[repeated] = 0.32
        colors = mixed(colors, canvas.theme.color("paper"), share)
    canvas.image(np.rint(colors * 255).astype(np.uint8), place.box)


def samples(n: int) -> Array:
    """Indices of at most `MOST_SAMPLES` of n rows or columns, evenly."""
    if n <= MOST_SAMPLES:
        return np.arange(n)
    return np.arange(MOST_SAMPLES, dtype=np.intp) * n // MOST_SAMPLES


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
