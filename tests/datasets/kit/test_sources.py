"""Source cards, and bringing downloaded sets in."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from datasets.kit.sets import Box, coco_set, picture, voc_xml, yolo_set
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.prepared import read_prepared
from streetaudit_datasets.labels.values import LabelError, LabelledSet
from streetaudit_datasets.sources.bring_in import import_source, read_source
from streetaudit_datasets.sources.card import SourceCard, find_card, read_card, shipped_cards


def card(**changes: object) -> SourceCard:
    fields = {
        "name": "made", "title": "made for a test", "licence": "CC0", "origin": "nowhere", "format": "yolo",
        "classes": {"bin": "bin", "Litter": "litter"}, "exhaustive": ("bin",), **changes,
    }  # fmt: skip
    return SourceCard.model_validate(fields)


def classes_of(read: LabelledSet) -> list[list[str]]:
    return [[read.classes[i] for i in image.class_id] for image in read.images]


def test_every_shipped_card_is_valid_and_has_its_own_name() -> None:
    assert {"taco", "plitter", "plitter-yolo", "open_images", "rdd", "street5"} <= set(shipped_cards())
    assert all(find_card(name).name == name for name in shipped_cards())


@pytest.mark.parametrize(
    ("target", "classes", "labelled"),
    [
        pytest.param("litter", ["bin", "litter"], {"bin"}, id="renamed"),
        pytest.param("ignore", ["bin"], {"bin"}, id="ignored"),
        pytest.param(("bin", "overflowing_bin"), ["bin"], set(), id="one-of-two-makes-both-unknown"),
    ],
)
def test_a_class_becomes_what_the_card_says(
    tmp_path: Path, target: str | tuple[str, ...], classes: list[str], labelled: set[str]
) -> None:
    folder = yolo_set(tmp_path, {"a": "0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.2 0.2\n"}, names=("bin", "thing"))
    read = read_source(card(classes={"bin": "bin", "thing": target}), folder)
    assert classes_of(read) == [classes]
    assert read.images[0].labelled == frozenset(labelled)
    assert not read.faults


def test_a_class_that_no_card_lists_is_a_fault_and_leaves_nothing_certain(tmp_path: Path) -> None:
    folder = yolo_set(tmp_path, {"a": "1 0.5 0.5 0.5 0.5\n", "b": ""}, names=("bin", "mystery"))
    read = read_source(card(classes={"bin": "bin"}), folder)
    assert ["mystery" in fault.says for fault in read.faults] == [True]
    assert [image.labelled for image in read.images] == [frozenset(), frozenset({"bin"})]


def test_a_class_number_that_nothing_names_is_a_fault(tmp_path: Path) -> None:
    read = read_source(card(), yolo_set(tmp_path, {"a": "9 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.5\n"}))
    assert classes_of(read) == [["bin"]]
    assert "class 9" in read.faults[0].says


def test_groups_and_times_come_from_the_path(tmp_path: Path) -> None:
    folder = yolo_set(tmp_path, {"ride7_20260512_081500": "", "ride7_20269999_081500": "", "other": ""})
    rule = {"by": "path", "pattern": r"(ride\d+)"}
    read = read_source(card(group=rule, taken={"pattern": r"(\d{8}_\d{6})", "format": "%Y%m%d_%H%M%S"}), folder)
    by_stem = {image.path.stem: image for image in read.images}
    assert by_stem["ride7_20260512_081500"].group == by_stem["ride7_20269999_081500"].group == "made:ride7"
    assert by_stem["other"].group == "made:images/other.jpg"
    assert by_stem["ride7_20260512_081500"].taken_at == datetime(2026, 5, 12, 8, 15)  # noqa: DTZ001
    assert by_stem["ride7_20269999_081500"].taken_at is None


def test_a_table_says_group_split_and_what_is_labelled(tmp_path: Path) -> None:
    folder = yolo_set(tmp_path, {"a": "", "b": "", "c": ""})
    (folder / "table.csv").write_text(
        'file,g,s,l\nimages/a.jpg,seq1,val,"bin,litter (by hand, not by source)"\nimages/b.jpg,seq1,val,dragons\n'
    )
    rule = {"file": "table.csv", "group": "g", "split": "s", "labelled": "l"}
    read = read_source(card(table=rule, group={"by": "table"}), folder)
    assert [(i.group, i.split, set(i.labelled or ())) for i in read.images[:2]] == [
        ("made:seq1", "val", {"bin", "litter"}),
        ("made:seq1", "val", set[str]()),
    ]
    assert sorted(fault.file for fault in read.faults) == ["images/c.jpg", "table.csv"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("name = ", "no valid TOML", id="cut-short"),
        pytest.param("", "name: Field required", id="empty"),
        pytest.param('classes = {a = "dragon"}', "dragon is none of ours", id="foreign-class"),
        pytest.param('unlisted = "dragon"', "dragon is none of ours", id="foreign-default"),
        pytest.param('group = {by = "path", pattern = "no group"}', "want one group", id="pattern-without-group"),
        pytest.param('group = {by = "path", pattern = "("}', "no regular expression", id="pattern-broken"),
        pytest.param('group = {by = "table"}', "need \\[table\\]", id="no-table"),
        pytest.param('color = "red"', "color", id="unknown-key"),
    ],
)
def test_a_card_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "bad.toml"
    whole = 'name = "a"\ntitle = "t"\nlicence = "l"\norigin = "o"\nformat = "yolo"\n'
    file.write_text(text if text in ("name = ", "") else whole + text + "\n")
    with pytest.raises(LabelError, match=says):
        read_card(file)


def test_an_address_in_a_card_is_refused() -> None:
    with pytest.raises(ValueError, match="addresses die"):
        card(origin="http" + "://example.org")


def test_an_unknown_card_names_the_known_ones() -> None:
    with pytest.raises(LabelError, match="taco"):
        find_card("tacos")


def test_taco_layout_is_brought_in(tmp_path: Path) -> None:
    source = coco_set(
        tmp_path / "data",
        {"batch_1/000001.jpg": [("Cigarette", (1, 1, 9, 9))], "batch_2/000001.JPG": [("Can", (5, 5, 20, 20))]},
        names=("Cigarette", "Can"),
    )
    done = import_source(find_card("taco"), source, tmp_path / "out")
    read = read_prepared(tmp_path / "out", classes=())
    assert not done.faults
    assert read.classes == CLASSES
    assert classes_of(read) == [["litter"], ["litter"]]
    assert [image.group for image in read.images] == ["taco:batch_1", "taco:batch_2"]
    assert len({image.path.stem for image in read.images}) == 2
    assert all(image.labelled == image.scored == frozenset({"litter"}) for image in read.images)


def test_plitter_bins_are_neither_full_nor_empty(tmp_path: Path) -> None:
    things: list[tuple[str, Box]] = [("Plastic", (1, 1, 9, 9)), ("Trash bin", (5, 5, 20, 20))]
    boxes = {"images/ride-001.jpg": things, "images/ride-002.jpg": []}
    source = coco_set(tmp_path / "data", boxes, names=("Plastic", "Trash bin"))
    read = import_source(find_card("plitter"), source, tmp_path / "out")
    assert classes_of(read) == [["litter"], []]
    assert [image.labelled for image in read.images] == [frozenset(), frozenset({"bin", "overflowing_bin"})]
    assert {image.group for image in read.images} == {"plitter:ride"}


def test_rdd_pictures_come_without_labels_and_in_runs_of_a_hundred(tmp_path: Path) -> None:
    for number in ("000123", "000199", "000200"):
        picture(tmp_path / "data" / "Japan" / "train" / "images" / f"Japan_{number}.jpg")
        file = tmp_path / "data" / "Japan" / "train" / "annotations" / "xmls" / f"Japan_{number}.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(voc_xml(f"Japan_{number}.jpg", [("D40", (1, 1, 9, 9))]))
    read = import_source(find_card("rdd"), tmp_path / "data", tmp_path / "out")
    assert classes_of(read) == [[], [], []]
    assert all(image.labelled == frozenset() for image in read.images)
    assert [image.group for image in read.images] == ["rdd:Japan_0001", "rdd:Japan_0001", "rdd:Japan_0002"]


def test_a_broken_picture_is_left_out_and_named(tmp_path: Path) -> None:
    folder = yolo_set(tmp_path / "data", {"a": "0 0.5 0.5 0.5 0.5\n", "b": ""})
    (folder / "images" / "b.jpg").write_bytes(b"")
    done = import_source(card(), folder, tmp_path / "out")
    assert [image.path.name for image in done.images] == ["made-a.jpg"]
    assert [fault.file for fault in done.faults] == ["images/b.jpg"]


def test_a_full_folder_is_not_overwritten_and_a_failed_import_leaves_none(tmp_path: Path) -> None:
    folder = yolo_set(tmp_path / "data", {"a": ""})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(LabelError, match="holds something"):
        import_source(card(), folder, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
    (folder / "images" / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(LabelError, match="no picture that can be used"):
        import_source(card(), folder, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]


def test_the_manifest_has_what_training_reads(tmp_path: Path) -> None:
    import_source(card(), yolo_set(tmp_path / "data", {"a": "0 0.5 0.5 0.5 0.5\n"}), tmp_path / "out")
    with (tmp_path / "out" / "manifest.csv").open(newline="") as lines:
        row = next(csv.DictReader(lines))
    wanted = {
        "file": "images/made-a.jpg",
        "split": "train",
        "source": "made",
        "labelled": "bin",
        "scored": "bin",
        "weight": "1.0",
    }
    assert wanted.items() <= row.items()
    assert (tmp_path / "out" / "labels" / "made-a.txt").read_text() == "4 0.500000 0.500000 0.500000 0.500000\n"
