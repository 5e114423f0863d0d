"""The engine against its peers: interleaved runs, medians, and ratios within one run.

    python tests/bench/engine.py [--only WORD] [--rounds 5] [--threads 1 2] [--types f4 f8]
    python tests/bench/engine.py --memory      peak memory beyond input, weights and output
    python tests/bench/engine.py --growth      time over four doublings of the output

Every peer works in a process of its own, so that the idle threads of one library do not slow down
another; they take turns, case by case. Peers that are not installed are left out:

    pip install torch scipy opencv-python-headless

Machines differ, so only a ratio within one run means anything, and the exit status says nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

import convviz  # noqa: E402  (the checkout, whatever is installed)

Call = Callable[[], Any]
LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SECONDS = 0.12
"""One turn of one peer takes about this long; three runs at least, if they take no second."""


@dataclass(frozen=True)
class Case:
    """A call of the public API, and who else can do the same.

    weight: its shape; () for pad.
    group:  "dense", "image", "toy" or "pad": the geometric means are of one group.
    """

    name: str
    group: str
    op: str
    shape: tuple[int, ...]
    weight: tuple[int, ...]
    arguments: dict[str, Any]


def conv(name: str, shape: Any, weight: Any, group: str = "dense", **arguments: Any) -> Case:
    """A convolution."""
    return Case(name, group, "conv", shape, weight, arguments)


def image(name: str, size: int, kernel: int) -> Case:
    """A filter on a picture of one channel."""
    shape, weight = (1, 1, size, size), (1, 1, kernel, kernel)
    return Case(name, "image", "conv", shape, weight, {"padding": kernel // 2})


def transpose(name: str, shape: Any, weight: Any, **arguments: Any) -> Case:
    """A transposed convolution."""
    return Case(name, "dense", "conv_transpose", shape, weight, arguments)


PADS = [
    Case(
        f"pad {'×'.join(map(str, shape))} {mode}",
        "pad",
        "pad",
        shape,
        (),
        {"padding": padding, "mode": mode},
    )
    for shape, padding in (
        ((4, 4), 1),
        ((224, 224, 3), ((3, 3), (3, 3), (0, 0))),
        ((4096, 4096), 3),
    )
    for mode in ("zeros", "reflect", "replicate", "circular", "symmetric")
]

CASES = [
    conv("3×3 64→64 @56²", (1, 64, 56, 56), (64, 64, 3, 3), padding=1),
    conv("3×3 256→256 @28²", (1, 256, 28, 28), (256, 256, 3, 3), padding=1),
    conv("7×7 s2 3→64 @224²", (1, 3, 224, 224), (64, 3, 7, 7), stride=2, padding=3),
    conv("1×1 256→64 @28²", (1, 256, 28, 28), (64, 256, 1, 1)),
    conv("5×5 g2 96→256 @27²", (1, 96, 27, 27), (256, 48, 5, 5), padding=2, groups=2),
    conv("depthwise 3×3 96 @112²", (1, 96, 112, 112), (96, 1, 3, 3), padding=1, groups=96),
    conv("dilated 4 3×3 64→64 @56²", (1, 64, 56, 56), (64, 64, 3, 3), padding=4, dilation=4),
    conv(
        "circular 3 7×7 16→32 @56²",
        (1, 16, 56, 56),
        (32, 16, 7, 7),
        padding=3,
        padding_mode="circular",
    ),
    transpose("transposed 4×4 s2 64→32 @28²", (1, 64, 28, 28), (64, 32, 4, 4), stride=2, padding=1),
    transpose(
        "transposed 3×3 s2 64→32 @28²",
        (1, 64, 28, 28),
        (64, 32, 3, 3),
        stride=2,
        padding=1,
        output_padding=1,
    ),
    conv("1-D k3 512→512 @16k", (1, 512, 16000), (512, 512, 3), padding=1),
    conv("3-D 3×3×3 16→16 @32³", (1, 16, 32, 32, 32), (16, 16, 3, 3, 3), padding=1),
    image("3×3 @2048²", 2048, 3),
    image("15×15 @2048²", 2048, 15),
    conv("toy 3×3 @7²", (1, 1, 7, 7), (1, 1, 3, 3), "toy", padding=1),
    Case(
        "toy transposed 3×3 s2 @4²",
        "toy",
        "conv_transpose",
        (1, 1, 4, 4),
        (1, 1, 3, 3),
        {"stride": 2},
    ),
    *PADS,
]


# --- who can do it ------------------------------------------------------------------------------


def ours(case: Case, x: Any, weight: Any) -> Call:
    """convviz itself."""
    call = getattr(convviz, case.op)
    operands = (x,) if case.op == "pad" else (x, weight)
    return lambda: call(*operands, **case.arguments)


def windows(case: Case, x: Any, weight: Any) -> Call | None:
    """What a NumPy user would write: np.pad, sliding_window_view, tensordot or einsum."""
    arguments = case.arguments
    if case.op == "pad":
        modes = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}
        mode = modes.get(arguments["mode"], arguments["mode"])
        return lambda: np.pad(x, arguments["padding"], mode=mode)
    if case.op != "conv":
        return None
    ndim, groups = weight.ndim - 2, arguments.get("groups", 1)
    stride, dilation = arguments.get("stride", 1), arguments.get("dilation", 1)
    side, mode = arguments.get("padding", 0), arguments.get("padding_mode", "zeros")
    space = tuple(range(2, 2 + ndim))
    reach = tuple(dilation * (k - 1) + 1 for k in weight.shape[2:])

    def call() -> Any:
        sides = ((0, 0), (0, 0), *((side, side),) * ndim)
        wide = np.pad(x, sides, mode="wrap" if mode == "circular" else "constant")
        view = np.lib.stride_tricks.sliding_window_view(wide, reach, axis=space)
        view = view[(slice(None),) * 2 + (slice(None, None, stride),) * ndim]
        view = view[(slice(None),) * (2 + ndim) + (slice(None, None, dilation),) * ndim]
        if groups == 1:
            taps = [1, *range(2 + ndim, 2 + 2 * ndim)]
            return np.moveaxis(np.tensordot(view, weight, (taps, [1, *range(2, 2 + ndim)])), -1, 1)
        split = view.reshape(len(x), groups, -1, *view.shape[2:])
        kernels = weight.reshape(groups, -1, *weight.shape[1:])
        places, taps_ = "xyz"[:ndim], "uvw"[:ndim]
        rule = f"ngi{places}{taps_},goi{taps_}->ngo{places}"
        out = np.einsum(rule, split, kernels, optimize=True)
        return out.reshape(len(x), -1, *out.shape[3:])

    return call


def torch(case: Case, x: Any, weight: Any) -> Call | None:
    """PyTorch on the CPU."""
    import torch as t
    import torch.nn.functional as f

    t.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    if case.op == "pad":
        return None
    source, kernels = t.from_numpy(x), t.from_numpy(weight)
    arguments = dict(case.arguments)
    if arguments.pop("padding_mode", "zeros") == "circular":
        side = arguments.pop("padding")
        call = getattr(f, f"conv{weight.ndim - 2}d")
        return lambda: call(f.pad(source, (side,) * 4, mode="circular"), kernels, **arguments)
    call = getattr(f, f"{case.op}{weight.ndim - 2}d")
    return lambda: call(source, kernels, **arguments)


def scipy(case: Case, x: Any, weight: Any) -> Call | None:
    """scipy.ndimage, or scipy.signal where its FFT is faster."""
    if case.group != "image":
        return None
    from scipy import ndimage, signal

    picture, kernel = x[0, 0], weight[0, 0]
    if kernel.size < 100:
        return lambda: ndimage.correlate(picture, kernel, mode="constant")
    return lambda: signal.fftconvolve(picture, kernel[::-1, ::-1], mode="same")


def cv2(case: Case, x: Any, weight: Any) -> Call | None:
    """OpenCV's filter2D."""
    if case.group != "image":
        return None
    import cv2 as c

    c.setNumThreads(int(os.environ["OMP_NUM_THREADS"]))
    picture, kernel = x[0, 0], weight[0, 0]
    return lambda: c.filter2D(picture, -1, kernel, borderType=c.BORDER_CONSTANT)


PEERS: dict[str, tuple[str, Callable[[Case, Any, Any], Call | None]]] = {
    "convviz": ("numpy", ours),
    "torch": ("torch", torch),
    "windows": ("numpy", windows),
    "scipy": ("scipy", scipy),
    "cv2": ("cv2", cv2),
}


# --- the workers --------------------------------------------------------------------------------


def operands(case: Case, dtype: str) -> tuple[Any, Any]:
    """The same numbers for everyone."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(case.shape, np.float32).astype(dtype)
    return x, rng.standard_normal(case.weight, np.float32).astype(dtype)


def median_time(call: Call) -> float:
    """Median seconds of one call, over about SECONDS."""
    for _ in range(2):  # the first one also loads and allocates
        start = time.perf_counter()
        call()
        once = time.perf_counter() - start
        if once > 1:
            return once
    batch = max(1, int(2e-4 / max(once, 1e-7)))  # the clock itself costs as much as a toy
    times = []
    for _ in range(max(3, min(200, int(SECONDS / (once * batch))))):
        start = time.perf_counter()
        for _ in range(batch):
            call()
        times.append((time.perf_counter() - start) / batch)
    return statistics.median(times)


def work(name: str) -> None:
    """Answer requests (case, type) on stdin with seconds and a checksum on stdout."""
    calls: dict[tuple[int, str], Call | None] = {}
    for line in sys.stdin:
        number, dtype = json.loads(line)
        key = (number, dtype)
        if key not in calls:
            calls.clear()
            calls[key] = PEERS[name][1](CASES[number], *operands(CASES[number], dtype))
        call = calls[key]
        answer: list[float] | None = None
        if call is not None:
            seconds = median_time(call)
            answer = [seconds, float(np.abs(np.asarray(call(), np.float64)).sum())]
        print(json.dumps(answer), flush=True)


@dataclass(frozen=True)
class Worker:
    """One peer in its own process."""

    name: str
    process: subprocess.Popen[str]

    def ask(self, number: int, dtype: str) -> list[float] | None:
        """(seconds, checksum) of a case; None where the peer has no such operation."""
        requests, answers = cast(IO[str], self.process.stdin), cast(IO[str], self.process.stdout)
        print(json.dumps([number, dtype]), file=requests, flush=True)
        return cast("list[float] | None", json.loads(answers.readline()))


def start(name: str, threads: int) -> Worker:
    """The worker of one peer, allowed so many threads."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--work", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **dict.fromkeys(LIMITS, str(threads))},
    )
    return Worker(name, process)


def compare(cases: list[int], dtype: str, threads: int, rounds: int) -> None:
    """Print one table: convviz in milliseconds, the peers as convviz's share of their time."""
    names = [name for name, (module, _) in PEERS.items() if importlib.util.find_spec(module)]
    workers = [start(name, threads) for name in names]
    allowed = f"{threads} thread{'s' if threads > 1 else ''}"
    print(f"\n{np.dtype(dtype)}, {allowed}; ratio = convviz / peer\n")
    print(f"| case | convviz ms | {' | '.join(names[1:])} |")
    print(f"|---|---:|{'---:|' * (len(names) - 1)}")
    shares: dict[tuple[str, str], list[float]] = {}
    for number in cases:
        case = CASES[number]
        turns = [[worker.ask(number, dtype) for worker in workers] for _ in range(rounds)]
        own = [turn[0] for turn in turns if turn[0] is not None]
        row = []
        for i, name in enumerate(names[1:], 1):
            pairs = [(a, turn[i]) for a, turn in zip(own, turns, strict=True)]
            known = [(a, b) for a, b in pairs if b is not None]
            if not known:
                row.append("")
                continue
            ratio = statistics.median(a[0] / b[0] for a, b in known)
            if not math.isclose(known[0][0][1], known[0][1][1], rel_tol=1e-3):
                row.append(f"{ratio:.2f} (other values!)")
                continue
            shares.setdefault((case.group, name), []).append(ratio)
            row.append(f"{ratio:.2f}")
        mine = statistics.median(a[0] for a in own) * 1e3
        print(f"| {case.name} | {mine:.3g} | {' | '.join(row)} |", flush=True)
    for (group, name), ratios in shares.items():
        mean = statistics.geometric_mean(ratios)
        print(
            f"\n{group} against {name}: geometric mean {mean:.2f}, worst {max(ratios):.2f}", end=""
        )
    print()
    for worker in workers:
        cast(IO[str], worker.process.stdin).close()
        worker.process.wait()


# --- memory and growth --------------------------------------------------------------------------

LARGE = [
    ("3×3 @8192²", "conv", (1, 1, 8192, 8192), (1, 1, 3, 3), {"padding": 1}),
    (
        "15×15 reflect @8192²",
        "conv",
        (1, 1, 8192, 8192),
        (1, 1, 15, 15),
        {"padding": 7, "padding_mode": "reflect"},
    ),
    ("3×3 64→64 @512²", "conv", (1, 64, 512, 512), (64, 64, 3, 3), {"padding": 1}),
    (
        "3×3 depthwise 64 @512²",
        "conv",
        (1, 64, 512, 512),
        (64, 1, 3, 3),
        {"padding": 1, "groups": 64},
    ),
    (
        "3×3 s2 circular 64→64 @512²",
        "conv",
        (1, 64, 512, 512),
        (64, 64, 3, 3),
        {"padding": 1, "stride": 2, "padding_mode": "circular"},
    ),
    (
        "transposed 4×4 s2 64→16 @512²",
        "conv_transpose",
        (1, 64, 512, 512),
        (64, 16, 4, 4),
        {"stride": 2, "padding": 1},
    ),
    (
        "max 3×3 s2 64 @512²",
        "pool",
        (1, 64, 512, 512),
        (),
        {"kernel": 3, "stride": 2, "padding": 1},
    ),
    ("avg 2×2 @8192²", "pool", (1, 1, 8192, 8192), (), {"kernel": 2, "kind": "avg"}),
    ("pad reflect @8192²", "pad", (8192, 8192), (), {"padding": 3, "mode": "reflect"}),
]

MEMORY = """
import resource, sys, numpy as np, convviz
from importlib import import_module
op, shape, weight, arguments, dtype = {!r}
x = np.empty(shape, dtype)
x[...] = 1
operands = (x, np.ones(weight, dtype)) if weight else (x,)
small = [np.ones((*a.shape[:-2], 8, 8), dtype) if a is x else a for a in operands]
getattr(convviz, op)(*small, **arguments)  # load everything first
unit = 1 if sys.platform == "darwin" else 1024
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
out = getattr(convviz, op)(*operands, **arguments)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print((peak - before - out.nbytes) / 2**20)
"""


def memory(dtypes: list[str]) -> None:
    """Print the peak memory beyond input, weights and output."""
    print("| case | type | extra MB |\n|---|---|---:|")
    for dtype in dtypes:
        for name, *call in LARGE:
            result = subprocess.run(
                [sys.executable, "-c", MEMORY.format((*call, dtype))],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"| {name} | {np.dtype(dtype)} | {float(result.stdout):.1f} |", flush=True)


def growth(dtypes: list[str]) -> None:
    """Print the time per output cell over four doublings."""
    kinds = {
        "3×3 64→64": ((1, 64), (64, 64, 3, 3), 28),
        "3×3 on one channel": ((1, 1), (1, 1, 3, 3), 512),
    }
    print("| case | type | side | ns per cell |\n|---|---|---|---|")
    for dtype in dtypes:
        for name, (lead, weight, side) in kinds.items():
            found, sides = [], [round(side * math.sqrt(2) ** i) for i in range(5)]
            for size in sides:
                case = conv(name, (*lead, size, size), weight, padding=1)
                found.append(median_time(ours(case, *operands(case, dtype))) / size**2 * 1e9)
            steps = " → ".join(f"{ns:.3g}" for ns in found)
            worst = max(b / a for a, b in pairwise(found))
            span = f"{sides[0]} … {sides[-1]}"
            print(f"| {name} | {np.dtype(dtype)} | {span} | {steps} (worst step ×{worst:.2f}) |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="cases whose name or group contains this")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--types", nargs="+", default=["f4", "f8"])
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--work", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.work)
        return
    if asked.growth and os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # One thread: two wait for each other, for longer than a small product takes.
        one = {**os.environ, **dict.fromkeys(LIMITS, "1")}
        subprocess.run([sys.executable, __file__, *sys.argv[1:]], env=one, check=True)
        return
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {machine}")
    if asked.memory:
        memory(asked.types)
    if asked.growth:
        growth(asked.types)
    if asked.memory or asked.growth:
        return
    cases = [i for i, c in enumerate(CASES) if asked.only in c.name or asked.only == c.group]
    for threads in asked.threads:
        for dtype in asked.types:
            compare(cases, dtype, threads, asked.rounds)


if __name__ == "__main__":
    main()
