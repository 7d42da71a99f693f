"""Pictures and pages that a notebook shows when they end a cell; outside one they are plain values."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from streetaudit.io.jpeg import encode_jpeg
from streetaudit_datasets.view.drawing import Image


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG; Jupyter asks for `_repr_jpeg_`."""

    jpeg: bytes

    def __repr__(self) -> str:
        return f"Picture of {len(self.jpeg)} bytes"

    def _repr_jpeg_(self) -> bytes:
        return self.jpeg


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of HTML; Jupyter asks for `_repr_html_`."""

    html: str

    def __repr__(self) -> str:
        return f"Page of {len(self.html)} characters"

    def _repr_html_(self) -> str:
        return self.html


def picture(image: Image, *, most_px: int = 960) -> Picture:
    """An RGB picture uint8 (H, W, 3), ready to be shown: its longer side is at most `most_px`."""
    scale = most_px / max(image.shape[:2])
    if scale < 1.0:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return Picture(encode_jpeg(image, quality=80))
