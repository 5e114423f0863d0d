"""Coverage-guided fuzzing of everything that reads words: crashes, hangs, gluts.

    python tests/fuzz/words.py [SECONDS] [--seed N] [--only NAME,NAME]

Mutants of good texts (`seeds`) are read (`readers`); one that takes a step between two lines of
convviz that none took before is kept, and is mutated in its turn. What fails is made smaller and
printed, to be fixed and added to `corpus/words.toml`, which the suite reads. Exit status 1 if
anything failed. It needs Linux (a limit of memory), and nothing beside the suite's own packages.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.fuzz.readers import READERS, fault, folder, limit_memory
from tests.fuzz.seeds import mutant, seeds

ROOMS = ("/convviz/spec/", "/convviz/cli/", "/convviz/sources/", "/convviz/errors.py",
         "/convviz/pointing.py")  # fmt: skip
"""Where a new step counts."""

PATIENCE = 30.0
"""Seconds of work in which a text that failed is made shorter."""

SLOW = 0.15
"""Seconds of work, traced, above which a text is not mutated: quick ones lead further."""


class Arcs:
    """Steps from line to line, per function; `found` since the last `clear`."""

    def __init__(self) -> None:
        self.numbers: dict[CodeType, int] = {}
        self.found: set[tuple[int, int, int]] = set()

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        number = self.numbers.get(code)
        if number is None:
            counts = any(room in code.co_filename for room in ROOMS)
            number = self.numbers[code] = len(self.numbers) + 1 if counts else 0
        if not number:
            return None
        last, found = 0, self.found

        def step(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal last
            if event == "line":
                line = frame.f_lineno
                found.add((number, last, line))
                last = line
            return step

        return step


def shortest(name: str, text: str, said: str) -> str:
    """A text that fails in the same way, with as little as `PATIENCE` leaves."""
    kind, size, end = said[:24], max(1, len(text) // 2), time.process_time() + PATIENCE
    while size and time.process_time() < end:
        at = 0
        while at < len(text) and time.process_time() < end:
            less = text[:at] + text[at + size :]
            if fault(name, less)[:24] == kind:
                text = less
            else:
                at += size
        size //= 2
    return text


class Campaign:
    """One run: the texts that are kept, the steps that were seen, what failed."""

    def __init__(self, seed: int, names: list[str]) -> None:
        self.rng = random.Random(seed)
        self.kept = {name: list(texts) for name, texts in seeds().items() if name in names}
        self.seen: set[tuple[int, int, int]] = set()
        self.arcs = Arcs()
        self.done: Counter[str] = Counter()
        self.faults: dict[tuple[str, str], str] = {}

    def tried(self, name: str, text: str) -> bool:
        """Read `text`; whether it took a new step."""
        self.done[name] += 1
        self.arcs.found.clear()
        sys.settrace(self.arcs)
        try:
            said = fault(name, text)
        finally:
            sys.settrace(None)
        if said.startswith("it works longer"):
            said = fault(name, text)  # without the tracing, which takes its time
        kind = name, re.sub(r"[0-9]+", "0", said[:60])
        if said and kind not in self.faults:
            less = self.faults[kind] = shortest(name, text, said)
            print(f"{name}: {said}\n  {less[:300]!r} ({len(less)} characters)", flush=True)
        new = self.arcs.found - self.seen
        self.seen |= new
        return bool(new)

    def run(self, seconds: float) -> None:
        """Try all seeds, then mutants until the time is over."""
        begin = time.monotonic()
        for name, texts in self.kept.items():
            for text in texts.copy():
                start = time.process_time()
                self.tried(name, text)
                if time.process_time() - start > SLOW and len(texts) > 1:
                    texts.remove(text)
        spent = dict.fromkeys(self.kept, 0.0)
        names = list(self.kept)
        while time.monotonic() - begin < seconds:
            # Every reader has its share of the time, a command line that of four.
            name = min(names, key=lambda n: spent[n] / (4 if n == "line" else 1))
            start, texts = time.monotonic(), self.kept[name]
            # What was found last leads on; the rest stays in play.
            late = texts[-20:] if self.rng.random() < 0.4 else texts
            other = self.rng.choice(self.kept[self.rng.choice(names)])
            text = mutant(self.rng, self.rng.choice(late), other)
            new = self.tried(name, text)
            took = time.monotonic() - start
            spent[name] += took
            if new and len(text) < 5_000 and took < 4 * SLOW:
                texts.append(text)


def main() -> int:
    """Run; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default=",".join([*READERS, "line"]))
    asked = parser.parse_args()
    campaign = Campaign(asked.seed, asked.only.split(","))
    with tempfile.TemporaryDirectory() as place, folder(Path(place)):
        for name, texts in campaign.kept.items():
            fault(name, texts[0])  # what is loaded once does not count
        limit_memory()
        campaign.run(asked.seconds)
    total = sum(campaign.done.values())
    kept = sum(map(len, campaign.kept.values()))
    print(
        f"{total:,} texts in {asked.seconds:g} s, seed {asked.seed}: {len(campaign.seen):,} arcs, "
        f"{kept:,} texts kept, {len(campaign.faults)} faults; {dict(campaign.done)}"
    )
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    sys.exit(main())
