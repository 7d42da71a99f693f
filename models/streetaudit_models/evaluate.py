"""How well a model sees: each class only on pictures whose source labels it, per source and size, with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit_models.average_precision import Scored, average_precisions, bootstrap, curve, iou_matrix, judge
from streetaudit_models.infer import LoadedModel, detect, read_image
from streetaudit_models.samples import Sample

_SIZES_PX = {"small": (0.0, 32.0), "medium": (32.0, 96.0), "large": (96.0, 1e9)}  # COCO's, by root of the area
_CONFUSED_IOU = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One picture with what is true and what was seen in it; boxes in px."""

    sample: Sample
    truth: NDArray[np.float32]
    truth_class: NDArray[np.int64]
    seen: Detections


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one class is seen.

    Attributes:
        interval: 95 % of AP50 under resampling of pictures.
        precision: At the card's threshold.
        recall: At the card's threshold.
        recall_by_size: At IoU 0.5 and the card's threshold, by the truth's size in px.
    """

    ap50: float
    ap50_95: float
    interval: tuple[float, float]
    precision: float
    recall: float
    images: int
    truths: int
    recall_by_size: dict[str, float]


def judge_set(
    model: LoadedModel, samples: Iterable[Sample], *, size: tuple[int, int] | None = None
) -> Iterator[Judged]:
    """Every picture of a set, looked at by the model."""
    return look_at(samples, lambda image: detect(model, image, size=size))


def look_at(samples: Iterable[Sample], look: Callable[[NDArray[np.uint8]], Detections]) -> Iterator[Judged]:
    """Every picture with what a detector saw; pseudo-labels are no truth."""
    for sample in samples:
        image = read_image(sample.image)
        human = sample.confidence >= 1.0
        scale = np.tile(image.shape[1::-1], 2)
        truth = (sample.boxes[human] * scale).astype(np.float32)
        yield Judged(sample, truth, sample.class_ids[human], look(image))


def score(judged: Sequence[Judged], class_id: int, *, threshold: float) -> ClassScore | None:
    """The score of one class, or None where no picture is labelled for it and shows it."""
    counted = [one for one in judged if one.sample.scored[class_id]]
    images = [judge_class(one, class_id) for one in counted]
    truths = sum(image.truths for image in images)
    if not truths:
        return None
    precisions = average_precisions(images)
    confidence, precision, recall = curve(images)
    at = int((confidence >= threshold).sum()) - 1
    return ClassScore(
        ap50=float(precisions[0]),
        ap50_95=float(precisions.mean()),
        interval=bootstrap(images),
        precision=float(precision[at]) if at >= 0 else 1.0,
        recall=float(recall[at]) if at >= 0 else 0.0,
        images=len(images),
        truths=truths,
        recall_by_size=_recall_by_size(counted, class_id, threshold),
    )


def judge_class(one: Judged, class_id: int) -> Scored:
    """What one picture contributes to the score of one class."""
    seen = one.seen.where(one.seen.class_id == class_id)
    return judge(seen.xyxy, seen.confidence, truth=one.truth[one.truth_class == class_id])


def _recall_by_size(judged: Sequence[Judged], class_id: int, threshold: float) -> dict[str, float]:
    found: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        truth = one.truth[one.truth_class == class_id]
        seen = one.seen.where((one.seen.class_id == class_id) & (one.seen.confidence >= threshold))
        best = iou_matrix(truth, seen.xyxy).max(axis=1, initial=0.0)
        side = np.sqrt((truth[:, 2:] - truth[:, :2]).prod(axis=1))
        for name, (low, high) in _SIZES_PX.items():
            found[name] += (best[(side >= low) & (side < high)] >= _CONFUSED_IOU).tolist()
    return {name: float(np.mean(hits)) for name, hits in found.items() if hits}


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often two classes are taken for each other, out of the truths that were found as either.

    Attributes:
        matrix: Rows are the truth, columns what was seen: [[a as a, a as b], [b as a, b as b]].
    """

    matrix: tuple[tuple[int, int], tuple[int, int]]

    @property
    def share(self) -> float:
        """Mistaken truths over found truths."""
        wrong, total = self.matrix[0][1] + self.matrix[1][0], sum(map(sum, self.matrix))
        return wrong / total if total else 0.0


def confuse(judged: Iterable[Judged], pair: tuple[int, int], *, thresholds: tuple[float, float]) -> Confusion:
    """Which of two classes the most confident overlapping detection names, for every truth of either."""
    counts = np.zeros((2, 2), dtype=int)
    for one in judged:
        if not all(one.sample.scored[class_id] for class_id in pair):
            continue
        for row, class_id in enumerate(pair):
            for box in one.truth[one.truth_class == class_id]:
                named = _named(one.seen, box, pair, thresholds)
                if named is not None:
                    counts[row, named] += 1
    return Confusion(((int(counts[0, 0]), int(counts[0, 1])), (int(counts[1, 0]), int(counts[1, 1]))))


def _named(
    seen: Detections, box: NDArray[np.float32], pair: tuple[int, int], thresholds: tuple[float, float]
) -> int | None:
    best: tuple[float, int | None] = (0.0, None)
    for column, class_id in enumerate(pair):
        own = (seen.class_id == class_id) & (seen.confidence >= thresholds[column])
        near = iou_matrix(box[None], seen.xyxy)[0] >= _CONFUSED_IOU
        confidence = float(seen.confidence[own & near].max(initial=0.0))
        if confidence > best[0]:
            best = (confidence, column)
    return best[1]


def confusion_table(judged: Sequence[Judged], classes: Sequence[str], thresholds: dict[str, float]) -> dict[str, Any]:
    """For every true thing the class of the surest detection over it: rows by truth, the last column for none.

    Only classes with truths are named. A detection of a class that the picture's source does not label may be right as
    well, so it is no answer there.
    """
    shown = sorted({int(i) for one in judged for i in one.truth_class if one.sample.scored[i]})
    least = np.array([thresholds.get(name, 0.25) for name in classes], dtype=np.float32)
    counts = np.zeros((len(shown), len(shown) + 1), dtype=int)
    for one in judged:
        asked = [i for i in shown if one.sample.scored[i]]
        seen = one.seen.where(np.isin(one.seen.class_id, asked) & (one.seen.confidence >= least[one.seen.class_id]))
        for row, class_id in enumerate(shown):
            if class_id not in asked:
                continue
            for overlap in iou_matrix(one.truth[one.truth_class == class_id], seen.xyxy):
                over = np.where(overlap >= _CONFUSED_IOU, seen.confidence, 0.0)
                column = shown.index(int(seen.class_id[over.argmax()])) if over.any() else len(shown)
                counts[row, column] += 1
    return {"classes": [classes[i] for i in shown], "matrix": counts.tolist()}


def report(judged: Sequence[Judged], classes: Sequence[str], *, thresholds: dict[str, float]) -> dict[str, Any]:
    """Scores of every class, over all pictures and per source, and the confusion of full with other bins."""
    rows: dict[str, Any] = {"all": _table(judged, classes, thresholds)}
    for source in sorted({one.sample.source for one in judged}):
        rows[source] = _table([one for one in judged if one.sample.source == source], classes, thresholds)
    found: dict[str, Any] = {"images": len(judged), "scores": rows}
    found["confusion"] = confusion_table(judged, classes, thresholds)
    names = ("bin", "overflowing_bin")
    if all(name in classes for name in names):
        pair = (list(classes).index(names[0]), list(classes).index(names[1]))
        mixed = confuse(judged, pair, thresholds=(thresholds.get(names[0], 0.25), thresholds.get(names[1], 0.25)))
        found["bin_confusion"] = {"matrix": mixed.matrix, "share": mixed.share}
    return found


def _table(judged: Sequence[Judged], classes: Sequence[str], thresholds: dict[str, float]) -> dict[str, Any]:
    scores = {name: score(judged, i, threshold=thresholds.get(name, 0.25)) for i, name in enumerate(classes)}
    return {name: _plain(value) for name, value in scores.items() if value is not None}


def _plain(value: ClassScore) -> dict[str, Any]:
    return {name: getattr(value, name) for name in ClassScore.__dataclass_fields__}
