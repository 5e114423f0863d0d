import numpy as np
import pytest

from convviz.render.colors import (
    TOKENS,
    contrast,
    count_ramp,
    hexes,
    ident,
    ink_on,
    kernel_ramp,
    luminance,
    oklch,
    rgb,
    signed_ramp,
    value_ramp,
)

PUBLISHED = {
    (4, 4): "B6D8FF FFB2E2 FFC9BF FFC758 7AB5FF E883D0 FF918B E99D1A "
    "4F91EE BF64B6 E3676F CA7700 376ECA 97469C BD455C A85500",
    (3, 3): "B6D8FF FFBFC9 FFC758 5DA3FF EA729E DB8900 376ECA AF427D A85500",
    (1, 4): "72B0FF E27ECD FF8985 E69712",
    (1, 3): "72B0FF F97EA6 E69712",
    (1, 2): "72B0FF E69712",
}


@pytest.mark.parametrize("shape", PUBLISHED)
def test_the_identity_map_is_the_published_table(shape):
    rows, cols = shape
    grid = ident(np.arange(rows)[:, None], np.arange(cols), rows, cols)
    assert " ".join(hexes(grid).ravel()).replace("#", "") == PUBLISHED[shape]


@pytest.mark.parametrize(
    ("theme", "published"),
    [("light", "D9EAFC 92B5DF 5180C2 124AA3"), ("dark", "27354F 48658F 699BD3 A6D3FF")],
)
def test_the_count_ramp_is_the_published_one(theme, published):
    assert " ".join(hexes(count_ramp(np.arange(1, 5), 4, theme))).replace("#", "") == published


def test_numbers_on_identity_colors_keep_a_contrast_of_four_and_a_half():
    cells = ident(np.arange(64)[:, None], np.arange(64), 64, 64)
    assert contrast(cells, ink_on(cells)).min() >= 4.495


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_tokens_reach_their_contrast_with_the_paper(theme):
    tokens = TOKENS[theme]
    paper = rgb(tokens.paper)
    strong = [tokens.input.strong, tokens.kernel.strong, tokens.output.strong, tokens.focus]
    for color in [tokens.ink, tokens.ink2, tokens.ink3, *strong]:
        assert contrast(rgb(color), paper) >= 4.5
    for color in [tokens.input.mid, tokens.kernel.mid, tokens.output.mid, tokens.pad_edge]:
        assert contrast(rgb(color), paper) >= 2.9


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ramp", [value_ramp, kernel_ramp, signed_ramp])
def test_ramps_are_monotone_in_luminance(ramp, theme):
    steps = np.diff(luminance(ramp(np.linspace(0, 1, 33), theme)))
    assert (steps > 0).all() if theme == "dark" else (steps < 0).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_sides_of_the_signed_ramp_are_equally_heavy(theme):
    sizes = np.linspace(0, 1, 9)
    below, above = signed_ramp(-sizes, theme), signed_ramp(sizes, theme)
    np.testing.assert_allclose(luminance(below), luminance(above), atol=0.05)


def test_every_color_is_in_gamut_and_gray_stays_gray():
    wild = oklch(np.linspace(0, 1, 21)[:, None], 0.4, np.linspace(0, 360, 37))
    assert wild.min() >= 0
    assert wild.max() <= 1
    np.testing.assert_allclose(np.ptp(oklch([0.2, 0.5, 0.9], 0, 0), axis=-1), 0, atol=1e-5)


def test_a_single_row_and_column_have_a_color_of_their_own():
    assert ident(0, 0, 1, 1).shape == (3,)
    assert hexes(ident(0, 0, 1, 1)).item().startswith("#")
