import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.errors import ConfigError
from streetaudit.locate.calibrate import points_picture
from streetaudit.locate.ground import ground_place
from streetaudit.locate.points import PointsFit, fit_points
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame, distance_m
from streetaudit.structures.place import Place
from streetaudit.structures.points import ClickedPoint
from streetaudit.structures.trace import Pose

FRAME = LocalFrame(36.8, 118.05)
SIZE = (1280, 720)
PIXELS = ((150.0, 650.0), (1100.0, 600.0), (300.0, 380.0), (900.0, 360.0), (640.0, 480.0), (500.0, 700.0))


@dataclass(frozen=True, slots=True)
class Mast:
    """A camera at FRAME's origin; projection is written out with angles, roll left out."""

    height_m: float = 5.2
    pitch_deg: float = -17.0
    heading_deg: float = 115.0
    hfov_deg: float = 72.0

    def ground_m(self, u: float, v: float) -> tuple[float, float]:
        focal = SIZE[0] / 2 / math.tan(math.radians(self.hfov_deg / 2))
        fall = math.atan2(v - SIZE[1] / 2, focal) - math.radians(self.pitch_deg)
        ahead = self.height_m / math.tan(fall)
        slant = math.hypot(focal, v - SIZE[1] / 2)
        side = (u - SIZE[0] / 2) / slant * math.hypot(ahead, self.height_m)
        turn = math.radians(self.heading_deg)
        return ahead * math.sin(turn) + side * math.cos(turn), ahead * math.cos(turn) - side * math.sin(turn)

    def clicked(
        self, pixels: tuple[tuple[float, float], ...], *, seed: int = 0, map_m: float = 0.2
    ) -> list[ClickedPoint]:
        rng = np.random.default_rng(seed)
        points = []
        for u, v in pixels:
            ground = np.array(self.ground_m(u, v)) + rng.normal(0.0, map_m, 2)
            points.append(ClickedPoint(u + rng.normal(0, 1.0), v + rng.normal(0, 1.0), *FRAME.to_degrees(*ground)))
        return points


def fitted(points: list[ClickedPoint], *, hfov_deg: float = 75.0, stated: bool = False) -> PointsFit:
    return fit_points(points, Camera("corner", kind="fixed", hfov_deg=hfov_deg), image_size=SIZE, hfov_stated=stated)


def misses_m(fit: PointsFit, mast: Mast, pixels: NDArray[np.float64]) -> list[float]:
    """Metres between the true ground under pixels and where the camera that was found puts them."""
    camera = fit.camera
    assert camera.lat is not None
    assert camera.lon is not None
    assert camera.heading_deg is not None
    pose = Pose(camera.lat, camera.lon, camera.heading_deg, camera.position_error_m, 1.0)
    missed = []
    for u, v in pixels.tolist():
        place = ground_place(camera, pose, pixel=(u, v), image_size=SIZE)
        assert isinstance(place, Place)
        missed.append(distance_m(place.lat, place.lon, *FRAME.to_degrees(*mast.ground_m(u, v))))
    return missed


ELSEWHERE = np.array([(u, v) for u in (200.0, 640.0, 1080.0) for v in (370.0, 450.0, 560.0, 690.0)])


@pytest.mark.parametrize(
    "mast",
    [
        pytest.param(Mast(), id="lamp-post"),
        pytest.param(Mast(3.2, -10.0, 5.0, 95.0), id="low-and-wide"),
        pytest.param(Mast(9.0, -28.0, 300.0, 55.0), id="high-and-narrow"),
    ],
)
@pytest.mark.parametrize(("count", "stated"), [(6, False), (6, True), (5, False)])
def test_places_elsewhere_in_the_image_are_right(mast: Mast, count: int, *, stated: bool) -> None:
    fit = fitted(mast.clicked(PIXELS[:count]), hfov_deg=mast.hfov_deg if stated else 75.0, stated=stated)
    missed = misses_m(fit, mast, ELSEWHERE)
    assert np.median(missed) < 0.8
    assert np.mean(np.array(missed) <= fit.camera.position_error_m) > 0.8
    assert fit.camera.kind == "fixed"
    assert fit.camera.is_calibrated


def test_four_points_and_a_stated_field_of_view_are_enough() -> None:
    fit = fitted(Mast().clicked(PIXELS[:4]), hfov_deg=72.0, stated=True)
    assert np.median(misses_m(fit, Mast(), ELSEWHERE)) < 1.0
    assert fit.camera.height_m == pytest.approx(5.2, rel=0.2)
    assert fit.camera.heading_deg == pytest.approx(115.0, abs=3.0)


def test_a_point_that_is_wrong_shows() -> None:
    points = Mast().clicked(PIXELS)
    lat, lon = FRAME.to_degrees(*np.add(Mast().ground_m(*PIXELS[4]), (3.0, 2.0)))
    good, bad = fitted(points), fitted([*points[:4], ClickedPoint(*PIXELS[4], lat, lon), points[5]])
    assert int(np.argmax(bad.miss_m)) == 4
    assert bad.camera.position_error_m > 2.0 * good.camera.position_error_m


@pytest.mark.parametrize(
    ("points", "says"),
    [
        pytest.param(Mast().clicked(PIXELS[:3]), "four are the least", id="three"),
        pytest.param(
            [ClickedPoint(600.0 + i, 400.0 + 60 * i, *FRAME.to_degrees(0.0, 30.0 - 5 * i)) for i in range(5)],
            "on one line",
            id="a-line",
        ),
        pytest.param(
            [ClickedPoint(p.u, SIZE[1] - p.v, p.lat, p.lon) for p in Mast().clicked(PIXELS)],
            "wrong|no camera",
            id="mirrored",
        ),
    ],
)
def test_points_that_fix_nothing_are_refused(points: list[ClickedPoint], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        fitted(points)


def test_the_picture_shows_clicks_and_what_the_camera_sees() -> None:
    points = Mast().clicked(PIXELS)
    image = np.zeros((720, 1280, 3), np.uint8)
    drawn = points_picture(image, points, fitted(points))
    for u, v in PIXELS:
        around = drawn[int(v) - 14 : int(v) + 15, int(u) - 14 : int(u) + 15]
        assert around.any()
    assert not image.any()
