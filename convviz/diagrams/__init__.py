"""Accounts → scenes: one file per diagram, one row in DIAGRAMS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convviz.diagrams import compare, overlap, stamps
from convviz.diagrams.channels import channels
from convviz.diagrams.dilation import dilation
from convviz.diagrams.direct import direct
from convviz.diagrams.groups import groups
from convviz.diagrams.image import image
from convviz.diagrams.kernels import kernels
from convviz.diagrams.matrix import matrix
from convviz.diagrams.padding import padding
from convviz.diagrams.scene import Scene
from convviz.diagrams.stride import line, stride
from convviz.diagrams.tiling import tiling
from convviz.diagrams.view import View
from convviz.engine.account import Account
from convviz.errors import SpecError, unknown
from convviz.records import Record, replace
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool

__all__ = ["DIAGRAMS", "Diagram", "Scene", "View", "scene"]


class Diagram(Record):
    """One way to show accounts.

    name:   in code and in `--view`. title: what it shows, in a few words.
    layers: the kinds of layer it is for. axes: the numbers of spatial axes it is for.
    build:  accounts and a view → a scene.
    """

    name: str
    title: str
    layers: tuple[type, ...]
    axes: tuple[int, ...]
    build: Callable[[Sequence[Account], View], Scene]


DIAGRAMS: tuple[Diagram, ...] = (
    Diagram("padding", "where every padded cell comes from", (Padding,), (1, 2, 3), padding),
    Diagram("tiling", "circular padding as a crop of the tiling", (Padding,), (1, 2, 3), tiling),
    Diagram("stride", "every window, and what one gives", (Conv, Pool), (2,), stride),
    Diagram("line", "a kernel along one axis", (Conv, Pool), (1,), line),
    Diagram("channels", "the sum over channels and planes", (Conv, Pool), (1, 2, 3), channels),
    Diagram("compare", "one window, several layers", (Conv, Pool), (1, 2), compare.windows),
    Diagram("overlap", "stamps that overlap and add", (ConvTranspose,), (1,), overlap.lanes),
    Diagram("coverage", "a stamp, and how many land", (ConvTranspose,), (2, 3), stamps.field),
    Diagram("direct", "the direct convolution that it equals", (ConvTranspose,), (1, 2), direct),
    Diagram("stamps", "how many land, several layers", (ConvTranspose,), (1, 2), stamps.compared),
    Diagram("dilation", "taps, their reach, what they skip", (Conv,), (1, 2, 3), dilation),
    Diagram("groups", "channel links, weights", (Conv, ConvTranspose), (1, 2, 3), groups),
    Diagram("matrix", "y = W x, unrolled", (Conv, ConvTranspose), (1, 2, 3), matrix),
    Diagram(
        "image", "a picture, and what it becomes", (Padding, Conv, ConvTranspose, Pool), (2,), image
    ),
    Diagram("kernels", "the bank and its feature maps", (Conv,), (1, 2, 3), kernels),
)


def scene(accounts: Sequence[Account], view: View, diagram: str | None = None) -> Scene:
    """What `accounts` (one, or several that are compared) look like as a value.

    Raises SpecError: no such diagram, or one that is not for these accounts.
    """
    first = accounts[0]
    name = default(accounts, view) if diagram is None else diagram
    fitting = {
        row.name: row
        for row in DIAGRAMS
        if isinstance(first.layer, row.layers) and len(first.spatial) in row.axes
    }
    if diagram in GENERAL and isinstance(first.layer, GENERAL[diagram]):
        built = scene(accounts, replace(view, image=False))
        return replace(built, pointed=built.pointed or name == "window", image=view.image)
    if name not in fitting:
        choices = {word for word, layers in GENERAL.items() if isinstance(first.layer, layers)}
        names = tuple(dict.fromkeys([*sorted(choices), *fitting]))
        raise unknown("view of this", name, names, argument="view", heading="views")
    if len(accounts) > 1 and name not in SEVERAL:
        raise SpecError(
            f"the view {name} shows one layer, and {len(accounts)} are compared",
            "compare",
            "leave it out, or the view",
            ", ".join(sorted(SEVERAL & set(fitting))),
            "views of several",
        )
    built = fitting[name].build(accounts, view)
    return replace(built, pointed=built.pointed or bool(view.at), image=view.image)


SEVERAL = {"padding", "image", "compare", "stamps", "dilation", "groups", "matrix"}
"""Diagrams that put several layers beside each other."""

GENERAL: dict[str, tuple[type, ...]] = {
    "window": (Conv, Pool),
    "stride": (Conv, Pool),
    "pooling": (Pool,),
    "overlap": (ConvTranspose,),
}
"""Views by what they explain, whatever the number of axes and channels: the layer's own diagram."""


def default(accounts: Sequence[Account], view: View) -> str:
    """The diagram that these accounts are shown as when none is named."""
    first = accounts[0]
    layer, axes = first.layer, len(first.spatial)
    picture = view.image and view.drawn and axes == 2 and not view.tiling and not view.growing
    if picture and (len(accounts) == 1 or isinstance(layer, Padding)):
        return "image"
    if isinstance(layer, Padding):
        return "tiling" if view.tiling else "padding"
    if isinstance(layer, ConvTranspose):
        return "stamps" if len(accounts) > 1 else "overlap" if axes == 1 else "coverage"
    if len(accounts) > 1:
        name = compare.plain_name(compare.panel_names(accounts)[0]).partition(" ")[0]
        # Groups differ in their links; dilation, in a picture, in taps that are numbered.
        own = name == "groups" or (name == "dilation" and view.drawn)
        return name if own and isinstance(layer, Conv) else "compare"
    several = isinstance(layer, Conv) and layer.in_channels > layer.groups
    if several or axes == 3:
        return "channels"
    return "line" if axes == 1 else "stride"
