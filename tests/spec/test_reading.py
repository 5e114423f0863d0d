"""Readings: which cells an output cell reads, against the formulas of PyTorch's documentation."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest

from convviz.errors import SpecError
from convviz.spec import dependence
from convviz.spec.branches import parse_toml
from convviz.spec.dependence import depends
from convviz.spec.field import PHASES, Field, joined, through
from convviz.spec.geometry import Axis
from convviz.spec.hidden import ceiled, corner, crooked, unsaid, zeros
from convviz.spec.modes import MODES
from convviz.spec.parser import parse_layer
from convviz.spec.reading import SAME, Gather, Pattern, Resize, Scatter
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace


def reads(text, *shape):
    """The readings of an only layer on (1, *shape), and its output's sizes."""
    row = trace(parse_network([text]), (1, *shape)).rows[0]
    return row.reads, row.output[1:]


def clamped(cells, size):
    return {min(max(cell, 0), size - 1) for cell in cells}


@pytest.mark.parametrize("size", [1, 2, 5, 7])
@pytest.mark.parametrize("count", [1, 2, 5, 9, 14])
def test_upsampling_reads_where_torch_looks(size, count):
    """torch.nn.functional.interpolate: nearest, nearest-exact, area, linear, cubic."""
    half = Fraction(1, 2)
    for mode, corners in [
        ("nearest", False),
        ("nearest-exact", False),
        ("area", False),
        ("linear", False),
        ("linear", True),
        ("bicubic", False),
        ("bicubic", True),
    ]:
        shape = (size, size) if mode == "bicubic" else (size,)
        layer = "Upsample" if mode != "area" else "AdaptiveAvgPool1d"
        more = f"mode='{mode}'{', align_corners=True' * corners}"
        text = f"{layer}({count})" if mode == "area" else f"{layer}(size={count}, {more})"
        (read, *_), output = reads(text, *shape)
        assert output[0] == count
        for unit in range(count):
            if mode == "nearest":
                cells = [floor(Fraction(unit * size, count))]
            elif mode == "nearest-exact":
                cells = [floor((unit + half) * size / count)]
            elif mode == "area":
                first = floor(Fraction(unit * size, count))
                cells = list(range(first, -(-(unit + 1) * size // count)))
            else:
                ratio = Fraction(size - 1, max(1, count - 1))
                place = unit * ratio if corners else (unit + half) * size / count - half
                near = (0, 1) if mode == "linear" else (-1, 0, 1, 2)
                whole = place == floor(place)
                cells = [floor(place) + n for n in ((0,) if whole else near)]
            assert set(read.cells(unit)) == clamped(cells, size), (mode, corners, unit)


@pytest.mark.parametrize(
    ("read", "size"),
    [
        (SAME, 60),
        (Gather(Axis(3, 2, 2, 1, 1), 80), 39),
        (Scatter(Axis(3, 2, 1, 1, 1), 40), 79),
        (Scatter(Axis(3, 4, 2, 0, 0), 20), 81),
        (Resize(40, Fraction(2, 3), Fraction(-1, 6), (0, 1)), 60),
        (reads("AdaptiveAvgPool1d(48)", 72)[0][0], 48),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_pattern_is_the_cells_far_from_borders_and_repeats(read, size):
    pattern = read.pattern
    assert len(pattern.cells) == pattern.period
    for unit in range(size // 3, 2 * size // 3):
        turn, phase = divmod(unit, pattern.period)
        cells = [cell + turn * pattern.shift for cell in pattern.cells[phase]]
        assert cells == sorted(read.cells(unit))


def test_phases_end_where_they_end():
    phases = Scatter(Axis(3, 2), 9).pattern.cells
    assert phases[-1] == phases[1]
    with pytest.raises(IndexError):
        phases[2]


FIELDS = [
    ["Conv1d(1, 1, 3)", "Upsample(scale_factor=2)", "Conv1d(1, 1, 3, stride=2)"],
    ["Upsample(scale_factor=3)", "Upsample(scale_factor=2)", "Conv1d(1, 1, 2)"],
    ["ConvTranspose1d(1, 1, 3, stride=2)", "ConvTranspose1d(1, 1, 2, stride=3)"],
    ["ConvTranspose1d(1, 1, 1, stride=2)", "Conv1d(1, 1, 2, stride=4)"],
    ["AdaptiveAvgPool1d(40)", "Conv1d(1, 1, 3, stride=4)"],
    ["Upsample(scale_factor=2)", "MaxPool1d(2)"],
]


@pytest.mark.parametrize("texts", FIELDS, ids=" ".join)
def test_fields_of_several_phases_span_what_units_depend_on(texts):
    found = trace(parse_network(texts), (1, 60))
    fields = found.rows[-1].fields
    assert fields is not None
    (field,) = fields
    units = found.output[1]
    for unit in range(units // 3, 2 * units // 3):
        runs = depends(found, (unit,)).axes[0]
        assert field.span(unit) == ((runs[0][0], runs[-1][1] - 1) if runs else None)


def test_a_field_is_told_in_the_fewest_phases():
    found = trace(parse_network(["Upsample(scale_factor=2)", "MaxPool1d(2)"]), (1, 60))
    assert found.rows[-1].fields == (Field(1, 1, ((0, 0),)),)


def test_fields_with_too_many_phases_or_too_long_numbers_are_not_told():
    strange = Pattern(PHASES + 1, 1, (range(1),) * (PHASES + 1))
    assert through(Field(1, 1, ((0, 0),)), strange) is None
    assert through(Field(1, 10**251, ((0, 0),)), Pattern(1, 1, (range(1),))) is None
    coprime = [Field(n, n, tuple((u, u + n % 2) for u in range(n))) for n in (67, 64)]
    assert joined(coprime) is None
    assert joined([Field(1, 2, ((0, 0),)), Field(1, 1, ((0, 0),))]) is None
    far = trace(parse_network([f"Upsample(scale_factor={PHASES + 1})", "ReLU()"]), (1, 2))
    assert far.rows[-1].fields is None
    assert far.rows[-1].output == (1, 2 * PHASES + 2)


def test_branches_that_drift_apart_have_no_field_and_are_named():
    text = 'layers = [{join = "cat", down = ["maxpool 2", "up 2 nearest"], same = []}]'
    drifting = 'layers = [{join = "cat", a = ["conv 1 k3 s2"], b = ["AdaptiveAvgPool1d(4)"]}]'
    apart = trace(parse_toml(drifting), (1, 9))
    assert apart.rows[-1].fields is None
    assert [row.number for row in crooked(apart)] == [3]
    level = trace(parse_toml(text), (1, 8))
    assert level.rows[-1].fields is not None


def test_branches_that_drift_apart_along_one_axis_have_no_field():
    branches = 'a = ["conv 1 k1 s2x1"], b = ["AdaptiveAvgPool2d((5, None))"]'
    found = trace(parse_toml(f'layers = [{{join = "cat", {branches}}}]'), (1, 9, 9))
    assert [row.receptive_field for row in found.rows] == [(1, 1), (3, 1), None]


def test_branches_without_a_field_are_not_said_to_be_crooked():
    pool = "AdaptiveAvgPool1d(4)"
    unknown = f'layers = [{{join = "cat", a = ["up {PHASES + 1}", "{pool}"], b = ["{pool}"]}}]'
    found = trace(parse_toml(unknown), (1, 4))
    assert found.rows[-1].fields is None
    assert crooked(found) == []


@pytest.mark.parametrize(
    "texts",
    [
        ["Conv1d(1, 1, 9, dilation=2, stride=2)", "Conv1d(1, 1, 12)"],
        ["ConvTranspose1d(1, 1, 2)", "Conv1d(1, 1, 101)"],
    ],
    ids=" ".join,
)
def test_more_cells_than_can_be_followed_are_refused(texts, monkeypatch):
    found = trace(parse_network(texts), (1, 400))
    monkeypatch.setattr(dependence, "CELLS", 108)
    assert depends(found, (0,)).cells
    monkeypatch.setattr(dependence, "CELLS", 100)
    with pytest.raises(SpecError) as caught:
        depends(found, (0,))
    assert caught.value.message == ("more than 100 cells along an axis would have to be followed")


def test_a_box_that_another_has_is_not_kept_twice():
    branches = 'wide = ["conv 1 k5 p2"], narrow = ["conv 1 k3 p1"], one = []'
    text = f'layers = [{{join = "add", {branches}}}]'
    found = trace(parse_toml(text), (1, 9, 9))
    assert depends(found, (4, 4)).boxes == ((((2, 7),), ((2, 7),)),)


def test_bins_of_an_adaptive_pool_cover_their_share():
    (read,), _ = reads("AdaptiveMaxPool1d(3)", 10)
    assert [list(read.cells(unit)) for unit in range(3)] == [
        list(range(unit * 10 // 3, ceil((unit + 1) * 10 / 3))) for unit in range(3)
    ]


def test_narrow_boxes_that_come_first_give_way_to_the_wide_one():
    branches = 'one = [], narrow = ["conv 1 k3 p1"], wide = ["conv 1 k5 p2"]'
    found = trace(parse_toml(f'layers = [{{join = "add", {branches}}}]'), (1, 9, 9))
    assert depends(found, (4, 4)).boxes == ((((2, 7),), ((2, 7),)),)


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular", "symmetric"])
def test_a_window_on_padding_reads_the_cells_that_it_repeats(mode):
    axis, size = Axis(3, 2, 2, 3, 3), 7
    known = {known.name: known for known in MODES}
    read = Gather(axis, size, known[mode])
    names = {"replicate": "edge", "circular": "wrap"}
    padded = np.pad(
        np.arange(size), 3, names.get(mode, mode),
        **({"constant_values": -1} if mode == "constant" else {}),
    )  # fmt: skip
    for unit in range(axis.windows(size)):
        expected = set(padded[2 * unit : 2 * unit + 5 : 2].tolist()) - {-1}
        assert set(read.cells(unit)) == expected, unit


@pytest.mark.parametrize(("size", "count"), [(5, 7), (7, 5), (12, 3)])
def test_upsampling_by_area_reads_as_an_adaptive_pool(size, count):
    (area,), output = reads(f"Upsample(size={count}, mode='area')", size)
    (pool,), pooled = reads(f"AdaptiveAvgPool1d({count})", size)
    assert output == pooled == (count,)
    assert area == pool


def test_padding_that_repeats_more_cells_than_can_be_followed_is_refused(monkeypatch):
    text = "Conv1d(1, 1, 101, padding=100, padding_mode='replicate')"
    found = trace(parse_network([text]), (1, 9))
    assert depends(found, (0,)).axes == (((0, 1),),)
    monkeypatch.setattr(dependence, "CELLS", 99)
    with pytest.raises(SpecError) as caught:
        depends(found, (0,))
    assert caught.value.message == "more than 99 cells along an axis would have to be followed"


@pytest.mark.parametrize("levels", [4, 5])
def test_regions_are_kept_apart_up_to_a_number(levels, monkeypatch):
    monkeypatch.setattr(dependence, "BOXES", 16)
    joins = [
        f'{{join = "add", far = ["ConvTranspose1d(1, 1, 1, padding={1 << k})", '
        f'"ZeroPad1d((0, {2 << k}))"], near = []}}'
        for k in range(levels)
    ]
    found = trace(parse_toml(f"layers = [{', '.join(joins)}]"), (1, 64))
    if levels == 4:
        assert depends(found, (0,)).axes == (((0, 16),),)
        return
    with pytest.raises(SpecError) as caught:
        depends(found, (0,))
    assert caught.value.message == "the branches see more than 16 different regions"


def test_phases_that_a_wider_branch_covers_are_dropped():
    branches = 'a = ["maxpool 2", "up 2"], b = "conv 1 k5 p2"'
    found = trace(parse_toml(f'layers = [{{join = "add", {branches}}}]'), (1, 8))
    assert found.rows[-1].fields == (Field(1, 1, ((-2, 2),)),)


@pytest.mark.parametrize("before", [(1, 0), (0, 1)])
def test_a_branch_beside_the_input_itself_is_crooked_where_it_is_off_center(before):
    stem = f"ZeroPad1d({before})"
    text = f'layers = [{{join = "add", a = ["{stem}", "Conv1d(1, 1, 2)"], b = []}}]'
    (found,) = crooked(trace(parse_toml(text), (1, 9)))
    half = Fraction(1, 2) - before[0]
    assert found.number == 3
    assert found.centers == ((half,), (Fraction(0),))
    level = 'layers = [{join = "add", a = ["conv 1 k3 p1"], b = []}]'
    assert crooked(trace(parse_toml(level), (1, 9))) == []


@pytest.mark.parametrize(
    ("layer", "shape", "field", "jump"),
    [
        ("PixelUnshuffle(2)", (1, 4, 4), (2, 2), (2, 2)),
        ("PixelShuffle(2)", (4, 4, 4), (1, 1), (Fraction(1, 2),) * 2),
        ("AdaptiveAvgPool1d(4)", (1, 8), (2,), (2,)),
        ("Upsample(scale_factor=0.000244140625)", (1, 5000), (1,), (4096,)),  # 1 / 4096
        ("Upsample(scale_factor=0.000244081034903588)", (1, 5000), (1,), (4096,)),  # 1 / 4097
    ],
)
def test_the_field_of_one_layer(layer, shape, field, jump):
    (row,) = trace(parse_network([layer]), shape).rows
    assert (row.receptive_field, row.jump) == (field, jump)


def test_axes_of_their_own_have_fields_of_their_own():
    for first, field in (("(3, 1)", (5, 3)), ("(1, 3)", (3, 5))):
        texts = [f"Conv2d(1, 1, {first})", "Conv2d(1, 1, 3)"]
        assert trace(parse_network(texts), (1, 9, 9)).rows[-1].receptive_field == field
        texts = texts[::-1]
        assert trace(parse_network(texts), (1, 9, 9)).rows[-1].receptive_field == field


def test_padding_reads_what_its_mode_repeats():
    for mode, cells in (("Reflection", {1}), ("Zero", ())):
        layer = parse_layer(f"{mode}Pad1d(1)")
        (read,) = layer.reads((1, 3), (1, 5))
        assert isinstance(read, Gather)
        assert read.cells(0) == cells
        assert (read.mode is None) == (mode == "Zero")


@pytest.mark.parametrize(
    ("layer", "share", "most"),
    [
        ("Conv1d(1, 1, 3, padding=1)", Fraction(2, 12), Fraction(1, 3)),
        ("AvgPool1d(2, 1, padding=1)", Fraction(2, 10), Fraction(1, 2)),
        ("AvgPool1d(2, 1, padding=1, count_include_pad=False)", None, None),
        ("MaxPool1d(2, 1, padding=1)", None, None),
        ("Conv1d(1, 1, 3, padding=1, padding_mode='reflect')", None, None),
        ("ReLU()", None, None),
    ],
)
def test_zeros_are_the_taps_on_padding_that_count(layer, share, most):
    (row,) = trace(parse_network([layer]), (1, 4)).rows
    assert (zeros(row), corner(row)) == (share, most)


def test_windows_that_ceil_mode_adds_are_counted_along_each_axis():
    (row,) = trace(parse_network(["MaxPool2d(2, ceil_mode=True)"]), (1, 5, 4)).rows
    assert ceiled(row) == (1, 0)
    (row,) = trace(parse_network(["MaxPool2d(2)"]), (1, 5, 4)).rows
    assert ceiled(row) == ()


def test_ceil_mode_is_unsaid_in_what_is_printed_alone():
    layer = "AvgPool1d(kernel_size=2)"
    for network in (parse_toml(f'layers = ["{layer}"]'), parse_network([layer])):
        assert unsaid(trace(network, (1, 5))) == []
    printed = parse_network([f"Sequential(\n  (0): {layer}\n)"])
    assert unsaid(trace(printed, (1, 5))) == [(1, (3,))]
    assert unsaid(trace(printed, (1, 4))) == []


def test_branches_that_step_differently_from_one_place_are_crooked():
    found = trace(parse_toml('layers = [{join = "add", a = ["conv 1 k1 s2"], b = []}]'), (1, 1))
    (apart,) = crooked(found)
    assert (apart.number, apart.branches) == (2, ("a", "b"))
    none, one = Fraction(0), Fraction(1)
    assert apart.centers == ((none,), (none,))
    assert apart.jumps == ((2 * one,), (one,))


def test_where_one_branch_has_no_field_the_others_are_not_compared():
    branches = 'a = ["conv 1 k2 p1:0"], b = [], c = ["Linear(4, 4)"]'
    found = trace(parse_toml(f'layers = [{{join = "add", {branches}}}]'), (1, 4))
    assert crooked(found) == []
