"""What scenes of transposed convolutions share: where stamps land, what the crop keeps."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from convviz.diagrams.coverage import (
    layer_of,
    verdict_label,
)
from convviz.diagrams.scene import (
    Array,
    Index,
    Label,
    Mark,
    Role,
    Ruler,
    Run,
)
from convviz.diagrams.view import View, chosen
from convviz.diagrams.words import (
    number_text,
    size_labels,
)
from convviz.engine.account import Account
from convviz.records import Record
from convviz.spec.geometry import Axis
from convviz.spec.layers import ConvTranspose


class Spread(Record, eq=False):
    """One fine axis before the crop.

    full:  cells that the stamps span. out: cells that are kept, from `axis.before` on.
    extra: output_padding.
    """

    axis: Axis
    size: int
    out: int
    extra: int

    @property
    def full(self) -> int:
        """Cells that the stamps span."""
        return self.axis.spread(self.size)

    @property
    def total(self) -> int:
        """Cells of the sum: the output may reach beyond the stamps."""
        return max(self.full, self.axis.before + self.out)

    @property
    def cropped(self) -> bool:
        """Whether what is kept differs from what the stamps span."""
        return (self.axis.before, self.out) != (0, self.full)

    @cached_property
    def kept(self) -> slice:
        """The cells that make the output."""
        return slice(self.axis.before, self.axis.before + self.out)

    @cached_property
    def marks(self) -> Index:
        """− where padding crops, + where output_padding keeps or adds."""
        found = np.full(self.total, Mark.CROPPED, dtype=np.intp)
        found[self.kept] = Mark.BLANK
        found[self.kept.stop - self.extra : self.kept.stop] = Mark.KEPT
        return found

    def mark_ruler(self, word: str = "padding") -> Ruler:
        """The marks of crop and output_padding."""
        roles = np.full(self.total, Role.FOCUS, dtype=np.uint8)
        return Ruler(word, self.marks, roles, np.zeros(self.total, dtype=bool))

    def index_ruler(self, window: Index | None = None) -> Ruler:
        """The output index of every kept cell."""
        labels = np.full(self.total, Mark.BLANK, dtype=np.intp)
        labels[self.kept] = np.arange(self.out)
        bold = np.isin(np.arange(self.total), [] if window is None else window)
        return Ruler("", labels, np.full(self.total, Role.OUTPUT, dtype=np.uint8), bold)

    def landing(self, coarse: int) -> range:
        """The cells of the sum that the stamp of a coarse cell lands on."""
        start = coarse * self.axis.stride
        return range(start, start + self.axis.reach, self.axis.dilation)

    def stamp(self, coarse: int) -> Index:
        """The same as an array."""
        return np.array(self.landing(coarse), dtype=np.intp)


class Scatter(Record, eq=False):
    """An account of a transposed convolution, and the input cell that is looked at.

    cell: (sample, input channel, *spatial) of the chosen input. output: the first output channel
          that it reaches.
    """

    account: Account
    view: View
    cell: tuple[int, ...]

    @classmethod
    def at(cls, account: Account, view: View) -> Scatter:
        """The look at the input that `view` names."""
        return cls(account, view, chosen(view.at, account.input.shape, "input"))

    @property
    def layer(self) -> ConvTranspose:
        """Its layer."""
        return layer_of(self.account)

    @cached_property
    def spreads(self) -> tuple[Spread, ...]:
        """One per spatial axis."""
        layer = self.layer
        return tuple(
            Spread(axis, size, out, extra)
            for axis, size, out, extra in zip(
                layer.axes,
                self.account.spatial,
                self.account.shape[2:],
                layer.output_padding,
                strict=True,
            )
        )

    @property
    def group(self) -> int:
        """The group of the chosen input channel."""
        return self.cell[1] // (self.layer.in_channels // self.layer.groups)

    @property
    def output(self) -> int:
        """The first output channel of that group."""
        return self.group * (self.layer.out_channels // self.layer.groups)

    @property
    def inputs(self) -> range:
        """The input channels of that group: their stamps meet in the output."""
        each = self.layer.in_channels // self.layer.groups
        return range(self.group * each, self.group * each + each)

    @property
    def named(self) -> bool:
        """Whether channels need names."""
        return self.account.input.shape[1] > 1 or self.account.shape[1] > 1

    @cached_property
    def weight(self) -> Array:
        """(C_in, C_out/groups, *kernel)."""
        assert self.account.weight is not None
        return self.account.weight

    def lead(self, channel: int) -> tuple[int, ...]:
        """The indices before the spatial ones, as the user would write them."""
        if self.account.lead == 2:
            return (self.cell[0], channel)
        return (channel,) if self.named or self.account.lead else ()

    def full(self) -> Array:
        """(*total): the sum of the chosen output plane, with zeros where no stamp reaches."""
        plane = self.account.full[self.cell[0], self.output]
        shape = tuple(spread.total for spread in self.spreads)
        padded = np.zeros(shape, plane.dtype)
        inside = tuple(map(slice, np.minimum(plane.shape, shape)))
        padded[inside] = plane[inside]
        return padded

    def bias(self) -> Any:
        """The bias of the chosen output channel; None if there is none."""
        return None if self.account.bias is None else self.account.bias[self.output]

    def crop_labels(self) -> tuple[Label, ...]:
        """What − and + stand for, where they occur."""
        # Not np.unique: it loads all of NumPy's masked arrays to see whether this is one.
        marks = {Mark(m) for spread in self.spreads for m in set(spread.marks.tolist())}
        runs: list[Run] = []
        if Mark.CROPPED in marks:
            runs += [Run("−", Role.FOCUS, bold=True), Run(" cropped")]
        if Mark.KEPT in marks:
            beyond = any(s.extra and s.kept.stop > s.full for s in self.spreads)
            computed = any(s.extra and s.kept.stop - s.extra < s.full for s in self.spreads)
            runs += [Run(" · ", Role.MUTED)] if runs else []
            runs += [Run("+", Role.FOCUS, bold=True)]
            if computed:
                runs += [Run(" kept by output_padding: a computed sum, not a zero")]
            if beyond:
                also = ", or" if computed else ""
                runs += [Run(f"{also} added by output_padding: no stamp reaches it")]
        return (Label("padding", tuple(runs)),) if runs else ()

    def labels(self) -> tuple[Label, ...]:
        """Size, crop, bias, coverage."""
        bias = self.bias()
        found = [*size_labels(self.account), *self.crop_labels()]
        if bias is not None:
            found.append(
                Label("bias", (Run(f"{number_text(float(bias))} is added to every output"),))
            )
        return (*found, verdict_label(self.account, channels=len(self.inputs)))
