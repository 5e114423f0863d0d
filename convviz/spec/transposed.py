"""Transposed convolution: every input cell stamps the kernel onto the output."""

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
    checked_groups,
    checked_input,
    sizes_text,
    times,
    window_words,
)
from convviz.spec.geometry import Axis
from convviz.spec.reading import Readings, Scatter
from convviz.spec.writing import each, sides, written


class ConvTranspose(Record):
    """`nn.ConvTranspose1d/2d/3d`. `padding` crops the scattered sum; pairs may differ per side."""

    in_channels: int
    out_channels: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    output_padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int = 1
    bias: bool = True

    name: ClassVar[str] = "conv-transpose"

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
        output_padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        bias: Any = True,
    ) -> ConvTranspose:
        """The transposed convolution over `ndim` axes that these arguments name.

        Raises SpecError: what PyTorch refuses; output_padding ≥ max(stride, dilation).
        """
        kernels = integers(kernel, ndim, "kernel", 1)
        strides = integers(stride, ndim, "stride", 1)
        dilations = integers(dilation, ndim, "dilation", 1)
        extra = integers(output_padding, ndim, "output_padding", 0)
        inputs, outputs, count = checked_groups(in_channels, out_channels, groups)
        if isinstance(padding, str):
            raise SpecError(
                f"a transposed convolution has no padding '{padding}'",
                "padding",
                "an integer, or pairs",
            )
        for e, s, d in zip(extra, strides, dilations, strict=True):
            if e >= max(s, d):
                most = max(s, d) - 1
                raise SpecError(
                    f"output_padding {e} must be less than the stride ({s}) or the dilation ({d})",
                    "output_padding",
                    "only 0" if most == 0 else "0 or 1" if most == 1 else f"0 to {most}",
                )
        return cls(
            inputs,
            outputs,
            kernels,
            strides,
            pairs(padding, ndim),
            extra,
            dilations,
            count,
            flag(bias, "bias"),
        )

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The equation's numbers, per axis; the output is the fine side."""
        return axes(self.kernel, self.stride, self.dilation, self.padding)

    @property
    def weight_shape(self) -> Shape:
        """(C_in, C_out/groups, *kernel)."""
        return (self.in_channels, self.out_channels // self.groups, *self.kernel)

    @property
    def params(self) -> int:
        """Learnable numbers, the bias included."""
        return math.prod(self.weight_shape) + self.bias * self.out_channels

    @property
    def title(self) -> str:
        """PyTorch's name: ConvTranspose2d."""
        return f"ConvTranspose{len(self.kernel)}d"

    @property
    def short(self) -> str:
        """In one line: ConvTranspose2d 64→32 k3 s2 p1 op1."""
        words = window_words(self.kernel, self.stride, self.padding, self.dilation)
        words += [f"op{sizes_text(self.output_padding)}"] * any(self.output_padding)
        words += [f"g{self.groups}"] * (self.groups > 1)
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
            output_padding=(each(self.output_padding), 0),
            groups=(self.groups, 1),
            bias=(self.bias, True),
            dilation=(each(self.dilation), 1),
        )

    def work(self, shape: Shape, output: Shape) -> int:
        """Multiply-accumulates of one sample, without the bias: every input meets every tap."""
        return math.prod(shape) * math.prod(self.weight_shape[1:])

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates of one sample of `shape`, without the bias."""
        return self.work(shape, self.output(shape))

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis, which input cells an output cell depends on."""
        return tuple(Scatter(axis, n) for axis, n in zip(self.axes, shape[1:], strict=True))

    def output(self, shape: Shape) -> Shape:
        """(C_out, *spatial) from (C_in, *spatial).

        Raises SpecError: wrong rank or channels, an axis without cells, or the crop leaves nothing.
        """
        spatial = checked_input(shape, self.in_channels, len(self.kernel))
        if min(spatial) < 1:
            raise SpecError(
                f"the input has {times(spatial)} cells: none stamps the kernel",
                accepted="at least 1 per axis",
            )
        sizes = tuple(
            axis.scattered(n, extra)
            for axis, n, extra in zip(self.axes, spatial, self.output_padding, strict=True)
        )
        for axis, n, size in zip(self.axes, spatial, sizes, strict=True):
            if size < 1:
                full = axis.spread(n)
                raise SpecError(
                    f"padding {axis.before} + {axis.after} crops all of the {full} cells that the "
                    f"stamps span: {size} would be left",
                    "padding",
                    f"at most {full - 1} in all",
                )
        return (self.out_channels, *sizes)
