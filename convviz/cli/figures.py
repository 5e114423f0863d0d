"""`convviz figures`: draw every figure of a TOML file, or a preset."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from convviz.cli import batch, speaking
from convviz.cli.command import Argument, Asked, Command, Option
from convviz.errors import SpecError, unknown
from convviz.spec.tokens import whole

if TYPE_CHECKING:
    from convviz.cli.batch import Figure

FAILED = 1

MOST_JOBS = 64


def figures(asked: Asked) -> int:
    """Draw what is not up to date; the exit status: 1 where a figure failed or would change."""
    entries = wanted(asked)
    if "only" in asked:
        entries = batch.chosen(entries, asked.text("only").split(","))
    folder = Path(asked.text("folder", "."))
    program = batch.fingerprint()
    record = batch.Ledger(folder)
    targets = {entry.file: batch.target(folder, entry) for entry in entries}
    keys = {entry.file: batch.key(entry, program) for entry in entries}
    stale = [e for e in entries if not record.holds(e, targets[e.file], keys[e.file])]
    if asked.flag("check"):
        return report(stale, len(entries))
    for path in {targets[entry.file].parent for entry in stale}:
        path.mkdir(parents=True, exist_ok=True)
    page = index_file(asked)  # may stand in one of these folders
    failures = 0 if not stale else draw(stale, targets, keys, record, jobs(asked))
    if page:
        from convviz.render.files import write

        write(page, index(entries, folder, page).encode())
    summary(len(stale) - failures, failures, len(entries) - len(stale), folder)
    return FAILED if failures else 0


def draw(
    stale: Sequence[Figure],
    targets: dict[str, Path],
    keys: dict[str, str],
    record: batch.Ledger,
    count: int,
) -> int:
    """Draw the figures, `count` at a time, and record them; how many failed.

    What is drawn by the time a signal comes is recorded, and not drawn again.
    """
    from convviz.render.files import write
    from convviz.render.signals import ending

    failures = 0
    with ending():
        try:
            with closing(drawn(stale, targets, count)) as found:
                for entry, error in found:
                    if error is None:
                        record.add(entry, targets[entry.file], keys[entry.file])
                    else:
                        failures += 1
                        speaking.complain(headed(entry, error))
        finally:
            write(str(record.path), record.text().encode())
    return failures


def index_file(asked: Asked) -> str:
    """The file of the index, refused before any work; "" where none is asked for."""
    if "index" not in asked:
        return ""
    from convviz.render.files import place

    return asked.read("index", place)


def wanted(asked: Asked) -> list[Figure]:
    """The figures of the file, or of the preset.

    Raises SpecError: neither is named, or both are.
    """
    if "preset" in asked:
        from convviz.cli.presets import PRESETS

        name = asked.text("preset")
        if name not in PRESETS:
            raise unknown("preset", name, list(PRESETS), argument="preset", heading="presets")
        if "file" in asked:
            raise SpecError(
                "a file and a preset are two sets of figures", "preset", "leave one out"
            )
        return [batch.Figure(entry.file, entry.command) for entry in PRESETS[name]]
    if "file" not in asked:
        raise SpecError(
            "which figures? name a TOML file, or a preset",
            remedy="convviz figures slides.toml -d out/, or {preset=conv-arithmetic}",
        )
    return batch.read(asked.text("file"))


def jobs(asked: Asked) -> int:
    """How many processes draw: as many as there are cores, if not said."""
    count = asked.read(
        "jobs",
        lambda text: whole(text, text, (0, len(text)), "jobs", 1),
        str(os.cpu_count() or 1),
    )
    return min(count, MOST_JOBS)


def drawn(
    entries: Sequence[Figure], targets: dict[str, Path], count: int
) -> Generator[tuple[Figure, SpecError | None], None, None]:
    """Draw `entries`, `count` at a time; each with its error as it is done."""
    from convviz.render.progress import tracked

    def work() -> Generator[tuple[Figure, SpecError | None], None, None]:
        if count == 1 or len(entries) < 2:
            for entry in entries:
                yield entry, batch.draw(entry, str(targets[entry.file]))
            return
        from convviz.cli.workers import results

        tasks = [(e, (e, str(targets[e.file]))) for e in sorted(entries, key=short)]
        yield from results(batch.draw, tasks, min(count, len(entries)))

    yield from tracked(work(), len(entries), "figures", sys.stderr)


def short(entry: Figure) -> bool:
    """Whether a figure is soon drawn: what is begun last is waited for.

    A film is not, nor is the first document of a process, for which it loads more of matplotlib.
    """
    return os.path.splitext(entry.file)[1] == ".png"


def report(stale: Sequence[Figure], count: int) -> int:
    """Say which files would change; 1 where one would."""
    if not stale:
        speaking.write(f"{count} figures are up to date\n")
        return 0
    for entry in stale:
        speaking.write(f"{entry.file}\n")
    speaking.write(f"{len(stale)} of {count} figures would change\n")
    return FAILED


def summary(done: int, failures: int, unchanged: int, folder: Path) -> None:
    """Say what was done, in one line."""
    parts = [f"{done} drawn"]
    if unchanged:
        parts.append(f"{unchanged} unchanged")
    if failures:
        parts.append(f"{failures} failed")
    speaking.write(f"figures in {folder}: {', '.join(parts)}\n")


def headed(entry: Figure, error: SpecError) -> SpecError:
    """`error` with the name of its figure before the fact."""
    return error.changed(message=f"{entry.file}: {error.message}")


def index(entries: Sequence[Figure], folder: Path, path: str) -> str:
    """A Markdown page that shows every figure, its caption, and the command under it.

    A figure of a folder `dark` is shown where readers prefer it, in the place of its namesake in
    `light`.
    """
    from html import escape
    from urllib.parse import quote

    base = Path(path).parent
    names = {entry.file for entry in entries}

    def link(file: str) -> str:
        return quote(os.path.relpath(folder / file, base).replace(os.sep, "/"))

    lines = ["# Gallery", "", "Each picture stands above the command that draws it.", ""]
    for entry in entries:
        if entry.file.startswith("dark/") and entry.file.replace("dark/", "light/", 1) in names:
            continue
        title = entry.caption or entry.file
        night = entry.file.replace("light/", "dark/", 1)
        name = os.path.basename(entry.file)
        lines += [f"## {title}", ""]
        if Path(name).suffix == ".pdf":
            lines.append(f"[{name}]({link(entry.file)})")
        elif night != entry.file and night in names:
            lines += [
                "<picture>",
                f'<source media="(prefers-color-scheme: dark)" srcset="{link(night)}">',
                f'<img alt="{escape(title)}" src="{link(entry.file)}">',
                "</picture>",
            ]
        else:
            lines.append(f"![{title}]({link(entry.file)})")
        line = entry.command.removeprefix("convviz ")
        lines += ["", "```sh", f"convviz {line} -o {name}", "```", ""]
    return "\n".join(lines)


command = Command(
    "figures",
    figures,
    [
        Argument("file", text="a TOML file: [defaults] and [[figure]] tables", choices="files"),
        Option("-d", "--folder", word="DIR", text="where the files go", shown=".", group="Figures",
               choices="files"),
        Option("-j", "--jobs", word="N", text="processes that draw", shown="cores",
               group="Figures"),
        Option("--only", word="NAME", text="these alone: names or patterns, with commas between",
               group="Figures"),
        Option("--check", text="draw nothing; say which files would change (exit 1)",
               group="Figures"),
        Option("--preset", word="NAME", text="conv-arithmetic: its 19 animations", group="Figures",
               choices=("conv-arithmetic",)),
        Option("--index", word="FILE", text="write a Markdown page of all figures as well",
               group="Figures", choices="files"),
    ],
    title="draw every figure of a TOML file, or a preset",
    examples=(
        ("convviz figures slides.toml -d out/", "what changed since last time"),
        ("convviz figures slides.toml -d out/ --check", "for CI: what would change"),
        ("convviz figures --preset conv-arithmetic -d out/", "the 19 animations"),
    ),
)  # fmt: skip
