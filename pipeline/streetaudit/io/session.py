"""What every runtime looks like once a model is loaded: a tensor in, arrays out."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError


class ModelSession(Protocol):
    """A loaded model with one input; not for several threads at once.

    Attributes:
        runtime: What computes, to the point where results may differ: "onnxruntime", "openvino-bf16"...
        input_shape: Of the input; None where any size may stand.
        input_type: "tensor(float)", "tensor(uint8)"...
    """

    runtime: str
    input_shape: tuple[int | None, ...]
    input_type: str

    def run(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        """The model's outputs for one input tensor."""
        ...


def blank_input(session: ModelSession, height: int, width: int) -> NDArray[Any]:
    """A black image of a size, as the session takes it."""
    shape = (1, height, width, 3) if session.input_shape[-1] == 3 else (1, 3, height, width)
    return np.zeros(shape, np.uint8 if session.input_type == "tensor(uint8)" else np.float32)


def output_shape(session: ModelSession, height: int, width: int) -> tuple[int, ...]:
    """The shape of the first output for an input of a size, found by trying: the graph may not state it.

    Raises:
        ModelError: If the model cannot be run on such an input.
    """
    blank = blank_input(session, height, width)
    try:
        return session.run(blank)[0].shape
    except Exception as error:  # each runtime has classes of its own for what went wrong, and no base class
        raise ModelError(
            f"the model cannot be run on an input of {blank.shape}: {first_line(error)}; correct its card"
        ) from error


def first_line(error: Exception) -> str:
    """What a runtime says went wrong, short enough for a message."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
