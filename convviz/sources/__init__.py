"""Where arrays come from: untrusted bytes and words → checked arrays, within a budget."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from convviz.sources.budget import Budget
from convviz.sources.fills import fill_named, unmade
from convviz.sources.source import Source, axes
from convviz.spec.literals import LiteralWords
from convviz.spec.words import FileWords, InputWords, SampleWords, ShapeWords, StdinWords

__all__ = ["Source", "load", "typed_array"]

AXES = 16
"""How often a budget must hold an axis of what is shown in part: sources, labels, roles, words."""


def load(
    words: InputWords,
    *,
    spatial: int | None = None,
    likely: int | None = None,
    fill: str = "count",
    seed: int = 0,
    budget: Budget | None = None,
    stdin: BinaryIO | None = None,
    cells: bool = False,
) -> Source:
    """The array that `words` name, its axes told apart.

    spatial: how many of the last axes are space; None: as many as the number of axes suggests,
             or `likely`, if there are as many.
    cells:   nothing but single cells will be read: a filled shape beyond the budget is not made.

    Raises SpecError: what cannot be read as numbers, or exceeds the budget; from an OSError, what
    cannot be read at all.
    """
    budget = budget or Budget()
    if isinstance(words, ShapeWords):
        known, _ = axes(words.shape, spatial, likely)
        row = fill_named(fill)
        if cells and not budget.holds(words.shape):
            array = unmade(words.shape, known, row, budget.elements // AXES)
            if array is not None:
                return Source(array, typed=True).read_as(spatial, likely)
        budget.check(words.shape, "an input")
        array = row.make(words.shape, known, seed)
        return Source(array, typed=True).read_as(spatial, likely)
    if isinstance(words, LiteralWords):
        return Source(typed_array(words), typed=True).read_as(spatial, likely)
    # Files cost modules (zip, JSON, Pillow) that shapes and literals do without.
    from convviz.sources import files

    if isinstance(words, FileWords):
        source = files.read(words.path, budget)
    elif isinstance(words, StdinWords):
        source = files.read_stream(stdin, budget)
    else:
        assert isinstance(words, SampleWords), "the fifth kind of words"
        source = files.sample(words.name, budget)
    return source.read_as(spatial, likely)


def typed_array(words: LiteralWords) -> NDArray[Any]:
    """The numbers of a literal: integers while all of them are, else float64."""
    array = np.array(words.values)
    return array if array.dtype.kind == "i" else array.astype(np.float64)
