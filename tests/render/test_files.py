"""The one safe writer: the old file or the new one, never a part of either, and no litter."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from convviz.errors import SpecError
from convviz.render import files

PICTURES, NUMBERS = (".png", ".svg", ".pdf"), (".npy", ".csv", ".json")
posix = pytest.mark.skipif(os.name != "posix", reason="links, devices and permissions")


def target(text: str) -> files.Target:
    return files.target(text, PICTURES, NUMBERS)


def test_a_new_file_holds_the_bytes_and_follows_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    before = os.umask(0o027)
    try:
        files.write(path, b"new")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["x.npy"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_an_old_file_keeps_its_permissions(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(b"old")
    path.chmod(mode)
    files.write(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_symbolic_link_stays_one_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "x.npy", tmp_path / "link.npy"
    link.symlink_to("real/x.npy")
    for data in (b"first, through a dangling link", b"second"):
        files.write(link, data)
        assert link.is_symlink()
        assert real.read_bytes() == data
    assert sorted(os.listdir(tmp_path)) == ["link.npy", "real"]


@posix
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    os.mkfifo(path)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(path.read_bytes()))
    reader.start()
    files.write(path, b"bytes" * 100_000)
    reader.join()
    assert found == [b"bytes" * 100_000]
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_device_is_written_to_and_a_full_one_says_so() -> None:
    files.write("/dev/null", b"bytes")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(SpecError) as caught:
        files.write("/dev/full", b"bytes")
    assert caught.value.message == "cannot write /dev/full: no space left on the device"
    assert isinstance(caught.value.__cause__, OSError)


STEPS = ("open", "write", "fchown", "fchmod", "fsync", "replace")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_at_any_step_leaves_the_old_file_and_no_litter(
    step: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(b"old")

    def fail(*words: Any, **more: Any) -> None:
        raise error

    monkeypatch.setattr(os, step, fail)
    # Where the owner cannot be kept, the file is written all the same.
    if step == "fchown" and isinstance(error, OSError):
        files.write(path, b"new")
    else:
        with pytest.raises((SpecError, KeyboardInterrupt)):
            files.write(path, b"new")
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["x.npy"]
    assert path.read_bytes() in (b"old", b"new")
    assert (path.read_bytes() == b"new") == (step == "fchown" and isinstance(error, OSError))


def test_a_failure_at_every_byte_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(b"old")
    write = os.write
    for most in range(12):
        calls = iter(range(most))

        def one_byte(number: int, data: bytes, calls: Any = calls) -> int:
            if next(calls, None) is None:
                raise OSError(5, "Input/output error")
            return write(number, data[:1])

        monkeypatch.setattr(os, "write", one_byte)
        if most < len(b"new content"):
            with pytest.raises(SpecError, match="input/output error"):
                files.write(path, b"new content")
        else:
            files.write(path, b"new content")
        monkeypatch.undo()
        assert path.read_bytes() == (b"old" if most < 11 else b"new content")
        assert os.listdir(tmp_path) == ["x.npy"]


def test_eight_writers_of_one_file_end_with_one_whole_result(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    contents = [bytes([n]) * 100_000 for n in range(8)]
    threads = [threading.Thread(target=files.write, args=(path, data)) for data in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert os.listdir(tmp_path) == ["x.npy"]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError):
        files.write(tmp_path, b"new")
    assert tmp_path.is_dir()


@pytest.mark.parametrize(
    ("text", "message", "spot"),
    [
        ("stride.pgn", "no output format ends in '.pgn'", ".pgn"),
        ("stride", "stride has no ending that names a format", "stride"),
        (".png", ".png has no ending that names a format", ".png"),
        ("here/", "cannot write here/: it is a folder", "here/"),
        ("here", "cannot write here: it is a folder", "here"),
        ("here.png", "cannot write here.png: it is a folder", "here.png"),
        ("no/x.png", "cannot write no/x.png: there is no folder no", "no/"),
        ("", "the name of the file is empty", ""),
        ("a\0.png", "a name holds no NUL byte", "a\0.png"),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_any_work(
    text: str, message: str, spot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "here.png").mkdir()
    with pytest.raises(SpecError) as caught:
        target(text)
    error = caught.value
    assert error.message == message
    assert error.source[slice(*error.span)] == spot


def test_a_target_knows_its_format_whatever_the_case() -> None:
    assert target("X.PNG").suffix == ".png"
    assert target("x.tar.npy").suffix == ".npy"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert target("~/x.npy").path == f"{tmp_path}/x.npy"
