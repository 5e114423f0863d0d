"""Cold commands against their floors: whole processes, interleaved, medians and ratios.

    python tests/bench/commands.py [--runs 11] [--only WORD] [--importtime]

A floor is a process that imports what the command cannot do without (and, for pictures, saves one
blank canvas of the same size). Machines differ, so only the ratio within one run means anything.
The exit status does not depend on the numbers.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

CLICK = "import click"
NUMPY = "import click, numpy"
RICH = "import click, numpy, rich.console, rich.text"
CANVAS = """
import click, numpy
from matplotlib.figure import Figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
figure = Figure(figsize=({w}, {h}), dpi={dpi})
FigureCanvasAgg(figure)
figure.savefig('floor.png')
"""
SLIDE = CANVAS.format(w=960 / 72, h=540 / 72, dpi=144)
PILLOW_WRITER = """
import numpy
from matplotlib.figure import Figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.patches import FancyBboxPatch, Rectangle
figure = Figure(figsize=(960 / 72, 540 / 72), dpi=72)
FigureCanvasAgg(figure)
axes = figure.add_axes((0, 0, 1, 1))
axes.set(xlim=(0, 16), ylim=(9, 0))
axes.axis("off")
def tile(x, y, text):
    axes.add_artist(FancyBboxPatch((x, y), 0.6, 0.6, boxstyle="round,pad=0.1", color="#4A8FE6"))
    axes.text(x + 0.3, y + 0.3, text, ha="center", va="center")
for n in range(49):
    tile(1 + n % 7, 1 + n // 7, str(n + 1))
for n in range(9):
    tile(9 + n % 3, 2 + n // 3, str(n + 1))
window = axes.add_artist(Rectangle((1, 1), 3, 3, fill=False, lw=3))
outputs = [axes.text(13 + n % 5 * 0.6, 2 + n // 5 * 0.6, "") for n in range(25)]
def step(n):
    window.set_xy((1 + n % 5, 1 + n // 5))
    outputs[n].set_text(str(n))
    return ()
FuncAnimation(figure, step, frames=25).save("floor.gif", writer=PillowWriter(fps=2))
"""


@dataclass(frozen=True)
class Row:
    """A command line, the program that is its floor or its peer, and the ratio to reach."""

    command: str
    floor: str
    named: str
    reach: str


ROWS = (
    Row("--version", CLICK, "import click", "≤ 1.25"),
    Row("--help", CLICK, "import click", "≤ 1.25"),
    Row("shape 3x224x224 'Conv2d(3, 64, 7, stride=2, padding=3)'", CLICK, "import click", "≤ 1.25"),
    Row("solve --in 28 --out 56 --transposed", CLICK, "import click", "≤ 1.25"),
    Row("pad 4x4 --json", NUMPY, "import click, numpy", "≤ 1.25"),
    Row("pad 4x4", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("conv 7x7 -k 3 -s 2 -p 1", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("conv-transpose 4 -k 3 -s 2", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("pool 4x4 -k 2", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("pad 4x4 -o x.png", SLIDE, "a blank canvas of the same size", "≤ 1.35"),
    Row("conv 7x7 -k 3 -s 2 -p 1 -o x.png", SLIDE, "a blank canvas of the same size", "≤ 1.35"),
    Row("conv 7x7 -k 3 -o x.gif", SLIDE, "one slide-size canvas as PNG", "≤ 3"),
    Row("conv 7x7 -k 3 -o x.gif", PILLOW_WRITER, "FuncAnimation + PillowWriter", "≤ 0.25"),
)


def seconds(words: Sequence[str], folder: str, environment: dict[str, str]) -> float:
    """Wall seconds of one process."""
    start = time.perf_counter()
    subprocess.run(words, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def convviz(line: str) -> list[str]:
    """The process of a convviz command line: the console script's own two lines."""
    code = "from convviz.__main__ import run; run()"
    return [sys.executable, "-c", code, *shlex.split(line)]


def measure(row: Row, runs: int, folder: str) -> tuple[float, float, float]:
    """(median of the command, median of the floor, median of the ratios run by run)."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "SOURCE_DATE_EPOCH": "0",
    }
    command, floor = convviz(row.command), [sys.executable, "-c", row.floor]
    for words in (command, floor):
        seconds(words, folder, environment)  # warm the disk cache and the byte code
    pairs = [
        (seconds(command, folder, environment), seconds(floor, folder, environment))
        for _ in range(runs)
    ]
    ratios = [a / b for a, b in pairs]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(ratios),
    )


def slowest_imports(row: Row, folder: str, count: int = 6) -> list[str]:
    """The modules that take most of a command's time by themselves, from -X importtime."""
    words = convviz(row.command)
    result = subprocess.run(
        [words[0], "-X", "importtime", *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for line in result.stderr.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        if own.strip().isdigit():
            found.append((int(own), rest.rpartition("|")[2].strip()))
    return [f"{name} {own / 1000:.1f} ms" for own, name in sorted(found, reverse=True)[:count]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--only", default="", help="rows whose command contains this")
    parser.add_argument("--importtime", action="store_true", help="list the slowest imports too")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| command | ms | floor | ms | ratio | to reach |")
    print("|---|---:|---|---:|---:|---|")
    rows = [row for row in ROWS if asked.only in row.command]
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            own, floor, ratio = measure(row, asked.runs, folder)
            print(
                f"| `convviz {row.command}` | {own * 1000:.0f} | {row.named} | "
                f"{floor * 1000:.0f} | {ratio:.2f} | {row.reach} |",
                flush=True,
            )
        if asked.importtime:
            for row in rows:
                print(f"\n`convviz {row.command}`: {', '.join(slowest_imports(row, folder))}")


if __name__ == "__main__":
    main()
