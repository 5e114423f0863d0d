"""The one safe writer: the old file or the new one, never a part of either."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from convviz.errors import SpecError, io_error, near, printable, shortened


class Target(NamedTuple):
    """A file to write.

    path:   as typed, "~" for the home folder resolved.
    suffix: the ending that names the format, in lowercase: ".png".
    """

    path: str
    suffix: str


def target(text: str, pictures: Sequence[str], numbers: Sequence[str]) -> Target:
    """The file that `text` names, refused before any work where nothing could be written.

    Raises SpecError: no such format, a folder, a folder that is missing.
    """
    path = named(text)
    suffix = os.path.splitext(path)[1]
    if suffix.lower() not in (*pictures, *numbers):
        raise unknown_format(text, suffix, pictures, numbers)
    check_parent(text, path)
    return Target(path, suffix.lower())


def place(text: str) -> str:
    """The path of a file of any format, refused like a target.

    Raises SpecError: a folder, a folder that is missing.
    """
    path = named(text)
    check_parent(text, path)
    return path


def named(text: str) -> str:
    """The path that `text` names, "~" for the home folder resolved.

    Raises SpecError: it names no file, or a folder.
    """
    whole = (0, len(text))
    if not text or "\0" in text:
        raise SpecError("the name of the file is empty" if not text else "a name holds no NUL byte",
                        "output", source=text, span=whole)  # fmt: skip
    path = os.path.expanduser(text)
    if not os.path.basename(path) or os.path.isdir(path):
        raise SpecError(
            f"cannot write {shown(text)}: it is a folder", "output", "a file in it",
            source=text, span=whole,
        )  # fmt: skip
    return path


def check_parent(text: str, path: str) -> None:
    """Refuse a file in a folder that is missing, also where a link leads.

    Raises SpecError: there is no such folder.
    """
    name = os.path.basename(path)
    for parent in (os.path.dirname(path), os.path.dirname(os.path.realpath(path))):
        if parent and not os.path.isdir(parent):
            raise SpecError(
                f"cannot write {shown(text)}: there is no folder {shown(parent)}", "output",
                "no such folder", source=text, span=(0, max(0, len(text) - len(name)) or len(text)),
            )  # fmt: skip


def unknown_format(
    text: str, suffix: str, pictures: Sequence[str], numbers: Sequence[str]
) -> SpecError:
    """The error of a name whose ending is no format's."""
    guess = near(suffix, [*pictures, *numbers]) if suffix else ""
    if suffix:
        message = f"no output format ends in '{shown(suffix)}'"
        span = (len(text) - len(suffix), len(text))
    else:
        message, span = f"{shown(text)} has no ending that names a format", (0, len(text))
    return SpecError(
        message,
        "output",
        f"did you mean {guess}?" if guess else "",
        remedy=f"{' '.join(pictures)} (pictures), {' '.join(numbers)} (numbers)",
        heading="formats",
        source=text,
        span=span,
    )


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Make `data` the content of the file `path`.

    A regular file is replaced as a whole, through its symbolic links, and keeps its permissions;
    a device or a pipe is written to.

    Raises SpecError: it is a folder; from an OSError, the system refuses.
    """
    name = os.fspath(path)
    try:
        # The link stays a link: what it points at is replaced.
        place = os.path.realpath(name)
        try:
            old = os.stat(place)
        except FileNotFoundError:
            old = None
        if old is not None and not stat.S_ISREG(old.st_mode):
            _pour(place, data)
            return
        if old is not None:
            os.close(os.open(place, os.O_WRONLY))  # a rename would ask nobody
        _replace(place, data, old)
    except OSError as error:
        raise io_error("write", shown(name), error) from error


def _pour(place: str, data: bytes) -> None:
    """Write into what is there: renaming over a device would destroy it."""
    with open(place, "wb", buffering=0) as file:
        _all(file.fileno(), data)


def _replace(place: str, data: bytes, old: os.stat_result | None) -> None:
    folder = os.path.dirname(place)
    number, temporary = _beside(folder)
    try:
        try:
            _all(number, data)
            if old is not None:
                _inherit(number, old)
            os.fsync(number)
        finally:
            os.close(number)
        os.replace(temporary, place)
    except BaseException:
        # An interrupt leaves no litter either.
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _settle(folder)


def _beside(folder: str) -> tuple[int, str]:
    """A new file in `folder`: its descriptor and its path. Its mode follows the umask."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    path = os.path.join(folder, f".convviz-{os.getpid()}-{os.urandom(8).hex()}")
    return os.open(path, flags, 0o666), path


def _all(number: int, data: bytes) -> None:
    """Write every byte: one call may take only some."""
    left = memoryview(data)
    while left:
        left = left[os.write(number, left) :]


def _inherit(number: int, old: os.stat_result) -> None:
    """Give the new file the old one's owner, where that is allowed, and its permissions."""
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(number, old.st_uid, old.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(number, stat.S_IMODE(old.st_mode))


def _settle(folder: str) -> None:
    """Bring the new name to the disk: a power cut must not bring back the old one."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def shown(name: str) -> str:
    """A file's name for a message."""
    return shortened(printable(name), 200)
