"""Layers that only Keras has, as records like PyTorch's."""

from __future__ import annotations

import math
from typing import ClassVar

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.checks import Shape, times
from convviz.spec.layers import Conv
from convviz.spec.pooling import AdaptivePool
from convviz.spec.reading import Readings
from convviz.spec.writing import written


class Separable(Record):
    """A depthwise convolution and the 1×1 convolution after it, as one layer (Keras)."""

    depthwise: Conv
    pointwise: Conv

    @property
    def title(self) -> str:
        """Keras' name."""
        return f"SeparableConv{len(self.depthwise.kernel)}D"

    @property
    def short(self) -> str:
        """In one line: SeparableConv2D 32→64 k3 p1."""
        words = self.depthwise.short.split(" ")[2:]
        kept = [word for word in words if word not in ("no", "bias") and word[0] != "g"]
        kept += ["no bias"] * (not self.pointwise.bias)
        return f"{self.title} {self.depthwise.in_channels}→{self.pointwise.out_channels} " + (
            " ".join(kept)
        )

    @property
    def code(self) -> str:
        """The same in PyTorch."""
        return f"Sequential({self.depthwise.code}, {self.pointwise.code})"

    @property
    def params(self) -> int:
        """Learnable numbers of both."""
        return self.depthwise.params + self.pointwise.params

    def output(self, shape: Shape) -> Shape:
        """(C_out, *spatial) from (C_in, *spatial)."""
        return self.pointwise.output(self.depthwise.output(shape))

    def work(self, shape: Shape, output: Shape) -> int:
        """Multiply-accumulates of both."""
        return self.depthwise.macs(shape) + self.pointwise.macs(self.depthwise.output(shape))

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """What the depthwise one reads: the other stays in its cell."""
        return self.depthwise.reads(shape, output)


class Reshape(Record):
    """`keras.layers.Reshape`: shapes as Keras counts them, channels last; one may be −1."""

    sizes: Shape

    title: ClassVar[str] = "Reshape"
    params: ClassVar[int] = 0

    @property
    def short(self) -> str:
        """In one line: Reshape 7×7×64."""
        return f"Reshape {times(self.sizes)}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written("Reshape", self.sizes)

    def output(self, shape: Shape) -> Shape:
        """The cells of `shape` in other axes.

        Raises SpecError: another number of cells.
        """
        known = math.prod(n for n in self.sizes if n > 0)
        cells = math.prod(shape)
        if cells % known or (-1 not in self.sizes and cells != known):
            raise SpecError(
                f"Reshape makes {times(self.sizes)} of {cells} values", "target_shape",
                f"sizes that multiply to {cells}",
            )  # fmt: skip
        sizes = tuple(cells // known if n < 0 else n for n in self.sizes)
        return (sizes[-1], *sizes[:-1])

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is computed."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Nothing per axis: the grid is another one."""
        return ()


class GlobalPool(Record):
    """`keras.layers.GlobalAveragePooling2D` and its like: one number per channel."""

    kind: str
    ndim: int

    params: ClassVar[int] = 0

    @property
    def title(self) -> str:
        """Keras' name."""
        return f"Global{'Average' if self.kind == 'avg' else 'Max'}Pooling{self.ndim}D"

    @property
    def short(self) -> str:
        """In one line."""
        return self.title

    @property
    def code(self) -> str:
        """The same in PyTorch."""
        return f"Sequential({AdaptivePool(self.kind, (1,) * self.ndim).code}, Flatten())"

    def output(self, shape: Shape) -> Shape:
        """(C,) from (C, *spatial)."""
        return AdaptivePool(self.kind, (1,) * self.ndim).output(shape)[:1]

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is learned."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Nothing per axis: no axis remains."""
        return ()
