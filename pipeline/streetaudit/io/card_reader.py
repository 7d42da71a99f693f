"""A model's card out of what stands in or beside its file."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from streetaudit.errors import ModelError
from streetaudit.structures.model_card import InputFormat, Layout, ModelCard

CARD_KEY = "streetaudit_card"
_MOST_TEXT = 1 << 20
Share = Annotated[float, Field(gt=0, lt=1)]
Side = Annotated[int, Field(ge=32, le=4096)]


class _Words(BaseModel):
    """What a card must say; it may say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    version: str = "0"
    classes: Annotated[list[str], Field(min_length=1, max_length=1000)]
    input_size: tuple[Side, Side]
    input: InputFormat
    layout: Layout
    thresholds: dict[str, Share] = {}
    iou: Share = 0.6
    licence: str = "unknown"


def read_sidecar(path: Path) -> dict[str, Any] | None:
    """The TOML table beside the weights, None where there is none.

    Raises:
        ModelError: If it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"cannot read the model card {path}: {error}; correct it") from error


def card_from_metadata(metadata: Mapping[str, str], *, sha256: str) -> ModelCard | None:
    """The card that streetaudit wrote into the model, None where there is none.

    Raises:
        ModelError: If it is there and wrong.
    """
    text = metadata.get(CARD_KEY)
    if text is None:
        return None
    try:
        table = json.loads(text[:_MOST_TEXT])
    except ValueError as error:
        raise ModelError(f"the model's {CARD_KEY} is no JSON: {error}; export the model again") from error
    return card_from_table(table, sha256=sha256, source=f"the model's {CARD_KEY}")


def card_from_table(table: Any, *, sha256: str, source: str) -> ModelCard:
    """A card from plain values.

    Raises:
        ModelError: If a value is missing or wrong; names all of them.
    """
    try:
        words = TypeAdapter(_Words).validate_python(table)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'card'}: {e['msg']}" for e in error.errors())
        raise ModelError(f"{source} is not a valid card: {faults}") from error
    strange = sorted(set(words.thresholds) - set(words.classes))
    if strange:
        raise ModelError(f"{source} has thresholds for classes that the model does not have: {', '.join(strange)}")
    return ModelCard(
        name=words.name,
        version=words.version,
        classes=tuple(words.classes),
        input_size=words.input_size,
        input=words.input,
        layout=words.layout,
        thresholds=tuple(words.thresholds.items()),
        iou=words.iou,
        licence=words.licence,
        sha256=sha256,
    )


def card_from_ultralytics(
    metadata: Mapping[str, str], *, name: str, output_shape: Callable[[int, int], tuple[int, ...]], sha256: str
) -> ModelCard | None:
    """The card that follows from what Ultralytics writes into its exports, None where that is missing.

    Args:
        metadata: The model's.
        name: For the card.
        output_shape: Tells the shape of the output for an input of this height and width.
        sha256: For the card.

    Raises:
        ModelError: If the export is no detector, or of a layout that is not known.
    """
    if "names" not in metadata or "imgsz" not in metadata:
        return None
    task = metadata.get("task", "detect")
    if task != "detect":
        raise ModelError(f"this Ultralytics export does {task}; streetaudit needs one for `detect`")
    classes, size = _names(metadata["names"]), _size(metadata["imgsz"])
    table = {
        "name": name,
        "version": metadata.get("version", "0"),
        "classes": classes,
        "input_size": size,
        "input": "float_nchw_rgb_01",
        "layout": _layout(output_shape(*size), len(classes)),
        "iou": 0.7,  # Ultralytics' own default
        "licence": metadata.get("license", "AGPL-3.0"),
    }
    return card_from_table(table, sha256=sha256, source="the model's Ultralytics metadata")


def _layout(output_shape: tuple[int, ...], classes: int) -> Layout:
    """The layout that an output shape of that many classes means."""
    if len(output_shape) == 3 and output_shape[1] == 4 + classes:
        return "yolov8"
    if len(output_shape) == 3 and output_shape[2] == 6:
        return "end2end"
    raise ModelError(
        f"this Ultralytics export gives {output_shape}; known are (1, {4 + classes}, N) and (1, N, 6): "
        "export a detection model of YOLOv8 or newer, without `nms=True` where it gives something else"
    )


def _size(text: str) -> tuple[int, int]:
    """Height and width, out of Ultralytics' 640 or [384, 640]."""
    size = _literal(text)
    match [size, size] if isinstance(size, int) else size:
        case [int(height), int(width)] if min(height, width) > 0 and max(height, width) <= 4096:
            return height, width
    raise ModelError(f"the model's Ultralytics metadata has an imgsz of {size}; write a card beside the model")


def _names(text: str) -> list[str]:
    """Class names in order, out of Ultralytics' {0: "person", 1: ...} or ["person", ...]."""
    names = _literal(text)
    if isinstance(names, dict) and sorted(names, key=str) == sorted(range(len(names)), key=str):
        return [str(names[index]) for index in range(len(names))]
    if isinstance(names, list):
        return [str(name) for name in names]
    raise ModelError("the model's Ultralytics metadata names no classes; write a card beside the model")


def _literal(text: str) -> Any:
    """A Python literal, as Ultralytics writes names and sizes."""
    try:
        return ast.literal_eval(text[:_MOST_TEXT])
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ModelError("the model's Ultralytics metadata cannot be read; write a card beside the model") from error
