from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_models.prepare import Extra, prepare_street5, read_extra
from streetaudit_models.samples import read_set
from streetaudit_models.teacher import Row

BIN = "litter,bin,overflowing_bin"


def street5(folder: Path) -> Path:
    """Two photographs of bins and one of a vehicle, as the data set lays them out."""
    rows = [
        ("a_1", BIN, "g1", "4 0.5 0.5 0.4 0.4\n"),
        ("a_2", BIN, "g2", ""),
        ("h_1", "vehicle", "g3", "3 0.5 0.5 1 1\n"),
    ]
    for name in ("images/train", "labels/train"):
        (folder / name).mkdir(parents=True)
    with (folder / "PROVENANCE.csv").open("w", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(["file", "split", "classes_annotated_exhaustively_by_source", "sequence_group"])
        for stem, classes, group, label in rows:
            cv2.imwrite(str(folder / "images/train" / f"{stem}.jpg"), np.full((40, 40, 3), 90, np.uint8))
            (folder / "labels/train" / f"{stem}.txt").write_text(label)
            table.writerow([f"images/train/{stem}.jpg", "train", classes, group])
    return folder


def look(image: object) -> list[Row]:
    """A teacher that sees a truck where the bin is, a car in the corner and an unsure person."""
    return [
        ("vehicle", 0.3, 0.3, 0.7, 0.7, 0.9),
        ("vehicle", 0.0, 0.0, 0.2, 0.2, 0.8),
        ("person", 0.8, 0.8, 1, 1, 0.3),
    ]


def test_a_teacher_completes_only_what_the_source_does_not_label(tmp_path: Path) -> None:
    extra = Extra()
    extra.verified["h_1"] = {"bin"}
    extra.doubtful["a_2"] = {"litter"}
    prepare_street5(street5(tmp_path / "s"), tmp_path / "out", classes=CLASSES, look=look, extra=extra)
    made = {s.image.stem: s for split in ("train", "select") for s in read_set(tmp_path / "out", CLASSES, split=split)}
    names = {stem: {CLASSES[i] for i in np.flatnonzero(one.labelled)} for stem, one in made.items()}
    bins, vehicle = made["a_1"], made["h_1"]
    assert names["a_1"] == {"litter", "bin", "overflowing_bin", "vehicle", "person"}
    assert names["a_2"] == {"bin", "overflowing_bin", "vehicle", "person"}
    assert names["h_1"] == {"vehicle", "person", "bin"}
    assert bins.class_ids.tolist() == [4, 3, 6]  # the truck on the bin is not believed
    assert bins.confidence.tolist() == pytest.approx([1.0, 0.8, 0.3])
    assert vehicle.class_ids.tolist() == [3, 6]
    assert {CLASSES[i] for i in np.flatnonzero(vehicle.scored)} == {"vehicle"}


def test_labels_added_by_eye_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.boxes.csv").write_text("file,class,x1,y1,x2,y2\na_1,bin,0.1,0.2,0.3,0.4\n")
    (tmp_path / "x.verified.csv").write_text("file,verified,doubtful\na_1,litter bin,vehicle\n")
    extra = read_extra(tmp_path)
    assert extra.boxes["a_1"] == [("bin", 0.1, 0.2, 0.3, 0.4)]
    assert (extra.verified["a_1"], extra.doubtful["a_1"]) == ({"litter", "bin"}, {"vehicle"})


def test_the_shipped_lists_name_known_classes() -> None:
    extra = read_extra(Path(__file__).parents[2] / "datasets" / "cards" / "extra_labels")
    boxes = [box for found in extra.boxes.values() for box in found]
    assert {box[0] for box in boxes} <= set(CLASSES)
    assert all(0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1 for _, x1, y1, x2, y2 in boxes)


def corrections(folder: Path) -> Extra:
    """The bin of a_1 overflows, and nothing is where h_1 has a vehicle; a_2 has a bin that nobody labelled."""
    (folder / "x.boxes.csv").write_text("file,class,x1,y1,x2,y2\na_2,bin,0.1,0.2,0.3,0.4\n")
    (folder / "x.corrections.csv").write_text(
        "file,class,x1,y1,x2,y2,becomes\na_1,bin,0.3,0.3,0.7,0.7,overflowing_bin\nh_1,vehicle,0,0,1,1,\n"
        "a_1,litter,0.3,0.3,0.7,0.7,bin\n"
    )
    return read_extra(folder)


@pytest.mark.parametrize(
    ("split", "correct_val", "want"),
    [
        pytest.param("train", False, {"a_1": [5], "a_2": [4], "h_1": []}, id="training groups are set right"),
        pytest.param("val", False, {"a_1": [4], "a_2": [], "h_1": [3]}, id="val keeps its source's labels"),
        pytest.param("val", True, {"a_1": [5], "a_2": [4], "h_1": []}, id="val is set right on demand"),
    ],
)
def test_corrections(tmp_path: Path, split: str, *, correct_val: bool, want: dict[str, list[int]]) -> None:
    source = street5(tmp_path / "s")
    (source / "PROVENANCE.csv").write_text((source / "PROVENANCE.csv").read_text().replace(",train,", f",{split},"))
    (source / "labels/train").rename(source / "labels" / f"{split}.new")
    (source / "labels" / f"{split}.new").rename(source / "labels" / split)
    extra = corrections(tmp_path)
    prepare_street5(source, tmp_path / "out", classes=CLASSES, look=lambda _: [], extra=extra, correct_val=correct_val)
    made = {
        s.image.stem: s for name in ("train", "select", "val") for s in read_set(tmp_path / "out", CLASSES, split=name)
    }
    assert {stem: one.class_ids.tolist() for stem, one in made.items()} == want
