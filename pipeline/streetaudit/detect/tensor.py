"""The canvas as the tensor that a model wants, in memory that is used again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.model_card import InputFormat

_INTO_01 = np.float32(1 / 255)


class TensorMaker:
    """Turns uint8 (H, W, 3) RGB canvases into input tensors of one format."""

    def __init__(self, form: InputFormat) -> None:
        self._form = form
        self._planes = np.empty((1, 3, 0, 0), np.float32)

    def __call__(self, canvas: NDArray[np.uint8]) -> NDArray[Any]:
        """The tensor, valid until the next call: (1, H, W, 3) uint8 or (1, 3, H, W) float32."""
        if self._form == "uint8_nhwc_rgb":
            return canvas[None]
        if self._planes.shape[2:] != canvas.shape[:2]:
            self._planes = np.empty((1, 3, *canvas.shape[:2]), np.float32)
        for plane in range(3):
            if self._form == "float_nchw_rgb_01":
                np.multiply(canvas[..., plane], _INTO_01, out=self._planes[0, plane])
            else:
                np.copyto(self._planes[0, plane], canvas[..., 2 - plane])
        return self._planes
