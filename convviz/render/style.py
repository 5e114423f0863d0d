"""How pictures look: themes, page sizes, the scale of type. All lengths are points."""

from __future__ import annotations

import math
import re
from functools import cache

from convviz.diagrams.scene import Role
from convviz.errors import SpecError, unknown
from convviz.records import Record
from convviz.render.colors import TOKENS, Floats, Tokens, mixed, rgb

THEMES: tuple[str, ...] = ("light", "dark")
SLIDE_AREA = 960.0 * 540.0
"""Square points of a slide: a page of any shape gets as many, so that type keeps its weight."""
MOST_PIXELS = 50_000_000
MOST_SIDE = 32_000
LEAST_DPI, MOST_DPI = 10, 1200
"""Below the least, letters of some pages have no pixel."""


class Theme(Record, eq=False):
    """The colors of one theme as arrays, and how far things fade into its paper."""

    name: str
    tokens: Tokens

    @property
    def dark(self) -> bool:
        """Whether ink is lighter than paper."""
        return self.name == "dark"

    def color(self, token: str) -> Floats:
        """(3,) of a neutral token or "focus": "paper", "ink2", …."""
        return rgb(getattr(self.tokens, token))

    def trio(self, role: Role) -> tuple[Floats, Floats, Floats]:
        """(tint, mid, strong) of an input, kernel or output role."""
        tint, mid, strong = getattr(self.tokens, TRIOS.get(role, "input"))
        return rgb(tint), rgb(mid), rgb(strong)

    def word(self, role: Role) -> Floats:
        """(3,): the color of words in that role."""
        if role in TRIOS:
            return self.trio(role)[2]
        return self.color(WORDS.get(role, "ink2"))

    def faded(self, color: Floats, share: float) -> Floats:
        """`share` of `color`, the rest paper."""
        return mixed(color, self.color("paper"), share)

    @property
    def window_alpha(self) -> float:
        """Of the paint of one window; it darkens where windows overlap."""
        return 0.38 if self.dark else 0.40


TRIOS = {
    Role.INPUT: "input",
    Role.COPY: "input",
    Role.KERNEL: "kernel",
    Role.HOLE: "kernel",
    Role.OUTPUT: "output",
    Role.PENDING: "output",
    Role.SUM: "output",
    Role.GOOD: "output",
}
WORDS = {
    Role.FOCUS: "focus",
    Role.BAD: "focus",
    Role.MUTED: "ink3",
    Role.FILL: "ink3",
    Role.STRONG: "ink",
    Role.TEXT: "ink2",
}


@cache
def theme_named(name: str) -> Theme:
    """The theme called `name`."""
    if name not in TOKENS:
        raise unknown("theme", name, THEMES, argument="theme", heading="themes")
    return Theme(name, TOKENS[name])


class Page(Record):
    """A sheet to draw on and the scale of its type.

    width, height: points; height is None where the content decides.
    dpi:           pixels per 72 points.
    paper:         for print: no title, no footer, panels are lettered.
    margin:        left and right.
    content:       (top, bottom) of the part that the diagram may fill.
    title, subtitle, panel, label, note, formula, footer, least: type sizes; `least` is the smallest
                   readable number in a cell.
    cap:           the largest pitch of cells.
    """

    width: float
    height: float | None
    dpi: float
    paper: bool = False
    margin: float = 48.0
    content: tuple[float, float] = (120.0, 490.0)
    title: float = 27.0
    subtitle: float = 15.0
    panel: float = 17.0
    label: float = 14.0
    note: float = 12.5
    formula: float = 17.0
    small: float = 12.0
    footer: float = 10.0
    least: float = 6.5
    cap: float = 64.0

    @property
    def narrow(self) -> bool:
        """Whether panels stand below each other rather than side by side."""
        return self.height is not None and self.width < 1.25 * self.height


PAPER = {
    "title": 11.0,
    "subtitle": 9.0,
    "panel": 9.5,
    "label": 9.0,
    "note": 8.0,
    "formula": 9.5,
    "small": 8.0,
    "footer": 8.0,
    "least": 6.0,
    "cap": 26.0,
}
SIZES: tuple[str, ...] = ("slide", "square", "paper", "paper1", "paper2")


def page_named(size: str, dpi: float | None = None) -> Page:
    """The page called `size`, or of WxH pixels.

    Raises SpecError: an unknown name, or more pixels than the budget.
    """
    if dpi is not None and not (math.isfinite(dpi) and LEAST_DPI <= dpi <= MOST_DPI):
        raise SpecError(
            f"a picture has {LEAST_DPI} to {MOST_DPI} dots per inch, not {dpi:g}", "dpi",
            f"{LEAST_DPI} to {MOST_DPI}",
        )  # fmt: skip
    found = re.fullmatch(r"([0-9]{1,18})[x×]([0-9]{1,18})", size)
    if found:
        return _page_of(int(found[1]), int(found[2]), dpi)
    if size == "slide":
        page = Page(960.0, 540.0, dpi or 144.0)
    elif size == "square":
        page = Page(720.0, 720.0, dpi or 108.0, content=(116.0, 668.0), title=24.0)
    elif size in ("paper", "paper1", "paper2"):
        inches = 3.5 if size == "paper1" else 7.0
        page = Page(inches * 72, None, dpi or 300.0, True, 2.0, (2.0, math.inf), **PAPER)
    else:
        raise unknown("size", size, (*SIZES, "1920x1080"), argument="size", heading="sizes")
    return checked(page)


def _page_of(width: int, height: int, dpi: float | None) -> Page:
    """A page of width × height pixels, laid out on as many square points as a slide has."""
    if min(width, height) < 64:
        raise SpecError(
            f"a picture is at least 64 × 64 pixels, not {width} × {height}", "size", "64x64 or more"
        )
    check_pixels(width, height)
    scale = dpi / 72 if dpi else math.sqrt(width * height / SLIDE_AREA)
    wide, high = width / scale, height / scale
    part = min(1.0, high / 540, wide / 720)
    page = Page(
        wide,
        high,
        scale * 72,
        margin=48.0 * part,
        content=(120.0 * part, high - 50.0 * part),
        title=27.0 * part,
        subtitle=max(10.0, 15.0 * part),
    )
    return checked(page)


def checked(page: Page, height: float | None = None) -> Page:
    """`page`, when its pixels are within the budget. `height` where the content decides it."""
    high = page.height if page.height is not None else height
    scale = page.dpi / 72
    if high is not None:
        check_pixels(math.ceil(page.width * scale), math.ceil(high * scale))
    return page


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture of too many pixels, before any is allocated."""
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise SpecError(
            f"{width} × {height} is {width * height / 1e6:,.0f} million pixels: "
            f"the budget is {MOST_PIXELS // 1_000_000} million, and {MOST_SIDE:,} on a side",
            "size",
            remedy="a smaller {size=3840x2160} or {dpi=144}",
        )
