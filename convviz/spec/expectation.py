"""An output that is not the expected one: the layer where the sizes part, and what would do."""

from __future__ import annotations

from convviz.errors import SpecError, shortened
from convviz.spec.checks import Shape, times
from convviz.spec.failure import extras, fits
from convviz.spec.layers import Conv
from convviz.spec.network import INPUT, Join
from convviz.spec.pointwise import Linear
from convviz.spec.pooling import LPPool, Pool
from convviz.spec.reading import Bins, Gather, Reading, Resize, Scatter
from convviz.spec.trace import Row, Trace
from convviz.spec.transposed import ConvTranspose

Interval = tuple[int, int]
SHOWN = 4
"""Layers shown before the one where the sizes part."""


def unmet(trace: Trace, expected: Shape) -> SpecError | None:
    """The error of an output that is not `expected`, (C, *spatial); None where it is."""
    if trace.output == expected:
        return None
    index, label, remedy = parting(trace, expected)
    source, span = listing(trace, index)
    shown = trace.network.shown
    return SpecError(
        f"the output is {times(shown(trace.output))}, not {times(shown(expected))} as expected",
        "expect",
        label,
        remedy,
        source=source,
        span=span,
    )


def parting(trace: Trace, expected: Shape) -> tuple[int, str, str]:
    """The layer where the sizes part, what it does there, and a way out."""
    rows, shown = trace.rows, trace.network.shown
    last = len(rows) - 1
    same = [i for i, row in enumerate(rows) if row.output == expected]
    if same:
        at = same[-1]
        return at + 1, f"layer {at + 1} gives {times(shown(expected))}, and this changes it", ""
    if len(trace.output) != len(expected):
        at = last
        while at and len(rows[at].inputs[0]) == len(trace.output):
            at -= 1
        axes = f"{len(trace.output)} {'axis' if len(trace.output) == 1 else 'axes'}"
        return at, f"{axes} from here on, not {len(expected)}", ""
    if trace.output[0] != expected[0]:
        at = last
        while at and rows[at].inputs[0][:1] == trace.output[:1]:
            at -= 1
        if trace.output[1:] == expected[1:]:
            label = f"gives {trace.output[0]} channels, not {expected[0]}"
            return at, label, channels(rows[at].layer, expected[0])
    return sizes_part(trace, expected)


def channels(layer: object, wanted: int) -> str:
    """The argument that makes `wanted` channels, if the layer has one."""
    if isinstance(layer, (Conv, ConvTranspose)):
        return f"out_channels={wanted}"
    return f"out_features={wanted}" if isinstance(layer, Linear) else ""


def sizes_part(trace: Trace, expected: Shape) -> tuple[int, str, str]:
    """The last layer that changes a size that is wrong; the input sizes that would be right."""
    rows = trace.rows
    axis = next(i for i in range(1, len(expected)) if trace.output[i] != expected[i])
    at = len(rows) - 1
    while at and same_size(rows[at], axis):
        at -= 1
    row = rows[at]
    into = row.inputs[0]
    if len(into) > axis:
        label = f"makes {row.output[axis]} of {into[axis]}"
    else:  # it makes the axis, too
        label = f"makes {times(trace.network.shown(row.output))} of {times(into)}"
    if len(row.reads) == len(expected[1:]):
        would = before(row, axis - 1, (expected[axis], expected[axis]))
        if some(would):
            label += f"; {interval(would)} would make {expected[axis]}"
    least, most = inputs_for(trace, expected)
    remedy = ""
    if least:
        low, high = (times(trace.network.shown(shape)) for shape in (least, most))
        to = f" to {high}" if most != least else ""
        remedy = f"an input {'from ' * bool(to)}{low}{to} gives it"
    return at, label, remedy


def same_size(row: Row, axis: int) -> bool:
    """Whether a layer keeps the size of an axis."""
    return len(row.inputs[0]) > axis and row.inputs[0][axis] == row.output[axis]


def inputs_for(trace: Trace, expected: Shape) -> tuple[Shape, Shape]:
    """The smallest and the largest input that give the expected sizes; () where none is known."""
    needs: dict[int, list[Interval]] = {
        len(trace.rows) - 1: [(n, n) for n in expected[1:]],
    }
    for index in range(len(trace.rows) - 1, INPUT, -1):
        row = trace.rows[index]
        wanted = needs[index]  # every step feeds a later one
        if not isinstance(row.layer, Join) and len(row.reads) != len(wanted):
            return (), ()
        found = [
            span if isinstance(row.layer, Join) else before(row, axis, span)
            for axis, span in enumerate(wanted)
        ]
        for source in row.step.inputs:
            spans = [
                (max(a, c), min(b, d))
                for (a, b), (c, d) in zip(needs.get(source, found), found, strict=True)
            ]
            if not all(map(some, spans)):
                return (), ()
            needs[source] = spans
    spans = needs[INPUT]
    least = (trace.shape[0], *(low for low, _ in spans))
    most = (trace.shape[0], *(high for _, high in spans))
    if not fits(trace.network.steps, least):
        return (), ()
    return least, most


def some(span: Interval) -> bool:
    """Whether there is a size in it."""
    low, high = span
    return low <= high


def before(row: Row, axis: int, outputs: Interval) -> Interval:
    """The input sizes of one axis that give an output size between two; (1, 0) or so for none."""
    layer = row.layer.windows if isinstance(row.layer, LPPool) else row.layer
    ceil = isinstance(layer, Pool) and layer.ceil_mode
    extra = extras(row.layer, len(row.reads))[axis]
    low, high = backward(row.reads[axis], outputs, extra, ceil=ceil)
    return max(1, low), high


def backward(read: Reading, outputs: Interval, extra: int, *, ceil: bool) -> Interval:
    """The same for one kind of reading; (1, 0) for none."""
    low, high = outputs
    if isinstance(read, Gather):
        axis = read.axis
        taken = axis.reach - axis.before - axis.after
        if ceil:
            return (low - 2) * axis.stride + taken + 1, (high - 1) * axis.stride + taken
        return (low - 1) * axis.stride + taken, high * axis.stride + taken - 1
    if isinstance(read, Scatter):
        kept = read.axis.before + read.axis.after - read.axis.reach - extra
        stride = read.axis.stride
        return -(-(low + kept) // stride) + 1, (high + kept) // stride + 1
    if isinstance(read, Resize):
        up, down = read.ratio.numerator, read.ratio.denominator
        return -(-low * up // down), -(-(high + 1) * up // down) - 1
    if isinstance(read, Bins):
        return (1, 1 << 30) if low <= read.count <= high else (1, 0)
    return low, high


def interval(span: Interval) -> str:
    """14, or 14 to 15."""
    low, high = span
    return f"{low}" if low == high else f"{low} to {high}"


def listing(trace: Trace, index: int) -> tuple[str, tuple[int, int]]:
    """The layers up to the one where the sizes part, and where its name stands."""
    first = max(0, index - SHOWN)
    rows = [
        (str(i + 1), shortened(trace.rows[i].layer.short, 44), times(trace.network.shown(out)))
        for i, out in ((i, trace.rows[i].output) for i in range(first, index + 1))
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["…"] if first else []
    lines += [
        f"{number:>{widths[0]}}  {name:<{widths[1]}}  {out:>{widths[2]}}"
        for number, name, out in rows
    ]
    source = "\n".join(lines)
    start = source.rfind("\n") + 1 + widths[0] + 2
    return source, (start, start + len(rows[-1][1]))
