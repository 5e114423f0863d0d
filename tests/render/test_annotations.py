"""What is said below a grid is found in its roles, read whole or in parts."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from convviz import draw
from convviz.diagrams.scene import Role
from convviz.render.figures.compositions.annotations import crossed, kinds


@pytest.mark.parametrize(
    ("command", "found", "unread"),
    [
        ("pad 9x8 -p 2", [Role.FILL], False),
        ("pad 9x8 -p 2 --mode reflect", [Role.COPY], False),
        ("conv 8x9 -k 2 -s 3", [Role.UNREAD], True),
        ("conv 9x9 -k 3 -s 3 --view stride", [], False),
        ("conv 8x8 -k 3 -s 3 -p 1 --view stride", [Role.FILL, Role.UNREAD], True),
    ],
)
def test_a_large_grid_is_read_in_parts(command: str, found: list[Role], unread: bool) -> None:
    grid = draw(command).scene.grids[0]
    told = [role for role in kinds(grid) if role in (Role.FILL, Role.COPY, Role.UNREAD)]
    assert (told, crossed(grid)) == (found, unread)
    with patch(f"{crossed.__module__}.AT_ONCE", 10):
        assert [role for role in kinds(grid) if role in told or role in found] == found
        assert crossed(grid) == unread
