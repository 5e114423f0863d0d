"""Peak memory of the engine beyond input, weights and output, each call in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent.parent
MOST = 64
"""Megabytes that a call may take beside its operands, whatever they are."""

IMAGE, CHANNELS = (1, 1, 8192, 8192), (1, 64, 512, 512)
REFLECT = {"padding": 7, "padding_mode": "reflect"}
CIRCULAR = {"padding": 1, "stride": 2, "padding_mode": "circular"}
PAIRED = {"stride": 2, "padding": 1}
LARGE = [
    ("3×3 @8192²", "conv", IMAGE, (1, 1, 3, 3), {"padding": 1}),
    ("15×15 reflect @8192²", "conv", IMAGE, (1, 1, 15, 15), REFLECT),
    ("3×3 64→64 @512²", "conv", CHANNELS, (64, 64, 3, 3), {"padding": 1}),
    ("3×3 depthwise 64 @512²", "conv", CHANNELS, (64, 1, 3, 3), {"padding": 1, "groups": 64}),
    ("3×3 s2 circular 64→64 @512²", "conv", CHANNELS, (64, 64, 3, 3), CIRCULAR),
    ("transposed 4×4 s2 64→16 @512²", "conv_transpose", CHANNELS, (64, 16, 4, 4), PAIRED),
    ("transposed 4×4 s2 64→64 @512²", "conv_transpose", CHANNELS, (64, 64, 4, 4), PAIRED),
    ("max 3×3 s2 64 @512²", "pool", CHANNELS, (), {"kernel": 3, "stride": 2, "padding": 1}),
    ("avg 2×2 @8192²", "pool", IMAGE, (), {"kernel": 2, "kind": "avg"}),
    ("pad reflect @8192²", "pad", IMAGE[2:], (), {"padding": 3, "mode": "reflect"}),
]

CALL = """
import resource, sys, numpy as np, convviz
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
    """Print the peak memory of every large case."""
    print("\n### Memory beyond input, weights and output\n")
    print("| case | type | extra MB | limit |\n|---|---|---:|---:|")
    for dtype in dtypes:
        for name, *call in LARGE:
            result = subprocess.run(
                [sys.executable, "-c", CALL.format((*call, dtype))],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
            )
            extra = float(result.stdout)
            print(f"| {name} | {np.dtype(dtype)} | {extra:.1f} | {MOST} |", flush=True)
