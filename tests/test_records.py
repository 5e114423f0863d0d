"""Records: what a frozen dataclass promises, held by the base class that stands in its place."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from functools import cached_property
from typing import Any, ClassVar

import pytest

from convviz.records import Record, field, replace


class Window(Record):
    kernel: int
    stride: int = 1
    marks: list[int] = field(default_factory=list)

    name: ClassVar[str] = "window"

    @cached_property
    def area(self) -> int:
        return self.kernel**2


class Dilated(Window):
    dilation: int = 1


class Alone(Record, eq=False):
    kernel: int


class Nothing(Record):
    """No fields."""


@dataclasses.dataclass(frozen=True)
class Witness:
    kernel: int
    stride: int = 1
    marks: Any = ()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((3,), {}),
        ((3, 2), {}),
        ((3, 2, (1,)), {}),
        ((3,), {"marks": (1,)}),
        ((), {"marks": (1,), "kernel": 3}),
    ],
)
def test_fields_are_given_in_order_or_by_name(
    values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    record, witness = Window(*values, **named), Witness(*values, **named)
    assert (record.kernel, record.stride) == (witness.kernel, witness.stride)
    assert tuple(record.marks) == witness.marks


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        ((), {"stride": 2}),
        ((1, 2, [], 4), {}),
        ((1,), {"kernel": 1}),
        ((1,), {"size": 1}),
        ((), {"stride": 1, "size": 1}),
    ],
)
def test_a_field_too_few_or_too_many_is_refused(
    values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    for kind in (Window, Witness):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_records_are_equal_when_kind_and_fields_are() -> None:
    assert Window(3) == Window(3, 1, [])
    assert Window(3) != Window(4)
    assert Window(3) != Dilated(3)
    assert Window(3) != (3, 1, [])
    assert Nothing() == Nothing()
    assert hash(Window(3, 1, ())) == hash(Window(3, 1, ()))
    one, other = Alone(3), Alone(3)
    assert one != other
    assert len({one, other}) == 2


def test_a_record_never_changes() -> None:
    window = Window(3)
    with pytest.raises(AttributeError):
        window.kernel = 4  # type: ignore[misc]
    with pytest.raises(AttributeError):
        window.other = 4
    with pytest.raises(AttributeError):
        del window.kernel
    assert replace(window, kernel=4) == Window(4)
    assert window == Window(3)


def test_a_default_that_is_made_belongs_to_one_record() -> None:
    Window(3).marks.append(1)
    assert Window(3).marks == []


def test_a_property_is_computed_once_and_is_no_field() -> None:
    window = Window(3)
    assert window.area == 9
    assert window == Window(3)
    assert replace(window, kernel=2).area == 4
    assert repr(window) == "Window(kernel=3, stride=1, marks=[])"


def test_a_kind_adds_its_fields_to_those_of_its_base() -> None:
    assert Dilated(3, 2, [], 5).dilation == 5
    assert Dilated(3).name == "window"


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))])
def test_a_copy_is_equal(way: Any) -> None:
    assert way(Dilated(3, dilation=2)) == Dilated(3, dilation=2)
