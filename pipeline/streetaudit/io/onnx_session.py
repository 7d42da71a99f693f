"""An ONNX Runtime session as the detector wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError
from streetaudit.io.session import first_line

#: Where a model runs best, best first, and what the run is then called.
_PROVIDERS = {
    "TensorrtExecutionProvider": "onnxruntime-tensorrt",
    "CUDAExecutionProvider": "onnxruntime-cuda",
    "CPUExecutionProvider": "onnxruntime",
}


class OnnxSession:
    """One model with one input, loaded on the best device that this build of ONNX Runtime can use.

    Args:
        data: The bytes of the .onnx, checked before (onnx_model.py).
        threads: Threads within an operator; two sessions of one thread beat one session of two.

    Attributes:
        runtime: "onnxruntime" on the CPU, else with the device: "onnxruntime-cuda", "onnxruntime-tensorrt".
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
        providers = preferred_providers(onnxruntime.get_available_providers())
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=providers)
        except Exception as error:  # the runtime has a class of its own for each of its status codes, and no base class
            raise ModelError(
                f"ONNX Runtime cannot load this model: {first_line(error)}; export it again, opset 17 works"
            ) from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise ModelError(
                f"the model wants {len(inputs)} inputs, a detector has one image; export it without the rest"
            )
        self._name = inputs[0].name
        # A driver that is missing shows only now: the runtime then falls back by itself.
        self.runtime = runtime_name(self._session.get_providers())
        self.input_shape = _shape(inputs[0].shape)
        self.input_type = str(inputs[0].type)

    def run(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        """The model's outputs for one input tensor."""
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._name: tensor})
        return outputs


def preferred_providers(available: Sequence[str]) -> list[str]:
    """Of the execution providers of a build those that we use, best first.

    >>> preferred_providers(["CPUExecutionProvider", "AzureExecutionProvider", "CUDAExecutionProvider"])
    ['CUDAExecutionProvider', 'CPUExecutionProvider']
    """
    return [name for name in _PROVIDERS if name in available]


def runtime_name(loaded: Sequence[str]) -> str:
    """What a run is called by the providers that a session has really loaded, best first.

    >>> runtime_name(["CUDAExecutionProvider", "CPUExecutionProvider"])
    'onnxruntime-cuda'
    """
    return next((_PROVIDERS[name] for name in loaded if name in _PROVIDERS), "onnxruntime")


def _shape(sides: list[Any]) -> tuple[int | None, ...]:
    """A shape with None for each side that has only a name."""
    return tuple(side if isinstance(side, int) else None for side in sides)
