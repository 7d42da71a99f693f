"""YOLO labels: one text file a picture, `class x y width height [confidence]` as fractions of the picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streetaudit_datasets.labels.pictures import size_of, walk
from streetaudit_datasets.labels.text import is_whole, numbers, read_text, single_names, text_or_fault
from streetaudit_datasets.labels.values import Boxes, Fault, LabelError, LabelledImage, LabelledSet, shown

_FIELDS = 5
_SPLITS = frozenset({"train", "val", "valid", "test"})


def read_yolo(folder: Path, *, labels: str = "labels", classes: Sequence[str] | None = None) -> LabelledSet:
    """The set in a folder with `images/` and `labels/` (or both inside `train/`, `valid/`), named by data.yaml.

    A picture without a label file is read as one without boxes; label files without a picture are faults.

    Args:
        folder: The set.
        labels: Name of the folder of label files that is read.
        classes: Names by id; else those of data.yaml or classes.txt.

    Raises:
        LabelError: If the folder holds no pictures or nothing names its classes.
    """
    names = tuple(classes) if classes is not None else read_names(folder)
    faults: list[Fault] = []
    used: set[Path] = set()
    images = []
    for picture in walk(folder):
        if "images" not in picture.relative_to(folder).parts[:-1]:
            continue
        file = label_file(picture, folder, labels=labels)
        used.add(file)
        images.append(_image(picture, file, folder=folder, faults=faults))
    if not images:
        raise LabelError(f"{folder} has no pictures below a folder images/; lay it out as images/ and {labels}/")
    faults += _orphans(folder, labels, used)
    return LabelledSet(folder, names, tuple(images), tuple(faults), "yolo")


def label_file(picture: Path, folder: Path, *, labels: str = "labels") -> Path:
    """Where the labels of a picture are: its path with the last `images` replaced.

    >>> str(label_file(Path("/d/images/val/a.jpg"), Path("/d")))
    '/d/labels/val/a.txt'
    """
    parts = list(picture.relative_to(folder).parts)
    last = len(parts) - 2 - parts[-2::-1].index("images")
    parts[last] = labels
    return (folder / Path(*parts)).with_suffix(".txt")


def _image(picture: Path, file: Path, *, folder: Path, faults: list[Fault]) -> LabelledImage:
    size = size_of(picture)
    text = text_or_fault(file, folder, faults=faults) if file.exists() else ""
    boxes = read_lines(text or "", shown(file, folder), size=size, faults=faults)
    split = next((part for part in picture.relative_to(folder).parts[:-1] if part in _SPLITS), "")
    xyxy, class_id, confidence = boxes.arrays()
    return LabelledImage(picture, size, xyxy, class_id, confidence, split=split, row=shown(file, folder))


def read_lines(text: str, file: str, *, size: tuple[int, int], faults: list[Fault]) -> Boxes:
    """The boxes of one label file, in px; lines that are none are added to the faults."""
    boxes = Boxes()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        values = numbers(words)
        if values is None or len(values) not in (_FIELDS, _FIELDS + 1):
            says = f"want 'class x y width height [confidence]', got {line[:60]!r}; export boxes, not polygons"
            faults.append(Fault(file, number, says))
        elif not is_whole(values[0]) or not 0 <= values[0] < 1 << 31:
            faults.append(Fault(file, number, f"{words[0]!r} is no class number; write one from data.yaml"))
        else:
            x, y, w, h = values[1:_FIELDS]
            (width, height), trust = size, values[_FIELDS] if len(values) > _FIELDS else 1.0
            corners = (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height
            boxes.add(int(values[0]), corners, confidence=trust)
    return boxes


def _orphans(folder: Path, labels: str, used: set[Path]) -> list[Fault]:
    files = (file for file in walk(folder, suffixes=frozenset({".txt"})) if labels in file.relative_to(folder).parts)
    says = "labels without a picture; fetch the picture again or take this file away"
    return [Fault(shown(file, folder), 0, says) for file in files if file not in used and file.stem != "classes"]


def read_names(folder: Path) -> tuple[str, ...]:
    """The class names of a YOLO folder.

    Raises:
        LabelError: If neither data.yaml nor classes.txt names them.
    """
    for name in ("data.yaml", "data.yml", "dataset.yaml"):
        if (folder / name).is_file():
            return _names_in_yaml(read_text(folder / name), where=str(folder / name))
    for file in (folder / "classes.txt", folder / "labels" / "classes.txt"):
        if file.is_file():
            return single_names((line for line in read_text(file).splitlines() if line.strip()), where=str(file))
    raise LabelError(f"{folder} has no data.yaml and no classes.txt; write one that names the classes in order")


def _names_in_yaml(text: str, *, where: str) -> tuple[str, ...]:
    """The `names` of a data.yaml: a list in one line, a list of dashes or a table of numbers.

    Only these three forms occur, and reading them needs no YAML parser.
    """
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.split("#")[0].strip().startswith("names:")), None)
    if start is None:
        raise LabelError(f"{where} has no `names:`; add the class names in order")
    inline = lines[start].partition(":")[2].split(" #")[0].strip()
    words = [inline]
    if inline.startswith("["):
        for line in lines[start + 1 :]:
            if words[-1].endswith("]"):
                break
            words.append(line.split(" #")[0].strip())
        listed = " ".join(words).strip("[] ").split(",")
        return single_names((_unquoted(name) for name in listed if name.strip()), where=where)
    found = []
    for line in lines[start + 1 :]:
        entry = line.split(" #")[0].strip()
        if line[:1] not in (" ", "\t", "-") and entry:
            break
        if entry:
            found.append(_unquoted(entry.removeprefix("-") if entry.startswith("-") else entry.partition(":")[2]))
    return single_names(found, where=where)


def _unquoted(word: str) -> str:
    return word.strip().strip("'\"")


def lines_of(image: LabelledImage) -> str:
    """The label file of a picture; a confidence is written where it is not a person's.

    Raises:
        ValueError: If the picture's size is unknown.
    """
    if min(image.size) <= 0:
        raise ValueError(f"want a picture of known size; got {image.size} for {image.path}")
    rows = []
    for class_id, (x1, y1, x2, y2), trust in zip(image.class_id, image.relative(), image.confidence, strict=True):
        values = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, *([trust] if trust < 1 else [])]
        rows.append(f"{class_id} " + " ".join(f"{value:.6f}" for value in values) + "\n")
    return "".join(rows)


def data_yaml(classes: Sequence[str], splits: Sequence[str]) -> str:
    """A data.yaml that ultralytics and our reader understand."""
    paths: dict[str, Any] = {split: f"images/{split}" if split else "images" for split in splits}
    named = "".join(f"{split or 'train'}: {path}\n" for split, path in paths.items())
    return f"path: .\n{named}names:\n" + "".join(f"  {i}: {json.dumps(name)}\n" for i, name in enumerate(classes))
