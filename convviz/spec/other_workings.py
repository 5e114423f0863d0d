"""How the numbers of layers that are no convolutions come about, written out; see `workings`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convviz.spec.checks import Shape, times
from convviz.spec.formula import Runs
from convviz.spec.pointwise import Flatten, Linear, Pointwise, Unflatten
from convviz.spec.pooling import AdaptivePool
from convviz.spec.resizing import PadLayer, PixelShuffle, Upsample
from convviz.spec.workings import SIDES, Working, plain

if TYPE_CHECKING:
    from convviz.spec.trace import Row


def worked(row: Row) -> Iterator[Working]:
    """Everything but the windows, which poolings have."""
    layer, shape, output = row.layer, row.inputs[0], row.output
    yield from sizes(layer, shape, output)
    if not isinstance(layer, Linear):
        count = row.params
        yield "params", [plain(f"{count:,}" if count else "none", "bold" if count else "")]
        return
    bias = f" + {layer.out_features}" * layer.bias
    learned = f"{layer.in_features}·{layer.out_features}{bias}"
    yield "params", [[[(learned, "")], [(f"{row.params:,}", "bold")]]]
    text = "·".join(map(str, (*shape, layer.out_features)))
    yield "MACs", [[[(text, "")], [(f"{row.macs:,}", "bold")]]]


def sizes(layer: object, shape: Shape, output: Shape) -> Iterator[Working]:
    """How the sizes come about; nothing for windows."""
    names = SIDES.get(len(shape) - 1, ())
    if isinstance(layer, Pointwise):
        yield "size", [plain("unchanged")]
    elif isinstance(layer, PadLayer):
        for name, n, (before, after) in zip(names, shape[1:], layer.padding, strict=True):
            runs: Runs = [(str(n), "input"), (f" + {before} + {after}", "")]
            yield name, [[runs, [(str(n + before + after), "output")]]]
    elif isinstance(layer, Upsample) and layer.factors:
        factors = layer.factors * (len(names) if len(layer.factors) == 1 else 1)
        for name, n, factor, out in zip(names, shape[1:], factors, output[1:], strict=True):
            scaled: Runs = [
                ("⌊", ""),
                (str(n), "input"),
                ("·", ""),
                (f"{factor:g}", "stride"),
                ("⌋", ""),
            ]
            yield name, [[scaled, [(str(out), "output")]]]
    elif isinstance(layer, (Upsample, AdaptivePool)):
        yield "size", [plain("as asked, whatever comes in")]
    elif isinstance(layer, Flatten):
        yield "size", [[[(times(shape).replace("×", "·"), "input")], [(times(output), "output")]]]
    elif isinstance(layer, (Unflatten, PixelShuffle)):
        yield (
            "size",
            [
                [
                    [(times(shape).replace("×", "·"), "input")],
                    [(times(output).replace("×", "·"), "output")],
                ]
            ],
        )
