"""The inverse: every solution goes forward, "none" is exhausted, mirrors come back."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.errors import SpecError
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.mirror import mirror
from convviz.spec.sequence import parse_network
from convviz.spec.sizing import groups, periodic, reasons, rule, verdicts
from convviz.spec.solver import Bounds, solve
from convviz.spec.trace import trace

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "layers.json").read_text())


def forward(size, kernel, stride, padding, dilation, extra, *, transposed):
    """The size that the layer itself gives, None where it refuses."""
    place = {"stride": stride, "padding": (padding,), "dilation": dilation}
    try:
        if transposed:
            layer = ConvTranspose.of(1, 1, kernel, ndim=1, output_padding=extra, **place)
            return layer.output((1, size))[1]
        return Conv.of(1, 1, kernel, ndim=1, **place).output((1, size))[1]
    except SpecError:
        return None


def parameters(answer):
    """What was found along one axis: (kernel, stride, padding, dilation, output_padding)."""
    return {
        (s.axis.kernel, s.axis.stride, (s.axis.before, s.axis.after), s.axis.dilation,
         s.output_padding)
        for (s,) in answer.solutions
    }  # fmt: skip


SMALL = Bounds(
    kernel=(1, 2, 3, 4),
    stride=(1, 2, 3),
    padding=((0, 0), (1, 1), (0, 1), (2, 2)),
    dilation=(1, 2),
)


@given(st.integers(1, 12), st.integers(1, 30), st.booleans())
@settings(deadline=None)
def test_the_solutions_are_exactly_what_trying_everything_finds(size, output, transposed):
    answer = solve((size,), (output,), [SMALL], transposed=transposed)
    found = parameters(answer)
    everything = product(SMALL.kernel, SMALL.stride, SMALL.padding, SMALL.dilation, range(4))
    expected = set()
    for k, s, p, d, extra in everything:
        if (extra and not transposed) or (k == 1 and d > 1):
            continue  # one tap: a dilation changes nothing
        if forward(size, k, s, p, d, extra, transposed=transposed) == output:
            expected.add((k, s, p, d, extra))
    assert found == expected
    assert answer.total == len(expected)


@given(st.integers(1, 12), st.integers(1, 40), st.booleans())
@settings(deadline=None)
def test_the_nearest_sizes_are_reachable_and_nothing_is_nearer(size, output, transposed):
    answer = solve((size,), (output,), [SMALL], transposed=transposed)
    if answer.total:
        assert answer.nearest == ()
        return
    reached = {
        forward(size, k, s, p, d, extra, transposed=transposed)
        for k, s, p, d, extra in product(
            SMALL.kernel, SMALL.stride, SMALL.padding, SMALL.dilation, range(4)
        )
        if transposed or not extra
    } - {None}
    below, above = answer.nearest[0]
    assert below == max((n for n in reached if n < output), default=0)
    assert above == min((n for n in reached if n > output), default=0)


def test_doubling_prefers_even_coverage_without_output_padding():
    answer = solve((28,), (56,), [Bounds()], transposed=True)
    order = [(s.axis.kernel, s.axis.before, s.output_padding) for (s,) in answer.solutions]
    assert order == [(2, 0, 0), (4, 1, 0), (6, 2, 0), (1, 0, 1), (3, 1, 1), (5, 2, 1), (7, 3, 1)]


def test_halving_prefers_a_small_odd_kernel_that_reads_every_cell():
    answer = solve((224,), (112,), [Bounds()], transposed=False)
    assert [s.axis.kernel for (s,) in answer.solutions] == [3, 5, 7, 2, 4, 6, 1]


def test_axes_of_different_sizes_are_solved_together():
    answer = solve((28, 30), (56, 60), [Bounds()] * 2, transposed=True)
    assert answer.total == 49 == len(answer.solutions)
    first = answer.solutions[0]
    assert {(s.axis.kernel, s.axis.stride, s.output_padding) for s in first} == {(2, 2, 0)}


def test_too_many_combinations_are_refused():
    bounds = Bounds(kernel=tuple(range(1, 3001)), stride=tuple(range(1, 3001)))
    with pytest.raises(SpecError, match="trials"):
        solve((28,), (56,), [bounds], transposed=False)


def test_too_many_solutions_are_refused():
    bounds = Bounds(kernel=tuple(range(1, 60_000)), stride=(60_000,))
    with pytest.raises(SpecError, match="more than 50,000 combinations of parameters make 1 of"):
        solve((60_000,), (1,), [bounds], transposed=False)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(
    "values",
    [
        {"kernel": tuple(range(1, 40))},
        {"kernel": tuple(range(1, 40)), "output_padding": (2,)},
        {"stride": (9, 2, 1, 14, 3, 5, 6)},
        {"stride": (9, 2, 1, 14, 3, 5, 6), "output_padding": (2, 7)},
        {"padding": tuple((a, b) for a in range(4) for b in range(5))},
        {"dilation": (3, 1, 2, 8, 4, 5, 11)},
        {"dilation": (3, 2, 8, 4, 5, 11), "output_padding": (4,)},
        {"output_padding": (1, 4)},
    ],
)
def test_whatever_parameter_has_most_values_nothing_is_missed(values, transposed):
    plain = {
        "kernel": (1, 2, 5), "stride": (1, 2, 3), "padding": ((0, 0), (2, 1)), "dilation": (1, 3)
    }  # fmt: skip
    bounds = Bounds(**{**plain, **values})
    for size, output in product((1, 4, 9, 20), (1, 2, 5, 11, 19, 40)):
        reached: dict[int, set[tuple[object, ...]]] = {}
        for k, s, p, d in product(bounds.kernel, bounds.stride, bounds.padding, bounds.dilation):
            if k == 1 and d > 1 and 1 in bounds.dilation:
                continue
            for extra in bounds.output_padding or range(max(s, d)) if transposed else (0,):
                made = forward(size, k, s, p, d, extra, transposed=transposed)
                if made is not None:
                    reached.setdefault(made, set()).add((k, s, p, d, extra))
        answer = solve((size,), (output,), [bounds], transposed=transposed)
        found = parameters(answer)
        assert found == reached.get(output, set())
        assert len(found) == answer.total
        if not found:
            below = max((n for n in reached if n < output), default=0)
            assert answer.nearest == ((below, min((n for n in reached if n > output), default=0)),)


@pytest.mark.parametrize("case", GOLDEN["stacks"], ids=lambda case: case["id"])
def test_the_mirror_of_a_network_brings_its_shape_back(case):
    found = trace(parse_network([case["repr"]]), tuple(case["input"]))
    back = mirror(found)
    assert back.shape == found.output
    assert back.output == found.shape
    text = "\n".join(row.layer.code for row in back.rows)
    assert trace(parse_network([text]), found.output).output == found.shape


CHANGING = ["conv 4 k3 s2", "conv 4 k4 s3 p1", "conv 4 k3 d2", "pool 2", "up 2", "pad 1:0,2:1",
            "deconv 4 k3 s2 p1 op1", "maxpool k3 s2 ceil", "conv 4 k2 psame"]  # fmt: skip


@given(st.lists(st.sampled_from(CHANGING), min_size=1, max_size=4), st.integers(20, 33))
@settings(deadline=None)
def test_the_mirror_of_any_chain_brings_its_shape_back(texts, size):
    try:
        found = trace(parse_network(texts), (3, size, size + 1))
    except SpecError:
        return
    assert mirror(found).output == found.shape


@pytest.mark.parametrize(
    ("text", "shape", "layers"),
    [
        ("Flatten()", (2, 3), ["Unflatten(1, (2, 3))"]),
        ("Flatten()", (6,), []),
        ("Unflatten(1, (2, 3))", (6,), ["Flatten()"]),
        ("Unflatten(1, (2, 3))", (6, 2), ["Flatten()", "Unflatten(1, (6, 2))"]),
        ("ZeroPad2d((1, 0, 2, 3))", (2, 3, 3),
         ["ConvTranspose2d(2, 2, 1, padding=((2, 3), (1, 0)), groups=2, bias=False)"]),
        ("GlobalAveragePooling2D()", (4, 5, 6),
         ["Unflatten(1, (4, 1, 1))", "Upsample(size=(5, 6))"]),
        ("GlobalAveragePooling1D()", (4, 5), ["Unflatten(1, (4, 1))", "Upsample(size=5)"]),
        ("SeparableConv2D(3, 3, strides=2)", (4, 6, 5),
         ["ConvTranspose2d(3, 4, 1)",
          "ConvTranspose2d(4, 4, 3, stride=2, output_padding=(1, 0), groups=4, bias=False)"]),
    ],
)  # fmt: skip
def test_the_mirror_of_one_layer(text, shape, layers):
    found = mirror(trace(parse_network([text]), shape))
    assert [row.layer.code for row in found.rows] == layers
    assert found.output == shape


def test_a_layer_that_gates_has_no_mirror():
    with pytest.raises(SpecError) as caught:
        mirror(trace(parse_network(["ReLU()", "GLU(1)"]), (4, 9)))
    assert caught.value.message == "layer 2, GLU 1, has no mirror: the half that gates is lost"


def test_a_join_has_no_mirror():
    from convviz.spec.branches import parse_toml

    network = parse_toml('layers = [{join="add", a=["relu"], b=[]}]')
    with pytest.raises(SpecError, match="layer 2, Add a \\+ b, has no mirror"):
        mirror(trace(network, (3, 4, 4)))


def ruled(texts, low, high):
    network = parse_network(texts)
    found = verdicts(network, 3, 2, range(low, high + 1))
    return found, {group.name: group.rule for group in groups(found, network)}


@pytest.mark.parametrize(
    ("texts", "rules"),
    [
        (["pool 2", "pool 2"], {"runs": "from 4 on", "all read": "multiples of 4"}),
        (["conv 8 k3 s2"], {"runs": "from 3 on", "all read": "odd sizes, from 3 on"}),
        (["conv 8 k3 p1"], {"runs": "all", "all read": "all", "same size": "all"}),
        (["conv 8 k3 s2 p1", "deconv 3 k2 s2"], {"runs": "all", "same size": "even sizes"}),
        (["PixelUnshuffle(4)"], {"runs": "multiples of 4"}),
        (["conv 8 k9"], {"runs": "from 9 on", "same size": "none"}),
    ],
)
def test_sizes_are_said_as_a_rule(texts, rules):
    _, found = ruled(texts, 1, 64)
    assert {name: found[name] for name in rules} == rules


def test_every_verdict_is_that_of_the_trace():
    texts = ["conv 8 k3 s2", "pool 2", "conv 8 k5 d2 p1"]
    network = parse_network(texts)
    for verdict in verdicts(network, 3, 2, range(1, 60)):
        try:
            assert trace(network, (3, verdict.size, verdict.size)).output == verdict.output
            assert verdict.runs
        except SpecError:
            assert not verdict.runs


def test_the_reason_is_grouped_with_its_sizes():
    found, _ = ruled(["pool 2", "conv 8 k3"], 1, 20)
    said = {group.name: group.sizes for group in reasons(found)}
    assert said["layer 2, conv 8 k3: its kernel is longer than its input"] == (2, 3, 4, 5)
    assert said["layer 1 leaves cells unread"] == (7, 9, 11, 13, 15, 17, 19)


@given(st.integers(2, 20), st.integers(0, 19), st.integers(1, 50))
def test_a_period_is_found_where_there_is_one(modulus, remainder, first):
    sizes = range(first, first + 3 * modulus + 40)
    some = [n for n in sizes if n % modulus == remainder % modulus]
    assert periodic(set(some), sizes[0], sizes[-1]) == (modulus, {remainder % modulus})
    assert rule(some, sizes)


def test_a_mirror_that_does_not_come_back_is_refused():
    found = trace(parse_network(["ConvTranspose1d(1, 1, 3, dilation=3, output_padding=2)"]), (1, 9))
    with pytest.raises(SpecError) as caught:
        mirror(found)
    assert caught.value.message == (
        "the mirror makes 1×11, not 1×9: a layer gives up cells that its transpose does not "
        "bring back"
    )


def test_sizes_of_a_flat_output_are_not_compared_with_the_input():
    sizes = range(1, 9)
    flat = parse_network(["Conv1d(1, 1, 3, padding=1)", "Flatten()"])
    assert [group.name for group in groups(verdicts(flat, 1, 1, sizes), flat)] == [
        "runs", "all read",
    ]  # fmt: skip
    level = parse_network(["Conv1d(1, 1, 3, padding=1)"])
    last = groups(verdicts(level, 1, 1, sizes), level)[-1]
    assert (last.name, last.sizes) == ("same size", tuple(sizes))
