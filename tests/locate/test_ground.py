import math

import pytest

from streetaudit.locate.ground import ground_place
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.trace import Pose

IMAGE = (1280, 720)
CAMERA = Camera("c", hfov_deg=90.0, height_m=2.0)
POSE = Pose(36.8, 118.05, 90.0, 0.0, 0.0)


def place(distance_m: float, camera: Camera = CAMERA) -> Place:
    found = ground_place(camera, POSE, pixel=(640, 360 + 640 * 2.0 / distance_m), image_size=IMAGE)
    assert isinstance(found, Place)
    return found


def test_the_foot_lies_where_the_ray_meets_the_ground() -> None:
    found = place(10.0)
    assert LocalFrame(36.8, 118.05).to_metres(found.lat, found.lon) == pytest.approx((10.0, 0.0), abs=1e-6)


def test_the_error_grows_with_the_square_of_the_distance() -> None:
    assert place(40.0).error_m / place(20.0).error_m == pytest.approx(4.0, rel=0.2)


def test_the_error_lies_along_the_ray() -> None:
    spread = place(20.0).covariance_m2
    assert spread is not None
    assert spread[0] > 10 * spread[2]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(360.0, "horizon", id="on-the-horizon"),
        pytest.param(100.0, "horizon", id="in-the-sky"),
        pytest.param(370.0, "beyond 80 m", id="too-far"),
    ],
)
def test_refusals_say_why(row: float, reason: str) -> None:
    found = ground_place(CAMERA, POSE, pixel=(640, row), image_size=IMAGE)
    assert isinstance(found, NotPlaced)
    assert reason in found.reason


def test_the_error_of_the_pose_is_never_lost() -> None:
    unsure = Pose(36.8, 118.05, 90.0, 5.0, 0.0)
    found = ground_place(CAMERA, unsure, pixel=(640, 700), image_size=IMAGE)
    assert isinstance(found, Place)
    assert 5.0 < found.error_m < 5.2
    assert math.isfinite(found.error_m)
