"""The entry point: `convviz …` and `python -m convviz …`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # not from typing: nothing loads before the door that takes interrupts
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

INTERRUPTED = 130


def run(argv: Sequence[str] | None = None) -> NoReturn:
    """Exit with the status of the command line `argv` (of this process where it is not given)."""
    try:
        # Inside the try: an interrupt while modules load is an interrupt like any other.
        from convviz.cli import main

        status = main(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


if __name__ == "__main__":
    run()
