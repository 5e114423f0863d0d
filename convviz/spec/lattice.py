"""Counts over all windows and taps at once: exact for axes of any length, at no cost of theirs.

A window and a tap meet the cell `window · stride + tap · dilation`. Counting which cells that gives
is counting the points of a lattice under a line, which Euclid's algorithm does in a few steps.
"""

from __future__ import annotations


def floor_sum(count: int, divisor: int, step: int, start: int) -> int:
    """The sum of ⌊(start + i · step) / divisor⌋ for i in 0 … count − 1; nothing is negative.

    Graham, Knuth & Patashnik, "Concrete Mathematics", section 3.5; as Euclid's algorithm.
    """
    total = 0
    while count > 0:
        total += count * (count - 1) // 2 * (step // divisor) + count * (start // divisor)
        step, start = step % divisor, start % divisor
        reach = step * count + start
        if reach < divisor:
            break
        count, start = divmod(reach, divisor)
        divisor, step = step, divisor
    return total


def points(columns: int, rows: int, across: int, along: int, limit: int) -> int:
    """Count the (c, r), 0 ≤ c < columns, 0 ≤ r < rows, with c · across + r · along < limit."""
    if limit <= 0 or rows <= 0:
        return 0
    columns = min(columns, -(-limit // across))
    if columns <= 0:
        return 0
    whole = (limit - 1 - along * (rows - 1)) // across + 1  # columns all of whose rows count
    whole = min(max(whole, 0), columns)
    # The others from the last to the first: each has ⌈(limit − c · across) / along⌉ rows.
    start = limit + along - 1 - across * (columns - 1)
    return whole * rows + floor_sum(columns - whole, along, across, start)


def distinct(columns: int, rows: int, across: int, along: int, limit: int) -> int:
    """Count the values below `limit` that c · across + r · along takes, each of them once.

    across, along: without a common divisor. (c, r) and (c + along, r − across) are one value: the
    one with the smaller r counts, where it is there.
    """
    first = points(columns, min(rows, across), across, along, limit)
    last = min(columns, along)
    skipped = (columns - last) * across + across * along
    return first + points(last, rows - across, across, along, limit - skipped)
