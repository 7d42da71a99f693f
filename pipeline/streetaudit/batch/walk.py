"""The walk of one clip under one plan, and the record of that run: the same for footage and for what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from streetaudit.assemble import Parts, rules_of, still_tracker_of, tracker_of
from streetaudit.audit import Detector, Tracker, Views, audit
from streetaudit.batch.plan import ClipPlan
from streetaudit.conclude import Concluder
from streetaudit.io.looks import key_of
from streetaudit.locate.foresee import Foresight
from streetaudit.locate.light import LightIn
from streetaudit.locate.place import Locator
from streetaudit.locate.watch import GroundWatch
from streetaudit.structures.clip import DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.frame import Frame
from streetaudit.structures.identity import content_hash
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.track import View

Keep = Callable[[tuple[View, ...]], Evidence | None]


@dataclass(frozen=True, slots=True)
class Tell:
    """What becomes of the best views of a track.

    Attributes:
        keep: Gives the pictures of what is a problem.
        sign: Gives the signature of what is recorded.
    """

    keep: Keep
    sign: Callable[[tuple[View, ...]], bytes | None]


def walk(
    parts: Parts,
    plan: ClipPlan,
    frames: Iterable[Frame],
    *,
    detect: Detector,
    views: Views,
    tell: Tell,
    coverage: Coverage,
    watch: GroundWatch,
) -> Iterator[Sighting]:
    """Yield each sighting of a clip as soon as its track ends.

    Args:
        parts: What works on clips.
        plan: Of this one.
        frames: Those that are looked at.
        detect: Says what is seen in each.
        views: Keeps the best ones of each track.
        tell: What becomes of the best views.
        coverage: Told what is looked at.
        watch: Notes the ground in view.
    """
    return audit(
        frames,
        detect,
        tracker=_tracker(parts, plan),
        views=views,
        conclude=_concluder(parts, plan, tell, watch.locator),
        coverage=coverage,
        watch=watch,
    )


def watch_of(parts: Parts, plan: ClipPlan, light: LightIn) -> GroundWatch:
    """What notes the ground that a clip has in view."""
    locator = Locator(plan.camera.to_camera(), plan.pose_at, max_error_m=parts.config.rules.max_error_m)
    return GroundWatch(locator, plan.pose_at, (plan.facts.width_px, plan.facts.height_px), light)


def _tracker(parts: Parts, plan: ClipPlan) -> Tracker:
    if plan.camera.kind == "fixed":
        return still_tracker_of(parts.config, plan.thresholds, (plan.facts.width_px, plan.facts.height_px))
    foresee = None
    if parts.config.sampling.every_m and plan.line is not None:
        size = (plan.facts.width_px, plan.facts.height_px)
        foresee = Foresight(plan.camera.to_camera(), plan.pose_at, size)
    return tracker_of(parts.config, plan.thresholds, foresee=foresee)


def _concluder(parts: Parts, plan: ClipPlan, tell: Tell, locator: Locator) -> Concluder:
    facts = plan.facts
    return Concluder(
        clip_sha256=facts.sha256,
        clip_name=facts.path.name,
        camera=plan.camera.name,
        model_sha256=plan.model_sha256,
        image_size=(facts.width_px, facts.height_px),
        started_at=plan.started_at,
        locate=locator,
        judge=rules_of(parts, plan.camera).judge,
        keep=tell.keep,
        sign=tell.sign,
    )


def run_of(
    parts: Parts, plan: ClipPlan, record: DecodeRecord, *, coverage: Coverage, watch: GroundWatch, look: str
) -> ClipRun:
    """What was done with a clip that could be looked at; `look` is the key of its detections."""
    coverage.distance_m = plan.distance_m(coverage.first_s, coverage.last_s)
    coverage.blind = dict(watch.blind)
    return ClipRun(
        work_key=plan.work_key,
        clip_sha256=plan.facts.sha256,
        clip_name=plan.facts.path.name,
        camera=plan.camera.name,
        model_sha256=plan.model_sha256,
        rule_version=rules_of(parts, plan.camera).version,
        status="complete" if record.is_complete else "partial",
        reason="" if record.is_complete else _what_is_missing(record),
        facts=plan.facts,
        record=record,
        coverage=coverage,
        trace_source=plan.trace_source,
        trace_note=plan.trace_note,
        started_at=plan.started_at,
        path=plan.path(coverage.first_s, coverage.last_s),
        look=look,
        runtime=plan.runtime,
        ground=watch.ground(),
    )


def failed_run(parts: Parts, clip: Path, reason: str) -> ClipRun:
    """What is stored of a clip that could not be looked at."""
    return ClipRun(
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


def own_look_key(plan: ClipPlan) -> str:
    """The key under which this plan's look is kept."""
    return key_of(plan.facts.sha256, plan.work_key)


def _what_is_missing(record: DecodeRecord) -> str:
    of = f" of {record.declared_frames} declared" if record.declared_frames else ""
    ended = "" if record.ended == "end" else f"; decoding stopped: {record.ended}"
    return f"only {record.decoded_frames}{of} frames could be decoded{ended}"
