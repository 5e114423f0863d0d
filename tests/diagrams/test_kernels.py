"""A bank of kernels: which planes are shown, and the feature maps they give."""

import numpy as np

from convviz.diagrams.kernels import kernels
from convviz.diagrams.scene import Role
from convviz.diagrams.view import View
from convviz.engine.account import run
from convviz.spec.layers import Conv


def account(outputs=2, inputs=3, kernel=3, size=(5, 6), groups=1, batch=1):
    layer = Conv.of(inputs, outputs, kernel, ndim=len(size), groups=groups, bias=False)
    x = np.arange(batch * inputs * np.prod(size)).reshape(batch, inputs, *size) % 256
    weight = np.arange(np.prod(layer.weight_shape)).reshape(layer.weight_shape) - 5
    return run(layer, x, weight, lead=1)


def test_every_kernel_stands_before_its_feature_map():
    found = account()
    scene = kernels([found], View(drawn=True))
    assert [[grid.key for grid in band] for band in scene.bands] == [
        ["input[0]", "input[1]", "input[2]"],
        ["kernel[0,0]", "kernel[0,1]", "kernel[0,2]", "output[0]"],
        ["kernel[1,0]", "kernel[1,1]", "kernel[1,2]", "output[1]"],
    ]
    np.testing.assert_array_equal(scene.grid("kernel[1,2]").values, found.weight[1, 2])
    np.testing.assert_array_equal(scene.grid("output[1]").values, found.output[0, 1])
    assert (scene.grid("kernel[0,0]").all_roles == Role.KERNEL).all()
    assert [(link.start[0], link.end[0]) for link in scene.links] == [
        ("kernel[0,0]", "output[0]"),
        ("kernel[1,0]", "output[1]"),
    ]


def test_kernels_on_an_image_are_colors_around_gray():
    found = account()
    scene = kernels([found], View(drawn=True, image=True))
    assert [grid.key for grid in scene.bands[0]] == ["input[0]"]
    photo = scene.grid("input[0]").picture
    assert photo.shape == (5, 6, 3)
    np.testing.assert_array_equal(photo[1, 2], found.input[0, :, 1, 2])
    colors = scene.grid("kernel[0,0]").picture
    most = np.abs(found.weight).max()
    np.testing.assert_allclose(
        colors[2, 1], 127.5 + 127.5 * found.weight[0, :, 2, 1] / most, atol=0.5
    )
    assert scene.grid("kernel[0,1]").picture is None
    zero = np.argwhere(found.weight[0, 0] == 0)[0]
    assert colors[(*zero, 0)] == 128


def test_a_screen_shows_few_and_counts_the_rest():
    scene = kernels([account(outputs=10, inputs=6)], View())
    assert len(scene.bands) == 1 + 3
    assert [(o.count, o.what) for o in scene.omitted] == [(7, "kernels"), *[(3, "planes")] * 3]
    assert [len(band) for band in scene.bands[1:]] == [4, 4, 4]
    full = kernels([account(outputs=10, inputs=6)], View(full=True))
    assert len(full.bands) == 11
    assert full.omitted == ()


def test_a_picture_shows_more_and_says_what_it_leaves_out():
    scene = kernels([account(outputs=70, inputs=9)], View(drawn=True))
    assert len(scene.bands) == 1 + 64
    assert "64 of 70 kernels drawn · 8 of 9 planes of each" in scene.notes[0]


def test_depthwise_kernels_have_one_plane():
    scene = kernels([account(outputs=6, inputs=3, groups=3)], View(drawn=True, image=True))
    assert len(scene.bands[1]) == 2
    assert scene.grid("kernel[5,0]").picture is None


def test_lines_and_volumes_have_their_kernels_too():
    line = kernels([account(size=(9,), inputs=1)], View(drawn=True))
    assert line.grid("kernel[0,0]").shape == (1, 3)
    assert line.grid("output[0]").shape == (1, 7)
    volume = kernels([account(size=(5, 5, 5), inputs=1, kernel=(2, 3, 3))], View(drawn=True))
    assert [grid.key for grid in volume.bands[1]] == ["kernel[0,0,0]", "kernel[0,0,1]", "output[0]"]
    assert "middle depth" in volume.notes[0]
