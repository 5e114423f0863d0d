"""Files that are missing, broken, huge, hostile or oddly named: one message, no traceback."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.faults.running import Answer, child, convviz, environment, many, strict

posix = pytest.mark.skipif(os.name != "posix", reason="devices, pipes and permissions")


class Hostile:
    """What leaves a mark where it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, ("unpickled", "w")


def saved(array: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=True)
    return buffer.getvalue()


def header(shape: str, descr: str = "<f8") -> bytes:
    """A .npy header that promises what does not follow."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def archive(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.npy", content)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG whose header says so, with hardly any pixels in it."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", size), *more, pixels])


# Name → content, exit status, what the message says.
BROKEN: dict[str, tuple[bytes, int, str]] = {
    "empty.npy": (b"", 2, "its header cannot be read"),
    "empty.npz": (b"", 2, "is no intact .npz archive"),
    "empty.csv": (b"", 2, "holds no number"),
    "empty.json": (b"", 2, "is no JSON"),
    "empty.png": (b"", 2, "as a picture: it is none of PNG"),
    "empty": (b"", 2, "has no ending that names a format"),
    "short.npy": (saved(np.arange(9.0))[:-1], 2, "header says 72 bytes, 71 are there"),
    "short.npz": (archive(saved(np.arange(9.0)))[:-30], 2, "is no intact .npz archive"),
    "short.png": (png(9, 9), 2, "cannot read short.png as a picture"),
    "pickled.npy": (saved([Hostile()]), 2, "Python objects, which are never loaded"),
    "pickled.npz": (archive(saved([Hostile()])), 2, "Python objects, which are never loaded"),
    "bare.npy": (pickle.dumps(Hostile()), 2, "its header cannot be read"),
    "bare.npz": (pickle.dumps(Hostile()), 2, "is no intact .npz archive"),
    "bare": (pickle.dumps(Hostile()), 2, "has no ending that names a format"),
    "lying.npy": (header("(1000, 1000)"), 2, "header says 8,000,000 bytes, 0 are there"),
    "vast.npy": (header("(1000000000000,)"), 2, "more than the budget of 16,777,216"),
    "deep.npy": (header("(" + "1, " * 70 + ")") + bytes(8), 2, "deep.npy has 70 axes"),
    "none.npy": (header("(0, 3)"), 2, "the input is empty: 0×3"),
    "code.npy": (header("open('unpickled', 'w')"), 2, "its header cannot be read"),
    "bomb.npz": (
        archive(header("(50000000,)", "|u1") + bytes(50_000_000)), 2, "50,000,000 numbers, more",
    ),
    "bomb.png": (png(100_000, 100_000), 2, "30,000,000,000 numbers, more than the budget"),
    "words.png": (
        png(2, 2, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000)))), 2,
        "cannot read words.png as a picture: decompressed",
    ),
    "ragged.csv": (b"1,2\n3\n", 2, "line 1 of ragged.csv has 2 values, line 2 has 1"),
    "utf16.csv": ("1,2".encode("utf-16"), 2, "is not text: byte 0 is not UTF-8"),
    "nul.csv": (b"1\x002,3", 2, r"holds '1\x002', not a number"),
    "inf.csv": (b"1,1e999", 2, "1e999 is beyond the largest number"),
    "inf.json": (b"[1, 1e999]", 2, "1e999 is beyond the largest number"),
    "code.csv": (b"open('unpickled';'w')", 2, "not a number"),
    "nested.json": (b"[" * 100_000, 2, "nests more than 8 lists"),
    "wide.csv": (b"11," * 17_000_000 + b"1", 2, "17,000,001 numbers, more than the budget"),
}  # fmt: skip

SOUND: dict[str, bytes] = {
    "bom.csv": b"\xef\xbb\xbf1,2\n3,4\n",
    "crlf.csv": b"1,2\r\n3,4\r\n",
    "3x3.txt": b"1 2\n3 4\n",
    "--x.txt": b"1 2\n3 4\n",
    "-.txt": b"1 2\n3 4\n",
    "%d [red] $x$.txt": b"1 2\n3 4\n",
}
"""Files that hold 1 2 / 3 4."""

MOST = 500 << 20
"""Bytes that none of them may take."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("in")
    for name, (content, *_) in BROKEN.items():
        (place / name).write_bytes(content)
    for name, content in SOUND.items():
        (place / name).write_bytes(content)
    return place


@pytest.fixture(scope="module")
def answers(folder: Path) -> Iterator[dict[str, Answer]]:
    """What each file gets, all read in one process."""
    names = [*BROKEN, *SOUND]
    words = [name if "." in name else f"./{name}" for name in names]
    lines = [("pad", "-p", "0", "--json", "--", word) for word in words]
    yield dict(zip(names, many(lines, folder), strict=True))
    assert not (folder / "unpickled").exists(), "something ran what a file holds"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gets_one_message(name: str, answers: dict[str, Answer]) -> None:
    _, status, fact = BROKEN[name]
    answers[name].refused(status, fact)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_is_read_whatever_its_name_and_line_ends(
    name: str, answers: dict[str, Answer]
) -> None:
    assert answers[name].err == ""
    assert strict(answers[name].out)["input"]["values"] == [[1, 2], [3, 4]]


def test_what_a_file_holds_is_never_run(folder: Path) -> None:
    lines = [f"conv 4x4 --weight {name}".split() for name in BROKEN if "code" in name]
    lines += [["pad", name] for name in BROKEN if "pickled" in name or "bare" in name]
    assert {answer.status for answer in many(lines, folder)} == {2}
    assert not (folder / "unpickled").exists()


@posix
def test_bombs_take_no_memory(folder: Path) -> None:
    code = (
        "import io, resource, sys\nfrom convviz.cli import main\nsys.stderr = io.StringIO()\n"
        "for name in sys.argv[1:]: assert main(['pad', name]) == 2\n"
    )
    if sys.platform == "linux":  # where `ru_maxrss` begins with what this process holds
        code += "print(int(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]))"
    else:
        code += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    names = ["bomb.npz", "bomb.png", "words.png", "vast.npy", "lying.npy", "wide.csv"]
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(child(code, *names, cwd=folder)) * unit < MOST


@pytest.mark.parametrize(
    ("word", "status", "fact"),
    [
        ("missing.npy", 1, "cannot read missing.npy: no such file"),
        ("empty.cvs", 1, "did you mean empty.csv, in this folder?"),
        ("./", 1, "cannot read ./: it is a folder"),
        ("empty.csv/x.npy", 1, "a part of its path is no folder"),
        ("x" * 300 + ".npy", 1, "the name is too long"),
        ("no\udcff.csv", 1, r"cannot read no\xff.csv: no such file"),
        ("--x.txt", 2, "what begins with a dash goes after --"),
    ],
)
def test_a_name_that_cannot_be_read_says_why(
    word: str, status: int, fact: str, folder: Path
) -> None:
    convviz("pad", os.fsencode(word), cwd=folder).refused(status, fact)


def test_a_name_that_looks_like_a_shape_is_a_shape_unless_it_has_an_ending(folder: Path) -> None:
    (folder / "2x3").write_bytes(b"1 2\n3 4\n")
    shape, file = many([["pad", "2x3", "--json"], ["pad", "3x3.txt", "--json"]], folder)
    assert strict(shape.out)["input"]["shape"] == [2, 3]
    assert strict(file.out)["input"]["shape"] == [2, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
def test_a_name_that_is_no_text_is_read_and_said_in_escapes(folder: Path) -> None:
    name = b"\xff\xfe.csv"
    (folder / os.fsdecode(name)).write_bytes(b"1,2\n3,4\n")
    answer = convviz("pad", name, "-p", "0", "--json", cwd=folder)
    assert strict(answer.out)["input"]["values"] == [[1, 2], [3, 4]]
    convviz("pad", name, "-o", "x.pgn", cwd=folder).refused(2, "no output format ends in")
    convviz("pad", "2x2", "-o", "x.png", "--title", b"\xff", cwd=folder).refused(
        2, "a label holds characters that cannot be drawn"
    )


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="devices")
def test_a_device_that_never_ends_is_refused(tmp_path: Path) -> None:
    names = [f"zero{ending}" for ending in (".npy", ".npz", ".csv", ".json", ".png", ".toml", "")]
    for name in names:
        (tmp_path / name).symlink_to("/dev/zero")
    small = ("--max-elements", "1000")
    answers = many([("pad", f"./{name}", *small) for name in names], tmp_path)
    for answer in answers:
        answer.refused(2, "more than the budget of 1,000")
    networks = [["figures", "zero.toml"], ["shape", "3x8x8", "zero.toml"]]
    for answer in many(networks, tmp_path):
        answer.refused(2, "is longer than")


PIPED = """
import os, sys, threading, numpy, io
from convviz.sources.budget import Budget
from convviz.sources.files import read
for content in (b"1 2\\n3 4\\n", b"[[1, 2], [3, 4]]", open("x.npy", "rb").read()):
    out, into = os.pipe()
    threading.Thread(target=lambda: (os.write(into, content), os.close(into))).start()
    print(read(f"/dev/fd/{out}", Budget()).array.tolist())
"""


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="pipes by name")
def test_what_a_shell_substitutes_is_read_as_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(saved([[1, 2], [3, 4]]))
    assert child(PIPED, cwd=tmp_path) == "[[1, 2], [3, 4]]\n" * 3


ORDINARY = """
import io, os, sys
from convviz.cli import main
told, sys.stderr, sys.stdout = sys.stderr, io.StringIO(), io.StringIO()
main(["pad", "sound.csv", "-o", "first.csv"])  # loads what it takes
main(["pad", "missing.csv"])
os.unlink("first.csv")
sys.stderr = told
if os.geteuid() == 0:
    os.seteuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@posix
@pytest.mark.parametrize(
    ("words", "fact"),
    [
        (("pad", "closed.csv"), "cannot read closed.csv: permission denied"),
        (("pad", "2x2", "-o", "closed.csv"), "cannot write closed.csv: permission denied"),
        (("pad", "2x2", "-o", "theirs.csv"), "cannot write theirs.csv: permission denied"),
        (("pad", "2x2", "-o", "locked/x.csv"), "cannot write locked/x.csv: permission denied"),
    ],
)
def test_what_is_not_ours_is_status_1(words: tuple[str, ...], fact: str) -> None:
    """Root may read and write anything, so root becomes somebody else first."""
    place = Path(tempfile.mkdtemp())
    try:
        (place / "sound.csv").write_text("1,2")
        (place / "closed.csv").write_text("1,2")
        (place / "closed.csv").chmod(0)
        (place / "theirs.csv").write_text("1,2")
        (place / "theirs.csv").chmod(0o444)
        (place / "locked").mkdir()
        (place / "locked").chmod(0o555)
        place.chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", ORDINARY, *words], cwd=place,
            env=environment(COVERAGE_PROCESS_CONFIG=""),  # whose data only root could write
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        Answer(done.returncode, done.stdout, done.stderr).refused(1, fact)
        assert sorted(os.listdir(place)) == ["closed.csv", "locked", "sound.csv", "theirs.csv"]
        assert (place / "theirs.csv").read_text() == "1,2"
        assert os.listdir(place / "locked") == []
    finally:
        shutil.rmtree(place)


NETWORKS = """
import sys, convviz
for name in sys.argv[1:]:
    try:
        print(convviz.network(name, (3, 8, 8)))
    except convviz.SpecError as error:
        print("refused", error.message)
    except OSError as error:
        print("system", error.strerror)
"""


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="devices")
def test_a_network_from_a_file_is_refused_in_python_as_on_the_command_line(folder: Path) -> None:
    words = ["/dev/zero", "short.png", "missing.toml", ".", "code.csv"]
    assert [line[:40] for line in child(NETWORKS, *words, cwd=folder).splitlines()] == [
        "refused /dev/zero is longer than 64 MiB",
        "refused short.png is no text: byte 0 is ",
        "system No such file or directory",
        "system Is a directory",
        "refused a comma is missing before ';'",
    ]
