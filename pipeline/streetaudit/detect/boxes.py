"""What a model's output says, before it is brought into pixels of the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError


@dataclass(frozen=True, slots=True, eq=False)
class InputBoxes:
    """Boxes in pixels of the model's input; row i of every array is one box.

    Attributes:
        xyxy: float32 (N, 4).
        confidence: float32 (N,), 0 to 1.
        model_class: intp (N,), index into the card's classes.
    """

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    model_class: NDArray[np.intp]


def corners(centre_size: NDArray[np.float32]) -> NDArray[np.float32]:
    """Centre and size as corners, (N, 4).

    >>> corners(np.array([[5, 5, 4, 2]], np.float32)).tolist()
    [[3.0, 4.0, 7.0, 6.0]]
    """
    centre, half = centre_size[:, :2], centre_size[:, 2:4] / 2
    return np.concatenate([centre - half, centre + half], axis=1, dtype=np.float32)


def head_of(
    outputs: list[NDArray[np.float32]], layout: str, wanted: tuple[int | None, int | None]
) -> NDArray[np.float32]:
    """The one output of the model without its batch axis, float32 (wanted).

    Raises:
        ModelError: If its shape is not what the card's layout says; None in wanted stands for any number.
    """
    output = outputs[0]
    fits = output.ndim == 3 and output.shape[0] == 1
    if not fits or any(want not in (None, got) for want, got in zip(wanted, output.shape[1:], strict=True)):
        words = ", ".join("N" if side is None else str(side) for side in wanted)
        raise ModelError(
            f"the model's output has shape {output.shape}, but its card's layout {layout} with that many classes "
            f"means (1, {words}); correct `layout` and `classes` in the card"
        )
    head: NDArray[np.float32] = output[0]
    return head
