"""Scenes of command lines that other scenes leave out, for the tests of pictures."""

from __future__ import annotations

from functools import partial

from tests.render.several_scenes import drawn

COMMANDS = {
    "stride, along a line of windows": "conv 3x9 -s 2",
    "stride, down a column of windows": "conv 9x3 -s 2",
    "stride, dilated": "conv 30x30 -k 5 -d 3 -s 2",
    "stride, more windows than numbers": "conv 40x40 -s 2 -p 2 -m circular",
    "stride, on copies": "conv 9x9 -s 2 -p 2 -m replicate",
    "stride, pixels": "conv 300x300 -s 2",
    "window, biased": "conv 5x5 --bias 2",
    "window, more terms than fit": "conv 12x12 -k 9",
    "window, nothing but zeros": "conv 4x4 --weight '0 0 0; 0 0 0; 0 0 0'",
    "line, unread": "conv 10 -s 3",
    "line, pooled": "pool 9 -k 3 --view line",
    "compare, pixels": "conv 224x224 --compare stride=1,2",
    "coverage, a column beside its sums": "conv-transpose 2x6 -s 2",
    "coverage, cells without a stamp": "conv-transpose 4x4 -k 1 -s 2",
    "dilation, pixels": "conv 900x900 -d 90 -k 9 --view dilation",
    "dilation, cut in its padding": "conv 224x224 -d 20 -k 5 -p 30 --view dilation",
    "dilation, cut beside its padding": "conv 24x24 -d 2 -k 5 -p 3 --view dilation",
    "network, more layers than names": "shape 3x64x64 'Conv2d(3,3,1)' 'ReLU()' 'BatchNorm2d(3)' "
    "'Dropout()' 'Sigmoid()' 'Tanh()' 'Conv2d(3,3,1)' --view network",
    "network, upsampled": "shape 8x8x8 'ConvTranspose2d(8,4,2,2)' --view network",
    "field, more paths than lines": "shape 1x640 'Conv1d(1,1,99)' 'Conv1d(1,1,99)' "
    "--view receptive-field",
    "image, pooled alone": "pool sample:photo -k 16",
    "image, transposed": "conv-transpose sample:photo -k 3 -s 2",
    "channels, a depth of copies": "conv 3x4x4 --dims 3 -p 1 -m circular --view channels",
}

OTHERS = {name: partial(drawn, command) for name, command in COMMANDS.items()}
