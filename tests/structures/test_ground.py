from typing import Any

import numpy as np
import pytest

from grounds import CAMERA, HOME, SIZE, ground
from streetaudit.locate.ground import ground_place
from streetaudit.structures.camera import Camera
from streetaudit.structures.ground import COLUMNS, Ground, sight_of
from streetaudit.structures.place import Place
from streetaudit.structures.trace import Pose

TILTED = Camera("tilted", hfov_deg=95.0, height_m=2.4, pitch_deg=-9.0, yaw_deg=13.0, roll_deg=4.0)


@pytest.mark.parametrize("camera", [pytest.param(CAMERA, id="plain"), pytest.param(TILTED, id="tilted")])
@pytest.mark.parametrize("pixel", [(640.0, 500.0), (100.0, 600.0), (1200.0, 480.0)])
def test_a_spot_is_seen_at_the_pixel_that_shows_it(camera: Camera, pixel: tuple[float, float]) -> None:
    there = ground_place(camera, Pose(HOME.lat, HOME.lon, 0.0, 0.0, 0.0), pixel=pixel, image_size=SIZE)
    assert isinstance(there, Place)
    sight = sight_of(ground(norths_m=[0.0], camera=camera), there.lat, there.lon)
    assert sight.pixel[0] == pytest.approx(pixel, abs=0.05)
    east, north = HOME.to_metres(there.lat, there.lon)
    assert sight.distance_m[0] == pytest.approx(float(np.hypot(east, north)), abs=1e-3)


@pytest.mark.parametrize(
    ("east_m", "north_m", "looks"),
    [
        pytest.param(3.0, 8.0, 18, id="beside-the-way"),
        pytest.param(3.0, -35.0, 0, id="behind"),
        pytest.param(60.0, 8.0, 0, id="far-to-the-side"),
    ],
)
def test_only_looks_that_have_the_spot_in_the_image_count(east_m: float, north_m: float, looks: int) -> None:
    sight = sight_of(ground(), *HOME.to_degrees(east_m, north_m))
    assert len(sight.rows) == looks
    assert sight.is_open.all()


@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        pytest.param({}, True, id="open"),
        pytest.param({"hidden": range(COLUMNS)}, False, id="hidden"),
        pytest.param({"hidden": range(COLUMNS // 2)}, True, id="something-on-the-other-side"),
        pytest.param({"light": 39}, False, id="dark"),
        pytest.param({"light": 41, "sharp": 60}, True, id="dim-but-fit"),
        pytest.param({"sharp": 50}, False, id="blurred"),
    ],
)
def test_a_look_is_open_where_nothing_hides_the_spot_and_the_image_shows_something(
    values: dict[str, Any], is_open: bool
) -> None:
    sight = sight_of(ground(**values), *HOME.to_degrees(3.0, 8.0))
    assert set(sight.is_open.tolist()) == {is_open}


def test_what_stands_behind_the_spot_hides_nothing() -> None:
    seen = ground(norths_m=[0.0])
    sight = sight_of(seen, *HOME.to_degrees(0.0, 8.0))
    row = int(sight.pixel[0, 1] * 255 / SIZE[1])
    for edge, is_open in ((row - 2, True), (row + 2, False)):
        seen.hidden[:] = edge
        assert sight_of(seen, *HOME.to_degrees(0.0, 8.0)).is_open.tolist() == [is_open]


def test_the_margin_must_be_open_too() -> None:
    where = HOME.to_degrees(0.2, 8.0)
    seen = ground(norths_m=[0.0], hidden=range(COLUMNS // 2))
    assert sight_of(seen, *where).is_open.tolist() == [True]
    assert sight_of(seen, *where, margin_m=1.5).is_open.tolist() == [False]


def test_a_look_of_one_frame_needs_its_neighbours() -> None:
    """A detector that loses a car for one frame shows no ground behind it."""
    for frames, expected in ((1, [False, False, False]), (4, [False, True, False])):
        seen = ground(norths_m=[0.0, 2.0, 4.0], frames=frames)
        seen.hidden[[0, 2]] = 255
        assert sight_of(seen, *HOME.to_degrees(0.0, 12.0)).is_open.tolist() == expected


def test_columns_of_different_length_are_refused() -> None:
    whole = ground()
    parts: dict[str, Any] = {name: getattr(whole, name) for name in Ground.__dataclass_fields__}
    with pytest.raises(ValueError, match="rows in every column"):
        Ground(**{**parts, "light": whole.light[1:]})


def test_looks_are_equal_by_content() -> None:
    assert ground() == ground()
    assert ground() != ground(light=100)
