"""`convviz conv-transpose`: stamps that overlap and add up, the crop, what output_padding keeps."""

from __future__ import annotations

from convviz.cli import answering, asking, comparing, layering, options
from convviz.cli.command import Asked, Command, Option
from convviz.errors import SpecError
from convviz.spec.layers import ConvTranspose
from convviz.spec.words import ShapeWords, parse_input

SIZE, NDIM = 3, 2
PARAMS = (
    "kernel", "stride", "padding", "dilation", "groups", "output_padding", "out_channels", "weight",
)  # fmt: skip


def conv_transpose(asked: Asked) -> None:
    """Answer `convviz conv-transpose`."""
    looks = answering.looks(asked)
    wanted = layering.wanted(asked, (ConvTranspose,))
    default = layering.default_input(wanted, SIZE, NDIM)
    source = asking.source(asked, default, wanted.spatial, wanted.likely)
    try:
        accounts = comparing.convolved(
            asked, wanted, PARAMS, source, layering.conv_transpose, transposed=True
        )
    except SpecError as error:
        raise with_larger_input(asked, wanted, error) from None
    # Read as a direct convolution, it is an output that has a window.
    if looks.view == "direct":
        at = asking.index(asked, accounts[0].shape, "output")
    else:
        at = asking.index(asked, accounts[0].input.shape, "input")
    names = comparing.names(asked, PARAMS)
    chosen = answering.Chosen(at, image=source.image, note=source.note, names=names)
    answering.answer(asked, looks, accounts, chosen)


def with_larger_input(asked: Asked, wanted: layering.Wanted, error: SpecError) -> SpecError:
    """The error of an output_padding that is too large, with what gives that many outputs."""
    if error.argument != "output_padding" or error.remedy or "at least" in error.message:
        return error
    stride = wanted.get("stride", 1)
    if not isinstance(stride, int):
        return error
    more = "1 more output is" if stride == 1 else f"{stride} more outputs are"
    remedy = f"{more} one more input cell"
    words = parse_input(asked.text("input")) if "input" in asked else None
    if isinstance(words, ShapeWords):
        spatial = wanted.spatial or wanted.likely or min(len(words.shape), NDIM)
        lead, sizes = words.shape[:-spatial], words.shape[-spatial:]
        larger = "x".join(map(str, (*lead, *(n + 1 for n in sizes))))
        remedy += f": convviz conv-transpose {larger}"
    return error.changed(remedy=remedy)


command = Command(
    "conv-transpose",
    conv_transpose,
    [
        options.input_argument(),
        options.layer_argument(),
        *options.sizes("3", "1", "output cells from one stamp to the next"),
        Option("-p", "--padding", word="PAD", text="cells cropped; --output-padding N keeps some",
               shown="0", group="Layer", choices=("0", "1")),
        Option("--output-padding", word="N", group="Layer"),
        options.dilation(),
        *options.channel_options(),
        *options.weight_options(),
        options.at("[I,]R,C", "the input cell whose stamp is shown"),
        options.fill(),
        *options.output_options("kernel=3,4"),
        options.work(),
        *options.motion_options(),
    ],
    title="stamp a kernel per input cell and add up",
    examples=(
        ('convviz conv-transpose "1 1 1 1" --weight "1 2 3" -s 2', "stamps on lanes"),
        ("convviz conv-transpose 3x3 -k 3 -s 2 --at 1,1", "a checkerboard"),
        ('convviz conv-transpose 4 "ConvTranspose1d(1, 1, 4, 2, 1)"', "PyTorch's words"),
    ),
)  # fmt: skip
