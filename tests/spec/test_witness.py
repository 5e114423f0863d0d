"""Receptive fields against a numerical witness: one input cell is NaN; which outputs turn NaN?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convviz.engine.account import run
from convviz.errors import SpecError
from convviz.spec.branches import parse_toml
from convviz.spec.dependence import covered, depends, merged
from convviz.spec.field import POINT, through
from convviz.spec.geometry import Axis
from convviz.spec.hidden import corner, crooked, unread, zeros
from convviz.spec.layers import Conv, ConvTranspose, Padding
from convviz.spec.network import INPUT, Join
from convviz.spec.reading import Gather, Scatter
from convviz.spec.resizing import PadLayer
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace

LAYERS = [
    "Conv1d(1, 1, 3)",
    "Conv1d(1, 1, 2, stride=2, padding=1)",
    "Conv1d(1, 1, 3, dilation=2)",
    "Conv1d(1, 1, 3, stride=2, dilation=3, padding=2)",
    "Conv1d(1, 1, 1, stride=3)",
    "Conv1d(1, 1, 4, padding='same')",
    "Conv1d(1, 1, 3, padding=2, padding_mode='circular')",
    "Conv1d(1, 1, 5, padding=2, padding_mode='reflect')",
    "Conv1d(1, 1, 3, stride=2, padding=1, padding_mode='replicate')",
    "Conv1d(1, 1, 3, padding=((3, 0),), padding_mode='symmetric')",
    "ConvTranspose1d(1, 1, 3)",
    "ConvTranspose1d(1, 1, 3, stride=2, padding=1, output_padding=1)",
    "ConvTranspose1d(1, 1, 2, stride=3)",
    "ConvTranspose1d(1, 1, 3, stride=2, dilation=2)",
    "MaxPool1d(2)",
    "MaxPool1d(3, stride=2, padding=1, ceil_mode=True)",
    "MaxPool1d(2, stride=1, dilation=3)",
    "AvgPool1d(3, stride=2, padding=1)",
    "ZeroPad1d((2, 1))",
    "ReflectionPad1d((1, 2))",
    "CircularPad1d(2)",
]


def probed(traced):
    """(*outputs, *inputs) of bool: which output cells turn NaN with which input cell."""
    shape, rows = traced.shape, traced.rows
    spatial = shape[1:]
    found = []
    for cell in np.ndindex(*spatial):
        x = np.ones((1, *shape))
        x[(0, slice(None), *cell)] = np.nan
        outputs = {INPUT: x}
        for index, row in enumerate(rows):
            outputs[index] = computed(row.layer, [outputs[i] for i in row.step.inputs])
        found.append(np.isnan(outputs[len(rows) - 1][0]).any(axis=0))
    stacked = np.reshape(found, (*spatial, *found[0].shape))
    ndim = len(spatial)
    return np.moveaxis(stacked, range(ndim), range(-ndim, 0))


def computed(layer, inputs):
    """What the engine makes of it."""
    x = inputs[0]
    if isinstance(layer, Join):
        return np.concatenate(inputs, axis=1) if layer.kind == "cat" else sum(inputs)
    if isinstance(layer, PadLayer):
        return run(Padding(layer.padding, layer.mode), x, lead=2).output
    weight = np.ones(layer.weight_shape) if isinstance(layer, (Conv, ConvTranspose)) else None
    return run(layer, x, weight, lead=2).output


def mask(found, shape):
    """The cells of a dependence as an array of bool."""
    array = np.zeros(shape[1:], bool)
    for box in found.boxes:
        parts = [[i for a, b in runs for i in range(a, b)] for runs in box]
        array[np.ix_(*parts)] = True
    return array


@given(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=4), st.integers(5, 14))
@settings(deadline=None, max_examples=120)
def test_a_unit_depends_on_exactly_the_cells_that_can_poison_it(texts, size):
    network = parse_network(texts)
    try:
        found = trace(network, (1, size))
    except SpecError:
        assume(False)
    witness = probed(found)
    for unit in range(found.output[1]):
        dependence = depends(found, (unit,))
        assert (mask(dependence, (1, size)) == witness[unit]).all(), (texts, unit)
        assert dependence.cells == witness[unit].sum()


@given(st.lists(st.sampled_from(LAYERS[:17]), min_size=1, max_size=4))
@settings(deadline=None, max_examples=120)
def test_field_jump_and_start_are_those_of_cells_far_from_borders(texts):
    size = 90
    try:
        found = trace(parse_network(texts), (1, size))
    except SpecError:
        assume(False)
    fields = found.rows[-1].fields
    assert fields is not None
    (field,) = fields
    for unit in range(found.output[1]):
        span = field.span(unit)
        dependence = depends(found, (unit,))
        if span is None:
            middle = found.output[1] // 3 <= unit < 2 * found.output[1] // 3
            assert dependence.cells == 0 or not middle
        elif span[0] >= 30 and span[1] < size - 30:  # beyond the reach of any border's reflection
            (runs,) = dependence.axes
            assert (runs[0][0], runs[-1][1] - 1) == span
            assert span[1] - span[0] + 1 <= field.size


PLANES = ["Conv2d(1, 1, (3, 2), stride=(1, 2), padding=(1, 0))", "MaxPool2d((2, 1))",
          "Conv2d(1, 1, (1, 3), dilation=(1, 2))", "ConvTranspose2d(1, 1, 2, stride=(1, 2))",
          "ZeroPad2d((1, 0, 0, 2))"]  # fmt: skip


@given(st.lists(st.sampled_from(PLANES), min_size=1, max_size=3))
@settings(deadline=None, max_examples=25)
def test_planes_depend_axis_by_axis(texts):
    network = parse_network(texts)
    try:
        found = trace(network, (1, 6, 8))
    except SpecError:
        assume(False)
    witness = probed(found)
    for unit in np.ndindex(*found.output[1:]):
        assert (mask(depends(found, unit), (1, 6, 8)) == witness[unit]).all()


@pytest.mark.parametrize(
    "text",
    [
        'layers = [{join="add", a=["conv 1 k1x5 p0,2"], b=["conv 1 k5x1 p2,0"]}]',
        'layers = [{join="cat", a=["conv 2 k3 d2 p2"], b=[]}, "conv 1 k2"]',
        'layers = [{join="cat", a=["MaxPool2d(2)", "ConvTranspose2d(1, 1, 2, stride=2)"], b=[]}]',
    ],
)  # fmt: skip
def test_branches_depend_on_the_union_of_what_they_see(text):
    network = parse_toml(text)
    found = trace(network, (1, 6, 6))
    witness = probed(found)
    for unit in np.ndindex(*found.output[1:]):
        dependence = depends(found, unit)
        assert (mask(dependence, (1, 6, 6)) == witness[unit]).all()
        assert dependence.cells == witness[unit].sum()


def test_a_cross_is_no_rectangle():
    text = 'layers = [{join="add", a=["conv 1 k1x5 p0,2"], b=["conv 1 k5x1 p2,0"]}]'
    found = depends(trace(parse_toml(text), (1, 9, 9)), (4, 4))
    assert found.cells == 9
    assert not found.rectangular
    assert found.axes == (((2, 7),), ((2, 7),))


def test_dilations_leave_holes():
    found = depends(trace(parse_network(["conv 1 k3 d4", "conv 1 k3 d2"]), (1, 40)), (0,))
    assert found.axes == (merged((i, i + 1) for i in range(0, 13, 2)),)


def test_everything_depends_on_everything_after_flatten():
    found = depends(trace(parse_network(["conv 2 k3", "flatten", "fc 3"]), (1, 6, 7)), (1,))
    assert found.axes == (((0, 6),), ((0, 7),))


@pytest.mark.parametrize("unit", [(5, 0), (0,), (0, 0, 0)])
def test_a_unit_that_is_not_there_is_refused(unit):
    with pytest.raises(SpecError):
        depends(trace(parse_network(["conv 2 k3"]), (1, 6, 7)), unit)


AXES = st.builds(
    Axis,
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(0, 4),
)


@given(AXES, st.integers(1, 20))
@settings(deadline=None)
def test_zeros_are_counted_as_a_loop_counts_them(axis, size):
    count = axis.windows(size)
    assume(count > 0)
    sides = f"p{axis.before}:{axis.after}"
    text = f"conv 1 k{axis.kernel} s{axis.stride} {sides} d{axis.dilation}"
    (row,) = trace(parse_network([text]), (1, size)).rows
    share, worst = zeros(row), corner(row)
    assert share is not None
    assert worst is not None
    taps = [[0 <= cell < size for cell in axis.window(unit)] for unit in range(count)]
    outside = [np.mean(np.logical_not(window)) for window in taps]
    assert float(share) == pytest.approx(np.mean(outside))
    assert float(worst) == pytest.approx(max(outside[0], outside[-1]))
    read = {cell for unit in range(count) for cell in axis.window(unit)}
    assert unread(row) == (size - len(read & set(range(size))),)


@given(AXES, AXES)
@settings(deadline=None)
def test_composed_fields_are_those_of_composed_loops(first, second):
    for one, two in ((Gather, Gather), (Scatter, Gather), (Gather, Scatter), (Scatter, Scatter)):
        between = through(POINT, one(first, 1).pattern)
        assert between is not None
        field = through(between, two(second, 1).pattern)
        assert field is not None
        inner, outer = one(first, 1).pattern, two(second, 1).pattern
        for unit in range(2 * field.period):
            turns, phase = divmod(unit, outer.period)
            cells = set()
            for middle in outer.cells[phase]:
                more, place = divmod(middle + turns * outer.shift, inner.period)
                cells |= {cell + more * inner.shift for cell in inner.cells[place]}
            assert field.span(unit) == ((min(cells), max(cells)) if cells else None)


def test_branches_that_are_not_centered_alike_are_found():
    text = 'layers = [{join="cat", a=["conv 1 k3 s2 p1"], b=["avgpool k2 s2"], c=["pool 2"]}]'
    (found,) = crooked(trace(parse_toml(text), (1, 8, 8)))
    assert found.number == 4
    assert [centers[0] for centers in found.centers] == [0, 0.5, 0.5]


@pytest.mark.parametrize("name", ["resnet18", "unet", "googlenet-3a"])
def test_the_branches_of_the_examples_are_centered_alike(name):
    path = Path(__file__).parent.parent.parent / "gallery" / "networks" / f"{name}.toml"
    network = parse_toml(path.read_text(encoding="utf-8"))
    assert crooked(trace(network, network.input)) == []


SPANS = st.tuples(st.integers(0, 6), st.integers(1, 4))


@given(st.lists(st.tuples(SPANS, SPANS), min_size=1, max_size=5))
@settings(deadline=None)
def test_overlapping_boxes_are_counted_once(spans):
    boxes = [tuple(merged([(a, a + n)]) for a, n in box) for box in spans]
    cells = {
        (i, j)
        for (rows, cols) in boxes
        for a, b in rows
        for i in range(a, b)
        for c, d in cols
        for j in range(c, d)
    }
    assert covered(boxes) == len(cells)
