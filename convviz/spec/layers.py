"""Layers as frozen values: parameters only, normalised on construction, shapes as pure answers.

Shapes have no batch axis: ``(C, *spatial)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from convviz.errors import SpecError, unknown
from convviz.spec.arguments import Pair, flag, integer, integers, pairs, same
from convviz.spec.geometry import Axis
from convviz.spec.modes import MODES, check_limits, mode_named

Shape = tuple[int, ...]

LAYER_MODES: tuple[str, ...] = tuple(mode.name for mode in MODES if mode.name != "constant")
"""Padding modes of a convolution: PyTorch's four and symmetric."""

POOL_KINDS: tuple[str, ...] = ("max", "avg")


@dataclass(frozen=True)
class Padding:
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


@dataclass(frozen=True)
class Conv:
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

    @property
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

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates of one sample of `shape`, without the bias."""
        return math.prod(self.output(shape)) * math.prod(self.weight_shape[1:])

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


@dataclass(frozen=True)
class ConvTranspose:
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

    @property
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

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates of one sample of `shape`: every input cell meets every tap."""
        self.output(shape)
        return math.prod(shape) * math.prod(self.weight_shape[1:])

    def output(self, shape: Shape) -> Shape:
        """(C_out, *spatial) from (C_in, *spatial).

        Raises SpecError: wrong rank or channels, or the crop leaves nothing.
        """
        spatial = checked_input(shape, self.in_channels, len(self.kernel))
        sizes = tuple(
            axis.scattered(n, extra)
            for axis, n, extra in zip(self.axes, spatial, self.output_padding, strict=True)
        )
        for axis, n, size in zip(self.axes, spatial, sizes, strict=True):
            if n < 1 or size < 1:
                full = axis.spread(n)
                raise SpecError(
                    f"padding {axis.before} + {axis.after} crops all of the {full} cells that the "
                    f"stamps span: {size} would be left",
                    "padding",
                    f"at most {full - 1} in all",
                )
        return (self.out_channels, *sizes)


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


def axes(
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: tuple[Pair, ...],
) -> tuple[Axis, ...]:
    """One `Axis` per spatial axis."""
    return tuple(
        Axis(k, s, d, before, after)
        for k, s, d, (before, after) in zip(kernel, stride, dilation, padding, strict=True)
    )


def named_padding(
    padding: Any, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[Pair, ...]:
    """`padding` as pairs, with "valid" as none and "same" as the pairs that keep the size."""
    if not isinstance(padding, str):
        return pairs(padding, len(kernel))
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding != "same":
        raise unknown("padding", padding, ("same", "valid"), argument="padding", heading="words")
    if any(s != 1 for s in stride):
        raise SpecError(
            f"padding 'same' goes with stride 1 only, not {max(stride)}",
            "padding",
            "numbers, when the stride is not 1",
            remedy=f"{{padding={(max(kernel) - 1) * max(dilation) // 2}}} divides the size "
            "by the stride, rounded up",
        )
    return same(kernel, dilation)


def checked_groups(in_channels: Any, out_channels: Any, groups: Any) -> tuple[int, int, int]:
    """(in, out, groups) as integers.

    Raises SpecError: below 1, or groups that do not divide both.
    """
    inputs = integer(in_channels, "in_channels", 1)
    outputs = integer(out_channels, "out_channels", 1)
    count = integer(groups, "groups", 1)
    for number, word in ((inputs, "in"), (outputs, "out")):
        if number % count:
            fits = [
                g for g in range(1, min(inputs, outputs, 4096) + 1) if not inputs % g + outputs % g
            ]
            raise SpecError(
                f"groups {count} does not divide {word}_channels {number}",
                "groups",
                f"one of {', '.join(map(str, fits[:12]))}{', …' if len(fits) > 12 else ''}",
            )
    return inputs, outputs, count


def checked_input(shape: Shape, channels: int, ndim: int) -> Shape:
    """The spatial part of a (C, *spatial) `shape`.

    Raises SpecError: not 1 + ndim axes, or not that many channels.
    """
    if len(shape) != ndim + 1:
        raise SpecError(
            f"a {ndim}-D layer takes channels and {ndim} spatial "
            f"{'axis' if ndim == 1 else 'axes'}, not {len(shape)} axes ({times(shape)})",
            "input",
        )
    if shape[0] != channels:
        raise SpecError(
            f"the layer takes {channels} channels, its input has {shape[0]}",
            "input",
            f"{channels} channels",
        )
    return shape[1:]


AXIS_NAMES: dict[int, tuple[str, ...]] = {
    1: ("axis",),
    2: ("rows", "cols"),
    3: ("depth", "rows", "cols"),
}


def check_reach(layer_axes: tuple[Axis, ...], spatial: Shape) -> None:
    """Refuse a dilated kernel that is longer than a padded axis.

    Raises SpecError: it names every axis that has too few cells, and what would fit.
    """
    short = [
        (name, axis, n)
        for name, axis, n in zip(AXIS_NAMES[len(spatial)], layer_axes, spatial, strict=True)
        if n + axis.before + axis.after < axis.reach
    ]
    if not short:
        return
    _, axis, n = short[0]
    padded = n + axis.before + axis.after
    same_trouble = [name for name, a, m in short if a == axis and m == n]
    where = "the axis has" if len(spatial) == 1 else " and ".join(same_trouble) + " have"
    after_padding = " after padding" if padded != n else ""
    most = (padded - 1) // axis.dilation + 1 if padded > 0 else 0
    ways = [f"{{kernel={most}}}"] if most > 0 else []
    if axis.dilation > 1 and axis.kernel <= padded:
        ways.append(f"{{dilation={max(1, (padded - 1) // max(1, axis.kernel - 1))}}}")
    more = -(-(axis.reach - n) // 2)
    ways.append(f"{{padding={more}}}, which makes {n} + 2·{more} = {n + 2 * more} cells")
    dilated = f"kernel {axis.kernel} with dilation {axis.dilation}"
    raise SpecError(
        f"{'the kernel' if axis.dilation == 1 else dilated} spans {axis.reach} cells, "
        f"but {where} {padded}{after_padding}",
        "kernel",
        f"at most {most}" if most > 0 else "",
        remedy=", or ".join(ways),
    )


def times(shape: Shape) -> str:
    """A shape as text: 3×224×224."""
    return "×".join(map(str, shape))
