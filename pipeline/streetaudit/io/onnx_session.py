"""An ONNX Runtime session as the detector wants it: a tensor in, arrays out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError


class OnnxSession:
    """One model with one input, loaded on the CPU.

    Args:
        data: The bytes of the .onnx, checked before (onnx_model.py).
        threads: Threads within an operator; two sessions of one thread beat one session of two.

    Attributes:
        input_shape: Of the input; None where any size may stand.
        input_type: "tensor(float)", "tensor(uint8)"...

    Raises:
        ModelError: If the runtime refuses it, or it wants more than one input.
    """

    def __init__(self, data: bytes, *, threads: int = 2) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry(
            "session.intra_op.allow_spinning", "0"
        )  # idle threads leave the core to others
        options.log_severity_level = 3  # errors
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime has a class of its own for each of its status codes, and no base class
            reason = str(error).strip().splitlines()[0][:300]
            raise ModelError(
                f"ONNX Runtime cannot load this model: {reason}; export it again, opset 17 works"
            ) from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise ModelError(
                f"the model wants {len(inputs)} inputs, a detector has one image; export it without the rest"
            )
        self._name = inputs[0].name
        self.input_shape = _shape(inputs[0].shape)
        self.input_type = str(inputs[0].type)

    def output_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of the first output for an input of this size, found by trying: the graph may not state it.

        Raises:
            ModelError: If the model cannot be run on such an input.
        """
        last = self.input_shape[-1] == 3
        shape = (1, height, width, 3) if last else (1, 3, height, width)
        kind = np.uint8 if self.input_type == "tensor(uint8)" else np.float32
        try:
            return self.run(np.zeros(shape, kind))[0].shape
        except Exception as error:  # as above
            reason = str(error).strip().splitlines()[0][:300]
            raise ModelError(f"the model cannot be run on an input of {shape}: {reason}; correct its card") from error

    def run(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        """The model's outputs for one input tensor."""
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._name: tensor})
        return outputs


def _shape(sides: list[Any]) -> tuple[int | None, ...]:
    """A shape with None for each side that has only a name."""
    return tuple(side if isinstance(side, int) else None for side in sides)
