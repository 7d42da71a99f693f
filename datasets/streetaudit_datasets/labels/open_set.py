"""A folder of labelled pictures, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streetaudit_datasets.labels.coco import read_coco
from streetaudit_datasets.labels.merge import merge
from streetaudit_datasets.labels.open_images import read_open_images
from streetaudit_datasets.labels.pictures import walk
from streetaudit_datasets.labels.prepared import MANIFEST, read_prepared
from streetaudit_datasets.labels.values import Fault, LabelError, LabelledSet, shown
from streetaudit_datasets.labels.voc import read_voc
from streetaudit_datasets.labels.yolo import read_yolo

FORMATS = ("prepared", "yolo", "coco", "voc", "open_images")
_SPLIT_WORDS = (("train", "train"), ("val", "val"), ("test", "test"))


def open_set(folder: Path, *, classes: Sequence[str], format_: str | None = None, labels: str = "") -> LabelledSet:
    """The set in a folder; its format is recognised where it is not named.

    Args:
        folder: The set.
        classes: What numbers mean in a prepared set without data.yaml.
        format_: One of FORMATS.
        labels: Which label files: a glob for COCO and VOC, a folder's name for YOLO; "" for the usual place.

    Raises:
        LabelError: If the folder or its main label file cannot be used.
    """
    if not folder.is_dir():
        raise LabelError(f"{folder} is no folder; name the one that holds the data set")
    match format_ or recognise(folder):
        case "prepared":
            return read_prepared(folder, classes=classes)
        case "yolo":
            return read_yolo(folder, labels=labels or "labels")
        case "coco":
            return _every_coco(folder, labels)
        case "voc":
            files = sorted(folder.glob(labels)) if labels else list(walk(folder, suffixes=frozenset({".xml"})))
            return read_voc(files, folder)
        case "open_images":
            return read_open_images(folder)
        case other:
            raise LabelError(f"{folder}: no format is called {other!r}; there are {', '.join(FORMATS)}")


def recognise(folder: Path) -> str:
    """The format of a folder.

    Raises:
        LabelError: If it looks like none.
    """
    if (folder / MANIFEST).is_file():
        return "prepared"
    tables = {path.suffix.lower() for path in walk(folder, suffixes=frozenset({".xml", ".json", ".csv"}))}
    if any(folder.glob("data.y*ml")) or any(folder.glob("classes.txt")) or _has_yolo_labels(folder):
        return "yolo"
    if ".xml" in tables:
        return "voc"
    if ".json" in tables:
        return "coco"
    if ".csv" in tables and any("bbox" in path.name for path in walk(folder, suffixes=frozenset({".csv"}))):
        return "open_images"
    raise LabelError(
        f"{folder} holds no labels that we know; want manifest.csv, data.yaml with labels/ (YOLO), a COCO JSON, "
        "VOC XML files or Open Images tables"
    )


def _has_yolo_labels(folder: Path) -> bool:
    return any("labels" in path.parts for path in walk(folder, suffixes=frozenset({".txt"})))


def _every_coco(folder: Path, labels: str) -> LabelledSet:
    files = sorted(folder.glob(labels)) if labels else list(walk(folder, suffixes=frozenset({".json"})))
    if not files:
        raise LabelError(f"{folder} has no {labels or '*.json'}; put the COCO file there")
    sets, failed = [], []
    for file in files:
        split = next((to for word, to in _SPLIT_WORDS if word in file.stem.lower()), "")
        try:
            sets.append(read_coco(file, folder, split=split))
        except LabelError as error:
            failed.append((file, error))
    if not sets:
        raise failed[0][1]
    # Other JSON lies about in downloads; it is said, and the rest is read.
    faults = [Fault(shown(file, folder), 0, str(error)) for file, error in failed]
    whole = merge(sets)
    return replace(whole, faults=(*whole.faults, *faults))
