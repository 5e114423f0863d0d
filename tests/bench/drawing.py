"""Drawing against what matplotlib's usual calls cost: in one process, interleaved, medians.

    python tests/bench/drawing.py [--runs 7]

Each row draws the same content twice, down to the pixels, without writing a file: once as convviz
does, once as the peer beside it. Times are of the processor; only a ratio within one run means
anything, and the exit status does not depend on it.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from convviz.diagrams import View, scene
from convviz.diagrams.motion import motion
from convviz.engine.account import run
from convviz.render.animation import Cels, drawing, sheets
from convviz.spec.layers import Conv, Padding

Call = Callable[[], Any]


class Row(NamedTuple):
    """Two ways to draw the same, and the ratio to reach."""

    what: str
    own: Call
    named: str
    peer: Call
    reach: str


def counted(*shape: int) -> Any:
    """1, 2, 3, … in that shape."""
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


def large_grid() -> Row:
    """A padded grid of 512 × 512 cells on a slide, against imshow of its array."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from convviz.render.figures.surface import Surface

    layer = Padding.of(8, mode="reflect", ndim=2)
    account = run(layer, counted(1, 1, 512, 512), lead=0)
    shown = scene([account], View(command="convviz pad 512x512 -p 8 -m reflect", drawn=True))
    (page,) = sheets([shown])
    array = np.pad(counted(512, 512), 8, mode="reflect")

    def own() -> Any:
        return Surface.of(page.canvas(), 144, "#FFFFFF").pixels

    def peer() -> Any:
        figure = Figure(figsize=(960 / 72, 540 / 72), dpi=144)
        agg: Any = FigureCanvasAgg(figure)
        figure.text(0.05, 0.9, shown.title, size=27)
        # As high as the picture of convviz: the part of a slide between its title and its footer.
        axes = figure.add_axes((0.3, 0.09, 0.4, 0.69))
        axes.axis("off")
        axes.imshow(array, cmap="Blues")
        agg.draw()
        return agg.buffer_rgba()

    return Row("a padded grid of 512 × 512", own, "imshow", peer, "≤ 1.1")


def labels() -> Row:
    """The numbers of 32 × 32 cells, each in a color of its own, against a text for each."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from convviz.render.figures.marks import Numbers
    from convviz.render.figures.surface import Surface
    from convviz.render.figures.type import REGULAR, Typeface, _outline

    rows, cols = (axis.ravel() for axis in np.indices((32, 32)))
    places = np.column_stack([240.0 + 15 * cols, 30.0 + 15 * rows])
    colors = np.column_stack([rows / 31, cols / 31, np.full(1024, 0.5)])
    words = tuple(str(number) for number in range(1, 1025))
    typeface = Typeface.of(None)

    def own() -> Any:
        _outline.cache_clear()  # as in a fresh process: the shapes of single digits are kept
        surface = Surface(960, 540, 144, "#FFFFFF")
        surface.draw([Numbers(words, places, 6.5, colors, REGULAR, typeface)])
        return surface.pixels

    def peer() -> Any:
        figure = Figure(figsize=(960 / 72, 540 / 72), dpi=144)
        agg: Any = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 960), ylim=(540, 0))
        axes.axis("off")
        for word, (x, y), color in zip(words, places, colors, strict=True):
            axes.text(x, y, word, size=6.5, color=color, ha="center", va="center")
        agg.draw()
        return agg.buffer_rgba()

    return Row("the numbers of 1,024 cells", own, "ax.text", peer, "≤ 0.1")


def film() -> Row:
    """50 frames of a window that slides, against drawing each of them as a whole."""
    from convviz.render.figures.surface import Surface

    layer = Conv.of(1, 1, 3, ndim=2, bias=False)
    account = run(layer, counted(1, 1, 7, 12), counted(1, 1, 3, 3), lead=0)
    scenes = motion([account], View(command="convviz conv 7x12 -k 3 -o x.gif"))
    assert len(scenes) == 50
    canvases = [page.canvas() for page in sheets(scenes, dpi=72)]

    def own() -> Any:
        return list(Cels(canvases, 72, "#FFFFFF"))

    def peer() -> Any:
        return [Surface.of(canvas, 72, "#FFFFFF").pixels for canvas in canvases]

    for one, other in zip(own(), peer(), strict=True):
        np.testing.assert_array_equal(one, other)
    return Row("50 frames of a film", own, "50 drawings", peer, "≤ 0.5")


def seconds(call: Call) -> float:
    """Of the processor, for one call."""
    gc.collect()
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| drawing | ms | peer | ms | ratio | to reach |")
    print("|---|---:|---|---:|---:|---|")
    with drawing():
        for row in (large_grid(), labels(), film()):
            row.own(), row.peer()
            pairs = [(seconds(row.own), seconds(row.peer)) for _ in range(asked.runs)]
            own, peer = (1000 * statistics.median(each) for each in zip(*pairs, strict=True))
            ratio = statistics.median(a / b for a, b in pairs)
            times = f"{row.what} | {own:.1f} | {row.named} | {peer:.1f}"
            print(f"| {times} | {ratio:.2f} | {row.reach} |", flush=True)


if __name__ == "__main__":
    main()
