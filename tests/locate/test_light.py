import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.locate.light import light_in, remembered_light
from streetaudit.structures.frame import Frame
from streetaudit.structures.ground import BLURRED, DARK, UNKNOWN


def street(seed: int = 1) -> NDArray[np.uint8]:
    """Things with clean edges on a grey ground."""
    rng = np.random.default_rng(seed)
    image = np.full((360, 640, 3), 110, np.uint8)
    for x, y, w, h in rng.integers((0, 60, 20, 20), (560, 300, 90, 60), (40, 4)).tolist():
        image[y : y + h, x : x + w] = rng.integers(30, 230)
    return np.clip(image + rng.normal(0.0, 2.0, image.shape), 0, 255).astype(np.uint8)


def blurred(sd_px: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(street(), (0, 0), sd_px), np.uint8)


@pytest.mark.parametrize(
    ("image", "is_dark", "is_blurred"),
    [
        pytest.param(street(), False, False, id="day"),
        pytest.param((street() * 0.4).astype(np.uint8), False, False, id="under-lamps"),
        pytest.param((street() * 0.08).astype(np.uint8), True, None, id="night-without-lamps"),
        pytest.param(blurred(1.0), False, False, id="a-little-soft"),
        pytest.param(blurred(5.0), False, True, id="out-of-focus"),
        pytest.param(np.full((360, 640, 3), 120, np.uint8), False, True, id="covered-lens"),
    ],
)
def test_dark_and_blurred_images_show_no_ground(
    image: NDArray[np.uint8], is_dark: bool, is_blurred: bool | None
) -> None:
    light, sharp = light_in(Frame(0, 0.0, image))
    assert (light < DARK) is is_dark
    if is_blurred is not None:
        assert (sharp < BLURRED) is is_blurred


@pytest.mark.parametrize(
    ("time_s", "light"),
    [
        pytest.param(0.0, (200, 100), id="before-the-first"),
        pytest.param(1.0, (200, 100), id="the-first"),
        pytest.param(3.9, (200, 100), id="between"),
        pytest.param(9.0, (30, 60), id="after-the-last"),
    ],
)
def test_remembered_light_is_that_of_the_look_before(time_s: float, light: tuple[int, int]) -> None:
    nowhere = np.zeros((0, 0, 3), np.uint8)
    assert remembered_light([(1.0, 200, 100), (4.0, 30, 60)])(Frame(0, time_s, nowhere)) == light
    assert remembered_light([])(Frame(0, time_s, nowhere)) == (UNKNOWN, UNKNOWN)
