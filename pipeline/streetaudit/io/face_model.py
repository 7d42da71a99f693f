"""Faces in an image, by OpenCV's YuNet; the weights come with the operator, not with the program."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError

_MAX_BYTES = 50 * 1024 * 1024
_ADVICE = "fetch face_detection_yunet from the OpenCV zoo, or take face_model out of [privacy]"


class FaceModel:
    """YuNet, loaded once; called with an image it gives the faces.

    It misses faces smaller than about ten pixels, in profile, from behind and behind glass. The threshold is low on
    purpose: a blurred wall costs less than a face. One object serves one thread.
    """

    def __init__(self, path: Path, *, min_confidence: float = 0.3, max_side_px: int = 2560) -> None:
        """Loads the weights.

        Args:
            path: Of the .onnx.
            min_confidence: Weaker faces are not reported.
            max_side_px: Larger images are looked at in this size.

        Raises:
            ModelError: If the file is missing or no YuNet.
        """
        self._max_side_px = max_side_px
        weights = _read(path)
        try:
            with _quiet():
                self._net = cv2.FaceDetectorYN.create(
                    "onnx", weights, np.zeros(0, np.uint8), (320, 320), min_confidence, 0.3, 5000
                )
            self(np.zeros((64, 64, 3), np.uint8))
        except (cv2.error, ValueError) as error:
            raise ModelError(f"{path} is no YuNet face detector that OpenCV can run; {_ADVICE}") from error

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The faces as xyxy float32 (N, 4), pixels of the image.

        Args:
            image: uint8 (H, W, 3), RGB.
        """
        height, width = image.shape[:2]
        scale = min(1.0, self._max_side_px / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        looked_at = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1.0 else image
        self._net.setInputSize(size)
        _, found = self._net.detect(cv2.cvtColor(looked_at, cv2.COLOR_RGB2BGR))
        if found is None:
            return np.zeros((0, 4), np.float32)
        corner, extent = found[:, :2], found[:, 2:4]
        faces: NDArray[np.float32] = (np.hstack([corner, corner + extent]) / scale).astype(np.float32)
        return faces


def _read(path: Path) -> NDArray[np.uint8]:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode) or not 0 < facts.st_size <= _MAX_BYTES:
            raise ModelError(f"{path} is no file of a face detector; {_ADVICE}")
        return np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}; {_ADVICE}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps OpenCV from writing its own remarks about the graph to the terminal."""
    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
