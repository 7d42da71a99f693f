"""Small ONNX detectors whose output is known: the image goes in, the same boxes always come out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

CLASSES = ("litter", "car", "giraffe")
CARD: dict[str, Any] = {
    "name": "tiny",
    "version": "1",
    "classes": list(CLASSES),
    "input_size": [64, 96],
    "input": "float_nchw_rgb_01",
    "layout": "yolov8",
    "thresholds": {"litter": 0.3},
    "iou": 0.5,
    "licence": "CC0-1.0",
    "note": "further keys are free",
}


def constant_model(
    output: NDArray[np.float32],
    *,
    form: str = "float_nchw_rgb_01",
    size: tuple[int | str, int | str] = (64, 96),
    metadata: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """A model of one image input that answers with output, plus nought times what it was shown."""
    whole = form == "uint8_nhwc_rgb"
    shape: Sequence[int | str] = (1, *size, 3) if whole else (1, 3, *size)
    kind = TensorProto.UINT8 if whole else TensorProto.FLOAT
    nodes = [
        helper.make_node("Cast", ["images"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["pixels"], ["most"], keepdims=0),
        helper.make_node("Mul", ["most", "nought"], ["nothing"]),
        helper.make_node("Add", ["boxes", "nothing"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", kind, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, output.shape)],
        [
            numpy_helper.from_array(output.astype(np.float32), "boxes"),
            numpy_helper.from_array(np.float32(0), "nought"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, dict(metadata or {}))
    return model


def yolov8_output(*boxes: tuple[float, ...], classes: int = len(CLASSES), anchors: int = 126) -> NDArray[np.float32]:
    """(1, 4 + classes, anchors): rows of centre x, centre y, width, height and the confidences."""
    output = np.zeros((1, 4 + classes, anchors), np.float32)
    for column, box in enumerate(boxes):
        output[0, :, column] = box
    return output


def with_card(model: onnx.ModelProto, **changes: Any) -> bytes:
    """The bytes of the model with CARD, changed, in its metadata."""
    helper.set_model_props(model, {"streetaudit_card": json.dumps(CARD | changes)})
    data: bytes = model.SerializeToString()
    return data
