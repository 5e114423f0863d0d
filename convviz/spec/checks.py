"""What several layers refuse alike, and how sizes are written."""

from __future__ import annotations

import math
from typing import Any

from convviz.errors import SpecError, unknown
from convviz.spec.arguments import Pair, integer, pairs, same
from convviz.spec.geometry import Axis

Shape = tuple[int, ...]
"""Sizes without a batch axis: (C, *spatial)."""


def axes(
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: tuple[Pair, ...],
) -> tuple[Axis, ...]:
    """One `Axis` per spatial axis."""
    return tuple(
        Axis(k, s, d, before, after)
        for k, s, d, (before, after) in zip(kernel, stride, dilation, padding, strict=True)
    )


def named_padding(
    padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[Pair, ...]:
    """`padding` as pairs, with "valid" as none and "same" as the pairs that keep the size."""
    if not isinstance(padding, str):
        return pairs(padding, len(kernel))
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding != "same":
        raise unknown("padding", padding, ("same", "valid"), argument="padding", heading="words")
    if any(s != 1 for s in stride):
        raise SpecError(
            f"padding 'same' goes with stride 1 only, not {max(stride)}",
            "padding",
            "numbers, when the stride is not 1",
            remedy=f"{{padding={(max(kernel) - 1) * max(dilation) // 2}}} divides the size "
            "by the stride, rounded up",
        )
    return same(kernel, dilation)


def checked_groups(in_channels: Any, out_channels: Any, groups: Any) -> tuple[int, int, int]:
    """(in, out, groups) as integers.

    Raises SpecError: below 1, or groups that do not divide both.
    """
    inputs = integer(in_channels, "in_channels", 1)
    outputs = integer(out_channels, "out_channels", 1)
    count = integer(groups, "groups", 1)
    for number, word in ((inputs, "in"), (outputs, "out")):
        if number % count:
            common = math.gcd(inputs, outputs)
            fits = [g for g in range(1, min(common, 4096) + 1) if common % g == 0]
            known = ", ".join(map(str, fits[:12])) + ", …" * (len(fits) > 12)
            raise SpecError(
                f"groups {count} does not divide {word}_channels {number}",
                "groups",
                f"one of {known}" if len(fits) > 1 else "only 1 divides both",
            )
    return inputs, outputs, count


def checked_input(shape: Shape, channels: int, ndim: int) -> Shape:
    """The spatial part of a (C, *spatial) `shape`.

    Raises SpecError: not 1 + ndim axes, or not that many channels.
    """
    if len(shape) != ndim + 1:
        raise SpecError(
            f"a {ndim}-D layer takes channels and {ndim} spatial "
            f"{'axis' if ndim == 1 else 'axes'}, not {len(shape)} axes ({times(shape)})",
            "input",
        )
    if shape[0] != channels:
        raise SpecError(
            f"the layer takes {channels} channels, its input has {shape[0]}",
            "input",
            f"{channels} channels",
        )
    return shape[1:]


AXIS_NAMES: dict[int, tuple[str, ...]] = {
    1: ("axis",),
    2: ("rows", "cols"),
    3: ("depth", "rows", "cols"),
}


def check_reach(layer_axes: tuple[Axis, ...], spatial: Shape) -> None:
    """Refuse a dilated kernel that is longer than a padded axis.

    Raises SpecError: it names every axis that has too few cells, and what would fit.
    """
    short = [
        (name, axis, n)
        for name, axis, n in zip(AXIS_NAMES[len(spatial)], layer_axes, spatial, strict=True)
        if n + axis.before + axis.after < axis.reach
    ]
    if not short:
        return
    _, axis, n = short[0]
    padded = n + axis.before + axis.after
    same_trouble = [name for name, a, m in short if a == axis and m == n]
    where = "the axis has" if len(spatial) == 1 else " and ".join(same_trouble) + " have"
    if same_trouble == ["depth"]:
        where = "depth has"
    after_padding = " after padding" if padded != n else ""
    most = (padded - 1) // axis.dilation + 1
    ways = [f"{{kernel={most}}}"] if most > 0 else []
    if axis.kernel <= padded:  # then it is the dilation that is too large
        ways.append(f"{{dilation={(padded - 1) // (axis.kernel - 1)}}}")
    more = -(-(axis.reach - n) // 2)
    ways.append(f"{{padding={more}}}, which makes {n} + 2·{more} = {n + 2 * more} cells")
    dilated = f"kernel {axis.kernel} with dilation {axis.dilation}"
    raise SpecError(
        f"{'the kernel' if axis.dilation == 1 else dilated} spans {axis.reach} cells, "
        f"but {where} {padded}{after_padding}",
        "kernel",
        f"at most {most}" if most > 0 else "",
        remedy=", or ".join(ways),
    )


def times(shape: Shape) -> str:
    """A shape as text: 3×224×224."""
    return "×".join(map(str, shape))


def amount(count: int) -> str:
    """A count for people: exact below 10¹⁵, else its order of magnitude."""
    if count < 10**15:
        return f"{count:,}"
    # Python refuses to write very long integers, and rounds their logarithms.
    power = round(math.log10(count))
    return f"about 10^{power - (count < 10**power)}"


def sizes_text(values: tuple[int, ...]) -> str:
    """One number where all are equal, else one per axis: 3, 3×5."""
    return str(values[0]) if len(set(values)) == 1 else times(values)


def sides_text(padding: tuple[Pair, ...]) -> str:
    """Padding as short as it can be said: 1, 1×2, 1:0,2:1 (before:after per axis)."""
    if padding.count(padding[0]) == len(padding):
        padding = padding[:1]
    if all(before == after for before, after in padding):
        return sizes_text(tuple(before for before, _ in padding))
    return ",".join(f"{before}:{after}" for before, after in padding)


def window_words(
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[Pair, ...],
    dilation: tuple[int, ...],
    *,
    always_stride: bool = False,
) -> list[str]:
    """k7, s2, p3, d2: what is not the default."""
    words = [f"k{sizes_text(kernel)}"]
    if always_stride or any(s != 1 for s in stride):
        words.append(f"s{sizes_text(stride)}")
    if any(before or after for before, after in padding):
        words.append(f"p{sides_text(padding)}")
    if any(d != 1 for d in dilation):
        words.append(f"d{sizes_text(dilation)}")
    return words
