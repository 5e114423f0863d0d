"""Limits, at the last value that is taken and at the first that is not."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.spec import branches, calls
from convviz.spec.arguments import integer, is_long
from convviz.spec.branches import parse_toml
from convviz.spec.calls import DEPTH
from convviz.spec.checks import amount, checked_groups
from convviz.spec.constructors import families
from convviz.spec.parser import parse_layer
from convviz.spec.sequence import parse_network


def test_a_repeated_layer_is_taken_up_to_its_limit(monkeypatch):
    monkeypatch.setattr(calls, "REPEATS", 12)  # 100,000 take seconds

    def text(count):
        return [f"Sequential(\n  (0-{count - 1}): {count} x ReLU()\n)"]

    assert len(parse_network(text(12)).steps) == 12
    with pytest.raises(SpecError, match="12"):
        parse_network(text(13))


def test_brackets_nest_up_to_their_limit():
    def text(depth):
        return f"Conv2d(1, 1, {'(' * depth}3{')' * depth})"

    # The call's own bracket is the first.
    assert parse_layer(text(DEPTH - 1)) == parse_layer("Conv2d(1, 1, 3)")
    with pytest.raises(SpecError, match="64 brackets are nested"):
        parse_layer(text(DEPTH))


@pytest.mark.parametrize("p", ["0", "1", "0.0", "1.0", "0.5"])
def test_a_probability_is_from_0_to_1(p):
    assert parse_layer(f"Dropout({p})").output((1, 5)) == (1, 5)


@pytest.mark.parametrize("p", ["-0.01", "1.01", "2", "True"])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(SpecError, match="from 0 to 1"):
        parse_layer(f"Dropout({p})")


def test_a_shuffle_by_1_changes_nothing():
    assert parse_layer("PixelShuffle(1)").output((4, 5, 5)) == (4, 5, 5)
    with pytest.raises(SpecError, match="at least 1"):
        parse_layer("PixelShuffle(0)")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (999, "999"),
        (10**15 - 1, "999,999,999,999,999"),
        (10**15, "about 10^15"),
        (10**16 - 1, "about 10^15"),
        (10**16, "about 10^16"),
        (4 * 10**16, "about 10^16"),
        (10**3999, "about 10^3999"),
        (10**4200 - 1, "about 10^4199"),
        (10**4200, "about 10^4200"),
    ],
)
def test_an_amount_is_exact_or_its_power_of_ten(count, text):
    assert amount(count) == text


def test_an_amount_may_have_more_digits_than_python_writes():
    assert amount(10**5000) == "about 10^5000"
    assert amount(10**5000 - 1) == "about 10^4999"


def test_a_number_is_long_near_the_digits_that_can_be_written():
    assert not is_long((1 << 13_000) - 1)
    assert is_long(1 << 13_000)
    assert integer(10**3800, "n", 1) == 10**3800
    with pytest.raises(SpecError, match="n has more than 3,900 digits"):
        integer(10**4000, "n", 1)


class Whole:
    """A number of another library."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


@pytest.mark.parametrize("kind", [int, Whole])
def test_an_integer_is_taken_from_its_minimum_on(kind):
    assert integer(kind(1), "stride", 1) == 1
    assert integer(kind(1 << 70), "stride", 1) == 1 << 70
    with pytest.raises(SpecError, match="stride must be at least 1, not 0"):
        integer(kind(0), "stride", 1)


@pytest.mark.parametrize(
    ("channels", "known"),
    [
        (2**10, "one of 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024"),
        (2**11, "one of 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048"),
        (2**12, "one of 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, …"),
    ],
)
def test_the_groups_that_divide_are_named_up_to_twelve(channels, known):
    with pytest.raises(SpecError) as caught:
        checked_groups(channels, channels, 3)
    assert caught.value.accepted == known


def test_layers_that_differ_in_their_axes_are_one_word():
    names = ["Conv1d", "Conv2d", "Dropout", "Dropout2d", "Linear"]
    assert families(names) == "Conv1d/2d, Dropout, Dropout2d, Linear"


def test_where_a_layer_is_placed_is_read_and_dropped():
    plain = parse_layer("Conv2d(1, 1, 3)")
    assert parse_layer("Conv2d(1, 1, 3, device='cpu', dtype='float32')") == plain


def test_tables_of_a_document_nest_up_to_their_limit():
    def text(depth):
        return 'layers = ["ReLU()"]\nx = ' + "{a=" * depth + '"ReLU()"' + "}" * depth

    assert len(parse_toml(text(63)).steps) == 1
    with pytest.raises(SpecError, match="more than 64 tables are nested"):
        parse_toml(text(64))


def test_tables_in_tables_are_opened_up_to_their_limit():
    def text(depth):
        chain = "".join(f'[t{i}]\nlayers = ["t{i + 1}"]\n' for i in range(depth - 1))
        return f'layers = ["t0"]\n{chain}[t{depth - 1}]\nlayers = ["relu"]'

    assert len(parse_toml(text(64)).steps) == 1
    with pytest.raises(SpecError, match="more than 64 tables are nested"):
        parse_toml(text(65))


def test_tables_unfold_up_to_their_limit(monkeypatch):
    monkeypatch.setattr(branches, "LIMIT", 5)
    assert len(parse_toml('layers = ["5 x relu"]').steps) == 5
    with pytest.raises(SpecError, match="'6 x relu' asks for more than 5 layers"):
        parse_toml('layers = ["6 x relu"]')
    with pytest.raises(SpecError, match="the tables unfold into more than 5 layers"):
        parse_toml('layers = ["5 x relu", "relu"]')
