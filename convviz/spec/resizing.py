"""Layers that move cells and learn nothing: padding, upsampling, pixel shuffles."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from convviz.errors import SpecError, unknown
from convviz.records import Record
from convviz.spec.arguments import Pair, echo, flag, integer, is_sequence, per_axis
from convviz.spec.checks import Shape, checked_input, sides_text, times
from convviz.spec.geometry import Axis
from convviz.spec.modes import check_limits, mode_named
from convviz.spec.reading import Bins, Gather, Reading, Readings, Resize
from convviz.spec.writing import written

PAD_TITLES = {
    "zeros": "ZeroPad",
    "constant": "ConstantPad",
    "reflect": "ReflectionPad",
    "replicate": "ReplicationPad",
    "circular": "CircularPad",
}
"""Padding mode → PyTorch's layer."""

UPSAMPLINGS: dict[str, tuple[int, ...]] = {
    "nearest": (1, 2, 3),
    "nearest-exact": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "bicubic": (2,),
    "trilinear": (3,),
    "area": (1, 2, 3),
}
"""Mode of upsampling → the numbers of spatial axes that it takes (PyTorch)."""


class PadLayer(Record):
    """`nn.ZeroPad2d` and its like. padding: (before, after) per axis, first axis first."""

    mode: str
    padding: tuple[Pair, ...]
    value: float = 0.0

    params: ClassVar[int] = 0

    @classmethod
    def of(cls, mode: str, padding: Any, *, ndim: int, value: Any = 0.0) -> PadLayer:
        """The padding that PyTorch's arguments name: a tuple of 2·ndim sides, last axis first."""
        entries = tuple(padding) if is_sequence(padding) else (padding,) * (2 * ndim)
        sides = tuple(integer(entry, "padding", 0) for entry in entries)
        if len(sides) != 2 * ndim:
            raise SpecError(
                f"padding has {len(sides)} entries, but {ndim} "
                f"{'axis has' if ndim == 1 else 'axes have'} {2 * ndim} sides",
                "padding",
                f"one entry, or {2 * ndim}: the last axis first",
            )
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise SpecError(f"value must be a number, not {echo(value)}", "value", "a number")
        return cls(mode, tuple(zip(sides[::2], sides[1::2], strict=True))[::-1], float(value))

    @property
    def title(self) -> str:
        """PyTorch's name: ZeroPad2d."""
        return f"{PAD_TITLES[self.mode]}{len(self.padding)}d"

    @property
    def short(self) -> str:
        """In one line: ZeroPad2d 0:1,0:1."""
        value = f" value {self.value:g}" if self.mode == "constant" else ""
        return f"{self.title} {sides_text(self.padding)}{value}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        flat = tuple(side for pair in self.padding[::-1] for side in pair)
        alike = flat[0] if len(set(flat)) == 1 else flat
        return written(self.title, alike, *([self.value] if self.mode == "constant" else []))

    def output(self, shape: Shape) -> Shape:
        """(C, *padded) from (C, *spatial).

        Raises SpecError: wrong rank, or a side exceeds the mode's limit.
        """
        spatial = checked_input(shape, shape[0] if shape else 0, len(self.padding))
        check_limits(mode_named(self.mode), self.padding, spatial)
        return (shape[0], *(n + a + b for n, (a, b) in zip(spatial, self.padding, strict=True)))

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is learned."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis: a window of one cell, shifted; beyond the border what the mode repeats."""
        mode = mode_named(self.mode)
        return tuple(
            Gather(Axis(1, before=before, after=after), n, None if mode.fills else mode)
            for n, (before, after) in zip(shape[1:], self.padding, strict=True)
        )


class Upsample(Record):
    """`nn.Upsample`: to sizes, or by factors; exactly one of the two is given.

    sizes, factors: one entry for all axes, or one per axis.
    """

    sizes: tuple[int, ...]
    factors: tuple[float, ...]
    mode: str = "nearest"
    align_corners: bool = False
    title: str = "Upsample"

    params: ClassVar[int] = 0

    @classmethod
    def of(
        cls,
        size: Any = None,
        scale_factor: Any = None,
        mode: Any = "nearest",
        align_corners: Any = None,
        recompute_scale_factor: Any = None,
        *,
        title: str = "Upsample",
    ) -> Upsample:
        """The upsampling that PyTorch's arguments name.

        Raises SpecError: neither or both of size and scale_factor, no such mode.
        """
        if (size is None) == (scale_factor is None):
            which = "neither size nor" if size is None else "both size and"
            raise SpecError(
                f"{title} has {which} scale_factor", "scale_factor", "exactly one of the two"
            )
        if mode not in UPSAMPLINGS:
            names = tuple(UPSAMPLINGS)
            raise unknown("upsampling", str(mode), names, argument="mode", heading="modes")
        sizes = () if size is None else tuple(integer(n, "size", 1) for n in listed(size))
        factors = () if scale_factor is None else tuple(map(factor, listed(scale_factor)))
        corners = False if align_corners is None else flag(align_corners, "align_corners")
        if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
            raise SpecError(
                f"align_corners goes with linear and cubic modes, not {mode}", "align_corners"
            )
        if recompute_scale_factor is not None:
            flag(recompute_scale_factor, "recompute_scale_factor")
        return cls(sizes, factors, mode, corners, title)

    @property
    def short(self) -> str:
        """In one line: Upsample ×2 nearest."""
        amount = times(self.sizes) if self.sizes else "×" + "×".join(f"{f:g}" for f in self.factors)
        corners = " align_corners" if self.align_corners else ""
        return f"{self.title} {amount} {self.mode}{corners}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        alone = len(self.sizes or self.factors) == 1
        sizes: Any = self.sizes[0] if alone and self.sizes else self.sizes or None
        factors: Any = self.factors[0] if alone and self.factors else self.factors or None
        named = {"mode": (self.mode, "nearest"), "align_corners": (self.align_corners, False)}
        return written(
            self.title,
            size=(sizes, None),
            scale_factor=(factors, None),
            **(named if self.title == "Upsample" else {}),
        )

    def output(self, shape: Shape) -> Shape:
        """(C, *sizes) from (C, *spatial).

        Raises SpecError: the mode takes another number of axes, or nothing would be left.
        """
        ndim = len(shape) - 1
        if ndim not in UPSAMPLINGS[self.mode]:
            takes = " or ".join(map(str, UPSAMPLINGS[self.mode]))
            raise SpecError(
                f"{self.mode} upsampling takes channels and {takes} spatial "
                f"{'axis' if takes == '1' else 'axes'}, not {times(shape)}",
                "mode",
                remedy="linear is for 1 axis, bilinear and bicubic for 2, trilinear for 3",
            )
        if self.sizes:
            return (shape[0], *per_axis(self.sizes, ndim, "size"))
        factors = per_axis(self.factors, ndim, "scale_factor")
        sizes = tuple(math.floor(n * f) for n, f in zip(shape[1:], factors, strict=True))
        if min(sizes) < 1:
            raise SpecError(
                f"scale_factor {min(factors):g} leaves nothing of {times(shape)}", "scale_factor"
            )
        return (shape[0], *sizes)

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is learned."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis, which input cells an output cell is interpolated from."""
        ndim = len(shape) - 1
        factors = per_axis(self.factors, ndim, "scale_factor") if self.factors else (None,) * ndim
        return tuple(
            self._axis(n, m, f) for n, m, f in zip(shape[1:], output[1:], factors, strict=True)
        )

    def _axis(self, size: int, count: int, by: float | None) -> Reading:
        from fractions import Fraction

        ratio = Fraction(size, count) if by is None else 1 / Fraction(by).limit_denominator(4096)
        half = Fraction(1, 2)
        if self.mode == "nearest":
            return Resize(size, ratio, Fraction(0), (0,))
        if self.mode == "nearest-exact":
            return Resize(size, ratio, ratio / 2, (0,))
        if self.mode == "area":
            return Bins(size, count)
        taps = (-1, 0, 1, 2) if self.mode == "bicubic" else (0, 1)
        if self.align_corners:
            apart = Fraction(size - 1, count - 1) if count > 1 else Fraction(0)
            return Resize(size, apart, Fraction(0), taps)
        return Resize(size, ratio, ratio / 2 - half, taps)


class PixelShuffle(Record):
    """`nn.PixelShuffle` (factor² channels become factor × factor cells) and its inverse."""

    factor: int
    inverse: bool = False

    params: ClassVar[int] = 0

    @property
    def title(self) -> str:
        """PyTorch's name."""
        return "PixelUnshuffle" if self.inverse else "PixelShuffle"

    @property
    def short(self) -> str:
        """In one line: PixelShuffle 2."""
        return f"{self.title} {self.factor}"

    @property
    def code(self) -> str:
        """The constructor's text."""
        return written(self.title, self.factor)

    def output(self, shape: Shape) -> Shape:
        """(C/r², r·H, r·W) from (C, H, W), or back.

        Raises SpecError: not three axes, or the factor does not divide.
        """
        checked_input(shape, shape[0] if shape else 0, 2)
        channels, height, width = shape
        r = self.factor
        if self.inverse:
            if height % r or width % r:
                raise SpecError(
                    f"PixelUnshuffle {r} takes rows and cols that {r} divides, not {times(shape)}",
                    "downscale_factor",
                )
            return channels * r * r, height // r, width // r
        if channels % (r * r):
            raise SpecError(
                f"PixelShuffle {r} takes channels that {r * r} divides, its input has {channels}",
                "upscale_factor",
                f"channels in multiples of {r * r}",
            )
        return channels // (r * r), height * r, width * r

    def work(self, shape: Shape, output: Shape) -> int:
        """0: nothing is learned."""
        return 0

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per axis: r cells read one, or one reads r."""
        from fractions import Fraction

        if self.inverse:
            return tuple(Gather(Axis(self.factor, self.factor), n) for n in shape[1:])
        return tuple(Resize(n, Fraction(1, self.factor), Fraction(0), (0,)) for n in shape[1:])


def listed(value: Any) -> tuple[Any, ...]:
    """`value` as a tuple."""
    return tuple(value) if is_sequence(value) else (value,)


def factor(value: Any) -> float:
    """A scale factor: a number above 0.

    Raises SpecError: it is none.
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value < math.inf:
        raise SpecError(
            f"scale_factor must be a number above 0, not {echo(value)}", "scale_factor", "above 0"
        )
    return float(value)
