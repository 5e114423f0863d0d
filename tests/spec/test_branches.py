"""Networks with branches: the shipped examples have the papers' numbers; mistakes say where."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from convviz.errors import SpecError
from convviz.spec.branches import parse_toml
from convviz.spec.trace import trace

NETWORKS = Path(__file__).parent.parent.parent / "gallery" / "networks"


def run(text, shape=()):
    network = parse_toml(text)
    return trace(network, shape or network.input)


# torchvision's resnet18 has 11,689,512 parameters and 1.814 G multiply-accumulates; the common
# U-Net in PyTorch (3 channels, 2 classes, transposed convolutions) 31,037,698 parameters;
# inception 3a in the paper's table 1: 159 K weights (163,328) and 128 M operations.
@pytest.mark.parametrize(
    ("name", "output", "params", "macs"),
    [
        ("resnet18", (1000,), 11_689_512, 1_814_073_344),
        ("unet", (2, 256, 256), 31_037_698, 48_171_581_440),
        ("googlenet-3a", (256, 28, 28), 163_328 + 368, 128_049_152),
    ],
)
def test_the_examples_have_the_published_numbers(name, output, params, macs):
    found = run((NETWORKS / f"{name}.toml").read_text(encoding="utf-8"))
    assert (found.output, found.params, found.macs) == (output, params, macs)


def test_the_receptive_field_of_resnet18_is_435():
    found = run((NETWORKS / "resnet18.toml").read_text(encoding="utf-8"))
    last = next(row for row in reversed(found.rows) if row.output == (512, 7, 7))
    assert [field.size for field in last.fields] == [435, 435]
    assert [field.jump for field in last.fields] == [32, 32]


BLOCK = """
layers = ["2 x block", {join = "cat", left = ["conv 2 k1"], right = "conv 3 k3 p1"}]
[block]
join = "add"
main = ["conv 4 k3 p1", "relu"]
skip = []
"""


def test_tables_unfold_in_order_and_name_their_layers():
    found = run(BLOCK, (4, 8, 8))
    assert [row.step.path for row in found.rows] == [
        "block.main.0",
        "block.main.1",
        "block.add",
        "block(2).main.0",
        "block(2).main.1",
        "block(2).add",
        "1.left.0",
        "1.right.0",
        "1.cat",
    ]
    assert found.output == (5, 8, 8)
    assert found.rows[2].step.inputs == (1, -1)


def test_keras_names_make_channels_last():
    text = 'input = "8x9x3"\nlayers = [{join="add", a=["Conv2D(3, 1)"], b=[]}, "Flatten()"]'
    network = parse_toml(text)
    assert network.channels_last
    assert network.input == (3, 8, 9)
    assert trace(network, network.input).output == (216,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layers = [", "the network is no TOML"),
        ("layers = 3", "layers is a list of layers, not 3"),
        ("layers = [3]", "layers, entry 1 is a layer's text or a table, not 3"),
        ("layers = []", "`layers` is empty"),
        ("", "the network has no `layers`"),
        ("layrs = []", "not 'layrs'"),
        ('layers = ["conf 3 k1"]', "layers, entry 1: no layer is called 'conf'"),
        ('layers = ["a"]\n[a]\njoin = "ad"\nb = []\nc = []', "[a] joins by 'ad'"),
        ('layers = ["a"]\n[a]\njoin = "add"\nb = []', "[a] joins 1 branch: at least two"),
        ('layers = ["a"]\n[a]\nb = []\nc = []', "[a] has branches but no `join`"),
        ('layers = ["a"]\n[a]\n', "[a] is empty"),
        ('layers = ["a"]\n[a]\nlayers = ["a"]', "the table [a] holds itself: [a] in [a]"),
        ('layers = ["999999 x relu"]', "asks for more than 50,000 layers"),
        ('layers = ["Conv2D(3, 3)", "Conv2d(3, 3, 3)"]', "Conv2d is PyTorch, but Conv2D is Keras"),
        ('input = 3\nlayers = ["relu"]', "`input` is a text"),
        ('input = "a"\nlayers = ["relu"]', "a size is written with the digits"),
    ],
)
def test_a_mistake_says_where_it_is(text, message):
    with pytest.raises(SpecError) as caught:
        parse_toml(text)
    assert message in caught.value.message
    assert str(caught.value)


@pytest.mark.parametrize(
    ("text", "message", "span"),
    [
        ('layers = ["relu"]\nx = @ 1', "line 2 of the network is no TOML: invalid value", (22, 23)),
        ("@", "line 1 of the network is no TOML: invalid statement", (0, 1)),
        ('layers = [\n"relu",', "the end of the network is no TOML: ", (18, 19)),
    ],
)
def test_what_is_no_toml_is_pointed_at(text, message, span):
    with pytest.raises(SpecError) as caught:
        parse_toml(text)
    assert caught.value.message.startswith(message)
    assert caught.value.span == span


def test_tables_that_hold_each_other_are_named_from_within():
    ring = "".join(f'[t{i}]\nlayers = ["relu", "t{(i + 1) % 5}"]\n' for i in range(5))
    with pytest.raises(SpecError) as caught:
        parse_toml('layers = ["t0"]\n' + ring)
    assert caught.value.message == "the table [t0] holds itself: [t0] in [t4] in [t3] in [t2]"
    after = 'layers = ["a"]\n[a]\nlayers = ["b", "a"]\n[b]\nlayers = ["relu"]'
    with pytest.raises(SpecError, match="holds itself"):
        parse_toml(after)


def test_a_table_named_like_a_layer_of_keras_is_no_keras():
    text = 'layers = ["Conv2D(3, 3)"]\n["Conv2D(3, 3)"]\nlayers = ["Conv2d(3, 8, 3)"]'
    network = parse_toml(text)
    assert not network.channels_last
    assert [step.path for step in network.steps] == ["Conv2D(3, 3).0"]


def test_a_mistyped_table_is_guessed():
    with pytest.raises(SpecError) as caught:
        parse_toml('layers = ["blok"]\n[block]\nlayers = ["relu"]')
    assert caught.value.accepted == "did you mean block?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'layers = [{join="add", main=["conv 8 k3 p1"], skip=[]}]',
            "add takes branches of one shape: main gives 8×8×8, skip gives 4×8×8",
        ),
        (
            'layers = ["relu", {join="cat", main=["pool 2"], skip=[]}]',
            "cat takes branches of one size: main gives 4×4×4, skip gives 4×8×8",
        ),
    ],
)
def test_branches_that_do_not_go_together_say_what_each_gives(text, message):
    with pytest.raises(SpecError) as caught:
        run(text, (4, 8, 8))
    assert message in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 100_000,
        "@" * 1_000_000,
        "layers = [" + '"relu",' * 150_000 + "@",
        "\n".join(f'[a{i}]\nlayers = ["10 x a{i + 1}"]' for i in range(30))
        + '\n[a30]\nlayers=["relu"]\n',
    ],
    ids=["deep", "garbage", "late", "laughs"],
)
def test_a_malformed_text_gets_one_clear_message_at_once(text):
    if "a30" in text:
        text = 'layers = ["a0"]\n' + text
    begin = time.process_time()
    with pytest.raises(SpecError) as caught:
        parse_toml(text)
    assert len(str(caught.value)) < 1_500
    assert time.process_time() - begin < 3  # measured below 1 s; slow machines are slower


@pytest.mark.parametrize(
    "word", ["0b" + "1" * 70, "0o" + "7" * 24, "0x" + "f" * 16, "0b0_" + "1" * 64]
)
def test_a_number_in_another_base_is_measured_by_its_value(word):
    with pytest.raises(SpecError) as caught:
        parse_toml(f'layers = ["relu"]\nx = 0b{"1" * 50}\ny = {word}')
    size = "more than 18 decimal digits: at most 18 are read"
    assert caught.value.message == f"line 3 of the network has a whole number of {size}"
    assert caught.value.source[slice(*caught.value.span)] == word


def test_a_number_too_large_is_refused_where_quotes_hide_its_place():
    # TOML lets a text of several lines end in a quote of its own; nobody points at what follows
    with pytest.raises(SpecError) as caught:
        parse_toml(f'layers = ["""relu"""", {10**21}, "b"]')
    assert caught.value.message == "the network has a whole number of more than 18 digits"
    assert not caught.value.source
