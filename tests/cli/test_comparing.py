"""`--compare`: its grammar, what is refused, what the other voices say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import convviz
from convviz.diagrams.multiples import plain_name
from convviz.render import terminal
from convviz.render.stream import Stream
from tests.cli.conftest import Run
from tests.cli.test_filming import frames


def test_panels_stand_beside_each_other_where_they_fit() -> None:
    found = convviz.draw("conv 4 --weight '1 2' --view line --compare dilation=1,3").scene
    lines = terminal.screen(found, Stream(width=140)).splitlines()
    names = next(line for line in lines if line.startswith("dilation 1  4 → 3"))
    assert names.endswith("dilation 3  4 → 1")
    values = next(line for line in lines if line.startswith("output ["))
    assert values == f"{'output [ 5]  8  11':{names.index('dilation 3')}}output [9]"
    # What one panel alone notes stands under it, what both note below all.
    assert lines[-1] == f"{'':{names.index('dilation 3')}}✗ never read"
    stacked = terminal.screen(found, Stream(width=100)).splitlines()
    assert "dilation 1  4 → 3" in stacked
    assert "dilation 3  4 → 1" in stacked
    assert max(map(len, stacked)) <= 100


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize(
    "line",
    [
        "conv 7x7 -p 1 --view window --compare mode=zeros,circular",
        "conv 3x5x5 --view channels --compare stride=1,2",
        "conv 6x6 --out-channels 3 --weight random --view kernels --compare dilation=1,2",
        "conv-transpose 3x3 -s 2 --view coverage --compare kernel=3,4",
        "conv-transpose 4 --view overlap --compare stride=1,2,3",
        "pad 2x3x3 --tiling --compare padding=1,2",
    ],
)
def test_panels_keep_to_the_width(line: str, width: int) -> None:
    found = convviz.draw(line).scene
    lines = terminal.screen(found, Stream(width=width)).splitlines()
    assert max(map(len, lines)) <= width
    for panel in found.panels:
        assert any(plain_name(panel.name) in each for each in lines)


NUMBERS = {
    "conv 9 --view line --compare dilation=1,2": 2,
    "conv 7x7 --compare weight=box,random": 2,
    "conv 3x7x7 --compare out_channels=1,2,3": 3,
    "conv-transpose 3x3 --view direct --compare stride=1,2,3": 3,
    "pool 5x5 -p 1 --compare kind=max,avg": 2,
    "pool 5x5 --compare ceil_mode=false,true": 2,
    "pad 4x4 --compare padding=1,2": 2,
    "pad 2x2 -m constant --compare value=0,inf": 2,
}


@pytest.mark.parametrize(("line", "count"), NUMBERS.items())
def test_json_of_a_comparison_is_strict_and_has_every_layer(
    line: str, count: int, run: Run
) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    answer = run(f"{line} --json")
    assert (answer.status, answer.err) == (0, "")
    assert len(json.loads(answer.out, parse_constant=refuse)["compare"]) == count


@pytest.mark.parametrize(("line", "count"), NUMBERS.items())
def test_plain_statements_name_every_panel(line: str, count: int, run: Run) -> None:
    answer = run(f"{line} --plain")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.isascii()
    word, _, values = line.partition("--compare ")[2].partition("=")
    for value in values.split(","):
        name = value if word == "kind" else f"{word} {value}"
        assert any(each.startswith(name) for each in answer.out.splitlines()), name
    assert len(values.split(",")) == count


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pool 5x5 --compare groups=1,2", "pool has no groups to compare"),
        ("pad 5x5 --compare kernel=2,3", "pad has no kernel to compare"),
        ("conv 5x5 --compare kernal=2,3", "did you mean kernel?"),
        ("conv 5x5 --compare kernel=2", "one kernel is nothing to compare"),
        ("conv 5x5 --compare kernel=2,x", "--compare kernel=2,x"),
        ("conv 5x5 --compare weight=box,", "a weight has a name, a file or numbers"),
        ("conv 5x5 --compare weight=box,bix", "no weight is called 'bix'"),
        ("conv 5x5 --weight box --compare weight=box,count", "--compare gives the weight itself"),
        ("pool 5x5 --ceil-mode --compare ceil_mode=true,false", "gives the ceil_mode itself"),
        ("pool 5x5 --compare ceil_mode=yes,no", "'yes' is neither true nor false"),
        ("conv 5x5 --compare mode=zeros,circular", "modes say what padding holds, and padding is"),
        ("pad 4x4 --compare value=1,2", "values go with mode constant, not zeros"),
        ("pad 4x4 --mode all --compare padding=1,2", "4 modes are compared already"),
        ("pad 4x4 -p 1 --compare padding=1,2", "--compare gives the padding itself"),
        ("pad 4x4 --compare padding=1,same", "padding 'same' goes with a kernel"),
        ("conv 9x9 --view matrix --compare kernel=2,3 --animate", "no moving view"),
        ("conv 5x5 --compare kernel=2,3 -o x.npy", "holds one array, and 2 are compared"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(line: str, said: str, run: Run) -> None:
    answer = run(line)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_a_film_of_several_layers_moves_them_together(run: Run, folder: Path) -> None:
    words = "--dpi 20 --no-caption"
    answer = run(f"conv 4 -k 2 --compare stride=1,2 -o both.gif {words}")
    assert (answer.status, answer.err) == (0, "")
    assert frames(folder / "both.gif")[0] == 3
    last = run("conv 4 -k 2 --compare stride=1,2 --animate")
    assert last.status == 0
    # The longer film is at its end, the shorter one has waited at its own.
    assert "output[2]  =  3·1 + 4·2  =  11" in last.out
    assert "output[1]  =  3·1 + 4·2  =  11" in last.out
