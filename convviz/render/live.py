"""A film in the terminal: the same screen in place, of which only changed lines are written.

The terminal is asked nothing but its size, and gets back its cursor, its echo and its line wrapping
however the film ends: at its end, by a key, by a signal or by an error.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TextIO

from convviz.diagrams.scene import Omission, Scene
from convviz.errors import SpecError
from convviz.records import replace
from convviz.render.display import Display, Lines
from convviz.render.keys import Keys, keyboard
from convviz.render.signals import Killed, Signals, obey
from convviz.render.stream import Line, Run, Stream, is_terminal

FPS = 2.5
"""Steps a second."""

SLOWEST, FASTEST, FASTER = 0.25, 60.0, 1.5
"""The range of the speed, and what a key press multiplies it by."""

LEAST_ROWS = 12
"""Rows below which no film is shown."""

BAR = 16
"""Cells of the progress bar."""

Drawn = Callable[[Scene, Stream, "int | None", bool], str]
"""(scene, stream, kept, noted) → the screen: of each grid so many rows are kept at its ends and
around the window, None: as many as on a still screen; with notes or without."""

KEPT = (None, 12, 8, 6, 5, 4, 3, 2, 1)
"""Rows that are kept, from many to few."""


class Diet(NamedTuple):
    """What a low terminal does without.

    kept: see `Drawn`. lanes: channels that are shown, where a scene has a lane for each.
    """

    kept: int | None = None
    labels: bool = True
    lanes: int | None = None
    equations: bool = True

    def of(self, scene: Scene) -> Scene:
        """What is left of a scene."""
        left = replace(
            scene,
            labels=scene.labels if self.labels else (),
            equations=scene.equations if self.equations else (),
            panels=tuple(replace(each, scene=self.of(each.scene)) for each in scene.panels),
        )
        return left if self.lanes is None else fewer(left, self.lanes)


def fewer(scene: Scene, lanes: int) -> Scene:
    """A scene of channels with the first `lanes` of them, and a line that counts the others."""
    missing = len(scene.bands) - 1 - lanes
    if scene.diagram != "channels" or missing <= 0:
        return scene
    more = sum(omission.count for omission in scene.omitted)
    what = scene.omitted[0].what if scene.omitted else "channels"
    return replace(
        scene,
        bands=(*scene.bands[:lanes], scene.bands[-1]),
        equations=tuple(e for e in scene.equations if e.band < lanes),
        omitted=(Omission(lanes, 0, missing + more, what),),
    )


DIETS = (
    Diet(),
    Diet(labels=False),
    *(Diet(kept, labels=False, lanes=1) for kept in KEPT),
    *(Diet(kept, labels=False, lanes=1, equations=False) for kept in KEPT),
)
"""What is tried until a film fits: first facts that stand still go, then lanes, rows, sums."""


@dataclass
class Player:
    """Which step is shown, and what keys do to it.

    stays: at the last step it waits for a key instead of ending.
    """

    count: int
    fps: float = FPS
    playing: bool = True
    stays: bool = False
    at: int = 0
    over: bool = False

    @property
    def last(self) -> bool:
        """Whether the last step is shown."""
        return self.at == self.count - 1

    @property
    def wait(self) -> float | None:
        """Seconds until the next step; None while it is paused."""
        return 1 / self.fps if self.playing else None

    def tick(self) -> None:
        """The time of a step is over."""
        if not self.last:
            self.at += 1
        if self.last:
            self.playing = False
            self.over = not self.stays

    def press(self, key: str) -> None:
        """What a key does."""
        if key == "quit":
            self.over = True
        elif key == "space":
            self.playing = not self.playing
            if self.playing and self.last:
                self.at = 0
        elif key in ("plus", "minus"):
            factor = FASTER if key == "plus" else 1 / FASTER
            self.fps = min(FASTEST, max(SLOWEST, self.fps * factor))
        else:
            steps = {"left": self.at - 1, "right": self.at + 1, "home": 0, "end": self.count - 1}
            self.at = min(self.count - 1, max(0, steps[key]))
            self.playing = False


def status(player: Player, width: int) -> Line:
    """The step, a bar, the keys; what does not fit is left out, the bar last."""
    number = f"{player.at + 1:{len(str(player.count))}}"
    filled = BAR * (player.at + 1) // player.count
    step: list[Run] = [(f"step {number} of {player.count}", "bold")]
    bar: list[Run] = [("█" * filled, "output"), ("░" * (BAR - filled), "muted")]
    keys: list[list[Run]] = [
        [("space", "bold"), (" pause" if player.playing else " play", "muted")],
        [("← →", "bold"), (" step", "muted")],
        [("+ -", "bold"), (" speed", "muted")],
        [("q", "bold"), (" quit", "muted")],
    ]
    for groups in (
        [step, bar, *keys],
        [step, bar, *keys[:2], keys[3]],
        [step, bar, keys[3]],
        [step, keys[3]],
    ):
        line = [run for group in groups for run in (("  ", ""), *group)][1:]
        if sum(len(text) for text, _ in line) <= width:
            break
    return line


@dataclass
class Theater:
    """The film on a terminal.

    stream: what the terminal can do, asked anew when its size changes.
    """

    scenes: Sequence[Scene]
    file: TextIO
    stream: Callable[[], Stream]
    draw: Drawn
    player: Player
    display: Display
    columns: int = 0
    rows: int = 0
    now: Stream = field(default_factory=Stream)
    diet: Diet = DIETS[0]
    height: int = 0

    def look(self) -> None:
        """Take the measures of the terminal; what stands there is erased if they changed."""
        try:
            size = os.get_terminal_size(self.file.fileno())
        except (OSError, ValueError):
            size = os.terminal_size((0, 0))
        columns, rows = size.columns or 80, size.lines or 24
        if (columns, rows) == (self.columns, self.rows):
            return
        self.display.clear(columns)
        self.columns, self.rows, self.now = columns, rows, self.stream()
        last = len(self.scenes) - 1
        for self.diet in DIETS:
            # Where rows are elided around the window, ends and middle differ in height.
            self.height = max(len(self.lines(i)) for i in {0, last // 2, last})
            if self.height < rows:
                break

    def lines(self, step: int) -> Lines:
        """The screen of a step, as much as there is room for; notes give way to the status."""
        text = self.draw(self.diet.of(self.scenes[step]), self.now, self.diet.kept, False)
        return text.rstrip("\n").split("\n")

    def check(self) -> None:
        """Refuse a terminal that is too low.

        Raises SpecError: it has fewer rows than the film needs at least.
        """
        need = max(LEAST_ROWS, self.height + 1)
        if self.rows < need:
            raise SpecError(
                f"the terminal has {self.rows} rows, and the film needs {need}",
                "animate",
                remedy="a higher window, or a file: -o x.gif",
            )

    def show(self) -> None:
        """Draw the current step and the status below it."""
        lines = self.lines(self.player.at)
        self.height = max(self.height, len(lines))
        blank = [""] * (self.height - len(lines))
        below = self.now.line(status(self.player, min(self.now.width, self.columns)))
        self.display.show([*lines, *blank, below][-self.rows :])

    def leave(self) -> None:
        """Let the step stand as a still screen would, whole; what is too high scrolls up."""
        text = self.draw(self.scenes[self.player.at], self.now, None, True)
        lines = text.rstrip("\n").split("\n")
        if len(lines) > self.rows:
            self.display.clear(self.columns)
        self.display.show(lines)

    def run(self, keys: Keys, signals: Signals) -> None:
        """Play until the film is over or the reader quits."""
        due = time.monotonic() + (self.player.wait or 0)
        while not self.player.over:
            self.look()
            self.show()
            wait = self.player.wait
            pressed = keys.wait(None if wait is None else max(0.0, due - time.monotonic()))
            if signals.stopped or signals.woken:
                self.pause(keys, signals)
            for key in pressed:
                self.player.press(key)
            if pressed:
                due = time.monotonic() + (self.player.wait or 0)
            elif wait is not None and time.monotonic() >= due:
                self.player.tick()
                due = max(due, time.monotonic() - wait) + wait
        self.leave()

    def pause(self, keys: Keys, signals: Signals) -> None:
        """Give the terminal back while the process is stopped; start anew below when it goes on."""
        if signals.stopped:
            self.display.close()
            keys.suspended()
            signals.stop()
        signals.woken = False
        keys.resumed()
        self.display.lines = []
        self.display.open()


def can_play(file: TextIO) -> bool:
    """Whether `file` is a terminal on which lines can be written over."""
    return is_terminal(file) and os.environ.get("TERM", "") != "dumb"


def play(
    scenes: Sequence[Scene],
    file: TextIO,
    stream: Callable[[], Stream],
    draw: Drawn,
    *,
    fps: float = FPS,
    step: bool = False,
) -> None:
    """Play `scenes` once on the terminal `file`; the last frame that was shown stays.

    Where `file` is no terminal, the last frame is printed.

    step: start paused, and stay at the end.

    Raises SpecError: the terminal is too low.
    """
    if not can_play(file):
        file.write(draw(scenes[-1], stream(), None, True))
        return
    player = Player(len(scenes), fps, playing=not step, stays=step)
    theater = Theater(scenes, file, stream, draw, player, Display(file))
    theater.look()
    theater.check()
    try:
        with Signals() as signals, keyboard() as keys, theater.display:
            theater.run(keys, signals)
    except Killed as killed:
        obey(killed.number)
