"""Texts that convviz reads: its README's, its gallery's, its golden tests'. Mutants come of them.

Every text stands under the reader that it is for; see `readers.READERS`.
"""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

SEEDS: dict[str, list[str]] = {
    "input": ["7", "3x32x32", "3×8×8", "1 2 3; 4 5 6", "[[1, 2], [3, 4]]", "[1 2; 3 4]", "-",
              "sample:photo", "x.npy", "1,2,3", "-1.5 nan; inf 1e3", "[[[1]], [[2]]]", "./3x3"],
    "sizes": ["3", "3x5", "3,5", "1×2×3"],
    "padding": ["1", "1,2", "1:0,2:1", "same", "valid", "1:0,2"],
    "index": ["0,0", "1,2,3", "7"],
    "range": ["16..64", "224,256", "1..7x3..5", "1-3", "200..600"],
    "literal": ["1 2 3; 4 5 6", "[[1, 2], [3, 4]]", "[[[1]], [[-2.5]]]", "1e3 −2", "1\n2\n3"],
    "csv": ["1,2,3\n4,5,6\n", "1;2\n3;4", "-1.5,nan,1e3,-inf", "1\t2\n3\t4", "1 2; 3 4"],
    "json": ["[[1, 2], [3, 4.5]]", '["NaN", "Infinity", 1]', '{"output": {"values": [[9]]}}',
             "[[[1e3]]]", "3"],
    "layer": [
        "Conv2d(3, 64, 7, stride=2, padding=3)", "ConvTranspose2d(8, 3, 2, stride=2)",
        "MaxPool2d(3, 2, 1, ceil_mode=True)", "nn.AvgPool3d((2, 1, 1), count_include_pad=False)",
        "AdaptiveAvgPool2d((None, 2))", "Unflatten(1, (2, -1))", "Upsample(scale_factor=2.0)",
        "Conv1d(4, 4, (3,), groups=2, padding='same', padding_mode=\"reflect\")", "GLU(1)",
        "LayerNorm([3, 4], elementwise_affine=True)", "ReflectionPad2d((1, 1, 2, 0))",
        "Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), device=None)", "PixelShuffle(2)",
    ],
    "network": [
        "conv 64 k3 s2 p1\nbn\nrelu\nmaxpool k2\nflatten\nfc 10",
        "dw k3 p1; conv 3→8 k1 no bias; up ×2 bilinear; deconv 4 k4 s2 p1 op1; pad 1:0,2 reflect",
        "Sequential(\n  (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))\n"
        "  (1-3): 3 x ReLU(inplace=True)\n  (last): Sequential(\n    (0): Flatten()\n  )\n)",
        "model = nn.Sequential(OrderedDict([('a', nn.Conv2d(3, 4, 3)), ('b', nn.ReLU())]))",
        "Sequential([Input((8, 8, 3)), Conv2D(8, 3, padding='same', strides=2), Dense(3)])",
        "model.add(Conv2DTranspose(4, 3, strides=2))\nmodel.add(SeparableConv2D(4, 3))",
        "avgpool 2 # halves\ngap 2\nlinear 4 bias\nprelu 0.1\ndropout 0.5",
    ],
    "toml": [
        'input = "4x8x8"\nlayers = ["2 x block", {join = "cat", left = ["conv 2 k1"], '
        'right = "conv 3 k3 p1"}]\n[block]\njoin = "add"\nmain = ["conv 4 k3 p1"]\nskip = []\n'
        'then = ["relu"]\n',
        "layers = [{join='add', a=['Conv2D(3, 1)'], b=[]}, 'Flatten()']\ninput = '8x9x3'",
    ],
    "figures": [
        '[defaults]\ntheme = "dark"\ndpi = 96\n\n[[figure]]\nfile = "a.png"\n'
        'command = "pad 4x4 --mode circular"\ncaption = "A picture"\n[[figure]]\n'
        'file = "b/c.gif"\ncommand = "convviz conv 7x7 -k 3 -s 2"',
    ],
}  # fmt: skip
"""Texts of each reader but the whole command line."""

LINES = [
    "shape 3x224x224 net.txt", "shape net.toml --json", "shape 3x32x32 'conv 8 k3' relu --csv",
    "shape 3x32x32 'Conv2d(3,8,3)' 'ReLU()' --unit 3,4", "shape 224 -k 7 -s 2 -p 3 --formula",
    "shape 3x32x32 'conv 8 k3' --expect 8x30x30 --columns all --markdown", "shape - --latex",
    "shape 3x32x32 'conv 8 k3' --view receptive-field --unit center --axis cols --plain",
    "solve --in 28 --out 56 --transposed", "solve --in 28x30 --out 14x15 -k 1..5x3 --asymmetric",
    "solve --mirror net.txt --input 3x28x28 --json", "sizes 16..64 'pool 2' 'conv 8 k5'",
    "sizes 200..260 net.toml --json", "sizes 224,256 'conv 8 k3 s2' --channels 3 --dims 2",
    "pad x.csv -m reflect", "pad x.json --json", "pad - --plain", "pad 1x3x4 --dims 2 --full",
    "pad 4x4 -o x.npy", "conv 3x7x7 'Conv2d(3, 2, 3, dilation=2)' --at 1,0,0 --weight random",
    "conv x.npy -k 2 --weight '[[1,2],[3,4]]' --bias 0.5 --json", "conv 6x6 -p same -m replicate",
    "conv 4x6x6 -g 2 --out-channels 4 --seed 3 --fill checker --precision 2 --ascii",
    "conv-transpose 3x3 -k 3 -s 2 --view direct --plain", "pool 7x7 'AvgPool2d(3, 2)' --at 0,1",
    "pool 5 -k 2 -d 2 --compare kernel=2,3", "pad 4x4 --tiling --color always --theme light",
    "conv 5x5 -k 2 --view matrix --no-footer --title a -o x.svg --size 400x300 --dpi 72",
    "figures figures.toml --check", "figures --preset conv-arithmetic --check", "--version",
    "pad --help", "conv 7x7 -k 3 --animate --fps 5", "conv 4x4 -k 2 --frames f-%02d.png",
]  # fmt: skip
"""Command lines beside those of the README and the gallery."""

FILES = {
    "net.txt": SEEDS["network"][0],
    "net.toml": SEEDS["toml"][0],
    "x.csv": SEEDS["csv"][0],
    "x.json": SEEDS["json"][0],
    "figures.toml": SEEDS["figures"][0],
}
"""Files that the command lines name."""


@cache
def lines() -> list[str]:
    """Command lines without the leading `convviz`: the README's, the gallery's, the golden ones."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    golden = (ROOT / "tests" / "golden" / "terminal.txt").read_text(encoding="utf-8")
    gallery = (ROOT / "gallery" / "gallery.toml").read_text(encoding="utf-8")
    found = re.findall(r"^(?:\$ )?convviz ([^\n#]+)", readme + golden, re.MULTILINE)
    found += re.findall(r'^command = "(.*)"', gallery, re.MULTILINE)
    return list(dict.fromkeys([*LINES, *(line.strip() for line in found)]))


@cache
def seeds() -> dict[str, list[str]]:
    """Reader → its texts."""
    layers = json.loads((ROOT / "tests" / "golden" / "layers.json").read_text(encoding="utf-8"))
    specs = [row[key] for row in layers["layers"] for key in ("spec", "repr")]
    networks = [path.read_text(encoding="utf-8") for path in (ROOT / "gallery").rglob("*.toml")]
    found = {name: list(texts) for name, texts in SEEDS.items()}
    found["layer"] += specs[::7]
    found["network"] += specs[::11]
    found["toml"] += [text for text in networks if "[[figure]]" not in text]
    return {**found, "line": lines()}


NUMBERS = [
    "0", "1", "2", "3", "7", "-1", "1.5", "0x4", "1_0", "１２", "٣", "1e3", "1e999", "NaN", "inf",
    "−1", "007", "9" * 18, "9" * 19, "9" * 400, "9" * 5000, "4294967296", "-9223372036854775808",
    "100000", "16777217", "1e-400", "+3", ".5", "5.", "1..3", "3..1",
]  # fmt: skip
"""Numbers that are not what they seem, or more than there is room for."""

MARKS = [
    "(", ")", "[", "]", "{", "}", ",", ";", ":", "=", "==", "..", "x", "×", "→", "->", "'", '"',
    '"""', "\n", "\r\n", "\t", " ", "\x00", "\x1b[31m", "\ufeff", "\udcff", "\u2028", "\u200b",
    "é", "e\u0301", "漢", "🙂", "#", "\\", "\\u0041", "%", "%s", "$", "{}", "{0}", "--", "-", "~",
    "/", "None", "True", "__import__('os')", "2 x ", "(0): ", "(0-3): 4 x ", "[[figure]]\n",
    "[a]\n",
]  # fmt: skip
"""Marks and pieces of every grammar here, and letters that programs trip over."""


@cache
def words() -> list[str]:
    """The words that the grammars know: names of layers, arguments, modes, options, commands."""
    from convviz.cli import COMMANDS, options_of
    from convviz.spec.catalog import LAYERS
    from convviz.spec.keras_catalog import KERAS
    from convviz.spec.modes import NAMES
    from convviz.spec.shorthand import FLAGS, TAKES
    from convviz.spec.shorthand import NAMES as SHORT

    options = {word for name in COMMANDS for word in options_of(name)}
    makers = [*LAYERS.values(), *(row.constructor for row in KERAS.values())]
    arguments = {f"{name}=" for row in makers for name in row.arguments}
    takes = {word for row in TAKES.values() for word in row.split()}
    known = {*LAYERS, *KERAS, *SHORT, *FLAGS, *NAMES, *COMMANDS, *options, *arguments, *takes}
    return [*sorted(known), "join", "layers", "then", "add", "cat", "input", "output", "values"]


_PIECE = re.compile(r"[0-9]+|[A-Za-z_]+|\s+|.", re.DOTALL)

LONGEST = 20_000
"""Characters that a mutant has at most, but for a burst."""

BURST = 400_000
"""Characters of a burst: a piece that comes again and again."""


def mutant(rng: random.Random, text: str, other: str) -> str:
    """`text` with one to a few changes. other: another text, for a splice."""
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
        text = changed(rng, text, other)
    return text if len(text) <= BURST else text[:BURST]


def changed(rng: random.Random, text: str, other: str) -> str:
    """`text` with one change: a character, a piece of its grammar, a splice, or a burst."""
    way = rng.random()
    if way < 0.25 or not text:
        at = rng.randint(0, len(text))
        put = chr(rng.choice([rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x11000)]))
        return text[:at] + rng.choice([put, ""]) + text[at + rng.choice([0, 1, 1]) :]
    pieces = _PIECE.findall(text)
    at = rng.randrange(len(pieces))
    end = min(len(pieces), at + rng.choice([1, 1, 2, 5]))
    if way < 0.45:
        numbers = [i for i, piece in enumerate(pieces) if piece.isdigit()]
        at = rng.choice(numbers) if numbers else at
        pieces[at] = rng.choice([*NUMBERS, str(rng.randint(0, 40))])
    elif way < 0.65:
        put = rng.choice(words() if rng.random() < 0.6 else MARKS + NUMBERS)
        pieces[at : at + rng.choice([0, 1])] = [put]
    elif way < 0.75:
        del pieces[at:end]
    elif way < 0.85:
        pieces[at:at] = pieces[at:end] * rng.choice([1, 1, 2, 9])
    elif way < 0.9:
        to = rng.randrange(len(pieces))
        pieces[at], pieces[to] = pieces[to], pieces[at]
    elif way < 0.99 or len(text) > LONGEST:
        cut = _PIECE.findall(other)
        start = rng.randint(0, len(cut))
        pieces[at:] = cut[start:]
    else:
        piece = "".join(pieces[at:end]) if rng.random() < 0.5 else rng.choice(MARKS + NUMBERS)
        pieces[at:at] = [piece * (rng.choice([100, 10_000, BURST]) // len(piece))]
    return "".join(pieces)
