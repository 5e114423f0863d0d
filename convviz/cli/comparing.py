"""`--compare`: one request per value of a parameter."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from convviz.cli.command import Asked
from convviz.cli.layering import READERS, Wanted
from convviz.errors import SpecError, shortened, unknown
from convviz.records import Record, replace

if TYPE_CHECKING:
    from convviz.engine.account import Account
    from convviz.sources.source import Source
    from convviz.spec.layers import Conv, ConvTranspose


class Compared(Record):
    """A parameter and the values it has, one per panel.

    words: the values as typed.
    """

    name: str
    values: list[Any]
    words: list[str]


def truth(text: str) -> bool:
    """`truth := "true" | "false"`.

    Raises SpecError: neither.
    """
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise SpecError(
            f"'{shortened(text)}' is neither true nor false", accepted="true or false",
            source=text, span=(0, len(text)),
        )  # fmt: skip
    return word == "true"


def weight(text: str) -> str:
    """The name, the file or the numbers of a weight, as typed.

    Raises SpecError: there are none.
    """
    if not text.strip():
        raise SpecError("a weight has a name, a file or numbers", "weight", source=text)
    return text.strip()


EXTRA: dict[str, Callable[[str], Any]] = {
    "weight": weight,
    "ceil_mode": truth,
    "count_include_pad": truth,
}
"""Parameters that are compared in other words than their options have."""

COMPARED: tuple[str, ...] = (
    "kernel", "stride", "padding", "dilation", "groups", "mode", "kind", "output_padding",
    "out_channels", *EXTRA,
)  # fmt: skip
"""Parameters that --compare takes, on the commands that have them."""

VARIANTS = 64
"""Most values of --compare: each is computed, and shown beside the others."""

UNTOLD = ("weight", "out_channels", "ceil_mode", "count_include_pad")
"""Parameters whose values headlines do not tell: panels are named by the words as typed."""


def variants(asked: Asked, wanted: Wanted, taken: Collection[str]) -> list[Wanted]:
    """One request per value of --compare, or the request alone.

    taken: the parameters that the command has.

    Raises SpecError: no such parameter, fewer than two values, or one that is wrong by itself.
    """
    if "compare" not in asked:
        return [wanted]
    found = request(asked, taken)
    name = found.name
    if wanted.layer is not None and name != "weight":
        raise SpecError("--compare varies an option, and the layer is a text", "layer",
                      "write it as options")  # fmt: skip
    excludes = name == "count_include_pad"
    option = "exclude_padding" if excludes else name
    if asked.given(option):
        raise SpecError(f"--compare gives the {name} itself", option, "leave it out")
    return [
        replace(
            wanted,
            options={**wanted.options, option: not value if excludes else value},
        )
        for value in found.values
    ]


def request(asked: Asked, taken: Collection[str]) -> Compared:
    """What --compare says.

    Raises SpecError: no such parameter, fewer than two values, or one that is wrong by itself.
    """
    return asked.read("compare", lambda text: compared(text, taken, asked.name))


def names(asked: Asked, taken: Collection[str]) -> tuple[str, ...]:
    """What sets the panels apart where the layers do not tell it: "weight box"; () where they do.

    Raises SpecError: as `request`.
    """
    if "compare" not in asked:
        return ()
    found = request(asked, taken)
    if found.name not in UNTOLD:
        return ()
    return tuple(f"{found.name} {shown(word.strip())}" for word in found.words)


def shown(word: str) -> str:
    """A value as the name of a panel: of a file its name alone."""
    return shortened(os.path.basename(word) or word, 24)


def compared(
    text: str,
    taken: Collection[str],
    command: str,
    readers: dict[str, Callable[[str], Any]] | None = None,
) -> Compared:
    """`compared := parameter "=" value ("," value)+`.

    taken: the parameters that `command` has. readers: what values mean, by parameter.

    Raises SpecError: no such parameter, fewer than two values, or one that is wrong by itself.
    """
    readers = {**READERS, **EXTRA} if readers is None else readers
    name, equals, rest = text.partition("=")
    span = (0, max(1, len(name)))
    if name not in taken:
        choices = tuple(taken)
        if name in COMPARED:
            raise SpecError(
                f"{command} has no {name} to compare", "compare", "", ", ".join(choices),
                "parameters", text, span,
            )  # fmt: skip
        raise unknown("parameter to compare", name, choices, argument="compare",
                      heading="parameters").at(text, span)  # fmt: skip
    values: list[Any] = []
    words = rest.split(",")
    start = len(name) + len(equals)
    if len(words) > VARIANTS:
        raise SpecError(
            f"{len(words):,} values are more than anyone compares", "compare",
            f"at most {VARIANTS}", source=text, span=(start, len(text)),
        )  # fmt: skip
    for word in words:
        try:
            values.append(readers[name](word))
        except SpecError as error:
            inner = error.span if error.source else (0, len(word))
            raise error.at(text, (start + inner[0], start + max(1, inner[1]))) from None
        start += len(word) + 1
    if len(values) < 2:
        raise SpecError(
            f"one {name} is nothing to compare", "compare", f"{name}=A,B", source=text,
            span=(0, len(text)),
        )  # fmt: skip
    return Compared(name, values, words)


def convolved(
    asked: Asked,
    wanted: Wanted,
    taken: Collection[str],
    source: Source,
    layer_of: Callable[..., Conv | ConvTranspose],
    *,
    transposed: bool,
) -> list[Account]:
    """What a convolution makes of the input: one account per value of --compare, or one.

    layer_of: the layer of a request, of `layering`.

    Raises SpecError: a request, its weight or its layer does not fit the input or the budget.
    """
    from convviz.cli import asking, weighing

    channels = asking.channels(source)
    found = []
    for variant in variants(asked, wanted, taken):
        named = variant.get("weight", None)
        groups = getattr(variant.layer, "groups", None) or variant.get("groups", 1)
        fit = weighing.given(asked, source.spatial, channels, groups, named, transposed=transposed)
        layer = layer_of(variant, channels, source.spatial, fit, bias=asked.given("bias"))
        found.append(asking.account(asked, layer, source, fit, named))
    return found


def check(asked: Asked, accounts: Sequence[Account]) -> None:
    """Refuse a comparison of modes where nothing is padded.

    Raises SpecError: --compare names modes, and no layer pads.
    """
    by_mode = asked.text("compare").startswith("mode=")
    if by_mode and not any(any(map(any, account.layer.padding)) for account in accounts):
        raise SpecError(
            "modes say what padding holds, and padding is 0", "compare", remedy="{padding=1}"
        )
