"""The list of training images: which file, which boxes, which classes its labels cover.

A prepared set is a folder with `manifest.csv` (file, split, source, group, labelled, scored, weight). `labelled` names,
separated by spaces, the classes whose absence is evidence in training; `scored` those labelled by people, on which a
model may be judged. Beside every image `images/NAME.jpg` lies `labels/NAME.txt`, one box a line:
`class x y width height [confidence]`, relative to the image. A line with a confidence is a pseudo-label of a teacher.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit_models.partial_labels import labelled_row

_FIELDS = 5  # class and four numbers; a sixth is a teacher's confidence


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One labelled image of a prepared set.

    Attributes:
        image: The picture's file.
        source: The data set it came from.
        group: Images of one place or drive share a group, and never cross splits.
        weight: How often it is drawn, relative to the others.
        labelled: bool (C,), classes whose absence is evidence.
        scored: bool (C,), classes that a model may be judged on here.
        boxes: float32 (N, 4), xyxy as fractions of the image.
        class_ids: int64 (N,).
        confidence: float32 (N,), 1 for a person's label, a teacher's score otherwise.
    """

    image: Path
    source: str
    group: str
    weight: float
    labelled: NDArray[np.bool_]
    scored: NDArray[np.bool_]
    boxes: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    confidence: NDArray[np.float32]


def read_set(folder: Path, classes: Sequence[str], *, split: str) -> Iterator[Sample]:
    """Every sample of one split of a prepared set, in the manifest's order."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["split"] == split:
                yield _sample(folder, row, classes)


def _sample(folder: Path, row: dict[str, str], classes: Sequence[str]) -> Sample:
    image = folder / row["file"]
    class_ids, boxes, confidence = read_boxes(folder / "labels" / f"{image.stem}.txt")
    return Sample(
        image=image,
        source=row["source"],
        group=row["group"],
        weight=float(row.get("weight") or 1.0),
        labelled=labelled_row(row["labelled"].split(), classes),
        scored=labelled_row(row["scored"].split(), classes),
        boxes=boxes,
        class_ids=class_ids,
        confidence=confidence,
    )


def read_boxes(file: Path) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Class ids (N,), boxes (N, 4) xyxy as fractions, and confidences (N,); no file means no box."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    rows = [[float(word) for word in line.split()] for line in text.splitlines() if line.strip()]
    table = np.array([row[:_FIELDS] for row in rows], dtype=np.float32).reshape(-1, _FIELDS)
    confidence = np.array([row[_FIELDS] if len(row) > _FIELDS else 1.0 for row in rows], dtype=np.float32)
    centre, half = table[:, 1:3], table[:, 3:5] / 2
    return table[:, 0].astype(np.int64), np.hstack([centre - half, centre + half]), confidence
