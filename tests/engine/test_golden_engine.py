"""PyTorch's answers and refusals, all of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import convviz
from tests.engine.forcing import CONV_WAYS, WAYS, forced

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = json.loads((GOLDEN / "cases.json").read_text(encoding="utf-8"))
ACCEPTED: list[dict[str, Any]] = CASES["cases"]
REJECTED: list[dict[str, Any]] = CASES["rejected"]


@cache
def arrays() -> dict[str, NDArray[np.float64]]:
    with np.load(GOLDEN / "arrays.npz") as stored:
        return {key: stored[key].astype(float) for key in stored.files}


def tuples(value: Any) -> Any:
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value


def keywords(case: dict[str, Any]) -> dict[str, Any]:
    return {name: tuples(value) for name, value in case["args"].items()}


def operands(case: dict[str, Any]) -> list[Any]:
    keys = ("x", "weight", "bias") if "weight" in case else ("x",)
    return [None if case[key] is None else arrays()[case[key]] for key in keys]


def test_the_golden_data_is_whole() -> None:
    assert (len(ACCEPTED), len(REJECTED)) == (314, 81)


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case["id"])
def test_the_values_are_those_of_pytorch(case: dict[str, Any]) -> None:
    expected = arrays()[case["y"]]
    found = getattr(convviz, case["op"])(*operands(case), **keywords(case))
    assert found.shape == expected.shape
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_computing_gives_them(way: str) -> None:
    op = "conv" if way in CONV_WAYS else "conv_transpose"
    for case in ACCEPTED:
        if case["op"] == op:
            for block in (0, 1):
                with forced(way, block):
                    found = getattr(convviz, op)(*operands(case), **keywords(case))
                np.testing.assert_allclose(
                    found, arrays()[case["y"]], rtol=1e-12, atol=0, err_msg=case["id"]
                )


@pytest.mark.parametrize("case", REJECTED, ids=lambda case: case["id"])
def test_what_pytorch_refuses_is_refused_with_words(case: dict[str, Any]) -> None:
    inputs: list[Any] = [np.ones(case["input_shape"])]
    if "weight_shape" in case:
        inputs.append(np.ones(case["weight_shape"]))
        inputs.append(np.ones(case["bias_shape"]) if case.get("bias_shape") else None)
    with pytest.raises(convviz.SpecError) as caught:
        getattr(convviz, case["op"])(*inputs, **keywords(case))
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.message[0].islower()
    assert not error.message.endswith(".")
    assert error.accepted or error.remedy, error.message
