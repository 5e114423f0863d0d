"""Each way of computing, forced: whatever is fastest, all must say the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from convviz.engine import (
    bands,
    columns,
    methods,
    padding,
    planes,
    pooling,
    scattering,
    sharing,
    stamping,
)
from convviz.engine.gathering import Gather

CONV_WAYS = (*methods.METHODS, "lines")
TRANSPOSE_WAYS = ("stamps", "cells", *(f"phases by {name}" for name in CONV_WAYS))
WAYS = CONV_WAYS + TRANSPOSE_WAYS


def folded_always(job: Gather) -> list[sharing.Share]:
    """The shares of a gather of one axis, whatever they cost."""
    return sharing.folded(job) if len(job.axes) == 1 else []


@contextmanager
def forced(way: str, block: int = 0, threads: int = 1) -> Iterator[None]:
    """Compute by `way` alone, in blocks of `block` bytes if given; of 1, also huge kernels' ways.

    On so many threads, however little there is to do.

    Bands need two axes; gathers of others go by columns, as ever. Lines are planes for which
    gathers of one axis are folded, however short.
    """
    name = way.removeprefix("phases by ")

    def fastest(job: Gather) -> tuple[methods.Method, int]:
        chosen = "columns" if name == "bands" and len(job.axes) != 2 else name
        return methods.METHODS["planes" if name == "lines" else chosen], 10 * methods.THREAD

    with (
        patch.object(methods, "fastest", fastest),
        patch.object(methods, "useful", lambda _: threads),
        patch.object(padding, "THREAD", 1),
        patch.object(padding, "useful", lambda _: threads),
        patch.object(methods, "lines", methods.lines if name != "lines" else folded_always),
        patch.object(scattering, "stamps_pay", lambda *_: way == "stamps"),
        patch.object(scattering, "cells_pay", lambda *_: way == "cells"),
        patch.object(stamping, "BLOCK", block or stamping.BLOCK),
        patch.object(columns, "BLOCK", block or columns.BLOCK),
        patch.object(columns, "LEAST", 8 if block else columns.LEAST),
        patch.object(bands, "BLOCK", block or bands.BLOCK),
        patch.object(bands, "LARGE", 4 if block else bands.LARGE),
        patch.object(bands, "PRODUCT", 90 if block else bands.PRODUCT),
        patch.object(planes, "BLOCK", block or planes.BLOCK),
        patch.object(scattering, "BLOCK", block or scattering.BLOCK),
        patch.object(scattering, "FEW", 8 if block else scattering.FEW),
        patch.object(pooling, "BLOCK", block or pooling.BLOCK),
        patch.object(pooling, "LONG", 1 if block == 1 else pooling.LONG),
        patch.object(methods, "PIECE", 6 if block == 1 else methods.PIECE),
    ):
        yield
