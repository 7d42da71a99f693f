"""The layout that training reads: images/, labels/ and manifest.csv, which says what each picture is good for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from streetaudit.io.whole_file import text_target
from streetaudit_datasets.labels.pictures import size_of
from streetaudit_datasets.labels.text import read_text, text_or_fault
from streetaudit_datasets.labels.values import Fault, LabelError, LabelledImage, LabelledSet, shown
from streetaudit_datasets.labels.yolo import data_yaml, lines_of, read_lines, read_names

MANIFEST = "manifest.csv"
#: The first seven are what training reads.
COLUMNS = ("file", "split", "source", "group", "labelled", "scored", "weight", "taken_at", "licence")
_NEEDED = ("file", "split", "source", "group", "labelled")


def read_prepared(folder: Path, *, classes: Sequence[str]) -> LabelledSet:
    """The set of a folder with manifest.csv; data.yaml may name the classes, else they are those given.

    Raises:
        LabelError: If the manifest is missing, cut short or another table.
    """
    manifest = folder / MANIFEST
    table = csv.DictReader(read_text(manifest).splitlines())
    missing = [name for name in _NEEDED if name not in (table.fieldnames or ())]
    if missing:
        raise LabelError(f"{manifest} has no column {missing[0]}; write it again with: streetaudit data import")
    names = read_names(folder) if (folder / "data.yaml").is_file() else tuple(classes)
    faults: list[Fault] = []
    images = [image for row in table if (image := _image(folder, row, table.line_num, faults=faults)) is not None]
    return LabelledSet(folder, names, tuple(images), tuple(faults), "prepared")


def _image(folder: Path, row: Mapping[str, str | None], line: int, *, faults: list[Fault]) -> LabelledImage | None:
    known = {key: value or "" for key, value in row.items() if isinstance(key, str)}
    path = folder / known["file"]
    if not path.is_file() or ".." in path.parts:
        faults.append(Fault(MANIFEST, line, f"picture {known['file']!r} is not there; fetch it, or drop the line"))
        return None
    file = folder / "labels" / f"{path.stem}.txt"
    size = size_of(path)
    text = text_or_fault(file, folder, faults=faults) if file.exists() else ""
    xyxy, class_id, confidence = read_lines(text or "", shown(file, folder), size=size, faults=faults).arrays()
    try:
        taken_at = datetime.fromisoformat(known["taken_at"]) if known.get("taken_at") else None
        weight = float(known.get("weight") or 1.0)
    except ValueError as error:
        faults.append(Fault(MANIFEST, line, f"{error}; write weight as a number and taken_at as 2026-11-24T22:00:00"))
        taken_at, weight = None, 1.0
    return LabelledImage(
        path, size, xyxy, class_id, confidence,
        labelled=frozenset(known["labelled"].split()),
        scored=frozenset((known["scored"] if "scored" in known else known["labelled"]).split()),
        source=known["source"], group=known["group"], split=known["split"], taken_at=taken_at, weight=weight,
        licence=known.get("licence", ""), row=shown(file, folder),
    )  # fmt: skip


def write_manifest(folder: Path, images: Iterable[LabelledImage]) -> None:
    """Write which picture is in which split and labelled for what; whole, or not at all."""
    lines = io.StringIO()
    table = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
    table.writeheader()
    for image in images:
        table.writerow(_row(folder, image))
    with text_target(folder / MANIFEST) as file:
        file.write(lines.getvalue())


def _row(folder: Path, image: LabelledImage) -> dict[str, object]:
    labelled = image.labelled or frozenset()
    return {
        "file": shown(image.path, folder),
        "split": image.split or "train",
        "source": image.source,
        "group": image.group,
        "labelled": " ".join(sorted(labelled)),
        "scored": " ".join(sorted(labelled if image.scored is None else image.scored)),
        "weight": image.weight,
        "taken_at": image.taken_at.isoformat() if image.taken_at else "",
        "licence": image.licence,
    }


def write_prepared(images: LabelledSet, out: Path, *, names: Sequence[str]) -> LabelledSet:
    """The set as written to a folder, its pictures copied byte for byte under the given file names.

    Raises:
        ValueError: If there is not one name a picture, or names share a stem.
        LabelError: If a file cannot be read or written.
    """
    if len(names) != len(images.images) or len({Path(name).stem for name in names}) != len(names):
        raise ValueError(f"want one name with its own stem a picture; got {len(names)} for {len(images.images)}")
    try:
        (out / "images").mkdir(parents=True, exist_ok=True)
        for name, image in zip(names, images.images, strict=True):
            (out / "images" / name).write_bytes(image.path.read_bytes())
    except OSError as error:
        raise LabelError(f"cannot copy to {out}: {error}; check space and permissions, then import again") from error
    written = [replace(image, path=out / "images" / name) for name, image in zip(names, images.images, strict=True)]
    made = replace(images, folder=out, images=tuple(written), format="prepared")
    write_labels(made)
    return made


def write_labels(images: LabelledSet) -> None:
    """Write labels, data.yaml and manifest of pictures that lie in the set's own images/ already.

    Raises:
        LabelError: If a file cannot be written.
    """
    out = images.folder
    try:
        (out / "labels").mkdir(parents=True, exist_ok=True)
        for image in images.images:
            (out / "labels" / f"{image.path.stem}.txt").write_text(lines_of(image), encoding="utf-8")
        (out / "data.yaml").write_text(data_yaml(images.classes, [""]), encoding="utf-8")
    except OSError as error:
        raise LabelError(f"cannot write to {out}: {error}; check space and permissions") from error
    write_manifest(out, images.images)
