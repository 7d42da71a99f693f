"""Do two forms of one model say the same about real pictures?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit_models.average_precision import iou_matrix

Look = Callable[[NDArray[np.uint8]], Detections]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two forms agree on the detections that either reports.

    Attributes:
        detections: How many the reference reported.
        matched: Share of them that the other form reports too: same class, IoU of at least 0.5.
        worst_confidence: Largest difference of confidence among the matched.
        worst_iou: Least IoU among the matched.
        extra: How many more the other form reports.
    """

    detections: int
    matched: float
    worst_confidence: float
    worst_iou: float
    extra: int


def agree(reference: Look, other: Look, pictures: Iterable[NDArray[np.uint8]]) -> Agreement:
    """The agreement of two detectors over pictures."""
    total, extra = 0, 0
    overlaps: list[float] = []
    differences: list[float] = []
    for picture in pictures:
        ours, theirs = reference(picture), other(picture)
        total += len(ours)
        pairs = _pairs(ours, theirs)
        extra += len(theirs) - len(pairs)
        for row, column, overlap in pairs:
            overlaps.append(overlap)
            differences.append(abs(float(ours.confidence[row] - theirs.confidence[column])))
    return Agreement(
        detections=total,
        matched=len(overlaps) / total if total else 1.0,
        worst_confidence=max(differences, default=0.0),
        worst_iou=min(overlaps, default=1.0),
        extra=extra,
    )


def _pairs(ours: Detections, theirs: Detections) -> list[tuple[int, int, float]]:
    overlap = iou_matrix(ours.xyxy, theirs.xyxy)
    overlap[ours.class_id[:, None] != theirs.class_id[None, :]] = 0.0
    pairs = []
    while overlap.size and overlap.max() >= 0.5:
        row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
        pairs.append((int(row), int(column), float(overlap[row, column])))
        overlap[row, :], overlap[:, column] = 0.0, 0.0
    return pairs
