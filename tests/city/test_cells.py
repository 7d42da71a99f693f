import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.builders import place, rectangle
from streetaudit.city.cells import Grid, provisional_code
from streetaudit.structures.city import Cell
from streetaudit.structures.geo import LocalFrame, distance_m
from streetaudit.structures.place import Place

WEST = Cell("370304001001001", (rectangle(-100, 0, 0, 100),), responsible="甲")
EAST = Cell("370304001001002", (rectangle(0, 0, 100, 100),), responsible="乙")


@pytest.mark.parametrize(
    ("where", "code", "is_border"),
    [
        pytest.param(place(-50, 50, 2.0), WEST.code, False, id="well-inside"),
        pytest.param(place(-1, 50, 2.0), WEST.code, True, id="near-the-neighbour"),
        pytest.param(place(1, 50, 2.0), EAST.code, True, id="just-over-the-border"),
        pytest.param(place(99, 50, 4.0), EAST.code, True, id="edge-of-the-grid"),
        pytest.param(place(-50, 50, 0.0), WEST.code, False, id="no-error"),
    ],
)
def test_the_most_likely_cell_and_whether_it_is_sure(where: Place, code: str, is_border: bool) -> None:
    match = Grid([WEST, EAST]).match(where)
    assert match is not None
    assert (match.code, match.is_border) == (code, is_border)
    assert match.cell is not None
    assert match.cell.code == code


def test_outside_the_citys_grid_there_is_no_cell() -> None:
    assert Grid([WEST, EAST]).match(place(500, 50)) is None


def test_without_a_grid_the_cell_is_provisional() -> None:
    match = Grid().match(place(3, 4, 1.0))
    assert match is not None
    assert match.code.startswith("P-")
    assert match.cell is None


@given(st.floats(-85.0, 85.0), st.floats(-179.9, 179.9))
def test_provisional_cells_are_about_100_m_and_each_place_has_one(lat: float, lon: float) -> None:
    frame = LocalFrame(lat, lon)
    code = provisional_code(lat, lon)
    assert provisional_code(lat, lon) == code
    far_lat, far_lon = frame.to_degrees(0.0, 103.0)
    assert provisional_code(far_lat, far_lon) != code
    far_lat, far_lon = frame.to_degrees(103.0, 0.0)
    assert provisional_code(far_lat, far_lon) != code


def test_provisional_borders_are_flagged() -> None:
    grid = Grid()
    flags = []
    for metres in range(100):
        lat, lon = LocalFrame(36.8, 118.05).to_degrees(float(metres), 0.0)
        match = grid.match(Place(lat, lon, 1.0))
        assert match is not None
        flags.append(match.is_border)
    assert 1 <= sum(flags) <= 5 or all(flags)  # all: the row itself runs along a border


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (0.0, -180.0)],
    ids=["north-pole", "south-pole", "east", "west"],
)
def test_the_ends_of_the_world_have_codes(lat: float, lon: float) -> None:
    assert provisional_code(lat, lon).startswith("P-")


def test_the_builders_metres_are_metres() -> None:
    assert distance_m(place(0, 0).lat, place(0, 0).lon, place(30, 40).lat, place(30, 40).lon) == pytest.approx(50)
