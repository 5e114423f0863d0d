"""Films as scenes: how many there are, where the window stands, what is computed so far."""

import shlex
from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.cli.presets import CONV_ARITHMETIC, PRESETS
from convviz.diagrams import View, scene
from convviz.diagrams.direct import equivalent
from convviz.diagrams.motion import MOST, motion, places
from convviz.diagrams.scene import Role
from convviz.engine.account import run
from convviz.errors import SpecError
from convviz.spec.layers import Conv, ConvTranspose, Padding, Pool


def counted(*shape):
    return np.arange(1.0, prod(shape) + 1).reshape(shape)


def conv(size, kernel, **parameters):
    layer = Conv.of(1, 1, kernel, ndim=len(size), bias=False, **parameters)
    return run(layer, counted(1, 1, *size), counted(*layer.weight_shape), lead=0)


def transposed(size, kernel, **parameters):
    layer = ConvTranspose.of(1, 1, kernel, ndim=len(size), bias=False, **parameters)
    return run(layer, counted(1, 1, *size), counted(*layer.weight_shape), lead=0)


def shown(grid):
    """The values of a grid, None where one is pending or there is no cell."""
    return [
        [
            None if role in (Role.PENDING, Role.EMPTY) else value
            for value, role in zip(values, roles, strict=True)
        ]
        for values, roles in zip(grid.values.tolist(), grid.all_roles.tolist(), strict=True)
    ]


def test_the_window_slides_and_the_outputs_after_it_are_pending():
    scenes = motion([conv((3, 3), 2)], View())
    assert len(scenes) == 4
    assert shown(scenes[0].grid("output")) == [[37, None], [None, None]]
    assert shown(scenes[2].grid("output")) == [[37, 47], [67, None]]
    assert shown(scenes[3].grid("output")) == [[37, 47], [67, 77]]
    first, second = range(2), range(1, 3)
    chosen = [scene.grid("input").chosen for scene in scenes]
    assert [each.rows for each in chosen] == [first, first, second, second]
    assert [each.cols for each in chosen] == [first, second, first, second]
    assert [scene.equations[0].result for scene in scenes] == [37, 47, 67, 77]


def test_pooling_moves_likewise():
    layer = Pool.of("max", 2, ndim=2, stride=1)
    scenes = motion([run(layer, counted(1, 1, 3, 3), lead=0)], View())
    assert shown(scenes[1].grid("output")) == [[5, 6], [None, None]]


def test_one_axis_moves_likewise():
    scenes = motion([conv((5,), 3)], View())
    assert shown(scenes[1].grid("output")) == [[14, 20, None]]


def test_stamps_land_one_by_one_and_add_up():
    scenes = motion([transposed((3,), 3, stride=2)], View())
    assert len(scenes) == 3
    assert shown(scenes[0].grid("output")) == [[1, 2, 3, None, None, None, None]]
    assert shown(scenes[1].grid("output")) == [[1, 2, 5, 4, 6, None, None]]
    assert shown(scenes[2].grid("output")) == [[1, 2, 5, 4, 9, 6, 9]]
    assert shown(scenes[1].grid("coverage")) == [[1, 1, 2, 1, 1, None, None]]
    assert shown(scenes[1].grid("lanes"))[1:] == [
        [None, None, 2, 4, 6, None, None],
        [None] * 7,
    ]


def test_what_padding_crops_is_summed_before_the_crop():
    scenes = motion([transposed((2, 2), 3, padding=1)], View())
    assert shown(scenes[0].grid("sum")) == [
        [1, 2, 3, None],
        [4, 5, 6, None],
        [7, 8, 9, None],
        [None] * 4,
    ]
    assert shown(scenes[0].grid("coverage")) == [[1, 1], [1, 1]]


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_when_all_stamps_have_landed_the_sums_are_those_of_the_account(data):
    axes = data.draw(st.integers(1, 2))
    stride = data.draw(st.integers(1, 3))
    account = transposed(
        tuple(data.draw(st.integers(2, 4)) for _ in range(axes)),
        data.draw(st.integers(2, 3)),
        stride=stride,
        padding=data.draw(st.integers(0, 1)),
        output_padding=data.draw(st.integers(0, stride - 1)),
    )
    still = scene([account], View())
    for grid in (grid for band in motion([account], View())[-1].bands for grid in band):
        if grid.key in ("sum", "output", "coverage", "lanes"):
            there = ~np.isin(grid.all_roles, (Role.PENDING, Role.EMPTY))
            np.testing.assert_array_equal(grid.values[there], still.grid(grid.key).values[there])


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_the_direct_convolution_gives_what_the_transposed_one_gives(data):
    axes, groups = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    stride, dilation = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2))
    layer = ConvTranspose.of(
        2,
        2 * groups,
        tuple(data.draw(st.integers(1, 3)) for _ in range(axes)),
        ndim=axes,
        stride=stride,
        dilation=dilation,
        groups=groups,
        padding=tuple((data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))) for _ in "xy")[
            :axes
        ],
        output_padding=data.draw(st.integers(0, max(stride, dilation) - 1)),
    )
    x = counted(1, 2, *(data.draw(st.integers(1, 4)) for _ in range(axes)))
    try:
        account = run(layer, x, counted(*layer.weight_shape), np.ones(2 * groups), lead=1)
    except SpecError:
        return
    np.testing.assert_array_equal(equivalent(account).output, account.output)


def test_zeros_stand_between_and_around_the_inputs_of_the_direct_convolution():
    grid = scene([transposed((2, 2), 3, stride=2, padding=1)], View(), "direct").grid("input")
    roles = (grid.all_roles == Role.INPUT).astype(int)
    assert roles.tolist() == [[0] * 5, [0, 1, 0, 1, 0], [0] * 5, [0, 1, 0, 1, 0], [0] * 5]
    assert grid.values.tolist()[1] == [0, 1, 0, 2, 0]
    assert grid.source[1].tolist() == [-1, 0, -1, 1, -1]
    assert grid.extent == (2, 2)
    assert [(f.rect.top, f.rect.left, f.rect.bottom, f.rect.right) for f in grid.frames] == [
        (1, 1, 4, 4)
    ]


def test_the_direct_convolution_says_how_many_zeros_it_takes():
    even = scene([transposed((2, 2), 3, stride=2, padding=1)], View(), "direct")
    assert even.notes[-1] == "1 zero between inputs, a border of 1"
    odd = scene([transposed((3, 3), 3, stride=2, padding=1, output_padding=1)], View(), "direct")
    assert odd.notes[-1] == "1 zero between inputs, a border of 1 before, 2 after"
    cut = scene([transposed((3, 3), 1, stride=2, padding=1)], View(), "direct")
    assert cut.notes[-1] == "1 zero between inputs, 1 cut off at the ends"
    assert cut.grid("input").values.tolist() == [[0, 0, 0], [0, 5, 0], [0, 0, 0]]
    none = scene([transposed((3, 3), 3, padding=2)], View(), "direct")
    assert none.notes[-1] == "no zeros are needed"


def test_a_bias_is_part_of_what_is_summed():
    layer = ConvTranspose.of(1, 1, 2, ndim=1)
    account = run(layer, counted(1, 1, 2), np.ones((1, 1, 2)), np.array([10.0]), lead=0)
    scenes = motion([account], View())
    assert shown(scenes[0].grid("output")) == [[11, 11, None]]
    assert shown(scenes[0].grid("sum")) == [[1, 1, None]]


def padded(size, padding, mode):
    return run(Padding.of(padding, len(size), mode), counted(1, 1, *size), lead=0)


def test_padding_fills_the_columns_outward_and_then_whole_rows():
    scenes = motion([padded((2, 2), 1, "circular")], View())
    first, left, right, top, bottom, rest = (shown(s.grid("padded")) for s in scenes)
    gap = [None] * 4
    assert first == [gap, [None, 1, 2, None], [None, 3, 4, None], gap]
    assert left == [gap, [2, 1, 2, None], [4, 3, 4, None], gap]
    assert right == [gap, [2, 1, 2, 1], [4, 3, 4, 3], gap]
    assert top == [[4, 3, 4, 3], [2, 1, 2, 1], [4, 3, 4, 3], gap]
    assert bottom == rest == [*top[:3], [2, 1, 2, 1]]
    chosen = [s.grid("padded").chosen for s in scenes]
    assert chosen[0] is None
    assert (chosen[1].rows, chosen[1].cols) == ((1, 2), (0,))
    assert (chosen[3].rows, chosen[3].cols) == ((0,), (0, 1, 2, 3))
    assert chosen[5] is None
    assert [len(s.links) for s in scenes] == [0, 1, 2, 2, 2, 2]


def test_wide_padding_grows_from_the_input_outward():
    scenes = motion([padded((2,), ((2, 1),), "zeros")], View())
    assert [shown(s.grid("padded"))[0] for s in scenes[:4]] == [
        [None, None, 1, 2, None],
        [None, 0, 1, 2, None],
        [0, 0, 1, 2, None],
        [0, 0, 1, 2, 0],
    ]


def test_modes_are_padded_side_by_side():
    both = [padded((2, 2), 1, mode) for mode in ("zeros", "replicate")]
    scenes = motion(both, View())
    assert len(scenes) == 6
    assert [shown(grid)[1][0] for grid in scenes[1].bands[0]] == [0, 1]


def test_without_padding_there_is_one_scene():
    assert len(motion([padded((2, 2), 0, "zeros")], View())) == 1


def test_the_last_scene_of_padding_is_the_still_one():
    account = padded((3, 4), ((1, 0), (2, 1)), "replicate")
    last, still = motion([account], View())[-1], scene([account], View())
    np.testing.assert_array_equal(last.grid("padded").all_roles, still.grid("padded").all_roles)
    assert [link.end for link in last.links] == [link.end for link in still.links]


def test_the_plane_that_is_named_is_the_plane_that_moves():
    layer = Conv.of(2, 3, 2, ndim=2, bias=False)
    account = run(layer, counted(1, 2, 3, 3), counted(3, 2, 2, 2), lead=1)
    scenes = motion([account], View(at=(2, 0, 0)))
    assert len(scenes) == 4
    assert scenes[3].equations[-1].result == account.output[0, 2, 1, 1]


@pytest.mark.parametrize(
    ("grid", "count"),
    [((8, 7), 56), ((6, 10), 60), ((61,), 60), ((8, 8), 22), ((10, 20), 48), ((224, 224), 60)],
)
def test_a_film_has_at_most_sixty_frames(grid, count):
    found = places(grid)
    assert len(found) == count <= MOST


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 70), min_size=1, max_size=3))
def test_places_go_forward_from_the_first_cell_to_the_last(sizes):
    found = places(tuple(sizes))
    assert found[0] == 0
    assert found[-1] == prod(sizes) - 1
    assert list(found) == sorted(set(found))
    assert len(found) <= MOST


def test_beyond_sixty_the_first_row_one_per_row_and_the_last_row_have_frames():
    found = places((9, 8))
    assert found[:8] == tuple(range(8))
    assert found[8:15] == (15, 23, 31, 39, 47, 55, 63)
    assert found[15:] == tuple(range(64, 72))


def test_a_film_says_how_much_of_the_sweep_it_shows():
    scenes = motion([conv((10, 10), 3)], View())
    assert len(scenes) == 22
    said = "".join(run.text for run in scenes[0].subtitle)
    assert said.endswith("22 of 64 steps: the first row, one per row, the last row.")
    short = motion([conv((3, 3), 2)], View())
    assert "steps" not in "".join(run.text for run in short[0].subtitle)
    assert shown(scenes[8].grid("output"))[1][-1] is not None
    assert shown(scenes[8].grid("output"))[2] == [None] * 8


def test_every_grid_knows_the_values_of_other_frames():
    scenes = motion([transposed((2,), 2)], View())

    output = scenes[0].grid("output").others.tolist()
    assert {1, 2, 4}.issubset(output)


def test_layers_that_are_compared_move_step_by_step_and_wait_at_their_ends():
    layers = [conv((4, 4), 2, stride=stride) for stride in (1, 2)]
    found = motion(layers, View())
    assert len(found) == 9
    for step, frame in enumerate(found):
        for panel, layer, count in zip(frame.panels, layers, (9, 4), strict=True):
            (alone,) = motion([layer], View())[min(step, count - 1) :][:1]
            np.testing.assert_array_equal(
                panel.scene.grid("output").all_roles, alone.grid("output").all_roles
            )
            assert panel.scene.grid("input").chosen.rows == alone.grid("input").chosen.rows


def test_what_has_no_film_says_so():
    one = conv((3, 3), 2)
    with pytest.raises(SpecError, match="no moving view is called 'compare'"):
        motion([one, one], View(), "compare")
    with pytest.raises(SpecError, match="no moving view is called 'matrix'"):
        motion([one], View(), "matrix")
    padding = run(Padding.of(1, 2, "circular"), counted(1, 1, 2, 2), lead=0)
    with pytest.raises(SpecError, match="the endless tiling does not move"):
        motion([padding], View(tiling=True))
    volume = run(Padding.of(1, 3), counted(1, 1, 2, 2, 2), lead=0)
    with pytest.raises(SpecError, match="padding is shown in motion on one or two axes"):
        motion([volume], View())
    with pytest.raises(SpecError, match="not in a volume"):
        motion([transposed((2, 2, 2), 2)], View())


# i, k, s, p, d → o and frames, and the frames of the transposed figure: Dumoulin & Visin (2016).
PUBLISHED = {
    "no_padding_no_strides": (4, 3, 1, 0, 1, 2, 4, 16),
    "arbitrary_padding_no_strides": (5, 4, 1, 2, 1, 6, 36, 25),
    "same_padding_no_strides": (5, 3, 1, 1, 1, 5, 25, 25),
    "full_padding_no_strides": (5, 3, 1, 2, 1, 7, 49, 25),
    "no_padding_strides": (5, 3, 2, 0, 1, 2, 4, 25),
    "padding_strides": (5, 3, 2, 1, 1, 3, 9, 25),
    "padding_strides_odd": (6, 3, 2, 1, 1, 3, 9, 36),
    "dilation": (7, 3, 1, 0, 2, 3, 9, 0),
    "numerical_no_padding_no_strides": (5, 3, 1, 0, 1, 3, 9, 0),
    "numerical_padding_strides": (5, 3, 2, 1, 1, 3, 9, 0),
    "numerical_average_pooling": (5, 3, 1, 0, 1, 3, 9, 0),
    "numerical_max_pooling": (5, 3, 1, 0, 1, 3, 9, 0),
}


def test_the_preset_holds_the_nineteen_figures():
    files = [figure.file for figure in PRESETS["conv-arithmetic"]]
    plain = [f"{name}.gif" for name in PUBLISHED]
    turned = [f"{name}_transposed.gif" for name, row in PUBLISHED.items() if row[-1]]
    assert files == plain + turned
    assert len(files) == 19


def flags(command):
    """The integer flags of a command line."""
    words = shlex.split(command)
    names = {"-k": "k", "-s": "s", "-p": "p", "-d": "d", "--output-padding": "extra"}
    return {names[word]: int(value) for word, value in pairwise(words) if word in names}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_has_the_published_parameters_and_frames(name):
    i, k, s, p, d, o, frames, turned = PUBLISHED[name]
    plain, command = CONV_ARITHMETIC[name]
    given = {"s": 1, "p": 0, "d": 1, **flags(plain)}
    assert given == {"k": k, "s": s, "p": p, "d": d}
    account = conv((i, i), k, stride=s, padding=p, dilation=d)
    assert account.shape[2:] == (o, o)
    assert len(motion([account], View())) == frames
    assert bool(command) == bool(turned)
    if not turned:
        return
    given = {"s": 1, "p": 0, "d": 1, "extra": 0, **flags(command)}
    assert {key: given[key] for key in "kspd"} == {"k": k, "s": s, "p": p, "d": d}
    assert given["extra"] == (1 if name == "padding_strides_odd" else 0)
    account = transposed((o, o), k, stride=s, padding=p, output_padding=given["extra"])
    assert account.shape[2:] == (i, i)
    assert len(motion([account], View(), "direct")) == turned
