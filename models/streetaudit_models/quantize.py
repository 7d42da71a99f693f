"""INT8 weights and activations out of an fp32 model, its detection tail left in float.

The tail (everything behind the last convolutions: distribution to distances, sigmoid, concatenation) mixes pixels up to
hundreds with confidences below one in one tensor; one scale for both rounds every confidence to nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.detect.letterbox import Letterbox
from streetaudit.errors import ModelError
from streetaudit_models.card import card_inside, with_card
from streetaudit_models.infer import read_image

_PICTURE_ENDINGS = (".jpg", ".jpeg", ".png")


def quantize(data: bytes, pictures: Iterable[NDArray[np.uint8]]) -> bytes:
    """The INT8 form (QDQ) of an fp32 model, calibrated on letterboxed pictures (1, H, W, 3)."""
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    card = card_inside(data)
    with tempfile.TemporaryDirectory() as folder:
        given, tidy, made = (Path(folder) / name for name in ("given.onnx", "tidy.onnx", "made.onnx"))
        given.write_bytes(data)
        quant_pre_process(given, tidy, skip_symbolic_shape=True)
        model = onnx.load(tidy)
        quantize_static(
            tidy,
            made,
            _Reader(model.graph.input[0].name, pictures),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=sorted(float_nodes(model.graph)),
        )
        return with_card(onnx.load(made), card)


def float_nodes(graph: Any) -> set[str]:
    """Names of the nodes that stay in float: those between the last convolutions and the output, and the first few.

    The nodes between the input and the first convolution only convert bytes.
    """
    return _tail(graph) | _lead(graph)


def _tail(graph: Any) -> set[str]:
    maker = {output: node for node in graph.node for output in node.output}
    waiting, found = [entry.name for entry in graph.output], set()
    while waiting:
        node = maker.get(waiting.pop())
        if node is not None and node.op_type != "Conv" and node.name not in found:
            found.add(node.name)
            waiting.extend(node.input)
    return found


def _lead(graph: Any) -> set[str]:
    known, found = {entry.name for entry in graph.input}, set()
    for node in graph.node:
        if node.op_type != "Conv" and known & set(node.input):
            known |= set(node.output)
            found.add(node.name)
    return found


class _Reader:
    """Feeds calibration pictures to ONNX Runtime."""

    def __init__(self, name: str, pictures: Iterable[NDArray[np.uint8]]) -> None:
        self._name = name
        self._pictures = iter(pictures)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The next feed, or None at the end."""
        picture = next(self._pictures, None)
        return None if picture is None else {self._name: picture}


def calibration_pictures(folder: Path, size: tuple[int, int], *, most: int) -> Iterator[NDArray[np.uint8]]:
    """Letterboxed pictures (1, H, W, 3), evenly out of a folder in the order of their names.

    Raises:
        ModelError: If there are none.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in _PICTURE_ENDINGS)
    if not files:
        raise ModelError(
            f"{folder} holds no pictures ({', '.join(_PICTURE_ENDINGS)}) to calibrate on; give a folder that does"
        )
    letterbox = Letterbox(size)
    for file in files[:: max(1, len(files) // most)][:most]:
        yield letterbox(read_image(file))[0][None].copy()
