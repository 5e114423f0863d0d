"""Answers with their exact values, as a user asks for them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = Callable[..., Any]
SAMPLE = "sample:photo"


@pytest.mark.parametrize(
    ("mode", "first"),
    [
        ("zeros", [0, 0, 0, 0, 0, 0]),
        ("reflect", [6, 5, 6, 7, 8, 7]),
        ("replicate", [1, 1, 2, 3, 4, 4]),
        ("circular", [16, 13, 14, 15, 16, 13]),
        ("symmetric", [1, 1, 2, 3, 4, 4]),
    ],
)
def test_padding_of_one_to_sixteen(mode: str, first: list[int], run: Run) -> None:
    found = run(f"pad 4x4 --mode {mode} --json").json
    assert list(found) == ["padding", "mode", "input", "output", "source"]
    assert found["padding"] == [[1, 1], [1, 1]]
    assert found["mode"] == mode
    assert found["input"] == {"shape": [4, 4], "values": np.arange(1, 17).reshape(4, 4).tolist()}
    assert found["output"]["shape"] == [6, 6]
    assert found["output"]["values"][0] == first
    kind = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}.get(mode, mode)
    expected = np.pad(np.arange(1, 17).reshape(4, 4), 1, kind)  # type: ignore[call-overload]
    np.testing.assert_array_equal(found["output"]["values"], expected)


def test_sources_reproduce_the_values(run: Run) -> None:
    found = run("pad 3x4 -p 1:0,2:1 -m reflect --json").json
    values = np.array(found["input"]["values"])
    rows, cols = found["source"]
    np.testing.assert_array_equal(found["output"]["values"], values[np.ix_(rows, cols)])
    assert run("pad 3x4 --json").json["source"] == [[-1, 0, 1, 2, -1], [-1, 0, 1, 2, 3, -1]]


def test_without_words_every_command_shows_something(run: Run) -> None:
    assert run("pad --json").json["output"]["shape"] == [6, 6]
    conv = run("conv --json").json
    assert conv == run("conv 7x7 -k 3 -s 2 -p 1 --json").json
    assert conv["output"]["values"][1] == [597, 897, 987, 639]
    assert run("conv-transpose --json").json == run("conv-transpose 3x3 -k 3 -s 2 --json").json
    assert run("pool --json").json["output"]["values"] == [[6, 8], [14, 16]]


def test_a_one_by_one_convolution_turns_the_padded_border_into_its_bias(run: Run) -> None:
    values = run("conv 2x2 -k 1 -p 1 --bias 0.5 --json").json["output"]["values"]
    assert values == [[0.5, 0.5, 0.5, 0.5], [0.5, 1.5, 2.5, 0.5], [0.5, 3.5, 4.5, 0.5], [0.5] * 4]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", [1, 3, 6, 6, 5, 3]),
        ("-s 2", [1, 2, 4, 2, 4, 2, 4, 2, 3]),
        ("-d 2", [1, 1, 3, 3, 5, 5, 3, 3]),
        ("-p 1", [3, 6, 6, 5]),
        ("-s 2 -p 1 --output-padding 1", [2, 4, 2, 4, 2, 4, 2, 3]),
    ],
)
def test_transposed_convolution_of_four_ones(options: str, expected: list[int], run: Run) -> None:
    found = run(f'conv-transpose "[1,1,1,1]" --weight "[1,2,3]" {options} --json').json
    assert found["output"] == {"shape": [len(expected)], "values": expected}
    assert found["weight"] == {"shape": [3], "values": [1, 2, 3]}
    assert found["bias"] is None


def test_windows_of_sevens_sharpened(run: Run) -> None:
    found = run('conv "7 7 6; 7 7 6; 6 6 4" --weight sharpen --json').json
    assert found["output"] == {"shape": [1, 1], "values": [[9]]}


def test_the_photograph_under_two_seeds(run: Run) -> None:
    words = ("conv", SAMPLE, "Conv2d(3, 1, 3)", "--weight", "xavier-normal", "--seed")
    maps = {}
    for seed in ("1", "2"):
        first, again = run(*words, seed, "--json"), run(*words, seed, "--json")
        assert first.out == again.out
        maps[seed] = first.json["output"]
        assert maps[seed]["shape"] == [1, 598, 510]
    assert maps["1"] != maps["2"]


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("conv 4x64x28x28 Conv2d(64,128,3,padding=1) --weight ones", [4, 128, 28, 28]),
        ("conv 3x8x8", [1, 6, 6]),
        ("conv 3x8x8 -g 3", [3, 6, 6]),
        ("conv 4x8x8 -g 2 --out-channels 6", [6, 6, 6]),
        ("conv 8x8 --out-channels 2", [2, 6, 6]),
        ("conv 4x8x8 --dims 3", [2, 6, 6]),
        ("conv 4x8x8 -k 2,3,3", [3, 6, 6]),
        ("conv 2x9 --dims 1", [1, 7]),
        ("conv 9 -k 3 -s 2", [4]),
        ("conv 8x8 -p same -k 4", [8, 8]),
        ("conv-transpose 3x4x4 --out-channels 2", [2, 6, 6]),
        ("conv-transpose 4x4x4 -g 2", [2, 6, 6]),
        ("pool 3x8x8 -k 2,4", [3, 4, 2]),
        ("pool 2x3x8x8", [2, 3, 4, 4]),
        ("pool 5x5 AvgPool2d(2,ceil_mode=True)", [3, 3]),
        ("conv Conv1d(2,3,3)", [3, 5]),
        ("conv Conv3d(1,1,3)", [5, 5, 5]),
        ("pool nn.MaxPool2d(2)", [2, 2]),
    ],
)
def test_the_output_has_the_shape_that_pytorch_gives(line: str, shape: list[int], run: Run) -> None:
    assert run(*line.split(), "--json").json["output"]["shape"] == shape


def test_a_layer_text_and_options_may_agree(run: Run) -> None:
    text = "conv 9x9 'Conv2d(1, 1, 3, stride=2, padding=1, padding_mode=\"circular\")'"
    same = run(f"{text} -k 3 -s 2 -p 1 -m circular -g 1 -d 1 --dims 2 --json")
    assert same.json == run(f"{text} --json").json
    assert (
        run('pool "AvgPool2d(3, count_include_pad=False)" --kind avg --exclude-padding').status == 0
    )


def test_several_modes_are_one_object(run: Run) -> None:
    found = run("pad 4x4 --mode all --json").json
    assert [entry["mode"] for entry in found["compare"]] == [
        "zeros", "reflect", "replicate", "circular",
    ]  # fmt: skip
    assert run("pad 4x4 --compare mode=zeros,edge --json").json["compare"][1]["mode"] == "replicate"
    kernels = run("conv 7x7 --compare kernel=1,3x5 --json").json["compare"]
    assert [entry["weight"]["shape"] for entry in kernels] == [[1, 1], [3, 5]]


def test_what_is_not_finite_is_strict_json(run: Run) -> None:
    found = run("pad", "[1, nan]", "-m", "constant", "--value", "-inf", "--json").json
    assert found["output"]["values"] == ["-Infinity", 1.0, "NaN", "-Infinity"]


def test_a_fractional_value_turns_typed_whole_numbers_into_decimals(run: Run) -> None:
    found = run("pad", "1 2", "-m", "constant", "--value", "0.5", "--json").json
    assert found["output"]["values"] == [0.5, 1.0, 2.0, 0.5]


def test_numbers_are_saved_and_read_back(run: Run, folder: Path) -> None:
    expected = run("conv 5x5 -k 2 --json").json["output"]["values"]
    for name in ("x.npy", "x.csv", "x.json"):
        answer = run(f"conv 5x5 -k 2 -o {name}")
        assert (answer.status, answer.out, answer.err) == (0, "", "")
        assert run(f"pad {name} -p 0 --json").json["output"]["values"] == expected
    run("conv 5x5 -k 2 --json")
    (folder / "doc.json").write_text(run("conv 5x5 -k 2 --json").out)
    assert run("pad doc.json -p 0 --json").json["output"]["values"] == expected


def test_a_file_and_json_may_be_asked_for_together(run: Run, folder: Path) -> None:
    found = run("pad 2x2 -o x.npy --json").json
    np.testing.assert_array_equal(np.load(folder / "x.npy"), found["output"]["values"])


def test_a_name_that_looks_like_a_shape_is_a_file_with_a_folder(run: Run, folder: Path) -> None:
    np.save(folder / "x", np.array([5.0, 6.0]))
    os.rename(folder / "x.npy", folder / "3x3")
    assert run("pad ./3x3 -p 0 --json").json["output"]["values"] == [5, 6]
    assert run("pad 3x3 --json").json["input"]["shape"] == [3, 3]


def test_a_name_that_starts_with_dashes_goes_after_them(run: Run, folder: Path) -> None:
    (folder / "--x.csv").write_text("1,2\n")
    assert run("pad --json -p 0 -- --x.csv").json["output"]["values"] == [1, 2]


@pytest.mark.skipif(os.name != "posix", reason="names of bytes")
def test_a_name_that_is_no_text_round_trips(run: Run, folder: Path) -> None:
    name = os.fsdecode(b"\xff.npy")
    assert run("pad", "2x2", "-o", name).status == 0
    assert os.listdir(os.fsencode(folder)) == [b"\xff.npy"]
    assert run("pad", name, "-p", "0", "--json").json["output"]["shape"] == [4, 4]
    assert run("pad", name).status == 0
    assert run("pad", name, "-o", "x.svg").status == 0


def test_the_standard_input_is_the_input(run: Run) -> None:
    assert run("pad - --json", stdin=b"1 2\n3 4").json["input"]["values"] == [[1, 2], [3, 4]]
    assert run("pad - --json", stdin=b"").status == 2


def test_weights_and_biases_come_from_files(run: Run, folder: Path) -> None:
    np.save(folder / "w.npy", np.ones((2, 1, 2, 2)))
    np.savez(folder / "b.npz", bias=np.array([10.0, 20.0]))
    found = run("conv 2x2 --weight w.npy --bias b.npz:bias --json").json
    assert found["output"] == {"shape": [2, 1, 1], "values": [[[20]], [[30]]]}
    assert found["bias"] == {"shape": [2], "values": [10, 20]}
    assert run("conv 2x2 --weight wx.npy").status == 1


def test_a_seed_gives_input_weight_and_bias_their_own_numbers(run: Run) -> None:
    line = "conv 3x3 --fill random --weight random --bias random --seed 5 --json"
    found = run(line).json
    assert found == run(line).json
    assert found["bias"]["values"][0] != found["weight"]["values"][0][0]


def test_the_chosen_cell_is_checked_for_every_answer(run: Run) -> None:
    assert run("conv 7x7 --at 4,4 --json").status == 0
    assert run("conv 7x7 --at 5,5 --json").status == 2
    assert run("conv 3x7x7 --out-channels 2 --at 1,4,4 --json").status == 0
    assert run("conv-transpose 3x3 -s 2 --at 2,2 --json").status == 0
    assert run("conv-transpose 3x3 -s 2 --at 3,3 --json").status == 2


def test_plain_can_be_asked_for_by_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run("pad 4x4 --plain")
    monkeypatch.setenv("CONVVIZ_PLAIN", "1")
    assert run("pad 4x4") == plain
    assert plain.out.isascii()


def test_json_is_never_colored(run: Run) -> None:
    assert json.loads(run("pad 4x4 --json --color always").out)


def test_an_image_is_read_as_planes_and_keeps_its_type(run: Run, folder: Path) -> None:
    from PIL import Image

    Image.new("RGBA", (4, 3), (10, 20, 30, 0)).save("x.png")
    found = run("pad x.png -p 0 --json").json
    assert found["input"]["shape"] == [3, 3, 4]
    assert run("pad x.png -m constant --value 300").status == 2
    assert "transparent pixels are laid on white" in run("pad x.png").out


def test_pictures_are_drawn_without_a_word(run: Run, folder: Path) -> None:
    answer = run("pad 2x2 -o x.svg --title 'a $ b'")
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    assert (folder / "x.svg").read_bytes().startswith(b"<?xml")
    assert run("pad", "2x2", "-o", "y.png", "--title", "a\nb").status == 2
