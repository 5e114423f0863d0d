"""Answers that move, as they are asked for on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Run = Callable[..., Any]
SMALL = ("--size", "192x108")


def frames(path: Path) -> tuple[int, list[int]]:
    """(frames, milliseconds of each) of a film."""
    with Image.open(path) as image:
        times = []
        count: int = getattr(image, "n_frames", 1)
        for i in range(count):
            image.seek(i)
            image.load()
            times.append(int(image.info["duration"]))
    return count, times


@pytest.mark.parametrize("suffix", ["gif", "apng", "webp", "GIF"])
def test_the_ending_of_a_file_makes_a_film(suffix: str, run: Run, folder: Path) -> None:
    answer = run("conv", "3x3", "-k", "2", *SMALL, "-o", f"x.{suffix}")
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    assert frames(folder / f"x.{suffix}") == (4, [900, 400, 400, 1800])


def test_fps_sets_the_pace_between_the_holds(run: Run, folder: Path) -> None:
    assert run("pool", "4x4", "-k", "2", *SMALL, "--fps", "5", "-o", "x.gif").status == 0
    assert frames(folder / "x.gif") == (4, [900, 200, 200, 1800])


def test_stamps_land_once_per_input_and_the_direct_reading_has_every_output(
    run: Run, folder: Path
) -> None:
    line = ("conv-transpose", "2x2", "-k", "3", "-s", "2", *SMALL)
    assert run(*line, "-o", "stamps.gif").status == 0
    assert frames(folder / "stamps.gif")[0] == 4
    assert run(*line, "--view", "direct", "-o", "direct.gif").status == 0
    assert frames(folder / "direct.gif")[0] == 25


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("s.png", ["s-1.png", "s-2.png"]),
        ("s%03d.png", ["s001.png", "s002.png"]),
        ("%d-s.svg", ["1-s.svg", "2-s.svg"]),
    ],
)
def test_frames_are_written_as_stills(
    pattern: str, names: list[str], run: Run, folder: Path
) -> None:
    answer = run("conv", "3", "-k", "2", *SMALL, "--frames", pattern)
    assert (answer.status, answer.out) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == names


def test_a_pattern_has_one_place_for_the_number(run: Run, folder: Path) -> None:
    answer = run("conv", "3", "-k", "2", "--frames", "%d-%d.png")
    assert answer.status == 2
    assert "two places for the number" in answer.err
    answer = run("conv", "3", "-k", "2", "--frames", "s.gif")
    assert answer.status == 2
    assert ".png .svg .pdf" in answer.err


def test_without_a_terminal_a_film_is_its_last_frame(run: Run) -> None:
    film = run("conv 7x7 -k 3 -s 2 -p 1 --animate")
    still = run("conv 7x7 -k 3 -s 2 -p 1 --at 3,3")
    assert film.status == 0
    assert film.out == still.out
    assert run("conv 7x7 -k 3 -s 2 -p 1 --step").out == still.out


def test_a_plain_film_is_its_last_frame_in_words(run: Run) -> None:
    film = run("conv 5x5 -k 3 --animate --plain")
    assert film.status == 0
    assert film.out == run("conv 5x5 -k 3 --at 2,2 --plain").out


def test_json_is_json_also_where_something_moves(run: Run, folder: Path) -> None:
    answer = run("conv", "3", "-k", "2", "--json", "--animate")
    assert json.loads(answer.out)["output"]["values"] == [5, 8]
    answer = run("conv", "3", "-k", "2", "--json", "-o", "x.gif", *SMALL)
    assert json.loads(answer.out)["output"]["values"] == [5, 8]
    assert frames(folder / "x.gif")[0] == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("conv 5x5 -k 3 --fps 5", "a picture that does not move has no speed"),
        ("conv 5x5 -k 3 --animate --fps 0", "0.1 to 50 frames per second, not 0"),
        ("conv 5x5 -k 3 --animate --fps fast", "fast"),
        ("conv 5x5 -k 3 --view matrix --animate", "no moving view is called 'matrix'"),
        ("conv-transpose 2x2x2 -k 2 --dims 3 --animate", "not in a volume"),
        ("conv 5x5 -k 3 -o x.mp4", ".gif .apng .webp"),
    ],
)
def test_what_does_not_move_is_refused_with_the_fact(line: str, said: str, run: Run) -> None:
    answer = run(line)
    assert answer.status == 2
    assert said in answer.err


def test_in_the_direct_reading_at_names_an_output(run: Run) -> None:
    answer = run("conv-transpose 3 -k 3 -s 2 --view direct --at 6")
    assert answer.status == 0
    assert "output[6]  =  3·3" in answer.out
    assert run("conv-transpose 3 -k 3 -s 2 --view direct --at 7").status == 2
    assert run("conv-transpose 3 -k 3 -s 2 --at 6").status == 2


def test_the_preset_draws_films_with_the_published_number_of_frames(run: Run, folder: Path) -> None:
    names = {"no_padding_no_strides": 4, "no_padding_no_strides_transposed": 16}
    words = ("--preset", "conv-arithmetic", "--only", ",".join(names), "-d", "out", "-j", "1")
    answer = run("figures", *words)
    assert answer.status == 0, answer.err
    for name, count in names.items():
        assert frames(folder / "out" / f"{name}.gif")[0] == count


def test_a_film_that_cannot_be_drawn_leaves_no_file(run: Run, folder: Path) -> None:
    words = ("--compare", "kernel=2,3", "--view", "matrix", "-o", "x.gif")
    assert run("conv", "5x5", *words).status == 2
    assert not (folder / "x.gif").exists()
