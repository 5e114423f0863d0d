"""How many stamps land on each output of a transposed convolution, and whether that is even."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod

import numpy as np

from convviz.diagrams.scene import Array, Computed, Grid, Index, Label, Role, Ruler, Run, Text
from convviz.engine.account import Account
from convviz.spec.geometry import Axis
from convviz.spec.layers import ConvTranspose

TABLE = 16
"""Most counts that a verdict lists."""


def layer_of(account: Account) -> ConvTranspose:
    """The transposed convolution that an account is of."""
    assert isinstance(account.layer, ConvTranspose)
    return account.layer


def stamps(axis: Axis, size: int, total: int) -> Index:
    """(total,): the stamps on each fine cell before the crop, of `size` coarse cells."""
    # Lanes of every `step`-th cell, where a stamp is `kernel` cells in a row.
    step = axis.acting(size).dilation
    begun = np.zeros(-(-total // step) * step, dtype=np.intp)
    begun[: size * axis.stride : axis.stride] = 1
    found = begun.reshape(-1, step).cumsum(axis=0)
    found[axis.kernel :] -= found[: -axis.kernel].copy()
    counts: Index = found.reshape(-1)[:total]
    return counts


def counts(account: Account) -> tuple[Index, ...]:
    """Per axis, the stamps on each output cell along it; the axes multiply."""
    layer = layer_of(account)
    found = []
    for axis, size, out in zip(layer.axes, account.spatial, account.shape[2:], strict=True):
        total = max(axis.spread(size), axis.before + out)
        found.append(stamps(axis, size, total)[axis.before : axis.before + out])
    return tuple(found)


def coverage(account: Account, key: str = "coverage", depth: int = 0, title: Text = ()) -> Grid:
    """The stamps on each output cell of a plane; its margins multiply."""
    *deep, rows, cols = (np.ones(1, dtype=np.intp), *counts(account))
    factor = int(deep[1][depth]) if len(deep) > 1 else 1
    shape = (len(rows), len(cols))

    def values(at_rows: Index, at_cols: Index) -> Array:
        return np.multiply.outer(rows[at_rows], cols[at_cols]) * factor

    line = len(account.spatial) == 1
    return Grid(
        key=key,
        cells=Computed(shape, values),
        roles=Computed(shape, lambda r, c: np.full((len(r), len(c)), Role.COUNT, dtype=np.uint8)),
        kind=Role.COUNT,
        title=title,
        top=() if line else (_ruler(cols),),
        left=() if line else (_ruler(rows),),
    )


def _ruler(along: Index) -> Ruler:
    bold = along > 1
    roles = np.where(bold, Role.TEXT, Role.MUTED).astype(np.uint8)
    return Ruler("×", along, roles, bold)


def reason(axis: Axis) -> str:
    """Why the stamps along an axis are even or not."""
    shared = gcd(axis.stride, axis.dilation)
    if axis.even:
        if axis.stride == 1:
            return "the stride is 1"
        return f"{axis.stride} divides {axis.kernel}"
    if shared > 1:
        return f"stride {axis.stride} and dilation {axis.dilation} share the factor {shared}"
    return f"{axis.stride} does not divide {axis.kernel}"


def verdict(layer: ConvTranspose, sizes: Sequence[int] = ()) -> tuple[bool, str]:
    """(even, in words) for all axes together; a border thins out always, hence "inside".

    sizes: of the input along each axis: too small a one has borders only.
    """
    if sizes and any(thin(axis, size) for axis, size in zip(layer.axes, sizes, strict=True)):
        even, words = verdict(layer)
        why = words.partition("; inside")[0].partition("; every")[0].partition(", so inside")[0]
        return even, f"{why}; here borders meet, the input is too small for an inside"
    axes = layer.axes
    phases = [np.array(axis.stamps_by_phase(TABLE + 1)) for axis in axes]
    uneven = [axis for axis in axes if not axis.even]
    if not uneven:
        why = " and ".join(dict.fromkeys(reason(axis) for axis in axes))
        each = int(np.prod([phase[0] for phase in phases]))
        return True, f"✓ even: {why}; every inside cell gets {each} {plural('stamp', each)}"
    why = " and ".join(dict.fromkeys(reason(axis) for axis in uneven))
    if len(axes) == 1:
        listed = listing(phases[0].tolist(), ", ")
        return False, f"✗ uneven: {why}, so inside the stamps repeat {listed}"
    word = "uneven" if len(axes) == 3 else "checkerboard" if len(uneven) == 2 else "stripes"
    if len(axes) == 3:
        names = ("depth", "rows", "cols")
        each_axis = "; ".join(
            f"{name} {listing(phase.tolist(), ' ')}"
            for name, phase in zip(names, phases, strict=True)
        )
        return False, f"✗ {word}: {why}; inside, counts are the × of {each_axis}"
    table = np.multiply.outer(*phases)
    if table.size > TABLE:
        least, most = (prod(axis.stamp_counts[end] for axis in axes) for end in (0, -1))
        return False, f"✗ {word}: {why}; inside, counts run from {least} to {most}"
    rows = " / ".join(" ".join(map(str, row)) for row in table.tolist())
    return False, f"✗ {word}: {why}; inside, counts repeat {rows}"


def thin(axis: Axis, size: int) -> bool:
    """Whether so few inputs leave no output on which as many stamps meet as can."""
    most = axis.stamp_counts[-1]
    small = min(size, axis.reach // axis.stride + 2)  # of more, none meets the first
    return int(stamps(axis, small, axis.spread(small)).max(initial=0)) < most


def listing(values: list[int], separator: str) -> str:
    """Counts in a row, cut where they are many."""
    if len(values) <= TABLE:
        return separator.join(map(str, values))
    return separator.join(map(str, values[:TABLE])) + separator + "…"


def plural(word: str, count: int) -> str:
    """`word` for so many."""
    return word if count == 1 else f"{word}s"


def verdict_label(
    account: Account, name: str = "coverage", role: Role = Role.MUTED, channels: int = 1
) -> Label:
    """The verdict, and which kernels would be even.

    channels: input channels whose stamps meet; the counts are those of one.
    """
    layer = layer_of(account)
    good, words = verdict(layer, account.spatial)
    if channels > 1:
        words += " per input channel"
    more: tuple[Text, ...] = ()
    kernels = better(layer) if role is Role.MUTED and len(layer.kernel) == 2 else []
    if kernels:
        listed = " or ".join(map(str, kernels))
        every = ",".join(map(str, sorted([*kernels, layer.kernel[0]])))
        more = ((Run(f"kernel {listed} would be even: --compare kernel={every}"),),)
    return Label(name, (Run(words, Role.GOOD if good else Role.BAD),), more, role)


def better(layer: ConvTranspose) -> list[int]:
    """The nearest kernels that cover evenly, where one number describes all axes."""
    if len({(axis.kernel, axis.stride, axis.dilation) for axis in layer.axes}) > 1:
        return []
    axis = layer.axes[0]
    if axis.even or gcd(axis.stride, axis.dilation) > 1:
        return []
    below = axis.kernel // axis.stride * axis.stride
    return [kernel for kernel in (below, below + axis.stride) if kernel > 0]
