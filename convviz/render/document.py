"""An account as JSON: strict, and with the axes that the user gave."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool

Array = NDArray[Any]

EXACT = 2**53
"""Whole numbers below it are the same as float64 and as integers."""


if TYPE_CHECKING:

    class Computed(Protocol):
        """What is read of an account; see `convviz.engine.account.Account`."""

        @property
        def layer(self) -> Padding | Conv | ConvTranspose | Pool:
            """The layer."""

        @property
        def input(self) -> Array:
            """(N, C, *spatial)."""

        @property
        def output(self) -> Array:
            """(N, C, *spatial)."""

        @property
        def shape(self) -> tuple[int, ...]:
            """(N, C, *spatial) of the output."""

        @property
        def lead(self) -> int:
            """Axes that the user gave before the spatial ones."""

        @property
        def sources(self) -> tuple[NDArray[np.intp], ...]:
            """Per spatial axis, the source of each padded cell."""

        @property
        def weight(self) -> Array | None:
            """(C_out, C_in/groups, *kernel), transposed (C_in, C_out/groups, *kernel)."""

        @property
        def bias(self) -> Array | None:
            """(C_out,)."""


def document(account: Computed) -> dict[str, Any]:
    """The account as values that JSON has."""
    layer = account.layer
    shown_input, shown_output = shown(account.input, account.lead), output(account)
    if isinstance(layer, Padding):
        return {
            "padding": [list(pair) for pair in layer.padding],
            "mode": layer.mode,
            "input": entry(shown_input),
            "output": entry(shown_output),
            "source": [source.tolist() for source in account.sources],
        }
    weight = account.weight
    if weight is not None and account.lead == 0 and weight.shape[:2] == (1, 1):
        weight = weight[0, 0]
    return {
        "input": entry(shown_input),
        "weight": None if weight is None else entry(weight),
        "bias": None if account.bias is None else entry(account.bias),
        "output": entry(shown_output),
    }


def output(account: Computed) -> Array:
    """The output with the axes that the user gave."""
    return shown(account.output, account.lead)


def shown(array: Array, lead: int) -> Array:
    """`array` without the axes that were added: the batch, and the channels where there is one."""
    if lead == 2:
        return array
    if lead == 1 or array.shape[1] != 1:
        return np.asarray(array[0])
    return np.asarray(array[0, 0])


def entry(array: Array) -> dict[str, Any]:
    """`{"shape", "values"}`."""
    return {"shape": list(array.shape), "values": values(array)}


def values(array: Array) -> Any:
    """Nested lists of numbers; what is not finite as "NaN", "Infinity", "-Infinity"."""
    if array.dtype.kind != "f":
        return array.tolist()
    array = array.astype(np.float64, copy=False)
    finite = np.isfinite(array)
    if finite.all():
        # Whole numbers as 9, not 9.0: shorter, and the same number.
        negative_zero = (array == 0) & np.signbit(array)
        whole = (np.abs(array) < EXACT).all() and (array == np.rint(array)).all()
        if whole and not negative_zero.any():
            array = array.astype(np.int64)
        return array.tolist()
    return worded(array.tolist())


def worded(value: Any) -> Any:
    """Nested lists with words for what is not finite."""
    if isinstance(value, list):
        return [worded(item) for item in value]
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def text(documents: Sequence[dict[str, Any]]) -> str:
    """One JSON object: the only document, or all that are compared under "compare"."""
    whole = documents[0] if len(documents) == 1 else {"compare": list(documents)}
    return dumps(whole) + "\n"


def dumps(value: Any) -> str:
    """Strict JSON: an infinity that slipped through would raise, not print."""
    return json.dumps(value, allow_nan=False, ensure_ascii=True)


def count(account: Computed) -> int:
    """How many numbers the JSON of `account` holds, without computing any."""
    operands = [a.size for a in (account.input, account.weight, account.bias) if a is not None]
    return sum(operands) + math.prod(account.shape)


def saved(array: Array, suffix: str) -> bytes:
    """The bytes of a file that holds `array`: .npy, .csv or .json."""
    if suffix == ".npy":
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
        return buffer.getvalue()
    if suffix == ".csv":
        table = array.reshape([n for n in array.shape if n != 1] or [1])
        rows = np.atleast_2d(table).tolist()
        return "".join(",".join(map(repr, row)) + "\n" for row in rows).encode("ascii")
    return f"{dumps(values(array))}\n".encode("ascii")


def check_saved(shape: tuple[int, ...], suffix: str) -> None:
    """Refuse what a file of that format cannot hold.

    Raises SpecError: .csv and more than two axes.
    """
    if suffix == ".csv" and sum(n != 1 for n in shape) > 2:
        size = "×".join(map(str, shape))
        raise SpecError(
            f"a .csv file has rows and columns, but the output is {size}",
            "output",
            ".npy and .json take any shape",
        )
