"""One clip from file to committed sightings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from streetaudit.assemble import Parts, redactor_of, tracker_of
from streetaudit.audit import audit
from streetaudit.batch.outcome import ClipOutcome, Progress, Report
from streetaudit.batch.pictures import EvidenceKeeper
from streetaudit.batch.plan import ClipPlan, plan_clip
from streetaudit.casework.views import BestViews
from streetaudit.conclude import Concluder
from streetaudit.errors import ClipError, DetectionsError, TraceError
from streetaudit.io.video import ClipReader, open_clip
from streetaudit.locate.place import Locator
from streetaudit.structures.clip import DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.frame import Frame
from streetaudit.structures.identity import content_hash
from streetaudit.structures.run import ClipRun, Committed
from streetaudit.structures.sighting import Sighting

#: Progress is reported once in this many frames: often enough for an eye, too rare to cost anything.
_REPORT_EVERY = 10


def audit_clip(
    clip: Path,
    parts: Parts,
    *,
    trace: Path | None = None,
    detections: Path | None = None,
    report: Report = lambda _: None,
) -> ClipOutcome:
    """Look at one clip and commit what it shows; a clip that cannot be read is an outcome, not an exception.

    Raises:
        StoreError: If the store or the evidence folder cannot be written: then nothing can go on.
    """
    began_s = parts.clock.monotonic_s()
    max_fps = parts.config.sampling.max_fps
    try:
        with open_clip(clip, every_s=1.0 / max_fps if max_fps else 0.0, clock=parts.clock) as reader:
            plan = plan_clip(parts, reader.facts, trace=trace, detections=detections)
            if parts.store.is_done(plan.work_key):
                return ClipOutcome(clip, "unchanged", "audited before with the same model, rules and settings")
            outcome = _look(clip, parts, plan, reader, report)
    except (ClipError, DetectionsError, TraceError) as error:
        outcome = _failed(clip, parts, str(error))
    return replace(outcome, took_s=parts.clock.monotonic_s() - began_s)


def _look(clip: Path, parts: Parts, plan: ClipPlan, reader: ClipReader, report: Report) -> ClipOutcome:
    coverage = Coverage()
    sightings: list[Sighting] = []
    walk = audit(
        _reported(reader, coverage, sightings, report),
        plan.detect,
        tracker=tracker_of(parts.config, plan.thresholds),
        views=BestViews(keep=1),
        conclude=_concluder(parts, plan),
        coverage=coverage,
    )
    sightings.extend(walk)
    if reader.record.skipped_frames:
        coverage.skip("sampling", reader.record.skipped_frames)
    coverage.distance_m = plan.distance_m(coverage.first_s, coverage.last_s)
    run = _run(clip, parts, plan, reader.record, coverage)
    return ClipOutcome(clip, run.status, run.reason, run, _commit(parts, run, sightings))


def _reported(reader: ClipReader, coverage: Coverage, sightings: list[Sighting], report: Report) -> Iterator[Frame]:
    facts = reader.facts
    for count, frame in enumerate(reader):
        if count % _REPORT_EVERY == 0:
            report(Progress(facts.path.name, frame.time_s, facts.duration_s, coverage.looked_at, len(sightings)))
        yield frame


def _concluder(parts: Parts, plan: ClipPlan) -> Concluder:
    facts = plan.facts
    return Concluder(
        clip_sha256=facts.sha256,
        clip_name=facts.path.name,
        camera=plan.camera.name,
        model_sha256=plan.model_sha256,
        image_size=(facts.width_px, facts.height_px),
        started_at=plan.started_at,
        locate=Locator(plan.camera.to_camera(), plan.pose_at, max_error_m=parts.config.rules.max_error_m),
        judge=parts.rules.judge,
        keep=EvidenceKeeper(parts.evidence, redactor_of(parts)),
    )


def _commit(parts: Parts, run: ClipRun, sightings: list[Sighting]) -> Committed:
    merging = parts.merging
    return parts.store.commit_clip(
        run, sightings, assign=merging.assign, describe=parts.desk.describe, place_cases=merging.place_cases
    )


def _run(clip: Path, parts: Parts, plan: ClipPlan, record: DecodeRecord, coverage: Coverage) -> ClipRun:
    return ClipRun(
        work_key=plan.work_key,
        clip_sha256=plan.facts.sha256,
        clip_name=clip.name,
        camera=plan.camera.name,
        model_sha256=plan.model_sha256,
        rule_version=parts.rules.version,
        status="complete" if record.is_complete else "partial",
        reason="" if record.is_complete else _what_is_missing(record),
        facts=plan.facts,
        record=record,
        coverage=coverage,
        trace_source=plan.trace_source,
        trace_note=plan.trace_note,
        started_at=plan.started_at,
        path=plan.path(coverage.first_s, coverage.last_s),
    )


def _what_is_missing(record: DecodeRecord) -> str:
    of = f" of {record.declared_frames} declared" if record.declared_frames else ""
    ended = "" if record.ended == "end" else f"; decoding stopped: {record.ended}"
    return f"only {record.decoded_frames}{of} frames could be decoded{ended}"


def _failed(clip: Path, parts: Parts, reason: str) -> ClipOutcome:
    run = ClipRun(
        work_key=content_hash("failed", str(clip), reason),
        clip_sha256="",
        clip_name=clip.name,
        camera="",
        model_sha256="",
        rule_version=parts.rules.version,
        status="failed",
        reason=reason,
        facts=None,
        record=None,
    )
    return ClipOutcome(clip, "failed", reason, run, _commit(parts, run, []))
