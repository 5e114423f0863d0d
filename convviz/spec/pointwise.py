"""Layers that keep each cell in its place (norms, activations) and layers that undo the grid."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.arguments import echo, flag, integer, is_sequence
from convviz.spec.checks import Shape, times
from convviz.spec.reading import SAME, Readings
from convviz.spec.writing import written


class Pointwise(Record):
    """A layer that leaves the shape as it is.

    title:    PyTorch's name. note: what `short` adds. text: the constructor's text.
    params:   learnable numbers.
    channels: how many the input must have; 0: any.
    ranks:    how many spatial axes the input may have; (): any.
    tail:     the last sizes that the input must have; (): any.
    groups:   what must divide the channels.
    """

    title: str
    note: str = ""
    text: str = ""
    params: int = 0
    channels: int = 0
    ranks: tuple[int, ...] = ()
    tail: Shape = ()
    groups: int = 1

    @property
    def short(self) -> str:
        """In one line: BatchNorm2d 64."""
        return f"{self.title} {self.note}".rstrip()

    @property
    def code(self) -> str:
        """The constructor's text."""
        return self.text or f"{self.title}()"

    def output(self, shape: Shape) -> Shape:
        """The shape itself.

        Raises SpecError: the input has another number of channels or axes.
        """
        if self.channels and shape[:1] != (self.channels,):
            has = f"{shape[0]}" if shape else "none"
            raise SpecError(
                f"{self.title} takes {self.channels} channels, its input has {has}",
                "num_features",
                f"{has} channels come in",
            )
        if shape and shape[0] % self.groups:
            raise SpecError(
                f"{self.title} takes channels that {self.groups} divides, its input has {shape[0]}",
                "groups",
                f"{shape[0]} channels come in",
            )
        if self.ranks and len(shape) - 1 not in self.ranks:
            takes = " or ".join(map(str, self.ranks))
            raise SpecError(
                f"{self.title} takes channels and {takes} spatial axes, "
                f"not {len(shape)} axes ({times(shape)})",
                "input",
            )
        if self.tail and shape[-len(self.tail) :] != self.tail:
            raise SpecError(
                f"{self.title} takes inputs that end in {times(self.tail)}, not {times(shape)}",
                "normalized_shape",
                f"{times(shape[-len(self.tail) :])} comes in",
            )
        return shape

    def work(self, shape: Shape, output: Shape) -> int:
        """0: by the convention, only convolutions and linear layers count."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis: every cell reads itself."""
        return (SAME,) * (len(shape) - 1)


class Linear(Record):
    """`nn.Linear`: the last axis, mixed."""

    in_features: int
    out_features: int
    bias: bool = True

    title: ClassVar[str] = "Linear"

    @classmethod
    def of(cls, in_features: Any, out_features: Any, bias: Any = True) -> Linear:
        """The linear layer that PyTorch's arguments name."""
        return cls(
            integer(in_features, "in_features", 1),
            integer(out_features, "out_features", 1),
            flag(bias, "bias"),
        )

    @property
    def params(self) -> int:
        """Learnable numbers, the bias included."""
        return self.in_features * self.out_features + self.bias * self.out_features

    @property
    def short(self) -> str:
        """In one line: Linear 512→10 no bias."""
        return f"Linear {self.in_features}→{self.out_features}{' no bias' * (not self.bias)}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written("Linear", self.in_features, self.out_features, bias=(self.bias, True))

    def output(self, shape: Shape) -> Shape:
        """(…, out_features) from (…, in_features).

        Raises SpecError: the last axis has another size.
        """
        if not shape or shape[-1] != self.in_features:
            flat = math.prod(shape)
            raise SpecError(
                f"Linear takes {self.in_features} features on the last axis, "
                f"its input is {times(shape) or 'empty'}",
                "in_features",
                f"{shape[-1]} come in" if shape else "",
                remedy=f"Flatten() before it, which makes {flat} of {times(shape)}"
                if len(shape) > 1 and flat == self.in_features
                else f"{{in_features={flat}}} after Flatten()"
                if len(shape) > 1
                else f"{{in_features={flat}}}",
            )
        return (*shape[:-1], self.out_features)

    def work(self, shape: Shape, output: Shape) -> int:
        """Multiply-accumulates of one sample, without the bias."""
        return math.prod(shape) * self.out_features

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Nothing per axis: an output depends on a whole axis."""
        return ()


class Flatten(Record):
    """`nn.Flatten`. first, last: axes as PyTorch counts them, the batch being 0."""

    first: int = 1
    last: int = -1

    params: ClassVar[int] = 0
    title: ClassVar[str] = "Flatten"

    @property
    def short(self) -> str:
        """In one line: Flatten."""
        return (
            "Flatten" if (self.first, self.last) == (1, -1) else f"Flatten {self.first}:{self.last}"
        )

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written("Flatten", start_dim=(self.first, 1), end_dim=(self.last, -1))

    def output(self, shape: Shape) -> Shape:
        """The axes from `first` to `last` as one.

        Raises SpecError: there are no such axes, or the batch would be among them.
        """
        first = axis_of(self.first, len(shape), "start_dim")
        last = axis_of(self.last, len(shape), "end_dim")
        if first > last:
            raise SpecError(
                f"start_dim {self.first} comes after end_dim {self.last} in {times(shape)}",
                "start_dim",
            )
        return (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is computed."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Itself where nothing is flattened, else nothing per axis."""
        return (SAME,) * (len(shape) - 1) if shape == output else ()


class Unflatten(Record):
    """`nn.Unflatten`: one axis as several; one of the sizes may be −1."""

    axis: int
    sizes: Shape

    params: ClassVar[int] = 0
    title: ClassVar[str] = "Unflatten"

    @classmethod
    def of(cls, dim: Any, unflattened_size: Any) -> Unflatten:
        """The unflattening that PyTorch's arguments name."""
        entries = tuple(unflattened_size) if is_sequence(unflattened_size) else ()
        sizes = tuple(integer(entry, "unflattened_size", -1) for entry in entries)
        if not sizes or 0 in sizes or sizes.count(-1) > 1:
            raise SpecError(
                f"unflattened_size must be a tuple of sizes, one of them −1 at most, "
                f"not {echo(unflattened_size)}",
                "unflattened_size",
                "such as (64, 7, 7)",
            )
        return cls(integer(dim, "dim", -64), sizes)

    @property
    def short(self) -> str:
        """In one line: Unflatten 1 64×7×7."""
        return f"Unflatten {self.axis} {times(self.sizes)}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written("Unflatten", self.axis, self.sizes)

    def output(self, shape: Shape) -> Shape:
        """The axis replaced by `sizes`.

        Raises SpecError: they do not multiply to the axis.
        """
        place = axis_of(self.axis, len(shape), "dim")
        known = math.prod(size for size in self.sizes if size > 0)
        free = -1 in self.sizes
        if shape[place] % known or (not free and shape[place] != known):
            raise SpecError(
                f"Unflatten makes {times(self.sizes)} of an axis, but the axis has {shape[place]}",
                "unflattened_size",
                f"sizes that multiply to {shape[place]}",
            )
        rest = shape[place] // known
        sizes = tuple(rest if size < 0 else size for size in self.sizes)
        return (*shape[:place], *sizes, *shape[place + 1 :])

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is computed."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Nothing per axis: the grid is another one."""
        return ()


class Halving(Record):
    """`nn.GLU`: the second half of an axis gates the first. axis: as PyTorch counts it."""

    axis: int = -1

    params: ClassVar[int] = 0
    title: ClassVar[str] = "GLU"

    @property
    def short(self) -> str:
        """In one line: GLU 1."""
        return f"GLU {self.axis}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written("GLU", self.axis)

    def output(self, shape: Shape) -> Shape:
        """The axis halved.

        Raises SpecError: its size is odd.
        """
        place = axis_of(self.axis, len(shape), "dim")
        if shape[place] % 2:
            raise SpecError(
                f"GLU halves an axis, but the axis has {shape[place]} in {times(shape)}", "dim"
            )
        return (*shape[:place], shape[place] // 2, *shape[place + 1 :])

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is learned."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis the cell itself where channels are halved, else nothing."""
        return (SAME,) * (len(shape) - 1) if shape[1:] == output[1:] else ()


def axis_of(dim: int, axes: int, name: str) -> int:
    """PyTorch's `dim`, which counts the batch, as an index into a shape without batch.

    Raises SpecError: there is no such axis, or it is the batch.
    """
    place = dim - 1 if dim >= 0 else dim + axes
    if place == -1:
        raise SpecError(
            f"{name} {dim} is the batch, which shapes here leave out", name, "1 is the channels"
        )
    if not 0 <= place < axes:
        raise SpecError(
            f"{name} {dim} is no axis of an input of {axes} axes and the batch",
            name,
            f"1 to {axes}",
        )
    return place
