"""NumPy's files: nothing is unpickled, no header is believed."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from convviz.sources.budget import Budget
from convviz.sources.files import read
from tests.sources.refusals import refused

BUDGET = Budget(1000)


def saved(array: object, *, pickled: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=pickled)
    return buffer.getvalue()


def header(text: str) -> bytes:
    """A .npy header that says `text`."""
    padded = text.encode("latin-1") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded


BOMB = header("{'descr': '|u1', 'fortran_order': False, 'shape': (50000000,), }")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.npy"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(5, dtype=">i4"),
        np.array([1.5, -2], np.float16),
        np.array([[np.nan, np.inf]]),
    ],
    ids=lambda array: f"{array.dtype.str} {array.shape}",
)
def test_an_array_is_read_as_it_was_written(array: np.ndarray, path: Path) -> None:
    np.save(path, array)
    source = read(str(path), BUDGET)
    np.testing.assert_array_equal(source.array, array)
    assert source.array.dtype == array.dtype
    assert not source.typed


def test_a_file_is_mapped_not_copied_and_never_written(path: Path) -> None:
    np.save(path, np.arange(4.0))
    array = read(str(path), BUDGET).array
    assert isinstance(array, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 9


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (b"", "its header cannot be read"),
        (b"1 2 3", "its header cannot be read"),
        (b"\x93NUMPY\x09\x00", "its header cannot be read"),
        (b"\x93NUMPY\x01\x00\xff\xff{'descr'", "its header cannot be read"),
        (header("{'descr': '<f8', 'fortran_order': False}"), "its header cannot be read"),
        (header("__import__('os').system('true')"), "its header cannot be read"),
        (header("(" * 9000), "its header cannot be read"),
        (saved([{}], pickled=True), "holds Python objects, which are never loaded"),
        (saved([1j]), "holds complex128, not numbers"),
        (saved(["a"]), "holds <U1, not numbers"),
        (saved([True]), "holds bool, not numbers"),
        (saved(np.zeros(3, [("a", "f8")])), "not numbers"),
        (saved(np.arange(9.0))[:-8], "is cut short: its header says 72 bytes, 64 are there"),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 4), }"),
            "has a negative size",
        ),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (10**9, 10**9), }"),
            "its header cannot be read",
        ),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }"),
            "holds 1,000,000,000 numbers, more than the budget",
        ),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (900,), }"),
            "is cut short",
        ),
    ],
)
def test_a_bad_file_gets_one_clear_message(data: bytes, fact: str, path: Path) -> None:
    path.write_bytes(data)
    with refused(fact):
        read(str(path), BUDGET)


def test_a_file_with_another_ending_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(saved([1.0, 2.0]))
    np.testing.assert_array_equal(read(str(path), BUDGET).array, [1, 2])


def test_an_archive_gives_its_only_array_or_the_one_that_is_named(tmp_path: Path) -> None:
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    np.savez(one, kernel=np.arange(3.0))
    np.savez_compressed(two, a=np.arange(3.0), b=np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    np.testing.assert_array_equal(read(str(one), BUDGET).array, [0, 1, 2])
    np.testing.assert_array_equal(read(f"{two}:b", BUDGET).array, [[0, 1, 2], [3, 4, 5]])
    with refused("holds 2 arrays") as caught:
        read(str(two), BUDGET)
    assert "two.npz:a" in caught.value.remedy
    with refused("no array called 'c'"):
        read(f"{two}:c", BUDGET)


def test_an_archive_that_is_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", BOMB + bytes(50_000_000))
    assert os.path.getsize(path) < 100_000
    with refused("more than the budget"):
        read(str(path), BUDGET)


def test_an_archive_that_holds_less_than_its_header_says_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "short.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", saved(np.arange(9.0))[:-8])
    with refused("cut short"):
        read(str(path), BUDGET)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", b"text"])
def test_a_broken_archive_gets_one_clear_message(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(data)
    with refused("is no intact .npz archive"):
        read(str(path), BUDGET)


def test_an_archive_without_arrays_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with refused("holds no array"):
        read(str(path), BUDGET)


def test_a_pipe_is_read_although_it_cannot_be_mapped(tmp_path: Path) -> None:
    import threading

    path = tmp_path / "pipe.npy"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(saved([1.0, 2.0]),))
    writer.start()
    np.testing.assert_array_equal(read(str(path), BUDGET).array, [1, 2])
    writer.join()


def test_a_folder_and_an_unreadable_name_are_errors_of_the_system(tmp_path: Path) -> None:
    for name, reason in (
        (str(tmp_path), "it is a folder"),
        (f"{tmp_path}/x\0.npy", "no such file"),
    ):
        with refused(reason) as caught:
            read(name, BUDGET)
        assert isinstance(caught.value.__cause__, OSError)


def test_a_missing_file_names_a_similar_one(tmp_path: Path) -> None:
    (tmp_path / "image.npy").touch()
    with refused("no such file") as caught:
        read(str(tmp_path / "imge.npy"), BUDGET)
    assert caught.value.accepted == f"did you mean image.npy, in {tmp_path}?"


def test_a_name_without_a_known_ending_lists_the_formats(tmp_path: Path) -> None:
    path = tmp_path / "x.nyp"
    path.write_bytes(b"hello")
    with refused("no ending that names a format") as caught:
        read(str(path), BUDGET)
    assert caught.value.accepted == "did you mean .npy?"
    assert ".npz" in caught.value.remedy
