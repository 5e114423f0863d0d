"""What the program says: text on the standard output, errors on the standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # `--version` says one plain line: it needs neither, and they are half of its own time.
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from convviz.errors import SpecError
    from convviz.render.stream import Stream

STDOUT = "the standard output"

ERROR_STYLES = {"error": "bold error", "caret": "error", "muted": "bold", "": ""}
"""Roles of an error's runs → styles of the stream."""


def say(lines: Iterable[Sequence[tuple[str, str]]], stream: Stream | None = None) -> None:
    """Write styled lines to the standard output."""
    if stream is None:
        from convviz.render.stream import Stream

        stream = Stream.of(sys.stdout)
    write(stream.encode(lines))


def write(text: str) -> None:
    """Write `text` to the standard output.

    Raises SpecError from OSError: it is closed or full. BrokenPipeError: its reader has left.
    """
    out = sys.stdout
    if out is None:
        raise closed()
    try:
        try:
            out.write(text)
        except UnicodeEncodeError:
            encoding = out.encoding or "ascii"
            out.write(text.encode(encoding, "backslashreplace").decode(encoding))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from error
    except ValueError:  # I/O operation on closed file
        told = closed()
        raise told from told.__cause__


def flush() -> None:
    """Hand over what was written: a full disk shows here, not when the interpreter ends."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from error
    except ValueError:
        return


def unwritten(error: OSError) -> SpecError:
    """The error of a standard output that takes no more."""
    from convviz.errors import io_error

    return io_error("write to", STDOUT, error)


def closed() -> SpecError:
    """The error of a standard output that was closed before the program began."""
    from convviz.errors import SpecError

    error = SpecError(f"cannot write to {STDOUT}: it is closed")
    error.__cause__ = OSError(9, "closed")
    return error


def complain(error: SpecError) -> None:
    """Write `error` to the standard error; where that is closed, nobody listens."""
    if sys.stderr is None:
        return
    from convviz.render.stream import Stream

    try:
        stream = Stream.of(sys.stderr)
        lines = [
            [(text, ERROR_STYLES[role]) for text, role in line.runs]
            for line in error.lines(glyphs=stream.text)
        ]
        sys.stderr.write(stream.encode(lines))
        sys.stderr.flush()
    except (OSError, ValueError):
        silence(sys.stderr)


def silence(file: TextIO | None) -> None:
    """Point `file` nowhere: what it still holds cannot fail when the interpreter ends."""
    try:
        if file is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, file.fileno())
            os.close(nowhere)
    except (OSError, ValueError):
        return
