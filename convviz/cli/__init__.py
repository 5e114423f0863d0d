"""The commands, loaded when they are used, and the one door for errors.

Exit statuses: 0; 2 for a request that cannot be met; 1 for files and streams that fail; 130 for an
interrupt.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click
from click.exceptions import Exit, NoArgsIsHelpError

from convviz import __version__
from convviz.cli import speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convviz.cli.command import Request
    from convviz.errors import SpecError

SHELLS = ("bash", "zsh", "fish")

OK, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


class Row(NamedTuple):
    """A command: the module that holds it (as `command`), and what it shows in a few words."""

    module: str
    shows: str


COMMANDS: dict[str, Row] = {
    "pad": Row("pad", "pad an array; the source of every padded cell"),
    "conv": Row("conv", "windows, kernel, output, the dot product written out"),
    "conv-transpose": Row(
        "conv_transpose", "stamps, overlap, crop, output_padding; will it checkerboard?"
    ),
    "pool": Row("pool", "max and average: the winner, the divisor, ceil_mode"),
    "shape": Row("shape", "sizes, parameters, MACs, receptive field of one layer or many"),
    "solve": Row("solve", "which layers turn one size into another"),
    "sizes": Row("sizes", "which input sizes a network takes, and comes back from"),
    "figures": Row("figures", "draw every figure of a TOML file, or a preset"),
}


class Convviz(click.Group):
    """The group: a command's module is imported when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called `cmd_name`."""
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        module = import_module(f"convviz.cli.{row.module}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its own words.

        Raises SpecError: there is no such command.
        """
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing:
            from convviz.errors import unknown

            error = unknown("command", name, list(COMMANDS), argument="", heading="commands")
            raise error.at(" ".join(["convviz", *args]), (8, 8 + len(name)))
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """The help as plain text."""
        from convviz.cli.overview import overview

        return "\n".join("".join(text for text, _ in line) for line in overview())


@lru_cache
def options_of(name: str) -> dict[str, str]:
    """Every option word of the command `name` → its parameter."""
    module = import_module(f"convviz.cli.{COMMANDS[name].module}")
    return {word: flag.param for word, flag in module.command.flags().items()}


def show_help(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the overview and stop, as `--help` does."""
    if asked and not ctx.resilient_parsing:
        from convviz.cli.overview import overview

        speaking.say(overview())
        ctx.exit()


def show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the version and stop."""
    if asked and not ctx.resilient_parsing:
        speaking.write(f"convviz {__version__}\n")
        ctx.exit()


def group() -> Convviz:
    """The program as click sees it."""
    return Convviz(
        "convviz",
        add_help_option=False,
        params=[
            click.Option(
                ["-h", "--help"], is_flag=True, is_eager=True, expose_value=False,
                callback=show_help,
            ),
            click.Option(
                ["--version"], is_flag=True, is_eager=True, expose_value=False,
                callback=show_version,
            ),
        ],
    )  # fmt: skip


def main(argv: Sequence[str]) -> int:
    """The exit status of the command line `argv`; every error ends here."""
    try:
        status = perform(list(argv))
        speaking.flush()
    except BrokenPipeError:
        # The reader has what it wanted (`| head`); nothing is left to say, nor anyone to say it to.
        speaking.silence(sys.stdout)
        return OK
    except KeyboardInterrupt:
        speaking.silence(sys.stdout)
        return INTERRUPTED
    except Exception as error:
        return refuse(error)
    return status


def perform(argv: list[str], request: Request | None = None) -> int:
    """Run `argv` and let its errors through. request: what a caller in Python adds."""
    if "_CONVVIZ_COMPLETE" in os.environ:
        return complete(os.environ["_CONVVIZ_COMPLETE"])
    for word in argv:
        checked_text(word)
    try:
        with group().make_context("convviz", argv, obj=request) as ctx:
            return int(ctx.command.invoke(ctx) or OK)
    except NoArgsIsHelpError:
        from convviz.cli.overview import overview

        speaking.say(overview())
        return OK
    except Exit as stop:
        return stop.exit_code


def checked_text(word: str) -> None:
    """Refuse a word that no file could be called: with half a character in it.

    Bytes of a command line that are no text are characters of their own, which are written back.
    """
    try:
        os.fsencode(word)
    except UnicodeEncodeError as error:
        from convviz.errors import SpecError, shortened

        raise SpecError(f"half a character stands in the word '{shortened(word)}'") from error


def complete(instruction: str) -> int:
    """Do what a shell asks: print its script ("bash_source"), or what completes a word.

    Raises SpecError: another shell; from an OSError, the standard output is closed or full.
    """
    from click.shell_completion import shell_complete

    known = [f"{shell}_{what}" for shell in SHELLS for what in ("source", "complete")]
    if instruction not in known:
        from convviz.errors import unknown

        raise unknown("completion", instruction, known, argument="", heading="completions").at(
            f"_CONVVIZ_COMPLETE={instruction}", (18, 18 + len(instruction))
        )
    if sys.stdout is None:
        raise speaking.closed()  # click would print nothing, and say nothing
    try:
        return shell_complete(group(), {}, "convviz", "_CONVVIZ_COMPLETE", instruction)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise speaking.unwritten(error) from error


def refuse(error: Exception) -> int:
    """Say what is wrong; the exit status that goes with it."""
    if os.environ.get("CONVVIZ_DEBUG", "") not in ("", "0"):
        import traceback

        traceback.print_exception(error)
    told, status = in_words(error)
    # What was said before the error comes before it; what cannot be said is dropped.
    try:
        speaking.flush()
    except (ValueError, OSError):
        speaking.silence(sys.stdout)
    speaking.complain(told)
    return status


def in_words(error: Exception) -> tuple[SpecError, int]:
    """`error` as the one form of error, and the exit status."""
    from convviz.errors import SpecError, io_error, printable, shortened

    if isinstance(error, SpecError):
        return error, FAILED if isinstance(error.__cause__, OSError) else REFUSED
    if isinstance(error, OSError):
        name = error.filename if isinstance(error.filename, str) else ""
        return io_error("use", name or "a file", error), FAILED
    if isinstance(error, (MemoryError, RecursionError)):
        nested = isinstance(error, RecursionError)
        told = "the request is nested too deeply" if nested else "there is not enough memory"
        return SpecError(told, remedy="" if nested else "a smaller input"), REFUSED
    if isinstance(error, click.ClickException):
        return usage(error), REFUSED
    bug = f"{type(error).__name__}: {printable(shortened(str(error), 200))}"
    return SpecError(
        f"this is a bug in convviz: {bug}", remedy="CONVVIZ_DEBUG=1 shows where"
    ), FAILED


def usage(error: click.ClickException) -> SpecError:
    """What click refuses, as our error: an option before the command."""
    from convviz.errors import SpecError, near, shortened

    if isinstance(error, click.NoSuchOption):
        name = error.option_name
        later = any(name in options_of(command) for command in ("pad", "conv", "conv-transpose"))
        guess = near(name, ["--help", "--version"])
        accepted = f"did you mean {guess}?" if guess else ""
        if later:
            accepted = "it stands after the command"
        return SpecError(
            f"there is no option '{shortened(name)}'",
            source=name,
            span=(0, len(name)),
            accepted=accepted,
            remedy="convviz COMMAND --help lists the options of a command",
        )
    message = error.format_message().rstrip(".")
    return SpecError(message[:1].lower() + message[1:])
