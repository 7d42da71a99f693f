import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from casework.builders import detections, frame, seen
from streetaudit.casework.blur import Counts, redact
from streetaudit.casework.evidence import best_evidence, make_evidence
from streetaudit.structures.detections import Detections
from streetaudit.structures.track import View


def encode(image: NDArray[np.uint8]) -> bytes:
    return np.array(image.shape).tobytes() + image.tobytes()


def decode(data: bytes) -> NDArray[np.uint8]:
    shape = np.frombuffer(data[:24], np.int64)
    return np.frombuffer(data[24:], np.uint8).reshape(tuple(shape))


def blur(image: NDArray[np.uint8], found: Detections) -> tuple[NDArray[np.uint8], Counts]:
    return redact(image, found, faces=None)


def view(*xyxy: float, size: tuple[int, int] = (320, 180), found: Detections | None = None, index: int = 0) -> View:
    at = frame(index, size=size)
    return View(at, Detections.empty() if found is None else found, seen(at, *xyxy))


def test_every_view_gives_a_frame_and_a_crop_with_the_box_in_each() -> None:
    pictures = make_evidence([view(100, 50, 140, 90), view(90, 50, 150, 90, index=1)], redact=blur, encode=encode)
    assert [picture.role for picture in pictures] == ["frame", "crop", "frame", "crop"]
    whole, crop = pictures[:2]
    assert (whole.width_px, whole.height_px, whole.xyxy) == (320, 180, (100, 50, 140, 90))
    # 40 px of object, 16 px of context on each side, enlarged from 72 to 320 pixels.
    assert (crop.width_px, crop.height_px) == (320, 320)
    assert crop.xyxy == pytest.approx(tuple(value * 320 / 72 for value in (16, 16, 56, 56)))


def test_a_wide_frame_is_reduced_and_its_box_with_it() -> None:
    whole, _ = make_evidence([view(1000, 500, 1200, 600, size=(3200, 1800))], redact=blur, encode=encode)
    assert (whole.width_px, whole.height_px) == (1600, 900)
    assert whole.xyxy == pytest.approx((500, 250, 600, 300))


@pytest.mark.parametrize(
    ("box", "size"),
    [
        pytest.param((0, 0, 10, 10), (113, 113), id="corner"),
        pytest.param((310, 170, 320, 180), (113, 113), id="other-corner"),
        pytest.param((-20, -20, 340, 200), (320, 180), id="larger-than-the-frame"),
        pytest.param((50, 50, 50, 50), (24, 24), id="no-area"),
        pytest.param((400, 300, 420, 320), (8, 8), id="off-the-frame"),
        pytest.param((159, 10, 161, 170), (8, 320), id="a-pole"),
    ],
)
def test_any_box_has_a_crop(box: tuple[float, ...], size: tuple[int, int]) -> None:
    _, crop = make_evidence([view(*box)], redact=blur, encode=encode)
    assert (crop.width_px, crop.height_px) == pytest.approx(size, abs=9)
    assert decode(crop.data).shape == (crop.height_px, crop.width_px, 3)


def test_the_crop_is_cut_from_the_blurred_frame() -> None:
    """The person stands beside the object: a blur of the crop alone would not know her head."""
    found = detections(("person", 130, 40, 170, 160), ("litter", 100, 50, 140, 90))
    shown = view(100, 50, 140, 90, found=found)
    plain = View(shown.frame, Detections.empty(), shown.observation)
    blurred_crop = make_evidence([shown], redact=blur, encode=encode)[1]
    plain_crop = make_evidence([plain], redact=blur, encode=encode)[1]
    assert blurred_crop.key != plain_crop.key
    assert blurred_crop.blurred == (("head", 1),)
    head = decode(blurred_crop.data)[:, 260:].astype(int)
    assert (
        np.abs(np.diff(head[:, :, 0], axis=1)).mean()
        < np.abs(np.diff(decode(plain_crop.data)[:, 260:, 0].astype(int), axis=1)).mean() / 2
    )


def test_keys_come_from_the_bytes() -> None:
    first = make_evidence([view(100, 50, 140, 90)], redact=blur, encode=encode)
    again = make_evidence([view(100, 50, 140, 90)], redact=blur, encode=encode)
    assert [picture.key for picture in first] == [picture.key for picture in again]
    digest = hashlib.sha256(first[0].data).hexdigest()
    assert first[0].key == f"{digest[:2]}/{digest}.jpg"


def test_the_sighting_remembers_the_best_view() -> None:
    pictures = make_evidence([view(100, 50, 140, 90), view(90, 50, 150, 90, index=1)], redact=blur, encode=encode)
    kept = best_evidence(pictures)
    assert kept is not None
    assert [(other.frame, other.crop) for other in kept.others] == [(pictures[2].key, pictures[3].key)]
    assert (kept.frame, kept.crop, kept.xyxy) == (pictures[0].key, pictures[1].key, (100, 50, 140, 90))
    assert best_evidence([]) is None
