"""`convviz.draw`: a command line as a drawing in Python."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import convviz


def test_a_drawing_prints_as_the_screen_of_its_command() -> None:
    lines = str(convviz.draw("pad 4x4 --mode circular")).splitlines()
    assert lines[0] == "pad 4×4 → 6×6 · circular · 1 on every side"


def test_a_notebook_shows_a_drawing_as_a_slide() -> None:
    data = convviz.draw("pad 4x4")._repr_png_()
    assert Image.open(BytesIO(data)).size == (1280, 720)


def test_arrays_stand_in_the_place_of_words() -> None:
    x, weight = np.arange(25.0).reshape(5, 5), np.ones((3, 3))
    drawing = convviz.draw("conv --at 0,0", input=x, weight=weight, bias=[2.0])
    expected = convviz.conv(x[None], weight[None, None], [2.0])[0]
    np.testing.assert_array_equal(drawing.scene.grid("output").values, expected)


def test_the_whole_command_line_may_be_pasted() -> None:
    assert convviz.draw("convviz pad 4x4 -m reflect").scene.diagram == "padding"


def test_a_drawing_goes_into_an_axes() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4))
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    right.plot([0, 1])
    convviz.draw("pad 4x4 --mode circular", ax=left)
    pixels = BytesIO()
    figure.savefig(pixels, format="png")
    image = np.asarray(Image.open(pixels).convert("L"))
    box = left.get_window_extent()
    drawn = image[:, int(box.x0) : int(box.x1)]
    assert (drawn < 200).mean() > 0.05
    beside = image[:, : int(box.x0) - 2]
    assert (beside == 255).all()


def test_saving_takes_the_format_of_the_suffix(tmp_path: Path) -> None:
    convviz.draw("pad 2x2").save(str(tmp_path / "x.svg"))
    assert (tmp_path / "x.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
    with pytest.raises(convviz.SpecError, match="no output format"):
        convviz.draw("pad 2x2").save(str(tmp_path / "x.gif"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("conv 5x5 -k 7", "the kernel spans 7 cells"),
        ("figures", "which figures"),
        ("--version", "draws nothing"),
        ("pad '4x4", "no closing quotation"),
    ],
)
def test_what_the_command_line_refuses_is_refused(line: str, message: str) -> None:
    with pytest.raises(convviz.SpecError) as caught:
        convviz.draw(line)
    assert message in str(caught.value)


def test_an_input_is_given_once() -> None:
    with pytest.raises(convviz.SpecError, match="given twice"):
        convviz.draw("pad 4x4", input=np.ones((2, 2)))
