import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.detect.nms import MOST_BOXES, suppressed


def by_the_book(
    xyxy: NDArray[np.float32], confidence: NDArray[np.float32], group: NDArray[np.int32], iou: float
) -> list[int]:
    """NMS as the papers have it, one box after the other."""
    kept: list[int] = []
    for i in np.argsort(-confidence, kind="stable").tolist():
        if all(group[i] != group[j] or overlap(xyxy[i], xyxy[j]) <= iou for j in kept):
            kept.append(i)
    return kept


def overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    sides = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
    shared = float(np.prod(sides))
    return shared / (float(np.prod(a[2:] - a[:2])) + float(np.prod(b[2:] - b[:2])) - shared)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("iou", [0.3, 0.6])
def test_nms_is_that_of_the_papers(seed: int, iou: float) -> None:
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 100, (80, 2))
    xyxy = np.concatenate([corner, corner + random.uniform(10, 60, (80, 2))], axis=1).astype(np.float32)
    confidence, group = random.random(80).astype(np.float32), random.integers(0, 3, 80).astype(np.int32)
    assert suppressed(xyxy, confidence, group, iou=iou).tolist() == by_the_book(xyxy, confidence, group, iou)


def test_no_boxes() -> None:
    none = suppressed(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32), iou=0.5)
    assert none.tolist() == []


def test_a_flood_of_boxes_is_cut_to_the_surest() -> None:
    count = 3 * MOST_BOXES
    corner = np.stack([np.arange(count) * 20.0, np.zeros(count)], axis=1)
    xyxy = np.concatenate([corner, corner + 10], axis=1).astype(np.float32)
    confidence = np.linspace(0.1, 0.9, count).astype(np.float32)
    kept = suppressed(xyxy, confidence, np.zeros(count, np.int32), iou=0.5)
    assert kept.tolist() == list(range(count - 1, count - 1 - MOST_BOXES, -1))
