"""Open Images labels: CSV tables of boxes (fractions), of class names and of labels that people verified."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from streetaudit_datasets.labels.pictures import PictureIndex, size_of, walk
from streetaudit_datasets.labels.text import numbers, read_text
from streetaudit_datasets.labels.values import Boxes, Fault, LabelError, LabelledImage, LabelledSet, shown

_MOST_BYTES = 4 << 30
_COLUMNS = ("ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax")
_SPLITS = {"train": "train", "validation": "val", "test": "test"}


def read_open_images(folder: Path) -> LabelledSet:
    """The pictures of a folder with `*annotations-bbox*.csv`, class descriptions and verified image labels.

    Open Images draws the boxes of a class only in pictures where people verified that it is, or is not, there: those
    classes are `labelled`. Boxes of groups and depictions are left out and make their class doubtful there.

    Raises:
        LabelError: If a table is missing or its header is another one.
    """
    tables = list(walk(folder, suffixes=frozenset({".csv"})))
    boxes = [file for file in tables if "bbox" in file.name and "description" not in file.name]
    if not boxes:
        raise LabelError(
            f"{folder} has no *-annotations-bbox.csv; put the box table of Open Images beside the pictures"
        )
    names = _descriptions(folder, tables)
    index = PictureIndex(folder)
    pictures = {path.stem: path for path in index.paths}
    verified = _verified((file for file in tables if "imagelabels" in file.name), names, pictures)
    reader = _Reader(folder, pictures, names)
    for file in boxes:
        reader.read(file)
    classes = tuple(sorted(set(names.values())))
    return LabelledSet(folder, classes, tuple(reader.images(classes, verified)), tuple(reader.faults), "open_images")


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(csv.DictReader(read_text(file, most=_MOST_BYTES).splitlines()), 2):
        yield number, {key: value or "" for key, value in row.items() if isinstance(key, str)}


def _descriptions(folder: Path, tables: list[Path]) -> dict[str, str]:
    """Class name by machine id ("/m/0k4j"): a table without header up to version 6, with one in version 7."""
    for file in tables:
        if "class-descriptions" in file.name or "class_descriptions" in file.name:
            rows = [row for row in csv.reader(read_text(file).splitlines()) if len(row) == 2]
            return {ident: name.strip() for ident, name in rows if ident.startswith("/")}
    raise LabelError(f"{folder} has no class-descriptions-boxable.csv; it says what /m/... means, put it there")


def _verified(files: Iterator[Path], names: Mapping[str, str], pictures: Mapping[str, Path]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for file in files:
        if "machine" in file.name:
            continue
        for _, row in _rows(file):
            if row.get("ImageID") in pictures and row.get("LabelName") in names:
                found[row["ImageID"]].add(names[row["LabelName"]])
    return found


class _Reader:
    def __init__(self, folder: Path, pictures: Mapping[str, Path], names: Mapping[str, str]) -> None:
        self.folder, self.pictures, self.names = folder, pictures, names
        self.faults: list[Fault] = []
        self.found: dict[str, list[tuple[str, tuple[float, ...]]]] = defaultdict(list)
        self.doubtful: dict[str, set[str]] = defaultdict(set)
        self.row_of: dict[str, str] = {}
        self.split_of: dict[str, str] = {}

    def read(self, file: Path) -> None:
        for number, row in _rows(file):
            missing = [column for column in _COLUMNS if column not in row]
            if missing:
                raise LabelError(
                    f"{file} has no column {missing[0]}: that is no box table of Open Images, or it is cut"
                )
            if row["ImageID"] in self.pictures:  # a user fetches a few of the millions
                self._take(file, number, row)

    def _take(self, file: Path, number: int, row: Mapping[str, str]) -> None:
        image, name = row["ImageID"], self.names.get(row["LabelName"])
        fractions = numbers([row[column] for column in _COLUMNS[2:]])
        if name is None or fractions is None:
            says = f"unknown class {row['LabelName'][:40]!r}" if name is None else "a corner is no number"
            self.faults.append(Fault(shown(file, self.folder), number, f"{says}; fetch the tables of one version"))
            return
        self.row_of.setdefault(image, f"{shown(file, self.folder)}:{number}")
        self.split_of.setdefault(image, next((to for word, to in _SPLITS.items() if word in file.name), ""))
        if row.get("IsGroupOf") == "1" or row.get("IsDepiction") == "1":
            self.doubtful[image].add(name)
        else:
            self.found[image].append((name, fractions))

    def images(self, classes: tuple[str, ...], verified: Mapping[str, set[str]]) -> Iterator[LabelledImage]:
        for ident, path in sorted(self.pictures.items()):
            size = size_of(path)
            boxes = Boxes()
            for name, (x1, x2, y1, y2) in self.found.get(ident, []):
                boxes.add(classes.index(name), (x1 * size[0], y1 * size[1], x2 * size[0], y2 * size[1]))
            xyxy, class_id, confidence = boxes.arrays()
            # A class with boxes was verified to be there, whether or not the table of image labels is at hand.
            known = verified.get(ident, set()) | {name for name, _ in self.found.get(ident, [])}
            yield LabelledImage(
                path, size, xyxy, class_id, confidence, labelled=frozenset(known),
                doubtful=frozenset(self.doubtful.get(ident, set())), split=self.split_of.get(ident, ""),
                row=self.row_of.get(ident, shown(path, self.folder)),
            )  # fmt: skip
