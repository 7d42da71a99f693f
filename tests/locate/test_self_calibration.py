import math

import numpy as np
import pytest

from locate.simulate import FRAME, IMAGE
from streetaudit.config import CameraConfig
from streetaudit.locate.place import Locator
from streetaudit.structures.camera import Camera
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import Observation, Track

CAR, PERSON = (4.25, 1.75, 1.52), (0.55, 0.55, 1.68)
POSE = Pose(FRAME.lat, FRAME.lon, 0.0, 0.5, 1.0, 5.0)


def box(
    camera: Camera, ahead_m: float, right_m: float, size: tuple[float, float, float]
) -> tuple[float, float, float, float]:
    """Of a cuboid of `size` (along, across, upright) on level ground, seen end on."""
    focal, pitch = camera.focal_for(IMAGE[0]), math.radians(camera.pitch_deg)
    corners = np.array([(a, b, c) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for c in (0.0, 1.0)]) * size
    level, right, up = ahead_m + corners[:, 0], right_m + corners[:, 1], corners[:, 2] - camera.height_m
    depth = level * math.cos(pitch) + up * math.sin(pitch)
    x = 640.0 + focal * right / depth
    y = 360.0 - focal * (up * math.cos(pitch) - level * math.sin(pitch)) / depth
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def tracks(camera: Camera, kind: str, size: tuple[float, float, float], count: int) -> list[Track]:
    rng, made = np.random.default_rng(5), []
    for number in range(count):
        start, right = rng.uniform(14, 30), rng.uniform(-4, 4)
        scale = math.exp(rng.normal(0, 0.07))
        boxes = [
            box(camera, start - 0.5 * i, right, (size[0] * scale, size[1] * scale, size[2] * scale)) for i in range(8)
        ]
        seen = (Observation(i, i * 0.1, each, 0.9, CLASSES.index(kind)) for i, each in enumerate(boxes))
        made.append(Track(number + 1, tuple(seen)))
    return made


@pytest.mark.parametrize(
    ("pitch_deg", "height_m"),
    [
        pytest.param(-7.0, 1.5, id="looks-down"),
        pytest.param(3.0, 1.3, id="looks-up"),
        pytest.param(-4.0, 2.4, id="on-a-lorry"),
    ],
)
def test_pitch_is_learnt_from_cars_and_persons(pitch_deg: float, height_m: float) -> None:
    truth = Camera("true", hfov_deg=80.0, pitch_deg=pitch_deg, height_m=height_m)
    locate = Locator(CameraConfig(name="unknown").to_camera(), lambda _: POSE)
    for each in [*tracks(truth, "vehicle", CAR, 12), *tracks(truth, "person", PERSON, 12)]:
        locate.learn(each, IMAGE)
    found = locate.camera
    assert abs(found.pitch_deg - pitch_deg) < 1.5
    assert abs(found.pitch_deg - pitch_deg) < 2.0 * found.pitch_sd_deg < 5.0
    assert abs(math.log(found.height_m / height_m)) < 0.25


@pytest.mark.parametrize("pitch_deg", [pytest.param(-7.0, id="looks-down"), pytest.param(2.0, id="looks-up")])
def test_places_of_a_camera_that_nobody_measured_are_honest(pitch_deg: float) -> None:
    truth = Camera("true", hfov_deg=92.0, pitch_deg=pitch_deg, height_m=1.5)
    locate = Locator(CameraConfig(name="unknown").to_camera(), lambda _: POSE)
    for each in tracks(truth, "person", PERSON, 6):
        locate.learn(each, IMAGE)
    for ahead, right in ((10.0, 3.0), (14.0, -4.0), (18.0, 5.0)):
        seen = tuple(Observation(i, i * 0.1, box(truth, ahead, right, PERSON), 0.9, 6) for i in range(6))
        place = locate(Track(9, seen), IMAGE)
        assert isinstance(place, Place)
        east, north = FRAME.to_metres(place.lat, place.lon)
        assert east * right > 0.0
        assert math.hypot(east - right, north - ahead) < place.error_m < 15.0


def test_a_measured_camera_learns_nothing() -> None:
    stated = Camera("patrol", hfov_deg=80.0, pitch_deg=-4.0, height_m=1.8)
    locate = Locator(stated, lambda _: POSE)
    for each in tracks(Camera("true", pitch_deg=-9.0), "person", PERSON, 6):
        locate.learn(each, IMAGE)
    assert locate.camera is stated


def test_far_away_it_is_a_guess_and_says_so() -> None:
    truth = Camera("true", hfov_deg=80.0, pitch_deg=-2.0, height_m=1.6)
    far = tuple(Observation(i, i * 0.1, box(truth, 45.0, 5.0, CAR), 0.9, 3) for i in range(6))
    found = Locator(CameraConfig(name="unknown").to_camera(), lambda _: POSE)(Track(1, far), IMAGE)
    assert isinstance(found, NotPlaced)
    assert "not calibrated" in found.reason
    assert found.carrier_known
