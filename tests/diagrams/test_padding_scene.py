"""What a padding scene means: which cells are copies, of which cell, and inside which frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.diagrams import View, scene
from convviz.diagrams.scene import Rect, Role, Scene
from convviz.engine.account import Account, run
from convviz.errors import SpecError
from convviz.render.stream import Stream
from convviz.render.terminal import screen
from convviz.spec.layers import Padding
from convviz.spec.modes import NAMES
from tests.diagrams.counted import batched, count, padded


def words(found: Scene) -> list[str]:
    return ["".join(run.text for run in part) for part in found.headline]


def test_the_source_of_every_cell_gives_its_value() -> None:
    (grid,) = scene([padded((4, 4), 1, "reflect")], View()).bands[0]
    assert grid.source is not None
    rows, cols = grid.source
    np.testing.assert_array_equal(grid.values, count(4, 4)[np.ix_(rows, cols)])


@pytest.mark.parametrize(("mode", "role"), [("circular", Role.COPY), ("zeros", Role.FILL)])
def test_cells_outside_of_the_frame_are_copies_or_filled(mode: str, role: Role) -> None:
    (grid,) = scene([padded((2, 3), 1, mode)], View()).bands[0]
    assert grid.frames[0].rect == Rect(1, 1, 3, 4)
    inside = np.zeros((4, 5), dtype=bool)
    inside[1:3, 1:4] = True
    np.testing.assert_array_equal(grid.all_roles, np.where(inside, Role.INPUT, role))


def test_without_padding_there_is_no_frame() -> None:
    (grid,) = scene([padded((2, 2), 0, "zeros")], View()).bands[0]
    assert grid.frames == ()


def test_arcs_lead_from_the_source_column_to_its_copy() -> None:
    found = scene([padded((4, 4), 1, "circular")], View())
    assert [(link.start[2], link.end[2]) for link in found.links] == [(4, 0), (1, 5)]
    assert {link.kind for link in found.links} == {"copy"}


def test_constants_come_from_nowhere_so_no_arc_leads_to_them() -> None:
    assert scene([padded((4, 4), 1, "zeros")], View()).links == ()


def test_compared_modes_are_one_band_of_named_grids() -> None:
    modes = ("zeros", "reflect", "replicate", "circular")
    found = scene([padded((4, 4), 1, mode) for mode in modes], View())
    assert [grid.key for grid in found.bands[0]] == list(modes)
    assert [grid.rule for grid in found.bands[0]][:2] == ["constant 0", "mirror, edge not repeated"]
    assert words(found) == ["pad 4×4 → 6×6", "4 modes", "1 on every side"]


def test_several_channels_are_several_planes_and_many_are_cut() -> None:
    found = scene([padded((64, 3, 3), 1, "replicate")], View())
    assert [grid.key for grid in found.bands[0]] == ["channel 0", "channel 1", "channel 63"]
    (omission,) = found.omitted
    assert (omission.place, omission.count, omission.what) == (2, 61, "channels")
    whole = scene([padded((64, 3, 3), 1, "replicate")], View(full=True))
    assert len(whole.bands[0]) == 64
    assert whole.omitted == ()


def test_a_volume_has_a_plane_per_depth_and_says_where_it_comes_from() -> None:
    found = scene([padded((2, 2, 2), 1, "circular", axes=3)], View())
    assert [grid.key for grid in found.bands[0]] == [
        "depth 0, from 1",
        "depth 1, from 0",
        "depth 2, from 1",
        "depth 3, from 0",
    ]
    copy, original = found.bands[0][:2]
    assert copy.frames == ()
    assert set(np.unique(copy.all_roles)) == {Role.COPY}
    np.testing.assert_array_equal(original.values[1:3, 1:3], count(2, 2, 2)[0])


def test_planes_of_a_batch_name_their_sample() -> None:
    found = scene([padded((2, 1, 2, 2), 0, "zeros")], View())
    assert [grid.key for grid in found.bands[0]] == ["sample 0, channel 0", "sample 1, channel 0"]


@pytest.mark.parametrize(
    ("padding", "words_said"),
    [
        (1, "1 on every side"),
        ((1, 2), "1 above and below, 2 left and right"),
        (((1, 0), (2, 1)), "1 above, 0 below, 2 left, 1 right"),
    ],
)
def test_the_headline_says_the_sides(padding: object, words_said: str) -> None:
    assert words(scene([padded((4, 4), padding, "zeros")], View()))[-1] == words_said


def test_the_tiling_repeats_the_input_and_frames_what_padding_takes() -> None:
    found = scene([padded((4, 4), 1, "circular")], View(tiling=True))
    tile, grid = found.bands[0][0], found.bands[1][0]
    np.testing.assert_array_equal(tile.values, np.tile(count(4, 4), (3, 3)))
    crop, original = tile.frames
    assert crop.double
    assert crop.rect == Rect(3, 3, 9, 9)
    assert original.rect == Rect(4, 4, 8, 8)
    np.testing.assert_array_equal(tile.values[3:9, 3:9], grid.values)
    outside = np.ones((12, 12), dtype=bool)
    outside[3:9, 3:9] = False
    np.testing.assert_array_equal(tile.all_roles == Role.REPEAT, outside)


def test_only_circular_padding_is_a_crop_of_the_tiling() -> None:
    with pytest.raises(SpecError, match="tiling is what circular padding crops, not reflect"):
        scene([padded((4, 4), 1, "reflect")], View(tiling=True))


class Counting(Account):
    """An account that counts the cells it was asked for."""

    asked = 0

    def cells(self, sample: int, channel: int, *indices: np.ndarray) -> np.ndarray:
        Counting.asked += int(np.prod([len(each) for each in indices]))
        return super().cells(sample, channel, *indices)


def test_a_huge_padding_computes_only_the_cells_that_are_shown() -> None:
    huge = np.broadcast_to(np.float64(1), (1, 1, 10_000, 10_000))
    account = Counting(Padding.of(1, 2, "circular"), huge, 0)
    Counting.asked = 0
    text = screen(scene([account], View()), Stream())
    assert "9994 of 10000 rows and" in text
    assert Counting.asked < 20_000


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.sampled_from(NAMES),
    st.data(),
)
def test_every_shown_value_is_the_padded_one(
    shape: list[int], mode: str, data: st.DataObject
) -> None:
    most = {"reflect": -1, "circular": 0}.get(mode, 2)
    padding = [
        (data.draw(st.integers(0, max(0, n + most))), data.draw(st.integers(0, max(0, n + most))))
        for n in shape
    ]
    layer = Padding.of(padding, len(shape), mode)
    account = run(layer, batched(count(*shape), len(shape)), lead=0)
    grids = scene([account], View(full=True)).bands[0]
    together = np.concatenate([grid.values.ravel() for grid in grids])
    np.testing.assert_array_equal(together, account.output.ravel())
