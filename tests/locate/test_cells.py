import time
from collections.abc import Callable

import numpy as np
import pytest

from grounds import HOME, ground
from streetaudit.locate.cells import Cells, cells_in_view
from streetaudit.structures.geo import distance_m
from streetaudit.structures.ground import COLUMNS, sight_of


def at(cells: Cells, east_m: float, north_m: float) -> int | None:
    """Row of the cell whose middle is nearest to a spot, None where it is not in view."""
    where = HOME.to_degrees(east_m, north_m)
    apart = [distance_m(*where, lat, lon) for lat, lon in cells.centres.tolist()]
    nearest = int(np.argmin(apart))
    return nearest if apart[nearest] <= cells.cell_m * 0.71 else None


def test_cells_ahead_are_in_view_and_those_behind_are_not() -> None:
    cells = cells_in_view([ground(norths_m=[0.0])])
    assert at(cells, 2.0, 12.0) is not None
    assert at(cells, 0.0, -12.0) is None
    assert at(cells, 20.0, 5.0) is None


def test_a_cell_knows_what_its_middle_knows() -> None:
    looks = ground()
    cells = cells_in_view([looks], reach_m=20.0)
    for number in range(0, len(cells), 7):
        sight = sight_of(looks, *cells.centres[number].tolist())
        near = sight.is_open & (sight.distance_m <= 20.0)
        assert cells.nearest_m[number] == pytest.approx(sight.distance_m[near].min(), abs=0.02)
        assert cells.seconds[number] == pytest.approx(looks.seconds[sight.rows[near]].sum(), abs=0.45)


@pytest.mark.parametrize(
    "hide",
    [
        pytest.param(lambda: ground(hidden=range(COLUMNS)), id="hidden"),
        pytest.param(lambda: ground(light=3), id="dark"),
        pytest.param(lambda: ground(sharp=3), id="blurred"),
    ],
)
def test_what_is_not_open_is_not_in_view(hide: Callable[[], object]) -> None:
    assert len(cells_in_view([hide()])) == 0  # type: ignore[list-item]


def test_passes_share_one_grid() -> None:
    one, other = ground(), ground(east_m=1.3, norths_m=[-29.0 + 2.0 * i for i in range(20)])
    both = cells_in_view([one, other])
    alone = cells_in_view([one])
    assert set(both.passes.tolist()) == {1, 2}
    assert int((both.passes == 2).sum()) > 0.8 * len(alone)
    assert len(both) < len(alone) + len(cells_in_view([other]))


def test_a_night_of_looks_is_drawn_in_seconds() -> None:
    """1.6 km of one clip: what a night of 100 km costs sixty times over."""
    looks = ground(norths_m=[2.0 * i for i in range(800)])
    began = time.process_time()
    cells = cells_in_view([looks])
    assert time.process_time() - began < 2.0
    assert len(cells) > 1600 / 5 * 4
