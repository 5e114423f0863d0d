"""Networks as torch prints them: every layer's answers, torch's own; and 10,000 layers at once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from convviz.errors import SpecError
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "layers.json").read_text())


def run(*texts, shape):
    return trace(parse_network(texts), shape)


@pytest.mark.parametrize("case", GOLDEN["stacks"], ids=lambda case: case["id"])
def test_a_printed_network_answers_as_torch_does(case):
    found = run(case["repr"], shape=tuple(case["input"]))
    assert list(found.output) == case["output"]
    assert found.params == case["params"]
    assert found.macs == case["macs"]
    for row, expected in zip(found.rows, case["layers"], strict=True):
        assert row.step.path == expected["path"]
        assert list(row.inputs[0]) == expected["input"]
        assert list(row.output) == expected["output"]
        assert row.params == expected["params"]
        assert row.macs == expected["macs"]
        if expected["receptive_field"] is not None:
            assert row.fields is not None
            assert [field.size for field in row.fields] == expected["receptive_field"]
            assert [field.jump for field in row.fields] == expected["jump"]


def test_a_repeat_is_written_out():
    found = run("Sequential(\n  (0-2): 3 x Conv2d(4, 4, kernel_size=(3, 3))\n)", shape=(4, 9, 9))
    assert [row.step.path for row in found.rows] == ["0", "1", "2"]
    assert found.output == (4, 3, 3)


def test_layers_follow_each_other_over_lines_commas_and_comments():
    text = "# a stem\nConv2d(3, 8, 3)  # no padding\nReLU(), MaxPool2d(2);\nFlatten()"
    assert run(text, "Linear(1800, 2)", shape=(3, 32, 32)).output == (2,)


def test_a_typed_sequential_is_read_like_a_printed_one():
    text = "nn.Sequential(nn.Conv2d(3, 8, 3), nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)))"
    found = run(text, shape=(3, 8, 8))
    assert [row.step.path for row in found.rows] == ["0", "1.0", "1.1"]


BLOCK = """ResNet(
  (conv1): Conv2d(3, 64, kernel_size=(7, 7))
  (layer1): Sequential(
    (0): BasicBlock(
      (conv1): Conv2d(64, 64, kernel_size=(3, 3))
    )
  )
)"""


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        (BLOCK, 1, "ResNet"),
        (BLOCK.replace("ResNet", "Sequential"), 4, "BasicBlock"),
        ("ModuleList(\n  (0-3): 4 x ReLU()\n)", 1, "ModuleList"),
        ("\n" + BLOCK, 2, "ResNet"),
    ],
)
def test_a_container_that_is_not_sequential_is_never_guessed_at(text, line, name):
    with pytest.raises(SpecError) as caught:
        parse_network([text])
    error = caught.value
    assert f"line {line}: {name} is not Sequential" in error.message
    assert error.source[slice(*error.span)] == name
    assert "TOML" in error.remedy


def test_up_to_four_parts_of_a_container_are_named():
    for count, inner in ((4, "0, 1, 2, 3"), (5, "0, 1, 2, 3, …")):
        with pytest.raises(SpecError) as caught:
            parse_network([f"ModuleList(\n  (0-{count - 1}): {count} x ReLU()\n)"])
        assert f"how its parts ({inner}) are connected" in caught.value.message


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("Sequential([3])", "[3]"),
        ("Sequential([ReLU(), 3])", "Sequential([ReLU(), 3])"),
        ("Sequential(ReLU(), 3)", "3"),
    ],
)
def test_what_a_sequential_lists_that_is_no_layer_is_pointed_at(text, spot):
    with pytest.raises(SpecError) as caught:
        parse_network([text])
    assert caught.value.message == "Sequential lists layers"
    assert caught.value.source[slice(*caught.value.span)] == spot


@pytest.mark.parametrize("first", ["Conv2d(3, 4, 3)", "ReLU(inplace=True)"])
def test_a_name_that_no_language_knows_does_not_make_a_text_keras(first):
    with pytest.raises(SpecError) as caught:
        parse_network([first, "Foo()"])
    assert caught.value.message == "no layer is called 'Foo'"


def test_one_text_that_is_printed_is_enough():
    assert parse_network(["Sequential(\n  (0): ReLU()\n)", "relu"]).printed
    assert not parse_network(["ReLU()", "relu"]).printed


def test_the_layer_that_does_not_fit_explains_itself():
    with pytest.raises(SpecError) as caught:
        run("Conv2d(3,8,3,2)", "Conv2d(8,8,3,2)", "MaxPool2d(5)", shape=(3, 16, 16))
    assert str(caught.value).splitlines() == [
        "layer 3 of 3 does not fit: MaxPool2d k5 s5 spans 5 cells, its input has 3",
        "  1  Conv2d 3→8 k3 s2  3×16×16 → 8×7×7",
        "  2  Conv2d 8→8 k3 s2    8×7×7 → 8×3×3",
        "  3  MaxPool2d k5 s5     8×3×3 → ✗",
        "     ^^^^^^^^^^^^^^^ ⌊(3 + 2·0 − 1·(5 − 1) − 1) / 5⌋ + 1 = 0",
        "  help: a kernel of at most 3, padding 1 (3 + 2·1 = 5), or an input from 3×23×23",
    ]


@pytest.mark.parametrize(
    ("texts", "shape", "least"),
    [
        (["Conv2d(3,8,3,2)", "MaxPool2d(5)"], (3, 7, 7), (3, 11, 11)),
        (["MaxPool2d(2, ceil_mode=True)", "Conv2d(3,8,5)"], (3, 7, 7), (3, 9, 9)),
        (["ConvTranspose2d(3,3,4,2,1)", "Conv2d(3,8,20)"], (3, 7, 7), (3, 10, 10)),
        (["Upsample(scale_factor=1.5)", "Conv2d(3,8,(10,3))"], (3, 5, 5), (3, 7, 2)),
        (["ReLU()", "ReflectionPad2d(4)"], (3, 4, 9), (3, 5, 5)),
    ],
)
def test_the_smallest_input_that_passes_is_the_smallest(texts, shape, least):
    with pytest.raises(SpecError) as caught:
        run(*texts, shape=shape)
    assert f"an input from {'×'.join(map(str, least))}" in caught.value.remedy
    assert run(*texts, shape=least).output
    for axis in (1, 2):
        smaller = [n - (i == axis) for i, n in enumerate(least)]
        with pytest.raises(SpecError):
            run(*texts, shape=tuple(smaller))


def test_a_mistake_in_an_only_layer_is_shown_at_its_argument():
    with pytest.raises(SpecError) as caught:
        run("Conv2d(3, 8, 7)", shape=(3, 5, 5))
    assert caught.value.source[slice(*caught.value.span)] == "7"
    assert "kernel_size" not in caught.value.message


def test_ten_thousand_layers_take_less_than_a_second():
    lines = [
        f"Conv2d({64 + i % 500}, {64 + (i + 1) % 500}, kernel_size=(3, 3), padding=(1, 1))"
        for i in range(10_000)
    ]
    begin = time.process_time()
    found = run("\n".join(lines), shape=(64, 64, 64))
    assert time.process_time() - begin < 2  # measured 0.2 s; slow machines are slower
    assert found.output == (64, 64, 64)
    assert found.rows[-1].fields[0].size == 20_001


@pytest.mark.parametrize("text", ["", "# nothing", "\n\n"])
def test_no_layer_at_all_is_an_error(text):
    with pytest.raises(SpecError, match="there is no layer"):
        parse_network([text])


@pytest.mark.parametrize(
    "text",
    [
        "Sequential(" * 100_000,
        "Sequential(\n(0): " * 50_000,
        "Conv2d(3, 8, 3)\n" * 50_000 + "@",
        "(0-999999999): 999999999 x ReLU()",
        "Sequential(\n(0-999999999): 999999999 x ReLU())",
        "ReLU(" + "x" * 1_000_000,
        "\x00" * 100_000,
        "relu;" * 30_000 + "rel",
        "'" * 100_000,
        "a = " * 100_000,
    ],
    ids=lambda text: f"{text[:12]!r}-{len(text)}",
)
def test_a_malformed_text_gets_one_clear_message_at_once(text):
    begin = time.process_time()
    with pytest.raises(SpecError) as caught:
        parse_network([text])
    assert len(str(caught.value)) < 1_500
    assert time.process_time() - begin < 3  # measured below 0.5 s; slow machines are slower
