"""Layers as frozen values: parameters only, normalised on construction, shapes as pure answers.

Shapes have no batch axis: ``(C, *spatial)``.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, ClassVar

from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.arguments import Pair, flag, integers, pairs
from convviz.spec.checks import (
    Shape,
    axes,
    check_reach,
    checked_groups,
    checked_input,
    named_padding,
    times,
    window_words,
)
from convviz.spec.geometry import Axis
from convviz.spec.modes import MODES, check_limits, mode_named
from convviz.spec.pooling import POOL_KINDS, Pool
from convviz.spec.reading import Gather, Readings
from convviz.spec.transposed import ConvTranspose
from convviz.spec.writing import each, sides, written

__all__ = [
    "LAYER_MODES",
    "POOL_KINDS",
    "Conv",
    "ConvTranspose",
    "Padding",
    "Pool",
    "Shape",
    "times",
]

LAYER_MODES: tuple[str, ...] = tuple(mode.name for mode in MODES if mode.name != "constant")
"""Padding modes of a convolution: PyTorch's four and symmetric."""


class Padding(Record):
    """`F.pad` on the last axes of an input: `padding` has one (before, after) pair per axis."""

    padding: tuple[Pair, ...]
    mode: str = "zeros"
    value: float = 0.0

    @classmethod
    def of(cls, padding: Any, ndim: int, mode: Any = "zeros", value: float = 0.0) -> Padding:
        """The padding of `ndim` axes, from arguments as users write them."""
        name = mode_named(mode).name
        if value != 0 and name != "constant":
            raise SpecError(
                f"value {value} goes with mode constant, not {name}",
                "value",
                remedy="{mode=constant}, or leave the value out",
            )
        return cls(pairs(padding, ndim), name, value)

    def output(self, shape: Shape) -> Shape:
        """The padded shape; axes before the padded ones pass through.

        Raises SpecError: too few axes, or a side exceeds the mode's limit.
        """
        ndim = len(self.padding)
        lead, spatial = shape[: len(shape) - ndim], shape[len(shape) - ndim :]
        check_limits(mode_named(self.mode), self.padding, spatial)
        return lead + tuple(
            n + before + after for n, (before, after) in zip(spatial, self.padding, strict=True)
        )


class Conv(Record):
    """`nn.Conv1d/2d/3d`: the number of axes is the length of `kernel`.

    Build it with `of`, which takes arguments as users write them.
    """

    in_channels: int
    out_channels: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    dilation: tuple[int, ...]
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"

    name: ClassVar[str] = "conv"

    @classmethod
    def of(
        cls,
        in_channels: Any,
        out_channels: Any,
        kernel: Any,
        *,
        ndim: int,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        bias: Any = True,
        padding_mode: Any = "zeros",
    ) -> Conv:
        """The convolution over `ndim` axes that these arguments name.

        Raises SpecError: what PyTorch refuses, see `checked_groups` and `convviz.spec.arguments`.
        """
        kernels = integers(kernel, ndim, "kernel", 1)
        strides = integers(stride, ndim, "stride", 1)
        dilations = integers(dilation, ndim, "dilation", 1)
        inputs, outputs, count = checked_groups(in_channels, out_channels, groups)
        mode = mode_named(padding_mode, allowed=LAYER_MODES, argument="padding_mode").name
        return cls(
            inputs,
            outputs,
            kernels,
            strides,
            named_padding(padding, kernels, strides, dilations),
            dilations,
            count,
            flag(bias, "bias"),
            mode,
        )

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The equation's numbers, per axis."""
        return axes(self.kernel, self.stride, self.dilation, self.padding)

    @property
    def weight_shape(self) -> Shape:
        """(C_out, C_in/groups, *kernel)."""
        return (self.out_channels, self.in_channels // self.groups, *self.kernel)

    @property
    def params(self) -> int:
        """Learnable numbers, the bias included."""
        return math.prod(self.weight_shape) + self.bias * self.out_channels

    @property
    def title(self) -> str:
        """PyTorch's name: Conv2d."""
        return f"Conv{len(self.kernel)}d"

    @property
    def short(self) -> str:
        """In one line: Conv2d 3→64 k7 s2 p3 no bias."""
        words = window_words(self.kernel, self.stride, self.padding, self.dilation)
        words += [f"g{self.groups}"] * (self.groups > 1)
        words += [self.padding_mode] * (self.padding_mode != "zeros")
        words += ["no bias"] * (not self.bias)
        return f"{self.title} {self.in_channels}→{self.out_channels} {' '.join(words)}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written(
            self.title,
            self.in_channels,
            self.out_channels,
            each(self.kernel),
            stride=(each(self.stride), 1),
            padding=(sides(self.padding), 0),
            dilation=(each(self.dilation), 1),
            groups=(self.groups, 1),
            bias=(self.bias, True),
            padding_mode=(self.padding_mode, "zeros"),
        )

    def work(self, shape: Shape, output: Shape) -> int:
        """Multiply-accumulates of one sample, without the bias: every output meets every tap."""
        return math.prod(output) * math.prod(self.weight_shape[1:])

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates of one sample of `shape`, without the bias."""
        return self.work(shape, self.output(shape))

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis, which input cells an output cell depends on."""
        mode = None if self.padding_mode == "zeros" else mode_named(self.padding_mode)
        return tuple(Gather(axis, n, mode) for axis, n in zip(self.axes, shape[1:], strict=True))

    def output(self, shape: Shape) -> Shape:
        """(C_out, *spatial) from (C_in, *spatial).

        Raises SpecError: wrong rank or channels, padding beyond the mode's limit, or a dilated
        kernel that is longer than the padded axis.
        """
        spatial = checked_input(shape, self.in_channels, len(self.kernel))
        check_limits(mode_named(self.padding_mode), self.padding, spatial)
        check_reach(self.axes, spatial)
        sizes = (axis.windows(n) for axis, n in zip(self.axes, spatial, strict=True))
        return (self.out_channels, *sizes)
