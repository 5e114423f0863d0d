"""Texts stay on the sheet, in their cells, apart from each other, and readable."""

from collections.abc import Callable
from itertools import combinations, product

import pytest

from convviz.diagrams.scene import Scene
from convviz.render.figure import default_settings, matplotlib_at_rest
from convviz.render.figures.canvas import Box, Canvas
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import Typeface
from convviz.render.style import page_named, theme_named
from tests.render.command_scenes import OTHERS
from tests.render.figure_scenes import SCENES
from tests.render.more_scenes import MORE
from tests.render.several_scenes import SEVERAL

EVERY: dict[str, Callable[[], Scene]] = {**SCENES, **MORE, **SEVERAL, **OTHERS}

LEAST_WORDS = {False: 8.0, True: 4.8}
"""Points of words on slides and on paper: 10 and 6, shrunk at most to 80 %."""


PAGES = [
    ("slide", None),
    ("slide", "DejaVu Sans"),
    ("square", None),
    ("paper", None),
    ("paper1", None),
    ("paper1", "DejaVu Sans"),
]


def canvas(scene: Scene, size: str, font: str | None = None) -> Canvas:
    with matplotlib_at_rest(), default_settings():
        typeface = Typeface.of(font)
        page, theme = page_named(size), theme_named("light")
        return Sheet(scene, page, theme, typeface, title=scene.title).canvas()


def overlap(one: Box, other: Box) -> bool:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    return wide > 0.5 and high > 0.5


@pytest.mark.parametrize("name", EVERY)
def test_texts_fit_their_cells_and_the_sheet_and_do_not_meet(name):
    scene = EVERY[name]()
    for size, font in PAGES:
        found = canvas(scene, size, font)
        page = page_named(size)
        assert found.width == page.width
        assert page.height in (None, found.height)
        where = f"{size}, {font}"
        words = [text for text in found.texts if text.room is None]
        numbers = [text for text in found.texts if text.room is not None]
        for text in found.texts:
            box = text.box
            assert box.left >= 0 <= box.top, f"{text.text!r} leaves the {where}"
            assert box.right <= found.width, f"{text.text!r} leaves the {where}"
            assert box.bottom <= found.height, f"{text.text!r} leaves the {where}"
        for text in numbers:
            half = text.room.width / 2 + 0.05
            assert text.box.width / 2 <= half, f"{text.text!r} leaves its cell: {where}"
            assert text.size >= page.least - 0.01, f"{text.text!r} cannot be read: {where}"
        for text in words:
            least = LEAST_WORDS[page.paper]
            assert text.size >= least - 0.01, f"{text.text!r} cannot be read: {where}"
        for one, other in combinations(words, 2):
            assert not overlap(one.box, other.box), f"{one.text!r} on {other.text!r}: {where}"
        for one, other in product(words, numbers):
            assert not overlap(one.box, other.box), f"{one.text!r} on {other.text!r}: {where}"


def test_four_panels_on_a_slide_have_the_pitch_of_the_visual_language():
    found = canvas(SCENES["padding, all modes"](), "slide")
    cells = {text.room.width for text in found.texts if text.room is not None}
    assert max(cells) == pytest.approx(0.90 * 31, abs=0.5)


def test_numbers_are_shown_in_all_cells_of_a_grid_or_in_none():
    with_numbers = canvas(SCENES["padding, twelve"](), "slide")
    without = canvas(SCENES["padding, tiles"](), "slide")
    assert len([t for t in with_numbers.texts if t.room is not None]) in (0, 4 * 14 * 14)
    assert not [t for t in without.texts if t.room is not None]
