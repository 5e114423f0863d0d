"""Words of a command line → a network, and the shape that goes in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from convviz.cli.command import Asked
from convviz.errors import SpecError, io_error, near, shortened
from convviz.spec.checks import Shape
from convviz.spec.documents import MOST_BYTES, decoded
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.pooling import LPPool, Pool
from convviz.spec.tokens import is_numeric
from convviz.spec.words import IMAGE_SUFFIXES, ShapeWords, parse_input

if TYPE_CHECKING:
    from convviz.spec.network import Network, Operation

SIZES = {1: 224, 2: 224, 3: 32}
"""The command's own input per axis, by the number of axes."""


def network(words: Sequence[str]) -> Network:
    """The network that the words name: layers, files of layers, `-` for the standard input.

    Raises SpecError: a text that is none; from an OSError, a file that cannot be read.
    """
    if any(word.lower().endswith(".toml") for word in words):
        if len(words) > 1:
            raise SpecError(
                "a TOML network stands alone",
                "layers",
                "one file, or layers",
                source=" ".join(words),
            )
        from convviz.spec.branches import parse_toml

        return parse_toml(file_text(words[0]))
    from convviz.spec.sequence import parse_network  # every layer there is: only for layers

    return parse_network([text_of(word) for word in words])


def text_of(word: str) -> str:
    """The layers that one word stands for."""
    if word == "-":
        return standard_input()
    if "(" in word:
        return word
    from convviz.spec.shorthand import is_shorthand

    if is_shorthand(word):
        return word
    if is_numeric(word):
        raise SpecError(
            f"'{shortened(word)}' is no layer", "layers", "a shape is one word: 3x224x224",
            source=word, span=(0, len(word)),
        )  # fmt: skip
    return file_text(word)


def standard_input() -> str:
    """All of the standard input.

    Raises SpecError: it is closed, too long, or no text.
    """
    if sys.stdin is None:
        raise SpecError("the standard input is closed") from OSError(9, "closed")
    try:
        return decoded(sys.stdin.buffer.read(MOST_BYTES + 1), "the standard input")
    except OSError as error:
        raise io_error("read", "the standard input", error) from error


def file_text(path: str) -> str:
    """The text of a file.

    Raises SpecError: from an OSError, it cannot be read; it is too long, or no text.
    """
    try:
        with open(path, "rb") as file:
            return decoded(file.read(MOST_BYTES + 1), path)
    except (OSError, ValueError) as error:
        if isinstance(error, SpecError):
            raise
        cause = error if isinstance(error, OSError) else OSError(2, str(error))
        told = io_error("read", path, cause)
        guess = near_file(path) if isinstance(error, FileNotFoundError) else ""
        layer = near_layer(path)
        raise SpecError(
            told.message,
            "layers",
            f"did you mean {guess}, in this folder?"
            if guess
            else f"did you mean {layer}?"
            if layer
            else "",
            'a layer is written "Conv2d(3, 64, 7, stride=2)", a network as a file of them',
            source=path,
            span=(0, len(path)),
        ) from cause


def near_layer(word: str) -> str:
    """`word` with the name of a layer that it nearly begins with: "conv 8 k3"; "" if none is."""
    from convviz.spec.shorthand import NAMES

    name, blank, rest = word.partition(" ")
    guess = near(name, tuple(NAMES)) if blank and len(word) < 60 else ""
    return f"{guess} {rest}" if guess else ""


def near_file(path: str) -> str:
    """A file of this folder with a similar name, "" if there is none."""
    import os

    if "/" in path or len(path) < 3:
        return ""
    try:
        names = os.listdir(".")[:10_000]
    except OSError:
        return ""
    return near(path, names)


def words_of(asked: Asked) -> tuple[str, ...]:
    """The words that name layers: those after INPUT, and INPUT itself where it is no shape."""
    words: tuple[str, ...] = click.get_current_context().params.get("layers", ())
    first = asked.text("input").strip()
    image = first.startswith("sample:") or first.lower().endswith(IMAGE_SUFFIXES)
    if first and not (first[0].isdigit() or (first[0] in "-[" and first != "-") or image):
        words = (asked.typed.pop("input").value, *words)
    return words


def shape_words(asked: Asked) -> Shape | None:
    """INPUT as a shape; None where there is none.

    Raises SpecError: it is something else.
    """
    if "input" not in asked:
        return None
    words = asked.read("input", parse_input)
    if isinstance(words, ShapeWords):
        return words.shape
    raise asked.at(
        SpecError(
            f"{asked.name} takes a shape, not numbers or files",
            "input",
            "such as 3x224x224",
        )
    )


def completed(shape: Shape | None, network: Network) -> tuple[Shape, bool]:
    """The input of `network` as (C, *spatial), and whether its channel was left out.

    A convolution says how many channels and axes it takes: a shape without them is completed, and
    the command's own input, where none was given, is made for it.
    """
    first = network.steps[0].layer
    ndim, channels = wanted(first)
    if shape is None:
        if network.input:
            return network.input, False
        size = SIZES[ndim or 2]
        return (channels or 3, *(size,) * (ndim or 2)), False
    if network.channels_last and len(shape) > 1:
        return (shape[-1], *shape[:-1]), False
    if ndim and len(shape) == ndim:
        return (channels or 1, *shape), (channels or 1) == 1
    return shape, False


def wanted(layer: Operation) -> tuple[int, int]:
    """(spatial axes, channels) that a layer takes; 0 where it does not say."""
    if isinstance(layer, (Conv, ConvTranspose)):
        return len(layer.kernel), layer.in_channels
    windows = layer.windows if isinstance(layer, LPPool) else layer
    return (len(windows.kernel), 0) if isinstance(windows, Pool) else (0, 0)
