"""What is kept of one look at one clip, so that everything after the detector can be done again without the footage."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from streetaudit.structures.clip import ClipFacts, DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.sighting import Evidence
from streetaudit.structures.trace import ClockOffset, Trace

#: A detection's name within its clip: 0-based frame, and corners in pixels as detected.
Spot = tuple[int, tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True)
class Shown:
    """The detection that showed a track best, and the pictures made of it.

    Attributes:
        frame_index: 0-based frame of the clip.
        xyxy: Pixels of the original frame, exactly as detected.
        evidence: Blurred pictures, None where the track was no problem when it was looked at.
        signature: What it looks like, as hexadecimal text; "" where the picture does not tell.
    """

    frame_index: int
    xyxy: tuple[float, float, float, float]
    evidence: Evidence | None
    signature: str = ""

    @property
    def spot(self) -> Spot:
        """Which detection it is."""
        return self.frame_index, self.xyxy


@dataclass(frozen=True, slots=True)
class LookRecord:
    """What is kept of one look besides its detections.

    Attributes:
        work_key: Of the audit that looked.
        look_key: Hash of clip, model, sampling and privacy: looks with one key see the same.
        settings: The configuration under which it was looked, as JSON, for people and other programs.
        model_sha256: Of the weights or of the detections file.
        thresholds: What may start a track, by class id; None takes the configured one for every class.
        facts: What the clip's container declared.
        decoded: What decoding gave.
        coverage: Which frames were looked at, and which not and why.
        trace: The GPS line, None without one.
        trace_note: Where it came from, or why there is none.
        shown: The best view of each track that was recorded.
        runtime: What ran the model, "" where detections came from elsewhere.
        vacant: Pictures of the spots of cases whose things may be gone, by case.
        is_final: False where the clip is to be looked at once more, because its clock was found to be off.
        clock: Of the clip's own clock against the trace's, None unless its images surely contradict it.
        lights: Clip time, light and sharpness of every look at the ground; none where they were not measured.
    """

    work_key: str
    look_key: str
    settings: str
    model_sha256: str
    thresholds: tuple[float, ...] | None
    facts: ClipFacts
    decoded: DecodeRecord
    coverage: Coverage
    trace: Trace | None
    trace_note: str
    shown: tuple[Shown, ...] = ()
    clock: ClockOffset | None = None
    lights: tuple[tuple[float, int, int], ...] = ()
    is_final: bool = True
    runtime: str = ""
    vacant: tuple[tuple[UUID, Evidence], ...] = ()
