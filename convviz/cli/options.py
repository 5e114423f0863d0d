"""The options that commands share: their words, their help, what the shell completes."""

from __future__ import annotations

from convviz.cli.command import COMMON, Argument, Option
from convviz.spec.layers import LAYER_MODES
from convviz.spec.modes import MODES, NAMES, TORCH_NAMES

# Of tables whose rooms load much, help and completion need the names alone; a test compares them.
FILLS = ("count", "arange", "ones", "impulse", "random", "gradient", "checker")
WEIGHTS = (
    "count", "ones", "identity", "box", "gaussian", "sobel-x", "sobel-y", "laplacian", "sharpen",
    "random", "xavier-normal", "kaiming-normal",
)  # fmt: skip
BIASES = ("none", "count", "ones", "random")
COLUMNS = (
    "number", "name", "layer", "input", "output", "params", "macs", "flops", "memory", "field",
    "jump", "start", "unread", "zeros", "corner",
)  # fmt: skip

COLORS = ("auto", "always", "never")
THEMES = ("auto", "light", "dark")
SIZES = ("slide", "paper", "square")

ALL = "all"
"""The word for PyTorch's four modes together."""

PADDING_TEXT = "1, or 1,2 (rows, cols), or 1:0,2:1 (before:after)"


def input_argument() -> Argument:
    """INPUT."""
    return Argument(
        "input",
        text='4x4  3x32x32  "1 2; 3 4"  x.npy  photo.png  -  sample:photo',
        choices=("files", "sample:photo"),
    )


def layer_argument() -> Argument:
    """LAYER, in PyTorch's words; the examples show it."""
    return Argument("layer")


def pad_modes() -> Option:
    """`--mode` of pad, with a picture of each mode."""
    width = max(map(len, NAMES))
    lines = [f"{mode.name:<{width}}  {mode.picture}  {mode.rule}" for mode in MODES]
    *most, last = TORCH_NAMES
    lines.append(f"{ALL:<{width}}  {', '.join(most)} and {last} together")
    return Option(
        "-m", "--mode", word="MODE", text=lines, shown=NAMES[0], group="Padding",
        choices=(*NAMES, ALL),
    )  # fmt: skip


def layer_modes() -> Option:
    """`--mode` of a convolution."""
    return Option(
        "-m", "--mode", word="MODE", text=" ".join(LAYER_MODES), shown=LAYER_MODES[0],
        group="Layer", choices=LAYER_MODES,
    )  # fmt: skip


def sizes(
    kernel: str, stride: str, step: str = "cells from one window to the next"
) -> list[Option]:
    """`-k` and `-s`, with their defaults."""
    return [
        Option("-k", "--kernel", word="SIZE", text="3, or 3,5 (rows, cols), as all sizes below",
               shown=kernel, group="Layer"),
        Option("-s", "--stride", word="N", text=step,
               shown=stride, group="Layer"),
    ]  # fmt: skip


def dilation(text: str = "cells from one tap to the next") -> Option:
    """`-d`."""
    return Option("-d", "--dilation", word="N", text=text, shown="1", group="Layer")


def at(word: str, text: str) -> Option:
    """`--at`."""
    return Option("--at", word=word, text=text, shown="0,0", group="Layer")


def channel_options() -> list[Option]:
    """`--groups` and `--out-channels`, which is named in the other's text."""
    return [
        Option("-g", "--groups", word="N", group="Layer", shown="1",
               text="channel groups; --out-channels N, else one each"),
        Option("--out-channels", word="N", group="Layer"),
    ]  # fmt: skip


def weight_options() -> list[Option]:
    """`--weight` and `--bias`."""
    names = " ".join(WEIGHTS)
    return [
        Option("--weight", word="W", group="Layer", choices=(*WEIGHTS, "files"), shown="count",
               text=f'"1 0; 0 1", w.npy, or {names}'),
        Option("--bias", word="B", text='0.5, "1 2" (one per output channel), b.npy, random',
               shown="none", group="Layer", choices=(*BIASES, "files")),
    ]  # fmt: skip


def fill() -> Option:
    """`--fill`."""
    return Option(
        "--fill", word="NAME", text=" ".join(FILLS), shown="count", group="Input", choices=FILLS
    )


def output_options(compare: str = "", *, brief: bool = True) -> list[Option]:
    """Where the answer goes and how it looks.

    compare: an example of what can be compared, for the help of --compare.
    brief:   WHEN and NAME for the choices of --color and --theme, and --seed among these.
    """
    return [
        Option("-o", "--output", word="FILE", choices="files"),
        Option("--json"),
        Option("--plain"),
        Option("--full"),
        Option("--precision", word="N"),
        *([Option("--compare", word=compare)] if compare else []),
        Option("--color", word="WHEN" if brief else "|".join(COLORS), choices=COLORS),
        Option("--ascii"),
        Option("--theme", word="NAME" if brief else "|".join(THEMES), choices=THEMES),
        *([Option("--seed", word="N")] if brief else []),
        *common_options(),
    ]


def work() -> Option:
    """`--max-macs`, of layers that multiply."""
    return Option("--max-macs", word="N")


def motion_options() -> list[Option]:
    """What makes an answer move; listed once for all, like the common ones."""
    return [
        Option("--animate", group=COMMON),
        Option("--step", group=COMMON),
        Option("--fps", word="N", group=COMMON),
        Option("--frames", word="FILE", group=COMMON, choices="files"),
    ]


def common_options() -> list[Option]:
    """What every command takes, and `convviz --help` lists once for all."""
    return [
        Option("--view", word="NAME", group=COMMON),
        Option("--size", word="SIZE", group=COMMON, choices=SIZES),
        Option("--dpi", word="N", group=COMMON),
        Option("--title", word="TEXT", group=COMMON),
        Option("--font", word="NAME", group=COMMON),
        Option("--transparent", group=COMMON),
        Option("--no-caption", group=COMMON),
        Option("--no-footer", group=COMMON),
        Option("--dims", word="N", group=COMMON, choices=("1", "2", "3")),
        Option("--max-elements", word="N", group=COMMON),
    ]
