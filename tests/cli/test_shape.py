"""`convviz shape`: the golden screens, narrow widths, JSON, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

GOLDEN = Path(__file__).parent.parent / "golden"
TEXT = (GOLDEN / "terminal.txt").read_text(encoding="utf-8")
SCREENS = {
    block.split("\n", 1)[0]: block.split("\n", 1)[1].rstrip("\n") + "\n"
    for block in ("\n" + TEXT).split("\n$ ")[1:]
}
SHAPES = [line for line in SCREENS if line.startswith(("convviz shape", "convviz solve"))]
VGG = "Conv2d(3, 64, 3, padding=1)\nReLU()\nConv2d(64, 64, 3, padding=1)\nReLU()\nMaxPool2d(2)\n"


@pytest.fixture(autouse=True)
def network(folder: Path) -> Path:
    """The folder holds one network."""
    path = folder / "vgg-block.txt"
    path.write_text(VGG, encoding="utf-8")
    return path


def said(run: Run, *argv: str, status: int = 0) -> str:
    """What `convviz shape` says, on the stream that fits its status."""
    answer = run("shape", *argv)
    assert answer.status == status, answer.err
    return str(answer.err if status else answer.out)


@pytest.mark.parametrize("line", SHAPES)
def test_the_screen_is_the_golden_one(line: str, run: Run) -> None:
    answer = run(line.removeprefix("convviz "))
    assert (answer.out or answer.err) == SCREENS[line]
    assert answer.status == (2 if answer.err else 0)


STEM = (
    "3x224x224",
    "Conv2d(3,64,7,2,3,bias=False)",
    "BatchNorm2d(64)",
    "ReLU()",
    "MaxPool2d(3,2,1)",
)


def test_a_narrow_table_drops_columns_and_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert said(run, *STEM) == (
        "shape 3×224×224 → 64×56×56 · 4 layers · 9,536 params\n"
        "  · 118,013,952 MACs\n"
        "\n"
        "   layer                             output  params\n"
        "1  Conv2d 3→64 k7 s2 p3 no bias  64×112×112   9,408\n"
        "2  BatchNorm2d 64                64×112×112     128\n"
        "3  ReLU                          64×112×112       0\n"
        "4  MaxPool2d k3 s2 p1              64×56×56       0\n"
        "                                             ──────\n"
        "                                              9,536\n"
        "\n"
        "hidden at 60 columns: MACs, field, jump · --columns all\n"
    )
    monkeypatch.setenv("COLUMNS", "40")
    assert said(run, "3x224x224", "vgg-block.txt") == (
        "shape 3×224×224 → 64×112×112 · 5 layers\n"
        "  · 38,720 params · 1,936,392,192 MACs\n"
        "\n"
        "   layer                   output\n"
        "1  Conv2d 3→64 k3 p1   64×224×224\n"
        "2  ReLU                64×224×224\n"
        "3  Conv2d 64→64 k3 p1  64×224×224\n"
        "4  ReLU                64×224×224\n"
        "5  MaxPool2d k2 s2     64×112×112\n"
        "\n"
        "hidden at 40 columns: params, MACs,\n"
        "  field, jump · --columns all\n"
    )


def test_a_long_layer_wraps_where_nothing_is_left_to_hide(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    layer = "Conv2d(32,64,(3,5),padding=(1,2),groups=32,bias=False,padding_mode='circular')"
    out = said(run, "32x100x100", layer, "ReLU()")
    assert max(map(len, out.splitlines())) <= 40
    assert "circular" in out


def test_the_formula_goes_under_its_name_where_it_is_too_wide(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = said(run, "224", "-k", "7", "-s", "2", "-p", "3")
    assert out.splitlines()[2:6] == [
        "length",
        "  = ⌊(224 + 2·3 − 1·(7 − 1) − 1) / 2⌋ + 1",
        "  = ⌊223 / 2⌋ + 1",
        "  = 112",
    ]


def test_flags_describe_a_single_convolution(run: Run) -> None:
    assert said(run, "224", "-k", "7", "-s", "2", "-p", "3").splitlines()[0] == (
        "shape 224 → 112 · Conv1d 1→1 k7 s2 p3"
    )
    assert said(run, "28x30", "-k", "3,5").splitlines()[0] == (
        "shape 28×30 → 26×26 · Conv2d 1→1 k3×5"
    )
    assert said(run, "4x8x9x10", "--out-channels", "2", "-g", "2").splitlines()[0] == (
        "shape 4×8×9×10 → 2×6×7×8 · Conv3d 4→2 k3 g2"
    )
    assert said(run, "3x8x9", "-p", "1:0,2:1").splitlines()[0] == (
        "shape 3×8×9 → 1×7×10 · Conv2d 3→1 k3 p1:0,2:1"
    )


def test_axes_that_differ_are_explained_apart(run: Run) -> None:
    out = said(run, "1x10x11", "Conv2d(1, 1, 3, stride=(1, 4))")
    assert "height  ⌊(10 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1  =  ⌊7 / 1⌋ + 1  =  8" in out
    assert "width" in out
    assert "unread" in out


def test_json_holds_every_number(run: Run) -> None:
    found = json.loads(said(run, *STEM, "--json"))
    assert found["input"] == [3, 224, 224]
    assert found["output"] == [64, 56, 56]
    assert found["params"] == 9_536
    assert found["macs"] == 118_013_952
    assert [layer["output"] for layer in found["layers"]][-1] == [64, 56, 56]
    assert found["layers"][3] == {
        "layer": "MaxPool2d(3, stride=2, padding=1)",
        "output": [64, 56, 56],
        "params": 0,
        "macs": 0,
        "memory": 802_816,
        "receptive_field": [11, 11],
        "jump": [4, 4],
        "start": [0, 0],
    }


def test_a_shape_without_channels_is_completed_by_the_layer(
    run: Run,
) -> None:
    assert said(run, "32x32", "Conv2d(3,8,3)").startswith("shape 3×32×32 → 8×30×30")
    assert said(run, "32x32", "MaxPool2d(2)").startswith("shape 32×32 → 16×16")
    assert said(run, "Conv2d(3,8,3)").startswith("shape 3×224×224 → 8×222×222")


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["3x8x8", "nothing.txt"], 1, "cannot read nothing.txt: no such file"),
        (["3x8x8", "vgg-blok.txt"], 1, "did you mean vgg-block.txt, in this folder?"),
        (["1 2 3", "ReLU()"], 2, "shape takes a shape, not numbers or files"),
        (["x.npy", "ReLU()"], 1, "cannot read x.npy: no such file"),
        (["3x8x8", "Conv2d(3,8,3)", "-k", "3"], 2, "-k describes a convolution"),
        (["3x8x8", "Conv2d(3,8,3)", "ReLU()", "--columns", "feild"], 2, "did you mean field?"),
        (["3x8x8", "."], 1, "it is a folder"),
    ],
)
def test_what_cannot_be_is_refused(argv: list[str], status: int, words: str, run: Run) -> None:
    assert words in said(run, *argv, status=status)


def test_named_columns_are_all_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = said(run, *STEM, "--columns", "layer,field,jump")
    assert out.splitlines()[3].split() == ["layer", "field", "jump"]
    assert "hidden" not in out


def test_every_kind_of_layer_explains_itself_alone(run: Run) -> None:
    golden = json.loads((GOLDEN / "layers.json").read_text(encoding="utf-8"))
    for case in golden["layers"]:
        out = said(run, "x".join(map(str, case["input"])), case["spec"])
        assert "×".join(map(str, case["output"])) in out.splitlines()[0]
        assert f"{case['params']:,}" in out or not case["params"]
        assert f"{case['macs']:,}" in out or not case["macs"]
        assert max(map(len, out.splitlines())) <= 80


def test_nothing_asked_explains_an_example(run: Run) -> None:
    assert run("shape").out == said(run, "224", "-k", "7", "-s", "2", "-p", "3")
