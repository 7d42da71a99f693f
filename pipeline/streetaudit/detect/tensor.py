"""The canvas as the tensor that a model wants, in memory that is used again."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.model_card import InputFormat

_INTO_01 = np.float32(1 / 255)


class TensorMaker:
    """Turns uint8 (H, W, 3) RGB canvases into input tensors of one format."""

    def __init__(self, form: InputFormat) -> None:
        self._form = form
        self._tensor = np.empty((1, 3, 0, 0), np.float32)
        self._planes: list[NDArray[np.uint8]] = []

    def __call__(self, canvas: NDArray[np.uint8]) -> NDArray[Any]:
        """The tensor, valid until the next call: (1, H, W, 3) uint8 or (1, 3, H, W) float32."""
        if self._form == "uint8_nhwc_rgb":
            return canvas[None]
        size = canvas.shape[:2]
        if self._tensor.shape[2:] != size:
            self._tensor = np.empty((1, 3, *size), np.float32)
            self._planes = [np.empty(size, np.uint8) for _ in range(3)]
        cv2.split(canvas, self._planes)  # numpy alone takes twice as long, because it reads every third byte
        for channel, plane in enumerate(self._planes):
            if self._form == "float_nchw_rgb_01":
                np.multiply(plane, _INTO_01, out=self._tensor[0, channel])
            else:
                np.copyto(self._tensor[0, 2 - channel], plane)
        return self._tensor
