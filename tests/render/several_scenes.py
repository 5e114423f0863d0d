"""Scenes of several layers that are compared, for the tests of pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import convviz
from convviz.diagrams import Scene


def drawn(command: str) -> Scene:
    """What a command line shows."""
    return convviz.draw(command).scene


COMMANDS = {
    "several, lines": "conv 9 --view line --compare dilation=1,2,3",
    "several, windows": "conv 7x7 -p 1 --view window --compare mode=zeros,circular",
    "several, strides": "conv 7 --view window --compare stride=1,2",
    "several, channels": "conv 2x6x6 --view channels --compare stride=1,2",
    "several, groups": "conv 4x9 --out-channels 4 --dims 1 --view channels --compare groups=1,2,4",
    "several, banks": "conv 6x6 --out-channels 2 --weight random --view kernels "
    "--compare dilation=1,2",
    "several, banks of planes": "conv 4x7x7 --out-channels 4 --view kernels --compare groups=1,2,4",
    "several, direct": "conv-transpose 3x3 --view direct --compare stride=1,2",
    "several, lanes": "conv-transpose 4 --view overlap --compare stride=1,2,3",
    "several, cropped lanes": "conv-transpose 3 -s 2 --view overlap --compare padding=0,1",
    "several, coverages": "conv-transpose 3x3 -s 2 --view coverage --compare kernel=3,4",
    "several, pooling": "pool 6x6 --compare kind=max,avg",
    "several, divisors": "pool 5x5 --kind avg -p 1 --compare count_include_pad=true,false",
    "several, divisors of a volume": "pool 5x5x5 --dims 3 --kind avg -p 1 "
    "--compare count_include_pad=true,false",
    "several, tilings": "pad 4x4 -m circular --tiling --compare padding=1,2",
    "several, large": "conv 64x64 --view window --compare dilation=1,4",
    "image, weights": "conv sample:photo --compare weight=sobel-x,sobel-y,laplacian",
    "image, pooled": "pool sample:photo --compare kernel=4,16",
    "compare, a volume": "conv 5x5x5 --dims 3 --compare kernel=2,3",
    "compare, stamps of a volume": "conv-transpose 2x2x2 --dims 3 -s 2 --compare kernel=3,4",
}

SEVERAL: dict[str, Callable[[], Scene]] = {
    name: partial(drawn, command) for name, command in COMMANDS.items()
}
