"""How mutants are tried: each in a process of its own, on its tests, until one fails.

The quick way: pytest collects the tests once, and each fork of that process gives the changed
functions their new code. Where more than functions changed (what a module or a class runs once, a
default), or a function that imports call, the slow way follows: a fork of a process without
convviz imports the changed file.
"""

from __future__ import annotations

import ast
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TextIO

import pytest
from _pytest.runner import runtestprotocol

from tests.fuzz.changes import Changer

ROOT = Path(__file__).parent.parent.parent
LIMIT = 60
"""Seconds that the tests of one mutant may take; a mutant that never ends is noticed."""
UNCHANGED = -1
"""The number of no change."""
FIXED = 77
"""The exit status where more than functions changed."""
ENDS = {
    0: "survived",
    FIXED: "fixed",
    -signal.SIGXCPU: "timeout",
    -signal.SIGKILL: "timeout",
}
Functions = dict[CodeType, list[FunctionType]]


@dataclass(frozen=True)
class Mutant:
    """One change: `number` counts the changes of a file in reading order."""

    file: str
    number: int
    line: int
    function: str
    what: str


@dataclass(frozen=True)
class Trial:
    """A mutant, the tests that may notice it, and the seconds these take without a change.

    imported: its line runs while modules are imported, so what it makes is there already.
    """

    mutant: Mutant
    tests: tuple[str, ...]
    seconds: float
    imported: bool


def compiled(mutant: Mutant) -> CodeType:
    """The code of the changed file."""
    path = ROOT / mutant.file
    tree: ast.Module = ast.parse(path.read_text(encoding="utf-8"))
    tree = ast.fix_missing_locations(Changer(mutant.number).visit(tree))
    return compile(tree, str(path), "exec")


def noticed(attempt: Callable[[], int], seconds: float) -> str:
    """What a fork says: "killed", "survived", "fixed", or "timeout", which is noticed, too."""
    child = os.fork()
    if child == 0:
        os.setpgrp()
        most = 6 + int(seconds)  # they are measured under coverage, which takes twice as long
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        try:
            status = attempt()
        except BaseException:
            status = 1
        os._exit(status)
    end = time.monotonic() + LIMIT + 8 * seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return ENDS.get(os.waitstatus_to_exitcode(status), "killed")
        time.sleep(0.002)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


# The quick way: new code for the functions that are there.


def nested(code: CodeType) -> list[CodeType]:
    """The code of functions, classes and comprehensions that stand directly in it."""
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def own(code: CodeType) -> tuple[object, ...]:
    """What it runs itself, without what is nested in it."""
    numbers = [repr(each) for each in code.co_consts if not isinstance(each, CodeType)]
    return code.co_code, code.co_names, code.co_varnames, numbers


def swapped(old: CodeType, new: CodeType, functions: Functions) -> bool:
    """Give functions with the old code the new; False where something else changed, too."""
    if old == new:
        return True
    living = functions.get(old, [])
    try:
        for function in living:
            function.__code__ = new
    except ValueError:  # it takes other variables from around it
        return False
    before, after = nested(old), nested(new)
    if len(before) != len(after):
        return bool(living)
    inner = [swapped(*pair, functions) for pair in zip(before, after, strict=True)]
    return bool(living) or (all(inner) and own(old) == own(new))


class Quick:
    """A plugin of pytest: instead of running what was collected, it tries mutants on it."""

    def __init__(self, trials: Sequence[Trial], told: TextIO) -> None:
        self.trials = trials
        self.told = told

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try each mutant; "fixed" is left to the slow way."""
        items = {item.nodeid: item for item in session.items}
        functions: Functions = defaultdict(list)
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and "/convviz/" in each.__code__.co_filename:
                functions[each.__code__].append(each)
        originals: dict[str, CodeType] = {}
        for trial in self.trials:
            file = trial.mutant.file
            if file not in originals:
                originals[file] = compiled(Mutant(file, UNCHANGED, 0, "", ""))
            tests = [items[test] for test in trial.tests]

            def attempt(
                trial: Trial = trial, tests: list[pytest.Item] = tests, file: str = file
            ) -> int:
                if not swapped(originals[file], compiled(trial.mutant), functions):
                    return FIXED
                return run(tests)

            print(noticed(attempt, trial.seconds), file=self.told, flush=True)
        return True


def run(tests: Sequence[pytest.Item]) -> int:
    """1 at the first test that fails, 0 if none does."""
    following: list[pytest.Item | None] = [*tests[1:], None]
    for test, then in zip(tests, following, strict=True):
        if any(each.failed for each in runtestprotocol(test, log=False, nextitem=then)):
            return 1
    return 0


def quickly(trials: Sequence[Trial]) -> Iterator[str]:
    """What became of each, by the quick way, in a fork of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        tests = sorted({test for trial in trials for test in trial.tests})
        with os.fdopen(writing, "w") as told:
            pytest.main([*SILENT, "--capture=sys", *tests], [Quick(trials, told)])
        os._exit(0)
    os.close(writing)
    count = 0
    with os.fdopen(reading) as told:
        for found in told:
            count += 1
            yield found.strip()
    os.waitpid(child, 0)
    if count != len(trials):
        raise SystemExit(f"the tests of {trials[0].mutant.file} could not be collected")


# The slow way: the changed file is imported.

SILENT = ["-q", "-x", "--tb=no", "--assert=plain"]
SILENT += ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module of convviz from the code of a mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.code = compiled(mutant)
        self.path = ROOT / mutant.file
        name = mutant.file.removesuffix(".py").removesuffix("/__init__")
        self.name = name.replace("/", ".")

    def find_spec(
        self, name: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A specification for the changed module, none for others."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(self.code, module.__dict__)


def slowly(trial: Trial) -> str:
    """What became of it, by the slow way."""

    def attempt() -> int:
        sys.meta_path.insert(0, Changed(trial.mutant))
        return int(pytest.main([*SILENT, *trial.tests]))

    return noticed(attempt, trial.seconds)


def results(trials: Sequence[Trial]) -> Iterator[tuple[Mutant, str]]:
    """What became of each mutant of a file: all by the quick way, what is left by the slow."""
    tried = [trial for trial in trials if trial.tests]
    quick = quickly(tried) if tried else iter(())
    for trial in trials:
        found = next(quick) if trial.tests else "not run"
        slow = found == "fixed" or (found == "survived" and trial.imported)
        yield trial.mutant, slowly(trial) if slow else found
