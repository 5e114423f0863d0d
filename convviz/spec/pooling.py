"""Pooling layers: a maximum, an average or a norm of every window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from convviz.errors import SpecError, unknown
from convviz.spec.arguments import Pair, flag, integers, pairs
from convviz.spec.checks import Shape, axes, check_reach, checked_input
from convviz.spec.geometry import Axis

POOL_KINDS: tuple[str, ...] = ("max", "avg")


@dataclass(frozen=True)
class Pool:
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

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The equation's numbers, per axis."""
        return axes(self.kernel, self.stride, self.dilation, self.padding)

    def macs(self, shape: Shape) -> int:
        """0: pooling multiplies nothing that is learned."""
        self.output(shape)
        return 0

    def output(self, shape: Shape) -> Shape:
        """(C, *spatial) from (C, *spatial).

        Raises SpecError: wrong rank, or no window fits.
        """
        spatial = checked_input(shape, shape[0] if shape else 0, len(self.kernel))
        if not self.ceil_mode:
            check_reach(self.axes, spatial)
        sizes = tuple(
            axis.windows(n, ceil=self.ceil_mode) for axis, n in zip(self.axes, spatial, strict=True)
        )
        if min(sizes) < 1:
            check_reach(self.axes, spatial)
        return (shape[0], *sizes)
