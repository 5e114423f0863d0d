"""What screens and statements say of requests that the examples do not show."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run

D2, D3 = "'Conv1d(1,1,3,dilation=2)'", "'Conv1d(1,1,3,dilation=3)'"

SAID = {
    "a bias ends the sum": (
        "conv 4x4 --bias 2",
        "output[0,0]  =   1·1 +  2·2 +  3·3\n"
        "              +  5·4 +  6·5 +  7·6\n"
        "              +  9·7 + 10·8 + 11·9 + bias 2  =  350\n",
    ),
    "a bias ends the statement": (
        "conv 10 -s 3 --bias 2 --plain",
        "output 0 is 1 times 1 plus 2 times 2 plus 3 times 3 plus bias 2 is 16\n",
    ),
    "cells that are never read, in words": (
        "conv 11 -s 3 --plain",
        "input cells 9, 10 are never read\n",
    ),
    "many rows of terms": ("conv 9x20 -k 7x13", "  + … 5 more rows\n"),
    "three rows of many terms": ("conv 4x40 -k 3x20", "  + … 1 more row\n"),
    "a window of many": ("pool 4x100 -k 3x40", "=  max(1, 2, 3, … 116 more, 240*)  =  240"),
    "a window of padding alone": ("pool 2x2 -p 1 -d 3", "=  max(padding only)  =  −inf\n"),
    "the winner in a batch": ("pool 2x1x4x4", "max(1, 2, 5, 6*)  =  6   from input[0,0,1,1]\n"),
    "lanes of several channels": (
        "conv-transpose 2x4 --dims 1",
        "0 3  4  ×  1  2  3                      4    8   12\n"
        "1 0  5  ×  4  5  6      20   25   30\n",
    ),
    "what the numbers of such lanes are": (
        "conv-transpose 2x4 --dims 1",
        "\neach lane: the input channel, the index in it, from 0\n",
    ),
    "many stamps, in words": ("conv-transpose 400 --plain", "\ninputs 3 to 396 are not shown\n"),
    "many terms, in words": (
        "conv 4x100 -k 3x40 --plain",
        "output 0,0 is 1 times 1 plus 2 times 2 plus 3 times 3 plus 116 more plus 240 times 120",
    ),
    "a stamp, in words": (
        "conv-transpose 3x3 --plain",
        "stamp of input[0,0]\nstamp row 0: 1, 2, 3\n",
    ),
    "where a stamp lands, in words": (
        "conv-transpose 3x3 --plain",
        "output row 2: stamped 30, 84, 165; 144, 90\n",
    ),
    "a tiling, in words": (
        "pad 2x2 -m circular --tiling --plain",
        "row 2, input row 0: padding 1, 2; input 1, 2; padding 1, 2\n",
    ),
    "an odd dilation leaves holes that no factor explains": (
        f"shape 1x30 {D2} 'ReLU()' {D3} --view dilation",
        "dilation 2, 3  9 of 11 cells seen, 2 holes\n",
    ),
    "the last of many stacked dilations": (
        f"shape 1x60 {D2} {D2} {D3} {D2} {D3} --view dilation",
        "dilation 2, 2, 3, 2, 3  ",
    ),
    "a table of stamps that would be too large": (
        "conv-transpose 3x3 -k 30 -s 20 --view coverage",
        "20 does not divide 30; inside, counts run from 1 to 4\n",
    ),
    "a depth that is copied into the padding": (
        "conv 3x4x4 --dims 3 -p 1 -m circular --view channels",
        "input[2], copied into the padding ",
    ),
    "a network that grows": (
        "shape 8x8x8 'ConvTranspose2d(8,4,2,2)' --view network",
        "4×16×16  ████████████████████████████████████\n",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_a_screen_says(what: str, run: Run) -> None:
    line, said = SAID[what]
    answer = run(line)
    assert (answer.status, answer.err) == (0, "")
    assert said in answer.out


def test_a_line_that_is_printed_in_full_is_cut_nowhere(run: Run) -> None:
    shown = run("conv 200 -k 3 --view line --full").out.splitlines()
    values = next(line for line in shown if line.startswith("output ["))
    assert len(values.replace("[", " ").replace("]", " ").split()) == 1 + 198
    assert "not shown" not in " ".join(shown)
