"""Phrases of titles and headlines: numbers as words, what sets compared accounts apart."""

from __future__ import annotations

from collections.abc import Sequence

from convviz.diagrams.scene import Role, Run, Text
from convviz.diagrams.words import (
    lead_text,
    number_text,
    padding_text,
    parameters,
    plain,
    shown_shape,
    spaced,
)
from convviz.engine.account import Account
from convviz.spec.layers import Conv, Padding, Pool

WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip

DEFAULTS = {"stride": "1", "dilation": "1", "groups": "1", "padding": "0", "output_padding": "0"}
"""What a parameter is where a headline leaves it out."""


def number_word(count: int) -> str:
    """A count as a sentence has it: nine, 25, 1,024."""
    return WORDS[count] if count < len(WORDS) else f"{count:,}"


def plural(count: int, word: str) -> str:
    """A count and its noun: 1 weight, 1,024 weights."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def each(values: Sequence[int]) -> str:
    """One value for all axes, or 3 × 5, as the subtitle of a picture has it."""
    return str(values[0]) if len(set(values)) == 1 else " × ".join(map(str, values))


def sized(word: str, shape: Sequence[int]) -> str:
    """A thing and its size: 4 × 4 input, input of 7."""
    return f"{word} of {shape[0]:,}" if len(shape) == 1 else f"{spaced(shape)} {word}"


def input_words(account: Account) -> str:
    """The input and its size, with the axes that the user gave."""
    return sized("input", shown_shape(account, account.input.shape))


def output_words(account: Account) -> str:
    """The output and its size, with the axes that the user gave."""
    return sized("output", shown_shape(account, account.shape))


def command_of(account: Account) -> str:
    """The command that shows an account."""
    layer = account.layer
    return "pad" if isinstance(layer, Padding) else layer.name


def said(account: Account) -> dict[str, str]:
    """What can set an account apart, name → value, defaults left out."""
    layer = account.layer
    if isinstance(layer, Padding):
        value = {"value": number_text(layer.value)} if layer.mode == "constant" else {}
        return {"mode": layer.mode, "padding": padding_text(layer.padding), **value}
    found = parameters(account)
    if isinstance(layer, Conv) and layer.padding_mode != "zeros":
        found["mode"] = layer.padding_mode
    if isinstance(layer, Pool):
        found = {"kind": layer.kind, **found}
    return found


def differing(accounts: Sequence[Account], names: Sequence[str] = ()) -> list[str]:
    """One name per account, of what differs among them: "dilation 2", "mode reflect".

    names: where the accounts do not tell it, such as the names of their weights.
    """
    if names and len(accounts) > 1:
        return list(names)
    every = [said(account) for account in accounts]
    known = list(dict.fromkeys(name for each in every for name in each))
    apart = [name for name in known if len({each.get(name) for each in every}) > 1]
    shapes = len({account.input.shape for account in accounts}) > 1
    return [
        ", ".join(
            [spoken(name, each.get(name, DEFAULTS.get(name, "zeros"))) for name in apart]
            or ([f"input {'×'.join(map(str, account.spatial))}"] if shapes else [])
        )
        for account, each in zip(accounts, every, strict=True)
    ]


def headline(
    command: str, accounts: Sequence[Account], names: Sequence[str] = ()
) -> tuple[Text, ...]:
    """What was asked and, of one account, what came out; of several, every value in a list.

    names: see `differing`.
    """
    one_shape = len({account.shape for account in accounts}) == 1
    parts = [lead_text(command, accounts[0], result=one_shape)]
    every = [said(account) for account in accounts]
    for name in dict.fromkeys(name for each in every for name in each):
        values = dict.fromkeys(each.get(name, DEFAULTS.get(name, "zeros")) for each in every)
        # What the given names tell is not told twice.
        if not (names and len(values) > 1):
            parts.append(plain(spoken(name, ", ".join(values))))
    if names:
        word = names[0].partition(" ")[0]
        listed = ", ".join(name.removeprefix(f"{word} ") for name in names)
        parts.append(plain(f"{word} {listed}"))
    return tuple(parts)


def spoken(name: str, value: str) -> str:
    """A parameter and its value; the kind of a pooling is a word of its own: max."""
    return value if name == "kind" else f"{name} {value}"


def network_lead(shape: Sequence[int], output: Sequence[int]) -> Text:
    """The first part of a network's headline: its input and what came out."""
    return (
        Run("shape", Role.STRONG),
        Run(" "),
        Run("×".join(map(str, shape)), Role.INPUT, bold=True),
        Run(" → ", Role.MUTED),
        Run("×".join(map(str, output)), Role.OUTPUT, bold=True),
    )
