"""Words that several diagrams say: shapes, sides, parameters, size formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convviz.diagrams.scene import Label, Role, Run, Text
from convviz.engine.account import Account
from convviz.spec.geometry import Axis
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool, times

AXIS_WORDS: dict[int, tuple[str, ...]] = {
    1: ("",),
    2: ("rows", "cols"),
    3: ("depth", "rows", "cols"),
}
MINUS = "−"


def shown_shape(account: Account, shape: tuple[int, ...]) -> tuple[int, ...]:
    """`shape` (N, C, *spatial) with the axes that the user gave."""
    if account.lead == 2:
        return shape
    several = account.input.shape[1] != 1 or account.shape[1] != 1
    return shape[1:] if account.lead == 1 or several else shape[2:]


def lead_text(command: str, account: Account, *, result: bool = True) -> Text:
    """The first part of a headline: the command, its input and what came out."""
    runs = [
        Run(command, Role.STRONG),
        Run(" "),
        Run(times(shown_shape(account, account.input.shape)), Role.INPUT, bold=True),
    ]
    if result:
        runs += [
            Run(" → ", Role.MUTED),
            Run(times(shown_shape(account, account.shape)), Role.OUTPUT, bold=True),
        ]
    return tuple(runs)


def plain(text: str) -> Text:
    """One run of plain words."""
    return (Run(text),)


def per_axis(values: Sequence[Any]) -> str:
    """One value for all axes, or 3×5."""
    return str(values[0]) if len(set(values)) == 1 else times(tuple(values))


def sides(padding: tuple[tuple[int, int], ...]) -> str:
    """Where padding lies: "1 on every side", "1 above and below, 2 left and right"."""
    ends = {end for pair in padding for end in pair}
    if len(padding) == 1:
        before, after = padding[0]
        return f"{before} on both sides" if before == after else f"{before} before, {after} after"
    if len(ends) == 1:
        return f"{ends.pop()} on every side"
    if len(padding) == 2:
        (above, below), (left, right) = padding
        if above == below and left == right:
            return f"{above} above and below, {left} left and right"
        return f"{above} above, {below} below, {left} left, {right} right"
    return "; ".join(
        f"axis {axis}: {before} before, {after} after"
        for axis, (before, after) in enumerate(padding)
    )


def padding_text(padding: tuple[tuple[int, int], ...]) -> str:
    """Padding as a parameter: "1", "1×2", or its sides where an axis has two."""
    if all(before == after for before, after in padding):
        return per_axis([before for before, _ in padding])
    return sides(padding)


def number_text(value: float) -> str:
    """A number in prose: −1, 0.5."""
    text = f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return text.replace("-", MINUS)


def parameters(account: Account) -> dict[str, str]:
    """The parameters of a layer that are not default, name → value as a headline says it."""
    layer = account.layer
    assert not isinstance(layer, Padding)
    found = {"kernel": per_axis(layer.kernel)}
    if isinstance(layer, Pool) or set(layer.stride) != {1}:
        found["stride"] = per_axis(layer.stride)
    if any(map(any, layer.padding)):
        excluded = isinstance(layer, Pool) and layer.kind == "avg" and not layer.count_include_pad
        found["padding"] = padding_text(layer.padding) + (", not counted" if excluded else "")
    if set(layer.dilation) != {1}:
        found["dilation"] = per_axis(layer.dilation)
    if not isinstance(layer, Pool) and layer.groups != 1:
        found["groups"] = str(layer.groups)
    if isinstance(layer, ConvTranspose) and any(layer.output_padding):
        found["output_padding"] = per_axis(layer.output_padding)
    if account.bias is not None:
        values = sorted(set(account.bias.tolist()))
        found["bias"] = number_text(values[0]) if len(values) == 1 else f"of {account.bias.size}"
    return found


def layer_parts(account: Account) -> tuple[Text, ...]:
    """What of a layer is not default, in the order of the headline."""
    layer = account.layer
    parts = [plain(f"{name} {value}") for name, value in parameters(account).items()]
    if isinstance(layer, Pool):
        parts.insert(0, plain(layer.kind))
        if layer.ceil_mode:
            parts.append(plain("ceil_mode"))
    if isinstance(layer, Conv) and layer.padding_mode != "zeros" and any(map(any, layer.padding)):
        place = next(i for i, part in enumerate(parts) if part[0].text.startswith("padding"))
        parts.insert(place, (Run(layer.padding_mode, Role.FOCUS, bold=True),))
    return tuple(parts)


def size_labels(account: Account, focus: str = "stride") -> tuple[Label, ...]:
    """The size formula with its numbers, once if all axes agree, else per axis.

    focus: the parameter whose number has the color of what a picture is about.
    """
    layer = account.layer
    assert not isinstance(layer, Padding)
    extra = layer.output_padding if isinstance(layer, ConvTranspose) else (0,) * len(layer.kernel)
    texts = [
        scattered_size(axis, n, more, out, focus)
        if isinstance(layer, ConvTranspose)
        else gathered_size(axis, n, out, focus, ceil=isinstance(layer, Pool) and layer.ceil_mode)
        for axis, n, more, out in zip(
            layer.axes, account.spatial, extra, account.shape[2:], strict=True
        )
    ]
    if len(set(texts)) == 1:
        return (Label("size", texts[0], generic=_letters(layer)),)
    *names, last = AXIS_WORDS[len(texts)]
    rows = [Label(f"size {name}", text) for name, text in zip(names, texts, strict=False)]
    return (*rows, Label(f"size {last}", texts[-1], generic=_letters(layer)))


def _letters(layer: Conv | ConvTranspose | Pool) -> str:
    """The size formula of that layer in letters."""
    if isinstance(layer, ConvTranspose):
        return "(n − 1)·s − 2·p + d·(k − 1) + output_padding + 1"
    left, right = "⌈⌉" if isinstance(layer, Pool) and layer.ceil_mode else "⌊⌋"
    return f"{left}(n + 2·p − d·(k − 1) − 1) / s{right} + 1"


def gathered_size(axis: Axis, n: int, out: int, focus: str, *, ceil: bool = False) -> Text:
    """⌊(n + 2·p − d·(k − 1) − 1) / s⌋ + 1 = out, in numbers; ⌈ ⌉ with ceil_mode."""
    left, right = "⌈⌉" if ceil else "⌊⌋"
    late = ceil and out != -(-(n + axis.before + axis.after - axis.reach) // axis.stride) + 1
    return (
        Run(f"{left}("),
        Run(str(n), Role.INPUT, bold=True),
        *_padding(axis, " + ", focus),
        Run(" − "),
        _number(axis.dilation, "dilation", focus),
        Run("·("),
        Run(str(axis.kernel), Role.KERNEL, bold=True),
        Run(" − 1) − 1) / "),
        _number(axis.stride, "stride", focus),
        Run(f"{right} + 1" + (" − 1" if late else "")),
        *gives(out),
    )


def scattered_size(axis: Axis, n: int, extra: int, out: int, focus: str) -> Text:
    """(n − 1)·s − 2·p + d·(k − 1) + output_padding + 1 = out, in numbers."""
    kept = (Run(" + "), _number(extra, "output_padding", focus)) if extra else ()
    return (
        Run("("),
        Run(str(n), Role.INPUT, bold=True),
        Run(" − 1)·"),
        _number(axis.stride, "stride", focus),
        *(_padding(axis, " − ", focus) if axis.before or axis.after else ()),
        Run(" + "),
        _number(axis.dilation, "dilation", focus),
        Run("·("),
        Run(str(axis.kernel), Role.KERNEL, bold=True),
        Run(" − 1)"),
        *kept,
        Run(" + 1"),
        *gives(out),
    )


def _padding(axis: Axis, sign: str, focus: str) -> Text:
    before, after = (_number(n, "padding", focus) for n in (axis.before, axis.after))
    if axis.before == axis.after:
        return (Run(f"{sign}2·"), before)
    return (Run(sign), before, Run(sign), after)


def _number(value: int, name: str, focus: str) -> Run:
    return Run(str(value), Role.FOCUS if name == focus else Role.TEXT, bold=True)


def gives(result: int) -> Text:
    """The end of a size formula."""
    return (Run("  =  ", Role.MUTED), Run(str(result), Role.OUTPUT, bold=True))


def spaced(shape: Sequence[int]) -> str:
    """A shape in the subtitle of a picture: 4 × 4."""
    return " × ".join(map(str, shape))
