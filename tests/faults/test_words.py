"""Numbers that are none, monsters and strange letters: refused wherever a word is read.

Exit status 2, one short message, nothing on the standard output, a caret at the word.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from convviz.cli import COMMANDS, main
from convviz.errors import printable
from convviz.pointing import cells
from tests.fuzz.readers import folder, run

ROOT = Path(__file__).parent.parent.parent

NO_WHOLE = [
    "１２", "٣", "²", "1_0", "1e3", "3.0", "+3", "-1", "-1x4", "NaN", "", "9" * 19, "9" * 5000,
    "0x4", "1L", "__import__('os')", "[" * 100_000, "x" * 1_000_000,
]  # fmt: skip
"""Words that are no whole number from 1, the most of which `int` or `float` would take."""

NO_NUMBER = ["１２", "٣", "²", "1_0", "0x4", "1L", "-1x4", "9" * 5000, "__import__('os')", "1;;2",
             "[" * 100_000, "x" * 1_000_000, "9" * 1_000_000]  # fmt: skip
"""Words that are no number at all, or one without measure."""

MORE = {
    "dpi": ["-o", "x.png"], "size": ["-o", "x.png"], "title": ["-o", "x.png"],
    "font": ["-o", "x.png"], "fps": ["--animate"], "unit": ["3x8x8", "relu"],
    "expect": ["3x8x8", "relu"], "columns": ["3x8x8", "relu"], "axis": ["--view", "network"],
    "in": ["--out", "14"], "out": ["--in", "28"], "shape": ["--mirror", "conv 8 k3"],
    "jobs": ["--preset", "conv-arithmetic"], "only": ["--preset", "conv-arithmetic"],
    **{f"solve {param}": ["--in", "28", "--out", "14", "--transposed"]
       for param in ("kernel", "stride", "padding", "dilation", "output_padding")},
}  # fmt: skip
"""Parameter → the words without which it is refused as it is."""

WHOLE = {"kernel", "stride", "padding", "dilation", "groups", "out_channels", "output_padding",
         "at", "seed", "dims", "precision", "max_elements", "max_macs", "dpi", "unit", "expect",
         "in", "out", "shape", "jobs", "channels", "size"}  # fmt: skip
"""Parameters of whole numbers."""

NUMBERS = {"value", "weight", "bias", "fps"}
"""Parameters of numbers."""

CHOICES = {"mode", "kind", "fill", "color", "theme", "view", "axis", "preset", "compare", "columns",
           "only"}  # fmt: skip
"""Parameters that are one of several words."""

NAMES = {"output", "frames", "folder", "index", "title", "font"}
"""Files, which the tests of files are about, and labels, which have a test of their own."""

ZERO = {"padding", "output_padding", "at", "unit", "seed", "precision"}
"""Whole numbers that may be 0: 0x4 is 0 along rows and 4 along columns."""


def options() -> Iterator[tuple[str, str, str]]:
    """(command, parameter, option) of every option that takes a value."""
    for name, row in COMMANDS.items():
        flags = import_module(f"convviz.cli.{row.module}").command.flags()
        longest = {flag.param: word for word, flag in flags.items() if flag.takes_value}
        yield from ((name, param, word) for param, word in longest.items())


OPTIONS = list(options())


def more(command: str, param: str) -> list[str]:
    """The words that the option goes with."""
    return MORE.get(f"{command} {param}", MORE.get(param, []))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing is drawn."""
    with folder(tmp_path):
        yield tmp_path


def pointed(message: str) -> str:
    """What stands above the carets of a message."""
    lines = message.split("\n")
    carets = next((i for i, line in enumerate(lines) if line.lstrip().startswith("^")), 0)
    assert carets, f"no caret: {message}"
    start = len(lines[carets]) - len(lines[carets].lstrip())
    end = start + len(lines[carets].strip().split(" ")[0])
    found, at = "", 0
    for letter in lines[carets - 1]:
        found += letter if start <= at < end else ""
        at += cells(letter)
    return found


def check_refused(argv: list[str], word: str, stdin: bytes = b"") -> str:
    """The message with which `argv` is refused: short, at once, its caret at `word`."""
    begin = time.process_time()
    status, out, err = run(argv, stdin)
    shown = [part[:40] for part in argv]
    assert time.process_time() - begin < 2  # measured below 0.4 s; slow machines are slower
    assert (status, out[:100]) == (2, ""), (shown, err[:300])
    assert err.startswith("error: ")
    assert err.count("error: ") == 1
    assert len(err) < 1_500
    spot = pointed(err).strip("…").strip() if any(argv[1:]) else ""
    found = spot in printable(word) or printable(word) in spot or not word
    assert found, (shown, err[:300])
    return err


def test_every_option_with_a_value_is_of_one_kind() -> None:
    kinds = [WHOLE, NUMBERS, CHOICES, NAMES]
    for _, param, word in OPTIONS:
        assert sum(param in kind for kind in kinds) == 1, word


@pytest.mark.parametrize(
    ("command", "param", "option"),
    [row for row in OPTIONS if row[1] in WHOLE],
    ids=lambda value: value,
)
def test_a_whole_number_is_ascii_digits_at_most_18(
    command: str, param: str, option: str, here: Path
) -> None:
    for word in NO_WHOLE:
        # 0x4 is 0 and 4: two sizes, where one may be 0.
        if param in ZERO and word == "0x4" and param not in ("seed", "precision"):
            continue
        words = [command, *more(command, param)]
        check_refused([*words, option, word], word)
        if len(word) < 100:
            check_refused([*words, f"{option}={word}"], f"{option}={word}")


@pytest.mark.parametrize(
    ("command", "param", "option"),
    [row for row in OPTIONS if row[1] in NUMBERS | CHOICES],
    ids=lambda value: value,
)
def test_a_word_that_is_no_number_or_no_choice_is_refused(
    command: str, param: str, option: str, here: Path
) -> None:
    for word in [*NO_NUMBER, "", "\x1b[31m", "\udcff", "%s{0}"]:
        check_refused([command, *more(command, param), option, word], word)


@pytest.mark.parametrize("command", ["pad", "conv", "conv-transpose", "pool", "shape", "sizes"])
def test_the_first_word_is_refused_where_it_is_no_input(command: str, here: Path) -> None:
    for word in [*NO_WHOLE, "4x0", "3x-1x4", "3x１x4", "4x", "4x4x", "1;;2"]:
        if (command, word[:1]) == ("shape", "x"):  # the name of a file of layers
            assert run([command, word])[0] == 1
        else:
            check_refused([command, word], word)


LITERALS = [
    ["pad", "1 {} 3"], ["conv", "[[1, {}], [3, 4]]", "-k", "1"], ["pool", "1 2; 3 {}", "-k", "1"],
    ["conv", "5", "--weight", "1 {}"], ["conv", "5x5", "--bias", "1 {}"],
    ["conv-transpose", "[1, {}]"],
]  # fmt: skip
LAYERS = [
    "Conv2d(3, {}, 3)", "nn.Conv2d(3, 8, kernel_size=({}, 3))", "conv {} k3", "conv 8 k{}",
    "conv 8 k3 p{}", "conv {}→8 k3", "Sequential(Conv2d(3, 8, {}))", "Conv2D({}, 3)",
    "Sequential(\n  (0): Conv2d(3, {}, kernel_size=(3, 3))\n)", "MaxPool2d({})",
]  # fmt: skip
NO_SIZE = [word for word in NO_WHOLE if word not in ("", "0x4", "+3", "3.0", "1e3", "-1")]


@pytest.mark.parametrize("argv", LITERALS, ids=" ".join)
def test_a_number_of_a_literal_is_pointed_at(argv: list[str], here: Path) -> None:
    for word in NO_NUMBER:
        check_refused([part.replace("{}", word) for part in argv], word)


@pytest.mark.parametrize("text", LAYERS)
def test_a_number_of_a_layer_is_pointed_at(text: str, here: Path) -> None:
    words = NO_SIZE if text == LAYERS[0] else [word for word in NO_SIZE if len(word) < 1_000]
    for word in words:
        layer = text.replace("{}", word)
        for argv, stdin in ((["shape", "3x8x8", layer], ""), (["shape", "3x8x8", "-"], layer)):
            check_refused(argv, layer, stdin.encode())


@pytest.mark.parametrize(
    "text",
    [
        "layers = ['conv {} k3']", "layers = ['{} x relu']", "layers = ['relu']\ninput = '{}x8'",
        "layers = [{}]", "layers = [{{join = 'add', a = ['fc {}'], b = []}}]",
    ],
)  # fmt: skip
def test_a_number_of_a_toml_network_is_refused(text: str, here: Path) -> None:
    for word in NO_SIZE:
        (here / "bad.toml").write_text(
            text.replace("{{", "{").replace("}}", "}").replace("{}", word)
        )
        status, out, err = run(["shape", "3x8x8", "bad.toml"])
        assert (status, out[:100]) == (2, ""), (word[:20], err[:300])
        assert len(err) < 1_500


@pytest.mark.parametrize(
    ("name", "text"),
    [("bad.csv", "1,2\n3,{}\n"), ("bad.txt", "1 2; {} 4"), ("bad.json", "[[1, 2], [3, {}]]")],
)
def test_a_number_of_a_file_is_refused(name: str, text: str, here: Path) -> None:
    for word in NO_NUMBER:
        content = text.replace("{}", word)
        (here / name).write_text(content, encoding="utf-8")
        for argv in (["pad", name], ["pad", "-"]):
            status, out, err = run(argv, content.encode())
            assert (status, out[:200]) == (2, ""), (argv, word[:20])
            assert len(err) < 1_500
            assert "^" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[defaults]\ndpi = {}\n", "18 are read"),
        ("[[figure]]\nfile = 'a.png'\ncommand = {}\n", "18 are read"),
        ("[[figure]]\nfile = 'a.png'\ncommand = 'pad 4'\nsize = {}\n", "18 are read"),
    ],
)
@pytest.mark.parametrize(
    "word", ["9" * 19, "9" * 5000, "0x" + "f" * 100_000, "-" + "9" * 400], ids=len
)
def test_a_number_without_measure_in_a_toml_of_figures(
    text: str, said: str, word: str, here: Path
) -> None:
    (here / "bad.toml").write_text(text.replace("{}", word))
    message = check_refused(["figures", "bad.toml", "--check"], word)
    assert said in " ".join(message.split())


@pytest.mark.parametrize("depth", [100, 1_000, 100_000])
def test_a_hundred_thousand_brackets_are_refused_in_each_kind_of_text(
    depth: int, here: Path
) -> None:
    deep = "[" * depth
    (here / "deep.json").write_text(deep + "1" + "]" * depth)
    (here / "deep.csv").write_text(deep)
    (here / "deep.toml").write_text(f"layers = {deep}1{']' * depth}")
    for argv in (
        ["pad", deep], ["pad", deep + "1" + "]" * depth], ["pad", "deep.json"], ["pad", "deep.csv"],
        ["conv", "--weight", deep], ["shape", "3x8x8", "deep.toml"], ["figures", "deep.toml"],
        ["shape", "3x8x8", "Conv2d" + "(" * depth], ["shape", "3x8x8", "Sequential(" * depth],
        ["conv", "3x8x8", f"Conv2d({deep}"],
    ):  # fmt: skip
        status, out, err = run(argv)
        assert (status, out) == (2, ""), (argv[:2], err[:300])
        assert len(err) < 1_500
        assert "bug in convviz" not in err


@pytest.mark.parametrize("option", ["--title", "--font"])
@pytest.mark.parametrize(
    "word",
    ["\udcff", "a\x1b[31m", "a\nb", "x" * 301, "[" * 100_000, "\x00"],
    ids=lambda word: ascii(word[:6]),
)
def test_a_label_is_printable_and_of_measure(option: str, word: str, here: Path) -> None:
    check_refused(["pad", "-o", "x.png", option, word], word)


def test_an_option_that_would_change_nothing_is_refused(here: Path) -> None:
    for argv in (
        ["shape", "3x8x8", "relu", "--axis", "rows"], ["shape", "224", "--title", "x"],
        ["shape", "224", "--max-elements", "5"], ["solve", "--input", "1x28x28"],
        ["pad", "--dpi", "90"], ["pad", "--fps", "3"], ["pad", "--value", "3"],
    ):  # fmt: skip
        check_refused(argv, " ".join(argv[-2:]))


def test_an_expectation_that_is_no_shape_is_refused_before_the_answer(here: Path) -> None:
    assert check_refused(["shape", "3x8x8", "relu", "--expect", "1e3"], "1e3")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of Linux")
def test_what_is_too_long_for_an_argument_comes_by_file_or_by_the_standard_input(
    here: Path,
) -> None:
    text = f"relu # {'x' * 140_000}"
    with pytest.raises(OSError, match="Argument list too long"):
        subprocess.run([sys.executable, "-m", "convviz", "shape", "3x8x8", text], check=False)
    (here / "long.txt").write_text(text)
    for argv, stdin in ((["long.txt"], b""), (["-"], text.encode())):
        status, out, _ = run(["shape", "3x8x8", *argv, "--csv"], stdin)
        assert status == 0
        assert "ReLU,3×8×8" in out


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes")
def test_bytes_that_are_not_utf_8_are_the_name_of_a_file(tmp_path: Path) -> None:
    def convviz(*argv: str | bytes) -> subprocess.CompletedProcess[bytes]:
        program = [sys.executable, "-m", "convviz", *argv]
        path = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(program, capture_output=True, cwd=tmp_path, env=path, check=False)

    saved = convviz("pad", "2x2", "-o", b"\xff.npy")
    assert (saved.returncode, saved.stderr) == (0, b"")
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff.npy"]
    read = convviz("pad", b"\xff.npy", "-p", "0", "--plain")
    assert read.returncode == 0
    status, _, err = run(["pad", os.fsdecode(b"\xfe.npy")])
    assert (status, err.split("\n")[0]) == (1, "error: cannot read \\xfe.npy: no such file")


def test_half_a_character_in_a_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Only a caller in Python can say such a word; no file can be called so."""
    for words in (["conv", "-o", "\udfba.png"], ["conv", "--frames", "\ud800.png"], ["\udfff"]):
        assert main(words) == 2
        told = capsys.readouterr().err
        assert told.startswith("error: half a character stands in the word '\\ud")
    assert main(["conv", os.fsdecode(b"\xba.csv")]) == 1
    assert "cannot read \\xba.csv: no such file" in capsys.readouterr().err
