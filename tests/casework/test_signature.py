"""A signature knows a thing again under other light and at another size, and tells it from others."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from casework.builders import seen
from streetaudit.casework.signature import SIZE, apart, signature_of, signed
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.track import View

Image = NDArray[np.uint8]
BOX = (40.0, 30.0, 120.0, 110.0)


def thing(number: int, *, side_px: int = 80) -> NDArray[np.float64]:
    """A painted square of its own colours and lines."""
    random = np.random.default_rng(number)
    colours = random.uniform(20.0, 235.0, (4, 4, 3))
    fine = np.repeat(np.repeat(colours, 20, axis=0), 20, axis=1)
    step = 80 // side_px
    return fine[::step, ::step]


def scene(number: int, *, light: tuple[float, float, float] = (1.0, 1.0, 1.0), noise: int = 0) -> Image:
    """A grey street with one thing, under some light."""
    street = np.full((160, 200, 3), 110.0)
    street[30:110, 40:120] = thing(number)
    shaken = street * light + np.random.default_rng(noise).normal(0.0, 2.0, street.shape)
    return np.clip(shaken, 0, 255).astype(np.uint8)


def signature(image: Image, box: tuple[float, float, float, float] = BOX) -> bytes:
    made = signed(image, box)
    assert made is not None
    return made


@pytest.mark.parametrize(
    "light",
    [
        pytest.param((1.0, 1.0, 1.0), id="same-light"),
        pytest.param((0.5, 0.5, 0.5), id="half-the-light"),
        pytest.param((0.9, 0.8, 0.55), id="sodium-lamp"),
        pytest.param((0.5, 0.6, 0.75), id="dusk"),
    ],
)
def test_a_thing_is_known_again_whatever_the_light(light: tuple[float, float, float]) -> None:
    before = signature(scene(1))
    now = apart(before, signature(scene(1, light=light, noise=1)))
    others = [apart(before, signature(scene(number, light=light, noise=2))) for number in range(2, 12)]
    assert max(now) < 0.25
    assert all(sum(now) < sum(other) for other in others)


def test_a_box_a_little_off_is_the_same_thing() -> None:
    off = (44.0, 26.0, 123.0, 108.0)
    assert sum(apart(signature(scene(3)), signature(scene(3), off))) < sum(
        apart(signature(scene(3)), signature(scene(4)))
    )


def test_it_is_small_and_the_same_every_time() -> None:
    assert signature(scene(5)) == signature(scene(5))
    assert len(signature(scene(5))) == SIZE <= 128


@pytest.mark.parametrize(
    ("image", "box"),
    [
        pytest.param(np.full((160, 200, 3), 8, np.uint8), BOX, id="nothing-but-black"),
        pytest.param(scene(1), (40.0, 30.0, 50.0, 110.0), id="too-narrow"),
        pytest.param(np.zeros((0, 0, 3), np.uint8), BOX, id="no-picture"),
    ],
)
def test_what_tells_nothing_has_none(image: Any, box: tuple[float, float, float, float]) -> None:
    frame = Frame(0, 0.0, image)
    view = View(frame, Detections.empty(), seen(frame, *box))
    assert signature_of((view,)) is None


def test_no_view_no_signature() -> None:
    assert signature_of(()) is None


def test_a_signature_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="96 bytes"):
        apart(signature(scene(1)), b"short")
