import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from locate.test_self_calibration import CAR, PERSON, tracks
from streetaudit.config import CameraConfig
from streetaudit.locate.calibrate import calibrate, picture
from streetaudit.locate.vanishing import Vanishing, flow_lines, meeting_point, vanishing_point
from streetaudit.structures.camera import Camera

IMAGE = (1280, 720)


def lines(x: float, y: float, *, strangers: int = 0) -> NDArray[np.float64]:
    """Flow away from a point, half a pixel unsure; strangers move anywhere."""
    rng = np.random.default_rng(1)
    start = rng.uniform((0, 0), IMAGE, (200, 2))
    end = start + (start - (x, y)) * rng.uniform(0.02, 0.08, (200, 1)) + rng.normal(0, 0.5, (200, 2))
    end[:strangers] = start[:strangers] + rng.normal(0, 15, (strangers, 2))
    return np.concatenate([start, end], axis=1)


@pytest.mark.parametrize(
    ("x", "y", "strangers"),
    [
        pytest.param(640.0, 360.0, 0, id="straight-ahead"),
        pytest.param(500.0, 310.0, 40, id="aside-and-some-cars-go-their-way"),
    ],
)
def test_flow_lines_meet_where_the_vehicle_heads(x: float, y: float, strangers: int) -> None:
    met = meeting_point(lines(x, y, strangers=strangers), width_px=IMAGE[0])
    assert met is not None
    assert math.dist(met, (x, y)) < 8.0


@pytest.mark.parametrize(
    "flow",
    [
        pytest.param(np.zeros((0, 4)), id="stands"),
        pytest.param(lines(640, 360, strangers=180), id="all-goes-anywhere"),
        pytest.param(lines(640, 360)[:, [2, 3, 0, 1]], id="backwards"),
    ],
)
def test_what_is_no_straight_drive_gives_no_point(flow: NDArray[np.float64]) -> None:
    assert meeting_point(flow, width_px=IMAGE[0]) is None


def test_flow_is_seen_in_images() -> None:
    rng = np.random.default_rng(2)
    before = cv2.GaussianBlur(rng.integers(0, 255, (360, 640), np.uint8), (0, 0), 2.0)
    zoom = np.array([[1.03, 0.0, -0.03 * 250.0], [0.0, 1.03, -0.03 * 150.0]])
    after = cv2.warpAffine(before, zoom, (640, 360))
    met = meeting_point(flow_lines(np.asarray(before), np.asarray(after)), width_px=640)
    assert met is not None
    assert math.dist(met, (250.0, 150.0)) < 6.0


def test_too_few_pairs_say_nothing() -> None:
    assert vanishing_point(np.full((4, 2), 300.0)) is None


def test_a_clip_tells_pitch_yaw_and_height() -> None:
    truth = Camera("true", hfov_deg=80.0, pitch_deg=-5.0, yaw_deg=10.0, height_m=2.1)
    focal, pitch, yaw = truth.focal_for(IMAGE[0]), math.radians(truth.pitch_deg), math.radians(truth.yaw_deg)
    depth = math.cos(yaw) * math.cos(pitch)  # of the way's direction, which lies level at -yaw
    x, y = 640.0 - focal * math.sin(yaw) / depth, 360.0 + focal * math.tan(pitch)
    seen = (*tracks(truth, "vehicle", CAR, 12), *tracks(truth, "person", PERSON, 12))
    asked = CameraConfig(name="a", hfov_deg=80.0).to_camera()
    found = calibrate(asked, Vanishing(x, y, 2.0, 50), seen, image_size=IMAGE)
    assert found.camera.pitch_deg == pytest.approx(-5.0, abs=0.4)
    assert found.camera.yaw_deg == pytest.approx(10.0, abs=0.4)
    assert found.camera.height_m == pytest.approx(2.1, rel=0.1)
    assert found.things == 24


def test_the_picture_shows_the_horizon_where_it_is() -> None:
    grey = np.full((720, 1280, 3), 128, np.uint8)
    drawn = picture(grey, Camera("a", hfov_deg=80.0, pitch_deg=-5.0, height_m=1.8))
    row = round(360 + Camera("a").focal_for(1280) * math.tan(math.radians(-5.0)))
    assert drawn[row, 900].tolist() == [220, 40, 40]
    assert (grey == 128).all()
