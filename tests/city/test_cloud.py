import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.builders import HOME, place, rectangle
from streetaudit.city.cloud import cloud, inside, shape_of
from streetaudit.structures.place import CIRCLE_95


def share_west_of(border_m: float, error_m: float, **values: object) -> float:
    shape = shape_of((rectangle(-5000, -5000, border_m, 5000),))
    return float(inside(shape, cloud(place(0, 0, error_m, **values))).mean())


@given(st.floats(-3.0, 3.0), st.floats(0.1, 30.0))
def test_the_share_beyond_a_straight_border_is_the_normal_integral(sigmas: float, error_m: float) -> None:
    truth = NormalDist().cdf(sigmas)
    assert share_west_of(sigmas * error_m / CIRCLE_95, error_m) == pytest.approx(truth, abs=0.01)


def test_a_strip_as_wide_as_a_kerb_is_perhaps() -> None:
    shape = shape_of((rectangle(-1.25, -100, 1.25, 100),))
    sigma = 3.0 / CIRCLE_95
    truth = 2.0 * NormalDist().cdf(1.25 / sigma) - 1.0
    assert float(inside(shape, cloud(place(0, 0, 3.0))).mean()) == pytest.approx(truth, abs=0.01)
    assert truth < 0.8


def test_error_m_holds_95_percent_of_the_cloud() -> None:
    points = cloud(place(0, 0, 7.0))
    metres = np.array([HOME.to_metres(lat, lon) for lon, lat in points])
    assert float((np.hypot(metres[:, 0], metres[:, 1]) <= 7.0).mean()) == pytest.approx(0.95, abs=0.004)


def test_a_covariance_is_followed() -> None:
    points = cloud(place(0, 0, 9.0, covariance_m2=(16.0, 6.0, 4.0)))
    metres = np.array([HOME.to_metres(lat, lon) for lon, lat in points])
    assert np.cov(metres.T) == pytest.approx(np.array([[16.0, 6.0], [6.0, 4.0]]), rel=0.03)


@pytest.mark.parametrize("covariance", [(0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (0.0, 0.0, 4.0), (1.0, 1.0, 1.0)], ids=str)
def test_a_point_and_a_line_are_clouds_too(covariance: tuple[float, float, float]) -> None:
    points = cloud(place(0, 0, 2.0, covariance_m2=covariance))
    assert np.isfinite(points).all()
    assert math.isclose(float(np.ptp(points[:, 0])), 0.0, abs_tol=1e-12) == (covariance[0] == 0.0)


def test_no_error_is_one_point() -> None:
    assert share_west_of(0.01, 0.0) == 1.0
    assert share_west_of(-0.01, 0.0) == 0.0


def test_a_hole_is_outside() -> None:
    outer, hole = rectangle(-10, -10, 10, 10)[0], rectangle(-2, -2, 2, 2)[0]
    shape = shape_of(((outer, hole),))
    assert not inside(shape, cloud(place(0, 0, 0.5))).any()
    assert inside(shape, cloud(place(6, 0, 0.5))).all()
