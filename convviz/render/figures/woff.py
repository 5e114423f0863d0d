"""A TrueType font cut down to a few characters, as a WOFF file: what an SVG carries.

Glyphs keep their numbers, so that all other tables stay true: those that are not wanted become
empty, which costs next to nothing once a table is compressed. Hinting goes: it is code that
belongs to tables which are left out, and a picture is drawn without it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from itertools import pairwise

Tables = dict[str, bytes]

KEPT = ("head", "hhea", "maxp", "OS/2", "GDEF", "GPOS")
"""Tables that are taken as they are; GDEF and GPOS place letters, where no `kern` does."""

NO_NAMES = struct.pack(">HHH", 0, 0, 6)

COMPOSITE_WORDS, COMPOSITE_MORE, COMPOSITE_HINTED = 0x0001, 0x0020, 0x0100
COMPOSITE_SCALES = ((0x0008, 2), (0x0040, 4), (0x0080, 8))
"""Flags of a part of a composite glyph, and for those of its scale the bytes that it takes."""


def cut(font: bytes, wanted: Mapping[int, int]) -> bytes:
    """A WOFF file of the TrueType file `font` with the characters of `wanted` only.

    wanted: code point → number of its glyph.
    """
    old = tables(font)
    count = struct.unpack_from(">H", old["maxp"], 4)[0]
    glyphs = all_glyphs(old, count)
    used = closed({0, *wanted.values()}, glyphs)
    new = {name: old[name] for name in KEPT if name in old}
    if "kern" in old or fixed_pitch(old):
        for name in ("GDEF", "GPOS"):
            new.pop(name, None)
    if "kern" in old:
        new["kern"] = kerning(old["kern"], used)
    new["hmtx"] = advances(old, used)
    shapes = [unhinted(glyph) if n in used else b"" for n, glyph in enumerate(glyphs)]
    shapes = [glyph + bytes(-len(glyph) % 4) for glyph in shapes]
    ends = [0]
    for glyph in shapes:
        ends.append(ends[-1] + len(glyph))
    new["glyf"] = b"".join(shapes)
    new["loca"] = struct.pack(f">{count + 1}I", *ends)
    head = bytearray(new["head"])
    struct.pack_into(">h", head, 50, 1)  # offsets of four bytes in `loca`
    new["head"] = bytes(head)
    new["cmap"] = character_map(wanted)
    new["name"] = NO_NAMES
    new["post"] = struct.pack(">I", 0x00030000) + old["post"][4:32]  # without names of glyphs
    return woff(new)


def tables(font: bytes) -> Tables:
    """The tables of a TrueType file."""
    found = {}
    for n in range(struct.unpack_from(">H", font, 4)[0]):
        name, _, start, length = struct.unpack_from(">4sIII", font, 12 + 16 * n)
        found[name.decode("latin-1").rstrip()] = font[start : start + length]
    return found


def all_glyphs(font: Tables, count: int) -> list[bytes]:
    """The outlines, by the numbers of their glyphs; b"" where nothing is drawn."""
    if struct.unpack_from(">h", font["head"], 50)[0]:
        ends = struct.unpack_from(f">{count + 1}I", font["loca"])
    else:
        ends = tuple(2 * end for end in struct.unpack_from(f">{count + 1}H", font["loca"]))
    return [font["glyf"][start:end] for start, end in pairwise(ends)]


def closed(wanted: Iterable[int], glyphs: list[bytes]) -> set[int]:
    """`wanted`, and the glyphs that these are composed of."""
    found: set[int] = set()
    left = list(wanted)
    while left:
        number = left.pop()
        if number not in found:
            found.add(number)
            left += [part for _, _, part in parts(glyphs[number])]
    return found


def parts(glyph: bytes) -> list[tuple[int, int, int]]:
    """(where its flags are, where it ends, its number) for each part of a composite glyph."""
    found: list[tuple[int, int, int]] = []
    if not glyph or struct.unpack_from(">h", glyph)[0] >= 0:
        return found
    place, flags = 10, COMPOSITE_MORE
    while flags & COMPOSITE_MORE:
        flags, number = struct.unpack_from(">HH", glyph, place)
        end = place + (8 if flags & COMPOSITE_WORDS else 6)
        end += sum(size for flag, size in COMPOSITE_SCALES if flags & flag)
        found.append((place, end, number))
        place = end
    return found


def unhinted(glyph: bytes) -> bytes:
    """An outline without its instructions."""
    if not glyph:
        return glyph
    contours = struct.unpack_from(">h", glyph)[0]
    if contours >= 0:
        place = 10 + 2 * contours
        end = place + 2 + struct.unpack_from(">H", glyph, place)[0]
        return glyph[:place] + b"\0\0" + glyph[end:]
    found = parts(glyph)
    bare = bytearray(glyph[: found[-1][1]])
    for place, _, _ in found:
        flags = struct.unpack_from(">H", bare, place)[0]
        struct.pack_into(">H", bare, place, flags & ~COMPOSITE_HINTED)
    return bytes(bare)


def advances(font: Tables, used: set[int]) -> bytes:
    """The widths of glyphs and where their ink begins, zero for those that are not used."""
    count = struct.unpack_from(">H", font["hhea"], 34)[0]
    pairs = [font["hmtx"][4 * n : 4 * n + 4] for n in range(count)]
    bare = [pair if n in used else bytes(4) for n, pair in enumerate(pairs)]
    # Glyphs from the last one on share its width, and have an entry of two bytes each.
    bare[-1] = pairs[-1]
    return b"".join(bare) + font["hmtx"][4 * count :]


def fixed_pitch(font: Tables) -> bool:
    """Whether all characters are equally wide, so that none moves closer to another."""
    return bool(struct.unpack_from(">I", font["post"], 12)[0])


def kerning(table: bytes, used: set[int]) -> bytes:
    """A `kern` table of version 0 with the pairs of used glyphs only, in its first part."""
    count = struct.unpack_from(">H", table, 10)[0]
    every = [table[18 + 6 * n : 24 + 6 * n] for n in range(count)]
    pairs = [each for each in every if used.issuperset(struct.unpack_from(">HH", each))]
    coverage = struct.unpack_from(">H", table, 8)[0]
    length = 14 + 6 * len(pairs)
    start = struct.pack(">HHHHH", 0, 1, 0, length, coverage)
    return start + searched(len(pairs), 6) + b"".join(pairs)


def searched(count: int, size: int) -> bytes:
    """The header of a list of `count` entries of `size` bytes that is searched by halves."""
    halvings = max(count, 1).bit_length() - 1
    most = size << halvings
    return struct.pack(">HHHH", count, most, halvings, max(0, size * count - most))


def character_map(wanted: Mapping[int, int]) -> bytes:
    """A `cmap` table of format 12, for all of Unicode."""
    groups = b"".join(struct.pack(">III", code, code, wanted[code]) for code in sorted(wanted))
    header = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(wanted))
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + header + groups


def woff(font: Tables) -> bytes:
    """A WOFF 1 file of a font's tables, each compressed where that makes it smaller."""
    names = sorted(font)
    place = 44 + 20 * len(names)
    entries, bodies, whole = [], [], 12 + 16 * len(names)
    for name in names:
        data = font[name]
        small = zlib.compress(data, 9)
        body = small if len(small) < len(data) else data
        sizes = (place, len(body), len(data), checksum(name, data))
        entries.append(struct.pack(">4sIIII", name.encode("latin-1"), *sizes))
        bodies.append(body + bytes(-len(body) % 4))
        place += len(bodies[-1])
        whole += len(data) + -len(data) % 4
    header = (b"wOFF", 0x00010000, place, len(names), 0, whole, 1, 0, 0, 0, 0, 0, 0)
    return b"".join([struct.pack(">4sIIHHIHHIIIII", *header), *entries, *bodies])


def checksum(name: str, data: bytes) -> int:
    """The sum of a table's words; of `head` without the sum of the whole file that is in it."""
    if name == "head":
        data = data[:8] + bytes(4) + data[12:]
    padded = data + bytes(-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
