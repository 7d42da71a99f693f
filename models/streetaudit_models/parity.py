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
    """How another form agrees with a reference on what either reports.

    Attributes:
        detections: How many the reference reported.
        matched: Share of them that the other form sees too: same class, IoU of at least 0.5.
        confidence_p95: 95th percentile of the difference of confidence among the matched.
        worst_confidence: Largest such difference.
        worst_iou: Least IoU among the matched.
        extra: Reports of the other form that the reference does not see, as a share of the reference's.
    """

    detections: int
    matched: float
    confidence_p95: float
    worst_confidence: float
    worst_iou: float
    extra: float


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What forms may differ by."""

    matched: float
    confidence_p95: float
    worst_iou: float
    extra: float


#: The same arithmetic in another order: framework against ONNX, one fp32 runtime against another.
SAME_PRECISION = Tolerance(matched=1.0, confidence_p95=1e-3, worst_iou=0.99, extra=0.0)
#: Eight bits of mantissa (bf16): single boxes move by a few pixels, confidences by a percent or two.
BF16 = Tolerance(matched=0.995, confidence_p95=0.03, worst_iou=0.7, extra=0.005)
#: Eight bits in all: what hardly passes the threshold may drop below half of it.
INT8 = Tolerance(matched=0.97, confidence_p95=0.12, worst_iou=0.5, extra=0.03)


def agree(reference: Look, other: Look, pictures: Iterable[NDArray[np.uint8]], *, least: float) -> Agreement:
    """The agreement of two detectors over pictures.

    Both must look down to half of `least`: what one reports just above it and the other sees just below is no
    disagreement.

    Args:
        reference: Says what is right.
        other: Another form of it.
        pictures: uint8 (H, W, 3).
        least: Confidence from which a detection is reported.
    """
    total, missed, extra = 0, 0, 0
    overlaps: list[float] = []
    differences: list[float] = []
    for picture in pictures:
        ours, theirs = reference(picture), other(picture)
        pairs = _pairs(ours, theirs)
        reported = ours.confidence >= least
        total += int(reported.sum())
        missed += int(reported.sum()) - sum(bool(reported[row]) for row, _, _ in pairs)
        paired = {column for _, column, _ in pairs}
        extra += sum(column not in paired for column in np.flatnonzero(theirs.confidence >= least).tolist())
        for row, column, overlap in pairs:
            if reported[row]:
                overlaps.append(overlap)
                differences.append(abs(float(ours.confidence[row] - theirs.confidence[column])))
    return Agreement(
        detections=total,
        matched=1.0 - missed / total if total else 1.0,
        confidence_p95=float(np.percentile(differences, 95)) if differences else 0.0,
        worst_confidence=max(differences, default=0.0),
        worst_iou=min(overlaps, default=1.0),
        extra=extra / max(total, 1),
    )


def departures(found: Agreement, allowed: Tolerance) -> list[str]:
    """Where an agreement is worse than allowed, for people; empty where it is not."""
    told = []
    if found.matched < allowed.matched:
        told.append(f"sees {found.matched:.1%} of the detections, not {allowed.matched:.1%}")
    if found.extra > allowed.extra:
        told.append(f"reports {found.extra:.1%} more, not at most {allowed.extra:.1%}")
    if found.confidence_p95 > allowed.confidence_p95:
        told.append(f"confidences differ by {found.confidence_p95:.4f} (p95), not at most {allowed.confidence_p95}")
    if found.worst_iou < allowed.worst_iou:
        told.append(f"a box has an IoU of {found.worst_iou:.2f}, not at least {allowed.worst_iou}")
    return told


def _pairs(ours: Detections, theirs: Detections) -> list[tuple[int, int, float]]:
    overlap = iou_matrix(ours.xyxy, theirs.xyxy)
    overlap[ours.class_id[:, None] != theirs.class_id[None, :]] = 0.0
    pairs = []
    while overlap.size and overlap.max() >= 0.5:
        row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
        pairs.append((int(row), int(column), float(overlap[row, column])))
        overlap[row, :], overlap[:, column] = 0.0, 0.0
    return pairs
