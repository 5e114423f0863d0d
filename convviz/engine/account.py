"""One frozen record of everything that a layer computed: the account all three voices speak from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Account:
    """What `layer` made of `input`.

    input, output: (N, C, *spatial), whatever axes the user gave.
    lead:    leading axes that the user gave before the spatial ones: 0 none, 1 channels, 2 batch
             and channels. `shown` drops the others again.
    sources: per spatial axis, the source index of each padded cell, −1 where it is filled; () for
             a transposed convolution, whose padding crops.
    weight:  (C_out, C_in/groups, *kernel), transposed (C_in, C_out/groups, *kernel); None if none.
    bias:    (C_out,) or None.
    """

    layer: Padding | Conv | ConvTranspose | Pool
    input: Array
    output: Array
    lead: int
    sources: tuple[NDArray[np.intp], ...] = field(default=())
    weight: Array | None = None
    bias: Array | None = None
