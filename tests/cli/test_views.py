"""Views by name: on the screen, in files, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Run

THREE = "'Conv1d(1,1,3,padding=1)' 'Conv1d(1,1,3,stride=2,padding=1)' 'Conv1d(1,1,3,padding=1)'"


def test_a_receptive_field_is_rows_of_cells_over_what_they_read(run: Run) -> None:
    screen = run(f"shape 1x15 {THREE} --view receptive-field").out
    assert (
        screen
        == """\
shape 1×15 → 1×8 · 3 layers · receptive field of output unit 3

output                      ·     ·     ·    [1]    ·     ·     ·     ·
  conv 3
layer 2               ·    │·     ·    [1     1     1]    ·     ·     ·│    ·
  conv 3, stride 2
layer 1                  · │·  ·  · [1  1  2  1  2  1  1] ·  ·  ·  ·  ·│ ·
  conv 3
input                    · │·  · [1  2  4  4  5  4  4  2  1] ·  ·  ·  ·│ ·

output   field 9 = 5 + (3 − 1)·2   jump 2 = 2·1
layer 2  field 5 = 3 + (3 − 1)·1   jump 2 = 1·2
layer 1  field 3 = 1 + (3 − 1)·1   jump 1 = 1·1
input    field 1   jump 1
numbers in cells count the paths to them · outside the frame: padding
"""
    )


def test_a_network_is_bars_with_its_layers_between(run: Run) -> None:
    layers = "'Conv2d(3,64,7,2,3)' 'MaxPool2d(3,2,1)' 'Flatten()' 'Linear(200704,10)'"
    screen = run(f"shape 3x224x224 {layers} --view network").out
    assert (
        screen
        == """\
shape 3×224×224 → 10 · 4 layers · 2,016,522 params · 120,020,992 MACs

3×224×224   ████████████████████████████████████
            Conv k7 s2         9,472 params  118,013,952 MACs
64×112×112  ██████████████████
            MaxPool k3 s2
64×56×56    █████████
            Flatten
200704
            Linear         2,007,050 params    2,007,040 MACs
10

bars follow the rows · MACs: multiply-adds of one sample, bias not counted
"""
    )


def test_stacked_dilations_are_compared_around_their_fields(run: Run) -> None:
    layers = "'Conv1d(1,1,3,dilation=2)' 'Conv1d(1,1,3,dilation=2)'"
    screen = run(f"shape 1x13 {layers} --view dilation").out
    assert "sees 5 of 9 cells" in screen
    assert "1  0  2  0  3  0  2  0  1" in screen
    assert "dilation 2, 2  5 of 9 cells seen, 4 holes" in screen


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_rows_that_are_too_wide_name_their_cells(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    layers = " ".join(f"'Conv2d({a},8,5,2)'" for a in (3, 8, 8))
    words = f"shape 3x224x224 {layers} --view receptive-field --color always"
    from convviz.render import terminal
    from convviz.render.stream import Stream

    shown = run(words).out
    assert "29" in shown
    scene = scene_of(layers)
    lines = terminal.screen(scene, Stream(width=width)).splitlines()
    assert max(map(len, lines)) <= width
    named = any(re.search(r"\d+ to \d+  \d+ cells", line) for line in lines)
    assert named == (width < 120)


def scene_of(layers: str):
    import shlex

    from convviz.diagrams.networks import network_scene
    from convviz.diagrams.view import View
    from convviz.spec.sequence import parse_network
    from convviz.spec.trace import trace

    found = trace(parse_network(shlex.split(layers)), (3, 224, 224))
    return network_scene(found, View(), "receptive-field")


def test_the_axis_of_a_receptive_field_can_be_named(run: Run) -> None:
    words = "shape 1x9x30 'Conv2d(1,1,(3,5))' --view receptive-field"
    assert "field 5" in run(words).out
    assert "field 3" in run(f"{words} --axis rows").out
    refused = run(f"{words} --axis depth")
    assert refused.status == 2
    assert "rows, cols" in refused.err


def test_over_branches_a_field_has_no_axis_and_sums_over_the_depth(run: Run, folder: Path) -> None:
    network = """layers = ["Conv3d(1,4,3,padding=1)", "block"]
[block]
join = "add"
main = ["Conv3d(4,4,3,padding=1)"]
skip = []
"""
    (folder / "branches.toml").write_text(network, encoding="utf-8")
    words = "shape 1x8x8x8 branches.toml --view receptive-field"
    screen = run(words).out
    assert "count the paths to them, summed over the depth" in screen
    # Two kernels of 3 reach the unit in (1 + 2 + 3 + 2 + 1)³ ways, one and the shortcut in 3³.
    import convviz

    assert convviz.draw(words).scene.grid("input").values.sum() == 9**3 + 3**3
    refused = run(f"{words} --axis rows")
    assert refused.status == 2
    assert "the network has branches: its field is drawn over the plane" in refused.err


def test_plain_statements_say_the_boxes_and_the_paths(run: Run) -> None:
    said = run("shape 3x8x8 'Conv2d(3,4,3)' --view network --plain").out
    assert "3 by 8 by 8 comes in\n" in said
    assert "4 by 6 by 6 from Conv k3, 112 params, 3,888 MACs\n" in said
    said = run("shape 1x9 'Conv1d(1,1,3,2)' --view receptive-field --plain").out
    assert "input: 0, 0, 1, 1, 1, 0, 0, 0, 0\n" in said


@pytest.mark.parametrize(
    "command",
    [
        "shape 1x9 'Conv1d(1,1,3)' --view receptive-field",
        "shape 3x32x32 'Conv2d(3,8,3)' 'ReLU()'",
        "shape 1x15x15 'Conv2d(1,1,3,dilation=2)' --view dilation",
        "conv 9x9 -k 3 -d 2 --view dilation",
        "conv 4x4x4 -g 2 --view groups",
        "conv 4x4 --view matrix",
        "conv-transpose 3x3 --view matrix",
        "conv 3x6x6 --out-channels 2 --weight random --view kernels",
    ],
)
def test_every_view_draws_the_same_bytes_twice(run: Run, folder: Path, command: str) -> None:
    for name in ("one.png", "two.png"):
        answer = run(f"{command} -o {name} --dpi 40 --no-footer")
        assert (answer.status, answer.err) == (0, "")
    one, two = (np.asarray(Image.open(folder / name)) for name in ("one.png", "two.png"))
    assert one.std() > 0
    np.testing.assert_array_equal(one, two)


def test_a_field_is_drawn_over_the_image_that_is_read(run: Run, folder: Path) -> None:
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[..., 0] = 200
    Image.fromarray(pixels).save(folder / "photo.png")
    answer = run("shape photo.png 'Conv2d(3,4,5)' --view receptive-field -o field.svg")
    assert (answer.status, answer.err) == (0, "")
    assert "<image" in (folder / "field.svg").read_text(encoding="utf-8")
    refused = run("shape photo.png 'Conv2d(3,4,5)'")
    assert refused.status == 2
    assert "takes a shape" in refused.err


def test_an_array_that_is_no_image_gives_its_shape_alone(run: Run, folder: Path) -> None:
    np.save("3.npy", np.zeros((1, 9)))
    words = "'Conv1d(1,1,3)' --view receptive-field"
    assert run(f"shape 3.npy {words}").out == run(f"shape 1x9 {words}").out


def test_stacked_dilations_are_of_a_chain(run: Run, folder: Path) -> None:
    (folder / "b.toml").write_text(
        'layers = ["block"]\n[block]\njoin = "add"\nmain = ["ReLU()"]\nskip = []\n'
    )
    refused = run("shape 1x8x8 b.toml --view dilation")
    assert refused.status == 2
    assert "the network has branches: stacked dilations are shown for a chain" in refused.err


def test_an_unknown_view_of_a_network_names_the_known(run: Run) -> None:
    refused = run("shape 1x9 'Conv1d(1,1,3)' --view receptive-feild")
    assert refused.status == 2
    assert "did you mean receptive-field?" in refused.err
    assert "network, dilation" in refused.err


def test_a_film_of_a_network_is_refused(run: Run, folder: Path) -> None:
    refused = run("shape 1x9 'Conv1d(1,1,3)' --view network -o x.gif")
    assert refused.status == 2
    assert ".png .svg .pdf" in refused.err
    assert not list(folder.iterdir())
