"""Processes that time one peer each, so that idle threads of one do not slow down another.

python tests/bench/workers.py NAME     answers requests on stdin; the benchmark starts these
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from tests.bench.cases import CASES  # noqa: E402  (the checkout, whatever is installed)
from tests.bench.peers import PEERS, Call  # noqa: E402

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SECONDS = 0.12
"""One turn of one peer takes about this long; three runs at least, if they take no second."""


def least_time(call: Call, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds of the fastest call, over about SECONDS: what else runs only ever adds to it."""
    for _ in range(2):  # the first one also loads and allocates
        start = clock()
        call()
        once = clock() - start
        if once > 1:
            return once
    batch = max(1, int(2e-4 / max(once, 1e-7)))  # the clock itself costs as much as a toy
    times = []
    for _ in range(max(3, min(200, int(SECONDS / max(once * batch, 1e-7))))):
        start = clock()
        for _ in range(batch):
            call()
        times.append((clock() - start) / batch)
    return min(times)


def clock() -> Callable[[], float]:
    """Processor time where one thread works, time on the wall where several share the work."""
    return time.process_time if os.environ["OMP_NUM_THREADS"] == "1" else time.perf_counter


def work(name: str) -> None:
    """Answer requests (case, type) on stdin with seconds and a checksum on stdout."""
    known: tuple[Any, Call | None, float] = (None, None, 0)
    slow: list[float] = []
    for line in sys.stdin:
        number, dtype = json.loads(line)
        if known[0] != (number, dtype):
            call = PEERS[name][1](CASES[number], *CASES[number].operands(dtype))
            total = float(np.abs(np.asarray(call(), np.float64)).sum()) if call else 0
            known, slow = ((number, dtype), call, total), []
        _, call, total = known
        answer = None if call is None else slow or [least_time(call, clock()), total]
        slow = answer if answer and answer[0] > 1 else []  # timed once: it is far behind
        print(json.dumps(answer), flush=True)


@dataclass(frozen=True)
class Worker:
    """One peer in its own process."""

    name: str
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, name: str, threads: int) -> Worker:
        """The worker of one peer, allowed so many threads."""
        process = subprocess.Popen(
            [sys.executable, __file__, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **dict.fromkeys(LIMITS, str(threads))},
        )
        return cls(name, process)

    def ask(self, number: int, dtype: str) -> list[float] | None:
        """(seconds, checksum) of a case; None where the peer has no such operation."""
        requests, answers = cast(IO[str], self.process.stdin), cast(IO[str], self.process.stdout)
        print(json.dumps([number, dtype]), file=requests, flush=True)
        return cast("list[float] | None", json.loads(answers.readline()))

    def stop(self) -> None:
        """End the process."""
        cast(IO[Any], self.process.stdin).close()
        self.process.wait()


if __name__ == "__main__":
    work(sys.argv[1])
