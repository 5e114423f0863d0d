"""Padding modes, one row each: everything the program knows about a mode is in its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convviz.errors import SpecError, unknown
from convviz.records import Record

IndexMap = Callable[[Any, int], Any]
"""(position, size) → source index. Position counts from the first unpadded cell; it may be an int
or an integer array, so the maps use operators alone."""


class Mode(Record):
    """One way to continue an axis past its ends.

    source:  where a padded cell comes from; None where it is filled with a constant.
    slack:   the most that one side of an axis of n cells can take is n + slack; None: no limit.
    rule:    the mode in a few words, shown under its name.
    picture: 1 2 3 4 padded by 2, asserted against the engine by a test.
    torch:   whether PyTorch has it as padding_mode of a layer.
    """

    name: str
    aliases: tuple[str, ...]
    source: IndexMap | None
    slack: int | None
    rule: str
    picture: str
    torch: bool

    @property
    def fills(self) -> bool:
        """Whether padded cells are a constant and come from nowhere."""
        return self.source is None

    def limit(self, size: int) -> int | None:
        """The most cells that one side of an axis of `size` cells can take; None: no limit."""
        return None if self.slack is None else max(0, size + self.slack)


# |i| − |i − last| + last is 0 below, 2·last above and 2·i between: a clamp made of operators.
def _nearest(i: Any, size: int) -> Any:
    return (abs(i) - abs(i - (size - 1)) + size - 1) // 2


def _wrapped(i: Any, size: int) -> Any:
    return i % size


# The mirror stands in the edge cell: 2·(size − 1) cells until the pattern repeats.
def _mirrored(i: Any, size: int) -> Any:
    last = size - 1
    return last - abs(last - i % max(1, 2 * last))


# The mirror stands between the edge cell and its copy: 2·size cells until the pattern repeats.
def _mirrored_with_edge(i: Any, size: int) -> Any:
    return (2 * size - 1 - abs(2 * size - 1 - 2 * (i % (2 * size)))) // 2


MODES: tuple[Mode, ...] = (
    Mode("zeros", ("zero",), None, None, "constant 0", "0 0 [1 2 3 4] 0 0", True),
    Mode(
        "constant",
        (),
        None,
        None,
        "constant V, from --value V",
        "V V [1 2 3 4] V V",
        False,
    ),
    Mode(
        "reflect",
        ("reflection",),
        _mirrored,
        -1,
        "mirror, edge not repeated",
        "3 2 [1 2 3 4] 3 2",
        True,
    ),
    Mode(
        "replicate",
        ("replication", "edge"),
        _nearest,
        None,
        "nearest edge cell",
        "1 1 [1 2 3 4] 4 4",
        True,
    ),
    Mode("circular", ("wrap",), _wrapped, 0, "wrap around", "3 4 [1 2 3 4] 1 2", True),
    Mode(
        "symmetric",
        (),
        _mirrored_with_edge,
        None,
        "mirror, edge repeated",
        "2 1 [1 2 3 4] 4 3",
        False,
    ),
)

NAMES: tuple[str, ...] = tuple(mode.name for mode in MODES)
TORCH_NAMES: tuple[str, ...] = tuple(mode.name for mode in MODES if mode.torch)
"""PyTorch's four modes, which `--mode all` shows together."""

BY_NAME: dict[str, Mode] = {name: mode for mode in MODES for name in (mode.name, *mode.aliases)}


def mode_named(name: Any, *, allowed: tuple[str, ...] = NAMES, argument: str = "mode") -> Mode:
    """The mode called `name`.

    Raises SpecError: no such mode, or one that is not `allowed` here.
    """
    mode = BY_NAME.get(name) if isinstance(name, str) else None
    if mode is None or mode.name not in allowed:
        raise unknown("padding mode", str(name), allowed, argument=argument, heading="modes")
    return mode


def check_limits(mode: Mode, padding: tuple[tuple[int, int], ...], shape: tuple[int, ...]) -> None:
    """Refuse padding that `mode` cannot take from an input of `shape`.

    Raises SpecError: a side exceeds the mode's limit, or an empty axis has nothing to copy.
    """
    if mode.fills:
        return
    for (before, after), size in zip(padding, shape, strict=True):
        limit = mode.limit(size)
        side = max(before, after)
        if size == 0 and side:
            raise SpecError(f"{mode.name} has nothing to copy from an empty axis", "padding")
        if limit is not None and side > limit:
            free = [m.name for m in MODES if not m.fills and m.slack is None and m is not mode]
            larger = [
                f"{m.name} takes up to {most}"
                for m, most in ((m, m.limit(size)) for m in MODES if m is not mode)
                if most is not None and side <= most
            ]
            raise SpecError(
                f"{mode.name} pads at most {limit} on each side of {size} cells, not {side}",
                "padding",
                f"at most {limit}",
                remedy=", ".join([f"{' and '.join(free)} have no limit", *larger]),
            )
