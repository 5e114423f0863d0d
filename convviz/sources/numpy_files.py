"""NumPy's files: nothing is unpickled, and no header is believed."""

from __future__ import annotations

import math
import os
import stat
import zipfile
import zlib
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError, near, printable, shortened
from convviz.sources.budget import Budget
from convviz.sources.source import Source
from convviz.spec.words import AXES

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000
BLOCK = 1 << 20

Header = tuple[tuple[int, ...], bool, np.dtype[Any]]
"""(shape, column after column, dtype)."""


def npy(file: BinaryIO, name: str, budget: Budget) -> Source:
    """The array of a .npy file, mapped into memory where it is a file on disk.

    Raises SpecError: no .npy file, objects, fewer bytes than the header says, over the budget.
    """
    shape, fortran, dtype = header(file, name, budget)
    order = "F" if fortran else "C"
    size = math.prod(shape) * dtype.itemsize
    number = descriptor(file)
    if number is not None and size:
        offset = file.tell()
        there = os.fstat(number).st_size - offset
        if there < size:
            raise truncated(name, size, there)
        mapped = np.memmap(file, dtype, "r", offset, shape, order)  # type: ignore[call-overload]
        return Source(mapped)
    return Source(received(file, name, shape, order, dtype))


def npz(file: BinaryIO, name: str, budget: Budget, member: str = "") -> Source:
    """The array `member` of a .npz file, or the only one.

    Raises SpecError: as `npy`; no archive, no such array, several and none named.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entry = chosen(archive, name, member)
            with archive.open(entry) as stream:
                shape, fortran, dtype = header(stream, name, budget)  # type: ignore[arg-type]
                order = "F" if fortran else "C"
                return Source(received(stream, name, shape, order, dtype))  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SpecError(
            f"{shown(name)} is no intact .npz archive: {lowered(error)}"
        ) from None  # fmt: skip


def chosen(archive: zipfile.ZipFile, name: str, member: str) -> zipfile.ZipInfo:
    """The entry of the archive to read."""
    entries = {
        entry.filename.removesuffix(".npy"): entry
        for entry in archive.infolist()
        if entry.filename.endswith(".npy")
    }
    if member in entries:
        return entries[member]
    if not member and len(entries) == 1:
        return next(iter(entries.values()))
    names = [printable(shortened(key)) for key in entries]
    if not names:
        raise SpecError(f"{shown(name)} holds no array")
    if member:
        guess = near(member, names)
        raise SpecError(
            f"{shown(name)} holds no array called '{shortened(member)}'",
            accepted=f"did you mean {guess}?" if guess else "",
            remedy=", ".join(names[:50]),
            heading="arrays",
            source=name,
            span=(len(name) - len(member), len(name)),
        )
    raise SpecError(
        f"{shown(name)} holds {len(names)} arrays",
        accepted=f"name one: {names[0]}",
        remedy=", ".join(f"{shown(name)}:{key}" for key in names[:20]),
        heading="arrays",
    )


def header(file: BinaryIO, name: str, budget: Budget) -> Header:
    """What a .npy header says, checked against the budget.

    Raises SpecError: no header, no plain numbers, over the budget.
    """
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read(file, max_header_size=LONGEST_HEADER)
    except OSError:
        raise
    except Exception:  # NumPy raises what its tokenizer and `literal_eval` raise: a dozen kinds
        raise SpecError(
            f"{shown(name)} is no .npy file: its header cannot be read",
            remedy="numpy.save writes one",
        ) from None  # fmt: skip
    if dtype.hasobject:
        raise SpecError(
            f"{shown(name)} holds Python objects, which are never loaded",
            accepted="pickled", remedy="save plain numbers: x.astype(float)",
        )  # fmt: skip
    if dtype.kind not in "iuf":
        raise SpecError(
            f"{shown(name)} holds {dtype}, not numbers",
            accepted="integers or floating-point numbers",
        )  # fmt: skip
    if any(n < 0 for n in shape):
        raise SpecError(f"{shown(name)} has a negative size")
    if len(shape) > AXES:
        raise SpecError(f"{shown(name)} has {len(shape)} axes", accepted=f"at most {AXES}")
    budget.check(shape, "an array", dtype.itemsize)
    return shape, fortran, dtype


def received(
    file: BinaryIO, name: str, shape: tuple[int, ...], order: str, dtype: np.dtype[Any]
) -> NDArray[Any]:
    """The numbers that follow a header, block by block: a lying header allocates nothing."""
    size = math.prod(shape) * dtype.itemsize
    data = bytearray()
    while len(data) < size:
        block = file.read(min(BLOCK, size - len(data)))
        if not block:
            raise truncated(name, size, len(data))
        data += block
    flat = np.frombuffer(data, dtype)
    return flat.reshape(shape, order=order)  # type: ignore[call-overload,no-any-return]


def truncated(name: str, size: int, there: int) -> SpecError:
    """The error of a file that ends too early."""
    return SpecError(
        f"{shown(name)} is cut short: its header says {size:,} bytes, {there:,} are there"
    )


def descriptor(file: BinaryIO) -> int | None:
    """The descriptor of a regular file, which can be mapped; None for a pipe or bytes in memory."""
    try:
        number = file.fileno()
    except (OSError, AttributeError):
        return None
    return number if stat.S_ISREG(os.fstat(number).st_mode) else None


def lowered(error: Exception) -> str:
    """The message of another library, in our form."""
    text = printable(shortened(str(error), 100)).rstrip(".")
    return text[:1].lower() + text[1:]


def shown(name: str) -> str:
    """A file's name for a message."""
    return shortened(printable(name), 200)
