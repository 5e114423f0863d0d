"""What is written: all of it or nothing, never in the place of something else."""

from __future__ import annotations

import ast
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.faults.running import PROGRAM, ROOT, Answer, child, convviz, environment, many

posix = pytest.mark.skipif(os.name != "posix", reason="signals, links and devices")
full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")

WRITER = ROOT / "convviz/render/files.py"


def written_by(path: Path) -> set[str]:
    """The calls in a file of the program that write files, or make, move or remove them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        modes = [ast.unparse(word) for word in node.args[1:2]]
        modes += [ast.unparse(word.value) for word in node.keywords if word.arg == "mode"]
        if name == "open" and modes != ["'rb'"]:
            found.add(" ".join(["open", *modes]))
        writes = ("write_text", "write_bytes", "unlink", "rename", "rmtree", "touch", "tofile")
        if name.rpartition(".")[2] in writes or name in ("os.replace", "os.remove", "np.save"):
            found.add(name)
    return found


def test_files_are_written_in_one_place() -> None:
    writers = {path: written_by(path) for path in sorted((ROOT / "convviz").rglob("*.py"))}
    assert writers.pop(WRITER) == {"open 'wb'", "os.replace", "os.unlink"}
    assert {path.name: found for path, found in writers.items() if found} == {}


STEPS = ("open", "write", "fchown", "fchmod", "fsync", "close", "replace")
"""What the writer asks of the system, in turn."""

KILLED = """
import os, signal, sys
from convviz.render import files
OLD, NEW = b"old" * 10_000, b"new" * 20_000
write = os.write
os.write = lambda number, data: write(number, data[:7_000])  # several calls, as on a full pipe
moments = 0
for step in sys.argv[1:]:
    for late in (False, True):
        for call in range(1, 20):
            with open("x.npy", "wb") as file:
                file.write(OLD)
            child = os.fork()
            if not child:
                calls, real = 0, getattr(os, step)
                def deadly(*words, **more):
                    global calls
                    calls += 1
                    if calls == call and not late:
                        os.kill(os.getpid(), signal.SIGKILL)
                    result = real(*words, **more)
                    if calls == call:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return result
                setattr(os, step, deadly)
                files.write("x.npy", NEW)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            with open("x.npy", "rb") as file:
                data = file.read()
            assert data in (OLD, NEW), (step, call, late, len(data))
            assert all(n == "x.npy" or n.startswith(".convviz-") for n in os.listdir())
            if os.WIFEXITED(status):
                assert data == NEW
                break
            moments += 1
print(moments)
"""


@posix
def test_a_writer_killed_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    assert int(child(KILLED, *STEPS, cwd=tmp_path)) >= 2 * (len(STEPS) + 8)


ANY_MOMENT = """
import os, signal, time
from convviz.render import files
CONTENTS = [bytes([65 + n]) * 300_000 for n in range(8)]
files.write("x.npy", CONTENTS[0])
for attempt in range(60):
    begun, tell = os.pipe()
    child = os.fork()
    if not child:
        while True:
            for data in CONTENTS:
                files.write("x.npy", data)
                os.write(tell, b"!")
    os.read(begun, 1)
    time.sleep(0.0005 * (attempt % 20))
    os.kill(child, signal.SIGKILL)
    os.close(begun), os.close(tell)
    os.waitpid(child, 0)
    with open("x.npy", "rb") as file:
        data = file.read()
    assert data in CONTENTS, len(data)
"""


@posix
def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    child(ANY_MOMENT, cwd=tmp_path)


INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from convviz.__main__ import run
step = sys.argv[1]
real = getattr(os, step)
def interrupted(*words, **more):
    os.kill(os.getpid(), signal.SIGINT)
    return real(*words, **more)
import convviz.render.files
setattr(os, step, interrupted)
run(["pad", "2x2", "-o", "x.csv"])
"""


@posix
@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_an_interrupt_while_it_saves_is_130_and_leaves_the_old_file(
    step: str, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, step], cwd=tmp_path, env=environment(),
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
    assert (tmp_path / "x.csv").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.csv"]


LIMITED = """
import io, os, resource, sys
from convviz.cli import main
sys.stderr = io.StringIO()
main(["pad", "2x2", "-o", "x.csv"])
whole = open("x.csv", "rb").read()
for most in range(len(whole) + 1):
    with open("x.csv", "wb") as file:
        file.write(b"old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    status = main(["pad", "2x2", "-o", "x.csv"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    data = open("x.csv", "rb").read()
    assert (status, data) == ((1, b"old") if most < len(whole) else (0, whole)), most
    assert os.listdir() == ["x.csv"], most
print(sys.stderr.getvalue().count("cannot write x.csv: file too large"), len(whole))
"""


@posix
def test_a_system_that_takes_no_more_at_any_byte_leaves_the_old_file(tmp_path: Path) -> None:
    said, size = child(LIMITED, cwd=tmp_path).split()
    assert said == size


SMALL_DISK = """
set -e
mkdir disk
mount -t tmpfs -o size=16k tmpfs disk
echo old > disk/x.csv
"$@" pad 80x80 -o disk/x.csv && exit 9 || echo "status $?"
cat disk/x.csv
ls -A disk
mount -o remount,ro disk
"$@" pad 2x2 -o disk/x.csv && exit 9 || echo "status $?"
"$@" pad 2x2 -o disk/y.csv && exit 9 || echo "status $?"
cat disk/x.csv
ls -A disk
"""


def test_a_full_disk_and_one_that_is_read_only_are_status_1(tmp_path: Path) -> None:
    alone = ["unshare", "--mount"] if os.name == "posix" and os.geteuid() == 0 else []
    alone = alone or ["unshare", "--mount", "--map-root-user"]
    if (
        shutil.which("unshare") is None
        or subprocess.run(
            [*alone, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)],
            capture_output=True,
            check=False,
        ).returncode
    ):
        pytest.skip("this system lets nobody mount a small disk")
    done = subprocess.run(
        [*alone, "bash", "-c", SMALL_DISK, "bash", *PROGRAM], cwd=tmp_path, env=environment(),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "status 1\nold\nx.csv\nstatus 1\nstatus 1\nold\nx.csv\n"
    assert done.stderr.splitlines() == [
        "error: cannot write disk/x.csv: no space left on the device",
        "error: cannot write disk/x.csv: read-only file system",
        "error: cannot write disk/y.csv: read-only file system",
    ]


@full
def test_a_link_to_a_device_is_written_to_and_both_stay(tmp_path: Path) -> None:
    names = [f"x.{suffix}" for suffix in ("png", "gif", "csv")]
    for device in ("null", "full"):
        (tmp_path / device).mkdir()
        for name in names:
            (tmp_path / device / name).symlink_to(f"/dev/{device}")
    lines = [["pad", "2x2", "-o", f"{device}/{n}"] for device in ("null", "full") for n in names]
    answers = many(lines, tmp_path)
    assert answers[: len(names)] == [Answer(0, "", "")] * len(names)
    for name, answer in zip(names, answers[len(names) :], strict=True):
        answer.refused(1, f"cannot write full/{name}: no space left on the device")
    for device in ("null", "full"):
        assert stat.S_ISCHR(os.stat(f"/dev/{device}").st_mode)
        assert sorted(os.listdir(tmp_path / device)) == sorted(names)
        assert all((tmp_path / device / name).is_symlink() for name in names)


@posix
def test_a_pipe_gets_what_a_file_would(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.csv")
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append((tmp_path / "x.csv").read_bytes()))
    reader.start()
    answers = many([["pad", "2x2", "-o", name] for name in ("x.csv", "y.csv")], tmp_path)
    reader.join()
    assert answers == [Answer(0, "", "")] * 2
    assert found == [(tmp_path / "y.csv").read_bytes()]
    assert stat.S_ISFIFO((tmp_path / "x.csv").stat().st_mode)


@posix
def test_links_and_permissions_stay_and_others_see_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    real, link = tmp_path / "deep/real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to("deep/real.csv")
    (tmp_path / "second.csv").symlink_to("link.csv")
    assert convviz("pad", "1x1", "-p", "0", "-o", "second.csv", cwd=tmp_path).status == 0
    assert os.readlink(link) == "deep/real.csv"
    assert real.read_text() == "1.0\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path / "deep")) == ["real.csv"]


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("folder.png", "cannot write folder.png: it is a folder"),
        ("folder.png/", "it is a folder"),
        ("no/x.png", "there is no folder no"),
        ("dangling.png", "cannot write dangling.png: there is no folder"),
        ("file.csv/x.png", "there is no folder file.csv"),
        ("x.pgn", "no output format ends in '.pgn'"),
        ("x", "x has no ending that names a format"),
        ("", "the name of the file is empty"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_input_is_read(
    name: str, fact: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file.csv").touch()
    if os.name == "posix":
        (tmp_path / "dangling.png").symlink_to("no/x.png")
    elif name == "dangling.png":
        pytest.skip("links")
    before = sorted(os.listdir(tmp_path))
    many([["pad", "missing.npy", "-o", name]], tmp_path)[0].refused(2, fact)
    assert sorted(os.listdir(tmp_path)) == before


def test_an_index_that_cannot_be_written_is_refused_before_a_figure_is_drawn(
    tmp_path: Path,
) -> None:
    (tmp_path / "s.toml").write_text('[[figure]]\nfile = "a.csv"\ncommand = "pad 2x2"\n')
    names = ["", "out", "no/index.md"]
    for name, answer in zip(
        names,
        many([f"figures s.toml -d out --index={name}".split() for name in names], tmp_path),
        strict=True,
    ):
        answer.refused(2, "error:")
        assert not (tmp_path / "out/a.csv").exists(), name


EIGHT = """
import os
from convviz.cli import main
SIZES = range(20, 28)
for n in SIZES:
    assert main(["pad", f"{n}x{n}", "-o", f"whole-{n}.csv"]) == 0
wholes = [open(f"whole-{n}.csv", "rb").read() for n in SIZES]
for turn in range(10):
    children = []
    for n in SIZES:
        children.append(os.fork())
        if not children[-1]:
            os._exit(main(["pad", f"{n}x{n}", "-o", "one.csv"]))
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert open("one.csv", "rb").read() in wholes
    assert len(os.listdir()) == 9
"""


@posix
def test_eight_processes_that_write_one_file_end_with_one_whole_result(tmp_path: Path) -> None:
    child(EIGHT, cwd=tmp_path)


SPOKEN = (
    "--help", "--version", "pad 2x2", "pad 2x2 --json", "pad --help", "pad 2x2 --animate",
    "shape 3x8x8 Conv2d(3,8,3)", "shape 3x8x8 Conv2d(3,8,3) ReLU() --csv",
    "solve --in 28 --out 56", "sizes 20..40 Conv2d(3,8,3)", "figures s.toml -d out", "complete",
)  # fmt: skip

STREAMS = """
import io, json, os, sys
from convviz.cli import main
found = []
for line in json.load(sys.stdin):
    words = line.split()
    if words == ["complete"]:
        os.environ["_CONVVIZ_COMPLETE"] = "bash_source"
    for full in (True, False):
        said = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = open("/dev/full", "w") if full else None, io.StringIO()
        try:
            status = main(words)
        finally:
            err = sys.stderr.getvalue()
            sys.stdout, sys.stderr = said
        found.append((line, status, err))
json.dump(found, sys.stdout)
"""


@full
def test_a_standard_output_that_is_full_or_closed_is_status_1_whatever_is_said(
    tmp_path: Path,
) -> None:
    (tmp_path / "s.toml").write_text('[[figure]]\nfile = "a.csv"\ncommand = "pad 2x2"\n')
    answers = json.loads(child(STREAMS, cwd=tmp_path, stdin=json.dumps(SPOKEN)))
    reasons = ["no space left on the device", "it is closed"]
    assert [(line, status, err) for line, status, err in answers] == [
        (line, 1, f"error: cannot write to the standard output: {reason}\n")
        for line in SPOKEN
        for reason in reasons
    ]


@posix
def test_an_error_that_nobody_can_read_keeps_its_status(tmp_path: Path) -> None:
    for end in (">/dev/full", ">&-"):
        line = f"exec {sys.executable} -m convviz pad 0x4 2{end}"
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environment(), check=False)
        assert done.returncode == 2
