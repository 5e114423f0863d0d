"""Layers as PyTorch's constructors are typed: what is read, and how a mistake points at itself."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec.calls import parse_call
from convviz.spec.layers import Conv, ConvTranspose, Pool
from convviz.spec.parser import parse_layer


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        ("Conv2d(3, 64, 7, stride=2, padding=3)", Conv.of(3, 64, 7, ndim=2, stride=2, padding=3)),
        ("nn.Conv2d(3, 64, 7, 2, 3)", Conv.of(3, 64, 7, ndim=2, stride=2, padding=3)),
        ("torch.nn.Conv1d(1, 2, (3,))", Conv.of(1, 2, 3, ndim=1)),
        (
            "Conv2d(1, 1, kernel_size=[5, 3], padding='same', bias=False)",
            Conv.of(1, 1, (5, 3), ndim=2, padding="same", bias=False),
        ),
        (
            "Conv2d(3, 4, kernel_size=(4, 4), stride=(1, 1), padding=same, padding_mode=circular)",
            Conv.of(3, 4, 4, ndim=2, padding="same", padding_mode="circular"),
        ),
        (
            "Conv3d(4, 6, (1, 3, 3), 1, (0, 1, 1), 1, 2, True, 'zeros')",
            Conv.of(4, 6, (1, 3, 3), ndim=3, padding=(0, 1, 1), groups=2),
        ),
        (
            "ConvTranspose2d(8, 4, 3, 2, 1, 1, 2, False, 3)",
            ConvTranspose.of(
                8,
                4,
                3,
                ndim=2,
                stride=2,
                padding=1,
                output_padding=1,
                groups=2,
                bias=False,
                dilation=3,
            ),
        ),
        (
            "MaxPool2d(3, 2, 1, 2, False, True)",
            Pool.of("max", 3, ndim=2, stride=2, padding=1, dilation=2, ceil_mode=True),
        ),
        ("MaxPool1d(4,)", Pool.of("max", 4, ndim=1)),
        (
            "AvgPool3d(3, 2, 1, True, False, None)",
            Pool.of("avg", 3, ndim=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        ),
        ('Conv2d(3, 8, (3), device="cpu")', Conv.of(3, 8, 3, ndim=2)),
    ],
)
def test_a_layer_is_read_with_pytorchs_order_and_names(text, layer):
    assert parse_layer(text) == layer


@pytest.mark.parametrize(
    ("text", "spot", "message"),
    [
        ("Conv2D(3, 8, 3)", "Conv2D", "no layer is called 'Conv2D'"),
        ("tf.Conv2d(3, 8, 3)", "tf.", "layers are written Conv2d, nn.Conv2d or torch.nn.Conv2d"),
        ("Conv2d(3, 8)", ")", "Conv2d needs kernel_size"),
        ("Conv2d()", ")", "Conv2d needs in_channels and out_channels and kernel_size"),
        ("Conv2d(3, 8, 3", "(", "the '(' is never closed"),
        ("Conv2d(3, 8, 3) ReLU()", "ReLU", "'ReLU' stands after the layer"),
        ("Conv2d(3 8 3)", "8", "a comma is missing before '8'"),
        ("Conv2d(3, 8, '3)", "'", "the quoted text has no end"),
        ("Conv2d(3, 8, 3, stride=2, stride=3)", "stride", "stride is given twice"),
        ("Conv2d(stride=2, 3)", "3", "a positional argument follows a named one"),
        ("Conv2d(3, 8, 3, groups=2)", "2", "groups 2 does not divide in_channels 3"),
        ("Conv2d(3, 8, 3, stride=0)", "0", "stride must be at least 1, not 0"),
        ("Conv2d(3, 8, 3, 1.5)", "1.5", "stride must be an integer, not 1.5"),
        ("Conv2d(3, 8, 3, True)", "True", "stride must be an integer, not True"),
        ("Conv2d(3, 8, (3, 5, 7))", "(3, 5, 7)", "kernel has 3 entries, but there are 2 axes"),
        ("Conv2d(3, 8, 1_0)", "1_0", "'1_0' is not a number"),
        ("Conv2d(3, 8, Conv2d(1, 1, 1))", "Conv2d(1, 1, 1)", "kernel must be an integer"),
        (
            "Conv2d(3, 8, 3, 2, 'same')",
            "'same'",
            "padding 'same' goes with stride 1 only, not 2",
        ),
        (
            "ConvTranspose2d(3, 8, 3, 2, output_padding=2)",
            "2",
            "output_padding 2 must be less than the stride (2) or the dilation (1)",
        ),
        ("ConvTranspose2d(3, 8, 3, padding_mode='circular')", "'circular'", "crops"),
        ("MaxPool2d(2, padding=2)", "2", "pooling pads at most half of its kernel"),
        ("AvgPool2d(2, divisor_override=3)", "3", "divisor_override is not supported"),
        ("AvgPool1d(2, divisor_override=3)", "divisor_override", "has no argument"),
    ],
)
def test_a_mistake_in_a_layer_is_pointed_at(text, spot, message):
    with pytest.raises(SpecError) as caught:
        parse_layer(text)
    error = caught.value
    assert message in error.message
    assert error.source == text
    assert error.source[slice(*error.span)] == spot


def test_a_remedy_is_spelled_as_pytorch_spells_it():
    with pytest.raises(SpecError) as caught:
        parse_layer("Conv1d(1, 1, 3, padding=(1, 2))")
    assert "write padding=((1, 2),)" in str(caught.value)


def test_a_comma_makes_a_tuple_and_brackets_make_a_list():
    arguments = parse_call("A((3,), (3), [3], [3,], ())").arguments
    assert [argument.value for argument in arguments] == [(3,), 3, (3,), (3,), ()]


def test_what_a_container_prints_before_its_children_needs_no_comma():
    call = parse_call("Block(\n  3\n  (0): ReLU()\n)")
    assert [argument.value for argument in call.arguments] == [3]
    assert [(name, child.name) for name, child in call.children] == [("0", "ReLU")]


def names(text):
    return [(name, child.name) for name, child in parse_call(text).children]


def test_copies_of_a_child_are_numbered_from_the_first_of_their_range():
    assert names("S((2-4): 3 x ReLU())") == [("2", "ReLU"), ("3", "ReLU"), ("4", "ReLU")]
    assert names("S((a): 2 x ReLU())") == [("a.0", "ReLU"), ("a.1", "ReLU")]
    assert names("S((0-2): 000003 x ReLU(), (3): Tanh())")[2:] == [("2", "ReLU"), ("3", "Tanh")]


@pytest.mark.parametrize(
    ("text", "spot", "message", "accepted"),
    [
        ("S((2-4): 2 x A())", "2", "(2-4) names 3 modules, but 2 are counted", "another number"),
        ("S((a): 100001 x A())", "100001", "100001 copies of a layer", "at most 100,000"),
        ("S((a): 0000003 x A())", "0000003", "0000003 copies of a layer", "at most 100,000"),
        ("3(1)", "3", "a layer starts with its name, not '3'", "such as Conv2d(3, 8, 3)"),
        ("'a'(1)", "'a'", "a layer starts with its name, not ''a''", "such as Conv2d(3, 8, 3)"),
        ("A(3 (4, 5))", "(", "a comma is missing before '('", "expected , or )"),
        (f"A({'B(), ' * 64}7)", "7", "there are more than 64 arguments", ""),
        (f"A({'6, ' * 64}7)", "7", "there are more than 64 arguments", ""),
    ],
)
def test_a_mistake_in_a_call_is_pointed_at(text, spot, message, accepted):
    with pytest.raises(SpecError) as caught:
        parse_call(text)
    assert caught.value.message == message
    assert caught.value.accepted == accepted
    start, end = caught.value.span
    assert (text[start:end], text.rindex(spot)) == (spot, start) or spot == "2"


def test_a_call_has_64_arguments_and_any_number_of_layers():
    assert len(parse_call(f"A({'6, ' * 64})").arguments) == 64
    assert len(parse_call(f"A({'B(), ' * 70})").arguments) == 70


def test_children_nest_up_to_the_limit_of_brackets():
    def text(depth):
        return "S((0): " * depth + "A()" + ")" * depth

    assert parse_call(text(63)).name == "S"
    with pytest.raises(SpecError, match="more than 64 brackets are nested"):
        parse_call(text(64))


def test_what_is_said_twice_is_the_same_twice():
    inner = [
        call.children for _, call in parse_call("S((0): B((a): A()) (1): B((a): A()))").children
    ]
    assert [[name for name, _ in children] for children in inner] == [["a"], ["a"]]
    deep = parse_call("S(A(((1, 2), 3)), B(((4, 5), 6)), A(((1, 2), 3)))")
    assert [argument.value.name for argument in deep.arguments] == ["A", "B", "A"]
