"""Bytes of a file or a stream → the text of a network."""

from __future__ import annotations

from convviz.errors import SpecError, printable, shortened

MOST_BYTES = 64 << 20
"""Most bytes of a network's text."""


def decoded(data: bytes, name: str) -> str:
    """`data`, of which MOST_BYTES + 1 were read at most, as text.

    Raises SpecError: more than MOST_BYTES, or not UTF-8.
    """
    shown = printable(shortened(name))
    if len(data) > MOST_BYTES:
        raise SpecError(f"{shown} is longer than {MOST_BYTES >> 20} MiB", "layers")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(
            f"{shown} is no text: byte {error.start} is not UTF-8", "layers"
        ) from None  # fmt: skip
