"""What the detector saw in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """The objects seen in one frame; row i of every array is one object.

    Attributes:
        xyxy: float32 (N, 4), pixels of the original frame, x right, y down.
        confidence: float32 (N,), 0 to 1.
        class_id: int32 (N,), index into the taxonomy.

    Raises:
        ValueError: If the arrays disagree about N.
    """

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    class_id: NDArray[np.int32]

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        shapes = self.xyxy.shape, self.confidence.shape, self.class_id.shape
        if shapes != ((n, 4), (n,), (n,)):
            raise ValueError(f"want shapes (N, 4), (N,), (N,); got {shapes}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def where(self, keep: NDArray[np.bool_]) -> Detections:
        """The rows that keep marks true."""
        return Detections(self.xyxy[keep], self.confidence[keep], self.class_id[keep])

    @staticmethod
    def empty() -> Detections:
        """No objects at all."""
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
