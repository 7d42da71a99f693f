import math

import numpy as np
import pytest
from numpy.typing import NDArray

from locate.moving import seen_before_and_after
from streetaudit.locate.flow import FlowMeter, motion_of
from streetaudit.structures.camera import Camera

IMAGE = (320, 180)
CAMERA = Camera("patrol", hfov_deg=80.0, height_m=1.8, pitch_deg=-4.0, yaw_deg=12.0)


@pytest.mark.parametrize(
    ("turn_deg", "nod_deg", "drove_m"),
    [
        pytest.param(0.0, 0.0, 0.0, id="stands"),
        pytest.param(0.0, 0.0, 1.0, id="straight-on"),
        pytest.param(1.5, 0.0, 0.0, id="turns-on-the-spot"),
        pytest.param(-1.5, 0.0, 0.8, id="left-bend"),
        pytest.param(1.0, 0.4, 1.0, id="over-a-bump"),
    ],
)
def test_turn_and_rush_are_told_apart(turn_deg: float, nod_deg: float, drove_m: float) -> None:
    moved = seen_before_and_after(
        CAMERA, IMAGE, turn_rad=math.radians(turn_deg), nod_rad=math.radians(nod_deg), drove_m=drove_m
    )
    turn, rush = motion_of(moved, CAMERA, image_size=IMAGE)
    assert math.degrees(turn) == pytest.approx(turn_deg, abs=0.12)
    assert rush == pytest.approx(drove_m / 30.0, rel=0.4, abs=2e-3)


def test_a_passing_car_does_not_pass_for_a_turn() -> None:
    moved = seen_before_and_after(CAMERA, IMAGE, turn_rad=0.0, nod_rad=0.0, drove_m=0.8)
    car = moved[:, 0] < 90
    moved[car, 2] -= 6.0
    assert 0.05 < car.mean() < 0.4
    turn, _ = motion_of(moved, CAMERA, image_size=IMAGE)
    assert abs(math.degrees(turn)) < 0.15


def street_image(*, shift_px: int = 0) -> NDArray[np.uint8]:
    noise = np.random.default_rng(5).integers(0, 255, (45, 200), np.uint8)
    wide = np.kron(noise, np.ones((4, 4), np.uint8))[:, 60 + shift_px : 380 + shift_px]
    return np.repeat(wide[:, :, None], 3, axis=2)


def test_the_meter_reads_pictures() -> None:
    level = Camera("front", hfov_deg=20.0, height_m=1.5)
    meter = FlowMeter(level)
    for index in range(7):
        meter.look(index * 0.1, street_image(shift_px=2 * index))
    flow = meter.flow()
    assert flow.time_s == pytest.approx([0.1, 0.3, 0.5])
    assert flow.turn_radps == pytest.approx([4 / level.focal_for(320) / 0.2] * 3, rel=0.05)
    assert np.abs(flow.rush_hz).max() < 0.02


def test_the_meter_compares_neither_over_gaps_nor_over_a_change_of_shape() -> None:
    meter = FlowMeter(CAMERA)
    meter.look(0.0, street_image())
    meter.look(2.0, street_image())
    meter.look(2.3, street_image()[:100])
    assert len(meter.flow()) == 0


def test_a_blank_picture_says_nothing() -> None:
    meter = FlowMeter(CAMERA)
    for index in range(3):
        meter.look(index * 0.25, np.zeros((180, 320, 3), np.uint8))
    assert len(meter.flow()) == 0
