"""One image of a clip."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded image and when it was taken.

    Attributes:
        index: 0-based place in presentation order, counting every decoded frame of the clip.
        time_s: Seconds since the clip's first frame, from the frame's own timestamp.
        image: uint8 (H, W, 3), RGB, upright (rotation applied).
    """

    index: int
    time_s: float
    image: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image.shape[1], self.image.shape[0]
