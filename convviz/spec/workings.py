"""How a layer's numbers come about, written out: sizes, what the floor leaves, parameters, MACs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from convviz.spec.checks import Shape
from convviz.spec.formula import GATHERED, SCATTERED, Runs, gathered, quotient, scattered
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.pooling import LPPool, Pool

if TYPE_CHECKING:
    from convviz.spec.trace import Row

Working: TypeAlias = "tuple[str, list[list[Runs]]]"
"""A name, and lines of segments that are equal to each other."""

SIDES: dict[int, tuple[str, ...]] = {
    1: ("length",),
    2: ("height", "width"),
    3: ("depth", "height", "width"),
}
LINES: dict[int, tuple[str, ...]] = {
    1: ("cell",),
    2: ("row", "col"),
    3: ("depth", "row", "col"),
}
"""What one cell along each axis is called."""

REPEATS = 8
"""Most stamps that a repeating row lists."""


def worked(row: Row) -> list[Working]:
    """Everything there is to say about one layer, in order."""
    layer, shape, output = row.layer, row.inputs[0], row.output
    lines: list[Working] = []
    windows = layer.windows if isinstance(layer, LPPool) else layer
    if isinstance(windows, (Conv, Pool)):
        ceil = isinstance(windows, Pool) and windows.ceil_mode
        lines += gathered_sizes(windows.axes, shape[1:], output[1:], ceil=ceil)
        lines += left_over(windows.axes, shape[1:], output[1:], ceil=ceil)
    elif isinstance(layer, ConvTranspose):
        lines += scattered_sizes(layer, shape[1:], output[1:])
        lines += coverage(layer)
    if isinstance(layer, (Conv, ConvTranspose)):
        lines += [parameters(layer), macs(layer, shape, output, row.macs)]
    else:
        from convviz.spec import other_workings

        lines += other_workings.worked(row)
    return lines


def plain(text: str, role: str = "") -> list[Runs]:
    """One line of one segment."""
    return [[(text, role)]]


def grouped(keys: list[tuple[object, ...]], names: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Axes that are alike, together: the first of each group, and "height, width"."""
    for index, key in enumerate(keys):
        if key not in keys[:index]:
            yield index, ", ".join(name for name, k in zip(names, keys, strict=True) if k == key)


def gathered_sizes(
    axes: tuple[Axis, ...], sizes: Shape, outputs: Shape, *, ceil: bool
) -> list[Working]:
    """The windows along each axis, with the numbers and with letters."""
    keys: list[tuple[object, ...]] = list(zip(axes, sizes, strict=True))
    found: list[Working] = []
    for index, names in grouped(keys, SIDES[len(axes)]):
        axis, n, out = axes[index], sizes[index], outputs[index]
        room = n + axis.before + axis.after - axis.reach
        late = ceil and out != -(-room // axis.stride) + 1
        less: Runs = [(" − 1", "stride")] * late
        letters, numbers = gathered(axis, n, ceil=ceil), quotient(axis, n, ceil=ceil)
        whole: Runs = [(str(out), "output")]
        found.append((names, [[[*letters, *less], [*numbers, *less], whole]]))
    formula = GATHERED.replace("⌊", "⌈").replace("⌋", "⌉") if ceil else GATHERED
    found[-1][1].append(plain(formula, "muted"))
    return found


def left_over(
    axes: tuple[Axis, ...], sizes: Shape, outputs: Shape, *, ceil: bool
) -> Iterator[Working]:
    """What the floor drops, or what ceil_mode adds, and which cells nobody reads."""
    keys: list[tuple[object, ...]] = list(zip(axes, sizes, strict=True))
    names = LINES[len(axes)]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            continue
        words = [name for name, k in zip(names, keys, strict=True) if k == key]
        axis, n, out = axes[index], sizes[index], outputs[index]
        room = max(0, n + axis.before + axis.after - axis.reach)
        rest = room % axis.stride
        label = ("ceil" if ceil else "floor") + ("" if len(words) == len(axes) else f" {words[0]}s")
        if rest:
            share: Runs = [
                (f"{room} = {room // axis.stride}·{axis.stride} + ", ""),
                (str(rest), "stride"),
                (f": {ceiled(axis, n, out, rest) if ceil else dropped(axis, n, rest, words)}", ""),
            ]
            yield label, [[share]]
        lost = axis.unread_count(n, ceil=ceil)
        tail = max(0, rest - axis.after) if not ceil else 0
        if lost and lost != tail:
            unread = f"{lost:,} of {n:,} {plural(words, 2)} are never read"
            yield "unread", [plain(f"{unread}: {gaps(axis)}")]


def dropped(axis: Axis, n: int, rest: int, words: list[str]) -> str:
    """Which lines at the end no window reaches."""
    padded = "padded " if axis.after else ""
    if rest == 1:
        return (
            f"the last {padded}{plural(words, 1)} {'is' if len(words) == 1 else 'are'} never read"
        )
    return f"the last {rest} {padded}{plural(words, 2)} are never read"


def ceiled(axis: Axis, n: int, out: int, rest: int) -> str:
    """What rounding up does."""
    if (out - 1) * axis.stride + axis.reach <= n + axis.before + axis.after:
        return "one more window would start in the padding, and is left out"
    beyond = (out - 1) * axis.stride + axis.reach - n - axis.before - axis.after
    return f"one more window, which reaches {beyond} beyond the end"


def gaps(axis: Axis) -> str:
    """Why cells between windows are not read."""
    if axis.stride > axis.reach:
        return f"windows of {axis.reach} are {axis.stride} apart"
    return f"taps are {axis.dilation} apart, windows {axis.stride}"


def plural(words: list[str], count: int) -> str:
    """`row and col`, `rows and cols`."""
    return " and ".join(f"{word}{'s' * (count > 1)}" for word in words)


def scattered_sizes(layer: ConvTranspose, sizes: Shape, outputs: Shape) -> list[Working]:
    """The cells of a transposed convolution along each axis."""
    keys: list[tuple[object, ...]] = list(zip(layer.axes, sizes, layer.output_padding, strict=True))
    found: list[Working] = []
    for index, names in grouped(keys, SIDES[len(sizes)]):
        segment = scattered(layer.axes[index], sizes[index], layer.output_padding[index])
        found.append((names, [[segment, [(str(outputs[index]), "output")]]]))
    found[-1][1].append(plain(SCATTERED, "muted"))
    return found


def coverage(layer: ConvTranspose) -> Iterator[Working]:
    """Whether the stamps cover the output evenly."""
    firsts = [
        [len(axis.stamps(phase)) for phase in range(min(axis.stride, REPEATS + 1))]
        for axis in layer.axes
    ]
    keys: list[tuple[object, ...]] = [
        (axis.even, *counts) for axis, counts in zip(layer.axes, firsts, strict=True)
    ]
    for index, names in grouped(keys, SIDES[len(layer.axes)]):
        counts = firsts[index]
        label = "coverage" if len(set(keys)) == 1 else f"coverage {names}"
        if layer.axes[index].even:
            text = f"✓ even: every inside cell gets {counts[0]} per axis"
            yield label, [plain(text, "output")]
        else:
            repeat = ", ".join(map(str, counts[:REPEATS])) + ", …" * (len(counts) > REPEATS)
            yield label, [plain(f"✗ uneven: inside, the stamps repeat {repeat}", "stride")]


def parameters(layer: Conv | ConvTranspose) -> Working:
    """The learnable numbers."""
    first, *rest = layer.weight_shape
    bias = f" + {layer.out_channels}" * layer.bias
    text = f"{first}·({'·'.join(map(str, rest))}){bias}"
    return "params", [[[(text, "")], [(f"{layer.params:,}", "bold")]]]


def macs(layer: Conv | ConvTranspose, shape: Shape, output: Shape, total: int) -> Working:
    """The multiply-accumulates."""
    cells, what = (output, "outputs") if isinstance(layer, Conv) else (shape, "inputs")
    taps = "·".join(map(str, layer.weight_shape[1:]))
    text = f"{'·'.join(map(str, cells))} {what} · {taps}"
    return "MACs", [[[(text, "")], [(f"{total:,}", "bold")]]]
