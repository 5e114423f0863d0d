"""The matrix times the unrolled input is the output; its entries are the kernel's taps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams.matrix import matrix
from convviz.diagrams.scene import Role, everything
from convviz.diagrams.unrolled import Unrolled
from convviz.diagrams.view import View
from convviz.engine.account import run
from convviz.render.stream import Stream
from convviz.render.terminal import screen
from convviz.spec.layers import Conv, ConvTranspose


def account(size, kernel, *, kind=Conv, channels=(1, 1), bias=None, **options):
    size = (size,) if isinstance(size, int) else size
    layer = kind.of(*channels, kernel, ndim=len(size), bias=bias is not None, **options)
    x = np.arange(1, 1 + channels[0] * np.prod(size)).reshape(1, channels[0], *size)
    weight = np.arange(1, 1 + np.prod(layer.weight_shape)).reshape(layer.weight_shape)
    return run(layer, x, weight, bias, lead=0)


def words(text):
    return "".join(run.text for run in text)


def test_a_row_holds_the_kernel_and_its_zeros():
    scene = matrix([account((4, 4), 3)], View())
    grid = scene.grid("matrix")
    assert grid.shape == (4, 16)
    np.testing.assert_array_equal(grid.values[0], [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(grid.values[3, 5:], grid.values[0, :11])
    np.testing.assert_array_equal(grid.all_roles == Role.KERNEL, grid.values > 0)
    np.testing.assert_array_equal(everything(grid.which)[0, :8], [0, 1, 2, -1, 3, 4, 5, -1])
    assert grid.extent == (3, 3)


def test_x_y_and_the_operands_have_the_real_numbers():
    found = account((4, 4), 3)
    scene = matrix([found], View())
    x, y = scene.grid("x").values, scene.grid("y").values
    np.testing.assert_array_equal(scene.grid("matrix").values @ x[0], y[:, 0])
    np.testing.assert_array_equal(y.ravel(), found.output.ravel())
    np.testing.assert_array_equal(scene.grid("kernel").values, found.weight[0, 0])
    assert scene.title == "A convolution is a sparse matrix"
    assert words(scene.labels[0].text) == "y  =  W x"
    assert words(scene.labels[0].more[0]) == "4 × 16 entries, 36 of them weights, only 9 distinct"


def test_blocks_are_rows_of_the_input_and_of_the_output():
    scene = matrix([account((4, 5), 3)], View())
    columns = [m for m in scene.measures if m.axis == 1]
    assert [(m.start, m.stop, m.label) for m in columns][:2] == [
        (0, 5, "input row 0"),
        (5, 10, "input row 1"),
    ]
    rows = [m for m in scene.measures if m.axis == 0]
    assert [(m.start, m.stop) for m in rows] == [(0, 3), (3, 6)]


def test_channels_are_blocks_too_and_groups_leave_some_empty():
    scene = matrix([account((3, 3), 2, channels=(2, 2), groups=2)], View())
    grid = scene.grid("matrix")
    assert grid.shape == (8, 18)
    assert (grid.all_roles[:4, 9:] == Role.ZERO).all()
    assert (grid.all_roles[4:, :9] == Role.ZERO).all()
    assert scene.measures[3].label == "input channel 1, row 0"
    np.testing.assert_array_equal(grid.values[4, 9:], [5, 6, 0, 7, 8, 0, 0, 0, 0])


def test_a_transposed_convolution_is_the_transposed_matrix():
    forward = account((5, 4), (3, 2), stride=2, padding=((1, 0), (0, 1)))
    back = account(
        forward.shape[2:],
        (3, 2),
        kind=ConvTranspose,
        stride=2,
        padding=((1, 0), (0, 1)),
        output_padding=(1, 1),
    )
    assert back.shape[2:] == (5, 4)
    one, other = (matrix([each], View()).grid("matrix") for each in (forward, back))
    np.testing.assert_array_equal(other.values, one.values.T)
    np.testing.assert_array_equal(everything(other.which), everything(one.which).T)
    assert words(other.title).startswith("Wᵀ")


def test_the_bias_is_a_column_beside_the_matrix():
    scene = matrix([account((3, 3), 2, channels=(1, 2), bias=[10, 20])], View())
    np.testing.assert_array_equal(scene.grid("bias").values[:, 0], [10] * 4 + [20] * 4)
    total = scene.grid("matrix").values @ scene.grid("x").values[0] + scene.grid("bias").values.T
    np.testing.assert_array_equal(total[0], scene.grid("y").values[:, 0])
    assert words(scene.labels[0].text) == "y  =  W x + b"


def test_a_column_that_no_output_reads_is_empty_and_said_so():
    grid = matrix([account(6, 3, stride=2)], View())
    np.testing.assert_array_equal(grid.grid("x").all_roles[0] == Role.UNREAD, [0, 0, 0, 0, 0, 1])
    assert (grid.grid("matrix").all_roles[:, 5] == Role.ZERO).all()


def test_taps_on_copies_of_one_cell_add_up():
    scene = matrix([account(3, 3, padding=1, padding_mode="replicate")], View())
    grid = scene.grid("matrix")
    np.testing.assert_array_equal(grid.values, [[3, 3, 0], [1, 2, 3], [0, 1, 5]])
    assert grid.all_roles[0, 0] == Role.KERNEL
    assert everything(grid.which)[0, 0] == -1
    assert "several may add up" in scene.notes[0]


def test_a_large_matrix_costs_what_is_looked_at_and_has_blocks():
    scene = matrix([account((120, 100), 3, padding=1)], View(drawn=True))
    grid = scene.grid("matrix")
    assert grid.shape == (12000, 12000)
    rows, cols = np.array([0, 11999]), np.array([0, 1, 11998, 11999])
    np.testing.assert_array_equal(grid.cells.at(rows, cols), [[5, 6, 0, 0], [0, 0, 4, 5]])
    blocks = scene.grid("blocks")
    assert blocks.shape == (120, 120)
    np.testing.assert_array_equal(blocks.values[5, 3:8], [-1, 0, 1, 2, -1])


def test_a_screen_shows_the_corner_of_a_large_matrix_unless_all_is_asked_for():
    found = account(3000, 3)
    scene = matrix([found], View())
    assert scene.grid("matrix").shape == (16, 16)
    assert scene.grid("x").shape == (1, 16)
    assert scene.grid("y").shape == (16, 1)
    assert "the first 16×16" in words(scene.grid("matrix").title)
    assert matrix([found], View(full=True)).grid("matrix").shape == (2998, 3000)
    plane = matrix([account((80, 80), 3)], View())
    assert plane.grid("blocks").shape == (78, 80)
    assert plane.grid("matrix").shape == (16, 16)


def test_compared_matrices_stand_side_by_side():
    scene = matrix([account((4, 4), 3, dilation=d, padding=d) for d in (1, 2)], View())
    assert [grid.key for grid in scene.bands[0]] == [
        "padding 1, dilation 1",
        "padding 2, dilation 2",
    ]
    assert [label.name for label in scene.labels] == [grid.key for grid in scene.bands[0]]


SIDES = st.tuples(st.integers(0, 2), st.integers(0, 2))


@settings(deadline=None, max_examples=60)
@given(
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    data=st.data(),
)
def test_w_times_x_is_what_the_engine_computes(kernel, stride, dilation, data):
    groups = data.draw(st.integers(1, 2))
    channels = (groups * data.draw(st.integers(1, 2)), groups)
    found = account(
        (6, 5),
        kernel,
        channels=channels,
        bias=np.arange(groups),
        stride=stride,
        dilation=dilation,
        groups=groups,
        padding=(data.draw(SIDES), data.draw(SIDES)),
        padding_mode=data.draw(st.sampled_from(["zeros", "reflect", "circular", "symmetric"])),
    )
    scene = matrix([found], View())
    grid = scene.grid("matrix")
    product = grid.values @ scene.grid("x").values[0] + scene.grid("bias").values[:, 0]
    np.testing.assert_array_equal(product, found.output[0].ravel())
    of = Unrolled(found)
    assert of.count == (grid.all_roles != Role.ZERO).sum()
    np.testing.assert_array_equal(of.unread, ~(grid.all_roles != Role.ZERO).any(axis=0))


@settings(deadline=None, max_examples=40)
@given(
    kernel=st.integers(1, 4), stride=st.integers(1, 3), dilation=st.integers(1, 2), data=st.data()
)
def test_so_it_is_for_transposed_ones(kernel, stride, dilation, data):
    sides = data.draw(SIDES)
    extra = data.draw(st.integers(0, max(stride, dilation) - 1))
    if stride * 3 + dilation * (kernel - 1) + 1 - sum(sides) + extra < 1:
        return
    found = account(
        4,
        kernel,
        kind=ConvTranspose,
        channels=(2, 4),
        groups=2,
        stride=stride,
        dilation=dilation,
        padding=(sides,),
        output_padding=extra,
    )
    scene = matrix([found], View())
    product = scene.grid("matrix").values @ scene.grid("x").values[0]
    np.testing.assert_array_equal(product, found.output[0].ravel())
    assert Unrolled(found).count == (scene.grid("matrix").all_roles != Role.ZERO).sum()


@pytest.mark.parametrize("mode", ["zeros", "circular"])
def test_a_volume_unrolls_like_a_plane(mode):
    found = account((3, 3, 3), 2, padding=1, padding_mode=mode)
    scene = matrix([found], View())
    product = scene.grid("matrix").values @ scene.grid("x").values[0]
    np.testing.assert_array_equal(product, found.output[0].ravel())


def test_a_screen_shows_a_dot_where_there_is_no_weight():
    shown = screen(matrix([account(3, 2)], View()), Stream())
    rows = [line.split()[:4] for line in shown.splitlines()]
    assert ["0", "1", "2", "·"] in rows
    assert ["1", "·", "1", "2"] in rows
