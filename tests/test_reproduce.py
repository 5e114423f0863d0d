"""The numbers of textbooks and lecture notes, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from convviz import SpecError, conv, conv_transpose, pad
from convviz.spec.layers import Conv

FOUR = np.arange(1, 17).reshape(4, 4)
FIVE = np.arange(25).reshape(5, 5)

AROUND_FOUR = {
    "zeros": """
        0  0  0  0  0  0
        0  1  2  3  4  0
        0  5  6  7  8  0
        0  9 10 11 12  0
        0 13 14 15 16  0
        0  0  0  0  0  0
    """,
    "reflect": """
         6  5  6  7  8  7
         2  1  2  3  4  3
         6  5  6  7  8  7
        10  9 10 11 12 11
        14 13 14 15 16 15
        10  9 10 11 12 11
    """,
    "replicate": """
         1  1  2  3  4  4
         1  1  2  3  4  4
         5  5  6  7  8  8
         9  9 10 11 12 12
        13 13 14 15 16 16
        13 13 14 15 16 16
    """,
    "circular": """
        16 13 14 15 16 13
         4  1  2  3  4  1
         8  5  6  7  8  5
        12  9 10 11 12  9
        16 13 14 15 16 13
         4  1  2  3  4  1
    """,
    "symmetric": """
         1  1  2  3  4  4
         1  1  2  3  4  4
         5  5  6  7  8  8
         9  9 10 11 12 12
        13 13 14 15 16 16
        13 13 14 15 16 16
    """,
}

AROUND_FIVE = {
    "zeros": "0 0 0 0 0 0 0 0 0 0 0",
    "reflect": "18 17 16 15 16 17 18 19 18 17 16",
    "replicate": "0 0 0 0 1 2 3 4 4 4 4",
    "circular": "12 13 14 10 11 12 13 14 10 11 12",
    "symmetric": "12 11 10 10 11 12 13 14 14 13 12",
}


def matrix(text: str) -> list[list[int]]:
    return [[int(cell) for cell in row.split()] for row in text.strip().splitlines()]


@pytest.mark.parametrize("mode", AROUND_FOUR)
def test_all_36_cells_around_a_four_by_four(mode: str) -> None:
    assert pad(FOUR, 1, mode).tolist() == matrix(AROUND_FOUR[mode])


def test_a_constant_around_a_four_by_four() -> None:
    expected = np.full((6, 6), 9)
    expected[1:5, 1:5] = FOUR
    assert pad(FOUR, 1, "constant", 9).tolist() == expected.tolist()


def test_circular_padding_by_the_size_tiles_the_plane() -> None:
    assert pad(FOUR, 4, "circular").tolist() == np.tile(FOUR, (3, 3)).tolist()


@pytest.mark.parametrize("mode", AROUND_FIVE)
def test_three_cells_around_a_five_by_five(mode: str) -> None:
    found = pad(FIVE, 3, mode)
    assert found[0].tolist() == matrix(AROUND_FIVE[mode])[0]
    names = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}
    expected = np.pad(FIVE, 3, mode=names.get(mode, mode))  # type: ignore[call-overload]
    np.testing.assert_array_equal(found, expected)


def test_reflecting_needs_more_cells_than_it_adds() -> None:
    assert pad(FIVE, 4, "reflect").shape == (13, 13)
    for padding in (5, 6):
        with pytest.raises(SpecError, match=f"reflect pads at most 4 .* not {padding}"):
            pad(FIVE, padding, "reflect")


def test_the_border_of_a_padded_one_by_one_convolution_is_the_bias() -> None:
    out = conv(FOUR[None], np.ones((1, 1, 1, 1)), [10], padding=1)[0]
    inner = FOUR + 10
    assert out[1:5, 1:5].tolist() == inner.tolist()
    assert (
        np.delete(out.ravel(), [6 * r + c for r in range(1, 5) for c in range(1, 5)]).tolist()
        == [10] * 20
    )


TRANSPOSED = [
    ({"stride": 1}, [1, 3, 6, 6, 5, 3]),
    ({"stride": 2}, [1, 2, 4, 2, 4, 2, 4, 2, 3]),
    ({"dilation": 2}, [1, 1, 3, 3, 5, 5, 3, 3]),
    ({"padding": 1}, [3, 6, 6, 5]),
]


@pytest.mark.parametrize(("arguments", "expected"), TRANSPOSED)
def test_four_ones_transposed_with_one_two_three(
    arguments: dict[str, int], expected: list[int]
) -> None:
    assert conv_transpose([[1, 1, 1, 1]], [[[1, 2, 3]]], **arguments).tolist() == [expected]


@pytest.mark.parametrize(
    "arguments", [{"padding": 3}, {"output_padding": 1}, {"stride": 2, "output_padding": 2}]
)
def test_a_crop_of_everything_and_too_much_output_padding_are_refused(
    arguments: dict[str, int],
) -> None:
    with pytest.raises(SpecError):
        conv_transpose([[1, 1, 1, 1]], [[[1, 2, 3]]], **arguments)


def test_the_sharpened_window_is_nine() -> None:
    window = [[7, 7, 6], [7, 7, 6], [6, 6, 4]]
    sharpen = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    assert conv([window], [[sharpen]]).tolist() == [[[9]]]


def test_a_layer_of_vgg_keeps_the_size() -> None:
    x = np.ones((4, 64, 28, 28), np.float32)
    weight = np.ones((128, 64, 3, 3), np.float32)
    out = conv(x, weight, np.zeros(128, np.float32), padding=1)
    assert out.shape == (4, 128, 28, 28)
    assert out[0, 0, 5, 5] == 576
    assert out[0, 0, 0, 0] == 256


def test_the_weight_of_a_five_by_three_kernel() -> None:
    layer = Conv.of(64, 128, [5, 3], ndim=2, padding=2)
    assert layer.weight_shape == (128, 64, 5, 3)
    assert layer.params == 128 * 64 * 5 * 3 + 128
    assert layer.output((64, 28, 28)) == (128, 28, 30)
