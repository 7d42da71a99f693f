import numpy as np
import pytest

from streetaudit_datasets.synthetic.path import bend


@pytest.mark.parametrize("seed", range(4))
def test_places_survive_the_way_to_metres_and_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = bend(rng, length_m=500)
    along, right = rng.uniform(-30, 520, 200), rng.uniform(-18, 18, 200)
    points = np.array([path.point(float(a), float(r)) for a, r in zip(along, right, strict=True)])
    found_along, found_right = path.locate(points[:, 0], points[:, 1])
    assert found_along == pytest.approx(along, abs=0.08)
    assert found_right == pytest.approx(right, abs=0.08)


def test_a_street_bends_but_gently() -> None:
    path = bend(np.random.default_rng(1), length_m=500)
    assert 0.05 < np.ptp(path.heading_rad) < np.radians(80)
    assert np.hypot(np.diff(path.east_m), np.diff(path.north_m)) == pytest.approx(0.5)
