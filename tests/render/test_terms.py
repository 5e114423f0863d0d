"""Equations of many terms: what is written of them, and what their printed numbers add up to."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from convviz import draw
from convviz.render import plain, terms
from convviz.render.figure import picture
from convviz.render.figures.labels import Writing
from convviz.render.numbers import Format
from convviz.render.stream import Stream
from convviz.render.terminal import screen

MOST = 10_000
"""Texts that a screen or a picture may make: far fewer than its equations have terms."""

RNG = np.random.default_rng(3)


def arrays(*arguments: Any) -> list[Any]:
    """Numbers as grids hold them: whole, in steps of a quarter, of any digits, in each type."""
    whole = RNG.integers(-300, 300, arguments)
    return [whole, whole.astype(np.float32), whole / 4, RNG.normal(size=arguments), whole * 1e-7]


@pytest.mark.parametrize("number", range(5))
def test_very_many_terms_add_up_as_their_texts_do(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = arrays(3 * terms.BLOCK + 5)[number], arrays(3 * terms.BLOCK + 5)[number]
    factors = (one, Format.of(one)), (other, Format.of(other))
    found = terms.total(*factors)
    monkeypatch.setattr(terms, "TEXTS", one.size)
    every = terms.total(*factors)
    assert every is not None
    if number < 3:
        assert found == every
    else:  # rounded at a tie, or with an exponent: not surely the same, so not said to be
        assert found is None


def test_sums_of_very_many_numbers_that_are_not_finite_are_not_known() -> None:
    for strange in (np.nan, np.inf):
        values = np.append(np.ones(terms.TEXTS), strange)
        assert terms.total((values, Format())) is None
        assert terms.total((values[-5:], Format())) is None


def test_numbers_beyond_a_block_s_reach_are_not_added_wrong() -> None:
    values = np.full(terms.TEXTS + 1, float(terms.UNITS - 1))
    square = (terms.UNITS - 1) ** 2 * (terms.TEXTS + 1)
    assert terms.total((values, Format()), (values, Format())) == Decimal(square)
    assert terms.total((values + 1, Format())) is None


LARGE = {
    "conv 300x300 -k 300": ("1·1 + 2·2 + 3·3 + … 296 more + 300·300 + … 298 more rows",),
    "pool 300x300 -k 300": ("max(1, 2, 3, … 89996 more, 90000*) = 90000",),
    "pool 300x300 -k 300 --kind avg": ("(1 + 2 + 3 + … 89996 more + 90000) / 90000 = 45000.5",),
    "pool 300x300 -k 300 -p 150 --kind avg --exclude-padding": (
        "(1 + 2 + 3 + … 22496 more + 44850) / 22500 = 22425.5",
    ),
    "conv 90000 -k 90000": ("1·1 + 2·2 + 3·3 + … 89996 more + 90000·90000 ≈ 2.43e14",),
    "conv 2x300x300 -k 300 --fill ones --weight ones": ("+ … 298 more rows", "= 90000"),
}
"""Commands whose equations have 90,000 terms or a quarter, and what is written of these."""


@pytest.mark.parametrize("command", LARGE)
def test_of_very_many_terms_only_those_that_are_shown_are_written(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Counter[str]()

    def counting(kind: type) -> None:
        name = "text" if kind is Format else "write"
        write = getattr(kind, name)

        def counted(self: Any, value: Any) -> str:
            calls["texts"] += 1
            found: str = write(self, value)
            return found

        monkeypatch.setattr(kind, name, counted)

    counting(Format)
    counting(Writing)
    scene = draw(command).scene
    text = "".join(screen(scene, Stream(80)).split())
    for part in LARGE[command]:
        assert part.replace(" ", "") in text
    assert 0 < calls["texts"] < MOST  # of the grids, too, as they are tried in several widths
    for others in (lambda: plain.statements(scene), lambda: picture(scene)):
        calls.clear()
        others()
        assert calls["texts"] < MOST
