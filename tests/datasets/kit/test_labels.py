"""Readers and writers of YOLO, COCO, VOC and Open Images labels: round trips, and files that are spoilt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from datasets.kit.sets import HEIGHT, WIDTH, coco_set, labelled, picture, voc_xml, yolo_set
from streetaudit_datasets.labels.coco import read_coco, write_coco
from streetaudit_datasets.labels.open_images import read_open_images
from streetaudit_datasets.labels.open_set import open_set, recognise
from streetaudit_datasets.labels.prepared import read_prepared, write_prepared
from streetaudit_datasets.labels.values import LabelError, LabelledSet
from streetaudit_datasets.labels.voc import read_voc, xml_of
from streetaudit_datasets.labels.yolo import lines_of, read_names, read_yolo

CLASSES = ("bin", "litter")


def made(folder: Path) -> LabelledSet:
    """Two pictures with boxes at odd places, one without any."""
    images = [
        labelled(picture(folder / "images" / "a.jpg", 1), [(0, (1.5, 2.25, 20, 30)), (1, (40, 10, 64, 48))]),
        labelled(picture(folder / "images" / "b.jpg", 2), [(1, (0, 0, 3, 3))]),
        labelled(picture(folder / "images" / "c.jpg", 3)),
    ]
    return LabelledSet(folder, CLASSES, tuple(images))


def assert_same(read: LabelledSet, wanted: LabelledSet) -> None:
    assert not read.faults
    by_name = {image.path.name: image for image in read.images}
    for image in wanted.images:
        again = by_name[image.path.name]
        assert again.size == (WIDTH, HEIGHT)
        assert [read.classes[i] for i in again.class_id] == [wanted.classes[i] for i in image.class_id]
        assert again.xyxy == pytest.approx(image.xyxy, abs=2e-3)


def test_yolo_comes_back_as_written(tmp_path: Path) -> None:
    images = made(tmp_path)
    (tmp_path / "labels").mkdir()
    for image in images.images:
        (tmp_path / "labels" / f"{image.path.stem}.txt").write_text(lines_of(image))
    (tmp_path / "classes.txt").write_text("bin\nlitter\n")
    assert_same(open_set(tmp_path, classes=()), images)


def test_coco_comes_back_as_written(tmp_path: Path) -> None:
    images = made(tmp_path)
    write_coco(images, tmp_path / "labels.json")
    assert_same(open_set(tmp_path, classes=()), images)


def test_voc_comes_back_as_written(tmp_path: Path) -> None:
    images = made(tmp_path)
    (tmp_path / "Annotations").mkdir()
    for image in images.images:
        (tmp_path / "Annotations" / f"{image.path.stem}.xml").write_text(xml_of(image, CLASSES))
    assert_same(open_set(tmp_path, classes=()), images)


def test_prepared_comes_back_as_written(tmp_path: Path) -> None:
    source = made(tmp_path / "source")
    written = write_prepared(source, tmp_path / "out", names=[image.path.name for image in source.images])
    read = read_prepared(tmp_path / "out", classes=())
    assert recognise(tmp_path / "out") == "prepared"
    assert_same(read, written)
    assert read.images[0].path.read_bytes() == source.images[0].path.read_bytes()


def test_a_models_confidence_survives_and_a_persons_is_not_written(tmp_path: Path) -> None:
    folder = yolo_set(tmp_path, {"a": "0 0.5 0.5 0.2 0.2 0.625\n1 0.5 0.5 0.1 0.1\n"})
    image = read_yolo(folder).images[0]
    assert image.confidence.tolist() == [0.625, 1.0]
    assert [len(line.split()) for line in lines_of(image).splitlines()] == [6, 5]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("names: [bin, 'street stall']\n", ("bin", "street stall"), id="inline"),
        pytest.param("names: [bin,\n  litter]\nnc: 2\n", ("bin", "litter"), id="inline-over-lines"),
        pytest.param("nc: 2\nnames:\n- bin\n- litter\ntrain: x\n", ("bin", "litter"), id="dashes"),
        pytest.param('names:\n  0: "bin"\n  1: litter # here\n', ("bin", "litter"), id="table"),
    ],
)
def test_class_names_of_every_yaml_form(tmp_path: Path, text: str, names: Sequence[str]) -> None:
    (tmp_path / "data.yaml").write_text(text)
    assert read_names(tmp_path) == names


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param("0 0.5 0.5 0.2", "want 'class x y", id="cut-short"),
        pytest.param("0 0.1 0.1 0.2 0.1 0.2 0.2 0.3", "not polygons", id="polygon"),
        pytest.param("bin 0.5 0.5 0.2 0.2", "want 'class", id="name-for-number"),
        pytest.param("0.5 0.5 0.5 0.2 0.2", "no class number", id="fraction-of-a-class"),
        pytest.param("-1 0.5 0.5 0.2 0.2", "no class number", id="negative"),
        pytest.param("nan 0.5 0.5 0.2 0.2", "no class number", id="nan-class"),
    ],
)
def test_a_bad_yolo_line_is_named_and_the_others_are_read(tmp_path: Path, line: str, says: str) -> None:
    folder = yolo_set(tmp_path, {"a": f"0 0.5 0.5 0.2 0.2\n{line}\n"})
    read = read_yolo(folder)
    assert len(read.images[0].xyxy) == 1
    assert [(fault.file, fault.line) for fault in read.faults] == [("labels/a.txt", 2)]
    assert says in read.faults[0].says


def test_yolo_labels_without_picture_and_binary_labels_are_faults(tmp_path: Path) -> None:
    folder = yolo_set(tmp_path, {"a": "", "b": ""})
    (folder / "labels" / "ghost.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    (folder / "labels" / "b.txt").write_bytes(b"\xff\xfe\x00")
    says = {fault.file: fault.says for fault in read_yolo(folder).faults}
    assert "without a picture" in says["labels/ghost.txt"]
    assert "no UTF-8" in says["labels/b.txt"]


def test_yolo_splits_are_the_folders_names(tmp_path: Path) -> None:
    yolo_set(tmp_path, {"a": ""}, split="train")
    yolo_set(tmp_path, {"b": ""}, split="val")
    assert {image.path.stem: image.split for image in read_yolo(tmp_path).images} == {"a": "train", "b": "val"}


def coco(folder: Path, **changes: object) -> Path:
    """A small COCO file with parts replaced."""
    coco_set(folder, {"x/a.jpg": [("can", (1, 2, 10, 20))], "b.jpg": []}, names=("can", "cup"))
    document = json.loads((folder / "annotations.json").read_text())
    (folder / "annotations.json").write_text(json.dumps(document | changes))
    return folder / "annotations.json"


def test_coco_ids_need_not_be_numbered_from_one(tmp_path: Path) -> None:
    read = read_coco(coco(tmp_path), tmp_path)
    assert read.classes == ("can", "cup")
    assert read.images[0].xyxy.tolist() == [[1, 2, 11, 22]]
    assert read.images[1].xyxy.shape == (0, 4)


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        pytest.param({"id": 7, "image_id": 0, "category_id": 99, "bbox": [1, 1, 2, 2]}, "category 99", id="category"),
        pytest.param({"id": 7, "image_id": 0, "category_id": 10}, "no bbox", id="no-box"),
        pytest.param({"id": 7, "image_id": 0, "category_id": 10, "bbox": [1, "x", 2, 2]}, "no bbox", id="words"),
        pytest.param({"id": 7, "image_id": 5, "category_id": 10, "bbox": [1, 1, 2, 2]}, "image 5", id="no-such-image"),
        pytest.param({"id": 7, "category_id": 10, "bbox": [1, 1, 2, 2]}, "no image_id", id="of-no-image"),
        pytest.param({"id": 7, "image_id": [], "category_id": {}, "bbox": []}, "no image_id", id="nested"),
        pytest.param("text", "no image_id", id="no-object"),
    ],
)
def test_a_bad_coco_annotation_is_a_fault(tmp_path: Path, annotation: object, says: str) -> None:
    read = read_coco(coco(tmp_path, annotations=[annotation]), tmp_path)
    assert len(read.images) == 2
    assert [says in fault.says for fault in read.faults] == [True]


@pytest.mark.parametrize(
    ("image", "says"),
    [
        pytest.param({"id": 0, "file_name": "gone.jpg"}, "is not below", id="missing"),
        pytest.param({"id": 0, "file_name": "../../etc/passwd"}, "is not below", id="outside"),
        pytest.param({"id": 0}, "without file_name", id="nameless"),
        pytest.param({"id": 0, "file_name": "b.jpg", "width": 640, "height": 480}, "do not fit", id="other-size"),
    ],
)
def test_a_bad_coco_image_is_a_fault(tmp_path: Path, image: object, says: str) -> None:
    read = read_coco(coco(tmp_path, images=[image], annotations=[]), tmp_path)
    assert says in read.faults[0].says


def test_a_crowd_is_no_box_and_makes_its_class_doubtful(tmp_path: Path) -> None:
    crowd = {"id": 1, "image_id": 0, "category_id": 11, "bbox": [0, 0, 9, 9], "iscrowd": 1}
    image = read_coco(coco(tmp_path, annotations=[crowd]), tmp_path).images[0]
    assert len(image.xyxy) == 0
    assert image.doubtful == {"cup"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param('{"images": [', id="truncated"),
        pytest.param("[" * 100_000, id="nested-without-end"),
        pytest.param("[1, 2]", id="list"),
        pytest.param('{"images": [], "annotations": {}, "categories": []}', id="wrong-kind"),
        pytest.param('{"images": [], "annotations": [], "categories": [{"id": 1}]}', id="nameless-category"),
        pytest.param(
            '{"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]}',
            id="name-twice",
        ),
    ],
)
def test_a_file_that_is_no_coco_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(LabelError, match=r"labels\.json"):
        read_coco(tmp_path / "labels.json", tmp_path)


def test_voc_counts_pixels_from_one(tmp_path: Path) -> None:
    picture(tmp_path / "JPEGImages" / "a.jpg")
    file = tmp_path / "Annotations" / "a.xml"
    file.parent.mkdir()
    file.write_text(voc_xml("a.jpg", [("D00", (1, 1, 64, 48))]))
    assert read_voc([file], tmp_path).images[0].xyxy.tolist() == [[0, 0, WIDTH, HEIGHT]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "malformed", id="empty"),
        pytest.param(voc_xml("a.jpg", [("D00", (1, 1, 9, 9))])[:-20], "malformed", id="truncated"),
        pytest.param("<html/>", "no VOC file", id="other-xml"),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><annotation>&d;</annotation>', "refused", id="entities"
        ),
        pytest.param(voc_xml("gone.jpg", []).replace("gone", "zzz"), "is not below", id="no-picture"),
        pytest.param(voc_xml("p.jpg", [("", (1, 1, 9, 9))]), "without a name", id="nameless"),
        pytest.param(
            voc_xml("p.jpg", [("D00", (1, 1, 9, 9))]).replace("<xmax>9</xmax>", ""), "four corners", id="three-sides"
        ),
    ],
)
def test_a_bad_voc_file_is_a_fault_with_its_name(tmp_path: Path, text: str, says: str) -> None:
    picture(tmp_path / "p.jpg")
    file = tmp_path / "bad.xml"
    file.write_text(text)
    read = read_voc([file], tmp_path)
    assert [fault.file for fault in read.faults] == ["bad.xml"]
    assert says in read.faults[0].says


def test_a_difficult_object_is_no_box_and_makes_its_class_doubtful(tmp_path: Path) -> None:
    picture(tmp_path / "p.jpg")
    (tmp_path / "p.xml").write_text(voc_xml("p.jpg", [("car", (1, 1, 9, 9))], extra="<difficult>1</difficult>"))
    image = read_voc([tmp_path / "p.xml"], tmp_path).images[0]
    assert (len(image.xyxy), image.doubtful) == (0, frozenset({"car"}))


def open_images(folder: Path, rows: Sequence[str]) -> Path:
    picture(folder / "00aa.jpg", 1)
    picture(folder / "00bb.jpg", 2)
    head = (
        "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
    )
    (folder / "validation-annotations-bbox.csv").write_text("\n".join([head, *rows]) + "\n")
    (folder / "class-descriptions-boxable.csv").write_text("/m/car,Car\n/m/bus,Bus\n/m/hat,Hat\n")
    (folder / "validation-annotations-human-imagelabels-boxable.csv").write_text(
        "ImageID,Source,LabelName,Confidence\n00bb,verification,/m/bus,0\n00bb,verification,/m/car,0\n"
    )
    return folder


def test_open_images_labels_only_what_was_verified(tmp_path: Path) -> None:
    rows = [
        "00aa,x,/m/car,1,0.25,0.5,0.5,1,0,0,0,0,0",
        "00aa,x,/m/hat,1,0,1,0,1,0,0,1,0,0",
        "other,x,/m/car,1,0,1,0,1,0,0,0,0,0",
    ]
    read = read_open_images(open_images(tmp_path, rows))
    first, second = read.images
    assert first.xyxy.tolist() == [[16, 24, 32, 48]]
    assert (first.labelled, first.doubtful, first.split) == (frozenset({"Car"}), frozenset({"Hat"}), "val")
    assert (second.labelled, len(second.xyxy)) == (frozenset({"Car", "Bus"}), 0)
    assert not read.faults


def test_open_images_faults_have_their_line(tmp_path: Path) -> None:
    rows = ["00aa,x,/m/none,1,0,1,0,1,0,0,0,0,0", "00aa,x,/m/car,1,left,1,0,1,0,0,0,0,0", "00aa,x,/m/car"]
    read = read_open_images(open_images(tmp_path, rows))
    assert [fault.line for fault in read.faults] == [2, 3, 4]


@pytest.mark.parametrize(
    ("remove", "says"),
    [
        pytest.param("validation-annotations-bbox.csv", "annotations-bbox", id="boxes"),
        pytest.param("class-descriptions-boxable.csv", "class-descriptions", id="names"),
    ],
)
def test_open_images_says_which_table_is_missing(tmp_path: Path, remove: str, says: str) -> None:
    (open_images(tmp_path, []) / remove).unlink()
    with pytest.raises(LabelError, match=says):
        read_open_images(tmp_path)


@pytest.mark.parametrize("layout", ["nothing", "no folder", "pictures only"])
def test_a_folder_without_labels_is_refused(tmp_path: Path, layout: str) -> None:
    if layout == "pictures only":
        picture(tmp_path / "a.jpg")
    with pytest.raises(LabelError, match="no folder" if layout == "no folder" else "no labels that we know"):
        open_set(tmp_path / "gone" if layout == "no folder" else tmp_path, classes=())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "no column file", id="empty"),
        pytest.param("file,split\n", "no column source", id="other-table"),
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(LabelError, match=says):
        read_prepared(tmp_path, classes=CLASSES)


def test_bad_manifest_lines_are_faults(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.jpg")
    (tmp_path / "manifest.csv").write_text(
        "file,split,source,group,labelled,scored,weight\nimages/a.jpg,train,s,g,bin,bin,heavy\n../a.jpg,train,s,g,bin,bin,1\nimages/b.jpg\n"
    )
    read = read_prepared(tmp_path, classes=CLASSES)
    assert [fault.line for fault in read.faults] == [2, 3, 4]
    assert len(read.images) == 1


def test_a_confidence_column_keeps_numpy_types(tmp_path: Path) -> None:
    image = made(tmp_path).images[0]
    assert image.xyxy.dtype == np.float32
    assert image.relative().max() <= 1.0
