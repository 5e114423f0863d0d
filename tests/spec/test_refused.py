"""What layers refuse: the fact and the place, as a user reads them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from convviz.errors import SpecError
from convviz.spec import branches, modules, sequence
from convviz.spec.arguments import integer
from convviz.spec.branches import parse_toml
from convviz.spec.catalog import LAYERS
from convviz.spec.layers import ConvTranspose
from convviz.spec.literals import parse_literal
from convviz.spec.mirror import mirror
from convviz.spec.network import Join
from convviz.spec.pooling import Pool
from convviz.spec.sequence import parse_network
from convviz.spec.sizing import ranges, rule
from convviz.spec.toml import PARTS, parts, tables
from convviz.spec.trace import trace
from convviz.spec.words import parse_padding


@pytest.mark.parametrize(
    ("text", "shape", "message", "place", "label"),
    [
        ("Conv2d(3, 8, 3)", (3, 9), "a 2-D layer takes channels and 2 spatial axes, not 2 axes "
         "(3×9)", "Conv2d(3, 8, 3)", ""),
        ("LayerNorm(())", (3, 9), "normalized_shape is empty", "()", "at least one size"),
        ("ReLU(True, 2)", (3, 9), "ReLU takes at most 1 argument", "2", "one too many"),
        ("Flatten(2, 1)", (3, 9, 9), "start_dim 2 comes after end_dim 1 in 3×9×9", "2", ""),
        ("Upsample(scale_factor=2, align_corners=True)", (3, 9),
         "align_corners goes with linear and cubic modes, not nearest", "True", ""),
        ("Upsample(scale_factor=0)", (3, 9), "scale_factor must be a number above 0, not 0", "0",
         "above 0"),
        ("Upsample(scale_factor=inf)", (3, 9), "scale_factor must be a number above 0, not inf",
         "inf", "above 0"),
        ("Upsample(scale_factor='a')", (3, 9), "scale_factor must be a number above 0, not 'a'",
         "'a'", "above 0"),
        ("Upsample(scale_factor=2, recompute_scale_factor=3)", (3, 9),
         "recompute_scale_factor must be True or False, not 3", "3", "True or False"),
        ("ConstantPad1d(1, 'a')", (3, 9), "value must be a number, not 'a'", "'a'", "a number"),
        ("LPPool2d('a', 2)", (3, 9, 9), "norm_type must be a number, not 'a'", "'a'", "a number"),
        ("AdaptiveAvgPool2d(2)", (3, 0, 9), "there is nothing to pool in 3×0×9",
         "AdaptiveAvgPool2d(2)", ""),
        ("GLU(2)", (4, 9, 8), "GLU halves an axis, but the axis has 9 in 4×9×8", "2", ""),
        ("Sequential(3)", (1, 9), "Sequential lists layers", "3", "a layer such as ReLU()"),
        ("model.add(3)", (1, 9), "add takes a layer", "3", ""),
        ("Sequential(\n (0-2): 4 x ReLU()\n)", (1, 9),
         "(0-2) names 3 modules, but 4 are counted", "4", "another number"),
        ("conv2d 8 k3", (1, 9), "conv2d takes channels and 2 spatial axes, not 2 axes",
         "conv2d 8 k3", ""),
        ("threshold", (1, 9), "Threshold needs threshold", "threshold", ""),
        ("Conv1d(1, , 2)", (1, 9), "a value is missing before ','", ",",
         "a number, a text or a tuple"),
        ("Conv2DTranspose(3, 3, padding='sane')", (9, 9, 9), "no padding is called 'sane'",
         "'sane'", "did you mean same?"),
        ("Conv2D(3, 3)\nReshape((0, 2))", (9, 9, 9), "layer 2 of 2 does not fit: target_shape "
         "must be sizes, one of them −1 at most", "Reshape((0, 2))", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_said_and_pointed_at(text, shape, message, place, label):
    with pytest.raises(SpecError) as caught:
        trace(parse_network([text]), shape)
    error = caught.value
    assert (error.message, error.accepted) == (message, label)
    assert error.source[slice(*error.span)] == place


@pytest.mark.parametrize(
    ("text", "short", "output"),
    [
        ("Unflatten(1, (1, 3))", "Unflatten 1 1×3", (1, 3, 9, 8)),
        ("GLU(1)", "GLU 1", (2, 9, 8)),
        ("GLU()", "GLU -1", (4, 9, 4)),
        ("LPPool2d(1.5, 3, stride=2)", "LPPool2d norm 1.5 k3 s2", (4, 4, 3)),
    ],
)
def test_a_layer_in_one_line(text, short, output):
    channels = 3 if text.startswith("Unflatten") else 4
    (row,) = trace(parse_network([text]), (channels, 9, 8)).rows
    assert row.layer.short == short
    assert row.output == output
    assert (row.params, row.macs) == (0, 0)


def test_keras_output_padding_follows_its_documented_length():
    """Keras' deconv_output_length: (n − 1)·stride + reach − 2·pad + output_padding."""
    for word, pad in (("valid", 0), ("same", 3 // 2)):
        text = f"Conv2DTranspose(3, 3, strides=2, padding='{word}', output_padding=1)"
        sizes = [(n - 1) * 2 + 3 - 2 * pad + 1 for n in (9, 7)]
        assert trace(parse_network([text]), (9, 9, 7)).output == (3, *sizes)


def test_an_ordered_dict_names_its_layers():
    text = "Sequential(OrderedDict([('a', ReLU()), ('b', Conv1d(1, 2, 3))]))"
    found = trace(parse_network([text]), (1, 9))
    assert [(row.step.path, row.output) for row in found.rows] == [("a", (1, 9)), ("b", (2, 7))]


def test_more_layers_or_tables_than_are_read_are_refused(monkeypatch):
    monkeypatch.setattr(sequence, "LIMIT", 3)
    assert len(parse_network(["ReLU(), ReLU(), ReLU()"]).steps) == 3
    with pytest.raises(SpecError, match="there are more than 3 layers"):
        parse_network(["ReLU(), ReLU(), ReLU(), ReLU()"])
    monkeypatch.setattr(branches, "DEPTH", 2)
    with pytest.raises(SpecError, match="more than 2 tables are nested"):
        parse_toml('layers = ["relu", {join = "add", a = [{join = "add", b = ["relu"]}]}]')


def test_what_says_it_is_an_integer_and_is_none_is_refused():
    with pytest.raises(SpecError) as caught:
        integer(np.ones((2,), int), "stride", 1)
    assert caught.value.message == "stride must be an integer, not array([1, 1])"
    assert integer(np.int8(3), "stride", 1) == 3


def test_more_pairs_of_padding_than_axes_are_refused():
    with pytest.raises(SpecError, match="there are more than 8 pairs"):
        parse_padding(",".join(["1:0"] * 9))
    assert len(parse_padding(",".join(["1:0"] * 8))) == 8


def test_a_name_that_is_like_no_other_is_answered_with_all_there_are():
    with pytest.raises(SpecError) as caught:
        parse_network(["Zzzzqq(1)"])
    error = caught.value
    assert error.message == "no layer is called 'Zzzzqq'"
    names = [
        stem + end
        for word in error.remedy.split(", ")
        for stem, ends in [re.fullmatch(r"(.*?)((?:[123]d/?)*)", word).groups()]
        for end in (ends.split("/") if ends else [""])
    ]
    assert sorted(names) == sorted(LAYERS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, =]", "a list holds numbers and lists, not '='"),
        ("1." + "1" * 60, "a number of 62 characters"),
    ],
)
def test_numbers_that_are_none_are_refused(text, message):
    with pytest.raises(SpecError) as caught:
        parse_literal(text)
    assert caught.value.message == message


def test_branches_of_other_ranks_are_told_by_their_axes():
    with pytest.raises(SpecError) as caught:
        Join("add", ("a", "b")).output(((3, 4, 4), (3,)))
    assert caught.value.message == ("add takes branches of one shape: a gives 3×4×4, b gives 3")
    assert caught.value.accepted == "3 and 1 axes"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"dilation": (2, 1)}, "average pooling has no dilation"),
        ({"dilation": (1, 2)}, "average pooling has no dilation"),
        ({"padding": ((2, 0),)},
         "pooling pads at most half of its kernel: 1 for kernel 2, not 2"),
        ({"padding": ((1, 1), (0, 3))},
         "pooling pads at most half of its kernel: 1 for kernel 2, not 3"),
    ],
)  # fmt: skip
def test_one_axis_is_enough_to_refuse_a_pooling(place, message):
    with pytest.raises(SpecError) as caught:
        Pool.of("avg", 2, ndim=2, **place)
    assert caught.value.message == message


def test_work_is_counted_from_a_shape_alone():
    assert Pool.of("max", 2, ndim=1).macs((3, 8)) == 0
    pool = Pool.of("max", (2, 3), ndim=2, stride=(1, 2))
    assert pool.output((4, 5, 7)) == (4, 4, 3)
    assert pool.steps((4, 5, 7)) == 4 * (4 * 7) * 2 + 4 * (4 * 3) * 3  # rows first, then cols
    layer = ConvTranspose.of(2, 5, 3, ndim=1, stride=2)
    assert layer.macs((2, 7)) == 7 * 2 * 5 * 3  # each input cell times its stamp


def test_a_mirror_that_does_not_bring_the_shape_back_is_refused():
    forward = trace(parse_network(["PixelShuffle(2)"]), (4, 3, 3))
    assert mirror(forward).output == (4, 3, 3)
    forward = trace(parse_network(["Conv2D(4, 3)", "GlobalAveragePooling2D()"]), (2, 9, 9))
    assert mirror(forward).output == (2, 9, 9)


class Module:
    """What torch.nn.Module has that is read here."""

    def __init__(self, **attributes):
        self._modules = attributes.pop("children", {})
        self.__dict__.update(attributes)


def named(name, **attributes):
    return type(name, (Module,), {"forward": lambda self, x: x})(**attributes)


def test_modules_that_cannot_be_read_say_why(monkeypatch):
    with pytest.raises(SpecError, match="Sequential holds no layer"):
        modules.read(named("Sequential"))
    with pytest.raises(SpecError, match="0 is a Conv1d without"):
        modules.read(named("Sequential", children={"0": named("Conv1d")}))
    wrong = named("Conv1d", in_channels=1, out_channels=1, kernel_size=(0,))
    with pytest.raises(SpecError, match="0: kernel must be at least 1, not 0"):
        modules.read(named("Sequential", children={"0": wrong}))
    monkeypatch.setattr(modules, "DEPTH", 1)
    inner = named("Sequential", children={"0": named("ReLU")})
    with pytest.raises(SpecError, match="more than 1 modules are nested"):
        modules.read(
            named("Sequential", children={"0": named("Sequential", children={"0": inner})})
        )


def test_rules_of_sizes_fall_back_on_ranges():
    assert rule([2, 4], [1, 2, 4, 8]) == "2, 4"
    assert ranges([1, 2, 3, 7, 9, 10]) == "1 to 3, 7, 9 to 10"
    assert ranges(list(range(1, 20, 2))) == "1, 3, 5, 7, …, 19"
    assert ranges(list(range(1, 16, 2))) == "1, 3, 5, 7, 9, 11, 13, 15"


def test_a_toml_key_has_a_measure():
    assert parts("a.b . 'c.d'.\"e.f\" = 1") == 4
    assert (parts("a b"), parts("a.b c.d.e")) == (1, 3)
    key = ".".join("a" * PARTS)
    assert tables(f"{key} = 1", "the network")
    with pytest.raises(SpecError, match=f"line 2 of the network has a key of more than {PARTS}"):
        tables(f"x = 1\n{key}.b = 1", "the network")
    with pytest.raises(SpecError, match="the network is nested too deeply"):
        tables("x = " + "[" * 5000 + "]" * 5000, "the network")
