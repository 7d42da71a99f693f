import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from casework.builders import detections, frame
from streetaudit.casework.blur import Redactor, _coarsen, head_region, plate_region, redact

PERSON = ("person", 100.0, 40.0, 140.0, 160.0)
VEHICLE = ("vehicle", 20.0, 60.0, 180.0, 160.0)


def faces_at(*boxes: tuple[float, float, float, float]) -> object:
    def find(image: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.array(boxes, np.float32).reshape(-1, 4)

    return find


def plate_image(text: str) -> NDArray[np.uint8]:
    """A dark car of 160 pixels with a white plate of 40 x 12 pixels on it."""
    image = np.full((180, 320, 3), 60, np.uint8)
    cv2.rectangle(image, (80, 130), (120, 142), (255, 255, 255), -1)
    cv2.putText(image, text, (81, 140), cv2.FONT_HERSHEY_SIMPLEX, 0.3, (0, 0, 0), 1)
    return image


def test_nothing_to_hide_changes_nothing() -> None:
    image = frame(0).image
    out, counts = redact(image, detections(("litter", 10, 10, 50, 50)), faces=None)
    assert np.array_equal(out, image)
    assert counts == ()


def test_heads_plates_and_faces_are_counted_and_the_original_stays() -> None:
    image = frame(0).image
    before = image.copy()
    find = faces_at((200, 20, 220, 45), (240, 20, 260, 45))
    out, counts = redact(image, detections(PERSON, VEHICLE), faces=find)  # type: ignore[arg-type]
    assert counts == (("face", 2), ("head", 1), ("plate", 1))
    assert np.array_equal(image, before)
    assert not np.array_equal(out, image)


@pytest.mark.parametrize(
    ("flags", "kinds"),
    [
        pytest.param({}, {"face", "head", "plate"}, id="all"),
        pytest.param({"blur_faces": False}, {"plate"}, id="plates-only"),
        pytest.param({"blur_plates": False}, {"face", "head"}, id="faces-only"),
    ],
)
def test_the_operator_may_switch_kinds_off(flags: dict[str, bool], kinds: set[str]) -> None:
    find = faces_at((200, 20, 220, 45))
    _, counts = redact(frame(0).image, detections(PERSON, VEHICLE), faces=find, **flags)  # type: ignore[arg-type]
    assert {kind for kind, _ in counts} == kinds


def test_outside_the_regions_every_pixel_stays() -> None:
    image = frame(0).image
    out, _ = redact(image, detections(PERSON), faces=None)
    x1, y1, x2, y2 = head_region(PERSON[1:], (320, 180))
    changed = np.argwhere((out != image).any(axis=2))
    assert changed[:, 1].min() >= int(x1)
    assert changed[:, 1].max() <= x2
    assert changed[:, 0].min() >= int(y1)
    assert changed[:, 0].max() <= y2


def test_two_plates_look_the_same_afterwards() -> None:
    one, other = plate_image("A123B"), plate_image("Q987Z")
    seen = detections(VEHICLE)
    blurred = [redact(image, seen, faces=None)[0].astype(int) for image in (one, other)]
    before = np.abs(one.astype(int) - other.astype(int))[125:145, 75:125].max()
    assert before > 150
    assert np.abs(blurred[0] - blurred[1]).max() <= 16  # one level of brightness


@given(st.integers(0, 2**32 - 1))
def test_detail_inside_a_cell_is_gone_for_good(seed: int) -> None:
    """Shuffling the pixels of every cell leaves the output as it is: it knows the cell means only."""
    random = np.random.default_rng(seed)
    image = random.integers(0, 256, (60, 120, 3)).astype(np.uint8)
    shuffled = image.copy()
    for y in range(12, 48, 12):
        for x in range(24, 96, 12):
            cell = image[y : y + 12, x : x + 12].reshape(-1, 3)
            shuffled[y : y + 12, x : x + 12] = random.permutation(cell).reshape(12, 12, 3)
    assert _coarsen(image, (24, 12, 96, 48), cells=6)
    assert _coarsen(shuffled, (24, 12, 96, 48), cells=6)
    assert np.array_equal(image[12:48, 24:96], shuffled[12:48, 24:96])


@pytest.mark.parametrize(
    ("person", "at"),
    [
        pytest.param((100, 40, 140, 160), (120, 50), id="standing"),
        pytest.param((100, 40, 220, 160), (200, 90), id="riding-or-bending"),
        pytest.param((100, 60, 160, 180), (130, 110), id="feet-cut-off"),
        pytest.param((0, 40, 20, 160), (2, 50), id="at-the-left-edge"),
        pytest.param((300, 0, 330, 100), (310, 40), id="at-the-upper-right-corner"),
    ],
)
def test_the_head_is_covered(person: tuple[float, float, float, float], at: tuple[int, int]) -> None:
    x1, y1, x2, y2 = head_region(person, (320, 180))
    assert x1 <= at[0] <= x2
    assert y1 <= at[1] <= y2


@pytest.mark.parametrize(
    ("vehicle", "plate"),
    [
        pytest.param((20, 60, 180, 160), (90, 130, 120, 142), id="car-from-behind"),
        pytest.param((20, 20, 120, 170), (60, 140, 90, 150), id="lorry"),
        pytest.param((50, 20, 90, 120), (62, 55, 78, 65), id="motorcycle-high-plate"),
    ],
)
def test_the_plate_is_covered(
    vehicle: tuple[float, float, float, float], plate: tuple[float, float, float, float]
) -> None:
    x1, y1, x2, y2 = plate_region(vehicle)
    assert x1 <= plate[0] < plate[2] <= x2
    assert y1 <= plate[1] < plate[3] <= y2


@given(st.tuples(*[st.floats(-500.0, 900.0)] * 2, *[st.floats(0.0, 700.0)] * 2), st.sampled_from(["person", "vehicle"]))
def test_any_box_is_survived(box: tuple[float, float, float, float], name: str) -> None:
    x, y, width, height = box
    image = frame(0).image
    out, counts = redact(image, detections((name, x, y, x + width, y + height)), faces=None)
    assert out.shape == image.shape
    assert (counts == ()) == np.array_equal(out, image)


def test_a_shared_frame_is_blurred_once_and_memory_is_bounded() -> None:
    calls = []

    def find(image: NDArray[np.uint8]) -> NDArray[np.float32]:
        calls.append(1)
        return np.zeros((0, 4), np.float32)

    redactor = Redactor(faces=find, remember=2)
    images = [frame(index).image for index in range(3)]
    first = redactor(images[0], detections(PERSON))
    assert redactor(images[0], detections(PERSON)) == first
    assert len(calls) == 1
    for image in images[1:]:
        redactor(image, detections(PERSON))
    redactor(images[0], detections(PERSON))
    assert len(calls) == 4
