"""Work on several threads: how it is cut, who does it, and what is left when it is done."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
import warnings
import weakref
from threading import Barrier, Thread, current_thread, main_thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convviz import conv
from convviz.engine import methods, threads
from convviz.engine.threads import ALONE, MOST, each, spans, useful
from tests.engine.forcing import forced


class Blas:
    """A BLAS that remembers how many threads it was allowed."""

    def __init__(self, count: int) -> None:
        self.count = count

    def switches(self) -> Any:
        return lambda: self.count, lambda count: setattr(self, "count", count)


@pytest.fixture
def blas(monkeypatch: pytest.MonkeyPatch) -> Blas:
    """In place of the real one, on four threads."""
    found = Blas(4)
    monkeypatch.setattr(threads, "switches", found.switches)
    return found


@given(st.integers(0, 99), st.integers(1, 12), st.sampled_from([0, 0.05, 0.3]))
def test_spans_follow_each_other_and_are_even(size: int, count: int, ahead: float) -> None:
    found = spans(size, count, ahead)
    assert [cell for span in found for cell in range(size)[span]] == list(range(size))
    assert len(found) <= count
    lengths = [span.stop - span.start for span in found]
    assert all(lengths)
    if len(found) == count > 1:
        assert max(lengths[1:]) - min(lengths[1:]) <= 1
        assert abs(lengths[0] - lengths[1] - size * ahead) <= 2


def test_spans_are_even_where_nothing_else_is_said() -> None:
    assert spans(10, 2) == [slice(0, 5), slice(5, 10)]


def test_every_part_is_done_at_once_on_a_thread_of_its_own(
    monkeypatch: pytest.MonkeyPatch, blas: Blas
) -> None:
    monkeypatch.setattr(threads, "WORKERS", [])
    everyone, done = Barrier(4, timeout=30), []

    def work(part: int) -> None:
        everyone.wait()
        assert threads.shared()
        assert threads.share(100) == 50
        done.append((part, current_thread() is main_thread(), blas.count))

    assert threads.share(100) == 100
    each(work, [0, 1, 2, 3])
    assert sorted(done) == [(0, True, 1), (1, False, 1), (2, False, 1), (3, False, 1)]
    assert blas.count == 4
    assert threads.share(100) == 100
    each(lambda _: done.append((9, False, threads.share(100))), [0, 0])
    assert done[4:] == [(9, False, 100)] * 2
    del done[4:]
    assert not threads.shared()
    workers = list(threads.WORKERS)
    assert len(workers) == 3
    each(work, [4, 5, 6, 7])
    assert workers == threads.WORKERS, "threads are started once"
    each(done.append, [])
    each(lambda part: done.append((part, current_thread() is main_thread(), blas.count)), [8])
    assert done[8:] == [(8, True, 4)], "one part is nothing to share"


@pytest.mark.parametrize("bad", [0, 1])
def test_what_a_part_raises_is_raised(blas: Blas, bad: int) -> None:
    def work(part: int) -> None:
        if part == bad:
            raise KeyboardInterrupt if bad else MemoryError

    with pytest.raises((KeyboardInterrupt, MemoryError)):
        each(work, [0, 1])
    assert blas.count == 4
    assert not threads.shared()
    done: list[int] = []
    each(done.append, [2, 3])
    assert sorted(done) == [2, 3]


@pytest.mark.parametrize("interrupts", [1, 3])
def test_nobody_leaves_before_all_have_ended(blas: Blas, interrupts: int) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    ended = []

    def work(part: int) -> None:
        if not part:
            raise MemoryError
        for _ in range(interrupts):
            time.sleep(0.05)
            signal.raise_signal(signal.SIGINT)  # its handler runs on the main thread, which waits
        time.sleep(0.05)
        ended.append(part)

    try:
        with pytest.raises(MemoryError):
            each(work, [0, 1])
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended == [1]
    assert blas.count == 4
    assert not threads.shared()


def test_no_more_threads_than_there_are_and_than_have_work(blas: Blas) -> None:
    assert [useful(n) for n in (0, 1, 2, 4, 9)] == [1, 1, 2, 4, 4]
    blas.count = 99
    assert useful(99) == MOST
    with ALONE:
        assert useful(99) == 1, "what is a part is not cut again"
        with ALONE:
            assert blas.count == 1
        assert blas.count == 1
    assert blas.count == 99


def test_a_blas_that_cannot_be_asked_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "switches", lambda: None)
    assert useful(9) == 1
    done: list[int] = []
    each(done.append, [0, 1])
    assert sorted(done) == [0, 1]


def test_the_switches_are_those_of_this_blas() -> None:
    known = threads.switches()
    if known is None:
        pytest.skip("this NumPy has no OpenBLAS")
    before = known[0]()
    assert before >= 1
    with ALONE:
        assert known[0]() == 1
    assert known[0]() == before


def test_a_library_without_such_names_has_no_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert threads.switches.__wrapped__() is None


def test_workers_keep_nothing(blas: Blas) -> None:
    class Part:
        """What a worker is given."""

    parts = [Part(), Part()]
    known = [weakref.ref(part) for part in parts]
    each(lambda _: None, parts)
    parts.clear()
    for _ in range(500):
        gc.collect()
        if not any(ref() for ref in known):
            return
        time.sleep(0.01)
    raise AssertionError("a part is still held")


def test_calls_from_several_threads_do_not_mix(blas: Blas) -> None:
    found: dict[int, list[int]] = {n: [] for n in range(8)}

    def call(n: int) -> None:
        for _ in range(20):
            each(found[n].append, [n, n, n])

    callers = [Thread(target=call, args=(n,)) for n in found]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert all(found[n] == [n] * 60 for n in found)
    assert blas.count == 4


def test_sums_beyond_all_numbers_warn_on_no_thread() -> None:
    x = np.full((1, 1, 60, 60), np.finfo("f8").max)
    with warnings.catch_warnings(), forced("columns", threads=3):
        warnings.simplefilter("error")
        assert np.isinf(conv(x, np.ones((1, 1, 3, 3)))).all()


def test_large_work_is_cut_as_its_cost_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def recorded(count: int) -> int:
        asked.append(count)
        return 2

    parts: list[int] = []
    monkeypatch.setattr(methods, "useful", recorded)
    monkeypatch.setattr(methods, "each", lambda _, found: parts.extend(f.sizes[0] for f in found))
    cost = 20 * methods.WAKE
    monkeypatch.setattr(methods, "fastest", lambda _: (print, cost))
    conv(np.ones((1, 1, 100, 9)), np.ones((1, 1, 1, 1)))
    assert asked == [cost // methods.THREAD]
    assert parts == [52, 48], "the first begins at once: a twentieth ahead"
    whole: list[int] = []
    little = 2 * methods.THREAD - 1
    monkeypatch.setattr(methods, "fastest", lambda _: (lambda f: whole.append(f.sizes[0]), little))
    conv(np.ones((1, 1, 100, 9)), np.ones((1, 1, 1, 1)))
    assert len(asked) == 1
    assert whole == [100]
    monkeypatch.setattr(methods, "fastest", lambda _: (print, little + 1))
    conv(np.ones((1, 1, 100, 9)), np.ones((1, 1, 1, 1)))
    assert asked[1:] == [2]


@pytest.mark.parametrize(("mode", "before"), [("zeros", 1), ("circular", 0)])
def test_an_input_is_padded_once_before_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, mode: str, before: int
) -> None:
    monkeypatch.setattr(methods, "useful", lambda _: 2)
    monkeypatch.setattr(methods, "fastest", lambda _: (print, 99 * methods.WAKE))
    met: list[Any] = []
    monkeypatch.setattr(
        methods, "each", lambda _, found: met.extend(f.axes[1].before for f in found)
    )
    x = np.ones((1, 1, 100, 9))
    conv(x, np.ones((1, 1, 3, 3)), padding=1, padding_mode=mode)
    assert met == [before] * 2
    met.clear()
    monkeypatch.setattr(methods, "SMALL", x.nbytes)
    conv(x, np.ones((1, 1, 3, 3)), padding=1, padding_mode=mode)
    assert met == [before] * 2
    met.clear()
    monkeypatch.setattr(methods, "SMALL", x.nbytes - 1)
    conv(x, np.ones((1, 1, 3, 3)), padding=1, padding_mode=mode)
    assert met == [1] * 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts all processes anew")
def test_a_process_that_was_forked_starts_threads_of_its_own() -> None:
    script = """
import os
import numpy as np
from convviz import conv
from tests.engine.forcing import forced
x, weight = np.arange(400.0).reshape(1, 1, 20, 20), np.ones((1, 1, 3, 3))
with forced("columns", threads=2):
    before = conv(x, weight)
    child = os.fork()
    if not child:
        os._exit(0 if (conv(x, weight) == before).all() else 3)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (found.stdout, found.returncode) == ("0\n", 0), found.stderr
