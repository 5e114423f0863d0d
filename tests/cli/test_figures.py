"""`convviz figures`: batches from a TOML file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from convviz.cli import batch, main
from convviz.errors import SpecError

TWO = """
[[figure]]
file = "a.csv"
command = "pad 2x2"

[[figure]]
file = "deep/b.json"
command = "pad '1 2; 3 4' --mode circular"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def slides(text: str) -> str:
    Path("slides.toml").write_text(text, encoding="utf-8")
    return "slides.toml"


def figures(*words: str) -> int:
    return main(["figures", "slides.toml", "-d", "out", "-j", "1", *words])


def test_every_figure_of_the_file_is_drawn(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slides(TWO)
    assert figures() == 0
    rows = [[float(n) for n in row.split(",")] for row in Path("out/a.csv").read_text().split()]
    assert rows == [[0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]]
    assert json.loads(Path("out/deep/b.json").read_text())
    assert capsys.readouterr().out == "figures in out: 2 drawn\n"


def test_what_did_not_change_is_not_drawn_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slides(TWO)
    figures()
    before = os.stat("out/a.csv").st_mtime_ns
    assert figures() == 0
    assert os.stat("out/a.csv").st_mtime_ns == before
    assert capsys.readouterr().out.endswith("0 drawn, 2 unchanged\n")


def test_a_changed_command_input_or_output_is_drawn_again(folder: Path) -> None:
    Path("x.csv").write_text("1,2\n3,4\n")
    slides('[[figure]]\nfile = "a.json"\ncommand = "pad x.csv"\n')
    figures()
    assert figures("--check") == 0
    Path("x.csv").write_text("5,6\n7,8\n")
    assert figures("--check") == 1
    figures()
    Path("out/a.json").write_text("spoiled")
    assert figures("--check") == 1
    figures()
    slides('[[figure]]\nfile = "a.json"\ncommand = "pad x.csv -p 2"\n')
    assert figures("--check") == 1


def test_check_names_the_files_that_would_change_and_draws_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slides(TWO)
    assert figures("--check") == 1
    assert capsys.readouterr().out == "a.csv\ndeep/b.json\n2 of 2 figures would change\n"
    assert not Path("out").exists()


def test_one_failure_is_reported_and_does_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slides(TWO.replace("pad 2x2", "pad 2x2 --mode circulr"))
    assert figures() == 1
    out, err = capsys.readouterr()
    assert err.startswith("error: a.csv: no padding mode is called 'circulr'\n")
    assert "Traceback" not in err
    assert out == "figures in out: 1 drawn, 1 failed\n"
    assert Path("out/deep/b.json").exists()


def test_only_takes_names_and_patterns(folder: Path) -> None:
    slides(TWO)
    assert figures("--only", "a") == 0
    assert not Path("out/deep").exists()
    assert figures("--only", "deep/*") == 0
    assert Path("out/deep/b.json").exists()


def test_two_processes_draw_what_one_draws(folder: Path) -> None:
    slides(TWO)
    assert main(["figures", "slides.toml", "-d", "one", "-j", "1"]) == 0
    assert main(["figures", "slides.toml", "-d", "two", "-j", "2"]) == 0
    for name in ("a.csv", "deep/b.json"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def test_defaults_are_options_that_a_command_may_override(folder: Path) -> None:
    slides(
        '[defaults]\nmode = "circular"\nbias = 3\n' + TWO.replace("--mode circular", "-m reflect")
    )
    first, second = batch.read("slides.toml")
    assert first.command == "pad 2x2 --mode circular"
    assert second.command == "pad '1 2; 3 4' -m reflect"


@pytest.mark.parametrize("file", ["/etc/passwd", "../up.csv", "a/../../up.csv"])
def test_a_file_stays_inside_the_folder(file: str, folder: Path) -> None:
    with pytest.raises(SpecError, match="leads out of out"):
        batch.target(Path("out"), batch.Figure(file, "pad"))


def test_a_link_does_not_lead_out_either(folder: Path) -> None:
    Path("out").mkdir()
    Path("out/link").symlink_to("..")
    with pytest.raises(SpecError, match="leads out of out"):
        batch.target(Path("out"), batch.Figure("link/x.csv", "pad"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no figures"),
        ("[[figure]]\n", "has no file"),
        ('[[figure]]\nfile = "a.png"\n', "has no command"),
        ('[[figure]]\nfile = "a.png"\ncommand = 3\n', "command must be text, not 3"),
        ('[[figure]]\nfile = "a.png"\ncomand = "pad"\n', "did you mean command?"),
        ('[[figure]]\nfile = "a.png"\ncommand = "pad \'"\n', "no closing quotation"),
        ("figure = [3]\n", "figure 1 of slides.toml is no table"),
        ("defaults = 3\n", "slides.toml: defaults is no table"),
        ("[[figure]\n", "is not TOML"),
        ("a = " + "[" * 100_000, "slides.toml is"),
        ("[default]\n", "did you mean defaults?"),
        ("[defaults]\nsize = [1]\n", "must be text"),
        (TWO + TWO, "two figures write 'a.csv'"),
    ],
)
def test_a_mistake_in_the_file_is_told(text: str, message: str, folder: Path) -> None:
    slides(text)
    with pytest.raises(SpecError) as caught:
        batch.read("slides.toml")
    assert message in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert figures() == 1
    assert "cannot read slides.toml: no such file" in capsys.readouterr().err
    Path("slides.toml").write_bytes(b"# \xff")
    assert figures() == 2
    assert capsys.readouterr().err == "error: slides.toml is not UTF-8: byte 2 does not decode\n"


@pytest.mark.parametrize("command", [" ", "convviz"])
def test_an_empty_command_is_told(
    command: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slides(f'[[figure]]\nfile = "a.png"\ncommand = "{command}"\n')
    assert figures() == 2
    assert "figure 'a.png' has an empty command" in capsys.readouterr().err


def test_a_default_that_is_false_is_left_out(folder: Path) -> None:
    slides("[defaults]\ntransparent = false\nno-footer = true\n" + TWO)
    assert batch.read("slides.toml")[0].command == "pad 2x2 --no-footer"


@pytest.mark.parametrize("record", ["[]", "{", '{"a.csv": 3, "deep/b.json": ["x"]}'])
def test_a_record_that_is_none_draws_anew(
    record: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slides(TWO)
    Path("out").mkdir()
    Path("out", batch.RECORD).write_text(record)
    assert figures() == 0
    assert capsys.readouterr().out == "figures in out: 2 drawn\n"


def test_a_figure_that_was_deleted_is_drawn_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slides(TWO)
    figures()
    Path("out/a.csv").unlink()
    assert figures("--check") == 1
    assert figures() == 0
    assert Path("out/a.csv").exists()
    assert capsys.readouterr().out.endswith("1 drawn, 1 unchanged\n")


def test_no_file_and_no_preset_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures"]) == 2
    assert capsys.readouterr().err.startswith("error: which figures?")


def test_the_index_shows_each_picture_with_its_command(folder: Path) -> None:
    slides(TWO.replace('command = "pad 2x2"', 'command = "pad 2x2"\ncaption = "Two by two"'))
    assert figures("--index", "out/README.md") == 0
    page = Path("out/README.md").read_text()
    assert "![Two by two](a.csv)" in page
    assert "convviz pad 2x2 -o a.csv" in page
