"""PyTorch's layers, a row each: the arguments in order, and the record that they make.

The rows of layers with windows are in `convviz.spec.window_catalog`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convviz.errors import SpecError
from convviz.spec.arguments import echo, flag, integer, is_sequence
from convviz.spec.layer import Layer
from convviz.spec.pointwise import Flatten, Halving, Linear, Pointwise, Unflatten
from convviz.spec.resizing import PAD_TITLES, PadLayer, PixelShuffle, Upsample
from convviz.spec.window_catalog import WINDOWED, Constructor, Given
from convviz.spec.writing import text_of, written


def paddings(ndim: int) -> Iterator[Constructor]:
    """ZeroPad and its like over `ndim` axes."""
    for mode, title in PAD_TITLES.items():

        def make(given: Given, mode: str = mode) -> Layer:
            return PadLayer.of(mode, given.pop("padding"), ndim=ndim, **given)

        constant = mode == "constant"
        yield Constructor(
            f"{title}{ndim}d", ("padding", "value")[: 1 + constant], 1 + constant, make
        )


NORM = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")


def batch_norm(title: str, ranks: tuple[int, ...]) -> Constructor:
    """Batch normalization of inputs with so many spatial axes; (): any."""

    def make(given: Given) -> Layer:
        channels = integer(given["num_features"], "num_features", 1)
        affine = flag(given.get("affine", True), "affine")
        bias = flag(given.get("bias", True), "bias")
        text = written(title, channels, affine=(affine, True), bias=(bias, True))
        learned = affine * channels * (1 + bias)
        return Pointwise(title, str(channels), text, learned, channels, ranks)

    return Constructor(title, NORM, 1, make)


def norms(ndim: int) -> Iterator[Constructor]:
    """Batch and instance normalization over `ndim` axes."""

    def instance(given: Given) -> Layer:
        channels = integer(given["num_features"], "num_features", 1)
        affine = flag(given.get("affine", False), "affine")
        return Pointwise(
            f"InstanceNorm{ndim}d",
            f"{channels}{' affine' * affine}",
            written(f"InstanceNorm{ndim}d", channels, affine=(affine, False)),
            2 * affine * channels,
            channels * affine,  # without parameters torch takes any number, and warns
            (ndim,),
        )

    yield batch_norm(f"BatchNorm{ndim}d", (0, 1) if ndim == 1 else (ndim,))
    yield Constructor(f"InstanceNorm{ndim}d", NORM[:-1], 1, instance)


def group_norm(given: Given) -> Layer:
    """`nn.GroupNorm`."""
    groups = integer(given["num_groups"], "num_groups", 1)
    channels = integer(given["num_channels"], "num_channels", 1)
    affine = flag(given.get("affine", True), "affine")
    bias = flag(given.get("bias", True), "bias")
    if channels % groups:
        raise SpecError(
            f"num_groups {groups} does not divide num_channels {channels}", "num_groups"
        )
    return Pointwise(
        "GroupNorm",
        f"{groups} of {channels}",
        written("GroupNorm", groups, channels, affine=(affine, True), bias=(bias, True)),
        affine * channels * (1 + bias),
        channels,
    )


def layer_norm(given: Given) -> Layer:
    """`nn.LayerNorm`."""
    tail, cells = tail_of(given["normalized_shape"])
    affine = flag(given.get("elementwise_affine", True), "elementwise_affine")
    bias = flag(given.get("bias", True), "bias")
    text = written("LayerNorm", tail, elementwise_affine=(affine, True), bias=(bias, True))
    note = "×".join(map(str, tail))
    return Pointwise("LayerNorm", note, text, affine * cells * (1 + bias), tail=tail)


def rms_norm(given: Given) -> Layer:
    """`nn.RMSNorm`."""
    tail, cells = tail_of(given["normalized_shape"])
    affine = flag(given.get("elementwise_affine", True), "elementwise_affine")
    text = written("RMSNorm", tail, elementwise_affine=(affine, True))
    return Pointwise("RMSNorm", "×".join(map(str, tail)), text, affine * cells, tail=tail)


def tail_of(value: Any) -> tuple[tuple[int, ...], int]:
    """The sizes that a layer normalizes over, and their product."""
    entries = tuple(value) if is_sequence(value) else (value,)
    tail = tuple(integer(entry, "normalized_shape", 1) for entry in entries)
    cells = 1
    for size in tail:
        cells *= size
    if not tail:
        raise SpecError("normalized_shape is empty", "normalized_shape", "at least one size")
    return tail, cells


def prelu(given: Given) -> Layer:
    """`nn.PReLU`: one slope, or one per channel."""
    count = integer(given.get("num_parameters", 1), "num_parameters", 1)
    text = written("PReLU", *([count] if count > 1 else []))
    return Pointwise("PReLU", str(count), text, count, count if count > 1 else 0)


PLAIN: dict[str, tuple[str, int]] = {
    "ReLU": ("inplace", 0),
    "ReLU6": ("inplace", 0),
    "LeakyReLU": ("negative_slope inplace", 0),
    "RReLU": ("lower upper inplace", 0),
    "ELU": ("alpha inplace", 0),
    "CELU": ("alpha inplace", 0),
    "SELU": ("inplace", 0),
    "GELU": ("approximate", 0),
    "SiLU": ("inplace", 0),
    "Mish": ("inplace", 0),
    "Sigmoid": ("", 0),
    "LogSigmoid": ("", 0),
    "Tanh": ("", 0),
    "Tanhshrink": ("", 0),
    "Softsign": ("", 0),
    "Softplus": ("beta threshold", 0),
    "Hardtanh": ("min_val max_val inplace", 0),
    "Hardsigmoid": ("inplace", 0),
    "Hardswish": ("inplace", 0),
    "Hardshrink": ("lambd", 0),
    "Softshrink": ("lambd", 0),
    "Threshold": ("threshold value inplace", 2),
    "Softmax": ("dim", 0),
    "Softmax2d": ("", 0),
    "Softmin": ("dim", 0),
    "LogSoftmax": ("dim", 0),
    "Dropout": ("p inplace", 0),
    "Dropout1d": ("p inplace", 0),
    "Dropout2d": ("p inplace", 0),
    "Dropout3d": ("p inplace", 0),
    "AlphaDropout": ("p inplace", 0),
    "FeatureAlphaDropout": ("p inplace", 0),
    "LocalResponseNorm": ("size alpha beta k", 1),
    "ChannelShuffle": ("groups", 1),
}
"""Layers that leave every shape as it is: their arguments, and how many must be given."""


def plain(title: str, arguments: tuple[str, ...], required: int) -> Constructor:
    """A layer that leaves every shape as it is."""

    def make(given: Given) -> Layer:
        told = {name: value for name, value in given.items() if name != "inplace"}
        head = told.get(arguments[0]) if arguments else None
        note = f"{head:g}" if isinstance(head, float) or type(head) is int else ""
        words = [f"{name}={text_of(value)}" for name, value in told.items()]
        if "p" in told:
            probability(told["p"])
        groups = integer(head, "groups", 1) if title == "ChannelShuffle" else 1
        text = f"{title}({', '.join(words)})"
        return Pointwise(title, note, text, ranks=RANKS.get(title, ()), groups=groups)

    return Constructor(title, arguments, required, make)


RANKS = {"Dropout1d": (0, 1), "Softmax2d": (1, 2)}
"""Spatial axes that PyTorch takes, where it refuses others; the other dropouts only warn."""


def probability(value: Any) -> None:
    """Refuse what is no probability, as PyTorch does.

    Raises SpecError: it is no number from 0 to 1.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise SpecError(f"p is a probability, from 0 to 1, not {echo(value)}", "p", "0 to 1")


def shuffle(name: str) -> Callable[[Given], Layer]:
    """`nn.PixelShuffle` and its inverse."""
    return lambda given: PixelShuffle(integer(given[name], name, 1), name.startswith("down"))


def halving(given: Given) -> Layer:
    """`nn.GLU`."""
    return Halving(integer(given.get("dim", -1), "dim", -64))


def flatten(given: Given) -> Layer:
    """`nn.Flatten`."""
    return Flatten(
        integer(given.get("start_dim", 1), "start_dim", -64),
        integer(given.get("end_dim", -1), "end_dim", -64),
    )


def upsampling(title: str, mode: str) -> Callable[[Given], Layer]:
    """`nn.UpsamplingNearest2d` and `nn.UpsamplingBilinear2d`, which aligns corners.

    A `mode` is printed, though the constructor does not take it: it is read and left.
    """

    def make(given: Given) -> Layer:
        corners = True if mode == "bilinear" else None
        return Upsample.of(given.get("size"), given.get("scale_factor"), mode, corners, title=title)

    return make


def rows() -> Iterator[Constructor]:
    """Every row of a layer that has no windows."""
    for family in (paddings, norms):
        for ndim in (1, 2, 3):
            yield from family(ndim)
    yield batch_norm("SyncBatchNorm", ())
    yield Constructor(
        "GroupNorm", ("num_groups", "num_channels", "eps", "affine", "bias"), 2, group_norm
    )
    tail = ("normalized_shape", "eps", "elementwise_affine")
    yield Constructor("LayerNorm", (*tail, "bias"), 1, layer_norm)
    yield Constructor("RMSNorm", tail, 1, rms_norm)
    yield Constructor(
        "Linear", ("in_features", "out_features", "bias"), 2, lambda given: Linear.of(**given)
    )
    yield Constructor("Flatten", ("start_dim", "end_dim"), 0, flatten)
    yield Constructor(
        "Unflatten", ("dim", "unflattened_size"), 2, lambda given: Unflatten.of(**given)
    )
    sizes = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor")
    yield Constructor("Upsample", sizes, 0, lambda given: Upsample.of(**given))
    for title, mode in (("UpsamplingNearest2d", "nearest"), ("UpsamplingBilinear2d", "bilinear")):
        yield Constructor(title, sizes[:3], 0, upsampling(title, mode))
    yield Constructor("PixelShuffle", ("upscale_factor",), 1, shuffle("upscale_factor"))
    yield Constructor("PixelUnshuffle", ("downscale_factor",), 1, shuffle("downscale_factor"))
    yield Constructor("PReLU", ("num_parameters", "init"), 0, prelu)
    yield Constructor("GLU", ("dim",), 0, halving)
    yield Constructor("Identity", (), 0, lambda given: Pointwise("Identity"))
    for title, (arguments, required) in PLAIN.items():
        yield plain(title, tuple(arguments.split()), required)


LAYERS: dict[str, Constructor] = {**WINDOWED, **{row.name: row for row in rows()}}
