"""A film as an animated PNG, lossless; a viewer that knows only PNG shows its first frame.

As for GIF, Pillow compresses and the container is written here, so that no frame is merged away.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from PIL import Image

from convviz.render.frames import Box, Film, changes, words


def apng(film: Film) -> bytes:
    """The bytes of an animated PNG that plays without end; each frame holds what changed."""
    samples = film.samples.values()
    height, width = film.samples[0].shape[:2]
    clear = any(bool(sample[..., 3].min() < 255) for sample in samples)
    mode, kind = ("RGBA", 6) if clear else ("RGB", 2)
    out = [
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)),
        chunk(b"acTL", struct.pack(">II", len(film.frames), 0)),
    ]
    if film.description:
        out.append(chunk(b"iTXt", b"Description\0\0\0\0\0" + film.description.encode()))
    box = Box(0, 0, height, width)
    before = None
    sequence = 0
    for i, (frame, duration) in enumerate(zip(film, film.durations, strict=True)):
        after = words(frame)
        if before is not None:
            box = changes(before, after)
        before = after
        part = np.ascontiguousarray(frame[box.slices][..., : len(mode)])
        data = Image.fromarray(part).tobytes("zip", mode, False, 6, -1, b"")
        place = (sequence, *box.size, box.left, box.top, min(0xFFFF, duration), 1000, 0, 0)
        out.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", *place)))
        if i == 0:
            out.append(chunk(b"IDAT", data))
            sequence += 1
        else:
            out.append(chunk(b"fdAT", struct.pack(">I", sequence + 1), data))
            sequence += 2
    return b"".join([*out, chunk(b"IEND")])


def chunk(name: bytes, *data: bytes) -> bytes:
    """A chunk of a PNG: its length, its name, its data and their checksum."""
    body = b"".join((name, *data))
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
