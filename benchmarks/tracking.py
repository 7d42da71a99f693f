"""MOTA, IDF1, HOTA and speed of our tracker beside the ByteTrack of `trackers`, on given detections.

    python -m venv .venv-ref && .venv-ref/bin/pip install trackers lapx
    PYTHONPATH=pipeline .venv-ref/bin/python benchmarks/tracking.py

A venv of its own, because `trackers` brings an OpenCV that clashes with the headless one; in an environment that has
both it runs there too. Both trackers get the same detections and thresholds and are scored by the evaluator of
`trackers`, after the same treatment of KITTI's "don't care" regions. Data: STREETAUDIT_SHARED (default ../shared).

"whole tracks" is what streetaudit uses: a track's first, still tentative detection counts once the track proves to be
an object. "as it happens" leaves it out, which is all that the reference can say.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.track.bytetrack import Tracker

SHARED = Path(os.environ.get("STREETAUDIT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
TRUTH = SHARED / "data" / "truth"
HIGH, NEW, MATCH_IOU, LOST_AFTER_S = 0.6, 0.7, 0.1, 1.0  # the reference's own defaults
Row = tuple[int, int, float, float, float, float]  # frame, track id, x1, y1, x2, y2
SCORED, DISTRACTOR, DONT_CARE = 1, 2, 0  # classes of a MOTChallenge file


@dataclass(frozen=True, slots=True)
class Drive:
    """One sequence of a set: its detections by frame and its truth as lines of a MOTChallenge file."""

    name: str
    fps: float
    frames: list[Detections]
    truth: list[str]
    ignored: dict[int, NDArray[np.float64]]  # frame -> "don't care" boxes (N, 4)
    least_height_px: float = 0.0


def mot15() -> list[Drive]:
    folder = TRUTH / "mot15_tud" / "TUD-Campus"
    truth = [",".join([*line.split(",")[:6], "1", "1", "1"]) for line in (folder / "gt.txt").read_text().splitlines()]
    rows = np.loadtxt(folder / "test.txt", delimiter=",")
    boxes = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)
    last = max(int(line.split(",")[0]) for line in truth)
    frames = _by_frame(rows[:, 0].astype(int) - 1, boxes, np.ones(len(rows)), "person", last)
    return [Drive("TUD-Campus", 25.0, frames, truth, {})]


def kitti(label: str) -> list[Drive]:
    folder = TRUTH / "kitti_tracking"
    return [_kitti_sequence(path, label) for path in sorted((folder / f"det_pointrcnn_{label}").glob("*.txt"))]


def _kitti_sequence(detections: Path, label: str) -> Drive:
    # det: frame, type, x1, y1, x2, y2, score (a logit), then the 3-D box; label: KITTI's tracking format
    rows = np.loadtxt(detections, delimiter=",", ndmin=2)
    lines = [line.split() for line in (TRUTH / "kitti_tracking" / "label" / detections.name).read_text().splitlines()]
    similar = {"Car": "Van", "Pedestrian": "Person"}[label]
    truth: list[str] = []
    ignored: dict[int, list[NDArray[np.float64]]] = {}
    for word in lines:
        frame, box = int(word[0]), np.array(word[6:10], float)
        if word[2] in (label, similar):
            kind = SCORED if word[2] == label else DISTRACTOR
            size = box[2:] - box[:2]
            truth.append(f"{frame + 1},{int(word[1]) + 1},{box[0]},{box[1]},{size[0]},{size[1]},1,{kind},1")
        elif word[2] == "DontCare":
            ignored.setdefault(frame, []).append(box)
    last = max(int(word[0]) for word in lines) + 1
    confidence = 1 / (1 + np.exp(-rows[:, 6]))
    frames = _by_frame(
        rows[:, 0].astype(int), rows[:, 2:6], confidence, "vehicle" if label == "Car" else "person", last
    )
    dont_care = {frame: np.array(boxes) for frame, boxes in ignored.items()}
    return Drive(detections.stem, 10.0, frames, truth, dont_care, least_height_px=25.0)


def _by_frame(
    frame: NDArray[np.int_], boxes: NDArray[np.float64], confidence: NDArray[np.float64], label: str, last: int
) -> list[Detections]:
    def at(index: int) -> Detections:
        own = frame == index
        n = int(own.sum())
        return Detections(
            boxes[own].astype(np.float32),
            confidence[own].astype(np.float32),
            np.full(n, CLASSES.index(label), np.int32),
        )

    return [at(index) for index in range(last)]


def our_tracker(min_frames: int = 2) -> Tracker:
    return Tracker(
        lost_after_s=LOST_AFTER_S,
        high_confidence=HIGH,
        low_confidence=0.1,
        new_confidence=NEW,
        match_iou=MATCH_IOU,
        min_frames=min_frames,
    )


def ours_whole(sequence: Drive) -> Iterator[Row]:
    tracker = our_tracker()
    tracks = []
    for index, seen in enumerate(sequence.frames):
        tracks += tracker.update(index, index / sequence.fps, seen)
    for track in tracks + tracker.flush():
        for observation in track.observations:
            yield observation.frame_index, track.track_id, *observation.xyxy


def ours_live(sequence: Drive) -> Iterator[Row]:
    tracker = our_tracker()
    for index, seen in enumerate(sequence.frames):
        tracker.update(index, index / sequence.fps, seen)
        for track_id, observation in tracker.current():
            yield index, track_id, *observation.xyxy


def reference_tracker(fps: float) -> Any:
    from trackers import ByteTrackTracker

    return ByteTrackTracker(
        lost_track_buffer=round(30 * LOST_AFTER_S),
        frame_rate=fps,
        track_activation_threshold=NEW,
        minimum_consecutive_frames=2,
        minimum_iou_threshold=MATCH_IOU,
        high_conf_det_threshold=HIGH,
    )


def as_supervision(seen: Detections) -> Any:
    import supervision as sv

    strong = seen.where(seen.confidence >= 0.1)
    return sv.Detections(xyxy=strong.xyxy, confidence=strong.confidence, class_id=strong.class_id)


def reference(sequence: Drive) -> Iterator[Row]:
    tracker = reference_tracker(sequence.fps)
    for index, seen in enumerate(sequence.frames):
        out = tracker.update(as_supervision(seen))
        for xyxy, track_id in zip(out.xyxy.tolist(), out.tracker_id.tolist(), strict=True):
            if track_id >= 0:
                yield index, track_id + 1, *xyxy


def kept(rows: Iterator[Row], sequence: Drive) -> list[Row]:
    """The rows that KITTI's own evaluation would look at: tall enough and not mostly in a "don't care" region.

    Boxes that match a labelled object are scored either way, so only those that match none are dropped.
    """
    matched: dict[int, list[NDArray[np.float64]]] = {}
    for line in sequence.truth:
        frame, _, x, y, w, h = (float(v) for v in line.split(",")[:6])
        matched.setdefault(int(frame) - 1, []).append(np.array([x, y, x + w, y + h]))
    return [row for row in rows if not _is_ignored(row, sequence, matched.get(row[0], []))]


def _is_ignored(row: Row, sequence: Drive, truth: list[NDArray[np.float64]]) -> bool:
    box = np.array(row[2:])
    area = float(np.prod(box[2:] - box[:2]))
    for other in truth:
        shared = _shared(box, other[None])[0]
        if shared / (area + float(np.prod(other[2:] - other[:2])) - shared) >= 0.5:
            return False
    regions = sequence.ignored.get(row[0])
    in_region = regions is not None and float(_shared(box, regions).max()) > 0.5 * area
    return in_region or box[3] - box[1] <= sequence.least_height_px


def _shared(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    area: NDArray[np.float64] = np.maximum(sides[:, 0], 0.0) * np.maximum(sides[:, 1], 0.0)
    return area


def score(sequences: Sequence[Drive], track: Callable[[Drive], Iterator[Row]]) -> tuple[float, float, float, int]:
    """MOTA, IDF1, HOTA in percent and the number of identity switches, over all sequences together."""
    from trackers.eval import evaluate_mot_sequences

    with tempfile.TemporaryDirectory() as folder:
        truth, found = Path(folder, "truth"), Path(folder, "found")
        truth.mkdir()
        found.mkdir()
        for sequence in sequences:
            rows = kept(track(sequence), sequence)
            lines = [
                f"{f + 1},{i},{x1:.3f},{y1:.3f},{x2 - x1:.3f},{y2 - y1:.3f},1,-1,-1,-1" for f, i, x1, y1, x2, y2 in rows
            ]
            if not any(line.split(",")[7] == str(SCORED) for line in sequence.truth):
                continue  # nothing of this class to find: the evaluator has no score for that
            lines.append(
                "1,-1,0,0,1,1,1,-1,-1,-1"
            )  # the evaluator wants a file that is not empty; it drops ids below 0
            (truth / f"{sequence.name}.txt").write_text("\n".join(sequence.truth))
            (found / f"{sequence.name}.txt").write_text("\n".join(lines))
        total = evaluate_mot_sequences(truth, found, metrics=["CLEAR", "HOTA", "Identity"]).aggregate
    return 100 * total.CLEAR.MOTA, 100 * total.Identity.IDF1, 100 * total.HOTA.HOTA, int(total.CLEAR.IDSW)


def speed(objects: int, frames: int = 120) -> tuple[float, float]:
    """Median microseconds an update of ours and of the reference: objects that drift through a 1920x1080 image."""
    random = np.random.default_rng(objects)
    start = random.uniform((0, 0), (1800, 1000), (objects, 2))
    drift = random.uniform(-3, 3, (objects, 2))
    size = random.uniform(20, 120, (objects, 2))
    scenes = []
    for index in range(frames):
        corner = start + index * drift + random.normal(0, 1, (objects, 2))
        boxes = np.concatenate([corner, corner + size], axis=1).astype(np.float32)
        confidence = random.uniform(0.3, 1.0, objects).astype(np.float32)
        scenes.append(Detections(boxes, confidence, np.full(objects, 3, np.int32)))
    ours, theirs = our_tracker(), reference_tracker(25.0)
    mine = [_timed(partial(ours.update, i, i / 25, seen)) for i, seen in enumerate(scenes)]
    other = [_timed(partial(theirs.update, seen)) for seen in [as_supervision(scene) for scene in scenes]]
    return float(np.median(mine[10:])), float(np.median(other[10:]))


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return 1e6 * (time.perf_counter() - begin)


def main() -> None:
    try:
        import trackers  # noqa: F401
    except ImportError:
        sys.exit("`trackers` is not installed: see the head of this file")
    print(f"thresholds: strong {HIGH}, new {NEW}, IoU {MATCH_IOU}, lost after {LOST_AFTER_S} s, 2 frames")
    print(f"{'set':18}{'tracker':28}{'MOTA':>8}{'IDF1':>8}{'HOTA':>8}{'IDSW':>6}")
    for name, sequences in (
        ("mot15 TUD", mot15()),
        ("kitti Car", kitti("Car")),
        ("kitti Pedestrian", kitti("Pedestrian")),
    ):
        for label, track in (
            ("ours, whole tracks", ours_whole),
            ("ours, as it happens", ours_live),
            ("trackers ByteTrack", reference),
        ):
            mota, idf1, hota, switches = score(sequences, track)
            print(f"{name:18}{label:28}{mota:8.2f}{idf1:8.2f}{hota:8.2f}{switches:6d}")
    for objects in (10, 50, 200):
        mine, other = speed(objects)
        print(f"{objects:4d} objects: {mine:8.0f} us an update, reference {other:8.0f} us")


if __name__ == "__main__":
    main()
