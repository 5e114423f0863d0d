"""A layer that does not fit: which one, why, and the changes that would make it fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING

from convviz.errors import SpecError, shortened
from convviz.spec.checks import AXIS_NAMES, Shape, times
from convviz.spec.field import ENDLESS
from convviz.spec.formula import gathered, minus, plain
from convviz.spec.geometry import Axis
from convviz.spec.layer import Layer
from convviz.spec.layers import Conv
from convviz.spec.network import INPUT, Join, Network, Operation, Pending, Step
from convviz.spec.pooling import LPPool, Pool
from convviz.spec.reading import Bins, Gather, Reading, Resize, Scatter

if TYPE_CHECKING:
    from convviz.spec.trace import Row

SHOWN = 4
"""Layers shown before the one that fails."""

OWN_NAMES = {"kernel": "kernel_size"}
"""convviz's word for an argument → PyTorch's, where they differ."""

AROUND = 64
"""How far the search for sizes on which branches agree goes."""

FAR = 1 << 20
"""How far the search for an input that fits goes."""

DEEP = 1000
"""Most layers that are followed again and again in these searches."""


def explained(
    network: Network,
    shape: Shape,
    rows: Sequence[Row],
    shapes: tuple[Shape, ...],
    error: SpecError,
) -> SpecError:
    """The `error` of the step after `rows`, on inputs of `shapes`, with all that led to it."""
    index, count = len(rows), len(network.steps)
    step = network.steps[index]
    if count == 1:
        return pointed(network, shapes[0], error)
    operation = step.layer
    layer = complete(operation, shapes[0])
    name = layer.text if isinstance(layer, Pending) else layer.short
    numbered = step.path in ("", str(index), str(index + 1))
    place = f"layer {index + 1} of {count}" + ("" if numbered else f", {shortened(step.path)},")
    fact, label, ways = causes(layer, shapes, error)
    if isinstance(operation, Join):
        near = [times(network.shown(other)) for other in nearby(network, shape)]
        ways += [f"an input of {' or '.join(near)}"] * bool(near)
    elif error.message != ENDLESS:  # a larger input would be worse
        least = least_input(network, shape, rows, operation) or ()
        ways += [f"an input from {times(network.shown(least))}"] * bool(least)
    source, span = listing(network, rows, index, shortened(name, 44), shapes)
    joined = ", or ".join([", ".join(ways[:-1]), ways[-1]]) if len(ways) > 2 else " or ".join(ways)
    return SpecError(
        f"{place} does not fit: {fact.replace('the layer', name)}",
        error.argument,
        label,
        joined,
        source=source,
        span=span,
    )


def pointed(network: Network, shape: Shape, error: SpecError) -> SpecError:
    """The error of an only layer, at its argument in the text where there is one."""
    places = network.steps[0].places
    if places is None:
        return error
    source, spans, whole = places
    place = spans.get(error.argument, whole)

    def typed(name: str, value: str) -> str:
        known = spans.get(name)
        words = [word for word, span in spans.items() if span == known and word != name]
        return f"{words[0] if known and words else OWN_NAMES.get(name, name)}={value}"

    said = re.sub(r"\{(\w+)=([^{}]*)\}", lambda found: typed(found[1], found[2]), error.remedy)
    return error.at(source, place).changed(remedy=said)


def complete(layer: Operation, shape: Shape) -> Operation:
    """The layer with what its input says, if that can be."""
    if not isinstance(layer, Pending):
        return layer
    try:
        return layer.make(shape)
    except SpecError:
        return layer


def listing(
    network: Network, rows: Sequence[Row], index: int, name: str, shapes: tuple[Shape, ...]
) -> tuple[str, tuple[int, int]]:
    """The layers up to the failing one, with their shapes, and where its name stands."""
    first = index - SHOWN if index > SHOWN + 1 else 0
    shown = [
        (str(i + 1), shortened(rows[i].layer.short, 44), rows[i].inputs, rows[i].output)
        for i in range(first, index)
    ]
    table = [
        (number, text, " and ".join(times(network.shown(s)) for s in into), out)
        for number, text, into, out in [*shown, (str(index + 1), name, shapes, None)]
    ]
    widths = [max(len(row[column]) for row in table) for column in range(3)]  # type: ignore[arg-type]
    lines = ["…"] if first else []
    for number, text, into, out in table:
        end = "✗" if out is None else times(network.shown(out))
        lines.append(f"{number:>{widths[0]}}  {text:<{widths[1]}}  {into:>{widths[2]}} → {end}")
    source = "\n".join(lines)
    start = source.rfind("\n") + 1 + widths[0] + 2
    return source, (start, start + len(name))


def causes(
    layer: Operation, shapes: tuple[Shape, ...], error: SpecError
) -> tuple[str, str, list[str]]:
    """The fact, the label under the layer, and the changes to it that would help."""
    windows = layer.windows if isinstance(layer, LPPool) else layer
    if isinstance(windows, (Conv, Pool)) and len(shapes[0]) == len(windows.kernel) + 1:
        ceil = isinstance(windows, Pool) and windows.ceil_mode
        for axis, n, name in zip(
            windows.axes, shapes[0][1:], AXIS_NAMES[len(windows.kernel)], strict=True
        ):
            if axis.windows(n, ceil=ceil) < 1:
                fact, label, ways = too_long(windows, axis, n, name, shapes[0][1:], ceil=ceil)
                if isinstance(layer, LPPool):  # it has no padding to add to
                    fact = fact.replace(windows.short, layer.short)
                    ways = [way for way in ways if not way.startswith("padding")]
                return fact, label, ways
    remedy = error.spelled(lambda name, value: f"{name}={value}")
    ways = [remedy.remedy] if remedy.remedy and "{" not in remedy.remedy else []
    if isinstance(layer, Conv) and error.argument == "input" and len(shapes[0]) > 1:
        ways = [f"in_channels={shapes[0][0]}"] if layer.in_channels != shapes[0][0] else []
    return error.message, error.accepted, ways


def too_long(
    layer: Conv | Pool, axis: Axis, n: int, name: str, spatial: Shape, *, ceil: bool
) -> tuple[str, str, list[str]]:
    """A window that is longer than its axis."""
    padded = n + axis.before + axis.after
    what = "its padded input has" if padded != n else "its input has"
    where = f" {name}" if len(set(spatial)) > 1 else ""
    fact = f"{layer.short} spans {axis.reach} cells, {what} {padded}{where}"
    formula = f"{plain(gathered(axis, n, ceil=ceil))} = {minus(axis.windows(n, ceil=ceil))}"
    ways = [f"a kernel of at most {(padded - 1) // axis.dilation + 1}"]
    if axis.kernel <= padded:  # then it is the dilation that is too large
        ways.append(f"a dilation of at most {(padded - 1) // (axis.kernel - 1)}")
    more = -(-(axis.reach - n) // 2)
    if isinstance(layer, Conv) or more <= axis.kernel // 2:
        ways.append(f"padding {more} ({n} + 2·{more} = {n + 2 * more})")
    return fact, formula, ways


def least_input(
    network: Network, shape: Shape, rows: Sequence[Row], layer: Layer | Pending
) -> Shape | None:
    """The smallest input that `layer`, the step after `rows`, fits; None where it is not found.

    Its needs are carried back to the input; what comes of that is followed before it is named.
    """
    step = network.steps[len(rows)]
    source = step.inputs[0]
    alone = least_for(layer, rows[source].output if source != INPUT else shape)
    if alone is None:
        return None
    needs = {i: (1,) * len(row.output[1:]) for i, row in enumerate(rows)}
    needs[INPUT] = (1,) * len(shape[1:])
    needs[source] = alone
    for i, row in reversed(list(enumerate(rows))):
        back = needed(row, needs[i])
        for j in row.step.inputs:
            needs[j] = tuple(map(max, needs[j], back))
    least = (shape[0], *needs[INPUT])
    steps = network.steps[: len(rows) + 1]
    if not fits(steps, least):
        return None
    # ceil_mode, and crops, ask for a little less
    return least if len(steps) > DEEP else shrunk(least, lambda other: fits(steps, other))


def nearby(network: Network, shape: Shape) -> list[Shape]:
    """The next smaller and the next larger input with which all branches agree.

    Each axis is looked for by itself, in inputs of equal axes; the shapes found are verified.
    """
    if len(network.steps) > DEEP:
        return []

    def first(sizes: range) -> list[int]:
        trials = (n for n in sizes if fits(network.steps, (shape[0], *(n for _ in shape[1:]))))
        return list(islice(trials, 1))

    down = [range(n, max(0, n - 1 - AROUND), -1) for n in shape[1:]]
    up = [range(n, n + 1 + AROUND) for n in shape[1:]]
    found = [(shape[0], *sizes) for way in (down, up) for sizes in product(*map(first, way))]
    return list(dict.fromkeys(other for other in found if fits(network.steps, other)))


def needed(row: Row, outputs: Shape) -> Shape:
    """The input sizes that make `outputs` of one step; one cell each where it mixes the axes."""
    if isinstance(row.layer, Join):
        return outputs
    if not row.reads:
        return (1,) * len(row.inputs[0][1:])
    more = extras(row.layer, len(outputs))
    return tuple(before(*axis) for axis in zip(row.reads, outputs, more, strict=True))


def shrunk(shape: Shape, fitting: Callable[[Shape], bool]) -> Shape:
    """`shape`, which fits, with axis after axis as short as they can be."""
    for axis in range(1, len(shape)):
        low = 0  # no cells never fit
        while shape[axis] - low > 1:
            middle = (low + shape[axis]) // 2
            less = (*shape[:axis], middle, *shape[axis + 1 :])
            if fitting(less):
                shape = less
            else:
                low = middle
    return shape


def least_for(layer: Layer | Pending, shape: Shape) -> Shape | None:
    """The smallest spatial sizes that `layer` alone takes; None if there are none."""
    large = (shape[0], *(max(n, FAR) for n in shape[1:]))
    if not takes(layer, large):
        return None
    return shrunk(large, lambda other: takes(layer, other))[1:]


def takes(layer: Layer | Pending, shape: Shape) -> bool:
    """Whether `layer` fits an input of `shape`."""
    try:
        (layer.make(shape) if isinstance(layer, Pending) else layer).output(shape)
    except SpecError:
        return False
    return True


def before(read: Reading, need: int, extra: int) -> int:
    """Input cells for `need` output cells along one axis; 0 where no number of cells would do."""
    if isinstance(read, Gather):
        side = max(read.axis.before, read.axis.after)
        limit = read.mode.slack if read.mode else None
        cells = (need - 1) * read.axis.stride + read.axis.reach - read.axis.before - read.axis.after
        return max(1, cells, side - limit if limit is not None else 1)
    if isinstance(read, Scatter):
        cells = need - extra + read.axis.before + read.axis.after - read.axis.reach
        return max(1, -(-cells // read.axis.stride) + 1)
    if isinstance(read, Resize):
        return -(-need * read.ratio.numerator // read.ratio.denominator)
    if isinstance(read, Bins):
        return 1 if need <= read.count else 0
    return need


def extras(layer: object, ndim: int) -> tuple[int, ...]:
    """The output_padding of a transposed convolution; 0 for any other layer."""
    found: tuple[int, ...] = getattr(layer, "output_padding", (0,) * ndim)
    return found


def fits(steps: Sequence[Step], shape: Shape) -> bool:
    """Whether `steps`, from the first on, run on an input of `shape`."""
    outputs: list[Shape] = []
    try:
        for step in steps:
            shapes = tuple(outputs[i] if i != INPUT else shape for i in step.inputs)
            layer = step.layer
            if isinstance(layer, Join):
                outputs.append(layer.output(shapes))
            else:
                whole = layer.make(shapes[0]) if isinstance(layer, Pending) else layer
                outputs.append(whole.output(shapes[0]))
    except SpecError:
        return False
    return True
