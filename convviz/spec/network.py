"""Networks: layers one after the other, and branches that come together by `add` or `cat`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import Shape, times
from convviz.spec.layer import Layer
from convviz.spec.tokens import Span

JOINS = ("add", "cat")

INPUT = -1
"""The index of the network's input among the steps."""


class Join(Record):
    """Branches that come together: added, or put one after the other along the channels.

    branches: their names, in the order of the step's inputs.
    """

    kind: str
    branches: tuple[str, ...]

    @property
    def title(self) -> str:
        """Add or Cat."""
        return self.kind.capitalize()

    @property
    def short(self) -> str:
        """In one line: Add main + skip."""
        sign = " + " if self.kind == "add" else ", "
        return f"{self.title} {sign.join(self.branches)}"

    @property
    def code(self) -> str:
        """As short: a join is no constructor."""
        return self.short

    def output(self, shapes: tuple[Shape, ...]) -> Shape:
        """The shape that the branches make together.

        Raises SpecError: their shapes do not go together.
        """
        first, name = shapes[0], self.branches[0]
        for shape, other in zip(shapes[1:], self.branches[1:], strict=True):
            alike = shape == first if self.kind == "add" else shape[1:] == first[1:]
            if not alike or len(shape) != len(first):
                raise SpecError(
                    f"{self.kind} takes branches of one {'shape' if self.kind == 'add' else 'size'}"
                    f": {name} gives {times(first)}, {other} gives {times(shape)}",
                    "input",
                    _difference(first, shape, self.kind),
                )
        if self.kind == "add":
            return first
        return (sum(shape[0] for shape in shapes), *first[1:])


def _difference(first: Shape, other: Shape, kind: str) -> str:
    """Where two shapes differ: 64 and 128 channels."""
    if len(first) != len(other):
        return f"{len(first)} and {len(other)} axes"
    names = [
        "channels",
        *(["axis"] if len(first) == 2 else ["depth", "rows", "cols"][-len(first) + 1 :]),
    ]
    apart = [
        f"{a} and {b} {name}"
        for a, b, name in zip(first, other, names, strict=False)
        if a != b and not (kind == "cat" and name == "channels")
    ]
    return ", ".join(apart)


class Pending(Record):
    """A layer that needs its input's shape to be complete: Keras, and short spellings.

    text: as typed. make: the layer for an input of this shape.
    """

    text: str
    make: Callable[[Shape], Layer]


Operation: TypeAlias = Layer | Pending | Join

Places: TypeAlias = "tuple[str, dict[str, Span], Span]"
"""The text as typed, where each argument stands in it, and where the whole layer does."""


class Step(Record):
    """One layer in its place.

    path:   its name in the network: "features.0"; "" where it has none.
    inputs: the steps whose outputs it takes, INPUT for the network's input.
    places: where it was typed; kept for a layer that stands alone.
    """

    layer: Operation
    path: str
    inputs: tuple[int, ...]
    places: Places | None = None


class Network(Record):
    """Steps in an order in which they can be computed; the last one is the output.

    channels_last: whether shapes are typed and shown as (*spatial, C), as Keras does.
    input:         the input shape that the text itself declares, (C, *spatial); () if none.
    printed:       whether the text is what PyTorch prints, which does not say everything.
    """

    steps: tuple[Step, ...]
    channels_last: bool = False
    input: Shape = ()
    printed: bool = False

    def shown(self, shape: Shape) -> Shape:
        """`shape` in the order of its dialect."""
        return (*shape[1:], shape[0]) if self.channels_last and shape else shape
