"""A film as a value, and what changes from one of its frames to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convviz.records import Record

Pixels: TypeAlias = NDArray[np.uint8]
"""(height, width, 4): red, green, blue, alpha."""

Words: TypeAlias = NDArray[np.uint32]
"""(height, width): the four bytes of each pixel as one number, red lowest."""


class Film(Record, eq=False):
    """Frames of one size, each shown for a time, over and over.

    frames:      they may be drawn when asked for: each is, once.
    durations:   milliseconds per frame.
    description: the command that made the film, kept as the file's comment.
    paper:       red, green, blue behind transparent pixels, for formats without half of them.
    """

    frames: Sequence[Pixels]
    durations: Sequence[int]
    description: str = ""
    paper: tuple[int, int, int] = (255, 255, 255)

    @cached_property
    def samples(self) -> dict[int, Pixels]:
        """The first, the middle and the last frame, which stand for the colors of all."""
        last = len(self.frames) - 1
        return {i: self.frames[i] for i in sorted({0, (last + 1) // 2, last})}

    def __iter__(self) -> Iterator[Pixels]:
        """All frames in order, the samples among them not drawn again."""
        for i in range(len(self.frames)):
            yield self.samples[i] if i in self.samples else self.frames[i]


class Box(Record):
    """The pixels [top, bottom) × [left, right) of a frame."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.right - self.left, self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index of the box in an array of pixels."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def words(frame: Pixels) -> Words:
    """The pixels of `frame` as numbers, which are compared and looked up at once."""
    return np.ascontiguousarray(frame).view("<u4")[..., 0]


def changes(before: Words, after: Words) -> Box:
    """The smallest box around all pixels in which two frames differ; one pixel if none does."""
    differs = before != after
    rows = np.flatnonzero(differs.any(axis=1))
    if not len(rows):
        return Box(0, 0, 1, 1)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    cols = np.flatnonzero(differs[top:bottom].any(axis=0))
    return Box(top, int(cols[0]), bottom, int(cols[-1]) + 1)
