"""Short spellings: ``conv 64 k3 s2 p1``, ``bn``, ``relu``, ``maxpool k3 s2``, ``fc 10``.

`shorthand := name (channels | parameter | word)*`, where a parameter is a letter and its value as
on the command line: k3, s2, p1, p1:0,2:1, psame, d2, g32, op1. Channels that come in and the number
of axes are the input's: a layer is complete when its input is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from convviz.errors import SpecError, near, shortened
from convviz.patterns import pattern
from convviz.spec.catalog import LAYERS, PLAIN
from convviz.spec.checks import Shape, times
from convviz.spec.layer import Layer
from convviz.spec.layers import LAYER_MODES
from convviz.spec.network import Pending
from convviz.spec.resizing import PAD_TITLES, UPSAMPLINGS
from convviz.spec.spelled import MAKERS, SPATIAL
from convviz.spec.tokens import Span, point, whole
from convviz.spec.words import parse_padding, parse_sizes

NAMES: dict[str, str] = {
    "conv": "conv",
    "dw": "depthwise",
    "depthwise": "depthwise",
    "deconv": "transposed",
    "convt": "transposed",
    "conv-transpose": "transposed",
    "upconv": "transposed",
    "pool": "max",
    "maxpool": "max",
    "avgpool": "avg",
    "gap": "adaptive",
    "adaptiveavgpool": "adaptive",
    "bn": "norm",
    "batchnorm": "norm",
    "fc": "linear",
    "linear": "linear",
    "flatten": "flatten",
    "up": "upsample",
    "upsample": "upsample",
    "pad": "pad",
    **{name.lower(): "plain" for name in PLAIN},
}
"""A name as typed, in lower case → what it makes."""

TAKES: dict[str, str] = {
    "conv": "channels k s p d g bias mode",
    "depthwise": "k s p d bias mode",
    "transposed": "channels k s p op d g bias",
    "max": "channels k s p d ceil",
    "avg": "channels k s p ceil",
    "adaptive": "channels",
    "norm": "channels",
    "linear": "channels bias",
    "flatten": "",
    "upsample": "channels method",
    "pad": "sides mode",
    "plain": "channels",
}
"""What a layer makes → the words that it takes."""

LETTERS = {"k": "kernel", "s": "stride", "p": "padding", "d": "dilation", "g": "groups",
           "op": "output_padding"}  # fmt: skip
_PARAMETER = pattern(r"(op|[kspdg])([0-9sv].*)")
_CHANNELS = pattern(r"(?:([0-9]+)(?:→|->))?([0-9].*|[×x][0-9].*)")
_WORD = pattern(r"[^\s]+")
_DIMS = pattern(r"[123]d$")


class Said(NamedTuple):
    """The words of one layer. values: by name. places: where each stands."""

    values: dict[str, Any]
    places: dict[str, Span]


def is_shorthand(text: str) -> bool:
    """Whether `text` starts with the name of a layer, without parentheses after it."""
    word = text.split(None, 1)[0] if text.strip() else ""
    return name_of(word) in NAMES


def name_of(word: str) -> str:
    """A name in lower case, without the number of axes: MaxPool2d → maxpool."""
    return _DIMS.sub("", word[:40].lower())


def parse_shorthand(text: str, start: int, end: int) -> Pending:
    """The layer that `text` spells from `start` to `end`.

    Raises SpecError: it points at the word that is wrong.
    """
    words = [(match[0], match.span()) for match in _WORD.finditer(text, start, end)]
    (name, place), *rest = words
    kind = NAMES.get(name_of(name))
    if kind is None:
        guess = near(name, tuple(NAMES)) or near(name, tuple(LAYERS))
        raise point(
            text,
            place,
            f"no layer is called '{shortened(name)}'",
            accepted=f"did you mean {guess}?" if guess else "",
            remedy='short spellings are "conv 64 k3 s2 p1", "relu", "maxpool k2", "fc 10"; '
            "PyTorch's have parentheses: ReLU()",
        )
    said = Said({}, {})
    for word, span in rest:
        read(said, kind, word, span, text)
    for needed in required(kind):
        if needed not in said.values:
            what = {"kernel": "a kernel, such as k3", "channels": "a number of channels"}
            raise point(text, place, f"{name} needs {what[needed]}", accepted="incomplete")
    title = title_of(name)
    found = re.search(r"([123])[dD]$", name)
    axes = int(found[1]) if found else 0
    spelled = " ".join(word for word, _ in words)
    make = MAKERS[kind]

    def complete(shape: Shape) -> Layer:
        if axes and len(shape) != axes + 1:
            raise SpecError(
                f"{title or name} takes channels and {axes} spatial "
                f"{'axis' if axes == 1 else 'axes'}, not {len(shape)} axes",
                "input",
            )
        if kind in SPATIAL and not 2 <= len(shape) <= 4:
            raise SpecError(
                f"{title or name} takes channels and one to three spatial axes, not {times(shape)}",
                "input",
            )
        return make(dict(said.values), shape, title)

    return Pending(spelled, complete)


def required(kind: str) -> tuple[str, ...]:
    """What a layer cannot do without."""
    if kind in ("conv", "transposed"):
        return "channels", "kernel"
    return {"depthwise": ("kernel",), "linear": ("channels",), "pad": ("sides",)}.get(kind, ())


def title_of(name: str) -> str:
    """PyTorch's name of an activation or a dropout: relu → ReLU; "" for others."""
    return next((title for title in PLAIN if title.lower() == name.lower()), "")


def read(said: Said, kind: str, word: str, span: Span, text: str) -> None:
    """Add what one word says.

    Raises SpecError: the layer takes no such word, or has it already.
    """
    name, value = meaning(kind, word, span, text)
    if name in said.values:
        raise point(text, span, f"{name} is given twice", accepted="the second one")
    said.values[name] = value
    said.places[name] = span


FLAGS: dict[str, tuple[str, tuple[str, Any]]] = {
    "no": ("bias", ("bias", False)),
    "nobias": ("bias", ("bias", False)),
    "bias": ("bias", ("bias word", None)),  # the second word of "no bias"
    "ceil": ("ceil", ("ceil_mode", True)),
    **{mode: ("mode", ("mode", mode)) for mode in (*LAYER_MODES, *PAD_TITLES)},
    **{mode: ("method", ("method", mode)) for mode in UPSAMPLINGS},
}
"""A word alone → what takes it, and the parameter that it sets."""


def meaning(kind: str, word: str, span: Span, text: str) -> tuple[str, Any]:
    """The parameter that a word names, and its value."""
    takes = TAKES[kind].split()
    if word in FLAGS and FLAGS[word][0] in takes:
        return FLAGS[word][1]
    if "sides" in takes:
        return "sides", placed(parse_padding, word, span, text)
    letter = _PARAMETER.fullmatch(word)
    if letter and letter[1] in takes:
        inner = (span[0] + len(letter[1]), span[1])
        return LETTERS[letter[1]], parameter(letter[1], letter[2], inner, text)
    amount = _CHANNELS.fullmatch(word)
    if amount and "channels" in takes:
        if kind not in ("upsample", "plain"):  # those take factors and slopes
            inner = (span[1] - len(amount[2]), span[1])
            placed(lambda size: parse_sizes(size, "channels"), amount[2], inner, text)
        if amount[1]:
            whole(amount[1], text, (span[0], span[0] + len(amount[1])), "channels", 1)
        return "channels", (amount[1], amount[2])
    words = ", ".join("a number" if word == "channels" else word for word in takes) or "nothing"
    raise point(text, span, f"'{shortened(word)}' says nothing here", accepted=f"it takes {words}")


def parameter(letter: str, word: str, span: Span, text: str) -> Any:
    """The value of k3, s2, p1:0, g4."""
    if letter == "p":
        return placed(parse_padding, word, span, text)
    if letter == "g":
        return whole(word, text, span, "groups", 1)
    sizes = placed(lambda inner: parse_sizes(inner, LETTERS[letter]), word, span, text)
    return sizes[0] if len(sizes) == 1 else sizes


def placed(parse: Callable[[str], Any], word: str, span: Span, text: str) -> Any:
    """What `parse` makes of a word, its errors pointing into the whole text."""
    try:
        return parse(word)
    except SpecError as error:
        start = span[0] + error.span[0]
        raise error.at(text, (start, span[0] + max(error.span[1], error.span[0] + 1))) from None
