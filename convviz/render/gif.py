"""A film as a GIF: one palette for all frames, no dither, only what changed in each frame.

Pillow compresses, but the container is written here: Pillow's own writer merges equal neighbors
and weighs a palette per frame, while here the count of frames is a promise.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convviz.render.frames import Box, Film, Pixels, Words, changes, words

COLORS = 128
"""Entries of the palette; the last is the transparent one."""

EXACT, FAR = 42, 24
"""Of them, the most frequent colors, and those that lie farthest from all others, kept as are."""

BITS = 7
TRANSPARENT = COLORS - 1

FAINT = 24
"""The alpha below which a pixel is clear."""

KEEP, CLEAR = 1, 2
"""What a viewer does with a frame when its time is over."""

Indices: TypeAlias = NDArray[np.uint8]
"""(height, width): an index of the palette per pixel."""


class Palette:
    """At most COLORS − 1 colors, chosen from `samples`, and the nearest of them for any color.

    The most frequent colors are kept exactly: they are paper, ink and the fills of the cells. The
    rest, which are the soft edges between them, share what is left by median cut. A rare color that
    is far from all of these, such as the one magenta number of a formula, has an entry of its own.
    """

    def __init__(self, samples: list[Pixels]) -> None:
        first, *others = map(words, samples)
        parts = [first, *(other[changes(first, other).slices] for other in others)]
        seen = np.concatenate([part.ravel() & 0xFFFFFF for part in parts])
        found, counts = tally(seen)
        if len(found) > TRANSPARENT:
            order = np.argsort(-counts, kind="stable")
            exact = found[order[:EXACT]]
            rest = np.sort(order[EXACT:])
            soft = median_cut(found[rest], counts[rest], TRANSPARENT - EXACT - FAR)
            found = with_far(np.concatenate([exact, soft[~np.isin(soft, exact)]]), found)
        self.colors: NDArray[np.uint8] = channels(found)
        # Every color that was met → its index + 1: a lookup per pixel instead of a search. Zeros
        # take no memory where nothing is written.
        self._table = np.zeros(1 << 24, np.uint8)
        self._table[found] = np.arange(1, len(found) + 1, dtype=np.uint8)

    def indices(self, pixels: Words) -> Indices:
        """The index of the nearest color for each of `pixels`."""
        colors = pixels & 0xFFFFFF
        found: Indices = self._table[colors]
        missing = colors[found == 0]
        if missing.size:
            self._learn(np.unique(missing))
            found = self._table[colors]
        found -= 1
        return found

    def _learn(self, colors: NDArray[np.uint32]) -> None:
        # |p − c|² less |p|², which is the same for all c; whole numbers below 2²⁴, so exact.
        known = self.colors.astype(np.float32)
        squares = (known**2).sum(axis=1)
        for start in range(0, len(colors), 1 << 14):
            part = colors[start : start + (1 << 14)]
            distance = squares - 2 * channels(part).astype(np.float32) @ known.T
            self._table[part] = distance.argmin(axis=1) + 1


def tally(colors: Words) -> tuple[Words, NDArray[np.intp]]:
    """The distinct values of (n,) `colors`, in order, and how often each is met.

    By runs of equal neighbors: most of a sheet is flat, and sorting all of its pixels takes longer.
    """
    starts = np.flatnonzero(np.concatenate([[True], colors[1:] != colors[:-1]]))
    lengths = np.diff(starts, append=len(colors)).astype(np.uint64)
    # Color and length in one number: sorting these takes less than finding their order.
    runs = np.sort(colors[starts].astype(np.uint64) << 32 | lengths)
    found = (runs >> 32).astype(np.uint32)
    firsts = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]]))
    return found[firsts], np.add.reduceat((runs & 0xFFFFFFFF).astype(np.intp), firsts)


def channels(colors: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """(n, 3): red, green and blue of each of n colors."""
    return colors.astype("<u4")[:, None].view(np.uint8)[:, :3]


def median_cut(
    colors: NDArray[np.uint32], counts: NDArray[np.intp], wanted: int
) -> NDArray[np.uint32]:
    """At most `wanted` colors that stand for `colors`; a color weighs as often as it was met.

    The weight has an upper limit: a large flat area must not take all entries.
    """
    pixels = channels(np.repeat(colors, np.minimum(counts, 16)))
    image = Image.fromarray(pixels[None])
    reduced = image.quantize(wanted, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    chosen = np.array(reduced.getpalette(), np.uint32).reshape(-1, 3)[:wanted]
    return np.unique(chosen[:, 0] | chosen[:, 1] << 8 | chosen[:, 2] << 16)


def with_far(chosen: NDArray[np.uint32], colors: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """`chosen`, and FAR of `colors`, each the one that is farthest from all before it."""
    # |p − c|²: whole numbers below 2²⁴, so exact.
    points = channels(colors).astype(np.float32)
    squares = (points * points).sum(axis=1)
    known = channels(chosen).astype(np.float32)
    distance = (squares[:, None] - 2 * points @ known.T + (known * known).sum(axis=1)).min(axis=1)
    far = []
    for _ in range(FAR):
        far.append(int(distance.argmax()))
        color = points[far[-1]]
        np.minimum(distance, squares - 2 * points @ color + color @ color, out=distance)
    return np.concatenate([chosen, colors[far]])


def gif(film: Film) -> bytes:
    """The bytes of a GIF that plays without end.

    Each frame holds what changed since the one before. Where the paper is transparent that cannot
    be, since drawing never clears a pixel: then each frame is whole, and cleared after its time.
    """
    samples = list(film.samples.values())
    height, width = samples[0].shape[:2]
    clear = any(bool(sample[..., 3].min() < 255) for sample in samples)
    if clear:
        samples = [on_paper(sample, film.paper) for sample in samples]
    palette = Palette(samples)
    table = np.zeros((COLORS, 3), np.uint8)
    table[: len(palette.colors)] = palette.colors
    out = [
        struct.pack("<6sHHBBB", b"GIF89a", width, height, 0xF0 | BITS - 1, 0, 0),
        table.tobytes(),
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00",
    ]
    if film.description:
        out += [b"\x21\xfe", sub_blocks(film.description.encode()), b"\x00"]
    drawn = whole(film, palette) if clear else differences(film, palette)
    for (box, indices), duration in zip(drawn, film.durations, strict=True):
        hundredths = min(0xFFFF, max(2, round(duration / 10)))
        flags = (CLEAR if clear else KEEP) << 2 | 1
        image = Image.frombuffer("P", box.size, indices.tobytes(), "raw", "P", 0, 1)
        out += [
            struct.pack("<3sBHBB", b"\x21\xf9\x04", flags, hundredths, TRANSPARENT, 0),
            struct.pack("<BHHHHB", 0x2C, box.left, box.top, *box.size, 0),
            bytes([BITS]),
            image.tobytes("gif", "P", BITS),
            b"\x00",
        ]
    return b"".join([*out, b"\x3b"])


def differences(film: Film, palette: Palette) -> Iterator[tuple[Box, Indices]]:
    """Per frame the box that changed and its colors, unchanged pixels transparent."""
    frames = iter(film)
    before = words(next(frames))
    shown = palette.indices(before)
    yield Box(0, 0, *shown.shape), shown
    for frame in frames:
        after = words(frame)
        box = changes(before, after)
        differs = before[box.slices] != after[box.slices]
        new = palette.indices(after[box.slices][differs])
        drawn = np.full(differs.shape, TRANSPARENT, np.uint8)
        drawn[differs] = np.where(new == shown[box.slices][differs], TRANSPARENT, new)
        shown[box.slices][differs] = new
        yield box, drawn
        before = after


def whole(film: Film, palette: Palette) -> Iterator[tuple[Box, Indices]]:
    """Per frame all of its colors, clear pixels transparent."""
    for frame in film:
        indices = palette.indices(words(on_paper(frame, film.paper)))
        indices[frame[..., 3] < FAINT] = TRANSPARENT
        yield Box(0, 0, *indices.shape), indices


def on_paper(frame: Pixels, paper: tuple[int, int, int]) -> Pixels:
    """`frame` without transparency: a pixel of a GIF is clear or it is not, so edges take paper."""
    alpha = frame[..., 3:].astype(np.float32) / 255
    found = np.full_like(frame, 255)
    found[..., :3] = np.rint(frame[..., :3] * alpha + np.array(paper) * (1 - alpha))
    return found


def sub_blocks(data: bytes) -> bytes:
    """`data` in the blocks of at most 255 bytes that a GIF is made of."""
    parts = (data[i : i + 255] for i in range(0, len(data), 255))
    return b"".join(bytes([len(part)]) + part for part in parts)
