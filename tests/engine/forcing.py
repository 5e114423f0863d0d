"""Each way of computing, forced: whatever is fastest, all must say the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from convviz.engine import bands, columns, methods, pooling, scattering
from convviz.engine.gathering import Gather

WAYS = ("columns", "bands", "stamps", "phases by columns", "phases by bands")
CONV_WAYS, TRANSPOSE_WAYS = WAYS[:2], WAYS[2:]


@contextmanager
def forced(way: str, block: int = 0) -> Iterator[None]:
    """Compute by `way` alone, in blocks of `block` bytes if given.

    Bands need two axes; gathers of others go by columns, as ever.
    """

    def method_for(job: Gather) -> methods.Method:
        return methods.METHODS["bands" if "bands" in way and len(job.axes) == 2 else "columns"]

    with (
        patch.object(methods, "method_for", method_for),
        patch.object(scattering, "stamps_pay", lambda *_: way == "stamps"),
        patch.object(columns, "BLOCK", block or columns.BLOCK),
        patch.object(columns, "LEAST", 8 if block else columns.LEAST),
        patch.object(bands, "BLOCK", block or bands.BLOCK),
        patch.object(scattering, "BLOCK", block or scattering.BLOCK),
        patch.object(pooling, "BLOCK", block or pooling.BLOCK),
    ):
        yield
