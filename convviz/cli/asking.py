"""A request's words → an input array and what else every command asks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convviz.cli import readers
from convviz.cli.command import Asked
from convviz.cli.options import FILLS
from convviz.errors import SpecError
from convviz.spec.layers import Conv, ConvTranspose, Pool
from convviz.spec.parser import parse_index, parse_input, parse_padding, parse_sizes

if TYPE_CHECKING:
    from convviz.engine.account import Account
    from convviz.sources.budget import Budget
    from convviz.sources.source import Source
    from convviz.sources.weights import Fit

DIMS = "dims"
SIZED = ("kernel", "stride", "padding", "dilation", "output_padding")
"""Parameters with one entry per axis: two entries say that there are two axes."""


def sizes(asked: Asked, param: str) -> int | tuple[int, ...]:
    """The sizes of `param`: an int for all axes, or a tuple with one entry per axis."""
    numbers = asked.read(param, lambda text: parse_sizes(text, param))
    return numbers[0] if len(numbers) == 1 else numbers


def padding(asked: Asked, default: Any = 0) -> Any:
    """The padding: an int, "same", "valid", or a tuple of sizes or of (before, after) pairs."""
    return asked.read("padding", parse_padding) if "padding" in asked else default


def spatial_axes(asked: Asked, *entries: Any) -> int | None:
    """How many axes the words ask for: by --dims, else by the parameter with several entries.

    Raises SpecError: --dims is not 1, 2 or 3.
    """
    if DIMS in asked:
        return asked.read(DIMS, readers.whole("--dims", 1, 3))
    return max((len(e) for e in entries if isinstance(e, tuple) and len(e) > 1), default=None)


def seed(asked: Asked) -> int:
    """The seed."""
    return asked.read("seed", readers.whole("a seed"), "0")


def budget(asked: Asked) -> Budget:
    """How many numbers an array may hold."""
    from convviz.sources.budget import MAX_ELEMENTS, Budget

    return Budget(asked.read("max_elements", readers.whole("a budget", 1), str(MAX_ELEMENTS)))


def source(asked: Asked, default: str, spatial: int | None) -> Source:
    """The input array.

    Raises SpecError: as `convviz.sources.load`, pointing at INPUT.
    """
    from convviz.sources import load

    words = asked.read("input", parse_input, default)
    fill = asked.read("fill", readers.one_of(FILLS, "fill", "fill", "fills"), FILLS[0])
    numbers, limit = seed(asked), budget(asked)
    with asked.pointing("input"):
        return load(
            words,
            spatial=spatial,
            fill=fill,
            seed=numbers,
            budget=limit,
            stdin=sys.stdin.buffer if sys.stdin is not None else None,
        )


def channels(source: Source) -> int:
    """The channels of the input: 1 where it has no axis for them."""
    return source.array.shape[source.lead - 1] if source.lead else 1


def account(
    asked: Asked, layer: Conv | ConvTranspose | Pool, source: Source, fit: Fit | None
) -> Account:
    """What the layer makes of the input; every size is checked before it is computed.

    Raises SpecError: the input does not fit the layer, or an array exceeds the budget.
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
    else:
        padded = tuple(
            n + axis.before + axis.after
            for axis, n in zip(layer.axes, array.shape[2:], strict=True)
        )
        limit.check(array.shape[:2] + padded, "a padded input", array.itemsize)
    if isinstance(layer, Pool):
        return run(layer, array, lead=source.lead)
    weight = weighing.weight(asked, layer, fit)
    return run(layer, array, weight, weighing.bias(asked, layer), lead=source.lead)


def index(asked: Asked, spatial: Sequence[int], channels: int, batch: int) -> tuple[int, ...]:
    """`--at` as (batch, channel, *spatial) of a cell of the coarse grid; () where it was not asked.

    Raises SpecError: the wrong number of indices, or one beyond its axis.
    """
    if "at" not in asked:
        return ()
    typed = asked.read("at", parse_index)
    full = (batch, channels, *spatial)
    count = len(spatial)
    if not count <= len(typed) <= count + 2:
        names = (
            ("COL",) if count == 1 else ("ROW", "COL") if count == 2 else ("DEPTH", "ROW", "COL")
        )
        raise asked.at(
            SpecError(
                f"--at has {len(typed)} indices, but a cell has {count}",
                "at",
                ",".join(names) + (f", or CHANNEL,{','.join(names)}" if channels > 1 else ""),
            )
        )
    limits = full[len(full) - len(typed) :]
    words = ("sample", "channel", *_axis_words(count))[len(full) - len(typed) :]
    for number, limit, word in zip(typed, limits, words, strict=True):
        if number >= limit:
            raise asked.at(
                SpecError(
                    f"there is no {word} {number}: they count from 0, and there "
                    f"{'is' if limit == 1 else 'are'} {limit}",
                    "at",
                    f"0 to {limit - 1}" if limit > 1 else "only 0",
                )
            )
    return typed


def _axis_words(count: int) -> tuple[str, ...]:
    return {1: ("cell",), 2: ("row", "col"), 3: ("depth", "row", "col")}[count]


def batched(array: Any, lead: int) -> Any:
    """`array` as (N, C, *spatial)."""
    for _ in range(2 - lead):
        array = array[None]
    return array
