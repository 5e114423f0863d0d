"""Numbers as pictures write them, and lines that shrink and wrap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.render.figure import matplotlib_at_rest
from convviz.render.figures.labels import labels, number

with matplotlib_at_rest():
    from convviz.render.figures.type import REGULAR, SHRINK, Run, Typeface


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 12, -3], "1 12 −3"),
        ([1234, 12345, -1234567], "1234 12\u2009345 −1\u2009234\u2009567"),
        ([0.5, 1.0, -0.25], "0.50 1.00 −0.25"),
        ([1 / 3, 0.0, -0.0001], "0.333 0.000 0.000"),
        ([123.456, 1.0], "123 1"),
        ([np.nan, np.inf, -np.inf, 2.0], "nan inf −inf 2"),
        ([0.0001234, 0.0], "1.2e−4 0"),
        ([1.5e7, -2.0], "1.5e7 −2e0"),
        ([3e9], "3e9"),
        ([], ""),
    ],
)
def test_a_grid_of_numbers_is_written_alike(values, texts):
    assert " ".join(labels(np.array(values)).texts) == texts


def test_one_number_by_itself_is_written_to_its_last_digit():
    assert number(np.float64(250000000)) == "250\u2009000\u2009000"
    assert number(-7.25) == "−7.25"


@settings(deadline=None, max_examples=60)
@given(st.text(" abcé·(1)", max_size=60), st.floats(20, 300))
def test_a_line_that_is_fitted_keeps_its_words_and_its_width(text, width):
    face = Typeface.of(None)
    size, lines = face.fit((Run(text, None),), 15.0, width)
    assert size >= 15.0 * SHRINK - 1e-9
    kept = "".join("".join(run.text for run in line) for line in lines)
    assert kept.replace(" ", "") == text.replace(" ", "")
    for line in lines:
        words = "".join(run.text for run in line).strip()
        assert len(words) <= 1 or face.width(words, size, REGULAR) <= width + 0.01
