"""Evidence pictures of a track: the frame for context and a crop to judge by, both blurred first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit.structures.sighting import Evidence
from streetaudit.structures.track import View

Image = NDArray[np.uint8]
Counts = tuple[tuple[str, int], ...]
Box = tuple[float, float, float, float]

FRAME_WIDTH_PX = 1600  # at most
CROP_SIDE_PX = 320  # of the longer side, at least
_CONTEXT = 0.4  # of the object's size, on every side
_CROP_MAX_PX = 1280
_MAX_ZOOM = 8.0  # beyond it there is nothing more to see


@dataclass(frozen=True, slots=True)
class EvidencePicture:
    """One blurred picture, ready to be stored.

    Attributes:
        role: "frame" or "crop".
        key: Of the evidence store, from the bytes: the same picture has the same key.
        data: JPEG without metadata.
        width_px: Of the picture.
        height_px: Of the picture.
        xyxy: The object's box in pixels of the picture.
        time_s: Clip time of the frame.
        blurred: Regions blurred in the whole frame, by kind.
    """

    role: Literal["frame", "crop"]
    key: str
    data: bytes
    width_px: int
    height_px: int
    xyxy: Box
    time_s: float
    blurred: Counts


def make_evidence(
    views: Sequence[View],
    *,
    redact: Callable[[Image, Detections], tuple[Image, Counts]],
    encode: Callable[[Image], bytes],
) -> list[EvidencePicture]:
    """Frame and crop of every view, in the order of the views: the best one first.

    Args:
        views: As `BestViews.take` gives them.
        redact: Blurs a full frame; nothing is cut out before it ran.
        encode: RGB image to JPEG bytes.
    """
    pictures: list[EvidencePicture] = []
    for view in views:
        image, counts = redact(view.image, view.detections)
        box, time_s = view.observation.xyxy, view.observation.time_s
        pictures.append(_picture("frame", _whole(image, box), time_s=time_s, counts=counts, encode=encode))
        pictures.append(_picture("crop", _crop(image, box), time_s=time_s, counts=counts, encode=encode))
    return pictures


def best_evidence(pictures: Sequence[EvidencePicture]) -> Evidence | None:
    """What a sighting remembers of its pictures: the first frame and crop, the others with it; None without any."""
    frames = [picture for picture in pictures if picture.role == "frame"]
    crops = [picture for picture in pictures if picture.role == "crop"]
    views = [_evidence(frame, crop) for frame, crop in zip(frames, crops, strict=True)]
    return replace(views[0], others=tuple(views[1:])) if views else None


def _evidence(frame: EvidencePicture, crop: EvidencePicture) -> Evidence:
    return Evidence(
        frame=frame.key,
        crop=crop.key,
        width_px=frame.width_px,
        height_px=frame.height_px,
        xyxy=frame.xyxy,
        time_s=frame.time_s,
        blurred=frame.blurred,
    )


def picture_key(data: bytes) -> str:
    """The key of a picture: sha256 of its bytes, in 256 folders.

    >>> picture_key(b"")
    'e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.jpg'
    """
    digest = hashlib.sha256(data).hexdigest()
    return f"{digest[:2]}/{digest}.jpg"


def _picture(
    role: Literal["frame", "crop"],
    cut: tuple[Image, Box],
    *,
    time_s: float,
    counts: Counts,
    encode: Callable[[Image], bytes],
) -> EvidencePicture:
    image, box = cut
    data = encode(image)
    height, width = image.shape[:2]
    return EvidencePicture(role, picture_key(data), data, width, height, box, time_s, counts)


def _whole(image: Image, box: Box) -> tuple[Image, Box]:
    scale = min(1.0, FRAME_WIDTH_PX / image.shape[1])
    return _scaled(image, box, scale)


def _crop(image: Image, box: Box) -> tuple[Image, Box]:
    """The object with its surroundings, enlarged where it is small."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box
    dx, dy = _CONTEXT * max(x2 - x1, 1.0), _CONTEXT * max(y2 - y1, 1.0)
    # Boxes may reach over the image's edge; at least one pixel is always left.
    left, right = int(np.clip(x1 - dx, 0, width - 1)), int(np.clip(np.ceil(x2 + dx), 1, width))
    top, bottom = int(np.clip(y1 - dy, 0, height - 1)), int(np.clip(np.ceil(y2 + dy), 1, height))
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    side = max(right - left, bottom - top)
    scale = min(max(1.0, CROP_SIDE_PX / side), _MAX_ZOOM, _CROP_MAX_PX / side)
    cut = image[top:bottom, left:right]
    return _scaled(cut, (x1 - left, y1 - top, x2 - left, y2 - top), scale)


def _scaled(image: Image, box: Box, scale: float) -> tuple[Image, Box]:
    if scale == 1.0:
        return image, box
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    sx, sy = size[0] / width, size[1] / height
    return cv2.resize(image, size, interpolation=how), (box[0] * sx, box[1] * sy, box[2] * sx, box[3] * sy)
