"""Texts → a network: layers one per line, ``Sequential(…)``, or what ``print(model)`` prints.

PyTorch's words, Keras' (which are told by their names) and short spellings; see `shorthand`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convviz.errors import SpecError, shortened
from convviz.patterns import pattern
from convviz.records import Record
from convviz.spec.calls import Call, call
from convviz.spec.checks import Shape
from convviz.spec.constructors import bind, construct, find, row_of
from convviz.spec.layer import Layer
from convviz.spec.network import Network, Operation, Pending, Places, Step
from convviz.spec.tokens import Cursor, is_name, point

_MARK = pattern(r"[ \t]*([=(])")
"""What says that a word is no short spelling."""

_STOP = pattern(r"[\n;#]")
"""What ends a short spelling."""

_PRINTED = pattern(r"^[ \t]*\([^()\n]*\): ", re.MULTILINE)
"""A child as PyTorch prints it."""

SEQUENTIAL = "Sequential"
LIMIT = 1_000_000
"""Most layers of a network."""


class Leaf(Record):
    """One layer in its text. said: a constructor, or a short spelling that is read already."""

    path: str
    said: Call | Pending
    text: str


def parse_network(texts: Sequence[str]) -> Network:
    """The layers of all `texts`, one after the other.

    Raises SpecError: it points at the mistake in its text.
    """
    found = leaves_of(texts)
    keras = is_keras(found)
    known: dict[str, Operation] = {}
    layers = [(leaf, operation(leaf, known, keras=keras)) for leaf in layers_of(found, keras=keras)]
    if not layers:
        raise point(
            texts[0] if texts else "",
            (0, 0),
            "there is no layer in the text",
            remedy='a layer is written "Conv2d(3, 64, 7, stride=2)", one per line',
        )
    steps = tuple(
        Step(
            layer, leaf.path, (index - 1,), places(leaf, keras=keras) if len(layers) == 1 else None
        )
        for index, (leaf, layer) in enumerate(layers)
    )
    printed = any(_PRINTED.search(text) for text in texts)
    return Network(steps, keras, declared(found) if keras else (), printed)


def leaves_of(texts: Sequence[str]) -> list[Leaf]:
    """Every layer of `texts`, in order.

    Raises SpecError: a text that cannot be read, or a container that is not sequential.
    """
    found: list[Leaf] = []
    for text in texts:
        for said in modules(text):
            if isinstance(said, Pending):
                found.append(Leaf("", said, text))
            else:
                found += leaves("", said, text)
            if len(found) > LIMIT:
                raise point(text, (0, 0), f"there are more than {LIMIT:,} layers")
    return found


def modules(text: str) -> Iterator[Call | Pending]:
    """`text := ([name "="] (call | shorthand) [","|";"])* end`."""
    cursor = Cursor(text)
    known: dict[str, Pending] = {}
    while cursor.next.kind != "end":
        word = cursor.next
        mark = _MARK.match(text, word.end)
        after = mark[1] if mark else ""
        if word.kind == "word" and is_name(word.text) and after == "=":
            cursor.take()  # model = Sequential(…)
            cursor.take()
        elif word.kind == "word" and after != "(":
            from convviz.spec.shorthand import parse_shorthand

            stop = _STOP.search(text, word.start)
            end = stop.start() if stop else len(text)
            said = text[word.start : end]
            if said not in known:
                known[said] = parse_shorthand(text, word.start, end)
            yield known[said]
            cursor.jump(end)
        else:
            yield call(cursor)
        if not cursor.skip(","):
            cursor.skip(";")


def leaves(path: str, module: Call, text: str) -> Iterator[Leaf]:
    """The layers of `module`, in order.

    Raises SpecError: a container that is not sequential.
    """
    if module.name == SEQUENTIAL:
        for name, inner in module.children or listed(module, text):
            yield from leaves(f"{path}.{name}" if path else name, inner, text)
    elif module.children:
        raise not_sequential(module, text)
    elif module.name == "add" and len(module.arguments) == 1:
        inner = module.arguments[0].value
        if not isinstance(inner, Call):
            raise point(text, module.arguments[0].span, "add takes a layer")
        yield from leaves(path, inner, text)
    else:
        yield Leaf(path, module, text)


def listed(module: Call, text: str) -> Iterator[tuple[str, Call]]:
    """The layers that a typed ``Sequential(…)`` lists: arguments, a list, or an OrderedDict."""
    arguments = [a for a in module.arguments if a.name != "name"]
    values: Sequence[object] = [argument.value for argument in arguments]
    if len(values) == 1 and isinstance(values[0], Call) and values[0].name == "OrderedDict":
        values = [argument.value for argument in values[0].arguments]
    if len(values) == 1 and isinstance(values[0], tuple):
        values = values[0]
    for index, value in enumerate(values):
        name, layer = str(index), value
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            name, layer = value
        if not isinstance(layer, Call):
            span = arguments[index].span if index < len(arguments) else module.span
            raise point(text, span, "Sequential lists layers", accepted="a layer such as ReLU()")
        yield name, layer


def not_sequential(module: Call, text: str) -> SpecError:
    """The error of a printed container whose layers may be connected in any way."""
    line = text.count("\n", 0, module.span[0]) + 1
    inner = ", ".join(shortened(name) for name, _ in module.children[:4])
    more = ", …" if len(module.children) > 4 else ""
    return point(
        text,
        module.name_span,
        f"line {line}: {shortened(module.name)} is not Sequential, and its print does not say how "
        f"its parts ({inner}{more}) are connected",
        accepted="not Sequential",
        remedy="write the network as a TOML file, with branches that add or cat, "
        "or give one inner Sequential alone",
    )


def is_keras(found: Sequence[Leaf]) -> bool:
    """Whether the layers are Keras': one of their names is no other's.

    Raises SpecError: PyTorch's names and Keras' in one network.
    """
    calls = [(leaf.said, leaf.text) for leaf in found if isinstance(leaf.said, Call)]
    strange = [(said, text) for said, text in calls if row_of(said.name) is None]
    if not strange:
        return False
    from convviz.spec.keras_catalog import INPUTS, KERAS, ONLY_KERAS

    named = [said for said, _ in strange if said.name in ONLY_KERAS or said.name in INPUTS]
    if not named:
        return False
    for said, text in calls:
        if row_of(said.name) is not None and said.name not in KERAS:
            raise point(
                text,
                said.name_span,
                f"{said.name} is PyTorch, but {named[0].name} is Keras",
                accepted="one network speaks one language",
            )
    return True


def layers_of(found: Sequence[Leaf], *, keras: bool) -> Iterator[Leaf]:
    """The leaves that are layers: Keras' Input is none."""
    for leaf in found:
        if not (
            keras and isinstance(leaf.said, Call) and leaf.said.name in ("Input", "InputLayer")
        ):
            yield leaf


def operation(leaf: Leaf, known: dict[str, Operation], *, keras: bool) -> Operation:
    """The layer of a leaf. known: text of a layer → the layer, where it has been read before.

    Raises SpecError: a layer that cannot be.
    """
    if isinstance(leaf.said, Pending):
        return leaf.said
    key = leaf.text[slice(*leaf.said.span)]
    layer = known.get(key)
    if layer is None:
        layer = known[key] = made(leaf.said, leaf.text, keras=keras)
    return layer


def made(said: Call, text: str, *, keras: bool) -> Layer | Pending:
    """The layer that a constructor names."""
    if keras:
        from convviz.spec.keras_catalog import KERAS, pending

        if said.name in KERAS:
            return pending(said, text)
    return construct(said, text)


def places(leaf: Leaf, *, keras: bool) -> Places | None:
    """Where the arguments of an only layer stand, by convviz's names and by its own."""
    if isinstance(leaf.said, Pending):
        return leaf.text, {}, (0, len(leaf.text))
    if keras:
        from convviz.spec import keras_catalog

        return keras_catalog.places(leaf.said, leaf.text)
    _, spans = bind(leaf.said, find(leaf.said, leaf.text), leaf.text)
    if "kernel_size" in spans:
        spans["kernel"] = spans["kernel_size"]
    return leaf.text, spans, leaf.said.span


def declared(found: Sequence[Leaf]) -> Shape:
    """The input shape that Keras text declares, as (C, *spatial); () if it declares none."""
    from convviz.spec import keras_catalog

    first = found[0].said if found else None
    return keras_catalog.declared(first) if isinstance(first, Call) else ()
