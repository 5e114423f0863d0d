"""Colors as arrays: the identity map, the ramps, the tokens of both themes, contrast.

A color is sRGB in 0 … 1, its last axis (r, g, b). Two systems that are never mixed up: *role
colors* (`tokens`) say what a thing is, *identity colors* (`ident`) say which one it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]

LIGHT_INK, DARK_INK = "#FFFFFF", "#04060A"
"""The two inks of numbers on colored cells."""


class Trio(NamedTuple):
    """One role in three strengths: behind a label, as a line or solid, as text."""

    tint: str
    mid: str
    strong: str


class Tokens(NamedTuple):
    """The named colors of one theme, as hex."""

    paper: str
    ink: str
    ink2: str
    ink3: str
    pad_edge: str
    line: str
    panel: str
    input: Trio
    kernel: Trio
    output: Trio
    focus: str


TOKENS = {
    "light": Tokens(
        paper="#FFFFFF",
        ink="#16202E",
        ink2="#55617A",
        ink3="#68748A",
        pad_edge="#8592A6",
        line="#CBD3DE",
        panel="#EBEFF5",
        input=Trio("#DCE9FB", "#4A8FE6", "#1B62BD"),
        kernel=Trio("#FFE8C7", "#D97F06", "#A65200"),
        output=Trio("#D2F0E5", "#1FA07C", "#06785A"),
        focus="#9A0070",
    ),
    "dark": Tokens(
        paper="#0D121B",
        ink="#EDF2F9",
        ink2="#A9B5C8",
        ink3="#8592A8",
        pad_edge="#5F6C83",
        line="#2B3647",
        panel="#1A2230",
        input=Trio("#1A3355", "#4E90E2", "#8DBEFA"),
        kernel=Trio("#47320F", "#F2A33A", "#FFC777"),
        output=Trio("#0F3D33", "#2DB08B", "#6EDFBE"),
        focus="#E14B90",
    ),
}

# Ottosson (2020), "A perceptual color space for image processing".
_LMS_OF_LAB = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_RGB_OF_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

_STOPS = np.array([0.0, 1 / 3, 2 / 3, 1.0])
_TOP_HUE = np.array([252.0, 342.0, 390.0, 442.0])
_BOTTOM_HUE = np.array([260.0, 325.0, 372.0, 415.0])
_TILT = np.array([0.01, -0.01, 0.02, 0.0])


def ident(row: ArrayLike, col: ArrayLike, rows: int, cols: int) -> Floats:
    """(…, 3): which cell of a rows × cols grid it is. Column is hue, row is lightness.

    row, col: indices, broadcast against each other. The two directions that a red-green dichromat
    still sees; green stays free for "output".
    """
    r, c = np.broadcast_arrays(np.asarray(row, float), np.asarray(col, float))
    down = r / (rows - 1) if rows > 1 else np.full(r.shape, 0.38)
    across = c / (cols - 1) if cols > 1 else np.full(c.shape, 0.5)
    hue = (1 - down) * _smooth(across, _TOP_HUE) + down * _smooth(across, _BOTTOM_HUE)
    return oklch(0.86 - 0.32 * down + _smooth(across, _TILT), 0.155, hue)


def ident_field(rows: Array, cols: Array, extent: tuple[int, int]) -> Floats:
    """(len(rows), len(cols), 3): `ident` where those rows and columns cross, for many cells.

    The map is smooth: on large extents it is read off a lattice, within 3 of 255 at its kinks and
    far less elsewhere.
    """
    high, wide = extent
    if len(rows) * len(cols) <= 4 * LATTICE**2:
        return _field(tuple(rows.tolist()), tuple(cols.tolist()), extent).copy()
    lattice = _lattice(high > 1, wide > 1)
    down, across = (_between(index, size) for index, size in ((rows, high), (cols, wide)))
    (top, low), (left, right) = down[:2], across[:2]
    along = mixed(lattice[:, right], lattice[:, left], across[2])
    # As `mixed`, in place: the arrays are large.
    share = down[2][:, None, None]
    found, above = along[low], along[top]
    found *= share
    above *= 1 - share
    found += above
    return found


LATTICE = 97


@lru_cache(maxsize=8)
def _field(rows: tuple[int, ...], cols: tuple[int, ...], extent: tuple[int, int]) -> Floats:
    """`ident` where those rows and columns cross: all frames of a film ask for the same."""
    return ident(np.array(rows)[:, None], np.array(cols), *extent)


@cache
def _lattice(high: bool, wide: bool) -> Floats:
    """(LATTICE, LATTICE, 3): the map at even distances; high, wide: it has rows, columns."""
    knots = np.arange(LATTICE)
    return ident(knots[:, None], knots, LATTICE if high else 1, LATTICE if wide else 1)


def _between(index: Array, size: int) -> tuple[Array, Array, Floats]:
    """(knot before, knot after, share of the knot after) of each index of an axis."""
    place = index * ((LATTICE - 1) / (size - 1)) if size > 1 else np.zeros(len(index))
    before = np.minimum(place.astype(np.intp), LATTICE - 2)
    return before, before + 1, place - before


def count_ramp(values: ArrayLike, most: float, theme: str) -> Floats:
    """(…, 3): how many, from 1 to `most`; monotone in lightness, more is further from the paper."""
    t = np.clip((np.asarray(values, float) - 1) / max(most - 1, 1), 0, 1)
    if theme == "dark":
        return oklch(0.33 + 0.52 * t, 0.05 + 0.075 * t, 262 - 14 * t)
    return oklch(0.93 - 0.50 * t, 0.03 + 0.125 * t, 250 + 10 * t)


def value_ramp(t: ArrayLike, theme: str) -> Floats:
    """(…, 3): a value's place in its range, 0 … 1, for small integer images."""
    share = np.clip(np.asarray(t, float), 0, 1)
    if theme == "dark":
        return oklch(0.25 + 0.36 * share, 0.03 + 0.105 * share, 256)
    return oklch(0.965 - 0.30 * share, 0.015 + 0.105 * share, 252)


def output_ramp(t: ArrayLike, theme: str) -> Floats:
    """(…, 3): an output's place in its range, 0 … 1, where cells are too small for numbers."""
    share = np.clip(np.asarray(t, float), 0, 1)
    if theme == "dark":
        return oklch(0.27 + 0.45 * share, 0.03 + 0.095 * share, 165)
    return oklch(0.965 - 0.43 * share, 0.015 + 0.10 * share, 165)


STEPS = 1024
"""Of a ramp, where more cells wear it: finer than what a pixel can tell apart."""


def stepped(ramp: Callable[[Array, str], Array], share: Array, theme: str) -> Array:
    """(…, 3): `ramp` of the shares, 0 … 1; of many, read off a table."""
    if share.size <= STEPS:
        return ramp(share, theme)
    table = ramp(np.linspace(0, 1, STEPS), theme)
    found: Array = table[np.rint(share * (STEPS - 1)).astype(np.intp)]
    return found


def kernel_ramp(t: ArrayLike, theme: str) -> Floats:
    """(…, 3): the size of a weight, 0 … 1, from the kernel's tint to a clear amber."""
    share = np.clip(np.asarray(t, float), 0, 1)
    if theme == "dark":
        return oklch(0.33 + 0.40 * share, 0.055 + 0.080 * share, 74)
    return oklch(0.955 - 0.175 * share, 0.032 + 0.108 * share, 76 - 6 * share)


def signed_ramp(t: ArrayLike, theme: str) -> Floats:
    """(…, 3): signed values, −1 … 1: amber below zero, the paper's gray at zero, blue above.

    Lightness falls (in dark, rises) evenly to both sides, so zero and size are read without hue.
    """
    share = np.clip(np.asarray(t, float), -1, 1)
    size = np.abs(share)
    hue = np.where(share < 0, 62.0, 254.0)
    if theme == "dark":
        return oklch(0.24 + 0.55 * size, 0.012 + 0.135 * size, hue)
    return oklch(0.965 - 0.46 * size, 0.006 + 0.15 * size, hue)


def oklch(lightness: ArrayLike, chroma: ArrayLike, hue: ArrayLike) -> Floats:
    """(…, 3) sRGB of OKLCh; the chroma is lowered until the color is in gamut. Hue in degrees."""
    light, full, angle = np.broadcast_arrays(
        np.asarray(lightness, float), np.asarray(chroma, float), np.radians(np.asarray(hue, float))
    )
    a, b = np.cos(angle), np.sin(angle)
    low, high = np.zeros(light.shape), full.copy()
    inside = _in_gamut(_linear(light, high * a, high * b))
    low = np.where(inside, high, low)
    for _ in range(0 if inside.all() else 20):
        middle = (low + high) / 2
        fits = _in_gamut(_linear(light, middle * a, middle * b))
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return _companded(np.clip(_linear(light, low * a, low * b), 0, 1))


@cache
def rgb(color: str) -> Floats:
    """(3,) from "#RRGGBB"; read only, as it is made once."""
    found = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    found.flags.writeable = False
    return found


def hexes(colors: ArrayLike) -> Array:
    """(…) of "#RRGGBB" from (…, 3)."""
    flat = np.rint(np.asarray(colors, float) * 255).astype(int)
    packed = (flat[..., 0] << 16) | (flat[..., 1] << 8) | flat[..., 2]
    return np.asarray(np.vectorize(lambda number: f"#{number:06X}", otypes=[object])(packed))


def mixed(color: ArrayLike, other: ArrayLike, share: ArrayLike) -> Floats:
    """(…, 3): `share` of `color` and the rest of `other`, as a translucent layer would show."""
    part: Floats = np.asarray(share, float)[..., None]
    blend: Floats = np.asarray(color, float) * part + np.asarray(other, float) * (1 - part)
    return blend


def luminance(colors: ArrayLike) -> Floats:
    """(…): relative luminance, WCAG 2."""
    srgb = np.asarray(colors, float)
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ _LUMINANCE, dtype=np.float64)


def contrast(one: ArrayLike, other: ArrayLike) -> Floats:
    """(…): the contrast of two colors, 1 … 21, WCAG 2."""
    a, b = luminance(one), luminance(other)
    ratio: Floats = (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)
    return ratio


def ink_on(colors: ArrayLike) -> Floats:
    """(…, 3): the ink, nearly black or white, that contrasts more with each color."""
    dark, light = rgb(DARK_INK), rgb(LIGHT_INK)
    better = contrast(colors, dark) >= contrast(colors, light)
    return np.where(better[..., None], dark, light)


def _smooth(t: Floats, stops: Floats) -> Floats:
    """A monotone cubic through `stops` at thirds: harmonic slopes inside, secants at the ends.

    Fritsch & Butland (1984). Linear pieces would show as bands in large grids.
    """
    h = 1 / 3
    secants = np.diff(stops) / h
    left, right = secants[:-1], secants[1:]
    same = left * right > 0
    total = np.where(same, left + right, 1.0)
    inner = np.where(same, 2 * left * right / total, 0.0)
    slopes = np.concatenate([secants[:1], inner, secants[-1:]])
    piece = np.clip((t / h).astype(int), 0, 2)
    x = (t - _STOPS[piece]) / h
    y0, y1, m0, m1 = stops[piece], stops[piece + 1], slopes[piece] * h, slopes[piece + 1] * h
    return np.asarray(
        (1 + 2 * x) * (1 - x) ** 2 * y0
        + x * (1 - x) ** 2 * m0
        + x * x * (3 - 2 * x) * y1
        + x * x * (x - 1) * m1
    )


def _linear(light: Floats, a: Floats, b: Floats) -> Floats:
    """(…, 3) linear sRGB of OKLab, possibly out of gamut."""
    lms: Floats = np.stack([light, a, b], axis=-1) @ _LMS_OF_LAB.T
    linear: Floats = lms**3 @ _RGB_OF_LMS.T
    return linear


def _in_gamut(linear: Floats) -> NDArray[np.bool_]:
    return np.asarray(((linear >= -1e-6) & (linear <= 1 + 1e-6)).all(axis=-1))


def _companded(linear: Floats) -> Floats:
    """SRGB of linear sRGB."""
    root = np.maximum(linear, 0.0031308) ** (1 / 2.4)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * root - 0.055)
