"""Panels of layers that are compared: beside each other where they fit, what they share once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from convviz.diagrams.scene import Panel, Scene
from convviz.render import inks, sentences
from convviz.render.canvas import Block, Line, beside, line_width, stacked
from convviz.render.sheets import Manner
from convviz.render.stream import Stream

BESIDE = 34
"""The least width of a panel beside another: equations are broken into lines of it."""
BETWEEN = 5
"""Blanks between panels that stand beside each other."""


class Body(Protocol):
    """What a scene says, laid out."""

    blocks: list[Block]

    def facts(self, width: int) -> list[Line]:
        """Equations and labels within `width`."""

    def notes(self) -> list[str]:
        """What stands below all."""


def arranged(
    scene: Scene, shared: Body | None, bodies: Sequence[Body], manner: Manner
) -> tuple[list[Block], list[str]]:
    """(blocks, notes): what panels share, then every panel under its name, as many in a row as fit.

    What all panels note stands once, at the end. bodies: one per panel.
    """
    width = manner.stream.width
    wide = [max(stacked(body.blocks).width, BESIDE) for body in bodies]
    names = [name_line(panel, manner.stream) for panel in scene.panels]
    wide = [max(each, line_width(name)) for each, name in zip(wide, names, strict=True)]
    common, apart = shared_parts([body.notes() for body in bodies])
    count = len(bodies)
    while count > 1 and count * max(wide) + (count - 1) * BETWEEN > width:
        count = -(-count // 2)
    room = max(wide) if count > 1 else width
    blocks = list(shared.blocks) if shared else []
    for start in range(0, len(bodies), count):
        row = []
        for place in range(start, min(start + count, len(bodies))):
            block = stacked([Block([names[place]]), *bodies[place].blocks])
            own = sentences.note_lines(apart[place], manner.stream, room)
            after = [*bodies[place].facts(room), *own]
            for said in [[], *after] if after else []:
                block.add(said)
            block.width = max(block.width, room if count > 1 else 0)
            row.append(block)
        blocks.append(beside(row, BETWEEN))
    return blocks, [*(shared.notes() if shared else []), *common]


def name_line(panel: Panel, stream: Stream) -> Line:
    """The name of a panel, and its sizes."""
    blank = [("  ", "")] if panel.sizes else []
    return [*inks.runs(panel.name, stream), *blank, *inks.runs(panel.sizes, stream)]


def shared_parts(every: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """(what the notes of all panels say, what those of each say besides), part by part."""
    parts = [{part for note in notes for part in note.split(" · ")} for notes in every]
    common = set.intersection(*parts)

    def only(notes: Sequence[str], keep: Callable[[str], bool]) -> list[str]:
        found = [" · ".join(filter(keep, note.split(" · "))) for note in notes]
        return [note for note in found if note]

    return (
        only(every[0], lambda part: part in common),
        [only(notes, lambda part: part not in common) for notes in every],
    )
