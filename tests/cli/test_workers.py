"""Processes beside this one: what becomes of those that end, and of Ctrl-C while they start."""

from __future__ import annotations

import os
import signal

import pytest

from convviz.cli.workers import Interrupt, guarded, held_back, results
from convviz.errors import SpecError

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def test_what_is_asked_comes_with_its_key() -> None:
    tasks = [("a", (2, 3)), ("b", (3, 2))]
    assert dict(results(pow, tasks, 2)) == {"a": 8, "b": 9}


@posix
def test_a_process_that_is_ended_from_outside_is_told() -> None:
    with pytest.raises(SpecError, match="a process that draws was ended from outside") as caught:
        list(results(signal.raise_signal, [(0, (signal.SIGKILL,))], 1))
    assert isinstance(caught.value.__cause__, OSError), "status 1"


@posix
def test_an_interrupt_is_held_back_and_comes_afterwards() -> None:
    done = []

    def work() -> None:
        with held_back():
            signal.raise_signal(signal.SIGINT)
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all"]


@posix
def test_an_interrupt_ends_the_work_and_never_the_wait_for_work() -> None:
    before = signal.signal(signal.SIGINT, Interrupt.act)
    try:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            guarded(signal.raise_signal, signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert guarded(pow, 2, 3) == 8
    finally:
        signal.signal(signal.SIGINT, before)
