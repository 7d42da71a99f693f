"""Pitch, yaw and height of a vehicle's camera from a clip of it, and the pictures to check a calibration by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.noise import Noise
from streetaudit.locate.place import Locator
from streetaudit.locate.points import PointsFit
from streetaudit.locate.vanishing import Vanishing
from streetaudit.structures.camera import Camera
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.points import ClickedPoint
from streetaudit.structures.track import Track

#: The street slopes and the vehicle drifts: however sharp the vanishing point of a clip, the camera's pitch against
#: level ground is no surer than the first, its yaw against the axis of the vehicle than the second.
_SLOPE_DEG, _DRIFT_DEG = 0.5, 0.2
_RED, _YELLOW = (220, 40, 40), (240, 200, 40)
_LINES_M = (4.0, 6.0, 10.0, 20.0, 40.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a clip told of its camera.

    Attributes:
        camera: With pitch, yaw and height as found; its standard deviations say how sure.
        vanishing: Of the way, None where the vehicle hardly drove.
        things: From how many cars and persons the height was found.
    """

    camera: Camera
    vanishing: Vanishing | None
    things: int


def calibrate(
    camera: Camera, vanishing: Vanishing | None, tracks: tuple[Track, ...], *, image_size: tuple[int, int]
) -> Calibration:
    """The camera that agrees with the vanishing point of its way and with the things that it saw.

    Args:
        camera: As configured; its field of view is believed.
        vanishing: Of the way.
        tracks: What was seen.
        image_size: (width, height).
    """
    if vanishing is not None:
        camera = _turned(camera, vanishing, image_size)
    locate = Locator(replace(camera, height_sd_share=0.35), lambda _: NotPlaced("calibration"), noise=Noise())
    for track in tracks:
        locate.learn(track, image_size)
    return Calibration(locate.camera, vanishing, locate.learnt_from)


def picture(image: NDArray[np.uint8], camera: Camera) -> NDArray[np.uint8]:
    """A frame with the horizon, the way of the vehicle and lines across level ground at some distances."""
    drawn = image.copy()
    height, width = image.shape[:2]
    focal, (cx, cy) = camera.focal_for(width), camera.centre_for(width, height)
    pitch = math.radians(camera.pitch_deg)
    for ahead in (math.inf, *_LINES_M):
        fall = 0.0 if math.isinf(ahead) else math.atan2(camera.height_m, ahead)
        row = round(cy + focal * math.tan(fall + pitch))
        cv2.line(drawn, (0, row), (width, row), _RED if math.isinf(ahead) else _YELLOW, 2)
        name = "horizon" if math.isinf(ahead) else f"{ahead:.0f} m"
        cv2.putText(drawn, name, (8, row - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.6, _YELLOW, 2)
    column = round(cx - focal * math.tan(math.radians(camera.yaw_deg)))
    cv2.line(drawn, (column, 0), (column, height), _RED, 1)
    return drawn


def points_picture(image: NDArray[np.uint8], points: Sequence[ClickedPoint], fit: PointsFit) -> NDArray[np.uint8]:
    """A frame with every click, where the camera sees its point of the map, and the metres between them."""
    drawn = image.copy()
    for number, (point, seen, miss) in enumerate(
        zip(points, fit.seen_px.tolist(), fit.miss_m.tolist(), strict=True), 1
    ):
        clicked, found = (round(point.u), round(point.v)), (round(seen[0]), round(seen[1]))
        cv2.circle(drawn, clicked, 9, _YELLOW, 2)
        cv2.drawMarker(drawn, found, _RED, cv2.MARKER_CROSS, 18, 2)
        where = (clicked[0] + 12, clicked[1] - 6)
        cv2.putText(drawn, f"{number}: {miss:.1f} m", where, cv2.FONT_HERSHEY_SIMPLEX, 0.6, _YELLOW, 2)
    return drawn


def _turned(camera: Camera, vanishing: Vanishing, image_size: tuple[int, int]) -> Camera:
    focal, (cx, cy) = camera.focal_for(image_size[0]), camera.centre_for(*image_size)
    across, down = (vanishing.x_px - cx) / focal, (vanishing.y_px - cy) / focal
    spread_deg = math.degrees(vanishing.spread_px / focal)
    pitch = math.atan(down)
    yaw_deg = -math.degrees(math.atan2(across, math.cos(pitch) + down * math.sin(pitch)))
    return replace(
        camera,
        pitch_deg=math.degrees(pitch),
        yaw_deg=yaw_deg,
        pitch_sd_deg=math.hypot(spread_deg, _SLOPE_DEG),
        yaw_sd_deg=math.hypot(spread_deg, _DRIFT_DEG),
    )
