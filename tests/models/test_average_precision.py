from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit_models.average_precision import Scored, average_precisions, bootstrap, curve, judge

Boxes = NDArray[np.float32]


def boxes(*rows: tuple[float, float, float, float]) -> Boxes:
    return np.array(rows, dtype=np.float32).reshape(-1, 4)


def random_scene(seed: int) -> tuple[Boxes, Boxes, NDArray[np.float32]]:
    """Truths, and detections that find some of them badly and invent others."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 400, (int(rng.integers(0, 7)), 2))
    truth = np.hstack([corner, corner + rng.uniform(8, 150, corner.shape)]).astype(np.float32)
    near = truth[rng.random(len(truth)) < 0.8]
    near = near + rng.normal(0, 5, near.shape).astype(np.float32)
    stray = rng.uniform(0, 400, (int(rng.integers(0, 5)), 2))
    seen = np.vstack([near, near[:2], np.hstack([stray, stray + 40])]).astype(np.float32)
    return truth, seen, rng.uniform(0, 1, len(seen)).astype(np.float32).round(3)


@pytest.mark.parametrize(
    ("seen", "confidence", "ap50"),
    [
        pytest.param(boxes((0, 0, 10, 10)), [0.9], 1.0, id="found"),
        pytest.param(boxes((0, 0, 10, 10), (0, 0, 10, 9)), [0.9, 0.8], 1.0, id="a-double-comes-later"),
        pytest.param(boxes((50, 50, 60, 60), (0, 0, 10, 10)), [0.9, 0.8], 0.5, id="a-false-alarm-comes-first"),
        pytest.param(boxes(), [], 0.0, id="nothing-seen"),
    ],
)
def test_ap50_of_one_truth(seen: Boxes, confidence: list[float], ap50: float) -> None:
    image = judge(seen, np.array(confidence, dtype=np.float32), truth=boxes((0, 0, 10, 10)))
    assert average_precisions([image])[0] == pytest.approx(ap50, abs=0.006)


def test_a_class_without_truth_has_no_score() -> None:
    assert np.isnan(average_precisions([judge(boxes(), np.zeros(0, np.float32), truth=boxes())])).all()


def test_all_ten_precisions_equal_those_of_coco() -> None:
    reference = pytest.importorskip("faster_coco_eval")
    scenes = [random_scene(seed) for seed in range(40)]
    ours = average_precisions([judge(seen, confidence, truth=truth) for truth, seen, confidence in scenes])
    assert ours.mean() == pytest.approx(_reference(reference, scenes)[0], abs=1e-6)
    assert ours[0] == pytest.approx(_reference(reference, scenes)[1], abs=1e-6)


def _reference(module: object, scenes: list[tuple[Boxes, Boxes, NDArray[np.float32]]]) -> tuple[float, float]:
    truths: list[dict[str, object]] = []
    results: list[dict[str, object]] = []
    for image, (truth, seen, confidence) in enumerate(scenes):
        for x1, y1, x2, y2 in truth.astype(float):
            box = [x1, y1, x2 - x1, y2 - y1]
            entry = {"id": len(truths) + 1, "image_id": image, "category_id": 1, "bbox": box, "iscrowd": 0}
            truths.append({**entry, "area": box[2] * box[3]})
        for (x1, y1, x2, y2), score in zip(seen.astype(float), confidence.astype(float), strict=True):
            box = [x1, y1, x2 - x1, y2 - y1]
            results.append({"image_id": image, "category_id": 1, "bbox": box, "score": score})
    images = [{"id": i, "height": 600, "width": 600} for i in range(len(scenes))]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = module.COCO({"images": images, "annotations": truths, "categories": [{"id": 1, "name": "x"}]})  # type: ignore[attr-defined]
        evaluation = module.COCOeval_faster(coco, coco.loadRes(results), "bbox")  # type: ignore[attr-defined]
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0]), float(evaluation.stats[1])


def test_the_interval_holds_the_score() -> None:
    images = [judge(seen, confidence, truth=truth) for truth, seen, confidence in map(random_scene, range(40))]
    low, high = bootstrap(images, rounds=100)
    assert low < average_precisions(images)[0] < high
    assert high - low < 0.5


def test_a_curve_ends_at_the_recall_of_everything() -> None:
    images = [Scored(np.array([0.9, 0.4], np.float32), np.ones((10, 2), bool), truths=4)]
    confidence, precision, recall = curve(images)
    assert (confidence.tolist(), precision.tolist(), recall[-1]) == (pytest.approx([0.9, 0.4]), [1.0, 1.0], 0.5)
