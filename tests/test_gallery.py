"""The gallery is what its commands draw."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from convviz.cli import batch
from convviz.cli.figures import index
from tests.pictures_compared import decoded, difference

GALLERY = Path(__file__).parent.parent / "gallery"
FIGURES = batch.read(str(GALLERY / "gallery.toml"))
FONTS_AND_RASTER = 12.0
"""Of 255, in a block: what another FreeType or matplotlib may make; a changed number makes more."""
KERNED = matplotlib.__version_info__ >= (3, 11)
MOVED = 5.0
"""Of 255, on average: before 3.11 matplotlib does not kern, texts are wider and diagrams move."""


@pytest.mark.parametrize("entry", FIGURES, ids=[entry.file for entry in FIGURES])
def test_a_figure_of_the_gallery_is_what_its_command_draws(
    entry: batch.Figure, tmp_path: Path
) -> None:
    path = tmp_path / Path(entry.file).name
    error = batch.draw(entry, str(path))
    assert error is None, str(error)
    kept = GALLERY / entry.file
    if path.suffix in (".pdf", ".svg"):
        assert abs(path.stat().st_size - kept.stat().st_size) < 0.05 * kept.stat().st_size
        return
    found, expected = decoded(path), decoded(kept)
    if KERNED:
        assert difference(found, expected) < FONTS_AND_RASTER
    else:
        assert np.abs(found.astype(np.int16) - expected).mean() < MOVED


def test_the_index_shows_every_figure_with_its_command() -> None:
    shown = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert shown == index(FIGURES, GALLERY, str(GALLERY / "README.md"))


def test_the_gallery_holds_no_other_pictures_and_stays_small() -> None:
    kept = {
        str(path.relative_to(GALLERY)).replace("\\", "/")
        for path in GALLERY.rglob("*")
        if path.suffix in (".png", ".svg", ".pdf", ".gif", ".webp", ".apng")
    }
    assert kept == {entry.file for entry in FIGURES}
    total = sum(path.stat().st_size for path in GALLERY.rglob("*") if path.is_file())
    assert total < 12e6


def test_the_comparison_sees_a_changed_cell() -> None:
    light = decoded(GALLERY / "light/padding-modes.png")
    changed = light.copy()
    changed[:, 300:340, 300:340] = 0
    assert difference(light, light) == 0
    assert difference(light, changed) > FONTS_AND_RASTER
    with Image.open(GALLERY / "light/padding-modes.png") as image:
        assert np.asarray(image).shape == light.shape[1:]
