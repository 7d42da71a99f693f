"""What one audit of one clip did, and what the store made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from streetaudit.structures.clip import ClipFacts, DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.ground import Ground
from streetaudit.structures.sighting import Evidence


@dataclass(frozen=True, slots=True)
class ClipRun:
    """One clip under one model and one set of rules, looked at to some end.

    Attributes:
        work_key: Hash of clip, model, sampling and rules: the same work gives the same key.
        clip_sha256: The clip's identity, "" where not even the bytes could be read.
        clip_name: File name for people.
        camera: Name of the camera.
        model_sha256: Hash of the detector or of the detections file.
        rule_version: Of catalogue and zones.
        status: "complete", "partial" (some frames are missing: reason says why) or "failed".
        reason: Empty for complete.
        facts: What the container declared, None where it could not be opened.
        record: What decoding gave, None where nothing was decoded.
        coverage: Which frames were looked at.
        trace_source: "gpx", "gpmf"... or "" where there was no trace.
        trace_note: Why there is no position, or how many fixes were refused and why.
        started_at: Aware UTC time of the clip's first frame, None if unknown.
        path: (lat, lon) of the way travelled, thinned to what a map shows; one point for a fixed camera.
        look: Key of the detections that it rests on, "" where none are kept.
        runtime: What ran the model ("onnxruntime", "openvino-bf16"...), "" where detections came from elsewhere.
        ground: Which ground was in view, None without positions and in runs that come from the store.
        vacant: Pictures of the spots of cases whose things may be gone, by case; the store keeps those it needs.
    """

    work_key: str
    clip_sha256: str
    clip_name: str
    camera: str
    model_sha256: str
    rule_version: str
    status: Literal["complete", "partial", "failed"]
    reason: str
    facts: ClipFacts | None
    record: DecodeRecord | None
    coverage: Coverage = field(default_factory=Coverage)
    trace_source: str = ""
    trace_note: str = ""
    started_at: datetime | None = None
    path: tuple[tuple[float, float], ...] = ()
    look: str = ""
    runtime: str = ""
    ground: Ground | None = None
    vacant: tuple[tuple[UUID, Evidence], ...] = ()


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What the city's map and calendar say of one new case.

    Attributes:
        cell: Unit-grid code, None outside the grid.
        responsible: Party that has to act.
        code: The city's code for the problem in the configured scheme.
        due_at: Aware UTC deadline counted from the first sighting.
        cell_at_border: True if the place's error circle crosses the cell's border.
    """

    cell: str | None = None
    responsible: str | None = None
    code: str | None = None
    due_at: datetime | None = None
    cell_at_border: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """What the store did with one clip's sightings.

    Attributes:
        new_cases: Opened by this clip.
        again: Existing cases that got a new sighting.
        unchanged: Sightings that were already there.
        withdrawn: Cases left without any sighting and without a review, removed.
        gone: Cases whose things are seen to be gone now.
    """

    new_cases: tuple[UUID, ...] = ()
    again: tuple[UUID, ...] = ()
    unchanged: int = 0
    withdrawn: int = 0
    gone: tuple[UUID, ...] = ()
