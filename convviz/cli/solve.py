"""`convviz solve`: which layers turn one size into another, and a network back."""

from __future__ import annotations

import sys
from collections.abc import Callable

from convviz.cli import networks, readers, speaking
from convviz.cli.command import Argument, Asked, Command, Option
from convviz.cli.options import COLORS, THEMES
from convviz.errors import SpecError
from convviz.render import solutions
from convviz.render.stream import Stream
from convviz.spec.arguments import Pair
from convviz.spec.checks import Shape
from convviz.spec.solver import Bounds
from convviz.spec.solver import solve as solved
from convviz.spec.tokens import point, whole
from convviz.spec.words import parse_shape

MOST = 1_000_000
"""Most values that one range may hold."""

EXAMPLE: tuple[Shape, Shape] = ((28,), (56,))
"""What the command solves, by a transposed convolution, where nothing is asked."""

PARAMS = ("kernel", "stride", "padding", "dilation", "output_padding")
LEAST = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
SEARCH = ("in", "out", "transposed", "asymmetric", *PARAMS)


def solve(asked: Asked) -> None:
    """Answer `convviz solve`."""
    stream = Stream.of(
        sys.stdout,
        color=asked.read("color", readers.one_of(COLORS, "choice", "color", "choices"), COLORS[0]),
        theme=asked.read("theme", readers.one_of(THEMES, "theme", "theme", "themes"), THEMES[0]),
        ascii=asked.flag("ascii"),
    )
    if asked.flag("mirror"):
        mirrored(asked)
        return
    if "shape" in asked:
        raise SpecError("--input goes with a network that is mirrored", "shape", "--mirror")
    words = networks.words_of(asked)
    if words:
        raise SpecError(
            "layers are mirrored: --mirror is missing", accepted="--mirror", source=words[0],
            span=(0, len(words[0])),
        )  # fmt: skip
    example = not any(param in asked for param in SEARCH)
    sizes, outputs = EXAMPLE if example else asked_sizes(asked)
    limits = bounds(asked, len(sizes))
    transposed = example or asked.flag("transposed")
    if not transposed and "output_padding" in asked:
        raise SpecError(
            "output_padding goes with a transposed convolution", "output_padding", "--transposed"
        )
    answer = solved(sizes, outputs, limits, transposed=transposed)
    if asked.flag("json"):
        speaking.write(solutions.document(answer))
        return
    speaking.say(
        solutions.screen(
            stream, sizes, outputs, answer, limits, transposed=transposed, full=asked.flag("full")
        ),
        stream,
    )


def mirrored(asked: Asked) -> None:
    """Answer `convviz solve --mirror`."""
    for param in SEARCH:
        if param in asked:
            raise asked.at(
                SpecError(
                    f"--mirror takes a network, not {asked.typed[param].flag}",
                    param,
                    "leave it out",
                )
            )
    words = networks.words_of(asked)
    if not words:
        raise SpecError(
            "--mirror takes a network, and none is given",
            remedy='convviz solve --mirror "Conv2d(1, 16, 3, 2, 1)" "ReLU()" --input 1x28x28',
        )
    from convviz.spec.mirror import mirror
    from convviz.spec.trace import trace

    network = networks.network(words)
    given = asked.read("shape", parse_shape) if "shape" in asked else None
    forward = trace(network, networks.completed(given, network)[0])
    found = mirror(forward)
    text = (
        solutions.mirrored_document(found)
        if asked.flag("json")
        else (solutions.mirrored(forward, found))
    )
    speaking.write(text)


def asked_sizes(asked: Asked) -> tuple[Shape, Shape]:
    """The sizes that go in and come out, one per axis.

    Raises SpecError: one is missing, or they have different numbers of axes.
    """
    for param in ("in", "out"):
        if param not in asked:
            raise SpecError(f"--{param} is missing", remedy="convviz solve --in 28 --out 14")
    sizes = asked.read("in", parse_shape)
    outputs = asked.read("out", parse_shape)
    if len(sizes) != len(outputs):
        if len(outputs) > 1 and len(sizes) > 1:
            raise asked.at(
                SpecError(
                    f"{len(sizes)} sizes go in, {len(outputs)} come out", "out",
                    f"{len(sizes)} sizes",
                )
            )  # fmt: skip
        ndim = max(len(sizes), len(outputs))
        sizes, outputs = (s * ndim if len(s) == 1 else s for s in (sizes, outputs))
    if len(sizes) > 3:
        raise asked.at(SpecError("a layer has at most 3 spatial axes", "in", "without channels"))
    if len(set(sizes)) == 1 and len(set(outputs)) == 1 and not per_axis(asked):
        return sizes[:1], outputs[:1]
    return sizes, outputs


def per_axis(asked: Asked) -> bool:
    """Whether a parameter has a value of its own on each axis."""
    return any("x" in asked.text(param) for param in PARAMS)


def bounds(asked: Asked, ndim: int) -> list[Bounds]:
    """What is tried, per axis.

    Raises SpecError: a range that is none, or of another number of axes.
    """
    usual = Bounds()
    said = {
        param: asked.read(param, ranges(param, LEAST[param])) for param in PARAMS if param in asked
    }
    for param, values in said.items():
        if len(values) not in (1, ndim):
            raise asked.at(
                SpecError(
                    f"{param} has {len(values)} entries, but there are {ndim} axes", param,
                    f"one entry, or {ndim}",
                )
            )  # fmt: skip

    found = []
    for axis in range(ndim):
        mine = {param: some[axis if len(some) > 1 else 0] for param, some in said.items()}
        sides = mine.get("padding", tuple(range(4)))
        pairs: list[Pair] = [(side, side) for side in sides]
        if asked.flag("asymmetric"):
            pairs += [(a, b) for a in sides for b in sides if abs(a - b) == 1]
        found.append(
            Bounds(
                mine.get("kernel", usual.kernel),
                mine.get("stride", usual.stride),
                tuple(pairs),
                mine.get("dilation", usual.dilation),
                mine.get("output_padding", ()),
            )
        )
    return found


def ranges(param: str, least: int) -> Callable[[str], tuple[tuple[int, ...], ...]]:
    """A reader of `ranges := range ("x" range)*`.

    `range := number | number ".." number | number ("," number)*`.
    """

    def read(text: str) -> tuple[tuple[int, ...], ...]:
        found = []
        position = 0
        for word in text.split("x"):
            found.append(one_range(text, word, position, param, least))
            position += len(word) + 1
        return tuple(found)

    return read


def one_range(text: str, word: str, position: int, param: str, least: int) -> tuple[int, ...]:
    """The numbers of 3, 1..7 or 1,3,5."""
    ends = word.replace("..", "-").split("-")
    span = (position, position + max(1, len(word)))
    if len(ends) == 2 and all(ends):
        low = number(text, ends[0], position, param, least)
        high = number(text, ends[1], position + len(word) - len(ends[1]), param, least)
        if high < low:
            raise point(text, span, f"{high} comes before {low}", accepted=f"{high}..{low}")
        if high - low >= MOST:
            raise point(text, span, f"{high - low + 1:,} values", accepted=f"at most {MOST:,}")
        return tuple(range(low, high + 1))
    values = []
    for entry in word.split(","):
        values.append(number(text, entry, position, param, least))
        position += len(entry) + 1
    return tuple(sorted(set(values)))


def number(text: str, word: str, position: int, param: str, least: int) -> int:
    """One number of a range."""
    bare = word.strip()
    start = position + word.find(bare)
    span = (start, start + max(1, len(bare)))
    if not bare:
        raise point(text, span, f"a value of {param} is missing", accepted="3, 1..7 or 1,3,5")
    return whole(bare, text, span, param, least)


command = Command(
    "solve",
    solve,
    [
        Argument("layers", many=True, choices="files"),
        Option("--in", "in", word="SIZE", text="28, or 28x30: without channels", group="Sizes"),
        Option("--out", "out", word="SIZE", text="what it becomes", group="Sizes"),
        Option("--transposed", text="by a transposed convolution", group="Sizes"),
        Option("-k", "--kernel", word="RANGE", text="3, 1..7 or 1,3,5; 3x5: per axis",
               shown="1..7", group="Searched"),
        Option("-s", "--stride", word="RANGE", text="as above", shown="1..4", group="Searched"),
        Option("-p", "--padding", word="RANGE", text="the same before and after", shown="0..3",
               group="Searched"),
        Option("--asymmetric", text="also one cell more on one side", group="Searched"),
        Option("-d", "--dilation", word="RANGE", text="as above", shown="1", group="Searched"),
        Option("--output-padding", word="RANGE", text="for transposed", shown="any",
               group="Searched"),
        Option("--mirror", text="the transposed stack of LAYERS, as text for shape",
               group="Networks"),
        Option("--input", "shape", word="SHAPE", text="what goes into LAYERS: 1x28x28",
               group="Networks"),
        Option("--json"),
        Option("--full"),
        Option("--color", word="|".join(COLORS), choices=COLORS),
        Option("--ascii"),
        Option("--theme", word="|".join(THEMES), choices=THEMES),
    ],
    title="which layers turn one size into another",
    examples=(
        ("convviz solve --in 28 --out 56 --transposed", "what doubles a size"),
        ("convviz solve --in 224 --out 112 -k 3..7", "what halves it"),
        ('convviz solve --mirror "conv 16 k3 s2 p1" --input 1x28x28', "the way back"),
    ),
)  # fmt: skip
