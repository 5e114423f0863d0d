"""Networks with branches, as TOML: lists of layers, and tables whose branches `add` or `cat`.

    input = "64x56x56"
    layers = ["2 x block", "gap", "flatten", "fc 10"]

    [block]
    join = "add"
    main = ["conv 64 k3 p1 no bias", "bn", "relu", "conv 64 k3 p1 no bias", "bn"]
    skip = []
    then = ["relu"]

An entry of a list is a layer in any spelling, the name of a table, either with a count before it
(``2 x``), or a table in place. A table has `layers`, or `join` and a list per branch, with `then`
for what follows the join. An empty branch passes its input on.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from convviz.errors import SpecError, near, shortened
from convviz.patterns import pattern
from convviz.spec.checks import Shape
from convviz.spec.network import INPUT, JOINS, Join, Network, Operation, Step
from convviz.spec.sequence import Leaf, is_keras, layers_of, leaves_of, operation
from convviz.spec.tokens import point
from convviz.spec.toml import tables
from convviz.spec.words import parse_shape

DEPTH = 64
LIMIT = 50_000
"""Most layers that tables may unfold into: tables of tables of tables grow without measure."""

_REPEAT = pattern(r"([0-9]{1,9})\s+x\s+(.+)", re.DOTALL)
_PLACE = pattern(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)$| \(at end of document\)$")
KEYS = ("join", "layers", "then")


def parse_toml(text: str) -> Network:
    """The network that a TOML text describes.

    Raises SpecError: it is no TOML, or its tables do not make a network.
    """
    document = read(text)
    top = {key: value for key, value in document.items() if not isinstance(value, dict)}
    blocks = {key: value for key, value in document.items() if isinstance(value, dict)}
    for key in top:
        if key not in ("input", "layers"):
            raise SpecError(
                f"a network has `input`, `layers` and tables, not '{shortened(key)}'",
                accepted=meant(key, ("input", "layers")),
                remedy=f"a block is a table: [{shortened(key)}]",
            )
    if "layers" not in top:
        raise SpecError("the network has no `layers`", remedy='layers = ["conv 64 k3 p1", "relu"]')
    build = _Build(blocks)
    build.keras = is_keras(build.everything(document))
    build.sequence(top["layers"], INPUT, "", "layers")
    if not build.steps:
        raise SpecError("`layers` is empty: there is no layer")
    return Network(tuple(build.steps), build.keras, build.shape(top.get("input")))


def read(text: str) -> dict[str, Any]:
    """The document.

    Raises SpecError: the text is no TOML, or nested too deeply.
    """
    try:
        return tables(text, "the network")
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        at, where = len(text), "the end of the network"
        if place and place["line"]:
            line, column = int(place["line"]), int(place["column"])
            starts = [0, *(match.end() for match in re.finditer("\n", text))]
            at, where = starts[line - 1] + column - 1, f"line {line} of the network"
        fact = _PLACE.sub("", message)
        raise point(
            text, (at, at + 1), f"{where} is no TOML: {fact[0].lower()}{shortened(fact[1:], 120)}"
        ) from None


@dataclass
class _Build:
    """Steps found so far. texts: a layer's text → what it makes, read once."""

    blocks: dict[str, dict[str, Any]]
    steps: list[Step] = field(default_factory=list)
    texts: dict[str, list[tuple[str, Operation]]] = field(default_factory=dict)
    known: dict[str, Operation] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    keras: bool = field(init=False)

    def everything(self, value: Any, depth: int = 0) -> list[Leaf]:
        """Every layer that any text of the document names, to tell its language."""
        if depth > DEPTH:
            raise SpecError(f"more than {DEPTH} tables are nested")
        if isinstance(value, dict):
            inner = [v for key, v in value.items() if key not in ("join", "input")]
        elif isinstance(value, list):
            inner = value
        else:
            return self.spoken(value)
        return [leaf for item in inner for leaf in self.everything(item, depth + 1)]

    def spoken(self, value: Any) -> list[Leaf]:
        """The layers of one text; none where it names a table, or is refused later in its place."""
        _, text = unrepeated(value)
        if text in self.blocks:
            return []
        try:
            return leaves_of([text])
        except SpecError:
            return []

    def shape(self, value: Any) -> Shape:
        """`input` as (C, *spatial); () where it is not given."""
        if value is None:
            return ()
        if not isinstance(value, str):
            raise SpecError('`input` is a text: input = "3x224x224"')
        sizes = parse_shape(value)
        return (sizes[-1], *sizes[:-1]) if self.keras else sizes

    def sequence(self, entries: Any, source: int, path: str, place: str) -> int:
        """Add a list of entries after step `source`; the last step.

        place: how an error names the list.
        """
        if isinstance(entries, (str, dict)):
            entries = [entries]
        if not isinstance(entries, list):
            raise SpecError(
                f"{place} is a list of layers, not {shortened(repr(entries))}",
                remedy='["conv 64 k3 p1", "relu"]',
            )
        for index, entry in enumerate(entries):
            name = f"{path}.{index}" if path else str(index)
            source = self.entry(entry, source, name, f"{place}, entry {index + 1}")
        return source

    def entry(self, entry: Any, source: int, path: str, place: str) -> int:
        """Add one entry of a list."""
        if isinstance(entry, dict):
            return self.block(entry, source, path, place)
        if not isinstance(entry, str):
            raise SpecError(f"{place} is a layer's text or a table, not {shortened(repr(entry))}")
        count, text = unrepeated(entry)
        for _ in range(count):
            source = self.once(text, source, path, place)
        return source

    def once(self, text: str, source: int, path: str, place: str) -> int:
        """Add what one text names."""
        if text not in self.blocks:
            for name, layer in self.layers(text, place):
                self.add(Step(layer, f"{path}.{name}" if name else path, (source,)))
                source = len(self.steps) - 1
            return source
        if text in self.open or len(self.open) >= DEPTH:
            inside = " in ".join(f"[{name}]" for name in (text, *self.open[::-1])[:4])
            raise SpecError(
                f"the table [{text}] holds itself: {inside}" if text in self.open
                else f"more than {DEPTH} tables are nested"
            )  # fmt: skip
        self.used[text] = self.used.get(text, 0) + 1
        path = text if self.used[text] == 1 else f"{text}({self.used[text]})"
        self.open = (*self.open, text)
        source = self.block(self.blocks[text], source, path, f"[{text}]")
        self.open = self.open[:-1]
        return source

    def block(self, table: dict[str, Any], source: int, path: str, place: str) -> int:
        """Add a table: a sequence, or branches and their join."""
        if "join" not in table:
            strange = [key for key in table if key not in KEYS]
            if strange or "layers" not in table:
                raise SpecError(
                    f"{place} has branches but no `join`" if strange else f"{place} is empty",
                    remedy='join = "add" or join = "cat"; a sequence has `layers` alone',
                )
            last = self.sequence(table["layers"], source, path, f"{place} layers")
            return self.sequence(table.get("then", []), last, f"{path}.then", f"{place} then")
        kind = table["join"]
        if kind not in JOINS:
            raise SpecError(
                f"{place} joins by '{shortened(str(kind))}'",
                accepted=meant(str(kind), JOINS),
                remedy=", ".join(JOINS),
                heading="joins",
            )
        branches = {key: value for key, value in table.items() if key not in ("join", "then")}
        if len(branches) < 2:
            raise SpecError(
                f"{place} joins {len(branches)} branch{'es' * (len(branches) != 1)}: "
                "at least two are needed",
                remedy="an empty list, skip = [], passes the input on",
            )
        ends = tuple(
            self.sequence(entries, source, f"{path}.{name}", f"{place} {name}")
            for name, entries in branches.items()
        )
        self.add(Step(Join(kind, tuple(branches)), f"{path}.{kind}", ends))
        last = len(self.steps) - 1
        return self.sequence(table.get("then", []), last, f"{path}.then", f"{place} then")

    def add(self, step: Step) -> None:
        """Add a step.

        Raises SpecError: there are too many.
        """
        if len(self.steps) >= LIMIT:
            raise SpecError(f"the tables unfold into more than {LIMIT:,} layers")
        self.steps.append(step)

    def layers(self, text: str, place: str) -> list[tuple[str, Operation]]:
        """The layers of one text, with their names inside it.

        Raises SpecError: it cannot be read; it says in which list it stands.
        """
        found = self.texts.get(text)
        if found is None:
            try:
                leaves = list(layers_of(leaves_of([text]), keras=self.keras))
                found = [
                    (leaf.path, operation(leaf, self.known, keras=self.keras)) for leaf in leaves
                ]
            except SpecError as error:
                guess = meant(text, tuple(self.blocks))
                raise error.changed(
                    message=f"{place}: {error.message}", accepted=guess or error.accepted
                ) from None
            self.texts[text] = found
        return found


def unrepeated(text: Any) -> tuple[int, str]:
    """``2 x block`` as (2, "block").

    Raises SpecError: more copies than a network may have layers.
    """
    match = _REPEAT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return 1, text.strip() if isinstance(text, str) else ""
    if int(match[1]) > LIMIT:
        raise SpecError(f"'{shortened(text)}' asks for more than {LIMIT:,} layers")
    return int(match[1]), match[2].strip()


def meant(word: str, choices: tuple[str, ...]) -> str:
    """What stands beside a caret where one of `choices` is near."""
    guess = near(word, choices)
    return f"did you mean {guess}?" if guess else ""
