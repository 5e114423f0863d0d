"""A bank of kernels as small pictures, and the feature map that each gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from convviz.diagrams import planes
from convviz.diagrams.multiples import multiples
from convviz.diagrams.phrases import headline, plural
from convviz.diagrams.scene import Array, ArrayCells, Grid, Link, Omission, Role, Run, Scene, Text
from convviz.diagrams.view import View
from convviz.diagrams.words import spaced
from convviz.engine.account import Account
from convviz.records import replace
from convviz.spec.layers import Conv

DRAWN, DRAWN_INPUTS = 64, 8
"""Kernels and planes of each that a picture shows; of more, the first ones."""


def kernels(accounts: Sequence[Account], view: View) -> Scene:
    """The kernels of a layer, or of several that are compared, and what they make of the input.

    Grids: "input[c]" first, then a band per output channel o: its planes "kernel[o,c]" (in a
    volume "kernel[o,c,z]") and the feature map "output[o]". Where three planes read the three
    colors of an image, the first of them carries all three as its `picture`, gray for 0.
    Compared: the input is shown once, each layer's kernels and maps are a panel.
    """
    if len(accounts) > 1:
        found = multiples(kernels, accounts, view)
        panels = tuple(
            replace(each, scene=replace(each.scene, bands=((), *each.scene.bands[1:])))
            for each in found.panels
        )
        return replace(found, bands=found.panels[0].scene.bands[:1], panels=panels)
    bank = Bank(accounts[0], view)
    bands = [bank.inputs, *(bank.band(o) for o in bank.outs)]
    return Scene(
        diagram="kernels",
        headline=headline("conv", accounts[:1]),
        bands=tuple(bands),
        title="Every kernel looks for one pattern",
        subtitle=bank.subtitle,
        links=tuple(
            Link("gives", (f"kernel[{','.join(map(str, (o, *bank.planes[0])))}]", 0, 0),
                 (f"output[{o}]", 0, 0), Role.OUTPUT)
            for o in bank.outs
        ),
        notes=bank.notes,
        command=view.command,
        omitted=bank.omitted,
    )  # fmt: skip


class Bank:
    """The kernels of one account, as many as are shown."""

    def __init__(self, account: Account, view: View) -> None:
        assert isinstance(account.layer, Conv)
        assert account.weight is not None
        self.account, self.layer, self.weight = account, account.layer, account.weight
        self.view = view
        outputs, inputs = self.weight.shape[:2]
        self.outs, self.hidden = self._kept(outputs, DRAWN)
        channels, self.hidden_inputs = self._kept(inputs, DRAWN_INPUTS)
        depth = range(self.layer.kernel[0]) if self.volume else ()
        self.planes: tuple[tuple[int, ...], ...] = (
            tuple(product(channels, depth)) if self.volume else tuple((c,) for c in channels)
        )
        self.color = view.image and inputs == 3 and not self.volume and len(account.spatial) == 2

    @property
    def volume(self) -> bool:
        """Whether kernels have a depth."""
        return len(self.layer.kernel) == 3

    def _kept(self, count: int, most: int) -> tuple[list[int], int]:
        """Which of `count` are shown, and how many are left out before the last of them."""
        if not self.view.drawn:
            return planes.kept(count, self.view)
        shown = count if self.view.full else min(count, most)
        return list(range(shown)), count - shown

    @property
    def inputs(self) -> tuple[Grid, ...]:
        """The input's planes; one picture where it is an image."""
        array = self.account.input[0]
        channels, _ = planes.kept(len(array), self.view)
        picture = None
        if self.view.image and len(self.account.spatial) == 2 and len(array) in (1, 3):
            pixels = np.clip(np.rint(np.moveaxis(array, 0, -1)), 0, 255).astype(np.uint8)
            picture = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
        found = []
        for channel in channels[:1] if picture is not None and self.view.drawn else channels:
            cells, roles = planes.whole(self._plane(array[channel]), Role.INPUT)
            name = "input" if picture is not None or len(array) == 1 else f"input[{channel}]"
            found.append(
                Grid(
                    f"input[{channel}]", cells, roles, Role.INPUT,
                    planes.title(name, Role.INPUT, f" {self._size(array.shape[1:])}"),
                    picture=picture,
                )
            )  # fmt: skip
        return tuple(found)

    def _plane(self, array: Array) -> Array:
        """An array of one channel as a plane: one row in 1-D, the middle depth of a volume."""
        if array.ndim == 3:
            return np.asarray(array[(len(array) - 1) // 2])
        return planes.plane_of(array)

    def _size(self, shape: tuple[int, ...]) -> str:
        return "×".join(map(str, shape))

    def band(self, output: int) -> tuple[Grid, ...]:
        """The planes of one kernel and its feature map."""
        found = []
        for place in self.planes:
            plane = planes.plane_of(self.weight[(output, *place)])
            index = ",".join(map(str, (output, *place)))
            picture = self._colors(output) if self.color and place == self.planes[0] else None
            found.append(
                Grid(
                    f"kernel[{index}]", ArrayCells(plane), planes.uniform(plane.shape, Role.KERNEL),
                    Role.KERNEL, planes.title(f"weight[{index}]", Role.KERNEL), picture=picture,
                )
            )  # fmt: skip
        array = self.account.output[0, output]
        cells, roles = planes.whole(self._plane(array), Role.OUTPUT)
        title = planes.title(f"output[{output}]", Role.OUTPUT, f" {self._size(array.shape)}")
        found.append(Grid(f"output[{output}]", cells, roles, Role.OUTPUT, title))
        return tuple(found)

    def _colors(self, output: int) -> Array:
        """(rows, cols, 3): the weights on red, green and blue as a color, gray for 0."""
        most = float(np.abs(self.weight).max()) or 1.0
        shares = np.moveaxis(self.weight[output] / most, 0, -1)
        colors: Array = np.rint(127.5 + 127.5 * np.nan_to_num(shares)).astype(np.uint8)
        return colors

    @property
    def subtitle(self) -> Text:
        """How many kernels of which size, and what they give."""
        shape = self.weight.shape
        inner = spaced(shape[1:]) if shape[1] > 1 else spaced(shape[2:])
        return (
            Run(f"{plural(shape[0], 'kernel')} of {inner}", Role.KERNEL, bold=True),
            Run(" on a "),
            Run(f"{spaced(self.account.input.shape[1:])} input", Role.INPUT, bold=True),
            Run("  →  ", Role.MUTED),
            Run(plural(shape[0], "feature map"), Role.OUTPUT, bold=True),
            Run(f" of {spaced(self.account.shape[2:])}."),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """How colors are read, and what is hidden."""
        found = [
            "kernels: the weights of red, green and blue as one color, gray for 0"
            if self.color
            else "kernels on one scale, amber below 0, blue above",
            "every feature map on its own scale" + (", likewise" if not self.color else ""),
        ]
        found = ["; ".join(found)]
        if self.view.drawn and self.hidden:
            found.append(f"{len(self.outs)} of {len(self.weight):,} kernels drawn")
        if self.view.drawn and self.hidden_inputs:
            found.append(f"{len(self.planes)} of {self.weight.shape[1]:,} planes of each")
        if self.volume:
            found.append("feature maps: the middle depth")
        if self.account.input.shape[0] > 1:
            found.append("sample 0")
        return (" · ".join(found),)

    @property
    def omitted(self) -> tuple[Omission, ...]:
        """Kernels, and planes of every kernel, that a screen leaves out."""
        if self.view.drawn:
            return ()
        found = []
        if self.hidden:
            found.append(Omission(len(self.outs), 0, self.hidden, "kernels"))
        if self.hidden_inputs:
            place = len(self.planes) - 1
            found += [
                Omission(1 + band, place, self.hidden_inputs, "planes")
                for band in range(len(self.outs))
            ]
        return tuple(found)
