"""What the engine costs as sizes grow, per output cell, and what printing costs."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.bench.cases import conv
from tests.bench.peers import ours
from tests.bench.workers import LIMITS, least_time

ROOT = Path(__file__).parent.parent.parent
KINDS = {
    "3×3 64→64": ((1, 64), (64, 64, 3, 3), 28),
    "depthwise 3×3 32": ((1, 32), (32, 1, 3, 3), 56),
    "3×3 on one channel": ((1, 1), (1, 1, 3, 3), 512),
    "15×15 on one channel": ((1, 1), (1, 1, 15, 15), 256),
}

PAD = "import numpy, convviz; convviz.pad(numpy.arange(10000**2).reshape(10000, 10000), 1)"
MEASURE = """
import json, resource, subprocess, sys
subprocess.run({!r}, check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 2**20]))
"""


def growth(dtypes: list[str]) -> None:
    """Print the processor time per output cell over four doublings, on one thread."""
    print("\n### Time per output cell over four doublings of the output, 1 thread\n")
    print("| case | type | side | ns per cell | last ÷ first |\n|---|---|---|---|---:|", flush=True)
    one = {**os.environ, **dict.fromkeys(LIMITS, "1"), "PYTHONPATH": str(ROOT)}
    # One thread: two wait for each other, for longer than a small product takes.
    rows = [sys.executable, "-m", "tests.bench.growth", *dtypes]
    subprocess.run(rows, env=one, cwd=ROOT, check=True)


def doublings(dtypes: list[str]) -> None:
    """Print the rows of the table of `growth`."""
    for dtype in dtypes:
        for name, (lead, weight, side) in KINDS.items():
            sides = [round(side * math.sqrt(2) ** i) for i in range(5)]
            groups = lead[1] if weight[1] == 1 else 1
            cases = [
                conv(name, (*lead, n, n), weight, padding=weight[-1] // 2, groups=groups)
                for n in sides
            ]
            calls = [ours(case, *case.operands(dtype)) for case in cases]
            turns = [[least_time(call, time.process_time) for call in calls] for _ in range(3)]
            cells = [weight[0] * n * n for n in sides]
            least = (min(times) for times in zip(*turns, strict=True))
            found = [seconds / n * 1e9 for seconds, n in zip(least, cells, strict=True)]
            steps = " → ".join(f"{ns:.3g}" for ns in found)
            worst = max(b / a for a, b in pairwise(found))
            span = f"{sides[0]}² … {sides[-1]}²"
            ratio = f"{found[-1] / found[0]:.2f} (steps ≤ {worst:.2f})"
            print(f"| {name} | {np.dtype(dtype)} | {span} | {steps} | {ratio} |", flush=True)


def display() -> None:
    """Print what it costs to print a padded array of which most is elided."""
    print("\n### Printing what is too large to show (whole processes)\n")
    print("| process | processor s | ÷ pad | limit | peak MB |\n|---|---:|---:|---:|---:|")
    convviz = [sys.executable, "-m", "convviz", "pad"]
    rows = {
        "pad of 10,000×10,000 in memory": ([sys.executable, "-c", PAD], ""),
        "`convviz pad 10000x10000`": ([*convviz, "10000x10000"], "1.5"),
        "`convviz pad 1000000x1000000`": ([*convviz, "1000000x1000000"], ""),
        "`convviz pad 4x4`": ([*convviz, "4x4"], ""),
    }
    floor = math.nan
    for name, (command, limit) in rows.items():
        turns = [
            json.loads(
                subprocess.run(
                    [sys.executable, "-c", MEASURE.format(command)],
                    cwd=ROOT,
                    env={**os.environ, "PYTHONPATH": str(ROOT)},
                    stdout=subprocess.PIPE,
                    check=True,
                ).stdout
            )
            for _ in range(3)
        ]
        seconds, peak = (min(turn[i] for turn in turns) for i in range(2))
        floor = seconds if math.isnan(floor) else floor
        print(f"| {name} | {seconds:.2f} | {seconds / floor:.2f} | {limit} | {peak:.0f} |")


if __name__ == "__main__":
    doublings(sys.argv[1:])
