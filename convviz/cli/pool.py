"""`convviz pool`: max and average; the winner, the divisor, ceil_mode's last window."""

from __future__ import annotations

from convviz.cli import answering, asking, comparing, layering, options
from convviz.cli.command import Asked, Command, Option
from convviz.spec.layers import POOL_KINDS, Pool

SIZE, NDIM = 4, 2
PARAMS = (
    "kernel", "stride", "padding", "dilation", "kind", "ceil_mode", "count_include_pad",
)  # fmt: skip


def pool(asked: Asked) -> None:
    """Answer `convviz pool`."""
    looks = answering.looks(asked)
    wanted = layering.wanted(asked, (Pool,))
    default = layering.default_input(wanted, SIZE, NDIM)
    source = asking.source(asked, default, wanted.spatial, wanted.likely)
    accounts = [
        asking.account(asked, layering.pool(variant, source.spatial), source, None)
        for variant in comparing.variants(asked, wanted, PARAMS)
    ]
    at = asking.index(asked, accounts[0].shape, "output")
    names = comparing.names(asked, PARAMS)
    chosen = answering.Chosen(at, image=source.image, note=source.note, names=names)
    answering.answer(asked, looks, accounts, chosen)


command = Command(
    "pool",
    pool,
    [
        options.input_argument(),
        options.layer_argument(),
        Option("--kind", word="KIND", text="max, or avg; then --exclude-padding",
               shown=POOL_KINDS[0], group="Layer", choices=POOL_KINDS),
        *options.sizes("2", "kernel"),
        Option("-p", "--padding", word="PAD", text=options.PADDING_TEXT, shown="0",
               group="Layer", choices=("0", "1")),
        options.dilation("cells from one tap to the next; max only"),
        Option("--ceil-mode", text="one more window where cells are left over", group="Layer"),
        Option("--exclude-padding", group="Layer"),
        options.at("[C,]R,C", "the output cell that is explained"),
        options.fill(),
        *options.output_options("kernel=2,3"),
        options.work(),
        *options.motion_options(),
    ],
    title="take the maximum or the average of each window",
    examples=(
        ('convviz pool 7x7 "MaxPool2d(3, stride=2)"', "the winning cells"),
        ("convviz pool 5x5 -k 2 --kind avg --ceil-mode --at 1,2", "its divisor"),
        ("convviz pool sample:photo -k 8 --kind avg -o small.png", "a picture"),
    ),
)  # fmt: skip
