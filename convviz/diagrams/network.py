"""A network as boxes: the shapes that pass through it, and the layers between them."""

from __future__ import annotations

from dataclasses import dataclass

from convviz.diagrams.phrases import network_lead, plural, sized
from convviz.diagrams.scene import Block, Link, Role, Run, Scene
from convviz.diagrams.view import View
from convviz.patterns import pattern
from convviz.spec.checks import Shape
from convviz.spec.layer import Layer
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.network import INPUT, Join
from convviz.spec.reading import Same
from convviz.spec.trace import Row, Trace

MOST = 14
"""Boxes on a page; a longer network is drawn stage by stage."""


def network(trace: Trace, view: View) -> Scene:
    """Every shape as a box with the layers that make it; layers that keep a shape share its box.

    Blocks are in the order of the steps. Links "skip" join a box to a later one that takes it too.
    """
    boxes = _merged(_boxes(trace))
    blocks = [
        Block(trace.shape, (), 0, 0, Role.INPUT),
        *(box.block(i == len(boxes) - 1) for i, box in enumerate(boxes)),
    ]
    place = {INPUT: 0} | {step: i + 1 for i, box in enumerate(boxes) for step in box.steps}
    links = [
        Link("skip", ("block", place[source], 0), ("block", i + 1, 0))
        for i, box in enumerate(boxes)
        for source in box.inputs
        if place[source] not in (i, i + 1)
    ]
    order = trace.network.shown
    return Scene(
        diagram="network",
        headline=(
            network_lead(order(trace.shape), order(trace.output)),
            (Run(plural(len(trace.rows), "layer")),),
            (Run(f"{trace.params:,} params"),),
            (Run(f"{trace.macs:,} MACs"),),
        ),
        bands=(),
        title=_claim(trace),
        subtitle=(
            Run(sized("input", order(trace.shape)), Role.INPUT, bold=True),
            Run("  →  ", Role.MUTED),
            Run(sized("output", order(trace.output)), Role.OUTPUT, bold=True),
            Run(f", {plural(len(trace.rows), 'layer')}, "),
            Run(f"{plural(trace.params, 'parameter')}", Role.KERNEL, bold=True),
            Run(f", {_short(trace.macs)} multiply-adds."),
        ),
        blocks=tuple(blocks),
        links=tuple(dict.fromkeys(links)),
        notes=("MACs: multiply-adds of one sample, bias not counted",),
        command=view.command,
    )


@dataclass
class _Box:
    """Layers that share one box, by their steps. inputs: the steps that come in from before."""

    steps: list[int]
    rows: list[Row]
    inputs: list[int]

    @property
    def shape(self) -> Shape:
        return self.rows[-1].output

    def block(self, last: bool) -> Block:
        """The box as a scene has it."""
        main = next((row for row in self.rows if row.params or not _quiet(row)), self.rows[0])
        learned = isinstance(main.layer, (Conv, ConvTranspose)) or main.params > 0
        return Block(
            self.shape,
            tuple(
                Run(brief(row.layer), Role.KERNEL if row.params else Role.TEXT) for row in self.rows
            ),
            sum(row.params for row in self.rows),
            sum(row.macs for row in self.rows),
            Role.OUTPUT if last else Role.KERNEL if learned else Role.TEXT,
        )


def brief(layer: Layer | Join) -> str:
    """A layer beside the shapes that it joins: Conv k7 s2, MaxPool k2 s2, ReLU."""
    if isinstance(layer, Join):
        return layer.title
    name, *words = layer.short.split(" ")
    kept = [word for word in words if BRIEF.fullmatch(word)]
    return " ".join([DIMENSIONS.sub("", name), *kept])


DIMENSIONS = pattern(r"[123]d$")
BRIEF = pattern(r"[ksdg][0-9×]+")
"""Of a layer's words its kernel, stride, dilation, groups; shapes tell channels and padding."""


def _quiet(row: Row) -> bool:
    """Whether a layer acts cell by cell and keeps its shape: it needs no box of its own."""
    if isinstance(row.layer, Join) or len(row.step.inputs) != 1:
        return False
    same = row.inputs[0] == row.output
    cellwise = bool(row.reads) and all(isinstance(reading, Same) for reading in row.reads)
    return same and (cellwise or (not row.reads and row.macs == 0))


def _boxes(trace: Trace) -> list[_Box]:
    boxes: list[_Box] = []
    for i, row in enumerate(trace.rows):
        follows = boxes and row.step.inputs == (boxes[-1].steps[-1],)
        if follows and _quiet(row):
            boxes[-1].steps.append(i)
            boxes[-1].rows.append(row)
        else:
            boxes.append(_Box([i], [row], list(row.step.inputs)))
    return boxes


def _merged(boxes: list[_Box]) -> list[_Box]:
    """Boxes joined while there are too many: those of one shape, then those of one size."""
    for first in (0, 1):
        if len(boxes) <= MOST:
            break
        joined: list[_Box] = []
        for box in boxes:
            if joined and joined[-1].shape[first:] == box.shape[first:] and len(box.shape) > 1:
                joined[-1].steps += box.steps
                joined[-1].rows += box.rows
                joined[-1].inputs += box.inputs
            else:
                joined.append(box)
        boxes = joined
    return boxes


def _claim(trace: Trace) -> str:
    first, last = trace.shape, trace.output
    if len(last) == 1:
        return "From pixels to numbers, layer by layer" if len(first) > 2 else "Layer by layer"
    if last[1:] == first[1:]:
        return "What goes in comes out as large"
    smaller = all(a <= b for a, b in zip(last[1:], first[1:], strict=False))
    if smaller and last[0] > first[0]:
        return "Space shrinks while channels grow"
    return "Space shrinks, layer by layer" if smaller else "Space grows, layer by layer"


def _short(number: int) -> str:
    """A large count in three digits: 118 million."""
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if number >= size:
            return f"{number / size:.3g} {word}"
    return f"{number:,}"
