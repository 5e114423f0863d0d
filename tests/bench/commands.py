"""Cold commands against their floors: whole processes, interleaved, medians and ratios.

    python tests/bench/commands.py [--runs 11] [--only WORD] [--importtime]

A floor is a process that imports what the command cannot do without (and, for pictures, saves one
blank canvas of the same size). Machines differ, so only the ratio within one run means anything; on
a busy machine, the ratio of the processor's time (user and system, of all threads) means more than
that of the clock. The exit status does not depend on the numbers.

Both run from byte code, as whatever pip installs does: the first run of each is not counted and
writes it, whatever PYTHONDONTWRITEBYTECODE says in this shell. Without byte code a command compiles
convviz each time, while its floor, being installed, compiles nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
GALLERY = ROOT / "gallery" / "gallery.toml"

CLICK = "import click"
NUMPY = "import click, numpy"
RICH = "import click, numpy, rich.console, rich.text"
SLIDE = """
import click, numpy
from matplotlib.backends.backend_agg import RendererAgg
from PIL import Image
pixels = RendererAgg(1920, 1080, 144).buffer_rgba()
image = Image.frombuffer("RGBA", (1920, 1080), pixels, "raw", "RGBA", 0, 1)
image.convert("RGB").save("floor.png", "PNG")
"""
"""The parts of matplotlib that a picture takes: its Agg renderer, no figure, no axes."""

ONE_PICTURE = """
from convviz.__main__ import run
run(["conv", "7x7", "-k", "3", "-o", "floor.png"])
"""
"""The one picture of the same layer."""

PILLOW_WRITER = """
import numpy
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from convviz.diagrams import View
from convviz.diagrams.motion import motion
from convviz.engine.account import run
from convviz.render.animation import drawing, sheets
from convviz.render.figures.layers import in_figure
from convviz.spec.layers import Conv
image = numpy.arange(1.0, 50.0).reshape(1, 1, 7, 7)
kernel = numpy.arange(1.0, 10.0).reshape(1, 1, 3, 3)
account = run(Conv.of(1, 1, 3, ndim=2, bias=False), image, kernel, lead=0)
scenes = motion([account], View(command="convviz conv 7x7 -k 3 -o x.gif"))
with drawing():
    pages = sheets(scenes, dpi=72)
    figure = Figure(figsize=(960 / 72, 540 / 72), dpi=72)
    FigureCanvasAgg(figure)
    def step(n):
        for artist in list(figure.artists):
            artist.remove()
        for layer in in_figure(pages[n].canvas(), figure):
            figure.add_artist(layer)
        return ()
    film = FuncAnimation(figure, step, frames=len(pages))
    film.save("floor.gif", writer=PillowWriter(fps=2.5))
"""
"""The very same frames, marks and texts, each frame drawn as a whole and written by matplotlib."""

HASHES = f"""
import hashlib, os
for root, ends in (({str(ROOT / "convviz")!r}, ".py"), (".", "")):
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(ends):
                with open(os.path.join(folder, name), "rb") as file:
                    hashlib.sha256(file.read()).hexdigest()
from convviz.__main__ import run
run(["--version"])
"""
"""What nothing changed costs at least: to say the version, and to hash program and pictures."""

ONE_JOB = f"""
from convviz.__main__ import run
run(["figures", {str(GALLERY)!r}, "-j", "1"])
"""


@dataclass(frozen=True)
class Row:
    """A command line, the program that is its floor or its peer, and the ratio to reach.

    settings: environment variables of the command, by which a shell asks for a completion.
    before:   a command line that is run once, not counted: what the row's own finds done.
    empty:    every process finds an empty folder.
    runs:     at most so many, for what takes minutes; 0: as many as asked for.
    """

    command: str
    floor: str
    named: str
    reach: str
    settings: dict[str, str] = field(default_factory=dict)
    before: str = ""
    empty: bool = False
    runs: int = 0

    @property
    def shown(self) -> str:
        """The command as it is typed."""
        if self.settings:
            return f"{self.settings['COMP_WORDS']}⇥"
        return f"convviz {self.command}".replace(f"{ROOT}/", "").rstrip()


def completion(line: str) -> Row:
    """What a press of TAB at the end of `line` costs."""
    settings = {
        "_CONVVIZ_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    return Row("", CLICK, "import click", "≤ 1.25", settings)


ROWS = (
    Row("--version", CLICK, "import click", "≤ 1.25"),
    Row("--help", CLICK, "import click", "≤ 1.25"),
    Row("shape 3x224x224 'Conv2d(3, 64, 7, stride=2, padding=3)'", CLICK, "import click", "≤ 1.25"),
    Row("solve --in 28 --out 56 --transposed", CLICK, "import click", "≤ 1.25"),
    completion("convviz sh"),
    completion("convviz pad --mode "),
    Row("pad 4x4 --json", NUMPY, "import click, numpy", "≤ 1.25"),
    Row("pad 4x4", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("conv 7x7 -k 3 -s 2 -p 1", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("conv-transpose 4 -k 3 -s 2", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("pool 4x4 -k 2", RICH, "+ rich.console, rich.text", "≤ 1.25"),
    Row("pad 4x4 -o x.png", SLIDE, "a blank canvas of the same size", "≤ 1.35"),
    Row("conv 7x7 -k 3 -s 2 -p 1 -o x.png", SLIDE, "a blank canvas of the same size", "≤ 1.35"),
    Row("conv 7x7 -k 3 -o x.gif", ONE_PICTURE, "its one PNG", "≤ 3"),
    Row("conv 7x7 -k 3 -o x.gif", PILLOW_WRITER, "the same by PillowWriter", "≤ 0.25"),
    Row(f"figures {GALLERY}", HASHES, "--version, and hashing", "≤ 2", before=f"figures {GALLERY}"),
    Row(f"figures {GALLERY} -j 2", ONE_JOB, "-j 1", "≤ 0.62", empty=True, runs=1),
)


class Cost(NamedTuple):
    """Seconds of one process, of its children too: by the clock, and of the processor."""

    wall: float
    cpu: float


def cost(words: Sequence[str], folder: Path, environment: dict[str, str]) -> Cost:
    """What one process costs."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, used)


def convviz(line: str) -> list[str]:
    """The process of a convviz command line: the console script's own two lines."""
    code = "from convviz.__main__ import run; run()"
    return [sys.executable, "-c", code, *shlex.split(line)]


def environment(row: Row | None = None) -> dict[str, str]:
    """The environment of a process: nothing in it that makes Python start otherwise."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    settings = row.settings if row else {}
    return {
        **plain, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "SOURCE_DATE_EPOCH": "0", **settings,
    }  # fmt: skip


class Measured(NamedTuple):
    """Medians of the command and of its floor, and of the ratios run by run."""

    own: Cost
    floor: Cost
    ratio: Cost


def measure(row: Row, runs: int, folder: Path) -> Measured:
    """The row's two processes, in turn."""

    def once(words: Sequence[str], settings: dict[str, str]) -> Cost:
        if row.empty:
            shutil.rmtree(folder)
            folder.mkdir()
        return cost(words, folder, settings)

    own = (convviz(row.command), environment(row))
    floor = ([sys.executable, "-c", row.floor], environment())
    if row.before:
        cost(convviz(row.before), folder, environment())
    if row.runs != 1:
        for process in (own, floor):
            once(*process)  # warm the disk cache and the byte code
    pairs = [(once(*own), once(*floor)) for _ in range(min(runs, row.runs or runs))]
    return Measured(
        medians([a for a, _ in pairs]),
        medians([b for _, b in pairs]),
        medians([Cost(a.wall / b.wall, a.cpu / b.cpu) for a, b in pairs]),
    )


def medians(costs: Sequence[Cost]) -> Cost:
    """The median of each."""
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def importtime(row: Row, folder: Path) -> str:
    """What -X importtime says of a command."""
    words = convviz(row.command)
    result = subprocess.run(
        [words[0], "-X", "importtime", *words[1:]],
        cwd=folder,
        env=environment(row),
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stderr


def slowest(listing: str, count: int = 6) -> list[str]:
    """The modules that take most time by themselves, of what -X importtime says."""
    found = []
    for line in listing.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        if own.strip().isdigit():
            found.append((int(own), rest.rpartition("|")[2].strip()))
    return [f"{name} {own / 1000:.1f} ms" for own, name in sorted(found, reverse=True)[:count]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--only", default="", help="rows whose command contains this")
    parser.add_argument("--importtime", action="store_true", help="what -X importtime says, too")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| command | ms | floor | ms | ratio | CPU ratio | to reach |")
    print("|---|---:|---|---:|---:|---:|---|")
    rows = [row for row in ROWS if asked.only in row.shown]
    listings = []
    for row in rows:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name, "work")
            folder.mkdir()
            found = measure(row, asked.runs, folder)
            if asked.importtime:
                listings.append((row, importtime(row, folder)))
        print(
            f"| `{row.shown}` | {found.own.wall * 1000:.0f} | {row.named} | "
            f"{found.floor.wall * 1000:.0f} | {found.ratio.wall:.2f} | {found.ratio.cpu:.2f} | "
            f"{row.reach} |",
            flush=True,
        )
    for row, listing in listings:
        print(f"\n`{row.shown}`: {', '.join(slowest(listing))}\n\n```\n{listing}```")


if __name__ == "__main__":
    main()
