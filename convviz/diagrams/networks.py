"""Networks → scenes: one row in NETWORKS per diagram."""

from __future__ import annotations

from collections.abc import Callable

from convviz.diagrams.holes import holes
from convviz.diagrams.network import network
from convviz.diagrams.receptive_field import receptive_field
from convviz.diagrams.scene import Array, Scene
from convviz.diagrams.view import View
from convviz.errors import unknown
from convviz.records import Record
from convviz.spec.trace import Trace


class NetworkDiagram(Record):
    """One way to show a network. name: in `--view`. title: what it shows, in a few words.

    build: a network on an input, a view and, if there is one, the picture that it reads.
    """

    name: str
    title: str
    build: Callable[[Trace, View, Array | None], Scene]


NETWORKS: tuple[NetworkDiagram, ...] = (
    NetworkDiagram("receptive-field", "what one output unit can see", receptive_field),
    NetworkDiagram("network", "the shapes as boxes", lambda trace, view, _: network(trace, view)),
    NetworkDiagram(
        "dilation", "what stacked dilations skip", lambda trace, view, _: holes(trace, view)
    ),
)


def network_scene(trace: Trace, view: View, diagram: str, picture: Array | None = None) -> Scene:
    """What a network looks like as a value.

    picture: (rows, cols, 3) of uint8: the image that it reads, None where there is none.

    Raises SpecError: no such diagram, or one that is not for this network.
    """
    rows = {row.name: row for row in NETWORKS}
    if diagram not in rows:
        raise unknown("view of a network", diagram, tuple(rows), argument="view", heading="views")
    return rows[diagram].build(trace, view, picture)
