"""The sizes that errors name, against trying every size: what would fit, what would give it."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.errors import SpecError
from convviz.spec import expectation, failure
from convviz.spec.branches import parse_toml
from convviz.spec.geometry import Axis
from convviz.spec.modes import MODES
from convviz.spec.reading import SAME, Bins, Gather, Resize, Scatter
from convviz.spec.sequence import parse_network
from convviz.spec.trace import trace

AXES = st.builds(
    Axis,
    st.integers(1, 6),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(0, 4),
)
RATIOS = st.builds(Fraction, st.integers(1, 7), st.integers(1, 7))


def first(fits):
    return next(size for size in range(1, 200) if fits(size))


@given(AXES, st.sampled_from([None, *MODES]), st.integers(1, 9))
@settings(deadline=None)
def test_the_least_size_under_windows_is_the_first_with_enough(axis, mode, need):
    def fits(size):
        slack = mode.slack if mode else None
        room = slack is None or max(axis.before, axis.after) <= size + slack
        return room and axis.windows(size) >= need

    assert failure.before(Gather(axis, 9, mode), need, 0) == first(fits)


@given(AXES, st.integers(1, 9), st.integers(0, 2))
@settings(deadline=None)
def test_the_least_size_under_stamps_is_the_first_with_enough(axis, need, extra):
    least = first(lambda size: axis.scattered(size, extra) >= need)
    assert failure.before(Scatter(axis, 9), need, extra) == least


@given(RATIOS, st.integers(1, 9))
def test_the_least_size_to_resize_is_the_first_with_enough(ratio, need):
    least = first(lambda size: size / ratio >= need)
    assert failure.before(Resize(9, ratio, Fraction(0), (0,)), need, 0) == least


def test_bins_make_as_many_as_they_are_of_any_size():
    assert [failure.before(Bins(9, 3), need, 0) for need in (2, 3, 4)] == [1, 1, 0]
    assert failure.before(SAME, 5, 0) == 5
    ends = [expectation.backward(Bins(9, 3), (n, n), 0, ceil=False) for n in (2, 3, 4)]
    assert ends == [(1, 0), (1, 1 << 30), (1, 0)]
    assert expectation.backward(SAME, (4, 5), 0, ceil=False) == (4, 5)


def sizes(read, low, high, *, extra=0, ceil=False):
    least, most = expectation.backward(read, (low, high), extra, ceil=ceil)
    return [size for size in range(1, 150) if least <= size <= most]


SPANS = st.tuples(st.integers(1, 9), st.integers(0, 3)).map(lambda pair: (pair[0], sum(pair)))


@given(AXES, SPANS)
def test_sizes_under_windows_are_those_that_give_the_outputs(axis, span):
    good = [n for n in range(1, 150) if span[0] <= axis.windows(n) <= span[1]]
    assert sizes(Gather(axis, 9), *span) == good


@given(st.integers(1, 6), st.integers(1, 6), SPANS)
def test_sizes_under_windows_that_may_reach_over_the_end(kernel, stride, span):
    axis = Axis(max(kernel, stride), stride)
    good = [n for n in range(1, 150) if span[0] <= axis.windows(n, ceil=True) <= span[1]]
    assert sizes(Gather(axis, 9), *span, ceil=True) == good


@given(AXES, SPANS, st.integers(0, 2))
def test_sizes_under_stamps_are_those_that_give_the_outputs(axis, span, extra):
    good = [n for n in range(1, 150) if span[0] <= axis.scattered(n, extra) <= span[1]]
    assert sizes(Scatter(axis, 9), *span, extra=extra) == good


@given(RATIOS, SPANS)
def test_sizes_to_resize_are_those_that_give_the_outputs(ratio, span):
    good = [n for n in range(1, 150) if span[0] <= n // ratio <= span[1]]
    assert sizes(Resize(9, ratio, Fraction(0), (0,)), *span) == good


def unmet(network, shape, expected):
    """The label under the layer where the sizes part, that layer, and the way out."""
    network = parse_network(network) if isinstance(network, list) else parse_toml(network)
    error = expectation.unmet(trace(network, shape), expected)
    return error.accepted, error.source[slice(*error.span)], error.remedy


BRANCHES = 'layers = [{{join = "add", a = ["{}"], b = "{}"}}]'


@pytest.mark.parametrize(
    ("network", "shape", "expected", "label", "layer", "remedy"),
    [
        (["Conv2d(2, 4, 3)", "ReLU()", "Conv2d(4, 4, 1)"], (2, 9, 9), (3, 7, 7),
         "gives 4 channels, not 3", "Conv2d 2→4 k3", "out_channels=3"),
        (["Conv2d(2, 4, 3)", "Conv2d(4, 5, 1)", "ReLU()"], (2, 9, 9), (3, 7, 7),
         "gives 5 channels, not 3", "Conv2d 4→5 k1", "out_channels=3"),
        (["Conv2d(2, 2, (1, 3), stride=(1, 2))"], (2, 9, 9), (2, 9, 3),
         "makes 4 of 9; 7 to 8 would make 3", "Conv2d 2→2 k1×3 s1×2",
         "an input from 2×9×7 to 2×9×8 gives it"),
        (["Conv2d(2, 2, (1, 3), stride=(2, 1))"], (2, 9, 9), (2, 3, 9),
         "makes 5 of 9; 5 to 6 would make 3", "Conv2d 2→2 k1×3 s2×1",
         "an input from 2×5×11 to 2×6×11 gives it"),
        (["ConvTranspose2d(1, 1, 1, stride=(2, 1))"], (1, 9, 9), (1, 16, 8), "makes 17 of 9",
         "ConvTranspose2d 1→1 k1 s2×1", ""),
        (BRANCHES.format("conv 1 k3 s2 p1", "conv 1 k2 s2"), (1, 10), (1, 4),
         "makes 5 of 10; 8 to 9 would make 4", "Conv1d 1→1 k2 s2", "an input 1×8 gives it"),
        (BRANCHES.format("conv 1 k3 s3 p1", "conv 1 k3 s3"), (1, 9), (1, 5),
         "makes 3 of 9; 15 to 17 would make 5", "Conv1d 1→1 k3 s3", "an input 1×15 gives it"),
        (BRANCHES.format("conv 1 k1 s2", "conv 1 k5"), (1, 9, 9), (1, 7, 5),
         "makes 5 of 9; 11 would make 7", "Conv2d 1→1 k5", ""),
        (["Conv1d(1, 1, 3, padding=3)"], (1, 9), (1, 4), "makes 13 of 9", "Conv1d 1→1 k3 p3", ""),
        (["Conv1d(1, 1, 3, padding=3)"], (1, 9), (1, 5),
         "makes 13 of 9; 1 would make 5", "Conv1d 1→1 k3 p3", "an input 1×1 gives it"),
        (["Conv1d(1, 1, 2)", "AdaptiveAvgPool1d(3)", "Conv1d(1, 1, 1, padding=1)"], (1, 9), (1, 6),
         "makes 5 of 3; 4 would make 6", "Conv1d 1→1 k1 p1", ""),
        (["Conv2d(3, 512, (13, 17), stride=(11, 12), padding=(5, 6), dilation=(2, 3), bias=False)"],
         (3, 99, 99), (512, 6, 6), "makes 8 of 99; 70 to 80 would make 6",
         "Conv2d 3→512 k13×17 s11×12 p5×6 d2×3 no bias",
         "an input from 3×70×97 to 3×80×108 gives it"),
        (["Conv2d(1, 10, (13, 17), (11, 12), (15, 16), (2, 3), 1, False)"],
         (1, 99, 99), (10, 6, 6), "makes 10 of 99; 50 to 60 would make 6",
         "Conv2d 1→10 k13×17 s11×12 p15×16 d2×3 no bi…",
         "an input from 1×50×77 to 1×60×88 gives it"),
    ],
)  # fmt: skip
def test_where_the_sizes_part(network, shape, expected, label, layer, remedy):
    assert unmet(network, shape, expected) == (label, layer, remedy)


def refused(network, shape):
    network = parse_network(network) if isinstance(network, list) else parse_toml(network)
    with pytest.raises(SpecError) as caught:
        trace(network, shape)
    return caught.value


def test_sizes_on_which_branches_agree_are_looked_for_up_to_64_cells_away():
    text = 'layers = [{join = "add", down = ["maxpool 128", "up 128"], same = []}]'
    assert refused(text, (1, 192)).remedy == "an input of 1×128 or 1×256"
    assert refused(text, (1, 193)).remedy == "an input of 1×256"
    assert refused(text, (1, 191)).remedy == "an input of 1×128"
    assert refused(text, (1, 63 + 256)).remedy == "an input of 1×256"
    text = 'layers = [{join = "add", down = ["maxpool 129", "up 129"], same = []}]'
    assert refused(text, (1, 193)).remedy == "an input of 1×129"
    assert refused(text, (1, 64 + 129)).remedy == "an input of 1×129"


def test_an_input_that_fits_is_looked_for_up_to_a_million_cells():
    for kernel, named in ((1 << 20, True), ((1 << 20) + 1, False)):
        remedy = refused(["ReLU()", f"Conv1d(1, 1, {kernel})"], (1, 9)).remedy
        assert bool(re.search(f"an input from 1×{kernel}$", remedy)) == named


@pytest.mark.parametrize(
    ("network", "shape", "remedy"),
    [
        # the other branch needs more along the other axis
        ('layers = [{join = "cat", a = ["conv 1 k1x7"], b = ["conv 1 k9x1"]}]', (1, 5, 9),
         "an input from 1×9×7"),
        ('layers = [{join = "cat", a = ["gap", "flatten"], b = ["conv 1 k9", "flatten"]}]', (1, 5),
         "an input from 1×9"),
        # one cell is enough along the other axis, though the arithmetic of ceil_mode asks for two
        (["MaxPool2d(4, 2, 2, ceil_mode=True)", "Conv2d(1, 1, (9, 2))"], (1, 5, 5),
         "an input from 1×15×1"),
        ('layers = [{join = "add", a = ["gap"], b = []}]', (1, 3), "an input of 1×1"),
        ('layers = ["Conv1d(3, 3, 1)", {join = "add", a = ["maxpool 2", "up 2"], b = []}]', (3, 9),
         "an input of 3×8 or 3×10"),
        ('layers = [{join = "add", a = ["deconv 1 k2 s2"], b = []}]', (1, 3), ""),
        (["ReLU()", "Conv1d(1, 1, 5, dilation=2)"], (1, 5),
         "a kernel of at most 3, a dilation of at most 1, padding 2 (5 + 2·2 = 9), "
         "or an input from 1×9"),
    ],
)  # fmt: skip
def test_sizes_of_inputs_are_the_least_or_the_next(network, shape, remedy):
    error = refused(network, shape)
    assert error.remedy.endswith(remedy)
    assert bool(error.remedy) == bool(remedy)


RELUS = ["ReLU()"]


@pytest.mark.parametrize(
    ("network", "shape", "least", "of_more"),
    [
        (lambda count: [*RELUS * (count - 1), "Conv2d(1, 1, (9, 1))"],
         (1, 5, 5), "from 1×9×1", "from 1×9×1"),
        (lambda count: ["MaxPool2d(4, 2, 2, ceil_mode=True)", *RELUS * (count - 2),
                        "Conv2d(1, 1, (9, 2))"],
         (1, 5, 5), "from 1×15×1", "from 1×16×2"),
        (lambda count: f'layers = ["{count - 2} x relu", '
                       '{join = "cat", a = "flatten", b = "conv 1 k9x1"}]',
         (1, 5, 5), "from 1×9×1", "from 1×9×1"),
        (lambda count: f'layers = ["{count - 3} x relu", '
                       '{join = "add", a = ["maxpool 2", "up 2"], b = []}]',
         (1, 9), "of 1×8 or 1×10", ""),
    ],
    ids=["windows", "ceil_mode", "a flat branch", "a join"],
)  # fmt: skip
def test_a_thousand_layers_are_tried_at_many_sizes_and_more_only_at_one(
    network, shape, least, of_more
):
    for count, named in ((1000, least), (1001, of_more)):
        assert refused(network(count), shape).remedy.rpartition("an input ")[2] == named
