"""Text → values, by one grammar for all commands; never by eval. The door of the words."""

from __future__ import annotations

from convviz.spec.calls import parse_call
from convviz.spec.constructors import construct
from convviz.spec.layer import Layer
from convviz.spec.literals import LiteralWords, parse_literal
from convviz.spec.words import (
    FileWords,
    InputWords,
    SampleWords,
    ShapeWords,
    StdinWords,
    parse_index,
    parse_input,
    parse_padding,
    parse_shape,
    parse_sizes,
)

__all__ = [
    "FileWords",
    "InputWords",
    "LiteralWords",
    "SampleWords",
    "ShapeWords",
    "StdinWords",
    "parse_index",
    "parse_input",
    "parse_layer",
    "parse_literal",
    "parse_padding",
    "parse_shape",
    "parse_sizes",
]


def parse_layer(text: str) -> Layer:
    """The layer that a PyTorch-style constructor names: ``Conv2d(3, 64, 7, stride=2)``.

    Raises SpecError: it points at the mistake in `text`.
    """
    return construct(parse_call(text), text)
