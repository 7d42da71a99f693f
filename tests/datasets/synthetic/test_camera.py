import numpy as np
import pytest

from streetaudit_datasets.synthetic.camera import Mount, camera_at, clip_near


@pytest.mark.parametrize(
    ("heading_deg", "ahead"),
    [
        pytest.param(0.0, (0.0, 10.0), id="north"),
        pytest.param(90.0, (10.0, 0.0), id="east"),
        pytest.param(225.0, (-10 / 2**0.5, -10 / 2**0.5), id="south-west"),
    ],
)
def test_what_lies_ahead_falls_on_the_middle_column(heading_deg: float, ahead: tuple[float, float]) -> None:
    camera = camera_at(0, 0, heading_deg=heading_deg, mount=Mount(pitch_deg=0.0))
    pixels, depth = camera.project(np.array([[*ahead, 1.8]]))
    assert pixels[0] == pytest.approx((640, 360))
    assert depth[0] == pytest.approx(10.0)


def test_yaw_turns_the_camera_to_the_right_of_the_heading() -> None:
    camera = camera_at(0, 0, heading_deg=0.0, mount=Mount(yaw_deg=12.0, pitch_deg=0.0))
    ahead, _ = camera.project(np.array([[0.0, 20.0, 1.8]]))
    assert ahead[0, 0] < 640


def test_negative_pitch_looks_down() -> None:
    camera = camera_at(0, 0, heading_deg=0.0, mount=Mount(pitch_deg=-10.0))
    level, _ = camera.project(np.array([[0.0, 50.0, 1.8]]))
    assert level[0, 1] < 360


def test_the_field_of_view_ends_at_the_border() -> None:
    camera = camera_at(0, 0, heading_deg=0.0, mount=Mount(hfov_deg=80.0, pitch_deg=0.0))
    edge, _ = camera.project(np.array([[10 * np.tan(np.radians(40)), 10.0, 1.8]]))
    assert edge[0, 0] == pytest.approx(1280)


def test_ground_points_survive_the_round_trip_through_pixels() -> None:
    rng = np.random.default_rng(3)
    camera = camera_at(12, -7, heading_deg=131.0, mount=Mount(pitch_deg=-9.0, yaw_deg=12.0))
    forward = camera.rotation[2, :2] / np.linalg.norm(camera.rotation[2, :2])
    points = camera.position_m[:2] + forward * rng.uniform(12, 60, (40, 1)) + rng.normal(0, 2, (40, 2))
    pixels, _ = camera.project(np.column_stack([points, np.zeros(40)]))
    assert camera.ground(pixels) == pytest.approx(points, abs=1e-6)


def test_nothing_of_the_ground_lies_above_the_horizon() -> None:
    camera = camera_at(0, 0, heading_deg=0.0, mount=Mount(pitch_deg=0.0))
    assert np.isnan(camera.ground(np.array([[640.0, 100.0]]))).all()


def test_a_plane_maps_as_its_points_do() -> None:
    camera = camera_at(0, 0, heading_deg=20.0, mount=Mount())
    origin, u, v = np.array([1.0, 9.0, 0.5]), np.array([2.0, 0.3, 0.0]), np.array([0.0, 0.2, 1.5])
    lifted = camera.plane(origin, u, v) @ np.array([0.4, 0.7, 1.0])
    shown, _ = camera.project(origin + 0.4 * u + 0.7 * v)
    assert lifted[:2] / lifted[2] == pytest.approx(shown[0])


@pytest.mark.parametrize(
    ("depths", "left"),
    [
        pytest.param((1.0, 1.0, 1.0, 1.0), 4, id="all-in-front"),
        pytest.param((-1.0, -1.0, -1.0, -1.0), 0, id="all-behind"),
        pytest.param((2.0, 2.0, -1.0, -1.0), 4, id="half"),
        pytest.param((-1.0, 2.0, 2.0, 2.0), 5, id="one-corner-cut"),
    ],
)
def test_clipping_keeps_what_is_before_the_camera(depths: tuple[float, ...], left: int) -> None:
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float64)
    kept = clip_near(np.column_stack([square, depths]))
    assert len(kept) == left
    assert (kept[:, 2] > 0).all()
