"""What is known of a detector's weights: the card that travels in the ONNX metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Layout = Literal["yolov8", "end2end", "yolox"]
InputFormat = Literal["uint8_nhwc_rgb", "float_nchw_rgb_01", "float_nchw_bgr_255"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """How to feed a model and read its output.

    Attributes:
        name: For people.
        version: For people.
        classes: Names of the model's outputs, in order; names outside the taxonomy are mapped or dropped.
        input_size: (height, width) of the letterboxed input in pixels.
        input: Layout and range of the input tensor.
        layout: How the output is to be decoded.
        thresholds: Class name to the least confidence that is reported.
        iou: Overlap above which non-maximum suppression drops the weaker box.
        licence: SPDX expression of the weights.
        sha256: Of the bytes that were loaded.
    """

    name: str
    version: str
    classes: tuple[str, ...]
    input_size: tuple[int, int]
    input: InputFormat
    layout: Layout
    thresholds: tuple[tuple[str, float], ...]
    iou: float
    licence: str
    sha256: str
