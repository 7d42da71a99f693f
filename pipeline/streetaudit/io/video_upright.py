"""The turn that makes a picture upright, from the container's display matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the eight ways to lay a picture: transpose first, then mirror.

    Attributes:
        transposed: Rows become columns.
        mirrored_x: Left and right change places, after the transposition.
        mirrored_y: Top and bottom change places, after the transposition.
    """

    transposed: bool = False
    mirrored_x: bool = False
    mirrored_y: bool = False

    @property
    def clockwise_deg(self) -> int:
        """The rotation in it: 0, 90, 180 or 270; a mirror image counts as what is left after mirroring x."""
        if self.transposed:
            return 270 if self.mirrored_y else 90
        return 180 if self.mirrored_y else 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) after the turn."""
        return (height, width) if self.transposed else (width, height)


def turn_of(frame: Any) -> Turn:
    """The turn that a decoded PyAV frame asks for; none where it says nothing."""
    for entry in frame.side_data:
        if entry.type.name == "DISPLAYMATRIX":
            return turn_of_matrix(np.frombuffer(bytes(entry), np.int32))
    return Turn()


def turn_of_matrix(matrix: NDArray[np.int32]) -> Turn:
    """The turn nearest to a display matrix (ISO/IEC 14496-12, 6.2.2: x' = a x + c y, y' = b x + d y).

    >>> turn_of_matrix(np.array([0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30], np.int32)).clockwise_deg
    90
    """
    if matrix.size != 9:
        return Turn()
    a, b, c, d = (int(matrix[i]) for i in (0, 1, 3, 4))
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Turn(False, a < 0, d < 0)
    return Turn(True, c < 0, b < 0)


def upright(image: NDArray[np.uint8], turn: Turn) -> NDArray[np.uint8]:
    """An image (H, W, 3) that stands upright; the same array where nothing has to be done."""
    if turn == Turn():
        return image
    import cv2  # six times as fast here as strided copies, but 0.2 s to load, which most clips need not pay

    if turn.transposed:
        image = cv2.transpose(image)
    if turn.mirrored_x or turn.mirrored_y:
        image = cv2.flip(image, -1 if turn.mirrored_x and turn.mirrored_y else int(turn.mirrored_x))
    return image
