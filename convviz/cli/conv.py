"""`convviz conv`: windows, kernel, output, and one dot product written out."""

from __future__ import annotations

from convviz.cli import answering, asking, comparing, layering, options
from convviz.cli.command import Asked, Command, Option
from convviz.spec.layers import Conv

SIZE, NDIM = 7, 2
PARAMS = (
    "kernel", "stride", "padding", "dilation", "groups", "mode", "out_channels", "weight",
)  # fmt: skip


def conv(asked: Asked) -> None:
    """Answer `convviz conv`."""
    looks = answering.looks(asked)
    wanted = layering.wanted(asked, (Conv,))
    default = layering.default_input(wanted, SIZE, NDIM)
    source = asking.source(asked, default, wanted.spatial, wanted.likely)
    accounts = comparing.convolved(asked, wanted, PARAMS, source, layering.conv, transposed=False)
    comparing.check(asked, accounts)
    at = asking.index(asked, accounts[0].shape, "output")
    names = comparing.names(asked, PARAMS)
    chosen = answering.Chosen(at, image=source.image, note=source.note, names=names)
    answering.answer(asked, looks, accounts, chosen)


command = Command(
    "conv",
    conv,
    [
        options.input_argument(),
        options.layer_argument(),
        *options.sizes("3", "1"),
        Option("-p", "--padding", word="PAD", text="1, or 1:0,2:1 (before:after), same, valid",
               shown="0", group="Layer", choices=("0", "1", "same", "valid")),
        options.dilation(),
        *options.channel_options(),
        options.layer_modes(),
        *options.weight_options(),
        options.at("[O,]R,C", "the output cell that is explained"),
        options.fill(),
        *options.output_options("dilation=1,2,3"),
        options.work(),
        *options.motion_options(),
    ],
    title="slide a kernel over an input and add up",
    examples=(
        ("convviz conv 7x7 -k 3 -s 2 -p 1 --at 1,2", "one output cell"),
        ('convviz conv 3x7x7 "Conv2d(3, 2, 3, dilation=2)"', "as PyTorch writes it"),
        ("convviz conv sample:photo --weight sobel-x -o x.png", "a feature map"),
    ),
)  # fmt: skip
