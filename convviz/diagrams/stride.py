"""Convolution and pooling of one plane: padded input, kernel, output, and the chosen window."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convviz.diagrams import phrases
from convviz.diagrams.gather import Look, indices, sized
from convviz.diagrams.phrases import plural
from convviz.diagrams.planes import title
from convviz.diagrams.scene import Grid, Role, Run, Scene, Text
from convviz.diagrams.sums import equation
from convviz.diagrams.view import View
from convviz.diagrams.words import (
    layer_parts,
    lead_text,
    padding_text,
    per_axis,
    size_labels,
    spaced,
)
from convviz.engine.account import Account
from convviz.spec.layers import Conv, Pool

POOLINGS = {
    "max": "Max pooling keeps the largest of each window",
    "avg": "Average pooling keeps the mean of each window",
}
ORDINALS = {2: "other", 3: "third", 4: "fourth", 5: "fifth"}


def stride(accounts: Sequence[Account], view: View) -> Scene:
    """Where every window lies, and what the chosen one gives."""
    look = Look.at(accounts[0], view)
    channel = look.inputs[0]
    grids = [look.plane(channel, None, "input", input_title(look, channel))]
    if isinstance(look.layer, Conv):
        grids.append(look.kernel(0, None, "kernel", kernel_title(look)))
    grids.append(look.output("output", output_title(look)))
    divisor = look.divisor()
    if divisor is not None:
        grids.append(divisor)
    return gathered(look, (tuple(grids),), "stride")


def line(accounts: Sequence[Account], view: View) -> Scene:
    """One axis: the kernel stands under its window, every output under the first cell it reads."""
    look = Look.at(accounts[0], view)
    channel = look.inputs[0]
    grids = [
        look.plane(channel, None, "input", title(_word(look, "input", (channel,)), Role.INPUT))
    ]
    if isinstance(look.layer, Conv):
        word = _word(look, "kernel", (look.cell[1], 0))
        grids.append(look.kernel(0, None, "kernel", title(word, Role.KERNEL)))
    word = _word(look, "output", _output_index(look))
    grids.append(look.output("output", title(word, Role.OUTPUT)))
    divisor = look.divisor()
    if divisor is not None:
        grids.append(divisor)
    return gathered(look, tuple((grid,) for grid in grids), "line")


def gathered(look: Look, bands: tuple[tuple[Grid, ...], ...], diagram: str) -> Scene:
    """The scene around the grids of one window."""
    account = look.account
    command = "pool" if isinstance(look.layer, Pool) else "conv"
    second = "kernel" if isinstance(look.layer, Conv) else ""
    return Scene(
        diagram=diagram,
        headline=(lead_text(command, account), *layer_parts(account)),
        bands=bands,
        title=claim(look),
        subtitle=numbers(look),
        links=look.links("input", "output"),
        measures=look.measures("input"),
        equations=(equation(look, look.inputs[0], ("input", second)),),
        labels=size_labels(account),
        notes=look.notes(),
        command=look.view.command,
        pointed=pointed(look),
    )


def _word(look: Look, word: str, place: tuple[int, ...]) -> str:
    """A grid's name, as code would index it where there are several."""
    if not look.named:
        return word
    return f"{'weight' if word == 'kernel' else word}[{indices(place)}]"


def _output_index(look: Look) -> tuple[int, ...]:
    """What of (sample, channel) tells output planes apart."""
    return look.cell[:2] if look.account.lead == 2 else (look.cell[1],)


def input_title(look: Look, channel: int) -> Text:
    """The title of the input plane: input 7×7, padded input 9×9, input[1]."""
    shape = (look.rows.side.padded, look.cols.side.padded)
    if look.account.lead == 2 or look.named:
        place = (look.cell[0], channel) if look.account.lead == 2 else (channel,)
        padded = "padded input" if look.padded else "input"
        return sized(f"{padded}[{indices(place)}]", Role.INPUT, shape)
    return sized("padded input" if look.padded else "input", Role.INPUT, shape)


def kernel_title(look: Look) -> Text:
    """The title of the kernel: kernel 3×3, weight[1,0]."""
    word = f"weight[{look.cell[1]},0]" if look.named else "kernel"
    return sized(word, Role.KERNEL, look.layer.kernel)


def output_title(look: Look) -> Text:
    """The title of the output plane: output 4×4, output[1]."""
    shape = look.account.shape[2:]
    if look.account.lead == 2 or look.named:
        return sized(f"output[{indices(_output_index(look))}]", Role.OUTPUT, shape)
    return sized("output", Role.OUTPUT, shape)


def claim(look: Look) -> str:
    """The claim of a slide, about the parameter that matters most here."""
    layer = look.layer
    dilation = max(layer.dilation)
    if isinstance(layer, Pool):
        return POOLINGS[layer.kind]
    if set(layer.stride) != {1}:
        return strided(layer.stride)
    if dilation > 1:
        return f"Dilation {per_axis(layer.dilation)} spreads the same weights"
    if look.padded and look.account.shape[2:] == look.account.spatial:
        return f"Padding {padding_text(layer.padding)} keeps the size"
    return "One kernel slides over the whole input"


def strided(stride: tuple[int, ...]) -> str:
    """What a stride keeps: every other window, or every other column of windows."""
    step = max(stride)
    every = f"every {ORDINALS.get(step, f'{step}th')}"
    if len(set(stride)) == 1:
        return f"Stride {step} keeps {every} window"
    if sorted(stride)[-2] == 1:
        line = ("plane", "row", "column")[-len(stride) :][stride.index(step)]
        return f"Stride {spaced(stride)} keeps {every} {line} of windows"
    steps = zip(stride, ("deep", "down", "right")[-len(stride) :], strict=True)
    return f"Stride {spaced(stride)}: steps of {', '.join(f'{n} {way}' for n, way in steps)}"


def pointed(look: Look) -> bool:
    """Whether a picture is about one window rather than about where all of them lie."""
    layer = look.layer
    return bool(look.view.at) or isinstance(layer, Pool) or set(layer.stride) == {1}


def sentence(look: Look) -> str:
    """What a picture shows, after its numbers."""
    if isinstance(look.layer, Pool):
        return pooled(look.account, look.layer)
    if len(look.sights) == 2 and len(look.inputs) == 1 and not pointed(look):
        return "Each window wears the color of its output."
    return "Multiply window by kernel, cell by cell, then add."


def pooled(account: Account, layer: Pool) -> str:
    """How many values go on, or what windows divide by."""
    if layer.kind == "max":
        if any(step < axis.reach for step, axis in zip(layer.stride, layer.axes, strict=True)):
            return "One value can win in several windows."
        count = prod(account.shape)
        total = plural(prod(account.input.shape), "value")
        return f"{count:,} of {total} {'goes' if count == 1 else 'go'} on."
    least, most = account.divisors.min(), account.divisors.max()
    if least == most:
        return f"Every window divides by {least}."
    return "Each window has its own divisor."


def numbers(look: Look) -> Text:
    """The numbers of a slide in role colors, then one sentence."""
    account, layer = look.account, look.layer
    runs = [
        Run(phrases.input_words(account), Role.INPUT, bold=True),
        Run(", "),
        Run(f"kernel {per_axis(layer.kernel)}", Role.KERNEL, bold=True),
    ]
    if set(layer.stride) != {1}:
        runs += [Run(", "), Run(f"stride {per_axis(layer.stride)}", Role.FOCUS, bold=True)]
    if look.padded:
        runs.append(Run(f", padding {padding_text(layer.padding)}"))
    if set(layer.dilation) != {1}:
        runs += [Run(", "), Run(f"dilation {per_axis(layer.dilation)}", Role.FOCUS, bold=True)]
    if isinstance(layer, Conv) and layer.groups != 1:
        runs += [Run(", "), Run(f"groups {layer.groups}", Role.FOCUS, bold=True)]
    return (
        *runs,
        Run("  →  ", Role.MUTED),
        Run(phrases.output_words(account), Role.OUTPUT, bold=True),
        Run(f".  {sentence(look)}"),
    )
