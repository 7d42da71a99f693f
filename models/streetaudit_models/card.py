"""The card of a model: a TOML beside its weights, and the same words as JSON inside the ONNX file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streetaudit.errors import ModelError

METADATA_KEY = "streetaudit_card"
INPUTS = ("uint8_nhwc_rgb", "float_nchw_rgb_01", "float_nchw_bgr_255")
LAYOUTS = ("yolov8", "end2end", "yolox")


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model.

    Attributes:
        input_size: Height and width of the letterboxed input, px.
        thresholds: Least confidence that is reported, by class.
        iou: Overlap above which non-maximum suppression drops the weaker box.
        data: One table per source: name, licence, images.
        metrics: Measured figures, each with what it was measured on.
        limits: What it cannot see.
    """

    name: str
    version: str
    classes: tuple[str, ...]
    input_size: tuple[int, int]
    input: str
    layout: str
    thresholds: dict[str, float]
    iou: float
    licence: str
    base: str
    trained_on: str
    data: tuple[dict[str, Any], ...] = ()
    metrics: dict[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.input not in INPUTS or self.layout not in LAYOUTS:
            raise ValueError(f"want an input of {INPUTS} and a layout of {LAYOUTS}; got {self.input}, {self.layout}")
        if strange := sorted(set(self.thresholds) - set(self.classes)):
            raise ValueError(f"want thresholds for {self.classes}; got {strange}")


def read_card(file: Path) -> tuple[Card, str, str]:
    """The card in a TOML file, with the name of its weights and their sha256.

    Raises:
        ModelError: If the file is no card.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        weights, sha256 = table.pop("file"), table.pop("sha256")
        return _card(table), weights, sha256
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ModelError(f"{file} is no model card ({error}); see docs/training.md for what one holds") from error


def card_inside(onnx_bytes: bytes) -> Card:
    """The card in an ONNX file's metadata.

    Raises:
        ModelError: If it has none.
    """
    import onnx

    words = {entry.key: entry.value for entry in onnx.load_from_string(onnx_bytes).metadata_props}
    if METADATA_KEY not in words:
        raise ModelError(f"the ONNX file has no {METADATA_KEY} in its metadata; export it with `streetaudit export`")
    return _card(json.loads(words[METADATA_KEY]))


def with_card(model: Any, card: Card) -> bytes:
    """The bytes of an ONNX model with a card in its metadata, in place of any older one."""
    kept = [entry for entry in model.metadata_props if entry.key != METADATA_KEY]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, json.dumps(as_table(card), ensure_ascii=False)
    data: bytes = model.SerializeToString()
    return data


def publish(onnx_bytes: bytes, card: Card, *, weights: Path, cards: Path) -> Path:
    """The card's file, written beside the weights it describes."""
    weights.mkdir(parents=True, exist_ok=True)
    cards.mkdir(parents=True, exist_ok=True)
    file = weights / f"{card.name}.onnx"
    file.write_bytes(onnx_bytes)
    table = {"file": file.name, "sha256": hashlib.sha256(onnx_bytes).hexdigest(), **as_table(card)}
    written = cards / f"{card.name}.toml"
    written.write_text(to_toml(table), encoding="utf-8")
    return written


def as_table(card: Card) -> dict[str, Any]:
    """The card as plain values, tuples as lists."""
    table: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(card)))
    return table


def _card(table: dict[str, Any]) -> Card:
    values: Any = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Card(**values)


def to_toml(table: dict[str, Any]) -> str:
    """A table of plain values as TOML: scalars and lists, then sub-tables, then lists of tables."""
    return "\n".join(_toml_lines(table, prefix="")).strip() + "\n"


def _toml_lines(table: dict[str, Any], prefix: str) -> list[str]:
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    rows = {key: value for key, value in table.items() if _is_list_of_tables(value)}
    plain = {key: value for key, value in table.items() if key not in tables and key not in rows}
    lines = [f"{key} = {_toml_value(value)}" for key, value in plain.items()]
    for key, value in tables.items():
        lines += ["", f"[{prefix}{key}]", *_toml_lines(value, f"{prefix}{key}.")]
    for key, entries in rows.items():
        for entry in entries:
            lines += ["", f"[[{prefix}{key}]]", *_toml_lines(entry, f"{prefix}{key}.")]
    return lines


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _toml_value(value: Any) -> str:
    # JSON's strings, numbers, booleans and flat lists are valid TOML.
    return json.dumps(value, ensure_ascii=False)
