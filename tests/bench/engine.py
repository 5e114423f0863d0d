"""The engine against its peers: interleaved runs, and ratios within one run.

    python tests/bench/engine.py [--only WORD] [--rounds 5] [--threads 1 2] [--types f4 f8]
    python tests/bench/engine.py --memory      peak memory beyond input, weights and output
    python tests/bench/engine.py --growth      cost per output cell over four doublings
    python tests/bench/engine.py --display     cost of printing what is too large to show

Every peer works in a process of its own and they take turns, case by case. A time is the fastest
call of all turns: of the processor with one thread, on the wall with more. Peers that are not
installed are named and left out: `pip install -e '.[bench]'`, and torch by hand.

What takes the time of the filters of one channel on 2048², on one thread of a two-core Intel Xeon
(numpy 2.4.6):

    kernel  type  time    in np.matmul  else: copies into stacks, sums of parts, loops over blocks
    3×3     f4    3.7 ms  49 %          51 %
    3×3     f8    16 ms   60 %          40 %
    15×15   f4    40 ms   67 %          33 %
    15×15   f8    83 ms   63 %          37 %

With two threads times are of the wall, and threads wait for each other: for BLAS those of others,
for Python's lock those of convviz. Figures mean something on idle cores alone.

Machines differ, so only a ratio within one run means anything, and the exit status says nothing.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from tests.bench.cases import CASES, GROUPS, Case, Group  # noqa: E402
from tests.bench.growth import display, growth  # noqa: E402
from tests.bench.memory import memory  # noqa: E402
from tests.bench.peers import installed, versions  # noqa: E402
from tests.bench.workers import Worker  # noqa: E402


def machine() -> str:
    """The processor, the system and the versions of everything that is timed."""
    processor = platform.processor() or platform.machine()
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, {versions()} ({blas['name']} {blas['version']})"
    )


def share(ratio: float, limit: float) -> str:
    """A ratio beside its limit, if it has one; bold where it is beyond."""
    if math.isinf(limit):
        return f"{ratio:.2f}"
    return f"{ratio:.2f} ≤ {limit:g}" if ratio <= limit else f"**{ratio:.2f} > {limit:g}**"


def duration(seconds: float) -> str:
    """A time in the unit that gives it three digits."""
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.3g} µs"


def fastest(answers: list[list[float] | None]) -> tuple[float, float] | None:
    """(seconds, checksum) of one peer over all turns."""
    known = [answer for answer in answers if answer is not None]
    return (min(a[0] for a in known), known[0][1]) if known else None


def row(case: Case, workers: list[Worker], answers: list[list[list[float] | None]]) -> list[float]:
    """Print one line of a table; the ratios, nan where a peer has no such operation.

    answers: per worker, convviz first, and turn: (seconds, checksum).
    """
    own = fastest(answers[0])
    if own is None:
        raise RuntimeError(f"{case.name} was not computed")
    most = GROUPS[case.group].most
    cells = [share(own[0] * 1e6, most) + " µs" if most < math.inf else duration(own[0])]
    ratios = []
    for worker, turns in zip(workers[1:], answers[1:], strict=True):
        found = fastest(turns)
        ratios.append(own[0] / found[0] if found else math.nan)
        if found is None:
            cells.append("")
        elif worker.name == "copy" or math.isclose(own[1], found[1], rel_tol=1e-3):
            cells.append(f"{duration(found[0])}: {share(ratios[-1], case.limit(worker.name))}")
        else:
            raise RuntimeError(f"{case.name}: {worker.name} has other values")
    print(f"| {case.name} | {' | '.join(cells)} |", flush=True)
    return ratios


def compare(group: Group, cases: list[int], dtype: str, threads: int, rounds: int) -> None:
    """Print one table: the times of convviz, those of its peers, and convviz's share of them."""
    names = ["convviz", *(name for name in installed()[0] if name in group.peers)]
    workers = [Worker.start(name, threads) for name in names]
    allowed = f"{threads} thread{'s' if threads > 1 else ''}"
    print(f"\n### {group.title}: {np.dtype(dtype)}, {allowed}\n")
    print(f"| case | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
    table = []
    for number in cases:
        turns = [[worker.ask(number, dtype) for worker in workers] for _ in range(rounds)]
        table.append(row(CASES[number], workers, [list(own) for own in zip(*turns, strict=True)]))
    means = []
    for name, column in zip(names[1:], zip(*table, strict=True), strict=True):
        known = [ratio for ratio in column if not math.isnan(ratio)]
        limit = group.mean.get(name, math.inf)
        means.append(share(statistics.geometric_mean(known), limit) if known else "")
    if len(cases) > 1:
        print(f"| geometric mean | | {' | '.join(means)} |", flush=True)
    for worker in workers:
        worker.stop()


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
    parser.add_argument("--display", action="store_true")
    asked = parser.parse_args()
    print(machine())
    if missing := installed()[1]:
        print(f"\nNot installed, so left out: {', '.join(missing)}.")
    if asked.memory:
        memory(asked.types)
    if asked.growth:
        growth(asked.types)
    if asked.display:
        display()
    if asked.memory or asked.growth or asked.display:
        return
    for name, group in GROUPS.items():
        cases = [
            i
            for i, case in enumerate(CASES)
            if case.group == name and (asked.only in case.name or asked.only == name)
        ]
        for threads in asked.threads if cases else ():
            for dtype in asked.types:
                compare(group, cases, dtype, threads, asked.rounds)


if __name__ == "__main__":
    main()
