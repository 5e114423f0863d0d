"""What arrays the engine takes, and in which type it computes with them."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError, shortened
from convviz.spec.arguments import DIGITS, echo, is_long
from convviz.spec.checks import amount, times

Array = NDArray[Any]
P = ParamSpec("P")
T = TypeVar("T")

KINDS = {
    "b": "booleans",
    "c": "complex numbers",
    "O": "objects",
    "U": "text",
    "S": "bytes",
    "V": "records",
    "M": "dates",
    "m": "durations",
    "T": "text",
}
"""numpy's letters for what is no number here, in words."""


def quiet(function: Callable[P, T]) -> Callable[P, T]:
    """`function`, with nan and inf travelling through its sums as in PyTorch: no warnings."""

    @wraps(function)
    def quietly(*args: P.args, **kwargs: P.kwargs) -> T:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return function(*args, **kwargs)

    return quietly


def remembered(build: Callable[..., T], *arguments: Any) -> T:
    """`build(*arguments)`, looked up if the same was asked for lately: `build` is pure."""
    return cached(build, *arguments) if all(map(plain, arguments)) else build(*arguments)


@lru_cache(maxsize=1024, typed=True)
def cached(build: Callable[..., T], *arguments: Any) -> T:
    """`build(*arguments)`."""
    return build(*arguments)


def plain(value: Any) -> bool:
    """Whether `value` can be looked up: as a number or text, or as nested tuples of integers.

    (1,), (1.0,) and (True,) would be the same, and only one of them is a kernel.
    """
    kind = type(value)
    if kind is tuple:
        return all(type(item) is int or (type(item) is tuple and plain(item)) for item in value)
    return kind is int or kind is str or kind is float or kind is bool or value is None


def array(value: Any, name: str = "x") -> Array:
    """`value` as an array of integers or floating-point numbers, not copied if it is one.

    Raises SpecError: it is ragged, has masked cells, or holds anything else.
    """
    if hasattr(value, "filled") and np.any(getattr(value, "mask", False)):
        raise SpecError(
            f"{name} has masked cells, which have no value",
            name,
            "an array without a mask",
            remedy=f"{name}.filled(0), if they are 0",
        )
    try:
        found = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        raise SpecError(
            f"{name} is no array of numbers: {echo(value)}", name, "rows of equal length"
        ) from None
    check_numbers(found, name)
    return found


def check_numbers(found: Array, name: str) -> None:
    """Refuse an array that holds neither integers nor floating-point numbers."""
    kind = found.dtype.kind
    if kind not in "fiu":
        raise SpecError(
            f"{name} holds {KINDS.get(kind, 'values')} ({found.dtype}), not numbers",
            name,
            "integers or floating-point numbers",
            remedy=f"{name}.astype(float), if numbers are meant" if kind in "bO" else "",
        )


def floating(*arrays: Array) -> np.dtype[Any]:
    """The type of a result: the widest floating type among `arrays`, float64 if there is none.

    Integers are exact in float64 up to 2⁵³; beside a floating array they follow its type. Beside
    half precision, which ends at 65504, those of more than 8 bits make it float32.
    """
    types = [a.dtype for a in arrays if a.dtype.kind == "f"]
    if not types:
        return np.dtype(np.float64)
    found = np.result_type(*types)
    wide = any(a.dtype.kind in "iu" and a.dtype.itemsize > 1 for a in arrays)
    return np.dtype(np.float32) if found.itemsize == 2 and wide else found


def working(result: np.dtype[Any]) -> np.dtype[Any]:
    """The type to accumulate in: `result` itself, or float32 for half precision."""
    return np.promote_types(result, np.float32)


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """An array of that shape with nothing in it yet.

    Raises SpecError: it is larger than the memory of this machine. (The system would promise it
    all the same, and end the process when it is written.)
    """
    check_memory(shape, dtype, "the output")
    return np.empty(shape, dtype)


def check_memory(shape: tuple[int, ...], dtype: np.dtype[Any], what: str) -> None:
    """Refuse an array that is larger than the memory of this machine.

    Raises SpecError: it says how large `what` is.
    """
    size = math.prod(shape) * dtype.itemsize
    if size > memory():
        raise SpecError(
            f"{what} is {shortened(times(shape), 140)} of {dtype}: {amount(size >> 30)} GB, more "
            f"than the memory of this machine ({memory() / 2**30:,.0f} GB)",
            "x",
            "a smaller input, or a smaller output",
        )


@cache
def memory() -> int:
    """Bytes of memory, 2⁴⁰ where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 1 << 40


def prepared(
    shape: tuple[int, ...], x: Array, weight: Array, bias: Array | None
) -> tuple[Array, Array, Array | None]:
    """An output of that shape per sample of `x`, and weight and bias in the type of the sums."""
    result = floating(x, weight) if bias is None else floating(x, weight, bias)
    dtype = working(result)
    out = empty((len(x), *shape), result)
    weight = np.ascontiguousarray(weight, dtype)
    return out, weight, None if bias is None else bias.astype(dtype)


def number(value: Any, name: str) -> float:
    """`value` as a plain int or float.

    Raises SpecError: it is not one real number.
    """
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, Integral) and not isinstance(value, bool):
        whole = operator.index(value)
        if is_long(whole):
            raise SpecError(f"{name} has more than {DIGITS:,} digits", name, "a number")
        return whole
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise SpecError(f"{name} is beyond float64", name, "a number") from None
    raise SpecError(f"{name} must be a number, not {echo(value)}", name, "a number")


def held(value: float, dtype: np.dtype[Any], name: str = "value") -> Any:
    """`value` as a scalar of `dtype`.

    Raises SpecError: the type cannot hold it (a fraction, too large, not finite).
    """
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            try:
                scalar = dtype.type(value)
            except OverflowError:
                scalar = dtype.type(np.inf)
        if np.isinf(scalar) and abs(value) != np.inf:
            raise SpecError(
                f"{name} {shortened(str(value))} is beyond {dtype}",
                name,
                f"at most {np.finfo(dtype).max}",
            )
        return scalar
    limits = np.iinfo(dtype)
    whole = isinstance(value, int) or value.is_integer()
    if not whole or not limits.min <= value <= limits.max:
        raise SpecError(
            f"{dtype} cannot hold {name} {shortened(str(value))}",
            name,
            f"integers from {limits.min} to {limits.max}",
            remedy="x.astype(float) holds it" if abs(value) <= np.finfo(float).max else "",
        )
    return dtype.type(int(value))


def batched(x: Array, ndim: int, name: str = "x") -> tuple[Array, bool]:
    """`x` as (N, C, *spatial), and whether a batch axis was added.

    Raises SpecError: it has neither ndim + 1 nor ndim + 2 axes.
    """
    if x.ndim == ndim + 2:
        return x, False
    if x.ndim == ndim + 1:
        return x[np.newaxis], True
    spatial = ("length", "height, width", "depth, height, width")[ndim - 1]
    missing = ndim + 1 - x.ndim
    which = "the axis that is" if missing == 1 else "the axes that are"
    remedy = f"{name}[{', '.join(['None'] * missing)}] adds {which} missing"
    axes = "axis" if x.ndim == 1 else "axes"
    raise SpecError(
        f"{name} has {x.ndim} {axes} ({times(x.shape)}), but with {ndim} spatial "
        f"{'axis' if ndim == 1 else 'axes'} it takes {ndim + 1} or {ndim + 2}",
        name,
        f"(channels, {spatial}) or (batch, channels, {spatial})",
        remedy=remedy if x.ndim <= ndim else "",
    )
