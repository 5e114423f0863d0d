"""The doors between the rooms: who may import whom, as written and as loaded."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "convviz"
ROOMS = ("spec", "sources", "engine", "diagrams", "render", "cli")

# Room → the other rooms of convviz, and the packages, that its files may import.
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "spec": (set(), set()),
    "sources": ({"spec"}, {"numpy", "PIL"}),
    "engine": ({"spec"}, {"numpy"}),
    "diagrams": ({"spec", "engine"}, {"numpy"}),
    "render": ({"spec", "diagrams.scene"}, {"numpy", "rich", "matplotlib", "PIL"}),
    "cli": (
        {"spec", "sources", "engine", "diagrams", "render"},
        {"numpy", "click", "rich", "matplotlib"},
    ),
}


def imports(path: Path) -> set[str]:
    """Every module that `path` imports, at the top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.add(node.module or "")
    return found


FILES = [(room, path) for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))]


@pytest.mark.parametrize(
    ("room", "path"), FILES, ids=[str(p.relative_to(PACKAGE)) for _, p in FILES]
)
def test_a_room_imports_only_what_its_door_lets_in(room: str, path: Path) -> None:
    rooms, packages = MAY_IMPORT[room]
    for module in imports(path):
        top = module.split(".")[0]
        if top == "convviz":
            inner = module.removeprefix("convviz").removeprefix(".")
            allowed = {room, "errors", "patterns", "pointing", "records", *rooms}
            assert not inner or any(
                inner == name or inner.startswith(f"{name}.") for name in allowed
            ), f"{path.name} imports {module}"
        else:
            assert top in sys.stdlib_module_names | packages, f"{path.name} imports {module}"


@pytest.mark.parametrize("package", ["rich", "matplotlib"])
def test_only_the_files_that_draw_with_a_package_import_it(package: str) -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(module.split(".")[0] == package for module in imports(path))
    }
    allowed = {
        "rich": (),  # its escapes know no NO_COLOR, and its bar hides the cursor from signals
        "matplotlib": ("render/figure", "render/animation", "render/embedding", "drawing"),
    }[package]
    assert all(user.startswith(allowed) for user in users), users


ARRAYS = ("numpy", "rich", "matplotlib", "PIL")

# Command line → packages, and rooms of this one, that must not be loaded by it.
LIGHT = {
    "--version": ARRAYS,
    "--help": ARRAYS,
    "pad --help": ARRAYS,
    "shape 3x32x32 Conv2d(3,8,3) ReLU()": ARRAYS,
    "solve --in 28 --out 56 --transposed": ARRAYS,
    "sizes 16..64": ARRAYS,
    "pad 4x4": ("matplotlib", "PIL"),
    "pad 4x4 --json": ("rich", "matplotlib", "PIL"),
    "conv 7x7 -k 3": ("matplotlib", "PIL", "convviz.diagrams.matrix", "convviz.render.lanes"),
    "conv-transpose 4 -k 3": ("matplotlib", "PIL"),
    "pool 4x4 -k 2": ("matplotlib", "PIL"),
}


@pytest.mark.parametrize("line", LIGHT, ids=str)
def test_a_command_loads_no_package_that_it_does_not_use(line: str) -> None:
    code = (
        "import sys; from convviz.__main__ import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit as e: assert not e.code, e.code\n"
        f"heavy = [m for m in {LIGHT[line]!r} if m in sys.modules]; assert not heavy, heavy"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *line.split(" ")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("line", ["convviz ", "convviz pad --mode ", "convviz conv 4x4 --weight "])
def test_a_completion_loads_no_package_that_it_does_not_use(line: str) -> None:
    code = (
        "import sys; from convviz.__main__ import run\n"
        "try: run([])\n"
        "except SystemExit as e: assert not e.code, e.code\n"
        f"heavy = [m for m in {ARRAYS!r} if m in sys.modules]; assert not heavy, heavy"
    )
    asked = {
        "_CONVVIZ_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **asked},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "plain," in result.stdout


def test_importing_convviz_loads_neither_numpy_nor_click() -> None:
    code = "import sys, convviz; assert not {'numpy', 'click', 'rich'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_top_level_holds_only_what_the_design_names() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    tops = {name.split("/")[0] for name in tracked.stdout.split()}
    assert {top for top in tops if not top.startswith(".")} == {
        "pyproject.toml",
        "convviz",
        "tests",
        "gallery",
        "README.md",
    }
