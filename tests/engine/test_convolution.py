"""conv and conv_transpose against the equation, against each other, and at their edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz import SpecError, conv, conv_transpose
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.modes import mode_named
from tests.engine.witness import slow_conv, slow_transpose


def numbers(seed: int, *shape: int) -> Any:
    """Small integers as floats: sums of products of them are exact."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(float)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Conv, Any, Any, Any, dict[str, Any]]:
    """(layer, x, weight, bias, arguments), every parameter drawn on its own per axis."""
    ndim = draw(st.integers(1, 3))
    some = st.integers(1, 3)
    per_axis = st.tuples(*[some] * ndim)
    kernel, stride, dilation = draw(per_axis), draw(per_axis), draw(per_axis)
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular", "symmetric"]))
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    spatial = tuple(max(1, r - draw(st.integers(0, 2))) + draw(some) for r in reach)
    padding: Any
    if draw(st.booleans()) and mode in ("zeros", "replicate"):
        padding, stride = "same", (1,) * ndim
    else:
        pairs = []
        for n, r in zip(spatial, reach, strict=True):
            limit = mode_named(mode).limit(n)
            side = st.integers(0, 2 if limit is None else min(2, limit))
            before = draw(side)
            pairs.append((before, max(draw(side), min(r - n - before, limit or 9))))
        padding = tuple(pairs)
    inputs, outputs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    arguments = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "padding_mode": mode,
    }
    layer = Conv.of(inputs, outputs, kernel, ndim=ndim, **arguments)
    x = numbers(draw(st.integers(0, 99)), draw(st.integers(1, 2)), inputs, *spatial)
    weight = numbers(7, outputs, inputs // groups, *kernel)
    bias = draw(st.sampled_from([None, numbers(8, outputs)]))
    return layer, x, weight, bias, arguments


@given(convolutions())
@settings(deadline=None, max_examples=150)
def test_conv_is_the_equation(case: tuple[Conv, Any, Any, Any, dict[str, Any]]) -> None:
    layer, x, weight, bias, arguments = case
    try:
        shape = layer.output(x.shape[1:])
    except SpecError:
        with pytest.raises(SpecError):
            conv(x, weight, bias, **arguments)
        return
    found = conv(x, weight, bias, **arguments)
    assert found.shape == (len(x), *shape)
    np.testing.assert_array_equal(found, slow_conv(layer, x, weight, bias))
    np.testing.assert_array_equal(conv(x[0], weight, bias, **arguments), found[0])


@st.composite
def transposes(draw: st.DrawFn) -> tuple[ConvTranspose, Any, Any, Any, dict[str, Any]]:
    """(layer, x, weight, bias, arguments) of a transposed convolution."""
    ndim = draw(st.integers(1, 3))
    per_axis = st.tuples(*[st.integers(1, 3)] * ndim)
    kernel, stride, dilation = draw(per_axis), draw(per_axis), draw(per_axis)
    spatial = draw(per_axis)
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    inputs, outputs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    arguments = {
        "stride": stride,
        "padding": tuple(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))) for _ in kernel),
        "output_padding": tuple(
            draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
        ),
        "dilation": dilation,
        "groups": groups,
    }
    layer = ConvTranspose.of(inputs, outputs, kernel, ndim=ndim, **arguments)
    x = numbers(draw(st.integers(0, 99)), draw(st.integers(1, 2)), inputs, *spatial)
    weight = numbers(7, inputs, outputs // groups, *kernel)
    bias = draw(st.sampled_from([None, numbers(8, outputs)]))
    return layer, x, weight, bias, arguments


@given(transposes())
@settings(deadline=None, max_examples=150)
def test_conv_transpose_is_the_equation(
    case: tuple[ConvTranspose, Any, Any, Any, dict[str, Any]],
) -> None:
    layer, x, weight, bias, arguments = case
    try:
        shape = layer.output(x.shape[1:])
    except SpecError:
        with pytest.raises(SpecError, match="crops all"):
            conv_transpose(x, weight, bias, **arguments)
        return
    found = conv_transpose(x, weight, bias, **arguments)
    assert found.shape == (len(x), *shape)
    np.testing.assert_array_equal(found, slow_transpose(layer, x, weight, bias))
    np.testing.assert_array_equal(conv_transpose(x[0], weight, bias, **arguments), found[0])


@given(convolutions())
@settings(deadline=None, max_examples=100)
def test_conv_and_conv_transpose_are_adjoint(
    case: tuple[Conv, Any, Any, Any, dict[str, Any]],
) -> None:
    """⟨conv(x), y⟩ = ⟨x, conv_transpose(y)⟩ with zero padding, for any x and y."""
    layer, x, weight, _, arguments = case
    if layer.padding_mode != "zeros":
        return
    try:
        shape = (len(x), *layer.output(x.shape[1:]))
    except SpecError:
        return
    y = numbers(5, *shape)
    # The cells that the last window leaves over are what output_padding gives back.
    extra = tuple(
        n - axis.scattered(size)
        for n, axis, size in zip(x.shape[2:], layer.axes, shape[2:], strict=True)
    )
    if any(e >= max(a.stride, a.dilation) for e, a in zip(extra, layer.axes, strict=True)):
        return
    back = conv_transpose(
        y,
        weight,
        stride=layer.stride,
        padding=layer.padding,
        output_padding=extra,
        dilation=layer.dilation,
        groups=layer.groups,
    )
    assert back.shape == x.shape
    forth = conv(x, weight, **arguments)
    assert np.vdot(forth, y) == np.vdot(x, back)


def test_same_keeps_the_size_and_puts_the_odd_cell_after() -> None:
    ones = np.ones((1, 1, 4))
    assert conv([[1, 2, 3, 4, 5]], ones, padding="same").tolist() == [[6, 10, 14, 12, 9]]
    assert conv([[1, 2, 3, 4, 5]], ones, padding=((2, 1),)).tolist() == [[3, 6, 10, 14, 12]]


def test_groups_are_neighbors() -> None:
    x = np.arange(1.0, 5).reshape(4, 1)
    weight = np.ones((2, 2, 1))
    assert conv(x, weight, groups=2).ravel().tolist() == [1 + 2, 3 + 4]


def test_zeros_padding_is_added_before_the_bias() -> None:
    out = conv(np.ones((1, 2, 2)), np.ones((1, 1, 1, 1)), [7], padding=1)
    assert out[0].tolist() == [[7, 7, 7, 7], [7, 8, 8, 7], [7, 8, 8, 7], [7, 7, 7, 7]]


def test_output_padding_gives_back_cropped_sums_not_zeros() -> None:
    out = conv_transpose([[1, 1]], [[[1, 2, 3]]], stride=2, padding=1, output_padding=1)
    assert out.tolist() == [[2, 4, 2, 3]]


def test_cells_beyond_all_stamps_hold_the_bias_alone() -> None:
    out = conv_transpose([[1, 1]], [[[5]]], [2], stride=3, output_padding=2)
    assert out.tolist() == [[7, 2, 2, 7, 2, 2]]


def test_blocks_of_a_larger_image_join_without_a_seam() -> None:
    x, weight = numbers(3, 1, 3, 90, 70), numbers(4, 5, 3, 3, 3)
    whole = conv(x, weight, padding=1, padding_mode="reflect")
    for rows in (slice(0, 7), slice(40, 44), slice(80, 90)):
        window = range(rows.start - 1, rows.stop + 1)
        cells = [89 - abs(89 - abs(r)) for r in window]
        part = conv(x[:, :, cells], weight, padding=(0, 1), padding_mode="reflect")
        np.testing.assert_array_equal(whole[:, :, rows], part)


def test_one_cell_that_is_not_finite_reaches_the_windows_that_hold_it() -> None:
    for bad in (np.nan, np.inf):
        x = np.ones((1, 1, 9, 9))
        x[0, 0, 4, 4] = bad
        found = conv(x, np.ones((1, 1, 3, 3)), padding=1)
        reached = np.zeros((9, 9), bool)
        reached[3:6, 3:6] = True
        np.testing.assert_array_equal(~np.isfinite(found[0, 0]), reached)
        stamps = conv_transpose(x, np.ones((1, 1, 3, 3)), padding=1)
        np.testing.assert_array_equal(~np.isfinite(stamps[0, 0]), reached)


@pytest.mark.parametrize(
    ("x", "weight", "words"),
    [
        ((5,), (1, 1, 3), r"x has 1 axis \(5\).*takes 2 or 3"),
        ((1, 1, 5), (1, 1, 3, 3), r"x has 3 axes|spans 3 cells"),
        ((1, 1, 5, 5, 5, 5), (1, 1, 3), "x has 6 axes"),
        ((1, 2, 5), (1, 1, 3), "weight 1×1×3 takes 1 channel, but x has 2"),
        ((5, 5), (3, 3), r"weight has 2 axes \(3×3\)"),
        ((5,), (), "weight has 0 axes"),
        ((1, 1, 2, 2, 2, 2), (1, 1, 1, 1, 1, 1), "weight has 6 axes"),
    ],
)
def test_shapes_that_do_not_meet_are_named(
    x: tuple[int, ...], weight: tuple[int, ...], words: str
) -> None:
    with pytest.raises(SpecError, match=words):
        conv(np.ones(x), np.ones(weight))


def test_a_bias_is_one_number_per_output_channel() -> None:
    x, weight = np.ones((1, 1, 3)), np.ones((2, 1, 1))
    with pytest.raises(SpecError, match=r"bias has the shape \(3,\), .* 2 output channels"):
        conv(x, weight, [1, 2, 3])
    with pytest.raises(SpecError, match=r"bias has the shape \(\), .* 2 output channels"):
        conv(x, weight, 1.0)


@pytest.mark.parametrize("dtype", ["f8", "f2"])
def test_a_stride_far_above_the_kernel_leaves_cells_to_the_bias(dtype: str) -> None:
    x = numbers(0, 1, 1, 40, 30).astype(dtype)
    weight, bias = numbers(1, 1, 2, 2, 3).astype(dtype), np.array([5, -5], dtype)
    found = conv_transpose(x, weight, bias, stride=20)
    expected = np.zeros((1, 2, 782, 583), dtype)
    for i, j in np.ndindex(2, 3):
        stamps = x[:, :1] * weight[:, :, i : i + 1, j : j + 1]
        expected[:, :, i::20, j::20] += np.broadcast_to(stamps, (1, 2, 40, 30))
    np.testing.assert_array_equal(found, expected + bias[:, None, None])


@pytest.mark.parametrize(
    ("call", "x", "weight", "groups", "message", "accepted"),
    [
        (conv, (1, 3, 9), (4, 2, 3), 1, "weight 4×2×3 takes 2 channels, but x has 3", "2 channels"),
        (conv, (1, 2, 9), (4, 1, 3), 1, "weight 4×1×3 takes 1 channel, but x has 2", "1 channel"),
        (conv, (1, 3, 9), (4, 2, 3), 2, "weight 4×2×3 with groups 2 takes 4 channels, but x has 3",
         "4 channels"),
        (conv_transpose, (1, 3, 9), (2, 4, 3), 1, "weight 2×4×3 takes 2 channels, but x has 3",
         "2 channels"),
    ],
)  # fmt: skip
def test_channels_that_do_not_meet_the_weight_are_counted(
    call: Any, x: Any, weight: Any, groups: int, message: str, accepted: str
) -> None:
    with pytest.raises(SpecError) as caught:
        call(np.ones(x), np.ones(weight), groups=groups)
    assert (caught.value.message, caught.value.accepted) == (message, accepted)


@pytest.mark.parametrize("shape", [(1, 0), (1, 3, 0), (2, 1, 0, 3)])
def test_an_axis_without_cells_has_nothing_to_stamp(shape: tuple[int, ...]) -> None:
    axes = len(shape) - 1 if len(shape) < 4 else 2
    with pytest.raises(SpecError, match="none stamps the kernel"):
        conv_transpose(np.ones(shape), np.ones((1, 1, *(3,) * axes)), stride=2)
