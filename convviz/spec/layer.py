"""What every layer answers, whatever it computes."""

from __future__ import annotations

from typing import Protocol

from convviz.spec.checks import Shape
from convviz.spec.reading import Readings


class Layer(Protocol):
    """A frozen record of parameters, from which everything else follows."""

    @property
    def title(self) -> str:
        """PyTorch's name: Conv2d."""

    @property
    def short(self) -> str:
        """In one line: Conv2d 3→64 k7 s2 p3 no bias."""

    @property
    def code(self) -> str:
        """The constructor's text, which the parser reads back."""

    @property
    def params(self) -> int:
        """Learnable numbers."""

    def output(self, shape: Shape) -> Shape:
        """The output's shape.

        Raises SpecError: the layer does not fit an input of `shape`.
        """

    def work(self, shape: Shape, output: Shape) -> int:
        """Multiply-accumulates of one sample, biases left out."""

    def reads(self, shape: Shape, output: Shape) -> Readings:
        """Per spatial axis, which input cells an output cell depends on; () if no axis remains."""
