"""An array from outside, and how its axes are to be read."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from convviz.errors import SpecError
from convviz.records import Record, replace

Array = NDArray[Any]


class Source(Record, eq=False):
    """An array and how its axes are to be read.

    array:   (*lead axes, *spatial axes), as the user gave them.
    spatial: how many axes, the last ones, a layer works on: 1 to 3.
    lead:    axes before them: 0 none, 1 channels, 2 batch and channels.
    image:   it came from a picture: channels × height × width, 0 to 255.
    typed:   its numbers were typed or filled, so it has no type of its own to keep.
    note:    what reading it changed ("transparency is laid on white"), "" for nothing.
    """

    array: Array
    spatial: int = 0
    lead: int = 0
    image: bool = False
    typed: bool = False
    note: str = ""

    def read_as(self, spatial: int | None, likely: int | None = None) -> Source:
        """The same array with its axes told apart; see `axes`.

        Raises SpecError: too few or too many axes, or an empty one.
        """
        if 0 in self.array.shape:
            size = "×".join(map(str, self.array.shape))
            raise SpecError(f"the input is empty: {size}", accepted="no cells")
        known, lead = axes(self.array.shape, spatial, 2 if self.image else likely)
        return replace(self, spatial=known, lead=lead)


def axes(shape: tuple[int, ...], spatial: int | None, likely: int | None = None) -> tuple[int, int]:
    """(spatial, lead) of an input of `shape`; two spatial axes where three could be meant.

    spatial: how many were asked for. likely: how many other words suggest, if there are as many.

    Raises SpecError: no axis, or more than a batch and channels before the spatial axes.
    """
    count = len(shape)
    if spatial is None and likely is not None and likely <= count <= likely + 2:
        spatial = likely
    elif spatial is None:
        spatial = {1: 1, 2: 2, 3: 2, 4: 2}.get(count, 3)
    lead = count - spatial
    if 0 <= lead <= 2:
        return spatial, lead
    size = "×".join(map(str, shape))
    planes = f"{spatial} spatial {'axis' if spatial == 1 else 'axes'}"
    if lead < 0:
        has = f"{count} {'axis' if count == 1 else 'axes'}" if count else "no axis"
        raise SpecError(
            f"the input {size or '(one number)'} has {has}, and {planes} are asked for"
            if spatial > 1
            else "the input is one number, and a layer works along an axis",
            accepted=f"at least {spatial} {'axis' if spatial == 1 else 'axes'}",
        )
    raise SpecError(
        f"the input {size} has {count} axes, more than a batch, channels and {planes}",
        accepted=f"at most {spatial + 2} axes",
        remedy="{dims=3} reads the last three as space" if spatial < 3 and count <= 5 else "",
    )
