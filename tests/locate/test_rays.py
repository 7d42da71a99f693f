import math

import numpy as np
import pytest

from streetaudit.locate.rays import level_rays, map_rays
from streetaudit.structures.camera import Camera
from streetaudit.structures.trace import Pose

IMAGE = (1000, 500)


def pose(heading_deg: float) -> Pose:
    return Pose(0.0, 0.0, heading_deg, 0.0, 0.0)


@pytest.mark.parametrize(
    ("camera", "heading_deg", "pixel", "ray"),
    [
        pytest.param(Camera("c", hfov_deg=90.0), 0.0, (500, 250), (0, 1, 0), id="ahead-is-north"),
        pytest.param(Camera("c", hfov_deg=90.0), 90.0, (500, 250), (1, 0, 0), id="ahead-is-east"),
        pytest.param(Camera("c", hfov_deg=90.0), 0.0, (1000, 250), (0.7071, 0.7071, 0), id="right-edge"),
        pytest.param(Camera("c", hfov_deg=90.0), 0.0, (500, 750), (0, 0.7071, -0.7071), id="below"),
        pytest.param(Camera("c", hfov_deg=90.0, yaw_deg=90.0), 0.0, (500, 250), (1, 0, 0), id="yaw-is-clockwise"),
        pytest.param(Camera("c", hfov_deg=90.0, pitch_deg=-90.0), 0.0, (500, 250), (0, 0, -1), id="looks-down"),
        pytest.param(Camera("c", hfov_deg=90.0, pitch_deg=-90.0), 0.0, (500, -250), (0, 0.7071, -0.7071), id="down-up"),
        pytest.param(Camera("c", hfov_deg=90.0, roll_deg=90.0), 0.0, (1000, 250), (0, 0.7071, -0.7071), id="roll"),
    ],
)
def test_rays_of_the_map(
    camera: Camera, heading_deg: float, pixel: tuple[float, float], ray: tuple[float, float, float]
) -> None:
    found = map_rays(camera, pose(heading_deg), pixels=np.array(pixel, np.float64), image_size=IMAGE)
    assert found == pytest.approx(ray, abs=1e-4)


def test_a_level_ray_falls_as_height_over_distance() -> None:
    camera = Camera("c", hfov_deg=90.0, pitch_deg=-7.0)
    right, down, ahead = level_rays(camera, np.array([500.0, 250.0]), image_size=IMAGE)
    assert right == pytest.approx(0.0)
    assert down / ahead == pytest.approx(math.tan(math.radians(7.0)))
