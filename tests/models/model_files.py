"""Builders of tiny models and sets for the tests of the model wing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from streetaudit_models.card import Card, with_card

CLASSES = ("litter", "bin", "overflowing_bin")
SIDE = 64


def card(**changes: object) -> Card:
    """A card of the tiny model."""
    words: dict[str, object] = {
        "name": "tiny",
        "version": "0.0.1",
        "classes": CLASSES,
        "input_size": (SIDE, SIDE),
        "input": "uint8_nhwc_rgb",
        "layout": "yolov8",
        "thresholds": {"litter": 0.3},
        "iou": 0.6,
        "licence": "AGPL-3.0-or-later",
        "base": "none",
        "trained_on": "2026-11-24",
        **changes,
    }
    return Card(**words)  # type: ignore[arg-type]  # a table of changes has no static types


def tiny_model(seed: int = 0) -> bytes:
    """A one-convolution detector: bytes in, one anchor per 8 px cell out, boxes of 16 px around the cells."""
    rng = np.random.default_rng(seed)
    cells = SIDE // 8
    weight = rng.normal(0, 0.2, (len(CLASSES), 3, 8, 8)).astype(np.float32)
    y, x = np.mgrid[0:cells, 0:cells].astype(np.float32) * 8 + 4
    boxes = np.stack([x, y, np.full_like(x, 16), np.full_like(x, 16)]).reshape(1, 4, -1)
    constants = {
        "weight": weight,
        "scale": np.float32(1 / 255),
        "boxes": boxes,
        "flat": np.array([1, len(CLASSES), cells * cells], dtype=np.int64),
    }
    nodes = [
        helper.make_node("Transpose", ["images"], ["planes"], name="planes", perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["floats"], name="floats", to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "scale"], ["pixels"], name="pixels"),
        helper.make_node("Conv", ["pixels", "weight"], ["logits"], name="conv", strides=[8, 8]),
        helper.make_node("Sigmoid", ["logits"], ["chance"], name="chance"),
        helper.make_node("Reshape", ["chance", "flat"], ["scores"], name="scores"),
        helper.make_node("Concat", ["boxes", "scores"], ["output"], name="output", axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 4 + len(CLASSES), cells * cells])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return with_card(model, card())


def pictures(count: int, *, seed: int = 1) -> list[NDArray[np.uint8]]:
    """Random letterboxed pictures (1, H, W, 3)."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (1, SIDE, SIDE, 3)).astype(np.uint8) for _ in range(count)]


def write_set(folder: Path, *, seed: int = 2) -> Path:
    """A prepared set of six noisy pictures with one bin each; only half of them are labelled for litter."""
    rng = np.random.default_rng(seed)
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    lines = ["file,split,source,group,labelled,scored,weight"]
    for number in range(6):
        image = rng.integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
        cv2.imwrite(str(folder / "images" / f"a_{number}.jpg"), image)
        (folder / "labels" / f"a_{number}.txt").write_text("1 0.5 0.5 0.25 0.25\n0 0.2 0.2 0.2 0.2 0.7\n")
        labelled = "bin litter overflowing_bin" if number % 2 else "bin"
        lines.append(f"images/a_{number}.jpg,val,a,g{number},{labelled},{labelled},1.0")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    return folder
