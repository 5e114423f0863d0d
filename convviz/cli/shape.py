"""`convviz shape`: sizes, parameters, MACs and receptive fields of one layer or many."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

from convviz.cli import networks, options, readers, speaking
from convviz.cli.command import COMMON, Argument, Asked, Command, Option
from convviz.cli.options import COLORS, COLUMNS, THEMES
from convviz.errors import SpecError, unknown
from convviz.render import explanation
from convviz.render.stream import Stream
from convviz.spec.checks import Shape
from convviz.spec.layers import Conv
from convviz.spec.network import Network, Step
from convviz.spec.trace import Trace, trace
from convviz.spec.words import parse_index, parse_shape

FLAGS = ("kernel", "stride", "padding", "dilation", "groups", "mode", "out_channels", "dims")
"""Options that describe a single convolution."""

DRAWN = ("view", "output")
"""Options that ask for a diagram."""

LOOKS = ("axis", "size", "dpi", "title", "font", "transparent", "no_caption", "no_footer",
         "max_elements")  # fmt: skip
"""Options that say how a diagram looks, and how large an image it may read."""

SIZE = 224
EXAMPLE = {"kernel": 7, "stride": 2, "padding": 3}
"""What the command explains where nothing is asked."""


def shape(asked: Asked) -> int:
    """Answer `convviz shape`; 1 where the output is not the expected one."""
    collecting = gc.isenabled()
    gc.disable()  # looking for garbage among 10,000 layers costs much and finds none
    try:
        return answered(asked)
    finally:
        if collecting:
            gc.enable()


def answered(asked: Asked) -> int:
    """The status of the answer, which is printed or drawn."""
    words = networks.words_of(asked)
    stream = Stream.of(
        sys.stdout,
        color=asked.read("color", readers.one_of(COLORS, "choice", "color", "choices"), COLORS[0]),
        theme=asked.read("theme", readers.one_of(THEMES, "theme", "theme", "themes"), THEMES[0]),
        ascii=asked.flag("ascii"),
    )
    drawn = any(param in asked for param in DRAWN) or asked.request is not None
    given, picture = None, None
    if drawn:
        from convviz.cli import picturing  # NumPy, which tables do without

        given, picture = picturing.given(asked)
    else:
        refuse_undrawn(asked)
        given = networks.shape_words(asked)
    if words:
        refuse_flags(asked)
        network = networks.network(words)
        full, bare = networks.completed(given, network)
    else:
        network, full, bare = single(asked, given or (SIZE,))
    expected = asked.read("expect", parse_shape) if "expect" in asked else None
    answer = trace(network, full)
    if drawn:
        at = asked.read("unit", lambda text: unit(text, answer)) if "unit" in asked else ()
        picturing.answer(asked, answer, at, picture)
    else:
        speak(asked, answer, stream, bare=bare)
    if expected is None:
        return 0
    from convviz.spec.expectation import unmet

    error = unmet(answer, expectation(answer, expected))
    if error is not None:
        speaking.flush()
        speaking.complain(error)
    return int(error is not None)


def expectation(answer: Trace, shape: Shape) -> Shape:
    """The expected output as (C, *spatial), from the order and the axes in which it is shown."""
    if answer.network.channels_last and len(shape) > 1:
        return (shape[-1], *shape[:-1])
    if len(shape) == len(answer.output) - 1 and answer.output[:1] == (1,):
        return (1, *shape)
    return shape


def speak(asked: Asked, answer: Trace, stream: Stream, *, bare: bool) -> None:
    """Say the answer in the form that was asked for."""
    wanted = columns(asked)
    forms = [param for param in FORMS if asked.flag(param)]
    if len(forms) > 1:
        flags = [asked.typed[param].flag for param in forms]
        raise SpecError(f"{flags[0]} and {flags[1]} ask for two forms of one answer", forms[1])
    found = None
    if "unit" in asked:
        from convviz.render import seen
        from convviz.spec.dependence import depends

        found = depends(answer, asked.read("unit", lambda text: unit(text, answer)))
    if forms:
        from convviz.render import exports

        if forms == ["json"]:
            extra = seen.document(answer, found) if found else None
            speaking.write(exports.document(answer, extra))
        else:
            speaking.write(stream.text(exports.TABLES[forms[0]](answer, wanted, bare=bare)))
    elif found is not None:
        speaking.say(seen.screen(answer, found, stream, bare=bare), stream)
    elif asked.flag("formula"):
        speaking.say(explanation.formulas(answer, stream, bare=bare), stream)
    elif asked.flag("plain") or os.environ.get("CONVVIZ_PLAIN", "") not in ("", "0"):
        from convviz.render import report

        speaking.write(report.statements(answer, bare=bare))
    elif len(answer.rows) == 1 and not wanted:
        speaking.say(explanation.explanation(answer, stream, bare=bare), stream)
    else:
        from convviz.render import report

        speaking.say(report.summary(answer, stream, wanted, bare=bare), stream)


FORMS = ("json", "csv", "markdown", "latex")
"""Forms that other programs read."""


def unit(text: str, answer: Trace) -> tuple[int, ...]:
    """`unit := "center" | index ("," index)*`."""
    if text.strip() in ("center", "centre"):
        return tuple(size // 2 for size in answer.output[1:])
    return parse_index(text, "unit")


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
        return COLUMNS
    names = []
    position = 0
    for word in text.split(","):
        name = word.strip().lower()
        if name not in COLUMNS:
            error = unknown(
                "column", word.strip(), ("all", *COLUMNS), argument="columns",
                heading="columns",
            )  # fmt: skip
            raise error.at(text, (position, position + max(1, len(word))))
        names.append(name)
        position += len(word) + 1
    return tuple(names)


def refuse_undrawn(asked: Asked) -> None:
    """Refuse options of a diagram where the answer is a table.

    Raises SpecError: it names the first.
    """
    for param in LOOKS:
        if param in asked:
            raise SpecError(
                f"{asked.typed[param].flag} is for diagrams, and none is asked for",
                param,
                "add --view network, or leave it out",
            )


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
    from convviz.cli.layering import READERS

    said: dict[str, Any] = {
        param: asked.read(param, READERS[param]) for param in FLAGS if param in asked
    }
    if not said and "input" not in asked:
        said = dict(EXAMPLE)
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
        Option("--unit", word="R,C", text="what one output cell sees of the input; or center",
               group="Network"),
        Option("--expect", word="OUT", text="exit 1 where the output is another",
               group="Network"),
        Option("--columns", word="A,B", text="all, or layer,output,memory,zeros, …",
               group="Network", choices=("all", *COLUMNS)),
        Option("--formula", text="every layer's sizes, written out", group="Network"),
        Option("-o", "--output", word="FILE", choices="files"),
        Option("--json"),
        Option("--csv"),
        Option("--markdown"),
        Option("--latex"),
        Option("--plain"),
        Option("--color", word="|".join(COLORS), choices=COLORS),
        Option("--ascii"),
        Option("--theme", word="|".join(THEMES), choices=THEMES),
        Option("--axis", word="NAME", group=COMMON, choices=("rows", "cols", "depth")),
        *options.common_options(),
    ],
    title="follow a shape through one layer or many",
    examples=(
        ("convviz shape 224 -k 7 -s 2 -p 3", "one convolution, its formula"),
        ('convviz shape 3x32x32 "Conv2d(3,8,3)" "ReLU()"', "layers, as PyTorch writes them"),
        ('convviz shape 3x32x32 "conv 8 k3" relu', "or shorter"),
        ("convviz shape 3x224x224 model.txt", "what print(model) prints"),
    ),
)  # fmt: skip
