"""`convviz --help`: what there is, on one screen."""

from __future__ import annotations

from convviz.cli import COMMANDS
from convviz.cli.pages import Page, example_lines

EXAMPLES = (
    ("convviz pad 4x4 --mode circular", "where each padded cell comes from"),
    ("convviz conv 7x7 -k 3 -s 2 -p 1 --at 1,2", "one output cell, every number"),
    ("convviz conv-transpose 4 -k 3 -s 2", "stamps that overlap and add up"),
    ("convviz conv sample:photo -o x.png", "the same as a picture"),
)

WORDS = (
    ("Input", '4x4   3x32x32   "1 2 3; 4 5 6"   x.npy   photo.png   -   sample:photo'),
    ("Output", "this terminal; --json; -o FILE .png .svg .pdf .npy .csv .json"),
    ("Looks", "--plain (screen readers)  --full  --color WHEN  --ascii  --theme NAME"),
    ("Motion", "--animate  --step  --fps N  --frames FILE  -o FILE .gif .apng .webp"),
    ("Slides", "--size WxH  --dpi N  --title TEXT  --font NAME  --transparent"),
    ("More", "--no-caption  --no-footer  --view NAME  --dims N  --max-elements N [16M]"),
)


def overview() -> Page:
    """The overview, as styled lines."""
    title = ": see what padding, convolution and pooling do, cell by cell"
    page: Page = [(("convviz", "bold"), (title, "")), ()]
    page += example_lines(EXAMPLES)
    page += [(), (("Commands", "bold"),)]
    width = max(map(len, COMMANDS))
    page += [
        ((f"  {name:<{width}}  ", "bold"), (row.shows, "muted")) for name, row in COMMANDS.items()
    ]
    page.append(())
    page += [((f"{word:<6}  ", "bold"), (text, "")) for word, text in WORDS]
    foot = "convviz COMMAND --help lists its options; --version prints the version"
    page.append(((foot, "muted"),))
    return page
