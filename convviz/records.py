"""Frozen records: values that hold their fields, compare by them, and never change.

A record is what `@dataclass(frozen=True)` makes, without its price: a dataclass compiles methods of
its own for every class, most of a millisecond each time the program starts, and a command that
answers in fifty loads some seventy of them. Records share the methods of one base class.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, TypeVar, dataclass_transform

R = TypeVar("R", bound="Record")


class Made:
    """A default that is made anew for every record."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], Any]) -> Any:
    """A field whose default is made anew for every record."""
    return Made(default_factory)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record:
    """A value that consists of the fields its class annotates, in their order.

    A class with ``eq=False`` compares by identity, for fields that are arrays.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}
    _values: ClassVar[Any] = staticmethod(lambda record: ())

    def __init_subclass__(cls, *, eq: bool = True) -> None:
        # Annotations are texts, since every module here postpones them.
        own = [name for name, kind in cls.__annotations__.items() if "ClassVar" not in kind]
        cls._fields = (*(name for name in cls._fields if name not in own), *own)
        cls._defaults = {name: getattr(cls, name) for name in cls._fields if hasattr(cls, name)}
        if cls._fields:
            cls._values = attrgetter(*cls._fields)
        if not eq:
            cls.__eq__ = object.__eq__  # type: ignore[method-assign]
            cls.__hash__ = object.__hash__  # type: ignore[method-assign]

    def __init__(self, *values: Any, **named: Any) -> None:
        if named or len(values) != len(self._fields):
            values = self._completed(values, named)
        self.__dict__.update(zip(self._fields, values, strict=False))  # of equal length by now

    def _completed(self, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """A value for every field: those given in order, those given by name, and defaults."""
        found = list(values)
        for name in self._fields[len(values) :]:
            if name in named:
                found.append(named.pop(name))
            elif name in self._defaults:
                default = self._defaults[name]
                found.append(default.make() if type(default) is Made else default)
            else:
                raise TypeError(f"{type(self).__name__} needs {name}")
        if named or len(found) > len(self._fields):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self._fields)}, each once")
        return tuple(found)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} stays as it is")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} stays as it is")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(self._values(self) == self._values(other))

    def __hash__(self) -> int:
        return hash(self._values(self))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({told})"


def replace(record: R, **changes: Any) -> R:
    """`record` with other values in the fields that `changes` names."""
    values = [
        changes.pop(name) if name in changes else getattr(record, name) for name in record._fields
    ]
    return type(record)(*values, **changes)
