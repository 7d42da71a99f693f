"""PNG files of images."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import StreetauditError


def write_png(image: NDArray[np.uint8], path: Path) -> None:
    """Write an image, uint8 (H, W, 3) RGB.

    Raises:
        StreetauditError: If the file cannot be written.
    """
    done, data = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if not done:
        raise ValueError(f"want an image that PNG can hold; got {image.shape}")
    try:
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise StreetauditError(f"cannot write {path}: {error.strerror}; name another file") from error
