from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.model_files import CLASSES, tiny_model, write_set
from streetaudit.structures.detections import Detections
from streetaudit_models.evaluate import confuse, judge_set, look_at, report, score
from streetaudit_models.infer import open_model
from streetaudit_models.report_page import write_report
from streetaudit_models.samples import read_set


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
