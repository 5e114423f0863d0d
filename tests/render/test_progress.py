"""The counter of long work: what a terminal shows of it, and that nothing of it stays."""

from __future__ import annotations

import io

import pytest

from convviz.render.progress import tracked


def iter_of(count):
    yield from range(count)


class Terminal(io.StringIO):
    """A text stream that says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


class Broken(Terminal):
    """A terminal that is gone."""

    def write(self, text):
        raise OSError(5, "Input/output error")


def shown(written):
    """The line that stands after `written`: a carriage return goes back to its start."""
    line: list[str] = []
    at = 0
    for letter in written:
        if letter == "\r":
            at = 0
            continue
        line[at : at + 1] = [letter]
        at += 1
    return "".join(line).rstrip()


@pytest.fixture(autouse=True)
def _terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")


def test_a_counter_counts_between_items_and_is_gone_while_one_is_out_and_at_the_end():
    file = Terminal()
    for number in tracked(iter_of(4), 4, "drawn", file):
        assert shown(file.getvalue()) == "", number
        line = "drawn  " + "█" * 4 * number + "░" * (16 - 4 * number) + f"  {number} of 4"
        assert file.getvalue().rstrip(" \r").endswith("\r" * (number > 0) + line)
    assert file.getvalue().rstrip(" \r").endswith("4 of 4")
    assert shown(file.getvalue()) == ""
    assert "\x1b" not in file.getvalue()


def test_what_is_said_about_an_item_stands_where_the_counter_was():
    file = Terminal()
    for number in tracked(iter_of(4), 4, "drawn", file):
        if number == 2:
            file.write("spoiled")
            assert shown(file.getvalue()) == "spoiled"
            break


@pytest.mark.parametrize("total", [3, 4])
def test_few_items_and_streams_that_are_no_terminal_are_not_counted(total, monkeypatch):
    plain, terminal = io.StringIO(), Terminal()
    assert list(tracked(iter_of(total), total, "drawn", None)) == list(range(total))
    assert list(tracked(iter_of(total), total, "drawn", plain)) == list(range(total))
    assert plain.getvalue() == ""
    assert list(tracked(iter_of(total), total, "drawn", terminal)) == list(range(total))
    assert bool(terminal.getvalue()) == (total == 4)
    dumb = Terminal()
    monkeypatch.setenv("TERM", "dumb")
    list(tracked(iter_of(total), total, "drawn", dumb))
    assert dumb.getvalue() == ""


def test_a_terminal_that_is_gone_does_not_stop_the_work():
    assert list(tracked(iter_of(5), 5, "drawn", Broken())) == [0, 1, 2, 3, 4]


def test_items_left_early_are_closed_and_the_line_is_gone():
    closed = []

    def items():
        try:
            yield from range(9)
        finally:
            closed.append(True)

    file = Terminal()
    counted = tracked(items(), 9, "drawn", file)
    assert [next(counted), next(counted)] == [0, 1]
    counted.close()
    assert closed == [True]
    assert shown(file.getvalue()) == ""
