from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.model_files import CLASSES, tiny_model, write_set
from streetaudit.structures.detections import Detections
from streetaudit_datasets.labels.pictures import decode
from streetaudit_models.evaluate import confuse, confusion_table, judge_set, look_at, report, score
from streetaudit_models.infer import open_model
from streetaudit_models.report_page import write_report
from streetaudit_models.samples import read_set
from streetaudit_models.worst import draw, worst


def seen(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    table = np.array(rows, dtype=np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int32))


BIN = (24.0, 24.0, 40.0, 40.0)  # where write_set puts it


def test_a_class_counts_only_where_its_source_labels_it(tmp_path: Path) -> None:
    samples = list(read_set(write_set(tmp_path / "set"), CLASSES, split="val"))
    judged = list(look_at(samples, lambda image: seen((*BIN, 0.9, 1), (1, 1, 9, 9, 0.9, 0))))
    bins, litter = score(judged, 1, threshold=0.5), score(judged, 0, threshold=0.5)
    assert bins is not None
    assert (bins.images, bins.truths, bins.recall) == (6, 6, 1.0)
    assert bins.ap50 == pytest.approx(1.0)
    assert litter is None  # a teacher's boxes are no truth, so there is nothing to find


@pytest.mark.parametrize(
    ("looks", "matrix", "share"),
    [
        pytest.param(seen((*BIN, 0.9, 1)), ((3, 0), (0, 0)), 0.0, id="right"),
        pytest.param(seen((*BIN, 0.9, 2), (*BIN, 0.4, 1)), ((0, 3), (0, 0)), 1.0, id="mistaken"),
        pytest.param(seen((0, 0, 9, 9, 0.9, 2)), ((0, 0), (0, 0)), 0.0, id="elsewhere"),
    ],
)
def test_confusion_counts_what_the_surest_box_says(
    tmp_path: Path, looks: Detections, matrix: tuple[tuple[int, int], tuple[int, int]], share: float
) -> None:
    samples = read_set(write_set(tmp_path / "set"), CLASSES, split="val")
    found = confuse(look_at(samples, lambda image: looks), (1, 2), thresholds=(0.25, 0.25))
    assert (found.matrix, found.share) == (matrix, share)


def test_a_model_is_reported_on_paper(tmp_path: Path) -> None:
    model = open_model(tiny_model())
    judged = list(judge_set(model, read_set(write_set(tmp_path / "set"), CLASSES, split="val")))
    found = report(judged, CLASSES, thresholds=model.card.thresholds)
    write_report(tmp_path / "out", found, judged, classes=CLASSES)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["images"] == 6
    assert "<h2>bin</h2>" in (tmp_path / "out" / "report.html").read_text()


def test_confusion_of_all_classes_asks_only_what_the_source_labels(tmp_path: Path) -> None:
    samples = list(read_set(write_set(tmp_path / "set"), CLASSES, split="val"))
    looks = seen((*BIN, 0.9, 0), (*BIN, 0.6, 2), (*BIN, 0.3, 1))
    judged = list(look_at(samples, lambda image: looks))
    table = confusion_table(judged, CLASSES, {"bin": 0.5})
    # Only bins have truths, so no other class has a column; and the bin of confidence 0.3 stays below its threshold.
    assert table == {"classes": ["bin"], "matrix": [[0, 6]]}
    assert confusion_table(judged, CLASSES, {})["matrix"] == [[6, 0]]


def test_the_worst_pictures_are_false_alarms_and_misses_in_turn(tmp_path: Path) -> None:
    samples = list(read_set(write_set(tmp_path / "set"), CLASSES, split="val"))
    right, stray = (*BIN, 0.8, 1), (1, 1, 9, 9)
    answers = iter([seen((*stray, 0.9, 1), right), seen((*stray, 0.7, 1), right), seen(), *[seen(right)] * 3])
    judged = list(look_at(samples, lambda image: next(answers)))
    bad = worst(judged, 1, threshold=0.5, most=3)
    assert [one.words.partition(",")[0] for one in bad] == ["false alarm 0.90", "false alarm 0.70", "overlooked"]
    pixels = decode(draw(bad[0]))
    assert pixels is not None
    assert max(pixels.shape[:2]) == 300
