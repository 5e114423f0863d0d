"""Mutation testing of spec/ and engine/: which changes of the code does no test notice?

    python -m pytest -n auto --cov=convviz --cov-branch --cov-context=test --junitxml=times.xml
    python tests/fuzz/mutants.py [FILE ...] [--jobs 2] [--most N] [--seed 1] [--out mutants.tsv]

A mutant is one file with one change: a comparison, an arithmetic sign, a number, a truth, `and`
for `or`, `min` for `max`, a negated condition, a statement left out. Messages, docstrings and
annotations are not changed. Each mutant runs in a process of its own, forked from one that has
imported what tests need but not convviz, on the tests that ran the changed line, the quickest
first, until one fails. Run by hand: it takes an hour or two.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.fuzz.changes import Changer

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("convviz/spec", "convviz/engine")
LIMIT = 60
"""Seconds that the tests of one mutant may take; a mutant that never ends is noticed."""
UNCHANGED = -1
"""The number of no change."""
MOST_TESTS = 60
"""Tests of one line: the quickest are enough, where hundreds of cases run the same line."""


@dataclass(frozen=True)
class Mutant:
    """One change: `number` counts the changes of a file in reading order."""

    file: str
    number: int
    line: int
    function: str
    what: str


def mutants_of(file: str) -> list[Mutant]:
    """All changes of a file, in reading order."""
    changer = Changer()
    changer.visit(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    return [Mutant(file, n, *found) for n, found in enumerate(changer.found)]


def compiled(mutant: Mutant) -> CodeType:
    """The code of the changed file."""
    path = ROOT / mutant.file
    tree: ast.Module = ast.parse(path.read_text(encoding="utf-8"))
    tree = ast.fix_missing_locations(Changer(mutant.number).visit(tree))
    return compile(tree, str(path), "exec")


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module's changed code in place of its file's."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        self.path, self.code = str(ROOT / mutant.file), compiled(mutant)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The changed module's own."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(self.code, module.__dict__)


def tests_by_line(data: Path) -> dict[str, dict[int, list[str]]]:
    """file → line → the tests that ran it, from the contexts of a coverage run."""
    from coverage import CoverageData

    found: dict[str, dict[int, list[str]]] = {}
    read = CoverageData(str(data))
    read.read()
    for file in read.measured_files():
        if not any(f"/{room}/" in file for room in ROOMS):
            continue
        lines: dict[int, list[str]] = {}
        for line, contexts in read.contexts_by_lineno(file).items():
            tests = {each.rpartition("|")[0] for each in contexts if "::" in each}
            lines[line] = sorted(tests)
        found[str(Path(file).relative_to(ROOT))] = lines
    return found


def times_of(report: Path) -> dict[str, float]:
    """test → seconds, from pytest's --junitxml."""
    found: dict[str, float] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        found[f"{file}::{case.get('name')}"] = float(case.get("time", "0"))
    return found


def chosen_tests(tests: Sequence[str], times: dict[str, float]) -> list[str]:
    """The quickest tests, but of each test function at least one, within the time of a mutant."""
    ranked = sorted(tests, key=lambda test: times.get(test, 1.0))
    first: dict[str, str] = {}
    for test in ranked:
        first.setdefault(test.split("[")[0], test)
    order = list(first.values())
    order += [test for test in ranked if test not in set(order)]
    kept: list[str] = []
    spent = 0.0
    for test in order[: MOST_TESTS + len(first)]:
        spent += times.get(test, 1.0)
        if spent > LIMIT / 3 and kept:
            break
        kept.append(test)
    return kept


def plan_of(
    mutant: Mutant, lines: dict[str, dict[int, list[str]]], times: dict[str, float]
) -> list[str]:
    """The tests that ran its line; of a line that runs at import, those that ran its file."""
    of_file = lines.get(mutant.file, {})
    tests = of_file.get(mutant.line, [])
    if not tests and (mutant.function == "module" or mutant.line in of_file):
        tests = sorted({test for each in of_file.values() for test in each})
    return chosen_tests(tests, times)


def noticed(mutant: Mutant, tests: Sequence[str], limit: float = LIMIT) -> str:
    """What became of a mutant: "killed", "survived", or "timeout", which is noticed, too."""
    child = os.fork()
    if child == 0:
        os.setpgrp()
        os._exit(attempt(mutant, tests))
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def attempt(mutant: Mutant, tests: Sequence[str]) -> int:
    """The exit status of pytest with the changed file, in this process."""
    import pytest

    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.meta_path.insert(0, Changed(mutant))
    silent = ["-q", "-x", "--tb=no", "--assert=plain"]
    silent += ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            return int(pytest.main([*silent, *tests]))
        except BaseException:
            return 1


def parents() -> None:
    """Import what tests need, so that a fork has it already; convviz itself stays out."""
    import hypothesis
    import hypothesis.extra.numpy
    import numpy
    import pytest

    assert pytest
    assert numpy
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    assert not any(name.split(".")[0] == "convviz" for name in sys.modules)


def share(mutants: Sequence[Mutant], plan: dict[int, list[str]], jobs: int, out: Path) -> None:
    """Try all mutants in `jobs` processes; append what became of each to `out`, a line each."""
    workers = []
    for job in range(jobs):
        worker = os.fork()
        if worker == 0:
            with out.open("a", encoding="utf-8") as file:
                for at in range(job, len(mutants), jobs):
                    mutant, tests = mutants[at], plan[at]
                    found = noticed(mutant, tests) if tests else "not run"
                    row = (found, mutant.file, mutant.line, mutant.function, mutant.what)
                    file.write("\t".join(map(str, row)).replace("\n", " ") + "\n")
                    file.flush()
            os._exit(0)
        workers.append(worker)
    for worker in workers:
        os.waitpid(worker, 0)


def main() -> int:
    """Try the mutants asked for; print the counts of each file and those that survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="of spec/ and engine/; default: all")
    parser.add_argument("--data", type=Path, default=ROOT / ".coverage")
    parser.add_argument("--times", type=Path, help="pytest's --junitxml: quick tests go first")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, help="of each file, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("mutants.tsv"))
    asked = parser.parse_args()
    files = asked.files or sorted(
        str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).rglob("*.py")
    )
    lines = tests_by_line(asked.data)
    times = times_of(asked.times) if asked.times else {}
    rng = random.Random(asked.seed)
    mutants: list[Mutant] = []
    for file in files:
        found = mutants_of(file)
        if asked.most is not None and len(found) > asked.most:
            found = sorted(rng.sample(found, asked.most), key=lambda each: each.number)
        mutants += found
    plan = {at: plan_of(mutant, lines, times) for at, mutant in enumerate(mutants)}
    os.chdir(ROOT)
    parents()
    tests = sorted({test for each in plan.values() for test in each})
    if noticed(Mutant(files[0], UNCHANGED, 0, "", ""), tests, 600) != "survived":
        raise SystemExit("the tests fail without any change")
    asked.out.unlink(missing_ok=True)
    asked.out.touch()
    share(mutants, plan, asked.jobs, asked.out)
    rows = [line.split("\t") for line in asked.out.read_text(encoding="utf-8").splitlines()]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for found_, file, *_ in rows:
        counts[file][found_] += 1
    for file in sorted(counts):
        print(file, *(f"{what} {n}" for what, n in sorted(counts[file].items())))
    left = [row for row in rows if row[0] in ("survived", "not run")]
    for row in sorted(left, key=lambda row: (row[1], int(row[2]))):
        print(*row, sep="  ")
    print(f"{len(rows)} mutants, {len(left)} not noticed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
