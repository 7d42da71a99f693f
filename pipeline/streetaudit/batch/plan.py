"""How one clip will be looked at: camera, trace, clock, and the key of that work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.assemble import Parts
from streetaudit.batch.seer import Seer, seer_of
from streetaudit.config import CameraConfig
from streetaudit.io.traces.find import find_trace
from streetaudit.io.traces.quality import clip_start
from streetaudit.locate.pose import PoseLine, fixed_pose, pose_line
from streetaudit.structures.clip import ClipFacts
from streetaudit.structures.geo import thinned_path
from streetaudit.structures.identity import content_hash
from streetaudit.structures.look import LookRecord
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.trace import ClockOffset, Fix, Pose, Trace

#: A container's whole seconds and a receiver's start-up explain less than this.
CLOCKS_AGREE_S = 30.0


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """How one clip will be looked at.

    Attributes:
        facts: Of the clip.
        camera: That filmed it.
        started_at: Aware UTC time of the first frame, None if unknown.
        trace: As found, None without one.
        found_note: Where the trace was found, or why there is none.
        trace_source: "gpx", "gpmf"..., "fixed" for a camera with a place, "" without any.
        trace_note: Where the trace came from, what was refused in it, or why there is none.
        pose_at: Where the carrier was at a clip time, or why that is not known.
        line: The smoothed trace, None without one.
        thresholds: What may start a track, by class id.
        model_sha256: Of the weights or the detections file.
        look_key: Looks with one key see the same: hash of clip, model, sampling and privacy.
        work_key: The same work has the same key.
        clock: Of the clip's own clock against the trace's where the images surely contradict it, else None.
        runtime: What runs the model, or ran it; "" where detections come from elsewhere.
    """

    facts: ClipFacts
    camera: CameraConfig
    started_at: datetime | None
    trace: Trace | None
    found_note: str
    trace_source: str
    trace_note: str
    pose_at: Callable[[float], Pose | NotPlaced]
    line: PoseLine | None
    thresholds: NDArray[np.float32] | None
    model_sha256: str
    look_key: str
    work_key: str
    clock: ClockOffset | None = None
    runtime: str = ""

    def distance_m(self, first_s: float | None, last_s: float | None) -> float:
        """Metres travelled between two clip times, 0 where that is not known."""
        if self.line is None or first_s is None or last_s is None:
            return 0.0
        return self.line.distance_m(first_s, last_s)

    def path(self, first_s: float | None, last_s: float | None) -> tuple[tuple[float, float], ...]:
        """(lat, lon) of the way between two clip times, one point for a fixed camera, empty where it is not known."""
        if first_s is None or last_s is None:
            return ()
        if self.camera.kind == "fixed":
            pose = self.pose_at(first_s)
            return ((pose.lat, pose.lon),) if isinstance(pose, Pose) else ()
        poses = (self.pose_at(float(time_s)) for time_s in np.arange(first_s, last_s + 1.0))
        return thinned_path([(pose.lat, pose.lon) for pose in poses if isinstance(pose, Pose)])


def plan_clip(parts: Parts, facts: ClipFacts, *, trace: Path | None, detections: Path | None) -> tuple[ClipPlan, Seer]:
    """The plan of one clip, and what looks at its frames.

    Raises:
        TraceError: If the trace that was named cannot be read.
        DetectionsError: If the detections cannot be read.
    """
    camera = parts.camera_of(facts.path)
    found, note = (None, "") if camera.kind == "fixed" else find_trace(facts.path, explicit=trace)
    seer = seer_of(parts, detections)
    along = _in_words(found) + repr(camera.clock_offset_s) if parts.config.sampling.every_m else ""
    look_key = _look_key(parts, facts, seer, along)
    plan = _plan(
        parts,
        _Known(facts, camera, found, note, seer.model_sha256, look_key, None, seer.runtime),
        None if seer.thresholds is None else tuple(seer.thresholds.tolist()),
    )
    return plan, seer


def plan_again(parts: Parts, record: LookRecord) -> ClipPlan:
    """The plan of a clip that was looked at before, under the configuration of now."""
    camera = parts.camera_of(record.facts.path)
    found = (record.trace, record.trace_note, record.model_sha256, record.look_key, record.clock, record.runtime)
    known = _Known(record.facts, camera, *found)
    asked, thresholds = parts.config.detector.confidence, record.thresholds
    if asked is not None and thresholds is not None:
        thresholds = (float(np.float32(asked)),) * len(CLASSES)
    return _plan(parts, known, thresholds)


def with_clock(parts: Parts, plan: ClipPlan, clock: ClockOffset) -> ClipPlan:
    """The same plan with the clip's clock mended by what its images showed under that plan."""
    total = replace(clock, offset_s=clock.offset_s + _stated_offset_s(plan.camera, plan.trace))
    thresholds = None if plan.thresholds is None else tuple(plan.thresholds.tolist())
    found = (plan.trace, plan.found_note, plan.model_sha256, plan.look_key, total, plan.runtime)
    return _plan(parts, _Known(plan.facts, plan.camera, *found), thresholds)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a look, and the footage, say of a clip; the fields as in ClipPlan."""

    facts: ClipFacts
    camera: CameraConfig
    trace: Trace | None
    found_note: str
    model_sha256: str
    look_key: str
    clock: ClockOffset | None
    runtime: str


def _plan(parts: Parts, known: _Known, thresholds: tuple[float, ...] | None) -> ClipPlan:
    facts, camera, trace = known.facts, known.camera, known.trace
    mended_s = _mended_s(known)
    is_own = trace is not None and trace.clip_time and facts.started_at is not None
    started_at = _start(facts, trace, camera.clock_offset_s + (0.0 if is_own else mended_s))
    source, note, pose_at, line = _poses(known, _stated_offset_s(camera, trace) + mended_s)
    if source:
        mended = _mended_note(known.clock) if mended_s and known.clock is not None else ""
        remarks = (note, mended, clock_note(facts.started_at, trace), _calibration_note(camera))
        note = "; ".join(part for part in remarks if part)
    return ClipPlan(
        facts=facts,
        camera=camera,
        started_at=started_at,
        trace=trace,
        found_note=known.found_note,
        trace_source=source,
        trace_note=note,
        pose_at=pose_at,
        line=line,
        thresholds=None if thresholds is None else np.array(thresholds, np.float32),
        model_sha256=known.model_sha256,
        look_key=known.look_key,
        work_key=_work_key(parts, known, source + _in_words(trace), repr(thresholds)),
        clock=known.clock,
        runtime=known.runtime,
    )


def _stated_offset_s(camera: CameraConfig, trace: Trace | None) -> float:
    """What the configuration adds between clip and trace; a trace of the clip's own clock needs none."""
    return 0.0 if trace is None or trace.clip_time else camera.clock_offset_s


def _mended_s(known: _Known) -> float:
    """What the images add to what is stated."""
    if known.clock is None or not known.camera.measure_clock:
        return 0.0
    return known.clock.offset_s - _stated_offset_s(known.camera, known.trace)


def _mended_note(clock: ClockOffset) -> str:
    by = f"{clock.offset_s:+.1f} s (± {2.0 * clock.sd_s:.1f})"
    return f"clip and trace move alike if {by} is added to the clip's clock: done; clock_offset_s can state it"


def _start(facts: ClipFacts, trace: Trace | None, offset_s: float) -> datetime | None:
    """The contract's order: the container's clock, else the trace's first fix; then the camera's correction."""
    start = facts.started_at
    if start is None and trace is not None and trace.fixes and (first := trace.fixes[0]).at is not None:
        start = first.at - timedelta(seconds=first.time_s if trace.clip_time else 0.0)
    return None if start is None else start + timedelta(seconds=offset_s)


def clock_note(container: datetime | None, trace: Trace | None) -> str:
    """A remark where the clip's own GPS contradicts the container's clock, "" where they agree or cannot be compared.

    GoPro and many dashcams write local time into the container as if it were UTC: opening hours are then off by hours.
    """
    by_gps = clip_start(trace) if trace is not None else None
    if container is None or by_gps is None:
        return ""
    off_s = (by_gps - container).total_seconds()
    if abs(off_s) <= CLOCKS_AGREE_S:
        return ""
    return f"the clip's clock is {-off_s:+.0f} s off its GPS: set clock_offset_s = {off_s:.0f} for this camera"


def _poses(
    known: _Known, clock_offset_s: float
) -> tuple[str, str, Callable[[float], Pose | NotPlaced], PoseLine | None]:
    camera, trace, note = known.camera, known.trace, known.found_note
    if camera.kind == "fixed":
        pose = fixed_pose(camera.to_camera())
        here = isinstance(pose, Pose)
        return "fixed" if here else "", "" if isinstance(pose, Pose) else pose.reason, lambda _: pose, None
    if trace is None:
        return "", note, lambda _: NotPlaced(note), None
    start, duration_s = _start(known.facts, trace, 0.0), known.facts.duration_s
    line = pose_line(trace, clip_started_at=start, clock_offset_s=clock_offset_s, duration_s=duration_s)
    if isinstance(line, NotPlaced):
        return trace.source, f"{note}; {line.reason}", lambda _: line, None
    return trace.source, note, line.at, line


def _calibration_note(camera: CameraConfig) -> str:
    missing = [key for key in ("pitch_deg", "height_m", "hfov_deg") if getattr(camera, key) is None]
    if camera.to_camera().is_calibrated:
        return ""
    return f"camera {camera.name!r} is not calibrated ({', '.join(missing)} not set): places are near and unsure"


def _in_words(trace: Trace | None) -> str:
    """The fixes as text; their times by their own text, for one moment has several representations."""
    if trace is None:
        return ""
    rows = ([getattr(fix, name) for name in Fix.__dataclass_fields__] for fix in trace.fixes)
    return repr([[v.isoformat() if isinstance(v, datetime) else v for v in row] for row in rows])


def _look_key(parts: Parts, facts: ClipFacts, seer: Seer, along: str) -> str:
    """The key of a look; `along` is the way, where that decides which frames are looked at."""
    config = parts.config
    settings = (config.sampling.model_dump_json(), config.privacy.model_dump_json())
    return content_hash(facts.sha256, seer.model_sha256, seer.settings, along, *settings)


def _work_key(parts: Parts, known: _Known, trace: str, thresholds: str) -> str:
    config = parts.config
    sections = (config.sampling, config.track, config.rules, known.camera)  # sampling: it chooses the tracker
    settings = [part.model_dump_json() for part in sections]
    return content_hash(known.look_key, parts.rules.version, trace, thresholds, *settings)
