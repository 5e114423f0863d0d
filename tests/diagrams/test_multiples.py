"""Several layers as panels: what each shows, what they share, which comparisons say nothing."""

from __future__ import annotations

import numpy as np
import pytest

import convviz
from convviz.diagrams import View, scene
from convviz.diagrams.multiples import plain_name
from convviz.diagrams.scene import Role, Scene
from convviz.engine.account import Account, run
from convviz.errors import SpecError
from convviz.spec.layers import Conv, ConvTranspose, Pool


def conv(shape: tuple[int, ...], kernel: int = 3, **layer: object) -> Account:
    """A convolution of 1, 2, 3, … with one channel and the weights 1, 2, 3, …."""
    made = Conv.of(1, 1, kernel, ndim=len(shape), bias=False, **layer)
    weight = np.arange(1.0, np.prod(made.weight_shape) + 1).reshape(made.weight_shape)
    return run(made, np.arange(1.0, np.prod(shape) + 1).reshape(1, 1, *shape), weight, lead=0)


def transposed(shape: tuple[int, ...], kernel: int = 3, **layer: object) -> Account:
    made = ConvTranspose.of(1, 1, kernel, ndim=len(shape), bias=False, **layer)
    return run(made, np.ones((1, 1, *shape)), np.ones(made.weight_shape), lead=0)


def drawn(command: str) -> Scene:
    return convviz.draw(command).scene


def names(found: Scene) -> list[str]:
    return [plain_name(panel.name) for panel in found.panels]


@pytest.mark.parametrize(
    ("view", "accounts"),
    [
        ("line", [conv((9,), dilation=d) for d in (1, 2, 3)]),
        ("window", [conv((7, 7), dilation=d) for d in (1, 2, 3)]),
        ("channels", [conv((7, 7), dilation=d) for d in (1, 2, 3)]),
        ("channels", [conv((7, 7, 7), dilation=d) for d in (1, 2, 3)]),
        ("direct", [transposed((3, 3), dilation=d) for d in (1, 2, 3)]),
        ("overlap", [transposed((4,), dilation=d) for d in (1, 2, 3)]),
        ("coverage", [transposed((3, 3), dilation=d) for d in (1, 2, 3)]),
        ("coverage", [transposed((2, 2, 2), dilation=d) for d in (1, 2, 3)]),
    ],
)
def test_a_panel_holds_what_its_layer_shows_alone(view: str, accounts: list[Account]) -> None:
    found = scene(accounts, View(), view)
    assert names(found) == ["dilation 1", "dilation 2", "dilation 3"]
    for panel, account in zip(found.panels, accounts, strict=True):
        alone = scene([account], View(), view)
        assert panel.scene.diagram == alone.diagram
        assert [grid.key for grid in panel.scene.grids] == [grid.key for grid in alone.grids]
        for grid, other in zip(panel.scene.grids, alone.grids, strict=True):
            np.testing.assert_array_equal(grid.values, other.values)
            np.testing.assert_array_equal(grid.all_roles, other.all_roles)
        shown = "×".join(map(str, account.shape[2:]))
        assert plain_name(panel.sizes).endswith(f" → {shown}")


def test_banks_of_kernels_share_their_input() -> None:
    found = drawn("conv 6x6 --out-channels 2 --view kernels --compare stride=1,2")
    assert [grid.key for band in found.bands for grid in band] == ["input[0]"]
    np.testing.assert_array_equal(found.grid("input[0]").values, np.arange(1, 37).reshape(6, 6))
    for panel, size in zip(found.panels, (4, 2), strict=True):
        assert {grid.kind for grid in panel.scene.grids} == {Role.KERNEL, Role.OUTPUT}
        assert panel.scene.grid("output[1]").shape == (size, size)


def test_a_picture_goes_through_every_layer_and_is_shown_once() -> None:
    found = drawn("conv sample:photo --weight laplacian --compare stride=4,16")
    (source,), maps = found.bands
    assert source.picture is not None
    assert [grid.key for grid in maps] == ["stride 4", "stride 16"]
    fine = drawn("conv sample:photo --weight laplacian -s 4").grid("output")
    np.testing.assert_array_equal(maps[0].values, fine.values)
    np.testing.assert_array_equal(maps[1].values, fine.values[::4, ::4])


def test_weights_are_compared_by_the_names_that_were_typed() -> None:
    found = drawn("conv 5x5 --compare 'weight=box,0 0 0; 0 1 0; 0 0 0'")
    assert names(found) == ["weight box", "weight 0 0 0; 0 1 0; 0 0 0"]
    middle = np.arange(1, 26).reshape(5, 5)[1:4, 1:4]
    for panel in found.panels:  # of a linear ramp, the mean of a window is its middle
        np.testing.assert_allclose(panel.scene.grid("output").values, middle)


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("pool 5x5 --compare ceil_mode=false,true", [(2, 2), (3, 3)]),
        ("pool 5x5 --kind avg -p 1 --compare count_include_pad=true,false", [(3, 3), (3, 3)]),
        ("pool 5x5 --compare kind=max,avg", [(2, 2), (2, 2)]),
    ],
)
def test_what_leaves_the_window_in_place_is_compared_by_its_outputs(
    line: str, given: list[tuple[int, int]]
) -> None:
    found = drawn(line)
    assert [panel.scene.grid("output").shape for panel in found.panels] == given


def test_an_average_that_leaves_padding_out_divides_by_less() -> None:
    counted, left_out = drawn(
        "pool 5x5 --kind avg -p 1 --compare count_include_pad=true,false"
    ).panels
    np.testing.assert_array_equal(left_out.scene.grid("output").values[0], [1, 2.5, 4.5])
    np.testing.assert_array_equal(counted.scene.grid("output").values[0], [0.25, 1.25, 2.25])


def test_in_a_volume_windows_are_compared_on_a_plane_of_the_input() -> None:
    found = scene([conv((5, 5, 5), padding=p) for p in (0, 1)], View())
    plain, padded = found.bands[0]
    plane = np.arange(1, 26).reshape(5, 5)
    np.testing.assert_array_equal(plain.values, plane)
    np.testing.assert_array_equal(padded.values, np.pad(plane, 1))
    assert found.notes == ("the first plane of the input under a tap",)


def test_in_a_volume_stamps_are_counted_on_the_middle_plane() -> None:
    accounts = [transposed((3, 3, 3), kernel, stride=2) for kernel in (3, 4)]
    found = scene(accounts, View())
    for grid, account in zip(found.bands[0], accounts, strict=True):
        # Ones through ones: every output is the number of stamps that land on it.
        middle = (account.shape[2] - 1) // 2
        np.testing.assert_array_equal(grid.values, account.output[0, 0, middle])


def test_the_stride_is_named_once_unless_it_is_compared() -> None:
    kernels = scene([transposed((3, 3), k, stride=2) for k in (3, 4)], View())
    assert "at stride 2" in plain_name(kernels.subtitle)
    strides = scene([transposed((3, 3), 3, stride=s) for s in (1, 2)], View())
    assert "stride" not in plain_name(strides.subtitle)


def test_of_several_channels_the_one_that_is_shown_is_named() -> None:
    found = drawn("conv 3x7x7 --compare stride=1,2")
    assert found.notes == ("channel 0 of 3 input channels",)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("conv 4x6x6 --out-channels 4 --view groups --compare dilation=1,2", "dilation"),
        ("conv 4x6x6 --out-channels 4 --view dilation --compare groups=1,2", "groups"),
        ("conv 6x6 --view compare --compare weight=box,count", "weight"),
        ("conv-transpose 4x3x3 --out-channels 4 --view stamps --compare groups=1,2", "groups"),
    ],
)
def test_a_view_that_shows_nothing_of_what_is_compared_is_refused(line: str, word: str) -> None:
    with pytest.raises(SpecError, match=f"shows nothing of the {word}: every panel would be the"):
        drawn(line)


@pytest.mark.parametrize("view", ["stride", "overlap"])
def test_a_general_view_shows_what_it_can_of_what_is_compared(view: str) -> None:
    command = "conv" if view == "stride" else "conv-transpose"
    words = f"{command} 4x5x5 --out-channels 4 --view {view}"
    joint = drawn(f"{words} --compare stride=1,2")
    assert joint.panels == ()
    found = drawn(f"{words} --compare groups=1,2")
    assert names(found) == ["groups 1", "groups 2"]
    assert drawn(f"{words} -g 2").diagram == found.panels[1].scene.diagram


def test_panels_are_about_a_window_if_one_of_them_is() -> None:
    found = drawn("conv 7x7 --view window --compare stride=1,2")
    assert all(panel.scene.pointed for panel in found.panels)
    kinds = [Pool.of(kind, 2, ndim=2) for kind in ("max", "avg")]
    pools = [run(layer, np.ones((1, 1, 4, 4)), lead=0) for layer in kinds]
    assert all(panel.scene.pointed for panel in scene(pools, View()).panels)


def test_a_tiling_of_several_planes_is_a_picture_of_each() -> None:
    found = drawn("pad 3x2x2 --tiling")
    assert names(found) == ["channel 0", "channel 1", "channel 2"]
    for channel, panel in enumerate(found.panels):
        own = np.arange(4 * channel + 1, 4 * channel + 5).reshape(2, 2)
        tile, crop = panel.scene.grids
        np.testing.assert_array_equal(tile.values, np.tile(own, (3, 3)))
        np.testing.assert_array_equal(crop.values, np.pad(own, 1, "wrap"))
    volume = drawn("pad 6x6x6 --dims 3 --tiling")
    assert len(volume.panels) == 3
    assert [(each.count, each.what) for each in volume.omitted] == [(5, "planes")]


def test_tilings_of_several_paddings_stand_side_by_side() -> None:
    found = drawn("pad 3x3 --tiling --compare padding=1,2")
    for panel, padding in zip(found.panels, (1, 2), strict=True):
        crop = panel.scene.bands[1][0]
        np.testing.assert_array_equal(
            crop.values, np.pad(np.arange(1, 10).reshape(3, 3), padding, "wrap")
        )


@pytest.mark.parametrize(
    ("command", "numbers"),
    [
        ("conv 9x9 -k 3 --view window --compare dilation=1,2", ["1", "2"]),
        ("conv 9x9 -k 3 --view window --compare padding=1,2:3", ["1", "2", "3"]),
        ("conv 9x9 -k 3 --view window -d 3 --compare stride=4,5", ["4", "5"]),
        ("conv 9x9 --view window -s 2 --compare kernel=3,5", []),
        ("conv-transpose 3 -s 3 --view overlap --compare output_padding=1,2", ["1", "2"]),
        ("pool 9x9 -k 3 --view window --compare kind=max,avg", []),
    ],
)
def test_the_size_formula_has_the_color_of_focus_where_layers_differ(
    command: str, numbers: list[str]
) -> None:
    found = []
    for panel in drawn(command).panels:
        for label in panel.scene.labels:
            if label.name.startswith("size"):
                found += [run.text for run in label.text if run.role == Role.FOCUS]
    assert found == numbers
