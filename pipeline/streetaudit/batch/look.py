"""One clip from file to sightings, with everything kept that a later audit without the footage needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from streetaudit.assemble import Parts, redactor_of
from streetaudit.audit import Detector
from streetaudit.batch.notes import Notes
from streetaudit.batch.outcome import Looked, Progress, Report
from streetaudit.batch.pictures import EvidenceKeeper
from streetaudit.batch.plan import ClipPlan, plan_again, plan_clip, with_clock
from streetaudit.batch.replay import replay
from streetaudit.batch.sampling import FASTEST_MPS, DistanceSampling
from streetaudit.batch.seer import from_look
from streetaudit.batch.vacant import spots_in_doubt, vacant
from streetaudit.batch.walk import Tell, failed_run, own_look_key, run_of, walk, watch_of
from streetaudit.casework.views import BestViews
from streetaudit.errors import ClipError, DetectionsError, StoreError, TraceError
from streetaudit.io.looks import KeptLook
from streetaudit.io.video import ClipReader, open_clip
from streetaudit.locate.clock_offset import clock_offset
from streetaudit.locate.flow import FlowMeter
from streetaudit.locate.light import light_in, unknown_light
from streetaudit.locate.vacancy import Vacancy
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.frame import Frame
from streetaudit.structures.look import LookRecord, Shown
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.trace import ClockOffset

#: Frames held while their tracks go on: three views of twenty things in full HD.
_VIEW_BYTES = 384 * 1024 * 1024
DONE_BEFORE = "audited before with the same model, rules and settings"
#: Progress is reported once in this many frames: often enough for an eye, too rare to cost anything.
_REPORT_EVERY = 10
#: So much of a clip tells whether its clock is that of its trace.
_METERED_S = 300.0


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
    try:
        with open_clip(clip, every_s=_every_s(parts), clock=parts.clock) as reader:
            plan, seer = plan_clip(parts, reader.facts, trace=trace, detections=detections)
            if parts.store.is_done(plan.work_key):
                return Looked(None, reason=DONE_BEFORE, known_as=plan.work_key)
            kept = parts.looks.alike(plan.facts.sha256, plan.look_key, first=own_look_key(plan))
            if kept is not None and kept.record.work_key == plan.work_key and kept.record.is_final:
                return replay(parts, kept, plan)  # it was looked at, and something happened before it was committed
            detect = seer.detect
            if kept is not None:
                plan, detect = replace(plan, runtime=kept.record.runtime), from_look(kept)
            looked, clock = _look(parts, plan, reader, detect, report, only=kept)
        return looked if clock is None else _look_again(clip, parts, with_clock(parts, plan, clock), report)
    except (ClipError, DetectionsError, TraceError) as error:
        return Looked(failed_run(parts, clip, str(error)))


def replay_once(parts: Parts, kept: KeptLook, *, pictures: bool = False, report: Report = lambda _: None) -> Looked:
    """A kept look under the configuration of now, unless the store rests on that already.

    Args:
        parts: The configuration of now.
        kept: The look.
        pictures: Where something is a problem now that was none then, take its picture from the footage, if that is
            still there.
        report: Told how far that is.

    Raises:
        StoreError: If pictures or detections cannot be written.
    """
    plan = plan_again(parts, kept.record)
    if parts.store.is_done(plan.work_key):
        return Looked(None, reason=DONE_BEFORE, known_as=plan.work_key)
    looked = replay(parts, kept, plan)
    if not (pictures and looked.unpictured):
        return looked
    try:
        with open_clip(plan.facts.path, clock=parts.clock) as reader:
            if reader.facts.sha256 == plan.facts.sha256:
                return _look(parts, plan, reader, from_look(kept), report, only=kept)[0]
    except ClipError:
        pass  # the footage is gone: the places and cases are there all the same
    return looked


def _look_again(clip: Path, parts: Parts, plan: ClipPlan, report: Report) -> Looked:
    """The same clip with its clock mended, from the detections just kept: every place and picture is made anew."""
    kept = parts.looks.get(own_look_key(plan))
    if kept is None:
        raise StoreError(f"{parts.looks.root}: the detections of {clip.name} were kept a moment ago and are gone")
    with open_clip(clip, every_s=_every_s(parts), clock=parts.clock) as reader:
        return _look(parts, plan, reader, from_look(kept), report, only=kept)[0]


def _every_s(parts: Parts) -> float:
    """Least time between two frames that the decoder hands on."""
    wanted = parts.config.sampling
    return max(1.0 / wanted.max_fps if wanted.max_fps else 0.0, wanted.every_m / FASTEST_MPS if wanted.every_m else 0.0)


def _look(
    parts: Parts, plan: ClipPlan, reader: ClipReader, detect: Detector, report: Report, *, only: KeptLook | None = None
) -> tuple[Looked, ClockOffset | None]:
    """What a walk through the clip shows, and how far its clock is off where its images surely say so.

    With `only`, the frames of that look are looked at and no others.
    """
    coverage, sightings = Coverage(), list[Sighting]()
    notes = Notes(detect, EvidenceKeeper(parts.evidence, redactor_of(parts)), BestViews(max_bytes=_VIEW_BYTES))
    meter = _meter(plan)
    frames = _metered(_reported(reader, coverage, sightings, report), meter)
    sampling = notes.sampling = _sampling(parts, plan) if only is None else None
    if only is not None:
        seen = frozenset(only.table.frame.tolist())
        frames = (frame for frame in frames if frame.index in seen)
    elif sampling is not None:
        frames = sampling.chosen(frames)
    watch = watch_of(parts, plan, unknown_light if plan.thresholds is None else light_in)
    vacancy = Vacancy(spots_in_doubt(parts, plan))
    watch.on_look = vacancy.on_look if vacancy.spots else None
    walked = walk(
        parts,
        plan,
        frames,
        detect=notes.detect,
        views=notes,
        tell=Tell(notes.keep, notes.sign),
        coverage=coverage,
        watch=watch,
    )
    sightings.extend(walked)
    if only is not None:
        coverage.skipped = dict(only.record.coverage.skipped)
    for reason, count in (sampling.skipped if sampling is not None else {}).items():
        coverage.skip(reason, count)
    if only is None and reader.record.skipped_frames:
        coverage.skip("sampling", reader.record.skipped_frames)
    run = run_of(parts, plan, reader.record, coverage=coverage, watch=watch, look=own_look_key(plan))
    run = replace(run, vacant=vacant(vacancy, sightings, notes.picture))
    clock = clock_offset(meter.flow(), plan.line) if meter is not None and plan.line is not None else None
    is_off = clock is not None and clock.is_off
    record = replace(_record(parts, plan, reader, coverage, notes.shown), lights=watch.lights, is_final=not is_off)
    record = replace(record, vacant=run.vacant)
    parts.looks.put(record, notes.writer)
    return Looked(run, tuple(sightings)), clock if is_off else None


def _sampling(parts: Parts, plan: ClipPlan) -> DistanceSampling | None:
    """What chooses the frames of a drive, None where every frame that comes is looked at."""
    every_m = parts.config.sampling.every_m
    return DistanceSampling(plan.line, every_m) if every_m and plan.line is not None else None


def _meter(plan: ClipPlan) -> FlowMeter | None:
    """What watches the motion of the images, where the clip's clock is to be checked and was not yet."""
    wanted = plan.camera.measure_clock and plan.line is not None and plan.clock is None
    return FlowMeter(plan.camera.to_camera()) if wanted else None


def _metered(frames: Iterator[Frame], meter: FlowMeter | None) -> Iterator[Frame]:
    for frame in frames:
        if meter is not None and frame.time_s <= _METERED_S:
            meter.look(frame.time_s, frame.image)
        yield frame


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
        clock=plan.clock,
        runtime=plan.runtime,
    )


def _reported(reader: ClipReader, coverage: Coverage, sightings: list[Sighting], report: Report) -> Iterator[Frame]:
    facts = reader.facts
    for count, frame in enumerate(reader):
        if count % _REPORT_EVERY == 0:
            report(Progress(facts.path.name, frame.time_s, facts.duration_s, coverage.looked_at, len(sightings)))
        yield frame
