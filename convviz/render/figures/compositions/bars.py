"""How the values of feature maps become colors, and the bar that tells so."""

from __future__ import annotations

import numpy as np

from convviz.diagrams.scene import Array
from convviz.render.colors import output_ramp, signed_ramp
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.labels import writing
from convviz.render.figures.sheet import Sheet

CLIP = 99.5
"""Percentile of the sizes of values where a color bar ends, if few values lie far beyond it."""
WORTH = 0.8
"""Of the largest value: a bar ends earlier only if it ends before that."""


class Bar:
    """How the values of a feature map become colors, and the bar that tells so.

    Signed values: blue above, amber below zero, the same reach to both sides. Others: gray where
    the input is an image, else the outputs' own color.
    """

    def __init__(self, values: Array, *, gray: bool) -> None:
        self.gray = gray
        finite = np.asarray(values, float)
        finite = finite[np.isfinite(finite)]
        self.low = float(finite.min(initial=0.0))
        self.high = float(finite.max(initial=0.0))
        self.signed = self.low < 0
        sizes = np.abs(finite)
        most = max(-self.low, self.high)
        part = float(np.percentile(sizes, CLIP)) if sizes.size else most
        self.clipped = 0 < part < WORTH * most
        self.most = (part if self.clipped else most) or 1.0

    def colors(self, values: Array, theme: str) -> Array:
        """(…, 3) of uint8."""
        with np.errstate(invalid="ignore", over="ignore"):
            share = np.nan_to_num(np.asarray(values, float) / self.most, nan=0.0)
        if self.signed:
            table = signed_ramp(np.linspace(-1, 1, 511), theme)
            place = np.rint((np.clip(share, -1, 1) + 1) * 255).astype(np.uint16)
        else:
            steps = np.linspace(0, 1, 256)
            gray = np.repeat(steps[:, None], 3, axis=1)
            table = gray if self.gray else output_ramp(steps, theme)
            place = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint16)
        found: Array = np.rint(table * 255).astype(np.uint8)[place]
        return found

    def ticks(self) -> list[tuple[float, str]]:
        """(place from 0, the bottom, to 1; label); ≥ and ≤ where values go on beyond the end."""
        ends = np.array([-self.most if self.signed else 0.0, 0.0, self.most])
        way = writing(np.array([float(f"{self.most:.3g}")]))
        top = ("≥ " if self.clipped and self.high > self.most else "") + way.write(ends[2])
        below = "≤ " if self.clipped and self.low < -self.most else ""
        if self.signed:
            return [(0.0, below + way.write(ends[0])), (0.5, "0"), (1.0, top)]
        return [(0.0, "0"), (1.0, top)]


def bar_width(sheet: Sheet, bar: Bar) -> float:
    """The width of a color bar and its labels, and of the gap before it."""
    wide = max(sheet.type.width(text, sheet.page.note) for _, text in bar.ticks())
    return 12.0 + 10.0 + 6.0 + wide


def draw_bar(canvas: Canvas, sheet: Sheet, bar: Bar, box: Box) -> None:
    """Draw the color bar at the right of `box`, with the values at its ends."""
    note = sheet.page.note
    high = min(box.height, 160.0 if not sheet.page.paper else 80.0)
    middle = (box.top + box.bottom) / 2
    place = Box(box.right + 12.0, middle - high / 2, box.right + 22.0, middle + high / 2)
    least = -bar.most if bar.signed else 0.0
    values = np.linspace(bar.most, least, 256)[:, None]
    canvas.image(bar.colors(values, canvas.theme.name), place)
    for share, text in bar.ticks():
        y = place.bottom - share * place.height
        canvas.words(place.right + 6.0, y + 0.36 * note, text, note)
