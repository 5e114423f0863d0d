"""Large work on several threads: as many as NumPy's BLAS may use for its products.

BLAS shares out one product; the copies before it and the sums after it stay on one thread. So work
is cut before, and while its parts are done, each on a thread of its own, BLAS keeps to one: several
products, each on several threads, would wait for each other.

Where BLAS does not say how many threads it uses (one that is not OpenBLAS), work is not cut.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise, product
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from numpy.linalg import _umath_linalg

from convviz.engine.arrays import quiet

if TYPE_CHECKING:
    from queue import SimpleQueue

    Bell: TypeAlias = SimpleQueue[None]
    Task: TypeAlias = tuple[Callable[[], object], list[BaseException | None], Bell]
    """What is to be done, where an error or None is noted when it is, and what rings then."""

Part = TypeVar("Part")

MOST = 16
"""Threads that work is cut for at most: each has a block of its own."""


def useful(threads: int) -> int:
    """On how many threads to do what is enough work for so many.

    1 where it is not known how many there may be, or where parts of other work are being done.
    """
    known = switches() if threads > 1 else None
    return min(threads, known[0](), MOST) if known else 1


def spans(size: int, count: int, ahead: float = 0) -> list[slice]:
    """An axis of `size` cells in at most `count` pieces: as even as can be, but for the first.

    ahead: how much longer the first one is, as a part of the whole.
    """
    rest = size * (1 - ahead) / count
    ends = [0, *(round(size - rest * others) for others in reversed(range(count)))]
    return [slice(*span) for span in pairwise(ends) if span[0] < span[1]]


def each(work: Callable[[Part], object], parts: Sequence[Part]) -> None:
    """Do `work` on all parts at once, the first of them on this thread.

    Raises what one of them raises, when all have ended.
    """
    if len(parts) < 2:
        for part in parts:
            work(part)
        return
    from queue import SimpleQueue

    WORKERS[:] = filter(Thread.is_alive, WORKERS)  # none is in a process that was forked
    WORKERS.extend(Worker() for _ in range(len(WORKERS), len(parts) - 1))
    done: list[BaseException | None] = []
    bell: Bell = SimpleQueue()
    errors: list[BaseException] = []
    with ALONE:
        ALONE.parts = max(ALONE.parts, len(parts))
        given = 0
        try:
            for worker, part in zip(WORKERS, parts[1:], strict=False):
                worker.tasks.put((partial(work, part), done, bell))
                given += 1
            work(parts[0])
        except BaseException as error:
            errors.append(error)
        # Whatever happens, such as Ctrl-C: a process that ends while others multiply may hang.
        while len(done) < given:
            try:
                bell.get()
            except BaseException as error:
                errors.append(error)
    errors += filter(None, done)
    try:
        for first in errors:
            raise first
    finally:
        del errors, done  # an error knows its frames, and these would know it


def shared() -> bool:
    """Whether parts of some work are being done at once."""
    return ALONE.parts > 1


def share(size: int) -> int:
    """Bytes of a block, where `size` is right on one thread or two: on more, each has less."""
    return size * 2 // max(2, ALONE.parts)


class Worker(Thread):
    """A thread that does what is put into `tasks`, one after the other, as long as the process is.

    Starting a thread takes longer than many a part does.
    """

    def __init__(self) -> None:
        from queue import SimpleQueue

        super().__init__(name="convviz", daemon=True)
        self.tasks: SimpleQueue[Task] = SimpleQueue()
        self.start()

    @quiet  # a thread knows nothing of what others have set about warnings
    def run(self) -> None:
        """Do the tasks."""
        while True:
            task, done, bell = self.tasks.get()
            try:
                task()
            except BaseException as error:
                done.append(error)
            else:
                done.append(None)
            bell.put(None)
            del task, done, bell  # and the arrays that they hold


WORKERS: list[Worker] = []


class Alone:
    """A context in which BLAS uses one thread, however many are in it at once.

    parts: of the work that is being done, 1 outside.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.inside = 0
        self.usual = 1
        self.parts = 1

    def __enter__(self) -> None:
        with self.lock:
            self.inside += 1
            if self.inside == 1:
                self.usual = limited(1)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside:
                limited(self.usual)
                self.parts = 1


ALONE = Alone()


def limited(threads: int) -> int:
    """Let BLAS use so many threads; how many it used before."""
    known = switches()
    if not known:
        return threads
    before = known[0]()
    known[1](threads)
    return before


@cache
def switches() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """What tells and what sets the number of threads of BLAS; None if it is not OpenBLAS."""
    # A name that a library does not hold is looked up in those that it is linked to.
    linked = ctypes.CDLL(_umath_linalg.__file__)
    for name, kind in product(("scipy_openblas", "openblas"), ("64_", "")):
        tells, sets = f"{name}_get_num_threads{kind}", f"{name}_set_num_threads{kind}"
        if hasattr(linked, tells) and hasattr(linked, sets):
            return getattr(linked, tells), getattr(linked, sets)
    return None
