"""A command line as it was typed: which words are options, their values, or neither."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from convviz.errors import SpecError, near, shortened
from convviz.patterns import pattern
from convviz.records import Record

NUMBER = pattern(r"-\.?[0-9]")
"""A word that starts with a dash and is a number all the same: no option of convviz is a digit."""


class Flag(Record):
    """An option as a command line sees it: its parameter, and whether a value follows."""

    param: str
    takes_value: bool


class Typed(Record):
    """One parameter as it was typed: `-k 7`, `--kernel=7`, `-k7`, or an argument alone.

    flag: the part before the value, "" for an argument.
    glue: what stands between them: a blank, "=" or nothing.
    """

    flag: str
    glue: str
    value: str

    @property
    def text(self) -> str:
        """The words as typed."""
        return f"{self.flag}{self.glue}{self.value}"

    def span(self, inner: tuple[int, int] | None = None) -> tuple[int, int]:
        """Where the value stands in `text`, or the part `inner` of the value."""
        start = len(self.flag) + len(self.glue)
        if inner is not None:
            return start + inner[0], start + inner[1]
        return (start, start + len(self.value)) if self.value else (0, len(self.text))


class Words:
    """A command line, taken apart.

    options:     the option words, in order, in a form that click reads the same way.
    positionals: the words that are no option and no value of one.
    typed:       per parameter, its last appearance.
    """

    def __init__(self) -> None:
        self.options: list[str] = []
        self.positionals: list[str] = []
        self.typed: dict[str, Typed] = {}


def take_apart(argv: Sequence[str], flags: dict[str, Flag]) -> Words:
    """`argv` as options and positionals.

    Raises SpecError: an unknown option, an option without its value, a flag with one.
    """
    words = Words()
    rest = deque(argv)
    while rest:
        word = rest.popleft()
        if word == "--":
            words.positionals += rest
            break
        if word == "-" or not word.startswith("-") or NUMBER.match(word):
            words.positionals.append(word)
        elif word.startswith("--"):
            name, glue, value = word.partition("=")
            _option(words, name, rest, flags, word=word, glue=glue, value=value)
        else:
            _short(words, word, rest, flags)
    return words


def _short(words: Words, word: str, rest: deque[str], flags: dict[str, Flag]) -> None:
    """Read `-k7`, `-k 7`, or several flags in one word."""
    if f"-{word.partition('=')[0]}" in flags:
        # -kernel is --kernel, not -k with the value ernel.
        name = word.partition("=")[0]
        raise _unknown(name, word, flags)
    letters = word[1:]
    while letters:
        name, letters = f"-{letters[0]}", letters[1:]
        if name in flags and not flags[name].takes_value:
            _option(words, name, rest, flags, word=word)
            continue
        glue = "=" if letters.startswith("=") else ""
        value = letters.removeprefix("=")
        _option(words, name, rest, flags, word=word, glue=glue, value=value)
        return


def _option(
    words: Words,
    name: str,
    rest: deque[str],
    flags: dict[str, Flag],
    *,
    word: str,
    glue: str = "",
    value: str = "",
) -> None:
    """Note one option; its value is in the same word or the next."""
    flag = flags.get(name)
    if flag is None:
        raise _unknown(name, word, flags)
    if not flag.takes_value:
        if glue:
            raise SpecError(
                f"{name} takes no value",
                accepted="leave it out",
                source=word,
                span=(len(name), len(word)),
            )
        words.options.append(name)
        words.typed[flag.param] = Typed(name, "", "")
        return
    if not glue and not value:
        if not rest or (rest[0] in flags):
            raise SpecError(
                f"{name} needs a value",
                source=name,
                span=(0, len(name)),
                accepted=f"followed by the option {rest[0]}" if rest else "nothing follows",
            )
        glue, value = " ", rest.popleft()
    words.options += [name, value]
    words.typed[flag.param] = Typed(name, glue, value)


def _unknown(name: str, word: str, flags: dict[str, Flag]) -> SpecError:
    """The error of an option that there is not, with the one that was meant."""
    names = [flag for flag in flags if flag.startswith("--")]
    one_dash = not name.startswith("--") and len(name) > 2
    guess = near(f"-{name}" if one_dash else name, names) if len(name) > 2 else ""
    homes = elsewhere(name) if len(name) < 20 else ""
    return SpecError(
        f"there is no option '{shortened(name)}'" + " here" * bool(homes),
        source=word,
        span=(0, len(name)),
        accepted=homes or (f"did you mean {guess}?" if guess else ""),
        remedy=""
        if guess and not homes
        else "--help lists the options; what begins with a dash goes after --",
    )


def elsewhere(name: str) -> str:
    """Which commands have the option `name`, "" if none has."""
    from convviz.cli import COMMANDS, options_of

    homes = [command for command in COMMANDS if name in options_of(command)]
    return f"{', '.join(homes)} {'has' if len(homes) == 1 else 'have'} it" if homes else ""
