"""The 256 colors of a terminal, and which inks can be read on them (standard library only)."""

from __future__ import annotations

from functools import lru_cache

STEPS = (0, 95, 135, 175, 215, 255)
"""Levels of the 6×6×6 cube, in every terminal that has 256 colors."""


def palette_color(index: int) -> int:
    """0xRRGGBB of palette entry `index`, 16 to 255; the 16 below are the user's own."""
    if index >= 232:
        gray = 8 + 10 * (index - 232)
        return gray << 16 | gray << 8 | gray
    cube = index - 16
    return STEPS[cube // 36] << 16 | STEPS[cube // 6 % 6] << 8 | STEPS[cube % 6]


@lru_cache(maxsize=4096)
def nearest(color: int) -> int:
    """The palette entry, 16 to 255, that is nearest to `color` in OKLab."""
    light, a, b = oklab(color)
    return min(
        _entries(),
        key=lambda entry: (entry[1] - light) ** 2 + (entry[2] - a) ** 2 + (entry[3] - b) ** 2,
    )[0]


def contrast(one: int, other: int) -> float:
    """The contrast ratio of two colors, 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=4096)
def luminance(color: int) -> float:
    """Relative luminance, 0 to 1 (WCAG 2)."""
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def oklab(color: int) -> tuple[float, float, float]:
    """Lightness, green-red and blue-yellow of a color (Ottosson, 2020)."""
    red, green, blue = _linear(color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(color: int) -> tuple[float, float, float]:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in (color >> 16, color >> 8 & 255, color & 255))
    )
    return red, green, blue


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[int, float, float, float], ...]:
    """(index, lightness, green-red, blue-yellow) of every entry from 16 on."""
    return tuple((index, *oklab(palette_color(index))) for index in range(16, 256))
