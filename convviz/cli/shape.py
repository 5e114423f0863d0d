"""`convviz shape`: sizes, parameters, MACs and receptive fields of one layer or many."""

from __future__ import annotations

import gc
import sys
from typing import Any

from convviz.cli import networks, options, readers, speaking
from convviz.cli.command import Argument, Asked, Command, Option
from convviz.cli.layering import READERS
from convviz.cli.options import COLORS, THEMES
from convviz.errors import SpecError, unknown
from convviz.render import report
from convviz.render.stream import Stream
from convviz.spec.checks import Shape
from convviz.spec.layers import Conv
from convviz.spec.network import Network, Step
from convviz.spec.trace import trace

FLAGS = ("kernel", "stride", "padding", "dilation", "groups", "mode", "out_channels", "dims")
"""Options that describe a single convolution."""

SIZE = 224


def shape(asked: Asked) -> None:
    """Answer `convviz shape`."""
    gc.disable()  # one answer, then the end: looking for garbage among 10,000 layers finds none
    words = networks.words_of(asked)
    stream = Stream.of(
        sys.stdout,
        color=asked.read("color", readers.one_of(COLORS, "choice", "color", "choices"), COLORS[0]),
        theme=asked.read("theme", readers.one_of(THEMES, "theme", "theme", "themes"), THEMES[0]),
        ascii=asked.flag("ascii"),
    )
    given = networks.shape_words(asked)
    if words:
        refuse_flags(asked)
        network = networks.network(words)
        full, bare = networks.completed(given, network)
    else:
        network, full, bare = single(asked, given or (SIZE,))
    answer = trace(network, full)
    if asked.flag("json"):
        speaking.write(report.document(answer))
    elif len(answer.rows) == 1:
        speaking.say(report.explanation(answer, stream, bare=bare), stream)
    else:
        speaking.say(report.summary(answer, stream, columns(asked), bare=bare), stream)


def columns(asked: Asked) -> tuple[str, ...]:
    """`--columns`: names of columns, () for those that fit.

    Raises SpecError: there is no such column.
    """
    if "columns" not in asked:
        return ()
    return asked.read("columns", named_columns)


def named_columns(text: str) -> tuple[str, ...]:
    """`columns := "all" | name ("," name)*`."""
    if text == "all":
        return report.COLUMNS
    names = []
    position = 0
    for word in text.split(","):
        name = word.strip().lower()
        if name not in report.COLUMNS:
            error = unknown(
                "column", word.strip(), ("all", *report.COLUMNS), argument="columns",
                heading="columns",
            )  # fmt: skip
            raise error.at(text, (position, position + max(1, len(word))))
        names.append(name)
        position += len(word) + 1
    return tuple(names)


def refuse_flags(asked: Asked) -> None:
    """Refuse options of a single convolution beside layers.

    Raises SpecError: it names the first.
    """
    for param in FLAGS:
        if param in asked:
            raise asked.at(
                SpecError(
                    f"{asked.typed[param].flag} describes a convolution, but layers are given too",
                    param,
                    "leave it out, or the layers",
                )
            )


def single(asked: Asked, given: Shape) -> tuple[Network, Shape, bool]:
    """The convolution that the options describe, and its input.

    Raises SpecError: what PyTorch refuses.
    """
    said: dict[str, Any] = {
        param: asked.read(param, READERS[param]) for param in FLAGS if param in asked
    }
    entries = [len(value) for value in said.values() if isinstance(value, tuple) and len(value) > 1]
    ndim = said.get("dims") or max(entries, default=min(len(given), 2))
    if len(given) > 3 and not entries:
        ndim = said.get("dims") or 3
    bare = len(given) == ndim
    full = (1, *given) if bare else given
    groups = said.get("groups", 1)
    layer = Conv.of(
        full[0],
        said.get("out_channels", groups),
        said.get("kernel", 3),
        ndim=ndim,
        stride=said.get("stride", 1),
        padding=said.get("padding", 0),
        dilation=said.get("dilation", 1),
        groups=groups,
        padding_mode=said.get("mode", "zeros"),
    )
    return Network((Step(layer, "", (-1,)),)), full, bare


command = Command(
    "shape",
    shape,
    [
        Argument("input", text="3x224x224, channels first; 224 and 28x28 have no channels"),
        Argument("layers", many=True, choices="files"),
        *options.sizes("3", "1"),
        Option("-p", "--padding", word="PAD", text=options.PADDING_TEXT, shown="0",
               group="Layer", choices=("0", "1", "same", "valid")),
        options.dilation(),
        *options.channel_options(),
        options.layer_modes(),
        Option("--json"),
        Option("--columns", word="all|NAMES", choices=("all", *report.COLUMNS)),
        Option("--color", word="|".join(COLORS), choices=COLORS),
        Option("--ascii"),
        Option("--theme", word="|".join(THEMES), choices=THEMES),
        Option("--dims", word="N", choices=("1", "2", "3")),
    ],
    title="follow a shape through one layer or many",
    examples=(
        ("convviz shape 224 -k 7 -s 2 -p 3", "one convolution, its formula"),
        ('convviz shape 3x32x32 "Conv2d(3,8,3)" "ReLU()"', "layers, as PyTorch writes them"),
        ("convviz shape 3x224x224 model.txt", "what print(model) prints"),
    ),
)  # fmt: skip
