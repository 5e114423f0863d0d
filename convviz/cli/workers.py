"""Processes that work beside this one: none outlives it, and Ctrl-C ends them without a word."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import Any, TypeVar

from convviz.errors import SpecError

K = TypeVar("K")
R = TypeVar("R")

PATIENCE = 2.0
"""Seconds that a process has to put its work away when the one that asked for it is gone."""


def results(
    work: Callable[..., R], tasks: Sequence[tuple[K, tuple[Any, ...]]], count: int
) -> Generator[tuple[K, R], None, None]:
    """(key, work(*arguments)) of each (key, arguments), by `count` processes, as they are done.

    Raises SpecError: the system ended a process. Whatever ends the loop ends the processes.
    """
    # Processes, not threads: drawing is Python. Spawned ones inherit no locks and no streams.
    pool = ProcessPoolExecutor(count, get_context("spawn"), begin, gc.get_threshold())
    with pool:
        try:
            # They start with Ctrl-C held back: it would find them loading, and each would say so.
            with held_back():
                futures = {pool.submit(guarded, work, *words): key for key, words in tasks}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            error = SpecError(
                "a process that draws was ended from outside",
                remedy="-j 1, which needs less memory",
            )
            raise error from ChildProcessError()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                with suppress(OSError, TypeError):
                    os.kill(process.pid, signal.SIGINT)  # type: ignore[arg-type]
            raise


@contextmanager
def held_back() -> Iterator[None]:
    """Within, Ctrl-C is held back, here and in processes that start; it comes afterwards."""
    came: list[int] = []
    # Both ways: multiprocessing lifts the mask where it starts a process of its own.
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else None
    try:
        yield
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
        if came:
            raise KeyboardInterrupt


class Interrupt:
    """What Ctrl-C does in a process of the pool: it ends the work, and never the wait for work."""

    working = False

    @classmethod
    def act(cls, *_: object) -> None:
        """Raise KeyboardInterrupt where there is work."""
        if cls.working:
            cls.working = False
            raise KeyboardInterrupt


def begin(*thresholds: int) -> None:
    """What a process does first: it looks for garbage as rarely as the one that asked."""
    gc.set_threshold(*thresholds)
    atexit.register(gc.freeze)  # as the one that asked: what is left needs no last look for garbage
    signal.signal(signal.SIGINT, Interrupt.act)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    Thread(target=follow, daemon=True).start()


def follow() -> None:
    """End this process some time after the one that asked, if that one was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(PATIENCE)
        os._exit(1)


def guarded(work: Callable[..., R], *words: Any) -> R:
    """`work(*words)`, which Ctrl-C may interrupt."""
    try:
        Interrupt.working = True
        return work(*words)
    except KeyboardInterrupt:
        parent = parent_process()
        if parent is not None and not parent.is_alive():
            os._exit(1)  # there is no one left to tell
        raise
    finally:
        Interrupt.working = False
