"""JPEG bytes of an image, with nothing in them but the image."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def encode_jpeg(image: NDArray[np.uint8], *, quality: int = 88) -> bytes:
    """The image as JPEG without metadata; the same image gives the same bytes.

    Args:
        image: uint8 (H, W, 3), RGB.
        quality: 1 to 100.

    Raises:
        ValueError: If that is no RGB image, or too large for JPEG.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(f"want uint8 (H, W, 3); got {image.dtype} {image.shape}")
    if max(image.shape) > 65_500:
        raise ValueError(f"want at most 65500 pixels a side; got {image.shape}")
    done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"want an image that JPEG can hold; got {image.shape}")
    return bytes(data.tobytes())
