"""Panels of layers that are compared: one pitch, one form, what they share once."""

from __future__ import annotations

from typing import Any

import pytest

from convviz.errors import SpecError
from convviz.render.figure import default_settings, matplotlib_at_rest
from convviz.render.figures.compositions import arrangement
from convviz.render.figures.compositions.several import Several, pitch_of
from convviz.render.figures.sheet import Sheet
from convviz.render.figures.type import Typeface
from convviz.render.style import page_named, theme_named
from tests.render.several_scenes import COMMANDS, SEVERAL, drawn
from tests.render.test_figure_layout import canvas


def laid(command: str, size: str = "slide") -> Several:
    with matplotlib_at_rest(), default_settings():
        sheet = Sheet(drawn(command), page_named(size), theme_named("light"), Typeface.of(None))
        top, bottom = sheet.page.content
        made = arrangement(sheet, sheet.room, bottom - top if sheet.page.height else None)
    assert isinstance(made, Several)
    return made


@pytest.mark.parametrize("size", ["slide", "square", "paper"])
@pytest.mark.parametrize("name", [name for name in COMMANDS if name.startswith("several")])
def test_cells_of_all_panels_are_as_large(name: str, size: str) -> None:
    made = laid(COMMANDS[name], size)
    pitches = [pitch_of(panel) for panel in made.made]
    assert min(pitches) > 0
    assert max(pitches) == pytest.approx(min(pitches), rel=1e-6)


def test_panels_take_one_form() -> None:
    coverages: list[Any] = laid(COMMANDS["several, coverages"]).made
    assert len({panel.way for panel in coverages}) == 1
    sums: list[Any] = laid(COMMANDS["several, divisors of a volume"]).made
    assert len({panel.upright for panel in sums}) == 1
    banks: list[Any] = laid("conv 6x6 --view kernels --compare kernel=2,4").made
    kernels = [panel.shape for panel in banks]
    assert kernels[0].kernel == kernels[1].kernel
    assert kernels[0].output == kernels[1].output


def test_what_panels_share_is_drawn_once() -> None:
    texts = [text.text for text in canvas(SEVERAL["several, banks"](), "slide").texts]
    assert texts.count("input 6 × 6") == 1
    assert sum("on one scale" in text for text in texts) == 1
    assert sum(text.startswith("dilation ") for text in texts) == 2


def test_beside_other_panels_lanes_show_stamps_without_their_kernels() -> None:
    texts = [text.text for text in canvas(SEVERAL["several, lanes"](), "slide").texts]
    assert "kernel" not in texts
    assert texts.count("stamps") == 3
    alone = canvas(drawn("conv-transpose 4 --view overlap -s 2"), "slide").texts
    assert "kernel" in [text.text for text in alone]


@pytest.mark.parametrize(
    "command",
    [
        "conv 7x7 --view window --compare padding=" + ",".join(map(str, range(61))),
        "conv 3x7x7 --view channels --compare padding=0,1,2,3,4,5",
    ],
)
def test_more_panels_than_a_page_holds_are_refused(command: str) -> None:
    with pytest.raises(SpecError, match="panels of this view are too many for the page"):
        laid(command)
