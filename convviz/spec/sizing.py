"""Which input sizes a network takes: those that run, leave no cell unread, and come back the same.

Sizes are those of a square (or a cube): every axis has the same. Each size is followed through the
network; what holds for which sizes is then said as a rule, where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import Shape
from convviz.spec.network import INPUT, Join, Network, Pending
from convviz.spec.reading import Gather

MODULUS = 512
"""The largest period that a rule is looked for with."""


class Verdict(Record):
    """What an input of one size meets.

    reason: why it does not run, "" where it does. unread: (layer, cells along an axis) where cells
    are left unread. output: the shape that comes out.
    """

    size: int
    reason: str = ""
    unread: tuple[tuple[int, int], ...] = ()
    output: Shape = ()

    @property
    def runs(self) -> bool:
        """Whether the network takes it."""
        return not self.reason


class Group(Record):
    """Sizes of which the same is true."""

    name: str
    sizes: tuple[int, ...]
    rule: str = ""


def verdicts(network: Network, channels: int, ndim: int, sizes: Sequence[int]) -> list[Verdict]:
    """What every one of `sizes` meets, as an input of `channels` and `ndim` equal axes."""
    return [followed(network, (channels, *(size,) * ndim), size) for size in sizes]


def followed(network: Network, shape: Shape, size: int) -> Verdict:
    """What one input meets: the first layer that does not fit, or all cells that are not read."""
    outputs: list[Shape] = []
    unread: list[tuple[int, int]] = []
    for number, step in enumerate(network.steps, 1):
        shapes = tuple(outputs[i] if i != INPUT else shape for i in step.inputs)
        layer = step.layer
        name = layer.text if isinstance(layer, Pending) else layer.short
        try:
            if isinstance(layer, Join):
                outputs.append(layer.output(shapes))
                continue
            whole = layer.make(shapes[0]) if isinstance(layer, Pending) else layer
            output = whole.output(shapes[0])
        except SpecError as error:
            return Verdict(size, f"layer {number}, {name}: {plain(error, layer)}")
        outputs.append(output)
        lost = [
            unread_cells(read, count)
            for read, count in zip(whole.reads(shapes[0], output), output[1:], strict=False)
            if isinstance(read, Gather) and read.mode is None
        ]
        if any(lost):
            unread.append((number, max(lost)))
    return Verdict(size, "", tuple(unread), outputs[-1] if outputs else shape)


def unread_cells(read: Gather, count: int) -> int:
    """Cells of an axis that none of `count` windows reads."""
    return read.axis.unread_count(read.size, ceil=count > read.axis.windows(read.size))


def plain(error: SpecError, layer: object) -> str:
    """Why a layer does not fit, without the numbers that change with the size."""
    if isinstance(layer, Join):
        return "its branches differ in size"
    if "spans" in error.message:
        return "its kernel is longer than its input"
    return error.message


def groups(found: Sequence[Verdict], network: Network) -> list[Group]:
    """The properties that hold for some sizes, each with its sizes and its rule."""
    sizes = [verdict.size for verdict in found]
    named = [("runs", [v.size for v in found if v.runs])]
    named.append(("all read", [v.size for v in found if v.runs and not v.unread]))
    spatial = [v for v in found if v.runs and len(v.output) > 1]
    if spatial:
        named.append(("same size", [v.size for v in spatial if set(v.output[1:]) == {v.size}]))
    return [Group(name, tuple(some), rule(some, sizes)) for name, some in named]


def reasons(found: Sequence[Verdict]) -> list[Group]:
    """Why the other sizes do not run, or leave cells unread, the most frequent first."""
    sizes = [verdict.size for verdict in found]
    known: dict[str, list[int]] = {}
    for verdict in found:
        if verdict.reason:
            known.setdefault(verdict.reason, []).append(verdict.size)
        for number, _ in verdict.unread:
            known.setdefault(f"layer {number} leaves cells unread", []).append(verdict.size)
    ordered = sorted(known.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Group(reason, tuple(some), rule(some, sizes)) for reason, some in ordered]


def rule(some: Sequence[int], sizes: Sequence[int]) -> str:
    """The sizes as a rule: "multiples of 16", "from 32 on"; their ranges where there is none."""
    if not some:
        return "none"
    if len(some) == len(sizes):
        return "all"
    first, last, chosen = sizes[0], sizes[-1], set(some)
    if len(sizes) != last - first + 1:
        return ranges(some)
    for least in dict.fromkeys((first, some[0])):
        count = last + 1 - least
        for sign, members in (("", len(some)), ("all but ", count - len(some))):
            # There may be a reason for every size: those of no period are told by their number.
            # At most half of a period belongs to it, and two and a half hold three such halves.
            if members < max(2, count // MODULUS) or 5 * members > 3 * count:
                continue
            mine = chosen if not sign else set(sizes) - chosen
            found = periodic(mine, least, last)
            if found is None:
                continue
            # A rule that held for the smaller sizes, too, would have been found from `first` on.
            return sign + worded(*found) + (f", from {least} on" if least != first else "")
    if all(n in chosen for n in range(some[0], last + 1)):
        return f"from {some[0]} on"
    return ranges(some)


def periodic(chosen: set[int], least: int, last: int) -> tuple[int, set[int]] | None:
    """The sizes from `least` to `last` by the remainders of a division, if there are few."""
    count = last + 1 - least
    bits = int("".join("01"[n in chosen] for n in range(least, last + 1)), 2)
    for modulus in range(2, min(MODULUS, count // 2) + 1):
        # A rule modulo m says that the sizes look the same m further on: one shift tells.
        if (bits >> modulus) != bits & ((1 << (count - modulus)) - 1):
            continue
        remainders = {n % modulus for n in range(least, least + modulus) if n in chosen}
        along = bool(remainders) and max(remainders) - min(remainders) < len(remainders)
        if 0 < len(remainders) <= (modulus // 2 if along else min(4, modulus // 2)):
            return modulus, remainders
    return None


def worded(modulus: int, remainders: set[int]) -> str:
    """`multiples of 16`; multiples of 4, plus 1; remainders 1, 3 modulo 8."""
    low, high = min(remainders), max(remainders)
    if modulus == 2:
        return "odd sizes" if low else "even sizes"
    if low == high:
        return f"multiples of {modulus}" + (f", plus {low}" if low else "")
    along = high - low < len(remainders) and len(remainders) > 2
    said = f"{low} to {high}" if along else ", ".join(map(str, sorted(remainders)))
    return f"remainders {said} modulo {modulus}"


def ranges(some: Sequence[int]) -> str:
    """Sizes as ranges: 200 to 207, 224."""
    runs = []
    for _, group in groupby(enumerate(some), lambda pair: pair[1] - pair[0]):
        run = [size for _, size in group]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}")
    if len(runs) > 8:
        return f"{', '.join(runs[:4])}, …, {runs[-1]}"
    return ", ".join(runs)
