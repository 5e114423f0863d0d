"""What an account holds at its borders: nothing to pad, nothing to read, nothing that fits."""

from __future__ import annotations

import os

import numpy as np
import pytest

from convviz.engine import padding, scattering
from convviz.engine.account import run
from convviz.engine.arrays import held, memory, number
from convviz.engine.padding import provenance, region, runs
from convviz.errors import SpecError
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv, ConvTranspose, Padding
from convviz.spec.modes import MODES
from convviz.spec.pooling import Pool

X = np.arange(12.0).reshape(1, 1, 3, 4)


def test_the_padded_input_of_what_pads_nothing_is_the_input():
    layers = [(Pool.of("max", 2, ndim=2), None), (Conv.of(1, 1, 2, ndim=2), np.ones((1, 1, 2, 2)))]
    for layer, weight in layers:
        account = run(layer, X, weight, lead=2)
        assert account.padded is account.input
    crop = ConvTranspose.of(1, 1, 3, ndim=2, padding=1)
    account = run(crop, X, np.ones((1, 1, 3, 3)), lead=2)
    assert account.padded is account.input
    assert account.sources == ()


def test_the_padded_input_of_what_pads_one_end_is_longer_there():
    account = run(
        Conv.of(1, 1, 2, ndim=2, padding=((0, 0), (0, 1))), X, np.ones((1, 1, 2, 2)), lead=2
    )
    assert account.padded.shape == (1, 1, 3, 5)


def test_cells_are_those_of_the_padded_input_even_of_an_empty_one():
    for mode, value in (("constant", 7), ("reflect", 0)):
        account = run(Padding(((1, 2), (2, 1)), mode, value), X, lead=2)
        rows, cols = np.array([0, 2, 5]), np.array([6, 1])
        np.testing.assert_array_equal(
            account.cells(0, 0, rows, cols), account.padded[0, 0][np.ix_(rows, cols)]
        )
    empty = run(Padding(((1, 1), (1, 1)), "constant", 7), np.empty((1, 1, 0, 2)), lead=2)
    cells = empty.cells(0, 0, np.array([0, 1]), np.array([0, 1, 3]))
    np.testing.assert_array_equal(cells, np.full((2, 3), 7.0))


def test_memory_is_said_by_the_system_or_taken_to_be_large(monkeypatch):
    assert memory() == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    memory.cache_clear()
    monkeypatch.delattr(os, "sysconf")
    assert memory() == 1 << 40
    memory.cache_clear()


def test_numbers_are_plain_whatever_held_them():
    for value, plain in ((np.array(3), 3), (np.float32(0.5), 0.5), (np.array(1.5), 1.5)):
        assert number(value, "value") == plain
        assert type(number(value, "value")) is type(plain)
    for wrong in (True, np.bool_(True), np.array(True), "1", None, 1j, np.ones(1)):
        with pytest.raises(SpecError, match="value must be a number, not "):
            number(wrong, "value")


def test_a_number_beyond_its_type_is_refused():
    assert held(-np.inf, np.dtype("f4")) == -np.inf
    assert held(2**100, np.dtype("f8")) == 2.0**100
    for value, kind in ((10**400, "f8"), (-(10**400), "f8"), (1e39, "f4"), (70000, "f2")):
        with pytest.raises(SpecError, match=f"is beyond {np.dtype(kind)}"):
            held(value, np.dtype(kind))
    for value in (-1, 256, 1.5):
        with pytest.raises(SpecError, match="uint8 cannot hold value"):
            held(value, np.dtype("u1"))
    assert held(255.0, np.dtype("u1")) == 255


def test_stamps_of_rows_that_no_block_holds_are_left_to_phases(monkeypatch):
    x, weight = np.ones((1, 4, 3, 3)), np.ones((4, 1, 2, 2))
    out, axes = np.empty((1, 1, 6, 6)), (Axis(2, stride=2),) * 2
    assert scattering.stamps_pay(out, 1, x, weight, axes)
    monkeypatch.setattr(scattering, "BLOCK", 1)
    assert not scattering.stamps_pay(out, 1, x, weight, axes)


@pytest.mark.parametrize("mode", ["reflect", "symmetric", "circular", "replicate"])
def test_runs_copy_what_provenance_says(mode):
    for size in range(1, 6):
        for first in range(-9, 9):
            for last in range(first + 1, 10):
                sources = provenance(size, 9, 9, mode)[first + 9 : last + 9]
                copied = np.full(len(sources), -1)
                for cells, origin in runs(0, sources):
                    copied[cells] = np.arange(size)[origin]
                np.testing.assert_array_equal(copied, sources)


def test_the_full_sum_is_as_long_as_output_padding_reaches():
    layer = ConvTranspose.of(1, 1, 1, ndim=1, stride=3, output_padding=2)
    account = run(layer, np.ones((1, 1, 2)), np.ones((1, 1, 1)), lead=2)
    assert account.full.tolist() == [[[1, 0, 0, 1, 0, 0]]]
    cropped = ConvTranspose.of(1, 1, 2, ndim=1, stride=3, padding=1, output_padding=2)
    account = run(cropped, np.ones((1, 1, 2)), np.ones((1, 1, 2)), lead=2)
    assert account.full.tolist() == [[[1, 1, 0, 1, 1, 0]]]


@pytest.mark.parametrize("mode", MODES, ids=[mode.name for mode in MODES])
def test_a_region_beyond_the_memory_is_refused(mode):
    far = 10**15
    for x, starts, stops in (
        (np.ones((1, 3)), (-far,), (far,)),
        (np.ones((1, 3)), (-far,), (3,)),
        (np.ones((1, 3)), (0,), (far,)),
    ):
        with pytest.raises(SpecError, match=r"the padded input is 1×[0-9]+ of float64"):
            region(x, starts, stops, mode)


@pytest.mark.parametrize("mode", MODES, ids=[mode.name for mode in MODES])
def test_a_region_without_padding_is_a_view(mode):
    x = np.arange(24.0).reshape(2, 3, 4)
    for starts, stops in (((0, 0), (3, 4)), ((1, 0), (3, 3)), ((0, 2), (2, 4))):
        found = region(x, starts, stops, mode)
        assert np.shares_memory(found, x)
        np.testing.assert_array_equal(found, x[:, starts[0] : stops[0], starts[1] : stops[1]])


@pytest.mark.parametrize("mode", MODES, ids=[mode.name for mode in MODES])
@pytest.mark.parametrize("block", [1, 70, 200])
def test_an_input_is_padded_in_blocks_of_rows(monkeypatch, mode, block):
    monkeypatch.setattr(padding, "SMALL", 0)
    monkeypatch.setattr(padding, "BLOCK", block)
    monkeypatch.setattr(padding, "RUNS", block)
    x = np.arange(1.0, 31.0).reshape(5, 6)
    expected = np.zeros((9, 13))
    rows, cols = provenance(5, 3, 1, mode), provenance(6, 2, 5, mode)
    for row, col in np.ndindex(9, 13):
        if rows[row] >= 0 and cols[col] >= 0:
            expected[row, col] = x[rows[row], cols[col]]
    sides = ((3, 1), (2, 5))
    np.testing.assert_array_equal(padding.padded(x, sides, mode), expected)
    np.testing.assert_array_equal(padding.padded(x[None], sides, mode)[0], expected)
    empty = padding.padded(np.ones((0, 3)), ((0, 0), (1, 1)), mode)
    assert empty.shape == (0, 5)


@pytest.mark.parametrize("padding", [0, ((0, 0), (1, 0)), ((1, 2), (0, 1))])
@pytest.mark.parametrize("bias", [None, np.array([5.0])])
def test_the_sum_before_the_crop_has_neither_crop_nor_bias(padding, bias):
    layer = ConvTranspose.of(1, 1, 3, ndim=2, stride=2, padding=padding, bias=bias is not None)
    x, weight = np.arange(12.0).reshape(1, 1, 3, 4), np.arange(9.0).reshape(1, 1, 3, 3)
    account = run(layer, x, weight, bias, lead=2)
    whole = run(ConvTranspose.of(1, 1, 3, ndim=2, stride=2, bias=False), x, weight, lead=2).output
    np.testing.assert_array_equal(account.full, whole)
    (top, low), (left, right) = layer.padding
    rows, cols = whole.shape[2:]
    cropped = whole[..., top : rows - low, left : cols - right]
    np.testing.assert_array_equal(account.output, cropped + (0 if bias is None else 5))
