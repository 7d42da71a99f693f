import pytest
from hypothesis import given
from hypothesis import strategies as st

from streetaudit.structures.gcj02 import from_gcj02, is_shifted, to_gcj02
from streetaudit.structures.geo import distance_m


@pytest.mark.parametrize(
    ("wgs84", "gcj02", "tolerance_deg"),
    [
        pytest.param(
            (39.909745, 116.359496), (39.911112866392486, 116.36569790916941), 1e-12, id="beijing-published-gem"
        ),
        pytest.param((39.90105, 116.42079), (39.90245, 116.42703), 1e-5, id="beijing-published-rounded"),
        pytest.param((36.497, 117.862), (36.49703301120757, 117.86776838451699), 1e-12, id="boshan"),
        pytest.param((22.5431, 114.0579), (22.540382814, 114.063013999), 1e-9, id="shenzhen"),
    ],
)
def test_published_vectors(wgs84: tuple[float, float], gcj02: tuple[float, float], tolerance_deg: float) -> None:
    assert to_gcj02(*wgs84) == pytest.approx(gcj02, abs=tolerance_deg)
    assert distance_m(*from_gcj02(*to_gcj02(*wgs84)), *wgs84) < 0.001


def test_the_shift_at_boshan_is_five_cells() -> None:
    assert distance_m(36.497, 117.862, *to_gcj02(36.497, 117.862)) == pytest.approx(516, abs=2)


@given(st.floats(18.0, 53.0), st.floats(75.0, 134.0))
def test_round_trip_inside_china_is_within_half_a_metre(lat: float, lon: float) -> None:
    assert distance_m(*from_gcj02(*to_gcj02(lat, lon)), lat, lon) < 0.5


@given(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0))
def test_outside_the_box_nothing_moves(lat: float, lon: float) -> None:
    if not is_shifted(lat, lon):
        assert to_gcj02(lat, lon) == (lat, lon)
        assert from_gcj02(lat, lon) == (lat, lon)
