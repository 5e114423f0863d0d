"""Texts → a network: layers one per line, ``Sequential(…)``, or what ``print(model)`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from convviz.errors import SpecError, shortened
from convviz.spec.calls import Call, call
from convviz.spec.constructors import bind, construct, find
from convviz.spec.layer import Layer
from convviz.spec.network import Network, Operation, Places, Step
from convviz.spec.tokens import Cursor, point

SEQUENTIAL = ("Sequential",)
LIMIT = 1_000_000
"""Most layers of a network."""


@dataclass
class _Chain:
    """Layers found so far. known: text of a layer → the layer, where it has been read before."""

    steps: list[tuple[Operation, str, Call, str]] = field(default_factory=list)
    known: dict[str, Layer] = field(default_factory=dict)


def parse_network(texts: Sequence[str]) -> Network:
    """The layers of all `texts`, one after the other.

    Raises SpecError: it points at the mistake in its text.
    """
    found = _Chain()
    for text in texts:
        for path, module in modules(text):
            collect(found, path, module, text)
    if not found.steps:
        raise point(
            texts[0] if texts else "",
            (0, 0),
            "there is no layer in the text",
            remedy='a layer is written "Conv2d(3, 64, 7, stride=2)", one per line',
        )
    return Network(
        tuple(
            Step(layer, path, (index - 1,), places(module, text) if len(found.steps) == 1 else None)
            for index, (layer, path, module, text) in enumerate(found.steps)
        )
    )


def modules(text: str) -> Iterator[tuple[str, Call]]:
    """`text := (module [","|";"])* end`: every module of a text, with its name if it has one."""
    cursor = Cursor(text)
    while cursor.next.kind != "end":
        yield "", call(cursor)
        if not cursor.skip(","):
            cursor.skip(";")


def collect(found: _Chain, path: str, module: Call, text: str) -> None:
    """Add the layers of `module`.

    Raises SpecError: a container that is not sequential, or a layer that cannot be.
    """
    if module.name not in SEQUENTIAL:
        if module.children:
            raise not_sequential(module, text)
        key = text[slice(*module.span)]
        layer = found.known.get(key)
        if layer is None:
            layer = found.known[key] = construct(module, text)
        if len(found.steps) >= LIMIT:
            raise point(text, module.span, f"there are more than {LIMIT:,} layers")
        found.steps.append((layer, path, module, text))
        return
    find_prefix(module, text)
    children = module.children or listed(module, text)
    for name, inner in children:
        collect(found, f"{path}.{name}" if path else name, inner, text)


def listed(module: Call, text: str) -> tuple[tuple[str, Call], ...]:
    """The layers that a typed ``Sequential(…)`` lists, by position."""
    for argument in module.arguments:
        if argument.name or not isinstance(argument.value, Call):
            raise point(
                text,
                argument.span,
                "Sequential lists layers",
                accepted="a layer such as ReLU()",
            )
    return tuple((str(index), a.value) for index, a in enumerate(module.arguments))


def find_prefix(module: Call, text: str) -> None:
    """Refuse a Sequential of another library than torch."""
    typed = text[slice(*module.name_span)]
    if typed.removeprefix("torch.").removeprefix("nn.") != module.name:
        raise point(text, module.name_span, f"'{shortened(typed)}' is not torch.nn.Sequential")


def not_sequential(module: Call, text: str) -> SpecError:
    """The error of a printed container whose layers may be connected in any way."""
    line = text.count("\n", 0, module.span[0]) + 1
    inner = ", ".join(name for name, _ in module.children[:4])
    more = ", …" if len(module.children) > 4 else ""
    return point(
        text,
        module.name_span,
        f"line {line}: {module.name} is not Sequential, and its print does not say how "
        f"its parts ({inner}{more}) are connected",
        accepted="not Sequential",
        remedy="write the network as a TOML file, with branches that add or cat, "
        "or give one inner Sequential alone",
    )


def places(module: Call, text: str) -> Places:
    """Where the arguments of `module` stand, by convviz's names and by PyTorch's."""
    _, spans = bind(module, find(module, text), text)
    if "kernel_size" in spans:
        spans["kernel"] = spans["kernel_size"]
    return text, spans, module.span
