from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from streetaudit.locate.foresee import Foresight
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import Observation

ORIGIN = LocalFrame(36.8, 118.05)
SIZE = (1280, 720)
FOCAL = 1280 / (2 * math.tan(math.radians(40.0)))


def driving(heading_deg: float = 0.0, turn_dps: float = 0.0) -> Callable[[float], Pose | NotPlaced]:
    """Straight along the heading at 5 m/s; a turn only turns the camera."""

    def at(time_s: float) -> Pose | NotPlaced:
        way = 5.0 * time_s
        east, north = way * math.sin(math.radians(heading_deg)), way * math.cos(math.radians(heading_deg))
        return Pose(*ORIGIN.to_degrees(east, north), heading_deg + turn_dps * time_s, 1.0, 1.0, 5.0)

    return at


def box(right_m: float, ahead_m: float, size_m: float = 1.0) -> tuple[float, float, float, float]:
    """What a level camera 1.8 m above the ground sees of a thing that stands there."""
    x, foot, half = 640 + FOCAL * right_m / ahead_m, 360 + FOCAL * 1.8 / ahead_m, FOCAL * size_m / 2 / ahead_m
    return x - half, foot - 2 * half, x + half, foot


def seen(xyxy: tuple[float, float, float, float], time_s: float = 0.0) -> Observation:
    return Observation(0, time_s, xyxy, 0.9, 0)


@pytest.mark.parametrize("heading_deg", [0.0, 75.0, 200.0])
@pytest.mark.parametrize(("right_m", "ahead_m"), [(3.0, 30.0), (-4.0, 15.0), (0.0, 12.0)])
def test_a_thing_comes_nearer_and_grows_as_the_camera_drives(
    heading_deg: float, right_m: float, ahead_m: float
) -> None:
    foresight = Foresight(Camera("c", hfov_deg=80.0, height_m=1.8), driving(heading_deg), SIZE)
    found = foresight(seen(box(right_m, ahead_m)), 1.0)
    assert found == pytest.approx(box(right_m, ahead_m - 5.0), rel=0.02, abs=1.0)


@pytest.mark.parametrize(("pitch_deg", "yaw_deg", "roll_deg"), [(0.0, 0.0, 0.0), (-8.0, 0.0, 0.0), (-4.0, 20.0, 3.0)])
def test_nothing_moves_while_the_camera_stands(pitch_deg: float, yaw_deg: float, roll_deg: float) -> None:
    camera = Camera("c", hfov_deg=80.0, height_m=1.8, pitch_deg=pitch_deg, yaw_deg=yaw_deg, roll_deg=roll_deg)
    still = seen((500.0, 430.0, 560.0, 520.0))
    foresight = Foresight(camera, lambda _: Pose(36.8, 118.05, 30.0, 1.0, 5.0), SIZE)
    assert foresight(still, 4.0) == pytest.approx(still.xyxy, abs=0.01)


def test_in_a_turn_to_the_right_things_go_left() -> None:
    foresight = Foresight(Camera("c", hfov_deg=80.0, height_m=1.8), driving(turn_dps=10.0), SIZE)
    straight = Foresight(Camera("c", hfov_deg=80.0, height_m=1.8), driving(), SIZE)
    turned, not_turned = foresight(seen(box(0.0, 20.0)), 1.0), straight(seen(box(0.0, 20.0)), 1.0)
    assert turned is not None
    assert not_turned is not None
    assert turned[0] < not_turned[0] - 100.0


@pytest.mark.parametrize(
    ("xyxy", "pose_at"),
    [
        pytest.param((600.0, 100.0, 640.0, 300.0), driving(), id="above-the-horizon"),
        pytest.param(box(1.0, 4.0), driving(), id="passed-by-then"),
        pytest.param(box(1.0, 200.0), driving(), id="too-far-to-tell"),
        pytest.param(box(1.0, 20.0), lambda _: NotPlaced("no trace"), id="no-position"),
    ],
)
def test_where_that_cannot_be_told_nothing_is_said(
    xyxy: tuple[float, float, float, float], pose_at: Callable[[float], Pose | NotPlaced]
) -> None:
    assert Foresight(Camera("c", hfov_deg=80.0, height_m=1.8), pose_at, SIZE)(seen(xyxy), 1.0) is None
