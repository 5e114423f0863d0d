"""Where arrays come from: untrusted bytes and words → checked arrays, within a budget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError
from convviz.sources.budget import Budget
from convviz.sources.fills import fill_named
from convviz.spec.parser import (
    FileWords,
    InputWords,
    LiteralWords,
    SampleWords,
    ShapeWords,
    StdinWords,
)

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Source:
    """An array and how its axes are to be read.

    array:   (*lead axes, *spatial axes), as the user gave them.
    spatial: how many axes, the last ones, a layer works on: 1 to 3.
    lead:    axes before them: 0 none, 1 channels, 2 batch and channels.
    image:   it came from a picture: channels × height × width, 0 to 255.
    typed:   its numbers were typed or filled, so it has no type of its own to keep.
    note:    what reading it changed ("transparency is laid on white"), "" for nothing.
    """

    array: Array
    spatial: int = 0
    lead: int = 0
    image: bool = False
    typed: bool = False
    note: str = ""

    def read_as(self, spatial: int | None) -> Source:
        """The same array with its axes told apart; `spatial` None: by their number.

        Raises SpecError: too few or too many axes.
        """
        spatial, lead = axes(self.array.shape, 2 if self.image and spatial is None else spatial)
        return replace(self, spatial=spatial, lead=lead)


def axes(shape: tuple[int, ...], spatial: int | None) -> tuple[int, int]:
    """(spatial, lead) of an input of `shape`; two spatial axes where three could be meant.

    Raises SpecError: no axis, or more than a batch and channels before the spatial axes.
    """
    count = len(shape)
    if spatial is None:
        spatial = {1: 1, 2: 2, 3: 2, 4: 2}.get(count, 3)
    lead = count - spatial
    if 0 <= lead <= 2:
        return spatial, lead
    size = "×".join(map(str, shape)) or "a single number"
    planes = f"{spatial} spatial {'axis' if spatial == 1 else 'axes'}"
    if lead < 0:
        raise SpecError(
            f"the input {size} has {count} {'axis' if count == 1 else 'axes'}, "
            f"fewer than {planes}",
            "input",
            f"at least {spatial} axes" if spatial > 1 else "at least one axis",
        )
    raise SpecError(
        f"the input {size} has {count} axes: more than a batch, channels and {planes}",
        "input",
        f"at most {spatial + 2} axes",
        remedy="{dims=3} reads the last three as space" if spatial < 3 and lead == 3 else "",
    )


def load(
    words: InputWords,
    *,
    spatial: int | None = None,
    fill: str = "count",
    seed: int = 0,
    budget: Budget | None = None,
    stdin: BinaryIO | None = None,
) -> Source:
    """The array that `words` name, its axes told apart.

    spatial: how many of the last axes are space; None: as many as the number of axes suggests.

    Raises SpecError: what cannot be read as numbers, or exceeds the budget; from an OSError, what
    cannot be read at all.
    """
    budget = budget or Budget()
    if isinstance(words, ShapeWords):
        known, _ = axes(words.shape, spatial)
        budget.check(words.shape, "an input")
        array = fill_named(fill).make(words.shape, known, seed)
        return Source(array, typed=True).read_as(spatial)
    if isinstance(words, LiteralWords):
        return Source(typed_array(words), typed=True).read_as(spatial)

    from convviz.sources import files

    if isinstance(words, FileWords):
        source = files.read(words.path, budget)
    elif isinstance(words, StdinWords):
        source = files.read_stream(stdin, budget)
    else:
        assert isinstance(words, SampleWords), "the five kinds of words"
        source = files.sample(words.name, budget)
    return source.read_as(spatial)


def typed_array(words: LiteralWords) -> Array:
    """The numbers of a literal: integers while all of them are, else float64."""
    array = np.array(words.values)
    return array if array.dtype.kind == "i" else array.astype(np.float64)
