"""The entry point: `convviz …` and `python -m convviz …`."""

from __future__ import annotations

import _thread
import gc
import sys

TYPE_CHECKING = False  # not from typing: nothing loads before the door that takes interrupts
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sys import UnraisableHookArgs
    from typing import NoReturn

INTERRUPTED = 130

LATER = 0.01
"""Seconds until an interrupt that could not be raised is."""

ALLOCATIONS = 200_000
"""New objects until garbage is looked for: a command makes few, keeps most, and ends."""


def run(argv: Sequence[str] | None = None) -> NoReturn:
    """Exit with the status of the command line `argv` (of this process where it is not given)."""
    gc.set_threshold(ALLOCATIONS)
    sys.unraisablehook = unraised
    try:
        # Inside the try: an interrupt while modules load is an interrupt like any other.
        from convviz.cli import main

        status = main(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        status = INTERRUPTED
    # The process ends: an interrupt finds nothing left to interrupt, and what is left needs no
    # last look for garbage.
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    sys.exit(status)


def unraised(error: UnraisableHookArgs) -> None:
    """What Python does with an exception that it cannot raise; an interrupt it raises later."""
    if error.exc_type is KeyboardInterrupt:
        from threading import Timer

        # Not now: it would be raised in here, where it cannot be either.
        Timer(LATER, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(error)


if __name__ == "__main__":
    run()
