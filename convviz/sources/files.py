"""Arrays from files, the standard input and the sample: by ending, or by the first bytes."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, NoReturn

from convviz.errors import SpecError, io_error, near, printable, shortened
from convviz.sources import images, numpy_files, tables
from convviz.sources.budget import Budget
from convviz.sources.source import Source
from convviz.spec.words import IMAGE_SUFFIXES

MARGIN = 1 << 20
"""Bytes that a file may have beyond its numbers: headers, and short tables of long numbers."""

MOST_NAMES = 10_000
"""Names of a folder that are looked through for a similar one."""

Reader = Callable[[BinaryIO, str, Budget], Source]

READERS: dict[str, Reader] = {
    ".npy": numpy_files.npy,
    ".npz": numpy_files.npz,
    ".csv": tables.csv,
    ".tsv": tables.tsv,
    ".txt": tables.txt,
    ".json": tables.json_list,
    **dict.fromkeys(IMAGE_SUFFIXES, images.picture),
}

MAGIC: tuple[tuple[bytes, Reader], ...] = (
    (b"\x93NUMPY", numpy_files.npy),
    (b"PK\x03\x04", numpy_files.npz),
    (b"\x89PNG", images.picture),
    (b"\xff\xd8\xff", images.picture),
    (b"GIF8", images.picture),
    (b"BM", images.picture),
    (b"II*\0", images.picture),
    (b"MM\0*", images.picture),
    (b"RIFF", images.picture),
)
"""First bytes → reader, for what has no ending."""


def read(path: str, budget: Budget) -> Source:
    """The array in the file `path`; `x.npz:name` is one array of several.

    Raises SpecError: no numbers, or more than the budget; from an OSError, it cannot be read.
    """
    place = os.path.expanduser(path)
    member = ""
    if ".npz:" in place and not os.path.lexists(place):
        place, _, member = place.rpartition(":")
    suffix = os.path.splitext(place)[1].lower()
    reader = READERS.get(suffix)
    if reader is numpy_files.npz:
        reader = partial(numpy_files.npz, member=member)
    try:
        if "\0" in place:
            raise FileNotFoundError(2, "no such file")
        with open(place, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                # A pipe cannot be read twice, and a device may never end.
                return by_content(received(file, shown(path), budget), path, budget, reader)
            if reader is None:
                reader = sniffed(file, path)
            return reader(file, path, budget)
    except FileNotFoundError as error:
        missing(path, error)
    except OSError as error:
        raise io_error("read", shown(path), error) from error


def sniffed(file: BinaryIO, path: str) -> Reader:
    """The reader of a file without a known ending, by its first bytes.

    Raises SpecError: nothing that is known.
    """
    head = file.read(16)
    file.seek(0)
    for magic, reader in MAGIC:
        if head.startswith(magic):
            return reader
    suffix = os.path.splitext(path)[1]
    guess = near(suffix, tuple(READERS)) if suffix else ""
    raise SpecError(
        f"{shown(path)} has no ending that names a format",
        accepted=f"did you mean {guess}?" if guess else "",
        remedy=" ".join(READERS),
        heading="formats",
        source=path,
        span=(len(path) - len(suffix), len(path)),
    )


def missing(path: str, error: OSError) -> NoReturn:
    """Say that there is no such file, and which name of its folder is near.

    Raises SpecError: always.
    """
    folder, name = os.path.split(os.path.expanduser(path))
    try:
        names = os.listdir(folder or ".")[:MOST_NAMES]
    except (OSError, ValueError):
        names = []
    readable = [n for n in names if n.isprintable() and os.path.splitext(n)[1].lower() in READERS]
    guess = near(name, readable)
    where = f"in {shown(folder)}" if folder else "in this folder"
    told = io_error("read", shown(path), error)
    raise SpecError(
        told.message,
        accepted=f"did you mean {guess}, {where}?" if guess else "",
        remedy='a shape is written 4x4, numbers "1 2; 3 4"',
    ) from error


def read_stream(file: BinaryIO | None, budget: Budget) -> Source:
    """The array on the standard input: .npy, .npz, an image, JSON, or rows of numbers.

    Raises SpecError: it is closed or empty, no numbers, or more than the budget.
    """
    name = "the standard input"
    if file is None:
        raise SpecError(f"cannot read {name}: it is closed") from OSError(9, "closed")
    try:
        data = received(file, name, budget)
    except OSError as error:
        raise io_error("read", name, error) from error
    return by_content(data, name, budget)


def received(file: BinaryIO, name: str, budget: Budget) -> bytes:
    """All that a stream holds.

    Raises SpecError: more than the budget.
    """
    most = budget.elements * 8 + MARGIN
    data = file.read(most + 1)
    if len(data) > most:
        budget.check_count(len(data), name, f"more than {most:,} bytes", 8)
    return data


def by_content(data: bytes, name: str, budget: Budget, reader: Reader | None = None) -> Source:
    """The array in the bytes of a stream, read by `reader`, or else by what they look like.

    Raises SpecError: there are none, or no numbers in them.
    """
    if not data.strip():
        raise SpecError(
            f"{shown(name)} is empty", remedy='numbers are written "1 2; 3 4", or as .npy'
        )
    known = (reader for magic, reader in MAGIC if data.startswith(magic))
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    text = tables.json_list if first in (b"[", b"{") else tables.txt
    return (reader or next(known, text))(io.BytesIO(data), name, budget)


def sample(name: str, budget: Budget) -> Source:
    """The photograph that comes with matplotlib, which is found, not imported.

    Raises SpecError: matplotlib was installed without it.
    """
    from importlib.util import find_spec

    assert name == "photo", "the parser knows the samples"
    spec = find_spec("matplotlib")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    for folder in folders:
        path = os.path.join(folder, "mpl-data", "sample_data", "grace_hopper.jpg")
        if os.path.exists(path):
            return read(path, budget)
    raise SpecError(
        "the photograph that comes with matplotlib is not installed",
        remedy="name a picture of your own: photo.png",
    ) from FileNotFoundError(2, "no such file")


def shown(path: str) -> str:
    """A path for a message."""
    return shortened(printable(path), 200)
