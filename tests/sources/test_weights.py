"""Named weights against their definitions, given ones against the layer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from convviz import conv
from convviz.sources import weights
from convviz.sources.budget import Budget
from convviz.spec.layers import Conv, ConvTranspose
from tests.sources.refusals import refused

BUDGET = Budget()


def layer(channels: int = 1, out: int = 1, kernel: object = 3, ndim: int = 2, **more: int) -> Conv:
    return Conv.of(channels, out, kernel, ndim=ndim, **more)


def made(name: str, of: Conv | ConvTranspose, seed: int = 0) -> np.ndarray:
    return weights.named(weights.weight_named(name), of, seed, BUDGET)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("count", [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        ("ones", [[1, 1, 1]] * 3),
        ("identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        ("box", [[1 / 9] * 3] * 3),
        ("gaussian", [[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]]),
        ("sobel-x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("sobel-y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        ("laplacian", [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    ],
)
def test_a_named_kernel_is_the_one_of_the_textbooks(name: str, expected: list[float]) -> None:
    weight = made(name, layer())
    np.testing.assert_array_equal(weight[0, 0], expected)
    assert not np.signbit(weight[weight == 0]).any()


def test_kernels_along_one_axis() -> None:
    one = layer(ndim=1)
    np.testing.assert_array_equal(made("sobel-x", one)[0, 0], [-1, 0, 1])
    np.testing.assert_array_equal(made("laplacian", one)[0, 0], [1, -2, 1])
    np.testing.assert_array_equal(made("sharpen", one)[0, 0], [-1, 3, -1])
    np.testing.assert_array_equal(
        made("gaussian", layer(ndim=1, kernel=5))[0, 0], np.array([1, 4, 6, 4, 1]) / 16
    )


def test_kernels_in_space() -> None:
    three = layer(ndim=3)
    assert made("laplacian", three)[0, 0, 1, 1, 1] == -6
    assert made("laplacian", three).sum() == 0
    assert made("sharpen", three).sum() == 1
    sobel = made("sobel-y", three)[0, 0]
    np.testing.assert_array_equal(sobel[1], [[-2, -4, -2], [0, 0, 0], [2, 4, 2]])


def test_smoothing_sums_to_one_over_all_input_channels() -> None:
    for name in ("box", "gaussian", "sharpen"):
        np.testing.assert_allclose(made(name, layer(3, 2)).sum(axis=(1, 2, 3)), 1)
    np.testing.assert_array_equal(made("sobel-x", layer(3))[0, 2], made("sobel-x", layer())[0, 0])
    depthwise = made("box", layer(3, 3, groups=3))
    np.testing.assert_allclose(depthwise.sum(axis=(1, 2, 3)), 1)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_the_identity_gives_every_channel_back(groups: int) -> None:
    x = np.arange(4 * 25.0).reshape(4, 5, 5)
    square = layer(4, 4, groups=groups)
    np.testing.assert_array_equal(conv(x, made("identity", square), padding=1, groups=groups), x)


def test_the_identity_of_a_transposed_convolution() -> None:
    from convviz import conv_transpose

    x = np.arange(2 * 9.0).reshape(2, 3, 3)
    square = ConvTranspose.of(2, 2, 3, ndim=2, padding=1)
    np.testing.assert_array_equal(conv_transpose(x, made("identity", square), padding=1), x)


@pytest.mark.parametrize("name", ["random", "xavier-normal", "kaiming-normal"])
def test_random_weights_follow_the_seed(name: str) -> None:
    of = layer(3, 8, 5)
    np.testing.assert_array_equal(made(name, of, 1), made(name, of, 1))
    assert not np.array_equal(made(name, of, 1), made(name, of, 2))


def test_random_weights_are_the_same_on_every_machine() -> None:
    bound = math.sqrt(1 / 2)
    np.testing.assert_array_equal(
        made("random", layer(1, 1, (1, 2)))[0, 0, 0],
        -bound + 2 * bound * (np.array([0.7794775825562685, 0.11427610041245262]) + 1) / 2,
    )
    normal = made("kaiming-normal", layer(1, 1, (1, 2)))[0, 0, 0]
    np.testing.assert_allclose(normal, [0.10296768001436127, -0.9805271710302613], rtol=1e-15)


def test_random_weights_have_the_spread_of_pytorch() -> None:
    of = layer(16, 32, 5, groups=2)
    uniform = made("random", of)
    bound = math.sqrt(2 / (16 * 25))
    assert bound * 0.99 < np.abs(uniform).max() <= bound
    fan_in, fan_out = 8 * 25, 32 * 25
    xavier, kaiming = made("xavier-normal", of), made("kaiming-normal", of)
    assert xavier.std() == pytest.approx(math.sqrt(2 / (fan_in + fan_out)), rel=0.03)
    assert kaiming.std() == pytest.approx(math.sqrt(2 / fan_in), rel=0.03)
    transposed = ConvTranspose.of(16, 32, 5, ndim=2, groups=2)
    assert np.abs(made("random", transposed)).max() <= math.sqrt(2 / (32 * 25))


def test_a_kernel_of_one_size_says_so() -> None:
    with refused("sobel-x is a kernel of 3×3, not 5×5") as caught:
        made("sobel-x", layer(kernel=5))
    assert caught.value.argument == "kernel"
    with refused("sobel-y is a slope along rows"):
        made("sobel-y", layer(ndim=1))


def test_a_weight_beyond_the_budget_is_refused() -> None:
    with refused("a weight of 1000×1×100×100 holds 10,000,000 numbers"):
        weights.named(weights.weight_named("count"), layer(1, 1000, 100), 0, Budget(1000))


KERNEL = np.arange(9.0).reshape(3, 3)


@pytest.mark.parametrize(
    ("shape", "channels", "groups", "out"),
    [
        ((3, 3), 1, 1, None),
        ((3, 3), 3, 1, None),
        ((3, 3, 3), 3, 1, None),  # one kernel per input channel
        ((5, 3, 3), 1, 1, 5),  # one kernel per output channel
        ((6, 3, 3), 3, 3, 6),
        ((4, 2, 3, 3), 2, 1, 4),
        ((4, 1, 3, 3), 2, 2, 4),
    ],
)
def test_a_given_weight_is_read_by_its_axes(
    shape: tuple[int, ...], channels: int, groups: int, out: int | None
) -> None:
    array = np.arange(math.prod(shape), dtype=float).reshape(shape)
    fit = weights.fit(array, 2, channels, groups, transposed=False)
    assert (fit.kernel, fit.out_channels) == ((3, 3), out)
    of = layer(channels, out or groups, groups=groups)
    weight = weights.fitted(fit, of, BUDGET)
    assert weight.shape == of.weight_shape
    np.testing.assert_array_equal(np.unique(weight), np.unique(array))


@pytest.mark.parametrize(
    ("shape", "channels", "out"),
    [((3, 3), 2, None), ((2, 3, 3), 2, None), ((4, 3, 3), 1, 4), ((2, 5, 3, 3), 2, 5)],
)
def test_a_given_weight_of_a_transposed_convolution_leads_with_the_input_channels(
    shape: tuple[int, ...], channels: int, out: int | None
) -> None:
    array = np.arange(math.prod(shape), dtype=float).reshape(shape)
    fit = weights.fit(array, 2, channels, 1, transposed=True)
    assert fit.out_channels == out
    of = ConvTranspose.of(channels, out or 1, 3, ndim=2)
    assert weights.fitted(fit, of, BUDGET).shape == of.weight_shape


def test_a_given_weight_that_does_not_fit_is_refused() -> None:
    with refused("the weight 3 has 1 axis, but a kernel here has 2"):
        weights.fit(np.ones(3), 2, 1, 1, transposed=False)
    fit = weights.fit(np.ones((4, 2, 3, 3)), 2, 3, 1, transposed=False)
    with refused("the weight is 4×2×3×3, but the layer takes 4×3×3×3"):
        weights.fitted(fit, layer(3, 4), BUDGET)


def test_biases_by_name() -> None:
    of = layer(1, 3)
    assert weights.bias_named("none", of, 0) is None
    np.testing.assert_array_equal(weights.bias_named("count", of, 0), [1, 2, 3])
    np.testing.assert_array_equal(weights.bias_named("ones", of, 0), [1, 1, 1])
    drawn = weights.bias_named("random", of, 0)
    assert drawn is not None
    assert np.abs(drawn).max() <= 1 / 3
    with refused("no bias is called 'rand'"):
        weights.bias_named("rand", of, 0)
