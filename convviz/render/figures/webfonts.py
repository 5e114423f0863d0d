"""The fonts of an SVG inside it, cut down to the characters that it shows.

Text stays text, to be selected and searched, and yet looks the same in every browser: nothing is
fetched, and nothing is taken from the reader's machine as long as the fonts are ours to pass on.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, get_font

from convviz.render.figures.woff import cut

Written = tuple[str, FontProperties]
"""A text and what it is set in."""


def embedded(svg: str, texts: Iterable[Written]) -> str:
    """`svg`, as matplotlib writes it, with the fonts of `texts` and their spaces kept.

    Without its document type, an address from which some readers would fetch a definition.
    """
    svg = re.sub(r"<!DOCTYPE[^>]*>\n", "", svg, count=1)
    rules = "".join(f"{rule}\n" for rule in faces(texts))
    style = f'<style type="text/css">\n{rules}text{{white-space: pre}}\n</style>'
    # Editors that know no such rule of style go by the attribute.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return svg.replace("<defs>", f"<defs>\n  {style}", 1)


def faces(texts: Iterable[Written]) -> list[str]:
    """An @font-face rule for each family and weight that sets some of the characters."""
    wanted: dict[tuple[tuple[str, ...], int], set[str]] = {}
    for text, properties in texts:
        weight = font_manager.weight_dict[str(properties.get_weight())]
        key = (tuple(properties.get_family()), weight)
        wanted.setdefault(key, set()).update(text)
    shown: dict[tuple[str, int], set[str]] = {}
    for (families, weight), characters in wanted.items():
        for character in characters:
            family = first(character, families, weight)
            if family is not None:
                shown.setdefault((family, weight), set()).add(character)
    return [
        rule(family, weight, located(family, weight), shown[family, weight])
        for family, weight in sorted(shown)
        if passed_on(located(family, weight))
    ]


def first(character: str, families: Iterable[str], weight: int) -> str | None:
    """The first of the families that has the character; None where it is drawn as a box."""
    for family in families:
        if ord(character) in get_font(located(family, weight)).get_charmap():
            return family
    return None


def located(family: str, weight: int) -> str:
    """The file that matplotlib takes for a family in that weight."""
    return str(font_manager.fontManager.findfont(FontProperties(family=[family], weight=weight)))


def passed_on(file: str) -> bool:
    """Whether the license of a font lets a picture carry it: ours and those of matplotlib do."""
    folders = (str(resources.files("convviz.render")), matplotlib.get_data_path())
    return any(Path(file).resolve().is_relative_to(Path(folder).resolve()) for folder in folders)


def rule(family: str, weight: int, file: str, characters: Iterable[str]) -> str:
    """One @font-face with its font in it: the characters that are shown, a few kB."""
    known = get_font(file).get_charmap()
    font = cut(Path(file).read_bytes(), {ord(each): known[ord(each)] for each in characters})
    data = base64.b64encode(font).decode("ascii")
    source = f"url(data:font/woff;base64,{data})"
    return f"@font-face{{font-family: '{family}'; font-weight: {weight}; src: {source}}}"
