"""Outputs that are not the expected ones: the layer where the sizes part, and what would do."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec.branches import parse_toml
from convviz.spec.expectation import unmet
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace

CONV = "Conv1d(2, 2, 3)"


def told(texts, shape, expected):
    """The label under the layer where the sizes part, that layer, and the way out."""
    error = unmet(trace(parse_network(texts), shape), expected)
    return error.accepted, error.source[slice(*error.span)], error.remedy


def test_what_is_expected_is_no_error():
    assert unmet(trace(parse_network([CONV]), (2, 9)), (2, 7)) is None


@pytest.mark.parametrize(
    ("texts", "shape", "expected", "label", "place"),
    [
        (["AdaptiveAvgPool1d(5)", CONV], (2, 9), (2, 3, 1), "2 axes from here on, not 3", 0),
        ([CONV, "Flatten()", "ReLU()"], (2, 9), (14, 1), "1 axis from here on, not 2", 1),
        ([CONV, CONV], (2, 9), (2, 7), "layer 1 gives 2×7, and this changes it", 1),
        ([CONV, CONV, "ReLU()"], (2, 9), (2, 7), "layer 1 gives 2×7, and this changes it", 1),
        (["ReLU()", CONV, CONV], (2, 9), (2, 7), "layer 2 gives 2×7, and this changes it", 2),
        (["Upsample(size=17)", CONV], (2, 9), (2, 19), "makes 15 of 17; 21 would make 19", 1),
        (["Upsample(scale_factor=2)"], (2, 9), (2, 15), "makes 18 of 9", 0),
        (["Flatten()", "Unflatten(1, (3, 6))"], (2, 9), (3, 7), "makes 3×6 of 18", 1),
        (["Conv1d(2, 4, 3)", "ReLU()"], (2, 9), (2, 6), "makes 7 of 9; 8 would make 6", 0),
        (["AdaptiveAvgPool1d(5)"], (2, 9), (2, 4), "makes 5 of 9", 0),
        (["LPPool1d(2, 2)", "ReLU()"], (2, 7), (2, 4), "makes 3 of 7; 8 to 9 would make 4", 0),
    ],
)
def test_the_layer_where_the_sizes_part_says_what_it_makes(texts, shape, expected, label, place):
    found, name, _ = told(texts, shape, expected)
    assert found == label
    assert name == trace(parse_network(texts), shape).rows[place].layer.short


@pytest.mark.parametrize(
    ("texts", "shape", "expected", "label", "remedy"),
    [
        (["Conv1d(2, 4, 3)"], (2, 9), (3, 7), "gives 4 channels, not 3", "out_channels=3"),
        (["ConvTranspose1d(2, 4, 1)"], (2, 9), (3, 9), "gives 4 channels, not 3", "out_channels=3"),
        (["Linear(9, 4)", "ReLU()"], (9,), (5,), "gives 4 channels, not 5", "out_features=5"),
        (["Flatten()"], (2, 9), (17,), "gives 18 channels, not 17", ""),
    ],
)  # fmt: skip
def test_channels_are_changed_by_the_argument_that_the_layer_has(
    texts, shape, expected, label, remedy
):
    assert told(texts, shape, expected)[::2] == (label, remedy)


TEXTS = [
    ["Conv1d(1, 1, 3)", "ConvTranspose1d(1, 1, 3, stride=2, output_padding=1)"],
    ["Conv1d(1, 1, 4, stride=3, padding=1)"],
    ["MaxPool1d(3, stride=2, ceil_mode=True)", "Conv1d(1, 1, 2)"],
    ["ConvTranspose1d(1, 1, 2, stride=3, padding=1)"],
    ["LPPool1d(2, 3)"],
    ["Upsample(scale_factor=2)", "Conv1d(1, 1, 2, dilation=2)"],
]


@pytest.mark.parametrize("texts", TEXTS, ids=" ".join)
def test_the_inputs_named_are_those_that_give_it_and_no_others(texts):
    network = parse_network(texts)
    outputs = {size: trace(network, (1, size)).output[1] for size in range(6, 40)}
    for expected in range(outputs[12], outputs[30]):
        good = [size for size, output in outputs.items() if output == expected]
        error = unmet(trace(network, (1, 200)), (1, expected))
        if not good:
            assert error.remedy == ""
        elif len(good) == 1:
            assert error.remedy == f"an input 1×{good[0]} gives it"
        else:
            assert error.remedy == f"an input from 1×{good[0]} to 1×{good[-1]} gives it"


BRANCHED = """
layers = [{join = "add", left = ["conv 1 k3 p1"], right = "conv 1 k5 p2"}, "conv 1 k3"]
"""


def test_inputs_are_found_through_branches():
    error = unmet(trace(parse_toml(BRANCHED), (1, 9, 9)), (1, 5, 9))
    assert error.remedy == "an input 1×7×11 gives it"
    assert error.accepted == "makes 7 of 9; 7 would make 5"


def test_only_the_layers_before_the_one_that_matters_are_listed():
    error = unmet(trace(parse_network([*["ReLU()"] * 6, CONV]), (2, 9)), (2, 8))
    assert error.source.splitlines() == [
        "…",
        *(f"{number}  ReLU           2×9" for number in (3, 4, 5, 6)),
        "7  Conv1d 2→2 k3  2×7",
    ]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        # ⌈n/2⌉ = n − 4 for n of 8 and 9 alone: 7 asks 13 or 14 of one branch, 11 of the other
        (parse_toml('layers = [{join = "add", a = ["conv 1 k1 s2"], b = "conv 1 k5"}]'), 7),
        # 2 + 6 − 2 = 6, but reflect takes no padding of 3 on 2 cells
        (parse_network(["Conv1d(1, 1, 3, padding=3, padding_mode='reflect')"]), 6),
    ],
)
def test_no_input_is_named_where_none_gives_it(network, expected):
    for size in range(1, 40):
        try:
            assert trace(network, (1, size)).output != (1, expected)
        except SpecError:
            continue
    assert unmet(trace(network, (1, 9)), (1, expected)).remedy == ""
