"""Small multiples: what several layers show, each in a panel of its own, under one claim."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convviz.diagrams.phrases import command_of, differing, headline
from convviz.diagrams.scene import Label, Panel, Role, Run, Scene, Text
from convviz.diagrams.view import View
from convviz.diagrams.words import per_axis, shown_shape, size_labels
from convviz.engine.account import Account
from convviz.records import replace
from convviz.spec.layers import POOL_KINDS, ConvTranspose, Padding, Pool, times

Build = Callable[[Sequence[Account], View], Scene]
"""Accounts and a view → a scene: the builder of a diagram."""


def multiples(build: Build, accounts: Sequence[Account], view: View) -> Scene:
    """A panel per account: what `build` makes of it alone, named by what sets it apart."""
    alone = replace(view, command="", names=())
    return panelled([build([account], alone) for account in accounts], accounts, view)


def panelled(alone: Sequence[Scene], accounts: Sequence[Account], view: View) -> Scene:
    """A panel per account around the scene that it has alone.

    Panels are about the chosen cell if any of them is: what is compared looks alike.
    """
    names = panel_names(accounts, view)
    word = parameter(names)
    pointed = bool(view.at) or any(found.pointed for found in alone)
    panels = tuple(
        Panel(
            name,
            sizes(account),
            replace(found, labels=about(found, account, word), pointed=pointed, image=view.image),
        )
        for name, account, found in zip(names, accounts, alone, strict=True)
    )
    return Scene(
        diagram="multiples",
        headline=headline(command_of(accounts[0]), accounts, view.names),
        bands=(),
        title=claim(word, accounts[0]),
        subtitle=only(word, accounts),
        command=view.command,
        panels=panels,
    )


def about(scene: Scene, account: Account, word: str) -> tuple[Label, ...]:
    """The labels of a scene, its size formula with the color of focus on what is compared."""
    if isinstance(account.layer, Padding):
        return scene.labels
    colored = {label.name: label for label in size_labels(account, word)}
    return tuple(colored.get(label.name, label) for label in scene.labels)


def sizes(account: Account) -> Text:
    """The input and the output of a panel: 7×7 → 5×5."""
    return (
        Run(times(shown_shape(account, account.input.shape)), Role.INPUT),
        Run(" → ", Role.MUTED),
        Run(times(shown_shape(account, account.shape)), Role.OUTPUT, bold=True),
    )


def only(word: str, accounts: Sequence[Account]) -> Text:
    """That only one parameter differs: the subtitle of what is compared."""
    layer = accounts[0].layer
    start: Text = (Run("The same "),)
    if word != "kernel" and not isinstance(layer, Padding):
        kernel = Run(f"kernel {per_axis(layer.kernel)}", Role.KERNEL, bold=True)
        start = (*start, kernel, Run(" on the same "))
    return (
        *start,
        Run("input", Role.INPUT, bold=True),
        Run("; only "),
        Run(word, Role.KERNEL if word in KERNELS else Role.FOCUS, bold=True),
        Run(" differs."),
    )


KERNELS = ("kernel", "weight")
"""Parameters that have the color of the kernel."""

CLAIMS = {
    "dilation": "Dilation spreads the same weights",
    "stride": "A larger stride keeps fewer windows",
    "padding": "Padding lets windows start earlier",
    "kernel": "A larger kernel reads more",
    "mode": "Modes differ only where windows leave the input",
    "groups": "Groups split the channels",
    "weight": "The same windows, other weights",
    "out_channels": "Every output channel has its own kernel",
    "kind": "The largest of a window, or its mean",
    "ceil_mode": "ceil_mode adds a window at the end",
    "count_include_pad": "An average may count its padding",
}

SCATTERED = {
    "dilation": "Dilation spreads every stamp",
    "stride": "A larger stride moves stamps apart",
    "padding": "Padding crops the sum",
    "kernel": "A larger kernel makes larger stamps",
    "output_padding": "output_padding keeps more of the sum",
    "weight": "The same places, other stamps",
}

POOLED = {
    "dilation": "Dilation spreads the window",
}

PADDED = {
    "mode": "Padding modes",
    "padding": "More padding, more cells around the input",
    "value": "Constant padding, with any value",
}


def claim(word: str, account: Account) -> str:
    """The claim of a slide that compares values of one parameter."""
    layer = account.layer
    own = {ConvTranspose: SCATTERED, Pool: POOLED}.get(type(layer), {})
    claims = PADDED if isinstance(layer, Padding) else {**CLAIMS, **own}
    return claims.get(word, f"One input, several values of {word}")


def panel_names(accounts: Sequence[Account], view: View) -> list[Text]:
    """What sets every account apart, in the color of its parameter: kernel 3, dilation 2."""
    found = differing(accounts, view.names)
    names = [name or f"number {place}" for place, name in enumerate(found)]
    return [
        (Run(name, Role.KERNEL if name.startswith(KERNELS) else Role.FOCUS, bold=True),)
        for name in names
    ]


def parameter(names: Sequence[Text]) -> str:
    """The parameter that names of panels begin with; the kind of a pooling is a name alone."""
    word = plain_name(names[0]).partition(" ")[0]
    return "kind" if word in POOL_KINDS else word


def plain_name(text: Text) -> str:
    """A text without its roles."""
    return "".join(run.text for run in text)
