"""The account: what it computes, when, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convviz import SpecError, conv, conv_transpose, pad, pool
from convviz.engine.account import run
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool

X = np.random.default_rng(0).integers(-9, 10, (2, 3, 7, 6)).astype(float)
MODES = ["zeros", "constant", "reflect", "replicate", "circular", "symmetric"]


@pytest.mark.parametrize("mode", MODES)
def test_a_padding_has_cells_without_the_whole(mode: str) -> None:
    layer = Padding.of(((3, 2), (1, 4)), 2, mode, 7 if mode == "constant" else 0)
    account = run(layer, X, lead=2)
    rows, cols = np.array([0, 3, 4, 11]), np.array([10, 0, 2])
    cells = account.cells(1, 2, rows, cols)
    assert "padded" not in vars(account)
    assert account.shape == (2, 3, 12, 11)
    np.testing.assert_array_equal(cells, account.output[1, 2][np.ix_(rows, cols)])
    for n, c in np.ndindex(2, 3):
        np.testing.assert_array_equal(
            account.output[n, c], pad(X[n, c], layer.padding, mode, layer.value)
        )


def test_a_huge_padding_shows_its_corner_at_once() -> None:
    x = np.broadcast_to(np.float64(5), (1, 1, 10**6, 10**6))
    account = run(Padding.of(1, 2), x, lead=0)
    ends = np.array([0, 1, 10**6, 10**6 + 1])
    assert account.cells(0, 0, ends, ends).tolist() == [
        [0] * 4,
        [0, 5, 5, 0],
        [0, 5, 5, 0],
        [0] * 4,
    ]


def test_the_account_of_a_convolution_is_that_of_conv() -> None:
    layer = Conv.of(3, 4, 3, ndim=2, stride=2, padding=1, padding_mode="circular")
    weight, bias = np.arange(108.0).reshape(4, 3, 3, 3), np.arange(4.0)
    account = run(layer, X, weight, bias, lead=2)
    assert account.shape == account.output.shape
    np.testing.assert_array_equal(
        account.output, conv(X, weight, bias, stride=2, padding=1, padding_mode="circular")
    )
    np.testing.assert_array_equal(account.padded[1, 2], pad(X[1, 2], 1, "circular"))
    rows = np.arange(9)
    np.testing.assert_array_equal(account.cells(1, 2, rows, rows[:8]), account.padded[1, 2])
    assert [source.tolist() for source in account.sources] == [
        [6, 0, 1, 2, 3, 4, 5, 6, 0],
        [5, 0, 1, 2, 3, 4, 5, 0],
    ]


def test_the_crop_of_the_full_sum_is_the_output() -> None:
    layer = ConvTranspose.of(3, 2, 3, ndim=2, stride=2, padding=1, output_padding=1)
    weight = np.arange(54.0).reshape(3, 2, 3, 3)
    account = run(layer, X, weight, lead=2)
    assert account.full.shape == (2, 2, 15, 13)
    np.testing.assert_array_equal(account.output, account.full[:, :, 1:15, 1:13])
    np.testing.assert_array_equal(
        account.output, conv_transpose(X, weight, stride=2, padding=1, output_padding=1)
    )
    assert account.sources == ()
    np.testing.assert_array_equal(
        account.cells(0, 1, np.array([0, 2]), np.array([1])), X[0, 1][[0, 2]][:, [1]]
    )


def test_a_pooling_has_winners_and_divisors() -> None:
    most = run(Pool.of("max", 3, ndim=2, padding=1), X, lead=2)
    np.testing.assert_array_equal(most.output, pool(X, 3, padding=1))
    windows = tuple(map(np.arange, most.shape[2:]))
    assert most.winners(1, 0, windows).shape == most.shape[2:]
    assert most.cells(0, 0, np.array([0]), np.array([0])).tolist() == [[-np.inf]]
    mean = run(Pool.of("avg", 3, ndim=2, padding=1), X, lead=2)
    np.testing.assert_array_equal(mean.output, pool(X, 3, "avg", padding=1))
    assert mean.divisors.shape == mean.shape[2:]
    assert mean.padded[0, 0, 0, 0] == 0


@pytest.mark.parametrize(("channels", "lead", "ndim"), [(1, 0, 2), (3, 0, 3), (1, 1, 3), (3, 2, 4)])
def test_shown_keeps_the_axes_of_the_user(channels: int, lead: int, ndim: int) -> None:
    x = X[:1, :channels]
    account = run(Padding.of(1, 2), x, lead=lead)
    assert account.shown(account.output).ndim == ndim


def test_what_does_not_fit_is_refused_before_anything_is_computed() -> None:
    layer: Any = Conv.of(3, 4, 3, ndim=2)
    for arguments in (
        (layer, X[0], np.ones((4, 3, 3, 3))),
        (layer, X, np.ones((4, 3, 3, 2))),
        (layer, X, np.ones((4, 3, 3, 3)), np.ones(3)),
        (layer, X[:, :2], np.ones((4, 3, 3, 3))),
        (layer, X, None),
        (Padding.of(6, 2, "reflect"), X),
        (Pool.of("max", 9, ndim=2), X),
        (Padding.of(1, 2), X > 0),
        (Padding.of(1, 2, "constant", 300), X.astype(np.int8)),
    ):
        with pytest.raises(SpecError):
            run(*arguments, lead=2)
