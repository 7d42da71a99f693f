"""What looks at the frames of one clip: the model, or detections that somebody else made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.assemble import Parts, detector_of
from streetaudit.audit import Detector
from streetaudit.io.detections_file import read_detections
from streetaudit.io.looks import KeptLook
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame


@dataclass(frozen=True, slots=True)
class Seer:
    """What looks at frames.

    Attributes:
        detect: Says what is seen in one frame.
        thresholds: What may start a track, by class id; None takes the configured one for every class.
        model_sha256: Of the weights or the detections file.
        settings: What else decides what is seen, as text.
        runtime: What runs the model, "" where detections come from elsewhere.
    """

    detect: Detector
    thresholds: NDArray[np.float32] | None
    model_sha256: str
    settings: str
    runtime: str = ""


def seer_of(parts: Parts, detections: Path | None) -> Seer:
    """The configured model, or a file of detections.

    Raises:
        DetectionsError: If the detections cannot be read.
        ConfigError: If neither is there.
    """
    if detections is not None:
        stored = read_detections(detections)
        return Seer(remembered(stored.by_frame), None, stored.sha256, "")
    detector = detector_of(parts)
    # Threads and runtime change how fast it goes, thresholds only what comes after: not what is seen.
    said = parts.config.detector.model_dump_json(exclude={"model", "runtime", "threads", "confidence"})
    sha256, runtime = (parts.model.card.sha256, parts.model.session.runtime) if parts.model else ("", "")
    return Seer(detector, detector.thresholds, sha256, said + repr(detector.least.tolist()), runtime)


def remembered(by_frame: Mapping[int, Detections]) -> Detector:
    """A detector that knows what was seen in each frame; in all others it sees nothing."""
    nothing = Detections.empty()

    def look_up(frame: Frame) -> Detections:
        return by_frame.get(frame.index, nothing)

    return look_up


def from_look(kept: KeptLook) -> Detector:
    """A detector that sees what it saw before."""
    return remembered({index: seen for index, _, seen in kept.table.frames()})
