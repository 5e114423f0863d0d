"""A picture through a layer: the input as it looks, the kernel, and what comes out as a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.gather import indices
from convviz.diagrams.multiples import claim, only, panel_names, parameter, plain_name
from convviz.diagrams.padding import padding
from convviz.diagrams.phrases import command_of, headline, number_word
from convviz.diagrams.scene import Array, ArrayCells, Grid, Label, Role, Run, Scene, Text
from convviz.diagrams.stride import POOLINGS
from convviz.diagrams.view import View
from convviz.diagrams.words import layer_parts, lead_text, parameters, size_labels, spaced
from convviz.engine.account import Account
from convviz.records import replace
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool, times

MAPS = 8
"""Most feature maps that are shown."""
KERNELS = 4
"""Most planes of a kernel that are shown."""


def image(accounts: Sequence[Account], view: View) -> Scene:
    """What a layer makes of a picture; of padding, one picture per mode.

    Grids: "input" and the planes "kernel[c]" in the first band; in the second "output", or of
    several channels "output[0]", …; of several layers one per layer, called what sets it apart.
    A grid that looks like a picture carries its pixels; a feature map has values only.
    """
    if isinstance(accounts[0].layer, Padding):
        return _padded(accounts, view)
    if len(accounts) > 1:
        return _compared(accounts, view)
    account = accounts[0]
    array = account.input[0]
    channels = _channels(account, view)
    grids = [
        Grid(
            "input", *planes.whole(_gray(array), Role.INPUT), Role.INPUT,
            planes.title("input", Role.INPUT, f" {times(array.shape)}"), picture=pixels(array),
        )
    ]  # fmt: skip
    # Several maps stand for themselves: a bank of kernels has a view of its own.
    kernels, hidden = _kernels(account, channels[0]) if len(channels) == 1 else ([], 0)
    results = _results(account, channels)
    unseen = account.shape[1] - len(results) if len(results) > 1 else 0
    return Scene(
        diagram="image",
        headline=(lead_text(command_of(account), account), *layer_parts(account)),
        bands=((*grids, *kernels), results),
        title=_claim(account, len(results)),
        subtitle=_numbers(account),
        labels=(
            *size_labels(account),
            *_more("kernels", hidden, "planes of the kernel"),
            *_more("maps", unseen, "feature maps"),
        ),
        command=view.command,
    )


def _compared(accounts: Sequence[Account], view: View) -> Scene:
    """One picture through several layers: the output channel that `at` names, of each."""
    first = accounts[0]
    array = first.input[0]
    names = panel_names(accounts, view)
    results = []
    for account, name in zip(accounts, names, strict=True):
        (found,) = _results(account, _channels(account, view)[:1])
        title = (*name, Run(f"  {times(found.shape)}", Role.OUTPUT))
        results.append(replace(found, key=plain_name(name), title=title))
    word = parameter(names)
    channel = _channels(first, view)[0]
    several = not isinstance(first.layer, Pool) and max(a.shape[1] for a in accounts) > 1
    title = planes.title("input", Role.INPUT, f" {times(array.shape)}")
    grid = Grid(
        "input", *planes.whole(_gray(array), Role.INPUT), Role.INPUT, title, picture=pixels(array)
    )
    return Scene(
        diagram="image",
        headline=headline(command_of(first), accounts, view.names),
        bands=((grid,), tuple(results)),
        title=claim(word, first),
        subtitle=only(word, accounts),
        labels=(Label("maps", (Run(f"output channel {channel} of each"),)),) if several else (),
        command=view.command,
    )


def _padded(accounts: Sequence[Account], view: View) -> Scene:
    """Padding: the padded pictures, one per account, framed where the original lies."""
    scene = padding(accounts, view)
    grids = []
    for account, band in zip(accounts, _bands(accounts, scene), strict=True):
        first = band[0]
        name = first.title if len(accounts) > 1 else ()
        title = tuple(run for run in name if run.bold)
        grids.append(
            Grid(
                first.key, first.cells, first.roles, Role.INPUT, title, first.rule,
                first.frames, picture=pixels(account.padded[0]),
            )
        )  # fmt: skip
    start, *end, _ = scene.subtitle
    words = ".  The frame marks the original."
    return Scene(
        diagram="padding",
        headline=scene.headline,
        bands=(tuple(grids),),
        title=scene.title,
        subtitle=(start, *end, Run(words)),
        notes=scene.notes,
        command=view.command,
    )


def _bands(accounts: Sequence[Account], scene: Scene) -> list[tuple[Grid, ...]]:
    """The grids of every account: its own band, or its one grid of the common band."""
    if len(scene.bands) == len(accounts):
        return list(scene.bands)
    return [(grid,) for grid in scene.bands[0]]


def pixels(array: Array) -> Array | None:
    """(rows, cols, 3) of uint8 from (C, rows, cols) of 0 … 255; None unless there are 1 or 3."""
    if len(array) not in (1, 3):
        return None
    levels = np.array(array, dtype=np.float64)  # large: what follows happens in place
    np.nan_to_num(levels, copy=False, nan=0.0)
    np.rint(levels, out=levels)
    np.clip(levels, 0, 255, out=levels)
    whole = levels.astype(np.uint8)
    found: Array = np.broadcast_to(np.moveaxis(whole, 0, -1), (*array.shape[1:], 3))
    return found


def _gray(array: Array) -> Array:
    """(rows, cols): one plane, or the mean of several, by which cells without pixels are shown."""
    if len(array) == 1:
        return np.asarray(array[0])
    return np.asarray(array.mean(axis=0, dtype=np.result_type(array, np.float32)))


def _channels(account: Account, view: View) -> tuple[int, ...]:
    """The output channels that are shown: the one that `at` names, else the first ones."""
    count = account.shape[1]
    if isinstance(account.layer, Pool):
        return (0,)
    if len(view.at) >= 3 and not isinstance(account.layer, ConvTranspose):
        return (min(view.at[-3], count - 1),)
    return tuple(range(min(count, MAPS)))


def _results(account: Account, channels: Sequence[int]) -> tuple[Grid, ...]:
    """The feature maps of those channels; of pooling, all channels as one picture."""
    output = account.output[0]
    if isinstance(account.layer, Pool):
        title = planes.title("output", Role.OUTPUT, f" {times(output.shape[-2:])}")
        cells = planes.whole(_gray(output), Role.OUTPUT)
        return (Grid("output", *cells, Role.OUTPUT, title, picture=pixels(output)),)
    if len(channels) == 1:
        (channel,) = channels
        word = f"output[{channel}]" if len(output) > 1 else "output"
        title = planes.title(word, Role.OUTPUT, f" {times(output.shape[-2:])}")
        return (Grid("output", *planes.whole(output[channel], Role.OUTPUT), Role.OUTPUT, title),)
    return tuple(
        Grid(
            f"output[{channel}]", *planes.whole(output[channel], Role.OUTPUT), Role.OUTPUT,
            planes.title(f"output[{channel}]", Role.OUTPUT),
        )
        for channel in channels
    )  # fmt: skip


def _kernels(account: Account, channel: int) -> tuple[list[Grid], int]:
    """The planes of the kernel that gives an output channel, and how many are left out."""
    layer = account.layer
    if account.weight is None or isinstance(layer, (Pool, Padding)):
        return [], 0
    assert isinstance(layer, (Conv, ConvTranspose))
    if isinstance(layer, Conv):
        own = [((channel, place), account.weight[channel, place])
               for place in range(account.weight.shape[1])]  # fmt: skip
    else:
        each = layer.out_channels // layer.groups
        group, place = divmod(channel, each)
        count = layer.in_channels // layer.groups
        own = [((c, place), account.weight[c, place])
               for c in range(group * count, group * count + count)]  # fmt: skip
    several = len(own) > 1 or account.shape[1] > 1
    grids = []
    for index, plane in own[:KERNELS]:
        word = f"weight[{indices(index)}]" if several else "kernel"
        title = planes.title(word, Role.KERNEL)
        roles = planes.uniform((plane.shape[0], plane.shape[1]), Role.KERNEL)
        key = f"kernel[{indices(index)}]"
        grids.append(Grid(key, ArrayCells(plane), roles, Role.KERNEL, title))
    return grids, len(own) - len(grids)


def _more(name: str, hidden: int, what: str) -> tuple[Label, ...]:
    """That not all planes of the kernel, or not all feature maps, are shown."""
    if not hidden:
        return ()
    verb = "is" if hidden == 1 else "are"
    return (Label(name, (Run(f"{hidden} more {what} {verb} not drawn"),)),)


def _claim(account: Account, maps: int) -> str:
    layer = account.layer
    if isinstance(layer, Pool):
        return POOLINGS[layer.kind]
    if isinstance(layer, ConvTranspose):
        return "A transposed convolution of a picture"
    count = account.shape[1]
    if count == 1 or maps == 1:
        return "One kernel, one feature map"
    word = number_word(count)
    return f"{word.capitalize()} kernels, {word} feature maps"


def _numbers(account: Account) -> Text:
    shape = account.input.shape[1:]
    runs: list[Run] = [Run(f"{spaced(shape)} input", Role.INPUT, bold=True)]
    for name, value in parameters(account).items():
        role = Role.KERNEL if name == "kernel" else Role.FOCUS if name == "stride" else Role.TEXT
        runs += [Run(", "), Run(f"{name} {value}", role, bold=role != Role.TEXT)]
    return (
        *runs,
        Run("  →  ", Role.MUTED),
        Run(f"{spaced(account.shape[1:])} output", Role.OUTPUT, bold=True),
        Run("."),
    )
