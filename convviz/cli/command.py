"""The commands' common form: options that describe themselves, and requests that remember words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convviz.cli.argv import Flag, Typed, take_apart
from convviz.errors import SpecError, shortened

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from convviz.cli.pages import Page
    from convviz.diagrams.scene import Scene

T = TypeVar("T")

COMMON = "Common"
"""The group of options that `convviz --help` lists, once for all commands."""

PARAMS = {"padding_mode": "mode", "count_include_pad": "exclude_padding", "kernel_size": "kernel"}
"""Names that the rooms use in errors → the parameter of the command line, where they differ."""

LAYER_WORDS = {
    "kernel": "kernel_size",
    "stride": "stride",
    "padding": "padding",
    "dilation": "dilation",
    "groups": "groups",
    "output_padding": "output_padding",
    "padding_mode": "padding_mode",
}
"""Parameters that a layer's text holds, in PyTorch's words."""

SPELLINGS = {
    "kernel": "-k",
    "stride": "-s",
    "padding": "-p",
    "dilation": "-d",
    "groups": "-g",
    "mode": "-m",
    "output": "-o",
}
"""How a parameter is written that was not typed: short where there is a short form."""


class Option(click.Option):
    """An option with its line of help.

    word:    what the value is called: "PAD".
    text:    what it means, in lines; help aligns them.
    shown:   the default as help shows it, in brackets.
    group:   the heading it stands under.
    choices: what the shell completes; "files" for names of files.
    """

    def __init__(
        self,
        *flags: str,
        word: str = "",
        text: str | Sequence[str] = (),
        shown: str = "",
        group: str = "Output",
        choices: Sequence[str] | str = (),
    ) -> None:
        names = [flag for flag in flags if not flag.startswith("-")]
        super().__init__(
            flags if names else [*flags, flags[-1].lstrip("-").replace("-", "_")],
            is_flag=not word,
            default=None if word else False,
            type=click.UNPROCESSED if word else click.BOOL,
        )
        self.word = word
        self.lines = (text,) if isinstance(text, str) else tuple(text)
        self.shown = shown
        self.group = group
        self.choices = choices

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The choices that start with what is typed so far."""
        return completions(self.choices, incomplete)


class Argument(click.Argument):
    """An argument that may be left out, with its line of help."""

    def __init__(
        self, name: str, *, text: str = "", many: bool = False, choices: Sequence[str] | str = ()
    ) -> None:
        super().__init__([name], required=False, nargs=-1 if many else 1, type=click.UNPROCESSED)
        self.lines = (text,) if text else ()
        self.choices = choices

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The choices that start with what is typed so far."""
        return completions(self.choices, incomplete)


def completions(choices: Sequence[str] | str, incomplete: str) -> list[CompletionItem]:
    """What the shell offers: `choices`, and files where "files" is one of them.

    A shell offers either words or files: files that come first give way from two letters on.
    """
    from click.shell_completion import CompletionItem

    if isinstance(choices, str):
        choices = (choices,)
    if choices[:1] == ("files",) and len(incomplete) < 2:
        choices = ("files",)
    items = [
        CompletionItem(choice)
        for choice in choices
        if choice != "files" and choice.startswith(incomplete)
    ]
    if "files" in choices and not items:
        items.append(CompletionItem(incomplete, type="file"))
    return items


def portable(argv: Sequence[str], typed: dict[str, Typed]) -> list[str]:
    """`argv` with the file of -o by its name, so that a picture is the same in every folder."""
    words, output = list(argv), typed.get("output")
    if output is None:
        return words
    name = os.path.basename(output.value)
    for place, word in enumerate(words):
        if word == output.value and words[place - 1] == output.flag:
            words[place] = name
        elif output.glue != " " and word == output.text:
            words[place] = f"{output.flag}{output.glue}{name}"
    return words


class Request:
    """What a caller in Python adds to a command line: arrays, and the wish for the scene alone.

    arrays: by parameter ("input", "weight", "bias"), in the place of words.
    scene:  what the command line shows, once it has been asked.
    """

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.arrays = arrays
        self.scene: Scene | None = None


class Asked:
    """What was asked: the values as text, and how each was typed.

    request: what a caller in Python adds; None on the command line.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        typed: dict[str, Typed],
        request: Request | None = None,
    ) -> None:
        self.name = name
        self.request = request
        self.typed = typed
        self._argv = argv

    @cached_property
    def command(self) -> str:
        """The command line, quoted so that it runs when pasted; its output by name alone."""
        import shlex

        return shlex.join(["convviz", self.name, *portable(self._argv, self.typed)])

    def __contains__(self, param: str) -> bool:
        return param in self.typed

    def given(self, param: str) -> bool:
        """Whether `param` was typed, or given as an array."""
        return param in self or self.array(param) is not None

    def array(self, param: str) -> Any:
        """The array that a caller in Python gave in the place of `param`, None if none.

        Raises SpecError: `param` is typed as well.
        """
        if self.request is None or param not in self.request.arrays:
            return None
        if param in self:
            raise SpecError(f"{param} is given twice: as an array and in the words", param)
        return self.request.arrays[param]

    def text(self, param: str, default: str = "") -> str:
        """The value of `param` as typed, `default` where it was not."""
        return self.typed[param].value if param in self.typed else default

    def flag(self, param: str) -> bool:
        """Whether the flag `param` was typed."""
        return param in self.typed

    def read(self, param: str, reader: Callable[[str], T], default: str | None = None) -> T:
        """What `reader` makes of the value of `param`, or of the `default`.

        Raises SpecError: the reader's, pointing into the words as typed.
        """
        if param not in self.typed:
            if default is None:
                raise AssertionError(f"{param} has no default")
            return reader(default)
        with self.pointing(param, own=True):
            return reader(self.typed[param].value)

    @contextmanager
    def pointing(self, param: str, *, own: bool = False) -> Iterator[None]:
        """Errors from within point at the words that `param` was typed as.

        One that names another parameter, or stands in a text of its own (a line of a file), stays.
        own: nothing but the words of `param` is read, whatever an error calls them.
        """
        try:
            yield
        except SpecError as error:
            typed = self.typed.get(param)
            own = own or PARAMS.get(error.argument, error.argument) in ("", param)
            if typed is None or (error.source and error.source != typed.value):
                raise
            if not error.source and not own:
                raise
            inner = error.span if error.source else None
            raise self.spelled(error.at(typed.text, typed.span(inner))) from error.__cause__

    def at(self, error: SpecError) -> SpecError:
        """The same error, pointing at the words that its argument was typed as."""
        if not error.source:
            typed = self.typed.get(PARAMS.get(error.argument, error.argument))
            if typed is not None:
                error = error.at(typed.text, typed.span())
            elif "layer" in self.typed and error.argument in LAYER_WORDS:
                error = error.at(self.typed["layer"].text)
        return self.spelled(error)

    def spelled(self, error: SpecError) -> SpecError:
        """The same error, its remedies written as options."""
        return error.spelled(self.spelling)

    def spelling(self, name: str, value: str) -> str:
        """A parameter as it is typed: ("kernel", "5") → "-k 5"."""
        param = PARAMS.get(name, name)
        typed = self.typed.get(param)
        if typed is None and "layer" in self.typed and name in LAYER_WORDS:
            return f"{LAYER_WORDS[name]}={value}"
        flag = typed.flag if typed and typed.flag else ""
        flag = flag or SPELLINGS.get(param, f"--{param.replace('_', '-')}")
        pair = value.strip("(),").replace(", ", ":")  # ((1, 2),) is typed 1:2
        return f"{flag} {pair}"


class Command(click.Command):
    """A command whose callback takes one `Asked`.

    title:    one sentence, without "convviz NAME".
    examples: (command line, what it shows), which run as they stand.
    """

    def __init__(
        self,
        name: str,
        callback: Callable[[Asked], int | None],
        params: Sequence[click.Parameter],
        *,
        title: str,
        examples: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(name, params=list(params), add_help_option=False, short_help=title)
        self.asking = callback
        self.title = title
        self.examples = tuple(examples)

    def flags(self) -> dict[str, Flag]:
        """Every option word → its parameter."""
        found = {
            opt: Flag(param.name or "", not param.is_flag)
            for param in self.params
            if isinstance(param, click.Option)
            for opt in param.opts
        }
        return {**found, "--help": Flag("help", False), "-h": Flag("help", False)}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words apart; click checks nothing but what completion needs."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        words = take_apart(args, self.flags())
        typed = dict(words.typed)
        rest = list(words.positionals)
        for param in self.params:
            if isinstance(param, click.Argument):
                if param.nargs == -1:
                    ctx.params[param.name or ""] = tuple(rest)
                    rest = []
                elif rest:
                    typed[param.name or ""] = Typed("", "", rest.pop(0))
        if rest and "help" not in typed:
            raise SpecError(
                f"'{shortened(rest[0])}' is one word too many",
                source=" ".join(words.positionals),
                span=_span_of_last(words.positionals, len(rest)),
                accepted="numbers with blanks go in quotes" if _numbers(words.positionals) else "",
                remedy=f"convviz {self.name} --help shows what it takes",
            )
        request = ctx.obj if isinstance(ctx.obj, Request) else None
        ctx.obj = Asked(self.name or "", args, typed, request)
        return []

    def invoke(self, ctx: click.Context) -> int:
        """The exit status of the request."""
        asked: Asked = ctx.obj
        if "help" in asked:
            from convviz.cli.speaking import say

            say(self.page())
            return 0
        try:
            return self.asking(asked) or 0
        except SpecError as error:
            raise asked.at(error) from error.__cause__

    def page(self) -> Page:
        """The help, as styled lines."""
        from convviz.cli.pages import command_page  # help alone needs it

        listed = [param for param in self.params if getattr(param, "group", "") != COMMON]
        return command_page(self.name or "", self.title, self.examples, listed)

    def get_help(self, ctx: click.Context) -> str:
        """The help as plain text."""
        return "\n".join("".join(text for text, _ in line) for line in self.page())


def _span_of_last(words: Sequence[str], count: int) -> tuple[int, int]:
    whole = " ".join(words)
    return len(whole) - len(" ".join(words[-count:])), len(whole)


def _numbers(words: Sequence[str]) -> bool:
    return all(
        word[:1].isdigit() and word.replace(".", "").replace(";", "").isdigit() for word in words
    )
