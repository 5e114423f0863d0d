"""Seeded differential fuzzing against PyTorch: values, shapes, and what is refused.

    python tests/fuzz/differential.py [CASES] [--seed N]

Needs torch (2.13.0 was used), which is no dependency of anything else here. Every case calls one
function of convviz and its counterpart of torch with the same random arguments, legal or not. Exit
status 1 if any case disagrees without being among the differences that convviz documents.

Arrays: `pad` (every mode of `F.pad`; an int, ints or pairs), `conv` (strides, dilations, groups,
padding modes, "same", pairs), `conv_transpose` (output_padding), `pool` (both kinds, ceil_mode), on
1 to 3 axes, in float64, float32 and int64, with NaN and infinity where no sums are made. Texts:
the shape and the parameters of every family of layers (`layer_texts`).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import torch
import torch.nn.functional as F  # noqa: N812

import convviz
from tests.fuzz import layer_texts

Case = dict[str, Any]
"""op, x, weight, bias, args: the arguments of one call."""

LAYERS = {1: torch.nn.Conv1d, 2: torch.nn.Conv2d, 3: torch.nn.Conv3d}
CONVS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSES = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX_POOLS = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVG_POOLS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
MODES = {"zeros": "constant", "constant": "constant"}


def numbers(rng: random.Random, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Small integers as float64, so that sums are exact."""
    values = np.array([rng.randint(-9, 9) for _ in range(int(np.prod(shape)))], float)
    return values.reshape(shape)


def typed(rng: random.Random, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """`x` as it is, as float32 or int64, or with infinity and NaN in it."""
    way = rng.random()
    if way < 0.1 and x.size:
        x.flat[rng.randrange(x.size)] = rng.choice([np.nan, np.inf, -np.inf])
    return x.astype(np.float32 if 0.1 < way < 0.2 else np.int64 if 0.2 < way < 0.3 else float)


def per_axis(rng: random.Random, ndim: int, low: int, high: int) -> Any:
    """One integer, or one per axis."""
    if rng.random() < 0.5:
        return rng.randint(low, high)
    return tuple(rng.randint(low, high) for _ in range(ndim))


def spatial(rng: random.Random, ndim: int) -> tuple[int, ...]:
    """Sizes that stay small as axes are added."""
    return tuple(rng.randint(1, (12, 8, 5)[ndim - 1]) for _ in range(ndim))


def pad_case(rng: random.Random) -> Case:
    """`pad`: 1 to 3 axes, pairs, all of torch's modes."""
    ndim = rng.randint(1, 3)
    mode = rng.choice(["zeros", "constant", "reflect", "replicate", "circular"])
    low = -1 if rng.random() < 0.02 else 0
    pairs = tuple((rng.randint(low, 6), rng.randint(low, 6)) for _ in range(ndim))
    padding: Any = pairs
    if rng.random() < 0.3:
        padding = per_axis(rng, ndim, 0, 6)
        if ndim == 1 and not isinstance(padding, int):
            padding = padding[0]
    value = rng.randint(-3, 3) if mode == "constant" else 0
    return {
        "op": "pad",
        "x": typed(rng, numbers(rng, spatial(rng, ndim))),
        "args": {"padding": padding, "mode": mode, "value": value},
    }


def sides(padding: Any, ndim: int) -> list[int]:
    """An int, one per axis or one pair per axis, as `F.pad` takes it: the last axis first."""
    entries = padding if isinstance(padding, tuple) else (padding,) * ndim
    both = [entry if isinstance(entry, tuple) else (entry, entry) for entry in entries]
    return [side for pair in reversed(both) for side in pair]


def channels(rng: random.Random, transposed: bool) -> tuple[int, int, int, tuple[int, int]]:
    """(groups, in, out, the weight's two channel axes), now and then wrong."""
    groups = rng.choice([1, 1, 1, 2, 3])
    inputs, outputs = groups * rng.randint(1, 3), groups * rng.randint(1, 3)
    lead = (inputs, outputs // groups) if transposed else (outputs, inputs // groups)
    if rng.random() < 0.04:
        groups = rng.choice([0, groups + 1])
    if rng.random() < 0.04:
        inputs += 1
    return groups, inputs, outputs, lead


def conv_case(rng: random.Random, op: str) -> Case:
    """`conv` and `conv_transpose`."""
    ndim = rng.randint(1, 3)
    transposed = op == "conv_transpose"
    groups, inputs, outputs, lead = channels(rng, transposed)
    batch = (rng.randint(0, 2),) if rng.random() < 0.7 else ()
    kernel = tuple(rng.randint(1, 4) for _ in range(ndim))
    args: Case = {
        "stride": per_axis(rng, ndim, 0 if rng.random() < 0.03 else 1, 3),
        "dilation": per_axis(rng, ndim, 0 if rng.random() < 0.03 else 1, 3),
        "padding": per_axis(rng, ndim, -1 if rng.random() < 0.03 else 0, 4),
        "groups": groups,
    }
    if transposed:
        args["output_padding"] = per_axis(rng, ndim, 0, 2 if rng.random() < 0.6 else 0)
    else:
        args["padding_mode"] = rng.choice(["zeros"] * 3 + ["reflect", "replicate", "circular"])
        if rng.random() < 0.15:
            args["padding"] = rng.choice(["same", "valid"])
            if rng.random() < 0.8:
                args["stride"] = 1
        elif args["padding_mode"] == "zeros" and rng.random() < 0.2:
            args["padding"] = tuple((rng.randint(0, 4), rng.randint(0, 4)) for _ in range(ndim))
    bias = numbers(rng, (outputs + (rng.random() < 0.02),)) if rng.random() < 0.4 else None
    return {
        "op": op,
        "x": numbers(rng, (*batch, inputs, *spatial(rng, ndim))),
        "weight": numbers(rng, (*lead, *kernel)),
        "bias": bias,
        "args": args,
    }


def pool_case(rng: random.Random) -> Case:
    """`pool`: both kinds, ceil_mode, padding that may be too much, NaN and infinity."""
    ndim = rng.randint(1, 3)
    kind = rng.choice(["max", "avg"])
    kernel = tuple(rng.randint(1, 4) for _ in range(ndim))
    args: Case = {
        "kernel": kernel,
        "kind": kind,
        "stride": per_axis(rng, ndim, 0 if rng.random() < 0.03 else 1, 4)
        if rng.random() < 0.7
        else None,
        "padding": per_axis(rng, ndim, -1 if rng.random() < 0.03 else 0, 2),
        "ceil_mode": rng.random() < 0.5,
    }
    if kind == "max":
        args["dilation"] = per_axis(rng, ndim, 0 if rng.random() < 0.03 else 1, 3)
    else:
        args["count_include_pad"] = rng.random() < 0.5
    batch = (rng.randint(1, 2),) if rng.random() < 0.7 else ()
    return {
        "op": "pool",
        "x": typed(rng, numbers(rng, (*batch, rng.randint(1, 2), *spatial(rng, ndim)))),
        "args": args,
    }


def by_torch(case: Case) -> np.ndarray[Any, Any]:
    """What torch answers; raises what torch raises."""
    args = dict(case["args"])
    x = torch.from_numpy(case["x"])
    if case["op"] == "pad":
        return torch_pad(x, args)
    if case["op"] == "pool":
        ndim = len(args["kernel"])
        kind = args.pop("kind")
        if kind == "avg" and x.dtype == torch.int64:
            x = x.double()  # torch drops the fractions of averages of integers
        answer = (MAX_POOLS if kind == "max" else AVG_POOLS)[ndim](x, args.pop("kernel"), **args)
        return np.asarray(answer)
    weight = torch.from_numpy(case["weight"])
    bias = None if case["bias"] is None else torch.from_numpy(case["bias"])
    ndim = weight.ndim - 2
    if case["op"] == "conv_transpose":
        return np.asarray(TRANSPOSES[ndim](x, weight, bias, **args))
    mode = args.pop("padding_mode")
    if isinstance(args["padding"], tuple) and isinstance(args["padding"][0], tuple):
        x, args["padding"] = F.pad(x, sides(args["padding"], ndim)), 0  # torch has no such word
    if mode == "zeros":
        return np.asarray(CONVS[ndim](x, weight, bias, **args))
    layer = LAYERS[ndim](
        weight.shape[1] * max(args["groups"], 1),
        weight.shape[0],
        tuple(weight.shape[2:]),
        bias=bias is not None,
        padding_mode=mode,
        dtype=torch.float64,
        **args,
    )
    layer.weight.data = weight
    if bias is not None:
        layer.bias.data = bias
    return np.asarray(layer(x).detach())


def torch_pad(x: torch.Tensor, args: Case) -> np.ndarray[Any, Any]:
    """`F.pad`, which pads spatial axes only in every mode but constant."""
    flat = sides(args["padding"], x.ndim)
    mode = MODES.get(args["mode"], args["mode"])
    if mode == "constant":
        return np.asarray(F.pad(x, flat, mode, args["value"]))
    return np.asarray(F.pad(x[None, None], flat, mode)[0, 0])


def by_convviz(case: Case) -> np.ndarray[Any, Any]:
    """What convviz answers; raises SpecError."""
    operands = [case["x"]]
    if "weight" in case:
        operands += [case["weight"], case["bias"]]
    verb: Callable[..., np.ndarray[Any, Any]] = getattr(convviz, case["op"])
    return verb(*operands, **case["args"])


def documented(case: Case, refused: bool, message: str) -> str:
    """Why a disagreement is on purpose, "" where it is not.

    refused: convviz refused what torch accepted; else the other way round.
    """
    if not refused and case["op"] == "pool" and "smaller than" in message:
        return "avg_pool3d alone refuses an input smaller than the kernel before padding"
    if refused and case["op"] == "pad" and min(sides(case["args"]["padding"], 1)) < 0:
        return "negative padding crops in torch, and is refused here"
    if not refused and case["x"].dtype.kind == "i" and "not implemented for" in message:
        return "torch has not written it for integers"
    if refused and case["op"] != "pad" and len(case["x"]) == 0:
        return "torch checks little where the batch is empty"
    if refused and case["args"].get("padding_mode", "zeros") != "zeros":
        padding = case["args"]["padding"]
        if not isinstance(padding, str) and np.min(padding) < 0:
            return "negative padding is refused in every mode, by torch in zeros alone"
    return ""


def compared(case: Case) -> str:
    """ "" where both agree, else what differs."""
    try:
        expected, message = by_torch(case), ""
    except Exception as error:
        expected, message = None, str(error).partition("\n")[0]
    try:
        found, told = by_convviz(case), ""
    except convviz.SpecError as error:
        found, told = None, str(error)
    if expected is None and found is None:
        return ""
    if expected is None or found is None:
        if documented(case, found is None, message):
            return ""
        return f"convviz: {told or 'accepts'} · torch: {message or 'accepts'}"
    if expected.shape != found.shape:
        return f"shape {found.shape}, torch {expected.shape}"
    close = 1e-5 if found.dtype == np.float32 else 1e-12
    if not np.allclose(found, expected, rtol=close, atol=close, equal_nan=True):
        return "values differ"
    return ""


def main() -> int:
    """Run the cases; 1 where one disagrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int, nargs="?", default=2000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    makers: list[Callable[[random.Random], Case]] = [
        pad_case,
        lambda r: conv_case(r, "conv"),
        lambda r: conv_case(r, "conv_transpose"),
        pool_case,
        layer_texts.layer_case,
    ]
    tally: Counter[str] = Counter()
    failures = 0
    for number in range(asked.cases):
        case = rng.choice(makers)(rng)
        difference = (layer_texts.compared if case["op"] == "layer" else compared)(case)
        tally[case["op"]] += 1
        if difference:
            failures += 1
            shapes = {k: (v.shape, v.dtype) for k, v in case.items() if isinstance(v, np.ndarray)}
            said = case["args"] if "args" in case else f"{case['text']} {case['shape']}"
            print(f"case {number}: {case['op']} {shapes} {said}\n  {difference}")
    print(f"{asked.cases} cases, seed {asked.seed}: {dict(tally)}; {failures} disagree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
