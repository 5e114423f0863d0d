"""A transposed convolution while its stamps land: what is summed so far, what is still to come."""

from __future__ import annotations

from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from convviz.diagrams.scene import Array, ArrayCells, Computed, Grid, Index, Role, Scene
from convviz.engine.account import Account, run
from convviz.records import Record, replace
from convviz.spec.layers import ConvTranspose


class Landed(Record, eq=False):
    """An account of which only the first stamps have landed.

    count: input cells, in reading order, that have stamped; of all channels alike.
    plane: (sample, output channel) that is shown.
    """

    account: Account
    count: int
    plane: tuple[int, int]

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """(*spatial): the input cells that have stamped."""
        spatial = self.account.spatial
        return np.arange(prod(spatial)).reshape(spatial) < self.count

    @cached_property
    def sums(self) -> Account:
        """The account of the landed inputs alone."""
        account = self.account
        landed = np.where(self.mask, account.input, np.zeros((), account.input.dtype))
        return run(account.layer, landed, account.weight, account.bias, lead=account.lead)

    @cached_property
    def counts(self) -> Account:
        """The same with ones for all numbers: its sums count the stamps on each cell."""
        layer = self.account.layer
        assert isinstance(layer, ConvTranspose)
        single = replace(layer, in_channels=1, out_channels=1, groups=1, bias=False)
        return run(
            single, self.mask[None, None].astype(float), np.ones(single.weight_shape), lead=0
        )

    def summed(self, grid: Grid, values: Array, counts: Array) -> Grid:
        """A grid of sums, with what has landed; cells no stamp has reached are pending."""
        values, counts = (flat(fitted(array, grid.shape)) for array in (values, counts))

        def roles(rows: Index, cols: Index) -> Array:
            below = grid.roles.at(rows, cols)
            missing = (counts[np.ix_(rows, cols)] == 0) & (below != Role.EMPTY)
            return np.where(missing, Role.PENDING, below).astype(np.uint8)

        return replace(
            grid,
            cells=ArrayCells(values.astype(grid.values.dtype)),
            roles=Computed(grid.shape, roles),
        )

    def lanes(self, grid: Grid) -> Grid:
        """Lanes below the landed ones are empty; several channels stamp at a time."""
        (size,) = self.account.spatial

        def roles(rows: Index, cols: Index) -> Array:
            below = grid.roles.at(rows, cols)
            later = (rows % size >= self.count)[:, None] & (below != Role.EMPTY)
            return np.where(later, Role.PENDING, below).astype(np.uint8)

        return replace(grid, roles=Computed(grid.shape, roles))

    def grid(self, grid: Grid) -> Grid:
        """A grid of the scene, as far as stamps have landed."""
        if grid.key == "lanes":
            return self.lanes(grid)
        if grid.key == "sum":
            return self.summed(grid, self.sums.full[self.plane], self.counts.full[0, 0])
        if grid.key == "output":
            return self.summed(grid, *self.kept())
        if grid.key == "coverage":
            _, counts = self.kept()
            return self.summed(grid, counts, counts)
        return grid

    def kept(self) -> tuple[Array, Array]:
        """(sums, counts) of the output; of one axis, as wide as all stamps."""
        sums, counts = self.sums.output[self.plane], self.counts
        if sums.ndim > 1:
            return sums, counts.output[0, 0]
        layer = self.account.layer
        assert isinstance(layer, ConvTranspose)
        return np.pad(sums, (layer.axes[0].before, 0)), counts.full[0, 0]


def landing(scene: Scene, account: Account, count: int, lead: tuple[int, ...]) -> Scene:
    """`scene` of `account` when the first `count` input cells have stamped.

    lead: (sample, input channel) whose stamps are shown, in the first output channel they reach.
    """
    layer = account.layer
    assert isinstance(layer, ConvTranspose)
    group = lead[1] // (layer.in_channels // layer.groups)
    landed = Landed(account, count, (lead[0], group * (layer.out_channels // layer.groups)))
    return replace(
        scene,
        title="Transposed convolution: stamp, shift, add",
        bands=tuple(tuple(landed.grid(grid) for grid in band) for band in scene.bands),
    )


def flat(array: Array) -> Array:
    """A 1-D plane as one row; others as they are."""
    return array[None, :] if array.ndim == 1 else array


def fitted(array: Array, shape: tuple[int, int]) -> Array:
    """`array` with zeros after it, or cut, so that it has the last axes of `shape`."""
    wanted = shape[-array.ndim :]
    room = [(0, max(0, size - have)) for size, have in zip(wanted, array.shape, strict=True)]
    cut = tuple(map(slice, wanted))
    return np.asarray(np.pad(array, room)[cut])
