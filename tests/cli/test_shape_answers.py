"""What else `convviz shape` answers: units, expectations, exports, formulas, what sizes hide."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

CONV, POOL = "Conv2d(3,64,7,2,3,bias=False)", "MaxPool2d(3,2,1)"
STEM = ("3x224x224", CONV, "BatchNorm2d(64)", "ReLU()", POOL)
NETWORKS = Path(__file__).parent.parent.parent / "gallery" / "networks"


def said(run: Run, *argv: str, status: int = 0) -> str:
    answer = run("shape", *argv)
    assert answer.status == status, answer.err
    return str(answer.err if status else answer.out)


def test_a_unit_sees_ranges_of_rows_and_cols(run: Run) -> None:
    assert said(run, *STEM, "--unit", "3,4") == (
        "shape 3×224×224 → 64×56×56 · output[3,4]\n"
        "\n"
        "rows   7 to 17: 11 of 224\n"
        "cols   11 to 21: 11 of 224\n"
        "field  121 of 50,176 cells, 0.241%\n"
        "indices of the input, from 0, the last one included\n"
    )


def test_a_unit_at_the_border_says_what_was_clipped(run: Run) -> None:
    out = said(run, *STEM, "--unit", "0,55")
    assert "rows   0 to 5: 6 of 224, clipped from −5 to 5" in out
    assert "cols   215 to 223: 9 of 224, clipped from 215 to 225" in out


def test_dilation_leaves_holes_in_what_a_unit_sees(run: Run) -> None:
    out = said(run, "1x40", "conv 1 k3 d4", "conv 1 k3 d2", "--unit", "3")
    assert "cells  3 to 15, every 2nd: 7 of 40" in out
    out = said(run, "1x40", "conv 1 k3 d4", "conv 1 k2", "--unit", "0")
    assert "cells  0 to 9, 2 of every 4: 6 of 40" in out


def test_a_unit_that_sees_many_pieces_or_none_says_so(run: Run, tmp_path: Path) -> None:
    layers = [f"Conv1d(1,1,{kernel},dilation={step})" for kernel, step in ((3, 9), (3, 20), (2, 7))]
    out = said(run, "1x400", *layers, "--unit", "20")
    assert "cells  20, 27, 29, …, 78, 85: 18 of 400\n" in out
    out = said(run, "1x9", "Conv1d(1,1,3,padding=9)", "Conv1d(1,1,3)", "--unit", "0")
    assert "cells  none: nothing of the input reaches it\nfield  0 of 9 cells, 0%\n" in out
    branches = tmp_path / "branches.toml"
    branches.write_text(
        'layers = ["block"]\n[block]\njoin = "add"\nmain = ["Conv2d(1,1,3,padding=9,dilation=9)"]\n'
        'skip = ["Conv2d(1,1,3,padding=6,dilation=6)"]\n',
        encoding="utf-8",
    )
    out = said(run, "1x40x40", str(branches), "--unit", "20,20")
    assert "rows   11, 14, 20, 26, 29: 5 of 40\n" in out
    assert "not every row with every col: 2 regions that the branches see\n" in out


def test_the_unit_is_in_the_json(run: Run) -> None:
    found = json.loads(said(run, *STEM, "--unit", "center", "--json"))
    assert found["unit"] == [28, 28]
    assert found["field"]["axes"][0] == {
        "ranges": [[107, 118]],
        "cells": 11,
        "unclipped": [107, 118],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [("3", "has 2 spatial axes, not 1"), ("3,56", "index 56 is beyond axis 1"), ("a", "digits")],
)
def test_a_unit_that_is_not_there_is_refused(text: str, message: str, run: Run) -> None:
    assert message in said(run, *STEM, "--unit", text, status=2)


def test_an_output_as_expected_is_no_error(run: Run) -> None:
    assert said(run, *STEM, "--expect", "64x56x56").startswith("shape 3×224×224")


def test_another_output_is_status_1_and_shows_where_the_sizes_part(run: Run) -> None:
    answer = run("shape", *STEM, "--expect", "64x55x56")
    assert answer.status == 1
    assert answer.out.startswith("shape 3×224×224 → 64×56×56")
    assert answer.err == (
        "error: the output is 64×56×56, not 64×55×56 as expected\n"
        "  1  Conv2d 3→64 k7 s2 p3 no bias  64×112×112\n"
        "  2  BatchNorm2d 64                64×112×112\n"
        "  3  ReLU                          64×112×112\n"
        "  4  MaxPool2d k3 s2 p1              64×56×56\n"
        "     ^^^^^^^^^^^^^^^^^^ makes 56 of 112; 109 to 110 would make 55\n"
        "  help: an input from 3×217×221 to 3×220×224 gives it\n"
    )


@pytest.mark.parametrize(
    ("words", "expected", "message"),
    [
        (["conv 8 k3", "relu", "conv 16 k3 p1"], "9x6x6", "gives 16 channels, not 9"),
        (["conv 8 k3", "flatten", "fc 10"], "10x1x1", "1 axis from here on, not 3"),
        (["conv 8 k3", "conv 9 k3"], "8x6x6", "layer 1 gives 8×6×6, and this changes it"),
        (["gap", "flatten"], "4", "gives 3 channels, not 4"),
        (["deconv 8 k2 s2"], "8x20x20", "makes 16 of 8; 10 would make 20"),
        (["up 1.5"], "3x13x13", "makes 12 of 8; 9 would make 13"),
        (["maxpool k3 s2 ceil"], "3x5x5", "makes 4 of 8; 10 to 11 would make 5"),
    ],
)
def test_the_layer_where_the_sizes_part_is_found(
    words: list[str], expected: str, message: str, run: Run
) -> None:
    assert message in said(run, "3x8x8", *words, "--expect", expected, status=1)


def test_an_output_is_expected_in_the_order_and_the_axes_that_are_shown(run: Run) -> None:
    keras = ("8x8x3", "Conv2D(4, 3)")
    assert said(run, *keras, "--expect", "6x6x4").startswith("shape 8×8×3 → 6×6×4")
    assert "6×6×4, not 4×6×6 as expected" in said(run, *keras, "--expect", "4x6x6", status=1)
    line = ("1x9", "Conv1d(1,1,3)")
    assert said(run, *line, "--expect", "7").startswith("shape 1×9 → 1×7")
    assert "makes 7 of 9; 10 would make 8" in said(run, *line, "--expect", "8", status=1)


def test_the_inputs_that_would_give_what_was_expected_do(run: Run) -> None:
    words = ["conv 8 k5 s2 p1", "maxpool k3 s2 ceil", "deconv 8 k3 s2 p1 op1", "pad 1"]
    good = []
    for size in range(12, 40):
        answer = run("shape", f"3x{size}x{size}", *words, "--expect", "8x12x12")
        if answer.status == 0:
            good.append(size)
        else:
            told = answer.err
    assert f"an input from 3×{good[0]}×{good[0]} to 3×{good[-1]}×{good[-1]} gives it" in told


def test_csv_markdown_and_latex_hold_the_same_cells(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(said(run, *STEM, "--csv"))))
    assert rows[0] == {
        "number": "1",
        "layer": "Conv2d 3→64 k7 s2 p3 no bias",
        "output": "64×112×112",
        "params": "9408",
        "macs": "118013952",
        "field": "7",
        "jump": "2",
    }
    markdown = said(run, *STEM, "--markdown")
    assert (
        "| 1 | Conv2d 3→64 k7 s2 p3 no bias | 64×112×112 | 9,408 | 118,013,952 | 7 | 2 |"
        in markdown
    )
    latex = said(run, *STEM, "--latex")
    assert r"1 & Conv2d 3$\to$64 k7 s2 p3 no bias & 64$\times$112$\times$112 & 9,408" in latex
    assert latex.count(r"\\") == 6
    assert not [sign for sign in "×→−–" if sign in latex]


def test_columns_can_be_chosen_for_any_form(run: Run) -> None:
    out = said(run, *STEM, "--csv", "--columns", "layer,memory,flops,corner")
    assert out.splitlines()[:2] == [
        "layer,memory,flops,corner",
        "Conv2d 3→64 k7 s2 p3 no bias,3.1 MiB,236027904,67.3%",
    ]


def test_all_columns_come_with_their_conventions(run: Run) -> None:
    out = said(run, *STEM, "--columns", "all")
    for words in ("FLOPs: 2 for each MAC", "in float32", "0 is the first input cell", "zeros:"):
        assert words in out


def test_two_forms_of_one_answer_are_refused(run: Run) -> None:
    assert "--json and --csv" in said(run, *STEM, "--csv", "--json", status=2)


def test_formulas_are_written_layer_by_layer(run: Run) -> None:
    out = said(run, *STEM, "--formula")
    assert "4  MaxPool2d k3 s2 p1 · 64×112×112 → 64×56×56" in out
    assert "⌊(112 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1  =  ⌊111 / 2⌋ + 1  =  56" in out
    assert max(map(len, out.splitlines())) <= 80


def test_what_the_sizes_hide_is_said_under_the_table(run: Run) -> None:
    out = said(run, "3x227x227", "conv 8 k3 s2", "pool 2", "maxpool k3 s2 ceil")
    assert "unread: layer 2 leaves 1 of 113 rows and cols" in out
    assert "ceil_mode: layer 3 adds a window along rows and cols" in out
    many = said(run, "3x2047x2047", *["pool 2", "relu"] * 8)
    assert "unread: 5 more layers · --columns layer,unread" in many


def test_branches_off_center_are_said(run: Run, folder: Path) -> None:
    text = 'layers = [{join="add", a=["conv 3 k3 s2 p1"], b=["pool 2"]}]'
    Path("crooked.toml").write_text(text, encoding="utf-8")
    out = said(run, "3x8x8", "crooked.toml")
    assert "off center: the branches of layer 3 have centers at 0 (a), 0.5 (b)" in out


def test_what_a_print_does_not_say_is_said(run: Run, folder: Path) -> None:
    pool = "AvgPool2d(kernel_size=2, stride=2, padding=0)"
    Path("net.txt").write_text(f"Sequential(\n  (0): {pool}\n  (1): ReLU()\n)", encoding="utf-8")
    out = said(run, "6x27x29", "net.txt")
    assert "layer 1 is read without it; with it, 14×15" in " ".join(out.split())
    assert "not printed" not in said(run, "6x28x28", "net.txt")
    assert "not printed" not in said(run, "6x27x29", pool, "relu")


def test_plain_statements_have_no_signs(run: Run) -> None:
    out = said(run, *STEM, "--plain")
    assert out.isascii()
    assert out.splitlines()[1] == (
        "layer 1, Conv2d 3 to 64 k7 s2 p3 no bias: output 64 by 112 by 112, "
        "9408 parameters, 118013952 multiply-adds, receptive field 7"
    )


@pytest.mark.parametrize("name", ["resnet18", "unet", "googlenet-3a"])
def test_the_shipped_networks_answer_in_every_form(name: str, run: Run) -> None:
    path = str(NETWORKS / f"{name}.toml")
    for form in ((), ("--json",), ("--csv",), ("--latex",), ("--formula",), ("--plain",)):
        assert said(run, path, *form)


def test_ascii_has_no_other_sign(run: Run) -> None:
    assert said(run, *STEM, "--ascii").isascii()
    assert said(run, "224", "-k", "7", "--ascii").isascii()


def test_color_changes_no_character(run: Run) -> None:
    import re

    for words in (STEM, ("224", "-k", "7"), (*STEM, "--unit", "3,4")):
        colored = said(run, *words, "--color", "always")
        assert "\x1b[" in colored
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == said(run, *words)
