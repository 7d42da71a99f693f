"""Small labelled sets in every layout, written to a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.labels.values import LabelledImage

Box = tuple[float, float, float, float]
WIDTH, HEIGHT = 64, 48


def pixels(seed: int = 0, *, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """A picture of soft blobs: unlike for every seed, and alike after compression."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 235, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def picture(path: Path, seed: int = 0, *, image: NDArray[np.uint8] | None = None, quality: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rgb = pixels(seed) if image is None else image
    done, data = cv2.imencode(path.suffix, rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    path.write_bytes(data.tobytes())
    return path


def yolo_set(
    folder: Path, labels: Mapping[str, str], *, names: Sequence[str] = ("bin", "litter"), split: str = ""
) -> Path:
    """images/[SPLIT/]NAME.jpg with labels/[SPLIT/]NAME.txt and data.yaml."""
    for seed, (name, text) in enumerate(labels.items()):
        picture(folder / "images" / split / f"{name}.jpg", seed)
        file = folder / "labels" / split / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "data.yaml").write_text("names: [" + ", ".join(names) + "]\n")
    return folder


def coco_set(folder: Path, boxes: Mapping[str, Sequence[tuple[str, Box]]], *, names: Sequence[str]) -> Path:
    """Pictures and annotations.json; boxes are (category, x, y, width, height)."""
    document: dict[str, list[object]] = {
        "images": [], "annotations": [], "categories": [{"id": 10 + i, "name": n} for i, n in enumerate(names)],
    }  # fmt: skip
    for seed, (name, entries) in enumerate(boxes.items()):
        picture(folder / name, seed)
        document["images"].append({"id": seed, "file_name": name, "width": WIDTH, "height": HEIGHT})
        for category, box in entries:
            entry = {"id": len(document["annotations"]), "image_id": seed, "bbox": list(box)}
            document["annotations"].append(entry | {"category_id": 10 + list(names).index(category), "iscrowd": 0})
    (folder / "annotations.json").write_text(json.dumps(document))
    return folder


def voc_xml(filename: str, things: Sequence[tuple[str, Box]], *, extra: str = "") -> str:
    objects = "".join(
        f"<object><name>{name}</name>{extra}<bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax>"
        f"<ymax>{y2}</ymax></bndbox></object>"
        for name, (x1, y1, x2, y2) in things
    )
    return f"<annotation><filename>{filename}</filename>{objects}</annotation>"


def labelled(
    path: Path = Path("a.jpg"),
    boxes: Sequence[tuple[int, Box]] = (),
    *,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    **rest: object,
) -> LabelledImage:
    """A picture's value; boxes are (class id, x1, y1, x2, y2 in px)."""
    return LabelledImage(
        path,
        size,
        np.array([box for _, box in boxes], dtype=np.float32).reshape(-1, 4),
        np.array([class_id for class_id, _ in boxes], dtype=np.int32),
        np.ones(len(boxes), dtype=np.float32),
        **rest,  # type: ignore[arg-type]  # a table of fields has no static types
    )
