import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streetaudit.structures.geo import LocalFrame, bearing_deg, distance_m, thinned_path, turn_deg


@given(lat=st.floats(-70, 70), lon=st.floats(-180, 180), east=st.floats(-3000, 3000), north=st.floats(-3000, 3000))
def test_metres_survive_the_way_to_degrees_and_back(lat: float, lon: float, east: float, north: float) -> None:
    frame = LocalFrame(lat, lon)
    assert frame.to_metres(*frame.to_degrees(east, north)) == pytest.approx((east, north), abs=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        # Geodesics of GeographicLib (Karney 2013, through PROJ), rounded to the millimetre.
        pytest.param((0.0, 0.0), (0.0, 0.01), 1113.195, id="equator-east"),
        pytest.param((0.0, 0.0), (0.01, 0.0), 1105.743, id="equator-north"),
        pytest.param((60.0, 10.0), (60.0, 10.01), 558.000, id="sixty-north-east"),
    ],
)
def test_distance_agrees_with_the_ellipsoid(a: tuple[float, float], b: tuple[float, float], metres: float) -> None:
    assert distance_m(*a, *b) == pytest.approx(metres, rel=2e-6)


def test_distance_and_bearing_across_the_date_line() -> None:
    assert distance_m(0.0, 179.999, 0.0, -179.999) == pytest.approx(222.6, abs=0.1)
    assert bearing_deg(0.0, 179.999, 0.0, -179.999) == pytest.approx(90.0)


@given(st.floats(-720, 720), st.floats(-720, 720))
def test_a_turn_is_the_short_way_round(a: float, b: float) -> None:
    turn = turn_deg(a, b)
    assert -180.0 <= turn <= 180.0
    assert math.isclose(math.cos(math.radians(a + turn)), math.cos(math.radians(b)), abs_tol=1e-9)


@pytest.mark.parametrize(
    ("metres", "kept"),
    [
        pytest.param([], [], id="empty"),
        pytest.param([(0, 0)], [0], id="one-point"),
        pytest.param([(0, 0), (10, 0.5), (20, 0)], [0, 2], id="nearly-straight"),
        pytest.param([(0, 0), (10, 3), (20, 0)], [0, 1, 2], id="a-bend"),
        pytest.param([(0, 0), (20, 0), (0, 0)], [0, 1, 2], id="there-and-back"),
        pytest.param([(0, 0), (0, 0), (0, 0)], [0, 2], id="standing"),
    ],
)
def test_a_thinned_path_keeps_the_bends(metres: list[tuple[float, float]], kept: list[int]) -> None:
    frame = LocalFrame(31.0, 121.0)
    path = [frame.to_degrees(*point) for point in metres]
    assert thinned_path(path, within_m=1.0) == tuple(path[i] for i in kept)
