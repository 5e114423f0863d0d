"""What `convviz sizes` shows: which sizes run, the rule, and why the others do not."""

from __future__ import annotations

import json
from collections.abc import Sequence

from convviz.render.layout import Label, Runs, headline, labels, notes
from convviz.render.stream import Stream
from convviz.spec.network import Network
from convviz.spec.sizing import Group, Verdict, groups, reasons

NAMES = {
    "runs": "runs",
    "all read": "every cell read",
    "same size": "back to the same size",
}
REASONS = 6
"""Reasons that are shown."""


def screen(
    stream: Stream, asked: str, network: Network, found: Sequence[Verdict], channels: int
) -> list[Runs]:
    """The answer as a screen."""
    run = sum(verdict.runs for verdict in found)
    count = len(network.steps)
    parts: list[Runs] = [
        [("sizes", "bold"), (" ", ""), (asked, "bold input")],
        [(f"{count:,} layer{'s' * (count != 1)}", "")],
        [(f"{run:,} of {len(found):,} sizes run", "")],
    ]
    lines = [*headline(stream, parts), []]
    entries = []
    said: dict[tuple[int, ...], str] = {}
    for group in groups(found, network):
        name = NAMES[group.name]
        if group.sizes in said and group.sizes:
            entries.append(Label(name, [[[(f"the same as: {said[group.sizes]}", "")]]]))
            continue
        said[group.sizes] = name
        entries.append(Label(name, [[ruled(group)]]))
    lines += labels(stream, entries)
    why = reasons(found)
    if why:
        lines.append([])
        lines += labels(
            stream,
            [Label("why not" if not i else "", [[excuse(g)]]) for i, g in enumerate(why[:REASONS])],
        )
    texts = [f"square inputs of {channels} channel{'s' * (channels != 1)}"]
    if len(why) > REASONS:
        texts.append(f"{len(why) - REASONS} more reasons: --json has them")
    return [*lines, *notes(stream, texts)]


def ruled(group: Group) -> Runs:
    """A rule, and the sizes that follow it."""
    if not group.sizes:
        return [("none", "bold focus")]
    listed = listing(group.sizes)
    more: Runs = [] if listed == group.rule else [(f": {listed}", "")]
    return [(group.rule, "bold output"), *more]


def listing(sizes: Sequence[int]) -> str:
    """The sizes, elided in the middle."""
    if len(sizes) <= 8:
        return ", ".join(map(str, sizes))
    head, tail = (", ".join(map(str, part)) for part in (sizes[:3], sizes[-2:]))
    return f"{head}, …, {tail} ({len(sizes):,} sizes)"


def excuse(group: Group) -> Runs:
    """A reason, and the sizes that it is for."""
    return [(group.rule, "focus"), (f": {group.name}", "")]


def document(network: Network, found: Sequence[Verdict]) -> str:
    """The same as one JSON object."""
    whole = {
        "rules": {group.name.replace(" ", "_"): group.rule for group in groups(found, network)},
        "reasons": [
            {"reason": group.name, "sizes": list(group.sizes), "rule": group.rule}
            for group in reasons(found)
        ],
        "sizes": [
            {
                "size": verdict.size,
                "runs": verdict.runs,
                "all_read": verdict.runs and not verdict.unread,
                "output": list(network.shown(verdict.output)) or None,
                "unread": [{"layer": n, "cells": cells} for n, cells in verdict.unread],
            }
            for verdict in found
        ],
    }  # fmt: skip
    return json.dumps(whole, allow_nan=False) + "\n"
