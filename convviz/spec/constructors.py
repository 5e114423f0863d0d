"""A constructor as typed → the layer, each mistake at its place in the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from convviz.errors import SpecError, near, shortened
from convviz.spec.calls import Call
from convviz.spec.layer import Layer
from convviz.spec.tokens import Span, point
from convviz.spec.window_catalog import WINDOWED, Constructor

PLACEMENT = ("device", "dtype")
"""Arguments that PyTorch's layers take and that change no shape: read and left."""

OWN_NAMES = {"kernel": "kernel_size"}
"""convviz's word for an argument → PyTorch's, where they differ."""

MODULES = ("", "nn.", "torch.nn.")


def construct(call: Call, source: str) -> Layer:
    """The layer that `call` names.

    Raises SpecError: no such layer or argument, or what the layer itself refuses; it points at the
    argument in `source`.
    """
    constructor = find(call, source)
    given, places = bind(call, constructor, source)
    for name in PLACEMENT:
        given.pop(name, None)
    try:
        return constructor.make(given)
    except SpecError as error:
        place = places.get(OWN_NAMES.get(error.argument, error.argument), call.span)
        raise error.at(source, place).spelled(spelling) from None


def spelling(name: str, value: str) -> str:
    """An argument as PyTorch spells it: ``kernel_size=5``."""
    return f"{OWN_NAMES.get(name, name)}={value}"


def row_of(name: str) -> Constructor | None:
    """The row of PyTorch's layer called `name`, None where there is no such layer."""
    if name in WINDOWED:
        return WINDOWED[name]
    from convviz.spec.catalog import LAYERS  # all others: a network of windows does without them

    return LAYERS.get(name)


def find(call: Call, source: str) -> Constructor:
    """The row of the table that `call` names.

    Raises SpecError: there is none.
    """
    typed = source[slice(*call.name_span)]
    prefix = typed[: len(typed) - len(call.name)]
    row = row_of(call.name)
    if row is not None and prefix in MODULES:
        return row
    if row is not None:
        raise point(
            source,
            (call.name_span[0], call.name_span[0] + len(prefix)),
            f"layers are written {call.name}, nn.{call.name} or torch.nn.{call.name}",
            accepted=f"not {shortened(prefix)}",
        )
    from convviz.spec.catalog import LAYERS

    guess = near(call.name, tuple(LAYERS))
    raise point(
        source,
        call.name_span,
        f"no layer is called '{shortened(call.name)}'",
        accepted=f"did you mean {guess}?" if guess else "",
        remedy="" if guess else families(LAYERS),
        heading="layers",
    )


def families(layers: Iterable[str]) -> str:
    """The names of all `layers`, those that differ in their axes in one word: Dropout1d/2d/3d."""
    found: dict[tuple[str, bool], list[str]] = {}
    for name in layers:
        stem = re.sub(r"[123]d$", "", name)
        found.setdefault((stem, stem == name), []).append(name[len(stem) :])
    return ", ".join(stem + "/".join(ends) for (stem, _), ends in found.items())


def bind(
    call: Call, constructor: Constructor, source: str, ignored: Collection[str] = PLACEMENT
) -> tuple[dict[str, Any], dict[str, Span]]:
    """Each argument's value and place, by name.

    ignored: named arguments that are taken without being known.

    Raises SpecError: an argument that is unknown, repeated, missing, or out of place.
    """
    known = constructor.arguments
    given: dict[str, Any] = {}
    places: dict[str, Span] = {}
    for index, argument in enumerate(call.arguments):
        name = argument.name
        if not name:
            if given and call.arguments[index - 1].name:
                raise point(
                    source,
                    argument.span,
                    "a positional argument follows a named one",
                    accepted="needs a name",
                )
            if index >= len(known):
                if constructor.name == "Identity":  # takes anything, and does nothing with it
                    continue
                raise point(
                    source,
                    argument.span,
                    f"{call.name} takes at most {len(known)} argument{'s' * (len(known) != 1)}",
                    accepted="one too many",
                    remedy=", ".join(known),
                    heading="arguments",
                )
            name = known[index]
        elif name not in known and name not in ignored and constructor.name != "Identity":
            guess = near(name, known)
            raise point(
                source,
                argument.name_span,
                f"{call.name} has no argument '{shortened(name)}'",
                accepted=f"did you mean {guess}?" if guess else "",
                remedy=", ".join(known),
                heading="arguments",
            )
        if name in given:
            raise point(
                source,
                argument.name_span,
                f"{name} is given twice",
                accepted="the second one",
            )
        given[name] = argument.value
        places[name] = argument.span
    missing = [name for name in known[: constructor.required] if name not in given]
    if missing:
        raise point(
            source,
            (call.span[1] - 1, call.span[1]),
            f"{call.name} needs {' and '.join(missing)}",
            accepted=f"{missing[0]} is missing",
            remedy=", ".join(known),
            heading="arguments",
        )
    return given, places
