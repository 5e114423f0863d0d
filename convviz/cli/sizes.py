"""`convviz sizes`: which input sizes a network takes, reads whole, and comes back from."""

from __future__ import annotations

import sys

import click

from convviz.cli import networks, readers, speaking
from convviz.cli.command import Argument, Asked, Command, Option
from convviz.cli.options import COLORS, THEMES
from convviz.cli.solve import one_range
from convviz.errors import SpecError
from convviz.render import sizings
from convviz.render.stream import Stream
from convviz.spec.network import Network
from convviz.spec.sizing import verdicts

MOST = 10_000
"""Most sizes that are followed."""

EXAMPLE = "conv 8 k3 s2 p1\nconv 8 k3 s2 p1\ndeconv 8 k2 s2\ndeconv 3 k2 s2"
"""The network of its own that the command shows."""


def sizes(asked: Asked) -> None:
    """Answer `convviz sizes`."""
    stream = Stream.of(
        sys.stdout,
        color=asked.read("color", readers.one_of(COLORS, "choice", "color", "choices"), COLORS[0]),
        theme=asked.read("theme", readers.one_of(THEMES, "theme", "theme", "themes"), THEMES[0]),
        ascii=asked.flag("ascii"),
    )
    text = asked.text("range", "16..64").strip()
    wanted = asked.read("range", size_range, "16..64")
    words: tuple[str, ...] = click.get_current_context().params.get("layers", ())
    network = networks.network(words or (EXAMPLE,))
    channels, ndim = goes_in(asked, network)
    found = verdicts(network, channels, ndim, wanted)
    if asked.flag("json"):
        speaking.write(sizings.document(network, found))
    else:
        speaking.say(sizings.screen(stream, text, network, found, channels), stream)


def size_range(text: str) -> tuple[int, ...]:
    """`200..600`, or sizes one by one: 224,256.

    Raises SpecError: it is no range, or has too many sizes.
    """
    bare = text.strip()
    if "(" in text or not bare[:1].isdigit():
        raise SpecError(
            "the sizes come first", "range", "such as 200..600", source=text, span=(0, len(text)),
            remedy="convviz sizes 200..600 network.toml",
        )  # fmt: skip
    found = one_range(text, text, 0, "a size", 1)
    if len(found) > MOST:
        raise SpecError(
            f"{len(found):,} sizes are too many to follow", "range", f"at most {MOST:,}",
            source=text, span=(0, len(text)),
        )  # fmt: skip
    return found


def goes_in(asked: Asked, network: Network) -> tuple[int, int]:
    """The channels and the number of axes of the input: as typed, else as the network says."""
    axes, channels = networks.wanted(network.steps[0].layer)
    if network.input:
        channels, axes = network.input[0], len(network.input) - 1
    if "channels" in asked:
        channels = asked.read("channels", readers.whole("channels", 1))
    if "dims" in asked:
        axes = asked.read("dims", readers.whole("--dims", 1, 3))
    return channels or 3, axes or 2


command = Command(
    "sizes",
    sizes,
    [
        Argument("range", text="200..600, or 224,256"),
        Argument("layers", many=True, choices="files"),
        Option("--channels", word="N", text="where the network does not say", shown="3",
               group="Input"),
        Option("--dims", word="N", text="axes of the input beside them", shown="2", group="Input",
               choices=("1", "2", "3")),
        Option("--json"),
        Option("--color", word="|".join(COLORS), choices=COLORS),
        Option("--ascii"),
        Option("--theme", word="|".join(THEMES), choices=THEMES),
    ],
    title="which input sizes a network takes",
    examples=(
        ('convviz sizes 16..64 "pool 2" "pool 2" "conv 8 k5"', "what a chain takes"),
        ("convviz sizes 200..600 unet.toml", "its multiples, and why"),
    ),
)  # fmt: skip
