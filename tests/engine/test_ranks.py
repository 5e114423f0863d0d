"""How many axes an array may have, in words; and the type of a result beside half precision."""

from __future__ import annotations

import numpy as np
import pytest

import convviz
from convviz.engine.account import run
from convviz.engine.arrays import batched, floating, working
from convviz.errors import SpecError
from convviz.spec.parser import parse_layer


@pytest.mark.parametrize(
    ("shape", "ndim", "message", "spatial", "remedy"),
    [
        ((4,), 1, "x has 1 axis (4), but with 1 spatial axis it takes 2 or 3", "length",
         "x[None] adds the axis that is missing"),
        ((5, 5), 2, "x has 2 axes (5×5), but with 2 spatial axes it takes 3 or 4", "height, width",
         "x[None] adds the axis that is missing"),
        ((5, 5), 3, "x has 2 axes (5×5), but with 3 spatial axes it takes 4 or 5",
         "depth, height, width",
         "x[None, None] adds the axes that are missing"),
        ((1, 1, 1, 5), 1, "x has 4 axes (1×1×1×5), but with 1 spatial axis it takes 2 or 3",
         "length", ""),
    ],
)  # fmt: skip
def test_a_wrong_rank_is_named_with_the_index_that_mends_it(shape, ndim, message, spatial, remedy):
    with pytest.raises(SpecError) as caught:
        batched(np.ones(shape), ndim)
    assert caught.value.message == message
    assert caught.value.accepted == f"(channels, {spatial}) or (batch, channels, {spatial})"
    assert caught.value.remedy == remedy
    if remedy:
        mended = np.ones(shape)[(None,) * remedy.count("None")]
        assert batched(mended, ndim)[0].shape == (1, *mended.shape)


def test_a_batch_is_added_only_where_there_is_none():
    x, added = batched(np.ones((2, 5)), 1)
    assert (x.shape, added) == ((1, 2, 5), True)
    x, added = batched(np.ones((3, 2, 5)), 1)
    assert (x.shape, added) == ((3, 2, 5), False)


def test_an_account_wants_a_batch():
    layer = parse_layer("Conv2d(1, 1, 3)")
    with pytest.raises(SpecError, match=r"takes a batch, channels and 2 spatial axes, not 3 axes"):
        run(layer, np.ones((1, 5, 5)), np.ones((1, 1, 3, 3)), lead=1)


@pytest.mark.parametrize(
    ("integers", "result"),
    [("int8", "float16"), ("uint8", "float16"), ("int16", "float32"), ("int64", "float32")],
)
def test_integers_beside_half_precision_keep_it_up_to_8_bits(integers, result):
    assert floating(np.ones(1, "float16"), np.ones(1, integers)) == np.dtype(result)
    assert convviz.conv(np.ones((1, 3), "float16"), np.ones((1, 1, 2), integers)).dtype == result


def test_only_half_precision_is_summed_in_a_wider_type():
    assert [working(np.dtype(t)) for t in ("float16", "float32", "float64")] == [
        np.dtype(t) for t in ("float32", "float32", "float64")
    ]
