"""Heads that end with boxes: corners, confidence and class in each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streetaudit.detect.boxes import InputBoxes, head_of
from streetaudit.errors import ModelError


def decode_end2end(
    outputs: list[NDArray[np.float32]], *, classes: int, canvas: tuple[int, int], least: float
) -> InputBoxes:
    """The boxes of at least this confidence from an output (1, N, 6)."""
    del canvas  # boxes are already in pixels of the input
    head = head_of(outputs, "end2end", (None, 6))
    found = head[head[:, 4] >= least]
    model_class = found[:, 5].astype(np.intp)
    if ((model_class < 0) | (model_class >= classes)).any():
        raise ModelError(f"the model names class {model_class.max()}, but its card has {classes}; correct `classes`")
    return InputBoxes(found[:, :4], found[:, 4], model_class)
