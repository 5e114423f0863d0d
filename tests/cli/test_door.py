"""The one door: every error is one message and an exit status, never a traceback."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz
from convviz import cli
from convviz.cli import pad

Run = Callable[..., Any]
ROOT = Path(__file__).parent.parent.parent
PROGRAM = [sys.executable, "-m", "convviz"]


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(asked: object) -> None:
        raise error

    monkeypatch.setattr(pad.command, "asking", fail)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (MemoryError(), 2, "error: there is not enough memory"),
        (RecursionError(), 2, "error: the request is nested too deeply"),
        (PermissionError(13, "Permission denied", "x.npy"), 1, "x.npy: permission denied"),
        (OSError("odd"), 1, "error: cannot use a file: odd"),
        (TypeError("oops"), 1, "error: this is a bug in convviz: TypeError: oops"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_exception_becomes_one_message(
    error: Exception, status: int, said: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, error)
    answer = run("pad")
    assert answer.status == status
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_an_interrupt_is_silent_and_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    answer = run("pad")
    assert (answer.status, answer.out, answer.err) == (130, "", "")


def test_a_reader_that_has_left_is_silent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, BrokenPipeError(32, "Broken pipe"))
    answer = run("pad")
    assert (answer.status, answer.out, answer.err) == (0, "", "")


def test_debug_shows_the_traceback_and_the_message(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVVIZ_DEBUG", "1")
    answer = run("pad 4x4 --mode circulr")
    assert "Traceback" in answer.err
    assert answer.err.endswith(
        "modes: zeros, constant, reflect, replicate, circular, symmetric, all\n"
    )
    assert answer.status == 2


def test_a_standard_output_that_is_closed_is_an_error_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", err)
    assert cli.main(["pad", "--json"]) == 1
    assert err.getvalue() == "error: cannot write to the standard output: it is closed\n"


def test_a_standard_error_that_is_closed_changes_no_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["pad", "0x4"]) == 2


class Failing(io.StringIO):
    """A stream that takes nothing: it raises `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (BrokenPipeError(32, "Broken pipe"), 0, ""),
        (OSError(28, "No space left"), 1, "cannot write to the standard output: no space left"),
        (ValueError("I/O operation on closed file"), 1, "the standard output: it is closed"),
    ],
    ids=["left", "full", "closed"],
)
def test_a_standard_output_that_takes_nothing_is_told_once(
    error: Exception, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stdout", Failing(error))
    monkeypatch.setattr(sys, "stderr", err)
    assert cli.main(["pad", "--json"]) == status
    assert said in err.getvalue()
    assert err.getvalue().count("error: ") == (1 if said else 0)


class Unreadable(io.RawIOBase):
    """A stream that gives nothing: its device is gone."""

    def readable(self) -> bool:
        return True

    def readinto(self, into: object) -> int:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("line", ["pad -", "shape 3x8x8 -"])
def test_a_standard_input_that_cannot_be_read_is_status_1(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Unreadable())))
    assert cli.main(line.split()) == 1
    assert "error: cannot read the standard input: " in err.getvalue()


@pytest.mark.parametrize("line", ["pad -", "shape 3x8x8 -"])
def test_a_standard_input_that_is_closed_is_status_1(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.main(line.split()) == 1
    assert "the standard input" in err.getvalue()
    assert "closed" in err.getvalue()


def test_completions_that_nobody_reads_are_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setenv("_CONVVIZ_COMPLETE", "bash_source")
    monkeypatch.setattr(sys, "stdout", Failing(BrokenPipeError(32, "Broken pipe")))
    monkeypatch.setattr(sys, "stderr", err)
    assert (cli.main([]), err.getvalue()) == (0, "")


def test_what_nobody_can_be_told_keeps_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Failing(OSError(28, "No space left")))
    assert cli.main(["pad", "0x4"]) == 2


def test_output_for_a_narrow_encoding_is_escaped_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    from convviz.cli import speaking

    speaking.write("3→4\n")
    out.flush()
    assert out.buffer.getvalue() == b"3\\u21924\n"


@pytest.mark.parametrize(
    ("line", "first", "hint"),
    [
        ("pdd", "no command is called 'pdd'", "did you mean pad?"),
        ("convolve 4x4", "no command is called 'convolve'", "commands: pad, conv,"),
        ("--versoin", "there is no option '--versoin'", "did you mean --version?"),
        ("--json pad", "there is no option '--json'", "it stands after the command"),
        ("pad --padd 1", "there is no option '--padd'", "did you mean --padding?"),
        ("pad -mode zeros", "there is no option '-mode'", "did you mean --mode?"),
        ("pad -m=zeroes!", "no padding mode is called 'zeroes!'", "-m=zeroes!"),
        ("pad -z 1", "there is no option '-z'", "begins with a dash goes after --"),
        ("pad --json=1", "--json takes no value", "leave it out"),
        ("pad -p", "-p needs a value", "nothing follows"),
        ("pad -p --json", "-p needs a value", "followed by the option --json"),
        ("pad 1 2 3", "'2' is one word too many", "numbers with blanks go in quotes"),
        ("pad -p -1", "padding is at least 0, not -1", "-p -1"),
        ("pad -- -1x4", "-1x4", ""),
        ("pad 4x4 --precision 99", "the precision is at most 15, not 99", "0 to 15"),
        ("pad 4x4 --color mauve", "no choice is called 'mauve'", "auto, always, never"),
        ("pad 4x4 --fill cout", "no fill is called 'cout'", "did you mean count?"),
        ("pad 4x4 --seed x", "a seed is written with the digits", "--seed x"),
        ("pad 4x4 -p same", "padding 'same' goes with a kernel", "-p same"),
        ("pad 4x4 --value 1", "--value goes with mode constant", "-m constant"),
        ("pad 4x4 -m all --value 1", "--value goes with mode constant", "-m constant"),
        ("pad 4x4 -m reflect --tiling", "--tiling shows mode circular", "-m reflect"),
        ("pad 4x4 --compare kernel=1,2", "pad has no kernel to compare", "--compare kernel=1,2"),
        ("conv 7x7 -m constant", "no padding mode is called 'constant'", "-m constant"),
        ("conv 7x7 -k 0", "kernel must be at least 1, not 0", "-k 0"),
        ("conv 7x7 -d 0", "dilation must be at least 1", "-d 0"),
        ("conv 3x7x7 -g 2", "groups 2 does not divide", "-g 2"),
        ("conv 7x7 --at 1", "at has 1 index", "--at 1"),
        ("conv 7x7 --at 1,9", "the output has 5 cols, so 9 is none", "0 to 4"),
        ("conv 7x7 --weight sobel", "no weight is called 'sobel'", "did you mean sobel-"),
        ("conv 7x7 --weight sharpen -k 5", "sharpen is a kernel of 3×3", "-k 3"),
        ("conv 7 --weight sobel-y", "sobel-y is a slope along rows", "sobel-x"),
        ('conv 7x7 --weight "1 2 3"', "the weight 3 has 1 axis", '--weight 1 2 3'),
        ('conv 7x7 --weight "1 2; 3"', "the rows differ in length", "--weight 1 2; 3"),
        ('conv 7x7 --weight "1 2; 3 4" -k 3', "the weight has a kernel of", "leave it out"),
        ("conv 7x7 --bias 1,2", "the bias has 2 numbers, the layer 1 output channel", "--bias 1,2"),
        ("conv 7x7 --bias many", "no bias is called 'many'", "none, count, ones, random"),
        ('conv 3x7x7 "Conv2d(1,1,3)"', "the layer takes 1 channels, its input has 3", "3x7x7"),
        ('conv 7x7 "Conv2d(1,1,3)" -s 2', "the layer says otherwise: its stride is 1", "-s 2"),
        ('conv 5x5 "Conv2d(1,1,7)"', "the kernel spans 7 cells", "kernel_size=5"),
        ('conv 7x7 "MaxPool2d(2)"', "conv does not show a MaxPool2d", "convviz pool shows it"),
        ('conv 7x7 "ReLU()"', "conv does not show a ReLU", "convviz shape shows it"),
        ("pool 4x4 -k 3 -p 2", "pooling pads at most half", "-p 2"),
        ("pool 4x4 --kind mean", "no pooling is called 'mean'", "max, avg"),
        ("pool 4x4 --kind avg -d 2", "average pooling has no dilation", "--kind max"),
        ("conv-transpose 3 -k 3 -p 2 -s 1 -p 3", "crops all of the", "-p 3"),
        ("conv-transpose 4 -p same", "has no padding 'same'", "-p same"),
        ("pad 2x2x2x2x2x2", "has 6 axes, more than a batch", ""),
        ("pad 4 --dims 2", "2 spatial axes are asked for", ""),
        ("pad 4x4 -p 1,2,3", "padding has 3 entries, but there are 2 axes", "-p 1,2,3"),
        ("pad 1000000000x1000000000", "more than the budget of 16,777,216", "--max-elements"),
        ("pad 4x4 -p 100000 --json", "more than the budget", "--max-elements"),
        ("pad 4x4 -p 100000000", "more than the budget", "--max-elements"),
        ("pad 1500x1500 --json", "would be 4,506,004 numbers as text", "--max-elements 4506004"),
        ("pad 1500x1500 -o x.csv", "numbers as text, more than 2,097,152", "-o x.npy holds"),
        ("pad 1000x1000 --full", "numbers as text, more than 1,048,576", "--full"),
        ("conv-transpose 2000 --full", "numbers as text, more than", "--max-elements"),
        ("pad 1500x1500 --json --max-elements 4000000", "more than 4,000,000", "4506004"),
        ("pad 4x4 --title x", "--title is for pictures, and none is asked for", "-o x.png"),
        ("pad 4x4 --no-footer", "--no-footer is for pictures", "--no-footer"),
        ("pad 2x2 -o x.png --size abc", "no size is called 'abc'", "--size abc"),
        ("pad 2x2 --tiling -o x.gif", "the endless tiling does not move", "-o x.png"),
        ("conv 7x7 --view padding", "no view of this is called 'padding'", "stride"),
        ("pad 0x4", "at least 1", "0x4"),
        ("pad ''", "the input is empty", ""),
        ("pad 4x4 -o x", "x has no ending that names a format", ".png .svg .pdf"),
        ("pad 4x4 -o .", "it is a folder", "-o ."),
        ("pad 4x4 -o no/such/x.npy", "there is no folder no/such", "-o no/such/x.npy"),
        ("--version=1", "option '--version' does not take a value", ""),
        ("pad 4 -p 1,2", "has two entries, but there is one axis", "2 after write -p 1:2"),
        ('conv 7x7 "Conv2d(1,1,3)" --compare stride=1,2', "the layer is a text", "as options"),
        ("conv-transpose 4x4 -s 2,3 --output-padding 3", "output_padding 3 must be less", "0 or 1"),
        ("conv-transpose '1 2; 3 4' -s 2 --output-padding 3", "must be less", "2 more outputs are"),
        ("figures x.toml --preset conv-arithmetic", "are two sets of figures", "leave one out"),
        ("shape 8 a.toml b.toml", "a TOML network stands alone", "one file, or layers"),
        ("pad 4x4 --mode all -o x.npy", "holds one array, and 4 are compared", ".png"),
        ("pad 2x3x4 -o x.csv", "a .csv file has rows and columns", ".npy"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_a_way_out_shown(
    line: str, first: str, hint: str, run: Run, folder: Path
) -> None:
    answer = run(line)
    flat = " ".join(answer.err.split())
    assert answer.err.startswith("error: ")
    assert first in flat
    assert hint in flat
    assert answer.status == 2
    assert answer.out == ""
    assert list(folder.iterdir()) == []


def test_a_number_may_start_with_a_dash(run: Run) -> None:
    answer = run("pad", "-1 2; 3 -4", "--json").json
    assert answer["input"]["values"] == [[-1, 2], [3, -4]]
    assert run("conv 4 --weight -1,0,1 --json").json["weight"]["values"] == [-1, 0, 1]


def test_a_negative_size_is_no_option_and_refused_as_what_it_is(run: Run) -> None:
    answer = run("pad -1x4")
    assert answer.status == 2
    assert answer.err == "error: a size is at least 1, not -1\n  -1x4\n  ^^ ≥ 1\n"


WORDS = st.one_of(
    st.sampled_from(
        ["pad", "conv", "conv-transpose", "pool", "4x4", "3x4x4", "1 2; 3 4", "-k", "-p", "-s",
         "-d", "-g", "-m", "--at", "--weight", "--bias", "1", "2", "1:0,2:1", "same", "circular",
         "all", "reflect", "--json", "--fill", "random", "--dims", "--ceil-mode", "--kind", "avg",
         "--", "--mode=zeros", "-k3", "--value", "nan", "box", "--compare", "mode=zeros,reflect",
         "--help", "--seed", "--out-channels", "Conv2d(1, 1, 3)", "0", "-1", "1e3", "١", "[",
         "\x1b[31m", "", "xavier-normal", "count", "--groups", "7", "--output-padding", "-", "./x"]
    ),
    st.text(max_size=12),
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(WORDS, max_size=8), st.sampled_from(["pad", "conv", "conv-transpose", "pool", ""]))
def test_any_words_end_with_0_1_or_2_and_never_a_traceback(words: Sequence[str], name: str) -> None:
    if "-o" in "".join(words):
        return
    out, err = io.StringIO(), io.StringIO()
    before = sys.stdout, sys.stderr, sys.stdin
    sys.stdout, sys.stderr, sys.stdin = out, err, io.TextIOWrapper(io.BytesIO(b"1 2"))
    try:
        status = cli.main([name, *words, "--json"] if name else list(words))
    finally:
        sys.stdout, sys.stderr, sys.stdin = before
    said = err.getvalue()
    assert status in (0, 1, 2)
    assert "Traceback" not in said
    assert "bug in convviz" not in said, said
    assert (status == 0) == (said == "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_device_is_exit_1_and_one_line() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*PROGRAM, "pad", "--json"], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    assert done.returncode == 1
    assert (
        done.stderr == b"error: cannot write to the standard output: no space left on the device\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="shells and signals")
def test_a_pipe_that_closes_early_is_silent() -> None:
    line = f"{sys.executable} -m convviz pad 300x300 --json | head -c 10"
    done = subprocess.run(["bash", "-c", line], capture_output=True, cwd=ROOT, check=False)
    assert done.stdout == b'{"padding"'
    assert done.stderr == b""


@pytest.mark.skipif(os.name != "posix", reason="shells and signals")
def test_an_interrupt_while_it_waits_is_130_and_silent() -> None:
    process = subprocess.Popen(
        [*PROGRAM, "pad", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    time.sleep(0.6)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.skipif(os.name != "posix", reason="shells and signals")
def test_an_interrupt_while_modules_load_is_130_and_silent() -> None:
    code = (
        "import signal, sys, os\n"
        "class Late:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'convviz.cli.speaking': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Late())\n"
        "from convviz.__main__ import run; run(['--version'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_what_python_cannot_raise_is_told_as_ever() -> None:
    code = (
        "class Dying:\n"
        "    def __del__(self): raise ValueError('lost')\n"
        "class Late:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'convviz.cli.speaking': Dying()\n"
        "import sys; sys.meta_path.insert(0, Late())\n"
        "from convviz.__main__ import run; run(['--version'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"convviz {convviz.__version__}\n")
    assert "Exception ignored in" in done.stderr
    assert done.stderr.endswith("ValueError: lost\n")


@pytest.mark.skipif(os.name != "posix", reason="shells")
def test_streams_that_are_closed_end_with_1_and_without_a_traceback() -> None:
    for end, status in ((">&-", 1), ("2>&-", 0), ("<&-", 0)):
        line = f"{sys.executable} -m convviz pad --json {end}"
        done = subprocess.run(["bash", "-c", line], capture_output=True, cwd=ROOT, check=False)
        assert done.returncode == status
        assert b"Traceback" not in done.stderr
