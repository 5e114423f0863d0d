"""Sizes beyond all bounds: answered at once and exactly, or refused before anything is allocated.

Every line runs with 1 GB of address space, and none may take half of it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from convviz import draw
from convviz.sources.budget import MAX_ELEMENTS, MAX_MACS
from tests.faults.running import MANY, Answer, child, convviz, strict

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
""" + MANY.replace(
    "json.dump(answers, sys.stdout)",
    "status = open('/proc/self/status').read()\n"
    "peak = int(status.partition('VmHWM:')[2].split()[0]) // 1024\n"
    "answers.append((peak, '', ''))\n"
    "json.dump(answers, sys.stdout)",
)
"""The same with 1 GB of address space; a last answer tells the megabytes held at most.

Not by `ru_maxrss`, which begins with what the process that started this one holds.
"""

BUDGET = "more than the budget of 16,777,216"

REFUSED = {
    "pad 1000000000x1000000000": BUDGET,
    "pad 999999999999999999x999999999999999999": BUDGET,
    "pad 4x4 -p 1000000000": BUDGET,
    "pad 4x4 -p 100000 --mode replicate --json": BUDGET,
    "conv 1000000000x1000000000": BUDGET,
    "conv 7x7 -k 3 -p 1000000": BUDGET,
    "conv 7x7 -d 1000000000 -p 1000000000": BUDGET,
    "conv 7x7 --out-channels 1000000000": BUDGET,
    "conv-transpose 7 -s 1000000000": BUDGET,
    "conv-transpose 7x7 -d 1000000000": BUDGET,
    "conv-transpose 7 -s 999999999999999998 -p 1": BUDGET,
    "pool 3x3 -k 1000000000 -p 500000000": BUDGET,
    "pad 1000000000000 --fill random": BUDGET,
    "pad 1500x1500 --json": "numbers as text, more than 2,097,152",
    "pad 1000x1000 --full": "numbers as text, more than 1,048,576",
    "conv-transpose 2000 --full": "numbers as text, more than 1,048,576",
    "conv 2000x2000 -k 1500": "takes 564,752,250,000 multiply-adds, more than the budget of 17,179",
    "conv 3x2048x2048 -k 31 --out-channels 2": "multiply-adds",
    "conv-transpose 1000x1000 -k 140": "takes 19,600,000,000 multiply-adds",
    "pool 4000x4000 -k 2000 -s 1": "takes 24,016,002,000 comparisons, more than the budget of 17,",
    "pool 4000000 -k 2000000 -s 1 --kind avg": "additions, more than the budget of 17,179",
    "pool 16000000 -k 16000000": "an axis of 16,000,000 cells is longer than 3,340,032",
    "conv 4x4000000 -k 2x3 -o x.png": "an axis of 4,000,000 cells is longer than 3,340,032",
    f"pool 1000x1000 --compare kernel={','.join(map(str, range(1, 20)))} -o x.png": BUDGET,
    "conv 4194303 -k 3 -p 1": "an axis of 4,194,305 cells is longer than 4,194,304",
    "conv-transpose 7 -s 1000000": "an axis of 6,000,003 cells is longer than 4,194,304",
    "pool 5x5 -k 2 -s 1 --max-macs 71": "takes 72 comparisons, more than the budget of 71",
    "conv 7x7 --max-macs 224": "takes 225 multiply-adds, more than the budget of 224",
    "pad 4x4 --max-elements 15": "more than the budget of 15",
    "pad 100000x100000 --max-elements 999999999999999999": "there is not enough memory",
    "pad 4x4 -o x.png --size 30000x30000": "is 900 million pixels: the budget is 50 million",
    "pad 4x4 -o x.png --size 100000x100000": "is 10,000 million pixels",
    "pad 4x4 -o x.png --size 999999999999999999x999999999999999999": "pixels",
    "pad 4x4 -o x.png --size nanxnan": "no size is called 'nanxnan'",
    "pad 4x4 -o x.png --size infxinf": "no size is called 'infxinf'",
    "pad 4x4 -o x.png --size 0x0": "at least 64 × 64 pixels",
    "pad 4x4 -o x.png --dpi 1000000": "dots per inch",
    "conv 7x7 -o x.gif --size 30000x30000": "is 900 million pixels",
    "conv-transpose 2000x2000 -s 2 -o x.gif": "a film of 60 frames of 1×1×4001×4001 holds",
    "conv 1000000 -o x.gif": "a film of 60 frames of 1×1×999998 holds",
    "conv-transpose 1000 -o x.gif": "a film of 60 frames of 1×1×1002 holds 60,120,000 numbers",
    "conv-transpose 20000 -o x.png": "a picture of 400,160,004 cells is more than the budget of 33",
    "conv 2000x2000 --view matrix -o x.png": "cells is more than the budget of 33,554,432",
    f"conv 2000x2000 --compare padding={','.join(map(str, range(12)))} -o x.png": "a picture of 48",
    "conv-transpose 2000x2000 -s 2 --animate": "a film of 60 frames of 1×1×4001×4001 holds",
    "solve --in 28 --out 14 --kernel 1..999999999999999999": "at most 1,000,000",
    "sizes 1..999999999999999999 relu": "at most 1,000,000",
    "shape 3x9x9 Conv2d(3,8,3,dilation=999999999999999999) --unit 0,0": "spans",
}
"""Lines that are refused, with what they are told."""

ANSWERED = (
    "conv 7x7 -s 999999999999999999",
    "conv 7 -k 1 -d 999999999999999999",
    "pool 7x7 -s 999999999999999999",
    "pool 3x3 -k 4000 -p 2000",
    "pool 3 -k 1000000 -p 500000",
    "conv-transpose 7 -s 600000",
    "conv-transpose 3x3 -k 1000",
    "conv-transpose 3x3 -k 222 -s 111",
    "conv 7x7 --max-macs 225",
    "pool 5x5 -k 2 -s 1 --max-macs 72",
    "conv 4000000 -k 3999999",
    "conv 4194302 -k 3 -p 1",
    "conv 1100x1100 -k 1000",
    "conv 4000x4000 -k 100 -s 3",
    "conv-transpose 100000 -k 100000",
    "conv-transpose 400x400 -k 300",
    "conv 4000x4000 -k 3999",
    "conv-transpose 4 -k 1000000",
    "pool 4000000 -k 4000000",
    "pool 4000x4000 -k 2 -s 1",
    "pool 4000x4000 -k 2000",
    "pool 4000x4000 -k 2000 --kind avg",
    "pool 4000x4000 -k 4000 --plain",
    "pool 250x250x250 -k 3 -s 1",
    "pad 16000000",
    "pad 2048x2048 --mode circular",
    "conv 2048x2048",
    "shape 3x999999999x999999999 Conv2d(3,8,999999999) --unit 0,0",
    "shape 3x999999999999999999x999999999999999999 Conv2d(3,8,3) --unit center",
    "shape 999999999999999999 -k 999999999999999999 -s 7",
    "solve --in 999999999999999999 --out 999999999999999999",
    "solve --in 28 --out 14 --kernel 1..100000",
    "sizes 999999999999999900..999999999999999999 MaxPool2d(2)",
    "pad 2500x2500 -o large.png",
    "conv 2300x2300 -o large.png",
    "conv 1000000 -o large.png",
    "conv 2300x2300 -o large.gif",
    "conv 2300x2300 --view stride -o large.gif",
    "pad 2300x2300 -o large.gif",
    "pool 2300x2300 -o large.gif",
)
"""Lines whose numbers are large and whose answers are not."""


def limited(lines: list[str], cwd: Path) -> tuple[list[Answer], int]:
    """What the lines give in one process of 1 GB, and the megabytes that it held at most."""
    text = json.dumps([[line.split(), {}] for line in lines])
    found = json.loads(child(LIMITED, cwd=cwd, stdin=text, OPENBLAS_NUM_THREADS="1"))
    return [Answer(*answer) for answer in found[:-1]], found[-1][0]


def test_what_is_too_large_is_refused_before_it_is_allocated(tmp_path: Path) -> None:
    answers, megabytes = limited(list(REFUSED), tmp_path)
    for answer, (line, fact) in zip(answers, REFUSED.items(), strict=True):
        assert answer.status == 2, line
        answer.refused(2, fact)
    assert list(tmp_path.iterdir()) == []
    assert megabytes < 500


def test_large_numbers_with_small_answers_are_answered(tmp_path: Path) -> None:
    answers, megabytes = limited(list(ANSWERED), tmp_path)
    for answer, line in zip(answers, ANSWERED, strict=True):
        assert (answer.status, answer.err) == (0, ""), line
    assert megabytes < 500


def test_shapes_are_exact_at_any_size(tmp_path: Path) -> None:
    n = 10**18 - 1
    answer = convviz(
        "shape", f"3x{n}x{n}", "Conv2d(3, 8, 3)", "MaxPool2d(2)", "--json", cwd=tmp_path
    )
    found = strict(answer.out)
    last = found["layers"][-1]
    assert last["output"] == [8, (n - 2) // 2, (n - 2) // 2]
    assert found["macs"] == 8 * (n - 2) ** 2 * 27


def test_the_budget_is_an_option_whose_default_is_told(tmp_path: Path) -> None:
    assert "--max-elements N [16M]" in convviz("--help", cwd=tmp_path).out
    assert MAX_ELEMENTS == 2**24
    told = convviz("pad", "5x5", "-p", "0", "--max-elements", "24", cwd=tmp_path)
    told.refused(2, "more than the budget of 24")
    assert "--max-elements 25 allows it" in told.err
    assert convviz("pad", "5x5", "-p", "0", "--max-elements", "25", cwd=tmp_path).status == 0


def test_the_budget_of_work_is_for_commands_alone(tmp_path: Path) -> None:
    assert "--max-macs N" in convviz("conv", "--help", cwd=tmp_path).out
    assert MAX_MACS == 2**34
    told = convviz("conv", "7x7", "--max-macs", "5", cwd=tmp_path)
    told.refused(2, "more than the budget of 5")
    assert "--max-macs 225 allows it" in told.err
    assert draw("conv 7x7 --max-macs 5").scene.grids


def test_json_is_strict_where_numbers_are_none(tmp_path: Path) -> None:
    for words in (
        ("pad", "[NaN, Infinity, -Infinity, 1]"),
        ("conv", "[NaN, Infinity, -Infinity, 1]", "-k", "2"),
        ("pool", "[1, Infinity, NaN, 2]", "-k", "2"),
        ("pool", "3", "-k", "3", "-p", "1"),
    ):
        answer = convviz(*words, "--json", cwd=tmp_path)
        if answer.status == 2:
            answer.refused(2, "")
            continue
        assert not re.search(r"\b(NaN|Infinity)\b(?!\")", answer.out.replace('"NaN"', ""))
        strict(answer.out)


LAYERS = ("conv 8 k3 p1",)


@pytest.mark.parametrize(
    ("layers", "view", "fact"),
    [
        (LAYERS * 1000, "dilation", "take more than 400,000 steps from cell to cell"),
        (LAYERS * 1000, "receptive-field", "take more than 400,000 steps from cell to cell"),
        (("maxpool k2",) * 2, "receptive-field", "at most 4,000,000 are held"),
        (("maxpool k2",) * 2, "dilation", "at most 16,777,216 cells are held"),
    ],
)
def test_paths_beyond_measure_are_refused(
    layers: tuple[str, ...], view: str, fact: str, tmp_path: Path
) -> None:
    size = 1000 if "conv" in layers[0] else 4_000_000
    told = convviz("shape", f"3x{size}x{size}", *layers, "--view", view, cwd=tmp_path)
    told.refused(2, fact)


def test_names_as_long_as_a_line_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    """A text indented by more than the width was once wrapped without an end."""
    steps = [f"conv 8 k3 d{1000 + n} p{1000 + n}" for n in range(6)]
    command = ("shape", "3x20000", *steps, "--view", "dilation", "--color", "never")
    answer = convviz(*command, cwd=tmp_path, COLUMNS="60")
    assert (answer.status, answer.err) == (0, "")
    assert "dilation 1000, 1001, 1002, 1003, 1004, 1005\n" in answer.out
