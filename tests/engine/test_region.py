"""A region of a padded array: the cells of some windows, without padding the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convviz import SpecError, pad
from convviz.engine import padding as engine
from convviz.engine.padding import padded, region
from convviz.spec.modes import MODES, mode_named
from tests.engine.test_convolution import numbers
from tests.engine.witness import numpy_pad


@pytest.mark.parametrize("mode", MODES, ids=[mode.name for mode in MODES])
def test_a_region_is_what_pad_has_there(mode: Any) -> None:
    x = numbers(0, 2, 6, 5)
    whole = pad(x, ((0, 0), (4, 4), (4, 4)), mode.name)
    for top, bottom, left, right in [(-4, 10, -4, 9), (1, 4, 1, 4), (-3, -1, 2, 9), (6, 9, -4, -2)]:
        found = region(x, (top, left), (bottom, right), mode)
        expected = whole[:, top + 4 : bottom + 4, left + 4 : right + 4]
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("mode", [mode.name for mode in MODES if not mode.fills])
def test_a_region_looks_up_the_axes_alone_that_it_leaves(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    x, looked_up, look_up = np.arange(20.0).reshape(4, 5), [], engine.origins

    def origins(positions: Any, size: int, row: Any) -> Any:
        looked_up.append(positions.tolist())
        return look_up(positions, size, row)

    monkeypatch.setattr(engine, "origins", origins)
    for starts, stops, left in (
        ((0, -1), (4, 4), [[-1, 0, 1, 2, 3]]),
        ((-1, 0), (3, 5), [[-1, 0, 1, 2]]),
        ((1, 3), (3, 6), [[3, 4, 5]]),
        ((2, 0), (5, 5), [[2, 3, 4]]),
    ):
        looked_up.clear()
        found = region(x, starts, stops, mode_named(mode))
        rows, cols = (range(a + 2, b + 2) for a, b in zip(starts, stops, strict=True))
        whole = numpy_pad(x, 2, mode)
        np.testing.assert_array_equal(found, whole[np.ix_(rows, cols)])
        assert looked_up == left


@pytest.mark.parametrize("mode", [mode.name for mode in MODES if not mode.fills])
def test_a_region_that_holds_all_is_padded(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    x, made, row = np.arange(20.0).reshape(4, 5), [], mode_named(mode)

    def recorded(*arguments: Any) -> Any:
        made.append(arguments[1])
        return padded(*arguments)

    monkeypatch.setattr(engine, "padded", recorded)
    whole = numpy_pad(x, 2, mode)
    for starts, stops, sides in (
        ((0, -1), (4, 5), ((0, 0), (1, 0))),
        ((-2, 0), (6, 6), ((2, 2), (0, 1))),
        ((-2, 0), (6, 4), None),
        ((1, -1), (6, 6), None),
    ):
        made.clear()
        rows, cols = (range(a + 2, b + 2) for a, b in zip(starts, stops, strict=True))
        np.testing.assert_array_equal(region(x, starts, stops, row), whole[np.ix_(rows, cols)])
        assert made == ([sides] if sides else [])


@pytest.mark.parametrize("mode", [mode.name for mode in MODES if not mode.fills])
@pytest.mark.parametrize("starts", [(0, 0), (1, 0)])
def test_a_region_larger_than_the_memory_is_refused(mode: str, starts: tuple[int, int]) -> None:
    x = np.zeros((3, 4))
    with pytest.raises(SpecError, match="the padded input is"):
        region(x, starts, (3, 1 << 50), mode_named(mode))
