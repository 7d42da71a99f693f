"""Boxes of persons and vehicles from a COCO detector, to complete labels that a source never had.

The teacher is YOLOX-nano in ONNX. Its boxes are written with their confidence, so that training can trust the sure ones
and stay silent under the doubtful ones, and scoring can leave them all out.

"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 416  # px; the export's fixed input
_STRIDES = (8, 16, 32)
_COCO_TO_NAME = {0: "person", 2: "vehicle", 5: "vehicle", 7: "vehicle"}  # street5 leaves motorcycles unlabelled
_DOUBT = 0.12  # below this the teacher saw nothing
_IOU = 0.6
# Rows of a teacher: class name, x1, y1, x2, y2 as fractions of the image, confidence.
Row = tuple[str, float, float, float, float, float]


def open_teacher(onnx: Path, *, threads: int = 1) -> Callable[[NDArray[np.uint8]], list[Row]]:
    """A function from an RGB image to the persons and vehicles in it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])
    grid, stride = _grid()

    def look(image: NDArray[np.uint8]) -> list[Row]:
        boxes, scores = _forward(session, image, grid, stride)
        flipped, flipped_scores = _forward(session, np.ascontiguousarray(image[:, ::-1]), grid, stride)
        flipped = flipped[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [1, 0, 1, 0]
        return _rows(np.concatenate([boxes, flipped]), np.concatenate([scores, flipped_scores]))

    return look


def _grid() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    points, strides = [], []
    for stride in _STRIDES:
        cells = np.arange(_SIDE // stride, dtype=np.float32)
        x, y = np.meshgrid(cells, cells)
        points.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        strides.append(np.full((len(cells) ** 2, 1), stride, dtype=np.float32))
    return np.concatenate(points), np.concatenate(strides)


def _forward(session: Any, image: NDArray[np.uint8], grid: Any, stride: Any) -> tuple[Any, Any]:
    height, width = image.shape[:2]
    scale = _SIDE / max(height, width)
    small = cv2.resize(image, (round(width * scale), round(height * scale)))
    padded = np.full((_SIDE, _SIDE, 3), 114, dtype=np.float32)
    padded[: small.shape[0], : small.shape[1]] = small[:, :, ::-1]
    raw = session.run(None, {session.get_inputs()[0].name: padded.transpose(2, 0, 1)[None]})[0][0]
    centre, size = (raw[:, :2] + grid) * stride, np.exp(raw[:, 2:4]) * stride
    boxes = np.hstack([centre - size / 2, centre + size / 2]) / scale / [width, height, width, height]
    return boxes.clip(0, 1), raw[:, 4:5] * raw[:, 5:]


def _rows(boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> list[Row]:
    found: list[Row] = []
    for name in ("person", "vehicle"):
        columns = [coco for coco, meaning in _COCO_TO_NAME.items() if meaning == name]
        score = scores[:, columns].max(axis=1)
        keep = np.flatnonzero(score > _DOUBT)
        xywh = np.hstack([boxes[keep, :2], boxes[keep, 2:] - boxes[keep, :2]]) * 1000
        for i in np.asarray(cv2.dnn.NMSBoxes(xywh.tolist(), score[keep].tolist(), _DOUBT, _IOU)).ravel():
            x1, y1, x2, y2 = boxes[keep[i]].tolist()
            found.append((name, x1, y1, x2, y2, float(score[keep[i]])))
    return found
