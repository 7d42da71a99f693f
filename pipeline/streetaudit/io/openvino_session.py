"""An OpenVINO session as the detector wants it: the same .onnx, in bfloat16 where the processor has it.

The native runtime, not the execution provider within ONNX Runtime: that one stays in fp32.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError
from streetaudit.io.session import first_line

Precision = Literal["bf16", "f32"]
#: After so many inputs of one shape the model is compiled for that shape: 0.3 s once, and 5 % less at each one.
_SETTLED = 8
_TYPES = {"u8": "tensor(uint8)", "f32": "tensor(float)", "f16": "tensor(float16)"}


class OpenVinoSession:
    """One model with one input, loaded on the CPU as one stream.

    Args:
        data: The bytes of the .onnx, checked before (onnx_model.py).
        threads: Of the one stream; two sessions of one thread beat one session of two.
        precision: None takes bf16 where the processor computes in it, else f32.

    Attributes:
        runtime: "openvino-bf16" or "openvino-f32".
        input_shape: Of the input; None where any size may stand.
        input_type: "tensor(float)", "tensor(uint8)"...

    Raises:
        ModelError: If OpenVINO is not installed, refuses the model, or the model wants more than one input.
    """

    def __init__(self, data: bytes, *, threads: int = 1, precision: Precision | None = None) -> None:
        core = _core()
        used = precision or ("bf16" if has_bf16(core) else "f32")
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": used,
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,  # else several processes sit on the same core
        }
        self._compile = partial(core.compile_model, device_name="CPU", config=options)
        try:
            self._model = core.read_model(data)
            compiled = self._compile(self._model)
        except Exception as error:  # RuntimeError and others, by the front end that found fault
            raise ModelError(
                f'OpenVINO cannot load this model: {first_line(error)}; use runtime = "onnxruntime"'
            ) from error
        if len(compiled.inputs) != 1:
            raise ModelError(
                f"the model wants {len(compiled.inputs)} inputs, a detector has one image; export it without the rest"
            )
        self._request = compiled.create_infer_request()
        self._settled: Any = None  # the same for one shape
        self._shape: tuple[int, ...] = ()
        self._same = 0
        self._outputs = range(len(compiled.outputs))
        self.runtime = f"openvino-{used}"
        self.input_shape = tuple(
            None if side.is_dynamic else int(side.get_length()) for side in compiled.inputs[0].partial_shape
        )
        kind = compiled.inputs[0].element_type.get_type_name()
        self.input_type = _TYPES.get(kind, f"tensor({kind})")

    def run(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        """The model's outputs for one input tensor."""
        request = self._request_for(tensor.shape)
        request.infer([np.ascontiguousarray(tensor)], share_inputs=True)
        # The request's own memory is written again by the next call.
        return [np.array(request.get_output_tensor(i).data, dtype=np.float32) for i in self._outputs]

    def _request_for(self, shape: tuple[int, ...]) -> Any:
        """The request for any shape, or the faster one for this shape alone once it keeps coming."""
        if shape != self._shape:
            self._shape, self._same, self._settled = shape, 0, None
        self._same += 1
        if self._same == _SETTLED and None in self.input_shape:
            fixed = self._model.clone()
            fixed.reshape(list(shape))
            self._settled = self._compile(fixed).create_infer_request()
        return self._settled or self._request


def has_bf16(core: Any) -> bool:
    """Whether the processor computes in bfloat16."""
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _core() -> Any:
    try:
        openvino = import_module("openvino")  # an extra, and without types
    except ImportError as error:
        raise ModelError(
            "OpenVINO is not installed: pip install 'streetaudit[openvino]', "
            'or set [detector] runtime = "onnxruntime"'
        ) from error
    return openvino.Core()
