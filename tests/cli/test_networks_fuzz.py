"""Whatever is typed: an answer or one clear message, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Run = Callable[..., Any]

WORDS = [
    "3x32x32", "32", "4x4x4x4", "0x4", "-1x4", "1e3", "１２", "9" * 30, "-", "", " ", "x", "[",
    "Conv2d(3, 8, 3)", "Conv2d(3, 8, 3, padding='same')", "Conv2d(", "Conv2d(3,8,'3)", "nn.ReLU()",
    "ConvTranspose2d(8, 3, 2, stride=2)", "MaxPool2d(2)", "Linear(8, 2)", "Flatten()", "Flatten(0)",
    "Sequential(ReLU(), Flatten())", "Sequential(\n  (0-3): 4 x ReLU()\n)", "Net(\n (a): ReLU()\n)",
    "Conv2D(8, 3, padding='same', strides=2)", "Dense(3)", "InputLayer(shape=(8, 8, 3))", "conv",
    "conv 8 k3", "conv 8 k3 s0", "pool 2", "up ×2", "up 0", "gap", "relu", "relu relu", "fc 0",
    "nothing.txt", "nothing.toml", "/", "\x1b[31m", "\udcff", "k3", "--unit", "0,0", "center",
    "--expect", "8x30x30", "--columns", "all", "layer,,", "--csv", "--json", "--latex", "--plain",
    "--formula", "--full", "--ascii", "-k", "3", "7x3", "1..9", "9..1", "1,2", "-s", "2", "-p",
    "1:0",
    "same", "-d", "-g", "--transposed", "--in", "28", "--out", "14", "28x30", "--mirror", "--input",
    "--asymmetric", "--output-padding", "1", "16..40", "5..", "--dims", "2", "--channels", "--",
    "-x",
    "AdaptiveAvgPool2d((None, 2))", "Unflatten(1, (2, -1))", "PixelShuffle(2)", "GLU(1)",
    "Softmax()",
    "LayerNorm(32)", "Upsample(scale_factor=0.1)", "LPPool2d(2, 3)", "PReLU(3)",
    "Identity(1, 2, 3)",
]  # fmt: skip


@given(
    st.sampled_from(["shape", "solve", "sizes"]),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=6),
)
@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_words_get_an_answer_or_one_message(run: Run, command: str, words: list[str]) -> None:
    answer = run(command, *words, stdin=b"conv 8 k3\n")
    assert answer.status in (0, 1, 2)
    assert "Traceback" not in answer.err
    assert "this is a bug" not in answer.err, (words, answer.err)
    assert bool(answer.status) == bool(answer.err), (words, answer)
    assert len(answer.err) < 3_000
