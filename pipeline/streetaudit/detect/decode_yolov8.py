"""The head of YOLOv8, 11 and their like: centre, size and a confidence for each class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streetaudit.detect.boxes import InputBoxes, corners, head_of


def decode_yolov8(
    outputs: list[NDArray[np.float32]], *, classes: int, canvas: tuple[int, int], least: float
) -> InputBoxes:
    """The boxes of at least this confidence from an output (1, 4 + classes, N)."""
    del canvas  # boxes are already in pixels of the input
    head = head_of(outputs, "yolov8", (4 + classes, None))
    columns = np.flatnonzero(head[4:].max(axis=0) >= least)
    found = head[:, columns].T
    model_class = found[:, 4:].argmax(axis=1)
    confidence = np.take_along_axis(found[:, 4:], model_class[:, None], axis=1)[:, 0]
    return InputBoxes(corners(found), confidence, model_class)
