"""Signals in this process: who takes them, what they become, and that all is given back."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from convviz.render.signals import Killed, Signals, ending, obey

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP, signal.SIGCONT)


@pytest.fixture(autouse=True)
def handlers():
    """As a shell starts a program; afterwards as it was."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in NUMBERS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def taken():
    return [signal.getsignal(number) for number in NUMBERS]


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (signal.SIGINT, KeyboardInterrupt),
        (signal.SIGTERM, Killed),
        (signal.SIGHUP, Killed),
    ],
)
def test_a_deadly_signal_is_raised_and_a_second_one_waits_for_the_way_back(number, error):
    before = taken()

    def film():
        with Signals():
            try:
                signal.raise_signal(number)
            finally:
                for other in NUMBERS[:3]:
                    signal.raise_signal(other)

    with pytest.raises(error) as caught:
        film()
    assert getattr(caught.value, "number", signal.SIGINT) == number
    assert taken() == before


def test_what_a_shell_asks_is_told_to_the_loop():
    with Signals() as signals:
        signal.raise_signal(signal.SIGTSTP)
        assert (signals.stopped, signals.woken) == (True, False)
        signal.raise_signal(signal.SIGCONT)
        assert signals.woken


def test_a_signal_that_was_ignored_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Signals(), ending():
        signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_only_the_main_thread_takes_signals():
    before, within = taken(), []

    def work():
        with Signals(), ending():
            within.append(taken())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert within == [before]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_work_with_the_status_that_a_shell_gives_it(number):
    before = taken()
    with pytest.raises(SystemExit) as caught, ending():
        signal.raise_signal(number)
    assert caught.value.code == 128 + number
    assert taken() == before


def test_a_signal_is_obeyed_by_the_ways_of_the_system(monkeypatch):
    sent = []
    monkeypatch.setattr(
        os, "kill", lambda *words: sent.append((*words, signal.getsignal(signal.SIGTERM)))
    )
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    obey(signal.SIGTERM)
    assert sent == [(os.getpid(), signal.SIGTERM, signal.SIG_DFL)]
