"""Bands: how they cut the work, what they multiply, and when they leave it to columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convviz.engine import bands, gathering, methods, padding, threads
from convviz.engine.arrays import quiet
from convviz.engine.bands import Cut, banded, finite
from convviz.engine.columns import columns
from convviz.engine.gathering import Gather
from convviz.spec.geometry import Axis
from convviz.spec.modes import mode_named
from tests.engine.forcing import forced
from tests.engine.test_convolution import numbers

Array = Any


def gather(
    kernel: tuple[int, int],
    sizes: tuple[int, int] = (9, 20),
    *,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    outputs: int = 1,
    mode: str = "zeros",
    before: int = 0,
    dtype: str = "f8",
) -> Gather:
    """A gather of one group with two inputs and a bias, whose windows fill its input."""
    axes = tuple(Axis(k, s, d, before) for k, s, d in zip(kernel, stride, dilation, strict=True))
    spatial = [axis.spread(n) - before for axis, n in zip(axes, sizes, strict=True)]
    weight, bias = numbers(1, outputs, 2, *kernel), numbers(2, outputs)
    x, out = numbers(0, 1, 2, *spatial), np.full((1, outputs, *sizes), np.nan, dtype)
    return Gather(x, weight, bias, 1, axes, mode_named(mode), out)


def expected(job: Gather) -> Array:
    """What columns make of it."""
    out = np.empty_like(job.out)
    columns(Gather(job.x, job.weight, job.bias, job.groups, job.axes, job.mode, out))
    return out


@pytest.mark.parametrize(
    ("kernel", "sizes", "arguments", "cut"),
    [
        ((3, 3), (9, 20), {}, Cut(1, 3, 1)),
        ((8, 8), (9, 20), {}, Cut(1, 8, 1)),
        ((5, 13), (9, 20), {}, Cut(4, 3, 5)),  # 65 taps
        ((5, 13), (3, 20), {}, Cut(3, 3, 5)),
        ((5, 13), (4, 20), {}, Cut(4, 3, 5)),
        ((5, 13), (5, 20), {}, Cut(4, 3, 5)),
        ((4, 17), (9, 20), {}, Cut(1, 3, 6)),
        ((13, 6), (9, 20), {}, Cut(4, 3, 2)),
        ((17, 4), (9, 20), {}, Cut(4, 2, 2)),
        ((70, 1), (9, 20), {}, Cut(4, 1, 1)),
        ((5, 13), (9, 20), {"stride": (2, 1)}, Cut(4, 3, 5)),
        ((5, 13), (9, 20), {"stride": (1, 2)}, Cut(1, 13, 1)),
        ((5, 13), (9, 20), {"outputs": 3}, Cut(4, 3, 5)),
        ((5, 13), (9, 20), {"outputs": 4}, Cut(1, 13, 1)),
    ],
)
def test_few_taps_of_large_kernels_are_stacked(
    kernel: Any, sizes: Any, arguments: Any, cut: Cut
) -> None:
    assert Cut.of(gather(kernel, sizes, **arguments)) == cut


CUTS = [Cut(rows, taps, parts) for rows in (1, 2, 3) for taps, parts in ((5, 1), (3, 2), (2, 3))]
CUTS += [Cut(2, 6, 1), Cut(1, 1, 5), Cut(4, 1, 5)]


@pytest.mark.parametrize("cut", CUTS, ids=str)
@pytest.mark.parametrize("dilation", [(1, 1), (1, 2), (2, 1), (3, 2)])
def test_every_cut_makes_the_same_and_says_where_it_adds_zeros(
    monkeypatch: pytest.MonkeyPatch, cut: Cut, dilation: Any
) -> None:
    monkeypatch.setattr(Cut, "of", lambda _: cut)
    for height in (1, 4):
        job = gather((height, 5), (6, 7), stride=(2, 1), dilation=dilation, outputs=2)
        job = Gather(
            job.x, job.weight, job.bias, 1,
            tuple(axis.acting(n) for axis, n in zip(job.axes, job.sizes, strict=True)),
            job.mode, job.out,
        )  # fmt: skip
        weight = np.ones_like(job.weight)
        whole = Gather(job.x, weight, None, 1, job.axes, job.mode, job.out)
        assert cut.zeros(job) == (not banded(whole, cut, cut.rows).all())
        bands.bands(job)
        np.testing.assert_array_equal(job.out, expected(job))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@quiet
def test_sums_that_are_finite_are_never_taken_for_others(dtype: str) -> None:
    most = np.finfo(dtype).max
    for width in (1, 2, 3, 1000):
        sums = np.full((2, 3, width), most, dtype)
        assert finite(sums)
        assert finite(-sums)
        for bad in (np.nan, np.inf, -np.inf):
            sums[1, 2, width // 2] = bad
            assert not finite(sums)
        sums[1, 2, 0] = np.inf
        assert not finite(sums), "inf − inf is no number"


@quiet
def test_only_blocks_that_are_not_finite_are_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    again = []

    def recorded(part: Gather) -> None:
        again.append(part.sizes)
        columns(part)

    monkeypatch.setattr(bands, "columns", recorded)
    job = gather((5, 13), (60, 20))
    bands.bands(job)
    np.testing.assert_array_equal(job.out, expected(job))
    assert not again
    job.x[0, 0, 33, 20] = np.inf
    monkeypatch.setattr(bands, "BLOCK", 1)
    for dtype in ("f8", "f4"):
        again.clear()
        job = Gather(job.x, job.weight, job.bias, 1, job.axes, job.mode, job.out.astype(dtype))
        bands.bands(job)
        np.testing.assert_array_equal(job.out, expected(job))
        assert again == [(16, 20)] * 2, "of four blocks those of the rows 29 to 33"
    # Without zeros beside the kernel there is nothing to be done again.
    again.clear()
    job = gather((3, 3))
    job.x[0, 0, 4, 4] = np.inf
    bands.bands(job)
    np.testing.assert_array_equal(job.out, expected(job))
    assert not again


def test_sums_are_made_in_an_output_of_their_type_whose_rows_lie_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    multiply, job = bands.multiply, gather((3, 3), (9, 20))
    wide = np.empty((1, 1, 18, 40))
    outs = {
        "whole": (job.out, True),
        "rows apart": (wide[:, :, ::2, :20], True),
        "columns apart": (wide[:, :, :9, ::2], False),
        "transposed": (np.empty((1, 1, 20, 9)).swapaxes(2, 3), False),
        "half": (job.out.astype("f2"), False),
    }
    for name, (out, direct) in outs.items():
        made: list[bool] = []

        def recorded(*arguments: Any, out: Array = out, made: list[bool] = made) -> None:
            made.append(np.shares_memory(arguments[-1], out))
            multiply(*arguments)

        monkeypatch.setattr(bands, "multiply", recorded)
        part = Gather(job.x, job.weight, job.bias, 1, job.axes, job.mode, out)
        bands.bands(part)
        np.testing.assert_array_equal(out, expected(part), err_msg=name)
        assert made == [direct], name


def test_what_other_modes_continue_is_copied_some_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied = []

    def recorded(*arguments: Any) -> Array:
        found = padding.region(*arguments)
        copied.append(found.shape[2:])
        return found

    monkeypatch.setattr(gathering, "region", recorded)
    monkeypatch.setattr(bands, "BLOCK", 1)
    job = gather((3, 3), (48, 20), mode="reflect", before=1)
    bands.bands(job)
    np.testing.assert_array_equal(job.out, expected(job))
    assert copied[:3] == [(18, 22)] * 3, "blocks of 16 rows, and what the kernel reaches beyond"
    copied.clear()
    job = gather((3, 3), (48, 20), before=1)
    bands.bands(job)
    assert not copied, "what is filled is not copied at all"


@pytest.mark.parametrize(
    ("kernel", "stride", "sizes", "block", "expected", "tall"),
    [
        # A column of a row has 24 bytes: 3 taps of one channel. Blocks of 16 rows meet 18, at least
        # 128 columns of them, if there are as many.
        ((3, 3), 1, (16, 1000), 18 * 24 * 200, [(1, 200)] * 5, 16),
        ((3, 3), 1, (20, 258), 1, [(1, 86)] * 3, 10),
        ((3, 3), 1, (16, 128), 18 * 24 * 128 * 2, [(2, 128)], 16),
        ((3, 3), 1, (16, 128), 18 * 24 * 128 * 2 - 1, [(1, 128)], 16),
        # 25 rows meet 27, or 53 by a stride of 2.
        ((3, 3), 1, (50, 128), 27 * 24 * 128, [(1, 128)], 25),
        ((3, 3), 1, (26, 128), 27 * 24 * 128, [(1, 128)], 13),
        ((3, 3), 2, (52, 128), 53 * 24 * 128, [(1, 128)], 26),
        ((3, 3), 2, (27, 128), 53 * 24 * 128, [(1, 128)], 14),
        # One product makes 4 rows, so a block has 8, of which there are 5: they meet 9.
        ((5, 13), 1, (5, 20), 9 * 24 * 20 * 2, [(2, 20)], 8),
        ((5, 13), 1, (5, 20), 9 * 24 * 20 * 2 - 1, [(1, 20)], 8),
        ((12, 12), 1, (99, 20), 1, [(1, 20)], 20),
    ],
)
def test_stacks_are_as_large_as_a_block(
    monkeypatch: pytest.MonkeyPatch,
    kernel: Any, stride: int, sizes: Any, block: int, expected: Any, tall: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(bands, "BLOCK", block)
    monkeypatch.setattr(bands, "MORE", 1)
    axes = (Axis(kernel[0], stride), Axis(kernel[1]))
    x, weight = np.empty((1, 4, 1, 1)), np.empty((4, 1, *kernel))
    job = Gather(x, weight, None, 4, axes, mode_named("zeros"), np.empty((1, 4, *sizes)))
    found = [*bands.strips(job, Cut.of(job))]
    assert [(groups, strip.sizes[1]) for strip, groups, _ in found] == expected
    assert {strip.groups for strip, _, _ in found} == {4}
    assert {rows for _, _, rows in found} == {tall}


@pytest.mark.parametrize(("kernel", "several"), [((3, 3), False), ((13, 6), True), ((5, 13), True)])
def test_stacks_are_larger_where_there_are_many_calls_or_several_threads(
    monkeypatch: pytest.MonkeyPatch, kernel: Any, several: bool
) -> None:
    monkeypatch.setattr(bands, "BLOCK", 40_000)
    job = gather(kernel, (400, 20))

    def tall() -> int:
        ((_, _, rows),) = bands.strips(job, Cut.of(job))
        return rows

    alone = tall()
    monkeypatch.setattr(threads.ALONE, "parts", 2)
    shared = tall()
    assert (alone == shared) == several
    monkeypatch.setattr(threads.ALONE, "parts", 4)
    assert tall() < shared, "four threads have half as much each"
    monkeypatch.setattr(threads.ALONE, "parts", 1)
    monkeypatch.setattr(bands, "BLOCK", 40_000 * bands.MORE)
    monkeypatch.setattr(bands, "MORE", 1)
    assert tall() == shared


@pytest.mark.parametrize(
    ("kernel", "rows", "made"),
    [((3, 3), 41, [1]), ((5, 13), 48, [4]), ((5, 13), 50, [4, 1, 1])],
)
def test_threads_share_the_matrices_that_they_have_in_common(
    monkeypatch: pytest.MonkeyPatch, kernel: Any, rows: int, made: list[int]
) -> None:
    found = []

    def recorded(job: Gather, cut: Cut, count: int) -> Any:
        found.append(count)
        return banded(job, cut, count)

    monkeypatch.setattr(bands, "banded", recorded)
    monkeypatch.setattr(methods, "WAKE", 0)
    job = gather(kernel, (rows, 20))
    with forced("bands", threads=2):
        methods.run(job)
    np.testing.assert_array_equal(job.out, expected(job))
    assert found == made


@pytest.mark.parametrize(
    ("product", "depths"),
    [(360, [18]), (359, [9, 9]), (120, [6, 6, 6]), (119, [18]), (19, [18])],
)
def test_a_product_is_made_as_few_that_are_small(
    monkeypatch: pytest.MonkeyPatch, product: int, depths: list[int]
) -> None:
    job = gather((3, 3), (7, 10), outputs=2)  # 2 by 18 times 18 by 10, for every row
    found, matmul, sums = [], np.matmul, expected(job)

    def recorded(matrix: Array, view: Array, **others: Any) -> Any:
        found.append(view.shape[-2])
        return matmul(matrix, view, **others)

    monkeypatch.setattr(bands, "PRODUCT", product)
    monkeypatch.setattr(bands, "PIECES", 3)
    monkeypatch.setattr(np, "matmul", recorded)
    bands.bands(job)
    np.testing.assert_array_equal(job.out, sums)
    assert found == depths
