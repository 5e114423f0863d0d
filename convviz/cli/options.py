"""The options that commands share: their words, their help, what the shell completes."""

from __future__ import annotations

from collections.abc import Sequence

from convviz.cli.command import Argument, Option
from convviz.spec.layers import LAYER_MODES
from convviz.spec.modes import MODES, NAMES, TORCH_NAMES

# Of tables whose rooms load NumPy, help and completion need the names alone; a test compares them.
FILLS = ("count", "arange", "ones", "impulse", "random", "gradient", "checker")
WEIGHTS = (
    "count", "ones", "identity", "box", "gaussian", "sobel-x", "sobel-y", "laplacian", "sharpen",
    "random", "xavier-normal", "kaiming-normal",
)  # fmt: skip
BIASES = ("none", "count", "ones", "random")

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
        choices=("sample:photo", "files"),
    )


def layer_argument(example: str) -> Argument:
    """LAYER, in PyTorch's words."""
    return Argument("layer", text=f'"{example}" stands for all options above')


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


def sizes(kernel: str, stride: str) -> list[Option]:
    """`-k` and `-s`, with their defaults."""
    return [
        Option("-k", "--kernel", word="SIZE", text="3, or 3,5 (rows, cols)", shown=kernel,
               group="Layer"),
        Option("-s", "--stride", word="N", text="cells from one window to the next",
               shown=stride, group="Layer"),
    ]  # fmt: skip


def input_options(*, weights: bool) -> list[Option]:
    """What fills a shape."""
    seed = "for random fills and weights" if weights else "for random fills"
    return [
        Option("--fill", word="NAME", text=" ".join(FILLS), shown="count", group="Input",
               choices=FILLS),
        Option("--seed", word="N", text=seed, shown="0", group="Input"),
    ]  # fmt: skip


def output_options(compare: str = "") -> list[Option]:
    """Where the answer goes and how it looks."""
    options = [
        Option("-o", "output", word="FILE", choices="files"),
        Option("--json"),
        Option("--plain"),
        Option("--full"),
        Option("--precision", word="N"),
    ]
    if compare:
        options.append(Option("--compare", word=compare))
    return [
        *options,
        Option("--color", word="|".join(COLORS), choices=COLORS),
        Option("--ascii"),
        Option("--theme", word="|".join(THEMES), choices=THEMES),
        Option("--dims", word="N", choices=("1", "2", "3")),
        Option("--max-elements", word="N"),
        Option("--size", word="SIZE", choices=SIZES),
        Option("--title", word="TEXT"),
    ]


def weight_options(channels: str) -> list[Option]:
    """`--out-channels`, `--weight` and `--bias`."""
    first, second = " ".join(WEIGHTS[:8]), " ".join(WEIGHTS[8:])
    return [
        Option("--out-channels", word="N", text="output channels", shown=channels, group="Layer"),
        Option("--weight", word="W", group="Layer", choices=(*WEIGHTS, "files"), shown="count",
               text=(f'"1 0; 0 1", w.npy, or {second}', first)),
        Option("--bias", word="B", text="0.5, or 1,2 (one per output channel), b.npy, random",
               shown="none", group="Layer", choices=(*BIASES, "files")),
    ]  # fmt: skip


def choices(words: Sequence[str]) -> str:
    """Words as help lists them."""
    return " ".join(words)
