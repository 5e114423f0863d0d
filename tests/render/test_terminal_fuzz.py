"""Any shape, any parameters, any width: a screen is printed, and no line is too wide for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams import View, scene
from convviz.engine.account import Account, run
from convviz.errors import SpecError
from convviz.render import plain
from convviz.render.stream import Glyphs, Level, Stream
from convviz.render.terminal import screen
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool
from convviz.spec.modes import NAMES

SIZES = st.sampled_from([1, 2, 3, 4, 5, 7, 12, 60])
STREAMS = st.builds(
    Stream,
    width=st.sampled_from([40, 41, 47, 60, 80, 120]),
    level=st.sampled_from(list(Level)),
    glyphs=st.sampled_from([Glyphs("utf-8"), Glyphs("cp1252"), Glyphs("ascii")]),
)


@st.composite
def inputs(draw: st.DrawFn, axes: int, channels: int | None = None) -> Any:
    """(N, C, *spatial) of whole, of fractional or of extreme numbers."""
    spatial = [draw(SIZES if axes < 3 else st.sampled_from([1, 2, 3, 5])) for _ in range(axes)]
    shape = (draw(st.sampled_from([1, 1, 2])), channels or draw(st.sampled_from([1, 1, 2, 9])))
    x = np.arange(1.0, np.prod(shape + tuple(spatial)) + 1).reshape(*shape, *spatial)
    kind = draw(st.sampled_from(["count", "count", "signed", "third", "large", "odd"]))
    if kind == "signed":
        return x - x.mean()
    if kind == "third":
        return x / 3
    if kind == "large":
        return x * 123456.789
    if kind == "odd":
        x.flat[0], x.flat[-1] = np.nan, -np.inf
    return x


PARAMETER = st.sampled_from([1, 1, 2, 3])


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Any layer on any input that it takes."""
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    lead = draw(st.sampled_from([0, 1, 2]))
    kind = draw(st.sampled_from(["pad", "conv", "transpose", "pool"]))
    kernel = tuple(draw(st.sampled_from([1, 2, 3, 3, 5, 13])) for _ in range(axes))
    stride, dilation = draw(PARAMETER), draw(PARAMETER)
    padding = tuple((draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in range(axes))
    try:
        if kind == "pad":
            mode = draw(st.sampled_from(NAMES))
            return run(Padding.of(padding, axes, mode), draw(inputs(axes)), lead=lead)
        if kind == "pool":
            layer = Pool.of(
                draw(st.sampled_from(["max", "avg"])), kernel, ndim=axes, stride=stride,
                padding=tuple(min(p[0], k // 2) for p, k in zip(padding, kernel, strict=True)),
                ceil_mode=draw(st.booleans()), count_include_pad=draw(st.booleans()),
            )  # fmt: skip
            return run(layer, draw(inputs(axes)), lead=lead)
        channels, out = draw(st.sampled_from([(1, 1), (1, 1), (2, 4), (3, 1), (10, 2)]))
        groups = draw(st.sampled_from([g for g in (1, 2) if not channels % g and not out % g]))
        bias = [0.5] * out if draw(st.booleans()) else None
        make: Any = Conv if kind == "conv" else ConvTranspose
        more = {} if kind == "conv" else {"output_padding": draw(st.integers(0, 1))}
        convolution = make.of(
            channels, out, kernel, ndim=axes, stride=stride, padding=padding, dilation=dilation,
            groups=groups, **more,
        )  # fmt: skip
        weight = np.arange(1.0, np.prod(convolution.weight_shape) + 1) - 2
        return run(
            convolution,
            draw(inputs(axes, channels)),
            weight.reshape(convolution.weight_shape),
            bias,
            lead=lead,
        )
    except SpecError:
        return run(Padding.of(1, axes), draw(inputs(axes)), lead=lead)


def at(account: Account, share: float) -> tuple[int, ...]:
    """A cell that can be chosen, `share` of the way along every axis."""
    transposed = isinstance(account.layer, ConvTranspose)
    shape = account.input.shape if transposed else account.shape
    return tuple(int(share * (size - 1)) for size in shape)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@settings(deadline=None, max_examples=150)
@given(accounts(), STREAMS, st.sampled_from([0.0, 0.5, 1.0]))
def test_no_screen_is_wider_than_its_terminal(
    account: Account, stream: Stream, share: float
) -> None:
    shown = scene([account], View(at=at(account, share)))
    bare = Stream(stream.width, glyphs=stream.glyphs)
    text = screen(shown, bare)
    assert max(map(len, text.splitlines())) <= stream.width
    assert not any(line.endswith(" ") for line in text.splitlines())
    text.encode(stream.glyphs.encoding)
    screen(shown, stream)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@settings(deadline=None, max_examples=60)
@given(accounts(), st.sampled_from([0.0, 1.0]))
def test_plain_statements_are_ascii_lines(account: Account, share: float) -> None:
    text = plain.statements(scene([account], View(at=at(account, share))))
    assert text.isascii()
    assert all(line.strip() for line in text.splitlines())
