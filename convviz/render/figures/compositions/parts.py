"""What several diagrams draw: titles, lenses, brackets, windows, formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams.scene import Grid, Label, Rect, Role, Selection, Text, Windows
from convviz.diagrams.scene import Run as SceneRun
from convviz.patterns import pattern
from convviz.render.colors import Floats, ident, ink_on
from convviz.render.figures.canvas import BACK, FRAMES, Box, Canvas, trimmed
from convviz.render.figures.grids import TILE, Digits, Place, draw_choice
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import BOLD, REGULAR, SEMIBOLD, SHRINK, Line, Run

BRACKETS = pattern(r"\([^()]*\)")
SIZES = pattern(r"(?<=\d)×(?=\d)")


def airy(text: str) -> str:
    """Shapes as pictures write them: 4 × 4."""
    return SIZES.sub(" × ", text)


def title_line(sheet: Sheet, grid: Grid, *, plain: Role | None = None) -> Line:
    """A grid's title in its role colors; words without a role follow the first that has one."""
    lead = next((run.role for run in grid.title if run.role != Role.TEXT), grid.kind)

    def color(run: SceneRun) -> Floats:
        if plain is not None and not run.bold:
            return sheet.theme.word(plain)
        return sheet.theme.word(lead if run.role == Role.TEXT else run.role)

    return tuple(Run(airy(run.text), color(run), SEMIBOLD) for run in grid.title)


def unbroken(text: str) -> str:
    """`text` that is not broken inside brackets, where it takes several lines."""
    return BRACKETS.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


WordLine = tuple[Line, float, float]
"""Runs, their size, and the distance from the line above to the cap height."""


def size_lines(
    sheet: Sheet, labels: Sequence[Label], size: float, room: float, *, generic: bool = False
) -> tuple[WordLine, ...]:
    """The size formulas: in one line where they fit, else one below the other.

    generic: below them, the formula in letters.
    """
    lines: list[Line] = []
    for label in labels:
        name = label.name.removeprefix("size").strip()
        words = f"{name}  " if name and len(labels) > 1 else "" if generic else "size  "
        lines.append((sheet.word(words), *formula(sheet, label.text)))
    gap: Line = (sheet.word("        "),)
    one = tuple(run for i, line in enumerate(lines) for run in ((*gap, *line) if i else line))
    if sheet.type.line_width(one, size) * SHRINK <= room:
        lines = [one] if lines else []
    found = [(line, size, 0.75 * size) for line in lines]
    letters = next((label.generic for label in labels if label.generic), "")
    if generic and letters and not sheet.page.paper:
        runs = (Run(letters, sheet.theme.word(Role.MUTED), REGULAR),)
        found.append((runs, sheet.page.small, 0.85 * sheet.page.small))
    return tuple(found)


def draw_title(
    canvas: Canvas,
    sheet: Sheet,
    line: Line,
    x: float,
    baseline: float,
    room: float,
    *,
    size: float | None = None,
) -> None:
    """A title centered over a grid: smaller where it is wide, and upward in lines after that."""
    size = sheet.page.label if size is None else size
    wide = sheet.type.line_width(line, size)
    size *= min(1.0, max(0.66, room / wide)) if wide else 1.0
    lines = sheet.type.wrapped(line, size, room) if wide * 0.66 > room else [line]
    for up, each in enumerate(reversed(lines)):
        words = trimmed(each)
        # Near an edge of the sheet a title moves inward rather than beyond it.
        half = sheet.type.line_width(words, size) / 2 + max(1.0, 0.98 * sheet.page.margin)
        middle = min(max(x, half), max(canvas.width - half, half))
        canvas.words(middle, baseline - 1.15 * size * up, words, size, anchor=0.5)


def formula(sheet: Sheet, text: Text) -> Line:
    """A formula: numbers in role colors and bold, the rest steps back."""
    return tuple(
        Run(
            airy(run.text),
            sheet.theme.word(Role.STRONG if run.bold and run.role == Role.TEXT else run.role),
            BOLD if run.bold else REGULAR,
        )
        for run in text
    )


def verdict(sheet: Sheet, label: Label) -> Line:
    """What is said of a picture, with ✓ or ✗ in front where it is a verdict."""
    name = "" if label.name in ("coverage", "padding") else f"{label.name}  "
    runs = [
        Run(
            airy(run.text),
            sheet.theme.word(run.role),
            SEMIBOLD if run.role in (Role.GOOD, Role.BAD) or run.bold else REGULAR,
        )
        for run in label.text
    ]
    return (*((Run(name, sheet.theme.word(label.role), SEMIBOLD),) if name else ()), *runs)


def bounds(chosen: Selection) -> Rect:
    """The cells from the first to the last of a selection."""
    return Rect(min(chosen.rows), min(chosen.cols), max(chosen.rows) + 1, max(chosen.cols) + 1)


def window(windows: Windows, row: int, col: int) -> Rect:
    """The cells from the first to the last tap of window (row, col)."""
    rows, cols = windows.rows[row], windows.cols[col]
    return Rect(rows[0], cols[0], rows[-1] + 1, cols[-1] + 1)


def lens(
    canvas: Canvas,
    start: Box,
    end: Box,
    color: Floats,
    *,
    alpha: float = 0.14,
    downward: bool = False,
) -> None:
    """A translucent beam from one box to another, behind all tiles."""
    if downward:
        corners = [
            (start.left, start.bottom),
            (start.right, start.bottom),
            (end.right, end.top),
            (end.left, end.top),
        ]
        edges = [(corners[0], corners[3]), (corners[1], corners[2])]
    else:
        corners = [
            (start.right, start.top),
            (end.left, end.top),
            (end.left, end.bottom),
            (start.right, start.bottom),
        ]
        edges = [(corners[0], corners[1]), (corners[3], corners[2])]
    canvas.polygon(corners, face=color, alpha=alpha, height=BACK)
    for edge in edges:
        canvas.line(edge, color, 1.0, alpha=0.55, height=BACK)


def bracket(
    canvas: Canvas,
    sheet: Sheet,
    start: tuple[float, float],
    end: tuple[float, float],
    label: str,
    role: Role,
    *,
    side: int,
    room: float = 1e9,
) -> None:
    """A length: a line with end ticks and its label.

    side: −1 above or left of the line, 1 below or right of it.
    """
    theme, page = sheet.theme, sheet.page
    color = theme.word(role)
    (x0, y0), (x1, y1) = start, end
    level = y0 == y1
    tick = 4.0 if not page.paper else 2.5
    canvas.line([start, end], color, 1.3)
    for x, y in (start, end):
        ends = [(x, y - tick), (x, y + tick)] if level else [(x - tick, y), (x + tick, y)]
        canvas.line(ends, color, 1.3)
    run: Line = (Run(unbroken(label), color, SEMIBOLD),)
    if level:
        size, lines = sheet.type.fit(run, page.note, room)
        base = y0 + side * (tick + 5.0) + (0.73 * size if side > 0 else 0.0)
        canvas.words((x0 + x1) / 2, base, lines[0], size, anchor=0.5)
        return
    # Beside a vertical line a label may take several lines rather than shrink.
    size = page.note
    lines = sheet.type.wrapped(run, size, room)
    widest = max(sheet.type.line_width(trimmed(line), size) for line in lines)
    size *= min(1.0, room / widest)
    leading = 1.15 * size
    base = (y0 + y1) / 2 + 0.36 * size - leading * (len(lines) - 1) / 2
    for i, line in enumerate(lines):
        x = x0 + side * (tick + 5.0)
        canvas.words(x, base + i * leading, trimmed(line), size, anchor=1.0 if side < 0 else 0.0)


def window_colors(rows: int, cols: int) -> Floats:
    """(rows, cols, 3): the identity colors of the outputs of a layer."""
    return ident(np.arange(rows)[:, None], np.arange(cols), rows, cols)


def framed(canvas: Canvas, box: Box, color: Floats, u: float, *, width: float = 3.0) -> None:
    """The frame of a kernel or of a result: 0.09 u outside of its tiles."""
    canvas.box(
        box.grown(0.08 * u),
        radius=0.2 * u,
        edge=color,
        width=min(width, max(1.2, 0.08 * u)),
        height=FRAMES,
    )


def draw_current(
    canvas: Canvas, place: Place, cell: tuple[int, int], digits: Digits | None
) -> None:
    """The chosen output: solid, framed, its number bold."""
    u, theme = place.u, canvas.theme
    _, solid, edge = theme.trio(Role.OUTPUT)
    centers = np.array([place.center(*cell)])
    canvas.tiles(centers, TILE * u, solid[None])
    box = Place(place.left + cell[1] * u, place.top + cell[0] * u, u, 1, 1).box
    draw_choice(canvas, box, edge, u, width=3.4)
    if digits is not None:
        text = [str(digits.texts[cell])]
        ink = ink_on(solid)[None]
        canvas.numbers(text, centers, digits.tile * u, ink, weight=BOLD, room=TILE * u)
