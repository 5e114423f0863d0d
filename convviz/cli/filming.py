"""Answers that move: a film in the terminal, a film as a file, its frames as pictures."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convviz.cli import readers, speaking
from convviz.cli.command import Asked
from convviz.errors import SpecError
from convviz.records import Record, replace
from convviz.spec.layers import ConvTranspose, Padding, times

if TYPE_CHECKING:
    from convviz.cli.answering import Looks
    from convviz.diagrams import View
    from convviz.diagrams.scene import Scene
    from convviz.engine.account import Account
    from convviz.sources.budget import Budget
STILLS = (".png", ".svg", ".pdf")

FASTEST = 50
"""Frames per second: viewers of GIF show none for less than two hundredths of a second."""

SUMS = 3
"""Numbers that a frame holds for each cell that stamps land on: the sum, the output, the count."""

RULERS = 4
"""Numbers that a frame holds for each line of an axis: its index, its source, what it starts."""

NUMBER = re.compile(r"%0?\d?d")
"""Where the number of a frame stands in the name of its file, as in C: %d, %03d."""


class Motion(Record):
    """How an answer moves.

    animate: play in the terminal. step: paused at first. fps: frames per second, None: the pace
    that fits. frames: the pattern of the files of the stills, "" for none.
    """

    animate: bool = False
    step: bool = False
    fps: float | None = None
    frames: str = ""


def motion(asked: Asked, *, film: bool) -> Motion:
    """What the options of motion ask for.

    film: the answer is written as a film.

    Raises SpecError: a speed that is none, or without motion; a pattern that names no picture.
    """
    step = asked.flag("step")
    animate = asked.flag("animate") or step
    fps = asked.read("fps", speed) if "fps" in asked else None
    if fps is not None and not (animate or film):
        raise asked.at(
            SpecError(
                "a picture that does not move has no speed",
                "fps",
                remedy="--animate plays in the terminal, -o x.gif writes a film",
            )
        )
    frames = asked.read("frames", pattern) if "frames" in asked else ""
    return Motion(animate, step, fps, frames)


def speed(text: str) -> float:
    """Frames per second."""
    value = float(readers.number(text))
    if not 0.1 <= value <= FASTEST:
        raise SpecError(
            f"a film has 0.1 to {FASTEST} frames per second, not {text.strip()}",
            "fps",
            f"0.1 to {FASTEST}",
            source=text,
            span=(0, len(text)),
        )
    return value


def pattern(text: str) -> str:
    """The names of stills, with one place for the number: step.png, out/step-%03d.png."""
    from convviz.render import files

    target = files.target(text, STILLS, ())
    if len(NUMBER.findall(text)) > 1:
        second = list(NUMBER.finditer(text))[1]
        raise SpecError(
            "the name has two places for the number of the frame",
            "frames",
            "one is enough",
            source=text,
            span=second.span(),
        )
    return target.path


def check(accounts: Sequence[Account], limit: Budget) -> None:
    """Refuse a film whose frames would not be held: each has rulers, and may have sums, of its own.

    Raises SpecError: they take more than the budget.
    """
    from convviz.diagrams.motion import MOST

    for account in accounts:
        if isinstance(account.layer, Padding):
            continue
        spatial, shape = account.spatial, account.shape
        each, steps = RULERS * max(*spatial, *shape[2:]), shape[2:]
        if isinstance(account.layer, ConvTranspose):
            lanes = spatial[0] if len(spatial) == 1 else 0
            each, steps = max(each, max(SUMS, lanes) * prod(shape)), spatial
        frames = min(MOST, prod(steps))
        limit.check_count(frames * each, f"a film of {frames} frames", times(shape))


def answer(wanted: Looks, accounts: Sequence[Account], view: View) -> None:
    """Write the film, write its frames, play it: whatever was asked for."""
    from convviz.diagrams.motion import motion as moved

    asked = wanted.motion
    assert asked is not None, "asked only for what moves"
    film, stills = wanted.film, bool(asked.frames)
    found = moved(accounts, replace(view, drawn=film or stills), wanted.view)
    if film and wanted.target is not None:
        save(found, wanted.target.path, asked, wanted.drawn)
    if stills:
        save_stills(found, asked, wanted.drawn)
    if asked.animate and not wanted.json:
        play(found, wanted)


def save(found: Sequence[Scene], path: str, asked: Motion, looks: dict[str, Any]) -> None:
    """Write the film; looks: the keywords of a picture."""
    from convviz.render import files
    from convviz.render.animation import animation

    format = Path(path).suffix.lower().removeprefix(".")
    files.write(path, animation(found, format=format, fps=asked.fps, **looks))


def save_stills(found: Sequence[Scene], asked: Motion, looks: dict[str, Any]) -> None:
    """Write every frame as a picture of its own."""
    from convviz.render import files
    from convviz.render.animation import stills

    format = Path(asked.frames).suffix.lower().removeprefix(".")
    for number, data in enumerate(stills(found, format=format, **looks), 1):
        files.write(numbered(asked.frames, number, len(found)), data)


def numbered(name: str, number: int, count: int) -> str:
    """The file of one frame: the number where its place is, else before the ending."""
    place = NUMBER.search(name)
    if place is not None:
        return f"{name[: place.start()]}{place[0] % number}{name[place.end() :]}"
    path = Path(name)
    return str(path.with_name(f"{path.stem}-{number:0{len(str(count))}d}{path.suffix}"))


def play(found: Sequence[Scene], wanted: Looks) -> None:
    """Play the film on the standard output; where it cannot be played, its last frame is said."""
    from convviz.render import live, terminal
    from convviz.render.stream import Stream

    asked = wanted.motion
    assert asked is not None, "asked only for what moves"
    if wanted.plain:
        from convviz.render import plain

        speaking.write(plain.statements(found[-1], full=wanted.full, precision=wanted.precision))
        return

    def stream() -> Stream:
        return Stream.of(sys.stdout, color=wanted.color, theme=wanted.theme, ascii=wanted.ascii)

    def draw(scene: Scene, on: Stream, kept: int | None, noted: bool) -> str:
        return terminal.screen(
            scene, on, full=wanted.full, precision=wanted.precision, kept=kept, noted=noted
        )

    if not live.can_play(sys.stdout):
        speaking.write(draw(found[-1], stream(), None, True))
        return
    speaking.flush()
    live.play(found, sys.stdout, stream, draw, fps=asked.fps or live.FPS, step=asked.step)
