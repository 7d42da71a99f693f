"""An ONNX file out of a checkpoint: uint8 NHWC RGB in, the raw YOLOv8-style head out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from streetaudit_models.card import Card, with_card
from streetaudit_models.recipe import Recipe

OPSET = 17


@dataclass(frozen=True, slots=True)
class ExportShape:
    """The input of an exported model.

    Attributes:
        size: Height and width in px, multiples of 32.
        dynamic: Whether batch, height and width may differ at run time; the size is then only the default.
    """

    size: tuple[int, int]
    dynamic: bool = False


def export(recipe: Recipe, checkpoint: Path, *, shape: ExportShape, card: Card) -> bytes:
    """The ONNX bytes of a checkpoint, with its card in the metadata."""
    import onnx

    slim = import_module("onnxslim").slim

    raw = to_onnx(load_network(recipe, checkpoint), shape)
    model = slim(onnx.load_from_string(raw))
    onnx.checker.check_model(model)
    return with_card(model, card)


def load_network(recipe: Recipe, checkpoint: Path) -> Any:
    """The recipe's network with a checkpoint's weights, fused and ready for inference."""
    import torch

    from streetaudit_models.trainer import build_network

    network = build_network(recipe)
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    return network.float().eval().fuse(verbose=False)


def to_onnx(network: Any, shape: ExportShape) -> bytes:
    """ONNX bytes of a fused network behind uint8 NHWC input."""
    import torch

    head = network.model[-1]
    head.export, head.format, head.dynamic = True, "onnx", shape.dynamic
    sample = torch.zeros(1, *shape.size, 3, dtype=torch.uint8)
    axes = {"images": {0: "batch", 1: "height", 2: "width"}, "output": {0: "batch", 2: "anchors"}}
    buffer = io.BytesIO()
    torch.onnx.export(
        from_bytes(network),
        (sample,),
        buffer,
        opset_version=OPSET,
        input_names=["images"],
        output_names=["output"],
        dynamic_axes=axes if shape.dynamic else None,
        dynamo=False,  # the newer exporter needs onnxscript and renames what quantisation looks for
    )
    return buffer.getvalue()


def from_bytes(network: Any) -> Any:
    """A module around a network that takes uint8 NHWC pixels and gives the decoded head."""
    import torch

    class FromBytes(torch.nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, pixels: Any) -> Any:
            seen = self.network(pixels.permute(0, 3, 1, 2).float() / 255.0)
            return seen[0] if isinstance(seen, tuple) else seen

    return FromBytes().eval()
