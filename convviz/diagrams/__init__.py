"""Accounts → scenes: one file per diagram, one row in DIAGRAMS."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from convviz.diagrams.multiples import Build, multiples, panel_names, parameter
from convviz.diagrams.scene import Scene
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
    place:  the file and the function that build it.
    joint:  several layers share one scene; else each has a panel of its own.
    blind:  parameters of which it shows nothing: comparing them would repeat one picture.
    """

    name: str
    title: str
    layers: tuple[type, ...]
    axes: tuple[int, ...]
    place: str
    joint: bool = False
    blind: tuple[str, ...] = ()

    @property
    def build(self) -> Build:
        """Accounts and a view → a scene; its file is loaded when it is first asked for."""
        file, name = self.place.split(".")
        build: Build = getattr(import_module(f"convviz.diagrams.{file}"), name)
        return build

    def scene(self, accounts: Sequence[Account], view: View) -> Scene:
        """What it shows of one account, or of several that are compared."""
        if self.joint or len(accounts) == 1:
            return self.build(accounts, view)
        return multiples(self.build, accounts, view)


DIAGRAMS: tuple[Diagram, ...] = (
    Diagram(
        "padding",
        "where every padded cell comes from",
        (Padding,),
        (1, 2, 3),
        "padding.padding",
        True,
    ),
    Diagram(
        "tiling", "circular padding as a crop of the tiling", (Padding,), (1, 2, 3), "tiling.tiling"
    ),
    Diagram("stride", "every window, and what one gives", (Conv, Pool), (2,), "stride.stride"),
    Diagram("line", "a kernel along one axis", (Conv, Pool), (1,), "stride.line"),
    Diagram(
        "channels", "the sum over channels and planes", (Conv, Pool), (1, 2, 3), "channels.channels"
    ),
    Diagram(
        "compare",
        "one window, several layers",
        (Conv, Pool),
        (1, 2, 3),
        "compare.windows",
        True,
        ("groups", "weight", "out_channels", "count_include_pad"),
    ),
    Diagram("overlap", "stamps that overlap and add", (ConvTranspose,), (1,), "overlap.lanes"),
    Diagram("coverage", "a stamp, and how many land", (ConvTranspose,), (2, 3), "stamps.field"),
    Diagram(
        "direct", "the direct convolution that it equals", (ConvTranspose,), (1, 2), "direct.direct"
    ),
    Diagram(
        "stamps",
        "how many land, several layers",
        (ConvTranspose,),
        (1, 2, 3),
        "stamps.compared",
        True,
        ("groups", "weight", "out_channels"),
    ),
    Diagram(
        "dilation",
        "taps, their reach, what they skip",
        (Conv,),
        (1, 2, 3),
        "dilation.dilation",
        True,
        ("groups", "weight", "out_channels"),
    ),
    Diagram(
        "groups",
        "channel links, weights",
        (Conv, ConvTranspose),
        (1, 2, 3),
        "groups.groups",
        True,
        ("stride", "padding", "dilation", "mode", "output_padding", "weight"),
    ),
    Diagram("matrix", "y = W x, unrolled", (Conv, ConvTranspose), (1, 2, 3), "matrix.matrix", True),
    Diagram(
        "image",
        "a picture, and what it becomes",
        (Padding, Conv, ConvTranspose, Pool),
        (2,),
        "image.image",
        True,
    ),
    Diagram(
        "kernels", "the bank and its feature maps", (Conv,), (1, 2, 3), "kernels.kernels", True
    ),
)


def scene(accounts: Sequence[Account], view: View, diagram: str | None = None) -> Scene:
    """What `accounts` (one, or several that are compared) look like as a value.

    Raises SpecError: no such diagram, or one that is not for these accounts.
    """
    first = accounts[0]
    fitting = {
        row.name: row
        for row in DIAGRAMS
        if isinstance(first.layer, row.layers) and len(first.spatial) in row.axes
    }
    if diagram in GENERAL and isinstance(first.layer, GENERAL[diagram]):
        # What is explained, not how it looks: a picture as input does not change it.
        looked = replace(view, image=False)
        name = explained(diagram, fitting, accounts, looked)
    else:
        looked, name = view, default(accounts, view) if diagram is None else diagram
    if name not in fitting:
        choices = {word for word, layers in GENERAL.items() if isinstance(first.layer, layers)}
        names = tuple(dict.fromkeys([*sorted(choices), *fitting]))
        raise unknown("view of this", name, names, argument="view", heading="views")
    check_seen(fitting, name, accounts, view)
    built = fitting[name].scene(accounts, looked)
    if diagram == "window":
        return replace(about_the_cell(built), image=view.image)
    return replace(built, pointed=built.pointed or bool(view.at), image=view.image)


def check_seen(
    fitting: dict[str, Diagram], name: str, accounts: Sequence[Account], view: View
) -> None:
    """Refuse panels that would all be the same picture.

    Raises SpecError: the diagram called `name` shows nothing of what is compared.
    """
    if len(accounts) == 1:
        return
    word = parameter(panel_names(accounts, view))
    if word in fitting[name].blind:
        raise SpecError(
            f"the view {name} shows nothing of the {word}: every panel would be the same",
            "view",
            "leave it out",
            ", ".join(row.name for row in fitting.values() if word not in row.blind),
            "views of it",
        )


GENERAL: dict[str, tuple[type, ...]] = {
    "window": (Conv, Pool),
    "stride": (Conv, Pool),
    "pooling": (Pool,),
    "overlap": (ConvTranspose,),
}
"""Views by what they explain, whatever the number of axes and channels: the layer's own diagram."""


def explained(
    word: str, fitting: dict[str, Diagram], accounts: Sequence[Account], view: View
) -> str:
    """The diagram that a word of GENERAL stands for.

    Of several layers one that joins them, if it shows what is compared.
    """
    several, axes = len(accounts) > 1, len(accounts[0].spatial)
    joint = {"stride": "compare", "overlap": "stamps" if axes > 1 else ""}.get(word, "")
    if several and joint:
        compared = parameter(panel_names(accounts, view))
        if compared not in fitting[joint].blind:
            return joint
    return default(accounts[:1], view)


def about_the_cell(built: Scene) -> Scene:
    """A scene, and its panels, of which a picture shows the chosen window rather than all."""
    panels = tuple(replace(each, scene=about_the_cell(each.scene)) for each in built.panels)
    return replace(built, pointed=True, panels=panels)


ALONE = ("kind", "ceil_mode", "count_include_pad", "weight", "out_channels")
"""Parameters that leave the window where it is: what comes of it is compared, not its place."""


def default(accounts: Sequence[Account], view: View) -> str:
    """The diagram that these accounts are shown as when none is named."""
    layer, axes = accounts[0].layer, len(accounts[0].spatial)
    if view.image and view.drawn and axes == 2 and not view.tiling and not view.growing:
        return "image"
    if isinstance(layer, Padding):
        return "tiling" if view.tiling else "padding"
    if len(accounts) > 1 and (found := joining(accounts, view)):
        return found
    if isinstance(layer, ConvTranspose):
        return "overlap" if axes == 1 else "coverage"
    several = isinstance(layer, Conv) and layer.in_channels > layer.groups
    if several or axes == 3:
        return "channels"
    return "line" if axes == 1 else "stride"


def joining(accounts: Sequence[Account], view: View) -> str:
    """The diagram that shows what is compared in one scene; "" where each layer has its own."""
    layer, word = accounts[0].layer, parameter(panel_names(accounts, view))
    if not isinstance(layer, Pool) and word in ("groups", "out_channels"):
        return "groups"  # they differ in their links
    if word in ALONE:
        return ""
    if isinstance(layer, ConvTranspose):
        return "stamps"
    # In a picture, the taps are numbered.
    return (
        "dilation" if isinstance(layer, Conv) and word == "dilation" and view.drawn else "compare"
    )
