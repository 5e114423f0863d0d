"""Pooling layers: a maximum, an average or a norm of every window."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import Any, ClassVar

from convviz.errors import SpecError, unknown
from convviz.records import Record
from convviz.spec.arguments import (
    Pair,
    flag,
    integer,
    integers,
    is_sequence,
    pairs,
    per_axis,
)
from convviz.spec.checks import Shape, axes, check_reach, checked_input, times, window_words
from convviz.spec.geometry import Axis
from convviz.spec.reading import Bins, Gather, Readings
from convviz.spec.writing import each, sides, written

POOL_KINDS: tuple[str, ...] = ("max", "avg")


class Pool(Record):
    """`nn.MaxPool1d/2d/3d` and `nn.AvgPool1d/2d/3d`."""

    kind: str
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    dilation: tuple[int, ...]
    ceil_mode: bool = False
    count_include_pad: bool = True

    name: ClassVar[str] = "pool"
    params: ClassVar[int] = 0

    @classmethod
    def of(
        cls,
        kind: Any,
        kernel: Any,
        *,
        ndim: int,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: Any = False,
        count_include_pad: Any = True,
    ) -> Pool:
        """The pooling over `ndim` axes that these arguments name; stride None is the kernel's.

        Raises SpecError: what PyTorch refuses; padding above half of the undilated kernel.
        """
        if kind not in POOL_KINDS:
            raise unknown("pooling", str(kind), POOL_KINDS, argument="kind", heading="kinds")
        kernels = integers(kernel, ndim, "kernel", 1)
        strides = kernels if stride is None else integers(stride, ndim, "stride", 1)
        dilations = integers(dilation, ndim, "dilation", 1)
        if kind == "avg" and any(d != 1 for d in dilations):
            raise SpecError(
                "average pooling has no dilation", "dilation", "only 1", "{kind=max} has it"
            )
        sides = pairs(padding, ndim)
        for k, side in zip(kernels, sides, strict=True):
            if max(side) > k // 2:
                raise SpecError(
                    f"pooling pads at most half of its kernel: {k // 2} for kernel {k}, "
                    f"not {max(side)}",
                    "padding",
                    f"at most {k // 2}",
                )
        return cls(
            kind,
            kernels,
            strides,
            sides,
            dilations,
            flag(ceil_mode, "ceil_mode"),
            flag(count_include_pad, "count_include_pad"),
        )

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The equation's numbers, per axis."""
        return axes(self.kernel, self.stride, self.dilation, self.padding)

    @property
    def title(self) -> str:
        """PyTorch's name: MaxPool2d."""
        return f"{self.kind.capitalize()}Pool{len(self.kernel)}d"

    @property
    def short(self) -> str:
        """In one line: MaxPool2d k3 s2 p1 ceil."""
        words = window_words(
            self.kernel, self.stride, self.padding, self.dilation, always_stride=True
        )
        words += ["ceil"] * self.ceil_mode
        words += ["padding not counted"] * (not self.count_include_pad)
        return f"{self.title} {' '.join(words)}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        named = {} if self.kind == "avg" else {"dilation": (each(self.dilation), 1)}
        return written(
            self.title,
            each(self.kernel),
            stride=(each(self.stride), each(self.kernel)),
            padding=(sides(self.padding), 0),
            **named,
            ceil_mode=(self.ceil_mode, False),
            count_include_pad=(self.count_include_pad, True),
        )

    def work(self, shape: Shape, output: Shape) -> int:
        """0: pooling multiplies nothing that is learned."""
        return 0

    def macs(self, shape: Shape) -> int:
        """0: pooling multiplies nothing that is learned."""
        return self.work(shape, self.output(shape))

    def steps(self, shape: Shape) -> int:
        """Count the comparisons or additions, axis by axis: one for each tap of each window."""
        output = self.output(shape)
        return sum(
            prod(output[: place + 1]) * prod(shape[place + 1 :]) * len(axis.taps(output[place], n))
            for place, (axis, n) in enumerate(zip(self.axes, shape[1:], strict=True), 1)
        )

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis, which input cells an output cell depends on."""
        return tuple(Gather(axis, n) for axis, n in zip(self.axes, shape[1:], strict=True))

    def output(self, shape: Shape) -> Shape:
        """(C, *spatial) from (C, *spatial).

        Raises SpecError: wrong rank, or no window fits.
        """
        spatial = checked_input(shape, shape[0] if shape else 0, len(self.kernel))
        sizes = tuple(
            axis.windows(n, ceil=self.ceil_mode) for axis, n in zip(self.axes, spatial, strict=True)
        )
        if min(sizes) < 1:
            check_reach(self.axes, spatial)
        return (shape[0], *sizes)


class LPPool(Record):
    """`nn.LPPool1d/2d/3d`: the p-norm of every window; its sizes are those of `windows`."""

    norm: float
    windows: Pool

    params: ClassVar[int] = 0

    @property
    def title(self) -> str:
        """PyTorch's name: LPPool2d."""
        return f"LPPool{len(self.windows.kernel)}d"

    @property
    def short(self) -> str:
        """In one line: LPPool2d norm 2 k3 s2."""
        return f"{self.title} norm {self.norm:g} {self.windows.short.partition(' ')[2]}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written(
            self.title,
            self.norm,
            each(self.windows.kernel),
            stride=(each(self.windows.stride), each(self.windows.kernel)),
            ceil_mode=(self.windows.ceil_mode, False),
        )

    def output(self, shape: Shape) -> Shape:
        """(C, *spatial) from (C, *spatial)."""
        return self.windows.output(shape)

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is learned."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis, which input cells an output cell depends on."""
        return self.windows.reads(shape, output)


class AdaptivePool(Record):
    """`nn.AdaptiveAvgPool…` and `nn.AdaptiveMaxPool…`: as many bins as are asked for.

    sizes: per axis the output size; None keeps the input's.
    """

    kind: str
    sizes: tuple[int | None, ...]

    params: ClassVar[int] = 0

    @classmethod
    def of(cls, kind: str, output_size: Any, *, ndim: int) -> AdaptivePool:
        """The adaptive pooling over `ndim` axes that these arguments name."""
        entries = tuple(output_size) if is_sequence(output_size) else (output_size,)
        sizes = tuple(
            None if entry is None else integer(entry, "output_size", 1) for entry in entries
        )
        return cls(kind, per_axis(sizes, ndim, "output_size"))

    @property
    def title(self) -> str:
        """PyTorch's name: AdaptiveAvgPool2d."""
        return f"Adaptive{self.kind.capitalize()}Pool{len(self.sizes)}d"

    @property
    def short(self) -> str:
        """In one line: AdaptiveAvgPool2d 6×6; a dash where the size stays."""
        return f"{self.title} {'×'.join('–' if n is None else str(n) for n in self.sizes)}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written(self.title, self.sizes[0] if len(set(self.sizes)) == 1 else self.sizes)

    def output(self, shape: Shape) -> Shape:
        """(C, *sizes) from (C, *spatial).

        Raises SpecError: wrong rank, or an empty axis.
        """
        spatial = checked_input(shape, shape[0] if shape else 0, len(self.sizes))
        if min(spatial) < 1:
            raise SpecError(f"there is nothing to pool in {times(shape)}", "input")
        return (
            shape[0],
            *(n if m is None else m for n, m in zip(spatial, self.sizes, strict=True)),
        )

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is learned."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis, which input cells an output cell depends on."""
        return tuple(Bins(n, m) for n, m in zip(shape[1:], output[1:], strict=True))
