"""Faces and number plates made unreadable, before any picture is written.

What is blurred: every face that a face detector finds, the head of every person box and the plate band of every
vehicle box, weak detections included. What this cannot see: persons and vehicles that the detector missed altogether,
faces in mirrors, windows and on screens, plates that lie on the ground or lean on a wall, names on shop signs, and
people known by their clothes. A picture is fit for a reviewer, not for publication.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import CLASSES

Image = NDArray[np.uint8]
Faces = Callable[[Image], NDArray[np.float32]]
Counts = tuple[tuple[str, int], ...]
Box = tuple[float, float, float, float]

_PERSON = CLASSES.index("person")
_VEHICLE = CLASSES.index("vehicle")

#: Cells across a region: of a face itself two or three are left. A plate is a quarter of a vehicle's width, so it
#: keeps two or three as well, one cell high: no character survives.
_FACE_CELLS = 3
_HEAD_CELLS = 6
_PLATE_CELLS = 10
#: Cells are never smaller: what is tiny must not stay as it is.
_MIN_CELL_PX = 6.0
#: Levels of brightness are cut to 16, so that even the cell means cannot be matched against guesses.
_LEVEL_STEP = 16


def redact(
    image: Image, detections: Detections, *, faces: Faces | None, blur_faces: bool = True, blur_plates: bool = True
) -> tuple[Image, Counts]:
    """A copy of the image in which faces, heads and plates cannot be read, and how many regions of each.

    The regions are cut to a coarse grid of cell means and smoothed: the detail is gone, not filtered, so that no
    sharpening brings it back.

    Args:
        image: uint8 (H, W, 3), RGB, the full frame: a crop would hide the person whose head is in it.
        detections: Everything that was seen in that frame, weak ones too.
        faces: A face detector, image to xyxy (N, 4); None where there is none.
        blur_faces: False leaves faces and heads.
        blur_plates: False leaves plates.
    """
    out = image.copy()
    size = image.shape[1], image.shape[0]
    found = faces(image) if faces is not None and blur_faces else np.zeros((0, 4), np.float32)
    heads = _boxes(detections, _PERSON) if blur_faces else ()
    vehicles = _boxes(detections, _VEHICLE) if blur_plates else ()
    counts = {
        "face": _coarsen_all(out, [_grown(_box(face)) for face in found], cells=_FACE_CELLS),
        "head": _coarsen_all(out, [head_region(box, size) for box in heads], cells=_HEAD_CELLS),
        "plate": _coarsen_all(out, [plate_region(box) for box in vehicles], cells=_PLATE_CELLS),
    }
    return out, tuple((kind, count) for kind, count in counts.items() if count)


class Redactor:
    """`redact` that remembers its last images, for tracks share frames and faces cost time."""

    def __init__(
        self, *, faces: Faces | None = None, blur_faces: bool = True, blur_plates: bool = True, remember: int = 4
    ) -> None:
        self._faces = faces
        self._blur_faces = blur_faces
        self._blur_plates = blur_plates
        self._remember = remember
        # The key is the identity of the image; holding the image keeps that identity from being used again.
        self._done: OrderedDict[int, tuple[Image, Image, Counts]] = OrderedDict()

    def __call__(self, image: Image, detections: Detections) -> tuple[Image, Counts]:
        """The blurred image and the counts; the same image is blurred once."""
        if id(image) not in self._done:
            blurred, counts = redact(
                image, detections, faces=self._faces, blur_faces=self._blur_faces, blur_plates=self._blur_plates
            )
            self._done[id(image)] = (image, blurred, counts)
        while len(self._done) > self._remember:
            self._done.popitem(last=False)
        _, blurred, counts = self._done[id(image)]
        return blurred, counts


def head_region(person: Box, size: tuple[int, int]) -> Box:
    """Where the head of a person box is: its upper part, and some margin.

    Args:
        person: xyxy.
        size: (width, height) of the image: where the feet are cut off, the head is a larger part of the box.
    """
    x1, y1, x2, y2 = person
    width, height = x2 - x1, y2 - y1
    is_cut = y2 >= size[1] - 2 or y1 <= 2
    is_low = width > 0.6 * height  # sits, bends, rides, or is cut: the head may be anywhere in the upper half
    share = 0.5 if is_cut or is_low else 0.3
    return x1 - 0.1 * width, y1 - 0.08 * height, x2 + 0.1 * width, y1 + share * height


def plate_region(vehicle: Box) -> Box:
    """Where the plate of a vehicle box may be: its lower band; of two-wheelers and tall boxes more than half."""
    x1, y1, x2, y2 = vehicle
    width, height = x2 - x1, y2 - y1
    top = 0.3 if height > 1.2 * width else 0.45
    return x1 - 0.03 * width, y1 + top * height, x2 + 0.03 * width, y2 + 0.05 * height


def _boxes(detections: Detections, class_id: int) -> Iterable[Box]:
    return [_box(row) for row in detections.xyxy[detections.class_id == class_id]]


def _box(row: NDArray[np.float32]) -> Box:
    x1, y1, x2, y2 = (float(value) for value in row)
    return x1, y1, x2, y2


def _grown(face: Box) -> Box:
    """A detector's face ends at chin and brow; hair and ears tell people apart too."""
    x1, y1, x2, y2 = face
    dx, dy = 0.25 * (x2 - x1), 0.25 * (y2 - y1)
    return x1 - dx, y1 - dy, x2 + dx, y2 + dy


def _coarsen_all(image: Image, regions: Iterable[Box], *, cells: int) -> int:
    return sum(_coarsen(image, region, cells=cells) for region in regions)


def _coarsen(image: Image, region: Box, *, cells: int) -> bool:
    """Coarsen one region in place; false where it lies outside the image."""
    height, width = image.shape[:2]
    x1, y1 = max(0, int(np.floor(region[0]))), max(0, int(np.floor(region[1])))
    x2, y2 = min(width, int(np.ceil(region[2]))), min(height, int(np.ceil(region[3])))
    if x2 <= x1 or y2 <= y1:
        return False
    cell_px = max(_MIN_CELL_PX, (region[2] - region[0]) / cells)
    columns, rows = max(1, int((x2 - x1) / cell_px)), max(1, int((y2 - y1) / cell_px))
    means = cv2.resize(image[y1:y2, x1:x2], (columns, rows), interpolation=cv2.INTER_AREA)
    levels = (means // _LEVEL_STEP) * _LEVEL_STEP + _LEVEL_STEP // 2
    image[y1:y2, x1:x2] = cv2.resize(levels, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
    return True
