"""Nothing that matplotlib finds on a machine changes a picture, or says a word."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib import font_manager

from tests.faults.running import Answer, child, many

TITLE = r"$\bogus$ $x^2$ ⌊x⌋ 日本 🙂"
"""What matplotlib would read as mathematics, and glyphs of another font, or of none."""

DRAW = """
import sys
from convviz.cli import main
into, title, *suffixes = sys.argv[1:]
for suffix in suffixes:
    film = suffix == "gif"
    line = ["conv", "2x2", "-k", "2"] if film else ["pad", "2x2", "-m", "reflect"]
    assert main([*line, "--title", title, "-o", f"{into}x.{suffix}"]) == 0, suffix
"""

Digests = dict[str, str]


EVERY = ("png", "svg", "pdf", "gif")


def drawn(
    folder: Path, into: str = "", suffixes: tuple[str, ...] = EVERY, **changed: str
) -> Digests:
    """The digests of one picture in each format, drawn by a new process that says nothing."""
    (folder / into).mkdir(exist_ok=True)
    assert child(DRAW, into, TITLE, *suffixes, cwd=folder, **changed) == ""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((folder / into).glob("x.*"))
    }


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Digests:
    found = drawn(tmp_path_factory.mktemp("usual"), "there/")
    assert len(found) == 4
    return found


SETTINGS = """
backend: module://unpickled
figure.facecolor: red
font.size: 40
font.family: Nowhere
svg.fonttype: path
path.simplify: bad
bogus.key: 1
"""


def test_settings_of_the_folder_the_home_and_the_machine_change_nothing(
    tmp_path: Path, usual: Digests
) -> None:
    (tmp_path / "matplotlibrc").write_bytes(SETTINGS.encode() + b"\xff\n")
    (tmp_path / "unpickled.py").write_text("open('imported', 'w')")
    elsewhere = {
        "HOME": os.devnull,
        "XDG_CACHE_HOME": "",
        "XDG_CONFIG_HOME": os.devnull,
        "MPLCONFIGDIR": f"{os.devnull}/matplotlib",
        "MPLBACKEND": "bogus",
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "SOURCE_DATE_EPOCH": "1700000000",
        "PYTHONHASHSEED": "5",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "COLUMNS": "20",
    }
    assert drawn(tmp_path, **elsewhere) == usual
    assert not (tmp_path / "imported").exists()


def test_a_home_with_settings_in_it_that_keeps_no_fonts_changes_nothing(
    tmp_path: Path, usual: Digests
) -> None:
    settings = tmp_path / ".config/matplotlib"
    settings.mkdir(parents=True)
    (settings / "matplotlibrc").write_text("figure.facecolor: red\nfont.size: 40\n")
    (tmp_path / ".cache").touch()  # where a folder should be
    places = {"XDG_CONFIG_HOME": str(settings.parent), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    found = drawn(tmp_path, "", ("svg",), MPLBACKEND="module://unpickled", **places)
    assert found.items() <= usual.items()


LIST = f"fontlist-v{font_manager.FontManager.__version__}.json"
"""The file in which matplotlib keeps the fonts of a machine."""


def fonts(path: Path) -> dict[str, Any]:
    """The fonts of this machine, as matplotlib would keep them."""
    font_manager.json_dump(font_manager.fontManager, str(path))
    found: dict[str, Any] = json.loads(path.read_text())
    found["ttflist"] = [e for e in found["ttflist"] if "Convviz" not in e["name"]]
    return found


def renamed(entries: list[dict[str, Any]], names: str, file: str) -> None:
    """Let every font whose name holds `names` be the font in `file`."""
    for entry in entries:
        if names in entry["name"]:
            entry["fname"] = file


def gone(kept: dict[str, Any]) -> str:
    """All files were moved since."""
    renamed(kept["ttflist"], "", "/gone/Font.ttf")
    return json.dumps(kept)


def none(kept: dict[str, Any]) -> str:
    """No font was found."""
    return json.dumps({**kept, "ttflist": [], "afmlist": []})


def others(kept: dict[str, Any]) -> str:
    """Fonts of our names are something else, and come first."""
    folder = Path(font_manager.__file__).parent / "mpl-data/fonts/ttf"
    renamed(kept["ttflist"], "DejaVu", str(folder / "STIXGeneral.ttf"))
    first = {**kept["ttflist"][0], "fname": str(folder / "cmr10.ttf"), "style": "normal"}
    ours = [
        {**first, "name": name, "weight": weight}
        for name in ("Convviz Inter", "DejaVu Sans", "DejaVu Sans Mono")
        for weight in (400, 500, 600, 700)
    ]
    return json.dumps({**kept, "ttflist": ours + kept["ttflist"]})


def broken(kept: dict[str, Any]) -> str:
    """The file was cut short."""
    return json.dumps(kept)[:1000]


@pytest.mark.parametrize("spoil", [gone, none, others, broken], ids=lambda each: each.__name__)
def test_the_list_of_fonts_changes_nothing_however_stale_or_broken(
    spoil: Callable[[dict[str, Any]], str], tmp_path: Path, usual: Digests
) -> None:
    (tmp_path / "home").mkdir()
    path = tmp_path / "home" / LIST
    path.write_text(spoil(fonts(path)))
    found = drawn(tmp_path, "", ("png", "svg"), MPLCONFIGDIR=str(tmp_path / "home"))
    assert found.items() <= usual.items()


def test_a_font_that_is_not_installed_is_refused_and_one_that_is_is_taken(tmp_path: Path) -> None:
    lines = [
        ["pad", "2x2", "-o", "x.png", "--font", font]
        for font in ("DejaVu Serif", "DejaVu Serif", "DejaVu Sarif", "", r"$\x$")
    ]
    found, again, near, empty, odd = many(lines, tmp_path)
    assert (found.status, found.err) == (again.status, again.err) == (0, "")
    near.refused(2, "no font called 'DejaVu Sarif' is installed")
    assert "did you mean DejaVu Serif?" in near.err
    empty.refused(2, "no font called ''")
    odd.refused(2, r"no font called '$\x$'")


def test_an_epoch_that_is_no_date_is_refused_and_a_date_changes_nothing(tmp_path: Path) -> None:
    bad = ["abc", "-1", "1e9", "１", "253402300800", "9" * 30]
    good = ["", "0", "253402300799"]
    lines, epochs = [], []
    for suffix in ("svg", "pdf"):
        for place, epoch in enumerate([*bad, *good]):
            (tmp_path / f"{suffix}{place}").mkdir()
            (tmp_path / f"{suffix}{place}/x.{suffix}").write_bytes(b"old")
            lines.append(f"pad 1x1 -p 0 -o {suffix}{place}/x.{suffix}".split())
            epochs.append({"SOURCE_DATE_EPOCH": epoch})
    answers = many(lines, tmp_path, epochs)
    for line, changed, answer in zip(lines, epochs, answers, strict=True):
        if changed["SOURCE_DATE_EPOCH"] in bad:
            answer.refused(2, "the environment variable SOURCE_DATE_EPOCH is")
            assert (tmp_path / line[-1]).read_bytes() == b"old"
        else:
            assert answer == Answer(0, "", "")
    for suffix in ("svg", "pdf"):
        places = range(len(bad), len(bad) + len(good))
        contents = {(tmp_path / f"{suffix}{n}/x.{suffix}").read_bytes() for n in places}
        assert len(contents) == 1
        assert b"old" not in contents
