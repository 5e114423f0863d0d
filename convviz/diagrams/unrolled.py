"""A layer as a matrix, entry by entry: built from the equation, and only where it is asked for."""

from __future__ import annotations

from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Array, Index
from convviz.engine.account import Account
from convviz.records import Record
from convviz.spec.layers import Conv, ConvTranspose

WHOLE = 1 << 22
"""Entries of a matrix that is computed at once and kept; of a larger one, what is asked for."""


class Entries(Record, eq=False):
    """Some entries, (rows, cols) each.

    values: the weights; where padding repeats a cell, several taps may meet it and add up.
    count:  how many taps meet. tap: the flat number of the last of them, −1 for none.
    """

    values: Array
    count: Index
    tap: Index


class Unrolled:
    """The matrix of an account's layer for one sample.

    Columns are input cells, rows output cells, both channel by channel and row by row.
    """

    def __init__(self, account: Account) -> None:
        assert isinstance(account.layer, (Conv, ConvTranspose))
        assert account.weight is not None
        self.account, self.layer, self.weight = account, account.layer, account.weight
        self.inner = account.input.shape[1:]
        self.outer = account.shape[1:]
        self.shape = (prod(self.outer), prod(self.inner))
        self.transposed = isinstance(account.layer, ConvTranspose)

    @cached_property
    def reads(self) -> tuple[Index, ...]:
        """Per axis, (coarse, tap) → the fine cell they share, −1 where padding or a crop took it.

        The fine cells of a convolution are those of its unpadded input.
        """
        coarse, fine = (self.inner, self.outer) if self.transposed else (self.outer, self.inner)
        found = []
        for number, axis in enumerate(self.layer.axes):
            padded = np.add.outer(
                np.arange(coarse[1 + number], dtype=np.intp) * axis.stride,
                np.arange(axis.kernel, dtype=np.intp) * axis.dilation,
            )
            if self.transposed:
                kept = padded - axis.before
                found.append(np.where((kept >= 0) & (kept < fine[1 + number]), kept, -1))
            else:
                found.append(self.account.sources[number][padded])
        return tuple(found)

    def hits(self, number: int, outputs: Index, inputs: Index) -> NDArray[np.bool_]:
        """(tap, output, input): whether a tap joins those cells along one axis."""
        reads = self.reads[number]
        if self.transposed:
            return np.asarray(reads[inputs].T[:, None, :] == outputs[:, None])
        return np.asarray(reads[outputs].T[:, :, None] == inputs)

    @cached_property
    def count(self) -> int:
        """Entries that hold a weight."""
        pairs = 1
        for reads in self.reads:
            # Taps may share a cell, where padding repeats it: each counts once per window.
            ordered = np.sort(reads, axis=1)
            fresh = ordered >= 0
            fresh[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
            pairs *= int(np.count_nonzero(fresh))
        channels: int = self.outer[0] * self.inner[0] // self.layer.groups
        return pairs * channels

    @cached_property
    def unread(self) -> NDArray[np.bool_]:
        """(columns,): input cells that no output depends on."""
        met = np.ones(self.inner[1:], dtype=bool)
        for number, reads in enumerate(self.reads):
            line = np.zeros(self.inner[1 + number], dtype=bool)
            if self.transposed:
                line[(reads >= 0).any(axis=1)] = True
            else:
                line[reads[reads >= 0]] = True
            met &= line.reshape(-1, *(1,) * (met.ndim - 1 - number))
        return np.tile(~met.ravel(), self.inner[0])

    @cached_property
    def _whole(self) -> Entries:
        return self._entries(np.arange(self.shape[0]), np.arange(self.shape[1]))

    def entries(self, rows: Index, cols: Index) -> Entries:
        """The entries where `rows` and `cols` cross."""
        if prod(self.shape) > WHOLE:
            return self._entries(rows, cols)
        every, at = self._whole, np.ix_(rows, cols)
        return Entries(every.values[at], every.count[at], every.tap[at])

    def _entries(self, rows: Index, cols: Index) -> Entries:
        outs, ins = np.unravel_index(rows, self.outer), np.unravel_index(cols, self.inner)
        numbers = range(len(self.layer.kernel))
        axes = [self._along(number, outs[1 + number], ins[1 + number]) for number in numbers]
        joined = np.equal.outer(
            outs[0] // (self.outer[0] // self.layer.groups),
            ins[0] // (self.inner[0] // self.layer.groups),
        )
        shape = (len(rows), len(cols))
        values = np.zeros(shape, self.weight.dtype)
        count, last = np.zeros(shape, np.intp), np.full(shape, -1, np.intp)
        for flat, taps in enumerate(np.ndindex(*self.layer.kernel)):
            met = joined
            for tap, (hits, at) in zip(taps, axes, strict=True):
                met = met & hits[tap][at] if hits[tap].any() else np.zeros_like(joined)
            if met.any():
                values[met] += self._weights(flat, outs[0], ins[0])[met]
                count += met
                last[met] = flat
        return Entries(values, count, last)

    def _along(
        self, number: int, outputs: Index, inputs: Index
    ) -> tuple[NDArray[np.bool_], tuple[Index, ...]]:
        """(hits of the cells that occur, where each of `outputs` × `inputs` stands in them)."""
        out, at_out = np.unique(outputs, return_inverse=True)
        inn, at_in = np.unique(inputs, return_inverse=True)
        return self.hits(number, out, inn), np.ix_(at_out, at_in)

    def _weights(self, tap: int, outs: Index, ins: Index) -> Array:
        """(outs, ins): the weight of one tap for each pair of channels, joined or not."""
        weights: Array = self.weight.reshape(*self.weight.shape[:2], -1)[:, :, tap]
        if self.transposed:
            return np.asarray(weights[ins[None, :], (outs % weights.shape[1])[:, None]])
        return np.asarray(weights[outs[:, None], (ins % weights.shape[1])[None, :]])
