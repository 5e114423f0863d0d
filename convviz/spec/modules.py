"""A PyTorch module, layer texts or a file → a network on a shape; torch is never imported.

Modules are read by their attributes, which have the names of the constructor's arguments.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convviz.errors import SpecError, shortened
from convviz.spec.arguments import integers
from convviz.spec.catalog import LAYERS
from convviz.spec.checks import Shape
from convviz.spec.documents import MOST_BYTES, decoded
from convviz.spec.layer import Layer
from convviz.spec.network import Network, Step
from convviz.spec.parser import parse_shape
from convviz.spec.sequence import SEQUENTIAL, parse_network
from convviz.spec.trace import Trace, trace

DEPTH = 200
"""Most containers inside each other."""


def network(module: Any, input_shape: Sequence[int] | str) -> Trace:
    """What `module` makes of an input: shapes, parameters, work, receptive fields, layer by layer.

    module:      an `nn.Module` (a layer, or Sequential containers of layers), a list of layer
                 texts, one such text, or the path of a file (.toml for branches).
    input_shape: one sample without the batch: (C, *spatial), or "3x224x224"; Keras text takes its
                 channels last.

    >>> found = network(["Conv2d(3, 64, 7, stride=2, padding=3)", "ReLU()"], (3, 224, 224))
    >>> found.output, found.params, found.macs
    ((64, 112, 112), 9472, 118013952)
    >>> found.rows[0].receptive_field
    (7, 7)

    Raises SpecError: a container that is not sequential, or a layer that does not fit.
    OSError: the file cannot be read.
    """
    found = read(module)
    shape = parse_shape(input_shape) if isinstance(input_shape, str) else checked(input_shape)
    if found.channels_last:
        shape = (*shape[-1:], *shape[:-1])
    return trace(found, shape)


def checked(sizes: Any) -> Shape:
    """`sizes` as a shape.

    Raises SpecError: they are no whole numbers above 0, or there are none.
    """
    try:
        count = len(sizes)
    except TypeError:
        raise SpecError(
            f"input_shape must be a tuple of sizes, not {shortened(repr(sizes))}",
            "input_shape",
            "(channels, *spatial)",
        ) from None
    if not count:
        raise SpecError("input_shape is empty", "input_shape", "(channels, *spatial)")
    return integers(tuple(sizes), count, "input_shape", 1)


def read(module: Any) -> Network:
    """The network that `module` is, or says."""
    if isinstance(module, (str, os.PathLike)):
        return from_text(os.fspath(module))
    if isinstance(module, Sequence) and all(isinstance(item, str) for item in module):
        return parse_network(list(module))
    steps = [
        Step(layer, path, (index - 1,)) for index, (path, layer) in enumerate(walked(module, "", 0))
    ]
    if not steps:
        raise SpecError(f"{kind(module)} holds no layer", "module")
    return Network(tuple(steps))


def from_text(text: str) -> Network:
    """The network of a layer's text, or of a file.

    Raises SpecError: neither; OSError: the file cannot be read.
    """
    from convviz.spec.shorthand import is_shorthand

    if "(" in text or "\n" in text or is_shorthand(text):
        return parse_network([text])
    if "\0" in text:
        raise SpecError("the name of a file holds no NUL byte", "module")
    with open(text, "rb") as file:
        words = decoded(file.read(MOST_BYTES + 1), text)
    if text.lower().endswith(".toml"):
        from convviz.spec.branches import parse_toml

        return parse_toml(words)
    return parse_network([words])


def walked(module: Any, path: str, depth: int) -> Iterator[tuple[str, Layer]]:
    """The layers of `module` in order, with their names.

    Raises SpecError: a container that is not sequential; it says where.
    """
    title = known(module)
    if depth > DEPTH:
        raise SpecError(f"more than {DEPTH} modules are nested", "module")
    if title == SEQUENTIAL:
        for name, child in children(module):
            yield from walked(child, f"{path}.{name}" if path else name, depth + 1)
    elif title:
        yield path, made(module, title, path)
    else:
        where = f"{path} is" if path else "the module is"
        inside = [name for name, _ in children(module)]
        raise SpecError(
            f"{where} {a(kind(module))}, "
            + (
                "which is not Sequential: how its parts are connected stands in its code alone"
                if inside
                else "which is no layer that convviz knows"
            ),
            "module",
            f"its parts: {shortened(', '.join(inside), 60)}" if inside else "",
            "give a Sequential of its layers, or write its branches as a TOML file",
        )


def known(module: Any) -> str:
    """The name of the layer or container that `module` is; "" where it computes something else.

    A class of one's own counts as its base as long as it keeps the base's `forward`.
    """
    for base in type(module).__mro__:
        if base.__name__ in LAYERS or base.__name__ == SEQUENTIAL:
            return base.__name__
        if "forward" in vars(base):
            return ""
    return ""


def kind(module: Any) -> str:
    """The name of a module's class."""
    return shortened(type(module).__name__)


def children(module: Any) -> list[tuple[str, Any]]:
    """The parts of a module with their names; one that occurs twice is there twice."""
    parts = getattr(module, "_modules", None)
    return list(parts.items()) if isinstance(parts, Mapping) else []


def made(module: Any, title: str, path: str) -> Layer:
    """The layer that a module is, from its attributes.

    Raises SpecError: they do not make one; it says which module.
    """
    row = LAYERS[title]
    given: dict[str, Any] = {}
    for name in row.arguments:
        if not hasattr(module, name):
            continue
        value = getattr(module, name)
        given[name] = value is not None if name == "bias" else plain(value)
    missing = [name for name in row.arguments[: row.required] if name not in given]
    if missing:
        raise SpecError(f"{path or 'the module'} is {a(title)} without {missing[0]}", "module")
    try:
        return row.make(given)
    except SpecError as error:
        raise error.changed(message=f"{path or title}: {error.message}") from None


def a(name: str) -> str:
    """`a Conv2d`, `an AvgPool2d`."""
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def plain(value: Any) -> Any:
    """An attribute as plain values: sizes as a tuple of integers."""
    if isinstance(value, (list, tuple)):
        return tuple(map(plain, value))
    return value
