"""`--weight` and `--bias` → arrays: names, numbers as typed, files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from convviz.cli import asking
from convviz.cli.command import Asked
from convviz.cli.options import BIASES, WEIGHTS
from convviz.errors import SpecError, shortened, unknown
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.literals import parse_literal
from convviz.spec.tokens import is_numeric
from convviz.spec.words import ARRAY_SUFFIXES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convviz.sources.budget import Budget
    from convviz.sources.weights import Fit


def given(
    asked: Asked,
    spatial: int,
    channels: int,
    groups: int,
    named: str | None = None,
    *,
    transposed: bool,
) -> Fit | None:
    """The weight that was typed or is in a file, None where it has a name.

    named: the words of the weight, where they are not those of --weight: one of --compare.

    Raises SpecError: no numbers, no such name or file, too few or too many axes.
    """
    text = asked.text("weight", WEIGHTS[0]) if named is None else named
    from_python = asked.array("weight")
    if from_python is None and text in WEIGHTS:
        return None
    from convviz.sources.weights import fit

    if from_python is not None:
        from convviz.engine.arrays import array as checked

        kernels = checked(from_python, "weight")
        return fit(kernels, spatial, channels, groups, transposed=transposed)
    with asked.pointing("weight"):
        array = numbers(text, "weight", WEIGHTS, asking.budget(asked))
        return fit(array, spatial, channels, groups, transposed=transposed)


def weight(
    asked: Asked, layer: Conv | ConvTranspose, fit: Fit | None, named: str | None = None
) -> NDArray[Any]:
    """The array of the layer's weight; `named` as for `given`.

    Raises SpecError: the given one does not fit, or the named one has not that kernel size.
    """
    from convviz.sources import weights

    limit = asking.budget(asked)
    if fit is not None:
        return weights.fitted(fit, layer, limit)
    row = weights.weight_named(asked.text("weight", WEIGHTS[0]) if named is None else named)
    return weights.named(row, layer, asking.seed(asked), limit)


def bias(asked: Asked, layer: Conv | ConvTranspose) -> NDArray[Any] | None:
    """(C_out,): the layer's bias; None where there is none.

    Raises SpecError: no numbers, no such name or file, not one number per output channel.
    """
    text = asked.text("bias", BIASES[0])
    from convviz.sources import weights

    if asked.array("bias") is not None:
        from convviz.engine.arrays import array as checked

        return checked(asked.array("bias"), "bias")
    if text in BIASES:
        return weights.bias_named(text, layer, asking.seed(asked))
    import numpy as np

    with asked.pointing("bias"):
        array = numbers(text, "bias", BIASES, asking.budget(asked))
        if array.size == 1:
            return np.broadcast_to(array.reshape(1), (layer.out_channels,))
        flat = array.reshape(-1)
        if flat.size != layer.out_channels or max(array.shape) != flat.size:
            raise SpecError(
                f"the bias has {flat.size} numbers, the layer {layer.out_channels} output "
                f"channel{'s' * (layer.out_channels != 1)}",
                "bias",
                "one number, or one per output channel",
            )
        return flat


def numbers(text: str, what: str, names: tuple[str, ...], budget: Budget) -> NDArray[Any]:
    """The array that `text` types or names as a file.

    Raises SpecError: neither.
    """
    bare = text.strip()
    if bare.startswith("[") or is_numeric(bare.split(",")[0].split(";")[0].split(" ")[0]):
        from convviz.sources import typed_array

        return typed_array(parse_literal(text))
    if (
        bare.lower().endswith(ARRAY_SUFFIXES)
        or "/" in bare
        or ".npz:" in bare
        or os.path.exists(bare)
    ):
        from convviz.sources import files

        try:
            return files.read(bare, budget).array
        except SpecError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            way = f'numbers are written "1 0; 0 1"; names are {", ".join(names)}'
            raise error.changed(remedy=way) from error.__cause__
    raise unknown(
        what,
        shortened(bare),
        names,
        argument=what,
        heading=f"{what}es" if what == "bias" else f"{what}s",
    )
