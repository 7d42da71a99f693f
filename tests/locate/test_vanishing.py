import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from locate.moving import seen_before_and_after
from locate.test_self_calibration import CAR, PERSON, tracks
from streetaudit.config import CameraConfig
from streetaudit.locate.calibrate import calibrate, picture
from streetaudit.locate.moved import moved_points
from streetaudit.locate.vanishing import Vanishing, vanishing_point
from streetaudit.structures.camera import Camera

IMAGE = (1280, 720)


CAMERA = Camera("true", hfov_deg=80.0, pitch_deg=-5.0, yaw_deg=10.0, height_m=2.1)


def drive(
    camera: Camera, *, turns_deg: tuple[float, ...] = (0.0,), drove_m: float = 1.5, strangers: int = 0, pairs: int = 20
) -> list[NDArray[np.float64]]:
    """Moved points of pairs of images, a third of a pixel unsure; strangers move anywhere, the vehicle nods."""
    rng, made = np.random.default_rng(1), []
    for index in range(pairs):
        turn_rad, nod_rad = math.radians(turns_deg[index % len(turns_deg)]), math.radians(rng.normal(0.0, 0.1))
        moved = seen_before_and_after(camera, IMAGE, turn_rad=turn_rad, nod_rad=nod_rad, drove_m=drove_m, seed=index)
        moved[:, 2:] += rng.normal(0.0, 0.3, (len(moved), 2))
        moved[:strangers, 2:] += rng.normal(0.0, 15.0, (len(moved[:strangers]), 2))
        made.append(moved)
    return made


def true_px(camera: Camera) -> tuple[float, float]:
    """Where the way meets in the image: level, straight on."""
    focal, pitch, yaw = camera.focal_for(IMAGE[0]), math.radians(camera.pitch_deg), math.radians(camera.yaw_deg)
    return 640.0 - focal * math.tan(yaw) / math.cos(pitch), 360.0 + focal * math.tan(pitch)


@pytest.mark.parametrize(
    ("camera", "turns_deg", "strangers"),
    [
        pytest.param(CAMERA, (0.0,), 0, id="straight"),
        pytest.param(CAMERA, (0.0,), 40, id="some-cars-go-their-way"),
        pytest.param(CAMERA, (0.8, 0.4, 1.2), 0, id="always-a-bend-to-the-right"),
        pytest.param(Camera("b", hfov_deg=60.0, pitch_deg=2.0, yaw_deg=-20.0), (-1.0, 0.3), 20, id="aside-and-bends"),
        pytest.param(Camera("c", hfov_deg=100.0, pitch_deg=-12.0, yaw_deg=35.0), (0.5, -0.5), 0, id="far-aside"),
    ],
)
def test_the_way_of_a_drive_is_found_in_bends_too(camera: Camera, turns_deg: tuple[float, ...], strangers: int) -> None:
    found = vanishing_point(drive(camera, turns_deg=turns_deg, strangers=strangers), camera, image_size=IMAGE)
    assert found is not None
    miss_px = math.dist((found.x_px, found.y_px), true_px(camera))
    assert math.degrees(miss_px / camera.focal_for(IMAGE[0])) < 0.3
    assert miss_px < 4.0 * found.spread_px + 1.0
    assert found.pairs == 20


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param([], id="nothing"),
        pytest.param(drive(CAMERA, pairs=4), id="too-few-pairs"),
        pytest.param(drive(CAMERA, drove_m=0.0), id="stands"),
        pytest.param(drive(CAMERA, strangers=400), id="all-goes-anywhere"),
        pytest.param([pair[:, [2, 3, 0, 1]] for pair in drive(CAMERA)], id="backwards"),
    ],
)
def test_what_is_no_drive_gives_no_point(moved: list[NDArray[np.float64]]) -> None:
    assert vanishing_point(moved, CAMERA, image_size=IMAGE) is None


def test_moved_points_are_found_in_images() -> None:
    rng = np.random.default_rng(2)
    before = cv2.GaussianBlur(rng.integers(0, 255, (360, 640), np.uint8), (0, 0), 2.0)
    zoom = np.array([[1.03, 0.0, -0.03 * 250.0], [0.0, 1.03, -0.03 * 150.0]])
    after = cv2.warpAffine(before, zoom, (640, 360))
    moved = moved_points(np.asarray(before), np.asarray(after), most=300)
    assert len(moved) > 100
    assert moved[:, 2:] == pytest.approx(moved[:, :2] * 1.03 - [7.5, 4.5], abs=1.0)


def test_a_clip_tells_pitch_yaw_and_height() -> None:
    x, y = true_px(CAMERA)
    seen = (*tracks(CAMERA, "vehicle", CAR, 12), *tracks(CAMERA, "person", PERSON, 12))
    seen = tuple(replace(track, track_id=number) for number, track in enumerate(seen))
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
