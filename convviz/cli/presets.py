"""Sets of figures by name: the 19 animations of conv_arithmetic, as command lines of convviz.

Dumoulin & Visin (2016), "A guide to convolution arithmetic for deep learning", whose file names
these are. A transposed figure is shown as there: by its equivalent direct convolution.
"""

from __future__ import annotations

from convviz.cli.batch import Figure

IMAGE = '"3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"'
"""The input of the numerical figures."""

KERNEL = '--weight "0 1 2; 2 2 0; 0 1 2"'
"""Their kernel."""

# Name → the command of the figure, and of its transposed where conv_arithmetic has one.
CONV_ARITHMETIC: dict[str, tuple[str, str]] = {
    "no_padding_no_strides": (
        "conv 4x4 -k 3",
        "conv-transpose 2x2 -k 3",
    ),
    "arbitrary_padding_no_strides": (
        "conv 5x5 -k 4 -p 2",
        "conv-transpose 6x6 -k 4 -p 2",
    ),
    "same_padding_no_strides": (
        "conv 5x5 -k 3 -p 1",
        "conv-transpose 5x5 -k 3 -p 1",
    ),
    "full_padding_no_strides": (
        "conv 5x5 -k 3 -p 2",
        "conv-transpose 7x7 -k 3 -p 2",
    ),
    "no_padding_strides": (
        "conv 5x5 -k 3 -s 2",
        "conv-transpose 2x2 -k 3 -s 2",
    ),
    "padding_strides": (
        "conv 5x5 -k 3 -s 2 -p 1",
        "conv-transpose 3x3 -k 3 -s 2 -p 1",
    ),
    "padding_strides_odd": (
        "conv 6x6 -k 3 -s 2 -p 1",
        "conv-transpose 3x3 -k 3 -s 2 -p 1 --output-padding 1",
    ),
    "dilation": ("conv 7x7 -k 3 -d 2", ""),
    "numerical_no_padding_no_strides": (f"conv {IMAGE} -k 3 {KERNEL}", ""),
    "numerical_padding_strides": (f"conv {IMAGE} -k 3 -s 2 -p 1 {KERNEL}", ""),
    "numerical_average_pooling": (f"pool {IMAGE} -k 3 -s 1 --kind avg", ""),
    "numerical_max_pooling": (f"pool {IMAGE} -k 3 -s 1 --kind max", ""),
}

PRESETS: dict[str, tuple[Figure, ...]] = {
    "conv-arithmetic": (
        *(Figure(f"{name}.gif", plain) for name, (plain, _) in CONV_ARITHMETIC.items()),
        *(
            Figure(f"{name}_transposed.gif", f"{transposed} --view direct")
            for name, (_, transposed) in CONV_ARITHMETIC.items()
            if transposed
        ),
    ),
}
"""Name → its figures, for `convviz figures --preset NAME`."""
