"""A prepared set out of street5: its own labels, boxes drawn by hand, and a teacher's for what no source labels."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_models.teacher import Row

_COMPLETED = ("vehicle", "person")  # what the teacher completes
_HOLDOUT_SHARE = 10  # every n-th group of the training split chooses the epoch
_SAME_THING_IOU = 0.4
_SAME_LABEL_IOU = 0.8  # a correction names the box that it means
_COLUMNS = ("file", "split", "source", "group", "labelled", "scored", "weight")


Corners = tuple[float, float, float, float]  # xyxy as fractions of the image


@dataclass(frozen=True, slots=True)
class Correction:
    """One box of the source that a person set right.

    Attributes:
        wrong: The class that the source gave it.
        box: Where it is.
        becomes: The right class, or nothing if there is no such thing.
    """

    wrong: str
    box: Corners
    becomes: str


@dataclass(slots=True)
class Extra:
    """What people added to a source's labels by eye.

    Attributes:
        boxes: Lines "class x1 y1 x2 y2" (fractions of the image) by file stem.
        verified: Classes that somebody looked for in the whole image, by file stem.
        doubtful: Classes that the source claims to label in an image, and visibly does not.
        corrections: Source boxes that are evidently wrong, and what they become (a class, or "" for nothing).
    """

    boxes: dict[str, list[tuple[str, float, float, float, float]]] = field(default_factory=lambda: defaultdict(list))
    verified: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    doubtful: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    corrections: dict[str, list[Correction]] = field(default_factory=lambda: defaultdict(list))


def read_extra(folder: Path) -> Extra:
    """The `*.boxes.csv`, `*.verified.csv` and `*.corrections.csv` in a folder of label lists."""
    extra = Extra()
    for row in _rows(folder, "boxes"):
        extra.boxes[row["file"]].append((row["class"], *_corners(row)))
    for row in _rows(folder, "verified"):
        extra.verified[row["file"]] |= set(row["verified"].split())
        extra.doubtful[row["file"]] |= set(row["doubtful"].split())
    for row in _rows(folder, "corrections"):
        extra.corrections[row["file"]].append(Correction(row["class"], _corners(row), row["becomes"]))
    return extra


def _rows(folder: Path, kind: str) -> Iterator[dict[str, str]]:
    for file in sorted(folder.glob(f"*.{kind}.csv")):
        yield from csv.DictReader(file.read_text(encoding="utf-8").splitlines())


def _corners(row: Mapping[str, str]) -> Corners:
    return float(row["x1"]), float(row["y1"]), float(row["x2"]), float(row["y2"])


def prepare_street5(
    street5: Path,
    out: Path,
    *,
    classes: Sequence[str],
    look: Callable[[NDArray[np.uint8]], list[Row]],
    extra: Extra,
    correct_val: bool = False,
) -> int:
    """How many images were prepared; the training split is divided into train and select by groups.

    The images of `val` keep the labels of their source, right or wrong, unless correct_val.
    """
    with (street5 / "PROVENANCE.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for name in ("images", "labels"):
        (out / name).mkdir(parents=True, exist_ok=True)
    chosen = _selection_groups(row["sequence_group"] for row in rows if row["split"] == "train")
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as handle:
        table = csv.DictWriter(handle, _COLUMNS)
        table.writeheader()
        for row in rows:
            known = extra if correct_val or row["split"] != "val" else Extra()
            table.writerow(_prepare_one(street5, out, row, classes=classes, look=look, extra=known, chosen=chosen))
    return len(rows)


def _weight(row: Mapping[str, str], stem: str, extra: Extra) -> float:
    """How often an image is drawn: rare classes more, near-duplicate motorway frames less."""
    drawn = {box[0] for box in extra.boxes.get(stem, [])}
    if "street_stall" in source_classes(row) | drawn:
        return 5.0
    if "illegal_ad" in source_classes(row):
        return 5.0 if drawn else 3.5
    return 0.5 if row["sequence_group"] == "atln" else 1.0


def parse_line(line: str) -> tuple[float, float, float, float]:
    """The xyxy corners, as fractions, of a YOLO label line."""
    x, y, width, height = (float(word) for word in line.split()[1:5])
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _contradicts(seen: Row, known: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether a teacher's vehicle is what a person called something else: big bins look like trucks to it."""
    return seen[0] == "vehicle" and any(_iou(seen[1:5], box) > _SAME_THING_IOU for box in known)


def _iou(a: Sequence[float], b: Sequence[float]) -> float:
    shared = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return shared / max(areas - shared, 1e-9)


def _selection_groups(groups: Iterable[str]) -> set[str]:
    ordered = sorted(set(groups))
    return set(ordered[::_HOLDOUT_SHARE])


def _prepare_one(
    street5: Path,
    out: Path,
    row: Mapping[str, str],
    *,
    classes: Sequence[str],
    look: Callable[[NDArray[np.uint8]], list[Row]],
    extra: Extra,
    chosen: set[str],
) -> dict[str, object]:
    image = street5 / row["file"]
    labelled = (source_classes(row) | extra.verified.get(image.stem, set())) - extra.doubtful.get(image.stem, set())
    lines = _source_lines(street5 / "labels" / row["split"] / f"{image.stem}.txt")
    lines = _corrected(lines, extra.corrections.get(image.stem, []), classes)
    lines += [_line(classes, box) for box in extra.boxes.get(image.stem, [])]
    pixels = np.asarray(cv2.cvtColor(cv2.imread(str(image)), cv2.COLOR_BGR2RGB), dtype=np.uint8)
    missing = [name for name in _COMPLETED if name not in labelled]
    known = [parse_line(line) for line in lines]
    lines += [_line(classes, seen) for seen in look(pixels) if seen[0] in missing and not _contradicts(seen, known)]
    (out / "labels" / f"{image.stem}.txt").write_text("".join(lines), encoding="utf-8")
    shutil.copyfile(image, out / "images" / image.name)
    split = "select" if row["split"] == "train" and row["sequence_group"] in chosen else row["split"]
    return {
        "file": f"images/{image.name}",
        "split": split,
        "source": image.stem.partition("_")[0],
        "group": row["sequence_group"],
        "labelled": " ".join(sorted(labelled | set(missing))),
        "scored": " ".join(sorted(source_classes(row))),
        "weight": _weight(row, image.stem, extra),
    }


def source_classes(row: Mapping[str, str]) -> set[str]:
    """The classes that an image's own source labels exhaustively."""
    text = row["classes_annotated_exhaustively_by_source"]
    return {name.partition(" ")[0].strip() for name in text.split(",") if name.strip()}


def _source_lines(file: Path) -> list[str]:
    if not file.exists():
        return []
    return [line.strip() + "\n" for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _corrected(lines: list[str], corrections: Sequence[Correction], classes: Sequence[str]) -> list[str]:
    """The lines with the boxes that were set right."""
    kept = []
    for line in lines:
        name, box = classes[int(line.split()[0])], parse_line(line)
        right = next((c for c in corrections if c.wrong == name and _iou(c.box, box) > _SAME_LABEL_IOU), None)
        if right is None:
            kept.append(line)
        elif right.becomes:
            kept.append(_line(classes, (right.becomes, *box)))
    return kept


def _line(classes: Sequence[str], box: tuple[str, float, float, float, float] | Row) -> str:
    name, x1, y1, x2, y2, *confidence = box
    numbers = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, *confidence]
    return f"{list(classes).index(name)} " + " ".join(f"{number:.5f}" for number in numbers) + "\n"
