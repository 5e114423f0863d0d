"""Rules, differences, readings and fields, each against what it is in words or in a loop."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convviz.errors import SpecError
from convviz.spec.branches import parse_toml
from convviz.spec.field import Field, ends, joined, simplest, through
from convviz.spec.geometry import Axis
from convviz.spec.modes import MODES, TORCH_NAMES, check_limits, mode_named
from convviz.spec.parser import parse_layer
from convviz.spec.pointwise import Flatten, Halving, Linear, Unflatten, axis_of
from convviz.spec.reading import SAME, Bins, Gather, Pattern, Resize
from convviz.spec.resizing import PadLayer
from convviz.spec.sequence import parse_network
from convviz.spec.sizing import ranges, rule, worded
from convviz.spec.trace import trace


@pytest.mark.parametrize(
    ("modulus", "remainders", "words"),
    [
        (2, {0}, "even sizes"),
        (2, {1}, "odd sizes"),
        (16, {0}, "multiples of 16"),
        (4, {1}, "multiples of 4, plus 1"),
        (8, {1, 3}, "remainders 1, 3 modulo 8"),
        (8, {1, 2}, "remainders 1, 2 modulo 8"),
        (8, {1, 2, 3}, "remainders 1 to 3 modulo 8"),
        (8, {1, 2, 4}, "remainders 1, 2, 4 modulo 8"),
    ],
)
def test_remainders_in_words(modulus, remainders, words):
    assert worded(modulus, remainders) == words


@pytest.mark.parametrize(
    ("some", "sizes", "words"),
    [
        ([], range(1, 9), "none"),
        (range(1, 9), range(1, 9), "all"),
        (range(3, 9), range(1, 9), "from 3 on"),
        ([3, 4, 5], range(1, 9), "3 to 5"),
        ([3, 5, 6], range(1, 9), "3, 5 to 6"),
        ([4, 8], [2, 4, 8, 16], "4, 8"),
        (range(2, 41, 2), range(1, 41), "even sizes"),
        (range(6, 41, 2), range(1, 41), "even sizes, from 6 on"),
        ([n for n in range(1, 41) if n % 5], range(1, 41), "all but multiples of 5"),
        ([4, 8], range(1, 9), "multiples of 4"),
        ([1, 3, 5], range(1, 6), "odd sizes"),
        ([1, 2, 3, 5, 6, 7], range(1, 9), "all but multiples of 4"),
        ([6, 7, 9, 10, 11, 13, 14, 15], range(1, 17), "all but multiples of 4, from 6 on"),
        (
            [n for n in range(1, 65) if 1 <= n % 16 <= 6],
            range(1, 65),
            "remainders 1 to 6 modulo 16",
        ),
        ([512, 1024], range(1, 1536), "multiples of 512"),
        ([512, 1024, 1536], range(1, 1537), "multiples of 512"),
        ([513, 1026, 1539], range(1, 1600), "513, 1026, 1539"),
    ],
)
def test_sizes_in_words(some, sizes, words):
    assert rule(list(some), list(sizes)) == words


def test_ranges_are_listed_up_to_eight():
    assert ranges(range(1, 16, 2)) == "1, 3, 5, 7, 9, 11, 13, 15"
    assert ranges([*range(1, 18, 2), 18]) == "1, 3, 5, 7, …, 17 to 18"


@pytest.mark.parametrize(
    ("kind", "right", "shape", "difference"),
    [
        ("add", "conv 4 k3 p1", (2, 8), "2 and 4 channels"),
        ("add", "conv 2 k3", (2, 8), "8 and 6 axis"),
        ("cat", "conv 4 k3", (2, 8), "8 and 6 axis"),
        ("add", "conv 2 k3", (2, 8, 9), "8 and 6 rows, 9 and 7 cols"),
        ("cat", "conv 4 k1x3", (2, 8, 9), "9 and 7 cols"),
        ("add", "conv 4 k3x1x1", (2, 8, 9, 7), "2 and 4 channels, 8 and 6 depth"),
        ("add", "flatten", (2, 8, 9), "3 and 1 axes"),
    ],
)
def test_the_difference_of_branches_is_named_by_axes(kind, right, shape, difference):
    network = parse_toml(f'layers = [{{join = "{kind}", a = [], b = ["{right}"]}}]')
    with pytest.raises(SpecError) as caught:
        trace(network, shape)
    assert caught.value.accepted == difference


@pytest.mark.parametrize(
    ("text", "shape", "reads"),
    [
        ("Flatten()", (3, 4), ()),
        ("Flatten(1, 1)", (3, 4), (SAME,)),
        ("Flatten(2, 2)", (3, 4, 5), (SAME, SAME)),
        ("GLU(1)", (4, 5, 6), (SAME, SAME)),
        ("GLU(2)", (4, 6, 5), ()),
        ("ReLU()", (4, 6, 5), (SAME, SAME)),
        ("Upsample(scale_factor=2)", (1, 4),
         (Resize(4, Fraction(1, 2), Fraction(0), (0,)),)),
        ("Upsample(8, mode='nearest-exact')", (1, 4),
         (Resize(4, Fraction(1, 2), Fraction(1, 4), (0,)),)),
        ("Upsample(8, mode='linear')", (1, 4),
         (Resize(4, Fraction(1, 2), Fraction(-1, 4), (0, 1)),)),
        ("Upsample((7, 1), mode='bicubic', align_corners=True)", (1, 4, 4),
         (Resize(4, Fraction(1, 2), Fraction(0), (-1, 0, 1, 2)),
          Resize(4, Fraction(0), Fraction(0), (-1, 0, 1, 2)))),
        ("Upsample(8, mode='area')", (1, 4), (Bins(4, 8),)),
        ("Upsample(scale_factor=0.3333333)", (1, 9),
         (Resize(9, Fraction(3), Fraction(0), (0,)),)),
        ("PixelShuffle(3)", (9, 4, 5),
         tuple(Resize(n, Fraction(1, 3), Fraction(0), (0,)) for n in (4, 5))),
    ],
)  # fmt: skip
def test_what_a_layer_reads(text, shape, reads):
    layer = parse_layer(text)
    assert layer.reads(shape, layer.output(shape)) == reads


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "area", "linear", "bilinear",
                                  "bicubic", "trilinear"])  # fmt: skip
def test_a_mode_of_upsampling_takes_its_numbers_of_axes(mode):
    ranks = {"linear": [1], "bilinear": [2], "bicubic": [2], "trilinear": [3]}.get(mode, [1, 2, 3])
    layer = parse_layer(f"Upsample(scale_factor=2, mode='{mode}')")
    taken = []
    for rank in range(5):
        try:
            taken += [rank] * (layer.output((3,) + (4,) * rank) == (3,) + (8,) * rank)
        except SpecError as error:
            assert f"{mode} upsampling takes channels and" in error.message  # noqa: PT017
    assert taken == ranks


def test_a_factor_leaves_at_least_one_cell_of_every_axis():
    layer = parse_layer("Upsample(scale_factor=0.25)")
    assert layer.output((1, 4, 9)) == (1, 1, 2)
    with pytest.raises(SpecError) as caught:
        layer.output((1, 9, 3))
    assert caught.value.message == "scale_factor 0.25 leaves nothing of 1×9×3"


def test_what_is_not_given_is_the_default():
    assert Flatten() == Flatten(1, -1)
    assert Halving() == Halving(-1)
    assert Linear(3, 4) == Linear.of(3, 4) == Linear(3, 4, True)
    assert PadLayer("constant", ((1, 1),)).value == PadLayer.of("constant", 1, ndim=1).value == 0
    assert Gather(Axis(3), 3).mode is None


@pytest.mark.parametrize(
    ("text", "shape", "output"),
    [
        ("Unflatten(1, (2, -1))", (6, 5), (2, 3, 5)),
        ("Unflatten(2, (2, 3))", (5, 6), (5, 2, 3)),
        ("Unflatten(-1, (-1, 1))", (5, 6), (5, 6, 1)),
        ("Unflatten(1, (1, 6))", (6, 5), (1, 6, 5)),
        ("Flatten(2, 3)", (2, 3, 4, 5), (2, 12, 5)),
        ("Flatten(1, 2)", (2, 3, 4), (6, 4)),
        ("Flatten(2, 2)", (2, 3, 4), (2, 3, 4)),
        ("GLU(2)", (2, 6), (2, 3)),
    ],
)
def test_axes_are_split_and_merged(text, shape, output):
    assert parse_layer(text).output(shape) == output


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("Unflatten(1, (2, -1))", (5,), "Unflatten makes 2×-1 of an axis, but the axis has 5"),
        ("Unflatten(1, (2, 2))", (8,), "Unflatten makes 2×2 of an axis, but the axis has 8"),
        ("Flatten(3, 2)", (2, 3, 4), "start_dim 3 comes after end_dim 2 in 2×3×4"),
        ("Flatten(1, 3)", (2, 3), "end_dim 3 is no axis of an input of 2 axes and the batch"),
        ("Flatten(-4)", (2, 3), "start_dim -4 is no axis of an input of 2 axes and the batch"),
        ("Flatten(-3)", (2, 3), "start_dim -3 is the batch, which shapes here leave out"),
        ("Linear(12, 2)", (2, 6), "Linear takes 12 features on the last axis, its input is 2×6"),
    ],
)
def test_axes_that_cannot_be_split_or_merged(text, shape, message):
    with pytest.raises(SpecError) as caught:
        parse_layer(text).output(shape)
    assert caught.value.message == message


@pytest.mark.parametrize("sizes", ["(-1, -1)", "(0, 3)", "(-2, 3)", "()", "3"])
def test_sizes_that_no_axis_has_are_refused(sizes):
    with pytest.raises(SpecError, match="unflattened_size must be"):
        parse_layer(f"Unflatten(1, {sizes})")
    assert parse_layer("Unflatten(-64, (-1, 2))") == Unflatten(-64, (-1, 2))
    with pytest.raises(SpecError, match="dim must be at least -64, not -65"):
        parse_layer("Unflatten(-65, (-1, 2))")


def test_an_axis_is_counted_with_the_batch():
    assert [axis_of(dim, 3, "dim") for dim in (1, 2, 3, -1, -2, -3)] == [0, 1, 2, 2, 1, 0]


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((2, 6), "Flatten() before it, which makes 12 of 2×6"),
        ((2, 5), "{in_features=10} after Flatten()"),
        ((9,), "{in_features=9}"),
    ],
)
def test_features_that_do_not_fit_name_what_does(shape, remedy):
    with pytest.raises(SpecError) as caught:
        Linear(12, 2).output(shape)
    assert caught.value.remedy == remedy


def test_torch_has_four_modes():
    assert TORCH_NAMES == ("zeros", "reflect", "replicate", "circular")
    assert [mode.slack for mode in MODES] == [None, None, -1, None, 0, None]
    assert [mode.fills for mode in MODES] == [True, True, False, False, False, False]
    check_limits(mode_named("replicate"), ((1, 1),), (1,))


def test_a_field_is_sized_and_placed_by_the_phases_that_see_something():
    field = Field(2, 3, (None, (4, 6)))
    assert (field.size, field.start, field.jump) == (3, Fraction(5), Fraction(3, 2))
    assert field.span(2) is None
    assert field.span(3) == (7, 9)
    blind = Field(1, 1, (None,))
    assert (blind.size, blind.start, blind.center) == (0, Fraction(0), Fraction(0))
    assert Field(2, 3, ((0, 0), (4, 9))).size == 6
    assert Field(2, 3, ((1, 2), (4, 9))).start == Fraction(3, 2)


def test_fields_of_branches_are_joined_where_they_move_alike():
    one, other = Field(1, 2, ((0, 2),)), Field(1, 2, ((-1, 1),))
    assert joined([one, one]) is one
    assert joined([one, other]) == Field(1, 2, ((-1, 2),))
    assert joined([one, Field(1, 3, ((0, 2),))]) is None
    assert joined([one, Field(2, 4, ((0, 0), (1, 9)))]) == Field(2, 4, ((0, 2), (1, 9)))


def test_a_field_has_4096_phases_at_most():
    spans = tuple((i * i, i * i) for i in range(4096))
    assert joined([Field(4096, 4096, spans), Field(1, 1, ((0, 0),))]) is not None
    assert joined([Field(4097, 4097, (*spans, None)), Field(1, 1, ((0, 0),))]) is None
    assert through(Field(1, 1, ((0, 0),)), Pattern(4096, 1, [(i * i,) for i in range(4096)]))
    assert through(Field(1, 1, ((0, 0),)), Pattern(4097, 1, [(0,)] * 4097)) is None
    back = trace(parse_network(["Upsample(scale_factor=4096)", "MaxPool1d(1, 4096)"]), (1, 2))
    assert back.rows[-1].receptive_field == (1,)


def test_numbers_of_250_digits_are_followed():
    for apart, followed in ((10**250, True), (10**250 + 1, False)):
        found = through(Field(1, apart, ((0, 0),)), Pattern(1, 1, (range(1),)))
        assert (found is not None) == followed
    relu = parse_network(["ReLU()"])
    assert trace(relu, (1, 10**250)).output == (1, 10**250)
    with pytest.raises(SpecError, match="more than 250 digits"):
        trace(relu, (1, 10**250 + 1))


def test_a_field_is_told_in_the_fewest_phases():
    assert simplest(Field(4, 8, ((0, 1), (2, 3), (4, 5), (6, 7)))) == Field(1, 2, ((0, 1),))
    assert simplest(Field(4, 6, ((0, 1), (2, 3), (3, 4), (5, 6)))) == Field(2, 3, ((0, 1), (2, 3)))
    odd = Field(2, 3, ((0, 1), (2, 4)))
    assert simplest(odd) is odd


def test_the_ends_of_many_cells_tell_how_far_they_see():
    assert ends(range(9), 2) == (0, 1, 7, 8)
    assert ends(range(4), 2) == (0, 1, 2, 3)
    assert ends(range(3), 2) == range(3)
    assert ends((), 2) == ()


@pytest.mark.parametrize(
    ("text", "spot", "message", "accepted"),
    [
        ("conv 8 k3x", "x", "kernel is missing", "a whole number"),
        ("conv 8 k3 p1:a", "a", "padding is written with the digits 0 to 9, not 'a'",
         "not a whole number"),
        ("conv 8 k3 g0", "0", "groups is at least 1, not 0", "≥ 1"),
        ("relu what", "what", "'what' says nothing here", "it takes a number"),
        ("flatten what", "what", "'what' says nothing here", "it takes nothing"),
        ("conv 8 k3 k4", "k4", "kernel is given twice", "the second one"),
        ("conv 0→64 k3", "0", "channels is at least 1, not 0", "≥ 1"),
        ("conf 8 k3", "conf", "no layer is called 'conf'", "did you mean conv?"),
        ("layernrm 3", "layernrm", "no layer is called 'layernrm'", "did you mean LayerNorm?"),
        ("maxpol", "maxpol", "no layer is called 'maxpol'", "did you mean maxpool?"),
    ],
)  # fmt: skip
def test_a_word_of_a_short_layer_is_pointed_at(text, spot, message, accepted):
    with pytest.raises(SpecError) as caught:
        parse_network([text])
    error = caught.value
    assert (error.message, error.accepted) == (message, accepted)
    assert error.source[slice(*error.span)] == spot


def test_a_layer_written_without_parentheses_may_have_any_blanks():
    for blanks in (" " * 79, " " * 80, "\t" * 200):
        for text in (f"ReLU{blanks}()", f"act{blanks}= ReLU()"):
            assert trace(parse_network([text]), (1, 2)).rows[0].layer.short == "ReLU"
