"""A request's words → an input array and what else every command asks."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from convviz.cli import readers
from convviz.cli.command import Asked
from convviz.cli.options import FILLS
from convviz.spec.layers import Conv, ConvTranspose, Pool
from convviz.spec.words import parse_index, parse_input

if TYPE_CHECKING:
    from convviz.engine.account import Account
    from convviz.sources.budget import Budget
    from convviz.sources.source import Source
    from convviz.sources.weights import Fit

SIZED = ("kernel", "stride", "padding", "dilation", "output_padding")
"""Parameters that may have one entry per axis."""


def dims(asked: Asked) -> int | None:
    """How many axes are space, where --dims says it.

    Raises SpecError: not 1, 2 or 3.
    """
    return asked.read("dims", readers.whole("--dims", 1, 3)) if "dims" in asked else None


def likely(*entries: Any) -> int | None:
    """How many axes are space, by the parameter with most entries; None where all have one."""
    return max((len(e) for e in entries if isinstance(e, tuple) and len(e) > 1), default=None)


def seed(asked: Asked) -> int:
    """The seed."""
    return asked.read("seed", readers.whole("a seed"), "0")


def budget(asked: Asked) -> Budget:
    """How many numbers an array may hold, and how many products a layer may add."""
    from convviz.sources.budget import MAX_ELEMENTS, MAX_MACS, Budget

    return Budget(
        asked.read("max_elements", readers.whole("a budget", 1), str(MAX_ELEMENTS)),
        asked.read("max_macs", readers.whole("a budget", 1), str(MAX_MACS)),
    )


def source(
    asked: Asked, default: str, spatial: int | None, likely: int | None, *, cells: bool = False
) -> Source:
    """The input array; for `spatial`, `likely` and `cells` see `convviz.sources.load`.

    Raises SpecError: as `convviz.sources.load`, pointing at INPUT.
    """
    from convviz.sources import Source, load

    array = asked.array("input")
    if array is not None:
        from convviz.engine.arrays import array as checked

        return Source(checked(array, "input")).read_as(spatial, likely)
    words = asked.read("input", parse_input, default)
    fill = asked.read("fill", readers.one_of(FILLS, "fill", "fill", "fills"), FILLS[0])
    numbers, limit = seed(asked), budget(asked)
    with asked.pointing("input"):
        return load(
            words,
            spatial=spatial,
            likely=likely,
            fill=fill,
            seed=numbers,
            budget=limit,
            stdin=sys.stdin.buffer if sys.stdin is not None else None,
            cells=cells,
        )


def channels(source: Source) -> int:
    """The channels of the input: 1 where it has no axis for them."""
    return source.array.shape[source.lead - 1] if source.lead else 1


def account(
    asked: Asked,
    layer: Conv | ConvTranspose | Pool,
    source: Source,
    fit: Fit | None,
    named: str | None = None,
) -> Account:
    """What the layer makes of the input; sizes and work are checked before anything is computed.

    fit, named: its weight, see `weighing`.

    Raises SpecError: the input does not fit the layer, or array or work exceed the budget.
    """
    from convviz.cli import weighing
    from convviz.engine.account import run

    array = batched(source.array, source.lead)
    limit = budget(asked)
    samples = array.shape[:1]
    limit.check(samples + layer.output(array.shape[1:]), "an output")
    if isinstance(layer, ConvTranspose):
        spread = tuple(axis.spread(n) for axis, n in zip(layer.axes, array.shape[2:], strict=True))
        limit.check((*samples, layer.out_channels, *spread), "a sum of stamps")
        limit.check_axes((*array.shape[2:], *spread), math.prod(spread))
    else:
        padded = tuple(
            n + axis.before + axis.after
            for axis, n in zip(layer.axes, array.shape[2:], strict=True)
        )
        limit.check(array.shape[:2] + padded, "a padded input", array.itemsize)
        limit.check_axes(padded, array.size)
    if isinstance(layer, Pool):
        if asked.request is None:
            steps = "comparisons" if layer.kind == "max" else "additions"
            limit.check_macs(len(array) * layer.steps(array.shape[1:]), "the layer", steps)
        return run(layer, array, lead=source.lead)
    if asked.request is None:  # calls from Python take the time that they take
        limit.check_macs(len(array) * layer.macs(array.shape[1:]), "the layer")
    weight = weighing.weight(asked, layer, fit, named)
    return run(layer, array, weight, weighing.bias(asked, layer), lead=source.lead)


def index(asked: Asked, shape: tuple[int, ...], what: str) -> tuple[int, ...]:
    """`--at`: the indices of a cell of the coarse grid, as typed; () where it was not.

    shape: (N, C, *spatial) of the grid. what: "output" or "input".

    Raises SpecError: the wrong number of indices, or one beyond its axis.
    """
    if "at" not in asked:
        return ()
    from convviz.diagrams.view import chosen

    typed = asked.read("at", parse_index)
    chosen(typed, shape, what)
    return typed


def batched(array: Any, lead: int) -> Any:
    """`array` as (N, C, *spatial)."""
    for _ in range(2 - lead):
        array = array[None]
    return array
