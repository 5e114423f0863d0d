"""The same input under one parameter with several values."""

from __future__ import annotations

from collections.abc import Sequence

from convviz.diagrams import planes
from convviz.diagrams.gather import Look
from convviz.diagrams.phrases import differing, headline
from convviz.diagrams.scene import Measure, Role, Run, Scene, Text
from convviz.diagrams.view import View
from convviz.diagrams.words import number_text, per_axis, shown_shape
from convviz.engine.account import Account
from convviz.records import replace
from convviz.spec.layers import Pool, times


def windows(accounts: Sequence[Account], view: View) -> Scene:
    """The chosen window of every account on its padded input."""
    looks = [Look.at(account, view) for account in accounts]
    names = panel_names(accounts)
    word = plain_name(names[0]).partition(" ")[0]
    grids = []
    for look, name in zip(looks, names, strict=True):
        grid = look.plane(look.inputs[0], None, plain_name(name), name)
        reach = per_axis([axis.reach for axis in look.layer.axes])
        out = times(shown_shape(look.account, look.account.shape))
        # Which cells no window reads is told, by ✗ on the outer rulers, where strides differ.
        strides = "stride" in plain_name(name)
        rulers = slice(0 if strides else -1, None)
        if not strides:
            rows, cols = look.rows.side, look.cols.side
            grid = replace(grid, roles=planes.padded_roles(look.account, rows, cols))
        rule = f"reach {reach}, output {out}"
        if word == "mode":
            rule = f"the window gives {number_text(float(look.account.output[look.cell]))}"
        grids.append(
            replace(
                grid, rule=rule, windows=grid.windows if strides else None, top=grid.top[rulers],
                left=grid.left[rulers],
            )
        )  # fmt: skip
    first = looks[0]
    pool = isinstance(first.layer, Pool)
    return Scene(
        diagram="compare",
        headline=headline("pool" if pool else "conv", accounts),
        bands=(tuple(grids),),
        title=CLAIMS.get(word, f"One input, several values of {word}"),
        subtitle=(
            *same_kernel(word, per_axis(first.layer.kernel)),
            Run("input", Role.INPUT, bold=True),
            Run("; only "),
            Run(word, Role.KERNEL if word == "kernel" else Role.FOCUS, bold=True),
            Run(" differs."),
        ),
        measures=tuple(
            Measure(
                grid.key, 1, int(look.cols.window[0]), int(look.cols.window[-1]) + 1,
                f"reach {look.cols.axis.reach}",
            )
            for grid, look in zip(grids, looks, strict=True)
        ),
        command=view.command,
    )  # fmt: skip


def same_kernel(word: str, kernel: str) -> Text:
    """The start of the subtitle, with the kernel unless that is what differs."""
    if word == "kernel":
        return (Run("The same "),)
    return (
        Run("The same "),
        Run(f"kernel {kernel}", Role.KERNEL, bold=True),
        Run(" on the same "),
    )


CLAIMS = {
    "dilation": "Dilation spreads the same weights",
    "stride": "A larger stride keeps fewer windows",
    "padding": "Padding lets windows start earlier",
    "kernel": "A larger kernel reads more",
    "mode": "Modes differ only where windows leave the input",
}


def panel_names(accounts: Sequence[Account]) -> list[Text]:
    """What sets every account apart, in the color of its parameter: kernel 3, dilation 2."""
    names = [name or f"number {place}" for place, name in enumerate(differing(accounts))]
    return [
        (Run(name, Role.KERNEL if name.startswith("kernel") else Role.FOCUS, bold=True),)
        for name in names
    ]


def plain_name(text: Text) -> str:
    """A text without its roles."""
    return "".join(run.text for run in text)
