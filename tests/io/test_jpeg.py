import cv2
import numpy as np
import pytest

from streetaudit.io.jpeg import encode_jpeg


def picture() -> np.ndarray:
    image = np.zeros((60, 80, 3), np.uint8)
    image[:, :40] = (200, 30, 10)
    return image


def markers(data: bytes) -> list[int]:
    """The segment markers before the image data."""
    found, at = [], 2
    while data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return found


def test_red_stays_red_and_the_size_stays() -> None:
    decoded = cv2.imdecode(np.frombuffer(encode_jpeg(picture()), np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (60, 80, 3)
    blue, green, red = (int(value) for value in decoded[30, 10])
    assert (red > 180, green < 60, blue < 60) == (True, True, True)


def test_nothing_but_the_image_is_inside() -> None:
    metadata = {0xE1, 0xE2, 0xED, 0xFE}  # EXIF/XMP, ICC, IPTC, comment
    assert not metadata & set(markers(encode_jpeg(picture())))


def test_the_same_image_gives_the_same_bytes() -> None:
    assert encode_jpeg(picture()) == encode_jpeg(picture())
    assert encode_jpeg(picture(), quality=40) != encode_jpeg(picture())


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.zeros((10, 10), np.uint8), id="grey"),
        pytest.param(np.zeros((10, 10, 4), np.uint8), id="alpha"),
        pytest.param(np.zeros((10, 10, 3), np.float32), id="float"),
        pytest.param(np.zeros((0, 10, 3), np.uint8), id="empty"),
        pytest.param(np.zeros((1, 70_000, 3), np.uint8), id="too-wide"),
    ],
)
def test_what_is_no_picture_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="want"):
        encode_jpeg(image)
