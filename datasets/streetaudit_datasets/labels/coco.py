"""COCO labels: one JSON for many pictures, boxes as x, y, width, height in px, categories under ids of their own."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from streetaudit_datasets.labels.pictures import PictureIndex, size_of
from streetaudit_datasets.labels.text import read_text, single_names
from streetaudit_datasets.labels.values import Boxes, Fault, LabelError, LabelledImage, LabelledSet, shown

_MOST_BYTES = 2 << 30  # COCO's own train2017 has 450 MiB


def read_coco(file: Path, folder: Path, *, split: str = "") -> LabelledSet:
    """The pictures that one COCO file labels; they are looked for below the folder.

    Crowds (`iscrowd`) are left out and make their class doubtful in that picture.

    Raises:
        LabelError: If the file is no COCO JSON.
    """
    document = _document(file)
    names, ids = _categories(document["categories"], where=str(file))
    faults: list[Fault] = []
    reader = _Reader(file, folder, names=names, ids=ids, faults=faults)
    of_image: dict[Any, list[Any]] = defaultdict(list)
    for number, entry in enumerate(document["annotations"]):
        if isinstance(entry, dict) and isinstance(entry.get("image_id"), int | str):
            of_image[entry["image_id"]].append(entry)
        else:
            reader.fault(f"annotation number {number} names no image_id; export it again")
    index = PictureIndex(folder)
    images = [
        image
        for entry in document["images"]
        if (image := reader.image(entry, index, of_image, split=split)) is not None
    ]
    for image_id in list(of_image)[:20]:
        reader.fault(f"annotations of image {image_id!r}, which the file does not list; export it again")
    return LabelledSet(folder, names, tuple(images), tuple(faults), "coco")


def _document(file: Path) -> dict[str, list[Any]]:
    try:
        document = json.loads(read_text(file, most=_MOST_BYTES))
    except (json.JSONDecodeError, RecursionError) as error:
        raise LabelError(f"{file} is no whole JSON ({error}); fetch it again") from error
    parts = ("images", "annotations", "categories")
    if not isinstance(document, dict) or not all(isinstance(document.get(part), list) for part in parts):
        raise LabelError(f"{file} is no COCO file: want lists `images`, `annotations`, `categories`; name another file")
    return document


def _categories(entries: Sequence[Any], *, where: str) -> tuple[tuple[str, ...], dict[Any, int]]:
    try:
        found = [(entry["id"], str(entry["name"])) for entry in entries]
        ids = {ident: row for row, (ident, _) in enumerate(found)}
    except (KeyError, TypeError) as error:
        raise LabelError(f"{where} has a category without id or name; export it again") from error
    return single_names((name for _, name in found), where=where), ids


class _Reader:
    def __init__(
        self, file: Path, folder: Path, *, names: tuple[str, ...], ids: Mapping[Any, int], faults: list[Fault]
    ) -> None:
        self.file, self.folder, self.names, self.ids, self.faults = file, folder, names, ids, faults
        self.row = shown(file, folder)

    def fault(self, says: str) -> None:
        self.faults.append(Fault(self.row, 0, says))

    def image(
        self, entry: Any, index: PictureIndex, of_image: dict[Any, list[Any]], *, split: str
    ) -> LabelledImage | None:
        if not isinstance(entry, dict) or not isinstance(entry.get("file_name"), str):
            self.fault(f"an image without file_name ({str(entry)[:60]}); export it again")
            return None
        ident = entry.get("id")
        entries = of_image.pop(ident, []) if isinstance(ident, int | str) else []
        path = index.find(entry["file_name"], near=self.file)
        if path is None:
            self.fault(f"picture {entry['file_name'][:120]!r} is not below {self.folder}; fetch it, or drop its entry")
            return None
        boxes, doubtful = self._boxes(entries, entry["file_name"])
        xyxy, class_id, confidence = boxes.arrays()
        stored, stated = size_of(path), (entry.get("width"), entry.get("height"))
        if min(stored) > 0 and all(isinstance(side, int) for side in stated) and stated != stored:
            self.fault(f"{entry['file_name']} is {stored[0]} x {stored[1]} px, labelled at {stated[0]} x {stated[1]}:"
                       " its boxes do not fit; fetch the picture in the size that was labelled")  # fmt: skip
        return LabelledImage(
            path, stored, xyxy, class_id, confidence, doubtful=frozenset(doubtful), split=split, row=self.row
        )

    def _boxes(self, entries: Sequence[Mapping[str, Any]], name: str) -> tuple[Boxes, set[str]]:
        boxes, doubtful = Boxes(), set()
        for entry in entries:
            category, box = entry.get("category_id"), entry.get("bbox")
            row = self.ids.get(category) if isinstance(category, int | str) else None
            if row is None:
                self.fault(f"{name}: annotation {entry.get('id')} is of category {category!r}, which nothing names")
            elif not isinstance(box, list) or not _is_box(box):
                self.fault(f"{name}: annotation {entry.get('id')} has no bbox of four numbers but {str(box)[:40]}")
            elif entry.get("iscrowd"):
                doubtful.add(self.names[row])
            else:
                x, y, width, height = (float(value) for value in box)
                boxes.add(row, (x, y, x + width, y + height), confidence=_trust(entry.get("score")))
        return boxes, doubtful


def _is_box(box: list[Any]) -> bool:
    return len(box) == 4 and all(isinstance(v, int | float) and (isinstance(v, float) or abs(v) < 1 << 60) for v in box)


def _trust(score: Any) -> float:
    return float(score) if isinstance(score, int | float) and math.isfinite(score) and 0 <= score <= 1 else 1.0


def write_coco(images: LabelledSet, file: Path) -> None:
    """Write a set as one COCO JSON; file names are relative to the set's folder, ids begin at 1."""
    document: dict[str, list[dict[str, Any]]] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": i + 1, "name": name} for i, name in enumerate(images.classes)],
    }
    for number, image in enumerate(images.images, 1):
        width, height = image.size
        document["images"].append({"id": number, "file_name": images.name(image), "width": width, "height": height})
        for class_id, (x1, y1, x2, y2), trust in zip(image.class_id, image.xyxy, image.confidence, strict=True):
            box = [round(float(v), 3) for v in (x1, y1, x2 - x1, y2 - y1)]
            entry = {"id": len(document["annotations"]) + 1, "image_id": number, "category_id": int(class_id) + 1,
                     "bbox": box, "area": round(box[2] * box[3], 3), "iscrowd": 0}  # fmt: skip
            document["annotations"].append(entry | ({"score": round(float(trust), 5)} if trust < 1 else {}))
    file.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
