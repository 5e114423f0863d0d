"""Random layers as text, legal or not, for `differential`: shapes, parameters, refusals."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import torch

Case = dict[str, Any]
"""op: "layer". text: a constructor. shape: (C, *spatial) of its input."""


def one(rng: random.Random, ndim: int, low: int, high: int) -> str:
    """An integer, or one per axis; now and then with an entry too much."""
    if rng.random() < 0.5:
        return str(rng.randint(low, high))
    count = ndim + (rng.random() < 0.02)
    entries = ", ".join(str(rng.randint(low, high)) for _ in range(count))
    return f"({entries},)"


def flag(rng: random.Random) -> str:
    """True or False."""
    return str(rng.random() < 0.5)


def conv(rng: random.Random, ndim: int, shape: tuple[int, ...]) -> str:
    """Conv1d to Conv3d, and transposed ones."""
    groups = rng.choice([1, 1, 1, 2, 3])
    inputs = shape[0] if rng.random() < 0.9 else shape[0] + 1
    outputs = groups * rng.randint(1, 3) + (rng.random() < 0.05)
    stride = one(rng, ndim, 0 if rng.random() < 0.03 else 1, 3)
    padding = one(rng, ndim, -1 if rng.random() < 0.03 else 0, 3)
    words = [f"dilation={one(rng, ndim, 1, 3)}", f"groups={groups}", f"bias={flag(rng)}"]
    if rng.random() < 0.4:
        words.append(f"output_padding={one(rng, ndim, 0, 2)}")
        name = f"ConvTranspose{ndim}d"
    else:
        name = f"Conv{ndim}d"
        if rng.random() < 0.2:
            padding = rng.choice(["'same'", "'valid'"])
        if rng.random() < 0.5:
            mode = rng.choice(["zeros", "reflect", "replicate", "circular"])
            words.append(f"padding_mode='{mode}'")
    words += [f"stride={stride}", f"padding={padding}"]
    rng.shuffle(words)
    return f"{name}({inputs}, {outputs}, {one(rng, ndim, 1, 4)}, {', '.join(words)})"


def pool(rng: random.Random, ndim: int, shape: tuple[int, ...]) -> str:
    """Max, average and power-average pooling."""
    kind = rng.choice(["Max", "Avg", "LP"])
    words = [one(rng, ndim, 1, 4)]
    if rng.random() < 0.7:
        words.append(f"stride={one(rng, ndim, 1, 4)}")
    words.append(f"ceil_mode={flag(rng)}")
    if kind == "LP":
        return f"LPPool{ndim}d(2, {', '.join(words)})"
    words.append(f"padding={one(rng, ndim, 0, 2)}")
    if kind == "Max":
        words.append(f"dilation={one(rng, ndim, 1, 3)}")
    else:
        words.append(f"count_include_pad={flag(rng)}")
        if ndim > 1 and rng.random() < 0.3:
            words.append(f"divisor_override={rng.randint(0, 3)}")
    return f"{kind}Pool{ndim}d({', '.join(words)})"


def adaptive(rng: random.Random, ndim: int, shape: tuple[int, ...]) -> str:
    """Adaptive pooling; None keeps an axis."""
    size = one(rng, ndim, 1, 9)
    if rng.random() < 0.2 and ndim > 1:
        size = f"({', '.join(rng.choice(['None', str(rng.randint(1, 9))]) for _ in range(ndim))})"
    return f"Adaptive{rng.choice(['Avg', 'Max'])}Pool{ndim}d({size})"


def pad(rng: random.Random, ndim: int, shape: tuple[int, ...]) -> str:
    """Layers that pad; negative sides crop."""
    kind = rng.choice(["Zero", "Constant", "Reflection", "Replication", "Circular"])
    low = -1 if rng.random() < 0.1 else 0
    sides = ", ".join(str(rng.randint(low, 5)) for _ in range(2 * ndim))
    words = rng.choice([f"({sides})", str(rng.randint(low, 5))])
    return f"{kind}Pad{ndim}d({words}{', 1.5' if kind == 'Constant' else ''})"


def norm(rng: random.Random, ndim: int, shape: tuple[int, ...]) -> str:
    """Normalizations, now and then of another number of channels."""
    channels = shape[0] + (rng.random() < 0.1)
    tail = [str(n + (rng.random() < 0.05)) for n in shape[rng.randint(0, ndim) :]]
    return rng.choice(
        [
            f"BatchNorm{ndim}d({channels}, affine={flag(rng)})",
            f"InstanceNorm{ndim}d({channels}, affine={flag(rng)})",
            f"GroupNorm({rng.choice([1, 2, 3])}, {channels}, affine={flag(rng)})",
            f"LayerNorm([{', '.join(tail)}], elementwise_affine={flag(rng)}, bias={flag(rng)})",
            f"RMSNorm(({', '.join(tail)},), elementwise_affine={flag(rng)})",
        ]
    )


def resize(rng: random.Random, ndim: int, shape: tuple[int, ...]) -> str:
    """Upsampling by factors or to sizes, and layers that move channels into space and back."""
    modes = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear"]
    mode = rng.choice(modes)
    factor = rng.choice(["2", "1.5", "0.5", "3.0", "0.1", "2.2", one(rng, ndim, 1, 3)])
    size = rng.choice([f"scale_factor={factor}", f"size={one(rng, ndim, 1, 20)}"])
    corners = rng.choice(["", "", ", align_corners=True", ", align_corners=False"])
    return rng.choice(
        [
            f"Upsample({size}, mode='{mode}'{corners})",
            f"UpsamplingNearest2d({size})",
            f"UpsamplingBilinear2d({size})",
            f"PixelShuffle({rng.randint(1, 3)})",
            f"PixelUnshuffle({rng.randint(1, 3)})",
            f"ChannelShuffle({rng.randint(1, 3)})",
        ]
    )


def plain(rng: random.Random, ndim: int, shape: tuple[int, ...]) -> str:
    """Linear layers, layers that bend axes, activations and dropouts."""
    last = shape[-1] + (rng.random() < 0.1)
    start, end = rng.randint(1, ndim + 1), rng.randint(1, ndim + 2)
    return rng.choice(
        [
            f"Linear({last}, {rng.randint(1, 9)}, bias={flag(rng)})",
            f"Flatten({start}, {rng.choice([-1, -2, end])})",
            f"Unflatten({start}, ({rng.choice([1, 2, 3])}, {rng.choice([-1, 1, 2])}))",
            f"PReLU({rng.choice([1, 1, shape[0], 2])})",
            f"GLU({rng.randint(-ndim, ndim + 1) or 1})",
            f"Softmax({rng.randint(1, ndim + 1)})",
            f"Dropout{rng.choice(['', '1d', '2d', '3d'])}({rng.choice([0.0, 0.5, 1.0, 1.5])})",
            f"LocalResponseNorm({rng.randint(1, 5)})",
            f"{rng.choice(['ReLU', 'GELU', 'Softplus', 'Hardtanh', 'Identity', 'Softmax2d'])}()",
        ]
    )


FAMILIES: tuple[Callable[[random.Random, int, tuple[int, ...]], str], ...] = (
    conv, pool, adaptive, pad, norm, resize, plain,
)  # fmt: skip


def layer_case(rng: random.Random) -> Case:
    """One layer, one input."""
    ndim = rng.randint(1, 3)
    most = (12, 8, 5)[ndim - 1]
    shape = (rng.randint(1, 6), *(rng.randint(1, most) for _ in range(ndim)))
    return {"op": "layer", "shape": shape, "text": rng.choice(FAMILIES)(rng, ndim, shape)}


def by_torch(case: Case) -> tuple[tuple[int, ...], int]:
    """The shape that torch gives for a sample, and the parameters; raises what torch raises."""
    layer = eval(case["text"], vars(torch.nn).copy())  # our own text, of this file's words
    layer.eval().double()  # in float32 some kernels let empty outputs pass that others refuse
    with torch.no_grad():
        answer = layer(torch.zeros((1, *case["shape"]), dtype=torch.float64))
    return tuple(answer.shape[1:]), sum(p.numel() for p in layer.parameters())


def by_convviz(case: Case) -> tuple[tuple[int, ...], int]:
    """The shape and the parameters that convviz gives; raises SpecError."""
    import convviz

    found = convviz.network([case["text"]], case["shape"])
    return found.output, found.params


def documented(case: Case, told: str, message: str) -> str:
    """Why a disagreement is on purpose, "" where it is not.

    told: what convviz said where it refused what torch accepted; message: torch, the other way.
    """
    text = case["text"]
    if told:
        known = {
            "divisor_override is not drawn, so it is refused": "divisor_override=" in text,
            "padding layers of convviz do not crop": "Pad" in text and "-1" in text,
            "negative padding is refused in every mode, by torch in zeros alone": "padding_mode="
            in text
            and "-1" in text,
            "with too many entries, torch pads channels in modes other than zeros": "padding_mode="
            in text
            and "entries" in told,
            "torch reads any three axes as channels, rows and cols": "Pixel" in text
            and len(case["shape"]) != 3,
            "without parameters, torch does not look at the channels": "affine=False" in text,
        }
    else:
        known = {
            "torch's LPPool1d takes no tuple": text.startswith("LPPool1d(2, ("),
            "3-D averages alone refuse an input smaller than the kernel before padding": "smaller "
            "than kernel" in message,
            "training needs several values, shapes do not": "when training" in message,
        }
    return next((why for why, holds in known.items() if holds), "")


def compared(case: Case) -> str:
    """ "" where both agree, else what differs."""
    from convviz import SpecError

    expected = found = None
    message = told = ""
    try:
        expected = by_torch(case)
    except Exception as error:
        message = str(error).partition("\n")[0] or type(error).__name__
    try:
        found = by_convviz(case)
    except SpecError as error:
        told = error.message
    if expected == found:
        return ""
    if (expected is None or found is None) and documented(case, told, message):
        return ""
    return f"convviz: {told or found} · torch: {message or expected}"
