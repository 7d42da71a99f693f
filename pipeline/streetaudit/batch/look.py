"""One clip from file to sightings, with everything kept that a later audit without the footage needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from streetaudit.assemble import Parts, redactor_of
from streetaudit.audit import Detector
from streetaudit.batch.outcome import Looked, Progress, Report
from streetaudit.batch.pictures import EvidenceKeeper
from streetaudit.batch.plan import ClipPlan, plan_clip
from streetaudit.batch.replay import replay
from streetaudit.batch.seer import from_look
from streetaudit.batch.walk import failed_run, own_look_key, run_of, walk
from streetaudit.casework.views import BestViews
from streetaudit.errors import ClipError, DetectionsError, TraceError
from streetaudit.io.detections_parquet import ParquetWriter
from streetaudit.io.video import ClipReader, open_clip
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.look import LookRecord, Shown
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.track import Observation, View

#: Progress is reported once in this many frames: often enough for an eye, too rare to cost anything.
_REPORT_EVERY = 10


def look_at(
    clip: Path,
    parts: Parts,
    *,
    trace: Path | None = None,
    detections: Path | None = None,
    report: Report = lambda _: None,
) -> Looked:
    """What one clip shows; a clip that cannot be read gives a failed run, not an exception.

    Nothing is written to the store. The detections are kept before this returns; where they were kept before by the
    same work, nothing is looked at again.

    Raises:
        StoreError: If the detections or the pictures cannot be written: then nothing can go on.
    """
    max_fps = parts.config.sampling.max_fps
    try:
        with open_clip(clip, every_s=1.0 / max_fps if max_fps else 0.0, clock=parts.clock) as reader:
            plan, seer = plan_clip(parts, reader.facts, trace=trace, detections=detections)
            if parts.store.is_done(plan.work_key):
                return Looked(None, reason="audited before with the same model, rules and settings")
            kept = parts.looks.alike(plan.facts.sha256, plan.look_key, first=own_look_key(plan))
            if kept is not None and kept.record.work_key == plan.work_key:
                return replay(parts, kept)  # it was looked at, and something happened before it was committed
            return _look(parts, plan, reader, seer.detect if kept is None else from_look(kept), report)
    except (ClipError, DetectionsError, TraceError) as error:
        return Looked(failed_run(parts, clip, str(error)))


class _Notes:
    """Writes down what is seen on the way: every detection, and the view chosen of each track."""

    def __init__(self, detect: Detector, keeper: EvidenceKeeper, views: BestViews) -> None:
        self._detect, self._keeper, self._views = detect, keeper, views
        self._pictures: dict[tuple[int, tuple[float, float, float, float]], Evidence | None] = {}
        self.writer = ParquetWriter()

    def detect(self, frame: Frame) -> Detections:
        seen = self._detect(frame)
        self.writer.add(frame.index, frame.time_s, seen)
        return seen

    def offer(self, frame: Frame, detections: Detections, current: Sequence[tuple[int, Observation]]) -> None:
        self._views.offer(frame, detections, current)

    def take(self, track_id: int) -> tuple[View, ...]:
        views = self._views.take(track_id)
        if views:
            self._pictures[_spot(views[0])] = None
        return views

    def keep(self, views: tuple[View, ...]) -> Evidence | None:
        evidence = self._keeper(views)
        if views:
            self._pictures[_spot(views[0])] = evidence
        return evidence

    @property
    def shown(self) -> tuple[Shown, ...]:
        return tuple(Shown(frame, xyxy, evidence) for (frame, xyxy), evidence in sorted(self._pictures.items()))


def _spot(view: View) -> tuple[int, tuple[float, float, float, float]]:
    return view.observation.frame_index, view.observation.xyxy


def _look(parts: Parts, plan: ClipPlan, reader: ClipReader, detect: Detector, report: Report) -> Looked:
    coverage, sightings = Coverage(), list[Sighting]()
    notes = _Notes(detect, EvidenceKeeper(parts.evidence, redactor_of(parts)), BestViews(keep=1))
    frames = _reported(reader, coverage, sightings, report)
    walked = walk(parts, plan, frames, detect=notes.detect, views=notes, keep=notes.keep, coverage=coverage)
    sightings.extend(walked)
    if reader.record.skipped_frames:
        coverage.skip("sampling", reader.record.skipped_frames)
    run = run_of(parts, plan, reader.record, coverage, look=own_look_key(plan))
    parts.looks.put(_record(parts, plan, reader, coverage, notes.shown), notes.writer)
    return Looked(run, tuple(sightings))


def _record(
    parts: Parts, plan: ClipPlan, reader: ClipReader, coverage: Coverage, shown: tuple[Shown, ...]
) -> LookRecord:
    return LookRecord(
        work_key=plan.work_key,
        look_key=plan.look_key,
        settings=parts.config.model_dump_json(exclude={"serve"}),
        model_sha256=plan.model_sha256,
        thresholds=None if plan.thresholds is None else tuple(plan.thresholds.tolist()),
        facts=plan.facts,
        decoded=reader.record,
        coverage=coverage,
        trace=plan.trace,
        trace_note=plan.found_note,
        shown=shown,
    )


def _reported(reader: ClipReader, coverage: Coverage, sightings: list[Sighting], report: Report) -> Iterator[Frame]:
    facts = reader.facts
    for count, frame in enumerate(reader):
        if count % _REPORT_EVERY == 0:
            report(Progress(facts.path.name, frame.time_s, facts.duration_s, coverage.looked_at, len(sightings)))
        yield frame
