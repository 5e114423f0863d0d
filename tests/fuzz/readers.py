"""Everything that reads words, called on a text, and what it must never do.

A reader gives a value or raises SpecError, which points into the text and is short; a command line
ends with 0, 1 or 2, says one message where it fails, and prints strict JSON. Each within two
seconds of work and 500 MB more than the program takes by itself.
"""

from __future__ import annotations

import gc
import io
import json
import os
import shlex
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

from tests.fuzz.seeds import FILES

SECONDS = 2.0
MEMORY = 500 << 20
MESSAGE = 3_000
"""Characters that a message has at most."""

DRAWN: dict[str, Any] = {
    "files.write": None,
    "figure.picture": b"",
    "animation.animation": b"",
    "animation.stills": (),
}
"""What command lines end in, and what it gives here: words are read, pictures are not drawn."""


class Hang(BaseException):
    """More than the time there is: no handler of errors takes it for one."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what works longer than `seconds`.

    Raises Hang.
    """

    def stop(*_: object) -> None:
        raise Hang

    if not hasattr(signal, "setitimer"):  # a system without: the time is looked at afterwards
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def limit_memory() -> None:
    """Let this process take no more than MEMORY beside what it has: a glut is a MemoryError."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[5])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))


@contextmanager
def folder(path: Path) -> Iterator[None]:
    """Work in `path`, where the files are that command lines name; nothing is drawn or written."""
    for name, text in FILES.items():
        (path / name).write_text(text, encoding="utf-8")
    before = Path.cwd()
    os.chdir(path)
    try:
        with ExitStack() as stack:
            for name, answer in DRAWN.items():
                stack.enter_context(mock.patch(f"convviz.render.{name}", return_value=answer))
            yield
    finally:
        os.chdir(before)


def network(text: str) -> None:
    """Read layers, and follow a shape through them."""
    from convviz.spec.sequence import parse_network
    from convviz.spec.trace import trace

    trace(parse_network([text]), (4, 16, 16))


def toml(text: str) -> None:
    """Read a network with branches, and follow its own shape through it."""
    from convviz.spec.branches import parse_toml
    from convviz.spec.trace import trace

    found = parse_toml(text)
    trace(found, found.input or (4, 16, 16))


def figures(text: str) -> None:
    """Read a file of figures."""
    from convviz.cli import batch

    Path("mutant.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    for entry in batch.read("mutant.toml"):
        batch.target(Path("out"), entry)


def table(suffix: str) -> Callable[[str], object]:
    """A reader of a file with numbers."""

    def read(text: str) -> object:
        from convviz.sources.budget import Budget
        from convviz.sources.files import READERS

        data = text.encode("utf-8", "surrogatepass")
        return READERS[suffix](io.BytesIO(data), f"x{suffix}", Budget(100_000))

    return read


def reader(path: str, *arguments: Any) -> Callable[[str], object]:
    """The function `path` of convviz, called with the text."""
    module, _, name = path.rpartition(".")

    def read(text: str) -> object:
        from importlib import import_module

        return getattr(import_module(f"convviz.{module}"), name)(text, *arguments)

    return read


def ranges(text: str) -> object:
    """Read the ranges of `solve`, and the sizes of `sizes`."""
    from convviz.cli.sizes import size_range
    from convviz.cli.solve import ranges as read
    from convviz.errors import SpecError

    with suppress(SpecError):
        size_range(text)
    return read("kernel", 1)(text)


READERS: dict[str, Callable[[str], object]] = {
    "input": reader("spec.parser.parse_input"),
    "sizes": reader("spec.parser.parse_sizes", "kernel"),
    "padding": reader("spec.parser.parse_padding"),
    "index": reader("spec.parser.parse_index"),
    "literal": reader("spec.parser.parse_literal"),
    "layer": reader("spec.parser.parse_layer"),
    "range": ranges,
    "network": network,
    "toml": toml,
    "figures": figures,
    "csv": table(".csv"),
    "json": table(".json"),
}
"""Name → a function that reads a text or raises SpecError."""


def fault(name: str, text: str) -> str:
    """What is wrong with how the reader `name` takes `text`; "" if nothing is."""
    argv = words_of(text) if name == "line" else []
    start = time.process_time()
    try:
        with limited():
            said = of_line(argv) if name == "line" else of_reader(name, text)
    except Hang:
        return "it works longer than two seconds"
    except MemoryError:
        return "it takes more than 500 MB"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    if time.process_time() - start > SECONDS:  # a signal waits until a call into C is over
        return "it works longer than two seconds"
    return said


def of_reader(name: str, text: str) -> str:
    """What is wrong with the error of a reader."""
    from convviz.errors import SpecError

    try:
        READERS[name](text)
    except SpecError as error:
        start, end = error.span
        if not 0 <= start <= end <= len(error.source) + 1:  # what is missing stands at the end
            return f"it points at {error.span} of {len(error.source)} characters"
        told = str(error)
        if not told.strip() or len(told) > MESSAGE:
            return f"a message of {len(told)} characters"
        if any(not c.isprintable() and c != "\n" for c in told):
            return "a message with control characters"
    return ""


def words_of(text: str) -> list[str]:
    """A command line as words; where its quotes do not match, as they stand."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def of_line(argv: Sequence[str]) -> str:
    """What is wrong with how the command line `argv` ends."""
    drawing = argv[:1] == ["figures"] and "--check" not in argv
    if drawing or any(word.startswith("--max-e") for word in argv):
        return ""  # what writes a folder is tested elsewhere; what lifts the limits has none
    status, out, err = run(argv)
    differs = status == 1 and any(word in ("--expect", "--check") for word in argv)
    said = " ".join(argv)
    troubles = [word for word in TROUBLES if word in err and word not in said]
    told = {
        f"status {status}": status not in (0, 1, 2),
        f"status {status}: {err[:300]}": troubles,
        f"a message of {len(err)} characters": len(err) > MESSAGE,
        f"status {status} with the message {err[:200]!r}": bool(status) != bool(err)
        and not differs,
        "it prints an answer and refuses it": status == 2 and out,
    }
    first = next((fact for fact, wrong in told.items() if wrong), "")
    return first or (strictness(out) if "--json" in argv and out[:1] in ("{", "[") else "")


TROUBLES = ("Traceback", "bug in convviz", "Warning", "enough memory", "too deeply")
"""Words that no message has unless they were typed."""


def run(argv: Sequence[str], stdin: bytes = b"conv 8 k3\n") -> tuple[int, str, str]:
    """(status, standard output, standard error) of a command line, in this process."""
    from convviz.cli import main

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
    before = sys.stdout, sys.stderr, sys.stdin
    sys.stdout, sys.stderr, sys.stdin = out, err, io.TextIOWrapper(io.BytesIO(stdin))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            status = main(list(argv))
    finally:
        sys.stdout, sys.stderr, sys.stdin = before
        gc.enable()  # a command leaves it off, for its process ends
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return status, texts[0], texts[1]


def strictness(text: str) -> str:
    """What is wrong with `text` as JSON."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError as error:
        return f"no strict JSON: {error}"
    return ""
