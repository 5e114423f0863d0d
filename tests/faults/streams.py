"""Streams of any encoding, terminals or not, on which command lines are run in this process."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from convviz.cli import main

VARIABLES = (
    "NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLORFGBG", "TERM", "COLUMNS",
    "CONVVIZ_ASCII", "CONVVIZ_PLAIN", "CONVVIZ_THEME", "CONVVIZ_DEBUG",
)  # fmt: skip
"""What changes how an answer looks."""

NETWORK = ("3x32x32", "Conv2d(3, 8, 3)", "ReLU()", "MaxPool2d(2)")

COMMANDS: dict[str, tuple[str, ...]] = {
    "overview": (),
    "version": ("--version",),
    "help of pad": ("pad", "--help"),
    "help of shape": ("shape", "--help"),
    "help of figures": ("figures", "--help"),
    "pad": ("pad",),
    "pad, four modes": ("pad", "4x4", "--mode", "all"),
    "pad, endless": ("pad", "4x4", "--mode", "circular", "--tiling"),
    "pad, odd numbers": ("pad", "[1e300, -0.125, 3]", "--mode", "reflect"),
    "pad, said": ("pad", "--plain"),
    "conv": ("conv",),
    "conv, channels": ("conv", "3x6x6", "-g", "3"),
    "conv, compared": ("conv", "9x9", "--compare", "dilation=1,2,3"),
    "conv, matrix": ("conv", "4x4", "--view", "matrix"),
    "conv-transpose": ("conv-transpose",),
    "conv-transpose, uneven": ("conv-transpose", "4", "-k", "3", "-s", "2"),
    "conv-transpose, direct": ("conv-transpose", "3x3", "--view", "direct"),
    "pool": ("pool",),
    "pool, beyond": ("pool", "5x5", "--kind", "avg", "--ceil-mode"),
    "shape, one": ("shape",),
    "shape, many": ("shape", *NETWORK),
    "shape, all columns": ("shape", *NETWORK, "--columns", "all"),
    "shape, formulas": ("shape", *NETWORK, "--formula"),
    "shape, one unit": ("shape", *NETWORK, "--unit", "center"),
    "shape, said": ("shape", *NETWORK, "--plain"),
    "shape, network": ("shape", *NETWORK, "--view", "network"),
    "shape, Markdown": ("shape", *NETWORK, "--markdown"),
    "shape, CSV": ("shape", *NETWORK, "--csv"),
    "shape, LaTeX": ("shape", *NETWORK, "--latex"),
    "shape, JSON": ("shape", *NETWORK, "--json"),
    "solve": ("solve",),
    "solve, transposed": ("solve", "--in", "28", "--out", "56", "--transposed"),
    "sizes": ("sizes",),
    "a mistake": ("conv", "5x5", "-k", "7"),
    "an unknown word": ("pad", "4x4", "--mode", "circulr"),
    "no figures": ("figures",),
}
"""Every command, and every form of its answer."""


class Stream(io.TextIOWrapper):
    """A stream of bytes that may say it is a terminal."""

    def __init__(self, encoding: str, *, terminal: bool, errors: str = "strict") -> None:
        self.bytes = io.BytesIO()
        self.terminal = terminal
        super().__init__(self.bytes, encoding=encoding, errors=errors, newline="\n")

    def isatty(self) -> bool:
        return self.terminal


class Said(NamedTuple):
    """What a command line gave."""

    status: int
    out: str
    err: str


def said(
    monkeypatch: pytest.MonkeyPatch,
    words: Sequence[str],
    *,
    encoding: str = "utf-8",
    terminal: bool = False,
    **variables: str,
) -> Said:
    """What `words` print on streams of that kind, with these variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    out = Stream(encoding, terminal=terminal)
    err = Stream(encoding, terminal=terminal, errors="backslashreplace")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    status = main(list(words))
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.bytes.getvalue().decode(encoding))
    return Said(status, *texts)


def numbers(text: str) -> list[str]:
    """The digits of a text, in order."""
    return re.findall(r"[0-9]+", text)
