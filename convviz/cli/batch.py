"""A folder of figures from one file: what it asks for, what is up to date, what is left to draw.

The file is TOML: `[defaults]` with option names, and one `[[figure]]` table per picture with its
`file` and its `command`, a convviz command line.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from convviz.errors import SpecError, io_error, near, shortened
from convviz.records import Record, replace
from convviz.spec.toml import tables

RECORD = ".convviz-figures.json"
"""In the output folder: per file, the key of what drew it and the digest of what was written."""

KEYS = ("file", "command", "caption")

NAME = 1_000
"""Most characters of a pattern of --only: the work of reading one grows with their square."""

COMMAND = 100_000
"""Most characters of a command: the work of taking one apart grows with their square."""

LIMIT = 10_000_000
"""Bytes that a file of figures may have."""


class Figure(Record):
    """One picture: its file below the output folder, and the convviz command line that draws it.

    caption: a sentence for an index; "" where there is none.
    """

    file: str
    command: str
    caption: str = ""

    @cached_property
    def words(self) -> list[str]:
        """The command line as words, without a leading `convviz`.

        Raises SpecError: its quotes do not match, it is empty, or longer than any.
        """
        if len(self.command) > COMMAND:
            raise SpecError(
                f"figure '{shortened(self.file)}' has a command of {len(self.command):,} "
                f"characters, more than {COMMAND:,}",
                remedy="a file holds longer inputs: conv x.csv",
            )
        try:
            words = shlex.split(self.command)
        except ValueError as error:
            raise SpecError(
                f"figure '{shortened(self.file)}': {str(error).lower()}", source=self.command
            ) from None
        if words[:1] == ["convviz"]:
            words = words[1:]
        if not words:
            raise SpecError(
                f"figure '{shortened(self.file)}' has an empty command",
                remedy="command = 'pad 4x4 --mode circular'",
            )
        return words


def read(path: str) -> list[Figure]:
    """The figures of the TOML file at `path`, its defaults added to their commands.

    Raises SpecError: not TOML, not of this form, or two figures with one file. OSError: unreadable.
    """
    if not path or "\0" in path:
        raise SpecError(
            "the name of the file is empty" if not path else "a name holds no NUL byte", "file"
        )
    try:
        with open(path, "rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        told = io_error("read", path, error)
        way = "a TOML file with [[figure]] tables, or --preset conv-arithmetic"
        raise told.changed(argument="file", remedy=way) from error
    if len(data) > LIMIT:
        raise SpecError(f"{path} is longer than {LIMIT:,} bytes")
    try:
        text = data.decode("utf-8-sig")
        table = tables(text, path)
    except UnicodeDecodeError as error:
        raise SpecError(f"{path} is not UTF-8: byte {error.start} does not decode") from None
    except tomllib.TOMLDecodeError as error:
        raise located(path, text, str(error)) from None
    if extra := set(table) - {"defaults", "figure"}:
        raise unknown_key(path, sorted(extra)[0], ("defaults", "figure"))
    defaults = options(path, table.get("defaults", {}))
    entries = table.get("figure", [])
    if not isinstance(entries, list) or not entries:
        raise SpecError(
            f"{path} has no figures",
            remedy='[[figure]] with file = "x.png" and command = "pad 4x4"',
        )
    figures = [figure(path, number, entry, defaults) for number, entry in enumerate(entries, 1)]
    check_distinct(figures)
    return figures


def figure(path: str, number: int, entry: Any, defaults: dict[str, list[str]]) -> Figure:
    """One `[[figure]]` table.

    Raises SpecError: a key is missing, unknown, or no text.
    """
    where = f"figure {number} of {path}"
    if not isinstance(entry, dict):
        raise SpecError(f"{where} is no table", remedy="start it with [[figure]]")
    for key, value in entry.items():
        if key not in KEYS:
            raise unknown_key(where, key, KEYS)
        if not isinstance(value, str):
            raise SpecError(f"{where}: {key} must be text, not {shortened(repr(value))}")
        if "\0" in value:
            raise SpecError(f"{where}: {key} holds a NUL byte")
    for key in ("file", "command"):
        if not entry.get(key):
            raise SpecError(f"{where} has no {key}", remedy=f'{key} = "…"')
    base = Figure(entry["file"], entry["command"], entry.get("caption", ""))
    command = with_defaults(base, defaults)
    return base if command == base.command else replace(base, command=command)


def with_defaults(entry: Figure, defaults: dict[str, list[str]]) -> str:
    """The command line with the defaults that its command knows and its words do not say."""
    name, *rest = entry.words
    if not defaults:
        return entry.command
    from convviz.cli import COMMANDS, options_of

    if name not in COMMANDS:
        return entry.command  # drawing it says what is wrong
    flags = options_of(name)
    said = {flags[word.partition("=")[0]] for word in rest if word.partition("=")[0] in flags}
    added = [
        word
        for flag, words in defaults.items()
        if flag in flags and flags[flag] not in said
        for word in words
    ]
    return shlex.join([name, *rest, *added]) if added else entry.command


def options(path: str, table: Any) -> dict[str, list[str]]:
    """`[defaults]` as option words: theme = "dark" → {"--theme": ["--theme", "dark"]}.

    Raises SpecError: a value that is neither text, a number, nor true or false.
    """
    if not isinstance(table, dict):
        raise SpecError(f"{path}: defaults is no table", remedy="start it with [defaults]")
    words: dict[str, list[str]] = {}
    for name, value in table.items():
        flag = f"--{name.replace('_', '-')}"
        if not isinstance(value, (str, int, float)):
            raise SpecError(
                f"{path}: the default {shortened(name)} must be text, a number, true or false"
            )
        if value is False:
            continue
        words[flag] = [flag] if value is True else [flag, str(value)]
    return words


def check_distinct(figures: Sequence[Figure]) -> None:
    """Refuse two figures that write one file."""
    seen: set[str] = set()
    for entry in figures:
        name = os.path.normpath(entry.file)
        if name in seen:
            raise SpecError(f"two figures write '{shortened(entry.file)}'")
        seen.add(name)


def located(path: str, text: str, message: str) -> SpecError:
    """The message of tomllib, pointing at its place where it names one."""
    fact = re.sub(r" \(at .*\)$", "", message)
    error = SpecError(f"{path} is not TOML: {fact[:1].lower()}{fact[1:]}")
    place = re.search(r"at line (\d+), column (\d+)", message)
    if place is None:
        return error
    lines = text.splitlines()
    row, column = int(place[1]) - 1, int(place[2]) - 1
    line = lines[row] if row < len(lines) else ""
    return error.at(line, (column, column + 1)) if line else error


def unknown_key(where: str, key: str, known: tuple[str, ...]) -> SpecError:
    """A key that is none of the `known` ones."""
    guess = near(key, known)
    return SpecError(
        f"{where} has a key '{shortened(key)}'",
        accepted=f"did you mean {guess}?" if guess else "",
        remedy=", ".join(known),
        heading="keys",
        source=shortened(key),
        span=(0, len(shortened(key))),
    )


def target(folder: Path, entry: Figure) -> Path:
    """Where `entry` is written: inside `folder`, whatever its file says.

    Raises SpecError: it leads out of the folder.
    """
    path = folder / entry.file
    inside = folder.resolve()
    if os.path.isabs(entry.file) or not path.resolve().is_relative_to(inside):
        raise SpecError(
            f"the file '{shortened(entry.file)}' leads out of {folder}",
            remedy="file names are relative to the folder of -d and stay below it",
        )
    return path


def fingerprint() -> str:
    """A digest of the program itself: a changed drawing is a changed figure."""
    root = os.path.dirname(os.path.dirname(__file__))
    digest = hashlib.sha256()
    for folder, below, names in os.walk(root):
        below.sort()  # where the walk goes on: one order on every machine
        for name in sorted(names):
            if name.endswith(".py"):
                digest.update(name.encode())
                with open(os.path.join(folder, name), "rb") as file:
                    digest.update(file.read())
    return digest.hexdigest()


def key(entry: Figure, program: str) -> str:
    """A digest of all that a figure depends on: program, command line, the files that it names."""
    digest = hashlib.sha256(program.encode())
    for word in entry.words:
        digest.update(b"\0" + word.encode("utf-8", "surrogateescape"))
        # A word that names a file is read as one; a shape never is, and hashing it costs nothing.
        if os.path.isfile(word):
            with open(word, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class Ledger:
    """What an earlier run drew in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORD
        self.entries: dict[str, list[str]] = {}
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return  # none yet, or not ours: everything is drawn anew
        if isinstance(found, dict):
            self.entries = {
                name: entry
                for name, entry in found.items()
                if isinstance(entry, list) and len(entry) == 2
            }

    def holds(self, entry: Figure, path: Path, wanted: str) -> bool:
        """Whether the file at `path` is what the key `wanted` drew, unchanged since."""
        known = self.entries.get(entry.file)
        if known is None or known[0] != wanted:
            return False
        try:
            return digest_of(path) == known[1]
        except OSError:
            return False

    def add(self, entry: Figure, path: Path, wanted: str) -> None:
        """Remember what was drawn."""
        self.entries[entry.file] = [wanted, digest_of(path)]

    def text(self) -> str:
        """The record as JSON, one file a line."""
        return json.dumps(self.entries, indent=0, sort_keys=True) + "\n"


def digest_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def draw(entry: Figure, path: str) -> SpecError | None:
    """Draw one figure into `path`; the error that stopped it, None where there is none."""
    from convviz.cli import in_words, perform

    try:
        perform([*entry.words, "-o", path])
    except Exception as error:
        return in_words(error)[0]
    return None


def chosen(figures: Sequence[Figure], patterns: Iterable[str]) -> list[Figure]:
    """The figures whose file, or its name without suffix, matches one of the `patterns`.

    Raises SpecError: a pattern that matches none.
    """
    keep: set[str] = set()
    for pattern in patterns:
        hits = [
            f.file
            for f in figures
            if len(pattern) <= NAME
            and (
                fnmatchcase(f.file, pattern)
                or fnmatchcase(str(Path(f.file).with_suffix("")), pattern)
            )
        ]
        if not hits:
            guess = near(pattern, [f.file for f in figures])
            raise SpecError(
                f"no figure is called '{shortened(pattern)}'",
                argument="only",
                accepted=f"did you mean {guess}?" if guess else "",
            )
        keep |= set(hits)
    return [f for f in figures if f.file in keep]
