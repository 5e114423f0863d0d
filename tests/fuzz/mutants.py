"""Mutation testing of spec/ and engine/: which changes of the code does no test notice?

    python -m pytest -n auto --cov=convviz --cov-branch --cov-context=test --junitxml=times.xml
    python tests/fuzz/mutants.py [FILE ...] --times times.xml [--jobs 2] [--most N] [--seed 1]

A mutant is one file with one change: a comparison, an arithmetic sign, a number, a truth, `and`
for `or`, `min` for `max`, a negated condition, a statement left out. Messages, docstrings and
annotations are not changed. Each mutant is tried in a process of its own (`trying.py`), on the
tests that ran the changed line, the quickest first, until one fails. Run by hand: all take an
hour or two, and each line of `--out` is written when it is known.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.fuzz.changes import Changer
from tests.fuzz.trying import ROOT, UNCHANGED, Mutant, Trial, quickly, results

ROOMS = ("convviz/spec", "convviz/engine")
SECONDS = 5
"""What the tests of one mutant may take together, without a change."""


def mutants_of(file: str) -> list[Mutant]:
    """All changes of a file, in reading order."""
    changer = Changer()
    changer.visit(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    return [Mutant(file, n, *found) for n, found in enumerate(changer.found)]


def tests_by_line(data: Sequence[Path]) -> dict[str, dict[int, list[str]]]:
    """file → line → the tests that ran it, from the contexts of coverage runs.

    "" stands for imports. A later run is asked about lines that no test of those before it ran.
    """
    from coverage import CoverageData

    found: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for each in data:
        read = CoverageData(str(each))
        read.read()
        for file in read.measured_files():
            if not any(f"/{room}/" in file for room in ROOMS):
                continue
            lines = found[str(Path(file).relative_to(ROOT))]
            for line, contexts in read.contexts_by_lineno(file).items():
                if not any(lines.get(line, ())):
                    lines[line] = sorted({each.rpartition("|")[0] for each in contexts})
    return found


def times_of(reports: Sequence[Path]) -> dict[str, float]:
    """test → seconds, from pytest's --junitxml."""
    found: dict[str, float] = {}
    for report in reports:
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            file = case.get("classname", "").replace(".", "/") + ".py"
            found[f"{file}::{case.get('name')}"] = float(case.get("time", "0"))
    return found


def chosen_tests(tests: Sequence[str], times: dict[str, float]) -> list[str]:
    """The quickest tests, within the time of a mutant; later cases of a function rank lower."""
    cases: Counter[str] = Counter()
    ranks: dict[str, float] = {}
    for test in sorted(tests, key=lambda test: times.get(test, 1.0)):
        function = test.split("[")[0]
        cases[function] += 1
        ranks[test] = cases[function] * times.get(test, 1.0)
    kept: list[str] = []
    spent = 0.0
    for test in sorted(ranks, key=lambda test: ranks[test]):
        spent += times.get(test, 1.0)
        if spent > SECONDS and kept:
            break
        kept.append(test)
    return kept


def trial_of(
    mutant: Mutant, lines: dict[str, dict[int, list[str]]], times: dict[str, float]
) -> Trial:
    """The tests that ran its line; of a line that runs at import, those that ran its file."""
    of_file = lines.get(mutant.file, {})
    ran = of_file.get(mutant.line, [])
    if ran in ([], [""]) and (mutant.function == "module" or mutant.line in of_file):
        ran = ["", *sorted({test for each in of_file.values() for test in each})]
    chosen = chosen_tests([test for test in ran if test], times)
    seconds = sum(times.get(test, 1.0) for test in chosen)
    return Trial(mutant, tuple(chosen), seconds, imported="" in ran)


def parents() -> None:
    """Import what tests need, so that a fork has it already; convviz itself stays out."""
    import hypothesis
    import hypothesis.extra.numpy
    import numpy

    assert numpy
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    assert not any(name.split(".")[0] == "convviz" for name in sys.modules)


def share(files: Sequence[Sequence[Trial]], jobs: int, out: Path) -> None:
    """Try the mutants of all files in `jobs` processes; append what became of each to `out`."""
    workers = []
    for job in range(jobs):
        worker = os.fork()
        if worker == 0:
            with out.open("a", encoding="utf-8") as written:
                for trials in files[job::jobs]:
                    for mutant, found in results(trials):
                        row = (found, mutant.file, mutant.line, mutant.function, mutant.what)
                        written.write("\t".join(map(str, row)).replace("\n", " ") + "\n")
                        written.flush()
            os._exit(0)
        workers.append(worker)
    for worker in workers:
        os.waitpid(worker, 0)


def main() -> int:
    """Try the mutants asked for; print the counts of each file and those that survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="of spec/ and engine/; default: all")
    parser.add_argument("--data", type=Path, nargs="+", default=[ROOT / ".coverage"])
    parser.add_argument("--times", type=Path, nargs="+", default=[], help="of pytest's --junitxml")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, help="of each file, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("mutants.tsv"))
    asked = parser.parse_args()
    files = asked.files or sorted(
        str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).rglob("*.py")
    )
    lines = tests_by_line(asked.data)
    times = times_of(asked.times)
    rng = random.Random(asked.seed)
    plan: list[list[Trial]] = []
    for file in files:
        found = mutants_of(file)
        if asked.most is not None and len(found) > asked.most:
            found = sorted(rng.sample(found, asked.most), key=lambda each: each.number)
        plan.append([trial_of(mutant, lines, times) for mutant in found])
    os.chdir(ROOT)
    parents()
    tests = {test for trials in plan for trial in trials for test in trial.tests}
    unchanged = Mutant(files[0], UNCHANGED, 0, "", "")
    if [*quickly([Trial(unchanged, tuple(sorted(tests)), 300, imported=False)])] != ["survived"]:
        raise SystemExit("the tests fail without any change")
    asked.out.unlink(missing_ok=True)
    asked.out.touch()
    share(plan, asked.jobs, asked.out)
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
