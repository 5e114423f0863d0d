"""What `convviz solve` shows: solutions in order, why they stand there, what was searched."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from convviz.records import replace
from convviz.render.layout import (
    GAP,
    Column,
    Label,
    Runs,
    headline,
    labels,
    notes,
    table,
    width_of,
)
from convviz.render.stream import Stream
from convviz.spec.checks import Shape, sides_text, sizes_text, times
from convviz.spec.formula import gathered, plain, scattered
from convviz.spec.layers import Conv, ConvTranspose
from convviz.spec.solver import Answer, AxisSolution, Bounds, Solution

if TYPE_CHECKING:
    from convviz.spec.trace import Trace

SHOWN = 20
"""Solutions on one screen."""

SHORT = {"kernel": "k", "stride": "s", "padding": "p", "dilation": "d", "output_padding": "op"}
"""Titles where there is no room for the words, as the short form of a layer has them."""


def screen(
    stream: Stream,
    sizes: Shape,
    outputs: Shape,
    answer: Answer,
    bounds: Sequence[Bounds],
    *,
    transposed: bool,
    full: bool = False,
) -> list[Runs]:
    """The answer as a screen."""
    count = answer.total
    parts: list[Runs] = [
        [
            ("solve", "bold"),
            (" ", ""),
            (square(sizes), "bold input"),
            (" → ", "muted"),
            (square(outputs), "bold output"),
        ]
    ]
    parts += [[("transposed", "")]] * transposed
    parts.append([(f"{count:,} solution{'s' * (count != 1)}" if count else "no solution", "")])
    lines = [*headline(stream, parts), []]
    entries: list[Label] = []
    texts: list[str] = []
    if answer.solutions:
        shown = answer.solutions if full else answer.solutions[:SHOWN]
        found = columns(shown, transposed=transposed)
        if sum(map(width_of, found)) + GAP * (len(found) - 1) > stream.width:
            short = [column for column in found if column.name in SHORT]
            texts.append(" · ".join(f"{SHORT[c.name]} {c.title}" for c in short))
            found = [replace(c, title=SHORT.get(c.name, c.title)) for c in found]
        lines += [*table(stream, found).lines, []]
        entries += best(answer.solutions[0])
        if count > len(shown):
            more = f"{count - len(shown):,} more"
            texts.append(f"{more} · --full prints {len(answer.solutions):,}, the best first")
    else:
        entries.append(Label("nearest", [[[(nearest(answer, len(sizes)), "")]]]))
    entries.append(Label("searched", [[[(searched(bounds), "muted")]]]))
    return [*lines, *labels(stream, entries), *notes(stream, texts)]


def square(sizes: Shape) -> str:
    """28 for a square, else 28×30."""
    return str(sizes[0]) if len(set(sizes)) == 1 else times(sizes)


def columns(solutions: Sequence[Solution], *, transposed: bool) -> list[Column]:
    """One row per solution; dilation only where it is not 1 throughout."""
    found = [
        Column("number", "", [(str(i), "") for i in range(1, len(solutions) + 1)]),
        Column("kernel", "kernel", [(each(s, "kernel"), "bold kernel") for s in solutions]),
        Column("stride", "stride", [(each(s, "stride"), "bold focus") for s in solutions]),
        Column("padding", "padding", [(padding(s), "bold") for s in solutions]),
    ]
    if any(axis.axis.dilation != 1 for s in solutions for axis in s):
        cells = [(each(s, "dilation"), "bold") for s in solutions]
        found.append(Column("dilation", "dilation", cells))
    if transposed:
        extra = [sizes_text(tuple(axis.output_padding for axis in s)) for s in solutions]
        cells = [(text, "muted" if text == "0" else "") for text in extra]
        found.append(Column("output_padding", "output_padding", cells))
    title = "coverage inside" if transposed else "cells read"
    verdicts = [verdict(s) for s in solutions]
    found.append(Column("verdict", title, verdicts, right=False))
    return found


def each(solution: Solution, name: str) -> str:
    """A parameter, once where all axes have the same."""
    return sizes_text(tuple(getattr(axis.axis, name) for axis in solution))


def padding(solution: Solution) -> str:
    """The padding, as short as it can be said."""
    return sides_text(tuple((axis.axis.before, axis.axis.after) for axis in solution))


def verdict(solution: Solution) -> tuple[str, str]:
    """Why a solution stands where it does."""
    axes = tuple(dict.fromkeys(solution))
    good = all(axis.even and not axis.blind for axis in axes)
    style = "output" if good else "focus"
    mark = "✓" if good else "✗"
    if axes[0].transposed:
        counts = [axis.axis.stamp_counts for axis in axes]
        said = "; ".join(dict.fromkeys(" and ".join(map(str, some)) for some in counts))
        if not good:
            return f"{mark} uneven, {said}", style
        return f"{mark} even, {said} stamp{'s' * (said != '1')} per axis", style
    if any(axis.blind for axis in axes):
        return f"{mark} windows of padding alone", style
    unread = [f"{axis.axis.unread_count(axis.size):,} of {axis.size:,}" for axis in axes]
    return f"{mark} every cell" if good else f"{mark} {'; '.join(unread)} never", style


def best(solution: Solution) -> list[Label]:
    """The first solution: its arithmetic, and the layer."""
    found = []
    names = {2: ("rows", "cols"), 3: ("depth", "rows", "cols")}.get(len(solution), ("",))
    axes = solution if len(set(solution)) > 1 else solution[:1]
    for name, one in zip(names, axes, strict=False):
        if one.transposed:
            formula = plain(scattered(one.axis, one.size, one.output_padding))
        else:
            formula = plain(gathered(one.axis, one.size))
        label = f"check {name}" if len(axes) > 1 else "check"
        found.append(Label(label, [[[(formula, "")], [(str(one.output), "output")]]]))
    return [*found, Label("layer", [[[(layer_text(solution), "")]]])]


def layer_text(solution: Solution) -> str:
    """The layer as PyTorch writes it, its channels left open; 2-D where one axis is given."""
    axes = [one.axis for one in (solution if len(solution) > 1 else solution * 2)]
    ndim = len(axes)
    place = {
        "stride": tuple(axis.stride for axis in axes),
        "padding": tuple((axis.before, axis.after) for axis in axes),
        "dilation": tuple(axis.dilation for axis in axes),
    }
    kernel = tuple(axis.kernel for axis in axes)
    if solution[0].transposed:
        extra = tuple(one.output_padding for one in solution)
        code = ConvTranspose.of(1, 1, kernel, ndim=ndim, output_padding=extra, **place).code
    else:
        code = Conv.of(1, 1, kernel, ndim=ndim, **place).code
    return code.replace("(1, 1, ", "(C_in, C_out, ", 1)


def nearest(answer: Answer, axes: int) -> str:
    """The reachable sizes on both sides of what was asked."""
    said = []
    for number, (below, above) in enumerate(answer.nearest):
        if below == above and below:
            continue
        sides = [f"{n:,} {where}" for n, where in ((below, "below"), (above, "above")) if n]
        where = f"axis {number}: " if axes > 1 and len(set(answer.nearest)) > 1 else ""
        said.append(where + (", ".join(sides) or "none: no size can be reached"))
    return "; ".join(dict.fromkeys(said))


def searched(bounds: Sequence[Bounds]) -> str:
    """What was tried."""
    words = []
    for limits in bounds:
        parts = [
            f"kernel {span(limits.kernel)}",
            f"stride {span(limits.stride)}",
            f"padding {pairs(limits.padding)}",
            f"dilation {span(limits.dilation)}",
        ]
        if limits.output_padding:
            parts.append(f"output_padding {span(limits.output_padding)}")
        words.append(", ".join(parts))
    if len(set(words)) > 1:
        return "; ".join(words)
    return words[0] + (", square" if len(bounds) == 1 else ", each axis by itself")


def span(numbers: Sequence[int]) -> str:
    """1 to 7; 3; 1, 3, 5."""
    if len(numbers) == 1:
        return str(numbers[0])
    if all(b - a == 1 for a, b in pairwise(numbers)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers))


def pairs(padding: Sequence[tuple[int, int]]) -> str:
    """The padding that was tried."""
    alike = [before for before, after in padding if before == after]
    uneven = len(padding) - len(alike)
    said = [span(alike)] if alike else []
    if uneven > 3:
        said.append("sides that differ by 1")
    elif uneven:
        said += [f"{before}:{after}" for before, after in padding if before != after]
    return " and ".join(said)


def document(answer: Answer) -> str:
    """The solutions as one JSON object; a list per parameter where axes are asked for."""
    found = [
        {
            "kernel": one([axis.axis.kernel for axis in s]),
            "stride": one([axis.axis.stride for axis in s]),
            "padding": one([paired(axis) for axis in s]),
            "dilation": one([axis.axis.dilation for axis in s]),
            "output_padding": one([axis.output_padding for axis in s]),
        }
        for s in answer.solutions
    ]
    whole: dict[str, object] = {"solutions": found}
    if answer.total != len(found):
        whole["total"] = answer.total
    if answer.nearest:
        whole["nearest"] = one([[n or None for n in pair] for pair in answer.nearest])
    import json

    return json.dumps(whole, allow_nan=False) + "\n"


def paired(solution: AxisSolution) -> int | list[int]:
    """Padding as one number, or as before and after."""
    before, after = solution.axis.before, solution.axis.after
    return before if before == after else [before, after]


def one(values: Sequence[object]) -> object:
    """The only value, or all."""
    return values[0] if len(values) == 1 else list(values)


def mirrored(forward: Trace, found: Trace) -> str:
    """The transposed stack as text that `convviz shape` reads: a comment, then a layer per line."""
    before, after = (times(shape) for shape in (found.shape, found.output))
    head = f"# {before} -> {after}: the mirror of {len(forward.rows):,} layers"
    lines = [head.replace("×", "x"), *(row.layer.code for row in found.rows)]
    return "\n".join(lines) + "\n"


def mirrored_document(found: Trace) -> str:
    """The same as one JSON object."""
    whole = {
        "input": list(found.shape),
        "layers": [{"layer": row.layer.code, "output": list(row.output)} for row in found.rows],
        "output": list(found.output),
    }
    import json

    return json.dumps(whole, allow_nan=False) + "\n"
