"""Three ways to compute a gather; each is the fastest one somewhere.

columns: one matrix product per block of windows. Does any gather; wins where channels are many.
bands:   one product per row of the output. Does gathers of two axes; wins on images, depthwise and
         wide rows, where columns are copied and then used a few times.
planes:  one product per plane of the input. Does any gather; wins on volumes, and where kernels
         are larger than what they make.

Where that takes far less time, a gather is several, whose sums are added (see `sharing`). A large
one is cut, and its parts are done at once (see `threads`).

All make the same sums, in another order: exact for integers (below 2⁵³ in float64, 2²⁴ in float32),
else each within n · eps of the sum of the absolute products, n the products of a sum: the bound of
any order of summing (Higham, 2002, Accuracy and Stability of Numerical Algorithms, 3.5). The tests
allow 8 · eps, since products are added in parallel. No transform (FFT, Winograd) is used: its
errors follow the largest value of the input, not those that meet in a window.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from convviz.engine.bands import LARGE, ROWS, Cut, bands, lay
from convviz.engine.columns import columns
from convviz.engine.gathering import Gather, tiles
from convviz.engine.planes import at_once, planes
from convviz.engine.sharing import WHOLE, Share, folded, squeezed, unstrided
from convviz.engine.threads import each, useful
from convviz.records import replace

Method = Callable[[Gather], None]

METHODS: dict[str, Method] = {"columns": columns, "bands": bands, "planes": planes}

# What things cost, in multiplications of a large matrix product: fitted to measured times.

COPY = 16
"""Copying a number into columns, or adding two; twice that by a stride."""

READ = 16
"""A number that a product reads: BLAS lays it anew. Of one row it does not."""

STACK = 12
"""Copying a number into a stack of rows, which are longer; twice that by a stride."""

CALL = 2_500
"""A product of one row of the output."""

PACK = 16
"""A weight in each such product, which lays the kernel anew."""

SETUP = 1_000_000
"""What bands and planes prepare, beyond what columns do."""

PIECE = 1 << 18
"""Numbers of one window that are taken at once."""

PASS = 400_000
"""A call on some planes: such as adding what one tap makes of them."""

CALLS = 5
"""Such calls beside those that add."""

LAY = 256
"""A weight that planes lay anew, once: the taps of the first axis below each other."""

SMALL = 1 << 22
"""Bytes of an input that is padded as a whole where its mode copies."""

THREAD = 1 << 24
"""What a thread of its own has to do at least: some tenths of a millisecond."""

WAKE = 4_000_000
"""What the first thread does until the others are awake."""

LONG = 1 << 27
"""What columns cost from which on a gather of one axis may be faster as one of two."""


def fastest(job: Gather) -> tuple[Method, int]:
    """The method that is fastest for `job`, by the work that each would do; and that work."""
    found = costs(job)
    method = min(found, key=found.__getitem__)
    return method, found[method]


def costs(job: Gather) -> dict[Method, int]:
    """What each method that may be the fastest costs."""
    found: dict[Method, int] = {columns: columns_cost(job)}
    if found[columns] < SETUP:
        return found
    if len(job.axes) == 2:
        found[bands] = bands_cost(job)
    if len(job.axes) == 3 or math.prod(job.kernel) > LARGE:
        found[planes] = planes_cost(job)
    return found


def cost(job: Gather) -> int:
    """What `compute` costs."""
    (job, _), *_ = lines(job) or [(job, WHOLE)]
    return fastest(job)[1]


def columns_cost(job: Gather) -> int:
    """Every tap of every window is copied and multiplied."""
    inputs, outputs = job.per_group
    windows = len(job.x) * math.prod(job.sizes) * job.groups * inputs
    return windows * math.prod(job.kernel) * (COPY * reading(job) + product(outputs))


def bands_cost(job: Gather) -> int:
    """Every tap of a kernel row is copied once per row of the input; a product per output row."""
    inputs, outputs = job.per_group
    rows, cols = job.axes
    products = len(job.x) * job.groups * job.sizes[0]
    read = inputs * rows.reach * cols.kernel
    copied = inputs * rows.stride * cols.kernel * STACK * reading(job)
    # Parts of a kernel row are added where they meet, so the stack is that much wider.
    cut = Cut.of(job)
    width = job.sizes[1] + (cut.parts - 1) * cut.taps * cols.dilation
    row = (read * product(outputs) + copied) * width + read * outputs * PACK + CALL
    return products * row + SETUP


def planes_cost(job: Gather) -> int:
    """Every tap of the other axes is copied once per plane; products are added to each output."""
    inputs, outputs = job.per_group
    first, taps, cells = job.axes[0], math.prod(job.kernel[1:]), math.prod(job.sizes[1:])
    met, pairs = first.spread(job.sizes[0]), job.sizes[0] * first.kernel
    if job.mode.fills:
        met, pairs = min(met, job.x.shape[2]), first.meetings(job.x.shape[2], job.sizes[0])
    copied = met * inputs * taps * (COPY * reading(job) + READ)
    multiplied = pairs * outputs * (inputs * taps + 3 * COPY)
    block = max(1, at_once(job) // cells)
    calls = -(-met // block) * (min(first.kernel, block) + CALLS)
    one = job.groups * (copied + multiplied) * cells + calls * PASS
    return len(job.x) * one + job.weight.size * LAY + SETUP


def product(rows: int) -> int:
    """What a number costs that a product of so many rows reads."""
    return rows + READ if rows > 1 else rows


def reading(job: Gather) -> int:
    """How many times as much as from a whole row a number costs that is read by the stride."""
    return 1 if job.axes[-1].stride == 1 else 2


def compute(job: Gather) -> None:
    """Fill the output of `job` by the methods that are fastest, some taps of a huge kernel at once.

    Windows of a huge kernel are few; copied whole, even one of them would not fit the cache.
    """
    if not job.out.size:
        return
    if math.prod(job.kernel) > LARGE and columns_cost(job) >= LONG:
        job = squeezed(job)
    found = shares(job)
    if found is None:
        run(job)
        return
    sums = np.zeros(job.out.shape, job.weight.dtype)
    for share, cells in found:
        part = replace(share, out=np.empty(share.out.shape, sums.dtype))
        run(part)
        sums[:, :, cells] += part.out.reshape(sums[:, :, cells].shape)
    if job.bias is not None:
        sums += job.bias.reshape(-1, *(1,) * len(job.sizes))
    job.out[...] = sums


def run(job: Gather) -> None:
    """Fill the output of `job` by the method that is fastest, on as many threads as pay."""
    method, work = fastest(job)
    if work < 2 * THREAD:
        method(job)
        return
    if job.x.nbytes <= SMALL:
        job = job.filled()
    parts = job.split(useful(work // THREAD), WAKE / work)
    if method is bands and len(parts) > 1:
        method = partial(bands, laid=lay(job))
    each(method, parts)


def shares(job: Gather) -> Iterator[Share] | None:
    """What is added where a gather takes less time in several; None where it takes less in one."""
    found: Iterable[Share] | None = lines(job)
    if not found and strides_pay(job):
        found = unstrided(job)
    if not found and math.prod(job.kernel) * job.per_group[0] <= PIECE:
        return None
    return ((piece, cells) for share, cells in found or [(job, WHOLE)] for piece in pieces(share))


def lines(job: Gather) -> list[Share]:
    """The shares of a gather of one axis that is faster as one of two; [] of any other."""
    if len(job.axes) > 1 or columns_cost(job) < LONG:
        return []
    found = folded(job)
    return found if found and planes_cost(found[0][0]) < columns_cost(job) * 3 // 4 else []


def strides_pay(job: Gather) -> bool:
    """Whether a gather of two axes is faster without its strides: bands of it are of one row."""
    strides = math.prod(axis.stride for axis in job.axes)
    if len(job.axes) != 2 or strides == 1 or job.per_group[1] >= ROWS:
        return False
    return math.prod(job.kernel) > LARGE * strides and columns_cost(job) >= LONG


def pieces(job: Gather) -> list[Gather]:
    """`job`, or its sums over some taps of the kernel at a time, to be added."""
    found = list(tiles(job.kernel, PIECE // job.per_group[0]))
    return [job] if len(found) == 1 else [job.tapping(taps) for taps in found]
