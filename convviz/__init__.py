"""See what padding, convolution and pooling do, cell by cell.

>>> import convviz
>>> convviz.pad([1, 2, 3, 4], 1, "circular")
array([4, 1, 2, 3, 4, 1])
"""

from __future__ import annotations

TYPE_CHECKING = False  # not from typing: an interrupt finds no door before `convviz.__main__`
if TYPE_CHECKING:
    from typing import Any

    from convviz.drawing import draw
    from convviz.engine.convolution import conv, conv_transpose
    from convviz.engine.padding import pad
    from convviz.engine.pooling import pool
    from convviz.errors import SpecError
    from convviz.spec.modules import network

__version__ = "0.1.0"

__all__ = ["SpecError", "__version__", "conv", "conv_transpose", "draw", "network", "pad", "pool"]

# Loaded on first use (PEP 562): `import convviz` costs nothing, and the commands that compute
# no arrays never load NumPy. No module here may have one of these names: once imported, it
# would stand in the function's place.
_HOMES = {
    "SpecError": "convviz.errors",
    "conv": "convviz.engine.convolution",
    "conv_transpose": "convviz.engine.convolution",
    "draw": "convviz.drawing",
    "network": "convviz.spec.modules",
    "pad": "convviz.engine.padding",
    "pool": "convviz.engine.pooling",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
