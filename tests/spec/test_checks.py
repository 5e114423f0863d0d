"""Arguments and sizes that are refused: whole messages, and ways out that lead out."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest

from convviz.errors import SpecError
from convviz.spec.arguments import flag, integer, integers, is_sequence, pairs, per_axis, same
from convviz.spec.checks import checked_groups, checked_input
from convviz.spec.layers import Conv
from convviz.spec.modes import check_limits, mode_named


def error_of(call, *arguments, **named):
    with pytest.raises(SpecError) as caught:
        call(*arguments, **named)
    return caught.value


def told(call, *arguments, **named):
    error = error_of(call, *arguments, **named)
    return error.message, error.accepted, error.remedy


def fits(size, **named):
    try:
        Conv.of(1, 1, ndim=1, **{"kernel": 1, **named}).output((1, size))
    except SpecError:
        return False
    return True


SIZES = tuple(product(range(7), (2, 3, 5, 8), (1, 2, 4), (0, 1)))


@pytest.mark.parametrize(("size", "kernel", "dilation", "padding"), SIZES)
def test_each_way_out_of_a_long_kernel_leads_out_and_none_is_needlessly_strict(
    size, kernel, dilation, padding
):
    layer = Conv.of(1, 1, kernel, ndim=1, dilation=dilation, padding=padding)
    reach, padded = dilation * (kernel - 1) + 1, size + 2 * padding
    if padded >= reach:
        assert fits(size, kernel=kernel, dilation=dilation, padding=padding)
        return
    error = error_of(layer.output, (1, size))
    spans = f"kernel {kernel} with dilation {dilation}" if dilation > 1 else "the kernel"
    after = " after padding" if padding else ""
    assert error.message == f"{spans} spans {reach} cells, but the axis has {padded}{after}"
    ways = dict(re.findall(r"\{(\w+)=(\d+)\}", error.remedy))
    given = {"kernel": kernel, "dilation": dilation, "padding": padding}
    for name, value in ways.items():
        better = {**given, name: int(value)}
        assert fits(size, **better), (name, value)
        nearer = {**given, name: int(value) + (-1 if name == "padding" else 1)}
        assert not fits(size, **nearer), (name, value)
    assert ("kernel" in ways) == (padded > 0)
    assert error.accepted == (f"at most {ways['kernel']}" if padded > 0 else "")
    assert ("dilation" in ways) == (dilation > 1 and fits(size, **{**given, "dilation": 1}))
    more = int(ways["padding"])
    assert f"which makes {size} + 2·{more} = {size + 2 * more} cells" in error.remedy


def test_every_axis_that_is_too_short_is_named_once():
    layer = Conv.of(1, 1, (5, 5, 3), ndim=3)
    message = "the kernel spans 5 cells, but depth and rows have 4"
    assert told(layer.output, (1, 4, 4, 2))[0] == message
    assert told(layer.output, (1, 4, 3, 2))[0] == "the kernel spans 5 cells, but depth has 4"
    assert told(layer.output, (1, 5, 4, 2))[0] == message.replace("depth and ", "")


def test_same_with_a_stride_says_the_padding_that_divides_the_size():
    for kernel, dilation in ((3, 1), (5, 1), (3, 2), (7, 3)):
        named = {"kernel": kernel, "stride": 2, "dilation": dilation, "ndim": 1}
        error = error_of(lambda: Conv.of(1, 1, padding="same", **named))  # noqa: B023
        assert error.message == "padding 'same' goes with stride 1 only, not 2"
        padding = int(re.search(r"padding=(\d+)", error.remedy)[1])
        for size in range(20, 30):
            assert Conv.of(1, 1, padding=padding, **named).output((1, size)) == (1, -(-size // 2))


def test_same_takes_the_largest_axis_for_all():
    error = error_of(
        lambda: Conv.of(1, 1, (3, 7), ndim=2, stride=(1, 3), dilation=(2, 1), padding="same")
    )
    assert error.message == "padding 'same' goes with stride 1 only, not 3"
    assert "{padding=6}" in error.remedy


@pytest.mark.parametrize(
    ("inputs", "outputs", "groups", "which", "fits"),
    [
        (12, 18, 4, "out_channels 18", "one of 1, 2, 3, 6"),
        (9, 6, 2, "in_channels 9", "one of 1, 3"),
        (9, 4, 2, "in_channels 9", "only 1 divides both"),
        (
            4096,
            4096,
            3,
            "in_channels 4096",
            "one of 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, …",
        ),
        (4093, 4093, 3, "in_channels 4093", "one of 1, 4093"),
        (4097, 4097, 3, "in_channels 4097", "one of 1, 17, 241"),  # none beyond 4096 is looked for
        (10006, 10006, 3, "in_channels 10006", "one of 1, 2"),
        (5040, 5040, 11, "in_channels 5040", "one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, …"),
        (60, 60, 7, "in_channels 60", "one of 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60"),
        (72, 72, 7, "in_channels 72", "one of 1, 2, 3, 4, 6, 8, 9, 12, 18, 24, 36, 72"),
    ],
)
def test_groups_that_do_not_divide_are_told_with_those_that_do(
    inputs, outputs, groups, which, fits
):
    message = f"groups {groups} does not divide {which}"
    assert told(checked_groups, inputs, outputs, groups)[:2] == (message, fits)


def test_an_input_has_channels_and_the_layers_axes():
    assert checked_input((3, 4, 5), 3, 2) == (4, 5)
    assert told(checked_input, (3, 4), 3, 2)[0] == (
        "a 2-D layer takes channels and 2 spatial axes, not 2 axes (3×4)"
    )
    assert told(checked_input, (3, 4, 5), 3, 1)[0] == (
        "a 1-D layer takes channels and 1 spatial axis, not 3 axes (3×4×5)"
    )
    assert told(checked_input, (3, 4), 2, 1)[:2] == (
        "the layer takes 2 channels, its input has 3",
        "2 channels",
    )


def test_integers_are_integers_from_their_minimum_on():
    assert integer(1, "stride", 1) == 1
    assert type(integer(np.int8(3), "stride", 1)) is int
    assert told(integer, 0, "stride", 1)[:2] == ("stride must be at least 1, not 0", "≥ 1")
    assert told(integer, np.int8(0), "stride", 1)[0] == "stride must be at least 1, not 0"
    for value in (True, 1.0, "1", None, np.bool_(True)):
        message, accepted, _ = told(integer, value, "stride", 1)
        assert message.startswith("stride must be an integer, not ")
        assert accepted == "an integer ≥ 1"


def test_padding_is_an_int_ints_or_pairs_and_never_negative():
    assert pairs(0, 2) == pairs((0,), 2) == pairs((0, 0), 2) == ((0, 0), (0, 0))
    assert pairs((1, 2), 2) == ((1, 1), (2, 2))
    assert pairs([(0, 1)], 2) == ((0, 1), (0, 1))
    for value in (-1, (0, -1), ((0, -1),), (-1, 0)):
        assert told(pairs, value, 2)[0] == "padding must be at least 0, not -1"
    assert told(pairs, (0, -1), 1)[0] == "padding must be at least 0, not -1"
    assert told(pairs, ((1, 2), 1), 2)[0] == "padding mixes integers and pairs: ((1, 2), 1)"
    assert told(pairs, (0, 1), 1) == (
        "padding (0, 1) has two entries, but there is one axis",
        "one entry per axis",
        "for 0 before and 1 after write {padding=((0, 1),)}",
    )
    assert told(pairs, ((1, 2, 3),), 1)[:2] == (
        "padding has an entry of 3 numbers: ((1, 2, 3),)".replace("((1, 2, 3),)", "(1, 2, 3)"),
        "(before, after)",
    )


def test_entries_are_one_for_all_axes_or_one_per_axis():
    assert per_axis((4,), 3, "stride") == (4, 4, 4)
    assert integers([1, 2], 2, "stride", 1) == (1, 2)
    assert told(per_axis, (1, 2, 3), 1, "stride")[:2] == (
        "stride has 3 entries, but there is 1 axis",
        "one entry",
    )
    assert told(per_axis, (1, 2, 3), 2, "stride")[:2] == (
        "stride has 3 entries, but there are 2 axes",
        "one entry, or 2",
    )


def test_a_flag_is_true_or_false():
    assert flag(True, "bias") is True
    assert flag(False, "bias") is False
    assert told(flag, 1, "bias")[:2] == ("bias must be True or False, not 1", "True or False")


def test_same_keeps_the_size_and_gives_the_odd_cell_to_the_end():
    for kernel, dilation in product(range(1, 8), range(1, 4)):
        ((before, after),) = same((kernel,), (dilation,))
        assert before + after == dilation * (kernel - 1)
        assert after - before in (0, 1)


def test_arrays_with_axes_are_sequences_and_numbers_are_none():
    assert is_sequence((1,))
    assert is_sequence([1])
    assert is_sequence(np.ones(2))
    for value in (1, "ab", b"ab", {1: 2}, {1}, np.ones(()), None, 1.5):
        assert is_sequence(value) is False


def test_a_padding_that_a_mode_cannot_take_names_those_that_can():
    reflect, circular = mode_named("reflect"), mode_named("circular")
    check_limits(reflect, ((3, 3),), (4,))
    check_limits(reflect, ((0, 0),), (0,))
    check_limits(mode_named("constant"), ((9, 9),), (0,))
    assert told(check_limits, reflect, ((0, 4),), (4,)) == (
        "reflect pads at most 3 on each side of 4 cells, not 4",
        "at most 3",
        "replicate and symmetric have no limit, circular takes up to 4",
    )
    assert told(check_limits, circular, ((5, 0),), (4,))[2] == (
        "replicate and symmetric have no limit"
    )
    assert told(check_limits, reflect, ((0, 0), (5, 0)), (9, 4))[2] == (
        "replicate and symmetric have no limit"
    )
    assert told(check_limits, mode_named("replicate"), ((1, 0),), (0,))[0] == (
        "replicate has nothing to copy from an empty axis"
    )
    assert told(mode_named, "zero", allowed=("reflect",))[0].startswith("no padding mode")
