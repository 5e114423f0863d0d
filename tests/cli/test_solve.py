"""`convviz solve` and `convviz sizes`: screens, JSON, what they refuse."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convviz.spec.parser import parse_layer

Run = Callable[..., Any]


def test_nothing_asked_shows_the_example(run: Run) -> None:
    assert run("solve").out == run("solve --in 28 --out 56 --transposed").out


def test_none_comes_with_the_nearest_sizes(run: Run) -> None:
    out = run("solve --in 28 --out 57 -k 2 -s 2 -p 0").out
    assert out.splitlines()[0] == "solve 28 → 57 · no solution"
    assert "nearest   14 below" in out
    answer = run("solve --in 28 --out 57 -k 2 -s 2 -p 0 --json").json
    assert answer == {"solutions": [], "nearest": [14, None]}


def test_json_names_every_parameter(run: Run) -> None:
    found = run("solve --in 224 --out 112 --json").json["solutions"]
    assert found[0] == {
        "kernel": 3,
        "stride": 2,
        "padding": 1,
        "dilation": 1,
        "output_padding": 0,
    }
    for solution in found:
        layer = parse_layer(
            "Conv1d(1, 1, {kernel}, {stride}, {padding}, {dilation})".format(**solution)
        )
        assert layer.output((1, 224)) == (1, 112)


def test_axes_have_lists(run: Run) -> None:
    found = run("solve --in 28x30 --out 14x15 --json").json["solutions"]
    assert found[0]["kernel"] == [3, 3]
    assert run("solve --in 28x28 --out 14x14 -k 3x5 --json").json["solutions"][0]["kernel"] == [
        3,
        5,
    ]


def test_a_parameter_can_be_fixed_or_bounded(run: Run) -> None:
    assert {
        s["kernel"] for s in run("solve --in 28 --out 14 -k 3..5 --json").json["solutions"]
    } == {3, 4, 5}
    assert {s["stride"] for s in run("solve --in 28 --out 14 -s 2 --json").json["solutions"]} == {2}
    uneven = run("solve --in 28 --out 28 -k 2 --asymmetric --json").json["solutions"]
    assert {tuple(s["padding"]) for s in uneven if s["stride"] == 1} == {(0, 1), (1, 0)}


def test_the_mirror_is_text_that_shape_reads(run: Run, folder: Path) -> None:
    words = ["conv 16 k3 s2 p1", "relu", "conv 32 k3 s2 p1", "pool 2", "flatten", "fc 10"]
    text = run("solve", "--mirror", *words, "--input", "1x28x28").out
    (folder / "back.txt").write_text(text, encoding="utf-8")
    assert "output_padding=1" in text
    answer = run("shape", "10", "back.txt", "--json").json
    assert answer["output"] == [1, 28, 28]
    as_json = run("solve", "--mirror", *words, "--input", "1x28x28", "--json").json
    assert [layer["layer"] for layer in as_json["layers"]] == text.splitlines()[1:]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--in 28 --out 14 -k 1..9 -p 0..9 --asymmetric", "31 more · --full prints 51, the best"),
        ("--in 28 --out 28 -k 2 --asymmetric", "searched kernel 2, stride 1 to 4, padding 0 to 3 "
         "and sides that differ by 1, dilation 1, square"),
        ("--in 28 --out 28 -k 2 -p 0..1 --asymmetric", "padding 0 to 1 and 0:1 and 1:0,"),
        ("--in 29 --out 13 -d 2 -k 3", "kernel stride padding dilation cells read "
         "1 3 2 0 2 ✗ 14 of 29 never"),
        ("--in 2 --out 1 -p 5 -k 3 -s 100", "1 3 100 5 ✗ windows of padding alone"),
        ("--in 28 --out 14 -k 3,5,7", "searched kernel 3, 5, 7, stride 1 to 4"),
        ("--in 28x28x28 --out 14 -k 3x5x7", "searched kernel 3, stride 1 to 4, padding 0 to 3, "
         "dilation 1; kernel 5, stride 1 to 4, padding 0 to 3, dilation 1; kernel 7, stride 1"),
        ("--in 28 --out 28x14 -k 3", "1 3 1×2 1 ✓ every cell"),
        ("--in 28x30 --out 57x14", "nearest axis 0: 34 below searched"),
        ("--in 28 --out 55 --transposed --output-padding 0,1", "dilation 1, output_padding 0 to 1"),
    ],
)  # fmt: skip
def test_the_screen_says_what_was_searched_and_what_reads_too_little(
    line: str, said: str, run: Run
) -> None:
    answer = run(f"solve {line}")
    assert (answer.status, answer.err) == (0, "")
    assert said in " ".join(answer.out.split())


def test_json_counts_the_solutions_that_it_leaves_out(run: Run) -> None:
    found = run("solve --in 64x60x62 --out 64x60x31 -k 1..40 -p 0..20 --json").json
    assert found["total"] == 24_800
    assert len(found["solutions"]) == 8_400


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--in", "1x2x3x4", "--out", "1x2x3x4"], "a layer has at most 3 spatial axes"),
        (["--in", "28x28", "--out", "14", "-k", "3x5x7"], "kernel has 3 entries, but there are 2"),
        (["--in", "28"], "--out is missing"),
        (["--transposed"], "--in is missing"),
        (["--in", "28", "--out", "14", "-k", "7..3"], "3 comes before 7"),
        (["--in", "28", "--out", "14", "-k", "3,"], "a value of kernel is missing"),
        (["--in", "28", "--out", "14", "-k", "0"], "kernel is at least 1, not 0"),
        (["--in", "28", "--out", "14", "-k", "1..99999999"], "99,999,999 values"),
        (["--in", "28x28", "--out", "14x14x14"], "2 sizes go in, 3 come out"),
        (["--in", "28", "--out", "14", "--output-padding", "1"], "goes with a transposed"),
        (["--mirror"], "--mirror takes a network, and none is given"),
        (["--mirror", "relu", "--in", "3"], "--mirror takes a network, not --in"),
        (["relu"], "--mirror is missing"),
    ],
)
def test_what_cannot_be_solved_is_refused(words: list[str], message: str, run: Run) -> None:
    answer = run("solve", *words)
    assert answer.status == 2
    assert message in answer.err


def test_sizes_give_a_rule_and_its_reason(run: Run) -> None:
    network = Path(__file__).parent.parent.parent / "gallery" / "networks" / "unet.toml"
    out = run("sizes", "200..300", str(network)).out
    assert "multiples of 16: 208, 224, 240, 256, 272, 288" in out
    assert "its branches differ in size" in " ".join(out.split())
    found = run("sizes", "200..300", str(network), "--json").json
    assert found["rules"]["runs"] == "multiples of 16"
    assert found["rules"]["same_size"] == "multiples of 16"
    assert [s["size"] for s in found["sizes"] if s["runs"]] == [208, 224, 240, 256, 272, 288]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["relu"], "the sizes come first"),
        (["1..99999", "relu"], "99,999 sizes are too many"),
        (["0..5", "relu"], "a size is at least 1, not 0"),
        (["5..", "relu"], "not '5..'"),
    ],
)
def test_what_is_no_range_is_refused(words: list[str], message: str, run: Run) -> None:
    answer = run("sizes", *words)
    assert answer.status == 2
    assert message in answer.err


def test_help_examples_run(run: Run) -> None:
    assert run("sizes").status == 0
    assert run("sizes", "16..64", "pool 2", "pool 2", "conv 8 k5").status == 0
    assert run("solve", "--in", "224", "--out", "112", "-k", "3..7").status == 0
    assert run("solve", "--mirror", "conv 16 k3 s2 p1", "--input", "1x28x28").status == 0


@pytest.mark.parametrize(
    "line", ["solve --in 28 --out 14", "sizes 16..20 relu", "shape 3x8x8 relu --json"]
)
def test_no_array_or_drawing_package_is_loaded(line: str) -> None:
    code = (
        "import sys; from convviz.__main__ import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit as stop: assert not stop.code, stop.code\n"
        "heavy = {'numpy', 'rich', 'matplotlib', 'PIL', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, *line.split()], check=True, capture_output=True)
