"""No network, no telemetry, no other programs, no code from files, no addresses in pictures."""

from __future__ import annotations

import ast
import io
import json
import os
import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.faults.running import ROOT, environment, many

PACKAGE = ROOT / "convviz"
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

REACHING_OUT = {
    "asyncio", "ctypes", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib",
    "socket", "socketserver", "ssl", "subprocess", "telnetlib", "urllib.request", "webbrowser",
    "xmlrpc",
}  # fmt: skip
"""Modules that reach other machines or programs."""

ASKING_BLAS = {"engine/threads.py": {"ctypes"}}
"""What a file imports of these all the same: NumPy does not say how many threads its BLAS uses."""

RUNNING_DATA = {"code", "marshal", "pickle", "runpy", "shelve", "imp", "dill", "joblib", "yaml"}
"""Modules that make code of what they read."""

IMPORTING = {
    "__init__.py": 1,
    "cli/__init__.py": 2,
    "diagrams/__init__.py": 1,
    "render/figures/compositions/__init__.py": 1,
    "render/terminal.py": 1,
}
"""Files that import a module by a name from a table of their own, and how often."""


def calls(tree: ast.AST) -> list[str]:
    """The names of all functions that are called, without what they belong to."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                found.append(function.id)
            elif isinstance(function, ast.Attribute):
                owner = function.value.id if isinstance(function.value, ast.Name) else ""
                found.append(f"{owner}.{function.attr}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_neither_reaches_out_nor_runs_what_it_reads(path: Path) -> None:
    tree = TREES[path]
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            imported |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    forbidden = (REACHING_OUT | RUNNING_DATA) - ASKING_BLAS.get(relative(path), set())
    assert not {name for name in imported if {name, name.split(".")[0]} & forbidden}
    called = calls(tree)
    assert not {"eval", "exec", "compile", "__import__", "input", "breakpoint"} & set(called)
    assert not {"os.system", "os.popen", "np.load", "numpy.load", "np.loads"} & set(called)
    assert not [name for name in called if re.match(r"os\.(exec|spawn|posix_spawn)", name)]
    by_name = [name for name in called if name.endswith("import_module")]
    assert len(by_name) == IMPORTING.get(relative(path), 0)


def relative(path: Path) -> str:
    """A file of the package as it is called in the tables above."""
    return path.relative_to(PACKAGE).as_posix()


def test_no_library_is_opened_but_one_of_numpy_that_is_loaded_already() -> None:
    (called,) = [
        ast.unparse(node)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and "ctypes" in ast.unparse(node.func)
    ]
    assert called == "ctypes.CDLL(_umath_linalg.__file__)"


MARK = "marker_of_the_users_own_code"

WATCHED = """
import json, pickle, socket, sys
MARK, FOLDER = sys.argv[1:3]
CLOSED = ("socket", "urllib", "ftplib", "http", "smtplib", "webbrowser", "subprocess", "pty")
HEARD = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pickle.find_class")
heard = []

def hook(event, arguments):
    if event.split(".")[0] in CLOSED:
        heard.append(event)
        raise PermissionError(13, f"{event} is closed here")
    if event in HEARD:
        heard.append(event)
    elif event == "exec":
        code = arguments[0]
        held = (*code.co_consts, *code.co_names, code.co_filename)
        if any(isinstance(text, str) and (MARK in text or FOLDER in text) for text in held):
            heard.append(event)
    elif event == "import" and FOLDER in str(arguments[1] or ""):
        heard.append(event)

from convviz.cli import main
lines, function = json.load(sys.stdin), pickle.dumps(print)
sys.addaudithook(hook)
try:
    socket.socket()
except PermissionError:
    exec(repr(MARK)), pickle.loads(function)
assert heard == ["socket.__new__", "exec", "pickle.find_class"], heard  # it listens
heard.clear()
statuses = [main(words) for words in lines]
sys.stdout.flush()
print(json.dumps([heard, statuses]), file=sys.stderr)
"""


class Hostile:
    """What leaves a mark where it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (MARK, "w")


CODE = f"__import__('os').system('touch {MARK}')"

MODULES = ("numpy", "matplotlib", "PIL", "click", "rich", "json", "tomllib", "convviz", "fontTools")


def laid_out(folder: Path) -> None:
    """A folder of files that all try to be run."""
    pickled = io.BytesIO()
    np.save(pickled, np.array([Hostile()], dtype=object), allow_pickle=True)
    (folder / "x.npy").write_bytes(pickled.getvalue())
    (folder / "y.npy").write_bytes(pickle.dumps(Hostile()))
    text = f"{{'descr': {CODE}, 'fortran_order': False, 'shape': (1,), }}\n".encode()
    (folder / "z.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    np.savez(folder / "x.npz", a=np.array([Hostile()], dtype=object))
    for name in ("x.csv", "x.txt", "net.txt"):
        (folder / name).write_text(f"{CODE}\n")
    (folder / "x.json").write_text(f'{{"values": ["{CODE}"], "__reduce__": "{CODE}"}}')
    (folder / "x.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%touch " + MARK.encode() + b")")
    (folder / "net.toml").write_text(f'input = "3x8x8"\n[[layer]]\nlayer = "{CODE}"\n')
    (folder / "s.toml").write_text(
        f'[[figure]]\nfile = "a.csv"\ncommand = "pad 2x2; touch {MARK}"\n'
        f'[[figure]]\nfile = "b.csv"\ncommand = "pad $(touch {MARK})"\n'
    )
    (folder / "matplotlibrc").write_text("backend: module://numpy\n")
    for module in MODULES:
        (folder / f"{module}.py").write_text(f"open('{MARK}', 'w')\n")


LINES = (
    "pad x.npy", "pad y.npy", "pad z.npy", "pad x.npz", "pad x.csv", "pad x.txt", "pad x.json",
    "pad x.png", "conv 4x4 --weight x.npy", f"conv 4x4 --weight {CODE}", f"pad {CODE}",
    f"shape 3x8x8 {CODE}", "shape 3x8x8 net.txt", "shape 3x8x8 net.toml", "sizes 8..12 net.toml",
    "figures s.toml -d out -j 1",
)  # fmt: skip
"""Command lines that read them."""

SOUND = (
    "pad 2x2 -o p.png", "pad 2x2 -o p.svg", "pad 2x2 -o p.pdf", "conv 2x2 -k 2 -o p.gif",
    "conv sample:photo --weight sobel-x --json", "shape 3x8x8 Conv2d(3,8,3)", "--help",
    "solve --in 28 --out 56", "--version", "figures sound.toml -d out -j 1",
)  # fmt: skip


def test_no_command_reaches_out_starts_a_program_or_runs_what_it_reads(tmp_path: Path) -> None:
    """Every module, every format and every hostile file, with Python's own watch over them."""
    laid_out(tmp_path)
    (tmp_path / "sound.toml").write_text('[[figure]]\nfile = "a.csv"\ncommand = "pad 2x2"\n')
    lines = [line.split() for line in (*LINES, *SOUND)]
    done = subprocess.run(
        [sys.executable, "-P", "-c", WATCHED, MARK, str(tmp_path)], cwd=tmp_path,
        env=environment(MPLBACKEND="module://numpy"), input=json.dumps(lines),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    heard, statuses = json.loads(done.stderr.splitlines()[-1])
    assert heard == []
    assert [bool(status) for status in statuses] == [True] * len(LINES) + [False] * len(SOUND)
    assert set(statuses) == {0, 1, 2}
    assert not (tmp_path / MARK).exists()
    assert "Traceback" not in done.stderr


def test_modules_of_the_folder_are_not_those_of_the_program(tmp_path: Path) -> None:
    """The installed program, as a shell starts it, takes no module from where it stands."""
    program = Path(sys.executable).with_name("convviz")
    if not program.exists():
        pytest.skip("convviz is not installed as a program")
    laid_out(tmp_path)
    words = [str(program), "pad", "2x2", "-o", "p.png"]
    clean = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    done = subprocess.run(words, cwd=tmp_path, env=clean, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert not (tmp_path / MARK).exists()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures, one of them of what is called and titled like code."""
    folder = tmp_path_factory.mktemp("pictures")
    file = "<script>alert(1)<script>&x;]]>.csv" if os.name == "posix" else "x.csv"
    (folder / file).write_text("1,2\n3,4\n")
    title = '</title><image href="http://example.org/x.png"/><a onload="x()">&<![CDATA['
    lines = [
        ["pad", file, "-o", "a.svg", "--title", title],
        ["pad", file, "-o", "a.pdf", "--title", title],
        ["conv", "7x7", "-k", "3", "--theme", "dark", "-o", "b.svg"],
        ["conv", "sample:photo", "--weight", "box", "-o", "c.svg"],
        ["shape", "3x8x8", "Conv2d(3,8,3)", "ReLU()", "--view", "network", "-o", "d.svg"],
    ]
    assert [answer.err for answer in many(lines, folder)] == [""] * len(lines)
    return folder


@pytest.mark.parametrize("name", ["a.svg", "b.svg", "c.svg", "d.svg"])
def test_an_svg_names_no_address_and_runs_nothing(name: str, pictures: Path) -> None:
    text = (pictures / name).read_text(encoding="utf-8")
    assert not re.search(r"<!DOCTYPE|<!ENTITY|<\?xml-stylesheet", text)
    for element in ElementTree.fromstring(text).iter():
        tag = str(element.tag).rpartition("}")[2]
        assert tag not in ("script", "foreignObject", "iframe", "a", "set", "animate")
        for attribute, value in element.attrib.items():
            key = attribute.rpartition("}")[2]
            assert not key.startswith("on")
            if key in ("href", "src"):
                assert value.startswith(("#", "data:image/png;base64,")), value[:80]
            assert not re.search(r"url\((?!#)", value)
        if tag == "style":
            assert not re.search(r"url\((?!data:font/\w+;base64,)", element.text or "")
            assert "@import" not in (element.text or "")


def test_a_pdf_opens_nothing(pictures: Path) -> None:
    data = (pictures / "a.pdf").read_bytes()
    for word in (b"/URI", b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/EmbeddedFile"):
        assert word not in data


def test_what_the_package_needs_is_imported_and_what_it_imports_is_needed() -> None:
    """Nothing is installed for no use, and nothing comes along by chance."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[<>=;\[ ]", line)[0] for line in project["dependencies"]}
    names = {"PIL": "pillow", "fontTools": "fonttools"}
    used = set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            used |= {module.split(".")[0] for module in modules}
    outside = {names.get(name, name) for name in used - sys.stdlib_module_names - {"convviz"}}
    assert outside == needed
    assert all(re.search(r">=\d", line) for line in project["dependencies"]), "a lower bound each"
