"""How a scene is asked for, and which cell of which plane it chooses."""

from __future__ import annotations

from convviz.errors import SpecError
from convviz.records import Record


class View(Record):
    """What the reader wants to see of an account.

    at:      the coarse cell that is chosen, from 0: an output of conv and pool, an input of
             conv-transpose; its channel, and its sample, may come before. (): the first.
    tiling:  circular padding as a crop of the endless tiling.
    command: the command line, as typed, for the footer of a picture.
    full:    every plane and lane, however many.
    growing: outputs after the chosen one are not computed yet: a frame of a film.
    image:   the input came from a picture.
    axis:    the spatial axis that one row per layer follows; −1: the last.
    drawn:   it will be a picture, which holds more planes than a screen.
    names:   what sets each of several accounts apart, where their layers do not tell it:
             "weight box", "weight sobel-x".
    """

    at: tuple[int, ...] = ()
    tiling: bool = False
    command: str = ""
    full: bool = False
    growing: bool = False
    image: bool = False
    axis: int = -1
    drawn: bool = False
    names: tuple[str, ...] = ()


def chosen(at: tuple[int, ...], shape: tuple[int, ...], what: str) -> tuple[int, ...]:
    """(sample, channel, *spatial): the cell of `shape` (N, C, *spatial) that `at` names.

    Raises SpecError: too many or too few indices, or one that lies outside.
    """
    axes = len(shape) - 2
    if not at:
        return (0,) * len(shape)
    if not axes <= len(at) <= len(shape):
        form = {1: "I", 2: "ROW,COL", 3: "DEPTH,ROW,COL"}[axes]
        raise SpecError(
            f"at has {len(at)} {'index' if len(at) == 1 else 'indices'}, "
            f"but the {what} has {axes} {'axis' if axes == 1 else 'axes'}",
            "at",
            f"{form}, or with a channel C,{form}",
        )
    cell = (0,) * (len(shape) - len(at)) + at
    names = (
        "samples",
        "channels",
        *{1: ("cells",), 2: ("rows", "cols")}.get(axes, ("planes", "rows", "cols")),
    )
    for index, size, name in zip(cell, shape, names, strict=True):
        if not 0 <= index < size:
            raise SpecError(
                f"the {what} has {size} {name if size != 1 else name[:-1]}, "
                f"so {index} is none of them",
                "at",
                "only 0" if size == 1 else f"0 to {size - 1}",
            )
    return cell
