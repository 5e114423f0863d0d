"""Who else can compute a case, each as a call without arguments."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from collections.abc import Callable
from typing import Any

import numpy as np

import convviz
from tests.bench.cases import Case

Call = Callable[[], Any]


def ours(case: Case, x: Any, weight: Any) -> Call:
    """convviz itself."""
    call = getattr(convviz, case.op)
    operands = (x,) if case.op == "pad" else (x, weight)
    return lambda: call(*operands, **case.arguments)


def np_pad(case: Case, x: Any, _: Any) -> Call | None:
    """np.pad."""
    if case.op != "pad":
        return None
    names = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}
    mode = names.get(case.arguments["mode"], case.arguments["mode"])
    return lambda: np.pad(x, case.arguments["padding"], mode=mode)


def copied(case: Case, x: Any, _: Any) -> Call | None:
    """The floor of padding: `x` copied into a new array of that size, and nothing else."""
    if case.op != "pad":
        return None
    padding = case.arguments["padding"]
    pairs = ((padding, padding),) * x.ndim if isinstance(padding, int) else padding
    shape = tuple(before + n + after for n, (before, after) in zip(x.shape, pairs, strict=True))
    inside = tuple(slice(b, b + n) for n, (b, _) in zip(x.shape, pairs, strict=True))

    def call() -> Any:
        out = np.empty(shape, x.dtype)
        out[inside] = x
        return out

    return call


def windows(case: Case, x: Any, weight: Any) -> Call | None:
    """What a NumPy user would write: np.pad, sliding_window_view, tensordot or einsum."""
    if case.op != "conv":
        return None
    arguments = case.arguments
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
    if case.op == "pad":
        return None
    import torch as t
    import torch.nn.functional as f

    t.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
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
    "np.pad": ("numpy", np_pad),
    "copy": ("numpy", copied),
    "windows": ("numpy", windows),
    "torch": ("torch", torch),
    "scipy": ("scipy", scipy),
    "cv2": ("opencv-python-headless", cv2),
}
"""Per name: the distribution that it comes in, and how it computes a case."""

MODULES = {"opencv-python-headless": "cv2"}


def installed() -> tuple[list[str], list[str]]:
    """(names of peers that are here, distributions that are not)."""
    here, missing = [], []
    for name, (distribution, _) in PEERS.items():
        if importlib.util.find_spec(MODULES.get(distribution, distribution)):
            here.append(name)
        else:
            missing.append(distribution)
    return here, missing


def versions() -> str:
    """The versions of the peers that are installed."""
    found = []
    for distribution in dict.fromkeys(distribution for distribution, _ in PEERS.values()):
        try:
            found.append(f"{distribution} {importlib.metadata.version(distribution)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)
