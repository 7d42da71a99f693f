"""What `data check` finds in sets that are spoilt in one way each."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from datasets.kit.sets import labelled, picture, pixels
from datasets.kit.test_picture_header import turned
from streetaudit_datasets.check.check import check_set
from streetaudit_datasets.check.findings import KINDS, NOTES, CheckReport, Finding
from streetaudit_datasets.check.fingerprint import alike, fingerprint
from streetaudit_datasets.labels.values import Fault, LabelledImage, LabelledSet

INF, NAN = float("inf"), float("nan")


def sound(folder: Path) -> list[LabelledImage]:
    """Two unlike pictures in two splits with enough boxes of both classes."""
    boxes = [(c, (float(x), float(c), x + 8.0, 20.0)) for c in (0, 1) for x in range(25)]
    return [
        labelled(picture(folder / f"{i}.jpg", i), boxes, split=split, group=f"g{i}", labelled=frozenset({"bin"}))
        for i, split in enumerate(("train", "val"))
    ]


def report(folder: Path, images: list[LabelledImage], faults: tuple[Fault, ...] = ()) -> CheckReport:
    return check_set(LabelledSet(folder, ("bin", "litter"), tuple(images), faults))


def test_a_sound_set_has_no_findings(tmp_path: Path) -> None:
    found = report(tmp_path, sound(tmp_path))
    assert found.findings == ()
    assert found.lines()[-1] == "nothing to mend"
    assert found.balance == {"bin": {"train": 25, "val": 25}, "litter": {"train": 25, "val": 25}}


def half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def huge(path: Path) -> None:
    png = bytearray(picture(path.with_suffix(".png")).read_bytes())
    png[16:24] = struct.pack(">II", 300_000, 300_000)  # what it claims is enough: it is never decoded
    path.write_bytes(png)


FILES: list[tuple[str, Callable[[Path], object]]] = [
    ("broken", lambda path: path.write_bytes(b"")),
    ("broken", lambda path: path.unlink()),
    ("broken", lambda path: path.write_text("<html>404</html>")),
    ("truncated", half),
    ("rotated", lambda path: path.write_bytes(turned(6))),
    ("huge", huge),
]


@pytest.mark.parametrize(("kind", "spoil"), FILES, ids=["empty", "gone", "html", "half", "rotated", "huge"])
def test_a_spoilt_file_is_found(tmp_path: Path, kind: str, spoil: Callable[[Path], object]) -> None:
    images = sound(tmp_path)
    spoil(images[1].path)
    found = report(tmp_path, images)
    assert (kind, "1.jpg") in {(finding.kind, finding.where) for finding in found.findings}
    assert found.to_mend >= 1


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        pytest.param((0, (10, 10, 70, 20)), "box_outside", id="right-of-it"),
        pytest.param((0, (-3, 10, 9, 20)), "box_outside", id="left-of-it"),
        pytest.param((0, (10, 10, 10, 20)), "box_empty", id="no-width"),
        pytest.param((0, (20, 10, 10, 20)), "box_empty", id="turned-round"),
        pytest.param((0, (NAN, 10, 20, 20)), "box_not_finite", id="nan"),
        pytest.param((0, (1, 10, INF, 20)), "box_not_finite", id="infinite"),
        pytest.param((2, (1, 10, 9, 20)), "unknown_class", id="class-beyond"),
        pytest.param((0, (10, 10, 10.4, 20)), "box_tiny", id="sliver"),
        pytest.param((1, (0.0, 1.0, 8.0, 20.0)), "box_repeated", id="twice"),
    ],
)
def test_an_impossible_box_is_found_once(tmp_path: Path, box: tuple[int, tuple[float, ...]], kind: str) -> None:
    images = sound(tmp_path)
    class_id, xyxy = box
    images[0] = replace(
        images[0],
        xyxy=np.vstack([images[0].xyxy, np.array([xyxy], np.float32)]),
        class_id=np.append(images[0].class_id, np.int32(class_id)),
        confidence=np.append(images[0].confidence, np.float32(1)),
    )
    assert [finding.kind for finding in report(tmp_path, images).findings] == [kind]


def test_a_box_on_the_edge_within_rounding_is_fine(tmp_path: Path) -> None:
    images = sound(tmp_path)
    images[0] = replace(images[0], xyxy=images[0].xyxy + np.array([-0.2, 0, 0, 0], np.float32))
    assert report(tmp_path, images).to_mend == 0


def test_a_place_in_two_splits_is_found(tmp_path: Path) -> None:
    images = [replace(image, group="corner") for image in sound(tmp_path)]
    found = report(tmp_path, images).findings
    assert [(finding.kind, finding.others) for finding in found] == [("split_group", ("1.jpg",))]


def recompressed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(cv2.GaussianBlur(image, (3, 3), 0), (96, 72)), np.uint8)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(None, "same bytes", id="copy"),
        pytest.param(recompressed, "correlation", id="recompressed"),
        pytest.param(lambda image: recompressed(image)[:, ::-1], "mirrored", id="mirrored"),
        pytest.param(
            lambda image: cv2.convertScaleAbs(recompressed(image), alpha=0.8, beta=20), "correlation", id="lit"
        ),
    ],
)
@pytest.mark.parametrize("split", ["train", "val"])
def test_a_picture_that_comes_twice_is_found(
    tmp_path: Path, change: Callable[..., object] | None, says: str, split: str
) -> None:
    images = sound(tmp_path)
    path = tmp_path / "again.jpg"
    if change is None:
        path.write_bytes(images[0].path.read_bytes())
    else:
        picture(path, image=np.ascontiguousarray(change(pixels(0))), quality=60)
    images.append(replace(images[0], path=path, group="else", split=split))
    found = report(tmp_path, images).findings
    within = "duplicate" if change is None else "near_duplicate"
    assert [finding.kind for finding in found] == [within if split == "train" else "split_duplicate"]
    assert says in found[0].says


def test_unlike_pictures_are_no_pair() -> None:
    assert list(alike([fingerprint(pixels(seed)) for seed in range(40)])) == []


def test_plain_pictures_of_one_colour_are_no_pair() -> None:
    flat = [fingerprint(np.full((48, 64, 3), shade, np.uint8)) for shade in (0, 255)]
    assert list(alike(flat)) == []


def test_classes_that_are_rare_or_lacking_are_noted(tmp_path: Path) -> None:
    images = sound(tmp_path)
    only_bins = images[1].class_id == 0
    images[1] = replace(
        images[1], xyxy=images[1].xyxy[only_bins], class_id=images[1].class_id[only_bins],
        confidence=images[1].confidence[only_bins], labelled=frozenset(),
    )  # fmt: skip
    found = report(tmp_path, images)
    assert set(found.counts()) == {"rare_class", "unsplit_class", "unlabelled"}
    assert found.to_mend == 0


def test_faults_of_label_files_are_findings(tmp_path: Path) -> None:
    found = report(tmp_path, sound(tmp_path), (Fault("labels/a.txt", 3, "want a number"),))
    assert [(finding.kind, finding.where) for finding in found.findings] == [("label_file", "labels/a.txt:3")]
    assert found.fields()["counts"] == {"label_file": 1}


def test_every_note_is_a_kind_and_no_kind_is_made_up() -> None:
    assert set(KINDS) > NOTES
    with pytest.raises(ValueError, match="want one of"):
        Finding("odd", "a", "b")
