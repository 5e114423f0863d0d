"""One frozen record of what a layer computed: the account that all three voices speak from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.engine import convolution, pooling, scattering
from convviz.engine.arrays import Array, array, check_numbers, held
from convviz.engine.padding import Index, padded, provenance
from convviz.errors import SpecError
from convviz.records import Record
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool, times
from convviz.spec.modes import Mode, mode_named

Layer = Padding | Conv | ConvTranspose | Pool


class Account(Record, eq=False):
    """What `layer` makes of `input`. Build it with `run`, which checks that they fit together.

    Everything but the fields is computed when it is first asked for, and then kept: who shows a
    few cells of a large padded input asks for `cells` and never pays for the whole.

    input:   (N, C, *spatial), whatever axes the user gave.
    lead:    leading axes that the user gave before the spatial ones: 0 none, 1 channels, 2 batch
             and channels. `shown` drops the others again.
    weight:  (C_out, C_in/groups, *kernel), transposed (C_in, C_out/groups, *kernel); None if none.
    bias:    (C_out,) or None.
    """

    layer: Layer
    input: Array
    lead: int
    weight: Array | None = None
    bias: Array | None = None

    @property
    def spatial(self) -> tuple[int, ...]:
        """The sizes of the input's spatial axes."""
        return self.input.shape[2:]

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """(N, C, *spatial) of the output, without computing it."""
        if isinstance(self.layer, Padding):
            return self.layer.output(self.input.shape)
        return (self.input.shape[0], *self.layer.output(self.input.shape[1:]))

    @cached_property
    def output(self) -> Array:
        """(N, C, *spatial): the result."""
        if isinstance(self.layer, Padding):
            return self.padded
        if isinstance(self.layer, Pool):
            return pooling.pooled(self.layer, self.input)
        assert self.weight is not None  # `run` saw to it
        if isinstance(self.layer, Conv):
            return convolution.gather(self.layer, self.input, self.weight, self.bias)
        return scattering.scatter(self.layer, self.input, self.weight, self.bias)

    @cached_property
    def mode(self) -> Mode:
        """How the layer continues its input; for pooling a constant, see `fill`."""
        if isinstance(self.layer, Padding):
            return mode_named(self.layer.mode)
        if isinstance(self.layer, Conv):
            return mode_named(self.layer.padding_mode)
        return mode_named("constant")

    @cached_property
    def fill(self) -> Any:
        """What filled cells of the padded input hold: 0, the value of mode constant, or −∞."""
        if isinstance(self.layer, Padding):
            return held(self.layer.value, self.input.dtype)
        if isinstance(self.layer, Pool) and self.layer.kind == "max":
            return pooling.lowest(self.input.dtype)
        return 0

    @cached_property
    def sources(self) -> tuple[Index, ...]:
        """Per spatial axis, the source index of each padded cell, −1 where it is filled.

        () for a transposed convolution, whose padding crops.
        """
        if isinstance(self.layer, ConvTranspose):
            return ()
        return tuple(
            provenance(n, before, after, self.mode)
            for n, (before, after) in zip(self.spatial, self.layer.padding, strict=True)
        )

    @cached_property
    def padded(self) -> Array:
        """(N, C, *padded): the whole padded input, which the windows lie on; `input` if none is."""
        if isinstance(self.layer, ConvTranspose):
            return self.input
        if not any(map(any, self.layer.padding)) and not isinstance(self.layer, Padding):
            return self.input
        return padded(self.input, self.layer.padding, self.mode, self.fill)

    def cells(self, sample: int, channel: int, *indices: Index) -> Array:
        """The padded input where `indices` cross, one list per spatial axis, at their cost alone.

        indices: cells from the first padded one, 0-based.
        """
        if not self.sources:
            return np.asarray(self.input[(sample, channel, *np.ix_(*indices))])
        origins = [source[i] for source, i in zip(self.sources, indices, strict=True)]
        if 0 in self.spatial:
            return np.full([len(origin) for origin in origins], self.fill, self.input.dtype)
        values: Array = self.input[(sample, channel, *np.ix_(*origins))]
        if self.mode.fills:
            for axis, origin in enumerate(origins):
                values[(slice(None),) * axis + (origin < 0,)] = self.fill
        return values

    @cached_property
    def full(self) -> Array:
        """(N, C_out, *spread): the sum of all stamps before the crop, without the bias.

        Cells of 0 follow where output_padding reaches beyond the stamps. Transposed only.
        """
        assert isinstance(self.layer, ConvTranspose)
        assert self.weight is not None
        if self.bias is None and not any(map(any, self.layer.padding)):
            return self.output  # nothing is cropped
        return scattering.scattered(self.layer, self.input, self.weight)

    def winners(self, sample: int, channel: int, windows: Sequence[Index]) -> NDArray[np.intp]:
        """(*windows): the tap that holds each maximum, row by row. Max pooling only.

        windows: per axis, those that are looked at.
        """
        assert isinstance(self.layer, Pool)
        plane = self.input[sample, channel][np.newaxis, np.newaxis]
        found: NDArray[np.intp] = pooling.winners(self.layer, plane, windows)[0, 0]
        return found

    @cached_property
    def divisors(self) -> NDArray[np.intp]:
        """(*spatial): the number that each average divides by. Average pooling only."""
        assert isinstance(self.layer, Pool)
        return pooling.divisors(self.layer, self.spatial)

    def shown(self, values: Array) -> Array:
        """`values` (N, C, *spatial) with the axes that the user gave.

        The channel axis stays where there are several channels, asked for or not.
        """
        if self.lead == 2:
            return values
        if self.lead == 1 or values.shape[1] != 1:
            return np.asarray(values[0])
        return np.asarray(values[0, 0])


def run(layer: Layer, input: Array, weight: Any = None, bias: Any = None, *, lead: int) -> Account:
    """The account of `layer` on `input`, which is (N, C, *spatial).

    Raises SpecError: the shapes of layer, input, weight and bias do not fit together.
    """
    check_numbers(input, "input")
    axes = len(layer.padding) + 2
    if input.ndim != axes:
        raise SpecError(
            f"the layer takes a batch, channels and {axes - 2} spatial "
            f"{'axis' if axes == 3 else 'axes'}, not {input.ndim} axes ({times(input.shape)})",
            "input",
        )
    if isinstance(layer, (Padding, Pool)):
        account = Account(layer, input, lead)
    else:
        kernels = array(weight, "weight")
        if kernels.shape != layer.weight_shape:
            raise SpecError(
                f"weight is {times(kernels.shape)}, but the layer takes "
                f"{times(layer.weight_shape)}",
                "weight",
                f"shape {times(layer.weight_shape)}",
            )
        offsets = convolution.optional(bias)
        convolution.check_bias(offsets, layer.out_channels)
        account = Account(layer, input, lead, kernels, offsets)
    _ = account.shape, account.fill  # whatever can be refused is refused now
    return account
