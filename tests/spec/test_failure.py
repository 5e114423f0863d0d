"""Layers that do not fit: the fact, and ways out that do lead out."""

from __future__ import annotations

import re

import pytest

from convviz.errors import SpecError
from convviz.spec.branches import parse_toml
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace


def refused(texts, shape):
    with pytest.raises(SpecError) as caught:
        trace(parse_network(texts), shape)
    return caught.value


@pytest.mark.parametrize(
    ("texts", "shape", "message", "label", "remedy"),
    [
        (
            ["ReLU()", "Conv1d(3, 2, 3)"], (2, 9),
            "layer 2 of 2 does not fit: Conv1d 3→2 k3 takes 3 channels, its input has 2",
            "3 channels", "in_channels=2",
        ),
        (
            ["ReLU()", "LPPool1d(2, 30)"], (2, 7),
            "layer 2 of 2 does not fit: LPPool1d norm 2 k30 s30 spans 30 cells, its input has 7",
            "⌊(7 + 2·0 − 1·(30 − 1) − 1) / 30⌋ + 1 = 0",
            "a kernel of at most 7 or an input from 2×30",
        ),
        (
            ["AdaptiveAvgPool1d(5)", "Conv1d(2, 2, 7)"], (2, 9),
            "layer 2 of 2 does not fit: Conv1d 2→2 k7 spans 7 cells, its input has 5",
            "⌊(5 + 2·0 − 1·(7 − 1) − 1) / 1⌋ + 1 = −1",
            "a kernel of at most 5 or padding 1 (5 + 2·1 = 7)",
        ),
        (
            ["ReLU()", "Conv2d(2, 2, 5, dilation=4, padding=1)"], (2, 11, 6),
            "layer 2 of 2 does not fit: Conv2d 2→2 k5 p1 d4 spans 17 cells, "
            "its padded input has 13 rows",
            "⌊(11 + 2·1 − 4·(5 − 1) − 1) / 1⌋ + 1 = −3",
            "a kernel of at most 4, a dilation of at most 3, padding 3 (11 + 2·3 = 17), "
            "or an input from 2×15×15",
        ),
        (
            ["ReLU()", "Conv1d(2, 2, 3, padding=4, padding_mode='reflect')"], (2, 4),
            "layer 2 of 2 does not fit: reflect pads at most 3 on each side of 4 cells, not 4",
            "at most 3",
            "replicate and symmetric have no limit, circular takes up to 4 or an input from 2×5",
        ),
        (
            ["Flatten()", "Linear(2, 3)"], (2, 7),
            "layer 2 of 2 does not fit: Linear takes 2 features on the last axis, its input is 14",
            "14 come in", "",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_ways_out(texts, shape, message, label, remedy):
    error = refused(texts, shape)
    assert (error.message, error.accepted, error.remedy) == (message, label, remedy)


STEMS = [
    ["Conv1d(1, 1, 3, stride=2, padding=1)"],
    ["ConvTranspose1d(1, 1, 3, stride=2, padding=1, output_padding=1)"],
    ["Upsample(scale_factor=3)"],
    ["Upsample(scale_factor=0.75)"],
    ["MaxPool1d(3, stride=2, ceil_mode=True)"],
    ["Conv1d(1, 1, 3, padding=3, padding_mode='reflect')", "MaxPool1d(2)"],
    ["ReLU()", "AvgPool1d(2)"],
    ["ConvTranspose1d(1, 1, 2, stride=3, dilation=2)"],
]


@pytest.mark.parametrize("stem", STEMS, ids=" ".join)
def test_the_least_input_fits_and_the_next_smaller_one_does_not(stem):
    for kernel in (20, 21, 22):
        texts = [*stem, f"Conv1d(1, 1, {kernel})"]
        error = refused(texts, (1, 4))
        least = int(re.search(r"an input from 1×(\d+)", error.remedy)[1])
        assert trace(parse_network(texts), (1, least)).output[1] >= 1
        refused(texts, (1, least - 1))


def test_no_input_is_named_where_size_is_not_the_trouble():
    assert "input" not in refused(["AdaptiveAvgPool1d(5)", "Conv1d(1, 1, 7)"], (1, 9)).remedy
    assert "input" not in refused(["Flatten()", "Linear(2, 3)"], (2, 7)).remedy


def test_branches_that_disagree_name_inputs_on_which_they_agree():
    text = 'layers = [{join = "add", down = ["maxpool 2", "up 2"], same = []}]'
    network = parse_toml(text)
    with pytest.raises(SpecError) as caught:
        trace(network, (1, 9, 6))
    assert caught.value.remedy == "an input of 1×8×6 or 1×10×6"
    for size in (8, 10):
        assert trace(network, (1, size, 6)).output == (1, size, 6)


def test_four_layers_before_the_failing_one_are_listed_or_all_five():
    deep = refused([*["ReLU()"] * 6, "Conv1d(1, 1, 9)"], (1, 5)).source.splitlines()
    assert deep[0] == "…"
    assert [line.split()[0] for line in deep[1:]] == ["3", "4", "5", "6", "7"]
    five = refused([*["ReLU()"] * 5, "Conv1d(1, 1, 9)"], (1, 5)).source.splitlines()
    assert [line.split()[0] for line in five] == ["1", "2", "3", "4", "5", "6"]


def test_an_output_whose_size_nobody_can_write_is_refused():
    layers = ["ConvTranspose1d(1, 1, 2, stride=" + "9" * 18 + ")"] * 16
    error = refused(layers, (1, 9))
    assert (
        error.message
        == "layer 14 of 16 does not fit: its output has a size of more than 250 digits"
    )
    assert error.remedy == ""


@pytest.mark.parametrize(
    ("texts", "shape", "remedy"),
    [
        # a pool's padding is at most half its kernel: 5 a side is none of its ways
        (["ReLU()", "MaxPool1d(3, dilation=5)"], (1, 2),
         "a kernel of at most 1 or an input from 1×11"),
        (["Linear(9, 4)", "Linear(5, 2)"], (9,), ""),
        (["Flatten()", "Unflatten(1, (2, 3))", "Conv1d(2, 2, 7)"], (2, 3),
         "a kernel of at most 3 or padding 2 (3 + 2·2 = 7)"),
    ],
)  # fmt: skip
def test_ways_that_lead_nowhere_are_not_named(texts, shape, remedy):
    assert refused(texts, shape).remedy == remedy


@pytest.mark.parametrize("stride", [17, 40])
def test_the_least_input_is_found_however_far_ceil_mode_reaches_beyond_the_end(stride):
    texts = [f"MaxPool1d({stride}, stride={stride}, ceil_mode=True)", "Conv1d(1, 1, 3)"]
    fitting = []
    for size in range(stride, 4 * stride):
        try:
            trace(parse_network(texts), (1, size))
        except SpecError:
            continue
        fitting.append(size)
    assert fitting == list(range(fitting[0], 4 * stride))
    assert refused(texts, (1, stride)).remedy.endswith(f"an input from 1×{fitting[0]}")


def test_the_least_input_is_found_behind_branches():
    branches = 'a = ["conv 1 k3 p1"], b = "conv 1 k5 p2"'
    network = parse_toml(f'layers = [{{join = "add", {branches}}}, "conv 1 k20"]')
    with pytest.raises(SpecError) as caught:
        trace(network, (1, 9))
    assert caught.value.remedy.endswith(", or an input from 1×20")
    assert trace(network, (1, 20)).output == (1, 1)


def test_a_very_deep_network_still_names_an_input_that_fits():
    texts = [*["ReLU()"] * 201, "Conv1d(1, 1, 9)"]
    assert refused(texts, (1, 5)).remedy.endswith(", or an input from 1×9")
    assert trace(parse_network(texts), (1, 9)).output == (1, 1)


@pytest.mark.parametrize(
    ("text", "remedy", "spot"),
    [
        ("Conv2d(1, 8, 30, dilation=2)", "kernel_size=20, or dilation=1, or padding=10", "30"),
        ("Conv2D(3, 30, dilation_rate=2)", "kernel_size=20, or dilation_rate=1, or padding=10",
         "30"),
        ("MaxPooling2D(70)", "pool_size=40, or padding=15", "70"),
        ("conv 8 k30 d2", "kernel_size=20, or dilation=1, or padding=10", "conv 8 k30 d2"),
    ],
)  # fmt: skip
def test_an_only_layer_names_the_arguments_of_its_language(text, remedy, spot):
    error = refused([text], (1, 40, 40))
    assert error.remedy.partition(", which")[0] == remedy
    assert error.source[slice(*error.span)] == spot


BLOCK = 'layers = ["block"]\n[block]\njoin = "add"\na = ["relu", "conv 1 k9"]\nb = []'


@pytest.mark.parametrize(
    ("network", "shape", "message", "remedy"),
    [
        (["ReLU()", "Conv1d(3, 2, 9)"], (2, 9),
         "layer 2 of 2 does not fit: Conv1d 3→2 k9 takes 3 channels, its input has 2",
         "in_channels=2"),
        (["Flatten()", "Conv2d(3, 2, 3)"], (2, 9), "layer 2 of 2 does not fit: a 2-D layer takes "
         "channels and 2 spatial axes, not 1 axes (18)", ""),
        (["ReLU()", "Conv2d(2, 2, 3)"], (2, 9), "layer 2 of 2 does not fit: a 2-D layer takes "
         "channels and 2 spatial axes, not 2 axes (2×9)", ""),
        (["ReLU()", "MaxPool1d(4)"], (1, 1),
         "layer 2 of 2 does not fit: MaxPool1d k4 s4 spans 4 cells, its input has 1",
         "a kernel of at most 1, padding 2 (1 + 2·2 = 5), or an input from 1×4"),
        (["AdaptiveAvgPool1d(3)", "Conv1d(1, 1, 3)", "Conv1d(1, 1, 2)"], (1, 9),
         "layer 3 of 3 does not fit: Conv1d 1→1 k2 spans 2 cells, its input has 1",
         "a kernel of at most 1 or padding 1 (1 + 2·1 = 3)"),
        (BLOCK, (1, 5),
         "layer 2 of 3, block.a.1, does not fit: Conv1d 1→1 k9 spans 9 cells, its input has 5",
         "a kernel of at most 5, padding 2 (5 + 2·2 = 9), or an input from 1×9"),
        # Keras counts its Input: the layer's own name is its number
        (["Sequential([Input((9, 9, 3)), Conv2D(4, 3), Conv2D(4, 30)])"], (3, 9, 9),
         "layer 2 of 2 does not fit: Conv2d 4→4 k30 spans 30 cells, its input has 7",
         "a kernel of at most 7, padding 12 (7 + 2·12 = 31), or an input from 32×32×3"),
        ('layers = [{join="add", a=["pool 2"], b=[]}]', (1, 1),
         "layer 1 of 2, 0.a.0, does not fit: MaxPool1d k2 s2 spans 2 cells, its input has 1",
         "a kernel of at most 1, padding 1 (1 + 2·1 = 3), or an input from 1×2"),
        ('layers = [{join="add", a=["conv 3 k3"], b=[]}]', (1, 9),
         "layer 2 of 2, 0.add, does not fit: add takes branches of one shape: a gives 3×7, "
         "b gives 1×9", ""),
    ],
)  # fmt: skip
def test_a_layer_in_its_place_is_said_with_ways_out(network, shape, message, remedy):
    network = parse_network(network) if isinstance(network, list) else parse_toml(network)
    with pytest.raises(SpecError) as caught:
        trace(network, shape)
    assert (caught.value.message, caught.value.remedy) == (message, remedy)


def test_long_names_are_cut_to_44_letters_in_the_list():
    place = "(13, 17), stride=(11, 12), padding=(5, 6), dilation=(2, 3), bias=False)"
    error = refused([f"Conv2d(300, 512, {place}", f"Conv2d(512, 512, {place}"], (300, 99, 99))
    assert [line[3:47] for line in error.source.splitlines()] == [
        "Conv2d 300→512 k13×17 s11×12 p5×6 d2×3 no b…",
        "Conv2d 512→512 k13×17 s11×12 p5×6 d2×3 no b…",
    ]
    assert error.source[slice(*error.span)] == "Conv2d 512→512 k13×17 s11×12 p5×6 d2×3 no b…"
