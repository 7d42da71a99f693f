"""Average precision as COCO counts it, from plain arrays.

One `Scored` holds what one class of one image contributes; everything else is a sum over images, so that images can be
resampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IOU_STEPS: NDArray[np.float64] = np.linspace(0.5, 0.95, 10)
_RECALL_STEPS = np.linspace(0.0, 1.0, 101)  # COCO's interpolation points
_MOST_DETECTIONS = 100  # an image and class, as COCO

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The detections of one class in one image, judged.

    Attributes:
        confidence: float32 (D,), falling.
        hit: bool (10, D), whether each found an unclaimed truth at each IoU of IOU_STEPS.
        truths: How many there were to find.
    """

    confidence: FloatArray
    hit: NDArray[np.bool_]
    truths: int


def iou_matrix(a: FloatArray, b: FloatArray) -> NDArray[np.float64]:
    """Intersection over union (N, M) of xyxy boxes.

    >>> iou_matrix(np.float32([[0, 0, 2, 2]]), np.float32([[0, 0, 2, 1]])).tolist()
    [[0.5]]
    """
    one, two = a.astype(np.float64).reshape(-1, 1, 4), b.astype(np.float64).reshape(1, -1, 4)
    shared = (np.minimum(one[..., 2:], two[..., 2:]) - np.maximum(one[..., :2], two[..., :2])).clip(0).prod(axis=-1)
    areas = (one[..., 2:] - one[..., :2]).prod(axis=-1) + (two[..., 2:] - two[..., :2]).prod(axis=-1)
    ratio: NDArray[np.float64] = shared / np.maximum(areas - shared, 1e-12)
    return ratio


def judge(boxes: FloatArray, confidence: FloatArray, *, truth: FloatArray) -> Scored:
    """Each detection against the truths, the most confident choosing first."""
    order = np.argsort(-confidence, kind="stable")[:_MOST_DETECTIONS]
    overlap = iou_matrix(boxes[order], truth)
    hit = np.zeros((len(IOU_STEPS), len(order)), dtype=np.bool_)
    for step, least in enumerate(IOU_STEPS):
        free = np.ones(len(truth), dtype=np.bool_)
        for row in range(len(order)):
            candidates = np.where(free & (overlap[row] >= least - 1e-10), overlap[row], -1.0)
            if len(truth) and (best := int(candidates.argmax())) >= 0 and candidates[best] >= 0:
                hit[step, row], free[best] = True, False
    return Scored(confidence[order], hit, len(truth))


def average_precisions(images: Sequence[Scored]) -> NDArray[np.float64]:
    """Average precision at each IoU of IOU_STEPS; nan where there is nothing to find."""
    truths = sum(image.truths for image in images)
    if not truths:
        return np.full(len(IOU_STEPS), np.nan)
    confidence = np.concatenate([image.confidence for image in images])
    hit = np.concatenate([image.hit for image in images], axis=1)[:, np.argsort(-confidence, kind="mergesort")]
    return np.array([_area(row, truths) for row in hit])


def curve(images: Sequence[Scored], *, step: int = 0) -> tuple[FloatArray, NDArray[np.float64], NDArray[np.float64]]:
    """Confidence (falling), precision and recall after each detection, at one IoU."""
    truths = max(1, sum(image.truths for image in images))
    confidence = np.concatenate([image.confidence for image in images])
    order = np.argsort(-confidence, kind="mergesort")
    found = np.cumsum(np.concatenate([image.hit[step] for image in images])[order])
    return confidence[order], found / np.arange(1, len(found) + 1), found / truths


def _area(hit: NDArray[np.bool_], truths: int) -> float:
    found = np.cumsum(hit)
    recall = found / truths
    precision = found / np.arange(1, len(hit) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, _RECALL_STEPS, side="left")
    return float(np.where(at < len(precision), np.append(precision, 0.0)[np.minimum(at, len(precision))], 0.0).mean())


def bootstrap(images: Sequence[Scored], *, rounds: int = 200, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of AP50 when images are drawn anew with replacement."""
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        drawn = [images[i] for i in rng.integers(len(images), size=len(images))]
        truths = sum(image.truths for image in drawn)
        if truths:
            confidence = np.concatenate([image.confidence for image in drawn])
            hit = np.concatenate([image.hit[0] for image in drawn])[np.argsort(-confidence, kind="mergesort")]
            values.append(_area(hit, truths))
    if not values:
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
