"""Rules of sizes against trying every size: the same rules, and none that a size contradicts."""

from __future__ import annotations

import random

import pytest

from convviz.spec import sizing
from convviz.spec.sequence import parse_network
from convviz.spec.sizing import MODULUS, periodic


def tried(chosen: set[int], least: int, last: int) -> tuple[int, set[int]] | None:
    """`periodic`, by trying every size with every modulus."""
    window = range(least, last + 1)
    for modulus in range(2, min(MODULUS, len(window) // 2) + 1):
        remainders = {n % modulus for n in window if n in chosen}
        along = bool(remainders) and max(remainders) - min(remainders) < len(remainders)
        few = 0 < len(remainders) <= (modulus // 2 if along else min(4, modulus // 2))
        if few and all((n % modulus in remainders) == (n in chosen) for n in window):
            return modulus, remainders
    return None


def test_a_rule_is_the_one_that_trying_every_size_finds() -> None:
    numbers = random.Random(1)
    ruled = 0
    for _ in range(2000):
        least, count = numbers.randint(1, 40), numbers.randint(1, 90)
        modulus = numbers.randint(1, 20)
        remainders = {numbers.randrange(modulus) for _ in range(numbers.randint(1, modulus))}
        chosen = {n for n in range(least, least + count) if n % modulus in remainders}
        if numbers.random() < 0.3:
            chosen ^= {numbers.randint(least, least + count - 1)}
        found = periodic(chosen, least, least + count - 1)
        assert found == tried(chosen, least, least + count - 1)
        ruled += found is not None
    assert 200 < ruled < 1900


def test_a_reason_of_its_own_for_every_size_is_not_searched_for_a_period(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[tuple[int, int]] = []

    def counting(chosen: set[int], least: int, last: int) -> tuple[int, set[int]] | None:
        tried.append((least, last))
        return periodic(chosen, least, last)

    monkeypatch.setattr(sizing, "periodic", counting)
    network = parse_network(["flatten", "Linear(100, 10)"])
    found = sizing.verdicts(network, 1, 2, range(1, 3001))
    reasons = sizing.reasons(found)
    assert len(reasons) == 2999
    assert {group.rule for group in reasons} == {str(n) for n in range(1, 3000) if n != 10} | {
        "from 3000 on"
    }
    assert all(last - least < 8 for least, last in tried)  # a few at the end alone


def test_more_than_three_sizes_of_five_have_no_period(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[set[int]] = []
    monkeypatch.setattr(sizing, "periodic", lambda chosen, *_: searched.append(chosen))
    sizing.rule([1, 2, 3, 4, 6, 7], range(1, 11))
    assert searched == [{1, 2, 3, 4, 6, 7}, {5, 8, 9, 10}]
    searched.clear()
    sizing.rule([1, 2, 3, 4, 6, 7, 8], range(1, 11))
    assert searched == [{5, 9, 10}]


def test_what_is_not_read_is_counted_along_the_axis_that_loses_most() -> None:
    network = parse_network(["Conv2d(1, 1, (1, 2), stride=(1, 2))", "MaxPool2d((5, 1))"])
    (found,) = sizing.verdicts(network, 1, 2, [7])
    assert found.unread == ((1, 1), (2, 2))
    assert found.output == (1, 1, 3)


def test_the_most_frequent_reasons_come_first_and_equal_ones_by_their_words() -> None:
    def names(sizes: range) -> list[tuple[str, int]]:
        network = parse_network(["MaxPool1d(2)", "Conv1d(1, 1, 2)"])
        found = sizing.reasons(sizing.verdicts(network, 1, 1, sizes))
        return [(group.name, len(group.sizes)) for group in found]

    unread = "layer 1 leaves cells unread"
    short = "layer 2, Conv1d 1→1 k2: its kernel is longer than its input"
    assert names(range(3, 6)) == [(unread, 1), (short, 1)]
    assert names(range(2, 6)) == [(short, 2), (unread, 1)]
    assert names(range(3, 8)) == [(unread, 2), (short, 1)]
