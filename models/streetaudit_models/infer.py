"""An ONNX detector as a function, for measuring: the letterbox and decoder of the run time, at any threshold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.detect.boxes import corners
from streetaudit.detect.letterbox import Letterbox
from streetaudit.errors import ModelError
from streetaudit.io.runtimes import Runtime, open_session
from streetaudit.structures.detections import Detections
from streetaudit_models.card import Card, card_inside

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model ready to run.

    Attributes:
        run: uint8 (1, H, W, 3) RGB to float32 (1, 4 + C, N): centre, size in input px, and confidence per class.
        runtime: What computes: "onnxruntime", "openvino-bf16"...
        takes_any_size: Whether an input may be smaller than the card's, as at run time.
    """

    card: Card
    run: Callable[[Image], NDArray[np.float32]]
    runtime: str = ""
    takes_any_size: bool = True


def open_model(data: bytes, *, threads: int = 1, runtime: Runtime = "onnxruntime") -> LoadedModel:
    """A model from the bytes of its ONNX file.

    Raises:
        ModelError: If it takes or gives another layout than ours, or the runtime is not installed.
    """
    card = card_inside(data)
    if (card.input, card.layout) != ("uint8_nhwc_rgb", "yolov8"):
        raise ModelError(
            f"{card.name}: only uint8_nhwc_rgb and yolov8 can be measured; got {card.input}, {card.layout}"
        )
    session = open_session(data, runtime, threads=threads)
    any_size = None in session.input_shape[1:3]
    return LoadedModel(card, lambda pixels: session.run(pixels)[0], session.runtime, any_size)


def read_image(file: Path) -> Image:
    """The picture in a file, RGB.

    Raises:
        ModelError: If it cannot be decoded.
    """
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is None:
        raise ModelError(f"{file} is no picture that can be read; remove it from the set")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def detect(
    model: LoadedModel, image: Image, *, least: float = 0.005, size: tuple[int, int] | None = None
) -> Detections:
    """What the model sees at or above a confidence; boxes in the picture's own px."""
    letterbox = Letterbox(size or model.card.input_size, tight=model.takes_any_size)
    pixels, geometry = letterbox(image)
    raw = model.run(pixels[None])[0]
    scores = raw[4:]
    class_id, anchor = np.nonzero(scores >= least)
    confidence = scores[class_id, anchor]
    xyxy = geometry.to_frame(corners(raw[:4, anchor].T))
    keep = _suppress(xyxy, confidence, class_id, iou=model.card.iou)
    return Detections(xyxy[keep], confidence[keep].astype(np.float32), class_id[keep].astype(np.int32))


def _suppress(boxes: Any, confidence: Any, class_id: Any, *, iou: float) -> NDArray[np.int64]:
    """Rows that survive non-maximum suppression within their class."""
    if not len(boxes):
        return np.zeros(0, dtype=np.int64)
    xywh = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxesBatched(xywh.tolist(), confidence.tolist(), class_id.tolist(), 0.0, iou)
    return np.asarray(kept, dtype=np.int64).ravel()
